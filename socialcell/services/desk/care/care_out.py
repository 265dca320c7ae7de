"""The cases that PMC Care has to register, as a file; and those that it closed though
the citizen says no."""

from collections.abc import Iterator

from sqlmodel import Session

from socialcell import db
from socialcell.clock import local_iso
from socialcell.desk.model import DeskCase
from socialcell.desk.store import care as store
from socialcell.desk.store import cases
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk.care import care_differences
from socialcell.services.operators import permissions
from socialcell.sheet import SheetRow, csv_lines

OUT_COLUMNS = (
    *("number", "opened_at", "kind", "topic", "department", "priority"),
    *("area", "place", "latitude", "longitude", "words"),
)
BACK_COLUMNS = (
    *("token", "number", "status", "closed_there", "denied_here", "reopened"),
    "department",
)


def care_out(context: Context) -> list[str]:
    """The lines of care_out.csv, masked. Audited. Errors of `permissions.require`."""
    people = pseudonyms.load_people(context)
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.TRIAGE, ())
        rows = [_out_row(session, people, case) for case in store.unregistered(session)]
        _audit(context, session, "care_out.csv", len(rows))
    return list(csv_lines(OUT_COLUMNS, rows))


def care_back(context: Context) -> list[str]:
    """The lines of care_back.csv: closed there, and the citizen says no. Audited.
    Errors of `permissions.require`."""
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.TRIAGE, ())
        rows = list(_back_rows(context, session))
        _audit(context, session, "care_back.csv", len(rows))
    return list(csv_lines(BACK_COLUMNS, rows))


def _audit(context: Context, session: Session, name: str, rows: int) -> None:
    detail, now = {"rows": rows}, context.clock.now()
    audit.append(session, context.actor, "care.export", name, detail, now)


def _out_row(session: Session, people: People, case: DeskCase) -> SheetRow:
    return {
        "number": case.number,
        "opened_at": local_iso(case.opened_at),
        "kind": case.kind,
        "topic": case.topic,
        "department": case.owner,
        "priority": case.priority,
        "area": case.area,
        "place": people.masked("", case.place),
        "latitude": case.latitude,
        "longitude": case.longitude,
        "words": _first_words(session, people, case),
    }


def _first_words(session: Session, people: People, case: DeskCase) -> str:
    """What the citizen said first, masked; what is removed at its source is not
    repeated here."""
    for message in cases.messages_of(session, case.id or 0):
        if message.direction != "in":
            continue
        if message.mention_id is None:
            return people.masked("", message.text or "")
        row = mention_queries.mention(session, message.mention_id)
        if row is not None and row.state == "present" and row.text:
            return people.masked(row.platform, row.text, row)
    return people.masked("", case.summary)


def _back_rows(context: Context, session: Session) -> Iterator[SheetRow]:
    for difference in care_differences.denied_rows(context, session):
        yield {
            "token": difference.token,
            "number": difference.case,
            "status": difference.status,
            "closed_there": local_iso(difference.closed_at),
            "denied_here": difference.denied_at and local_iso(difference.denied_at),
            "reopened": difference.reopened,
            "department": difference.owner,
        }
