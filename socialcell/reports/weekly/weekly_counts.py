"""Count a week: everything that its report says in numbers."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.clock import IST, as_utc
from socialcell.listening import coverage
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import commitments
from socialcell.listening.store.mentions import engagement_deltas, mention_counts
from socialcell.listening.store.mentions.mention_counts import Cells, TimeSpan
from socialcell.listening.store.pages.source_history import watches
from socialcell.ops import audit
from socialcell.reports.compared_figures import (
    WEEK,
    Figure,
    Held,
    figure,
    hourly,
    of_platform,
    whole_hours,
)
from socialcell.reports.kpis import kpis
from socialcell.reports.kpis.listening import ASKING
from socialcell.reports.sections import (
    ad_spend,
    campaign_effects,
    incidents,
    outreach_progress,
    public_accounts,
    quote_sampling,
    search_console,
)
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.weekly import collection_coverage
from socialcell.settings.campaigns import Planning
from socialcell.strategy import Strategy

VERSION = 2
# Topics that say too little to name anybody who answers for them.
NO_ONES = frozenset({"politics", "other"})

_WEEK = timedelta(days=7)


def count(
    session: Session,
    week: TimeSpan,
    now: datetime,
    strategy: Strategy | None = None,
    planning: Planning | None = None,
) -> dict[str, Any]:
    """Everything the report says in numbers, as plain JSON without any text of posts.

    All figures come from one snapshot of the database when the session reads one.
    """
    return _Counting(session, week, strategy, planning).document(now)


class _Counting:
    def __init__(
        self,
        session: Session,
        week: TimeSpan,
        strategy: Strategy | None,
        planning: Planning | None,
    ) -> None:
        self._session = session
        self._strategy = strategy
        self._planning = planning
        self._week = week
        self._before = TimeSpan(as_utc(week.start.astimezone(IST) - _WEEK), week.start)
        self._both = TimeSpan(self._before.start, week.end)
        self._day = week.end.astimezone(IST).date() - timedelta(days=1)
        self._watches = watches(session, self._before.start, week.end)
        self._held = Held(
            coverage.covered_hours(self._watches, week.start, WEEK),
            coverage.covered_hours(self._watches, self._before.start, WEEK),
        )
        self._cells = mention_counts.mentions(session, self._both)
        self._areas = area_store.areas_on(session, self._day)

    def document(self, now: datetime) -> dict[str, Any]:
        session, week = self._session, self._week
        topics = self._topics()
        counted = {
            "version": VERSION,
            "made_at": now.astimezone(IST).isoformat(),
            "audit": asdict(audit.head(session)),
            "period": _said(week),
            "week_before": _said(self._before),
            "coverage": collection_coverage.counted(
                self._watches,
                self._held,
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
            "hours": hourly(self._cells, self._held),
            "whole_hours": whole_hours(self._held),
            "platforms": self._platforms(),
            "intents": self._values("intent"),
            "sentiments": self._values("sentiment"),
            "urgencies": self._values("urgency"),
            "languages": self._values("language"),
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
            "campaigns": campaign_effects.counted(session, self._day),
            "outreach": outreach_progress.counted(
                session, self._day, now.astimezone(IST).date(), self._planning
            ),
            "promises": [
                {"id": one.id, "text": one.text, "due_at": one.due_at.isoformat()}
                for one in commitments.missed(session, week.end)
            ],
            "quotations": quote_sampling.drawn(session, week, topics),
        }
        return counted | self._around(counted)

    def _around(self, counted: dict[str, Any]) -> dict[str, Any]:
        """What stands beside the mentions: incidents, accounts, ads, search, goals."""
        session, week = self._session, self._week
        names = {area.id: names_of(area) for area in self._areas}
        both = incidents.counted(session, self._both, week.start, names)
        known = kpis.Known(
            week=week,
            before=self._before,
            last=self._day,
            watches=self._watches,
            mentions=counted["mentions"],
            intents=counted["intents"],
            incidents=both,
            campaigns=counted["campaigns"],
        )
        return {
            "incidents": [one for one in both if one["here"]],
            "voices": public_accounts.counted(session, week),
            "ads": ad_spend.counted(session, self._day),
            "search": search_console.counted(session, self._day),
            "measures": kpis.measured(session, known),
            "strategy": self._strategy and self._strategy.model_dump(mode="json"),
        }

    def _figure(self, cells: Cells) -> Figure:
        return figure(cells, self._held, unit="mentions")

    def _peak(self) -> dict[str, Any] | None:
        hours = hourly(self._cells, self._held)
        n, first = max((value or 0, -hour) for hour, value in enumerate(hours))
        if not n:
            return None
        at = self._week.start + timedelta(hours=-first)
        return {"at": at.astimezone(IST).isoformat(), "n": n, "unit": "mentions"}

    def _days(self) -> list[dict[str, Any]]:
        monday = self._week.start.astimezone(IST).date()
        return [
            {
                "date": (monday + timedelta(days=day)).isoformat(),
                **figure(
                    self._cells,
                    self._held,
                    range(day * 24, day * 24 + 24),
                    unit="mentions",
                ),
            }
            for day in range(7)
        ]

    def _platforms(self) -> list[dict[str, Any]]:
        names = {name for name, _ in self._cells} | set(self._held.now)
        made = [
            {
                "id": name,
                **figure(
                    of_platform(self._cells, name),
                    self._held.only(name),
                    unit="mentions",
                ),
            }
            for name in names
        ]
        return sorted(made, key=_largest_first)

    def _values(self, column: str) -> list[dict[str, Any]]:
        unsure = mention_counts.unsure(self._session, self._week, column)
        if column == "sentiment":
            found = mention_counts.sentiments(self._session, self._both)
        else:
            found = mention_counts.by_column(self._session, self._both, column)
        made = [
            {"id": value, **self._figure(cells), "unsure": unsure.get(value, 0)}
            for value, cells in found.items()
        ]
        return sorted(made, key=_largest_first)

    def _topics(self) -> list[dict[str, Any]]:
        session = self._session
        asked = mention_counts.by_annotation(
            session, self._both, "topic", intents=ASKING
        )
        moods = mention_counts.topics_by_sentiment(session, self._week)
        found = mention_counts.topics(session, self._both)
        made = [
            {
                "id": topic,
                **self._figure(cells),
                "asking": self._figure(asked.get(topic, {})),
                "sentiment": {
                    label: moods.get(topic, {}).get(label, 0)
                    for label in ("negative", "neutral", "positive")
                },
            }
            for topic, cells in found.items()
        ]
        return sorted(made, key=_largest_first)

    def _owners(self, topics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Who answers for what people ask about; several where it depends on place."""
        table = owners.owners_on(self._session, self._day)
        made = []
        for topic in topics:
            own = [owner for owner in table if owner.topic == topic["id"]]
            if own and topic["asking"]["n"] and topic["id"] not in NO_ONES:
                own.sort(key=lambda owner: (not owner.is_of_all, owner.owner))
                names = {owner.owner: names_of(owner) for owner in own}
                made.append(
                    {
                        "topic": topic["id"],
                        "asking": topic["asking"],
                        "owners": [{"id": k, "name": v} for k, v in names.items()],
                    }
                )
        return sorted(made, key=lambda one: (-one["asking"]["n"], one["topic"]))

    def _wards(self) -> list[dict[str, Any]]:
        found = mention_counts.by_annotation(self._session, self._both, "ward")
        asked = mention_counts.by_annotation(
            self._session, self._both, "ward", intents=ASKING
        )
        wards = {area.id: area for area in self._areas if area.kind == "ward_office"}
        made = [
            {
                "id": ward,
                "name": names_of(wards[ward]) if ward in wards else None,
                **self._figure(found.get(ward, {})),
                "asking": self._figure(asked.get(ward, {})),
            }
            for ward in found.keys() | wards.keys()
        ]
        return sorted(made, key=_largest_first)

    def _villages(self) -> list[dict[str, Any]]:
        villages = {area.id: area for area in self._areas if area.kind == "village"}
        found = mention_counts.by_annotation(
            self._session, self._both, "entity", values=list(villages)
        )
        made = [
            {"id": id_, "name": names_of(villages[id_]), **self._figure(cells)}
            for id_, cells in found.items()
        ]
        return sorted(made, key=_largest_first)

    def _urgent(self) -> dict[str, Any]:
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


def _largest_first(one: dict[str, Any]) -> tuple[int, int, str]:
    same = one["same_hours"] or {"before": 0}
    return (-(one["n"] or 0), -same["before"], one["id"])


def _said(span: TimeSpan) -> dict[str, str]:
    return {
        "from": span.start.astimezone(IST).isoformat(),
        "to": span.end.astimezone(IST).isoformat(),
    }
