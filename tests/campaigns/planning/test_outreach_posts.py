"""Posts of a plan found among mentions, and what outreach waits for."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.campaigns.outreach import pending_steps
from socialcell.campaigns.planning.model import PlanTag
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_view as view
from socialcell.services.outreach import post_matching
from socialcell.services.outreach.step_checks import StepDetails
from socialcell.services.privacy import account_registry, data_requests
from tests.builders import make_author, make_record, store_records
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    NAME,
    POST,
    approved,
    code_of,
    come_to,
    number_of,
    planned,
)
from tests.operators import acting, officer

pytestmark = pytest.mark.swept_on_postgresql

LABEL = "#विज्ञापन #Ad शिकायत दर्ज करें"


@pytest.fixture
def ready(city: Context, folder: Path) -> Context:
    """Dev's post is scheduled, and that is the only one in Hindi."""
    made = approved(city, folder, languages={"hi": 50})
    come_to(made, number_of(made, "dev"), "scheduled")
    return made


def day_of(context: Context, creator: str = "dev") -> date:
    return next(one.day for one in agreed.tags(context) if one.creator == creator)


def posted(context: Context, text: str, id_: str = "1", **said: Any) -> None:
    """Dev, or somebody else, posts on the tag's day, or so many days later."""
    handle, later = said.pop("handle", "Dev_Sample"), said.pop("later", 0)
    day = day_of(context) + timedelta(days=later)
    record = make_record(
        id_,
        **{
            "platform": "instagram",
            "text": text,
            "url": f"https://instagram.example/p/{id_}",
            "author": make_author(f"u{handle}", handle=handle),
            "authored_at": datetime(day.year, day.month, day.day, 18, 30, tzinfo=IST),
            **said,
        },
    )
    store_records(context.engine, record)


def found(context: Context, creator: str = "dev") -> list[dict[str, Any]]:
    post_matching.find_posts(context)
    rows = view.list_tags(context, NAME)["tags"]
    return next(one["found"] for one in rows if one["creator"] == creator)


def linked(context: Context, creator: str = "dev") -> str:
    return f"https://go.city.example/r/{code_of(context, creator)}"


# Found ------------------------------------------------------------------------------


def test_a_post_of_the_account_with_the_tracked_link_is_proposed(
    ready: Context,
) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")

    (one,) = found(ready)

    assert (one["by"], one["faults"]) == ("link", [])
    assert one["url"] == "https://instagram.example/p/1"
    assert post_matching.find_posts(ready) == 0  # known already


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("end", ["?utm_source=x", ".", ")", "।"])
def test_a_link_is_known_whatever_follows_it(ready: Context, end: str) -> None:
    posted(ready, f"{LABEL} {linked(ready)}{end}")

    assert [one["by"] for one in found(ready)] == ["link"]


def test_a_link_that_the_platform_keeps_beside_the_words_counts(
    ready: Context,
) -> None:
    posted(ready, LABEL, links=(linked(ready),))

    assert [one["by"] for one in found(ready)] == ["link"]


def test_without_the_link_the_citys_name_will_do(ready: Context) -> None:
    posted(ready, f"{LABEL}. @PMCPune!")

    assert [one["by"] for one in found(ready)] == ["name"]


def test_where_a_post_has_the_link_one_with_the_name_is_not_proposed(
    ready: Context,
) -> None:
    posted(ready, f"{LABEL} @pmcpune")
    posted(ready, f"{LABEL} {linked(ready)}", "2")

    assert [one["url"] for one in found(ready)] == ["https://instagram.example/p/2"]


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A day out", {}),
        ("@pmcpuneri is fun", {}),
        ("{link}x", {}),
        ("{link}", {"handle": "somebody"}),
        ("{link}", {"platform": "x"}),
        ("{link}", {"later": -3}),
        ("{link}", {"later": 8}),
    ],
)
def test_what_is_not_of_the_account_its_days_or_the_plan_is_not_proposed(
    ready: Context, text: str, said: dict[str, Any]
) -> None:
    posted(ready, text.format(link=linked(ready)), **said)

    assert found(ready) == []


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("later", [-2, 7])
def test_the_first_and_the_last_day_count(ready: Context, later: int) -> None:
    posted(ready, linked(ready), later=later)

    assert len(found(ready)) == 1


