"""Decisions of people about mentions: recorded beside what was suggested."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.language import lexicon
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.query.query_language import owner_ids, unknown
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import labels as label_store
from socialcell.listening.store.mentions.labels import Labels
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services.alerts import false_alarms
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.context import Context

LabelChange = dict[str, dict[str, list[str]]]
"""By kind: what was suggested, what is decided, and what somebody had decided
otherwise before (`overturned`), with that person's name (`overturned_by`)."""

# What a person decides, by its name in the command and in the audit log.
KINDS = ("urgency", "intent", "topic", "sentiment", "language", owners.KIND)


def label_mention(
    context: Context, mention_id: int, labels: Labels, *, dry_run: bool = False
) -> LabelChange:
    """Put decisions about a mention in force; what was suggested, and what now holds.

    UsageError for no label, an unknown one, or a mention that is not there.
    """
    labels = {kind: tuple(dict.fromkeys(values)) for kind, values in labels.items()}
    if not labels:
        raise UsageError("mentions.no_label")
    with db.writing(context.engine) as session:
        _take_turn_of_alerts(session, labels)
        _require_known(session, labels)
        change = _decide(context, session, mention_id, labels, dry_run=dry_run)
        if not dry_run:
            now = context.clock.now()
            about = f"mention {mention_id}"
            audit.append(session, context.actor, "mentions.label", about, change, now)
            _end_false_alarms(session, labels, now)
    return change


def decide_mentions(
    context: Context, ids: Sequence[int], labels: Labels, *, dry_run: bool = False
) -> dict[int, LabelChange]:
    """Put one decision about mentions in force, about all of them or none; what
    changes of each. One entry of the audit log.

    UsageError as of `label`.
    """
    ids = tuple(dict.fromkeys(ids))
    if not ids:
        raise UsageError("mentions.no_id")
    if not labels:
        raise UsageError("mentions.no_decision")
    with db.writing(context.engine) as session:
        _take_turn_of_alerts(session, labels)
        labels = _with_owner_id(session, labels)
        _require_known(session, labels)
        changes = {
            id_: _decide(context, session, id_, labels, dry_run=dry_run) for id_ in ids
        }
        if not dry_run:
            now = context.clock.now()
            about = f"mention {', '.join(map(str, ids))}"
            detail = {str(id_): change for id_, change in changes.items()}
            audit.append(session, context.actor, "mentions.decide", about, detail, now)
            _end_false_alarms(session, labels, now)
    return changes


def _take_turn_of_alerts(session: Session, labels: Labels) -> None:
    """Wait for a detection that runs: the decision may end an incident."""
    if "urgency" in labels:
        db.take_turn(session, "alerts")


def _end_false_alarms(session: Session, labels: Labels, now: datetime) -> None:
    """With the decision ends the incident of which no item is critical any more."""
    if "urgency" in labels:
        false_alarms.end_false_alarms(IncidentGrouping(session, now))


def read_labels(words: Sequence[str]) -> Labels:
    """Labels from words such as urgency=low and topic=water,roads; without a value,
    as urgency=, a decision is taken back.

    UsageError says what cannot be decided, and which is the nearest that can.
    """
    labels: dict[str, tuple[str, ...]] = {}
    for word in words:
        kind, _, text = word.partition("=")
        kind = {"lang": "language"}.get(kind, kind)
        if kind not in KINDS:
            raise _unknown_label(unknown(Message("mentions.label"), kind, KINDS))
        if kind in labels:
            raise UsageError("mentions.label_twice", kind=kind)
        values = text.split(",") if kind == "topic" else [text]
        parts = tuple(dict.fromkeys(part.strip() for part in values))
        labels[kind] = () if parts == ("",) else parts
    return labels


def _decide(
    context: Context,
    session: Session,
    mention_id: int,
    labels: Labels,
    *,
    dry_run: bool,
) -> LabelChange:
    is_read = label_store.is_read(session, mention_id)
    if is_read is None:
        raise UsageError("mentions.no_such_mention", mention=mention_id)
    if not is_read:
        raise SocialcellError("mentions.not_read_yet", mention=mention_id)
    suggested = label_store.suggested(session, mention_id)
    _require_owner_of_danger(session, mention_id, labels, suggested)
    before = label_store.decisions(session, mention_id)
    for kind, values in labels.items():
        if not values and kind not in before:
            raise UsageError("mentions.nothing_decided", mention=mention_id, kind=kind)
    change = {}
    for kind, values in labels.items():
        decision = before.get(kind)
        overturned = decision if decision and {*decision.values} != {*values} else None
        change[kind] = {
            "suggested": list(suggested.get(kind, ())),
            "decided": list(values),
            "overturned": list(overturned.values) if overturned else [],
            "overturned_by": [overturned.by] if overturned else [],
        }
    if not dry_run:
        now = context.clock.now()
        label_store.decide(session, mention_id, labels, context.actor.name, now)
    return change


def _require_owner_of_danger(
    session: Session, mention_id: int, labels: Labels, suggested: Labels
) -> None:
    """UsageError: nobody would own what is critical after these decisions."""
    if NOBODY not in labels.get(owners.KIND, ()):
        return
    if "urgency" in labels:
        urgency = next(iter(labels["urgency"] or suggested.get("urgency", ())), None)
    else:
        urgency = label_store.urgency(session, mention_id)
    if urgency == "critical":
        raise UsageError("mentions.danger_without_owner", mention=mention_id)


def _with_owner_id(session: Session, labels: Labels) -> Labels:
    """The same, where owner=msedcl is body:msedcl."""
    known_ids = owners.list_ids(session)
    written = labels.get(owners.KIND, ())
    ids = [id_ for text in written for id_ in owner_ids(text) if id_ in known_ids]
    return {**labels, owners.KIND: ids} if ids else labels


def _require_known(session: Session, labels: Labels) -> None:
    for kind, values in labels.items():
        allowed: Collection[str] = (
            [*owners.list_ids(session), NOBODY]
            if kind == owners.KIND
            else lexicon.vocabulary(kind)
        )
        for label_text in values:
            if label_text not in allowed:
                raise _unknown_label(unknown(kind, label_text, allowed))


def _unknown_label(reason: Message) -> UsageError:
    return UsageError("mentions.unknown_label", reason=reason)
