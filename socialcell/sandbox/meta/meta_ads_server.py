"""Meta's ads of the sandbox: an account, and its asynchronous reports."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from socialcell.clock import IST, Clock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.meta.graph_server import (
    GraphRequestError,
    GraphServer,
    Parameters,
    missing,
    pick,
)
from socialcell.sandbox.meta.meta_ads_world import (
    ACCOUNT,
    ADS,
    CURRENCY,
    ZONE,
    MetaAd,
    MetaAdFigures,
    MetaAdsWorld,
)
from socialcell.sandbox.platform import ServedPlatform
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import ServerResponse

_LEVELS = ("campaign", "adset", "ad")
_FIGURES = (
    *("account_currency", "impressions", "reach", "clicks", "inline_link_clicks"),
    *("spend", "actions", "date_start", "date_stop"),
)
_MOST_DAYS = 37 * 31
_NUMBER = re.compile(r"6([012])(\d{6})(\d{6})\d{5}")  # level, since, until; a count


@dataclass
class AdReportJob:
    """A requested report. `polls_left`: how many more status requests report it as running."""

    level: str
    since: date
    until: date
    fields: tuple[str, ...]
    polls_left: int
    failed: bool


class MetaAdsServer(GraphServer):
    """One ad account. A report is a job: requested, polled, then read."""

    usage = "ads_insights"

    def __init__(self, city: City, clock: Clock, token: str) -> None:
        super().__init__(city, clock, "meta_ads", token)
        self.world = MetaAdsWorld(city)
        self.jobs: dict[str, AdReportJob] = {}
        self._forgotten: set[str] = set()
        self.polls_left = 0
        self.status = 1

    # Faults and changes that tests switch on --------------------------------------

    def delay_reports(self, polls: int) -> None:
        """The next reports are running for so many status requests."""
        self.polls_left = polls

    def fail_job(self, times: int | None = 1) -> None:
        """So many of the next reports fail on Meta's side."""
        self._switches["failing"] = Switch(times=times)

    def forget_jobs(self) -> None:
        """All reports have expired."""
        self._forgotten.update(self.jobs)
        self.jobs.clear()

    def disable(self) -> None:
        """The account is disabled, as over an unpaid bill."""
        self.status = 2

    # Answers ----------------------------------------------------------------------

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "limited":
            answer = super().refusal(fault, until)
            minutes = (until - self.clock.now()).total_seconds()
            used = {"acc_id_util_pct": 100.0, "reset_time_duration": int(minutes)}
            answer.headers["x-ad-account-usage"] = json.dumps(used)
            return answer
        return super().refusal(fault, until)

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        self.require("ads_read")
        match parts:
            case [account] if account == f"act_{ACCOUNT}":
                return pick(query.get("fields", ""), "AdAccount", self._account())
            case [job] if self._find_job(job):
                return self._job_status(job)
            case [job, "insights"] if self._find_job(job):
                return self._result(self.jobs[job], query)
        raise missing("/".join(parts))

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        self.require("ads_read")
        if list(parts) != [f"act_{ACCOUNT}", "insights"]:
            raise missing("/".join(parts))
        span = json.loads(sent.get("time_range", "{}"))
        since, until = (
            date.fromisoformat(span["since"]),
            date.fromisoformat(span["until"]),
        )
        fields = tuple(sent.get("fields", "impressions").split(","))
        level = sent.get("level", "")
        if level not in _LEVELS or sent.get("time_increment") != "1":
            raise GraphRequestError(
                100, "(#100) level must be one of: campaign, adset, ad"
            )
        if not 0 <= (until - since).days < _MOST_DAYS:
            raise GraphRequestError(
                3018, "The start date of the time range is too far back"
            )
        valid_names = {*_FIGURES, *_names(ADS[0])}
        if odd := [
            name for name in fields if name not in valid_names or name in self.retired
        ]:
            raise GraphRequestError(
                100, f"(#100) {odd[0]} is not valid for fields param"
            )
        digits = f"{since:%y%m%d}{until:%y%m%d}"
        number = f"6{_LEVELS.index(level)}{digits}{len(self.jobs):05d}"
        failed = self._fires("failing")
        self.jobs[number] = AdReportJob(
            level, since, until, fields, self.polls_left, failed
        )
        return {"report_run_id": number}

    def _find_job(self, number: str) -> bool:
        """Whether a report was requested. Its number encodes level and days, so that a
        restarted sandbox finds it too."""
        match = _NUMBER.fullmatch(number)
        if number in self.jobs or number in self._forgotten or match is None:
            return number in self.jobs
        since, until = (_day(match[2]), _day(match[3]))
        fields = (*_FIGURES, *_names(ADS[0]))
        level = _LEVELS[int(match[1])]
        self.jobs[number] = AdReportJob(level, since, until, fields, 0, False)
        return True

    def _account(self) -> JsonObject:
        return {
            "id": f"act_{ACCOUNT}",
            "account_id": ACCOUNT,
            "name": "Pune City Demo",
            "currency": CURRENCY,
            "timezone_name": ZONE,
            "account_status": self.status,
        }

    def _job_status(self, number: str) -> JsonObject:
        job = self.jobs[number]
        state, percent = "Job Completed", 100
        more: dict[str, JsonValue] = {}
        if job.polls_left > 0:
            job.polls_left -= 1
            state, percent = "Job Running", 60
        elif job.failed:
            state, percent = "Job Failed", 40
            more = {
                "error_code": 2,
                "error_message": "An unexpected error has occurred.",
                "error_user_msg": "Please retry your request later.",
            }
        return {
            "id": number,
            "account_id": ACCOUNT,
            "time_ref": int(self.clock.now().timestamp()),
            "time_completed": 0 if percent < 100 else int(self.clock.now().timestamp()),
            "async_status": state,
            "async_percent_completion": percent,
            "date_start": job.since.isoformat(),
            "date_stop": job.until.isoformat(),
            **more,
        }

    def _result(self, job: AdReportJob, query: Mapping[str, str]) -> JsonObject:
        """A page of rows, each a day of one campaign, ad set or ad that ran on it."""
        if job.polls_left > 0 or job.failed:
            raise GraphRequestError(
                100, "(#100) Error accessing adreport job.", 1487534
            )
        rows = self._rows(job)
        stuck = "stuck" in self._switches
        at = 0 if stuck else int(query.get("after") or 0)
        size = min(int(query.get("limit") or 25), 500, self.most)
        page = rows[at : at + size]
        if page and self._fires("malformed"):
            page.insert(1, {"date_start": 7, "spend": "much"})
        if not page:
            return {"data": []}
        paging: dict[str, JsonValue] = {
            "cursors": {"before": str(at), "after": str(at + size)}
        }
        if at + size < len(rows) or stuck:
            paging["next"] = f"https://graph.facebook.com/?access_token={self.token}"
        return {"data": page, "paging": paging}

    def _rows(self, job: AdReportJob) -> list[JsonObject]:
        today = self.clock.now().astimezone(IST).date()
        groups: dict[str, tuple[MetaAd, ...]] = {}
        for ad in ADS:
            key = {"campaign": ad.campaign, "adset": ad.adset, "ad": ad.id}[job.level]
            groups[key] = (*groups.get(key, ()), ad)
        rows = []
        for day in self.world.days(job.since, min(job.until, today)):
            for ads in groups.values():
                figures = self.world.combined_figures(ads, day, today)
                if figures is not None:
                    rows.append(_row(job, ads[0], day, figures))
        return rows

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        raise ValueError("nobody writes posts to an ad account")


