"""Who may act on a case: a role whose scope covers its ward office, its owner, or the
team that works on it."""

from sqlmodel import Session

from socialcell import roles
from socialcell.desk.model import DeskCase
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions


def places_of(case: DeskCase) -> frozenset[str]:
    """The ids of the ward office and departments whose business a case is."""
    ids = (case.area, case.owner, case.team)
    return frozenset(id_ for id_ in ids if id_ is not None and roles.is_scope(id_))


def require_case(
    context: Context, session: Session, permission: Permission, case: DeskCase
) -> int:
    """The number of the operator who acts, who has a permission for this case.

    NeedsAPerson and SocialcellError as of `permissions.require`.
    """
    places = places_of(case)
    return permissions.require(context, session, permission, places, in_one=True)
