"""Approval by a second person: an operator who signed in, and did not make it."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from sqlmodel import Session

from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions


class ApprovalPersons(TypedDict):
    """What the audit row of an approval says of whoever made what is approved."""

    made_by_operator: int


def making_of(
    session: Session,
    actions: Iterable[str],
    object_: str,
    detail: Mapping[str, JsonValue] | None = None,
) -> AuditRecord | None:
    """The newest audit row in which an object was made or changed by one of these
    actions, with these values in its detail; None when there is no such row."""
    required = dict(detail or {})
    rows = [
        row
        for action in actions
        for row in audit.entries_about(session, action, object_)
        if row.action == action and required.items() <= row.detail.items()
    ]
    return max(rows, key=lambda row: row.seq, default=None)


def require_second(
    context: Context,
    session: Session,
    making: AuditRecord | None,
    about: Message,
    places: Iterable[str] = (),
) -> ApprovalPersons:
    """What the audit row of an approval says of the first person.

    `making` is the audit row in which `about` was made: the log is sealed, other rows
    are not. `places` are the ids of the ward offices that it concerns; none: the whole
    city. Errors of `permissions.require`; UsageError: whoever approves made it;
    SocialcellError: nobody who had signed in made it.
    """
    approver = permissions.require(context, session, Permission.APPROVE, places)
    if making is None or making.operator_id is None:
        raise SocialcellError("operators.maker_unknown", about=about)
    if making.operator_id == approver:
        raise UsageError("operators.own_work", about=about, name=context.actor.name)
    return {"made_by_operator": making.operator_id}
