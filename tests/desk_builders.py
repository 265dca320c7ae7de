"""Builders of cases for tests: rows as they stand, without what services do beside."""

import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import func
from sqlmodel import Session, select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.desk.case_states import END_STATES
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseFile,
    CaseMessage,
    DeskCase,
)
from socialcell.desk.store import cases
from socialcell.listening.areas import area_table, owner_table
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store import areas
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners
from tests.builders import NOON, make_author, make_record, store_records

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


def read_case(context: Context, number: str) -> DeskCase:
    """The row of a case as it stands."""
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        session.expunge(case)
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


def make_photo(session: Session, case: DeskCase, now: datetime = NOON) -> CaseFile:
    """A private photo of a case, of whose content nothing is kept."""
    assert case.id is not None
    photo = CaseFile(
        case_id=case.id,
        kind="photo",
        sha256="00",
        media_type="image/jpeg",
        size=1,
        added_by="x",
        added_at=now,
    )
    session.add(photo)
    session.flush()
    return photo


def picture() -> bytes:
    """A small picture, as somebody sends it."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(file, "PNG")
    return file.getvalue()


def make_reply(session: Session, key: str = "r1", **fields: Any) -> OwnPost:
    """The post of a public answer."""
    post = OwnPost(
        key=key,
        kind="reply",
        platform="x",
        due_at=NOON,
        language="mr",
        text="उत्तर",
        wards=[],
        made_by=BY,
        made_at=NOON,
        **fields,
    )
    session.add(post)
    session.flush()
    return post


def make_registers(context: Context) -> None:
    """The package's areas and owners, as `init` brings them."""
    with db.writing(context.engine) as session:
        areas.replace(session, area_table.read_areas())
        mention_owners.put_rows(session, owner_table.read_owners(), replace=True)


def read_mention(
    context: Context,
    text: str = "No water in Kothrud since morning",
    *,
    uid: str | None = "u1",
    at: datetime | None = None,
    intent: str = "complaint",
    topic: str | None = "water",
    place: str | None = "place:kothrud",
    ward: str | None = "ward:kothrud-bavdhan",
    urgency: str = "normal",
    owner: str = "dept:water",
    confident: bool = True,
    **record: Any,
) -> int:
    """A mention as the reader leaves it; its number."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        n = session.scalar(select(func.max(Mention.id))) or 0
    values = {"author": None if uid is None else make_author(uid)} | record
    store_records(
        context.engine,
        make_record(f"post-{n + 1}", text=text, authored_at=at or now, **values),
        at=now,
    )
    with db.writing(context.engine) as session:
        mention = session.get_one(Mention, n + 1)
        mention.tagged_at, mention.language = now, "en"
        mention.intent, mention.urgency, mention.owner = intent, urgency, owner
        read = {"topic": topic, "entity": place, "ward": ward, "intent": intent}
        read["urgency"] = urgency
        for kind, value in read.items():
            if value is not None:
                is_sure = confident if kind == "intent" else None
                session.add(_annotation(n + 1, kind, value, now, is_sure))
    return n + 1


def _annotation(
    mention_id: int, kind: str, value: str, now: datetime, confident: bool | None
) -> Annotation:
    return Annotation(
        mention_id=mention_id,
        kind=kind,
        value=value,
        confident=confident,
        model="test",
        model_version="1",
        made_at=now,
    )


def make_clock(
    session: Session, case: DeskCase, kind: str, started_at: datetime, **fields: Any
) -> CaseClock:
    """A clock of a case, an hour long."""
    assert case.id is not None
    hour = timedelta(hours=1)
    values: dict[str, Any] = {
        "due_at": started_at + hour,
        "counts": "wall",
        "span_seconds": int(hour.total_seconds()),
    } | fields
    clock = CaseClock(case_id=case.id, kind=kind, started_at=started_at, **values)
    session.add(clock)
    session.flush()
    return clock
