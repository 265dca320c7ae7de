"""The sections on what was said: how much, when, on what, in which language."""

from datetime import date, datetime

from socialcell.reports.page import Block, Chart, Paragraph, Section, Table
from socialcell.reports.phrases import UNKNOWN, top
from socialcell.reports.sections.report_context import SET_ASIDE, TOPICS, Material


def volume(m: Material) -> Section:
    _ = m.lang.gettext
    blocks: list[Block] = []
    if m.pictures.days:
        blocks.append(Chart(m.pictures.days, _days_alt(m)))
    rows = [
        (
            (m.lang.short_day(date.fromisoformat(day["date"])),),
            m.say.n(day),
            m.say.covered(day),
            m.say.same(day),
        )
        for day in m.numbers["days"]
    ]
    for label, one in (
        (_("Week"), m.numbers["mentions"]),
        (_("of these reposts"), m.numbers["reposts"]),
    ):
        rows.append(
            (
                (label,),
                m.say.n(one),
                m.say.covered(one),
                m.say.same(one),
            )
        )
    heads = (
        _("Day"),
        _("Mentions"),
        _("Platform-hours covered"),
        m.same_head(),
    )
    blocks.append(Table(_("Mentions by day"), heads, rows))
    return Section(_("How much was said"), blocks)


def hours(m: Material) -> Section:
    _ = m.lang.gettext
    blocks: list[Block] = []
    peak = m.numbers["peak"]
    if peak:
        at = datetime.fromisoformat(peak["at"])
        said = m.lang.ngettext(
            "The busiest hour began on %(day)s at %(clock)s: %(n)s mention.",
            "The busiest hour began on %(day)s at %(clock)s: %(n)s mentions.",
            peak["n"],
            day=m.lang.day(at),
            clock=m.lang.clock(at),
        )
        blocks.append(Paragraph(said))
        if m.pictures.hours:
            alt = _("Chart: mentions by hour of the week. %(peak)s", peak=said)
            blocks.append(Chart(m.pictures.hours, alt))
    days = [date.fromisoformat(day["date"]) for day in m.numbers["days"]]
    hours = m.numbers["hours"]
    rows = [
        (
            (m.lang.digits(f"{hour:02}"),),
            *((m.number(hours[day * 24 + hour]),) for day in range(7)),
        )
        for hour in range(24)
    ]
    heads = (_("Hour"), *(m.lang.weekday(day) for day in days))
    caption = _(
        "Mentions by hour (rows: the hour that begins then, Indian time; –: none in an "
        "hour that was not fully collected)"
    )
    blocks.append(Table(caption, heads, rows, m.basis(), dense=True, detail=3))
    return Section(_("Hour by hour"), blocks)


def intents(m: Material) -> Section:
    _ = m.lang.gettext
    table = m.counted(_("Mentions by intent"), _("Intent"), "intent", "intents")
    return Section(_("What people want"), [table])


def topics(m: Material) -> Section:
    _ = m.lang.gettext
    topics = [one for one in m.numbers["topics"] if one["id"] != SET_ASIDE]
    shown = top(topics, TOPICS)
    if not shown:
        return Section(_("Topics"), [Paragraph(_("No topic was recognised."))])
    label = m.say.label
    heads = (_("Topic"), _("Mentions"), _("Asking"), m.same_head())
    rows = [
        (
            (label("topic", one["id"]),),
            m.say.n(one),
            m.say.n(one["asking"]),
            m.say.same(one),
        )
        for one in shown
    ]
    blocks: list[Block] = [
        Table(_("Mentions by topic; one may have several"), heads, rows, m.basis())
    ]
    rest = len(top(topics, len(topics))) - len(shown)
    if rest:
        blocks.append(
            Paragraph(
                m.lang.ngettext(
                    "%(n)s smaller topic is not shown.",
                    "%(n)s smaller topics are not shown.",
                    rest,
                )
            )
        )
    if m.pictures.topics:
        first = shown[0]
        alt = _(
            "Chart: topics by sentiment. Largest: %(topic)s with %(n)s mentions, "
            "%(negative)s of them negative. The table below has all numbers.",
            topic=label("topic", first["id"]),
            n=m.number(first["n"]),
            negative=m.number(first["sentiment"]["negative"]),
        )
        blocks.append(Chart(m.pictures.topics, alt))
    moods = ("negative", "neutral", "positive")
    blocks.append(
        Table(
            _("Topics by sentiment, in mentions"),
            (_("Topic"), *(label("sentiment", mood) for mood in moods)),
            [
                (
                    (label("topic", one["id"]),),
                    *((m.number(one["sentiment"][mood]),) for mood in moods),
                )
                for one in shown
            ],
            m.basis(),
            detail=2,
        )
    )
    return Section(_("Topics"), blocks)


def sentiments(m: Material) -> Section:
    _ = m.lang.gettext
    rows = [
        (
            (m.say.label("sentiment", one["id"]),),
            m.say.n(one),
            (m.number(one["unsure"]),),
            m.say.same(one),
        )
        for one in m.numbers["sentiments"]
    ]
    heads = (_("Sentiment"), _("Mentions"), _("of these unsure"), m.same_head())
    return Section(
        _("Sentiment"), [Table(_("Mentions by sentiment"), heads, rows, m.basis())]
    )


def languages(m: Material) -> Section:
    _ = m.lang.gettext
    caption = _("Mentions by language")
    table = m.counted(caption, _("Language"), "language", "languages")
    return Section(_("Languages"), [table])


def platforms(m: Material) -> Section:
    _ = m.lang.gettext
    rows = [
        (
            (m.say.platform(one["id"]),),
            m.say.n(one),
            m.say.covered(one) if one["coverage"]["due"] else (UNKNOWN,),
            m.say.same(one),
        )
        for one in m.numbers["platforms"]
    ]
    heads = (_("Platform"), _("Mentions"), _("Hours covered"), m.same_head())
    return Section(_("Platforms"), [Table(_("Mentions by platform"), heads, rows)])


def engagement(m: Material) -> Section:
    _ = m.lang.gettext
    rows = [
        (
            (m.say.platform(one["platform"]),),
            (m.say.label("metric", one["metric"]),),
            (m.number(one["gained"]),),
            (m.number(one["posts"]),),
        )
        for one in m.numbers["engagement"]
    ]
    if not rows:
        return Section("", [])
    heads = (_("Platform"), _("Kind"), _("Gained"), _("Posts looked at"))
    caption = _("Engagement gained in the week, by platform")
    table = Table(caption, heads, rows, detail=2)
    return Section(_("Engagement"), [table])


def _days_alt(m: Material) -> str:
    _ = m.lang.gettext
    days = [day for day in m.numbers["days"] if day["n"] is not None]
    if not days:
        return _("Chart: mentions by day. No data.")
    most = max(days, key=lambda day: day["n"])
    return _(
        "Chart: mentions by day, this week and the week before, over the hours "
        "that both covered. Most mentions came on %(day)s: %(n)s. The table below "
        "has all numbers.",
        day=m.lang.day(date.fromisoformat(most["date"])),
        n=m.lang.number(most["n"]),
    )
