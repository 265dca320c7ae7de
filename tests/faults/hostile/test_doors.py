"""Doors under hostile load: whoever clicks a link meanwhile is led, and soon."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from socialcell import db
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from tests.campaigns.links.link_requests import make_link
from tests.faults.hostile.doors import (
    GROWTH,
    AttackResult,
    Door,
    Probe,
    opened,
    under_attack,
)
from tests.faults.hostile.hostile_client import ATTACKS
from tests.web_servers import is_installed, standing_before

pytestmark = [pytest.mark.on_sqlite, pytest.mark.fault("F33")]

LONGEST = 1.0  # seconds that anybody may wait
# A short attack runs beside other tests, which take the processor from it for a while.
LONGEST_BESIDE_OTHERS = 3.0
# Ends by a reason of ours, whoever attacks: the attack, and what is counted of it.
REASONS = {
    "half_open": {"full", "address"},
    "silent": {"full", "address"},
    "endless_head": {"slow_head"},
    "flooding_head": {"large_head"},
    "pipelined": {"pipelined"},
    "deaf_pipelined": {"pipelined"},
    "head_behind_request": {"large_head"},
    "slow_body": set[str](),  # the installs' own limit, 408
    "body_of_a_link": {"slow_head"},
    "deaf": set[str](),  # the system takes so small an answer
    "slow_webhook_head": {"slow_head"},
}
SLOW = ("endless_head", "body_of_a_link", "slow_body")  # until a limit of ten seconds
REDIRECT_ATTACKS = sorted(set(REASONS) - {"slow_webhook_head"})


def test_every_attack_is_tried() -> None:
    assert set(REASONS) == set(ATTACKS)


@contextmanager
def attacked_redirect(
    context: Context, files: int
) -> Iterator[tuple[Door, list[Probe]]]:
    """The redirect, and probes of it: direct, and through nginx where it is there."""
    folder = context.workspace.folder
    (folder / "config.yaml").write_text("links:\n  trusted: [127.0.0.1]\n")
    (folder / "secrets").mkdir(mode=0o700, exist_ok=True)
    (folder / "secrets" / "install_key").write_text("a key of tests")
    code = make_link(context).code
    with ExitStack() as stack:
        door = stack.enter_context(opened(folder, "redirect", files))
        probes = [
            Probe(door.port, f"/r/{code}", 302),
            Probe(door.port, "/livez", 200),
        ]
        if is_installed("nginx"):
            port = stack.enter_context(standing_before("nginx", {8486: door.port}))
            probes.append(Probe(port, f"/r/{code}", 302, "go.pune.example"))
        yield door, probes


def require_calm(result: AttackResult, longest: float) -> None:
    assert set(result.waits.statuses) == {True}, result.waits.statuses
    assert result.waits.longest < longest
    assert result.growth <= GROWTH


def refused(context: Context, server: str) -> dict[str, int]:
    day = context.clock.now().date().replace(year=2000)
    with db.reading(context.engine) as session:
        return refused_connections.since(session, day).get(server, {})


Told = Callable[..., None]


@pytest.mark.faults
@pytest.mark.parametrize("attack", REDIRECT_ATTACKS)
def test_links_lead_while_the_redirect_is_attacked(
    context: Context, attack: str, tried: Told
) -> None:
    with attacked_redirect(context, 1024) as (door, probes):
        seconds = 12 if attack in SLOW else 3
        result = under_attack(door, probes, attack, seconds, "--connections", "1500")
        require_calm(result, LONGEST_BESIDE_OTHERS)
        code, words = door.stop()
    assert (code, "Traceback" in words) == (0, False)
    assert not REASONS[attack] or REASONS[attack] & set(refused(context, "redirect"))
    if attack == "slow_body":
        assert set(result.attacker["answers"]) == {"408"}
    tried(result.attacker["opened"])


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("files", [1024, 4096])
@pytest.mark.parametrize("attack", REDIRECT_ATTACKS)
def test_nobody_waits_for_a_second_while_the_redirect_is_attacked_for_long(
    context: Context, attack: str, files: int, tried: Told
) -> None:
    seconds = 120 if attack == "endless_head" else 30
    with attacked_redirect(context, files) as (door, probes):
        result = under_attack(door, probes, attack, seconds)
        require_calm(result, LONGEST)
        assert door.stop()[0] == 0
    tried(
        result.attacker["opened"],
        f"{attack}, {files} files: nobody waited longer than "
        f"{result.waits.longest:.2f} s, memory grew by {result.growth:.0f} MB.",
    )


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(15, marks=pytest.mark.faults),
        pytest.param(120, marks=pytest.mark.long),
    ],
)
def test_webhooks_answer_while_their_heads_come_slowly(
    context: Context, seconds: int, tried: Told
) -> None:
    with opened(context.workspace.folder, "webhooks", 1024) as door:
        probes = [Probe(door.port, "/livez", 200)]
        result = under_attack(door, probes, "slow_webhook_head", seconds)
        require_calm(result, LONGEST if seconds > 60 else LONGEST_BESIDE_OTHERS)
        assert door.stop()[0] == 0
    assert refused(context, "webhooks").keys() == {"slow_head"}
    tried(result.attacker["opened"])
