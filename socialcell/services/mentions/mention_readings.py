"""What the machine read of a mention beside what a person decided, kind by kind."""

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import Session

from socialcell.listening.people.visibility import People
from socialcell.listening.store import owners
from socialcell.listening.store.mentions.labels import NO_MODELS
from socialcell.listening.store.mentions.mention_queries import (
    AnnotationRow,
    MentionRow,
)
from socialcell.listening.store.mentions.tags import FROM_INCIDENT
from socialcell.reports import reader_agreement
from socialcell.reports.week_numbers import TaskAgreement
from socialcell.services.mentions.mention_labels import KINDS
from socialcell.views.mentions.mention_page_view import (
    LabelDecision,
    MentionReading,
    ReadingRecord,
)

_SHOWN = ("language", "topic", "intent", "sentiment", "urgency", "ward", owners.KIND)
# The score of a sentiment is its polarity, that of an urgency its degree: neither is a
# probability.
_NO_PROBABILITY = ("sentiment", "urgency")
_ENOUGH = 20  # posts of a language from which it is measured by itself


def readings(
    session: Session,
    row: MentionRow,
    annotations: Sequence[AnnotationRow],
    people: People,
) -> list[MentionReading]:
    """The readings of a mention in a fixed order; a kind that nothing was read of, and
    nobody decided, has no values. At most one statement."""
    model = next((a.model for a in annotations if a.kind == "intent"), None)
    agreements = reader_agreement.count_agreement(session, model) if model else {}
    return [
        _reading(kind, row, list(_of_kind(annotations, kind)), agreements, people)
        for kind in _SHOWN
    ]


def _of_kind(
    annotations: Sequence[AnnotationRow], kind: str
) -> Iterator[AnnotationRow]:
    return (annotation for annotation in annotations if annotation.kind == kind)


def _reading(
    kind: str,
    row: MentionRow,
    annotations: Sequence[AnnotationRow],
    agreements: Mapping[str, TaskAgreement],
    people: People,
) -> MentionReading:
    read = [a for a in annotations if a.model not in NO_MODELS]
    suggested = [people.masked(row.platform, a.value, row) for a in read]
    if kind == owners.KIND and not read and row.owner is not None:
        suggested = [row.owner]  # it follows from the other readings
    first = read[0] if read else None
    return MentionReading(
        kind=kind,
        suggested=tuple(dict.fromkeys(suggested)),
        probability=None if first is None else _probability(first),
        is_sure=None if first is None else first.confident,
        model=None if first is None else f"{first.model} {first.model_version}".strip(),
        decision=_decision(annotations),
        record=_record(agreements.get(kind), row.language),
        may_be_decided=kind in KINDS,
        of_incidents={
            annotation.value: int(annotation.model_version)
            for annotation in annotations
            if annotation.model == FROM_INCIDENT
        },
    )


def _decision(annotations: Sequence[AnnotationRow]) -> LabelDecision | None:
    decided = [a for a in annotations if a.decided_value is not None]
    if not decided:
        return None
    values = dict.fromkeys(a.decided_value or "" for a in decided)
    last = max(decided, key=lambda a: a.decided_at.timestamp() if a.decided_at else 0)
    return LabelDecision(tuple(values), last.decided_by, last.decided_at)


def _probability(annotation: AnnotationRow) -> float | None:
    """The probability of what was read; of topics that of the first."""
    detail = annotation.detail
    chances = detail.get("probabilities") if detail is not None else None
    if isinstance(chances, Mapping):
        chance = chances.get(annotation.value)
        return float(chance) if isinstance(chance, int | float) else None
    return None if annotation.kind in _NO_PROBABILITY else annotation.score


def _record(
    agreement: TaskAgreement | None, language: str | None
) -> ReadingRecord | None:
    """How often a task is read right in a language, else in all of them."""
    if agreement is None:
        return None
    for own in agreement["languages"]:
        if own["id"] == language and own["n"] >= _ENOUGH:
            return ReadingRecord(own["right"], own["n"], language, agreement["source"])
    return ReadingRecord(agreement["right"], agreement["n"], None, agreement["source"])
