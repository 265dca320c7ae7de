"""Reddit through praw: new submissions of a subreddit, or a search within it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from socialcell.connectors.base import (
    UNREADABLE,
    Batch,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    Filtered,
    Health,
    Item,
    Kind,
    Limits,
    Record,
    Reject,
    TokenTaken,
)
from socialcell.connectors.page_reading import (
    lookup_chunks,
    repeated_page,
    require_readable,
)
from socialcell.connectors.reddit.reddit_client import Client, log_in
from socialcell.connectors.reddit.reddit_post import (
    looked_up,
    moment,
    to_record,
    tombstone,
)

_PAGE = 100
_OVERLAP = timedelta(hours=2)  # Reddit shows some submissions late and out of order
_ENOUGH = 25  # so many old ones in a row: nothing new hides further down
_STEP_BACK = 50  # how far up to look for an anchor when the last one was deleted
_REMEMBERED = 300
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
            raise ValueError("search needs query, and new takes none")
        return self


@dataclass
class _Window:
    """What one run has read, from the newest down."""

    floor: datetime | None  # older than this is old: the last run's end and overlap
    times: dict[str, datetime] = field(default_factory=dict)
    old_in_row: int = 0

    def read(self, children: list[Any]) -> bool:
        """Take in a page; whether it held anything that this run had not had."""
        fresh = False
        for child in children:
            known = _name_and_time(child)
            if known is None or known[0] in self.times:
                continue
            fresh = True
            name, created = known
            self.times[name] = created
            is_old = self.floor is not None and created < self.floor
            self.old_in_row = self.old_in_row + 1 if is_old else 0
        return fresh

    @property
    def reached_the_old(self) -> bool:
        return self.old_in_row >= _ENOUGH

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
        given = context.config.connectors.reddit
        self._id = context.secret(given.client_id.secret).get_secret_value()
        self._secret = context.secret(given.client_secret.secret).get_secret_value()
        self._agent = f"linux:socialcell:v0.1 (by /u/{given.account})"
        self._base_url = context.base_url

    def check(self) -> Health:
        """Log in and read one submission: the app is approved and may read this."""
        try:
            self._page(self._logged_in(), {"limit": 1})
        except ConnectorError as error:
            return Health.failed(error)
        return Health(
            ok=True, message=f"Reddit answers; r/{self._settings.subreddit} can be read"
        )

    def pull(
        self, cursor: dict[str, Any] | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state: dict[str, Any] = {"low": None, "recent": [], "covered": None}
        state |= cursor or {}
        at = self._clock.now()
        window = _Window(_floor(state))
        budget.take("calls")
        client, logins = self._logged_in(), 1
        anchor, stepped_back = None, False
        while True:
            budget.take("calls")
            try:
                children, after = self._page(client, {"limit": _PAGE, "after": anchor})
            except TokenTaken:
                if logins > 1:
                    raise
                budget.take("calls")
                client, logins = self._logged_in(), 2
                continue
            fresh = window.read(children)
            if not children and anchor and not stepped_back:
                # The anchor may have been deleted: then nothing comes after it.
                anchor, stepped_back = window.anchor_above(), True
                if anchor is not None:
                    continue
            if children and not fresh and not stepped_back and anchor:
                raise repeated_page("Reddit")
            ended = not after or not fresh
            done = ended or window.reached_the_old
            yield self._batch(
                state, window, children, at, ended, done, client.heard.limits
            )
            if done or stop():
                return
            _spare_the_allowance(client.heard.limits)
            anchor, stepped_back = after, False

    def refresh(
        self, ids: Sequence[str], budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Figures of the submissions that are there; those removed, or not known to
        Reddit any more, are gone."""
        budget.take("calls")
        client = self._logged_in()
        for some in lookup_chunks(ids, _PAGE, stop):
            budget.take("calls")
            things, _ = self._listing(client, "api/info", {"id": ",".join(some)})
            yield Batch(
                looked_up(things, some),
                {},
                cost={"calls": 1},
                limits=client.heard.limits,
            )
            _spare_the_allowance(client.heard.limits)

    recheck = refresh

    @staticmethod
    def mapped(raw: Any) -> Item:
        # A quarantined thing is kept with its wrapping.
        data = raw.get("data", raw)
        return tombstone(data) or to_record(data, via="remap")

    def _batch(
        self,
        state: dict[str, Any],
        window: _Window,
        children: list[Any],
        at: datetime,
        ended: bool,
        done: bool,
        limits: Limits | None,
    ) -> Batch:
        items = _items(children, state, window.floor, self._settings.kind)
        cost = {"calls": 1}
        if not done:
            return Batch(items, state, cost=cost, limits=limits)
        cut_off = (
            ended
            and not window.reached_the_old
            and len(window.times) >= _CEILING[self._settings.kind]
        )
        covered, gap = _spans(state, window, at, cut_off)
        return Batch(
            items,
            _closed(state, window, at),
            covered=covered,
            gap=gap,
            gap_cause="Reddit lists only so many of the newest; older ones are lost"
            if gap
            else None,
            cost=cost,
            limits=limits,
        )

    def _page(
        self, client: Client, asked: Mapping[str, Any]
    ) -> tuple[list[Any], str | None]:
        """The things of one page, newest first, and the anchor of the next.

        Plain JSON, not praw's objects: reading an attribute that they lack would fetch
        the whole submission, a request that nobody asked for.
        """
        params = {key: value for key, value in asked.items() if value is not None}
        path = f"r/{self._settings.subreddit}/{self._settings.kind}"
        if self._settings.kind == "search":
            params |= {"q": self._settings.query, "restrict_sr": 1}
            params |= {"sort": "new", "t": "all", "type": "link"}
        return self._listing(client, path, params)

    def _listing(
        self, client: Client, path: str, params: Mapping[str, Any]
    ) -> tuple[list[Any], str | None]:
        body = client.reddit.request(method="GET", path=path, params=dict(params))
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("children"), list):
            raise ConnectorError(Kind.DRIFT, "Reddit's answer is not a listing")
        after = data.get("after")
        if after is not None and not isinstance(after, str):
            raise ConnectorError(Kind.DRIFT, "Reddit's listing has an odd `after`")
        return data["children"], after

    def _logged_in(self) -> Client:
        return log_in(self._id, self._secret, self._agent, self._clock, self._base_url)


