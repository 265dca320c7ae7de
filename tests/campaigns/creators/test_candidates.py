"""Who may be a candidate, who may look, and what is shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialcell import config, db
from socialcell.campaigns.creators.store import candidate_posts
from socialcell.connectors.base import Metric, Record, RecordRelation
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import os_account, unsigned
from socialcell.listening.store.people import registry
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry, influencer_ranking
from socialcell.services.creators.candidate_facts import RankingRequest
from socialcell.services.mentions.tagging import tag_waiting
from tests.builders import NOON, make_author, make_record, make_source, store_records
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql

DAY = timedelta(days=1)
BIG = {"followers": 50_000}


def said(external_id: str, handle: str, text: str, **changes: Any) -> Record:
    """A post of three days ago; `followers` and `verified` are its author's."""
    about = {
        key: changes.pop(key) for key in ("followers", "verified") if key in changes
    }
    author = make_author(f"uid-{handle}", handle=handle, name=None, **about)
    made: dict[str, Any] = {"author": author, "authored_at": NOON - 3 * DAY}
    return make_record(external_id, text=text, **(made | changes))


def listened(context: Context, *records: Record) -> None:
    store_records(context.engine, *records, at=NOON - DAY)
    tag_waiting(context)


def ranked(context: Context, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = influencer_ranking.rank_candidates(
        context, RankingRequest(**asked)
    )["candidates"]
    return found


def ids(found: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(one["id"] for one in found)


def register(context: Context, handle: str, person_class: str = "media") -> None:
    with db.writing(context.engine) as session:
        registry.register(
            session,
            "x",
            handle,
            handle,
            person_class,
            "its page",
            unsigned("lead"),
            NOON,
        )


def approvers(context: Context, *names: str) -> Context:
    """The same workspace where influencers.approvers names these."""
    path = context.workspace.folder / "config.yaml"
    text = path.read_text().replace("{}\n", "")
    path.write_text(f"{text}influencers:\n  approvers: [{', '.join(names)}]\n")
    return replace(context, workspace=config.load(path))


def log(context: Context) -> list[Any]:
    with db.reading(context.engine) as session:
        return list(reversed(audit.entries(session, 50)))


def test_public_accounts_are_candidates_and_nobody_else(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "shop", "Sale in Kothrud", verified="business"),
        said("2", "Collector", "Notice for Pune", verified="government"),
        said("3", "star", "Hello Pune", followers=10_000),
        said("4", "paper", "News of Pune"),
        said("5", "bluetick", "Hello Pune", verified="blue", followers=9_999),
        said("6", "citizen", "No water in Kothrud"),
    )
    register(workspace, "paper")
    found = ranked(workspace)
    assert ids(found) == ["x:collector", "x:paper", "x:shop", "x:star"]
    why = {one["id"]: one["why"] for one in found}
    assert why["x:star"] == ["10000 followers or more"]
    assert why["x:paper"] == ["registered: media"]


def test_the_floor_is_for_what_an_account_has_now(workspace: Context) -> None:
    store_records(
        workspace.engine,
        said("1", "star", "Hello Pune", followers=20_000),
        at=NOON - 5 * DAY,
    )
    listened(workspace, said("2", "star", "Hello again", followers=9_000))
    assert ranked(workspace) == []


def test_the_cells_own_accounts_are_no_candidates(workspace: Context) -> None:
    make_source(workspace.engine, kind="mentions", user_id="uid-cell")
    listened(
        workspace,
        said("1", "cell", "Water closure in Kothrud", **BIG),
        said("2", "page", "Water closure", via="own", **BIG),
        said("3", "star", "Hello Pune", **BIG),
    )
    assert ids(ranked(workspace)) == ["x:star"]


def test_a_look_is_in_the_log_before_anything_is_shown(workspace: Context) -> None:
    ranked(workspace, words=("PMC Care", "water supply"))
    entry = log(workspace)[-1]
    assert (entry.actor, entry.action) == ("lead", "influencers.rank")
    assert entry.detail["admitted"] is True


def test_nobody_is_sought_by_another_person(workspace: Context) -> None:
    with pytest.raises(UsageError, match="Nobody is sought by a private person"):
        ranked(workspace, words=("PMC Care", "what @asha_k wrote"))
    entry = log(workspace)[-1]
    assert (entry.action, entry.object) == ("guard.refuse", "influencers")
    assert "asha_k" not in str(entry.detail)


def looks(context: Context) -> list[Callable[[], object]]:
    """The ways to see candidates and creators."""
    return [
        lambda: influencer_ranking.rank_candidates(context, RankingRequest()),
        lambda: influencer_ranking.show_candidate(context, "x:star", RankingRequest()),
        lambda: creator_registry.list_creators(context),
        lambda: creator_registry.export_creators(context),
    ]


@pytest.mark.parametrize(
    ("names", "role", "reason"),
    [
        (("deputy",), Role.LEAD, "asha is none of them"),
        (("deputy", "asha"), Role.OPERATOR, "asha has none of these roles now"),
        ((), Role.OPERATOR, "asha has none of these roles now"),
    ],
)
def test_who_is_no_approver_sees_nothing_and_is_noted(
    workspace: Context, names: tuple[str, ...], role: Role, reason: str
) -> None:
    guarded = acting(approvers(workspace, *names), "asha", role)
    for look in looks(guarded):
        with pytest.raises(SocialcellError, match=reason):
            look()
    assert [entry.detail["admitted"] for entry in log(guarded)] == [False] * 4
    assert {entry.actor for entry in log(guarded)} == {"asha"}


def test_where_approvers_are_set_nobody_looks_without_a_sign_in(
    workspace: Context,
) -> None:
    guarded = replace(approvers(workspace), actor=os_account())
    for look in looks(guarded):
        with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
            look()
    assert [entry.detail["admitted"] for entry in log(guarded)] == [False] * 4


@pytest.mark.parametrize("names", [("Lead",), ()])
def test_an_approver_sees_them(workspace: Context, names: tuple[str, ...]) -> None:
    assert ranked(approvers(workspace, *names)) == []


def test_relevance_rests_on_topics_words_and_what_posts_name(
    workspace: Context,
) -> None:
    listened(
        workspace,
        said("1", "wet", "No water in Kothrud since morning", **BIG),
        said("2", "app", "PMC Care app is good", **BIG),
        said("3", "dry", "Match at Balewadi stadium today", **BIG),
    )
    found = {
        one["id"]: one["relevance"]["parts"]
        for one in ranked(workspace, words=("पीएमसी केअर",), topics=("water",))
    }
    assert found["x:wet"]["topic"] == 1
    assert found["x:app"]["names it"] == 1
    assert not any(found["x:dry"].values())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"topics": ("politics",)}, "no topic 'politics'"),
        ({"topics": ("weather",)}, "no topic 'weather'"),
        ({"wards": ("Nowhere",)}, "--ward: there is no area"),
        ({"words": ("Maratha morcha",)}, "Nobody is sought by"),
    ],
)
def test_what_nobody_may_be_sought_by_is_refused(
    workspace: Context, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        ranked(workspace, **asked)


def test_posts_about_politics_are_set_aside(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "star", "Vote for the BJP candidate in the election rally", **BIG),
        said("2", "star", "Good morning from Kothrud", **BIG),
    )
    assert ranked(workspace)[0]["posts"] == 1


