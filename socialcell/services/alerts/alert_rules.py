"""The cell's own alert rules: added and removed; protected topics are refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.errors import UsageError
from socialcell.i18n import CODES
from socialcell.listening.alerts.model import AlertRule
from socialcell.listening.query import query_lint
from socialcell.listening.query.query_lint import Doubt
from socialcell.listening.store.alerts import alert_rules, alerts
from socialcell.listening.store.people import registry
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services import query_guard, query_holdings
from socialcell.services.context import Context
from socialcell.settings.notifications import Alerts
from socialcell.text import clean_text

SEVERITIES = ("high", "medium")
_MOST_MENTIONS = 100_000
_LEAST_MINUTES, _MOST_MINUTES = 5, 7 * 24 * 60
_MOST = 100  # rules; each is a search every five minutes

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """An alert rule as it is listed; the fields are the keys of its JSON, in order.

    `told` are the addresses and channels that it notifies; empty: all of config.yaml.
    """

    name: str
    query: str
    threshold: int
    minutes: int
    severity: str
    told: list[str]
    made_by: str
    made_at: datetime


def list_rules(context: Context) -> list[RuleEntry]:
    """The cell's own alert rules, by name."""
    with db.reading(context.engine) as session:
        return [_entry(rule) for rule in alert_rules.rules(session)]


def _entry(rule: AlertRule) -> RuleEntry:
    return RuleEntry(
        name=rule.name,
        query=rule.query,
        threshold=rule.threshold,
        minutes=rule.minutes,
        severity=rule.severity,
        told=rule.told,
        made_by=rule.made_by,
        made_at=rule.made_at,
    )


def add_rule(
    context: Context,
    name: str,
    query: str,
    *,
    threshold: int,
    minutes: int,
    severity: str = "medium",
    recipients: Sequence[str] = (),
) -> tuple[int, list[Doubt]]:
    """Write a rule; its id, and what is doubtful in its query. Audited.

    `recipients` are addresses and channels of config.yaml; none means all of them.
    UsageError for what cannot be, and, with the reason, for a rule about protests,
    politics, religion, caste, health or a private person.
    """
    query = clean_text(query).strip()
    if not _NAME.fullmatch(name):
        raise UsageError("alerts.no_rule_name", name=name)
    if severity not in SEVERITIES:
        raise UsageError("alerts.no_such_severity", severity=severity)
    require_limits(threshold, minutes)
    names = alert_recipients(context.workspace.config.alerts)
    if strange := [recipient for recipient in recipients if recipient not in names]:
        raise UsageError(
            "alerts.no_such_recipient",
            name=strange[0],
            names=list(names) or Message("alerts.none"),
        )
    now = context.clock.now()
    # What asks the rule later has no files of the workspace at hand.
    query = query_holdings.name_places(context, query)
    query_guard.require_rule(context, query)
    doubts = lint_rule(context, query)
    with db.writing(context.engine) as session:
        db.take_turn(session, "alert rules")
        if alert_rules.named(session, name) is not None:
            raise UsageError("alerts.rule_exists", name=name)
        if len(alert_rules.rules(session)) >= _MOST:
            raise UsageError("alerts.too_many_rules", limit=_MOST)
        rule = AlertRule(
            name=name,
            query=query,
            threshold=threshold,
            minutes=minutes,
            severity=severity,
            told=list(dict.fromkeys(recipients)),
            made_by=context.actor.name,
            made_at=now,
        )
        session.add(rule)
        session.flush()
        detail = {
            "query": query,
            "threshold": threshold,
            "minutes": minutes,
            "severity": severity,
        }
        audit.append(session, context.actor, "rule.add", name, detail, now)
        return rule.id or 0, doubts


def lint_rule(context: Context, query: str) -> list[Doubt]:
    """What is doubtful in the query of a rule. QueryError names a value that no mention
    of this workspace can have."""
    query = query_holdings.name_places(context, query)
    with db.reading(context.engine) as session:
        accounts = frozenset(registry.names_by_account(session))
        holdings = query_holdings.read_holdings(context, session, accounts, query)
    return query_lint.lint_rule_query(query, context.clock.now(), holdings)


def require_limits(threshold: int, minutes: int) -> None:
    """UsageError when no rule can count so many mentions in so many minutes."""
    is_count = 1 <= threshold <= _MOST_MENTIONS
    if not is_count or not _LEAST_MINUTES <= minutes <= _MOST_MINUTES:
        raise UsageError("alerts.rule_limits")


def find_rule(context: Context, name: str) -> RuleEntry | None:
    """A rule by its name; None: there is none."""
    with db.reading(context.engine) as session:
        rule = alert_rules.named(session, name)
        return None if rule is None else _entry(rule)


def remove_rule(context: Context, name: str) -> None:
    """Remove a rule and end its incident. UsageError when there is none. Audited."""
    with db.writing(context.engine) as session:
        rule = alert_rules.named(session, name)
        if rule is None:
            raise UsageError("alerts.no_such_rule", name=name)
        now = context.clock.now()
        incident = alerts.incident_of(session, f"rule:{name}")
        if incident is not None:
            alerts.close(incident, now)
        session.delete(rule)
        audit.append(session, context.actor, "rule.remove", name, {}, now)


def alert_recipients(config: Alerts) -> tuple[str, ...]:
    """Everybody whom config.yaml names for alerts: addresses, then channels."""
    addresses = [address for lang in CODES for address in config.recipients.of(lang)]
    return tuple(dict.fromkeys([*addresses, *config.channels]))
