"""Detectors beside spikes: silence, phrases, accounts, missed promises, rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import log
from socialcell.errors import UsageError
from socialcell.listening.alerts import rising_phrases
from socialcell.listening.alerts.model import AlertRule, Closure
from socialcell.listening.alerts.people_times import HOUR
from socialcell.listening.alerts.rising_phrases import PEOPLE_TO_ALERT, WINDOW, Rise
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.query.query_language import And, FieldTerm, Node, Not, parse
from socialcell.listening.store.alerts import (
    alert_rules,
    alerts,
    commitments,
    phrase_counts,
)
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import store
from socialcell.services.alerts import planned_closures
from socialcell.services.alerts.incident_grouping import (
    INCIDENT_GAP,
    AlertNumbers,
    IncidentGrouping,
    find_planned,
    main_topic,
)

_LOG = log.logger(__name__)
_SILENCE = timedelta(hours=24)
_MOST_IDS = 200
# More phrases of one incident add no information.
_PHRASES = 5
_URGENT = ("high", "critical")


def detect_silences(grouping: IncidentGrouping) -> None:
    """Open an incident for each source that is silent for a day, until it is not."""
    for source in store.enabled(grouping.session):
        since = source.last_ok_at or source.created_at
        subject = f"source:{source.name}"
        incident = alerts.incident_of(grouping.session, subject)
        if grouping.now - since <= _SILENCE:
            if incident is not None:
                alerts.close(incident, grouping.now)
        elif incident is None:
            reason = source.state_reason or "nobody asked it: does the daemon run?"
            incident = grouping.open_incident(
                "source", subject, "medium", grouping.now, reason
            )
            key = f"{subject}@{since.isoformat()}"
            hours = (grouping.now - since) // HOUR
            grouping.add_alert(
                incident, key, subject, grouping.now, said=reason, observed=hours
            )


def rises_by_window(
    session: Session, since: datetime, now: datetime
) -> list[tuple[datetime, list[Rise]]]:
    """The phrases that many people suddenly use, window by window up to now."""
    windows = max(1, -((since - now) // WINDOW))
    ends = [now - n * WINDOW for n in reversed(range(windows))]
    return [
        (
            at,
            [r for r in find_rises(session, at) if r.observed >= PEOPLE_TO_ALERT],
        )
        for at in ends
    ]


def alert_on_phrases(
    grouping: IncidentGrouping, windows: Iterable[tuple[datetime, list[Rise]]]
) -> None:
    """Alert on the phrases of `rises_by_window`."""
    for at, rises in windows:
        planned = planned_closures.muting_closures(grouping.session, at - WINDOW, at)
        for rise in rises:
            series = f"phrase:{rise.phrase}"
            about = main_topic(grouping.session, rise.mentions)
            closure = find_planned(series, about, at, planned)
            _take_rise(grouping, rise, at, closure)


def update_planned_incidents(grouping: IncidentGrouping) -> None:
    """Keep a planned incident for each announced closure until the closure ends."""
    for active_closure in alerts.closures(
        grouping.session, grouping.now, grouping.now + HOUR
    ):
        alerts.planned_incident(grouping.session, active_closure)
    for incident in alerts.incidents(grouping.session, ("open", "acked"), None):
        closure = alerts.closure_of(grouping.session, incident)
        if closure is not None and closure.to_at <= grouping.now:
            alerts.close(incident, closure.to_at)


def find_rises(session: Session, at: datetime) -> list[Rise]:
    """Phrases that rise at a moment, but none with a person's name in it."""
    now = phrase_counts.texts_between(session, at - WINDOW, at)
    rises = rising_phrases.rising(
        now, phrase_counts.texts_before(session, at - WINDOW, at)
    )
    names = phrase_counts.persons(
        session, [id_ for rise in rises for id_ in rise.mentions]
    )
    return [rise for rise in rises if names.isdisjoint(rise.phrase.split())]


