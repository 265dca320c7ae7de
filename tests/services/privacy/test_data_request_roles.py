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
from socialcell.listening.model import Mention
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
def held(context: Context) -> Context:
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
    held: Context, act: Callable[[Context], None]
) -> None:
    act(held)


@pytest.mark.parametrize("act", ACTS)
def test_once_there_is_an_operator_nobody_may_without_a_sign_in(
    held: Context, act: Callable[[Context], None]
) -> None:
    acting(held, "Ravi Sample", Role.VIEWER)
    before = trace(held)

    with pytest.raises(NeedsAPerson, match="Nobody has signed in"):
        act(held)

    assert trace(held) == before


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.DPO], ids=str
)
def test_roles_other_than_the_officers_are_refused_and_change_nothing(
    held: Context, role: Role, act: Callable[[Context], None]
) -> None:
    other = acting(held, "Ravi Sample", role)
    before = trace(held)

    with pytest.raises(SocialcellError, match="dpo"):
        act(other)

    assert trace(held) == before


@pytest.mark.parametrize("act", ACTS)
def test_the_officer_may_after_a_sign_in_with_a_second_factor(
    held: Context, act: Callable[[Context], None]
) -> None:
    weak = operators.operator(held, "Lata Sample", Role.DPO, known_by="password")
    with pytest.raises(NeedsAPerson):
        act(replace(held, actor=weak))

    act(operators.officer(held))


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
    held: Context, tmp_path: Path
) -> None:
    shell = Shell(held)
    sign_in_shell(held, "Ravi Sample", Role.LEAD)
    refused = [shell.run(*words) for words in commands(tmp_path)]
    sign_out_shell(held)
    unsigned = [shell.run(*words) for words in commands(tmp_path)]

    assert [(code, "dpo" in said) for code, _out, said in refused] == [(1, True)] * 3
    assert [code for code, _out, _said in unsigned] == [4] * 3
    assert all("Nobody has signed in here" in said for _c, _out, said in unsigned)
    assert not (tmp_path / "asha.json").exists()
    assert None not in trace(held)[0]

    sign_in_shell(held, "Dina Sample", Role.DPO)
    done = [shell.run(*words) for words in commands(tmp_path)]
    assert [code for code, _out, _said in done] == [0] * 3
    assert json.loads((tmp_path / "asha.json").read_text())["platform"] == "x"
    assert trace(held)[0][:2] == [None, None]


def test_the_commands_work_in_a_workspace_without_operators(
    held: Context, tmp_path: Path
) -> None:
    done = [Shell(held).run(*words) for words in commands(tmp_path)]

    assert [code for code, _out, _said in done] == [0] * 3
    assert trace(held)[0][:2] == [None, None]
