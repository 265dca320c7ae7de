"""Facets of the explorer with the queries that narrow to them, and their coverage."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.listening.coverage import HOUR, covered_hours
from socialcell.listening.day_ranges import day_end, day_start
from socialcell.listening.query.query_explanation import (
    QueryExplanation,
    narrow_query,
)
from socialcell.listening.query.query_language import FieldTerm, without_field
from socialcell.listening.store.mentions.facet_counts import FacetCount
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.mention_filter import (
    MentionFilter,
    list_parts,
)
from socialcell.listening.store.mentions.rollups import hour_of
from socialcell.listening.store.pages import source_history
from socialcell.views.mentions.explorer_view import (
    CollectedPlatform,
    ExplorerCoverage,
    Facet,
    FacetValue,
)

# Each facet, and the field of a query that narrows to its values.
FIELDS = {
    "topic": "topic",
    "ward": "ward",
    "language": "lang",
    "sentiment": "sentiment",
    "urgency": "urgency",
    "intent": "intent",
    "platform": "platform",
}
DAY = "day"
LONGEST = timedelta(days=31)  # of which coverage is counted hour by hour
_ROLLED = timedelta(days=92)  # of which rollups are read
_VALUES = 40  # of one facet
_NO_END = datetime(9000, 1, 1, tzinfo=UTC)


def facets(
    counts: Sequence[FacetCount],
    whole: Collection[str],
    explanation: QueryExplanation,
    wanted: MentionFilter,
) -> list[Facet]:
    """Every facet, with the queries that narrow to its values."""
    asked = {(field.name, field.value) for field in _fields(wanted)}
    result = []
    for name in (*FIELDS, DAY):
        rows = [row for row in counts if row.facet == name and row.value is not None]
        rows.sort(key=lambda row: (-row.n, row.value or ""))
        if name == DAY:
            rows.sort(key=lambda row: row.value or "", reverse=True)
        values = [
            FacetValue(
                id_,
                row.n,
                narrow_query(explanation.query, explanation.tree, _term(name, id_)),
                (FIELDS.get(name), id_) in asked,
            )
            for row in rows[:_VALUES]
            if (id_ := row.value) is not None
        ]
        left_off = len(rows) - len(values)
        result.append(Facet(name, values, name in whole, left_off))
    return result


def whole_days(wanted: MentionFilter, now: datetime) -> TimeSpan | None:
    """The span of a filter where it is of whole Indian days, and not too many."""
    start, end = wanted.since, wanted.until
    if start is None or (end or now) - start > _ROLLED:
        return None
    if not _is_midnight(start) or (end is not None and not _is_midnight(end)):
        return None
    return TimeSpan(start, end or _NO_END)


def coverage(
    session: Session, wanted: MentionFilter, now: datetime, untagged: int
) -> ExplorerCoverage:
    """The hours of the span that were not collected, of the platforms asked for.

    Of a span without a beginning or longer than LONGEST these are its last days.
    """
    fields = list(_fields(wanted))
    starts = [day_start(f.value, "since:", now) for f in fields if f.name == "since"]
    ends = [day_end(f.value, "until:", now) for f in fields if f.name == "until"]
    starts += [wanted.since] if wanted.since else []
    ends += [wanted.until] if wanted.until else []
    end = min([*ends, now])
    start = max(starts, default=None)
    is_cut = start is None or end - start > LONGEST
    if start is None or is_cut:
        start = end - LONGEST
    first = hour_of(start)
    hours = max(0, -int((first - end) // HOUR))
    watches = source_history.read_spans(session, first, end)
    platforms = {field.value for field in fields if field.name == "platform"}
    due = [watch for watch in watches if not platforms or watch.platform in platforms]
    whole = hours - 1 if first + hours * HOUR > end else hours  # not the one that runs
    covered = covered_hours(due, first, max(0, whole))
    return ExplorerCoverage(
        start,
        end,
        is_cut,
        [
            CollectedPlatform(platform, max(0, whole), len(own))
            for platform, own in sorted(covered.items())
        ],
        untagged,
    )


def _fields(wanted: MentionFilter) -> Iterator[FieldTerm]:
    """The fields that all mentions must have."""
    for part in list_parts(wanted):
        if isinstance(part, FieldTerm):
            yield part


def _term(name: str, id_: str) -> str:
    if name == DAY:
        return f"since:{id_} until:{id_}"
    return f"{FIELDS[name]}:{without_field(FIELDS[name], id_)}"


def _is_midnight(moment: datetime) -> bool:
    local = moment.astimezone(IST)
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