def _day(digits: str) -> date:
    return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))


def _row(job: AdReportJob, ad: MetaAd, day: date, figures: MetaAdFigures) -> JsonObject:
    """A row as Meta writes it: every number is a string, zeros are left out."""
    names = _names(ad)
    levels = ("campaign", "adset", "ad")[
        : ("campaign", "adset", "ad").index(job.level) + 1
    ]
    actions = {
        "link_click": figures.link_clicks,
        "video_view": figures.plays,
        "post_engagement": figures.clicks + figures.plays,
        "mobile_app_install": figures.installs,
        "omni_app_install": figures.installs,
    }
    row: dict[str, JsonValue] = {
        "account_currency": CURRENCY,
        "impressions": str(figures.impressions),
        "reach": str(figures.reach),
        "clicks": str(figures.clicks),
        "inline_link_clicks": str(figures.link_clicks) if figures.link_clicks else None,
        "spend": f"{figures.spend / 100:.2f}",
        "actions": [
            {"action_type": name, "value": str(count)}
            for name, count in actions.items()
            if count
        ],
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
        **{
            name: value for name, value in names.items() if name.split("_")[0] in levels
        },
    }
    field_names = {*job.fields, "date_start", "date_stop"}
    return {
        n: value
        for n, value in row.items()
        if n in field_names and value not in (None, [])
    }


def _names(ad: MetaAd) -> dict[str, str]:
    return {
        "campaign_id": ad.campaign,
        "campaign_name": ad.campaign_name,
        "adset_id": ad.adset,
        "adset_name": ad.adset_name,
        "ad_id": ad.id,
        "ad_name": ad.name,
    }


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> MetaAdsServer:
    return MetaAdsServer(city, clock, secrets["meta_token"])


PLATFORM = ServedPlatform(
    build=build,
    sources=lambda city: [
        {"name": "meta_ads.daily", "connector": "meta_ads", "account_id": ACCOUNT}
    ],
    shows=lambda city, post: [],
    address=lambda post: "",
    secrets=("meta_token",),
)
