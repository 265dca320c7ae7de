"""Store one page of records: mentions, authors, relations, links, engagement.

Statements work on the whole page at once; what is new is decided by unique keys.
The caller owns the transaction.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Author as AuthorFacts
from socialcell.connectors.base import Record, Reject
from socialcell.listening.model import (
    Author,
    AuthorSnapshot,
    Engagement,
    Link,
    Mention,
    MentionMatch,
    RawItem,
    Relation,
)
from socialcell.text import clean_text, index_form

MAPPER_VERSION = 1
_NEVER = datetime.min.replace(tzinfo=UTC)

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
RAW = db.table(RawItem)
MATCH = db.table(MentionMatch)
RELATION = db.table(Relation)
LINK = db.table(Link)
ENGAGEMENT = db.table(Engagement)
AUTHOR_SNAPSHOT = db.table(AuthorSnapshot)


@dataclass(frozen=True)
class Arrival:
    """How a page came to us: through which source and run, and when.

    `observed_at` is when the platform said it, which for a file is before now.
    """

    source_id: int
    run_id: int
    at: datetime
    observed_at: datetime | None = None

    @property
    def observed(self) -> datetime:
        return min(self.observed_at or self.at, self.at)


@dataclass
class Counts:
    """What became of a page's records."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    snapshots: int = 0


@dataclass
class _Known:
    """What the database already holds of a page's mentions, by native id."""

    id: int
    state: str
    content_hash: str | None
    edited_at: datetime | None
    fetched_at: datetime | None


@dataclass
class _Sorted:
    """A page's records by what has to be done with them."""

    new: list[Record] = field(default_factory=list)
    changed: list[Record] = field(default_factory=list)
    same: list[Record] = field(default_factory=list)

    @property
    def all(self) -> list[Record]:
        return [*self.new, *self.changed, *self.same]


def store_records(
    session: Session,
    records: Iterable[Record],
    arrival: Arrival,
    seen: set[int],
) -> Counts:
    """Store records of one page; `seen` holds hashes of what this run had, and grows.

    A record is new, changed (its text, author facts, relations or links differ and it
    is not an older edit), or the same; each sighting may add an engagement snapshot.
    Another version of an item that this run had is no duplicate: a page may show an
    item as it was, and the next one as it is. Of two on one page the newer counts.
    """
    counts = Counts()
    by_platform: dict[str, dict[str, Record]] = {}
    for record in map(cleaned, records):
        version = _version(record)
        key = hash((record.platform, record.external_id, version))
        if key in seen:
            counts.duplicate += 1
            continue
        seen.add(key)
        fresh = by_platform.setdefault(record.platform, {})
        other = fresh.get(record.external_id)
        if other is not None:
            counts.duplicate += 1
        if other is None or version > _version(other):
            fresh[record.external_id] = record
    for platform, by_id in by_platform.items():
        _store_platform(session, platform, list(by_id.values()), arrival, counts)
    return counts


def _version(record: Record) -> tuple[bool, datetime]:
    """Of two sightings of an item the greater is the newer: a removal, a later edit."""
    return (_is_removed(record), record.edited_at or _NEVER)


def _is_removed(record: Record) -> bool:
    return "text" in record.missing


def keep_rejects(
    session: Session, platform: str, rejects: Iterable[Reject], arrival: Arrival
) -> None:
    """Keep the raw form of items that could not be mapped, with the reason."""
    rows = [
        _raw_row(
            platform,
            reject.raw,
            arrival,
            state="quarantined",
            why=_clean(reject.reason),
        )
        for reject in rejects
    ]
    db.insert_new(session, RAW, list({row["sha256"]: row for row in rows}.values()))


