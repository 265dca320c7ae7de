"""Cases that are claimed done, and messages of their contacts, for tests."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel import select

from socialcell import db
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseMessage, CaseStep, DeskCase
from socialcell.listening.model import Mention
from socialcell.services.context import Context
from socialcell.services.desk import new_messages
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from tests.builders import make_author, make_record, store_records
from tests.desk_builders import make_case, make_contact, make_message

EVIDENCE = DoneEvidence("The joint of the main was replaced and tested at 14:00.")
WRITTEN = ("messenger", "whatsapp", "instagram")  # channels that are answered
_SERIAL = itertools.count(1)


@dataclass(frozen=True)
class ClosingCase:
    """A case by its number, with the numbers of its contacts."""

    number: str
    contacts: tuple[int, ...]


def open_case(
    context: Context, *channels: str, state: str = "in_progress", **fields: Any
) -> ClosingCase:
    """A case that is worked on, with contacts who have just written or called."""
    now = context.clock.now()
    channels = channels or ("messenger",)
    heard = [
        hear(context, channel, f"person{next(_SERIAL)}", "पाणी येत नाही")
        if channel in WRITTEN
        else None
        for channel in channels
    ]
    with db.writing(context.engine) as session:
        case = make_case(session, now, state=state, **fields)
        contacts = []
        for channel, mention in zip(channels, heard, strict=True):
            contact = make_contact(session, case, channel)
            make_message(session, case, contact, mention_id=mention)
            contacts.append(contact.id or 0)
        return ClosingCase(case.number, tuple(contacts))


def hear(
    context: Context, channel: str, uid: str, text: str, **fields: Any
) -> int | None:
    """A person writes to the city's account; the mention's id."""
    now, external_id = context.clock.now(), f"m{next(_SERIAL)}"
    record = make_record(
        external_id,
        platform=channel,
        kind="message",
        text=text,
        authored_at=now,
        author=make_author(uid),
    )
    store_records(context.engine, record, at=now)
    with db.writing(context.engine) as session:
        query = select(Mention).where(Mention.external_id == external_id)
        mention = session.scalars(query).one()
        for name, content in fields.items():
            setattr(mention, name, content)
        return mention.id


def joined(context: Context, case: ClosingCase, channel: str) -> ClosingCase:
    """The case as another contact has it, who has come to it by now."""
    with db.writing(context.engine) as session:
        row = session.scalars(
            select(DeskCase).where(DeskCase.number == case.number)
        ).one()
        contact = make_contact(session, row, channel)
        return ClosingCase(case.number, (contact.id or 0,))


def claimed_case(
    context: Context, *channels: str, as_sent: bool = True, **fields: Any
) -> ClosingCase:
    """The same, claimed done by whoever acts; its questions have left at once."""
    case = open_case(context, *channels, **fields)
    claim(context, case, as_sent=as_sent)
    return case


def claim(context: Context, case: ClosingCase, *, as_sent: bool = True) -> None:
    """Claim a case done; its questions have left at once."""
    case_closing.claim_done(context, case.number, EVIDENCE)
    if as_sent:
        send_questions(context)


def send_questions(context: Context) -> None:
    """Every question that waits is sent now."""
    with db.writing(context.engine) as session:
        queued = select(CaseMessage).where(CaseMessage.state == "queued")
        for message in session.scalars(queued):
            message.state, message.sent_at = "sent", context.clock.now()


def write(
    context: Context, case: ClosingCase, text: str, contact: int = 0, **fields: Any
) -> None:
    """A contact of a case writes to it now; `fields` are of the mention."""
    with db.reading(context.engine) as session:
        channel = session.get_one(CaseContact, case.contacts[contact]).channel
    mention = hear(context, channel, f"{case.number}.{contact}", text, **fields)
    with db.writing(context.engine) as session:
        row = session.get(CaseContact, case.contacts[contact])
        assert row is not None
        owner = session.get(DeskCase, row.case_id)
        assert owner is not None
        now = context.clock.now()
        message = make_message(session, owner, row, mention_id=mention, at=now)
        new_messages.on_message(context, session, row, message)


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
        query = select(ClosureCheck).where(ClosureCheck.contact_id.in_(case.contacts))
        rows = session.scalars(query).all()
        session.expunge_all()
    return sorted(rows, key=lambda check: (check.round, check.contact_id))


def steps_of(context: Context, case: ClosingCase) -> list[CaseStep]:
    """The steps of a case in their order."""
    with db.reading(context.engine) as session:
        query = select(CaseStep).where(CaseStep.case_id == case_of(context, case).id)
        rows = list(session.scalars(query.order_by(CaseStep.id)))
        session.expunge_all()
    return rows


def later(context: Context, **span: float) -> Context:
    """The same workspace after this time: the test's clock is moved."""
    context.clock.advance(timedelta(**span))
    return replace(context)
