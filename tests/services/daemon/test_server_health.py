"""What `health` says of the servers: clicks in no count, refused connections."""

from datetime import timedelta

import pytest

from socialcell import db
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST, FixedClock, SystemClock
from socialcell.ops import leases
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from socialcell.services.daemon.health import HealthReason, check_health
from socialcell.services.links import unsaved_clicks
from tests.campaigns.links.link_requests import make_link


def test_clicks_that_could_not_be_read_are_said_until_their_file_is_gone(
    context: Context,
) -> None:
    leases.acquire(context.engine, "daemon", "here", SystemClock().now())
    damaged = context.workspace.folder / "clicks.damaged"
    before = check_health(context)
    damaged.write_bytes(b'{"rows": [{"id"\n\xff\n')
    during = check_health(context)
    damaged.unlink()

    assert (before.state, check_health(context).state) == ("well", "well")
    assert during.state == "degraded"
    assert tuple(map(str, during.reasons)) == (
        f"Lines of clicks that are damaged and in no count: 2. Look at {damaged}, "
        "then move it away.",
    )


def only_reason(context: Context) -> HealthReason:
    leases.acquire(context.engine, "daemon", "here", SystemClock().now())
    (reason,) = check_health(context).reasons
    return reason


def test_clicks_that_a_full_log_did_not_take_are_said_for_a_day(
    context: Context, clock: FixedClock
) -> None:
    link, day = make_link(context), clock.now().astimezone(IST).date()
    for n, before in ((3, 0), (4, 1), (50, 2)):
        lost = {(day - timedelta(days=before), link.id or 0, "link", "android"): n}
        with db.writing(context.engine) as session:
            clicks.record_clicks(session, [], lost)
    reason = only_reason(context)
    assert reason.code == "clicks_dropped"
    assert reason.finding.endswith("since yesterday and not stored: 7.")


def test_clicks_that_were_lost_at_a_stop_are_said_until_their_file_is_gone(
    context: Context,
) -> None:
    folder = context.workspace.folder
    unsaved_clicks.reserve_dropped(folder)
    size = (folder / unsaved_clicks.DROPPED).stat().st_size
    assert unsaved_clicks.dropped_at_stops(folder) == 0
    for n in (3, 4):
        unsaved_clicks.add_dropped(folder, n)
        unsaved_clicks.reserve_dropped(folder)
    assert (folder / unsaved_clicks.DROPPED).stat().st_size == size
    reason = only_reason(context)
    assert reason.code == "clicks_lost"
    assert reason.finding.endswith("lost when the redirect stopped: 7.")
    assert str(folder / "clicks.dropped") in reason.advice


@pytest.mark.parametrize(("n", "is_told"), [(99, False), (100, True)])
def test_many_refused_connections_of_a_server_are_said_by_reason(
    context: Context, clock: FixedClock, n: int, is_told: bool
) -> None:
    day = clock.now().astimezone(IST).date()
    with db.writing(context.engine) as session:
        refused_connections.add(session, "redirect", {"full": n - 10}, day)
        refused_connections.add(session, "redirect", {"slow_head": 10}, day)
        refused_connections.add(
            session, "console", {"full": 1000}, day - timedelta(days=2)
        )
    leases.acquire(context.engine, "daemon", "here", SystemClock().now())
    found = check_health(context).reasons
    assert [reason.code for reason in found] == ["connections_refused"] * is_told
    if found:
        assert found[0].finding == (
            "redirect refused 100 connections since yesterday: full 90, slow_head 10."
        )
