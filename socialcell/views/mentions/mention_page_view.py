"""One mention with what belongs to it: readings, thread, incidents; and its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.views.mentions.mention_detail import MentionDetail
from socialcell.views.mentions.mention_view import MentionDocument


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """How often the machine is right: `right` of `n` posts in a language, None for all
    languages; by the cell's `own` decisions or the `tests` that ship with the model."""

    right: int
    n: int
    language: str | None
    source: str


@dataclass(frozen=True, slots=True)
class LabelDecision:
    """What a person decided, who and when."""

    values: Sequence[str]
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MentionReading:
    """What the machine suggests of a kind, beside what a person decided.

    `kind` is language, topic, intent, sentiment, urgency, ward or owner. `probability`
    is that of what was suggested, None where the model gives none; `is_sure`: enough to
    be counted. `record` is None where nobody measured it. `may_be_decided`: a person
    can correct it. `of_incidents` are topics that incidents say, each with the
    incident's number.
    """

    kind: str
    suggested: Sequence[str]
    probability: float | None
    is_sure: bool | None
    model: str | None
    decision: LabelDecision | None
    record: ReadingRecord | None
    may_be_decided: bool
    of_incidents: Mapping[str, int] = field(default_factory=dict)

    @property
    def in_force(self) -> Sequence[str]:
        """The values that lists and counts have."""
        if self.decision is not None:
            return self.decision.values
        return [*self.suggested, *self.of_incidents]


@dataclass(frozen=True, slots=True)
class ThreadMention:
    """A mention that this one answers, quotes or reposts (`relation`)."""

    relation: str
    mention: MentionDocument


@dataclass(frozen=True, slots=True)
class MentionIncident:
    """An incident with an alert that rests on the mention."""

    id: int
    kind: str
    subject: str
    severity: str
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class MentionPage:
    """A mention and what belongs to it.

    `parents` are those of its relations that we hold and the reader may see, `replies`
    the oldest of `reply_count` mentions that answer, quote or repost it.
    `no_original` says why its original cannot be opened; None: it can, which is
    audited. `names` are those of all areas, and of today's owners of problems, by id
    and language.
    """

    mention: MentionDetail
    readings: Sequence[MentionReading]
    parents: Sequence[ThreadMention]
    replies: Sequence[MentionDocument]
    reply_count: int
    incidents: Sequence[MentionIncident]
    no_original: SocialcellError | None
    names: Mapping[str, Mapping[str, str]]


class RecordFields(TypedDict):
    """How often the machine is right."""

    right: int
    n: int
    language: str | None
    source: str


class DecisionFields(TypedDict):
    """What a person decided, who and when."""

    values: list[str]
    by: str | None
    at: str | None


class ReadingFields(TypedDict):
    """The machine's suggestion of a kind beside a person's decision."""

    kind: str
    suggested: list[str]
    of_incidents: dict[str, int]
    in_force: list[str]
    probability: float | None
    sure: bool | None
    model: str | None
    decision: DecisionFields | None
    record: RecordFields | None


class ThreadFields(TypedDict):
    """A mention that this one answers, quotes or reposts."""

    relation: str
    mention: MentionDocument


class MentionIncidentFields(TypedDict):
    """An incident that rests on the mention."""

    id: int
    kind: str
    subject: str
    severity: str
    state: str
    opened_at: str


class MentionPageDocument(MentionDetail):
    """The document of `mentions show --json`, and what belongs to the mention."""

    readings: list[ReadingFields]
    parents: list[ThreadFields]
    replies: list[MentionDocument]
    reply_count: int
    incidents: list[MentionIncidentFields]


def document(page: MentionPage) -> MentionPageDocument:
    """A mention's page as plain JSON."""
    return {
        **page.mention,
        "readings": [_reading(reading) for reading in page.readings],
        "parents": [
            {"relation": parent.relation, "mention": parent.mention}
            for parent in page.parents
        ],
        "replies": list(page.replies),
        "reply_count": page.reply_count,
        "incidents": [
            {
                "id": incident.id,
                "kind": incident.kind,
                "subject": incident.subject,
                "severity": incident.severity,
                "state": incident.state,
                "opened_at": incident.opened_at.astimezone(IST).isoformat(),
            }
            for incident in page.incidents
        ],
    }


def _reading(reading: MentionReading) -> ReadingFields:
    record = reading.record
    return {
        "kind": reading.kind,
        "suggested": list(reading.suggested),
        "of_incidents": dict(reading.of_incidents),
        "in_force": list(reading.in_force),
        "probability": reading.probability,
        "sure": reading.is_sure,
        "model": reading.model,
        "decision": _decision(reading.decision),
        "record": None
        if record is None
        else {
            "right": record.right,
            "n": record.n,
            "language": record.language,
            "source": record.source,
        },
    }


def _decision(decision: LabelDecision | None) -> DecisionFields | None:
    if decision is None:
        return None
    return {
        "values": list(decision.values),
        "by": decision.by,
        "at": decision.at.astimezone(IST).isoformat() if decision.at else None,
    }
