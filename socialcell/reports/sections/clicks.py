"""Who asked for a campaign's links, and by which of them installs came."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Literal, TypeAlias

from socialcell.campaigns.outcomes.attributed_results import Attribution
from socialcell.campaigns.outcomes.install_attribution import OURS
from socialcell.reports.campaign_numbers import CampaignNumbers, LinkPlace, Requests
from socialcell.reports.page import Block, Cell, Chart, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import ReportContext

MAX_PLACES = 8
PROGRAMS = ("preview", "scanner", "crawler", "tool")
_ShownGroup: TypeAlias = Literal["human", "duplicate", "programs"]
_Group: TypeAlias = Literal["human", "duplicate", "programs", "internal", "dropped"]
_Column: TypeAlias = Literal["human", "duplicate", "programs", "installs"]
_SHOWN_GROUPS: tuple[_ShownGroup, ...] = ("human", "duplicate", "programs")
_COLUMNS: tuple[_Column, ...] = (*_SHOWN_GROUPS, "installs")


def count_requests(attribution: Attribution) -> Requests | None:
    """Requests for its links by who asked; together they are all. None: no link."""
    return None if attribution.requests is None else _group_counts(attribution.requests)


def count_places(attribution: Attribution) -> list[LinkPlace]:
    """The same by where the links stand, with the installs that came from there, most
    people first; at the end installs whose link is not known."""
    kinds: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for link_clicks in attribution.clicks:
        kinds[link_clicks.link.channel, link_clicks.link.creator].update(
            link_clicks.kinds
        )
    installs: Counter[tuple[str, str | None] | None] = Counter()
    for results in attribution.parts:
        for line in results.lines_of(OURS):
            key = (line.who.channel or "", line.who.creator)
            known_key = key if key in kinds else None
            installs[known_key] += int(line.installs.value or 0)
    rows: list[LinkPlace] = [
        {
            "channel": key[0],
            "creator": key[1],
            **_group_counts(counts),
            "installs": installs[key] if attribution.parts else None,
        }
        for key, counts in kinds.items()
    ]
    rows.sort(
        key=lambda row: (
            -(row["human"] or 0),
            row["channel"] or "",
            row["creator"] or "",
        )
    )
    if installs[None]:
        rows.append(
            {
                "channel": None,
                "creator": None,
                "human": None,
                "duplicate": None,
                "programs": None,
                "internal": None,
                "dropped": None,
                "installs": installs[None],
            }
        )
    return rows


def has_clicks(campaign: CampaignNumbers) -> bool:
    """Whether a campaign of the report has clicks to be seen."""
    return any(row["human"] for row in _link_places(campaign))


def request_rows(
    context: ReportContext, campaign: CampaignNumbers
) -> list[tuple[Cell, ...]]:
    """Rows of the campaign's table: all requests, this week and since its start."""
    week_requests, total_requests = (
        campaign["week"].get("requests"),
        campaign["so_far"].get("requests"),
    )
    if week_requests is None or total_requests is None:
        return []
    return [
        (
            (label,),
            (context.number(week_requests[name]),),
            (context.number(total_requests[name]),),
        )
        for name, label in _group_labels(context.phrases).items()
        if name in _SHOWN_GROUPS or total_requests[name]
    ]


def place_blocks(
    context: ReportContext, campaign: CampaignNumbers, chart: str | None
) -> list[Block]:
    """The chart, where it is this campaign's, and the table by places."""
    _ = context.lang.gettext
    link_places = campaign.get("places", [])
    if not link_places:
        return []
    blocks: list[Block] = []
    if chart is not None:
        alt = _(
            "Chart: requests for the links of the campaign %(name)s since its start, "
            "by where they stand: people, second clicks and programs. The table below "
            "has the numbers.",
            name=campaign["name"],
        )
        blocks.append(Chart(chart, alt))
    rows: list[tuple[Cell, ...]] = [
        (
            (place_label(context.phrases, row),),
            *((context.number(row[name]),) for name in _COLUMNS),
        )
        for row in (
            *_link_places(campaign)[:MAX_PLACES],
            *(row for row in link_places if not row["channel"]),
        )
    ]
    heads = (
        _("Where the link stands"),
        *_group_headings(context.phrases).values(),
        _("Installs"),
    )
    caption = _("The links of %(name)s since its start", name=campaign["name"])
    note = _(
        "Somebody is counted once a link within ten minutes, and twice who follows two "
        "links. Programs are previews, robots and scanners of mail."
    )
    return [*blocks, Table(caption, heads, rows, note, detail=2)]


def chart_counts(
    phrases: Phrases, campaign: CampaignNumbers
) -> tuple[list[str], dict[str, list[int | None]]]:
    """What the chart shows: its labels, and who asked → how often, by label."""
    shown_places = _link_places(campaign)[:MAX_PLACES]
    return (
        [place_label(phrases, row) for row in shown_places],
        {
            head: [row[name] for row in shown_places]
            for name, head in _group_headings(phrases).items()
        },
    )


def place_label(phrases: Phrases, row: LinkPlace) -> str:
    """Where a link stands, in words: Instagram, asha_creates."""
    channel = row["channel"]
    if channel is None:
        return phrases.lang.gettext("Link not known")
    return ", ".join(filter(None, (_channel_label(phrases, channel), row["creator"])))


def _link_places(campaign: CampaignNumbers) -> list[LinkPlace]:
    return [row for row in campaign.get("places", ()) if row["channel"]]


def _group_counts(kinds: Mapping[str, int]) -> Requests:
    return {
        "human": kinds.get("human", 0),
        "duplicate": kinds.get("duplicate", 0),
        "programs": sum(kinds.get(kind, 0) for kind in PROGRAMS),
        "internal": kinds.get("internal", 0),
        "dropped": kinds.get("dropped", 0),
    }


def _group_headings(phrases: Phrases) -> dict[_ShownGroup, str]:
    _ = phrases.lang.gettext
    return {
        "human": _("People"),
        "duplicate": _("Second clicks"),
        "programs": _("Programs"),
    }


def _group_labels(phrases: Phrases) -> dict[_Group, str]:
    _ = phrases.lang.gettext
    return {
        "duplicate": _("Second clicks within ten minutes"),
        "programs": _("Previews, robots, scanners of mail"),
        "internal": _("Clicks of the cell itself"),
        "dropped": _("Requests of unknown kind"),
    }


def _channel_label(phrases: Phrases, channel: str) -> str:
    _ = phrases.lang.gettext
    channel_names = {
        "email": _("Newsletter"),
        "sms": "SMS",
        "website": _("Website"),
        "press": _("Press"),
        "poster": _("Poster"),
        "newspaper": _("Newspaper"),
        "bus": _("Bus"),
        "event": _("Event"),
    }
    if channel in channel_names:
        return channel_names[channel]
    network = channel.removesuffix("_ads")
    if network in (channel, "google"):
        return phrases.platform(channel)
    return _("%(network)s, paid", network=phrases.platform(network))
