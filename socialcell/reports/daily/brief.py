"""The daily brief: what came in since the last one, for a phone and for a letter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening import coverage
from socialcell.listening.alerts.model import CRITICAL, Incident, Promise
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.coverage import HOUR
from socialcell.listening.incident_state import IncidentState, state_of
from socialcell.listening.people.visibility import People
from socialcell.listening.store import areas, owners
from socialcell.listening.store.alerts import commitments, incidents
from socialcell.listening.store.alerts import critical_calls as critical
from socialcell.listening.store.alerts.incidents import OpenIncident
from socialcell.listening.store.mentions import mention_counts
from socialcell.listening.store.mentions import urgent_mentions as urgent
from socialcell.listening.store.mentions.mention_counts import Cells, TimeSpan
from socialcell.listening.store.mentions.urgent_mentions import (
    PressArticle,
    QuotablePost,
)
from socialcell.listening.store.pages.source_history import watches
from socialcell.reports.daily import brief_quotations
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.incidents.incident_page import (
    differing_shortly,
    known_rumour,
    series,
)
from socialcell.reports.page import Block, Page, Paragraph, Quotation, Section, Table
from socialcell.reports.phrases import Phrases

LONGEST = 1200  # characters of the text for a phone
TIMES = (time(8, 30), time(18, 0))
_TOPICS = 5
_QUOTED = 3
_QUOTED_LENGTH = 120
_NAMED = 5  # numbers of incidents and of critical items
_STATES = 3  # open incidents whose figures and rumours are looked for
_SMALL = 160  # characters of a line about them; longer ones stand in the letter alone
_ASKING = ("question", "help")


@dataclass(frozen=True)
class Brief:
    """What a brief says: counts of mentions in the span, and what needs somebody.

    `covered` of `due` platform-hours were collected whole.
    """

    span: TimeSpan
    total: int
    covered: int
    due: int
    intents: Sequence[tuple[str, int]]
    topics: Sequence[tuple[str, int]]
    wards: Sequence[tuple[str, int]]
    names: Mapping[str, Mapping[str, str]]  # of wards, by language
    owners: Mapping[str, Mapping[str, str]]  # names of owners, by language
    urgent: Sequence[tuple[str, QuotablePost]]  # topic, mention
    urgent_total: int
    urgent_messages: int  # of these, written to the city alone: never quoted
    critical: Sequence[int]  # ids, newest first
    incidents: Sequence[Incident]
    states: Mapping[int, IncidentState]  # by incident: figures that differ, rumours
    missed: Sequence[Promise]
    press: Sequence[PressArticle]
    press_total: int
    asked: int
    names_nobody: bool = False  # a call for help would reach nobody


def span_of(as_of: datetime) -> TimeSpan:
    """From the brief's time before the last one to the last one at or before a moment:
    18:00 to 08:30, or 08:30 to 18:00, in Pune."""
    end, start = _before(as_of, 2)
    return TimeSpan(start, end)


def collect(session: Session, span: TimeSpan, *, names_nobody: bool = False) -> Brief:
    """The brief's facts of a span: mentions as they are now, incidents and promises as
    they stood at its end. `names_nobody`: config.yaml names nobody for alerts."""
    day = span.end.astimezone(IST).date()
    names = {
        one.id: names_of(one)
        for one in areas.areas_on(session, day)
        if one.kind == "ward_office"
    }
    topics = _sums(mention_counts.by_annotation(session, span, "topic"))
    wards = _sums(mention_counts.by_annotation(session, span, "ward"))
    intents = _sums(mention_counts.by_column(session, span, "intent"))
    kinds = dict(_sums(mention_counts.by_column(session, span, "kind")))
    standing = incidents.open_at(session, span.end)
    hours = max(span.hours, 1)
    held = coverage.covered_hours(
        watches(session, span.start, span.end), _hour(span.start), hours
    )
    return Brief(
        span=span,
        total=sum(mention_counts.mentions(session, span).values()),
        covered=sum(map(len, held.values())),
        due=hours * len(held),
        intents=intents,
        topics=[one for one in topics if one[0] != "other"],
        wards=[one for one in wards if one[0] in names],
        names=names,
        owners=_owners(session, day),
        urgent=brief_quotations.chosen(session, span, standing, _QUOTED),
        urgent_total=urgent.count(session, span),
        urgent_messages=urgent.count(session, span, "message"),
        critical=critical.ids_within(session, span),
        incidents=_news(standing, span),
        states=_states(session, standing, span),
        missed=commitments.missed(session, span.end),
        press=urgent.articles(session, span, _QUOTED),
        press_total=kinds.get("article", 0),
        asked=sum(n for name, n in intents if name in _ASKING),
        names_nobody=names_nobody,
    )


def text(brief: Brief, people: People, lang: Language) -> str:
    """The brief for a phone, of at most LONGEST characters: what matters least is left
    out first, and it is said that something was."""
    lines = list(_lines(brief, people, lang))
    more = lang.gettext("More is in the letter.")
    whole = "\n".join(lines)
    while len(whole) > LONGEST and len(lines) > 2:
        lines.pop()
        whole = "\n".join([*lines, more])
    return whole[:LONGEST]


def page(brief: Brief, people: People, lang: Language) -> Page:
    """The brief as a letter."""
    say, _ = Phrases(lang), lang.gettext
    heads = (_("Name"), _("Mentions"))
    sections = []
    if brief.incidents:
        words = [Paragraph(line) for line in _incidents(brief, say)]
        sections.append(Section(_("Incidents"), words))
    if brief.missed:
        words = [Paragraph(line) for line in _missed(brief, lang)]
        sections.append(Section(_("Promises missed"), words))
    if brief.urgent:
        quoted = [
            Quotation(
                "urgent", _about(topic, row, brief, people, say), excerpt(people, row)
            )
            for topic, row in brief.urgent
        ]
        sections.append(Section(_("Urgent"), quoted))
    for title, vocabulary, rows in (
        (_("By intent"), "intent", brief.intents),
        (_("By topic"), "topic", brief.topics),
        (_("By ward office"), "ward", brief.wards),
    ):
        if rows:
            cells = [
                ((_label(vocabulary, id_, brief, say),), (lang.number(n),))
                for id_, n in rows
            ]
            block: Block = Table(title, heads, cells, note=_covered(brief, lang))
            sections.append(Section(title, [block]))
    if brief.press:
        words = [Paragraph(_headline(row, people)) for row in brief.press]
        sections.append(Section(_("In the press"), words))
    return Page(
        language=lang.code,
        title=_("Daily brief"),
        subtitle=_span(brief, lang),
        summary=[
            *_nobody(brief, lang),
            _total(brief, lang),
            _covered(brief, lang),
            *_due(brief, lang),
        ],
        sections=sections,
        footer=(_("The brief says what was collected by the time it was made."),),
    )


def _before(moment: datetime, n: int) -> list[datetime]:
    """The last n brief times at or before a moment, newest first."""
    found: list[datetime] = []
    day = moment.astimezone(IST).date()
    while len(found) < n:
        for at in reversed(TIMES):
            slot = datetime.combine(day, at, IST)
            if slot <= moment:
                found.append(slot)
        day -= timedelta(days=1)
    return found[:n]


def _sums(cells: Mapping[str, Cells]) -> list[tuple[str, int]]:
    found = [(id_, sum(own.values())) for id_, own in cells.items()]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _news(standing: Sequence[OpenIncident], span: TimeSpan) -> list[Incident]:
    """The open incidents that the brief names: those that rest on most mentions first,
    those of single critical items last."""
    news = [one for one in standing if _is_news(one, span)]
    news.sort(key=lambda one: (one.incident.kind == CRITICAL, -len(one.mention_ids)))
    return [one.incident for one in news]


def _states(
    session: Session, standing: Sequence[OpenIncident], span: TimeSpan
) -> dict[int, IncidentState]:
    """How the newest open incidents of mentions stand at the end of the span."""
    spikes = [one.incident for one in standing if one.incident.kind == "spike"]
    ids = [one.id or 0 for one in spikes[:_STATES]]
    alerts = incidents.alerts_before(session, ids, span.end)
    return {
        one.id or 0: state_of(session, one, alerts[one.id or 0], span.end)
        for one in spikes[:_STATES]
    }


def _is_news(one: OpenIncident, span: TimeSpan) -> bool:
    """Whether the brief names an open incident. A silent source is said once, a promise
    that was missed stands under its own words, and a critical item that somebody looks
    after among the numbers."""
    if one.incident.kind == "source":
        return one.last_alert_at > span.start
    if one.incident.kind == CRITICAL:
        acked_at = one.incident.acked_at
        return acked_at is None or acked_at > span.end
    return one.incident.kind != "promise"


def _owners(session: Session, day: date) -> dict[str, Mapping[str, str]]:
    """The names of departments and other bodies by id."""
    return {one.owner: names_of(one) for one in owners.owners_on(session, day)}


def _hour(moment: datetime) -> datetime:
    """The first whole hour at or after a moment."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + HOUR


