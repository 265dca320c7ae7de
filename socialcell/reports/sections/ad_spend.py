"""The section on ads: what they cost and what the networks say that came of them.

An install is reported under several actions that count the same people: each stands
by itself, and nothing is added up across networks, accounts or actions.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.outcomes import ad_figures as sums
from socialcell.campaigns.outcomes.daily_sums import Total
from socialcell.campaigns.outcomes.store import figures
from socialcell.reports import money
from socialcell.reports.campaign_numbers import AdAccountNumbers, AdCampaign
from socialcell.reports.page import Block, Cell, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN
from socialcell.reports.sections.report_context import ReportContext

MAX_CAMPAIGNS = 5
_COUNTS = ("impressions", "clicks")


def count_ads(session: Session, last: date) -> list[AdAccountNumbers]:
    """Each account's campaigns in the week that ends with a day, as plain JSON."""
    first = last - timedelta(days=6)
    rows = figures.ad_days(session, first, last, "campaign")
    ad_sums = sums.ad_figures(rows, first, daily=False)
    restated_counts: dict[tuple[str, str], int] = defaultdict(int)
    figure_counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        figure_counts[row.network, row.account] += 1
        restated_counts[row.network, row.account] += row.restatements > 0
    return [
        {
            "network": account.network,
            "account": account.id,
            "currency": account.currency,
            "zone": account.zone,
            "days": 7
            - len(account_coverage.missing)
            - _days_not_arrived(account_coverage.through, last),
            "moving_from": _moving_day(account_coverage.moving_from, first),
            "figures": figure_counts[account.network, account.id],
            "restated": restated_counts[account.network, account.id],
            "campaigns": [
                _campaign_numbers(line)
                for line in ad_sums.lines
                if line.account == account
            ],
        }
        for account, account_coverage in sorted(
            ad_sums.covered.items(), key=lambda pair: (pair[0].network, pair[0].id)
        )
    ]


def section(context: ReportContext) -> Section:
    """Left out of reports that were frozen by earlier versions."""
    _ = context.lang.gettext
    if (accounts := context.numbers.get("ads")) is None:
        return Section("", [])
    title = _("Ads: what they cost and brought")
    if not accounts:
        no_figures = _("There are no figures of ads for this week.")
        return Section(title, [Paragraph(no_figures)])
    networks = [account["network"] for account in accounts]
    blocks: list[Block] = []
    for account in accounts:
        name = context.phrases.platform(account["network"])
        if networks.count(account["network"]) > 1:
            name = f"{name} {account['account']}"
        blocks += _account_blocks(context, account, name)
    blocks.append(
        Paragraph(
            _(
                "Installs are as the networks report them. Different actions count the "
                "same people, so they are never added up."
            )
        )
    )
    return Section(title, blocks)


def _account_blocks(
    context: ReportContext, account: AdAccountNumbers, name: str
) -> list[Block]:
    _ = context.lang.gettext
    unit = money.currency_sign(account["currency"])
    campaigns = account["campaigns"]
    shown_campaigns = campaigns[:MAX_CAMPAIGNS]
    heads = (
        _("Campaign"),
        _("Spent (%(unit)s)", unit=unit),
        _("Shown (times)"),
        _("Clicks"),
    )
    caption = _("%(network)s: spending and clicks", network=name)
    blocks: list[Block] = [
        Table(
            caption,
            heads,
            [_spending_row(context, campaign) for campaign in shown_campaigns],
            _basis(context, account),
        )
    ]
    heads_of_prices = (
        _("Campaign, for what"),
        _("Number"),
        _("Cost each (%(unit)s)", unit=unit),
    )
    caption = _("%(network)s: what a click and an install cost", network=name)
    prices = [
        row for campaign in shown_campaigns for row in _price_rows(context, campaign)
    ]
    blocks.append(Table(caption, heads_of_prices, prices))
    if not any(any(campaign["installs"].values()) for campaign in campaigns):
        blocks.append(
            Paragraph(_("%(network)s reports no install in this week.", network=name))
        )
    if hidden_count := len(campaigns[MAX_CAMPAIGNS:]):
        blocks.append(
            Paragraph(
                context.lang.ngettext(
                    "%(n)s cheaper campaign is not shown.",
                    "%(n)s cheaper campaigns are not shown.",
                    hidden_count,
                )
            )
        )
    return blocks


