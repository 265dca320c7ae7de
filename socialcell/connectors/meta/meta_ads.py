"""Meta's ads through the Graph API: campaigns, ad sets and ads, day by day."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from socialcell.connectors.base import (
    Batch,
    Bucket,
    Budget,
    Capability,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
)
from socialcell.connectors.meta.graph_check import examine
from socialcell.connectors.meta.graph_client import connect_graph
from socialcell.connectors.meta.graph_errors import GraphRefusal
from socialcell.connectors.meta.meta_ads_rows import (
    LEVELS,
    MetaAdAccount,
    facts_of,
    fields_of,
)
from socialcell.connectors.strict_json import parse_setting
from socialcell.json_types import JsonObject, JsonValue, as_object

_FIRST = 90  # days that a new source looks back
_RESTATED = 30  # days in which Meta still changes what it reported
_SLICE = 35  # days of one report: what is read again daily fits into one
_ROWS = 500
_LOOK_AGAIN = timedelta(minutes=2)
_GIVE_UP = timedelta(hours=12)  # a report that takes longer is asked for anew
_ACTIVE = 1
_FAILED_STATUSES = ("Job Failed", "Job Skipped")


class MetaAdsSettings(BaseModel):
    """One ad account, by its number without `act_`.

    `installs` are the action types that count as installs. They overlap (`omni_`
    repeats the others), so each is stored under its own name and none is added up.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    account_id: str = Field(pattern=r"^[0-9]{5,20}$")
    installs: Annotated[tuple[str, ...], BeforeValidator(parse_setting)] = (
        "mobile_app_install",
        "omni_app_install",
    )


class _ReportLost(ConnectorError):  # noqa: N818 - named for what became of it
    """A report that will never be ready."""


class _ReportJob(msgspec.Struct, frozen=True):
    """A report that Meta makes: its number, what it is of, when it was requested."""

    id: str
    level: str
    since: str
    until: str
    asked: str


class _AdsCursor(msgspec.Struct, frozen=True):
    """`through`, the last day that was read, on the account's own clocks; `today` and
    `jobs` of a round that is under way."""

    through: str | None = None
    today: str | None = None
    jobs: list[_ReportJob] = []

    @classmethod
    def from_json(cls, cursor: JsonObject | None) -> "_AdsCursor":
        return msgspec.convert(dict(cursor or {}), cls)

    def without(self, job: _ReportJob) -> "_AdsCursor":
        """The cursor once a report is stored; the last one of a round closes it."""
        jobs = [other for other in self.jobs if other.id != job.id]
        if jobs:
            return _AdsCursor(self.through, self.today, jobs)
        return _AdsCursor(through=self.today)


