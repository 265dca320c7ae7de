"""What is looked for beside spikes: silence, phrases, accounts, promises, own rules."""

from datetime import datetime, timedelta

from socialcell import log
from socialcell.errors import UsageError
from socialcell.listening.alerts import rising_phrases
from socialcell.listening.alerts.model import AlertRule, Closure
from socialcell.listening.alerts.rising_phrases import PEOPLE_TO_ALERT, WINDOW, Rise
from socialcell.listening.alerts.spikes import HOUR
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.query.query_language import And, FieldTerm, Node, Not, parse
from socialcell.listening.store.alerts import alert_rules, alerts, commitments
from socialcell.listening.store.alerts import phrase_counts as texts
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import store
from socialcell.services.alerts.incident_grouping import (
    TOGETHER,
    Gathering,
    find_planned,
)

_LOG = log.logger(__name__)
_QUIET = timedelta(hours=24)
_KEPT_IDS = 200
# More phrases of one incident say nothing more.
_PHRASES = 5
_LOUD = ("high", "critical")


def silences(look: Gathering) -> None:
    """Sources that brought nothing for a day: one incident each until they do."""
    for source in store.enabled(look.session):
        since = source.last_ok_at or source.created_at
        subject = f"source:{source.name}"
        incident = alerts.incident_of(look.session, subject)
        if look.now - since <= _QUIET:
            if incident is not None:
                alerts.close(incident, look.now)
        elif incident is None:
            said = source.state_reason or "nobody asked it: does the daemon run?"
            made = look.open("source", subject, "medium", look.now, said)
            key = f"{subject}@{since.isoformat()}"
            hours = (look.now - since) // HOUR
            look.add(made, key, subject, look.now, said=said, observed=hours)


def phrases(look: Gathering, since: datetime) -> None:
    """Phrases that many people suddenly use, window by window up to now."""
    windows = max(1, -((since - look.now) // WINDOW))
    for n in reversed(range(windows)):
        at = look.now - n * WINDOW
        planned = alerts.closures(look.session, at - WINDOW, at)
        for rise in found(look, at):
            if rise.observed < PEOPLE_TO_ALERT:
                continue
            series = f"phrase:{rise.phrase}"
            about = look.topic(rise.mentions)
            closure = find_planned(series, about, at, planned)
            _take(look, rise, at, closure)


def closures(look: Gathering) -> None:
    """What was announced is a planned incident until it ends."""
    for one in alerts.closures(look.session, look.now, look.now + HOUR):
        alerts.planned_incident(look.session, one)
    for incident in alerts.incidents(look.session, ("open", "acked"), None):
        closure = alerts.closure_of(look.session, incident)
        if closure is not None and closure.to_at <= look.now:
            alerts.close(incident, closure.to_at)


def found(look: Gathering, at: datetime) -> list[Rise]:
    """Phrases that rise at a moment, but none with a person's name in it."""
    now = texts.said(look.session, at - WINDOW, at)
    rises = rising_phrases.rising(now, texts.said_before(look.session, at - WINDOW, at))
    names = texts.persons(look.session, [id_ for one in rises for id_ in one.mentions])
    return [one for one in rises if names.isdisjoint(one.phrase.split())]


def accounts(look: Gathering, floor: int | None) -> None:
    """Influential accounts that join an incident: each once an incident, and one whose
    post is negative or urgent makes it worse."""
    for incident in alerts.open_incidents(look.session, look.now - TOGETHER):
        if incident.kind != "spike" or not incident.subject.startswith(
            ("topic:", "ward:")
        ):
            continue
        posts = alerts.joining(
            look.session,
            incident.subject,
            incident.opened_at - HOUR,
            look.now,
            floor,
        )
        keys = {f"joined:{incident.id}:{one.author_id}": one for one in reversed(posts)}
        known = alerts.known(look.session, list(keys))
        for key, one in keys.items():
            if key in known:
                continue
            if one.sentiment == "negative" or one.urgency in _LOUD:
                look.worsen(incident)
            incident.last_at = max(incident.last_at, one.authored_at)
            look.add(
                incident,
                key,
                "account",
                one.authored_at,
                [one.id],
                observed=one.followers,
            )


def missed(look: Gathering) -> None:
    """Promises that were due and are not kept: one incident each until they are."""
    due = {
        f"promise:{one.id}": one for one in commitments.missed(look.session, look.now)
    }
    for one in alerts.incidents(look.session, ("open", "acked"), None):
        if one.kind == "promise" and one.subject not in due:
            alerts.close(one, look.now)
    known = alerts.known(look.session, list(due))
    for subject, promise in due.items():
        if subject not in known:
            made = look.open("promise", subject, "medium", look.now)
            look.add(made, subject, subject, promise.due_at)


def own_rules(look: Gathering) -> None:
    """Rules of the cell's own: an incident when a query finds so many mentions, and
    none again before a day without."""
    for rule in alert_rules.rules(look.session):
        try:
            _rule(look, rule)
        except UsageError as error:
            # It could be read when it was written; the others are still looked at.
            _LOG.error("a rule cannot be asked", rule=rule.name, why=str(error))


def _rule(look: Gathering, rule: AlertRule) -> None:
    start = look.now - timedelta(minutes=rule.minutes)
    wanted = MentionFilter(
        asked(rule.query, look.now), since=start, until=look.now, limit=_KEPT_IDS
    )
    n = mention_queries.count_mentions(look.session, wanted)
    if n < rule.threshold:
        return
    subject = f"rule:{rule.name}"
    incident = alerts.incident_of(look.session, subject)
    if incident is not None:
        incident.last_at = look.now
        return
    rows = mention_queries.mentions(look.session, wanted)
    ids = alerts.ordered(look.session, [row.id for row in rows])
    made = look.open("rule", subject, rule.severity, look.now)
    look.add(
        made,
        f"{subject}@{look.now.isoformat()}",
        subject,
        look.now,
        ids,
        observed=n,
        expected=rule.threshold,
        minutes=rule.minutes,
    )


def asked(query: str, now: datetime) -> Node:
    """A rule's query at a moment, without what nobody may watch. QueryError."""
    barred = (Not(FieldTerm("topic", topic, 1)) for topic in TOPICS)
    return And((parse(query, now=now), *barred))


def _take(look: Gathering, rise: Rise, at: datetime, closure: Closure | None) -> None:
    series = f"phrase:{rise.phrase}"
    last = alerts.last_of(look.session, series)
    if last is not None and at - last < TOGETHER:
        return
    ids = alerts.ordered(look.session, rise.mentions)
    key = f"{series}@{at.isoformat()}"
    numbers = {
        "score": rise.score,
        "observed": rise.observed,
        "expected": round(rise.expected, 1),
        "minutes": int(WINDOW.total_seconds() // 60),
    }
    if closure is not None:
        look.join_planned(closure, key, series, at, ids, **numbers)
        return
    running = look.running(series, at, ids)
    if running is not None:
        told = alerts.alerts_of(look.session, running.id or 0)
        if sum(one.series.startswith("phrase:") for one in told) >= _PHRASES:
            return
    look.take(key, series, at, ids, **numbers)
