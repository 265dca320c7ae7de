"""The explorer: pages that miss nothing, facets that agree with their lists, scopes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.people.visibility import People
from socialcell.listening.store import areas, owners
from socialcell.ops import store
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions import mention_labels, tagging
from socialcell.services.mentions.mention_explorer import ExplorerQuestion, explore
from socialcell.views.mentions import explorer_view
from socialcell.views.mentions.explorer_view import (
    CollectedPlatform,
    Facet,
    MentionMatches,
)
from socialcell.views.mentions.mention_view import MentionDocument
from tests.builders import NOON, make_record, make_source, store_records
from tests.statements import counted

pytestmark = pytest.mark.swept_on_postgresql

TEXTS = (
    "No water in Kothrud for three days",
    "The road in Hadapsar is broken, potholes everywhere",
    "कोथरूडमध्ये पाणी नाही",
    "Kachra pada hai Aundh mein, koi nahi uthata",
    "Thank you PMC for the clean park in Baner",
    "Transformer on fire at Karve Nagar, MSEDCL nobody picks up the phone",
)


@pytest.fixture
def people(context: Context) -> People:
    return pseudonyms.load_people(context)


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """Sixty mentions of three days, read; every tenth has no time."""
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    store_records(engine, *city_records(60))
    tagging.tag_waiting(context)
    return context


def city_records(n: int) -> Iterator:
    for k in range(n):
        at = NOON - timedelta(hours=k) if k % 10 else None
        platform = ("x", "mastodon", "news")[k % 3]
        text = TEXTS[k % len(TEXTS)]
        yield make_record(str(k), text=text, platform=platform, authored_at=at)


def matches_of(context: Context, people: People, **asked: object) -> MentionMatches:
    places = asked.pop("places", None)
    page = explore(context, people, ExplorerQuestion(**asked), places=places)
    assert page.matches is not None
    return page.matches


def all_pages(context: Context, people: People, **asked: object) -> list[str]:
    """The platform's ids of all pages, one after the other."""
    question: ExplorerQuestion | None = ExplorerQuestion(**asked)
    ids: list[str] = []
    while question is not None:
        matches = explore(context, people, question).matches
        ids += external_ids(context, matches.rows)
        following = matches.following
        question = following and replace(question, cursor=following)
    return ids


def external_ids(context: Context, rows: Sequence[MentionDocument]) -> list[str]:
    """What the pages do not show of these mentions."""
    with db.reading(context.engine) as session:
        ids = dict(session.execute(select(Mention.id, Mention.external_id)).all())
    return [ids[row["id"]] for row in rows]


def facet_of(matches: MentionMatches, name: str) -> Facet:
    return next(facet for facet in matches.facets if facet.name == name)


def numbers(matches: MentionMatches, name: str) -> dict[str, int]:
    return {value.id: value.n for value in facet_of(matches, name).values}


def test_pages_follow_each_other_without_a_gap_where_times_are_the_same(
    context: Context, engine: Engine, people: People
) -> None:
    times = {0: None, 1: NOON, 2: NOON, 3: NOON - timedelta(hours=1)}
    records = [
        make_record(str(k), raw={"id": str(k)}, authored_at=times[k % 4])
        for k in range(260)
    ]
    store_records(engine, *records)

    ids = all_pages(context, people)

    def place(k: int) -> tuple:
        at = times[k % 4]
        return (at is None, -(at or NOON).timestamp(), -k)

    assert ids == [str(k) for k in sorted(range(260), key=place)]
    assert all_pages(context, people, query="water") == ids
    assert all_pages(context, people, platform="x") == ids


def test_what_arrives_meanwhile_moves_nothing_on_the_next_page(
    context: Context, engine: Engine, people: People
) -> None:
    store_records(engine, *city_records(60))
    first = matches_of(context, people)
    newer = make_record("new", authored_at=NOON + timedelta(hours=1))
    store_records(engine, newer)

    second = matches_of(context, people, cursor=first.following)

    ids = external_ids(context, (*first.rows, *second.rows))
    assert sorted(ids, key=int) == [str(k) for k in range(60)]
    assert second.total.n == 61


