"""Mentions with all that is known about them, as they may leave the house."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from socialcell import db
from socialcell.listening import shown
from socialcell.listening.people import People
from socialcell.listening.store import questions


def mentions(
    session: Session, rows: Iterable[Row[Any]], people: People
) -> Iterator[dict[str, Any]]:
    """Rows of store.questions as `shown.mention` gives them, in their order."""
    for some in db.chunks(rows):
        understood = questions.annotations(session, [row.id for row in some])
        for row in some:
            yield shown.mention(row, understood[row.id], people)


def mention(session: Session, row: Row[Any], people: People) -> dict[str, Any]:
    """The same of one, with its links, sources, history and readings."""
    understood = questions.annotations(session, [row.id])[row.id]
    return {
        **shown.mention(row, understood, people),
        "links": [
            people.masked(row.platform, url, row)
            for url in questions.links(session, row.id)
        ],
        "relations": [
            {"kind": r.kind, "platform": r.platform, "id": r.id, "held": r.state}
            for r in questions.relations(session, row.id)
        ],
        "sources": [
            {"name": s.name, "via": s.via, "seen_at": s.seen_at}
            for s in questions.sources_of(session, row.id)
        ],
        "engagement": [
            {
                "metric": e.metric,
                "common": e.common,
                "taken_at": e.taken_at,
                "value": e.value,
                "state": e.state,
            }
            for e in questions.engagement(session, row.id)
        ],
        "understood": [
            {
                "kind": a.kind,
                "suggested": people.masked(row.platform, a.value, row),
                "score": a.score,
                "confident": a.confident,
                "decided": a.decided_value,
                "model": f"{a.model} {a.model_version}",
                "detail": people.plain(row.platform, a.detail, row),
            }
            for a in understood
        ],
    }
