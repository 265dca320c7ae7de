"""Reddit through praw: new submissions of a subreddit, or a search within it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Filtered,
    Item,
    Kind,
    Limits,
    Record,
    Reject,
    TokenRevoked,
)
from socialcell.connectors.page_reading import (
    lookup_chunks,
    repeated_page_error,
)
from socialcell.connectors.platform_errors import (
    no_list,
    odd_field,
    require_readable_answer,
)
from socialcell.connectors.reddit.reddit_client import RedditClient, log_in
from socialcell.connectors.reddit.reddit_post import (
    lookup_items,
    moment,
    to_record,
    tombstone,
)
from socialcell.errors import UnreadableValue
from socialcell.json_types import JsonObject, JsonValue, as_list, as_object, as_text

_PAGE = 100
_OVERLAP = timedelta(hours=2)  # Reddit shows some submissions late and out of order
_OLD_IN_ROW = 25  # so many old ones in a row: nothing new hides further down
_STEP_BACK = 50  # how far up to look for an anchor when the last one was deleted
_RECENT_NAMES = 300
# A listing ends near 1,000, a search near 250; a few less when some were removed.
_CEILING = {"new": 900, "search": 230}


class RedditSettings(BaseModel):
    """`new` submissions of a subreddit, or a `search` by a query within it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["new", "search"]
    subreddit: str = Field(pattern=r"^[A-Za-z0-9_]{2,21}$")
    query: str | None = Field(default=None, max_length=512)

    @model_validator(mode="after")
    def _query_where_it_belongs(self) -> "RedditSettings":
        if (self.kind == "search") != bool(self.query):
            raise UnreadableValue("reddit.query_without_search")
        return self


@dataclass
class _ListingWindow:
    """What one run has read, from the newest down."""

    floor: datetime | None  # older than this is old: the last run's end and overlap
    times: dict[str, datetime] = field(default_factory=dict)
    old_in_row: int = 0

    def read(self, children: Sequence[JsonValue]) -> bool:
        """Read a page; whether it has anything that is new in this run."""
        fresh = False
        for child in children:
            name_and_time = _name_and_time(child)
            if name_and_time is None or name_and_time[0] in self.times:
                continue
            fresh = True
            name, created = name_and_time
            self.times[name] = created
            is_old = self.floor is not None and created < self.floor
            self.old_in_row = self.old_in_row + 1 if is_old else 0
        return fresh

    @property
    def has_reached_old(self) -> bool:
        return self.old_in_row >= _OLD_IN_ROW

    def anchor_above(self) -> str | None:
        names = list(self.times)
        return names[max(0, len(names) - _STEP_BACK)] if len(names) > 1 else None


