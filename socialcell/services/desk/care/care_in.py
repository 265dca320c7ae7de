"""Take in an export of PMC Care: tokens of our cases, and what it says of each."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.desk import care_file
from socialcell.desk.care_file import CareLine, CareReject
from socialcell.desk.care_statuses import status_key
from socialcell.desk.closing_model import CareFile, CareRow
from socialcell.desk.model import DeskCase
from socialcell.desk.store import care as store
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.care import status_table
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.operators import permissions


@dataclass
class CareImport:
    """What became of a file's rows: `late` say less than was known already; `tokens`
    cases got their token. `no_case` are tokens that belong to no case of ours, and
    `unknown` the statuses that no table explains. `earlier`: the same file was read
    before, and nothing is changed."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    late: int = 0
    tokens: int = 0
    no_case: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    rejects: tuple[CareReject, ...] = ()
    earlier: datetime | None = None


def care_in(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> CareImport:
    """Take in a file, or count what taking it in would do. Audited.

    Rows that cannot be read are rejected, each with its reason; the others count. Cases
    change by `care_reconcile` alone. SocialcellError: the file cannot be read, or has
    another heading. Errors of `permissions.require`.
    """
    now = context.clock.now()
    sha256 = _digest(path)
    table = care_file.read_care_file(path, now, options)
    statuses = status_table.load_statuses(context.workspace)
    result = CareImport(rows=len(table.lines) + len(table.rejects))
    result.rejects = tuple(table.rejects)
    strange = {
        line.status for line in table.lines if status_key(line.status) not in statuses
    }
    result.unknown = tuple(sorted(strange))
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.TRIAGE, ())
        db.take_turn(session, "care")
        earlier = store.find_file(session, sha256)
        if earlier is not None:
            result.earlier = earlier.read_at
            result.unchanged = len(table.lines)
            return result
        file = CareFile(
            sha256=sha256,
            name=path.name,
            read_by=context.actor.name,
            read_at=now,
            rows=result.rows,
            rejects=[
                {"row": reject.row, "reason": reject.reason} for reject in table.rejects
            ],
        )
        session.add(file)
        session.flush()
        no_case = []
        for line in table.lines:
            if not _take(context, session, file, line, statuses, result):
                no_case.append(line.token)
        result.no_case = tuple(no_case)
        detail = {
            "rows": result.rows,
            "added": result.added,
            "changed": result.changed,
            "rejected": len(result.rejects),
            "tokens": result.tokens,
        }
        audit.append(session, context.actor, "care.import", path.name, detail, now)
        if dry_run:
            session.rollback()
    return result


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise SocialcellError(
            "connectors.unreadable_file", path=path, reason=error.strerror
        ) from None


def _take(
    context: Context,
    session: Session,
    file: CareFile,
    line: CareLine,
    statuses: Mapping[str, str],
    result: CareImport,
) -> bool:
    """Store what a row says; whether it names a case of ours."""
    assert file.id is not None
    case = store.case_of_row(session, line.token, line.case_number)
    stored = session.get(CareRow, line.token)
    meaning = statuses.get(status_key(line.status))
    if stored is None:
        result.added += 1
        stored = CareRow(token=line.token, status=line.status, file_id=file.id)
        session.add(stored)
    elif _says_same(stored, line):
        result.unchanged += 1
        return case is not None
    elif _is_late(stored, line):
        result.late += 1
        return case is not None
    else:
        result.changed += 1
    stored.status, stored.meaning, stored.line = line.status, meaning, line.line
    stored.case_number = line.case_number or stored.case_number
    stored.department = line.department or stored.department
    stored.registered_at = line.registered_at or stored.registered_at
    stored.closed_at, stored.changed_at = line.closed_at, line.changed_at
    stored.file_id, stored.reconciled_at = file.id, None
    if case is not None:
        result.tokens += _give_token(context, session, case, stored)
    return case is not None


def _says_same(stored: CareRow, line: CareLine) -> bool:
    return (
        stored.status,
        stored.line,
        stored.closed_at,
        stored.changed_at,
        line.case_number or stored.case_number,
        line.department or stored.department,
        line.registered_at or stored.registered_at,
    ) == (
        line.status,
        line.line,
        line.closed_at,
        line.changed_at,
        stored.case_number,
        stored.department,
        stored.registered_at,
    )


def _is_late(stored: CareRow, line: CareLine) -> bool:
    """Whether a row of an older export speaks of a time before what is known."""
    known = stored.changed_at or stored.closed_at
    moment = line.changed_at or line.closed_at or line.registered_at
    return known is not None and moment is not None and moment < known


def _give_token(
    context: Context, session: Session, case: DeskCase, stored: CareRow
) -> bool:
    """Give a case without a token the one of its row; whether it had none."""
    if case.care_token is not None:
        return False
    locked = cases.lock_case(session, case.number)
    now = context.clock.now()
    locked.care_token = stored.token
    locked.registered_at = stored.registered_at or now
    detail = {"token": stored.token}
    draft = StepDraft("token", context.actor.name, detail=detail)
    enter_step(context, session, locked, draft)
    return True
