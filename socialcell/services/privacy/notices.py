"""Notices: what people are told before they consent, in three languages, by version."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

from sqlmodel import Session

from socialcell import db, i18n
from socialcell.clock import in_pune
from socialcell.errors import UsageError
from socialcell.ops import audit, consent_ledger
from socialcell.registers.model import PrivacyNotice
from socialcell.registers.store import notices as store
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.text import clean_text

_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SHORTEST, _LONGEST = 40, 8000


@dataclass(frozen=True)
class NoticeLine:
    """A notice in one language; so many consents of the ledger rest on it."""

    purpose: str
    version: int
    language: str
    sha256: str
    starts_at: datetime
    made_by: str
    consents: int
    text: str


@dataclass(frozen=True)
class NoticeVersion:
    """A version of a notice, with its words in each language by `i18n.CODES`. `state`:
    now, later, earlier, or never, where the next version began before it."""

    purpose: str
    version: int
    state: Literal["now", "later", "earlier", "never"]
    starts_at: datetime
    made_by: str
    consents: int
    texts: Sequence[NoticeLine]


def add_notice(
    context: Context,
    purpose: str,
    texts: Mapping[str, str],
    starts_at: datetime | None = None,
) -> list[NoticeLine]:
    """The next version of a purpose's notice, in all three languages. Audited.

    It never changes: other words are another version. UsageError: a purpose that is no
    word, a language that is missing, a text that is too short or long, a start that is
    over, or the words of the version before.
    """
    now = context.clock.now()
    starts = starts_at or now
    if not _PURPOSE.fullmatch(purpose):
        raise UsageError("registers.no_purpose", purpose=purpose)
    if starts < now:
        raise UsageError("registers.starts_before", at=in_pune(starts))
    cleaned = {name: clean_text(texts.get(name, "")).strip() for name in i18n.CODES}
    for name, text in cleaned.items():
        if not _SHORTEST <= len(text) <= _LONGEST:
            raise UsageError(
                "registers.notice_length",
                language=name,
                shortest=_SHORTEST,
                longest=_LONGEST,
            )
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        version = store.next_version(session, purpose)
        last = {
            row.sha256
            for row in store.list_notices(session, purpose)
            if row.version == version - 1
        }
        hashes = {name: text_hash(text) for name, text in cleaned.items()}
        if last == set(hashes.values()):
            raise UsageError("registers.same_notice", version=version - 1)
        rows = [
            PrivacyNotice(
                purpose=purpose,
                version=version,
                language=name,
                text=text,
                sha256=hashes[name],
                starts_at=starts,
                made_by=context.actor.name,
                made_at=now,
            )
            for name, text in cleaned.items()
        ]
        session.add_all(rows)
        session.flush()
        detail = {"version": version, "sha256": hashes, "starts_at": starts.isoformat()}
        audit.append(session, context.actor, "notice.add", purpose, detail, now)
        return [_line(row, 0) for row in rows]


def list_notices(context: Context, purpose: str | None = None) -> list[NoticeLine]:
    """All notices, the newest version of each purpose first."""
    with db.reading(context.engine) as session:
        counts = consent_ledger.count_by_notice(session)
        rows = store.list_notices(session, purpose)
        return [_line(row, _consents(session, row, rows, counts)) for row in rows]


def list_versions(context: Context) -> list[NoticeVersion]:
    """The same by version, with how each stands now."""
    now = context.clock.now()
    versions: list[NoticeVersion] = []
    newer: dict[str, datetime] = {}  # when the first newer version began
    for (purpose, version), lines in groupby(
        list_notices(context), lambda line: (line.purpose, line.version)
    ):
        texts = sorted(lines, key=lambda line: i18n.CODES.index(line.language))
        starts_at, end = texts[0].starts_at, newer.get(purpose)
        versions.append(
            NoticeVersion(
                purpose,
                version,
                _state(starts_at, end, now),
                starts_at,
                texts[0].made_by,
                sum(line.consents for line in texts),
                texts,
            )
        )
        newer[purpose] = min(starts_at, end or starts_at)
    return versions


def _state(
    starts_at: datetime, end: datetime | None, now: datetime
) -> Literal["now", "later", "earlier", "never"]:
    if end is not None and end <= starts_at:
        return "never"
    if starts_at > now:
        return "later"
    return "now" if end is None or end > now else "earlier"


def _consents(
    session: Session,
    row: PrivacyNotice,
    rows: Sequence[PrivacyNotice],
    counts: Mapping[str | None, int],
) -> int:
    """How many consents rest on a notice; of words that stand in several versions,
    those of the time in which this one counted."""
    siblings = [
        other
        for other in rows
        if (other.purpose, other.language) == (row.purpose, row.language)
    ]
    if sum(other.sha256 == row.sha256 for other in siblings) == 1:
        return counts.get(row.sha256, 0)
    ends = [other.starts_at for other in siblings if other.version > row.version]
    return consent_ledger.count_granted(
        session, row.sha256, row.starts_at, min(ends, default=None)
    )


def text_hash(text: str) -> str:
    """SHA-256 of a notice's words, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _line(row: PrivacyNotice, consents: int) -> NoticeLine:
    return NoticeLine(
        row.purpose,
        row.version,
        row.language,
        row.sha256,
        row.starts_at,
        row.made_by,
        consents,
        row.text,
    )
