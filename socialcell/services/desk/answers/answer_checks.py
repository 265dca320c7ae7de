"""What stands against an answer before anybody approves or sends it."""

import re

from sqlmodel import Session

from socialcell.connectors.text_lengths import PostLength, length, message_length
from socialcell.desk.model import CaseContact
from socialcell.desk.store import answers
from socialcell.errors import UsageError
from socialcell.listening.model import Mention
from socialcell.listening.people.masking_numbers import ascii_digits, hide_numbers
from socialcell.services.desk.answers import answer_languages
from socialcell.services.desk.answers.answer_channels import AnswerWay

_PLACEHOLDER = re.compile(r"\{[^{}\s]*\}")
# A number that identifies one person has at least so many digits.
_DIGITS = 6
_RUN = re.compile(rf"\d(?:[\s().,_*-]?\d){{{_DIGITS - 1},}}")
_CASE_NUMBER = re.compile(r"(?<!\d)\d\d-\d{6}(?!\d)")
_MOBILE = re.compile(r"(?:91|0)?[6-9]\d{9}")


def length_of(way: AnswerWay, words: str) -> PostLength:
    """How long words are as the channel of a way counts them, and how long they may
    be."""
    if way.way == "public":
        return length(way.platform, words, reply=True)
    return message_length(way.platform, words)


def require_sendable(
    session: Session, contact: CaseContact, way: AnswerWay, key: str, words: str
) -> None:
    """UsageError for words that may not be sent to a contact: empty or too long, with
    a gap, in another language or script, or with a number of a citizen in them."""
    if not words.strip():
        raise UsageError("deskanswers.no_words", language=key)
    require_filled(words)
    count = length_of(way, words)
    if count.fault is not None:
        raise UsageError(count.fault.code, **count.fault.parameters)
    if not count.fits:
        raise UsageError(
            "deskanswers.long_words",
            platform=way.platform,
            used=count.used,
            limit=count.limit,
            contact=contact.id,
        )
    answer_languages.require_language(key, words)
    require_no_citizen_number(session, contact, way, words)


def require_filled(words: str) -> None:
    """UsageError where a placeholder stands in words that has no value."""
    gaps = list(dict.fromkeys(_PLACEHOLDER.findall(words)))
    if gaps:
        raise UsageError("deskanswers.unfilled", gaps=gaps)


def require_no_citizen_number(
    session: Session, contact: CaseContact, way: AnswerWay | None, words: str
) -> None:
    """UsageError for a number of a citizen: a mobile telephone, the contact's own
    number, or any long number that the contact wrote to us. Numbers of cases may
    stand. `way` None: it was said and not written."""
    plain = _CASE_NUMBER.sub(" ", ascii_digits(words))
    runs = _RUN.findall(plain)
    if not runs:
        return
    written = set()
    if way is not None and way.conversation is not None:
        written.add(_bare(way.conversation.uid))
    for id_ in answers.newest_mentions(session, contact.id or 0):
        mention = session.get(Mention, id_)
        if mention is not None:
            text = _CASE_NUMBER.sub(" ", ascii_digits(mention.text or ""))
            written.update(map(_bare, _RUN.findall(text)))
    for run in runs:
        # What hides numbers everywhere hides land lines of the city as well.
        is_mobile = _MOBILE.fullmatch(_bare(run)) and hide_numbers(run) != run
        if is_mobile or _bare(run) in written:
            raise UsageError("deskanswers.citizen_number", contact=contact.id)


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number)