def _lines(brief: Brief, people: People, lang: Language) -> Iterator[str]:
    say, _ = Phrases(lang), lang.gettext
    yield from _nobody(brief, lang)
    yield f"{_('Daily brief')}, {_span(brief, lang)}"
    yield f"{_total(brief, lang)} {_covered(brief, lang)}"
    yield from _incidents(brief, say)
    yield from _missed(brief, lang)
    yield from _due(brief, lang)
    for topic, row in brief.urgent:
        said = excerpt(people, row)
        if len(said) > _QUOTED_LENGTH:
            said = said[: _QUOTED_LENGTH - 1].rstrip() + "…"
        yield f"• {_owned(topic, row, brief, say)}: {said}"
    for title, vocabulary, rows in (
        (_("By topic"), "topic", brief.topics),
        (_("By ward office"), "ward", brief.wards),
        (_("By intent"), "intent", brief.intents),
    ):
        if rows:
            named = ", ".join(
                f"{_label(vocabulary, id_, brief, say)} {lang.number(n)}"
                for id_, n in rows[:_TOPICS]
            )
            yield f"{title}: {named}"
    for article in brief.press:
        yield f"{_('In the press')}: {_headline(article, people)[:_QUOTED_LENGTH]}"


def _span(brief: Brief, lang: Language) -> str:
    return lang.gettext(
        "%(start)s to %(end)s",
        start=lang.moment(brief.span.start),
        end=lang.moment(brief.span.end),
    )


