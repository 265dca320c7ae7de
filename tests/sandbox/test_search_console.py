"""The sandbox's Search Console beside Google's own description, and its delays."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import Sandbox
from socialcell.sandbox.google.google_server import access_token
from socialcell.sandbox.world.search_world import SITE
from tests.sandbox.google_schema import strange

Ask = Callable[..., requests.Response]
SPAN = {"startDate": "2026-11-01", "endDate": "2026-11-30"}


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    base = sandbox.base_urls["search_console"] + "/webmasters/v3/sites/"
    good = access_token(sandbox.secrets)
    with requests.Session() as session:
        session.trust_env = False

        def asked(site: str = SITE, bearer: str = good, **body: Any) -> Any:
            headers = {"Authorization": f"Bearer {bearer}"}
            url = f"{base}{quote(site, safe='')}/searchAnalytics/query"
            return session.post(url, json=body, headers=headers, timeout=60)

        yield asked


def test_every_field_is_one_that_google_describes(ask: Ask) -> None:
    for dimension in ("date", "query", "page"):
        answer = ask(**SPAN, dimensions=[dimension], rowLimit=25_000).json()
        odd = strange("searchconsole.v1", "SearchAnalyticsQueryResponse", answer)
        assert list(odd) == []
        assert answer["rows"]
        assert len({row["keys"][0] for row in answer["rows"]}) > 5


def test_final_days_are_three_days_old_and_fresh_ones_one(ask: Ask) -> None:
    def newest(state: str) -> str:
        rows = ask(**SPAN, dimensions=["date"], dataState=state).json()["rows"]
        return str(max(row["keys"][0] for row in rows))

    # Monday morning in Pune is still the evening of Sunday the 22nd in California.
    assert newest("final") == "2026-11-19"
    assert newest("all") == "2026-11-21"


def test_rows_begin_where_they_are_asked_to_and_are_a_thousand_unless_told(
    ask: Ask, sandbox: Sandbox
) -> None:
    day = {"startDate": "2026-11-18", "endDate": "2026-11-18"}
    sandbox.platform("search_console").flood(date(2026, 11, 18), 1_500)

    def rows(**more: Any) -> list[str]:
        found = ask(**day, dimensions=["query"], **more).json().get("rows", [])
        return [row["keys"][0] for row in found]

    assert len(rows()) == 1_000
    whole = rows(rowLimit=25_000)
    assert rows(startRow=1_000, rowLimit=25_000) == whole[1_000:]
    assert rows(startRow=9_000) == []
    assert "पुणे महानगरपालिका" in whole


def test_a_day_is_the_same_whenever_it_is_asked_for(
    ask: Ask, clock: FixedClock
) -> None:
    day = {"startDate": "2026-11-18", "endDate": "2026-11-18", "dimensions": ["page"]}
    before = ask(**day).json()
    clock.advance(timedelta(days=2))

    assert ask(**day).json() == before


def test_refusals_look_as_googles_do(ask: Ask) -> None:
    assert ask(bearer="made-up").status_code == 401
    other = ask(site="https://other.example/")
    assert other.status_code == 403
    assert "sufficient permission" in other.json()["error"]["message"]
    assert ask(dimensions=["date"]).status_code == 400
