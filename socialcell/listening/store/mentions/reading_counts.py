"""How mentions were read, by language: to hold the reader against what people decided.

Only SQL is here. A topic is counted by itself: a mention may have several.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlmodel import Session

from socialcell.listening.store.mentions.labels import NO_MODELS
from socialcell.listening.store.mentions.mention_counts import (
    ANNOTATION,
    MENTION,
    TimeSpan,
    within,
)
from socialcell.listening.store.mentions.tags import FROM_INCIDENT

M, A = MENTION.c, ANNOTATION.c
LabelCounts: TypeAlias = dict[str, Counter[str]]
"""Language of the mention → label → mentions."""


def decisions(session: Session, kind: str) -> Counter[tuple[str, str, str]]:
    """(language, as people decided, as it was read) → mentions with a decision.

    Topics of a mention are joined by bars, in order of their ids. Mentions that no
    model had read in `kind` are left out.
    """
    return decisions_by_kind(session, [kind])[kind]


def decisions_by_kind(
    session: Session, kinds: Sequence[str]
) -> dict[str, Counter[tuple[str, str, str]]]:
    """The same of several kinds, by one statement."""
    rows = session.execute(
        select(A.kind, M.id, M.language, A.value, A.decided_value, A.model)
        .join(ANNOTATION, A.mention_id == M.id)
        .where(
            M.state == "present",
            M.language.is_not(None),
            A.kind.in_(kinds),
            A.decided_value.is_not(None),
        )
    )
    languages: dict[tuple[str, int], str] = {}
    read: dict[tuple[str, int], set[str]] = defaultdict(set)
    decided: dict[tuple[str, int], set[str]] = defaultdict(set)
    for kind, mention, language, value, decision, model in rows:
        key = (kind, mention)
        languages[key] = language
        decided[key].add(decision)
        if model not in NO_MODELS:
            read[key].add(value)
    counts: dict[str, Counter[tuple[str, str, str]]] = {k: Counter() for k in kinds}
    for key, language in languages.items():
        kind = key[0]
        if read[key] or kind == "topic":
            both = "|".join(sorted(decided[key])), "|".join(sorted(read[key]))
            counts[kind][language, *both] += 1
    return counts


def read_labels(session: Session, span: TimeSpan, kind: str) -> LabelCounts:
    """Mentions of the span by language and value, of those nobody decided about."""
    rows = session.execute(
        select(M.language, M[kind], func.count())
        .where(
            within(span), M.language.is_not(None), M[kind].is_not(None), ~_decided(kind)
        )
        .group_by(M.language, M[kind])
    )
    return _by_language(rows.all())


def decided_labels(session: Session, span: TimeSpan, kind: str) -> LabelCounts:
    """The same of those that people decided about."""
    rows = session.execute(
        select(M.language, M[kind], func.count())
        .where(
            within(span), M.language.is_not(None), M[kind].is_not(None), _decided(kind)
        )
        .group_by(M.language, M[kind])
    )
    return _by_language(rows.all())


def topics(session: Session, span: TimeSpan, *, decided: bool) -> LabelCounts:
    """Mentions of the span by language and topic, of those that people decided about
    or of the others, without what incidents say: that is not the reader's."""
    in_force = func.coalesce(A.decided_value, A.value)
    is_decided = _decided("topic")
    rows = session.execute(
        select(M.language, in_force, func.count(M.id.distinct()))
        .select_from(MENTION.join(ANNOTATION, A.mention_id == M.id))
        .where(
            within(span),
            M.language.is_not(None),
            A.kind == "topic",
            or_(A.model != FROM_INCIDENT, A.decided_value.is_not(None)),
            is_decided if decided else ~is_decided,
        )
        .group_by(M.language, in_force)
    )
    return _by_language(rows.all())


def languages(session: Session, span: TimeSpan, *, decided: bool) -> Counter[str]:
    """Mentions of the span that were read, by language, of those whose topics people
    decided about or of the others."""
    is_decided = _decided("topic")
    rows = session.execute(
        select(M.language, func.count())
        .where(
            within(span),
            M.language.is_not(None),
            is_decided if decided else ~is_decided,
        )
        .group_by(M.language)
    )
    return Counter(dict(rows.all()))


def usual_reader(session: Session, span: TimeSpan) -> str | None:
    """The model that read most mentions of the span; None where none did."""
    name = session.execute(
        select(A.model)
        .select_from(MENTION.join(ANNOTATION, A.mention_id == M.id))
        .where(within(span), A.kind == "intent", A.model.not_in(NO_MODELS))
        .group_by(A.model)
        .order_by(func.count().desc(), A.model)
        .limit(1)
    ).scalar_one_or_none()
    return None if name is None else str(name)


def _decided(kind: str) -> ColumnElement[bool]:
    decision = ANNOTATION.alias()
    return exists().where(
        decision.c.mention_id == M.id,
        decision.c.kind == kind,
        decision.c.decided_value.is_not(None),
    )


def _by_language(rows: Iterable[Row[str, str, int]]) -> LabelCounts:
    counts: LabelCounts = defaultdict(Counter)
    for language, label, n in rows:
        counts[language][label] += n
    return counts
