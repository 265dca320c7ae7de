"""What `health` says beside the state of the daemon."""

from socialcell.clock import SystemClock
from socialcell.ops import leases
from socialcell.services.context import Context
from socialcell.services.daemon.health import check_health


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
