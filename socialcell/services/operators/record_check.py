"""Compare the rows of operators, grants and approvals with the audit log.

The owner of the database's file can write into its tables. What was written past the
product has no row in the audit log that says the same, and the log itself is sealed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from socialcell.campaigns.outreach.store import outreach
from socialcell.campaigns.publishing import store as own_posts
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.identity import store
from socialcell.identity.model import Operator, RoleGrant, SecondFactor
from socialcell.identity.store import name_key
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message, Parameter
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.services.operators import session_check, token_check
from socialcell.services.operators.records import fingerprint, grant_detail, object_of

_MADE = ("operator.begin", "operator.add")


@dataclass(frozen=True)
class RecordFault:
    """A row that the audit log does not explain: of which operator or object, and
    why."""

    object: str
    reason: Message


def find_faults(session: Session) -> Iterator[RecordFault]:
    """Rows of operators, passwords, factors, roles, tokens and approvals nobody made
    through the product, as far as the audit log is whole."""
    operators = store.all_operators(session)
    log = audit.about_operators(session)
    sessions = session_check.read_log(log, operators)
    yield from _beginning_faults(log)
    yield from _missing(operators, log)
    for operator in operators:
        rows = [row for row in log if row.object == object_of(operator.id)]
        opened = store.all_sessions(session, operator.id or 0)
        for reason in (
            *_operator_faults(session, operator, rows),
            *session_check.faults_of(sessions, operator, opened),
        ):
            yield RecordFault(object_of(operator.id), reason)
    for object_, reason in token_check.find_token_faults(session, log):
        yield RecordFault(object_, reason)
    yield from _approval_faults(session)


def _beginning_faults(log: list[AuditRecord]) -> Iterator[RecordFault]:
    """First operators who were made again: those before them were taken out."""
    beginnings = [row for row in log if row.action == "operator.begin"]
    for row in beginnings[2:]:
        named: dict[str, Parameter] = {
            "name": str(row.detail["name"]),
            "seq": row.seq,
        }
        yield RecordFault(row.object, Message("operators.fault_begun_again", named))


def _missing(
    operators: list[Operator], log: list[AuditRecord]
) -> Iterator[RecordFault]:
    """Operators of the log who are in the database no more."""
    present = {object_of(operator.id) for operator in operators}
    for row in log:
        if row.action in _MADE and row.object not in present:
            named = {"name": str(row.detail["name"])}
            yield RecordFault(row.object, Message("operators.fault_missing", named))


def _approval_faults(session: Session) -> Iterator[RecordFault]:
    """Approved posts and plans without the approval's row in the log: of a plan, of
    this content."""
    for post in own_posts.approved(session):
        rows = audit.entries_about(session, "post.approve", str(post.id))
        about = Message("operators.post", {"id": post.id})
        if not rows:
            yield _unapproved(f"post {post.id}", about)
        elif not _is_as_approved(session, post, rows[-1]):
            fault = Message("operators.fault_post", {"about": about})
            yield RecordFault(f"post {post.id}", fault)
    for campaign, version, content in outreach.approved_versions(session):
        rows = audit.entries_about(session, "campaign.approve", campaign)
        approval = {"version": version, "content": content}
        if not any(
            row.action == "campaign.approve" and approval.items() <= row.detail.items()
            for row in rows
        ):
            about = Message(
                "operators.plan", {"campaign": campaign, "version": version}
            )
            yield _unapproved(f"plan {campaign} {version}", about)


def _is_as_approved(session: Session, post: OwnPost, approval: AuditRecord) -> bool:
    """Whether a post, and its words where they wait in the outbox, are what a second
    person approved. Entries of before 0.2 do not have the content."""
    if approval.detail.get("content", post.content) != post.content:
        return False
    waits = own_posts.message(session, post)
    if waits is None or waits.state not in ("pending", "held"):
        return True
    return waits.body == post.text.encode()


def _unapproved(object_: str, about: Message) -> RecordFault:
    return RecordFault(object_, Message("operators.fault_approval", {"about": about}))


def _operator_faults(
    session: Session, operator: Operator, rows: list[AuditRecord]
) -> Iterator[Message]:
    named: Mapping[str, str] = {"name": operator.name}
    actions = {row.action for row in rows}
    is_first = "operator.begin" in actions
    made_as = [row.detail["name"] for row in rows if row.action in _MADE]
    if operator.name not in made_as or operator.name_key != name_key(operator.name):
        yield Message("operators.fault_not_added", named)
    if operator.confirmed_at and not (is_first or _was_confirmed(operator, rows)):
        yield Message("operators.fault_not_confirmed", named)
    if "operator.disable" in actions and operator.disabled_at is None:
        yield Message("operators.fault_enabled", named)
    if operator.password_hash and not _is_last(
        rows, "operator.password", "password", fingerprint(operator.password_hash)
    ):
        yield Message("operators.fault_password", named)
    factor = session.get(SecondFactor, operator.id)
    if not _is_last_factor(factor, rows):
        yield Message("operators.fault_factor", named)
    for grant in store.grants_of(session, operator.id or 0):
        if not _is_explained(grant, rows):
            yield Message("operators.fault_grant", {**named, "role": grant.role})


def _was_confirmed(operator: Operator, rows: list[AuditRecord]) -> bool:
    return any(
        row.action == "operator.confirm"
        and row.operator_id == operator.confirmed_by
        and row.operator_id != operator.added_by
        for row in rows
    )


def _is_last(rows: list[AuditRecord], action: str, key: str, expected: str) -> bool:
    """Whether the newest row of an action has this value."""
    marks = [row.detail.get(key) for row in rows if row.action == action]
    return bool(marks) and marks[-1] == expected


def _is_last_factor(factor: SecondFactor | None, rows: list[AuditRecord]) -> bool:
    """Whether an authenticator is the one that was set up last, or there is none."""
    if factor is None:
        return not _lost_factor(rows)
    mark = fingerprint(factor.secret)
    is_last = _is_last(rows, "operator.factor", "factor", mark)
    return is_last and factor.confirmed_at is not None


def _lost_factor(rows: list[AuditRecord]) -> bool:
    """Whether an authenticator was set and no confirmed reset came after it."""
    state = False
    for row in rows:
        if row.action == "operator.factor":
            state = True
        elif row.action == "operator.confirm" and row.detail.get("resets"):
            state = False
    return state


def _is_explained(grant: RoleGrant, rows: list[AuditRecord]) -> bool:
    made = _made_of(grant, rows)
    if made is None:
        return False
    was_revoked = any(
        row.action == "operator.revoke" and grant.id in _ids(row.detail) for row in rows
    )
    if was_revoked != (grant.revoked_at is not None):
        return False
    if grant.confirmed_at is None or made.action == "operator.begin":
        return True
    return any(
        row.action == "operator.confirm"
        and grant.id in _ids(row.detail)
        and row.operator_id == grant.confirmed_by
        and row.operator_id != made.operator_id
        for row in rows
    )


def _made_of(grant: RoleGrant, rows: list[AuditRecord]) -> AuditRecord | None:
    """The row that says of a grant what its own row says."""
    expected = grant_detail(grant)
    for row in rows:
        listed = row.detail.get("roles") or [row.detail]
        if any(_same(expected, entry) for entry in listed):
            return row
    return None


def _same(expected: JsonObject, entry: JsonObject) -> bool:
    return all(entry.get(key) == part for key, part in expected.items())


def _ids(detail: JsonObject) -> tuple[int, ...]:
    grants = detail.get("grants")
    return tuple(grants) if isinstance(grants, list) else ()
