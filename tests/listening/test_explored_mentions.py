"""Searches that look through a part of all mentions only, and say which part."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import facet_counts
from socialcell.listening.store.mentions.explored_mentions import (
    MentionSearch,
    PageCursor,
)
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from tests.builders import NOON
from tests.listening.test_newest import store_aged

MANY = 2200  # what an index holds fewer of is found wherever it is


def walk(
    engine: Engine, mention_filter: MentionFilter, looked_at: int
) -> tuple[list[int], list[str]]:
    """The sizes of all pages of 50, and the external ids on them."""
    sizes: list[int] = []
    ids: list[str] = []
    cursor: PageCursor | None = None
    with db.reading(engine) as session:
        while True:
            search = MentionSearch(session, mention_filter, looked_at=looked_at)
            page = search.page(cursor, 50)
            sizes.append(len(page.rows))
            ids += [row.external_id for row in page.rows]
            cursor = page.following
            if cursor is None:
                return sizes, ids


@pytest.mark.parametrize(
    "query", ["camp", "camp -topic:water", "camp (today OR never)"]
)
def test_short_pages_lead_to_all_that_matches(engine: Engine, query: str) -> None:
    # Of the newest 1,000 every hundredth matches, of the others nearly all do.
    store_aged(
        engine, range(MANY), says=lambda k: k % 100 == 0 if k < 1000 else k % 10 > 0
    )

    sizes, ids = walk(engine, MentionFilter(query=parse(query)), looked_at=400)

    says = [k for k in range(MANY) if (k % 100 == 0 if k < 1000 else k % 10 > 0)]
    assert ids == [str(k) for k in says]
    assert sizes[:2] == [4, 4]


def test_what_came_late_has_its_place_in_time_on_short_pages(engine: Engine) -> None:
    ages = [k if k % 2 else 3001 - k for k in range(3000)]
    store_aged(engine, ages, says=lambda k: k % 2 == 0)

    _sizes, ids = walk(engine, MentionFilter(query=parse("camp")), looked_at=300)

    even = range(0, 3000, 2)
    assert ids == [str(k) for k in sorted(even, key=lambda k: ages[k])]


def test_a_rare_word_is_found_however_far_back_it_is(engine: Engine) -> None:
    store_aged(engine, range(MANY), says=lambda k: k >= MANY - 3)
    wanted = MentionFilter(query=parse("camp today"))

    with db.reading(engine) as session:
        search = MentionSearch(session, wanted, looked_at=100)
        rows = search.page(None, 50).rows
        counts = facet_counts.count_newest(session, search.condition)

    assert search.since is None
    assert [row.external_id for row in rows] == [str(k) for k in range(MANY)[-3:]]
    assert facet_counts.FacetCount("total", None, 3) in counts


@pytest.mark.parametrize("since_minutes", [None, 1000, 150])
def test_it_is_said_how_far_back_was_looked(
    engine: Engine, since_minutes: int | None
) -> None:
    store_aged(engine, range(MANY), says=lambda k: True)
    since = since_minutes and NOON - timedelta(minutes=since_minutes)
    wanted = MentionFilter(query=parse("camp"), since=since)

    with db.reading(engine) as session:
        search = MentionSearch(session, wanted, looked_at=200)
        counts = facet_counts.count_newest(session, search.condition, counted=180)

    if since_minutes == 150:
        assert search.since is None
        assert facet_counts.FacetCount("total", None, 151) in counts
    else:
        assert search.since == NOON - timedelta(minutes=199)
        assert facet_counts.FacetCount("total", None, 180) in counts


def test_an_end_long_ago_is_where_looking_begins(engine: Engine) -> None:
    store_aged(engine, range(MANY), says=lambda k: True)
    end = NOON - timedelta(minutes=2000)

    sizes, ids = walk(
        engine, MentionFilter(query=parse("camp"), until=end), looked_at=90
    )

    assert ids == [str(k) for k in range(2001, MANY)]
    assert sizes[0] == 50
