"""Where the rows behind an indicator of a week are: a query, or a filtered list."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from socialcell.clock import IST
from socialcell.language.analysis import ASKING
from socialcell.listening.query.query_writing import write_query
from socialcell.reports.compared_figures import IdMeasure
from socialcell.reports.kpis.cases import MEASURED as CASE_MEASURES
from socialcell.reports.week_numbers import WeekNumbers

RowsNoun: TypeAlias = Literal[
    "cases",
    "mentions",
    "sources",
    "incidents",
    "campaigns",
    "outcomes",
    "commitments",
    "registry",
    "removals",
]
"""What the rows are, as the commands call it."""
_LONGEST_QUERY = 900  # of the 1,000 characters that a query may have


@dataclass(frozen=True)
class FigureRows:
    """The rows behind a figure.

    Of mentions `query` finds them, in the language of `mentions search`; of other nouns
    `filters` narrow the list: `since` and `until` are days, the last one included,
    `ids` and `names` are separated by commas. `n` is how many there are, where that is
    another number than the figure's own or the figure is none of rows; None where
    nobody has counted them. Of cases `measure` and `week` (its Monday) say which.
    """

    noun: RowsNoun
    query: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    n: int | None = None


def rows_of(
    measure: IdMeasure, numbers: WeekNumbers, registered: Set[tuple[str, str]]
) -> FigureRows:
    """The rows behind a measure that has a value.

    `registered` are the accounts of the registry now, by platform and handle: no query
    may name another.
    """
    match measure["id"]:
        case "asking" | "asking_share":
            return _asking(numbers)
        case "anger":
            return _anger(measure, numbers)
        case id_ if id_ in CASE_MEASURES:
            return _cases(measure, numbers)
        case "alerted" | "acknowledged":
            return _incidents(numbers)
        case "campaigns_told":
            names = [row["name"] for row in numbers.get("campaigns", ())]
            filters = {"names": ",".join(names)}
            return FigureRows("campaigns", filters=filters, n=len(names))
        case "activated":
            filters = {"outcome": "activated_users", **_days(numbers)}
            return FigureRows("outcomes", filters=filters)
        case "promises_kept":
            return FigureRows("commitments", filters={"due": "week", **_days(numbers)})
        case "marathi_first":
            return _own_posts(numbers, registered)
        case "deleted_in_time":
            return FigureRows("removals", filters=_days(numbers))
        case _:
            return FigureRows("sources", filters=_days(numbers))


def _span(numbers: WeekNumbers) -> tuple[datetime, datetime]:
    period = numbers["period"]
    return datetime.fromisoformat(period["from"]), datetime.fromisoformat(period["to"])


def _days(numbers: WeekNumbers) -> dict[str, str]:
    start, end = _span(numbers)
    last = end.astimezone(IST).date() - timedelta(days=1)
    return {"since": start.astimezone(IST).date().isoformat(), "until": str(last)}


def _asking(numbers: WeekNumbers) -> FigureRows:
    start, end = _span(numbers)
    n = sum(row["n"] or 0 for row in numbers["intents"] if row["id"] in ASKING)
    query = write_query(("intent", ASKING), start=start, end=end)
    return FigureRows("mentions", query, n=n)


def _anger(measure: IdMeasure, numbers: WeekNumbers) -> FigureRows:
    start, end = _span(numbers)
    query = write_query(
        ("topic", measure["of"] or ""),
        ("sentiment", "negative"),
        start=start,
        end=end,
    )
    return FigureRows("mentions", query)


def _cases(measure: IdMeasure, numbers: WeekNumbers) -> FigureRows:
    filters = {"measure": measure["id"], "week": _days(numbers)["since"]}
    counted = numbers.get("cases")
    if counted is None:
        return FigureRows("cases", filters=filters)
    opened = sum(counted["opened"].values())
    n = {
        "cases_opened": opened,
        "first_answer": opened,
        "registered": counted["registered"]["n"],
        "confirmed": counted["outcomes"]["n"],
        "overdue": counted["overdue"]["n"],
        "false_closure": counted["sample"]["drawn"],
        "referred": sum(row["n"] for row in counted["bodies"]),
    }[measure["id"]]
    return FigureRows("cases", filters=filters, n=n)


def _incidents(numbers: WeekNumbers) -> FigureRows:
    ids = [
        str(row["id"]) for row in numbers.get("incidents", ()) if row["week"] == "now"
    ]
    return FigureRows("incidents", filters={"ids": ",".join(ids)}, n=len(ids))


def _own_posts(numbers: WeekNumbers, registered: Set[tuple[str, str]]) -> FigureRows:
    """The posts themselves where a query can name all of their accounts."""
    in_registry = FigureRows("registry", filters={"class": "public_office"})
    voices = numbers.get("voices")
    if voices is None:
        return in_registry
    accounts = [row for row in voices["accounts"] if row["class"] == "public_office"]
    handles = {row["handle"] for row in accounts if row["handle"]}
    names = {(row["platform"], row["handle"] or "") for row in accounts}
    if not handles or not names <= registered:
        return in_registry
    start, end = _span(numbers)
    query = write_query(("from", handles), start=start, end=end)
    if len(query) > _LONGEST_QUERY:
        return in_registry
    return FigureRows("mentions", query, n=sum(row["n"] for row in accounts))