@pytest.mark.parametrize("query", ["", "water OR road", "NOT kothrud", "topic:water"])
def test_each_value_of_a_facet_leads_to_as_many_mentions_as_it_says(
    city: Context, people: People, query: str
) -> None:
    matches = matches_of(city, people, query=query)

    names = [facet.name for facet in matches.facets if facet.values]
    assert {"topic", "ward", "language", "sentiment", "urgency", "day"} < set(names)
    for facet in matches.facets:
        assert facet.is_whole
        for value in facet.values:
            narrowed = matches_of(city, people, query=value.query)
            total = narrowed.total
            assert (value.query, total.n) == (value.query, value.n)
            assert total.is_exact


def test_days_of_rollups_have_the_numbers_of_the_mentions_themselves(
    city: Context, people: People
) -> None:
    mention_labels.decide_mentions(city, [2, 3], {"topic": ("drainage",)})
    counted_ones = matches_of(city, people, query="since:2026-11-22 until:2026-11-23")

    rolled = matches_of(city, people, since="2026-11-22", until="2026-11-23")

    assert rolled.total == counted_ones.total
    assert rolled.total.n == len(rolled.rows)
    for name in ("topic", "ward", "language", "sentiment", "platform", "day"):
        assert numbers(rolled, name) == numbers(counted_ones, name) != {}


def test_what_nobody_has_read_yet_is_counted_beside_the_facets(
    city: Context, engine: Engine, people: People
) -> None:
    store_records(engine, make_record("unread", text="Water!", raw={"id": "unread"}))

    for asked in ({}, {"since": "2026-11-22"}, {"query": "water"}):
        matches = matches_of(city, people, **asked)
        assert matches.coverage.untagged == 1
        assert sum(numbers(matches, "language").values()) == matches.total.n - 1


def test_filters_and_query_must_both_be_true_and_are_marked_in_facets(
    city: Context, people: People
) -> None:
    matches = matches_of(
        city, people, query="road OR water", topic="water", platform="x", kind="post"
    )

    assert {row["platform"] for row in matches.rows} == {"x"}
    assert all("water" in row["topics"] for row in matches.rows)
    asked = {
        (facet.name, value.id)
        for facet in matches.facets
        for value in facet.values
        if value.is_asked
    }
    assert asked == {("topic", "water"), ("platform", "x")}
    assert facet_of(matches, "platform").values[0].query == (
        "(road OR water) platform:x"
    )
    assert matches_of(city, people, kind="review").total.n == 0


def test_a_fault_is_shown_with_its_place_and_finds_nothing(
    city: Context, people: People
) -> None:
    page = explore(city, people, ExplorerQuestion(query="water AND (road"))

    assert page.matches is None
    assert page.explanation.fault is not None
    assert page.explanation.fault.position == len("water AND (")
    document = explorer_view.document(page)
    assert document["mentions"] == []
    assert "total" not in document
    assert document["explanation"]["fault"]["position"] == 11


