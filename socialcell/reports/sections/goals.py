"""The section on the city's goals: every measure beside its target."""

from datetime import date

from socialcell.i18n import Language
from socialcell.reports.compared_figures import IdMeasure
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table, Terms
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import GoalNumbers, GoalTarget, StrategyNumbers
from socialcell.strategy import MEASURES


def section(context: ReportContext) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = context.lang.gettext
    figures = context.numbers.get("measures")
    if figures is None:
        return Section("", [])
    strategy = context.numbers["strategy"]
    targets = targets_by_measure(strategy)
    names = kpi_labels.kpi_names(context.lang)
    heads = (_("Indicator"), _("This week"), _("Week before"), _("Target"))
    caption = _("Commissioner's indicators")
    rows = [
        _row(context, figure, names[figure["id"]][0], targets) for figure in figures
    ]
    blocks: list[Block] = [Paragraph(_agreement_sentence(context, strategy))]
    if strategy and strategy["goals"]:
        blocks.append(_goal_table(context, strategy["goals"], figures))
    blocks.append(Table(caption, heads, rows))
    known_ids = {
        figure["id"]
        for figure in figures
        if (figure["now"], figure["before"]) != (None, None)
    }
    blocks.append(Terms(_definitions(context, names, known_ids), detail=3))
    return Section(_("Goals: where the city stands"), blocks)


def is_met(target: GoalTarget, measure: str, figure_now: float | None) -> bool | None:
    """Whether a figure keeps its bound; None where it is not known."""
    if figure_now is None:
        return None
    figure_in_unit = (
        figure_now * 100 if MEASURES[measure].unit == "share" else figure_now
    )
    if target["at_most"] is not None:
        return figure_in_unit <= target["at_most"]
    return figure_in_unit >= _bound(target)


def _agreement_sentence(
    context: ReportContext, strategy: StrategyNumbers | None
) -> str:
    _ = context.lang.gettext
    if strategy is None:
        return _("There is no strategy, so there are no targets.")
    if not strategy["goals"]:
        return _("The strategy names no goal, so there are no targets.")
    if strategy["agreed"] is None:
        return _(
            "The goals of the draft strategy are proposals: no one has agreed to them."
        )
    day = context.lang.day(date.fromisoformat(strategy["agreed"]))
    return _("The goals of the strategy were agreed on %(day)s.", day=day)


def _goal_table(
    context: ReportContext, goals: dict[str, GoalNumbers], figures: list[IdMeasure]
) -> Table:
    _ = context.lang.gettext
    now = {figure["id"]: figure["now"] for figure in figures}
    rows = []
    for goal in goals.values():
        states = [is_met(t, name, now[name]) for name, t in goal["targets"].items()]
        rows.append(
            (
                (goal["title"][context.lang.code], goal["owner"][context.lang.code]),
                *(
                    (context.number(states.count(state)),)
                    for state in (True, False, None)
                ),
            )
        )
    heads = (_("Goal, owner"), _("Met"), _("Not met"), _("Not known"))
    note = _("Counted are the targets of each goal, as of this week.")
    return Table(_("Goals and their targets"), heads, rows, note)


def _row(
    context: ReportContext,
    figure: IdMeasure,
    name: str,
    targets: dict[str, GoalTarget],
) -> tuple[Cell, ...]:
    id_ = figure["id"]
    row_heading = f"{MEASURES[id_].kpi} {name}"
    unit = kpi_labels.unit_label(context.lang, id_)
    topic = context.phrases.label("topic", figure["of"]) if figure["of"] else ""
    return (
        (
            *filter(None, (row_heading, topic, unit)),
            kpi_labels.basis_text(context.phrases, figure),
        ),
        (kpi_labels.figure_text(context.lang, id_, figure["now"]),),
        (kpi_labels.figure_text(context.lang, id_, figure["before"]),),
        target_lines(context.lang, targets.get(id_), id_, figure["now"]),
    )


def _definitions(
    context: ReportContext, names: dict[str, tuple[str, str]], known_ids: set[str]
) -> list[tuple[str, str]]:
    """For each KPI with a figure the definitions of its measures. A measure that is not
    known gives the reason in its own row."""
    definitions_by_kpi: dict[str, list[str]] = {}
    for id_, (_name, definition) in names.items():
        if id_ in known_ids:
            definitions_by_kpi.setdefault(MEASURES[id_].kpi, []).append(definition)
    return [
        (number, " ".join(definitions))
        for number, definitions in definitions_by_kpi.items()
    ]


def target_lines(
    lang: Language, target: GoalTarget | None, measure: str, now: float | None
) -> tuple[str, ...]:
    """A target in words: its bound, by when, and whether a figure keeps it."""
    _ = lang.gettext
    if target is None:
        return (UNKNOWN,)
    bound_text = lang.number(_bound(target)) + (
        "%" if MEASURES[measure].unit == "share" else ""
    )
    sign = "≥" if target["at_most"] is None else "≤"
    lines = [f"{sign}\N{NO-BREAK SPACE}{bound_text}"]
    if target["by"]:
        day = lang.month_year(date.fromisoformat(target["by"]))
        lines.append(_("by %(day)s", day=day))
    target_met = is_met(target, measure, now)
    if target_met is not None:
        lines.append(_("met") if target_met else _("not met"))
    return tuple(lines)


def _bound(target: GoalTarget) -> float:
    bound = target["at_least"] if target["at_most"] is None else target["at_most"]
    assert bound is not None  # strategy.yaml has one of the two
    return bound


def targets_by_measure(strategy: StrategyNumbers | None) -> dict[str, GoalTarget]:
    """The target of each measure that a goal names."""
    goals = strategy["goals"].values() if strategy else ()
    return {name: target for goal in goals for name, target in goal["targets"].items()}
