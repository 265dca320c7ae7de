"""Meta's Graph API through facebook-sdk: any version, token in a header, usage read."""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import requests

from socialcell.clock import Clock
from socialcell.connectors import strict_json
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind, Limits
from socialcell.connectors.http_sessions import set_up_session
from socialcell.connectors.json_values import text_at
from socialcell.connectors.meta.graph_errors import (
    GraphRefusal,
    answer_error,
    refusal_error,
    refusal_of,
)
from socialcell.connectors.meta.graph_usage import GraphUsage, usage_of
from socialcell.http import USER_AGENT, PoliteAdapter
from socialcell.json_types import JsonObject, JsonValue, as_object
from socialcell.redact import remember

with warnings.catch_warnings():
    # The package is of 2018: newer Pythons complain about a text in its source.
    warnings.simplefilter("ignore")
    import facebook

ORIGIN = "https://graph.facebook.com"
MOST_AT_ONCE = 50  # requests in one batch
_WAIT = timedelta(hours=1)  # an app's window, where Meta does not say how long
# What facebook-sdk raises: its own, requests', and over an answer of no form it knows.
_FAILURES = (
    facebook.GraphAPIError,
    requests.RequestException,
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class GraphPage:
    """One page of an edge. `more`: Meta links to another; `after` is the cursor of
    that."""

    nodes: list[JsonValue]
    after: str | None
    more: bool


# An object of a batch; None where Meta ran out of time.
GraphAnswer: TypeAlias = JsonObject | GraphRefusal | None


class Graph:
    """facebook-sdk with any version and host. Everything raises ConnectorError only.

    The token travels in a header, so no address carries it. `usage` is the allowance in
    the last answer's headers, which facebook-sdk discards.
    """

    def __init__(
        self, token: str, *, version: str, clock: Clock, base_url: str | None = None
    ) -> None:
        self._adapter = PoliteAdapter(base_url or ORIGIN)
        adapters = {facebook.FACEBOOK_GRAPH_URL: self._adapter}
        session = set_up_session(requests.Session(), adapters)
        session.headers["User-Agent"] = USER_AGENT
        session.headers["Authorization"] = f"Bearer {token}"
        # The package is of 2018: it never holds the token, and sends by our session.
        self._sdk = facebook.GraphAPI(timeout=30, session=session)
        remember(token)
        # facebook-sdk refuses every version after 3.1; its paths take any.
        self.token, self.version = token, version
        self.usage = GraphUsage()
        self._calls = 0
        self._clock, self._base_url = clock, base_url

    def as_page(self, page: str) -> "Graph":
        """The same API as a page, by its number: only the page may read visitors'
        posts, comments and messages. ACCESS when the token has no task on it."""
        token = self.ask(page, fields="access_token").get("access_token")
        if not isinstance(token, str):
            raise ConnectorError(Kind.ACCESS, "meta.no_task_on_page")
        return self.acting_as(token)

    def acting_as(self, token: str) -> "Graph":
        """The same API with another token, which counts our calls on."""
        other = Graph(
            token, version=self.version, clock=self._clock, base_url=self._base_url
        )
        other._calls, self._calls = self._calls, 0
        return other

    def ask(self, path: str, **args: JsonValue) -> JsonObject:
        """GET a node or an edge. DRIFT when the answer is no object."""
        return _object(self._request(path, args))

    def post(self, path: str, **fields: JsonValue) -> JsonObject:
        """POST to an edge; values that are no text go as JSON."""
        return _object(self._request(path, {}, _form(fields)))

    def delete(self, path: str) -> JsonObject:
        """DELETE a node."""
        return _object(self._request(path, {}, method="DELETE"))

    def page(self, path: str, **args: JsonValue) -> GraphPage:
        """One page of an edge, by cursor: `paging.next` would carry a token.

        An `after` alone does not mean that there is more, except on edges that never
        say `next`; those end with an empty page.
        """
        return page_of(self.ask(path, **args))

    def batch(self, paths: Sequence[str]) -> list[GraphAnswer]:
        """GET up to 50 paths in one request; each counts as a call.

        In order: the JSON of each, a Refusal, or None where Meta ran out of time.
        (Reading several with `?ids=` fails as a whole over one that is gone, and is
        shut in every version since 27 October 2026.)
        """
        subrequests = [{"method": "GET", "relative_url": path} for path in paths]
        form: JsonObject = {"batch": subrequests, "include_headers": False}
        answers = self._request("", {}, _form(form), len(subrequests))
        if not isinstance(answers, list) or len(answers) != len(paths):
            raise ConnectorError(Kind.DRIFT, "meta.no_list_of_batch")
        return [_batch_part(part) for part in answers]

    @property
    def limits(self) -> Limits:
        """The percent that is left of the allowance, and when it is whole again."""
        regain = self.usage.regain
        return Limits(
            remaining=max(0, 100 - round(self.usage.percent)),
            reset_at=self._clock.now() + regain if regain else None,
        )

    def require_allowance(self) -> None:
        """ConnectorError RATE when nine tenths of the allowance are used."""
        if self.usage.is_full:
            raise ConnectorError(
                Kind.RATE,
                "meta.used_allowance",
                until=self._clock.now() + (self.usage.regain or _WAIT),
                percent=round(self.usage.percent),
            )

    def cost(self) -> dict[str, int]:
        """The calls since this was last called, as the cost of a batch."""
        calls, self._calls = self._calls, 0
        return {"calls": calls}

    def _request(
        self,
        path: str,
        args: JsonObject,
        form: Mapping[str, str] | None = None,
        calls: int = 1,
        method: str | None = None,
    ) -> JsonValue:
        """The answer's JSON as it was sent. facebook-sdk checks no status."""
        self._adapter.last = None
        self._calls += calls
        try:
            self._sdk.request(f"{self.version}/{path}", args, form, method=method)
        except _FAILURES as error:
            raise self._answer_error(error) from None
        answer = self._last_answer()
        if answer is None or answer.status_code >= 400:
            raise self._answer_error(None)
        try:
            return strict_json.parse_body(answer.content)
        except ValueError as error:
            raise ConnectorError(
                Kind.DRIFT, "meta.unreadable_answer", reason=error
            ) from None

    def error_of(self, refusal: GraphRefusal) -> ConnectorError:
        """A refusal that stood within an answer, as an error."""
        return refusal_error(refusal, self._clock.now(), self.usage.regain or _WAIT)

    def _last_answer(self) -> requests.Response | None:
        if self._adapter.last is not None:
            self.usage = usage_of(self._adapter.last.headers)
        return self._adapter.last

    def _answer_error(self, error: Exception | None) -> ConnectorError:
        answer = self._last_answer()
        if answer is None:
            name = type(error).__name__
            return ConnectorError(Kind.TRANSIENT, "meta.not_reached", reason=name)
        return answer_error(answer, self._clock.now(), self.usage.regain or _WAIT)


def connect_graph(context: ConnectorContext, platform: str) -> Graph:
    """The Graph API with the workspace's token, for one of Meta's platforms."""
    settings = context.config.connectors.meta
    return Graph(
        context.secret(settings.token.secret).get_secret_value(),
        version=settings.version,
        clock=context.clock,
        base_url=context.base_url(platform) or context.base_url(ORIGIN),
    )


def nested_page(node: JsonObject, edge: str) -> GraphPage:
    """The page of an edge that came within a node. ValueError when it is none."""
    try:
        return page_of(node.get(edge) or {"data": []})
    except ConnectorError as error:
        raise ValueError(f"{edge}: {error}") from None


def page_of(body: JsonValue) -> GraphPage:
    """The page that an edge answered. DRIFT when it is none."""
    nodes = body.get("data") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(nodes, list):
        raise ConnectorError(Kind.DRIFT, "meta.answer_without_list")
    linked = body.get("paging")
    paging = linked if isinstance(linked, dict) else {}
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if after is not None and not isinstance(after, str):
        raise ConnectorError(Kind.DRIFT, "meta.odd_after")
    return GraphPage(nodes, after, bool(after and paging.get("next")))


def _object(answer: JsonValue) -> JsonObject:
    if not isinstance(answer, dict):
        raise ConnectorError(Kind.DRIFT, "meta.answer_no_object")
    return answer


def _form(fields: JsonObject) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in fields.items()
    }


def _batch_part(part: JsonValue) -> GraphAnswer:
    """One answer of a batch; its body is JSON within JSON."""
    if part is None:
        return None
    try:
        body = strict_json.parse(text_at(as_object(part), "body"))
    except (ValueError, TypeError, LookupError):
        raise ConnectorError(Kind.DRIFT, "meta.unreadable_part_of_batch") from None
    return refusal_of(body) or _object(body)
