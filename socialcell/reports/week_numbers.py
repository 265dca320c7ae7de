"""The numbers of a week, as they are frozen in the database: their keys and types.

Every part is plain JSON without any text of posts. Times are ISO 8601 with offset, days
ISO dates, money micros of a currency. A key that is `NotRequired` is missing from
reports that earlier versions froze. `reports/weekly/weekly_counts.py` counts them.
Those of incidents, of campaigns and of the letters are in modules of their own.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict, TypeGuard

import msgspec

from socialcell.json_types import JsonObject
from socialcell.reports.campaign_numbers import (
    AdAccountNumbers,
    CampaignNumbers,
    OutreachNumbers,
    SearchNumbers,
)
from socialcell.reports.compared_figures import (
    AreaFigure,
    Figure,
    IdFigure,
    IdMeasure,
    PeakHour,
    TopicFigure,
)
from socialcell.reports.letter_numbers import LetterNumbers
from socialcell.reports.named_counts import Names, OwnerNames
from socialcell.reports.week_incidents import IncidentNumbers


class DayFigure(Figure):
    """A figure of one day of the week, an ISO date."""

    date: str


class ReadFigure(IdFigure):
    """A figure of what was read from texts; `unsure`: mentions near another value."""

    unsure: int


class WardFigure(AreaFigure):
    """A figure of a ward office, and of its mentions that ask."""

    asking: Figure


class TopicOwners(TypedDict):
    """Who answers for a topic that people ask about, the usual owner first."""

    topic: str
    asking: Figure
    owners: list[OwnerNames]


class UrgentFigures(TypedDict):
    """Urgent mentions by topic and by ward office, the largest first."""

    topics: list[IdFigure]
    wards: list[AreaFigure]


Period = TypedDict("Period", {"from": str, "to": str})
"""A span of time; its end does not belong to it."""


CoverageGap = TypedDict(
    "CoverageGap",
    {"from": str, "to": str, "hours": int, "causes": Mapping[str, str]},
)
"""Hours in a row that a platform did not cover, and the cause by source."""


class PlatformCoverage(TypedDict):
    """Hours of a platform: due, covered in either week, covered in both, missing."""

    id: str
    due: int
    covered: int
    covered_before: int
    common: int
    missing: list[CoverageGap]


class CoverageNumbers(TypedDict):
    """What was collected, in platform-hours.

    `unchecked` are sources whose deletions could not be asked for, `not_watched`
    platforms with mentions of imported files.
    """

    unit: str
    due: int
    covered: int
    common: int
    platforms: list[PlatformCoverage]
    unchecked: NotRequired[list[str]]
    not_watched: list[str]


class AuditHead(TypedDict):
    """The newest row of the audit log: its number and its hash."""

    seq: int
    hash: str


class EngagementGain(TypedDict):
    """What an engagement count of a platform grew by, over so many posts."""

    platform: str
    metric: str
    gained: int
    unit: str
    posts: int


class MissedPromise(TypedDict):
    """A promise that was due and not kept."""

    id: int | None
    text: str
    due_at: str


class QuoteReason(TypedDict):
    """Why a post is quoted: for its urgency, or for its topic."""

    why: Literal["urgent", "topic"]
    urgency: NotRequired[str]
    topic: NotRequired[str]


class DrawnQuote(QuoteReason):
    """A post that was drawn out of so many, and the hash of its text then."""

    platform: str
    external_id: str
    content_hash: str
    drawn_from: int


RegisteredAccount = TypedDict(
    "RegisteredAccount",
    {
        "platform": str,
        "handle": str | None,
        "name": str | None,
        "class": str | None,
    },
)
"""An account of the registry; its names are None once it has left the registry."""


class SpeakingAccount(RegisteredAccount):
    """An account that spoke: mentions, those by sentiment, what its posts gained."""

    n: int
    sentiment: dict[str, int]
    gained: dict[str, int]


class JoinedAccounts(TypedDict):
    """Accounts that joined an incident; those outside the registry are a number."""

    registered: list[RegisteredAccount]
    others: int


class PublicAccounts(TypedDict):
    """Accounts of the registry that spoke, and who joined an incident."""

    accounts: list[SpeakingAccount]
    joined: JoinedAccounts


class GoalTarget(TypedDict):
    """A bound of a measure, one of the two; of a share in percent; `by` a day."""

    at_least: float | None
    at_most: float | None
    by: str | None


class GoalNumbers(TypedDict):
    """A goal: title and owner by language, targets by measure."""

    title: Names
    owner: Names
    targets: dict[str, GoalTarget]


class StrategyNumbers(TypedDict):
    """The city's goals as of the week; without a day in `agreed` they are proposals."""

    agreed: str | None
    goals: dict[str, GoalNumbers]


class LanguageAgreement(TypedDict):
    """Posts of a language that were read `right`, of `n`."""

    id: str
    right: int
    n: int


class TaskAgreement(TypedDict):
    """Posts whose label was read right; of topics all of them and no other.

    `source`: `own` decisions of the cell, or the shipped `tests`.
    """

    task: str
    source: str
    right: int
    n: int
    languages: list[LanguageAgreement]


