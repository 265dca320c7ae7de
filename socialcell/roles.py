"""Roles, what each may do, and whether a grant's scope covers a place."""

from collections.abc import Iterable
from enum import StrEnum

ALL = "all"  # the scope that covers every place
WARD = "ward:"  # how the ids of ward offices begin
_KINDS = (WARD, "dept:")  # and of departments


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
    """What a service or a screen asks before it acts."""

    READ = "read"  # masked mentions and figures
    TRIAGE = "triage"  # correct readings, acknowledge alerts
    DRAFT = "draft"  # answers, posts, plans
    APPROVE = "approve"  # what another operator has made
    ANSWER = "answer"  # citizens privately, in approved words
    REVEAL = "reveal"  # who wrote, inside an open case of one's own
    CLAIM_DONE = "claim_done"  # and give out field links
    LEAD_INCIDENTS = "lead_incidents"
    SWITCH_OUTBOX = "switch_outbox"
    EXPORT_TEXT = "export_text"
    ERASE = "erase"
    READ_AUDIT = "read_audit"
    MANAGE_OPERATORS = "manage_operators"
    MANAGE_SOURCES = "manage_sources"  # and settings
    MANAGE_TOKENS = "manage_tokens"


class TokenScope(StrEnum):
    """What a program may read or bring through the API with a token that has it."""

    MENTIONS = "mentions:read"
    FIGURES = "figures:read"
    AREAS = "areas:read"
    INCIDENTS = "incidents:read"
    CASES = "cases:read"
    CASES_WRITE = "cases:write"


_P = Permission
_GRANTED = {
    Role.VIEWER: {_P.READ},
    Role.AGENCY: {_P.READ, _P.DRAFT},
    Role.OPERATOR: {
        *(_P.READ, _P.TRIAGE, _P.DRAFT),
        *(_P.ANSWER, _P.REVEAL, _P.CLAIM_DONE),
    },
    Role.DEPARTMENT: {_P.READ, _P.TRIAGE, _P.DRAFT, _P.ANSWER, _P.CLAIM_DONE},
    Role.APPROVER: {_P.READ, _P.DRAFT, _P.APPROVE},
    Role.LEAD: {
        *(_P.READ, _P.TRIAGE, _P.DRAFT, _P.APPROVE, _P.READ_AUDIT),
        *(_P.ANSWER, _P.REVEAL, _P.CLAIM_DONE),
        *(_P.LEAD_INCIDENTS, _P.SWITCH_OUTBOX),
    },
    Role.DPO: {_P.READ, _P.READ_AUDIT, _P.EXPORT_TEXT, _P.ERASE},
    Role.AUDITOR: {_P.READ, _P.READ_AUDIT},
    Role.ADMIN: {
        *(_P.READ_AUDIT, _P.MANAGE_OPERATORS, _P.MANAGE_SOURCES, _P.MANAGE_TOKENS),
    },
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
