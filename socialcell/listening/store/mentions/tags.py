"""Write the annotations of mentions, and find the mentions still to be analysed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    select,
    true,
    update,
)
from sqlmodel import Session

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.json_types import DocumentValue
from socialcell.language.analysis import NO_TOPIC, Analysis
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store import owners
from socialcell.listening.store.mention_times import counted_at
from socialcell.listening.store.mentions import rollups

MENTION = db.table(Mention)
M = MENTION.c
_WAITS = M.tagged_at.is_(None), M.state == "present", M.text.is_not(None)
_MESSAGE = "message"
ANNOTATION = db.table(Annotation)
FROM_INCIDENT = "incident"
"""In place of the model's name where a running incident says the topic, and no word of
the mention; its number stands in place of the version."""

_IN_FORCE = ("language", "sentiment", "intent", "urgency")  # columns of mention


@dataclass(frozen=True, slots=True)
class Untagged:
    """A mention that waits to be read."""

    id: int
    text: str
    content_hash: str
    at: datetime  # when it was written; where that is not known, when it reached us


@dataclass(frozen=True, slots=True)
class TaggingBacklog:
    """How many mentions wait to be tagged, and when the oldest was stored."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Tagged:
    """A mention, its analysis, and the wards its places lay in at the time."""

    mention: Untagged
    analysis: Analysis
    wards: tuple[str, ...]


def untagged(session: Session, limit: int, *, after: int = 0) -> list[Untagged]:
    """The head of the work list (behind a mention), oldest arrivals first."""
    return _untagged(session, M.id > after, M.id, limit)


def untagged_among(session: Session, ids: Sequence[int]) -> list[Untagged]:
    """Those of a few mentions that wait."""
    return _untagged(session, M.id.in_(ids), M.id, len(ids))


def untagged_messages(session: Session, limit: int) -> list[Untagged]:
    """The messages to the city that wait, newest arrivals first."""
    return _untagged(session, M.kind == _MESSAGE, M.id.desc(), limit)


def newest_untagged_message(session: Session) -> int | None:
    """The id of the newest message to the city that waits; None: none does."""
    newest: int | None = session.scalar(
        select(func.max(M.id)).where(*_WAITS, M.kind == _MESSAGE)
    )
    return newest


def first_message_since(session: Session) -> datetime | None:
    """When the message to the city reached us that has waited longest; None: none
    waits."""
    first: datetime | None = session.scalar(
        select(func.min(M.stored_at)).where(*_WAITS, M.kind == _MESSAGE)
    )
    return first


def _untagged(
    session: Session, which: ColumnElement[bool], order: ColumnElement[int], limit: int
) -> list[Untagged]:
    at = counted_at()
    rows = session.execute(
        select(M.id, M.title, M.text, M.content_hash, at)
        .where(*_WAITS, which)
        .order_by(order)
        .limit(limit)
    )
    return [
        Untagged(id_, f"{title}\n{text}" if title else text or "", digest or "", at)
        for id_, title, text, digest, at in rows
    ]


def count_untagged(session: Session) -> int:
    statement = select(func.count()).where(*_WAITS)
    return int(session.execute(statement).scalar_one())


def backlog(session: Session) -> TaggingBacklog:
    """How many mentions wait to be tagged, and since when the oldest does."""
    return TaggingBacklog(*session.execute(backlog_query()).one())


def backlog_query() -> Select[int, datetime | None]:
    """The question of a TaggingBacklog, of one row."""
    return select(func.count(), func.min(M.stored_at)).where(*_WAITS)


