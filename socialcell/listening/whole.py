"""Mentions with all that is known about them, as they may leave the house."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.listening import shown
from socialcell.listening.model import Owner
from socialcell.listening.owners import find_owner
from socialcell.listening.people import People
from socialcell.listening.shown import Facts
from socialcell.listening.store import areas, engagement, questions

_NO_PROBLEM = frozenset({"praise", "spam", "not_civic"})


def mentions(
    session: Session, rows: Iterable[Row[Any]], people: People
) -> Iterator[dict[str, Any]]:
    """Rows of store.questions as `shown.mention` gives them, in their order."""
    owners = areas.all_owners(session)
    for some in db.chunks(rows):
        facts = _gather_facts(session, some, owners)
        for row in some:
            yield shown.mention(row, facts[row.id], people)


def mention(session: Session, row: Row[Any], people: People) -> dict[str, Any]:
    """The same of one, with its links, sources, history and readings."""
    facts = _gather_facts(session, [row], areas.all_owners(session))[row.id]
    return {
        **shown.mention(row, facts, people),
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
            for a in facts.annotations
        ],
    }


def _gather_facts(
    session: Session, rows: Sequence[Row[Any]], owners: Sequence[Owner]
) -> dict[int, Facts]:
    """What is held of mentions beside their rows."""
    ids = [row.id for row in rows]
    understood = questions.annotations(session, ids)
    counts = engagement.read_newest(session, ids)
    facts = {}
    for row in rows:
        values = shown.group_values(understood[row.id])
        day = (row.authored_at or row.stored_at).astimezone(IST).date()
        topics = () if row.intent in _NO_PROBLEM else values.get("topic", ())
        owner = find_owner(owners, topics, values.get("entity", ()), day)
        facts[row.id] = Facts(understood[row.id], counts[row.id], owner)
    return facts
