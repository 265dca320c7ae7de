"""Enter who wrote or called, and what they said, into a case."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import conversations
from socialcell.errors import UsageError
from socialcell.language.words import script_of
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_languages, waiting_replies
from socialcell.services.desk.case_secrets import seal_secret
from socialcell.text import clean_text

WINDOW = timedelta(hours=24)
"""How long after a message of theirs a person may be answered in free words."""
LONGEST_WORDS = 10_000  # characters
PRESS = "press"
_ARTICLE = "article"
_NO_LANGUAGE = "und"  # of a pin, a photo, a few signs
_SCRIPTS = ("Deva", "Latn")


@dataclass(frozen=True)
class SpokenWords:
    """What was said by phone or stands on paper, and what was given to be reached by.

    `channel` is phone, paper or press; name, number and address are sealed.
    """

    channel: str
    text: str
    language: str | None = None
    name: str | None = None
    phone: str | None = None
    address: str | None = None


def channel_of(row: MentionRow) -> str:
    """The channel of the conversation that a mention belongs to."""
    return PRESS if row.kind == _ARTICLE else row.platform


def person_of(row: MentionRow, people: People) -> str | None:
    """The keyed hash of a mention's author; None: unknown, or it is an article."""
    if row.uid is None or row.kind == _ARTICLE:
        return None
    return people.pseudonym(row.platform, row.uid)


def add_mention(
    context: Context,
    session: Session,
    case: DeskCase,
    row: MentionRow,
    person: str | None,
) -> tuple[CaseContact, CaseMessage]:
    """Enter a mention into a locked case, with its author's contact if it is new; an
    answer to it that waits for a second person waits in the case then."""
    assert case.id is not None
    channel = channel_of(row)
    contact = (
        conversations.contact_in_case(session, case.id, channel, person)
        if person is not None
        else None
    )
    if contact is None:
        contact = _new_contact(context, session, case, channel)
        contact.person = person
    at = row.authored_at or row.stored_at
    if contact.last_heard_at is None or contact.last_heard_at <= at:
        contact.last_heard_at = at
        if row.language not in (None, _NO_LANGUAGE) or contact.language is None:
            contact.language = row.language
        contact.script = _script(row.text) or contact.script
        if row.kind == "message":
            contact.window_until = at + WINDOW
    case.first_contact_at = min(case.first_contact_at, at)
    message = CaseMessage(
        case_id=case.id,
        contact_id=contact.id,
        direction="in",
        is_public=row.kind != "message",
        mention_id=row.id,
        language=row.language,
        made_by=context.actor.name,
        at=at,
    )
    session.add(message)
    session.flush()
    waiting_replies.take_over(context, session, case, contact, row.id)
    return contact, message


def checked_words(text: str) -> str:
    """What somebody said, cleaned. UsageError: no words, or too many."""
    words = clean_text(text).strip()
    if not words or len(words) > LONGEST_WORDS:
        raise UsageError(
            "deskcases.words_length", limit=LONGEST_WORDS, characters=len(words)
        )
    return words


def add_words(
    context: Context, session: Session, case: DeskCase, words: SpokenWords
) -> tuple[CaseContact, CaseMessage]:
    """Enter what somebody said or wrote by hand into a locked case.

    UsageError: a telephone number that is none, or a language that nobody is answered
    in.
    """
    assert case.id is not None
    if words.language not in (None, *answer_languages.KEYS):
        raise UsageError(
            "deskanswers.no_such_language",
            language=words.language,
            languages=list(answer_languages.KEYS),
        )
    now = context.clock.now()
    contact = _new_contact(context, session, case, words.channel)
    contact.last_heard_at = now
    contact.language = words.language
    contact.script = _script(words.text)
    for kind in ("name", "phone", "address"):
        if secret := getattr(words, kind):
            seal_secret(context, session, contact, kind, secret)
    message = CaseMessage(
        case_id=case.id,
        contact_id=contact.id,
        direction="in",
        text=words.text,
        language=words.language,
        made_by=context.actor.name,
        at=now,
    )
    session.add(message)
    session.flush()
    return contact, message


def _new_contact(
    context: Context, session: Session, case: DeskCase, channel: str
) -> CaseContact:
    assert case.id is not None
    contact = CaseContact(
        case_id=case.id,
        first_case_id=case.id,
        channel=channel,
        added_at=context.clock.now(),
    )
    session.add(contact)
    session.flush()
    return contact


def _script(text: str | None) -> str | None:
    script = script_of(text or "")
    return script if script in _SCRIPTS else None