def test_replies_and_reposts_are_no_posts_of_ones_own(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "star", "Good morning from Kothrud", **BIG),
        said("2", "star", "Yes", relations=(RecordRelation("reply", "1"),), **BIG),
        said("3", "star", "RT", relations=(RecordRelation("repost", "9"),), **BIG),
        said("4", "star", "Nice", kind="comment", **BIG),
    )
    assert ranked(workspace)[0]["posts"] == 1


def test_engagement_is_what_was_seen_last(workspace: Context) -> None:
    counts = (
        Metric("like_count", 7, "reactions"),
        Metric("retweet_count", 2, "shares"),
        Metric("reply_count", None, "comments"),
        Metric("impression_count", 900, "views"),
    )
    listened(workspace, said("1", "star", "Hello Kothrud", metrics=counts, **BIG))
    made = ranked(workspace)[0]
    assert made["engagement"]["seen"] == pytest.approx(9 / 50_000)


def test_who_turned_to_whom_counts_replies_and_names(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "star", "Hello Kothrud", **BIG),
        said("2", "asha_k", "@Star hello", relations=(RecordRelation("reply", "1"),)),
        said("3", "ravi_k", "see @star. and @star, and @unknown_one"),
        said("4", "ravi_k", "and @star again"),
        said("5", "star", "I am @star", **BIG),
    )
    with db.reading(workspace.engine) as session:
        arrows = candidate_posts.addressing_counts(session, NOON - 90 * DAY, NOON)
    # One post that replies and names turns once; nobody turns to himself.
    assert sorted(arrows.values()) == [1, 2]
    standing = ranked(workspace)[0]["standing"]
    assert (standing["people"], standing["times"], standing["accounts"]) == (2, 3, 3)