def detect_accounts(grouping: IncidentGrouping, floor: int | None) -> None:
    """Alert on influential accounts that join an incident, each once an incident; a
    negative or urgent post of one raises the severity."""
    for incident in alerts.open_incidents(
        grouping.session, grouping.now - INCIDENT_GAP
    ):
        if incident.kind != "spike" or not incident.subject.startswith(
            ("topic:", "ward:")
        ):
            continue
        posts = alerts.influential_posts(
            grouping.session,
            incident.subject,
            incident.opened_at - HOUR,
            grouping.now,
            floor,
        )
        keys = {
            f"joined:{incident.id}:{post.author_id}": post for post in reversed(posts)
        }
        known_keys = alerts.existing_keys(grouping.session, list(keys))
        for key, post in keys.items():
            if key in known_keys:
                continue
            if post.sentiment == "negative" or post.urgency in _URGENT:
                grouping.worsen(incident)
            incident.last_at = max(incident.last_at, post.authored_at)
            grouping.add_alert(
                incident,
                key,
                "account",
                post.authored_at,
                [post.id],
                observed=post.followers,
            )


def detect_missed_promises(grouping: IncidentGrouping) -> None:
    """Open an incident for each promise that is overdue; close it when it is kept."""
    due = {
        f"promise:{promise.id}": promise
        for promise in commitments.missed(grouping.session, grouping.now)
    }
    for incident in alerts.incidents(grouping.session, ("open", "acked"), None):
        if incident.kind == "promise" and incident.subject not in due:
            alerts.close(incident, grouping.now)
    known_keys = alerts.existing_keys(grouping.session, list(due))
    for subject, promise in due.items():
        if subject not in known_keys:
            incident = grouping.open_incident(
                "promise", subject, "medium", grouping.now
            )
            grouping.add_alert(incident, subject, subject, promise.due_at)


def detect_rule_matches(grouping: IncidentGrouping) -> None:
    """Open an incident when a rule's query matches enough; at most one a day."""
    for rule in alert_rules.rules(grouping.session):
        try:
            _apply_rule(grouping, rule)
        except UsageError as error:
            # It parsed when it was written; the other rules still run.
            _LOG.error("a rule cannot be asked", rule=rule.name, why=str(error))


def _apply_rule(grouping: IncidentGrouping, rule: AlertRule) -> None:
    start = grouping.now - timedelta(minutes=rule.minutes)
    mention_filter = MentionFilter(
        rule_query(rule.query, grouping.now),
        since=start,
        until=grouping.now,
        limit=_MOST_IDS,
    )
    count = mention_queries.count_mentions(grouping.session, mention_filter)
    if count < rule.threshold:
        return
    subject = f"rule:{rule.name}"
    incident = alerts.incident_of(grouping.session, subject)
    if incident is not None:
        incident.last_at = grouping.now
        return
    rows = mention_queries.mentions(grouping.session, mention_filter)
    ids = alerts.ordered(grouping.session, [row.id for row in rows])
    incident = grouping.open_incident("rule", subject, rule.severity, grouping.now)
    grouping.add_alert(
        incident,
        f"{subject}@{grouping.now.isoformat()}",
        subject,
        grouping.now,
        ids,
        observed=count,
        expected=rule.threshold,
        minutes=rule.minutes,
    )


def rule_query(query: str, now: datetime) -> Node:
    """A rule's query at a moment, without the protected topics. QueryError."""
    barred = (Not(FieldTerm("topic", topic, 1)) for topic in TOPICS)
    return And((parse(query, now=now), *barred))


def _take_rise(
    grouping: IncidentGrouping, rise: Rise, at: datetime, closure: Closure | None
) -> None:
    series = f"phrase:{rise.phrase}"
    last = alerts.last_of(grouping.session, series)
    if last is not None and at - last < INCIDENT_GAP:
        return
    ids = alerts.ordered(grouping.session, rise.mentions)
    key = f"{series}@{at.isoformat()}"
    numbers: AlertNumbers = {
        "score": rise.score,
        "observed": rise.observed,
        "expected": round(rise.expected, 1),
        "minutes": int(WINDOW.total_seconds() // 60),
    }
    if closure is not None:
        grouping.join_planned(closure, key, series, at, ids, **numbers)
        return
    running = grouping.find_open_incident(series, at, ids)
    if running is not None:
        incident_alerts = alerts.alerts_of(grouping.session, running.id or 0)
        if (
            sum(alert.series.startswith("phrase:") for alert in incident_alerts)
            >= _PHRASES
        ):
            return
    grouping.group_alert(key, series, at, ids, **numbers)
