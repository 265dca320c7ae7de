"""What the audit log says of operators, in a form to compare with their rows."""

import hashlib
from collections.abc import Mapping

from socialcell.clock import as_utc
from socialcell.identity.model import ApiToken, OperatorSession, RoleGrant
from socialcell.json_types import JsonValue


def object_of(operator_id: int | None) -> str:
    """An operator as the object of an audit row."""
    return f"operator {operator_id}"


def token_object(token_id: int | None) -> str:
    """An API token as the object of an audit row."""
    return f"token {token_id}"


def token_detail(token: ApiToken) -> Mapping[str, JsonValue]:
    """A token as its audit row has it; what is shown once is no part of it."""
    return {
        "scopes": token.scopes,
        "place": token.place,
        "ends_at": as_utc(token.ends_at).isoformat(),
        "token": fingerprint(token.token_hash),
    }


def grant_detail(grant: RoleGrant) -> Mapping[str, JsonValue]:
    """A grant as its audit row has it; moments in UTC, as they are read back."""
    return {
        "grant": grant.id,
        "role": grant.role,
        "scope": grant.scope,
        "starts_at": as_utc(grant.starts_at).isoformat(),
        "ends_at": as_utc(grant.ends_at).isoformat() if grant.ends_at else None,
    }


def session_detail(opened: OperatorSession) -> Mapping[str, JsonValue]:
    """A session as the audit row of its sign-in has it."""
    return {
        "session": opened.id,
        "known_by": opened.known_by,
        "ends_at": as_utc(opened.ends_at).isoformat(),
        "opened": fingerprint(f"{opened.token_hash} {opened.shell} {opened.os_user}"),
    }


def fingerprint(stored: str) -> str:
    """SHA-256 of a password's hash, a factor's stored secret, an API token's hash, or a
    session's token hash with its shell and account, hexadecimal."""
    return hashlib.sha256(stored.encode()).hexdigest()
