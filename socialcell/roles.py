"""Roles, what each may do, and whether a grant's scope covers a place."""

from collections.abc import Iterable
from enum import StrEnum

ALL = "all"  # the scope that covers every place
_KINDS = ("ward:", "dept:")  # as the ids of ward offices and departments begin


class Role(StrEnum):
    """What an operator is to the cell."""

    VIEWER = "viewer"
    AGENCY = "agency"
    OPERATOR = "operator"
    DEPARTMENT = "department"
    APPROVER = "approver"
    LEAD = "lead"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a service asks before it acts."""

    APPROVE = "approve"  # what another operator has made
    MANAGE_OPERATORS = "manage_operators"


_GRANTED = {
    Role.APPROVER: {Permission.APPROVE},
    Role.LEAD: {Permission.APPROVE},
    Role.ADMIN: {Permission.MANAGE_OPERATORS},
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that have a permission."""
    return frozenset(role for role, may in _GRANTED.items() if permission in may)


def is_scope(scope: str) -> bool:
    """Whether a text is a scope: `all`, or the id of a ward office or department."""
    return scope == ALL or any(
        scope.startswith(kind) and len(scope) > len(kind) for kind in _KINDS
    )


def covers(scope: str, places: Iterable[str]) -> bool:
    """Whether a scope covers every place of an act, given by ids. An act that names no
    place concerns the whole city, which `all` alone covers."""
    return scope == ALL or set(places) == {scope}
