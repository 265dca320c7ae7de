"""What people decided about mentions: put beside the suggestions, and read back."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Annotation, Author, Mention
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import rollups, tags

MENTION = db.table(Mention)
ANNOTATION = db.table(Annotation)
AUTHOR = db.table(Author)
PERSON = "person"  # in place of the model's name where no model had suggested it
NO_MODELS = (PERSON, tags.FROM_INCIDENT)
"""In place of a model's name where none suggested a value by the mention's words."""

KINDS = ("language", "intent", "sentiment", "topic", "urgency")
_EXPORTED = (*KINDS, owners.KIND)

Labels = Mapping[str, Sequence[str]]  # kind: its values, one of all but topics


@dataclass(frozen=True, slots=True)
class DecidedLabel:
    """What a person decided of one kind, and that person's name."""

    values: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A mention with text and title as they are kept, and the author's account."""

    id: int
    platform: str
    title: str | None
    text: str
    language: str | None
    edited_at: datetime | None
    uid: str | None
    handle: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class _AnnotationRow:
    """An annotation, with the decision about it, None where there is none."""

    mention_id: int
    kind: str
    value: str
    start: int | None
    end: int | None
    detail: Mapping[str, str] | None
    model: str
    decided_value: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A mention with what models suggested and people decided about it, and the names
    found in it.

    `names` are (start, end, text) of persons outside the registry in the text as it
    was read.
    """

    mention: LabelledText
    suggested: dict[str, tuple[str, ...]]
    decided: dict[str, tuple[str, ...]]
    names: tuple[tuple[int, int, str], ...]


def is_read(session: Session, mention_id: int) -> bool | None:
    """Has this mention been read as it stands? None where there is no such mention."""
    c = MENTION.c
    statement = select(c.tagged_at).where(c.id == mention_id, c.state == "present")
    row = session.execute(statement).first()
    return None if row is None else row.tagged_at is not None


def urgency(session: Session, mention_id: int) -> str | None:
    """The urgency in force."""
    statement = select(MENTION.c.urgency).where(MENTION.c.id == mention_id)
    level: str | None = session.scalar(statement)
    return level


def suggested(session: Session, mention_id: int) -> dict[str, tuple[str, ...]]:
    """What the models suggested, by kind."""
    c = ANNOTATION.c
    statement = select(c.kind, c.value).where(
        c.mention_id == mention_id, c.kind.in_(KINDS), c.model.not_in(NO_MODELS)
    )
    rows = session.execute(statement.order_by(c.id))
    suggestions = _by_kind((row.kind, row.value) for row in rows)
    owner = owners.suggested(session, mention_id)
    return {**suggestions, owners.KIND: (owner,)} if owner else suggestions


def decisions(session: Session, mention_id: int) -> dict[str, DecidedLabel]:
    """What people decided, by kind; nothing of a kind where nobody did."""
    c = ANNOTATION.c
    statement = select(c.kind, c.decided_value, c.decided_by).where(
        c.mention_id == mention_id, c.decided_value.is_not(None)
    )
    rows = session.execute(statement.order_by(c.id)).all()
    values = _by_kind((row.kind, row.decided_value) for row in rows)
    by = {row.kind: row.decided_by for row in rows}
    return {kind: DecidedLabel(decided, by[kind]) for kind, decided in values.items()}


def decide(
    session: Session, mention_id: int, labels: Labels, by: str, now: datetime
) -> None:
    """Put decisions in force; the suggestions stay beside them.

    The topics given are all topics of the mention from now on. A kind without a value
    takes back what was decided of it.
    """
    for kind, values in labels.items():
        if kind == owners.KIND:
            continue
        if not values:
            _take_back(session, mention_id, kind)
        elif kind == "topic":
            _decide_topics(session, mention_id, tuple(dict.fromkeys(values)), by, now)
        else:
            (label,) = values
            tags.decide(session, mention_id, kind, label, by, now)
    if owners.KIND in labels:
        # Last: what is suggested in its place follows from the other decisions.
        if owner := labels[owners.KIND]:
            owners.decide(session, mention_id, owner[0], by, now)
        else:
            owners.take_back(session, mention_id)


def labelled(session: Session, also: Collection[int] = ()) -> Iterator[Labelled]:
    """Every mention that has a decision, and of those in `also` each that may be kept
    as an example, by its number.

    What somebody wrote to the city alone stays with it and is not here. Left out, too,
    is what was edited after the decision or waits to be read: its label may be true of
    other words.
    """
    c = ANNOTATION.c
    decided = select(c.mention_id).where(
        c.decided_value.is_not(None), c.kind.in_(_EXPORTED)
    )
    more = set(also)
    ids = sorted(more.union(session.scalars(decided)))
    for chunk in db.chunks(ids):
        texts = _texts(session, chunk)
        understood = _understood(session, [row.id for row in texts])
        for row in texts:
            labelled_mention = _labels(row, understood.get(row.id, []))
            if labelled_mention.decided or row.id in more:
                yield labelled_mention


def _texts(session: Session, ids: Sequence[int]) -> list[LabelledText]:
    m = MENTION.c
    statement = (
        select(
            m.id,
            m.platform,
            m.title,
            m.text,
            m.language,
            m.edited_at,
            AUTHOR.c.uid,
            AUTHOR.c.handle,
            AUTHOR.c.name,
        )
        .select_from(MENTION.outerjoin(AUTHOR, m.author_id == AUTHOR.c.id))
        .where(
            m.id.in_(ids),
            m.state == "present",
            m.kind != "message",
            m.text.is_not(None),
            m.tagged_at.is_not(None),
        )
        .order_by(m.id)
    )
    return [LabelledText(*row) for row in session.execute(statement)]


def _decide_topics(
    session: Session, mention_id: int, topics: Sequence[str], by: str, now: datetime
) -> None:
    """A right suggestion is decided as it is, a wrong one as another topic."""
    c = ANNOTATION.c
    rollups.take_turn(session)
    before = rollups.contribution(session, [mention_id])
    own_topics = (c.mention_id == mention_id, c.kind == "topic")
    session.execute(delete(ANNOTATION).where(*own_topics, c.model == PERSON))
    rows = session.execute(
        select(c.id, c.value).where(*own_topics).order_by(c.id)
    ).all()
    right = {row.value for row in rows}
    missing = [topic for topic in topics if topic not in right]
    decided = []
    for row in rows:
        if row.value in topics:
            right_topic = row.value
        else:
            right_topic = missing.pop(0) if missing else topics[0]
        decided.append({"b_id": row.id, "b_value": right_topic})
    decision = {"decided_by": by, "decided_at": now}
    if decided:
        session.connection().execute(
            update(ANNOTATION)
            .where(c.id == bindparam("b_id"))
            .values(decided_value=bindparam("b_value"), **decision),
            decided,
        )
    new = {"mention_id": mention_id, "kind": "topic", "made_at": now, **decision}
    new |= {"model": PERSON, "model_version": ""}
    db.insert(
        session,
        ANNOTATION,
        [{**new, "value": topic, "decided_value": topic} for topic in missing],
    )
    owners.resolve(session, [mention_id])
    rollups.subtract(session, before)
    rollups.add(session, rollups.contribution(session, [mention_id]))


def _take_back(session: Session, mention_id: int, kind: str) -> None:
    """The suggestions of a kind count again. Where the mention was read again since
    they were made, it is put back on the work list: they are of an earlier reading."""
    c, m = ANNOTATION.c, MENTION.c
    rollups.take_turn(session)
    before = rollups.contribution(session, [mention_id])
    own = (c.mention_id == mention_id, c.kind == kind)
    session.execute(delete(ANNOTATION).where(*own, c.model == PERSON))
    nothing = {"decided_value": None, "decided_by": None, "decided_at": None}
    session.execute(update(ANNOTATION).where(*own).values(nothing))
    made_by_model = select(c.value, c.made_at).where(*own, c.model.not_in(NO_MODELS))
    row = session.execute(made_by_model.order_by(c.id)).first()
    of_mention = update(MENTION).where(m.id == mention_id)
    if row is not None and kind != "topic":
        session.execute(of_mention.values({kind: row.value}))
    if row is None or row.made_at != session.scalar(
        select(m.tagged_at).where(m.id == mention_id)
    ):
        session.execute(of_mention.where(m.text.is_not(None)).values(tagged_at=None))
    owners.resolve(session, [mention_id])
    rollups.subtract(session, before)
    rollups.add(session, rollups.contribution(session, [mention_id]))


def _understood(
    session: Session, ids: Sequence[int]
) -> dict[int, list[_AnnotationRow]]:
    c = ANNOTATION.c
    statement = (
        select(
            c.mention_id,
            c.kind,
            c.value,
            c.start,
            c.end,
            c.detail,
            c.model,
            c.decided_value,
            c.decided_at,
        )
        .where(c.mention_id.in_(ids), c.kind.in_((*_EXPORTED, "entity")))
        .order_by(c.id)
    )
    rows_by_mention: dict[int, list[_AnnotationRow]] = {}
    for row in session.execute(statement):
        rows_by_mention.setdefault(row.mention_id, []).append(_AnnotationRow(*row))
    return rows_by_mention


def _labels(mention: LabelledText, rows: Sequence[_AnnotationRow]) -> Labelled:
    decided = [
        (row.kind, row.decided_value)
        for row in rows
        if row.decided_value is not None
        and row.kind in _EXPORTED
        and row.decided_at is not None
        and (mention.edited_at is None or mention.edited_at <= row.decided_at)
    ]
    suggestions = (
        (row.kind, row.value)
        for row in rows
        if row.kind in _EXPORTED and row.model not in NO_MODELS
    )
    names = tuple(
        (row.start, row.end, row.detail["text"])
        for row in rows
        if row.kind == "entity" and row.value == "PERSON"
        if row.start is not None and row.end is not None and row.detail is not None
    )
    return Labelled(mention, _by_kind(suggestions), _by_kind(decided), names)


def _by_kind(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    values_by_kind: dict[str, dict[str, None]] = {}
    for kind, label in pairs:
        values_by_kind.setdefault(kind, {})[label] = None
    return {kind: tuple(values) for kind, values in values_by_kind.items()}
