"""The two invented operators of a sample workspace; their passwords are in secrets/, a
file each."""

import secrets
from dataclasses import replace
from pathlib import Path

from socialcell import db
from socialcell.identity import store
from socialcell.identity.actor import Actor
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in
from socialcell.services.workspace import workspace_setup

MAKER, APPROVER = "Asha Sample", "Meera Sample"


def ensure(context: Context) -> None:
    """Make the two operators where there are none, each with a password of its own.

    Killed anywhere, the next run goes on: what sets a password is kept until then.
    """
    workspace = context.workspace
    for name in (MAKER, APPROVER):
        password = secrets.token_urlsafe(12)
        workspace_setup.add_secret(workspace, file_of(name), password)
    with db.reading(context.engine) as session:
        has_operators = store.has_operators(session)
    if not has_operators:
        for issued in accounts.begin(context, (MAKER, APPROVER)):
            code = _code_file(issued.name)
            workspace_setup.add_secret(workspace, code, issued.code)
    for name, password in passwords(context).items():
        place = _secret(context, _code_file(name))
        if not place.exists():
            continue
        code = place.read_text("utf-8").strip()
        if not _has_password(context, name):
            own_access.set_password(context, name, code, password)
        place.unlink()


def acting_as(context: Context, name: str) -> Context:
    """The same workspace with an operator who has signed in."""
    return replace(context, actor=_sign_in(context, name))


def _sign_in(context: Context, name: str) -> Actor:
    password = passwords(context)[name]
    lasts = sign_in.LASTS_FOR_ONE_ACT
    return sign_in.sign_in(context, name, password, lasts=lasts).actor


def passwords(context: Context) -> dict[str, str]:
    """The password of each, by name."""
    return {
        name: _secret(context, file_of(name)).read_text("utf-8").strip()
        for name in (MAKER, APPROVER)
    }


def file_of(name: str) -> str:
    """The file in secrets/ that holds an operator's password."""
    return name.lower().replace(" ", "_")


def _code_file(name: str) -> str:
    return f"{file_of(name)}_code"


def _secret(context: Context, name: str) -> Path:
    return context.workspace.folder / "secrets" / name


def _has_password(context: Context, name: str) -> bool:
    with db.reading(context.engine) as session:
        operator = store.find_operator(session, name)
        return operator is not None and operator.password_hash is not None