def write(session: Session, tagged: Sequence[Tagged], now: datetime) -> int:
    """Store analyses; how many. A mention that changed meanwhile keeps waiting.

    Suggestions are replaced; what a person decided stays and is in force, and so does
    the topic of an incident while the mention names the same place.
    """
    rollups.take_turn(session)
    still = _unchanged(session, tagged)
    ids = [tagged_mention.mention.id for tagged_mention in still]
    decided = _decisions(session, ids)
    of_incidents = _incident_topics(session, still)
    have_topic = {row["mention_id"] for row in of_incidents}
    rollups.subtract(session, rollups.contribution(session, ids))
    _drop_suggestions(session, ids)
    rows = [
        row
        for tagged_mention in still
        for row in _annotations(tagged_mention, now)
        if (tagged_mention.mention.id, row["kind"]) not in decided
        if row["value"] != NO_TOPIC or row["mention_id"] not in have_topic
    ]
    db.insert(session, ANNOTATION, [*rows, *of_incidents])
    if still:
        session.connection().execute(
            update(MENTION)
            .where(MENTION.c.id == bindparam("b_id"))
            .values(
                tagged_at=bindparam("b_tagged_at"),
                language=bindparam("b_language"),
                mixed=bindparam("b_mixed"),
                sentiment=bindparam("b_sentiment"),
                intent=bindparam("b_intent"),
                urgency=bindparam("b_urgency"),
            ),
            [_in_force(tagged_mention, decided, now) for tagged_mention in still],
        )
    owners.resolve(session, ids)
    rollups.add(session, rollups.contribution(session, ids))
    return len(still)


def decide(
    session: Session,
    mention_id: int,
    kind: str,
    label: str,
    by: str,
    now: datetime,
    *,
    instead_of: str | None = None,
) -> None:
    """Put a person's decision beside the suggestion; from now on it is in force.

    `instead_of` names which suggestion of several (topics, places). SocialcellError
    when there is no such suggestion.
    """
    c = ANNOTATION.c
    rollups.take_turn(session)
    before = rollups.contribution(session, [mention_id])
    decided = db.changed(
        session,
        update(ANNOTATION)
        .where(c.mention_id == mention_id, c.kind == kind)
        .where(c.value == instead_of if instead_of is not None else true())
        .values(decided_value=label, decided_by=by, decided_at=now),
    )
    if not decided:
        raise SocialcellError(
            "mentions.no_label_to_decide", mention=mention_id, kind=kind
        )
    if kind in _IN_FORCE:
        session.execute(
            update(MENTION).where(MENTION.c.id == mention_id).values({kind: label})
        )
    owners.resolve(session, [mention_id])
    rollups.subtract(session, before)
    rollups.add(session, rollups.contribution(session, [mention_id]))


def forget(session: Session) -> None:
    """Put every mention back on the work list, for a new model.

    Where the text is no longer kept, what was understood of it stays as it is.
    """
    c = MENTION.c
    session.execute(
        update(MENTION)
        .where(c.state == "present", c.text.is_not(None))
        .values(tagged_at=None)
    )


def _unchanged(session: Session, tagged: Sequence[Tagged]) -> list[Tagged]:
    current: dict[int, str] = {}
    c = MENTION.c
    for chunk in db.chunks(tagged_mention.mention.id for tagged_mention in tagged):
        rows = session.execute(
            select(c.id, c.content_hash).where(
                c.id.in_(chunk), c.tagged_at.is_(None), c.state == "present"
            )
        )
        current.update((id_, digest or "") for id_, digest in rows)
    return [
        tagged_mention
        for tagged_mention in tagged
        if current.get(tagged_mention.mention.id) == tagged_mention.mention.content_hash
    ]


def _decisions(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], str]:
    decisions: dict[tuple[int, str], str] = {}
    c = ANNOTATION.c
    for chunk in db.chunks(ids):
        rows = session.execute(
            select(c.mention_id, c.kind, c.decided_value).where(
                c.mention_id.in_(chunk), c.decided_value.is_not(None)
            )
        )
        decisions.update(
            ((id_, kind), decided_value) for id_, kind, decided_value in rows
        )
    return decisions


