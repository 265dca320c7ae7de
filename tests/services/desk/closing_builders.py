"""Cases that are claimed done, and messages of their contacts, for tests."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel import select

from socialcell import db
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.services.context import Context
from socialcell.services.desk import closing, closing_replies
from socialcell.services.desk.closing import DoneEvidence
from tests.desk_builders import make_case, make_contact, make_message

EVIDENCE = DoneEvidence("The joint of the main was replaced and tested at 14:00.")
MESSENGER = "facebook"


@dataclass(frozen=True)
class ClosingCase:
    """A case by its number, with the numbers of its contacts."""

    number: str
    contacts: tuple[int, ...]


def open_case(
    context: Context, *channels: str, state: str = "in_progress", **fields: Any
) -> ClosingCase:
    """A case that is worked on, with contacts whose windows are open for a month."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        case = make_case(session, now, state=state, **fields)
        until = now + timedelta(days=30)
        contacts = [
            make_contact(
                session,
                case,
                channel,
                window_until=None if channel in ("phone", "press") else until,
            )
            for channel in channels or (MESSENGER,)
        ]
        return ClosingCase(case.number, tuple(row.id or 0 for row in contacts))


def claimed_case(
    context: Context, *channels: str, as_sent: bool = True, **fields: Any
) -> ClosingCase:
    """The same, claimed done by whoever acts; its questions have left at once."""
    case = open_case(context, *channels, **fields)
    claim(context, case, as_sent=as_sent)
    return case


def claim(context: Context, case: ClosingCase, *, as_sent: bool = True) -> None:
    """Claim a case done; its questions have left at once."""
    closing.claim_done(context, case.number, EVIDENCE)
    if as_sent:
        send_questions(context)


def send_questions(context: Context) -> None:
    """Every question that waits is sent now."""
    with db.writing(context.engine) as session:
        queued = select(CaseMessage).where(CaseMessage.state == "queued")
        for message in session.scalars(queued):
            message.state, message.sent_at = "sent", context.clock.now()


def write(context: Context, case: ClosingCase, text: str, contact: int = 0) -> None:
    """A contact of a case writes to it now."""
    with db.writing(context.engine) as session:
        row = session.get(CaseContact, case.contacts[contact])
        assert row is not None
        owner = session.get(DeskCase, row.case_id)
        assert owner is not None
        now = context.clock.now()
        message = make_message(session, owner, row, text, at=now)
        closing_replies.on_message(context, session, row, message)


def case_of(context: Context, case: ClosingCase) -> DeskCase:
    """The row of a case as it stands."""
    with db.reading(context.engine) as session:
        query = select(DeskCase).where(DeskCase.number == case.number)
        row = session.scalars(query).one()
        session.expunge_all()
        return row


def checks_of(context: Context, case: ClosingCase) -> list[ClosureCheck]:
    """The checks of a case's contacts, by round and contact."""
    with db.reading(context.engine) as session:
        query = select(ClosureCheck).where(
            ClosureCheck.contact_id.in_(case.contacts)  # type: ignore[attr-defined]
        )
        rows = session.scalars(query).all()
        session.expunge_all()
    return sorted(rows, key=lambda check: (check.round, check.contact_id))


def steps_of(context: Context, case: ClosingCase) -> list[CaseStep]:
    """The steps of a case in their order."""
    with db.reading(context.engine) as session:
        query = select(CaseStep).where(CaseStep.case_id == case_of(context, case).id)
        rows = list(session.scalars(query.order_by(CaseStep.id)))  # type: ignore[arg-type]
        session.expunge_all()
    return rows


def later(context: Context, **span: float) -> Context:
    """The same workspace after this time: the test's clock is moved."""
    context.clock.advance(timedelta(**span))  # type: ignore[attr-defined]
    return replace(context)
