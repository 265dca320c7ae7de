"""Uninstalls that app stores report: by store, app and the store's own definition."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.store import figures
from socialcell.reports.page import Block, Paragraph
from socialcell.reports.sections.report_context import ReportContext
from socialcell.reports.week_numbers import StoreUninstalls

METRICS = ("user_uninstalls", "device_uninstalls", "uninstall_events", "deletions")
_TOTAL = "total"


def count_uninstalls(session: Session, last: date) -> list[StoreUninstalls]:
    """The week that ends with a day, one entry a definition: no two are added."""
    days_by_definition: dict[tuple[str, str, str], list[StoreDay]] = defaultdict(list)
    for metric in METRICS:
        for row in figures.store_days(
            session, last - timedelta(days=6), last, metric=metric
        ):
            key = (row.store, row.app, row.definition)
            days_by_definition[key].append(row)
    return [_uninstalls(key, rows) for key, rows in sorted(days_by_definition.items())]


def uninstall_blocks(context: ReportContext) -> Iterable[Block]:
    """A sentence for each; none of reports that were frozen by earlier versions."""
    for row in context.numbers.get("uninstalls", ()):
        yield Paragraph(_sentence(context, row))


def _sentence(context: ReportContext, row: StoreUninstalls) -> str:
    return context.lang.gettext(
        "Uninstalled, as %(store)s reports it (%(definition)s): %(n)s, on %(days)s "
        "days.",
        store=context.phrases.platform(row["store"]),
        definition=context.shorten(row["definition"]),
        n=context.number(row["n"]),
        days=context.phrases.part_of_whole(row["days"], 7),
    )


def _uninstalls(key: tuple[str, str, str], rows: list[StoreDay]) -> StoreUninstalls:
    """The sum of the days: of the total, else of the first kind of cut."""
    dimensions = {row.dimension for row in rows}
    chosen = _TOTAL if _TOTAL in dimensions else min(dimensions)
    reported = [
        row for row in rows if row.dimension == chosen and row.value is not None
    ]
    store, app, definition = key
    return {
        "store": store,
        "app": app,
        "definition": definition,
        "n": sum(row.value or 0 for row in reported) if reported else None,
        "days": len({row.day for row in reported}),
    }