def cleaned(record: Record) -> Record:
    """The record with every text that came from outside cleaned."""
    author = record.author
    if author is not None:
        author = replace(
            author,
            handle=_clean(author.handle),
            name=_clean(author.name),
            uid=clean_text(author.uid),
        )
    return replace(
        record,
        text=clean_text(record.text),
        title=_clean(record.title),
        url=_clean(record.url),
        external_id=clean_text(record.external_id),
        links=tuple(dict.fromkeys(clean_text(link) for link in record.links)),
        author=author,
    )


def content_hash(record: Record) -> str:
    """A hash of what counts as content: not the engagement, not the time of arrival."""
    author = record.author
    content = [
        record.kind,
        record.text,
        record.title,
        record.url,
        record.language,
        record.conversation,
        record.edited_at.isoformat() if record.edited_at else None,
        [author.uid, author.handle, author.name, author.verified] if author else None,
        sorted([relation.kind, relation.target] for relation in record.relations),
        sorted(record.links),
    ]
    return _sha256(content)


def _store_platform(
    session: Session,
    platform: str,
    records: list[Record],
    arrival: Arrival,
    counts: Counts,
) -> None:
    known = _known(session, platform, [record.external_id for record in records])
    todo = _sort(records, known, arrival.observed)
    authors = _store_authors(session, platform, todo, arrival)
    raws = _store_raws(session, platform, [*todo.new, *todo.changed], arrival)
    _insert_mentions(session, todo.new, known, authors, raws, arrival)
    _update_mentions(session, todo, known, authors, raws, arrival)
    ids = _ids(session, platform, [record.external_id for record in records])
    _store_matches(session, todo.all, ids, arrival)
    _replace_details(session, todo, ids, platform, arrival)
    counts.stored += len(todo.new)
    counts.updated += len(todo.changed)
    counts.unchanged += len(todo.same)
    counts.snapshots += _store_engagement(session, todo.all, ids, arrival)


