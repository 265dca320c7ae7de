"""The numbers of a week as a page in one language: what is said, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from socialcell.config import Report
from socialcell.i18n import Language
from socialcell.reports.page import (
    Block,
    Cell,
    Chart,
    Page,
    Paragraph,
    Quotation,
    Section,
    Table,
    Terms,
)
from socialcell.reports.phrases import UNKNOWN, Phrases, top
from socialcell.reports.summary import summary

TOPICS = 10
WARDS = 10
STRETCHES = 8
SET_ASIDE = "politics"


@dataclass(frozen=True)
class Pictures:
    """File names of the charts; None where there is nothing to draw."""

    days: str | None = None
    hours: str | None = None
    topics: str | None = None
    wards: str | None = None


def page(
    numbers: dict[str, Any],
    quotations: Sequence[Quotation],
    pictures: Pictures,
    lang: Language,
    report: Report,
) -> Page:
    """The weekly report in a language."""
    return _Weekly(numbers, quotations, pictures, lang, report).page()


class _Weekly:
    def __init__(
        self,
        numbers: dict[str, Any],
        quotations: Sequence[Quotation],
        pictures: Pictures,
        lang: Language,
        report: Report,
    ) -> None:
        self._all = numbers
        self._quotations = quotations
        self._pictures = pictures
        self._lang = lang
        self._say = Phrases(lang)
        self._report = report
        self._city = str(getattr(report, f"city_{lang.code}"))

    def page(self) -> Page:
        _ = self._lang.gettext
        period = self._all["period"]
        sections = [self._coverage(), self._unknown(), self._glossary()]
        if self._all["mentions"]["n"] is not None:
            sections = [
                self._volume(),
                self._hours(),
                self._intents(),
                self._topics(),
                self._urgent(),
                self._owners(),
                self._wards(),
                self._sentiments(),
                self._languages(),
                self._platforms(),
                self._engagement(),
                self._quoted(),
                *sections,
            ]
        return Page(
            language=self._lang.code,
            title=_("What was said about %(city)s this week", city=self._city),
            subtitle=_(
                "%(first)s, 00:00 to %(last)s, 24:00, Indian time",
                first=self._lang.day(datetime.fromisoformat(period["from"])),
                last=self._lang.day(date.fromisoformat(self._all["days"][-1]["date"])),
            ),
            summary=summary(self._all, self._say, self._city),
            sections=[section for section in sections if section.blocks],
            footer=_(
                "%(organisation)s, social media cell. Numbers counted on %(at)s and "
                "frozen; a quotation that its author deletes later is removed.",
                organisation=self._report.organisation,
                at=self._lang.moment(datetime.fromisoformat(self._all["made_at"])),
            ),
        )

    def _volume(self) -> Section:
        _ = self._lang.gettext
        blocks: list[Block] = []
        if self._pictures.days:
            blocks.append(Chart(self._pictures.days, self._days_alt()))
        rows = [
            (
                (self._lang.short_day(date.fromisoformat(day["date"])),),
                self._say.n(day),
                self._say.covered(day),
                self._say.same(day),
            )
            for day in self._all["days"]
        ]
        for label, one in (
            (_("Week"), self._all["mentions"]),
            (_("of these reposts"), self._all["reposts"]),
        ):
            rows.append(
                (
                    (label,),
                    self._say.n(one),
                    self._say.covered(one),
                    self._say.same(one),
                )
            )
        heads = (
            _("Day"),
            _("Mentions"),
            _("Platform-hours covered"),
            self._same_head(),
        )
        blocks.append(Table(_("Mentions by day"), heads, rows))
        return Section(_("How much was said"), blocks)

    def _days_alt(self) -> str:
        _ = self._lang.gettext
        days = [day for day in self._all["days"] if day["n"] is not None]
        if not days:
            return _("Chart: mentions by day. No data.")
        most = max(days, key=lambda day: day["n"])
        return _(
            "Chart: mentions by day, this week and the week before, over the hours "
            "that both covered. Most mentions came on %(day)s: %(n)s. The table below "
            "has all numbers.",
            day=self._lang.day(date.fromisoformat(most["date"])),
            n=self._lang.number(most["n"]),
        )

    def _hours(self) -> Section:
        _ = self._lang.gettext
        blocks: list[Block] = []
        peak = self._all["peak"]
        if peak:
            at = datetime.fromisoformat(peak["at"])
            said = self._lang.ngettext(
                "The busiest hour began on %(day)s at %(clock)s: %(n)s mention.",
                "The busiest hour began on %(day)s at %(clock)s: %(n)s mentions.",
                peak["n"],
                day=self._lang.day(at),
                clock=self._lang.clock(at),
            )
            blocks.append(Paragraph(said))
            if self._pictures.hours:
                alt = _("Chart: mentions by hour of the week. %(peak)s", peak=said)
                blocks.append(Chart(self._pictures.hours, alt))
        days = [date.fromisoformat(day["date"]) for day in self._all["days"]]
        hours = self._all["hours"]
        rows = [
            (
                (self._lang.digits(f"{hour:02}"),),
                *((self._number(hours[day * 24 + hour]),) for day in range(7)),
            )
            for hour in range(24)
        ]
        heads = (_("Hour"), *(self._lang.weekday(day) for day in days))
        caption = _("Mentions by hour (rows: the hour that begins then, Indian time)")
        blocks.append(Table(caption, heads, rows, dense=True))
        return Section(_("Hour by hour"), blocks)

    def _intents(self) -> Section:
        _ = self._lang.gettext
        table = self._counted(_("Mentions by intent"), _("Intent"), "intent", "intents")
        return Section(_("What people want"), [table])

    def _topics(self) -> Section:
        _ = self._lang.gettext
        topics = [one for one in self._all["topics"] if one["id"] != SET_ASIDE]
        shown = top(topics, TOPICS)
        if not shown:
            return Section(_("Topics"), [Paragraph(_("No topic was recognised."))])
        label = self._say.label
        heads = (_("Topic"), _("Mentions"), _("Asking"), self._same_head())
        rows = [
            (
                (label("topic", one["id"]),),
                self._say.n(one),
                self._say.n(one["asking"]),
                self._say.same(one),
            )
            for one in shown
        ]
        blocks: list[Block] = [
            Table(_("Mentions by topic; one may have several"), heads, rows)
        ]
        rest = len(top(topics, len(topics))) - len(shown)
        if rest:
            blocks.append(
                Paragraph(
                    self._lang.ngettext(
                        "%(n)s smaller topic is not shown.",
                        "%(n)s smaller topics are not shown.",
                        rest,
                    )
                )
            )
        if self._pictures.topics:
            first = shown[0]
            alt = _(
                "Chart: topics by sentiment. Largest: %(topic)s with %(n)s mentions, "
                "%(negative)s of them negative. The table below has all numbers.",
                topic=label("topic", first["id"]),
                n=self._number(first["n"]),
                negative=self._number(first["sentiment"]["negative"]),
            )
            blocks.append(Chart(self._pictures.topics, alt))
        moods = ("negative", "neutral", "positive")
        blocks.append(
            Table(
                _("Topics by sentiment, in mentions"),
                (_("Topic"), *(label("sentiment", mood) for mood in moods)),
                [
                    (
                        (label("topic", one["id"]),),
                        *((self._number(one["sentiment"][mood]),) for mood in moods),
                    )
                    for one in shown
                ],
            )
        )
        return Section(_("Topics"), blocks)

    def _urgent(self) -> Section:
        _ = self._lang.gettext
        levels = [
            one for one in self._all["urgencies"] if one["id"] in ("critical", "high")
        ]
        levels.sort(key=lambda one: str(one["id"]))
        blocks: list[Block] = []
        if any(one["n"] for one in levels):
            heads = (_("Urgency"), _("Mentions"), self._same_head())
            rows = [
                (
                    (self._say.label("urgency", one["id"]),),
                    self._say.n(one),
                    self._say.same(one),
                )
                for one in levels
            ]
            blocks.append(Table(_("Urgent mentions"), heads, rows))
            for caption, head, names in (
                (_("Urgent mentions by topic"), _("Topic"), self._topic_rows()),
                (
                    _("Urgent mentions by ward office"),
                    _("Ward office"),
                    self._area_rows(self._all["urgent"]["wards"], 5),
                ),
            ):
                if names:
                    heads = (head, _("Mentions"), self._same_head())
                    blocks.append(Table(caption, heads, names))
        else:
            blocks.append(Paragraph(_("No mention was read as urgent.")))
        blocks += [one for one in self._quotations if one.why == "urgent"]
        return Section(_("What is urgent"), blocks)

    def _topic_rows(self) -> list[tuple[Cell, ...]]:
        return [
            (
                (self._say.label("topic", one["id"]),),
                self._say.n(one),
                self._say.same(one),
            )
            for one in top(self._all["urgent"]["topics"], 5)
        ]

    def _owners(self) -> Section:
        _ = self._lang.gettext
        owners = self._all["owners"][:TOPICS]
        if not owners:
            return Section("", [])
        rows = [
            (
                (self._say.label("topic", one["topic"]),),
                self._say.n(one["asking"]),
                tuple(self._say.name(who["name"], who["id"]) for who in one["owners"]),
            )
            for one in owners
        ]
        heads = (_("Topic"), _("Asking"), _("Who answers for it"))
        note = _(
            "Where several are named, the place or the cause decides; the first is the "
            "usual one."
        )
        table = Table(_("Mentions that ask for something, by topic"), heads, rows)
        return Section(_("Whose problem it is"), [table, Paragraph(note)])

    def _wards(self) -> Section:
        _ = self._lang.gettext
        wards = self._all["wards"]
        rows = self._area_rows(wards, len(wards))
        blocks: list[Block] = []
        if rows:
            if self._pictures.wards:
                first = top(wards, 1)[0]
                alt = _(
                    "Chart: mentions by ward office. Most: %(ward)s with %(n)s. The "
                    "table below has all numbers.",
                    ward=self._say.name(first["name"], first["id"]),
                    n=self._number(first["n"]),
                )
                blocks.append(Chart(self._pictures.wards, alt))
            heads = (_("Ward office"), _("Mentions"), self._same_head())
            blocks.append(Table(_("Mentions by ward office"), heads, rows))
        silent = [
            self._say.name(one["name"], one["id"])
            for one in wards
            if not one["n"] and not (one["same_hours"] or {}).get("before")
        ]
        if silent:
            blocks.append(
                Paragraph(
                    _(
                        "No mention named a place of: %(wards)s.",
                        wards=self._say.together(silent),
                    )
                )
            )
        villages = self._area_rows(self._all["villages"], TOPICS)
        if villages:
            heads = (_("Village"), _("Mentions"), self._same_head())
            blocks.append(Table(_("Of these, villages merged later"), heads, villages))
        return Section(_("Where"), blocks)

    def _sentiments(self) -> Section:
        _ = self._lang.gettext
        rows = [
            (
                (self._say.label("sentiment", one["id"]),),
                self._say.n(one),
                (self._number(one["unsure"]),),
                self._say.same(one),
            )
            for one in self._all["sentiments"]
        ]
        heads = (_("Sentiment"), _("Mentions"), _("of these unsure"), self._same_head())
        return Section(_("Sentiment"), [Table(_("Mentions by sentiment"), heads, rows)])

    def _languages(self) -> Section:
        _ = self._lang.gettext
        caption = _("Mentions by language")
        table = self._counted(caption, _("Language"), "language", "languages")
        return Section(_("Languages"), [table])

    def _platforms(self) -> Section:
        _ = self._lang.gettext
        rows = [
            (
                (self._say.platform(one["id"]),),
                self._say.n(one),
                self._say.covered(one) if one["coverage"]["due"] else (UNKNOWN,),
                self._say.same(one),
            )
            for one in self._all["platforms"]
        ]
        heads = (_("Platform"), _("Mentions"), _("Hours covered"), self._same_head())
        return Section(_("Platforms"), [Table(_("Mentions by platform"), heads, rows)])

    def _engagement(self) -> Section:
        _ = self._lang.gettext
        rows = [
            (
                (self._say.platform(one["platform"]),),
                (self._say.label("metric", one["metric"]),),
                (self._number(one["gained"]),),
                (self._number(one["posts"]),),
            )
            for one in self._all["engagement"]
        ]
        if not rows:
            return Section("", [])
        heads = (_("Platform"), _("Kind"), _("Gained"), _("Posts looked at"))
        table = Table(_("Engagement gained in the week, by platform"), heads, rows)
        return Section(_("Engagement"), [table])

    def _quoted(self) -> Section:
        _ = self._lang.gettext
        quoted = [one for one in self._quotations if one.why != "urgent"]
        if not quoted:
            return Section("", [])
        how = _(
            "For each of the topics that most people ask about, one post was drawn by "
            "lot, so neither the loudest nor the newest. Reposts, spam, very short "
            "posts, offices and media are left out, and each person is quoted once. "
            "Names and handles are hidden."
        )
        return Section(_("In people's own words"), [Paragraph(how), *quoted])

    def _coverage(self) -> Section:
        _ = self._lang.gettext
        coverage = self._all["coverage"]
        platforms = coverage["platforms"]
        blocks: list[Block] = []
        if not platforms:
            blocks.append(Paragraph(_("No source is watched.")))
        else:
            heads = (_("Platform"), _("This week"), _("Week before"), _("Both weeks"))
            rows = [
                (
                    (self._say.platform(one["id"]),),
                    *(
                        (self._say.of(one[key], one["due"]),)
                        for key in ("covered", "covered_before", "common")
                    ),
                )
                for one in platforms
            ]
            blocks.append(Table(_("Hours covered"), heads, rows))
        for one in platforms:
            blocks += map(Paragraph, self._missing(one))
        for name in coverage["not_watched"]:
            blocks.append(
                Paragraph(
                    _(
                        "%(platform)s: not watched; its mentions came from imported "
                        "files, and their coverage is not known.",
                        platform=self._say.platform(name),
                    )
                )
            )
        return Section(_("What was collected and what was not"), blocks)

    def _missing(self, platform: dict[str, Any]) -> list[str]:
        _ = self._lang.gettext
        name = self._say.platform(platform["id"])
        stretches = platform["missing"]
        if not stretches:
            return [_("%(platform)s: nothing is missing.", platform=name)]
        said = [
            self._lang.ngettext(
                "%(platform)s: %(n)s hour not collected, %(first)s to %(last)s, "
                "because %(causes)s.",
                "%(platform)s: %(n)s hours not collected, %(first)s to %(last)s, "
                "because %(causes)s.",
                one["hours"],
                platform=name,
                first=self._lang.moment(datetime.fromisoformat(one["from"])),
                last=self._lang.moment(datetime.fromisoformat(one["to"])),
                causes=self._causes(one["causes"]),
            )
            for one in stretches[:STRETCHES]
        ]
        rest = stretches[STRETCHES:]
        if rest:
            said.append(
                self._lang.ngettext(
                    "%(platform)s: %(n)s more stretch, %(hours)s hours in all.",
                    "%(platform)s: %(n)s more stretches, %(hours)s hours in all.",
                    len(rest),
                    platform=name,
                    hours=self._lang.number(sum(one["hours"] for one in rest)),
                )
            )
        return said

    def _causes(self, causes: dict[str, str]) -> str:
        by_cause: dict[str, list[str]] = {}
        for source, cause in sorted(causes.items()):
            by_cause.setdefault(cause, []).append(source)
        return "; ".join(
            f"{self._say.cause(cause)} ({self._say.together(sources)})"
            for cause, sources in by_cause.items()
        )

    def _unknown(self) -> Section:
        _, n_ = self._lang.gettext, self._lang.ngettext
        said = []
        if self._all["undated"]:
            said.append(
                n_(
                    "%(n)s post without a time is stored and in no count by time.",
                    "%(n)s posts without a time are stored and in no count by time.",
                    self._all["undated"],
                )
            )
        if self._all["unread"]:
            said.append(
                n_(
                    "%(n)s mention of the week had not been read for topic, sentiment "
                    "and intent when the numbers were frozen.",
                    "%(n)s mentions of the week had not been read for topic, sentiment "
                    "and intent when the numbers were frozen.",
                    self._all["unread"],
                )
            )
        if self._all["unplaced"]:
            said.append(
                n_(
                    "%(n)s mention names no place that lies in a ward office.",
                    "%(n)s mentions name no place that lies in a ward office.",
                    self._all["unplaced"],
                )
            )
        aside = next(
            (one["n"] for one in self._all["topics"] if one["id"] == SET_ASIDE), None
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
            _(
                "Only public posts on the platforms named here are counted: no calls, "
                "no letters, no visits, no private messages."
            ),
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

    def _glossary(self) -> Section:
        return Section(
            self._lang.gettext("What the words mean"), [Terms(self._say.glossary())]
        )

    def _counted(self, caption: str, head: str, vocabulary: str, key: str) -> Table:
        rows = [
            (
                (self._say.label(vocabulary, one["id"]),),
                self._say.n(one),
                self._share(one),
                self._say.same(one),
            )
            for one in self._all[key]
        ]
        _ = self._lang.gettext
        return Table(
            caption, (head, _("Mentions"), _("Share"), self._same_head()), rows
        )

    def _share(self, one: dict[str, Any]) -> Cell:
        whole = self._all["mentions"]["n"]
        return (
            (self._lang.percent(one["n"], whole),)
            if whole and one["n"] is not None
            else (UNKNOWN,)
        )

    def _area_rows(
        self, areas: list[dict[str, Any]], most: int
    ) -> list[tuple[Cell, ...]]:
        return [
            (
                (self._say.name(one["name"], one["id"]),),
                self._say.n(one),
                self._say.same(one),
            )
            for one in top(areas, most)
        ]

    def _same_head(self) -> str:
        return self._lang.gettext("Same hours: before → now")

    def _number(self, value: int | None) -> str:
        return UNKNOWN if value is None else self._lang.number(value)
