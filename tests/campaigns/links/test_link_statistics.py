"""What is counted of links, in groups, and what retention leaves of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from socialcell import db
from socialcell.campaigns.links.click_classifier import ClickClassifier
from socialcell.campaigns.links.model import Click
from socialcell.campaigns.links.store import clicks
from socialcell.campaigns.links.visitor_kinds import KINDS
from socialcell.clock import FixedClock
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.links import link_statistics, tracked_links
from socialcell.services.privacy import retention
from socialcell.services.workspace import digest
from tests.builders import NOON
from tests.campaigns.links.link_requests import COMPUTER, make_link, make_request
from tests.running import inside

DAY = timedelta(days=1)


def click(context: Context, *requests: Any) -> None:
    judge = ClickClassifier()
    with db.writing(context.engine) as session:
        clicks.record_clicks(session, [judge.row(request) for request in requests])


def people(link: Any, n: int, start: int = 0, **changes: Any) -> list[Any]:
    return [
        make_request(
            link, id=f"click-{link.id}-{k:08}", peer=f"203.0.113.{k}", **changes
        )
        for k in range(start, start + n)
    ]


def rows(found: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found["rows"]]


def test_clicks_are_counted_by_what_their_link_belongs_to(context: Context) -> None:
    asha = make_link(context, creator="asha")
    ravi = make_link(context, creator="ravi")
    again = people(ravi, 1)[0]._replace(id="click-again-0001")
    click(context, *people(asha, 3), *people(ravi, 2), again)
    found = link_statistics.link_statistics(context, by=["campaign", "creator"])
    assert rows(found, "campaign", "creator", "raw", "human", "duplicate") == [
        ("monsoon26", "asha", 3, 3, 0),
        ("monsoon26", "ravi", 3, 2, 1),
    ]


def test_a_correction_of_the_creator_holds_for_past_clicks(context: Context) -> None:
    link = make_link(context, creator="asha")
    click(context, *people(link, 3))
    tracked_links.edit_link(context, link.code, {"creator": "ravi"}, "it was hers")
    found = link_statistics.link_statistics(context, by=["creator"])
    assert rows(found, "creator", "human") == [("ravi", 3)]


def test_days_are_counted_within_their_span(context: Context) -> None:
    link = make_link(context)
    click(context, *people(link, 2), *people(link, 3, start=10, at=NOON + DAY))
    monday = date(2026, 11, 23)
    found = link_statistics.link_statistics(
        context, by=["day"], since=monday, until=monday
    )
    assert rows(found, "day", "human") == [(monday, 2)]


def test_few_people_on_a_kind_of_device_are_withheld(context: Context) -> None:
    link = make_link(context)
    computers = people(link, 9, start=100, device="other", agent=COMPUTER.encode())
    click(context, *people(link, 10), *computers)
    found = link_statistics.link_statistics(context, by=["device"])
    assert rows(found, "device", "raw", "human", "withheld") == [
        ("android", 10, 10, False),
        ("other", None, None, True),
    ]


def test_what_is_no_group_is_said_so(context: Context) -> None:
    with pytest.raises(UsageError, match="--by takes day, code"):
        link_statistics.link_statistics(context, by=["person"])
    with pytest.raises(UsageError, match="No link has the code 'zzz'"):
        link_statistics.link_statistics(context, filters={"code": "zzz"})


def test_the_command_prints_the_same_as_csv(context: Context) -> None:
    link = make_link(context)
    click(context, *people(link, 2))
    at = ("--since", "2026-11-23", "--until", "2026-11-23")
    config = context.workspace.folder / "config.yaml"
    said = inside(
        "links", "stats", "--by", "campaign", *at, "--csv", "--config", config
    )
    assert said.splitlines() == [
        "campaign,raw,human,duplicate,preview,scanner,crawler,tool,internal,"
        "dropped,withheld",
        "monsoon26,2,2,0,0,0,0,0,0,0,false",
    ]


COUNTED = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.sampled_from(["link", "qr"]), st.integers(1, 50)
    ),
    max_size=12,
)


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(counted=COUNTED)
def test_the_kinds_of_every_group_add_up_to_raw(
    context: Context, counted: Sequence[tuple[str, str, int]]
) -> None:
    link = make_link(context)
    with db.writing(context.engine) as session:
        session.execute(clicks.DAY.delete())
        for kind, trigger, n in counted:
            row = {"day": NOON.date(), "link_id": link.id, "device": "other", "n": n}
            key = ["day", "link_id", "kind", "trigger", "device"]
            db.add_counts(
                session, clicks.DAY, key, [row | {"kind": kind, "trigger": trigger}]
            )
    for by in ([], ["trigger"], ["code", "day"]):
        found = link_statistics.link_statistics(context, by=by)["rows"]
        assert all(row["raw"] == sum(row[kind] for kind in KINDS) for row in found)
        assert sum(row["raw"] for row in found) == sum(n for _k, _t, n in counted)


def test_retention_takes_single_clicks_and_leaves_their_counts(
    context: Context, clock: FixedClock
) -> None:
    link = make_link(context)
    click(context, *people(link, 3), *people(link, 2, start=10, at=NOON + 115 * DAY))
    clock.set(NOON + 121 * DAY)
    before = link_statistics.link_statistics(context, by=["day"])

    would, did = (
        retention.run_retention(context, dry_run=True),
        retention.run_retention(context),
    )

    assert (would.clicks, did.clicks) == (3, 3)
    assert link_statistics.link_statistics(context, by=["day"]) == before
    with db.reading(context.engine) as session:
        left = session.execute(select(db.table(Click).c.prefix)).scalars().all()
    assert len(left) == 2
    assert all(left)  # six days old


def test_the_hash_of_a_network_goes_after_a_week(
    context: Context, clock: FixedClock
) -> None:
    link = make_link(context)
    click(context, *people(link, 2))
    clock.set(NOON + 8 * DAY)
    retention.run_retention(context)
    with db.reading(context.engine) as session:
        left = session.execute(select(db.table(Click).c.prefix)).scalars().all()
    assert left == [None, None]


def test_the_digest_tells_counts_apart_and_not_codes(context: Context) -> None:
    def found() -> dict[str, str]:
        with db.reading(context.engine) as session:
            return digest.table_digests(session)

    link = make_link(context)
    empty = found()
    click(context, *people(link, 2))
    after = found()
    changed = {name for name in after if after[name] != empty[name]}
    assert changed == {"click_day"}