def _total(brief: Brief, lang: Language) -> str:
    return lang.ngettext(
        "%(n)s mention.", "%(n)s mentions.", brief.total, n=lang.number(brief.total)
    )


def _covered(brief: Brief, lang: Language) -> str:
    if not brief.due:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "%(share)s of these hours were collected whole.",
        share=lang.percent(brief.covered, brief.due),
    )


def _due(brief: Brief, lang: Language) -> Iterator[str]:
    _ = lang.gettext
    yield _(
        "Urgent: %(urgent)s. Questions, calls for help: %(asked)s. Press: %(press)s.",
        urgent=lang.number(brief.urgent_total),
        asked=lang.number(brief.asked),
        press=lang.number(brief.press_total),
    )
    if brief.critical:
        ids = (f"#{id_}" for id_ in brief.critical)
        yield _(
            "Critical: %(n)s (%(ids)s).",
            n=lang.number(len(brief.critical)),
            ids=_some(ids, len(brief.critical)),
        )
    if brief.urgent_messages:
        yield lang.ngettext(
            "%(n)s of the urgent ones was written to the city alone.",
            "%(n)s of the urgent ones were written to the city alone.",
            brief.urgent_messages,
        )


def _nobody(brief: Brief, lang: Language) -> Iterator[str]:
    if brief.names_nobody:
        yield lang.gettext(
            "Nobody is named to be alerted: a call for help reaches nobody. Names "
            "belong under alerts in config.yaml."
        )


def _incidents(brief: Brief, say: Phrases) -> Iterator[str]:
    unanswered = [one.id or 0 for one in brief.incidents if one.kind == CRITICAL]
    if unanswered:
        yield say.lang.ngettext(
            "Nobody has acknowledged %(n)s critical incident: %(ids)s.",
            "Nobody has acknowledged %(n)s critical incidents: %(ids)s.",
            len(unanswered),
            ids=_some(map(say.lang.number, unanswered), len(unanswered)),
        )
    for one in brief.incidents:
        if one.kind == CRITICAL:
            continue
        yield say.lang.gettext(
            "Incident %(id)s: %(name)s, since %(at)s.",
            id=say.lang.number(one.id or 0),
            name=series(one.subject, brief.names, say),
            at=say.lang.moment(one.opened_at),
        )
        state = brief.states.get(one.id or 0, IncidentState())
        told = [
            *(differing_shortly(figures, say) for figures in state.figures),
            *(known_rumour(rumour, say) for rumour in state.rumours),
        ]
        yield from (line for line in told if len(line) <= _SMALL)


def _some(ids: Iterable[str], n: int) -> str:
    """The first of n numbers, and whether there are more."""
    named = ", ".join(islice(ids, _NAMED))
    return f"{named}, …" if n > _NAMED else named


def _missed(brief: Brief, lang: Language) -> Iterator[str]:
    for one in brief.missed:
        yield lang.gettext(
            "Promise missed, due %(at)s: %(text)s",
            at=lang.moment(one.due_at),
            text=one.text,
        )


def _label(vocabulary: str, id_: str, brief: Brief, say: Phrases) -> str:
    if vocabulary == "ward":
        return say.name(brief.names.get(id_), id_)
    return say.label(vocabulary, id_)


def _owned(topic: str, row: QuotablePost, brief: Brief, say: Phrases) -> str:
    """The topic of an urgent mention, and who answers for it."""
    owner = brief.owners.get(row.owner or "")
    name = say.label("topic", topic)
    return f"{name} ({say.name(owner, '')})" if owner else name


def _about(
    topic: str, row: QuotablePost, brief: Brief, people: People, say: Phrases
) -> str:
    who = people.shown(row.platform, row.uid, row.handle) or ""
    parts = (
        who,
        say.platform(row.platform),
        say.lang.moment(row.authored_at),
        _owned(topic, row, brief, say),
    )
    return " · ".join(part for part in parts if part)


def _headline(row: PressArticle, people: People) -> str:
    title = row.title or row.text or ""
    who = people.shown(row.platform, row.uid, row.handle) or ""
    return f"{title} ({who})" if who else title
