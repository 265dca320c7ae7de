"""Critical items open incidents at once; copies and items of one place join them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from sqlmodel import Session

from socialcell.language.text_similarity import BY_LETTERS, TextComparison
from socialcell.listening.alerts import danger_topics
from socialcell.listening.alerts.model import CRITICAL, Escalation, Incident
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.alerts.critical_calls import CriticalItem
from socialcell.services.alerts import false_alarms
from socialcell.services.alerts.incident_grouping import INCIDENT_GAP, IncidentGrouping

# Older items are not escalated: nobody waits for them, and a new model that analyses
# old posts again alarms nobody.
MAX_AGE = timedelta(days=2)
# Items of one place and topic, or messages of one person, within this are one incident.
NEAR_IN_TIME = timedelta(hours=3)
# One letter about the further items of an incident leaves in this time, with them all.
NOTICE_GAP = timedelta(minutes=5)
# An item is compared with at most so many: a crisis brings thousands.
_MOST_COMPARED = 1000


class ItemMatch(Enum):
    """What an item has in common with an earlier one, the closest first."""

    COPY = 1
    PERSON = 2
    PLACE = 3


def group_items(grouping: IncidentGrouping) -> int:
    """Put each critical item that is in no incident yet into one; how many.

    A copy of an item joins its incident, and so does another item of the same place and
    topic, or a message of the same person that tells of no other emergency, within
    three hours. What belongs to a
    running incident joins that one, which becomes severe. Everything else opens an
    incident of its own. An incident of which people decided every item to be none
    ends first, and nothing joins an item that is critical no more.
    """
    false_alarms.end_false_alarms(grouping)
    since = grouping.now - MAX_AGE
    incident_ids = critical_calls.incidents_by_item(grouping.session, since)
    critical_ids = critical_calls.ids_since(grouping.session, since)
    false_alarms.resume_incidents(
        grouping, (incident_ids[id_] for id_ in critical_ids if id_ in incident_ids)
    )
    _escalate_next_items(grouping)
    new = [id_ for id_ in critical_ids if id_ not in incident_ids]
    if not new:
        return 0
    earlier = critical_calls.items(
        grouping.session, list(incident_ids)[-_MOST_COMPARED:]
    )
    new_items = critical_calls.items(grouping.session, new)
    all_items = [*earlier, *new_items]
    compared = TextComparison([critical_item.text for critical_item in all_items], None)
    for position, critical_item in enumerate(new_items, len(earlier)):
        first = max(0, position - _MOST_COMPARED)
        nearness = compared.nearness_to(position).tolist()[first:position]
        earlier_items = list(zip(all_items[first:position], nearness, strict=True))
        incident = _put_into_incident(
            grouping, critical_item, earlier_items, incident_ids
        )
        incident_ids[critical_item.id] = incident.id or 0
    return len(new_items)


def newest_waiting(session: Session, now: datetime) -> int | None:
    """The id of the newest critical item that is in no incident; None: all are."""
    since = now - MAX_AGE
    grouped = critical_calls.incidents_by_item(session, since)
    ids = critical_calls.ids_since(session, since)
    return max((id_ for id_ in ids if id_ not in grouped), default=None)


def _escalate_next_items(grouping: IncidentGrouping) -> None:
    """Escalate the next item where the escalated one is not critical any more, also
    one that had joined without a call of its own."""
    since = grouping.now - INCIDENT_GAP
    waiting = critical_calls.unacknowledged(grouping.session, since)
    for escalations in waiting.values():
        if not any(escalation.climbs for escalation in escalations):
            first = escalations[0]
            first.climbs, first.next_at = True, grouping.now
            first.started_at = min(first.started_at, grouping.now)
    uncalled = critical_calls.first_uncalled(grouping.session, since, waiting)
    for incident_id, mention_id in uncalled.items():
        _call_about(grouping, incident_id, mention_id, climbs=True)


def compare_items(
    later: CriticalItem,
    earlier: CriticalItem,
    nearness: float,
    written: Sequence[CriticalItem],
) -> ItemMatch | None:
    """What an item has in common with an earlier one; None: nothing that matters.

    `nearness` of the texts is in [0, 1]. A text with another place in it is no copy.
    `written` are the messages that the same person wrote of the earlier incident.
    """
    if nearness >= BY_LETTERS.copy and not _differ(later.places, earlier.places):
        return ItemMatch.COPY
    if abs(later.at - earlier.at) > NEAR_IN_TIME:
        return None
    if earlier in written and not tells_of_another(later, written):
        return ItemMatch.PERSON
    topics = later.topics & earlier.topics
    return ItemMatch.PLACE if topics and later.places & earlier.places else None


def tells_of_another(later: CriticalItem, written: Sequence[CriticalItem]) -> bool:
    """Whether a message tells of another emergency than the earlier ones of the same
    person: it names another place or another danger. Many write for others."""
    places = frozenset[str]().union(*(item.places for item in written))
    wards = frozenset[str]().union(*(item.wards for item in written))
    topics = frozenset[str]().union(*(item.topics for item in written))
    if later.places and places:
        is_elsewhere = _differ(later.places, places)
    else:
        is_elsewhere = _differ(later.wards, wards)
    dangers = frozenset(filter(danger_topics.tells_danger, later.topics))
    return is_elsewhere or bool(topics and dangers - topics)


def _differ(names: frozenset[str], other_names: frozenset[str]) -> bool:
    return bool(names and other_names and names.isdisjoint(other_names))


def _is_same_person(later: CriticalItem, earlier: CriticalItem) -> bool:
    """Of messages alone. A complaint of a register may name nobody."""
    if not later.kind == earlier.kind == "message":
        return False
    return later.author_id is not None and later.author_id == earlier.author_id


def _put_into_incident(
    grouping: IncidentGrouping,
    critical_item: CriticalItem,
    earlier_items: Sequence[tuple[CriticalItem, float]],
    incident_ids: dict[int, int],
) -> Incident:
    like, incident = _similar_incident(
        grouping, critical_item, earlier_items, incident_ids
    )
    if incident is None:
        incident = critical_calls.running(
            grouping.session, grouping.now - INCIDENT_GAP, critical_item
        )
    subject = f"{CRITICAL}:{critical_item.id}"
    if incident is None:
        incident = grouping.open_incident(CRITICAL, subject, "high", grouping.now)
    elif like is None:
        grouping.worsen(incident)
    incident.last_at = max(incident.last_at, grouping.now)
    grouping.add_alert(incident, subject, CRITICAL, grouping.now, [critical_item.id])
    _escalate(grouping, critical_item, like, incident)
    return incident


def _similar_incident(
    grouping: IncidentGrouping,
    critical_item: CriticalItem,
    earlier_items: Sequence[tuple[CriticalItem, float]],
    incident_ids: dict[int, int],
) -> tuple[ItemMatch | None, Incident | None]:
    """The incident of the earlier item that is most like this one, and how it is; of
    those that are alike the newest."""
    best: tuple[ItemMatch, Incident] | None = None
    written: dict[int, list[CriticalItem]] = defaultdict(list)
    for earlier, _ in earlier_items:
        if _is_same_person(critical_item, earlier):
            written[incident_ids[earlier.id]].append(earlier)
    for earlier, nearness in reversed(earlier_items):
        own = written.get(incident_ids[earlier.id], ())
        like = compare_items(critical_item, earlier, nearness, own)
        if like is None or (best is not None and best[0].value <= like.value):
            continue
        incident = grouping.session.get(Incident, incident_ids[earlier.id])
        if incident is not None and incident.state != "over":
            best = like, incident
    return best or (None, None)


def _escalate(
    grouping: IncidentGrouping,
    critical_item: CriticalItem,
    like: ItemMatch | None,
    incident: Incident,
) -> None:
    """Start the escalation of an item: for a new one the full ladder, but only one
    notice where its incident is being escalated already. Everything else that joins an
    incident gets a notice, but for copies of a post: of a direct message each, since a
    person waits for an answer."""
    is_message = critical_item.kind == "message"
    if like is ItemMatch.COPY and not is_message:
        return
    is_new = like is None or (is_message and like is ItemMatch.PLACE)
    waiting = critical_calls.unacknowledged(
        grouping.session, grouping.now - INCIDENT_GAP
    )
    called_about = any(
        escalation.climbs for escalation in waiting.get(incident.id or 0, ())
    )
    climbs = is_new and not called_about
    if climbs and incident.state == "acked":
        incident.state = "open"
    _call_about(grouping, incident.id or 0, critical_item.id, climbs=climbs)


def _call_about(
    grouping: IncidentGrouping, incident_id: int, mention_id: int, *, climbs: bool
) -> None:
    at = grouping.now if climbs else _notice_at(grouping, incident_id)
    grouping.session.add(
        Escalation(
            incident_id=incident_id,
            mention_id=mention_id,
            climbs=climbs,
            started_at=at,
            next_at=at,
        )
    )
    grouping.session.flush()


def _notice_at(grouping: IncidentGrouping, incident_id: int) -> datetime:
    """When the readers are notified of a further item: with those that wait already,
    else at once, but not sooner than NOTICE_GAP after the notice before."""
    notices = [
        escalation
        for escalation in critical_calls.escalations_of_incident(
            grouping.session, incident_id
        )
        if not escalation.climbs
    ]
    if not notices:
        return grouping.now
    last = max(notices, key=lambda escalation: escalation.started_at)
    # One of before this round stays where its item is critical no more.
    if last.next_at is not None and last.next_at >= grouping.now:
        return last.started_at
    return max(grouping.now, last.started_at + NOTICE_GAP)