class CorrectedShare(TypedDict):
    """A share of the week's mentions: `n` of `of` were read so.

    `share`, `low` and `high` in [0, 1] are corrected, with a 95 % interval; None where
    they cannot be, and `why` is `few` (posts of a label were measured), `singular`
    (labels are hardly told apart) or `unlike` (the posts that measure are unlike the
    city's). The id of `asking` and `urgent` is their own.
    """

    task: str
    id: str
    n: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    why: NotRequired[str]


class ReaderNumbers(TypedDict):
    """The reader of the week, how right it is, and shares corrected for it."""

    name: str
    agreement: list[TaskAgreement]
    shares: list[CorrectedShare]


class StoreUninstalls(TypedDict):
    """Uninstalls that an app store reports under its own definition, over the `days` of
    the week that it reports a number for."""

    store: str
    app: str
    definition: str
    n: int | None
    days: int


class AlertWatch(TypedDict):
    """Whether the daemon looked for alerts in the week, and spans in which it did not;
    without any run `by_daemon` is False."""

    by_daemon: bool
    gaps: list[Period]


class MentionNumbers(TypedDict):
    """The numbers that are counted from mentions and campaigns."""

    version: int
    made_at: str
    audit: NotRequired[AuditHead]
    period: Period
    week_before: Period
    coverage: CoverageNumbers
    mentions: Figure
    reposts: Figure
    undated: int
    messages: NotRequired[int]
    unread: int
    peak: PeakHour | None
    days: list[DayFigure]
    hours: list[int | None]
    whole_hours: NotRequired[list[bool]]
    usual_hours: NotRequired[list[float | None]]
    platforms: list[IdFigure]
    reader: NotRequired[ReaderNumbers | None]
    intents: list[ReadFigure]
    sentiments: list[ReadFigure]
    urgencies: list[ReadFigure]
    languages: list[ReadFigure]
    topics: list[TopicFigure]
    owners: list[TopicOwners]
    wards: list[WardFigure]
    villages: list[AreaFigure]
    unplaced: int
    urgent: UrgentFigures
    engagement: list[EngagementGain]
    campaigns: NotRequired[list[CampaignNumbers]]
    outreach: NotRequired[OutreachNumbers]
    promises: NotRequired[list[MissedPromise]]
    quotations: list[DrawnQuote]


class AnswerNumbers(TypedDict):
    """K3: minutes of the first answer (None: not so many have one), how many of those
    `decided` were in time; of `n` cases some are not `answered` yet. `minutes` are
    those of each that is, in order."""

    n: int
    answered: int
    minutes: list[float]
    median: float | None
    p90: float | None
    in_time: int
    decided: int


class RegisteredNumbers(TypedDict):
    """K4: of `n` complaints with a place those registered in time; of all `complaints`
    those where the place was asked for, and of them who wrote again."""

    complaints: int
    n: int
    in_time: int
    asked: int
    replied: int


class OutcomeNumbers(TypedDict):
    """K5: where the `n` cases of four weeks before stand, in five parts."""

    n: int
    confirmed: int
    silent: int
    denied: int
    open: int
    referred: int


class OldestCase(TypedDict):
    """A case that is overdue for so many days; `owner` is an id."""

    number: str
    owner: str | None
    days: int


class OverdueNumbers(TypedDict):
    """K6: of the `open` cases that the corporation has to work on, `n` are overdue: by
    how long (under 7, 15, 30, 60 days, and more), by ids of owners and ward offices
    ("": not known), and the oldest."""

    n: int
    open: int
    buckets: list[int]
    owners: dict[str, int]
    areas: dict[str, int]
    oldest: list[OldestCase]


class SampleNumbers(TypedDict):
    """K7: closings that were drawn, of whom is known, and contradicted."""

    drawn: int
    reached: int
    contradicted: int


class BodyNumbers(TypedDict):
    """K8: passed on to a body in the week, of those soon; in the week `before`, and of
    those answered within 7 days."""

    body: str
    n: int
    soon: int
    before: int
    answered: int


class CaseNumbers(TypedDict):
    """The cases of a week; see reports/kpis/case_counts.py. `names` are those of the
    owners, bodies and ward offices of which it speaks, by id."""

    names: dict[str, Names]

    opened: dict[str, int]
    answers: AnswerNumbers
    registered: RegisteredNumbers
    outcomes: OutcomeNumbers
    overdue: OverdueNumbers
    sample: SampleNumbers
    bodies: list[BodyNumbers]


class WeekNumbers(MentionNumbers):
    """All numbers of a week."""

    cases: NotRequired[CaseNumbers | None]

    alert_watch: NotRequired[AlertWatch]
    uninstalls: NotRequired[list[StoreUninstalls]]
    incidents: NotRequired[list[IncidentNumbers]]
    voices: NotRequired[PublicAccounts]
    ads: NotRequired[list[AdAccountNumbers]]
    search: NotRequired[SearchNumbers]
    measures: NotRequired[list[IdMeasure]]
    strategy: NotRequired[StrategyNumbers | None]
    letter: NotRequired[LetterNumbers]


def read_week(numbers: JsonObject) -> WeekNumbers:
    """The frozen numbers of a week, the same document, with keys of other versions.

    msgspec.ValidationError names the part that has another type or is missing.
    """
    if _is_week(numbers):
        return numbers
    raise AssertionError("the check raises its own error")


def _is_week(numbers: JsonObject) -> TypeGuard[WeekNumbers]:
    msgspec.convert(numbers, WeekNumbers)
    return True