def test_a_post_with_the_link_of_one_tag_is_not_proposed_for_another(
    city: Context, folder: Path
) -> None:
    thanks = {"name": "Thanks", "format": "post", "channels": ["instagram"]}
    made = approved(
        city,
        folder,
        asset={"start": "2026-11-30", "end": "2026-11-30"},
        more=[{**thanks, "words": {"hi": "धन्यवाद"}, "start": "2026-12-07"}],
        creators=["dev"],
    )
    first, second = [one.n for one in agreed.tags(made)]
    come_to(made, first, "scheduled")
    come_to(made, second, "scheduled")
    posted(made, f"{LABEL} {linked(made)} @pmcpune", later=6)

    post_matching.find_posts(made)

    rows = view.list_tags(made, NAME)["tags"]
    assert [[one["by"] for one in row["found"]] for row in rows] == [["link"], []]


def test_a_post_is_looked_for_once_the_creator_has_accepted(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder)
    posted(made, linked(made))

    come_to(made, number_of(made, "dev"), "contacted")
    assert found(made) == []
    agreed.enter(made, number_of(made, "dev"), "accepted", StepDetails(link=POST))
    assert len(found(made)) == 1


def test_the_cells_own_post_is_found_at_its_account(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder, asset={"posted_by": "cell"})
    come_to(made, number_of(made, "dev"), "scheduled")
    posted(made, "धन्यवाद @dev_sample", handle="pmcpune")
    posted(made, "धन्यवाद @dev_sample", "2", handle="dev_sample")

    (one,) = found(made)

    assert (one["by"], one["url"]) == ("name", "https://instagram.example/p/1")


def test_a_found_post_is_confirmed_by_its_number(ready: Context) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)
    n = number_of(ready, "dev")

    agreed.enter(ready, n, "posted", StepDetails(mention=one["mention"]))

    last = agreed.steps(ready)[-1]
    assert (last.evidence_kind, last.evidence) == ("mention", str(one["mention"]))
    assert last.detail["faults"] == []
    assert view.overview(ready, NAME).outreach["undisclosed"] == []


def test_a_post_found_for_one_tag_is_none_of_another(ready: Context) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)
    n = number_of(ready, "chitra")
    come_to(ready, n, "scheduled")

    with pytest.raises(UsageError, match="was not found for tag"):
        agreed.enter(ready, n, "posted", StepDetails(mention=one["mention"]))


# Dismissed --------------------------------------------------------------------------


def dismiss(context: Context, mention: int, by: str = "ravi") -> bool:
    number = number_of(context, "dev")
    return post_matching.dismiss(acting(context, by), NAME, number, mention)


def test_a_post_that_is_not_the_one_is_dismissed_once_and_never_found_again(
    ready: Context,
) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)

    assert dismiss(ready, one["mention"])
    assert not dismiss(ready, one["mention"], "meera")

    assert post_matching.find_posts(ready) == 0
    assert found(ready) == []
    assert view.overview(ready, NAME).outreach["found"] == 0
    (entry,) = agreed.audited(ready, "outreach.dismissed")
    assert entry.object == NAME
    assert (entry.detail["mention"], entry.detail["by"]) == (one["mention"], "ravi")


def test_it_stays_dismissed_in_a_later_version_that_holds_the_tag_unchanged(
    ready: Context, folder: Path
) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)
    dismiss(ready, one["mention"])
    before = [tag.id for tag in agreed.tags(ready)]

    planned(ready, folder, languages={"hi": 50}, budget=90000)

    assert [tag.id for tag in agreed.tags(ready)] != before
    assert found(ready) == []
    assert not dismiss(ready, one["mention"])


def test_another_post_is_found_in_the_place_of_one_that_was_dismissed(
    ready: Context,
) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    posted(ready, f"{LABEL} @pmcpune", "2")
    (one,) = found(ready)
    dismiss(ready, one["mention"])

    (other,) = found(ready)

    assert other["mention"] != one["mention"]
    assert other["by"] == "name"


def test_only_what_was_found_and_not_confirmed_is_dismissed(ready: Context) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)
    with pytest.raises(UsageError, match="was not found for tag"):
        dismiss(ready, one["mention"] + 1)
    told = StepDetails(mention=one["mention"])
    agreed.enter(ready, number_of(ready, "dev"), "posted", told)

    with pytest.raises(UsageError, match="was confirmed as the post"):
        dismiss(ready, one["mention"])


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("शिकायत दर्ज करें", ["its words carry no label"]),
        ("#Ad शिकायत", ["its label is not in the language of the post"]),
        ("क" * 101 + " #विज्ञापन", ["its label comes late in the words"]),
    ],
)
def test_a_post_whose_label_lacks_is_told_when_it_is_found_and_when_it_is_out(
    ready: Context, words: str, said: list[str]
) -> None:
    posted(ready, f"{words} {linked(ready)}")
    (one,) = found(ready)
    assert one["faults"] == said
    n = number_of(ready, "dev")

    agreed.enter(ready, n, "posted", StepDetails(mention=one["mention"]))

    assert view.overview(ready, NAME).outreach["undisclosed"] == [
        {"tag": n, "wrong": said}
    ]
    assert {one["said"] for one in view.list_due(ready)} >= {
        f"{NAME}, tag {n}: is the post disclosed?"
    }


