"""Who may ask the API what, how often, and what an answer looks like when not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.roles import TokenScope
from socialcell.services.context import Context
from socialcell.services.operators import api_tokens
from socialcell.web.api.application import create_api
from socialcell.web.api.problems import ProblemDocument
from socialcell.web.api.request_guard import RequestGuard
from socialcell.web.connections.connection_limits import ConnectionLimits
from socialcell.web.serving import open_listener, run_in_thread, server_config
from tests.operators import acting
from tests.web.api.api_client import ApiClient
from tests.web.api.conftest import Client, open_cases, open_incident

SCOPES = {
    "mentions": TokenScope.MENTIONS,
    "mentions/1": TokenScope.MENTIONS,
    "figures": TokenScope.FIGURES,
    "areas": TokenScope.AREAS,
    "areas/ward:kothrud-bavdhan": TokenScope.AREAS,
    "cases": TokenScope.CASES,
    "cases/26-000001": TokenScope.CASES,
    "incidents": TokenScope.INCIDENTS,
    "incidents/1": TokenScope.INCIDENTS,
}
WRITES = ("cases", "cases/26-000001/steps")
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, which is one of RFC 9457 with every header."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert HEADERS.items() <= answer.headers.items()
    document: dict[str, Any] = answer.json()
    assert document.keys() == ProblemDocument.model_fields.keys()
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"urn:socialcell:problem:{code}"
    assert document["detail"] not in ("", code)
    return document


@pytest.mark.on_sqlite
@pytest.mark.parametrize("path", SCOPES)
def test_each_address_asks_for_its_scope_and_no_other(
    city: Context, make_client: Client, path: str
) -> None:
    open_incident(city, "topic:water", [1, 2])
    open_cases(city)
    others = [scope for scope in TokenScope if scope != SCOPES[path]]

    assert make_client(SCOPES[path]).get(path).status_code == 200
    answer = make_client(*others).get(path)
    problem(answer, 403, "api.missing_scope")
    assert f'scope="{SCOPES[path].value}"' in answer.headers["www-authenticate"]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("path", WRITES)
def test_each_write_asks_for_its_scope_and_no_other(
    city: Context, make_client: Client, path: str
) -> None:
    open_cases(city)
    others = [scope for scope in TokenScope if scope != TokenScope.CASES_WRITE]

    allowed = make_client(TokenScope.CASES_WRITE).post(path, {}, key="a-key-of-mine")
    problem(allowed, 422, "api.unreadable")
    answer = make_client(*others).post(path, {}, key="a-key-of-mine")
    problem(answer, 403, "api.missing_scope")
    assert 'scope="cases:write"' in answer.headers["www-authenticate"]
    problem(make_client(token="").post(path, {}), 401, "api.no_token")


@pytest.mark.on_sqlite
def test_every_operation_of_the_document_is_tried(make_client: Client) -> None:
    paths = make_client().get("openapi.json").json()["paths"]
    methods = [method for operations in paths.values() for method in operations]

    assert methods.count("get") == len(SCOPES)
    assert methods.count("post") == len(WRITES)
    assert len(methods) == len(SCOPES) + len(WRITES)


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "api.no_token"),
        ("", "api.no_token"),
        ("Basic YTpi", "api.no_token"),
        ("Bearer", "api.no_token"),
        ("Bearer socialcell_wrong", "api.wrong_token"),
        ("Bearer \xff\x00", "api.wrong_token"),
    ],
)
def test_without_a_token_of_ours_nothing_is_read(
    make_client: Client, header: str | None, code: str
) -> None:
    client = make_client(token="")

    sent = {} if header is None else {"authorization": header.encode("latin-1")}
    for path in SCOPES:
        answer = client.get(path, **sent)

        problem(answer, 401, code)
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith('Bearer realm="socialcell"')
        assert "ratelimit" not in answer.headers


def test_a_token_that_was_revoked_or_is_over_reads_nothing(
    city: Context, make_client: Client, clock: FixedClock
) -> None:
    revoked, ended = make_client(), make_client()
    api_tokens.revoke_token(acting(city, "Asha Sample"), "token 0")

    problem(revoked.get("areas"), 401, "api.wrong_token")
    assert ended.get("areas").status_code == 200
    clock.advance(timedelta(days=30))
    problem(ended.get("areas"), 401, "api.wrong_token")


def test_the_sixty_first_request_of_a_minute_waits(
    make_client: Client, clock: FixedClock
) -> None:
    client, other = make_client(), make_client()
    answers = [client.get("incidents") for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["ratelimit-policy"] == '"token";q=60;w=60'
    assert answers[0].headers["ratelimit"] == '"token";r=59;t=60'
    assert answers[-1].headers["ratelimit"] == '"token";r=0;t=60'

    clock.advance(timedelta(seconds=15))
    refused = client.get("mentions?limit=x")
    problem(refused, 429, "api.too_many_requests")
    assert refused.headers["retry-after"] == "45"
    assert refused.headers["ratelimit"] == '"token";r=0;t=45'
    assert other.get("incidents").status_code == 200
    clock.advance(timedelta(seconds=45))
    assert client.get("incidents").status_code == 200


def test_requests_that_fail_are_counted_too(make_client: Client) -> None:
    client = make_client()

    answers = [client.get("mentions/999"), client.get("mentions?limit=0")]

    left = [answer.headers["ratelimit"] for answer in answers]
    assert left == ['"token";r=59;t=60', '"token";r=58;t=60']


@pytest.mark.on_sqlite
@pytest.mark.parametrize("path", ["mentions", "areas/x", "openapi.json"])
def test_nothing_but_get_and_head_does_anything(make_client: Client, path: str) -> None:
    client = make_client()

    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"):
        answer = client.request(method, path)

        problem(answer, 405, "api.wrong_method")
        assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("path", "allow"), [("cases", "GET, HEAD, POST"), ("cases/1/steps", "POST")]
)
def test_an_address_names_every_method_that_it_has(
    make_client: Client, path: str, allow: str
) -> None:
    answer = make_client().request("DELETE", path)

    problem(answer, 405, "api.wrong_method")
    assert answer.headers["allow"] == allow


@pytest.mark.on_sqlite
def test_another_address_is_not_there(make_client: Client) -> None:
    client = make_client()

    for path in ("", "nothing", "mentions/", "Areas", "areas/1/2"):
        document = problem(client.get(path), 404, "api.no_such_address")

        assert document["instance"] == f"/api/v1/{path}"


@pytest.mark.on_sqlite
def test_head_is_answered_as_get_is_without_a_body(make_client: Client) -> None:
    client = make_client()
    whole = client.get("areas")

    answer = client.request("HEAD", "areas")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == whole.headers["content-length"]
    assert HEADERS.items() <= answer.headers.items()


@contextmanager
def locked(context: Context) -> Iterator[None]:
    """The table of throttles, held by another."""
    with db.writing(context.engine) as session:
        lock = "LOCK TABLE throttle IN ACCESS EXCLUSIVE MODE"
        # On SQLite whoever writes anything holds all.
        session.execute(text("SELECT 1" if db.is_sqlite(session) else lock))
        yield


def test_a_busy_database_is_a_503_and_no_failure(
    city: Context, make_client: Client
) -> None:
    client = make_client()
    impatient = db.connect(city.engine.url.render_as_string(hide_password=False), 0.1)
    client.app = create_api(replace(city, engine=impatient))

    with locked(city):
        answer = client.get("mentions")
    document = problem(answer, 503, "api.busy")
    assert answer.headers["retry-after"] == "5"
    assert "sqlite" not in document["detail"].lower()
    assert client.get("mentions").status_code == 200
    impatient.dispose()


@pytest.mark.on_sqlite
def test_a_workspace_without_its_key_is_a_503(
    city: Context, make_client: Client
) -> None:
    client = make_client()
    (city.workspace.folder / "secrets" / "person_key").unlink()

    problem(client.get("mentions"), 503, "api.busy")


def test_what_nobody_foresaw_is_a_problem_without_a_word_of_it(
    city: Context, make_client: Client
) -> None:
    client = replace(make_client(), raises=False)
    open_incident(city, "topic:water", [1], state="of no state that there is")

    document = problem(client.get("incidents"), 500, "api.failure")

    assert "state" not in document["detail"]


def test_more_requests_than_are_answered_at_once_wait_and_then_get_a_503(
    city: Context, make_client: Client
) -> None:
    client = make_client()
    routes = create_api(city)
    no_turn = RequestGuard(routes, working=0, patience=0.05)

    answer = ApiClient(no_turn, client.headers).get("areas")

    problem(answer, 503, "api.busy")
    assert answer.headers["retry-after"] == "5"


def test_sixty_clients_at_once_are_answered_over_real_connections(
    city: Context, make_client: Client
) -> None:
    tokens = [make_client().headers for _ in range(6)]
    config = server_config(create_api(city), ConnectionLimits(100))
    with (
        open_listener("127.0.0.1", 0) as listener,
        run_in_thread(config, listener) as address,
        ThreadPoolExecutor(60) as pool,
    ):

        def ask(n: int) -> int:
            url = f"{address}/api/v1/mentions?limit=5"
            return httpx.get(url, headers=tokens[n % 6], timeout=60).status_code

        statuses = list(pool.map(ask, range(120)))

    assert set(statuses) <= {200, 503}
    assert 200 in statuses
