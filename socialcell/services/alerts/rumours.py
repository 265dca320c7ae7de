"""Rumours: a text or a link that a person marks as false, and ends."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.alerts.contradictions import folded_words
from socialcell.listening.alerts.model import Rumour
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import Objection
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.people import masking
from socialcell.listening.store.alerts import rumours
from socialcell.ops import audit
from socialcell.services import query_guard
from socialcell.services.context import Context
from socialcell.services.query_guard import AskedAt
from socialcell.text import clean_text, one_line

_LONGEST = 400
_SHORTEST = 15  # letters: less would match half of all posts
_LONGEST_ADDRESS = 1000


@dataclass(frozen=True, slots=True)
class RumourEntry:
    """A rumour as it is listed; the fields are the keys of its JSON, in order. `url`
    does not lead to somebody's post."""

    id: int | None
    text: str | None
    url: str | None
    note: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str | None


def list_rumours(context: Context, *, ended: bool = False) -> list[RumourEntry]:
    """Texts and links that are marked as false, the newest first; `ended` ones too."""
    with db.reading(context.engine) as session:
        return [
            RumourEntry(
                id=rumour.id,
                text=rumour.text,
                url=rumour.url and masking.unnamed(rumour.url),
                note=rumour.note,
                made_by=rumour.made_by,
                made_at=rumour.made_at,
                ended_at=rumour.ended_at,
                ended_by=rumour.ended_by,
            )
            for rumour in rumours.rumours(session, all=ended)
        ]


def add(
    context: Context, *, text: str | None = None, url: str | None = None, note: str = ""
) -> int:
    """Mark a text, or what is behind a link, as false. Its id. Audited.

    Names, handles and numbers of people are hidden. UsageError: it speaks of what
    nobody looks for, neither or both are given, a text too short to be told from
    others, no web address, no note, or it is marked already.
    """
    address = None if url is None else _web_address(url)
    if (text is None) == (url is None):
        raise UsageError("alerts.rumour_text_or_url")
    cleaned = None if text is None else _clean_sentence(text)
    why = one_line(masking.unnamed(clean_text(note)), _LONGEST)
    if not why:
        raise UsageError("alerts.rumour_without_note")
    asked = text if text is not None else url or ""
    query_guard.require(
        context,
        AskedAt.RUMOURS,
        asked,
        lambda _session, accounts: objection_to(cleaned, address, accounts),
    )
    now = context.clock.now()
    with db.writing(context.engine) as session:
        if (same := _active_rumour(session, cleaned, address)) is not None:
            raise UsageError("alerts.rumour_exists", rumour=same.id)
        rumour = Rumour(
            text=cleaned, url=address, note=why, made_by=context.actor.name, made_at=now
        )
        session.add(rumour)
        session.flush()
        audit.append(session, context.actor, "rumour.add", str(rumour.id), {}, now)
        return rumour.id or 0


def find_marked(context: Context, text: str) -> int | None:
    """The id of the rumour that is marked already by these words, whatever their case
    and marks; None: there is none. UsageError: too short to be told from others."""
    words = _clean_sentence(text)
    with db.reading(context.engine) as session:
        rumour = _active_rumour(session, words, None)
        return None if rumour is None else rumour.id


def objection_to(
    text: str | None, url: str | None, accounts: Accounts
) -> Objection | None:
    """What stands against looking for copies of a text or a link; None: nothing."""
    if text is not None:
        return judgement.judge_words(text, accounts)
    return judgement.judge_address(url or "", accounts)


def end(context: Context, rumour_id: int) -> None:
    """Stop matching a rumour. UsageError when there is none, or it was ended
    before. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        rumour = session.get(Rumour, rumour_id)
        if rumour is None:
            raise UsageError("alerts.no_such_rumour", rumour=rumour_id)
        if rumour.ended_at is not None:
            at = f"{rumour.ended_at.astimezone(IST):%Y-%m-%d %H:%M}"
            raise UsageError("alerts.rumour_ended_already", rumour=rumour_id, at=at)
        rumour.ended_at, rumour.ended_by = now, context.actor.name
        audit.append(session, context.actor, "rumour.end", str(rumour_id), {}, now)


def _clean_sentence(text: str) -> str:
    sentence = one_line(masking.unnamed(clean_text(text)), _LONGEST)
    if sum(map(str.isalnum, folded_words(sentence))) < _SHORTEST:
        raise UsageError("alerts.short_rumour", limit=_SHORTEST)
    return sentence


def _web_address(url: str) -> str:
    url = url.strip()
    parts = urlsplit(url)
    is_web = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not is_web or len(url) > _LONGEST_ADDRESS:
        raise UsageError("alerts.no_web_address", address=url)
    return url


def _active_rumour(
    session: Session, text: str | None, url: str | None
) -> Rumour | None:
    """The rumour that is marked already by these words, whatever the case and marks, or
    by this address; None: there is none."""
    words = None if text is None else folded_words(text)
    return next(
        (
            rumour
            for rumour in rumours.rumours(session)
            if rumour.url == url
            and words == (None if rumour.text is None else folded_words(rumour.text))
        ),
        None,
    )