def _known(session: Session, platform: str, ids: list[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    c = MENTION.c
    for some in db.chunks(ids):
        rows = session.execute(
            select(
                c.external_id,
                c.id,
                c.state,
                c.content_hash,
                c.edited_at,
                c.fetched_at,
            ).where(c.platform == platform, c.external_id.in_(some))
        )
        for external_id, *facts in rows:
            found[external_id] = _Known(*facts)
    return found


def _sort(
    records: list[Record], known: dict[str, _Known], observed: datetime
) -> _Sorted:
    todo = _Sorted()
    for record in records:
        had = known.get(record.external_id)
        if had is None or had.state == "stub":
            todo.new.append(record)
        elif had.content_hash == content_hash(record) or _is_older(
            record, had, observed
        ):
            todo.same.append(record)
        else:
            todo.changed.append(record)
    return todo


def _is_older(record: Record, had: _Known, observed: datetime) -> bool:
    """A late page or an old file may bring what was true before what we hold."""
    if had.edited_at is not None and not _is_removed(record):
        return record.edited_at is None or record.edited_at < had.edited_at
    if record.edited_at is not None or had.fetched_at is None:
        return False
    return observed < had.fetched_at


def _store_authors(
    session: Session, platform: str, todo: _Sorted, arrival: Arrival
) -> dict[str, int]:
    facts = {record.author.uid: record.author for record in todo.all if record.author}
    rows = [
        {
            "platform": platform,
            "uid": uid,
            "handle": author.handle,
            "name": author.name,
            "verified": author.verified,
            "first_seen_at": arrival.at,
        }
        for uid, author in facts.items()
    ]
    db.insert_new(session, AUTHOR, rows)
    changed = {
        record.author.uid: record.author for record in todo.changed if record.author
    }
    _update_authors(session, platform, changed)
    ids = _author_ids(session, platform, list(facts))
    db.insert_new(
        session,
        AUTHOR_SNAPSHOT,
        [
            {
                "author_id": ids[uid],
                "taken_at": arrival.observed,
                "followers": author.followers,
                "posts": author.posts,
            }
            for uid, author in facts.items()
            if author.followers is not None or author.posts is not None
        ],
    )
    return ids


def _update_authors(
    session: Session, platform: str, facts: dict[str, AuthorFacts]
) -> None:
    for uid, author in facts.items():
        session.execute(
            update(AUTHOR)
            .where(AUTHOR.c.platform == platform, AUTHOR.c.uid == uid)
            .values(handle=author.handle, name=author.name, verified=author.verified)
        )


def _author_ids(session: Session, platform: str, uids: list[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for some in db.chunks(uids):
        rows = session.execute(
            select(AUTHOR.c.uid, AUTHOR.c.id).where(
                AUTHOR.c.platform == platform, AUTHOR.c.uid.in_(some)
            )
        )
        ids.update((uid, id_) for uid, id_ in rows)
    return ids


def _store_raws(
    session: Session, platform: str, records: Sequence[Record], arrival: Arrival
) -> dict[str, int]:
    """Raw items of new and changed records; native id → raw id."""
    rows = {
        record.external_id: _raw_row(platform, record.raw, arrival)
        for record in records
    }
    # The same bytes may stand for two items of a file; one row keeps them.
    db.insert_new(
        session, RAW, list({row["sha256"]: row for row in rows.values()}.values())
    )
    by_hash: dict[str, int] = {}
    for some in db.chunks({row["sha256"] for row in rows.values()}):
        found = session.execute(
            select(RAW.c.sha256, RAW.c.id).where(
                RAW.c.platform == platform, RAW.c.sha256.in_(some)
            )
        )
        by_hash.update((digest, id_) for digest, id_ in found)
    return {external_id: by_hash[row["sha256"]] for external_id, row in rows.items()}


def _raw_row(
    platform: str,
    raw: Any,
    arrival: Arrival,
    *,
    state: str = "mapped",
    why: str | None = None,
) -> dict[str, Any]:
    # ASCII escapes keep what no database takes: a lone surrogate, NUL.
    body = json.dumps(raw, ensure_ascii=True, sort_keys=True, default=str)
    return {
        "platform": platform,
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
        "run_id": arrival.run_id,
        "received_at": arrival.at,
        "state": state,
        "reason": why,
        "mapper_version": MAPPER_VERSION,
        "body": body,
    }


def _content(
    record: Record, authors: dict[str, int], raws: dict[str, int], arrival: Arrival
) -> dict[str, Any]:
    said = f"{record.title}\n{record.text}" if record.title else record.text
    return {
        "kind": record.kind,
        "state": "present",
        "author_id": authors[record.author.uid] if record.author else None,
        "text": record.text,
        "folded": index_form(said),
        "title": record.title,
        "url": record.url,
        "platform_language": record.language,
        "conversation": record.conversation,
        "missing": sorted(record.missing),
        "edited_at": record.edited_at,
        "fetched_at": arrival.observed,
        "content_hash": content_hash(record),
        "raw_id": raws[record.external_id],
    }


def _insert_mentions(
    session: Session,
    records: list[Record],
    known: dict[str, _Known],
    authors: dict[str, int],
    raws: dict[str, int],
    arrival: Arrival,
) -> None:
    rows = [
        {
            "platform": record.platform,
            "external_id": record.external_id,
            "authored_at": record.authored_at,
            "stored_at": arrival.at,
            **_content(record, authors, raws, arrival),
        }
        for record in records
        if record.external_id not in known
    ]
    db.insert(session, MENTION, rows)


def _update_mentions(
    session: Session,
    todo: _Sorted,
    known: dict[str, _Known],
    authors: dict[str, int],
    raws: dict[str, int],
    arrival: Arrival,
) -> None:
    """Changed mentions and filled stubs: new content, to be read again."""
    stubs = [record for record in todo.new if record.external_id in known]
    for record in [*todo.changed, *stubs]:
        had = known[record.external_id]
        values = _content(record, authors, raws, arrival)
        if had.state == "stub":
            values |= {"stored_at": arrival.at, "authored_at": record.authored_at}
        session.execute(
            update(MENTION)
            .where(MENTION.c.id == had.id)
            .values(tagged_at=None, **values)
        )


def _ids(session: Session, platform: str, external: Iterable[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for some in db.chunks(external):
        rows = session.execute(
            select(MENTION.c.external_id, MENTION.c.id).where(
                MENTION.c.platform == platform, MENTION.c.external_id.in_(some)
            )
        )
        ids.update((external_id, id_) for external_id, id_ in rows)
    return ids


def _store_matches(
    session: Session, records: list[Record], ids: dict[str, int], arrival: Arrival
) -> None:
    db.insert_new(
        session,
        MATCH,
        [
            {
                "mention_id": ids[record.external_id],
                "source_id": arrival.source_id,
                "run_id": arrival.run_id,
                "via": record.via,
                "seen_at": arrival.at,
            }
            for record in records
        ],
    )


def _replace_details(
    session: Session,
    todo: _Sorted,
    ids: dict[str, int],
    platform: str,
    arrival: Arrival,
) -> None:
    """Relations and links of new and changed mentions, as they are now."""
    for record in todo.changed:
        mention_id = ids[record.external_id]
        session.execute(delete(RELATION).where(RELATION.c.mention_id == mention_id))
        session.execute(delete(LINK).where(LINK.c.mention_id == mention_id))
    fresh = [*todo.new, *todo.changed]
    targets = _targets(session, fresh, platform, arrival)
    relations = {
        (ids[record.external_id], relation.kind, targets[relation.target])
        for record in fresh
        for relation in record.relations
    }
    db.insert_new(
        session,
        RELATION,
        [
            {"mention_id": mention_id, "kind": kind, "target_id": target_id}
            for mention_id, kind, target_id in sorted(relations)
        ],
    )
    db.insert_new(
        session,
        LINK,
        [
            {
                "mention_id": ids[record.external_id],
                "url": url,
                "domain": _domain(url),
            }
            for record in fresh
            for url in record.links
        ],
    )


def _targets(
    session: Session, records: list[Record], platform: str, arrival: Arrival
) -> dict[str, int]:
    """Ids of the mentions that relations point to; unknown ones become stubs."""
    wanted = {relation.target for record in records for relation in record.relations}
    if not wanted:
        return {}
    db.insert_new(
        session,
        MENTION,
        [
            {
                "platform": platform,
                "external_id": target,
                "kind": "post",
                "state": "stub",
                "missing": ["everything"],
                "stored_at": arrival.at,
            }
            for target in sorted(wanted)
        ],
    )
    return _ids(session, platform, wanted)


def _store_engagement(
    session: Session, records: list[Record], ids: dict[str, int], arrival: Arrival
) -> int:
    """Engagement as it is now; how many mentions got a snapshot that is new."""
    measured = [record for record in records if record.metrics]
    had = _measured_at(
        session, [ids[r.external_id] for r in measured], arrival.observed
    )
    rows = [
        {
            "mention_id": ids[record.external_id],
            "metric": metric.name,
            "taken_at": arrival.observed,
            "common": metric.common,
            "value": metric.value,
            "state": metric.state if metric.value is not None else "absent",
        }
        for record in measured
        for metric in record.metrics
    ]
    db.insert_new(session, ENGAGEMENT, rows)
    return sum(ids[record.external_id] not in had for record in measured)


def _measured_at(session: Session, ids: list[int], at: datetime) -> set[int]:
    found: set[int] = set()
    for some in db.chunks(ids):
        found.update(
            session.scalars(
                select(ENGAGEMENT.c.mention_id)
                .where(ENGAGEMENT.c.mention_id.in_(some), ENGAGEMENT.c.taken_at == at)
                .distinct()
            )
        )
    return found


def _domain(url: str) -> str:
    """The host of a link; empty when what was written is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


def _sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()
