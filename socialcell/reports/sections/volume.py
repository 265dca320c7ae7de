"""The sections on what was said: how much, when, on what, in which language."""

from datetime import date, datetime
from operator import itemgetter

from socialcell.reports.page import Block, Chart, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN, first_with_counts
from socialcell.reports.sections.report_context import (
    HIDDEN_TOPIC,
    MAX_TOPICS,
    ReportContext,
)


def volume(context: ReportContext) -> Section:
    _ = context.lang.gettext
    blocks: list[Block] = []
    if context.chart_files.days:
        blocks.append(Chart(context.chart_files.days, _days_alt(context)))
    rows = [
        (
            (context.lang.short_day(date.fromisoformat(day["date"])),),
            context.phrases.count_cell(day),
            context.phrases.coverage_cell(day),
            context.phrases.comparison_cell(day),
        )
        for day in context.numbers["days"]
    ]
    for label, figure in (
        (_("Week"), context.numbers["mentions"]),
        (_("reposts among them"), context.numbers["reposts"]),
    ):
        rows.append(
            (
                (label,),
                context.phrases.count_cell(figure),
                context.phrases.coverage_cell(figure),
                context.phrases.comparison_cell(figure),
            )
        )
    heads = (
        _("Day"),
        _("Mentions"),
        _("Platform-hours covered"),
        context.comparison_heading(),
    )
    blocks.append(Table(_("Mentions by day"), heads, rows))
    return Section(_("Mentions in total"), blocks)


def hours(context: ReportContext) -> Section:
    _ = context.lang.gettext
    blocks: list[Block] = []
    peak = context.numbers["peak"]
    if peak:
        at = datetime.fromisoformat(peak["at"])
        sentence = context.lang.ngettext(
            "The busiest hour began on %(day)s at %(clock)s: %(n)s mention.",
            "The busiest hour began on %(day)s at %(clock)s: %(n)s mentions.",
            peak["n"],
            day=context.lang.day(at),
            clock=context.lang.clock(at),
        )
        blocks.append(Paragraph(sentence))
        if context.pictures.hours:
            blocks.append(context.pictures.hours)
    days = [date.fromisoformat(day["date"]) for day in context.numbers["days"]]
    hourly_counts = context.numbers["hours"]
    rows = [
        (
            (context.lang.digits(f"{hour:02}"),),
            *((context.number(hourly_counts[day * 24 + hour]),) for day in range(7)),
        )
        for hour in range(24)
    ]
    heads = (_("Hour"), *(context.lang.weekday(day) for day in days))
    caption = _(
        "Mentions by hour (rows: the hour that begins then, Indian time; –: none in an "
        "hour that was not fully collected)"
    )
    blocks.append(Table(caption, heads, rows, context.basis(), dense=True, detail=3))
    return Section(_("Hour by hour"), blocks)


def intents(context: ReportContext) -> Section:
    _ = context.lang.gettext
    table = context.vocabulary_table(
        _("Mentions by intent"), _("Intent"), "intent", context.numbers["intents"]
    )
    asking = _asking_paragraphs(context)
    return Section(
        _("What people want"), [table, *asking, *context.agreement_paragraphs("intent")]
    )


def _asking_paragraphs(context: ReportContext) -> list[Paragraph]:
    """The share that asks, corrected; nothing where it is not measured."""
    if not context.corrects("intent"):
        return []
    (share,) = context.corrected_cell("asking", "asking")
    return [
        Paragraph(
            context.lang.gettext(
                "Answer expected, corrected for known mistakes: %(share)s.",
                share=share,
            )
        )
    ]


