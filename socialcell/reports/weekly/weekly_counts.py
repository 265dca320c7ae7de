"""Count a week: everything that its report says in numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell.clock import IST, as_utc
from socialcell.desk import office_hours
from socialcell.desk.working_time import WorkingTime
from socialcell.language.analysis import ASKING
from socialcell.listening import coverage
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import commitments
from socialcell.listening.store.mentions import engagement_deltas, mention_counts
from socialcell.listening.store.mentions.mention_counts import Cells, TimeSpan
from socialcell.listening.store.pages.source_history import watches
from socialcell.ops import audit
from socialcell.reports import alert_watch, reader_agreement
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.compared_figures import (
    WEEK,
    AreaFigure,
    CoveredHours,
    Figure,
    IdFigure,
    PeakHour,
    TopicFigure,
    cells_of_platform,
    figure,
    hourly_counts,
)
from socialcell.reports.kpis import cases, kpis
from socialcell.reports.named_counts import Names
from socialcell.reports.pictures import picture_counts
from socialcell.reports.sections import (
    ad_spend,
    campaign_effects,
    incidents,
    outreach_progress,
    public_accounts,
    quote_sampling,
    search_console,
    uninstalls,
)
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.week_numbers import (
    AuditHead,
    DayFigure,
    GoalNumbers,
    MentionNumbers,
    Period,
    ReadFigure,
    StrategyNumbers,
    TopicOwners,
    UrgentFigures,
    WardFigure,
    WeekNumbers,
)
from socialcell.reports.weekly import (
    collection_coverage,
    incident_situations,
    letter_counts,
)
from socialcell.reports.weekly.letter_counts import LetterCounting
from socialcell.settings.campaigns import Planning
from socialcell.settings.desk import Desk
from socialcell.strategy import Goal, GoalTexts, Strategy

VERSION = 2
# Topics that are too vague to name an owner.
TOPICS_WITHOUT_OWNER = frozenset({"politics", "other"})

_WEEK = timedelta(days=7)


def count_week(
    session: Session,
    week: TimeSpan,
    now: datetime,
    strategy: Strategy | None = None,
    planning: Planning | None = None,
    working: WorkingTime | None = None,
) -> WeekNumbers:
    """Everything the report says in numbers, as plain JSON without any text of posts.

    `working` is the offices' time; None: that of a config.yaml as it is shipped. All
    figures come from one snapshot of the database when the session reads one.
    """
    office = working or office_hours.from_settings(Desk())
    return _Counting(session, week, strategy, planning, office).count_all(now)


class _Counting:
    def __init__(
        self,
        session: Session,
        week: TimeSpan,
        strategy: Strategy | None,
        planning: Planning | None,
        working: WorkingTime,
    ) -> None:
        self._session = session
        self._strategy = strategy
        self._planning = planning
        self._working = working
        self._week = week
        self._before = TimeSpan(as_utc(week.start.astimezone(IST) - _WEEK), week.start)
        self._both = TimeSpan(self._before.start, week.end)
        self._day = week.end.astimezone(IST).date() - timedelta(days=1)
        self._watches = watches(session, self._before.start, week.end)
        self._covered_hours = CoveredHours(
            coverage.covered_hours(self._watches, week.start, WEEK),
            coverage.covered_hours(self._watches, self._before.start, WEEK),
        )
        self._cells = mention_counts.mentions(session, self._both)
        self._areas = area_store.areas_on(session, self._day)

    def count_all(self, now: datetime) -> WeekNumbers:
        session, week = self._session, self._week
        topics = self._topics()
        campaigns = campaign_effects.count_campaigns(session, self._day)
        numbers: MentionNumbers = {
            "version": VERSION,
            "made_at": now.astimezone(IST).isoformat(),
            "audit": _audit_head(audit.head(session)),
            "period": _period(week),
            "week_before": _period(self._before),
            "coverage": collection_coverage.count_coverage(
                self._watches,
                self._covered_hours,
                week.start,
                (name for name, hour in self._cells if hour >= WEEK),
            ),
            "mentions": self._figure(self._cells),
            "reposts": self._figure(mention_counts.reposts(session, self._both)),
            "undated": mention_counts.undated(session),
            "messages": mention_counts.messages(session, week),
            "unread": mention_counts.unread(session, week),
            "peak": self._peak(),
            "days": self._days(),
            "hours": hourly_counts(self._cells, self._covered_hours),
            "whole_hours": coverage.whole_hours(self._covered_hours.now, WEEK),
            "usual_hours": picture_counts.usual_hours(session, week.start),
            "platforms": self._platforms(),
            "reader": reader_agreement.count_reader(session, week),
            "intents": self._figures_by_value("intent"),
            "sentiments": self._figures_by_value("sentiment"),
            "urgencies": self._figures_by_value("urgency"),
            "languages": self._figures_by_value("language"),
            "topics": topics,
            "owners": self._owners(topics),
            "wards": self._wards(),
            "villages": self._villages(),
            "unplaced": mention_counts.unplaced(session, week),
            "urgent": self._urgent(),
            "engagement": [
                {
                    "platform": gain.platform,
                    "metric": gain.metric,
                    "gained": gain.gained,
                    "unit": gain.metric,
                    "posts": gain.posts,
                }
                for gain in engagement_deltas.gains(session, week)
            ],
            "campaigns": campaigns,
            "outreach": outreach_progress.count_plans(
                session, self._day, now.astimezone(IST).date(), self._planning
            ),
            "promises": [
                {
                    "id": promise.id,
                    "text": promise.text,
                    "due_at": promise.due_at.isoformat(),
                }
                for promise in commitments.missed(session, week.end)
            ],
            "quotations": quote_sampling.draw_quotes(session, week, topics),
        }
        return self._with_counts_beside(numbers, campaigns)

    def _with_counts_beside(
        self, numbers: MentionNumbers, campaigns: Sequence[CampaignNumbers]
    ) -> WeekNumbers:
        """With the counts of incidents, accounts, ads, search and goals."""
        session, week = self._session, self._week
        area_names = {area.id: names_of(area) for area in self._areas}
        two_weeks = incidents.count_incidents(
            session, self._both, week.start, area_names
        )
        week_counts = kpis.WeekCounts(
            week=week,
            before=self._before,
            sunday=self._day,
            watches=self._watches,
            mentions=numbers["mentions"],
            intents=numbers["intents"],
            incidents=two_weeks,
            campaigns=campaigns,
            working=self._working,
        )
        letter = self._letter_counting(area_names)
        week_incidents = [incident for incident in two_weeks if incident["here"]]
        return {
            **numbers,
            "uninstalls": uninstalls.count_uninstalls(session, self._day),
            "alert_watch": alert_watch.count_alert_watch(session, week),
            "incidents": incident_situations.with_situations(
                session, week_incidents, week.end, letter.owner_names
            ),
            "voices": public_accounts.count_accounts(session, week),
            "ads": ad_spend.count_ads(session, self._day),
            "search": search_console.count_search(session, self._day),
            "cases": cases.count_cases(
                session, week, self._working, {**area_names, **letter.owner_names}
            ),
            "measures": kpis.measure_kpis(session, week_counts),
            "strategy": _strategy_numbers(self._strategy),
            "letter": letter_counts.count_letter(letter),
        }

    def _letter_counting(self, area_names: Mapping[str, Names]) -> LetterCounting:
        return LetterCounting(
            session=self._session,
            week=self._week,
            both=self._both,
            figure=self._figure,
            names=area_names,
            wards=[area.id for area in self._areas if area.kind == "ward_office"],
            owners=owners.owners_on(self._session, self._day),
        )

    def _figure(self, cells: Cells) -> Figure:
        return figure(cells, self._covered_hours, unit="mentions")

    def _peak(self) -> PeakHour | None:
        hours = hourly_counts(self._cells, self._covered_hours)
        peak_count, first = max((count or 0, -hour) for hour, count in enumerate(hours))
        if not peak_count:
            return None
        at = self._week.start + timedelta(hours=-first)
        return {
            "at": at.astimezone(IST).isoformat(),
            "n": peak_count,
            "unit": "mentions",
        }

    def _days(self) -> list[DayFigure]:
        monday = self._week.start.astimezone(IST).date()
        return [
            {
                "date": (monday + timedelta(days=day)).isoformat(),
                **figure(
                    self._cells,
                    self._covered_hours,
                    range(day * 24, day * 24 + 24),
                    unit="mentions",
                ),
            }
            for day in range(7)
        ]

    def _platforms(self) -> list[IdFigure]:
        names = {name for name, _ in self._cells} | set(self._covered_hours.now)
        platforms: list[IdFigure] = [
            {
                "id": name,
                **figure(
                    cells_of_platform(self._cells, name),
                    self._covered_hours.for_platform(name),
                    unit="mentions",
                ),
            }
            for name in names
        ]
        return sorted(platforms, key=_largest_first)

    def _figures_by_value(self, column: str) -> list[ReadFigure]:
        unsure = mention_counts.unsure(self._session, self._week, column)
        if column == "sentiment":
            cells_by_id = mention_counts.sentiments(self._session, self._both)
        else:
            cells_by_id = mention_counts.by_column(self._session, self._both, column)
        figures: list[ReadFigure] = [
            {"id": id_, **self._figure(cells), "unsure": unsure.get(id_, 0)}
            for id_, cells in cells_by_id.items()
        ]
        return sorted(figures, key=_largest_first)

    def _topics(self) -> list[TopicFigure]:
        session = self._session
        asking_cells = mention_counts.by_annotation(
            session, self._both, "topic", intents=ASKING
        )
        sentiments_by_topic = mention_counts.topics_by_sentiment(session, self._week)
        cells_by_topic = mention_counts.topics(session, self._both)
        topics: list[TopicFigure] = [
            {
                "id": topic,
                **self._figure(cells),
                "asking": self._figure(asking_cells.get(topic, {})),
                "sentiment": {
                    label: sentiments_by_topic.get(topic, {}).get(label, 0)
                    for label in ("negative", "neutral", "positive")
                },
            }
            for topic, cells in cells_by_topic.items()
        ]
        return sorted(topics, key=_largest_first)

    def _owners(self, topics: Sequence[TopicFigure]) -> list[TopicOwners]:
        """Who answers for what people ask about; several where it depends on place."""
        table = owners.owners_on(self._session, self._day)
        topics_with_owners: list[TopicOwners] = []
        for topic in topics:
            topic_owners = [owner for owner in table if owner.topic == topic["id"]]
            if (
                topic_owners
                and topic["asking"]["n"]
                and topic["id"] not in TOPICS_WITHOUT_OWNER
            ):
                topic_owners.sort(key=lambda owner: (not owner.is_of_all, owner.owner))
                names = {owner.owner: names_of(owner) for owner in topic_owners}
                topics_with_owners.append(
                    {
                        "topic": topic["id"],
                        "asking": topic["asking"],
                        "owners": [{"id": k, "name": v} for k, v in names.items()],
                    }
                )
        return sorted(
            topics_with_owners,
            key=lambda topic: (-(topic["asking"]["n"] or 0), topic["topic"]),
        )

    def _wards(self) -> list[WardFigure]:
        cells_by_ward = mention_counts.by_annotation(self._session, self._both, "ward")
        asking_cells = mention_counts.by_annotation(
            self._session, self._both, "ward", intents=ASKING
        )
        wards = {area.id: area for area in self._areas if area.kind == "ward_office"}
        figures: list[WardFigure] = [
            {
                "id": ward,
                "name": names_of(wards[ward]) if ward in wards else None,
                **self._figure(cells_by_ward.get(ward, {})),
                "asking": self._figure(asking_cells.get(ward, {})),
            }
            for ward in cells_by_ward.keys() | wards.keys()
        ]
        return sorted(figures, key=_largest_first)

    def _villages(self) -> list[AreaFigure]:
        villages = {area.id: area for area in self._areas if area.kind == "village"}
        cells_by_village = mention_counts.by_annotation(
            self._session, self._both, "entity", values=list(villages)
        )
        figures: list[AreaFigure] = [
            {"id": id_, "name": names_of(villages[id_]), **self._figure(cells)}
            for id_, cells in cells_by_village.items()
        ]
        return sorted(figures, key=_largest_first)

    def _urgent(self) -> UrgentFigures:
        session, both = self._session, self._both
        topics = mention_counts.by_annotation(session, both, "topic", urgencies=URGENT)
        wards = mention_counts.by_annotation(session, both, "ward", urgencies=URGENT)
        names = {area.id: names_of(area) for area in self._areas}
        return {
            "topics": sorted(
                ({"id": id_, **self._figure(cells)} for id_, cells in topics.items()),
                key=_largest_first,
            ),
            "wards": sorted(
                (
                    {"id": id_, "name": names.get(id_), **self._figure(cells)}
                    for id_, cells in wards.items()
                ),
                key=_largest_first,
            ),
        }


def _largest_first(figure: IdFigure) -> tuple[int, int, str]:
    same_hours = figure["same_hours"] or {"before": 0}
    return (-(figure["n"] or 0), -same_hours["before"], figure["id"])


def _period(span: TimeSpan) -> Period:
    return {
        "from": span.start.astimezone(IST).isoformat(),
        "to": span.end.astimezone(IST).isoformat(),
    }


def _audit_head(head: audit.Head) -> AuditHead:
    return {"seq": head.seq, "hash": head.hash}


def _strategy_numbers(strategy: Strategy | None) -> StrategyNumbers | None:
    if strategy is None:
        return None
    return {
        "agreed": strategy.agreed.isoformat() if strategy.agreed else None,
        "goals": {name: _goal_numbers(goal) for name, goal in strategy.goals.items()},
    }


def _goal_numbers(goal: Goal) -> GoalNumbers:
    return {
        "title": _by_language(goal.title),
        "owner": _by_language(goal.owner),
        "targets": {
            measure: {
                "at_least": target.at_least,
                "at_most": target.at_most,
                "by": target.by.isoformat() if target.by else None,
            }
            for measure, target in goal.targets.items()
        },
    }


def _by_language(texts: GoalTexts) -> dict[str, str]:
    return {"mr": texts.mr, "hi": texts.hi, "en": texts.en}
