"""The sections on the report itself: what was collected, what is not known, terms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from socialcell.reports import alert_watch
from socialcell.reports.page import Block, Paragraph, Section, Table, Terms
from socialcell.reports.sections.report_context import HIDDEN_TOPIC, ReportContext
from socialcell.reports.week_numbers import PlatformCoverage

MAX_GAPS = 24
"""Gaps of collection that are listed one by one, of all platforms together."""
_COVERED: tuple[Literal["covered", "covered_before", "common"], ...] = (
    "covered",
    "covered_before",
    "common",
)


def coverage(context: ReportContext) -> Section:
    _ = context.lang.gettext
    coverage = context.numbers["coverage"]
    platforms = coverage["platforms"]
    blocks: list[Block] = []
    if not platforms:
        blocks.append(Paragraph(_("No source is watched.")))
    elif all(_is_complete(platform) for platform in platforms):
        blocks.append(
            Paragraph(
                context.lang.ngettext(
                    "%(n)s platform was collected without gaps in this week and the "
                    "week before.",
                    "All %(n)s platforms were collected without gaps in this week and "
                    "the week before.",
                    len(platforms),
                )
            )
        )
    else:
        heads = (_("Platform"), _("This week"), _("Week before"), _("Both weeks"))
        rows = [
            (
                (context.phrases.platform(platform["id"]),),
                *(
                    (context.phrases.part_of_whole(platform[key], platform["due"]),)
                    for key in _COVERED
                ),
            )
            for platform in platforms
        ]
        blocks.append(Table(_("Hours covered"), heads, rows))
    incomplete_count = sum(bool(platform["missing"]) for platform in platforms)
    limit = max(MAX_GAPS // max(incomplete_count, 3), 1)
    for platform in platforms:
        blocks += map(Paragraph, _gap_sentences(context, platform, limit))
    if alerts_sentence := alert_watch.alert_watch_sentence(
        context.numbers, context.lang
    ):
        blocks.append(Paragraph(alerts_sentence))
    # A report that was frozen before this was counted does not say it.
    if unchecked_sources := coverage.get("unchecked"):
        blocks.append(
            Paragraph(
                _(
                    "Whether posts were deleted at their source could not be asked "
                    "for all of them: %(sources)s. Some that are gone may still be "
                    "counted.",
                    sources=context.phrases.joined(unchecked_sources),
                )
            )
        )
    for name in coverage["not_watched"]:
        blocks.append(
            Paragraph(
                _(
                    "%(platform)s: not watched; its mentions came from imported "
                    "files, and their coverage is not known.",
                    platform=context.phrases.platform(name),
                )
            )
        )
    return Section(_("What was collected and what was not"), blocks)


def _is_complete(platform: PlatformCoverage) -> bool:
    """Whether both weeks were collected whole."""
    return platform["covered"] == platform["covered_before"] == platform["due"]


def unknown(context: ReportContext) -> Section:
    _, n_ = context.lang.gettext, context.lang.ngettext
    sentences = []
    if context.numbers["undated"]:
        sentences.append(
            n_(
                "%(n)s post without a time is stored and in no count by time.",
                "%(n)s posts without a time are stored and in no count by time.",
                context.numbers["undated"],
            )
        )
    if context.numbers["unread"]:
        sentences.append(
            n_(
                "%(n)s mention of the week had not been read for topic, sentiment "
                "and intent when the numbers were frozen.",
                "%(n)s mentions of the week had not been read for topic, sentiment "
                "and intent when the numbers were frozen.",
                context.numbers["unread"],
            )
        )
    if context.numbers["unplaced"]:
        sentences.append(
            n_(
                "%(n)s mention names no place that lies in a ward office.",
                "%(n)s mentions name no place that lies in a ward office.",
                context.numbers["unplaced"],
            )
        )
    hidden_count = next(
        (
            topic["n"]
            for topic in context.numbers["topics"]
            if topic["id"] == HIDDEN_TOPIC
        ),
        None,
    )
    if hidden_count:
        sentences.append(
            n_(
                "%(n)s mention about politics is set aside: it counts in the "
                "total and is not shown as a topic.",
                "%(n)s mentions about politics are set aside: they count in the "
                "total and are not shown as a topic.",
                hidden_count,
            )
        )
    sentences += [
        _(
            "Language, intent, topic, sentiment and urgency are classified by a "
            "program, which is sometimes wrong. A person's correction goes first."
        ),
        *_counted_kinds(context),
        _(
            "Posts of this week that were collected after the numbers were frozen "
            "are not in them."
        ),
        _(
            "Engagement is not compared between weeks and not added up across "
            "platforms: each platform counts in its own way."
        ),
    ]
    return Section(_("What this report does not know"), list(map(Paragraph, sentences)))


def _counted_kinds(context: ReportContext) -> list[str]:
    """Whether messages to the city are among the mentions.

    Reports that were frozen by earlier versions do not know how many there are.
    """
    _ = context.lang.gettext
    messages = context.numbers.get("messages")
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
    among = context.lang.ngettext(
        "%(n)s mention of the week is such a message.",
        "%(n)s mentions of the week are such messages.",
        messages,
    )
    return [f"{counted} {among}"]


def glossary(context: ReportContext) -> Section:
    return Section(
        context.lang.gettext("What the words mean"),
        [Terms(context.phrases.glossary(), detail=1)],
    )


def _gap_sentences(
    context: ReportContext, platform: PlatformCoverage, limit: int
) -> list[str]:
    """Sentences on the first `limit` gaps, and one on the rest."""
    _ = context.lang.gettext
    name = context.phrases.platform(platform["id"])
    gaps = platform["missing"]
    if not gaps:
        return [_("%(platform)s: nothing is missing.", platform=name)]
    sentences = [
        context.lang.ngettext(
            "%(platform)s: %(n)s hour not collected, %(first)s to %(last)s, "
            "because %(causes)s.",
            "%(platform)s: %(n)s hours not collected, %(first)s to %(last)s, "
            "because %(causes)s.",
            gap["hours"],
            platform=name,
            first=context.lang.moment(datetime.fromisoformat(gap["from"])),
            last=context.lang.moment(datetime.fromisoformat(gap["to"])),
            causes=_cause_list(context, gap["causes"]),
        )
        for gap in gaps[:limit]
    ]
    other_gaps = gaps[limit:]
    if other_gaps:
        sentences.append(
            context.lang.ngettext(
                "%(platform)s: %(n)s more stretch, %(hours)s hours in all.",
                "%(platform)s: %(n)s more stretches, %(hours)s hours in all.",
                len(other_gaps),
                platform=name,
                hours=context.lang.number(sum(gap["hours"] for gap in other_gaps)),
            )
        )
    return sentences


def _cause_list(context: ReportContext, causes: Mapping[str, str]) -> str:
    by_cause: dict[str, list[str]] = {}
    for source, cause in sorted(causes.items()):
        by_cause.setdefault(cause, []).append(source)
    return "; ".join(
        f"{context.phrases.cause(cause)} ({context.phrases.joined(sources)})"
        for cause, sources in by_cause.items()
    )
