"""Critical items become incidents at once; copies of one and more of one place join."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from socialcell.language.text_similarity import BY_LETTERS, TextComparison
from socialcell.listening.alerts.model import CRITICAL, Escalation, Incident
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.alerts.critical_calls import CriticalItem
from socialcell.services.alerts.incident_grouping import TOGETHER, Gathering

# What was written before this is not told any more: nobody waits for it, and a new
# model that reads old posts anew alarms nobody.
RECENT = timedelta(days=2)
# Items of one place and topic, or messages of one person, within this are one incident.
NEAR_IN_TIME = timedelta(hours=3)
# With more an item is not compared: a crisis brings thousands.
_COMPARED = 1000
_OTHER = "other"


class Likeness(Enum):
    """What an item has in common with an earlier one, the closest first."""

    COPY = 1
    PERSON = 2
    PLACE = 3


def gather(look: Gathering) -> int:
    """Put each critical item that is in no incident yet into one; how many.

    A copy of an item joins its incident, and so does another item of the same place and
    topic, or a message of the same person, within three hours. What belongs to a
    running incident joins that one, which becomes severe. Everything else opens an
    incident of its own.
    """
    _pass_on(look)
    since = look.now - RECENT
    known = critical_calls.gathered(look.session, since)
    new = [
        id_ for id_ in critical_calls.ids_since(look.session, since) if id_ not in known
    ]
    if not new:
        return 0
    earlier = critical_calls.items(look.session, list(known)[-_COMPARED:])
    waiting = critical_calls.items(look.session, new)
    every = [*earlier, *waiting]
    compared = TextComparison([item.text for item in every], None)
    for place, item in enumerate(waiting, len(earlier)):
        first = max(0, place - _COMPARED)
        nearness = compared.to(place).tolist()[first:place]
        before = list(zip(every[first:place], nearness, strict=True))
        incident = _take(look, item, before, known)
        known[item.id] = incident.id or 0
    return len(waiting)


def _pass_on(look: Gathering) -> None:
    """Where a person decided that the item which everybody is called about is not
    critical, or it is gone, the calls go on about the next one of its incident."""
    waiting = critical_calls.unacknowledged(look.session, look.now - TOGETHER)
    for escalations in waiting.values():
        if not any(one.climbs for one in escalations):
            escalations[0].climbs, escalations[0].next_at = True, look.now


def likeness(
    item: CriticalItem, other: CriticalItem, nearness: float
) -> Likeness | None:
    """What an item has in common with an earlier one; None: nothing that matters.

    `nearness` of the texts is in [0, 1]. A text with another place in it is no copy.
    """
    elsewhere = item.places and other.places and item.places.isdisjoint(other.places)
    if nearness >= BY_LETTERS.copy and not elsewhere:
        return Likeness.COPY
    if abs(item.at - other.at) > NEAR_IN_TIME:
        return None
    if item.kind == other.kind == "message" and item.author_id == other.author_id:
        return Likeness.PERSON
    topics = (item.topics & other.topics) - {_OTHER}
    return Likeness.PLACE if topics and item.places & other.places else None


def _take(
    look: Gathering,
    item: CriticalItem,
    before: Sequence[tuple[CriticalItem, float]],
    known: dict[int, int],
) -> Incident:
    like, incident = _joined(look, item, before, known)
    if incident is None:
        incident = critical_calls.running(look.session, look.now - TOGETHER, item)
    subject = f"{CRITICAL}:{item.id}"
    if incident is None:
        incident = look.open(CRITICAL, subject, "high", look.now)
    elif like is None:
        look.worsen(incident)
    incident.last_at = max(incident.last_at, look.now)
    look.add(incident, subject, CRITICAL, look.now, [item.id])
    _call(look, item, like, incident)
    return incident


def _joined(
    look: Gathering,
    item: CriticalItem,
    before: Sequence[tuple[CriticalItem, float]],
    known: dict[int, int],
) -> tuple[Likeness | None, Incident | None]:
    """The incident of the earlier item that is most like this one, and how it is; of
    those that are alike the newest."""
    best: tuple[Likeness, Incident] | None = None
    for other, nearness in reversed(before):
        like = likeness(item, other, nearness)
        if like is None or (best is not None and best[0].value <= like.value):
            continue
        incident = look.session.get(Incident, known[other.id])
        if incident is not None and incident.state != "over":
            best = like, incident
    return best or (None, None)


def _call(
    look: Gathering, item: CriticalItem, like: Likeness | None, incident: Incident
) -> None:
    """Who is called about an item: of what is new everybody, step by step, but once
    where calls about its incident go on already. Each direct message is told, since a
    person waits for an answer, and what comes to an incident that somebody looks after;
    copies of a post are not."""
    is_message = item.kind == "message"
    is_new = like is None or (is_message and like is Likeness.PLACE)
    waiting = critical_calls.unacknowledged(look.session, look.now - TOGETHER)
    called_about = any(one.climbs for one in waiting.get(incident.id or 0, ()))
    climbs = is_new and not called_about
    told = is_new or is_message or incident.state == "acked"
    if like is Likeness.COPY and not is_message:
        told = False
    if not climbs and not told:
        return
    if climbs and incident.state == "acked":
        incident.state = "open"
    look.session.add(
        Escalation(
            incident_id=incident.id or 0,
            mention_id=item.id,
            climbs=climbs,
            started_at=look.now,
            next_at=look.now,
        )
    )