def _items(
    children: list[Any], state: Mapping[str, Any], floor: datetime | None, via: str
) -> list[Item]:
    """What became of each thing of a page. DRIFT when none of them is readable."""
    recent = set(state["recent"])
    items = [_item(child, recent, floor, via) for child in children]
    require_readable(items, "no submission of the page is readable")
    return items


def _item(child: Any, recent: set[str], floor: datetime | None, via: str) -> Item:
    try:
        if child["kind"] != "t3":
            return Filtered(f"not a submission: {child['kind']}")
        data = child["data"]
        record = to_record(data, via=via)
    except UNREADABLE as error:
        return Reject.unreadable(child, error)
    known = record.external_id in recent
    if gone := tombstone(data):
        # Also what left the list of recent names may be held here.
        return gone
    if known and floor is not None and _older(record, floor):
        return Filtered("read before")
    return record


def _older(record: Record, floor: datetime) -> bool:
    return record.authored_at is not None and record.authored_at < floor


def _name_and_time(child: Any) -> tuple[str, datetime] | None:
    """What paging needs of a thing; None when it is not readable."""
    try:
        data = child["data"]
        return str(data["name"]), moment(data["created_utc"])
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _floor(state: Mapping[str, Any]) -> datetime | None:
    low = state["low"]
    return datetime.fromisoformat(low) - _OVERLAP if low else None


def _closed(state: Mapping[str, Any], window: _Window, at: datetime) -> dict[str, Any]:
    """The cursor once all that the window read is stored."""
    # A submission from the future must not hide those of today from the next run.
    times = [time for time in window.times.values() if time <= at]
    low = max(times).isoformat() if times else state["low"]
    recent = [*window.times, *state["recent"]]
    return {
        "low": low,
        "recent": list(dict.fromkeys(recent))[:_REMEMBERED],
        "covered": at.isoformat(),
    }


def _spans(
    state: Mapping[str, Any], window: _Window, at: datetime, cut_off: bool
) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime] | None]:
    """What is complete once the window is stored, and what can no longer be had."""
    oldest = min([*window.times.values(), at])
    if not state["covered"]:
        return (oldest, at), None
    since = datetime.fromisoformat(state["covered"])
    if cut_off and oldest > since:
        return (oldest, at), (since, oldest)
    return (since, at), None


def _spare_the_allowance(limits: Limits | None) -> None:
    """Stop between two pages when the next call would be one too many."""
    if limits and limits.remaining is not None and limits.remaining < 1:
        raise ConnectorError(
            Kind.RATE, "Reddit's allowance of calls is used up", until=limits.reset_at
        )
