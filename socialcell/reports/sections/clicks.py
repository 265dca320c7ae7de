"""Who asked for a campaign's links, and by which of them installs came."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from socialcell.campaigns.outcomes.attributed_results import Attribution
from socialcell.campaigns.outcomes.install_attribution import OURS
from socialcell.reports.page import Block, Cell, Chart, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import Material

PLACES = 8
PROGRAMS = ("preview", "scanner", "crawler", "tool")
_GROUPS = {
    "human": ("human",),
    "duplicate": ("duplicate",),
    "programs": PROGRAMS,
    "internal": ("internal",),
    "dropped": ("dropped",),
}
_SHOWN = ("human", "duplicate", "programs")


def requests(found: Attribution) -> dict[str, int] | None:
    """Requests for its links by who asked; together they are all. None: no link."""
    return None if found.requests is None else _grouped(found.requests)


def places(found: Attribution) -> list[dict[str, Any]]:
    """The same by where the links stand, with the installs that came from there, most
    people first; at the end installs of which it is not told."""
    kinds: dict[tuple[str, str | None], Counter[str]] = defaultdict(Counter)
    for one in found.clicks:
        kinds[one.link.channel, one.link.creator].update(one.kinds)
    installs: Counter[tuple[str, str | None] | None] = Counter()
    for part in found.parts:
        for line in part.lines_of(OURS):
            key = (line.who.channel or "", line.who.creator)
            known = key if key in kinds else None
            installs[known] += int(line.installs.value or 0)
    made: list[dict[str, Any]] = [
        {
            "channel": key[0],
            "creator": key[1],
            **_grouped(counts),
            "installs": installs[key] if found.parts else None,
        }
        for key, counts in kinds.items()
    ]
    made.sort(key=lambda row: (-row["human"], row["channel"], row["creator"] or ""))
    if installs[None]:
        nothing = dict.fromkeys(("channel", "creator", *_GROUPS))
        made.append({**nothing, "installs": installs[None]})
    return made


def is_drawn(one: Mapping[str, Any]) -> bool:
    """Whether a campaign of the report has clicks to be seen."""
    return any(row["human"] for row in _links(one))


def rows(m: Material, one: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    """Rows of the campaign's table: all requests, this week and since its start."""
    week, so_far = one["week"].get("requests"), one["so_far"].get("requests")
    if week is None or so_far is None:
        return []
    return [
        ((label,), (m.number(week[name]),), (m.number(so_far[name]),))
        for name, label in _labels(m.say).items()
        if name in _SHOWN or so_far[name]
    ]


def blocks(m: Material, one: Mapping[str, Any], chart: str | None) -> list[Block]:
    """The chart, where it is this campaign's, and the table by places."""
    _ = m.lang.gettext
    found = one.get("places", [])
    if not found:
        return []
    made: list[Block] = []
    if chart is not None:
        alt = _(
            "Chart: requests for the links of the campaign %(name)s since its start, "
            "by where they stand: people, second clicks and programs. The table below "
            "has the numbers.",
            name=one["name"],
        )
        made.append(Chart(chart, alt))
    counted: list[tuple[Cell, ...]] = [
        (
            (place(m.say, row),),
            *((m.number(row[name]),) for name in (*_SHOWN, "installs")),
        )
        for row in (
            *_links(one)[:PLACES],
            *(row for row in found if not row["channel"]),
        )
    ]
    heads = (_("Where the link stands"), *_heads(m.say).values(), _("Installs"))
    caption = _("The links of %(name)s since its start", name=one["name"])
    note = _(
        "Somebody is counted once a link within ten minutes, and twice who follows two "
        "links. Programs are previews, robots and scanners of mail."
    )
    return [*made, Table(caption, heads, counted, note, detail=2)]


def drawing(say: Phrases, one: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """What the chart shows: its labels, and who asked → how often, by label."""
    shown = _links(one)[:PLACES]
    return (
        [place(say, row) for row in shown],
        {head: [row[name] for row in shown] for name, head in _heads(say).items()},
    )


def place(say: Phrases, row: Mapping[str, Any]) -> str:
    """Where a link stands, in words: Instagram, asha_creates."""
    channel = row["channel"]
    if channel is None:
        return say.lang.gettext("Not told by which link")
    return ", ".join(filter(None, (_channel(say, channel), row["creator"])))


def _links(one: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [row for row in one.get("places", ()) if row["channel"]]


def _grouped(kinds: Mapping[str, int]) -> dict[str, int]:
    return {
        group: sum(kinds.get(kind, 0) for kind in members)
        for group, members in _GROUPS.items()
    }


def _heads(say: Phrases) -> dict[str, str]:
    _ = say.lang.gettext
    return {
        "human": _("People"),
        "duplicate": _("Second clicks"),
        "programs": _("Programs"),
    }


def _labels(say: Phrases) -> dict[str, str]:
    _ = say.lang.gettext
    return {
        "duplicate": _("Second clicks within ten minutes"),
        "programs": _("Previews, robots, scanners of mail"),
        "internal": _("Clicks of the cell itself"),
        "dropped": _("Requests of unknown kind"),
    }


def _channel(say: Phrases, channel: str) -> str:
    _ = say.lang.gettext
    known = {
        "email": _("Newsletter"),
        "sms": "SMS",
        "website": _("Website"),
        "press": _("Press"),
        "poster": _("Poster"),
        "newspaper": _("Newspaper"),
        "bus": _("Bus"),
        "event": _("Event"),
    }
    if channel in known:
        return known[channel]
    network = channel.removesuffix("_ads")
    if network in (channel, "google"):
        return say.platform(channel)
    return _("%(network)s, paid", network=say.platform(network))
