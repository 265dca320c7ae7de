"""The section on the city's goals: every measure beside its target."""

from datetime import date
from typing import Any

from socialcell.reports.kpis import kpi_labels
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table, Terms
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import Material
from socialcell.strategy import MEASURES


def section(m: Material) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = m.lang.gettext
    figures = m.numbers.get("measures")
    if figures is None:
        return Section("", [])
    strategy = m.numbers["strategy"]
    targets = _targets(strategy)
    names = kpi_labels.names(m.lang)
    heads = (_("Measure"), _("This week"), _("Week before"), _("Target"))
    caption = _("Measures of the commissioner's page")
    rows = [_row(m, one, names[one["id"]][0], targets) for one in figures]
    blocks: list[Block] = [Paragraph(_standing(m, strategy))]
    if strategy and strategy["goals"]:
        blocks.append(_goals(m, strategy["goals"], figures))
    blocks.append(Table(caption, heads, rows))
    known = {
        one["id"] for one in figures if (one["now"], one["before"]) != (None, None)
    }
    blocks.append(Terms(_definitions(m, names, known), detail=3))
    return Section(_("Goals: where the city stands"), blocks)


def met(target: dict[str, Any], measure: str, now: float | None) -> bool | None:
    """Whether a figure keeps its bound; None where it is not known."""
    if now is None:
        return None
    figure = now * 100 if MEASURES[measure].unit == "share" else now
    if target["at_most"] is not None:
        return bool(figure <= target["at_most"])
    return bool(figure >= target["at_least"])


def _standing(m: Material, strategy: dict[str, Any] | None) -> str:
    _ = m.lang.gettext
    if strategy is None:
        return _("The workspace has no strategy.yaml, so there are no targets.")
    if not strategy["goals"]:
        return _("strategy.yaml names no goal, so there are no targets.")
    if strategy["agreed"] is None:
        return _("The goals of strategy.yaml are proposals: nobody has agreed to them.")
    day = m.lang.day(date.fromisoformat(strategy["agreed"]))
    return _("The goals of strategy.yaml were agreed on %(day)s.", day=day)


def _goals(m: Material, goals: dict[str, Any], figures: list[dict[str, Any]]) -> Table:
    _ = m.lang.gettext
    now = {one["id"]: one["now"] for one in figures}
    rows = []
    for goal in goals.values():
        states = [met(t, name, now[name]) for name, t in goal["targets"].items()]
        rows.append(
            (
                (goal["title"][m.lang.code], goal["owner"][m.lang.code]),
                *((m.number(states.count(state)),) for state in (True, False, None)),
            )
        )
    heads = (_("Goal, owner"), _("Kept"), _("Not kept"), _("Not known"))
    note = _("Counted are the targets of each goal, as of this week.")
    return Table(_("Goals and their targets"), heads, rows, note)


def _row(
    m: Material,
    one: dict[str, Any],
    name: str,
    targets: dict[str, dict[str, Any]],
) -> tuple[Cell, ...]:
    id_ = one["id"]
    head = f"{_number(m, id_)} {name}"
    unit = kpi_labels.unit(m.lang, id_)
    topic = m.say.label("topic", one["of"]) if one["of"] else ""
    return (
        (*filter(None, (head, topic, unit)), kpi_labels.rests(m.say, one)),
        (kpi_labels.value(m.lang, id_, one["now"]),),
        (kpi_labels.value(m.lang, id_, one["before"]),),
        _target(m, targets.get(id_), id_, one["now"]),
    )


def _definitions(
    m: Material, names: dict[str, tuple[str, str]], known: set[str]
) -> list[tuple[str, str]]:
    """What stands behind each KPI with a figure: its measures' definitions in a row.
    What is not known says why in its own row."""
    found: dict[str, list[str]] = {}
    for id_, (_name, definition) in names.items():
        if id_ in known:
            found.setdefault(_number(m, id_), []).append(definition)
    return [(number, " ".join(said)) for number, said in found.items()]


def _target(
    m: Material, target: dict[str, Any] | None, measure: str, now: float | None
) -> Cell:
    _ = m.lang.gettext
    if target is None:
        return (UNKNOWN,)
    most = target["at_most"]
    bound = target["at_least"] if most is None else most
    shown = m.lang.number(bound) + ("%" if MEASURES[measure].unit == "share" else "")
    said = [f"{'≥' if most is None else '≤'}\N{NO-BREAK SPACE}{shown}"]
    if target["by"]:
        day = m.lang.month_year(date.fromisoformat(target["by"]))
        said.append(_("by %(day)s", day=day))
    kept = met(target, measure, now)
    if kept is not None:
        said.append(_("kept") if kept else _("not kept"))
    return tuple(said)


def _targets(strategy: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    goals = strategy["goals"].values() if strategy else ()
    return {name: one for goal in goals for name, one in goal["targets"].items()}


def _number(m: Material, measure: str) -> str:
    """The KPI's number, as K1, in the digits of the language."""
    return m.lang.digits(MEASURES[measure].kpi)
