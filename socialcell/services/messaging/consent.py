"""The ledger of consent: who may be written to first, and who said no.

Telephone numbers pass through and are not kept: people are known by a keyed hash.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from socialcell import db, platforms
from socialcell.clock import in_pune
from socialcell.connectors.meta.meta_push import Refusal
from socialcell.errors import UsageError
from socialcell.ops import audit, consent_ledger
from socialcell.ops.consent_ledger import LedgerPerson
from socialcell.ops.webhook_model import OptIn
from socialcell.services import pseudonyms
from socialcell.services.context import Context

WHATSAPP = platforms.WHATSAPP.id
_SIGNS = re.compile(r"[\s().-]+")


@dataclass(frozen=True)
class Noted:
    """A row of the ledger that was added, or was there already."""

    pseudonym: str
    new: bool


def note(
    context: Context, number: str, event: str, evidence: str, at: datetime | None = None
) -> Noted:
    """Somebody agreed (`granted`) or took it back (`withdrawn`), and how we know.

    `at` is when; now if it is not given. Audited. UsageError: no number, no evidence,
    a moment that is still to come.
    """
    now = context.clock.now()
    at = at or now
    if not evidence.strip():
        raise UsageError(
            "Say how it is known: --evidence 'form 12, ward office Aundh'."
        )
    if at > now:
        raise UsageError(f"{in_pune(at)} is still to come.")
    person = person_of(context, WHATSAPP, digits(number))
    actor = audit.operator()
    with db.writing(context.engine) as session:
        new = consent_ledger.add_event(
            session, person, event, at, evidence=evidence, actor=actor, now=now
        )
        if new:
            detail = {"at": at.isoformat()}
            shown = f"{WHATSAPP}:{person.pseudonym}"
            audit.append(session, actor, f"optin.{event}", shown, detail, now)
    return Noted(person.pseudonym, new)


def refused(
    context: Context, session: Session, platform: str, wish: Refusal, now: datetime
) -> None:
    """Somebody told the platform or us not to write again."""
    person = person_of(context, platform, wish.uid)
    consent_ledger.add_event(
        session,
        person,
        "withdrawn",
        wish.at,
        evidence=wish.where,
        actor="the person",
        now=now,
    )


def held(
    context: Context, session: Session, platform: str, uids: Iterable[str]
) -> list[dict[str, Any]]:
    """What the ledger holds of a person, for whoever asks."""
    keys = [person_of(context, platform, uid).key for uid in uids]
    return [
        {"event": row.event, "at": row.at, "evidence": row.evidence}
        for row in consent_ledger.history(session, platform)
        if row.person in keys
    ]


def erase(
    context: Context, session: Session, platform: str, uids: Iterable[str]
) -> int:
    """Whoever is erased is not written to again; what was noted of it goes. Rows."""
    now = context.clock.now()
    return sum(
        consent_ledger.erase(session, person_of(context, platform, uid), now)
        for uid in uids
    )


def ledger(context: Context) -> list[OptIn]:
    """The whole ledger, oldest first; people by pseudonym."""
    with db.reading(context.engine) as session:
        rows = consent_ledger.history(session, WHATSAPP)
        session.expunge_all()
    return rows


def person_of(context: Context, platform: str, uid: str) -> LedgerPerson:
    """A person as the ledger knows them. ConfigError when the key is missing."""
    keyed = pseudonyms.unnamed(context)
    sealed = keyed.suppression(platform, "opt-in", uid)
    return LedgerPerson(platform, sealed, keyed.pseudonym(platform, uid))


def digits(number: str) -> str:
    """A telephone number as WhatsApp writes it: country code first, digits only.

    UsageError for anything else; a number without a country code is refused.
    """
    bare = _SIGNS.sub("", number)
    plain = bare.removeprefix("+")
    fits = plain.isascii() and plain.isdecimal() and 11 <= len(plain) <= 15
    if not fits or plain.startswith("0"):
        raise UsageError(
            "A number is written with its country code, as in +91 and ten digits; "
            f"this one has {sum(c.isdecimal() for c in bare)} digits."
        )
    return plain
