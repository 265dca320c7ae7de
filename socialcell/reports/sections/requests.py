"""The sections on urgent mentions, owners, wards and quotations."""

from collections.abc import Sequence

from socialcell.reports.compared_figures import IdFigure
from socialcell.reports.page import Block, Cell, Chart, Paragraph, Section, Table
from socialcell.reports.phrases import first_with_counts
from socialcell.reports.sections.report_context import MAX_TOPICS, ReportContext


def urgent(context: ReportContext) -> Section:
    _ = context.lang.gettext
    urgencies = [
        level
        for level in context.numbers["urgencies"]
        if level["id"] in ("critical", "high")
    ]
    urgencies.sort(key=lambda level: str(level["id"]))
    blocks: list[Block] = []
    if any(level["n"] for level in urgencies):
        blocks.append(_urgent_table(context, urgencies))
        blocks += context.agreement_paragraphs("urgency")
        for caption, head, rows_of_kind in (
            (_("Urgent mentions by topic"), _("Topic"), _topic_rows(context)),
            (
                _("Urgent mentions by ward office"),
                _("Ward office"),
                context.area_rows(context.numbers["urgent"]["wards"], 5),
            ),
        ):
            if rows_of_kind:
                heads = (head, _("Mentions"), context.comparison_heading())
                blocks.append(Table(caption, heads, rows_of_kind, context.basis()))
    else:
        blocks.append(Paragraph(_("No mention is urgent.")))
    blocks += [level for level in context.quotations if level.why == "urgent"]
    return Section(_("What is urgent"), blocks)


def _urgent_table(context: ReportContext, urgencies: Sequence[IdFigure]) -> Table:
    _ = context.lang.gettext
    corrects = context.corrects("urgency")
    heads = (
        _("Urgency"),
        _("Mentions"),
        *([context.corrected_heading()] if corrects else []),
        context.comparison_heading(),
    )
    rows = [
        (
            (context.phrases.label("urgency", level["id"]),),
            context.phrases.count_cell(level),
            *([context.corrected_cell("urgency", level["id"])] if corrects else []),
            context.phrases.comparison_cell(level),
        )
        for level in urgencies
    ]
    return Table(_("Urgent mentions"), heads, rows, context.basis())


def owners(context: ReportContext) -> Section:
    _ = context.lang.gettext
    owners_by_topic = context.numbers["owners"][:MAX_TOPICS]
    if not owners_by_topic:
        return Section("", [])
    rows = [
        (
            (context.phrases.label("topic", topic_owners["topic"]),),
            context.phrases.count_cell(topic_owners["asking"]),
            tuple(
                context.phrases.name(owner["name"], owner["id"])
                for owner in topic_owners["owners"]
            ),
        )
        for topic_owners in owners_by_topic
    ]
    heads = (_("Topic"), _("Answer expected"), _("Who answers for it"))
    note = _(
        "Where several are named, the place or the cause decides; the first is the "
        "usual one."
    )
    table = Table(
        _("Mentions that expect an answer, by topic"), heads, rows, context.basis()
    )
    return Section(_("Whose problem it is"), [table, Paragraph(note)])


def wards(context: ReportContext) -> Section:
    _ = context.lang.gettext
    ward_figures = context.numbers["wards"]
    rows = context.area_rows(ward_figures, len(ward_figures))
    blocks: list[Block] = []
    if rows:
        if context.pictures.ward_map:
            blocks.append(context.pictures.ward_map)
        elif context.chart_files.wards:
            first = first_with_counts(ward_figures, 1)[0]
            alt = _(
                "Chart: mentions by ward office. Most: %(ward)s with %(n)s. The "
                "table below has all numbers.",
                ward=context.phrases.name(first["name"], first["id"]),
                n=context.number(first["n"]),
            )
            blocks.append(Chart(context.chart_files.wards, alt))
        heads = (_("Ward office"), _("Mentions"), context.comparison_heading())
        blocks.append(Table(_("Mentions by ward office"), heads, rows, context.basis()))
    silent = [
        context.phrases.name(ward["name"], ward["id"])
        for ward in ward_figures
        if not ward["n"] and not ((same := ward["same_hours"]) and same["before"])
    ]
    if silent:
        blocks.append(
            Paragraph(
                _(
                    "No mention named a place of: %(wards)s.",
                    wards=context.phrases.joined(silent),
                )
            )
        )
    villages = context.area_rows(context.numbers["villages"], MAX_TOPICS)
    if villages:
        heads = (_("Village"), _("Mentions"), context.comparison_heading())
        blocks.append(
            Table(
                _("Of these, villages merged later"),
                heads,
                villages,
                context.basis(),
                detail=2,
            )
        )
    return Section(_("Where"), blocks)


def quoted(context: ReportContext) -> Section:
    _ = context.lang.gettext
    quotations = [
        quotation for quotation in context.quotations if quotation.why != "urgent"
    ]
    if not quotations:
        return Section("", [])
    note = _(
        "For each of the topics that most people ask about, one post was drawn by "
        "lot, so neither the loudest nor the newest. Reposts, spam, very short "
        "posts, offices and media are left out, and each person is quoted once. "
        "Names and handles are hidden."
    )
    return Section(_("In people's own words"), [Paragraph(note), *quotations])


def _topic_rows(context: ReportContext) -> list[tuple[Cell, ...]]:
    return [
        (
            (context.phrases.label("topic", topic["id"]),),
            context.phrases.count_cell(topic),
            context.phrases.comparison_cell(topic),
        )
        for topic in first_with_counts(context.numbers["urgent"]["topics"], 5)
    ]
