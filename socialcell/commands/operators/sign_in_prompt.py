"""Ask on a terminal who acts: name, password, and a code where there is a factor."""

import getpass
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from socialcell.commands import output
from socialcell.commands.options import open_context
from socialcell.message_catalog import Message

if TYPE_CHECKING:
    from socialcell.services.context import Context
    from socialcell.services.operators.sign_in import SignedIn


def acting_context(config: Path | None) -> "Context":
    """The workspace with the operator who has signed in in this shell, else with who
    does so now, for this one act. NeedsAPerson: neither, as nobody can be asked."""
    return _with_operator(open_context(config))


def _with_operator(context: "Context") -> "Context":
    from socialcell.errors import NeedsAPerson
    from socialcell.services.operators import sign_in

    if context.actor.is_signed_in:
        return context
    if not sys.stdin.isatty():
        raise NeedsAPerson("operators.not_signed_in", account=context.actor.name)
    name: str = typer.prompt("Operator", err=True)
    signed_in = ask_and_sign_in(context, name, lasts=sign_in.LASTS_FOR_ONE_ACT)
    return replace(context, actor=signed_in.actor)


def operator_context(config: Path | None) -> "Context":
    """The same in a workspace that has operators; in one that has none whoever has its
    files acts, and the audit log has the account of the computer."""
    from socialcell import db
    from socialcell.identity import store

    context = open_context(config)
    with db.reading(context.engine) as session:
        has_operators = store.has_operators(session)
    return _with_operator(context) if has_operators else context


def approver_context(config: Path | None) -> "Context":
    """The workspace for what is shown to approvers: where config.yaml names some, with
    the operator who has signed in, or does so now."""
    context = open_context(config)
    is_open = context.workspace.config.influencers.approvers is None
    return context if is_open else _with_operator(context)


def drafting_context(config: Path | None) -> "Context":
    """The workspace in which something is made that a second person must approve; a
    note on standard error where nobody has signed in, as nobody can approve it then."""
    context = open_context(config)
    if not context.actor.is_signed_in:
        output.note(str(Message("operators.draft_unsigned")))
    return context


def ask_and_sign_in(
    context: "Context", name: str, *, lasts: timedelta | None = None
) -> "SignedIn":
    """Sign in with what is typed, or with the lines of standard input."""
    from socialcell.services.operators import sign_in

    password = secret("Password")
    lasts = lasts or sign_in.LASTS
    try:
        return sign_in.sign_in(context, name, password, lasts=lasts)
    except sign_in.CodeNeeded:
        code = secret("Code of the authenticator, or a recovery code")
        return sign_in.sign_in(context, name, password, code, lasts=lasts)


def secret(prompt: str) -> str:
    """A line that a terminal does not show; the next line of standard input where it
    is none. UsageError at the end of the input."""
    from socialcell.errors import UsageError
    from socialcell.redact import remember

    if sys.stdin.isatty():
        text = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    else:
        line = sys.stdin.readline()
        if not line:
            raise UsageError("operators.no_input", prompt=prompt)
        text = line.rstrip("\r\n")
    remember(text)  # no log line of this process shows it
    return text


def new_password() -> str:
    """A new password, typed twice on a terminal. UsageError when the two differ."""
    from socialcell.errors import UsageError

    password = secret("New password")
    if sys.stdin.isatty() and secret("The same again") != password:
        raise UsageError("operators.passwords_differ")
    return password
