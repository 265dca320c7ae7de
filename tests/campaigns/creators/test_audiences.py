"""Audiences of creators: insights that they give, and sketches that name nobody."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from socialcell import db
from socialcell.campaigns.creators.audience_sketches import HyperLogLog
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.store import creators as store
from socialcell.connectors.base import Record, RecordRelation
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.creators import (
    creator_audiences,
    creator_registry,
    influencer_ranking,
)
from socialcell.services.creators.candidate_facts import RankingRequest
from socialcell.services.creators.creator_audiences import AudienceSketch
from socialcell.services.manual_entry import ImportCounts
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.privacy import account_registry, data_requests
from tests.builders import NOON, make_author, make_record, store_records
from tests.operators import officer
from tests.registry_accounts import register_creators

pytestmark = pytest.mark.swept_on_postgresql

HEADING = "key,platform,day,dimension,value,number"
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def asha(workspace: Context) -> Context:
    """The workspace with one creator, who posted once."""
    register_creators(workspace, "x:asha")
    creator_registry.put_creator(
        workspace,
        {
            **{"key": "asha", "name": "Asha Sample", "kind": "creator"},
            **{"accounts": "x:asha", "consent": "agreed"},
            "consent_evidence": "letter 12",
        },
    )
    post = make_record(
        "1",
        text="Hello Kothrud",
        author=make_author("a", handle="Asha", name=None, followers=900),
        authored_at=NOON - 3 * DAY,
    )
    store_records(workspace.engine, post, at=NOON - DAY)
    tag_waiting(workspace)
    return workspace


def answers(context: Context, *who: int) -> None:
    """A reply to the creator's post by each of these people."""
    store_records(context.engine, *map(_answer, who), at=NOON - DAY)


def _answer(who: int) -> Record:
    return make_record(
        f"9{who}",
        text=f"reply {who}",
        author=make_author(f"fan{who}"),
        relations=(RecordRelation("reply", "1"),),
        authored_at=NOON - 2 * DAY,
    )


def held(context: Context) -> Creator:
    with db.reading(context.engine) as session:
        found = store.creator(session, "asha", TODAY)
    assert found is not None
    return found


def taken(context: Context, folder: Path, *rows: str) -> ImportCounts:
    path = folder / "insights.csv"
    path.write_text("\n".join((HEADING, *rows)) + "\n", encoding="utf-8")
    return creator_audiences.import_insights(context, path, "media kit")


def test_insights_are_held_by_day_and_the_newest_counts(
    asha: Context, tmp_path: Path
) -> None:
    done = taken(
        asha,
        tmp_path,
        "asha,x,2026-10-01,reach,,800",
        'asha,x,2026-11-01,reach,,"1,000"',
        "asha,x,2026-10-01,city,Mumbai,0.9",
        "asha,x,2026-11-01,city,पुणे,41%",
    )
    assert (dict(done.outcomes), done.rejects) == ({"stored": 4}, [])
    assert [(one.dimension, one.value, one.number) for one in held(asha).insights] == [
        ("city", "पुणे", 0.41),
        ("reach", "", 1000.0),
    ]


def test_the_same_insights_again_change_nothing(asha: Context, tmp_path: Path) -> None:
    row = "asha,x,2026-11-01,reach,,1000"
    taken(asha, tmp_path, row)
    assert dict(taken(asha, tmp_path, row).outcomes) == {"unchanged": 1}


def test_insights_count_in_scores(asha: Context, tmp_path: Path) -> None:
    taken(
        asha,
        tmp_path,
        "asha,x,2026-11-01,reach,,1000",
        "asha,x,2026-11-01,city,Poona,0.41",
    )
    made = influencer_ranking.rank_candidates(asha, RankingRequest())["candidates"][0]
    assert (made["reach"]["value"], made["reach"]["by"]) == (1000.0, "insights")
    assert (made["locality"]["value"], made["locality"]["by"]) == (0.41, "insights")
    assert made["effective_reach"] == pytest.approx(410)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("asha,x,2026-11-01,reach,,", "needs number"),
        ("asha,orkut,2026-11-01,reach,,4", "is no platform"),
        ("asha,x,2026-13-01,reach,,4", "day takes a day such as"),
        ("asha,x,2026-12-24,reach,,4", "has not come yet"),
        ("asha,x,2026-11-01,caste,one,0.4", "'caste' is no dimension"),
        ("asha,x,2026-11-01,city,,0.4", "needs a value"),
        ("asha,x,2026-11-01,reach,Pune,4", "has no value"),
        ("asha,x,2026-11-01,city,Pune,41", "is over 1"),
        ("asha,x,2026-11-01,city,Pune,-0.1", "is no number"),
        ("asha,x,2026-11-01,language,de,0.1", "is none of"),
        ("asha,x,2026-11-01,ward,Nowhere,0.1", "there is no area"),
        ("ravi,x,2026-11-01,reach,,4", "No creator has the key"),
    ],
)
def test_a_row_of_insights_that_is_wrong_is_named(
    asha: Context, tmp_path: Path, row: str, reason: str
) -> None:
    done = taken(asha, tmp_path, row)
    ((number, said),) = done.rejects
    assert number == 2
    assert re.search(reason, said)
    assert held(asha).insights == ()


