"""What people decided about cases, as labels of the mentions that these opened with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.desk.store import case_decisions
from socialcell.desk.store.case_decisions import DecidedCase, DecisionStep
from socialcell.json_types import JsonObject, JsonValue
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.services.desk import case_reading

# What is decided: by the names of its step, and as what it was suggested.
_DECIDED_AS = {
    "kind": "intent",
    "topic": "topic",
    "priority": "priority",
    "area": "ward",
}
_SUGGESTED_AS = {
    "intent": "kind",
    "topic": "topic",
    "priority": "priority",
    "place": "place_id",
    "ward": "area",
    "owner": "owner",
}


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """A decision about a case and when it was made; `suggested` is what stood there
    when the case was opened, None where nothing did."""

    decision: str
    suggested: str | None
    at: datetime


@dataclass(frozen=True)
class CaseLabels:
    """The decisions in force about one case: of its intent, topic, priority (P0 to P3),
    place and ward (their ids) and owner. `kind` is what the case is, decided or
    suggested."""

    number: str
    mention_id: int
    kind: str | None
    labels: Mapping[str, CaseLabel]


def list_case_labels(session: Session) -> list[CaseLabels]:
    """The decisions about every case that opened with a mention, by its number.

    A topic or a ward that was taken away, and a place that the gazetteer does not know,
    are no labels.
    """
    cases = (_labels_of(case) for case in case_decisions.decided_cases(session))
    return [case for case in cases if case.labels]


def urgency_of(case: CaseLabels, read: str | None) -> str | None:
    """The urgency that the decided priority says of the post, which was `read` so; None
    where nobody decided the priority."""
    priority = case.labels.get("priority")
    if priority is None:
        return None
    return case_reading.urgency_of(priority.decision, case.kind, read)


def _labels_of(case: DecidedCase) -> CaseLabels:
    suggested: dict[str, JsonValue] = {}
    labels: dict[str, CaseLabel] = {}
    place: JsonValue = None
    for step in case.steps:
        if step.kind == "open":
            suggested = dict(_part(step, "suggested"))
            place = suggested.get("place_id")
        if isinstance(change := _part(step, "changed").get("place_id"), dict):
            place = change.get("now")
        for name, decision in _decisions(step, place):
            labels.pop(name, None)
            if decision:
                proposal = _text(suggested.get(_SUGGESTED_AS[name]))
                labels[name] = CaseLabel(decision, proposal, step.at)
    kind = _text(suggested.get("kind"))
    if intent := labels.get("intent"):
        kind = intent.decision
    return CaseLabels(case.number, case.mention_id, kind, labels)


def _decisions(step: DecisionStep, place: JsonValue) -> Iterator[tuple[str, str]]:
    """(what was decided, the decision) of a step; "": it was taken away. `place` is the
    id of the case's place after the step."""
    if step.kind == "refer":
        yield "owner", str(step.detail.get("body") or "")
    elif step.kind == "come_back":
        yield "owner", str(step.detail.get("owner") or "")
    decided = _part(step, "decided")
    for key, kind in _DECIDED_AS.items():
        if key in decided:
            yield kind, str(decided[key] or "")
    if "place" in decided:
        changed = _part(step, "changed")
        # Words that nobody knows as a place stand beside the one that is known.
        is_beside = "place" in changed and "place_id" not in changed
        yield "place", "" if is_beside else str(place or "")
    if "owner" in decided:
        yield "owner", str(decided["owner"] or NOBODY)


def _text(part: JsonValue) -> str | None:
    return None if part is None else str(part)


def _part(step: DecisionStep, name: str) -> JsonObject:
    part = step.detail.get(name)
    return part if isinstance(part, dict) else {}
