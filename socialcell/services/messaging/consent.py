"""The ledger of consent: who agreed to messages, and who withdrew.

Telephone numbers pass through and are not kept: people are known by a keyed hash.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db, phone_number, platforms
from socialcell.clock import in_pune
from socialcell.connectors.meta.meta_push import OptOut
from socialcell.errors import UsageError
from socialcell.ops import audit, consent_ledger, template_deliveries
from socialcell.ops.consent_ledger import LedgerPerson
from socialcell.ops.webhook_model import OptIn
from socialcell.registers.store import notices
from socialcell.services import pseudonyms
from socialcell.services.context import Context

WHATSAPP = platforms.WHATSAPP.id
PURPOSE = "messages"  # of the notice on which a consent to messages rests


@dataclass(frozen=True)
class ConsentRecord:
    """A row of the ledger that was added, or was there already."""

    pseudonym: str
    new: bool


class ConsentFields(TypedDict):
    """A row of the ledger for the person whom it is about."""

    event: str
    at: datetime
    evidence: str


def record_consent(
    context: Context,
    number: str,
    event: str,
    evidence: str,
    at: datetime | None = None,
    language: str | None = None,
) -> ConsentRecord:
    """Somebody agreed (`granted`) or took it back (`withdrawn`), and how we know.

    `at` is when; now if it is not given. `language` is that of the notice that the
    person was shown: the consent rests on the version that counted then; None: it is
    not known. Audited. UsageError: no number, no evidence, a moment that is still to
    come, no such notice then.
    """
    now = context.clock.now()
    at = at or now
    if not evidence.strip():
        raise UsageError("messages.consent_without_evidence")
    if at > now:
        raise UsageError("messages.consent_in_the_future", at=in_pune(at))
    person = person_of(context, WHATSAPP, phone_number.international(number))
    actor = context.actor.name
    with db.writing(context.engine) as session:
        notice = _notice_shown(session, language, at)
        new = consent_ledger.add_event(
            session,
            person,
            event,
            at,
            evidence=evidence,
            actor=actor,
            now=now,
            notice=notice,
        )
        if new:
            detail = {"at": at.isoformat()} | ({"notice": notice} if notice else {})
            shown = f"{WHATSAPP}:{person.pseudonym}"
            audit.append(session, context.actor, f"optin.{event}", shown, detail, now)
    return ConsentRecord(person.pseudonym, new)


def _notice_shown(session: Session, language: str | None, at: datetime) -> str | None:
    """The hash of the notice about messages that counted at a moment."""
    if language is None:
        return None
    row = notices.in_force(session, PURPOSE, language, at)
    if row is None:
        raise UsageError(
            "registers.no_notice", purpose=PURPOSE, language=language, at=in_pune(at)
        )
    return row.sha256


def record_refusal(
    context: Context, session: Session, platform: str, refusal: OptOut, now: datetime
) -> None:
    """Record that somebody told the platform or the city not to write again."""
    person = person_of(context, platform, refusal.uid)
    consent_ledger.add_event(
        session,
        person,
        "withdrawn",
        refusal.at,
        evidence=refusal.where,
        actor="the person",
        now=now,
    )


def export_consent(
    context: Context, session: Session, platform: str, uids: Iterable[str]
) -> list[ConsentFields]:
    """The ledger's rows of one person, for a request about their data."""
    keys = [person_of(context, platform, uid).key for uid in uids]
    return [
        {"event": row.event, "at": row.at, "evidence": row.evidence}
        for row in consent_ledger.history(session, platform)
        if row.person in keys
    ]


def erase_consent(
    context: Context, session: Session, platform: str, uids: Iterable[str]
) -> int:
    """Withdraw an erased person's consent and clear its evidence, and forget which
    templates they got; how many rows of both."""
    now = context.clock.now()
    persons = [person_of(context, platform, uid) for uid in uids]
    keys = [person.key for person in persons]
    templates = template_deliveries.erase(session, keys)
    return templates + sum(
        consent_ledger.erase(session, person, now) for person in persons
    )


def list_consent(context: Context) -> list[OptIn]:
    """The whole ledger, oldest first; people by pseudonym."""
    with db.reading(context.engine) as session:
        rows = consent_ledger.history(session, WHATSAPP)
        session.expunge_all()
    return rows


def newest_consents(context: Context, limit: int) -> list[OptIn]:
    """The newest entries of the ledger, the newest first."""
    with db.reading(context.engine) as session:
        rows = consent_ledger.newest(session, WHATSAPP, limit)
        session.expunge_all()
    return rows


def person_of(context: Context, platform: str, uid: str) -> LedgerPerson:
    """A person as the ledger knows them. ConfigError when the key is missing."""
    keyed = pseudonyms.load_key_only(context)
    sealed = keyed.suppression(platform, "opt-in", uid)
    return LedgerPerson(platform, sealed, keyed.pseudonym(platform, uid))
