"""The mention explorer: a page of what a query and filters find, with facets.

A page costs at most 15 statements, however many mentions there are: what is rare is
found wherever it is, of anything else the newest mentions are looked through.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.people.visibility import People
from socialcell.listening.query.query_explanation import (
    QueryExplanation,
    explain_query,
)
from socialcell.listening.store.mentions import facet_counts
from socialcell.listening.store.mentions.explored_mentions import (
    MentionSearch,
)
from socialcell.listening.store.mentions.facet_counts import (
    COUNTED,
    TOTAL,
    UNTAGGED,
    FacetCount,
)
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.services import query_guard, query_holdings
from socialcell.services.context import Context
from socialcell.services.mentions import explorer_facets, mention_search
from socialcell.services.mentions.page_cursor import cursor_text, read_cursor
from socialcell.views.mentions import mention_detail
from socialcell.views.mentions.explorer_view import (
    ExplorerPage,
    MentionMatches,
    MentionTotal,
)

PAGE = 50  # mentions


@dataclass(frozen=True, slots=True)
class ExplorerQuestion:
    """What somebody asks of the explorer, as it is written in an address.

    `query` is in the query language, `since` and `until` are days or moments as
    `day_start` takes them, the rest ids; None or "" means any. `cursor` is that of the
    page before.
    """

    query: str = ""
    since: str | None = None
    until: str | None = None
    topic: str | None = None
    ward: str | None = None
    language: str | None = None
    sentiment: str | None = None
    urgency: str | None = None
    intent: str | None = None
    platform: str | None = None
    kind: str | None = None
    cursor: str | None = None


def explore(
    context: Context,
    people: People,
    question: ExplorerQuestion,
    *,
    places: Collection[str] | None = None,
) -> ExplorerPage:
    """A page of PAGE mentions, newest first, with total, facets and coverage.

    `places` are the ward offices and departments that the reader may see; None: all. A
    query that cannot be read is explained on the page. UsageError for a filter that no
    mention can match, a cursor that is none, and what nobody looks for.
    """
    question = _with_own_places(context, question)
    query_guard.require_search(context, question.query)
    now = context.clock.now()
    cursor = read_cursor(question.cursor) if question.cursor else None
    with db.reading(context.engine) as session:
        explanation, mention_filter = _filter(
            context, session, people, question, places
        )
        if explanation.fault is not None:
            return ExplorerPage(explanation, None)
        search = MentionSearch(session, mention_filter)
        counts = _count(session, search, mention_filter, now)
        page = search.page(cursor, PAGE)
        rows = list(mention_detail.mentions(session, page.rows, people))
        untagged = counts.number(UNTAGGED)
        matches = MentionMatches(
            rows,
            cursor_text(page.following),
            counts.total(search.since),
            explorer_facets.facets(
                counts.rows, counts.whole, explanation, mention_filter
            ),
            explorer_facets.coverage(session, mention_filter, now, untagged),
        )
    return ExplorerPage(explanation, matches)


def read_filter(
    context: Context,
    people: People,
    question: ExplorerQuestion,
    *,
    places: Collection[str] | None = None,
) -> MentionFilter:
    """All that a question finds, for an export: its cursor does not matter.

    UsageError as of `explore`, also for a query that cannot be read.
    """
    question = _with_own_places(context, question)
    query_guard.require_search(context, question.query)
    with db.reading(context.engine) as session:
        explanation, mention_filter = _filter(
            context, session, people, question, places
        )
    if explanation.fault is not None:
        fault = explanation.fault.message
        raise UsageError(fault.code, **fault.parameters)
    return mention_filter


def _with_own_places(context: Context, question: ExplorerQuestion) -> ExplorerQuestion:
    return replace(question, query=query_holdings.name_places(context, question.query))


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts of facets; `whole` names those that count all mentions that match."""

    rows: Sequence[FacetCount]
    whole: frozenset[str]

    def number(self, name: str) -> int:
        return next(row.n for row in self.rows if row.facet == name)

    def total(self, since: datetime | None) -> MentionTotal:
        n = self.number(TOTAL)
        return MentionTotal(n, TOTAL in self.whole, min(n, COUNTED), since)


def _filter(
    context: Context,
    session: Session,
    people: People,
    question: ExplorerQuestion,
    places: Collection[str] | None,
) -> tuple[QueryExplanation, MentionFilter]:
    now = context.clock.now()
    holdings = query_holdings.read_holdings(
        context, session, people.registry, question.query
    )
    explanation = explain_query(question.query, holdings, now)
    mention_filter = mention_search.build_filter(
        holdings,
        explanation.tree,
        now,
        since=question.since or None,
        until=question.until or None,
        topic=question.topic or None,
        ward=question.ward or None,
        language=question.language or None,
        sentiment=question.sentiment or None,
        urgency=question.urgency or None,
        intent=question.intent or None,
        platform=question.platform or None,
        kind=question.kind or None,
        places=places,
    )
    return explanation, mention_filter


def _count(
    session: Session,
    search: MentionSearch,
    mention_filter: MentionFilter,
    now: datetime,
) -> _Counts:
    """Counts of all where that is cheap, else of the newest COUNTED."""
    days = explorer_facets.whole_days(mention_filter, now) if search.is_plain else None
    newest = facet_counts.count_newest(
        session, search.condition, annotated=days is None
    )
    total = next(row.n for row in newest if row.facet == TOTAL)
    is_all = total < COUNTED and search.since is None
    whole = facet_counts.FACETS if is_all else frozenset[str]()
    if days is None:
        return _Counts(newest, whole)
    rolled = facet_counts.count_days(session, days)
    names = {*facet_counts.ROLLED, TOTAL, UNTAGGED}
    rest = [row for row in newest if row.facet not in names]
    return _Counts([*rolled, *rest], whole | names)
