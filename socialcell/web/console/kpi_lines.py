"""The commissioner's indicators as lines of a page: words, drawing, and their rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from markupsafe import Markup

from socialcell.i18n import Language
from socialcell.reports import compared_figures
from socialcell.reports.commissioner.figure_rows import FigureRows
from socialcell.reports.commissioner.kpi_figures import (
    KpiFigure,
    KpiGoal,
    MissingKpi,
    WeekKpis,
)
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import goals
from socialcell.reports.svg.interval_bars import share_dot, value_bar
from socialcell.roles import Permission
from socialcell.services.operators.browser_sessions import BrowserVisitor
from socialcell.strategy import MEASURES

_EXACT = 1_000_000


@dataclass(frozen=True)
class GoalLine:
    """A target in words, its goal and whose that is; `is_met` None: not known."""

    target: str
    title: str
    owner: str
    is_met: bool | None


@dataclass(frozen=True)
class KpiLine:
    """An indicator with a value. `sample` is the part and whole of a share, "" of other
    figures. `interval` is that of 95 % in words; where there is none it is "" and
    `without_interval` says why. `note` is what else must be known; `path` leads to the
    rows ("": nowhere)."""

    id: str
    kpi: str
    name: str
    definition: str
    now: str
    before: str
    unit: str
    basis: str
    sample: str
    interval: str
    without_interval: str
    note: str
    drawing: Markup
    goal: GoalLine | None
    path: str
    rows: int | None


@dataclass(frozen=True)
class MissingLine:
    """An indicator without a value, and why."""

    kpi: str
    name: str
    why: str
    is_recorded: bool
    goal: GoalLine | None


@dataclass(frozen=True)
class TargetCount:
    """How many targets are met, are not, and of how many it is not known."""

    met: int
    missed: int
    unknown: int

    @property
    def total(self) -> int:
        return self.met + self.missed + self.unknown


def count_targets(kpis: WeekKpis) -> TargetCount:
    """The targets of a week's indicators by whether they are met."""
    kpi_goals = [
        *(figure.goal for figure in kpis.figures),
        *(figure.goal for figure in kpis.missing),
    ]
    states = [goal.is_met for goal in kpi_goals if goal is not None]
    return TargetCount(states.count(True), states.count(False), states.count(None))


