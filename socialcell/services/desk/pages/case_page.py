"""The page of one case: what is read for it, in few statements."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseMessage, CaseStep
from socialcell.desk.store import case_details, cases, closures
from socialcell.desk.store.case_details import CaseHead
from socialcell.errors import UsageError
from socialcell.identity import store as operators
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.roles import Permission, roles_with
from socialcell.services.context import Context
from socialcell.services.desk.case_access import places_of
from socialcell.services.desk.photos import case_photos
from socialcell.services.mentions import mention_readings
from socialcell.views.desk import case_view
from socialcell.views.desk.case_view import CaseFileView, CaseHistory, CasePage
from socialcell.views.desk.clock_view import newest_clocks
from socialcell.views.mentions.mention_page_view import MentionReading

_REFERRED = "referred"


def read_page(
    context: Context,
    people: People,
    number: str,
    *,
    places: Collection[str] | None = None,
) -> CasePage:
    """The page of a case that the reader may see.

    `places`: ids of ward offices and departments; None: the whole city. UsageError:
    there is no such case, or it is in none of the places, which is not told apart.
    """
    now = context.clock.now()
    with db.reading(context.engine) as session:
        head = _visible(context, session, number, places)
        case_id = head.case.id or 0
        steps = cases.steps_of(session, case_id)
        contacts = cases.contacts_of(session, [case_id])
        messages = cases.messages_of(session, case_id)
        mentions = _mentions(session, messages)
        by_id = {contact.id: contact for contact in contacts}
        was_referred = any(step.to_state == _REFERRED for step in steps)
        was_asked = [contact.id or 0 for contact in contacts if contact.closing]
        return CasePage(
            case=case_view.summarise(head),
            contacts=[case_view.view_contact(contact) for contact in contacts],
            messages=[
                case_view.view_message(
                    message,
                    by_id.get(message.contact_id),
                    mentions.get(message.mention_id or 0),
                    people,
                )
                for message in messages
            ],
            steps=[case_view.view_step(step) for step in steps],
            clocks=newest_clocks(head.clocks, now),
            similar=[
                case_view.view_similar(row)
                for row in case_details.open_suggestions(session, case_id)
            ],
            files=_files(session, case_id),
            referrals=case_details.referrals_of(session, case_id)
            if was_referred
            else (),
            field_links=case_details.field_links_of(session, case_id)
            if _has_link(steps)
            else (),
            checks=case_details.closure_checks_of(session, was_asked)
            if was_asked
            else (),
            readings=_readings(session, messages, mentions, people),
            triaged=next(
                (
                    case_view.view_step(step)
                    for step in reversed(steps)
                    if step.kind == "triage"
                ),
                None,
            ),
        )


def read_history(
    context: Context, number: str, *, places: Collection[str] | None = None
) -> CaseHistory:
    """The head and the steps of a case that the reader may see; UsageError as of
    `read_page`."""
    with db.reading(context.engine) as session:
        head = _visible(context, session, number, places)
        steps = cases.steps_of(session, head.case.id or 0)
        return CaseHistory(
            case_view.summarise(head), [case_view.view_step(step) for step in steps]
        )


def _visible(
    context: Context, session: Session, number: str, places: Collection[str] | None
) -> CaseHead:
    head = case_details.find_head(session, number, context.clock.now())
    if head is None or (
        places is not None and not places_of(head.case).intersection(places)
    ):
        raise UsageError("desk.no_such_case", number=number)
    return head


def _mentions(
    session: Session, messages: Sequence[CaseMessage]
) -> dict[int, MentionRow]:
    ids = [m.mention_id for m in messages if m.mention_id is not None]
    return mention_queries.mentions_by_id(session, ids)


def read_photo(
    context: Context, number: str, photo: int, *, places: Collection[str] | None
) -> bytes:
    """A photo of a case, as JPEG. UsageError: no such case in these places, or no such
    photo in it. SocialcellError: the file is not there."""
    with db.reading(context.engine) as session:
        case = _visible(context, session, number, places).case
        row = closures.photo_of(session, case.id or 0, photo)
        if row is None:
            raise UsageError("deskclosing.no_such_photo", number=number, photo=photo)
        return case_photos.read_photo(context, row)


def list_files(context: Context, number: str) -> list[CaseFileView]:
    """The photos and documents of a case. UsageError: no such case."""
    with db.reading(context.engine) as session:
        return _files(session, cases.find_case(session, number).id or 0)


def _has_link(steps: Sequence[CaseStep]) -> bool:
    return any(step.kind == "field_link" for step in steps)


def _files(session: Session, case_id: int) -> list[CaseFileView]:
    return [
        CaseFileView(
            id=file.id or 0,
            kind=file.kind,
            media_type=file.media_type,
            size=file.size,
            is_public=file.is_public,
            added_by=file.added_by,
            added_at=file.added_at,
        )
        for file in case_details.files_of(session, case_id)
    ]


def _readings(
    session: Session,
    messages: Sequence[CaseMessage],
    mentions: Mapping[int, MentionRow],
    people: People,
) -> dict[str, MentionReading]:
    """What the machine read of the first mention, by kind."""
    ids = [m.mention_id for m in messages if m.mention_id is not None]
    first = next((mentions[id_] for id_ in ids if id_ in mentions), None)
    if first is None:
        return {}
    annotations = mention_queries.annotations(session, [first.id])[first.id]
    readings = mention_readings.readings(session, first, annotations, people)
    return {reading.kind: reading for reading in readings}


def list_assignees(context: Context) -> list[str]:
    """The names of those who may work on cases somewhere, in the order of the
    alphabet."""
    with db.reading(context.engine) as session:
        return operators.names_of_holders(
            session, roles_with(Permission.TRIAGE), context.clock.now()
        )


def operator_names(context: Context) -> dict[int, str]:
    """The names of all operators there ever were, by their numbers."""
    with db.reading(context.engine) as session:
        rows = operators.all_operators(session)
        return {row.id: row.name for row in rows if row.id is not None}
