"""The commissioner's indicators of a week: value, sample, interval, goal, rows."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from math import comb, inf

from socialcell.causal.wilson import wilson_interval
from socialcell.json_types import as_number, as_whole
from socialcell.language.analysis import ASKING
from socialcell.reports import reader_agreement
from socialcell.reports.commissioner.figure_rows import FigureRows, rows_of
from socialcell.reports.compared_figures import IdMeasure
from socialcell.reports.kpis.kpis import (
    INCIDENT_SPANS,
    WITHOUT_RECORDS,
    minutes_between,
)
from socialcell.reports.named_counts import Names
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.sections.goals import is_met, targets_by_measure
from socialcell.reports.week_numbers import (
    CorrectedShare,
    CoverageNumbers,
    GoalTarget,
    WeekNumbers,
)
from socialcell.strategy import MEASURES

EARLIER = "earlier"
"""Why a week has no figure that versions after it count."""
_ODDS = 0.025  # on either side of an interval of 95 %


@dataclass(frozen=True)
class KpiGoal:
    """The target of an indicator and the goal it belongs to; `is_met` is None where the
    figure is not known. A goal that nobody has agreed to is a proposal."""

    target: GoalTarget
    title: Names
    owner: Names
    is_met: bool | None


@dataclass(frozen=True)
class UsualCount:
    """What is usual: the median of earlier weeks, the least and the most of them."""

    median: float
    least: float
    most: float
    weeks: int


@dataclass(frozen=True)
class KpiFigure:
    """An indicator that has a value; see `kpis.measure_kpis` for `now` and `before`.

    `part` of `n` make up a share; of other units `n` is how many (mentions, incidents,
    days) the figure rests on. Under 20 a share is told as part of n, not as a
    percentage. `interval` is that of 95 %, in the figure's unit: Wilson's of a share,
    of a median that of its order statistics; None where there is none (a count, a
    share of hours) or too little. `corrected` is the share corrected for the reader's
    mistakes. `basis` is what the report says it rests on.
    """

    id: str
    kpi: str
    unit: str
    now: float
    before: float | None
    part: int | None
    n: int | None
    interval: tuple[float, float] | None
    usual: UsualCount | None
    corrected: CorrectedShare | None
    topic: str | None
    basis: Sequence[str | float]
    goal: KpiGoal | None
    rows: FigureRows

    @property
    def is_percentage(self) -> bool:
        """Whether enough lies under a share for a percentage."""
        return self.unit == "share" and (
            self.part is None or (self.n or 0) >= SMALLEST_BASE
        )


@dataclass(frozen=True)
class MissingKpi:
    """An indicator without a value: `why` is an id of `kpi_labels.unknown_reason`.

    `is_recorded` is False where nothing of it is kept yet, whatever the week.
    """

    id: str
    kpi: str
    why: str
    is_recorded: bool
    before: float | None
    goal: KpiGoal | None


@dataclass(frozen=True)
class WeekKpis:
    """The indicators of a week, those with a value and those without."""

    figures: Sequence[KpiFigure]
    missing: Sequence[MissingKpi]
    coverage: CoverageNumbers
    agreed: str | None


def week_kpis(numbers: WeekNumbers, registered: Set[tuple[str, str]]) -> WeekKpis:
    """The indicators in the order of the commissioner's page, from a week's numbers.

    `registered` are the accounts of the registry, by platform and handle.
    """
    measures = numbers.get("measures", [])
    strategy = numbers.get("strategy")
    counted = {measure["id"] for measure in measures}
    return WeekKpis(
        figures=[
            _figure(measure, numbers, registered)
            for measure in measures
            if measure["now"] is not None
        ],
        missing=[
            _missing(measure, numbers) for measure in measures if measure["now"] is None
        ]
        + [
            MissingKpi(id_, MEASURES[id_].kpi, EARLIER, True, None, None)
            for id_ in MEASURES
            if id_ not in counted
        ],
        coverage=numbers["coverage"],
        agreed=strategy["agreed"] if strategy else None,
    )


def _figure(
    measure: IdMeasure, numbers: WeekNumbers, registered: Set[tuple[str, str]]
) -> KpiFigure:
    id_, now = measure["id"], measure["now"]
    assert now is not None  # those without a value are missing
    part, n = _sample(measure, numbers)
    basis = measure["rests"] or []
    usual = None
    if basis and basis[0] == "usual":
        median, least, most, weeks = (as_number(bound) for bound in basis[1:])
        usual = UsualCount(median, least, most, round(weeks))
    corrected = None
    if id_ == "asking_share":
        reader = numbers.get("reader")
        corrected = reader_agreement.share_of(reader, "asking", "asking")
    return KpiFigure(
        id=id_,
        kpi=MEASURES[id_].kpi,
        unit=MEASURES[id_].unit,
        now=now,
        before=measure["before"],
        part=part,
        n=n,
        interval=_interval(measure, part, n, numbers),
        usual=usual,
        corrected=corrected,
        topic=measure["of"],
        basis=basis,
        goal=_goal(measure, numbers),
        rows=rows_of(measure, numbers, registered),
    )


def _missing(measure: IdMeasure, numbers: WeekNumbers) -> MissingKpi:
    id_ = measure["id"]
    return MissingKpi(
        id=id_,
        kpi=MEASURES[id_].kpi,
        why=measure["why"] or EARLIER,
        is_recorded=measure["why"] not in WITHOUT_RECORDS,
        before=measure["before"],
        goal=_goal(measure, numbers),
    )


def _sample(measure: IdMeasure, numbers: WeekNumbers) -> tuple[int | None, int | None]:
    """The part and the whole of a share; of other figures how many they rest on."""
    if measure["id"] in ("asking", "asking_share"):
        return _asking_sample(numbers)
    basis = measure["rests"]
    if not basis:
        return None, None
    kind = basis[0]
    if kind == "usual":
        return None, as_whole(basis[4])
    if kind in ("due", "opened"):
        return None, as_whole(basis[1])
    part, n = as_whole(basis[1]), as_whole(basis[2])
    if MEASURES[measure["id"]].unit == "share":
        return part, n
    return None, part


def _asking_sample(numbers: WeekNumbers) -> tuple[int | None, int | None]:
    """Over the hours that both weeks covered, where there are any."""
    asking = [row for row in numbers["intents"] if row["id"] in ASKING]
    same = numbers["mentions"]["same_hours"]
    if same is None:
        return sum(row["n"] or 0 for row in asking), numbers["mentions"]["n"]
    pairs = [row["same_hours"] for row in asking if row["same_hours"]]
    return sum(pair["now"] for pair in pairs), same["now"]


def _interval(
    measure: IdMeasure, part: int | None, n: int | None, numbers: WeekNumbers
) -> tuple[float, float] | None:
    unit = MEASURES[measure["id"]].unit
    if unit == "share" and part is not None and n is not None:
        return wilson_interval(part, n) if n >= SMALLEST_BASE else None
    if unit == "minutes":
        interval = median_interval(_minutes(measure["id"], numbers))
        return None if interval is None or interval[1] == inf else interval
    return None


def _minutes(id_: str, numbers: WeekNumbers) -> list[float]:
    """The minutes of each incident that began in the week, or of each case that was
    opened; of those without an answer they are infinite."""
    cases = numbers.get("cases")
    if id_ == "first_answer" and cases is not None:
        answers = cases["answers"]
        return [*answers["minutes"], *[inf] * (answers["n"] - answers["answered"])]
    for name, start, end, _reason in INCIDENT_SPANS:
        if name == id_:
            spans = (
                minutes_between(row.get(start), row.get(end))
                for row in numbers.get("incidents", ())
                if row["week"] == "now"
            )
            return [minutes for minutes in spans if minutes is not None]
    return []


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The interval of 95 % of a median, between two of the values; None of fewer than
    six, whose least and greatest do not hold it as surely.

    The k-th value lies above the median with the odds that fewer than k of n coins show
    heads (Conover, Practical Nonparametric Statistics, 3.2).
    """
    ordered, n = sorted(values), len(values)
    rank, below = 0, 0.0
    while (below := below + comb(n, rank) / 2**n) <= _ODDS:
        rank += 1
    return (ordered[rank - 1], ordered[n - rank]) if rank else None


def _goal(measure: IdMeasure, numbers: WeekNumbers) -> KpiGoal | None:
    strategy = numbers.get("strategy")
    target = targets_by_measure(strategy).get(measure["id"]) if strategy else None
    if strategy is None or target is None:
        return None
    goal = next(
        goal for goal in strategy["goals"].values() if measure["id"] in goal["targets"]
    )
    return KpiGoal(
        target=target,
        title=goal["title"],
        owner=goal["owner"],
        is_met=is_met(target, measure["id"], measure["now"]),
    )


def frozen_at(numbers: WeekNumbers) -> datetime:
    """When the week was counted."""
    return datetime.fromisoformat(numbers["made_at"])
