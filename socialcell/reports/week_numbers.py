"""The numbers of a week, as they are frozen in the database: their keys and types.

Every part is plain JSON without any text of posts. Times are ISO 8601 with offset, days
ISO dates, money micros of a currency. A key that is `NotRequired` is missing from
reports that earlier versions froze. `reports/weekly/weekly_counts.py` counts them.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypeAlias, TypedDict, TypeGuard

import msgspec

from socialcell.json_types import JsonObject
from socialcell.reports.compared_figures import (
    AreaFigure,
    Figure,
    IdFigure,
    IdMeasure,
    TopicFigure,
)

Names: TypeAlias = Mapping[str, str]
"""A name by language."""


class DayFigure(Figure):
    """A figure of one day of the week, an ISO date."""

    date: str


class ReadFigure(IdFigure):
    """A figure of what was read from texts; `unsure`: mentions near another value."""

    unsure: int


class WardFigure(AreaFigure):
    """A figure of a ward office, and of its mentions that ask."""

    asking: Figure


class OwnerNames(TypedDict):
    """An owner's id and its names by language."""

    id: str
    name: Names


class TopicOwners(TypedDict):
    """Who answers for a topic that people ask about, the usual owner first."""

    topic: str
    asking: Figure
    owners: list[OwnerNames]


class UrgentFigures(TypedDict):
    """Urgent mentions by topic and by ward office, the largest first."""

    topics: list[IdFigure]
    wards: list[AreaFigure]


class PeakHour(TypedDict):
    """The busiest hour: its begin as an ISO time of Pune, and its mentions."""

    at: str
    n: int
    unit: str


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


class Money(TypedDict):
    """An amount in micros of a currency."""

    amount_micros: int
    currency: str


class PriceRange(TypedDict):
    """What one of something cost: best guess and both ends; None: no finite price."""

    best: Money | None
    low: Money | None
    high: Money | None


class Requests(TypedDict):
    """Requests for links by who asked; None in the row of installs without a link."""

    human: int | None
    duplicate: int | None
    programs: int | None
    internal: int | None
    dropped: int | None


class LinkPlace(Requests):
    """Requests and installs by where links stand; without channel: by no known link."""

    channel: str | None
    creator: str | None
    installs: int | None


class CampaignResults(TypedDict):
    """Clicks and installs of a campaign in a span; None where nothing counts them.

    `unattributed` are the installs of `named_elsewhere` and `sourceless` together.
    """

    clicks: int | None
    requests: NotRequired[Requests | None]
    installs: int | None
    unattributed: int | None
    named_elsewhere: NotRequired[int | None]
    sourceless: NotRequired[int | None]


class IncrementalEffect(TypedDict):
    """What a campaign added to its outcome, with 95 % intervals."""

    outcome: str
    value: float
    interval: list[float] | None
    anyway: float
    lift_percent: float | None
    lift_interval: list[float] | None
    p_values: Mapping[str, float | None]
    cost_per_incremental: PriceRange | None


class EffectSeries(TypedDict):
    """An outcome by day, and as it would have been; None: nothing is expected.

    `lower` and `upper` are the ends of the 95 % band of a single day.
    """

    days: list[str]
    actual: list[float]
    expected: list[float | None]
    lower: NotRequired[list[float | None]]
    upper: NotRequired[list[float | None]]


class CampaignNumbers(TypedDict):
    """A campaign of the week: what it brought in the week and since its start."""

    name: str
    goal: str
    start: str
    end: str
    week: CampaignResults
    so_far: CampaignResults
    places: NotRequired[list[LinkPlace]]
    store_visits: NotRequired[int | None]
    days_withheld: int
    cost_per_install: PriceRange | None
    incremental: IncrementalEffect | None
    series: EffectSeries | None


class PlanNumbers(TypedDict):
    """A plan: its tags by state, the people it reaches (an estimate), its cost."""

    campaign: str
    version: int
    start: str
    end: str
    tags: int
    states: dict[str, int]
    reach: float
    cost: Money


class DueStep(TypedDict):
    """A step that waits; `tag` is the number of a tag, None of a whole plan."""

    kind: str
    campaign: str
    tag: int | None
    day: str


class OutreachNumbers(TypedDict):
    """Plans that are not over, and what was due on a day (`today`)."""

    today: str
    plans: list[PlanNumbers]
    due: list[DueStep]


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


class WorstAlert(TypedDict):
    """The alert that stood out most; see `Alert` for what the numbers are."""

    kind: NotRequired[str]
    series: str
    at: str
    minutes: int
    observed: int
    expected: float | None
    unit: NotRequired[str]
    coverage: float | None


class NamedCount(TypedDict):
    """Mentions of an area, an owner or a topic, with its names by language; topics have
    none here: their labels are those of the vocabulary."""

    id: str
    n: int
    name: Names | None


class ReportedValue(TypedDict):
    """One of several figures that are reported of a quantity, and its mentions."""

    value: float
    n: int


class ContradictoryFigures(TypedDict):
    """A quantity of which several figures are reported; `owner` is whose problem most
    of these mentions are."""

    quantity: str
    values: list[ReportedValue]
    owner: OwnerNames | None


class RumourCount(TypedDict):
    """Mentions that repeat a known rumour, by its id; its words are not frozen."""

    id: int
    n: int