def test_insights_need_a_source(asha: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--source"):
        creator_audiences.import_insights(asha, tmp_path / "none.csv", " ")


def test_a_sketch_counts_people_once(asha: Context) -> None:
    answers(asha, *range(30))
    answers(asha, *range(5))
    made = creator_audiences.sketch_audiences(asha, 90)
    assert made == [AudienceSketch("asha", 1, 30)]
    engaged = held(asha).engaged
    assert engaged is not None
    family = HyperLogLog(engaged.precision)
    assert family.count(engaged.sketch) == pytest.approx(30, rel=0.05)


def test_a_sketch_of_few_is_dropped(asha: Context) -> None:
    answers(asha, *range(25))
    creator_audiences.sketch_audiences(asha, 90)
    assert held(asha).engaged is not None
    asha.clock.advance(100 * DAY)
    assert creator_audiences.sketch_audiences(asha, 90) == [
        AudienceSketch("asha", 0, None)
    ]
    assert held(asha).engaged is None


def test_twenty_four_people_are_too_few(asha: Context) -> None:
    answers(asha, *range(24))
    assert creator_audiences.sketch_audiences(asha, 90) == [
        AudienceSketch("asha", 1, None)
    ]


def test_a_sketch_in_another_workspace_is_another(asha: Context) -> None:
    """People are hashed under the key: nobody else can ask whether one is in it."""
    answers(asha, *range(30))
    creator_audiences.sketch_audiences(asha, 90)
    before = held(asha).engaged
    (asha.workspace.folder / "secrets" / "person_key").write_text("another key\n")
    creator_audiences.sketch_audiences(asha, 90)
    after = held(asha).engaged
    assert before is not None
    assert after is not None
    assert list(before.sketch) != list(after.sketch)


def test_a_creator_is_forgotten_before_the_account_is_erased(asha: Context) -> None:
    with pytest.raises(UsageError, match="influencers remove asha"):
        data_requests.erase_account(officer(asha), "x", None, "asha")
    creator_registry.forget_creator(asha, "asha", "asked to be forgotten")
    with pytest.raises(UsageError, match="socialcell registry remove x"):
        data_requests.erase_account(officer(asha), "x", None, "asha")
    account_registry.unregister_account(asha, "x", "asha", "asked to be forgotten")
    data_requests.erase_account(officer(asha), "x", None, "asha")


def test_a_flag_goes_with_the_account(asha: Context) -> None:
    creator_registry.flag_account(
        asha, "x:asha", "controversy", "the papers of 2 November"
    )
    copy = data_requests.export_account(officer(asha), "x", None, "asha")
    assert {row.get("flag") for row in copy["creator"]} == {None, "controversy"}
    creator_registry.forget_creator(asha, "asha", "asked to be forgotten")
    with pytest.raises(UsageError, match="socialcell registry remove x"):
        data_requests.erase_account(officer(asha), "x", None, "asha")
    account_registry.unregister_account(asha, "x", "asha", "asked to be forgotten")
    data_requests.erase_account(officer(asha), "x", None, "asha")
    assert (
        data_requests.export_account(officer(asha), "x", None, "asha")["creator"] == []
    )


def test_answers_to_oneself_are_no_audience(asha: Context) -> None:
    own = make_record(
        "2",
        text="and more about it",
        author=make_author("a", handle="Asha", name=None, followers=900),
        relations=(RecordRelation("reply", "1"),),
        authored_at=NOON - 2 * DAY,
    )
    store_records(asha.engine, own, at=NOON - DAY)
    answers(asha, 1)
    shown = influencer_ranking.rank_candidates(asha, RankingRequest())["candidates"][0]
    assert shown["authenticity"]["answers"] == 1
