"""The sections on what needs somebody: what is urgent, whose, where, who says it."""

from socialcell.reports.page import Block, Cell, Chart, Paragraph, Section, Table
from socialcell.reports.phrases import top
from socialcell.reports.sections.report_context import TOPICS, Material


def urgent(m: Material) -> Section:
    _ = m.lang.gettext
    levels = [
        one for one in m.numbers["urgencies"] if one["id"] in ("critical", "high")
    ]
    levels.sort(key=lambda one: str(one["id"]))
    blocks: list[Block] = []
    if any(one["n"] for one in levels):
        heads = (_("Urgency"), _("Mentions"), m.same_head())
        rows = [
            (
                (m.say.label("urgency", one["id"]),),
                m.say.n(one),
                m.say.same(one),
            )
            for one in levels
        ]
        blocks.append(Table(_("Urgent mentions"), heads, rows, m.basis()))
        for caption, head, names in (
            (_("Urgent mentions by topic"), _("Topic"), _topic_rows(m)),
            (
                _("Urgent mentions by ward office"),
                _("Ward office"),
                m.area_rows(m.numbers["urgent"]["wards"], 5),
            ),
        ):
            if names:
                heads = (head, _("Mentions"), m.same_head())
                blocks.append(Table(caption, heads, names, m.basis()))
    else:
        blocks.append(Paragraph(_("No mention was read as urgent.")))
    blocks += [one for one in m.quotations if one.why == "urgent"]
    return Section(_("What is urgent"), blocks)


def owners(m: Material) -> Section:
    _ = m.lang.gettext
    owners = m.numbers["owners"][:TOPICS]
    if not owners:
        return Section("", [])
    rows = [
        (
            (m.say.label("topic", one["topic"]),),
            m.say.n(one["asking"]),
            tuple(m.say.name(who["name"], who["id"]) for who in one["owners"]),
        )
        for one in owners
    ]
    heads = (_("Topic"), _("Asking"), _("Who answers for it"))
    note = _(
        "Where several are named, the place or the cause decides; the first is the "
        "usual one."
    )
    table = Table(
        _("Mentions that ask for something, by topic"), heads, rows, m.basis()
    )
    return Section(_("Whose problem it is"), [table, Paragraph(note)])


def wards(m: Material) -> Section:
    _ = m.lang.gettext
    wards = m.numbers["wards"]
    rows = m.area_rows(wards, len(wards))
    blocks: list[Block] = []
    if rows:
        if m.pictures.wards:
            first = top(wards, 1)[0]
            alt = _(
                "Chart: mentions by ward office. Most: %(ward)s with %(n)s. The "
                "table below has all numbers.",
                ward=m.say.name(first["name"], first["id"]),
                n=m.number(first["n"]),
            )
            blocks.append(Chart(m.pictures.wards, alt))
        heads = (_("Ward office"), _("Mentions"), m.same_head())
        blocks.append(Table(_("Mentions by ward office"), heads, rows, m.basis()))
    silent = [
        m.say.name(one["name"], one["id"])
        for one in wards
        if not one["n"] and not (one["same_hours"] or {}).get("before")
    ]
    if silent:
        blocks.append(
            Paragraph(
                _(
                    "No mention named a place of: %(wards)s.",
                    wards=m.say.together(silent),
                )
            )
        )
    villages = m.area_rows(m.numbers["villages"], TOPICS)
    if villages:
        heads = (_("Village"), _("Mentions"), m.same_head())
        blocks.append(
            Table(
                _("Of these, villages merged later"),
                heads,
                villages,
                m.basis(),
                detail=2,
            )
        )
    return Section(_("Where"), blocks)


def quoted(m: Material) -> Section:
    _ = m.lang.gettext
    quoted = [one for one in m.quotations if one.why != "urgent"]
    if not quoted:
        return Section("", [])
    how = _(
        "For each of the topics that most people ask about, one post was drawn by "
        "lot, so neither the loudest nor the newest. Reposts, spam, very short "
        "posts, offices and media are left out, and each person is quoted once. "
        "Names and handles are hidden."
    )
    return Section(_("In people's own words"), [Paragraph(how), *quoted])


def _topic_rows(m: Material) -> list[tuple[Cell, ...]]:
    return [
        (
            (m.say.label("topic", one["id"]),),
            m.say.n(one),
            m.say.same(one),
        )
        for one in top(m.numbers["urgent"]["topics"], 5)
    ]
