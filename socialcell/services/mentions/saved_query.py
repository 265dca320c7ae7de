"""What a query would have done as an alert rule, before it is saved.

It is saved by the act of the command: `add_rule` of alert_rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.listening.guard import judgement
from socialcell.listening.query.query_lint import Doubt
from socialcell.listening.store.mentions import explored_mentions
from socialcell.listening.store.mentions.explored_mentions import MentionSearch
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.message_catalog import Message
from socialcell.services import query_guard, query_holdings
from socialcell.services.alerts.alert_detectors import rule_query
from socialcell.services.alerts.alert_rules import lint_rule, require_limits
from socialcell.services.alerts.incident_grouping import INCIDENT_GAP
from socialcell.services.context import Context
from socialcell.services.query_guard import AskedAt

SAMPLE = timedelta(days=28)
_MOST = 10_000  # mentions of the sample that are looked at
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What a rule would have done in the SAMPLE before now.

    Of `matches` mentions, at least so many where `is_exact` is false, it would have
    opened an incident `times` over. `refusal` says why it cannot be a rule at all;
    nothing is looked for then, and nothing counted.
    """

    matches: int
    is_exact: bool
    since: datetime
    times: int
    doubts: Sequence[Doubt]
    refusal: Message | None


def preview_rule(
    context: Context, query: str, *, threshold: int, minutes: int
) -> RulePreview:
    """What `alert_rules.add_rule` would make of a query, and how often it had fired.

    UsageError for a query that cannot be read, and for limits that no rule has.
    """
    require_limits(threshold, minutes)
    now = context.clock.now()
    query = query_holdings.name_places(context, query)
    sample_filter = MentionFilter(rule_query(query, now), since=now - SAMPLE, until=now)
    with db.reading(context.engine) as session:
        accounts = query_guard.known_accounts(context, session)
        objection = judgement.judge_query(query, accounts, now)
        if objection is not None:
            refusal = query_guard.error_of(objection, AskedAt.RULES).message
            return RulePreview(0, True, now - SAMPLE, 0, (), refusal)
    doubts = lint_rule(context, query)
    with db.reading(context.engine) as session:
        search = MentionSearch(session, sample_filter)
        moments = explored_mentions.newest_times(session, search, _MOST)
    is_exact = search.since is None and len(moments) < _MOST
    since = sample_filter.since or now
    if not is_exact:
        since = max(since, search.since or since, moments[-1] if moments else since)
    times = _openings(moments[::-1], threshold, minutes * _MINUTE)
    return RulePreview(len(moments), is_exact, since, times, doubts, None)


def _openings(moments: Sequence[datetime], threshold: int, window: timedelta) -> int:
    """How often so many mentions came within a window, the earliest first; one opening
    lasts until a window without enough, and a day at least, as an incident does."""
    times, quiet_from = 0, None
    for place in range(threshold - 1, len(moments)):
        at = moments[place]
        if at - moments[place - threshold + 1] > window:
            continue
        if quiet_from is None or at >= quiet_from:
            times += 1
        quiet_from = at + INCIDENT_GAP
    return times
