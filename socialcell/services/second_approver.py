"""Approval by a second person: two names, and two users of the operating system.

A name is what somebody says; whoever may start a process may give any name. The user of
the operating system is what its administrator gave, and the audit log has it sealed.
"""

from collections.abc import Mapping
from typing import TypedDict

from sqlmodel import Session

from socialcell.errors import SocialcellError
from socialcell.ops import audit
from socialcell.services.context import Context


def same_name(first: str, second: str) -> bool:
    """Whether two names are one, whatever their case and the blanks around them."""
    return first.strip().casefold() == second.strip().casefold()


def os_user_of(
    session: Session,
    action: str,
    object_: str,
    detail: Mapping[str, object] | None = None,
) -> str | None:
    """The OS user of the newest audit row of an action on an object, with these values
    in its detail; None when there is no such row, or it is older than that column."""
    required = dict(detail or {})
    users = [
        row.os_user
        for row in audit.entries_about(session, action, object_)
        if row.action == action and required.items() <= row.detail.items()
    ]
    return users[-1] if users else None


class ApprovalPersons(TypedDict, total=False):
    """What the audit row of an approval says of its two persons."""

    made_os_user: str | None
    trust_names: bool


def require_two(context: Context, first: str | None, about: str) -> ApprovalPersons:
    """What the audit row of an approval says of the OS user behind the first name.

    `first` is the OS user under whom `about` (as in "Post 4") was entered; None: that
    was not noted yet then, so nothing can be said against it. SocialcellError when the
    approval comes from the same one, unless approvals.trust_names allows that: then the
    row has trust_names.
    """
    now = audit.os_user()
    if first != now:
        return {"made_os_user": first}
    if context.workspace.config.approvals.trust_names:
        return {"made_os_user": first, "trust_names": True}
    raise SocialcellError(
        f"{about} was entered under the operating system's user {now}, and so is this "
        "approval: two names do not make two persons. A second person approves it from "
        "an account of their own on this computer (docs/operations.md, Two persons). "
        "Where the whole cell works under one account, approvals.trust_names: true in "
        "config.yaml lets names count; the audit log then says so."
    )
