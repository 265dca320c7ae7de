"""The section on ads: what they cost and what the networks say that came of them.

An install is reported under several actions that count the same people: each stands
by itself, and nothing is added up across networks, accounts or actions.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outcomes import ad_figures as sums
from socialcell.campaigns.outcomes.daily_sums import Total
from socialcell.campaigns.outcomes.store import figures
from socialcell.reports import money
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import Material

SHOWN = 5
_COUNTS = ("impressions", "clicks")


def counted(session: Session, last: date) -> list[dict[str, Any]]:
    """Each account's campaigns in the week that ends with a day, as plain JSON."""
    first = last - timedelta(days=6)
    rows = figures.ad_days(session, first, last, "campaign")
    found = sums.ad_figures(rows, first, daily=False)
    restated: dict[tuple[str, str], int] = defaultdict(int)
    held: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        held[row.network, row.account] += 1
        restated[row.network, row.account] += row.restatements > 0
    return [
        {
            "network": account.network,
            "account": account.id,
            "currency": account.currency,
            "zone": account.zone,
            "days": 7 - len(covered.missing) - _not_come(covered.through, last),
            "moving_from": _day(covered.moving_from, first),
            "figures": held[account.network, account.id],
            "restated": restated[account.network, account.id],
            "campaigns": [_line(one) for one in found.lines if one.account == account],
        }
        for account, covered in sorted(
            found.covered.items(), key=lambda one: (one[0].network, one[0].id)
        )
    ]


def section(m: Material) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = m.lang.gettext
    accounts = m.numbers.get("ads")
    if accounts is None:
        return Section("", [])
    title = _("Ads: what they cost and brought")
    if not accounts:
        none = _("No figures of ads are held for this week.")
        return Section(title, [Paragraph(none)])
    networks = [one["network"] for one in accounts]
    blocks: list[Block] = []
    for one in accounts:
        name = m.say.platform(one["network"])
        if networks.count(one["network"]) > 1:
            name = f"{name} {one['account']}"
        blocks += _of(m, one, name)
    blocks.append(
        Paragraph(
            _(
                "Installs are as the networks report them. Different actions count the "
                "same people, so they are never added up."
            )
        )
    )
    return Section(title, blocks)


def _of(m: Material, account: dict[str, Any], name: str) -> list[Block]:
    _ = m.lang.gettext
    unit = money.sign(account["currency"])
    campaigns = account["campaigns"]
    shown = campaigns[:SHOWN]
    heads = (
        _("Campaign"),
        _("Spent (%(unit)s)", unit=unit),
        _("Shown (times)"),
        _("Clicks"),
    )
    caption = _("%(network)s: spending and clicks", network=name)
    blocks: list[Block] = [
        Table(caption, heads, [_spent(m, one) for one in shown], _basis(m, account))
    ]
    heads_of_prices = (
        _("Campaign, for what"),
        _("Number"),
        _("One cost (%(unit)s)", unit=unit),
    )
    caption = _("%(network)s: what a click and an install cost", network=name)
    prices = [row for one in shown for row in _prices(m, one)]
    blocks.append(Table(caption, heads_of_prices, prices))
    if not any(any(one["installs"].values()) for one in campaigns):
        blocks.append(
            Paragraph(_("%(network)s reports no install in this week.", network=name))
        )
    if rest := len(campaigns[SHOWN:]):
        blocks.append(
            Paragraph(
                m.lang.ngettext(
                    "%(n)s cheaper campaign is not shown.",
                    "%(n)s cheaper campaigns are not shown.",
                    rest,
                )
            )
        )
    return blocks


def _spent(m: Material, one: dict[str, Any]) -> tuple[Cell, ...]:
    cost = one["cost_micros"]
    return (
        (m.cut(one["name"]),),
        (UNKNOWN if cost is None else money.amount(m.lang, cost),),
        (m.number(one["impressions"]),),
        (m.number(one["clicks"]),),
    )


def _prices(m: Material, one: dict[str, Any]) -> list[tuple[Cell, ...]]:
    """What a click cost, and an install of each action by itself."""
    kinds = [action.partition("/")[0] for action in one["installs"]]
    counted = [
        (m.lang.gettext("click"), one["clicks"]),
        *((_action(m, action, kinds), n) for action, n in one["installs"].items() if n),
    ]
    return [
        (
            (m.cut(one["name"]), what),
            (UNKNOWN if n is None else m.lang.number(n),),
            (money.price(m.lang, one["cost_micros"], n) or UNKNOWN,),
        )
        for what, n in counted
    ]


def _action(m: Material, action: str, kinds: Sequence[str]) -> str:
    """A conversion action in words; one that we do not know as its network calls it.

    Google's are a type, a stroke and the name that the account gave it: it tells two
    of one kind apart.
    """
    _ = m.lang.gettext
    kind, _stroke, name = action.partition("/")
    words = {
        "GOOGLE_PLAY_DOWNLOAD": _("download from Google Play"),
        "FIREBASE_ANDROID_FIRST_OPEN": _("first opened, Android"),
        "FIREBASE_IOS_FIRST_OPEN": _("first opened, iOS"),
        "THIRD_PARTY_APP_ANALYTICS_ANDROID_FIRST_OPEN": _(
            "first opened, Android, by another counter"
        ),
        "THIRD_PARTY_APP_ANALYTICS_IOS_FIRST_OPEN": _(
            "first opened, iOS, by another counter"
        ),
        "mobile_app_install": _("install on a phone"),
        "omni_app_install": _("install on any device"),
    }
    if kind not in words:
        return m.cut(action)
    return f"{words[kind]} ({m.cut(name)})" if kinds.count(kind) > 1 else words[kind]


def _basis(m: Material, account: dict[str, Any]) -> str:
    _ = m.lang.gettext
    said = [
        _(
            "Held: %(days)s days, on the account's own clocks (%(zone)s).",
            days=m.say.of(account["days"], 7),
            zone=account["zone"],
        )
    ]
    if account["restated"]:
        said.append(
            _(
                "Restated since they were first told: %(n)s figures of a day.",
                n=m.say.of(account["restated"], account["figures"]),
            )
        )
    if account["moving_from"]:
        day = m.lang.month_day(date.fromisoformat(account["moving_from"]))
        said.append(_("From %(day)s on they may still change.", day=day))
    if partly := [one["name"] for one in account["campaigns"] if not one["whole"]]:
        said.append(
            _(
                "On some days something was not reported: %(names)s.",
                names=m.say.together(map(m.cut, partly[:SHOWN])),
            )
        )
    return " ".join(said)


def _line(line: sums.AdLine) -> dict[str, Any]:
    totals = (line.cost_micros, *(line.counts[name] for name in _COUNTS))
    return {
        "id": line.newest.campaign,
        "name": line.newest.campaign_name,
        "cost_micros": _whole(line.cost_micros),
        **{name: _whole(line.counts[name]) for name in _COUNTS},
        "installs": {name: found.value for name, found in line.installs.items()},
        "days": line.cost_micros.days,
        "whole": all(one.is_whole for one in totals),
    }


def _whole(found: Total) -> int | None:
    return None if found.value is None else int(found.value)


def _not_come(through: date | None, last: date) -> int:
    return (last - through).days if through else 7


def _day(day: date | None, first: date) -> str | None:
    return None if day is None else max(day, first).isoformat()
