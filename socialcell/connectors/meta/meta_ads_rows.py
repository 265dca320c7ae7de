"""Rows of Meta's ad insights to our facts: numbers as strings, actions by type."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from socialcell.connectors.base import UNREADABLE, ConnectorError, Item, Kind, Reject
from socialcell.connectors.facts import AdFact
from socialcell.connectors.json_values import optional_objects
from socialcell.json_types import JsonObject, JsonValue, as_object
from socialcell.text import clean_text, one_line

LEVELS = ("campaign", "adset", "ad")
_LEVEL_NAMES = {"campaign": "campaign", "adset": "ad_group", "ad": "ad"}
_FIGURES = (
    *("account_currency", "impressions", "reach", "clicks", "inline_link_clicks"),
    *("spend", "actions"),
)
_PLAYS = "video_view"
_NAME = 500


@dataclass(frozen=True, slots=True)
class MetaAdAccount:
    """What days and money mean in an ad account."""

    id: str
    zone: str
    currency: str
    active: bool = True


def fields_of(level: str) -> tuple[str, ...]:
    """The fields requested of a level: its names and those above, and the figures."""
    levels = LEVELS[: LEVELS.index(level) + 1]
    names = [f"{ancestor}_{part}" for ancestor in levels for part in ("id", "name")]
    return (*names, *_FIGURES)


def facts_of(
    rows: Iterable[JsonValue],
    level: str,
    account: MetaAdAccount,
    installs: Sequence[str],
) -> list[Item]:
    """A report's rows as facts. DRIFT when none of them is readable.

    Meta leaves an action out of a row where there was none: an install type that the
    report names somewhere is 0 where it is missing; one that it names nowhere is not
    reported at all.
    """
    items = [_fact_or_reject(row, level, account, installs) for row in rows]
    facts = [item for item in items if isinstance(item, AdFact)]
    if items and not facts:
        raise ConnectorError(Kind.DRIFT, "meta.no_readable_row")
    zeros = {name: 0.0 for fact in facts for name in fact.installs}
    return [
        replace(item, installs=zeros | dict(item.installs))
        if isinstance(item, AdFact)
        else item
        for item in items
    ]


def _fact_or_reject(
    row: JsonValue, level: str, account: MetaAdAccount, installs: Sequence[str]
) -> Item:
    try:
        return _fact(as_object(row), level, account, installs)
    except (*UNREADABLE, InvalidOperation) as error:
        return Reject.unreadable(row, error)


def _fact(
    row: JsonObject, level: str, account: MetaAdAccount, installs: Sequence[str]
) -> AdFact:
    """One row as a fact; what Meta left out is None. ValueError, KeyError, …"""
    if row["date_start"] != row["date_stop"]:
        raise ValueError("a row of more than one day")
    names: dict[str, str] = {}
    for ancestor in LEVELS[: LEVELS.index(level) + 1]:
        names[_LEVEL_NAMES[ancestor]] = _text(row[f"{ancestor}_id"])
        name = row.get(f"{ancestor}_name") or ""
        names[f"{_LEVEL_NAMES[ancestor]}_name"] = one_line(
            clean_text(_text(name)), _NAME
        )
    actions = _actions(row)
    plays = actions.get(_PLAYS)
    return AdFact(
        network="meta_ads",
        account=account.id,
        zone=account.zone,
        currency=_text(row.get("account_currency") or account.currency),
        day=date.fromisoformat(_text(row["date_start"])),
        level=_LEVEL_NAMES[level],
        campaign=names["campaign"],
        campaign_name=names["campaign_name"],
        ad_group=names.get("ad_group"),
        ad_group_name=names.get("ad_group_name"),
        ad=names.get("ad"),
        ad_name=names.get("ad_name"),
        impressions=_whole(row, "impressions"),
        reach=_whole(row, "reach"),
        clicks=_whole(row, "clicks"),
        link_clicks=_whole(row, "inline_link_clicks"),
        video_views=int(plays) if plays is not None else None,
        cost_micros=_micros(row.get("spend")),
        installs={name: actions[name] for name in installs if name in actions},
    )


def _actions(row: JsonObject) -> dict[str, float]:
    """Counts by action type, each under Meta's own name."""
    return {
        _text(action["action_type"]): float(_number(action["value"]))
        for action in optional_objects(row, "actions")
    }


def _whole(row: JsonObject, name: str) -> int | None:
    figure = row.get(name)
    if figure is None:
        return None
    number = _number(figure)
    if number != int(number):
        raise ValueError(f"{name} is {str(figure)[:40]!r}, no whole number")
    return int(number)


def _micros(spend: JsonValue) -> int | None:
    """Money as Meta writes it, "12.34", in micros; exactly."""
    return None if spend is None else round(_number(spend) * 1_000_000)


def _number(figure: JsonValue) -> Decimal:
    if isinstance(figure, bool) or not isinstance(figure, str | int):
        raise ValueError(f"{str(figure)[:40]!r} is no number")
    number = Decimal(figure)
    if not number.is_finite() or number < 0 or number > 10**15:
        raise ValueError(f"{str(figure)[:40]!r} is no figure of a day")
    return number


def _text(text: JsonValue) -> str:
    if not isinstance(text, str):
        raise ValueError(f"{str(text)[:40]!r} where a text is needed")
    return text