def test_a_post_that_is_confirmed_by_its_link_is_read_where_it_reached_us(
    ready: Context,
) -> None:
    posted(ready, "शिकायत दर्ज करें")
    n = number_of(ready, "dev")

    told = StepDetails(link="https://instagram.example/p/1?igsh=abc")
    agreed.enter(ready, n, "posted", told)

    assert agreed.steps(ready)[-1].detail["faults"] == ["missing"]


def test_a_post_that_is_erased_leaves_no_words(ready: Context) -> None:
    posted(ready, f"{LABEL} {linked(ready)}")
    (one,) = found(ready)
    creator_registry.forget_creator(ready, "dev", "asked for it")
    account_registry.unregister_account(
        ready, "instagram", "dev_sample", "asked for it"
    )
    data_requests.erase_account(officer(ready), "instagram", None, "dev_sample")

    rows = view.list_tags(ready, NAME)["tags"]
    (left,) = next(row["found"] for row in rows if row["creator"] == "dev")
    assert (left["mention"], left["url"]) == (one["mention"], None)


# Due --------------------------------------------------------------------------------


def due(context: Context) -> set[tuple[str, int | None]]:
    return {(one["kind"], one["tag"]) for one in view.list_due(context)}


def test_a_plan_waits_for_approval_and_for_another_when_it_changed(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    assert due(made) == {("approve", None)}

    agreed.approve(made)
    agreed.change(made, PlanTag, at="09:00")
    assert ("approve_again", None) in due(made)


def test_each_tag_says_what_it_waits_for_as_its_day_comes_near(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder, asset={"start": "2026-12-03"})
    n, other = number_of(made, "dev"), number_of(made, "chitra")
    assert due(made) == set()  # a week and more to go
    made.clock.set(_morning(day_of(made) - timedelta(days=7)))
    assert ("contact", n) in due(made)

    come_to(made, n, "contacted")
    assert ("contact", n) not in due(made)
    made.clock.advance(timedelta(days=3))
    assert ("answer", n) in due(made)

    agreed.enter(made, n, "accepted", StepDetails(link=POST))
    assert ("schedule", n) in due(made)
    agreed.enter(made, n, "scheduled", StepDetails(tool=True))
    assert n not in {tag for _, tag in due(made)}

    made.clock.set(_morning(day_of(made) + timedelta(days=1)))
    assert ("missing", n) in due(made)
    posted(made, linked(made))
    found(made)
    assert ("confirm", n) in due(made)
    agreed.enter(made, n, "posted", StepDetails(link=POST, label=True))
    assert n not in {tag for _, tag in due(made)}

    made.clock.set(_morning(date(2026, 12, 14)))
    assert due(made) == {("measure", None), ("missing", other)}


def test_a_rule_that_came_in_the_way_is_due_with_its_words(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder, asset={"start": "2026-12-03"})
    creator_registry.flag_account(
        made, "instagram:dev_sample", "blocked", "letter 7 of 2 May"
    )

    (one,) = view.list_due(made)

    assert (one["kind"], one["tag"]) == ("blocked", number_of(made, "dev"))
    assert "is flagged: blocked" in one["words"][0]


def test_what_is_due_names_no_creator_and_speaks_three_languages(
    ready: Context,
) -> None:
    with db.reading(ready.engine) as session:
        found = pending_steps.pending_steps(session, date(2026, 12, 14))

    for code in ("mr", "hi", "en"):
        said = [pending_steps.step_text(one, language(code)) for one in found]
        assert all(NAME in words for words in said)
        assert not any("dev" in words or "chitra" in words for words in said)
    n = number_of(ready, "dev")
    assert f"{NAME}, टॅग {'०१२'[n]}: दिवस उलटून गेला, पोस्ट नाही" in [
        pending_steps.step_text(one, language("mr")) for one in found
    ]


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=IST)