def _drop_suggestions(session: Session, ids: Sequence[int]) -> None:
    c = ANNOTATION.c
    for chunk in db.chunks(ids):
        session.execute(
            delete(ANNOTATION).where(c.mention_id.in_(chunk), c.decided_value.is_(None))
        )


def _incident_topics(
    session: Session, tagged: Sequence[Tagged]
) -> list[dict[str, DocumentValue]]:
    """The rows of topics that mentions have from incidents, and still have: they name
    the same place, and do not say the topic themselves."""
    analyses = {
        tagged_mention.mention.id: tagged_mention.analysis for tagged_mention in tagged
    }
    columns = [column for column in ANNOTATION.c if column.name != "id"]
    c = ANNOTATION.c
    rows: list[dict[str, DocumentValue]] = []
    for chunk in db.chunks(analyses):
        statement = select(*columns).where(
            c.mention_id.in_(chunk), c.model == FROM_INCIDENT, c.decided_value.is_(None)
        )
        for row in session.execute(statement).mappings():
            analysis = analyses[row["mention_id"]]
            place = row["detail"]["place"]
            places = [entity.id for entity in analysis.entities]
            topics = [topic.id for topic in analysis.topics]
            if (place is None or place in places) and row["value"] not in topics:
                rows.append(dict(row))
    return rows


def _in_force(
    tagged_mention: Tagged, decided: dict[tuple[int, str], str], now: datetime
) -> dict[str, DocumentValue]:
    analysis, id_ = tagged_mention.analysis, tagged_mention.mention.id
    return {
        "b_id": id_,
        "b_tagged_at": now,
        "b_language": decided.get((id_, "language"), analysis.language),
        "b_mixed": analysis.mixed,
        "b_sentiment": decided.get((id_, "sentiment"), analysis.sentiment.label),
        "b_intent": decided.get((id_, "intent"), analysis.intent.label),
        "b_urgency": decided.get((id_, "urgency"), analysis.urgency.level),
    }


def _annotations(
    tagged_mention: Tagged, now: datetime
) -> list[dict[str, DocumentValue]]:
    analysis = tagged_mention.analysis
    sentiment, intent, urgency = analysis.sentiment, analysis.intent, analysis.urgency
    common_values: dict[str, DocumentValue] = {
        "mention_id": tagged_mention.mention.id,
        "model": analysis.model.name,
        "model_version": analysis.model.version,
        "made_at": now,
        "score": None,
        "confident": None,
        "start": None,
        "end": None,
        "detail": None,
    }
    rows: list[dict[str, DocumentValue]] = [
        {
            **common_values,
            "kind": "language",
            "value": analysis.language,
            "detail": {"mixed": analysis.mixed, "script": analysis.script},
        },
        {
            **common_values,
            "kind": "sentiment",
            "value": sentiment.label,
            "score": sentiment.score,
            "confident": sentiment.confident,
            "detail": {"probabilities": sentiment.probabilities},
        },
        {
            **common_values,
            "kind": "intent",
            "value": intent.label,
            "score": intent.score,
            "confident": intent.confident,
        },
        {
            **common_values,
            "kind": "urgency",
            "value": urgency.level,
            "score": urgency.score,
            "detail": {"reasons": list(urgency.reasons)},
        },
    ]
    if intent.detail is not None:
        rows.append({**common_values, "kind": "detail", "value": intent.detail})
    rows += [
        {**common_values, "kind": "topic", "value": topic.id, "score": topic.score}
        for topic in analysis.topics
    ]
    rows += [
        {
            **common_values,
            "kind": "entity",
            # A name without an id may be a person's: only its kind is kept as a value.
            "value": entity.id or entity.label,
            "start": entity.start,
            "end": entity.end,
            "detail": {"label": entity.label, "text": entity.text},
        }
        for entity in analysis.entities
    ]
    rows += [
        {**common_values, "kind": "ward", "value": ward}
        for ward in tagged_mention.wards
    ]
    return rows
