"""Compare the rows of API tokens with the audit log."""

from collections.abc import Iterator

from sqlmodel import Session

from socialcell.identity import token_store
from socialcell.identity.model import ApiToken
from socialcell.message_catalog import Message
from socialcell.ops.audit import AuditRecord
from socialcell.services.operators.records import token_detail, token_object


def find_token_faults(
    session: Session, log: list[AuditRecord]
) -> Iterator[tuple[str, Message]]:
    """Tokens that nobody made, changed or revoked through the product: the object and
    the reason. `log` are the rows of what operators did, in order."""
    tokens = token_store.all_tokens(session)
    for token in tokens:
        object_ = token_object(token.id)
        rows = [row for row in log if row.object == object_]
        if not _is_explained(token, rows):
            yield object_, Message("tokens.fault_token", {"name": token.name})
    present = {token_object(token.id) for token in tokens}
    for row in log:
        if row.action == "token.add" and row.object not in present:
            named = {"name": str(row.detail["name"])}
            yield row.object, Message("tokens.fault_missing", named)


def _is_explained(token: ApiToken, rows: list[AuditRecord]) -> bool:
    """Whether a token is as the log says, and is revoked if and only if it says so."""
    expected = {"name": token.name, **token_detail(token)}
    was_made = any(
        row.action == "token.add"
        and row.operator_id == token.made_by
        and expected.items() <= row.detail.items()
        for row in rows
    )
    was_revoked = any(row.action == "token.revoke" for row in rows)
    return was_made and was_revoked == (token.revoked_at is not None)
