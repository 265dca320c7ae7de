"""Lists and searches of mentions, with a suggestion of other spellings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from socialcell import db
from socialcell.errors import UsageError
from socialcell.language import lexicon
from socialcell.listening.areas import area_table
from socialcell.listening.day_ranges import day_end, day_start, require_order
from socialcell.listening.people.visibility import People
from socialcell.listening.query import query_lint
from socialcell.listening.query.query_language import (
    NO_WARD,
    Holdings,
    Node,
    find_fault,
    parse,
    unknown,
    ward_id,
    widen_query,
)
from socialcell.listening.query.query_lint import Doubt
from socialcell.listening.store import areas
from socialcell.listening.store.mentions import mention_queries, mention_relations
from socialcell.listening.store.mentions.explored_mentions import (
    MentionSearch,
    PageCursor,
)
from socialcell.listening.store.mentions.match_reasons import matching_parts
from socialcell.listening.store.mentions.mention_filter import (
    MentionFilter,
    split_values,
)
from socialcell.services import query_guard, query_holdings
from socialcell.services.context import Context
from socialcell.services.mentions import place_names
from socialcell.services.query_holdings import SENTIMENTS
from socialcell.views.mentions import mention_detail
from socialcell.views.mentions.mention_detail import MentionDetail
from socialcell.views.mentions.mention_view import FoundMention, MentionDocument

KINDS = ("post", "comment", "article", "review", "message")
"""Kinds of mentions, by where they stand."""


@dataclass(frozen=True)
class Suggestion:
    """A query in every spelling of its words, and how many mentions it finds."""

    query: str
    total: int


def read_request(
    context: Context,
    people: People,
    query: str | None,
    *,
    since: str | None,
    until: str | None,
    limit: int | None = None,
    counts_only: bool = False,
    **values: str | None,
) -> MentionFilter:
    """What a person asks for: days as `day_start` takes them, and values by field of
    MentionFilter. `counts_only`: nobody's words are shown of what is found.

    UsageError names a value that no mention can have, with those that there are, and
    refuses, with the reason, what nobody looks for.
    """
    if query is not None:
        query = query_holdings.name_places(context, query)
    query_guard.require_search(context, query, counts_only=counts_only)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        holdings = query_holdings.read_holdings(
            context, session, people.registry, query or ""
        )
        wards = areas.ward_offices(session)
    _require_values(holdings, values)
    _require_choices(values, wards)
    tree = None if query is None else parse(query, holdings, now)
    return build_filter(
        holdings, tree, now, since=since, until=until, limit=limit, **values
    )


def build_filter(
    holdings: Holdings,
    tree: Node | None,
    now: datetime,
    *,
    since: str | None,
    until: str | None,
    limit: int | None = None,
    kind: str | None = None,
    places: Collection[str] | None = None,
    **values: str | None,
) -> MentionFilter:
    """The same of a query that was read, with the names that a workspace may use.

    UsageError as of `read_request`, also for a kind that no mention has, and for days
    of which the last is before the first.
    """
    _require_values(holdings, values)
    if kind is not None and kind not in KINDS:
        reason = unknown("kind", kind, KINDS)
        raise UsageError("mentions.wrong_option", name="kind", reason=reason)
    start = day_start(since, "--since", now) if since else None
    end = day_end(until, "--until", now) if until else None
    if since and until and start and end:
        require_order(start, end, since, until)
    return MentionFilter(
        query=tree,
        since=start,
        until=end,
        limit=limit,
        kind=kind,
        places=places,
        **values,
    )


def _require_values(holdings: Holdings, values: dict[str, str | None]) -> None:
    """The values of a filter as their fields have them: `kothrud-bavdhan` becomes the
    ward's id. UsageError for one that no mention can have."""
    if wards := split_values(values.get("ward")):
        values["ward"] = ",".join(map(ward_id, wards))
    for name, text in values.items():
        for part in split_values(text):
            if reason := find_fault(name, part, holdings):
                raise UsageError("mentions.wrong_option", name=name, reason=reason)


def _require_choices(values: dict[str, str | None], wards: dict[str, str]) -> None:
    """The same of values that a query may have all the same: a topic of earlier models,
    a ward office that was closed. As an option they are slips of the pen."""
    choices: dict[str, Collection[str]] = {
        "topic": lexicon.vocabulary("topic"),
        "language": (*lexicon.LANGUAGES, "und"),
        "sentiment": SENTIMENTS,
        "ward": (NO_WARD, *wards),
    }
    for name, allowed in choices.items():
        for part in split_values(values.get(name)):
            if part not in allowed:
                reason = unknown(name, part, allowed)
                raise UsageError("mentions.wrong_option", name=name, reason=reason)


