"""Compare sessions, and acts that need one, with the sign-ins of the audit log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from socialcell.identity.model import Operator, OperatorSession
from socialcell.message_catalog import Message, Parameter
from socialcell.ops.audit import AuditRecord
from socialcell.services.operators.records import object_of, session_detail

# What `permissions.require` lets pass only while a session is open.
_SIGNED_IN_ACTIONS = frozenset(
    {
        *("operator.add", "operator.confirm", "operator.disable", "operator.grant"),
        *("operator.reset", "operator.revoke", "token.add", "token.revoke"),
        *("campaign.approve", "message.template_approve", "post.approve"),
    }
)
_GRACE = timedelta(minutes=1)  # between the look at a session and the row


@dataclass
class _Access:
    """How an operator could act at a row of the log: the sessions that were open then,
    by number with their end, and the fingerprint of the password."""

    open: dict[int, datetime] = field(default_factory=dict)
    password: str | None = None


@dataclass
class SessionRecord:
    """What the log says of sessions: the row of each sign-in by the session's number,
    those that nothing has ended, and faults by operator's number."""

    opened: dict[int, AuditRecord] = field(default_factory=dict)
    unended: set[int] = field(default_factory=set)
    faults: list[tuple[int | None, Message]] = field(default_factory=list)


def read_log(
    rows: Iterable[AuditRecord], operators: Iterable[Operator]
) -> SessionRecord:
    """Follow the log (rows about operators and by operators, in order)."""
    record, by_object = SessionRecord(), {object_of(o.id): o for o in operators}
    access = {object_: _Access() for object_ in by_object}
    for row in rows:
        if row.object in access and row.action == "operator.sign_in":
            _read_sign_in(record, access[row.object], by_object[row.object], row)
            continue
        actor = object_of(row.operator_id)
        if row.action in _SIGNED_IN_ACTIONS and actor in access:
            _read_act(record, access[actor], by_object[actor], row)
        if row.object in access:
            _apply(access[row.object], row)
    record.unended = {id_ for state in access.values() for id_ in state.open}
    return record


def _read_sign_in(
    record: SessionRecord, access: _Access, operator: Operator, row: AuditRecord
) -> None:
    id_ = row.detail["session"]
    record.opened[id_] = row
    access.open[id_] = datetime.fromisoformat(row.detail["ends_at"])
    if row.detail["password"] != access.password:
        fields: dict[str, Parameter] = {"name": operator.name, "seq": row.seq}
        fault = Message("operators.fault_sign_in", fields)
        record.faults.append((operator.id, fault))


def _read_act(
    record: SessionRecord, access: _Access, operator: Operator, row: AuditRecord
) -> None:
    if any(end + _GRACE >= row.at for end in access.open.values()):
        return
    fields: dict[str, Parameter] = {
        "name": operator.name,
        "seq": row.seq,
        "action": row.action,
    }
    record.faults.append((operator.id, Message("operators.fault_act", fields)))


def _apply(access: _Access, row: AuditRecord) -> None:
    """What a row about an operator does to that operator's access."""
    if row.action == "operator.password":
        access.password = row.detail["password"]
        access.open.clear()
    elif row.action == "operator.end" and "session" in row.detail:
        access.open.pop(row.detail["session"], None)
    elif row.action in ("operator.end", "operator.disable") or _ends_access(row):
        access.open.clear()


def _ends_access(row: AuditRecord) -> bool:
    """Whether a reset took effect with this row."""
    if row.action == "operator.reset":
        return not row.detail["waits"]
    return row.action == "operator.confirm" and bool(row.detail["resets"])


def is_explained(record: SessionRecord, opened: OperatorSession) -> bool:
    """Whether a session's row is as its sign-in left it, ended where that was noted."""
    row = record.opened.get(opened.id or 0)
    if row is None or row.object != object_of(opened.operator_id):
        return False
    expected = session_detail(opened)
    is_same = all(row.detail.get(key) == part for key, part in expected.items())
    return is_same and (opened.ended_at is not None or opened.id in record.unended)


def faults_of(
    record: SessionRecord, operator: Operator, sessions: Iterable[OperatorSession]
) -> Iterator[Message]:
    """What is wrong with an operator's sessions and acts."""
    if not all(is_explained(record, opened) for opened in sessions):
        yield Message("operators.fault_session", {"name": operator.name})
    yield from (message for id_, message in record.faults if id_ == operator.id)