class IncidentSituation(TypedDict):
    """An incident at the end of the week; see `incident_facts.IncidentFacts`.

    `usual` are the mentions of the same hours in the weeks before, `peak` those of its
    greatest hour, `checked` those of
    the critical ones whose urgency staff checked, `places` localities.
    """

    began_at: str
    newest_at: str
    peak: NotRequired[PeakHour | None]
    mentions: int
    usual: int | None
    urgent: int
    critical: int
    checked: int
    messages: int
    wards: list[NamedCount]
    places: list[NamedCount]
    owners: list[NamedCount]
    figures: list[ContradictoryFigures]
    rumours: list[RumourCount]


class IncidentHours(TypedDict):
    """An incident from `start`, a whole hour, hour by hour; see
    `incident_timeline.IncidentTimeline`.

    `steps` are moments by step. `platforms` counts those that were watched, `missing`
    has the hours that some of them lack, by id.
    """

    start: str
    mentions: list[int | None]
    whole: list[bool]
    steps: dict[str, str]
    as_of: str
    platforms: int
    missing: dict[str, int]


class IncidentNumbers(TypedDict):
    """An incident; `here`: of this week; `week`: in which it began.

    `notified_at` is when the first message about it was sent, None where none was.
    `name` are the names of its area, `promise` the text of the promise it is about.
    `situation` is None where the incident counts no mentions, or is one of many.
    `timeline` is that of the greatest incident of the week, None for the others.
    """

    id: int
    kind: str
    subject: str
    name: Names | None
    promise: str | None
    severity: str
    state: str
    opened_at: str
    first_post_at: str | None
    notified_at: NotRequired[str | None]
    last_at: str
    ended_at: NotRequired[str | None]
    here: bool
    week: Literal["now", "before", "earlier"]
    acked_by: str | None
    acked_at: str | None
    worst: WorstAlert | None
    situation: NotRequired[IncidentSituation | None]
    timeline: NotRequired[IncidentHours | None]


class CommitmentNumbers(TypedDict):
    """A commitment that was open when the week ended: what, until when, whose.

    `owner` is the usual owner of its topic; `made_by` is who of the cell entered it.
    """

    id: int
    text: str
    due_at: str
    topic: str | None
    ward: str | None
    made_by: str
    owner: OwnerNames | None


PlannedClosure = TypedDict(
    "PlannedClosure",
    {
        "topic": str,
        "wards": list[OwnerNames],
        "from": str,
        "to": str,
        "n": int,
    },
)
"""What the city announced, and mentions of its topic in the week that name one of its
ward offices or none."""


class WaitingApprovals(TypedDict):
    """Own posts or answers that a second person has not approved; `due_at` is when the
    first of them is to leave, None of answers, which leave at once."""

    n: int
    due_at: str | None


class CellWork(TypedDict):
    """What the cell published in the week, what waits for approval, commitments kept
    and those that fell due."""

    posts: int
    answers: int
    posts_waiting: WaitingApprovals
    answers_waiting: WaitingApprovals
    kept: int
    due: int


class OfficeNumbers(TypedDict):
    """A ward office, or an owner of problems: its mentions, those that ask, urgent
    ones, and complaints said to be closed without action.

    `topics` are those that are asked about; `places` of a ward office its localities,
    of an owner the ward offices.
    """

    id: str
    kind: Literal["ward", "owner"]
    name: Names | None
    mentions: Figure
    asking: Figure
    urgent: Figure
    closed: int
    topics: list[NamedCount]
    places: list[NamedCount]


class LetterNumbers(TypedDict):
    """What the letters say beside the numbers of the report.

    `closed` are mentions that say a complaint was closed without action, `closed_of`
    those of them whose owner is known. `festival` are the days of the week that belong
    to one.
    """

    commitments: list[CommitmentNumbers]
    planned: list[PlannedClosure]
    work: CellWork
    closed: int
    closed_of: list[NamedCount]
    festival: list[str]
    offices: list[OfficeNumbers]


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


class AdCampaign(TypedDict):
    """What an ad campaign cost and brought; `installs` by conversion action."""

    id: str
    name: str
    cost_micros: int | None
    impressions: int | None
    clicks: int | None
    installs: dict[str, float | None]
    days: int
    whole: bool


class AdAccountNumbers(TypedDict):
    """An account of an ad network: days of the week that it covers, its campaigns.

    `figures` of a day were reported, `restated` of them changed afterwards; those from
    `moving_from` on may still change.
    """

    network: str
    account: str
    currency: str
    zone: str
    days: int
    moving_from: str | None
    figures: int
    restated: int
    campaigns: list[AdCampaign]


class SearchSums(TypedDict):
    """Clicks, impressions, and the mean position weighted by impressions."""

    clicks: int | None
    impressions: int | None
    position: float | None


class SearchDays(SearchSums):
    """The sums of so many days."""

    days: int


class SiteNumbers(TypedDict):
    """A site in Google's search results, `through` a day, `moving` days not final."""

    site: str
    now: SearchDays
    before: SearchDays
    through: str | None
    moving: int
    unnamed_clicks: int | None


class QueryNumbers(SearchSums):
    """A query that showed a site."""

    site: str
    query: str


class SearchNumbers(TypedDict):
    """Sites in Google's search results, and the queries with the most clicks."""

    sites: list[SiteNumbers]
    queries: list[QueryNumbers]


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


class WeekNumbers(MentionNumbers):
    """All numbers of a week."""

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
