"""Look for what stands out, gather it into incidents, and tell people once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.alerts import spikes
from socialcell.listening.alerts.model import Closure
from socialcell.listening.alerts.rising_phrases import Rise
from socialcell.listening.alerts.spikes import HISTORY, HOUR
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store import areas
from socialcell.listening.store.alerts import alerts
from socialcell.ops import audit
from socialcell.services.alerts import alert_detectors, critical_items
from socialcell.services.alerts.incident_grouping import (
    TOGETHER,
    Gathering,
    find_planned,
)
from socialcell.services.context import Context
from socialcell.text import one_line

_LONGEST_NOTE = 300
# Alerting needs a while of listening: before, everything is new.
_LEARNT = timedelta(days=3)


@dataclass(frozen=True)
class Found:
    """What a look brought: incidents that are new, and those that grew worse."""

    opened: tuple[int, ...]
    worse: tuple[int, ...]
    alerts: int


def detect(context: Context, since: datetime | None = None) -> Found:
    """Everything that stood out since the last look (default: in the last day).

    The same look again finds nothing new: an alert has a key.
    """
    now = context.clock.now()
    since = since or now - timedelta(days=1)
    with db.writing(context.engine) as session:
        db.take_turn(session, "alerts")
        alerts.close_old(session, now - TOGETHER, now)
        look = Gathering(session, now)
        if _has_learnt(look):
            _spikes(look, since)
            alert_detectors.phrases(look, since)
            alert_detectors.accounts(
                look, context.workspace.config.alerts.follower_floor
            )
        alert_detectors.own_rules(look)
        alert_detectors.silences(look)
        alert_detectors.missed(look)
        alert_detectors.closures(look)
        critical_items.gather(look)
        return Found(tuple(look.opened), tuple(look.worse), look.alerts)


def rising(context: Context) -> list[Rise]:
    """Phrases that rise now, the most striking first; nothing is kept."""
    with db.reading(context.engine) as session:
        return alert_detectors.found(
            Gathering(session, context.clock.now()), context.clock.now()
        )


def _has_learnt(look: Gathering) -> bool:
    first = alerts.first_since(look.session, look.now - HISTORY)
    return first is not None and look.now - first >= _LEARNT


def _spikes(look: Gathering, since: datetime) -> None:
    times = alerts.times(look.session, since - HISTORY, look.now)
    found = spikes.spikes(times, since, look.now)
    planned = alerts.closures(look.session, since - HOUR, look.now)
    keys = [f"{spike.series}@{spike.at.isoformat()}" for spike in found]
    known = alerts.known(look.session, keys)
    for spike, key in zip(found, keys, strict=True):
        if key in known:
            continue
        ids = alerts.ids(look.session, spike.series, spike.at - HOUR, spike.at)
        numbers = {
            "score": spike.score,
            "observed": spike.observed,
            "expected": round(spike.expected, 1),
        }
        about = look.topic(ids) if planned else None
        closure = find_planned(spike.series, about, spike.at, planned)
        if closure is None:
            look.take(key, spike.series, spike.at, ids, **numbers)
        else:
            look.join_planned(closure, key, spike.series, spike.at, ids, **numbers)


def plan(
    context: Context,
    topic: str,
    wards: Sequence[str],
    start: datetime,
    end: datetime,
    note: str,
) -> int:
    """Enter what the city announced itself: a planned incident, which talk of it joins
    and which is no alert. Its id.

    UsageError for an unknown topic or ward, or an end before the start.
    """
    with db.writing(context.engine) as session:
        return planned(context, session, topic, wards, start, end, note)


def planned(
    context: Context,
    session: Session,
    topic: str,
    wards: Sequence[str],
    start: datetime,
    end: datetime,
    note: str,
) -> int:
    """As `plan`, in the caller's transaction."""
    if topic in TOPICS:
        raise UsageError(
            f"Talk of {topic} is not watched: no alert rests on protests, politics, "
            "religion or a private person, and so none has to be held back."
        )
    topics = lexicon.vocabulary("topic")
    if topic not in topics:
        raise UsageError(
            f"There is no topic {topic!r}. There are: {', '.join(topics)}."
        )
    if end <= start:
        raise UsageError("The closure ends before it begins.")
    known = {area.id for area in areas.areas_on(session, start.astimezone(IST).date())}
    if strange := [ward for ward in wards if ward not in known]:
        raise UsageError(
            f"There is no area {strange[0]!r}; socialcell areas list shows all."
        )
    now = context.clock.now()
    made = Closure(
        topic=topic,
        wards=list(wards),
        from_at=start,
        to_at=end,
        note=one_line(note, _LONGEST_NOTE),
        made_by=audit.operator(),
        made_at=now,
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    alerts.planned_incident(session, made)
    detail = {"topic": topic, "wards": list(wards)}
    audit.append(session, audit.operator(), "closure.plan", str(made.id), detail, now)
    return made.id