class MetaAds:
    """Reports are jobs: requested together, checked once in a run, then read.

    What is not ready is in the cursor, and checked by the next run. The last 30 days
    are requested again each time, for Meta restates them. Cursor: an _AdsCursor.
    """

    Settings: ClassVar[type[BaseModel]] = MetaAdsSettings
    platform: ClassVar[str] = "meta_ads"
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.AD_METRICS})
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("calls", "day"),)

    def __init__(self, settings: MetaAdsSettings, context: ConnectorContext) -> None:
        self._settings = settings
        self._clock = context.clock
        self._graph = connect_graph(context, self.platform)
        self._node = f"act_{settings.account_id}"

    def check(self) -> ConnectorHealth:
        """The token's life and permission, and whether the account can be read."""
        return examine(self._graph, self._clock, ("ads_read",), self._account_notes)

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        state = _AdsCursor.from_json(cursor)
        budget.take("calls")
        account = self._account()
        if not state.jobs:
            state = self._request_reports(account, state, budget)
            yield self._batch([], state)
        for job in state.jobs:
            self._graph.require_allowance()
            budget.take("calls")
            try:
                ready = self._is_ready(job)
            except _ReportLost:
                # A round with a hole is begun anew; what was read of it is stored.
                yield self._batch([], _AdsCursor(through=state.through))
                raise
            if ready:
                items = self._report_items(account, job, budget)
                state = state.without(job)
                yield self._batch(items, state)
            if stop():
                return
        if state.jobs:
            raise ConnectorError(
                Kind.RATE,
                "meta.reports_not_ready",
                until=self._clock.now() + _LOOK_AGAIN,
                n=len(state.jobs),
            )

    def _account_notes(self) -> Iterator[str]:
        account = self._account()
        yield f"{account.currency}, days of {account.zone}"
        if not account.active:
            yield "the account is not active, see Meta's bill"

    def _account(self) -> MetaAdAccount:
        answer = self._graph.ask(
            self._node, fields="account_id,currency,timezone_name,account_status"
        )
        zone, currency = answer.get("timezone_name"), answer.get("currency")
        try:
            ZoneInfo(str(zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConnectorError(
                Kind.DRIFT, "meta.unknown_zone", zone=str(zone)[:40]
            ) from None
        if not isinstance(currency, str):
            raise ConnectorError(Kind.DRIFT, "meta.account_without_currency")
        active = answer.get("account_status") == _ACTIVE
        return MetaAdAccount(self._settings.account_id, str(zone), currency, active)

    def _request_reports(
        self, account: MetaAdAccount, state: _AdsCursor, budget: Budget
    ) -> _AdsCursor:
        """A new round: a report for each level and each slice of days."""
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(account.zone)).date()
        jobs = []
        for since, until in _slices(_first_day(state.through, today), today):
            for level in LEVELS:
                budget.take("calls")
                id_ = self._request_report(level, since, until)
                jobs.append(_job(id_, level, since, until, now))
        return _AdsCursor(state.through, today.isoformat(), jobs)

    def _request_report(self, level: str, since: date, until: date) -> str:
        answer = self._graph.post(
            f"{self._node}/insights",
            level=level,
            fields=",".join(fields_of(level)),
            time_increment=1,
            time_range={"since": since.isoformat(), "until": until.isoformat()},
            use_unified_attribution_setting=True,
        )
        number = answer.get("report_run_id")
        if not isinstance(number, str) or not number.isdecimal():
            raise ConnectorError(Kind.DRIFT, "meta.report_without_number")
        return number

    def _is_ready(self, job: _ReportJob) -> bool:
        """Whether a report can be read. _Lost when it never will be."""
        if self._clock.now() - datetime.fromisoformat(job.asked) > _GIVE_UP:
            raise _ReportLost(Kind.TRANSIENT, "meta.late_report")
        try:
            answer = self._graph.ask(job.id)
        except ConnectorError as error:
            if error.kind is not Kind.GONE:
                raise
            raise _ReportLost(Kind.TRANSIENT, "meta.no_such_report") from None
        status = answer.get("async_status")
        if status in _FAILED_STATUSES:
            raise self._report_failure(answer)
        percent = answer.get("async_percent_completion")
        return status == "Job Completed" and percent == 100

    def _report_failure(self, answer: JsonObject) -> _ReportLost:
        """Why a report failed, in Meta's words; a failure without a code may pass."""
        code = answer.get("error_code")
        words = answer.get("error_user_msg") or answer.get("error_message")
        refusal = GraphRefusal(
            code if isinstance(code, int) and code else 2,
            None,
            str(words or answer.get("async_status"))[:300],
            transient=False,
        )
        error = self._graph.error_of(refusal)
        return _ReportLost.from_message(error.kind, error.message, error.until)

    def _report_items(
        self, account: MetaAdAccount, job: _ReportJob, budget: Budget
    ) -> list[Item]:
        """All rows of a report. They are few: one a day of each thing that ran."""
        rows: list[JsonValue] = []
        after = None
        while True:
            budget.take("calls")
            page = self._graph.page(f"{job.id}/insights", limit=_ROWS, after=after)
            rows += page.nodes
            if not page.more:
                return facts_of(rows, job.level, account, self._settings.installs)
            if page.after == after or not page.nodes:
                raise ConnectorError(Kind.DRIFT, "meta.repeated_rows")
            after = page.after

    def _batch(self, items: list[Item], state: _AdsCursor) -> Batch:
        cursor = as_object(msgspec.to_builtins(state))
        return Batch(items, cursor, cost=self._graph.cost(), limits=self._graph.limits)


def _job(
    id_: str, level: str, since: date, until: date, requested_at: datetime
) -> _ReportJob:
    return _ReportJob(
        id=id_,
        level=level,
        since=since.isoformat(),
        until=until.isoformat(),
        asked=requested_at.isoformat(),
    )


def _first_day(through: str | None, today: date) -> date:
    if through is None:
        return today - timedelta(days=_FIRST)
    return min(date.fromisoformat(through), today) - timedelta(days=_RESTATED)


def _slices(since: date, until: date) -> Iterator[tuple[date, date]]:
    while since <= until:
        end = min(since + timedelta(days=_SLICE - 1), until)
        yield since, end
        since = end + timedelta(days=1)
