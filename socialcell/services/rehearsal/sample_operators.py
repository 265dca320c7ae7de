"""The two invented operators of a sample workspace; their passwords are in secrets/."""

import json
import secrets
from dataclasses import replace

from socialcell import db
from socialcell.identity import store
from socialcell.identity.actor import Actor
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in
from socialcell.services.workspace import workspace_setup

MAKER, APPROVER = "Asha Sample", "Meera Sample"
FILE = "sample_operators"


def ensure(context: Context) -> None:
    """Make the two operators where there are none, each with a password of its own."""
    if not (context.workspace.folder / "secrets" / FILE).exists():
        new = {name: secrets.token_urlsafe(12) for name in (MAKER, APPROVER)}
        workspace_setup.add_secret(context.workspace, FILE, json.dumps(new))
    with db.reading(context.engine) as session:
        has_operators = bool(store.all_operators(session))
    if not has_operators:
        by_name = passwords(context)
        for issued in accounts.begin(context, tuple(by_name)):
            own_access.set_password(
                context, issued.name, issued.code, by_name[issued.name]
            )


def acting_as(context: Context, name: str) -> Context:
    """The same workspace with an operator who has signed in."""
    return replace(context, actor=_sign_in(context, name))


def _sign_in(context: Context, name: str) -> Actor:
    password = passwords(context)[name]
    lasts = sign_in.LASTS_FOR_ONE_ACT
    return sign_in.sign_in(context, name, password, lasts=lasts).actor


def passwords(context: Context) -> dict[str, str]:
    """The password of each, by name."""
    path = context.workspace.folder / "secrets" / FILE
    by_name: dict[str, str] = json.loads(path.read_text("utf-8"))
    return by_name
