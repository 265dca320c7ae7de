"""What Meta's platforms share: facebook-sdk's habits, refusals, usage, tokens."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from socialcell import connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.connectors.meta.graph_check import (
    VERSIONS,
    examine,
    require_scopes,
    token_info,
    version_warning,
)
from socialcell.connectors.meta.graph_client import Graph, connect_graph
from socialcell.connectors.meta.graph_errors import GraphRefusal, answer_error
from socialcell.connectors.meta.graph_usage import usage_of
from socialcell.errors import ConfigError
from socialcell.message_catalog import in_words
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.facebook_world import PAGE_ID
from socialcell.settings.platforms import MetaSection
from tests.connectors.conftest import Unlimited, connector_of, standing
from tests.connectors.pulls import pull, records

NEEDED = ("pages_read_engagement", "pages_read_user_content")


@pytest.fixture
def graph(connector_context: ConnectorContext) -> Graph:
    return connect_graph(connector_context, "facebook")


@pytest.fixture
def page(graph: Graph, facebook: Any) -> Graph:
    """The API as the page."""
    return graph.acting_as(facebook.page_token)


# facebook-sdk --------------------------------------------------------------------


def test_any_version_is_asked_for_and_the_token_is_in_no_address(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    meta = MetaSection(version="v31.0")
    given = connector_context.config.connectors.model_copy(update={"meta": meta})
    config = connector_context.config.model_copy(update={"connectors": given})
    newer = ConnectorContext(
        connector_context.clock,
        config,
        connector_context.secret,
        dict(connector_context.base_urls),
    )

    connect_graph(newer, "facebook").ask(PAGE_ID, fields="name")

    (logged,) = served.requests
    assert logged.request.path == f"/v31.0/{PAGE_ID}"
    assert logged.request.query == {"fields": "name"}
    assert logged.request.headers["authorization"] == f"Bearer {facebook.token}"
    assert logged.request.headers["user-agent"].startswith("socialcell/")


def test_a_post_carries_no_token_in_its_form(
    served: Sandbox, page: Graph, facebook: Any
) -> None:
    page.batch([f"{PAGE_ID}?fields=name"])

    (logged,) = served.requests
    assert logged.request.method == "POST"
    assert facebook.page_token.encode() not in logged.request.body
    assert b"access_token" not in logged.request.body


def test_facebook_sdk_is_imported_without_its_warning(tmp_path: Path) -> None:
    # Nothing is compiled in the new folder: the warning of 2018's source comes afresh.
    there = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}

    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            "import socialcell.connectors.meta.graph_client",
        ],
        env=there,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_next_address_is_never_followed(
    served: Sandbox, page: Graph, facebook: Any
) -> None:
    first = page.page(f"{PAGE_ID}/feed", limit=2)
    second = page.page(f"{PAGE_ID}/feed", limit=2, after=first.after)

    assert first.more
    assert [node["id"] for node in first.nodes] != [node["id"] for node in second.nodes]
    for logged in served.requests:
        assert facebook.page_token not in str(logged.request.query)
        assert logged.request.path == f"/v26.0/{PAGE_ID}/feed"


def test_an_after_without_a_next_is_the_last_page(page: Graph) -> None:
    last = page.page(f"{PAGE_ID}/tagged", limit=100, since=1)
    while last.more:
        last = page.page(f"{PAGE_ID}/tagged", limit=100, after=last.after)

    assert last.after is not None
    assert not last.more


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'"text"',
        b"7",
        b"{",
        b"\xff\xfe",
        b"[" * 9000,
        b'{"data": NaN}',
        b'{"error": "a word"}',
        b'{"error": [1]}',
        b'{"error": {"code": {"odd": 1}, "message": ["odd"]}}',
    ],
)
def test_an_answer_of_no_known_form_is_an_error_of_ours(
    body: bytes, served: Sandbox, page: Graph, facebook: Any, monkeypatch: Any
) -> None:
    from socialcell.sandbox.server import ServerResponse

    headers = {"content-type": "application/json"}
    facebook.respond = lambda request: ServerResponse(200, body, headers)

    with pytest.raises(ConnectorError) as caught:
        page.page(f"{PAGE_ID}/feed")

    assert caught.value.kind in (Kind.DRIFT, Kind.CONFIG)


# Batches -------------------------------------------------------------------------


def test_a_batch_answers_in_order_and_each_part_for_itself(
    served: Sandbox, page: Graph, facebook: Any
) -> None:
    first, second = standing(facebook, "own")[:2]

    said = page.batch([f"{second}?fields=id", "777_1?fields=id", f"{first}?fields=id"])

    assert [said[0], said[2]] == [{"id": second}, {"id": first}]
    assert isinstance(said[1], GraphRefusal)
    assert said[1].is_missing
    assert len(served.requests) == 1
    assert page.cost() == {"calls": 3}


def test_a_part_that_meta_had_no_time_for_is_no_answer(
    page: Graph, facebook: Any
) -> None:
    facebook.lose_in_batch()
    (first, *_) = standing(facebook, "own")

    assert page.batch([f"{first}?fields=id", f"{first}?fields=id"])[1] is None


# Usage ---------------------------------------------------------------------------


def test_the_fullest_of_all_allowances_decides() -> None:
    pages = (
        '{"1":[{"type":"pages","call_count":95,"total_cputime":5,"total_time":5,'
        '"estimated_time_to_regain_access":7}]}'
    )
    app = '{"call_count":28,"total_time":25,"total_cputime":25}'
    ads = '{"acc_id_util_pct":9.67,"reset_time_duration":100,"ads_api_access_tier":"s"}'

    full = usage_of({"x-business-use-case-usage": pages, "x-app-usage": app})
    calm = usage_of({"x-ad-account-usage": ads, "x-app-usage": app})

    assert (full.percent, full.regain) == (95, timedelta(minutes=7))
    assert (full.is_high, full.is_full) == (True, True)
    assert (calm.percent, calm.regain) == (28, timedelta(seconds=100))
    assert not calm.is_high
    assert usage_of({}).percent == 0


@pytest.mark.parametrize(
    "header", ["", "no json", "[1]", '{"call_count": "many"}', '{"call_count": -3}',
               '{"1": [7]}', '{"call_count": true}']
)  # fmt: skip
def test_a_usage_header_of_no_form_says_nothing(header: str) -> None:
    assert usage_of({"x-app-usage": header}).percent == 0


def test_at_three_quarters_a_run_ends_and_keeps_its_place(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    facebook.use_up(76)

    first = pull(served, "facebook.feed", connector_context)
    facebook.heal()
    rest = pull(served, "facebook.feed", connector_context, first[-1].cursor)

    assert len(first) == 1
    assert first[0].cursor["open"] is not None
    assert first[0].limits is not None
    assert first[0].limits.remaining == 24
    found = {record.external_id for record in records([*first, *rest])}
    assert {p.id for p in facebook.visible_posts() if p.group != "comment"} <= found


def test_at_nine_tenths_the_source_waits_until_meta_gives_back(
    served: Sandbox,
    connector_context: ConnectorContext,
    facebook: Any,
    city_clock: FixedClock,
) -> None:
    facebook.use_up(93, minutes=40)

    with pytest.raises(ConnectorError, match="93 %") as caught:
        pull(served, "facebook.feed", connector_context)

    assert caught.value.kind is Kind.RATE
    assert caught.value.until == city_clock.now() + timedelta(minutes=40)


# Refusals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (190, 463, Kind.AUTH),
        (190, 460, Kind.AUTH),
        (190, 467, Kind.AUTH),
        (190, None, Kind.AUTH),
        (102, None, Kind.AUTH),
        (10, None, Kind.ACCESS),
        (200, None, Kind.ACCESS),
        (299, None, Kind.ACCESS),
        (4, None, Kind.RATE),
        (17, None, Kind.RATE),
        (32, None, Kind.RATE),
        (613, None, Kind.RATE),
        (80001, None, Kind.RATE),
        (80014, None, Kind.RATE),
        (18, None, Kind.QUOTA),
        (100, 33, Kind.GONE),
        (803, None, Kind.GONE),
        (24, 2207024, Kind.GONE),
        (100, None, Kind.CONFIG),
        (2500, None, Kind.CONFIG),
        (1, None, Kind.TRANSIENT),
        (2, None, Kind.TRANSIENT),
    ],
)
def test_each_code_of_metas_has_one_thing_to_do(
    code: int, subcode: int | None, kind: Kind
) -> None:
    assert GraphRefusal(code, subcode, "why", transient=False).kind is kind


def test_what_meta_calls_transient_is_tried_again() -> None:
    assert GraphRefusal(100, None, "wait", transient=True).kind is Kind.TRANSIENT


def test_an_expired_token_is_said_in_words_and_what_to_do() -> None:
    refusal = GraphRefusal(190, 463, "Error validating", transient=False)

    english = str(refusal.explanation)
    marathi = in_words(refusal.explanation, "mr")
    assert "because it has expired. Make a new one" in english
    assert "System users" in english
    assert "कारण त्याची मुदत संपली आहे" in marathi
    assert "System users" in marathi


@pytest.mark.parametrize(
    ("status", "content_type", "kind"),
    [
        (429, "text/html", Kind.RATE),
        (503, "text/html", Kind.TRANSIENT),
        (404, "text/html", Kind.CONFIG),
        (200, "text/html", Kind.DRIFT),
    ],
)
def test_a_refusal_without_a_code_goes_by_its_status(
    status: int, content_type: str, kind: Kind
) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = status, b"<html>"
    answer.headers["content-type"] = content_type
    now = datetime(2026, 11, 25, tzinfo=UTC)

    error = answer_error(answer, now, timedelta(minutes=5))

    assert error.kind is kind
    assert error.until == (now + timedelta(minutes=5) if status == 429 else None)


# Tokens and versions -------------------------------------------------------------


def test_a_good_token_is_good_for_ever(graph: Graph, city_clock: FixedClock) -> None:
    health = examine(graph, city_clock, NEEDED, tuple)

    assert health.ok
    assert health.expires_at is None
    assert health.message.endswith("that this source needs")


def test_a_token_that_ends_in_two_weeks_is_warned_of(
    graph: Graph, facebook: Any, city_clock: FixedClock
) -> None:
    now = city_clock.now()
    facebook.lasts_until(now + timedelta(days=60), now + timedelta(days=13))

    health = examine(graph, city_clock, NEEDED, tuple)

    assert health.ok
    assert health.expires_at == now + timedelta(days=13)
    assert "renew it before" in health.message


def test_a_token_that_has_ended_is_no_good(
    graph: Graph, facebook: Any, city_clock: FixedClock
) -> None:
    facebook.lasts_until(city_clock.now() - timedelta(seconds=1))

    health = examine(graph, city_clock, NEEDED, tuple)

    assert not health.ok
    assert "not valid any more" in health.message
    assert health.expires_at is not None


def test_a_missing_permission_is_named(
    graph: Graph, facebook: Any, city_clock: FixedClock
) -> None:
    facebook.withdraw("pages_read_user_content")

    health = examine(graph, city_clock, NEEDED, tuple)

    assert not health.ok
    assert "pages_read_user_content" in health.message
    with pytest.raises(ConnectorError, match="nothing was removed"):
        require_scopes(graph, NEEDED)


def test_a_refused_token_is_a_health_and_no_error(
    graph: Graph, facebook: Any, city_clock: FixedClock
) -> None:
    facebook.expire_token()

    assert "it has expired" in examine(graph, city_clock, NEEDED, tuple).message


def test_the_debugged_token_is_hidden_in_what_is_said(
    graph: Graph, facebook: Any
) -> None:
    facebook.drop_connection()

    with pytest.raises(ConnectorError) as caught:
        token_info(graph)

    assert facebook.token not in str(caught.value)


def test_a_version_is_warned_of_half_a_year_before_it_ends() -> None:
    ends = VERSIONS["v22.0"]
    assert ends == date(2027, 5, 20)

    assert version_warning("v22.0", ends - timedelta(days=184)) == []
    (soon,) = version_warning("v22.0", ends - timedelta(days=183))
    (late,) = version_warning("v22.0", ends)
    assert "ends on 20 May 2027" in soon
    assert "connectors.meta.version" in soon
    assert "ended on" in late
    assert version_warning("v26.0", ends) == []
    assert "not known" in version_warning("v99.0", ends)[0]


def test_the_check_of_a_source_reads_a_page_and_says_what_is_wrong(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    for kind in ("feed", "comments", "tagged", "insights"):
        assert connector_of(served, f"facebook.{kind}", connector_context).check().ok
    facebook.take_task()

    told = connector_of(served, "facebook.feed", connector_context).check()

    assert not told.ok
    assert "no task on the page" in told.message


def test_a_token_without_a_task_needs_a_person(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    facebook.take_task()

    with pytest.raises(ConnectorError, match="system user") as caught:
        pull(served, "facebook.feed", connector_context)

    assert caught.value.kind is Kind.ACCESS


def test_a_page_that_is_not_there_is_gone(connector_context: ConnectorContext) -> None:
    settings = {"kind": "feed", "page_id": "999999"}
    strange = connectors.build("facebook", settings, connector_context)

    with pytest.raises(ConnectorError) as caught:
        list(strange.pull(None, Unlimited(), lambda: False))

    assert caught.value.kind is Kind.GONE


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "feed", "page_id": "PuneCity"},
        {"kind": "feed", "page_id": "12345/../x"},
        {"kind": "friends", "page_id": "12345"},
        {"kind": "feed"},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="Source settings of facebook"):
        connectors.check_settings("facebook", settings)