class Reddit:
    """Newest first, from the top down to what the last run had, and two hours more.

    Cursor: `low`, when the newest stored submission was made; `recent`, the names last
    read; `covered`. It moves only when a window closes: one that broke off begins
    again at the top, since the submission to go on from may have been deleted.
    """

    Settings: ClassVar[type[BaseModel]] = RedditSettings
    platform: ClassVar[str] = "reddit"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {Capability.MENTIONS, Capability.POST_METRICS, Capability.RECHECK}
    )

    def __init__(self, settings: RedditSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        app = context.config.connectors.reddit
        self._id = context.secret(app.client_id.secret).get_secret_value()
        self._secret = context.secret(app.client_secret.secret).get_secret_value()
        self._agent = f"linux:socialcell:v0.1 (by /u/{app.account})"
        self._base_url = context.base_url

    def check(self) -> ConnectorHealth:
        """Log in and read one submission: the app is approved and may read this."""
        try:
            self._page(self._log_in(), {"limit": 1})
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        return ConnectorHealth(
            ok=True, message=f"Reddit answers; r/{self._settings.subreddit} can be read"
        )

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state: JsonObject = {"low": None, "recent": [], "covered": None}
        state = {**state, **(cursor or {})}
        at = self._clock.now()
        window = _ListingWindow(_floor(state))
        budget.take("calls")
        client, logins = self._log_in(), 1
        anchor, stepped_back = None, False
        while True:
            budget.take("calls")
            try:
                children, after = self._page(client, {"limit": _PAGE, "after": anchor})
            except TokenRevoked:
                if logins > 1:
                    raise
                budget.take("calls")
                client, logins = self._log_in(), 2
                continue
            fresh = window.read(children)
            if not children and anchor and not stepped_back:
                # The anchor may have been deleted: then nothing comes after it.
                anchor, stepped_back = window.anchor_above(), True
                if anchor is not None:
                    continue
            if children and not fresh and not stepped_back and anchor:
                raise repeated_page_error("Reddit")
            ended = not after or not fresh
            is_last = ended or window.has_reached_old
            yield self._batch(
                state, window, children, at, ended, is_last, client.last_answer.limits
            )
            if is_last or stop():
                return
            _require_allowance(client.last_answer.limits)
            anchor, stepped_back = after, False

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Figures of the submissions that are there; those removed, or not known to
        Reddit any more, are gone."""
        budget.take("calls")
        client = self._log_in()
        for chunk in lookup_chunks(ids, _PAGE, stop):
            budget.take("calls")
            children, _ = self._listing(client, "api/info", {"id": ",".join(chunk)})
            yield Batch(
                lookup_items(children, chunk),
                {},
                cost={"calls": 1},
                limits=client.last_answer.limits,
            )
            _require_allowance(client.last_answer.limits)

    recheck = refresh

    @staticmethod
    def remap(raw: JsonValue) -> Item:
        # A quarantined thing is kept with its wrapping.
        submission = as_object(as_object(raw).get("data", raw))
        return tombstone(submission) or to_record(submission, via="remap")

    def _batch(
        self,
        state: JsonObject,
        window: _ListingWindow,
        children: Sequence[JsonValue],
        at: datetime,
        ended: bool,
        is_last: bool,
        limits: Limits | None,
    ) -> Batch:
        items = _items(children, state, window.floor, self._settings.kind)
        cost = {"calls": 1}
        if not is_last:
            return Batch(items, state, cost=cost, limits=limits)
        cut_off = (
            ended
            and not window.has_reached_old
            and len(window.times) >= _CEILING[self._settings.kind]
        )
        covered, gap = _spans(state, window, at, cut_off)
        return Batch(
            items,
            _closed_cursor(state, window, at),
            covered=covered,
            gap=gap,
            gap_cause="Reddit lists only so many of the newest; older ones are lost"
            if gap
            else None,
            cost=cost,
            limits=limits,
        )

    def _page(
        self, client: RedditClient, parameters: Mapping[str, str | int | None]
    ) -> tuple[Sequence[JsonValue], str | None]:
        """The things of one page, newest first, and the anchor of the next.

        Plain JSON, not praw's objects: reading an attribute that they lack would fetch
        the whole submission.
        """
        params = {key: value for key, value in parameters.items() if value is not None}
        path = f"r/{self._settings.subreddit}/{self._settings.kind}"
        if self._settings.kind == "search":
            params |= {"q": self._settings.query or "", "restrict_sr": 1}
            params |= {"sort": "new", "t": "all", "type": "link"}
        return self._listing(client, path, params)

    def _listing(
        self, client: RedditClient, path: str, params: Mapping[str, str | int]
    ) -> tuple[Sequence[JsonValue], str | None]:
        body: JsonValue = client.reddit.request(
            method="GET", path=path, params=dict(params)
        )
        try:
            listing = as_object(as_object(body).get("data"))
            children = as_list(listing.get("children"))
        except TypeError:
            raise no_list("Reddit", "children") from None
        after = listing.get("after")
        if after is not None and not isinstance(after, str):
            raise odd_field("Reddit", "after")
        return children, after

    def _log_in(self) -> RedditClient:
        return log_in(self._id, self._secret, self._agent, self._clock, self._base_url)


def _items(
    children: Sequence[JsonValue], state: JsonObject, floor: datetime | None, via: str
) -> list[Item]:
    """What became of each thing of a page. DRIFT when none of them is readable."""
    recent = set(_recent_names(state))
    items = [_item(child, recent, floor, via) for child in children]
    require_readable_answer(items, "Reddit")
    return items


def _item(child: JsonValue, recent: set[str], floor: datetime | None, via: str) -> Item:
    try:
        kind = as_object(child)["kind"]
        if kind != "t3":
            return Filtered(f"not a submission: {kind}")
        submission = as_object(as_object(child)["data"])
        record = to_record(submission, via=via)
    except UNREADABLE as error:
        return Reject.unreadable(child, error)
    is_recent = record.external_id in recent
    if removed := tombstone(submission):
        # Also what left the list of recent names may be held here.
        return removed
    if is_recent and floor is not None and _is_older(record, floor):
        return Filtered("read before")
    return record


def _is_older(record: Record, floor: datetime) -> bool:
    return record.authored_at is not None and record.authored_at < floor


def _name_and_time(child: JsonValue) -> tuple[str, datetime] | None:
    """What paging needs of a thing; None when it is not readable."""
    try:
        submission = as_object(as_object(child)["data"])
        return str(submission["name"]), moment(submission["created_utc"])
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _floor(state: JsonObject) -> datetime | None:
    low = state["low"]
    return datetime.fromisoformat(as_text(low)) - _OVERLAP if low else None


def _recent_names(state: JsonObject) -> list[str]:
    return [as_text(name) for name in as_list(state["recent"])]


def _closed_cursor(
    state: JsonObject, window: _ListingWindow, at: datetime
) -> JsonObject:
    """The cursor once all that the window read is stored."""
    # A submission from the future must not hide those of today from the next run.
    times = [time for time in window.times.values() if time <= at]
    low = max(times).isoformat() if times else state["low"]
    recent = [*window.times, *_recent_names(state)]
    return {
        "low": low,
        "recent": list(dict.fromkeys(recent))[:_RECENT_NAMES],
        "covered": at.isoformat(),
    }


def _spans(
    state: JsonObject, window: _ListingWindow, at: datetime, cut_off: bool
) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime] | None]:
    """What is complete once the window is stored, and what can no longer be had."""
    oldest = min([*window.times.values(), at])
    if not state["covered"]:
        return (oldest, at), None
    since = datetime.fromisoformat(as_text(state["covered"]))
    if cut_off and oldest > since:
        return (oldest, at), (since, oldest)
    return (since, at), None


def _require_allowance(limits: Limits | None) -> None:
    """Stop between two pages when the next call would be one too many."""
    if limits and limits.remaining is not None and limits.remaining < 1:
        raise ConnectorError(Kind.RATE, "reddit.allowance_spent", until=limits.reset_at)