class KpiWords:
    """The indicators in one language, for one reader."""

    def __init__(self, lang: Language, visitor: BrowserVisitor | None) -> None:
        self._lang, self._visitor = lang, visitor
        self._phrases = Phrases(lang)
        self._names = kpi_labels.kpi_names(lang)

    def lines(self, figures: Sequence[KpiFigure]) -> list[KpiLine]:
        return [self._line(figure) for figure in figures]

    def missing(self, figures: Sequence[MissingKpi]) -> list[MissingLine]:
        return [
            MissingLine(
                figure.kpi,
                self._names[figure.id][0],
                kpi_labels.unknown_reason(self._lang, figure.why),
                figure.is_recorded,
                self._goal(figure.goal, figure.id, None),
            )
            for figure in figures
        ]

    def _line(self, figure: KpiFigure) -> KpiLine:
        name, definition = self._names[figure.id]
        measure = compared_figures.measure(figure.now, figure.before, figure.basis)
        path = rows_path(figure.rows, self._visitor)
        return KpiLine(
            id=figure.id,
            kpi=figure.kpi,
            name=name,
            definition=definition,
            now=self._now(figure),
            before=kpi_labels.figure_text(self._lang, figure.id, figure.before)
            if figure.before is not None
            else "",
            unit=kpi_labels.unit_label(self._lang, figure.id),
            basis=kpi_labels.basis_text(self._phrases, measure),
            sample=self._phrases.part_of_whole(figure.part, figure.n)
            if figure.unit == "share" and figure.part is not None and figure.n
            else "",
            interval=self._interval(figure),
            without_interval="" if figure.interval else self._without(figure),
            note=self._note(figure),
            drawing=_drawing(figure),
            goal=self._goal(figure.goal, figure.id, figure.now),
            path=path,
            rows=figure.rows.n,
        )

    def _now(self, figure: KpiFigure) -> str:
        """A share of few is told as a part of a whole."""
        if MEASURES[figure.id].unit == "share" and not figure.is_percentage:
            return self._phrases.part_of_whole(figure.part or 0, figure.n or 0)
        return kpi_labels.figure_text(self._lang, figure.id, figure.now)

    def _interval(self, figure: KpiFigure) -> str:
        if figure.interval is None:
            return ""
        if figure.unit == "share":
            low, high = (self._percent(bound) for bound in figure.interval)
        else:
            low, high = (self._lang.number(round(bound)) for bound in figure.interval)
        return self._lang.gettext("%(low)s to %(high)s", low=low, high=high)

    def _without(self, figure: KpiFigure) -> str:
        """Why a figure has no interval."""
        _ = self._lang.gettext
        if figure.unit == "share" and figure.part is None:
            return _("none: all hours are counted")
        if figure.unit in ("share", "minutes"):
            return _("none: too few")
        return _("none: a count")

    def _note(self, figure: KpiFigure) -> str:
        _, corrected = self._lang.gettext, figure.corrected
        if corrected is not None and corrected["share"] is not None:
            low, high = corrected["low"], corrected["high"]
            return _(
                "Corrected for the machine's mistakes: %(share)s (%(low)s to %(high)s)",
                share=self._percent(corrected["share"]),
                low=self._percent(low or 0),
                high=self._percent(high or 0),
            )
        return self._phrases.label("topic", figure.topic) if figure.topic else ""

    def _percent(self, share: float) -> str:
        return self._lang.percent(round(share * _EXACT), _EXACT)

    def _goal(
        self, goal: KpiGoal | None, measure: str, now: float | None
    ) -> GoalLine | None:
        if goal is None:
            return None
        bound, *others = goals.target_lines(self._lang, goal.target, measure, None)
        unit = kpi_labels.unit_label(self._lang, measure)
        return GoalLine(
            target=" ".join(filter(None, (bound, unit, *others))),
            title=goal.title[self._lang.code],
            owner=goal.owner[self._lang.code],
            is_met=None if now is None else goal.is_met,
        )

    def agreement(self, kpis: WeekKpis) -> str:
        """Whether anybody has agreed to the goals; "" where there are no targets."""
        _, agreed = self._lang.gettext, kpis.agreed
        if not count_targets(kpis).total:
            return ""
        if agreed is None:
            return _(
                "The goals of the draft strategy are proposals: no one has agreed to "
                "them."
            )
        day = self._lang.day(date.fromisoformat(agreed))
        return _("The goals of the strategy were agreed on %(day)s.", day=day)


def _drawing(figure: KpiFigure) -> Markup:
    """A share as a dot, minutes as a bar, with interval and target; of a count there is
    nothing to draw, and of a share of few nothing to measure."""
    bound = None
    if figure.goal is not None:
        target = figure.goal.target
        least = target["at_least"]
        bound = target["at_most"] if least is None else least
    if figure.unit == "share" and figure.is_percentage:
        goal = None if bound is None else bound / 100
        return share_dot(figure.now, figure.interval, goal)
    if figure.unit == "minutes":
        high = figure.interval[1] if figure.interval else 0
        most = max(figure.now, high, bound or 0, 1)
        return value_bar(figure.now, most, figure.interval, bound)
    return Markup("")


def rows_path(rows: FigureRows, visitor: BrowserVisitor | None) -> str:
    """Where the rows behind a figure stand in the console; "": on no page that this
    visitor may open."""
    filters = rows.filters
    match rows.noun:
        case "mentions":
            return f"/mentions?{urlencode({'query': rows.query or ''})}"
        case "cases":
            return f"/figures/cases?{urlencode(dict(filters))}"
        case "sources":
            return "/sources"
        case "incidents":
            return f"/incidents?{urlencode(dict(filters))}"
        case "campaigns":
            names = filters.get("names", "").split(",")
            one = f"/{quote(names[0], safe='')}" if len(names) == 1 else ""
            return f"/campaigns{one}"
        case "commitments":
            return "/commitments"
        case "registry":
            return "/registry"
        case "removals":
            may_erase = visitor is not None and visitor.may(Permission.ERASE)
            return "/privacy" if may_erase else ""
        case "outcomes":
            return f"/figures/outcomes?{urlencode(dict(filters))}"
