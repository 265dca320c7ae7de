"""The sections on the report itself: what was collected, what is not known, terms."""

from datetime import datetime
from typing import Any

from socialcell.reports.page import Block, Paragraph, Section, Table, Terms
from socialcell.reports.sections.report_context import SET_ASIDE, Material

STRETCHES = 24
"""Missing stretches that are told one by one, of all platforms together."""


def coverage(m: Material) -> Section:
    _ = m.lang.gettext
    coverage = m.numbers["coverage"]
    platforms = coverage["platforms"]
    blocks: list[Block] = []
    if not platforms:
        blocks.append(Paragraph(_("No source is watched.")))
    else:
        heads = (_("Platform"), _("This week"), _("Week before"), _("Both weeks"))
        rows = [
            (
                (m.say.platform(one["id"]),),
                *(
                    (m.say.of(one[key], one["due"]),)
                    for key in ("covered", "covered_before", "common")
                ),
            )
            for one in platforms
        ]
        blocks.append(Table(_("Hours covered"), heads, rows))
    broken = sum(bool(one["missing"]) for one in platforms)
    most = max(STRETCHES // max(broken, 3), 1)
    for one in platforms:
        blocks += map(Paragraph, _missing(m, one, most))
    # A report that was frozen before this was counted does not say it.
    if late := coverage.get("unchecked"):
        blocks.append(
            Paragraph(
                _(
                    "Whether posts were deleted at their source could not be asked "
                    "for all of them: %(sources)s. Some that are gone may still be "
                    "counted.",
                    sources=m.say.together(late),
                )
            )
        )
    for name in coverage["not_watched"]:
        blocks.append(
            Paragraph(
                _(
                    "%(platform)s: not watched; its mentions came from imported "
                    "files, and their coverage is not known.",
                    platform=m.say.platform(name),
                )
            )
        )
    return Section(_("What was collected and what was not"), blocks)


def unknown(m: Material) -> Section:
    _, n_ = m.lang.gettext, m.lang.ngettext
    said = []
    if m.numbers["undated"]:
        said.append(
            n_(
                "%(n)s post without a time is stored and in no count by time.",
                "%(n)s posts without a time are stored and in no count by time.",
                m.numbers["undated"],
            )
        )
    if m.numbers["unread"]:
        said.append(
            n_(
                "%(n)s mention of the week had not been read for topic, sentiment "
                "and intent when the numbers were frozen.",
                "%(n)s mentions of the week had not been read for topic, sentiment "
                "and intent when the numbers were frozen.",
                m.numbers["unread"],
            )
        )
    if m.numbers["unplaced"]:
        said.append(
            n_(
                "%(n)s mention names no place that lies in a ward office.",
                "%(n)s mentions name no place that lies in a ward office.",
                m.numbers["unplaced"],
            )
        )
    aside = next(
        (one["n"] for one in m.numbers["topics"] if one["id"] == SET_ASIDE), None
    )
    if aside:
        said.append(
            n_(
                "%(n)s mention about politics is set aside: it counts in the "
                "total and is not shown as a topic.",
                "%(n)s mentions about politics are set aside: they count in the "
                "total and are not shown as a topic.",
                aside,
            )
        )
    said += [
        _(
            "Language, intent, topic, sentiment and urgency are a program's "
            "reading and are sometimes wrong. What a person decided goes first."
        ),
        *_what_is_counted(m),
        _(
            "Posts of this week that were collected after the numbers were frozen "
            "are not in them."
        ),
        _(
            "Engagement is not compared between weeks and not added up across "
            "platforms: each platform counts in its own way."
        ),
    ]
    return Section(_("What this report does not know"), list(map(Paragraph, said)))


def _what_is_counted(m: Material) -> list[str]:
    """Whether messages to the city are among the mentions.

    Reports that were frozen by earlier versions do not know how many there are.
    """
    _ = m.lang.gettext
    messages = m.numbers.get("messages")
    if messages == 0:
        return [
            _(
                "Only public posts on the platforms named here are counted: no calls, "
                "no letters, no visits, no private messages."
            )
        ]
    counted = _(
        "Counted are public posts on the platforms named here, and private messages "
        "that people wrote to the city there; no message is quoted. Calls, letters and "
        "visits are not counted."
    )
    if messages is None:
        return [counted]
    among = m.lang.ngettext(
        "%(n)s mention of the week is such a message.",
        "%(n)s mentions of the week are such messages.",
        messages,
    )
    return [f"{counted} {among}"]


def glossary(m: Material) -> Section:
    return Section(
        m.lang.gettext("What the words mean"), [Terms(m.say.glossary(), detail=1)]
    )


def _missing(m: Material, platform: dict[str, Any], most: int) -> list[str]:
    """Sentences on the first `most` missing stretches, and one on the rest."""
    _ = m.lang.gettext
    name = m.say.platform(platform["id"])
    stretches = platform["missing"]
    if not stretches:
        return [_("%(platform)s: nothing is missing.", platform=name)]
    said = [
        m.lang.ngettext(
            "%(platform)s: %(n)s hour not collected, %(first)s to %(last)s, "
            "because %(causes)s.",
            "%(platform)s: %(n)s hours not collected, %(first)s to %(last)s, "
            "because %(causes)s.",
            one["hours"],
            platform=name,
            first=m.lang.moment(datetime.fromisoformat(one["from"])),
            last=m.lang.moment(datetime.fromisoformat(one["to"])),
            causes=_causes(m, one["causes"]),
        )
        for one in stretches[:most]
    ]
    rest = stretches[most:]
    if rest:
        said.append(
            m.lang.ngettext(
                "%(platform)s: %(n)s more stretch, %(hours)s hours in all.",
                "%(platform)s: %(n)s more stretches, %(hours)s hours in all.",
                len(rest),
                platform=name,
                hours=m.lang.number(sum(one["hours"] for one in rest)),
            )
        )
    return said


def _causes(m: Material, causes: dict[str, str]) -> str:
    by_cause: dict[str, list[str]] = {}
    for source, cause in sorted(causes.items()):
        by_cause.setdefault(cause, []).append(source)
    return "; ".join(
        f"{m.say.cause(cause)} ({m.say.together(sources)})"
        for cause, sources in by_cause.items()
    )