def test_of_those_who_answer_only_numbers_come_out(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "star", "Hello Kothrud", **BIG),
        said(
            "2",
            "asha_k",
            "thank you so much",
            relations=(RecordRelation("reply", "1"),),
        ),
    )
    shown = str(
        influencer_ranking.show_candidate(workspace, "x:star", RankingRequest())
    )
    assert "asha_k" not in shown
    assert "uid-" not in shown
    assert "thank you" not in shown


def test_a_private_account_is_not_shown(workspace: Context) -> None:
    listened(workspace, said("1", "asha_k", "No water in Kothrud"))
    with pytest.raises(SocialcellError, match="is no candidate"):
        influencer_ranking.show_candidate(workspace, "x:asha_k", RankingRequest())
    assert "asha_k" not in str(log(workspace))


def test_a_flag_comes_last_with_its_reason(workspace: Context) -> None:
    listened(
        workspace,
        said("1", "star", "Hello Kothrud", followers=90_000),
        said("2", "shop", "Sale", verified="business", followers=200),
    )
    assert creator_registry.flag_account(
        workspace, "x:@Star", "undisclosed", "post of 2 November"
    )
    assert not creator_registry.flag_account(
        workspace, "x:star", "undisclosed", "again"
    )
    found = ranked(workspace)
    assert [one["id"] for one in found] == ["x:shop", "x:star"]
    assert found[1]["points"] > found[0]["points"]
    flag = found[1]["flags"][0]
    assert (flag["by"], flag["reason"]) == ("lead", "post of 2 November")
    creator_registry.flag_account(
        workspace, "x:star", "undisclosed", "label added", lift=True
    )
    assert [one["id"] for one in ranked(workspace)] == ["x:star", "x:shop"]
    kept = influencer_ranking.show_candidate(workspace, "x:star", RankingRequest())[
        "flags"
    ][0]
    assert kept["lifted_reason"] == "label added"


def test_nothing_is_noted_about_a_private_person(workspace: Context) -> None:
    listened(workspace, said("1", "asha_k", "No water in Kothrud"))
    with pytest.raises(SocialcellError, match="nothing is noted about private"):
        creator_registry.flag_account(workspace, "x:asha_k", "controversy", "why not")


@pytest.mark.parametrize(
    ("flag", "reason", "said"),
    [("leftist", "x", "no flag 'leftist'"), ("blocked", "  ", "Say why")],
)
def test_a_flag_is_a_known_word_with_a_reason(
    workspace: Context, flag: str, reason: str, said: str
) -> None:
    register(workspace, "paper")
    listened(workspace, make_record("1", author=make_author("p", handle="paper")))
    with pytest.raises(UsageError, match=said):
        creator_registry.flag_account(workspace, "x:paper", flag, reason)


def test_who_refused_is_counted_and_not_shown(workspace: Context) -> None:
    listened(workspace, said("1", "star", "Hello Kothrud", **BIG))
    register(workspace, "star", "creator")
    creator_registry.put_creator(
        workspace,
        {
            **{"key": "star", "name": "Star", "kind": "celebrity"},
            **{"accounts": "x:star", "consent": "refused"},
            "public_because": "plays for the city",
        },
    )
    found = influencer_ranking.rank_candidates(workspace, RankingRequest())
    assert (found["candidates"], found["not_shown"]["refused"]) == ([], 1)
