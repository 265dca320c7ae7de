"""What hangs on the mentions of a page: sightings, relations and links."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record
from socialcell.listening.model import Link, Mention, MentionMatch, Relation
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.listening.store.pages.page_mentions import ids_of

MENTION = db.table(Mention)
MATCH = db.table(MentionMatch)
RELATION = db.table(Relation)
LINK = db.table(Link)


def keep_matches(
    session: Session,
    records: Sequence[Record],
    ids: Mapping[str, int],
    arrival: Arrival,
) -> None:
    """Through which source and run each mention was seen."""
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


def forget(session: Session, ids: Iterable[int]) -> None:
    """Drop the relations and links of mentions that changed."""
    for chunk in db.chunks(ids):
        session.execute(delete(RELATION).where(RELATION.c.mention_id.in_(chunk)))
        session.execute(delete(LINK).where(LINK.c.mention_id.in_(chunk)))


def store_details(
    session: Session,
    platform: str,
    fresh: Sequence[Record],
    ids: Mapping[str, int],
    arrival: Arrival,
) -> None:
    """Relations and links of new and changed mentions, as they are now."""
    targets = _targets(session, platform, fresh, arrival)
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
    session: Session, platform: str, records: Sequence[Record], arrival: Arrival
) -> dict[str, int]:
    """Ids of the mentions that relations point to; unknown ones become stubs."""
    target_ids = {
        relation.target for record in records for relation in record.relations
    }
    if not target_ids:
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
            for target in sorted(target_ids)
        ],
    )
    return ids_of(session, platform, target_ids)


def _domain(url: str) -> str:
    """The host of a link; empty when what was written is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
