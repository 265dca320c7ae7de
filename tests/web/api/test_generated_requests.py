"""Generated requests to every operation: no failure, and answers as documented.

The long form divides `--api-requests` among the operations: with the console's forms it
makes the 50,000 requests that a release is tried with.
"""

import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.types import ASGIApp, Receive, Scope, Send

from socialcell.clock import FixedClock
from socialcell.services.context import Context
from tests.web.api.api_client import ApiClient
from tests.web.api.conftest import Client, open_cases, open_incident

# A query that is no query is refused, whatever the form of its text; who may ask is
# tried by itself, and these requests all bring a token.
EXCLUDED = [positive_data_acceptance, ignored_auth]
SHORT = 25  # requests of an operation and mode
PATHS = [
    "/api/v1/mentions",
    "/api/v1/mentions/{mention}",
    "/api/v1/figures",
    "/api/v1/areas",
    "/api/v1/areas/{key}",
    "/api/v1/incidents",
    "/api/v1/incidents/{incident}",
    "/api/v1/cases",
    "/api/v1/cases/{number}",
]
WRITES = ["/api/v1/cases", "/api/v1/cases/{number}/steps"]
OPERATIONS = [*((path, "GET") for path in PATHS), *((path, "POST") for path in WRITES)]


@dataclass
class TickingApi:
    """The application at a clock that goes a second on with each request, so that no
    token has to wait."""

    app: ASGIApp
    clock: FixedClock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.clock.advance(timedelta(seconds=1.01))
        await self.app(scope, receive, send)


@pytest.fixture
def client(
    city: Context, clock: FixedClock, make_client: Client
) -> Iterator[ApiClient]:
    open_incident(city, "topic:water", [1, 2])
    open_cases(city)
    made = make_client()
    made.app = TickingApi(made.app, clock)
    return made


def ask(
    client: ApiClient, path: str, method: str, mode: GenerationMode, requests: int
) -> None:
    """Send so many generated requests, and check each answer against the document."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", client.app)
    cases = schema[path][method].as_strategy(generation_mode=mode)

    @settings(
        max_examples=requests,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: schemathesis.Case) -> None:
        # What an address cannot hold is not sent, and so violates nothing.
        assume(all(part not in ([], {}, None) for part in (case.query or {}).values()))
        response = case.call(headers=dict(client.headers))
        case.validate_response(response, excluded_checks=EXCLUDED)

    send()


def test_every_operation_is_tried(client: ApiClient) -> None:
    paths = client.get("openapi.json").json()["paths"]
    documented = {(path, name.upper()) for path, of in paths.items() for name in of}

    assert documented == set(OPERATIONS)


@pytest.mark.faults
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_generated_requests_are_answered_as_the_document_says(
    client: ApiClient, path: str, method: str, mode: GenerationMode
) -> None:
    ask(client, path, method, mode, SHORT)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_many_generated_requests_are_answered_as_the_document_says(
    client: ApiClient,
    path: str,
    method: str,
    mode: GenerationMode,
    request: pytest.FixtureRequest,
) -> None:
    every = request.config.getoption("--api-requests")
    ask(client, path, method, mode, every // (2 * len(OPERATIONS)))


QUERIES = st.text(
    st.one_of(
        st.sampled_from("()\"~-*:ANDORNOTwatertopic पाणी\\%'`;"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


@pytest.mark.faults
@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=QUERIES, by=st.sampled_from(["mentions", "figures"]))
def test_any_query_is_answered_or_refused(
    client: ApiClient, query: str, by: str
) -> None:
    answer = client.get(by, {"q": query})

    assert answer.status_code in (200, 422), answer.text


@pytest.mark.faults
@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(
        [path.partition("{")[0].removeprefix("/api/v1/") for path in PATHS]
    ),
    st.binary(max_size=12),
    st.binary(max_size=12),
    st.sampled_from(string.ascii_lowercase),
)
def test_any_bytes_in_an_address_are_answered_or_refused(
    client: ApiClient, path: str, end: bytes, text: bytes, name: str
) -> None:
    tail = quote_from_bytes(end, safe="") if path.endswith("/") else ""
    answer = client.get(f"{path}{tail}?{name}={quote_from_bytes(text, safe='')}")

    assert answer.status_code in (200, 400, 404, 422), answer.text
