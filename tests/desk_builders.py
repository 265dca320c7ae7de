"""Builders of cases for tests: rows as they stand, without what services do beside."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from socialcell.desk.case_states import END_STATES
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases
from tests.builders import NOON

BY = "Asha Sample"


def make_case(session: Session, now: datetime = NOON, **fields: Any) -> DeskCase:
    """A case that stands in the database: a new complaint about water, P2."""
    values: dict[str, Any] = {
        "number": cases.next_number(session, now),
        "kind": "complaint",
        "topic": "water",
        "priority": "P2",
        "suggested_priority": "P2",
        "area": "ward:kothrud-bavdhan",
        "owner": "dept:water",
        "opened_by": BY,
        "opened_from": "mention",
        "opened_at": now,
        "first_contact_at": now,
    } | fields
    if values.get("state") in END_STATES:
        values.setdefault("closed_at", now)
    case = DeskCase(**values)
    session.add(case)
    session.flush()
    return case


def make_contact(
    session: Session, case: DeskCase, channel: str = "x", **fields: Any
) -> CaseContact:
    """A conversation of a case."""
    assert case.id is not None
    contact = CaseContact(
        case_id=case.id,
        first_case_id=case.id,
        channel=channel,
        **{"added_at": case.opened_at, "language": "mr", "script": "Deva"} | fields,
    )
    session.add(contact)
    session.flush()
    return contact


def make_message(
    session: Session,
    case: DeskCase,
    contact: CaseContact | None,
    text: str | None = None,
    **fields: Any,
) -> CaseMessage:
    """A message of a conversation; without one, a note of the case."""
    assert case.id is not None
    values: dict[str, Any] = {
        "direction": "in" if contact else "note",
        "made_by": BY,
        "at": case.opened_at,
    } | fields
    message = CaseMessage(
        case_id=case.id,
        contact_id=contact.id if contact else None,
        text=text,
        **values,
    )
    session.add(message)
    session.flush()
    return message