def _spending_row(context: ReportContext, campaign: AdCampaign) -> tuple[Cell, ...]:
    cost = campaign["cost_micros"]
    return (
        (context.shorten(campaign["name"]),),
        (UNKNOWN if cost is None else money.amount(context.lang, cost),),
        (context.number(campaign["impressions"]),),
        (context.number(campaign["clicks"]),),
    )


def _price_rows(context: ReportContext, campaign: AdCampaign) -> list[tuple[Cell, ...]]:
    """What a click cost, and an install of each action by itself."""
    kinds = [action.partition("/")[0] for action in campaign["installs"]]
    counts = [
        (context.lang.gettext("click"), campaign["clicks"]),
        *(
            (_action_label(context, action, kinds), count)
            for action, count in campaign["installs"].items()
            if count
        ),
    ]
    return [
        (
            (context.shorten(campaign["name"]), label),
            (UNKNOWN if count is None else context.lang.number(count),),
            (money.price(context.lang, campaign["cost_micros"], count) or UNKNOWN,),
        )
        for label, count in counts
    ]


def _action_label(context: ReportContext, action: str, kinds: Sequence[str]) -> str:
    """A conversion action in words; one that we do not know as its network calls it.

    Google's are a type, a slash and the name that the account gave it, which
    distinguishes two of one type.
    """
    _ = context.lang.gettext
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
        return context.shorten(action)
    return (
        f"{words[kind]} ({context.shorten(name)})"
        if kinds.count(kind) > 1
        else words[kind]
    )


def _basis(context: ReportContext, account: AdAccountNumbers) -> str:
    _ = context.lang.gettext
    sentences = [
        _(
            "Held: %(days)s days, on the account's own clocks (%(zone)s).",
            days=context.phrases.part_of_whole(account["days"], 7),
            zone=account["zone"],
        )
    ]
    if account["restated"]:
        sentences.append(
            _(
                "Revised since they were first reported: %(n)s figures of a day.",
                n=context.phrases.part_of_whole(
                    account["restated"], account["figures"]
                ),
            )
        )
    if account["moving_from"]:
        day = context.lang.month_day(date.fromisoformat(account["moving_from"]))
        sentences.append(_("From %(day)s on they may still change.", day=day))
    if incomplete_names := [
        campaign["name"] for campaign in account["campaigns"] if not campaign["whole"]
    ]:
        sentences.append(
            _(
                "On some days something was not reported: %(names)s.",
                names=context.phrases.joined(
                    map(context.shorten, incomplete_names[:MAX_CAMPAIGNS])
                ),
            )
        )
    return " ".join(sentences)


def _campaign_numbers(line: sums.AdLine) -> AdCampaign:
    shown_totals = (line.cost_micros, *(line.counts[name] for name in _COUNTS))
    return {
        "id": line.newest.campaign,
        "name": line.newest.campaign_name,
        "cost_micros": _whole_number(line.cost_micros),
        "impressions": _whole_number(line.counts["impressions"]),
        "clicks": _whole_number(line.counts["clicks"]),
        "installs": {name: total.value for name, total in line.installs.items()},
        "days": line.cost_micros.days,
        "whole": all(shown_total.is_whole for shown_total in shown_totals),
    }


def _whole_number(total: Total) -> int | None:
    return None if total.value is None else int(total.value)


def _days_not_arrived(through: date | None, last: date) -> int:
    return (last - through).days if through else 7


def _moving_day(day: date | None, first: date) -> str | None:
    return None if day is None else max(day, first).isoformat()