def topics(context: ReportContext) -> Section:
    _ = context.lang.gettext
    visible_topics = [
        topic for topic in context.numbers["topics"] if topic["id"] != HIDDEN_TOPIC
    ]
    shown_topics = first_with_counts(visible_topics, MAX_TOPICS)
    if not shown_topics:
        return Section(_("Topics"), [Paragraph(_("No topic was recognised."))])
    label = context.phrases.label
    corrects = context.corrects("topic")
    heads = (
        _("Topic"),
        _("Mentions"),
        *([context.corrected_heading()] if corrects else []),
        _("Answer expected"),
        context.comparison_heading(),
    )
    rows = [
        (
            (label("topic", topic["id"]),),
            context.phrases.count_cell(topic),
            *([context.corrected_cell("topic", topic["id"])] if corrects else []),
            context.phrases.count_cell(topic["asking"]),
            context.phrases.comparison_cell(topic),
        )
        for topic in shown_topics
    ]
    blocks: list[Block] = [
        Table(
            _("Mentions by topic; one may have several"), heads, rows, context.basis()
        )
    ]
    blocks += context.agreement_paragraphs("topic")
    hidden_count = len(first_with_counts(visible_topics, len(visible_topics))) - len(
        shown_topics
    )
    if hidden_count:
        blocks.append(
            Paragraph(
                context.lang.ngettext(
                    "%(n)s topic with fewer mentions is not shown.",
                    "%(n)s topics with fewer mentions are not shown.",
                    hidden_count,
                )
            )
        )
    if context.chart_files.topics:
        largest = shown_topics[0]
        alt = _(
            "Chart: topics by sentiment. Largest: %(topic)s with %(n)s mentions, "
            "%(negative)s of them negative. The table below has all numbers.",
            topic=label("topic", largest["id"]),
            n=context.number(largest["n"]),
            negative=context.number(largest["sentiment"]["negative"]),
        )
        blocks.append(Chart(context.chart_files.topics, alt))
    sentiment_ids = ("negative", "neutral", "positive")
    blocks.append(
        Table(
            _("Topics by sentiment, in mentions"),
            (
                _("Topic"),
                *(label("sentiment", sentiment_id) for sentiment_id in sentiment_ids),
            ),
            [
                (
                    (label("topic", topic["id"]),),
                    *(
                        (context.number(topic["sentiment"][sentiment_id]),)
                        for sentiment_id in sentiment_ids
                    ),
                )
                for topic in shown_topics
            ],
            context.basis(),
            detail=2,
        )
    )
    return Section(_("Topics"), blocks)


def sentiments(context: ReportContext) -> Section:
    _ = context.lang.gettext
    corrects = context.corrects("sentiment")
    rows = [
        (
            (context.phrases.label("sentiment", sentiment["id"]),),
            context.phrases.count_cell(sentiment),
            *(
                [context.corrected_cell("sentiment", sentiment["id"])]
                if corrects
                else []
            ),
            (context.number(sentiment["unsure"]),),
            context.phrases.comparison_cell(sentiment),
        )
        for sentiment in context.numbers["sentiments"]
    ]
    heads = (
        _("Sentiment"),
        _("Mentions"),
        *([context.corrected_heading()] if corrects else []),
        _("unsure among them"),
        context.comparison_heading(),
    )
    return Section(
        _("Sentiment"),
        [
            Table(_("Mentions by sentiment"), heads, rows, context.basis()),
            *context.agreement_paragraphs("sentiment"),
        ],
    )


def languages(context: ReportContext) -> Section:
    _ = context.lang.gettext
    caption = _("Mentions by language")
    figures = context.numbers["languages"]
    table = context.vocabulary_table(caption, _("Language"), "language", figures)
    return Section(_("Languages"), [table])


def platforms(context: ReportContext) -> Section:
    _ = context.lang.gettext
    rows = [
        (
            (context.phrases.platform(platform["id"]),),
            context.phrases.count_cell(platform),
            context.phrases.coverage_cell(platform)
            if platform["coverage"]["due"]
            else (UNKNOWN,),
            context.phrases.comparison_cell(platform),
        )
        for platform in context.numbers["platforms"]
    ]
    heads = (
        _("Platform"),
        _("Mentions"),
        _("Hours covered"),
        context.comparison_heading(),
    )
    return Section(_("Platforms"), [Table(_("Mentions by platform"), heads, rows)])


def engagement(context: ReportContext) -> Section:
    _ = context.lang.gettext
    rows = [
        (
            (context.phrases.platform(gain["platform"]),),
            (context.phrases.label("metric", gain["metric"]),),
            (context.number(gain["gained"]),),
            (context.number(gain["posts"]),),
        )
        for gain in context.numbers["engagement"]
    ]
    if not rows:
        return Section("", [])
    heads = (_("Platform"), _("Kind"), _("Gained"), _("Posts looked at"))
    caption = _("Engagement gained in the week, by platform")
    table = Table(caption, heads, rows, detail=2)
    return Section(_("Engagement"), [table])


def _days_alt(context: ReportContext) -> str:
    _ = context.lang.gettext
    counts = [
        (day["n"], day["date"])
        for day in context.numbers["days"]
        if day["n"] is not None
    ]
    if not counts:
        return _("Chart: mentions by day. No data.")
    largest_count, largest_day = max(counts, key=itemgetter(0))
    return _(
        "Chart: mentions by day, this week and the week before, over the hours "
        "that both covered. Most mentions came on %(day)s: %(n)s. The table below "
        "has all numbers.",
        day=context.lang.day(date.fromisoformat(largest_day)),
        n=context.lang.number(largest_count),
    )
