"""Whether two people can sign in, so that one approves what the other makes."""

from collections.abc import Iterator

from socialcell import db
from socialcell.identity import second_factor
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.services.operators import listing, record_check

_NAME = "operators"
_RECORDS = "roles, passwords, approvals"
_APPROVING = ("approver", "lead")


def signed_up(context: Context) -> Iterator[Check]:
    """Two who may approve and have a password; what waits for a second person."""
    operators = listing.list_operators(context)
    if not operators:
        yield warning(
            _NAME,
            "there are none: nobody can approve a plan, a post or an answer",
            "Name two people (docs/operators.md): socialcell operators begin NAME NAME",
        )
        return
    able = [
        line
        for line in operators
        if line.state == "active" and _may_approve(line.grants)
    ]
    if len(able) < 2:
        yield warning(
            _NAME,
            f"{len(able)} can sign in and approve: two are needed, as nobody approves "
            "what they made",
            "See who has no password yet: socialcell operators list",
        )
    else:
        yield ok(_NAME, f"{len(able)} can sign in and approve")
    if context.workspace.find_secret(second_factor.KEY_NAME) is None:
        folder = context.workspace.folder
        yield warning(
            "authenticators",
            "the workspace has no key for them",
            f"Make it: socialcell init {folder}",
        )


def recorded(context: Context) -> Check:
    """Whether operators, roles and approvals are as the audit log says."""
    with db.reading(context.engine) as session:
        faults = list(record_check.find_faults(session))
    if not faults:
        return ok(_RECORDS, "are as the audit log says")
    return failed(
        _RECORDS,
        "; ".join(str(fault.reason) for fault in faults),
        "Somebody wrote into the database past socialcell: socialcell audit verify",
    )


def _may_approve(grants: tuple[listing.GrantLine, ...]) -> bool:
    return any(
        grant.role in _APPROVING and grant.state == "in_force" for grant in grants
    )