def test_a_query_is_explained_piece_by_piece(city: Context, people: People) -> None:
    query = '~pani Roads* -"no  Light" OR urgency:high since:2026-11-20'
    page = explore(city, people, ExplorerQuestion(query=query))

    pieces = [(p.kind, tuple(p.understood)) for p in page.explanation.pieces]
    kinds, spellings = pieces[0]
    assert kinds == "concept"
    assert {"pani", "पाणी", "water"} <= set(spellings)
    assert pieces[1:] == [
        ("beginning", ("roads",)),
        ("NOT", ()),
        ("phrase", ("no light",)),
        ("OR", ()),
        ("field", ("urgency", "high")),
        ("field", ("since", "2026-11-20")),
    ]
    assert page.explanation.meaning.endswith(
        'AND roads* AND NOT "no light") OR (urgency:high AND since:2026-11-20)'
    )
    assert [doubt.position for doubt in page.explanation.doubts] == [27]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"platform": "orkut"}, "orkut"),
        ({"kind": "poem"}, "poem"),
        ({"since": "yesterday"}, "since"),
        ({"cursor": "7"}, "first page"),
        ({"cursor": "2026-11-23_7"}, "first page"),
        ({"cursor": "20261123T063000.000000Z_x"}, "first page"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(
    city: Context, people: People, asked: dict[str, str], error: str
) -> None:
    with pytest.raises(UsageError, match=error):
        explore(city, people, ExplorerQuestion(**asked))


def test_who_may_see_some_places_sees_and_counts_nothing_else(
    city: Context, people: People
) -> None:
    whole = matches_of(city, people)
    wards = numbers(whole, "ward")
    ward = "ward:kothrud-bavdhan"
    owned = [row for row in whole.rows if row["owner"] == "dept:roads"]
    assert wards[ward] < whole.total.n
    assert owned

    of_ward = matches_of(city, people, places=[ward])
    of_both = matches_of(city, people, places=[ward, "dept:roads"])

    assert of_ward.total.n == wards[ward]
    assert all(ward in row["wards"] for row in of_ward.rows)
    assert of_both.total.n > of_ward.total.n
    for row in of_both.rows:
        assert ward in row["wards"] or row["owner"] == "dept:roads"
    # No query leads out of the places, and of no places nothing is seen.
    escape = matches_of(city, people, query="road OR NOT ward:none", places=[ward])
    assert escape.total.n <= of_ward.total.n
    since = matches_of(city, people, since="2026-11-20", places=[ward])
    assert sum(numbers(since, "platform").values()) == since.total.n < whole.total.n
    assert matches_of(city, people, places=[]).total.n == 0


def test_hours_that_were_not_collected_stand_beside_the_counts(
    city: Context, engine: Engine, people: People
) -> None:
    source, hour = make_source(engine), timedelta(hours=1)
    now = city.clock.now()
    with db.writing(engine) as session:
        # It brought the mentions, and is listened to no more.
        store.source_named(session, "test").enabled = False
        store.add_coverage(session, source.id, (now - 6 * hour, now))
        lost = (now - 3 * hour, now - 2 * hour)
        store.add_coverage(session, source.id, lost, state="gap", cause="lost")

    since = (now - 8 * hour).isoformat()
    coverage = matches_of(city, people, query=f"since:{since}").coverage

    assert coverage.platforms == [CollectedPlatform("x", due=8, covered=5)]
    assert coverage.missing_hours == 3
    assert not coverage.is_cut
    # The hour that runs is not due yet.
    city.clock.advance(hour / 2)
    running = matches_of(city, people, query=f"since:{since}").coverage
    assert running.platforms == [CollectedPlatform("x", due=8, covered=5)]
    city.clock.advance(-hour / 2)
    # Of a span without a beginning, the last 31 days are looked at.
    whole = matches_of(city, people).coverage
    assert whole.is_cut
    assert whole.platforms == [CollectedPlatform("x", due=31 * 24, covered=5)]
    assert matches_of(city, people, platform="news").coverage.platforms == []


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"since": "2026-11-20"},
        {"query": "~pani OR ~rasta OR ~kachra"},
        {"query": "water topic:water -urgency:low lang:en owner:pmc"},
        {"query": "owner:other OR (topic:roads NOT ward:x)", "topic": "roads"},
        {"platform": "x", "urgency": "low", "ward": "kothrud-bavdhan"},
    ],
)
@pytest.mark.parametrize("with_cursor", [False, True])
def test_a_page_takes_at_most_fifteen_statements(
    city: Context, engine: Engine, asked: dict[str, str], with_cursor: bool
) -> None:
    make_source(engine)
    cursor = "20261122T063000.000000Z_40" if with_cursor else None
    explore(city, pseudonyms.load_people(city), ExplorerQuestion(**asked))

    with counted(engine) as statements:
        people = pseudonyms.load_people(city)
        question = ExplorerQuestion(**asked, cursor=cursor)
        explore(city, people, question, places=["ward:kothrud-bavdhan", "dept:water"])

    assert 5 < len(statements) <= 15
