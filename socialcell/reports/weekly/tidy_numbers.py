"""The numbers of a week as one table for programs: a row a number, the same columns,
ids and units in every language.

Text of posts, names of persons and accounts are not in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from socialcell.clock import IST
from socialcell.reports.campaign_numbers import (
    CampaignNumbers,
    CampaignResults,
    Money,
    PriceRange,
)
from socialcell.reports.compared_figures import Figure, IdFigure
from socialcell.reports.sections.report_context import HIDDEN_TOPIC
from socialcell.reports.week_incidents import IncidentNumbers
from socialcell.reports.week_numbers import ReaderNumbers, WeekNumbers
from socialcell.strategy import MEASURES

_MICROS = 1_000_000
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TidyRow:
    """A number of `period_from` to `period_to` (Indian time; the end is not in it).

    `section`, `measure` and `dimension` say what was counted, of which `id`. `low` and
    `high` bound a 95 % interval. `coverage` is the share of platform-hours collected.
    `previous_value` and `comparable_value` count the week before and this week over
    the `comparable_hours` that both covered; of a measure the value of the week before.
    What is not known is None.
    """

    period_from: datetime
    period_to: datetime
    section: str
    measure: str
    dimension: str
    id: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    previous_value: float | None = None
    comparable_value: float | None = None
    comparable_hours: int | None = None


COLUMNS = tuple(column.name for column in fields(TidyRow))


def tidy_rows(numbers: WeekNumbers) -> list[TidyRow]:
    """Every number of the frozen week that counts something, but for the topic that
    reports do not show."""
    return [
        row
        for row in _Rows(numbers).all_rows()
        if (row.dimension, row.id) != ("topic", HIDDEN_TOPIC)
    ]


class _Rows:
    def __init__(self, numbers: WeekNumbers) -> None:
        self._numbers = numbers
        self._from = _local(numbers["period"]["from"])
        self._to = _local(numbers["period"]["to"])

    def all_rows(self) -> Iterator[TidyRow]:
        numbers = self._numbers
        yield from self._volume()
        for dimension, figures in (
            ("intent", numbers["intents"]),
            ("sentiment", numbers["sentiments"]),
            ("urgency", numbers["urgencies"]),
            ("language", numbers["languages"]),
        ):
            yield from self._figures("reading", dimension, figures)
            for figure in figures:
                yield self._row(
                    "reading", "unsure", dimension, figure["id"], figure["unsure"]
                )
        yield from self._topics()
        yield from self._places()
        for dimension, urgent in (
            ("topic", numbers["urgent"]["topics"]),
            ("ward", numbers["urgent"]["wards"]),
        ):
            yield from self._figures("urgent", dimension, urgent)
        yield from self._reader(numbers.get("reader"))
        yield from self._beside()

    def _beside(self) -> Iterator[TidyRow]:
        numbers = self._numbers
        for gain in numbers["engagement"]:
            for measure, count in (
                (gain["metric"], gain["gained"]),
                (f"{gain['metric']}.posts", gain["posts"]),
            ):
                yield self._row(
                    "engagement", measure, "platform", gain["platform"], count
                )
        for incident in numbers.get("incidents", ()):
            yield from self._incident(incident)
        for campaign in numbers.get("campaigns", ()):
            yield from self._campaign(campaign)
        for row in numbers.get("uninstalls", ()):
            id_ = f"{row['store']}:{row['app']}:{row['definition']}"
            yield self._row(
                "stores", "uninstalls", "app", id_, row["n"], unit="uninstalls"
            )
        yield from self._ads()
        yield from self._search()
        yield from self._measures()
        yield from self._coverage()

    def _volume(self) -> Iterator[TidyRow]:
        numbers = self._numbers
        yield self._figure("volume", "mentions", "all", "", numbers["mentions"])
        yield self._figure("volume", "reposts", "all", "", numbers["reposts"])
        for measure, count in (
            ("undated", numbers["undated"]),
            ("messages", numbers.get("messages")),
            ("unread", numbers["unread"]),
            ("unplaced", numbers["unplaced"]),
        ):
            yield self._row("volume", measure, "all", "", count)
        for day in numbers["days"]:
            yield self._figure("volume", "mentions", "day", day["date"], day)
        for hour, hourly in enumerate(numbers["hours"]):
            at = (self._from + hour * _HOUR).isoformat(timespec="minutes")
            yield self._row("volume", "mentions", "hour", at, hourly)
        yield from self._figures("volume", "platform", numbers["platforms"])

    def _topics(self) -> Iterator[TidyRow]:
        topics = self._numbers["topics"]
        yield from self._figures("topics", "topic", topics)
        for topic in topics:
            yield self._figure(
                "topics", "asking", "topic", topic["id"], topic["asking"]
            )
            for sentiment, count in sorted(topic["sentiment"].items()):
                yield self._row("topics", sentiment, "topic", topic["id"], count)

    def _places(self) -> Iterator[TidyRow]:
        wards = self._numbers["wards"]
        yield from self._figures("places", "ward", wards)
        for ward in wards:
            yield self._figure("places", "asking", "ward", ward["id"], ward["asking"])
        yield from self._figures("places", "village", self._numbers["villages"])

    def _reader(self, reader: ReaderNumbers | None) -> Iterator[TidyRow]:
        """Shares corrected for the reader's mistakes, and how often it is right."""
        if reader is None:
            return
        for share in reader["shares"]:
            yield self._row(
                "reader",
                "corrected_share",
                share["task"],
                share["id"],
                share["share"],
                unit="share",
                low=share["low"],
                high=share["high"],
            )
        for agreement in reader["agreement"]:
            task = agreement["task"]
            for part in agreement["languages"]:
                for measure, count in (
                    ("right", part["right"]),
                    ("measured", part["n"]),
                ):
                    yield self._row(
                        "reader",
                        f"{task}.{measure}",
                        "language",
                        part["id"],
                        count,
                        unit="posts",
                    )

    def _incident(self, incident: IncidentNumbers) -> Iterator[TidyRow]:
        id_ = str(incident["id"])
        worst, situation = incident["worst"], incident.get("situation")
        if worst:
            unit = worst.get("unit") or "mentions"
            yield self._row(
                "incidents", "alert", "incident", id_, worst["observed"], unit=unit
            )
            yield self._row(
                "incidents",
                "alert.usual",
                "incident",
                id_,
                worst["expected"],
                unit=unit,
            )
        if situation:
            counts: Mapping[str, int | None] = {
                "mentions": situation["mentions"],
                "usual": situation["usual"],
                "urgent": situation["urgent"],
                "critical": situation["critical"],
            }
            for measure, count in counts.items():
                yield self._row("incidents", measure, "incident", id_, count)

    def _campaign(self, campaign: CampaignNumbers) -> Iterator[TidyRow]:
        name = campaign["name"]
        for span, results in (
            ("week", campaign["week"]),
            ("so_far", campaign["so_far"]),
        ):
            for measure, count in _campaign_counts(results).items():
                yield self._row(
                    "campaigns",
                    f"{span}.{measure}",
                    "campaign",
                    name,
                    count,
                    unit="clicks" if measure == "clicks" else "installs",
                )
        if effect := campaign["incremental"]:
            low, high = effect["interval"] or (None, None)
            yield self._row(
                "campaigns",
                "so_far.incremental",
                "campaign",
                name,
                effect["value"],
                unit=effect["outcome"],
                low=low,
                high=high,
            )
            yield from self._price(
                "planned_cost_per_incremental", name, effect["cost_per_incremental"]
            )
        yield from self._price(
            "planned_cost_per_install", name, campaign["cost_per_install"]
        )

    def _price(
        self, measure: str, campaign: str, price: PriceRange | None
    ) -> Iterator[TidyRow]:
        if price is None or price["best"] is None:
            return
        yield self._row(
            "campaigns",
            measure,
            "campaign",
            campaign,
            _units(price["best"]),
            unit=price["best"]["currency"],
            low=_units(price["low"]),
            high=_units(price["high"]),
        )

    def _ads(self) -> Iterator[TidyRow]:
        for account in self._numbers.get("ads", ()):
            for campaign in account["campaigns"]:
                cost = campaign["cost_micros"]
                id_ = f"{account['network']}:{account['account']}:{campaign['id']}"
                rows: list[tuple[str, float | None, str]] = [
                    (
                        "spent",
                        None if cost is None else cost / _MICROS,
                        account["currency"],
                    ),
                    ("impressions", campaign["impressions"], "impressions"),
                    ("clicks", campaign["clicks"], "clicks"),
                    *(
                        (f"installs.{action}", count, "installs")
                        for action, count in sorted(campaign["installs"].items())
                    ),
                ]
                for measure, number, unit in rows:
                    yield self._row(
                        "ads", measure, "ad_campaign", id_, number, unit=unit
                    )

    def _search(self) -> Iterator[TidyRow]:
        search = self._numbers.get("search")
        for site in search["sites"] if search else ():
            now, before = site["now"], site["before"]
            rows: tuple[tuple[str, float | None, float | None], ...] = (
                ("clicks", now["clicks"], before["clicks"]),
                ("impressions", now["impressions"], before["impressions"]),
                ("position", now["position"], before["position"]),
            )
            for measure, number, previous in rows:
                yield self._row(
                    "search",
                    measure,
                    "site",
                    site["site"],
                    number,
                    unit=measure,
                    previous_value=previous,
                )

    def _measures(self) -> Iterator[TidyRow]:
        for measure in self._numbers.get("measures", ()):
            yield self._row(
                "measures",
                measure["id"],
                "topic" if measure["of"] else "all",
                measure["of"] or "",
                measure["now"],
                unit=MEASURES[measure["id"]].unit,
                previous_value=measure["before"],
            )

    def _coverage(self) -> Iterator[TidyRow]:
        for platform in self._numbers["coverage"]["platforms"]:
            due = platform["due"]
            yield self._row(
                "coverage",
                "hours_covered",
                "platform",
                platform["id"],
                platform["covered"],
                unit="hours",
                coverage=platform["covered"] / due if due else None,
                previous_value=platform["covered_before"],
            )

    def _figures(
        self, section: str, dimension: str, figures: Sequence[IdFigure]
    ) -> Iterable[TidyRow]:
        for figure in figures:
            yield self._figure(section, "mentions", dimension, figure["id"], figure)

    def _figure(
        self, section: str, measure: str, dimension: str, id_: str, figure: Figure
    ) -> TidyRow:
        same, coverage = figure["same_hours"], figure["coverage"]
        return TidyRow(
            self._from,
            self._to,
            section,
            measure,
            dimension,
            id_,
            figure["n"],
            figure["unit"],
            coverage=coverage["covered"] / coverage["due"] if coverage["due"] else None,
            previous_value=same["before"] if same else None,
            comparable_value=same["now"] if same else None,
            comparable_hours=same["hours"] if same else None,
        )

    def _row(
        self,
        section: str,
        measure: str,
        dimension: str,
        id_: str,
        number: float | None,
        *,
        unit: str = "mentions",
        low: float | None = None,
        high: float | None = None,
        coverage: float | None = None,
        previous_value: float | None = None,
    ) -> TidyRow:
        return TidyRow(
            self._from,
            self._to,
            section,
            measure,
            dimension,
            id_,
            number,
            unit,
            low=low,
            high=high,
            coverage=coverage,
            previous_value=previous_value,
        )


def _campaign_counts(results: CampaignResults) -> dict[str, int | None]:
    """Counts that the week knows: earlier versions froze fewer."""
    counts = {"clicks": results["clicks"], "installs": results["installs"]}
    if "sourceless" not in results:
        return {**counts, "unattributed": results["unattributed"]}
    return {
        **counts,
        "named_elsewhere": results.get("named_elsewhere"),
        "sourceless": results["sourceless"],
    }


def _units(money: Money | None) -> float | None:
    return None if money is None else money["amount_micros"] / _MICROS


def _local(moment: str) -> datetime:
    """The wall clock of Pune: workbooks know no time zone."""
    return datetime.fromisoformat(moment).astimezone(IST).replace(tzinfo=None)
