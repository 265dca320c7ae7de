"""Whom a breach affects, and in which language each is written to: the persons of what
was read unmasked in a stretch of time, or everybody that is held."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db, i18n
from socialcell.desk.store import case_secrets, cases
from socialcell.desk.store import erasure as case_erasure
from socialcell.errors import SocialcellError
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.people import accounts
from socialcell.ops import audit
from socialcell.registers.model import AccessEntry
from socialcell.registers.store import accesses
from socialcell.registers.store import breaches as breach_store
from socialcell.registers.store import requests as request_store
from socialcell.registers.store.accesses import AccessFilter
from socialcell.roles import Permission
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.services.operators import permissions

COLUMNS = ("platform", "person", "handle", "language")
DEFAULT_LANGUAGE = "mr"  # that of the city's letters
_MOST = 100_000
_MENTION = re.compile(r"mention (\d+)")
_CONTACT = re.compile(r"case (\S+), contact (\d+)")
_PERSON = re.compile(r"([a-z_]+):(नागरिक-\S+)")
_REQUEST = re.compile(r"R\d\d-\d+")


@dataclass(frozen=True)
class AffectedPerson:
    """A person of a breach: a platform or channel, the pseudonym there, the handle
    where it may be shown and is known, and the language of the letter."""

    platform: str
    person: str
    handle: str | None = None
    language: str = DEFAULT_LANGUAGE


@dataclass(frozen=True)
class _Trace:
    """A person as one row names them."""

    platform: str
    person: str
    handle: str | None = None
    uid: str | None = None


@dataclass(frozen=True)
class AffectedPersons:
    """Persons, and reads whose persons cannot be named one by one, such as a file of
    mentions: then everybody may be affected."""

    persons: tuple[AffectedPerson, ...]
    wholes: tuple[AccessEntry, ...]


def list_affected(
    context: Context, number: str, *, everybody: bool = False, reveal: bool = False
) -> AffectedPersons:
    """The persons of a breach, in order. Audited; with `reveal` (handles, to tell them)
    it stands in the access log.

    `everybody`: all who are held, as when the whole database was open. Otherwise those
    whose data was read unmasked in the breach's stretch. UsageError: no such breach;
    SocialcellError: its stretch is not known.
    """
    people = pseudonyms.load_people(context)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        breach = breach_store.find_breach(session, number)
        wholes: list[AccessEntry] = []
        traces: list[_Trace] = []
        if everybody:
            traces.extend(_held(session, people))
        else:
            if breach.from_at is None:
                raise SocialcellError("registers.span_unknown", number=breach.number)
            entries = _read_between(session, breach.from_at, breach.until_at or now)
            for entry in entries:
                named = list(_persons_of(session, people, entry.subject))
                traces.extend(named)
                if not named:
                    wholes.append(entry)
        session.expunge_all()
        ordered = _ordered(traces, _languages(session, traces), reveal=reveal)
        detail = {"persons": len(ordered), "reveal": reveal}
        audit.append(
            session, context.actor, "breach.affected", breach.number, detail, now
        )
        if reveal:
            access_log.note_access(
                context, session, "affected", breach.number, records=len(ordered)
            )
    return AffectedPersons(ordered, tuple(wholes))


def rows(affected: AffectedPersons) -> list[dict[str, str | None]]:
    """The persons as rows of a file, by `COLUMNS`."""
    return [
        {
            "platform": person.platform,
            "person": person.person,
            "handle": person.handle,
            "language": person.language,
        }
        for person in affected.persons
    ]


def _ordered(
    traces: Iterable[_Trace],
    languages: Mapping[tuple[str, str], str],
    *,
    reveal: bool,
) -> tuple[AffectedPerson, ...]:
    """Each person once, in order: who is known from a post and a case, with the
    handle of the post where it may be shown."""
    handles: dict[tuple[str, str], str | None] = {}
    for trace in traces:
        key = (trace.platform, trace.person)
        handles[key] = handles.get(key) or (trace.handle if reveal else None)
    return tuple(
        AffectedPerson(*key, handles[key], languages.get(key, DEFAULT_LANGUAGE))
        for key in sorted(handles)
    )


def _languages(
    session: Session, traces: Iterable[_Trace]
) -> dict[tuple[str, str], str]:
    """The language of the letter for each person of whom it is known: the one that was
    asked for in a request, else of their case, else of most of their posts."""
    languages: dict[tuple[str, str], str] = {}
    of_posts = accounts.languages_of_accounts(session, i18n.CODES)
    for trace in traces:
        if language := of_posts.get((trace.platform, trace.uid or "")):
            languages[trace.platform, trace.person] = language
    of_cases = case_erasure.languages_of_persons(session)
    languages |= {
        (key.channel, key.person): language
        for key, language in of_cases.items()
        if language in i18n.CODES
    }
    return languages | request_store.languages_of_persons(session)


def _held(session: Session, people: People) -> Iterable[_Trace]:
    for row in accounts.all_accounts(session):
        if not people.is_registered(row.platform, row.handle or ""):
            person = people.pseudonym(row.platform, row.uid)
            yield _Trace(row.platform, person, row.handle, row.uid)
    for key in case_erasure.persons_of_contacts(session):
        yield _Trace(key.channel, key.person)


def _read_between(
    session: Session, since: datetime, until: datetime
) -> list[AccessEntry]:
    return accesses.list_entries(session, AccessFilter(since, until), _MOST)


def _persons_of(session: Session, people: People, subject: str) -> Iterable[_Trace]:
    """The persons that an entry of the access log is about; none where it is about
    many."""
    if match := _PERSON.fullmatch(subject):
        yield _Trace(match[1], match[2])
    elif match := _MENTION.fullmatch(subject):
        row = mention_queries.mention(session, int(match[1]))
        if row is not None and row.uid:
            person = people.pseudonym(row.platform, row.uid)
            yield _Trace(row.platform, person, row.handle, row.uid)
    elif match := _CONTACT.fullmatch(subject):
        case = cases.find_case(session, match[1])
        contact = case_secrets.contact_in(session, case, int(match[2]))
        if contact is not None and contact.person:
            yield _Trace(contact.channel, contact.person)
    elif _REQUEST.fullmatch(subject):
        request = request_store.find_request(session, subject)
        assert request.id is not None
        for account in request_store.accounts_of(session, request.id):
            yield _Trace(account.platform, account.person)
