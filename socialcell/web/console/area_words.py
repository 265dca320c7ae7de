"""Figures of areas in words: changes, shares, owners, and what stands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from socialcell.i18n import Language
from socialcell.reports.areas.area_figures import AreaFigures, ShareOfMentions
from socialcell.reports.areas.area_incidents import AreaIncident
from socialcell.reports.compared_figures import Figure
from socialcell.reports.incidents import incident_titles
from socialcell.reports.named_counts import Names
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_numbers import CoverageNumbers
from socialcell.services.area_overview import AreaEntry

AreaMeasure: TypeAlias = Literal["mentions", "complaints", "urgent", "negative"]
MEASURES: tuple[AreaMeasure, ...] = ("mentions", "complaints", "urgent", "negative")
_EXACT = 1_000_000  # a bound is rounded once, to the whole percentage


@dataclass(frozen=True)
class ChangeWords:
    """What a count was over the hours that both spans covered, and is: 34 → 228, and
    +571% where a percentage means something."""

    counts: str
    percent: str


class AreaWords:
    """The figures of areas in one language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._phrases = Phrases(lang)

    def measure(self, measure: AreaMeasure) -> str:
        """What a map shows or a column holds."""
        _ = self.lang.gettext
        return {
            "mentions": _("Mentions"),
            "complaints": _("Complaints"),
            "urgent": _("Urgent"),
            "negative": _("Share negative"),
        }[measure]

    def name(self, entry: AreaEntry) -> str:
        """The name of an area; its id once it is in no table."""
        return self._phrases.name(entry.names, entry.id)

    def kind(self, kind: str) -> str:
        """What kind of area it is."""
        _ = self.lang.gettext
        return {
            "ward_office": _("Ward office"),
            "prabhag": _("Electoral ward"),
            "village": _("Village"),
            "locality": _("Locality"),
        }.get(kind, kind)

    def topic(self, id_: str) -> str:
        return self._phrases.label("topic", id_)

    def platform(self, id_: str) -> str:
        return self._phrases.platform(id_)

    def change(self, figure: Figure) -> ChangeWords | None:
        """None where less than half of the hours were covered in both spans."""
        comparison = figure["same_hours"]
        if comparison is None or 2 * comparison["hours"] < figure["coverage"]["due"]:
            return None
        number = self.lang.number
        return ChangeWords(
            f"{number(comparison['before'])} → {number(comparison['now'])}",
            self._phrases.change_percent(figure) or "",
        )

    def percent(self, share: ShareOfMentions) -> str:
        """A share as a percentage; "" where too few lie under it."""
        if share.interval is None:
            return ""
        return self.lang.percent(share.part, share.whole)

    def interval(self, share: ShareOfMentions) -> str:
        """The interval of 95 %: 60% to 72%."""
        if share.interval is None:
            return ""
        low, high = (
            self.lang.percent(round(bound * _EXACT), _EXACT) for bound in share.interval
        )
        return self.lang.gettext("%(low)s to %(high)s", low=low, high=high)

    def part(self, part: int, whole: int) -> str:
        return self._phrases.part_of_whole(part, whole)

    def coverage(self, coverage: CoverageNumbers) -> str:
        """How much was collected, in one sentence."""
        _ = self.lang.gettext
        due, covered = coverage["due"], coverage["covered"]
        if not due:
            return _("No source was watched in these days, so nothing is known.")
        return _(
            "%(percent)s of the hours of all platforms were collected (%(of)s).",
            percent=self.lang.percent(covered, due),
            of=self.part(covered, due),
        )

    def incident(self, incident: AreaIncident, names: Mapping[str, Names]) -> str:
        """An incident as a title."""
        return incident_titles.title(incident.about, names, self._phrases)

    def map_value(
        self, figures: AreaFigures | None, measure: AreaMeasure
    ) -> tuple[float | None, str, str]:
        """By what a map colours an area, what is written on it, and that in words."""
        _ = self.lang.gettext
        unknown = (None, "?", _("not known"))
        if figures is None:
            return unknown
        if measure == "negative":
            share = figures.negative
            if share is None:
                return unknown
            part = self.part(share.part, share.whole)
            if share.interval is None:
                return None, "?", _("%(of)s, too few for a percentage", of=part)
            words = f"{self.percent(share)} ({self.interval(share)}), {part}"
            return share.part / share.whole, self.percent(share), words
        count = _figure(figures, measure)["n"]
        if count is None:
            return unknown
        return count, self.lang.number(count), self.lang.number(count)

    def finding(self, entries: Sequence[AreaEntry], measure: AreaMeasure) -> str:
        """What the figures of areas show, where one stands out; else what they are."""
        _ = self.lang.gettext
        entries = [entry for entry in entries if entry.figures is not None]
        plain = _("%(measure)s by ward office", measure=self.measure(measure))
        if measure == "negative":
            return self._highest_share(entries) or plain
        ranked = sorted(
            ((_count(entry, measure), entry) for entry in entries),
            key=lambda pair: -pair[0],
        )
        if not ranked or not ranked[0][0]:
            return plain
        if len(ranked) < 2 or ranked[0][0] == ranked[1][0]:
            return plain
        return _(
            "%(measure)s: most in %(area)s, %(n)s",
            measure=self.measure(measure),
            area=self.name(ranked[0][1]),
            n=self.lang.number(ranked[0][0]),
        )

    def _highest_share(self, entries: Sequence[AreaEntry]) -> str:
        """Only where the interval of one lies above those of all others."""
        _ = self.lang.gettext
        shares = [
            (share, entry)
            for entry in entries
            if entry.figures and (share := entry.figures.negative) and share.interval
        ]
        if len(shares) < 2:
            return ""
        bounds = [share.interval or (0.0, 0.0) for share, _entry in shares]
        top = max(range(len(bounds)), key=lambda n: bounds[n][0])
        others = [high for n, (_low, high) in enumerate(bounds) if n != top]
        if bounds[top][0] <= max(others):
            return _("Share negative: no ward office stands out for certain")
        share, entry = shares[top]
        return _(
            "Share negative: highest in %(area)s, %(n)s",
            area=self.name(entry),
            n=self.percent(share),
        )


def _figure(figures: AreaFigures, measure: AreaMeasure) -> Figure:
    if measure == "complaints":
        return figures.complaints
    return figures.urgent if measure == "urgent" else figures.mentions


def _count(entry: AreaEntry, measure: AreaMeasure) -> int:
    assert entry.figures is not None
    return _figure(entry.figures, measure)["n"] or 0
