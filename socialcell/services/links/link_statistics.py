"""Statistics of tracked links: requests by kind, and reported installs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias, TypedDict

from socialcell import db
from socialcell.campaigns.links.store import clicks as store
from socialcell.campaigns.links.store import links as link_store
from socialcell.campaigns.links.store import postbacks
from socialcell.campaigns.links.visitor_kinds import KINDS
from socialcell.errors import UsageError
from socialcell.services.context import Context

BY = ("day", "code", *store.LINK_FIELDS, "trigger", "device")
FEWEST_PEOPLE = 10
"""Fewer people than this on one kind of device are not told apart."""


StatisticsRow: TypeAlias = Mapping[str, str | date | int | bool | None]
"""The values of a group by the names of `by`, its counts by kind, and `withheld`."""


class InstallFields(TypedDict):
    """Postbacks of installs of one outcome and reason."""

    outcome: str
    reason: str | None
    n: int


class LinkStatistics(TypedDict):
    """Requests in groups; a row has the values of `by`, `raw`, a count for each kind
    and `withheld`. `turned_away` are refused postbacks by reason."""

    by: list[str]
    since: date | None
    until: date | None
    rows: list[StatisticsRow]
    installs: list[InstallFields]
    turned_away: Mapping[str, int]


def link_statistics(
    context: Context,
    *,
    by: Sequence[str] = ("code",),
    since: date | None = None,
    until: date | None = None,
    filters: Mapping[str, str | None] | None = None,
) -> LinkStatistics:
    """Requests by kind in groups, as rows ready to be shown. UsageError: no such group.

    `raw` is all requests and the sum of the kinds. A group by device with fewer than
    ten people says None and `withheld`.
    """
    for name in by:
        if name not in BY:
            raise UsageError("links.no_such_group", groups=BY, group=name)
    with db.reading(context.engine) as session:
        if filters and filters.get("code"):
            code = str(filters["code"]).lower()
            if link_store.by_code(session, code) is None:
                raise UsageError("links.no_such_code", code=code)
        counts = store.count_by_kind(
            session, by, since=since, until=until, filters=filters
        )
        installs = postbacks.count_by_outcome(session, since, until)
        refusals = postbacks.refusal_counts(session, since, until)
    groups: dict[tuple[str | date | None, ...], dict[str, int]] = {}
    for row_by_kind in counts:
        row = groups.setdefault(row_by_kind.group, dict.fromkeys(KINDS, 0))
        row[row_by_kind.kind] += int(row_by_kind.n)
    return {
        "by": list(by),
        "since": since,
        "until": until,
        "rows": [
            {**dict(zip(by, key, strict=True)), **_counted(row, "device" in by)}
            for key, row in groups.items()
        ],
        "installs": [
            {"outcome": row.outcome, "reason": row.reason, "n": row.n}
            for row in installs
        ],
        "turned_away": refusals,
    }


def _counted(row: dict[str, int], by_device: bool) -> dict[str, int | bool | None]:
    if by_device and 0 < row["human"] < FEWEST_PEOPLE:
        return {"raw": None, **dict.fromkeys(KINDS), "withheld": True}
    return {"raw": sum(row.values()), **row, "withheld": False}