def list_newest(
    context: Context, people: People, request: MentionFilter, *, explain: bool = False
) -> tuple[Sequence[MentionDocument], int]:
    """The newest as they may be shown, and how many there are in all."""
    with db.reading(context.engine) as session:
        total = mention_queries.count_mentions(session, request)
        rows = list(
            mention_detail.mentions(
                session, mention_queries.mentions(session, request), people
            )
        )
        if not explain or request.query is None:
            return rows, total
        return [
            FoundMention(**row, why=matching_parts(session, request.query, row["id"]))
            for row in rows
        ], total


def list_page(
    context: Context, people: People, request: MentionFilter, cursor: PageCursor | None
) -> tuple[Sequence[MentionDocument], PageCursor | None]:
    """A page of `request.limit` mentions as they may be shown, and the cursor of the
    next one; None: it was the last. A page may be shorter, and another one follow."""
    size = request.limit
    assert size is not None, "a page has an end"
    with db.reading(context.engine) as session:
        page = MentionSearch(session, request).page(cursor, size)
        documents = list(mention_detail.mentions(session, page.rows, people))
    return documents, page.following


def count(context: Context, request: MentionFilter) -> int:
    """How many mentions a request finds in all."""
    with db.reading(context.engine) as session:
        return mention_queries.count_mentions(session, request)


def count_undated(context: Context, request: MentionFilter) -> int:
    """How many mentions the span of a request leaves out: they have no time."""
    with db.reading(context.engine) as session:
        return mention_queries.count_undated(session, request)


def show_mention(
    context: Context,
    people: People,
    mention_id: int,
    places: Collection[str] | None = None,
) -> MentionDetail:
    """A mention with all that is stored about it, as it may be shown. UsageError when
    there is none of these ward offices and departments (None: of the whole city), or it
    was removed."""
    own = MentionFilter(places=places)
    with db.reading(context.engine) as session:
        row = mention_queries.mentions_of(session, [mention_id], own).get(mention_id)
        if row is None:
            raise UsageError("mentions.no_such_mention", mention=mention_id)
        return mention_detail.mention(session, row, people)


def replies(context: Context, mention_id: int) -> list[int]:
    """The ids of the mentions that reply to a mention, quote or repost it."""
    with db.reading(context.engine) as session:
        return mention_relations.replies(session, mention_id)


def area_names(context: Context, lang: str) -> dict[str, str]:
    """The names of all wards, past ones too, and of what a text may name, in a
    language by id."""
    named = {
        id_: names[lang]
        for id_, names in place_names.gazetteer_names(context).items()
        if names[lang]
    }
    with db.reading(context.engine) as session:
        own = areas.all_areas(session)
    return named | {area.id: area_table.names(area)[lang] for area in own}


def mentions_by_id(
    context: Context, people: People, ids: Iterable[int]
) -> dict[int, MentionDocument]:
    """Mentions as they may be shown, by id; those that are there."""
    with db.reading(context.engine) as session:
        rows = [mention_queries.mention(session, id_) for id_ in ids]
        present = mention_detail.mentions(session, filter(None, rows), people)
        return {mention["id"]: mention for mention in present}


def ward_names(context: Context) -> dict[str, str]:
    """The English names of ward offices by id, past ones too."""
    with db.reading(context.engine) as session:
        return areas.ward_offices(session)


def find_doubts(context: Context, people: People, query: str) -> Sequence[Doubt]:
    """What is doubtful in the query of a search, and may be why it finds nothing."""
    query = query_holdings.name_places(context, query)
    with db.reading(context.engine) as session:
        holdings = query_holdings.read_holdings(
            context, session, people.registry, query
        )
    return query_lint.lint(query, context.clock.now(), holdings)


def widen(context: Context, request: MentionFilter, query: str) -> Suggestion | None:
    """What the query finds in every spelling of its words; None if that is nothing."""
    text = widen_query(query, query_holdings.own_places(context))
    if text is None:
        return None
    tree = parse(query_holdings.name_places(context, text), now=context.clock.now())
    with db.reading(context.engine) as session:
        wide = replace(request, query=tree)
        total = mention_queries.count_mentions(session, wide)
    return Suggestion(text, total) if total else None
