"""Who gives out or erases what is held of an account: anybody in a workspace without
operators, and the data protection officer alone once there are some."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.errors import NeedsAPerson, SocialcellError
from socialcell.listening.model import Mention, Suppression
from socialcell.ops import audit
from socialcell.registers.model import AccessEntry
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.privacy import data_requests
from tests import operators
from tests.inside import socialcell
from tests.operators import acting, sign_in_shell, sign_out_shell
from tests.services.privacy.request_desk import store_hers

pytestmark = pytest.mark.swept_on_postgresql

HERS = ("--platform", "x", "--handle", "asha_canary")


def export(context: Context) -> None:
    data_requests.export_account(context, "x", None, "asha_canary")


def erase(context: Context) -> None:
    data_requests.erase_account(context, "x", None, "asha_canary")


def look(context: Context) -> None:
    data_requests.erase_account(context, "x", None, "asha_canary", dry_run=True)


ACTS = (export, erase, look)


@pytest.fixture
def city(context: Context) -> Context:
    """A workspace with her posts and no operator, in which nobody has signed in."""
    store_hers(context)
    return context


def trace(context: Context) -> tuple[list[str | None], int, int]:
    """Her texts, rows of the audit log, reads of unmasked data."""
    with db.reading(context.engine) as session:
        texts = list(session.scalars(select(Mention.text).order_by(Mention.id)))
        reads = list(session.scalars(select(AccessEntry)))
        return texts, audit.head(session).seq, len(reads)


@pytest.mark.parametrize("act", ACTS)
def test_in_a_workspace_without_operators_whoever_has_its_files_may(
    city: Context, act: Callable[[Context], None]
) -> None:
    act(city)


@pytest.mark.parametrize("act", ACTS)
def test_once_there_is_an_operator_nobody_may_without_a_sign_in(
    city: Context, act: Callable[[Context], None]
) -> None:
    acting(city, "Ravi Sample", Role.VIEWER)
    before = trace(city)

    with pytest.raises(NeedsAPerson, match="Nobody has signed in"):
        act(city)

    assert trace(city) == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.DPO], ids=str
)
def test_roles_other_than_the_officers_are_refused_and_change_nothing(
    city: Context, role: Role, act: Callable[[Context], None]
) -> None:
    other = acting(city, "Ravi Sample", role)
    before = trace(city)

    with pytest.raises(SocialcellError, match="dpo"):
        act(other)

    assert trace(city) == before


@pytest.mark.parametrize("act", ACTS)
def test_the_officer_may_after_a_sign_in_with_a_second_factor(
    city: Context, act: Callable[[Context], None]
) -> None:
    weak = operators.operator(city, "Lata Sample", Role.DPO, known_by="password")
    with pytest.raises(NeedsAPerson):
        act(replace(city, actor=weak))

    act(operators.officer(city))


class Shell:
    """`privacy export` and `erase` as they are typed in a workspace."""

    def __init__(self, context: Context) -> None:
        self._config = context.workspace.folder / "config.yaml"

    def run(self, *words: str | Path) -> tuple[int, str, str]:
        result = socialcell("--config", self._config, "privacy", *words)
        return result.returncode, result.stdout, result.stderr


def commands(folder: Path) -> Sequence[Sequence[str | Path]]:
    return (
        ("export", *HERS, "--out", folder / "asha.json"),
        ("erase", *HERS, "--dry-run"),
        ("erase", *HERS),
    )


def test_the_commands_ask_who_it_is_once_there_are_operators(
    city: Context, tmp_path: Path
) -> None:
    shell = Shell(city)
    sign_in_shell(city, "Ravi Sample", Role.LEAD)
    refused = [shell.run(*words) for words in commands(tmp_path)]
    sign_out_shell(city)
    unsigned = [shell.run(*words) for words in commands(tmp_path)]

    assert [(code, "dpo" in stderr) for code, _out, stderr in refused] == [
        (1, True)
    ] * 3
    assert [code for code, _out, _stderr in unsigned] == [4] * 3
    assert all("Nobody has signed in here" in stderr for _c, _out, stderr in unsigned)
    assert not (tmp_path / "asha.json").exists()
    assert None not in trace(city)[0]

    sign_in_shell(city, "Dina Sample", Role.DPO)
    results = [shell.run(*words) for words in commands(tmp_path)]
    assert [code for code, _out, _stderr in results] == [0] * 3
    assert json.loads((tmp_path / "asha.json").read_text())["platform"] == "x"
    assert trace(city)[0][:2] == [None, None]


def test_the_commands_work_in_a_workspace_without_operators(
    city: Context, tmp_path: Path
) -> None:
    results = [Shell(city).run(*words) for words in commands(tmp_path)]

    assert [code for code, _out, _stderr in results] == [0] * 3
    assert trace(city)[0][:2] == [None, None]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("verb", ["export", "erase"])
def test_a_platform_that_there_is_not_is_no_answer_that_nothing_is_held(
    city: Context, verb: str
) -> None:
    config = city.workspace.folder / "config.yaml"
    before = trace(city)

    words = ("privacy", verb, "--platform", "twitter", "--handle", "asha_canary")
    done = socialcell(*words, "--config", config)

    assert done.returncode == 2
    assert "There is no platform 'twitter'. There are: " in done.stderr
    assert trace(city) == before


@pytest.mark.on_sqlite
def test_a_mistyped_handle_is_not_kept_out_unless_that_is_asked_for(
    city: Context,
) -> None:
    shell = Shell(city)
    stranger = ("erase", "--platform", "x", "--handle", "asha_canry")
    before = trace(city)

    refused = shell.run(*stranger)

    assert refused[:2] == (1, "")
    assert "Nothing is held of this account; nothing was done." in refused[2]
    assert "Nearly the same handles: asha_canary" in refused[2]
    assert trace(city) == before
    assert suppressed(city) == 0

    kept_out = shell.run(*stranger, "--keep-out")

    assert kept_out[0] == 1
    assert "it is kept out from now on" in kept_out[2]
    assert suppressed(city) > 0


def suppressed(context: Context) -> int:
    with db.reading(context.engine) as session:
        return len(session.scalars(select(Suppression)).all())
