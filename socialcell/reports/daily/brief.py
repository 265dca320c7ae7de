"""The daily brief: the mentions since the last one, for a phone and as a letter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from socialcell.reports.daily.brief_times import TIMES
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.incidents.incident_page import (
    rumour_line,
    series_words,
    short_contradiction_line,
)
from socialcell.reports.page import Block, Page, Paragraph, Quotation, Section, Table
from socialcell.reports.phrases import Phrases

MAX_TEXT_LENGTH = 1200  # characters of the text for a phone

_MAX_NAMED_VALUES = 5
_MAX_QUOTED = 3
_QUOTED_LENGTH = 120
_MAX_IDS = 5  # numbers of incidents and of critical items

_MAX_STATES = 3  # open incidents whose figures and rumours are looked for

_MAX_STATE_LENGTH = (
    160  # characters of a line about them; longer ones stand in the letter alone
)
_ASKING = ("question", "help")


@dataclass(frozen=True)
class Brief:
    """What a brief says: counts of mentions in the span, and what needs action.

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
    asking_total: int
    names_nobody: bool = False  # a call for help would reach nobody


def span_of(as_of: datetime) -> TimeSpan:
    """From the brief's time before the last one to the last one at or before a moment:
    18:00 to 08:30, or 08:30 to 18:00, in Pune."""
    end, start = _latest_slots(as_of, 2)
    return TimeSpan(start, end)


def collect(session: Session, span: TimeSpan, *, names_nobody: bool = False) -> Brief:
    """The brief's facts of a span: mentions as they are now, incidents and promises as
    they stood at its end. `names_nobody`: config.yaml names nobody for alerts."""
    day = span.end.astimezone(IST).date()
    names = {
        area.id: names_of(area)
        for area in areas.areas_on(session, day)
        if area.kind == "ward_office"
    }
    topic_counts = _totals(mention_counts.by_annotation(session, span, "topic"))
    ward_counts = _totals(mention_counts.by_annotation(session, span, "ward"))
    intent_counts = _totals(mention_counts.by_column(session, span, "intent"))
    kinds = dict(_totals(mention_counts.by_column(session, span, "kind")))
    open_incidents = incidents.open_at(session, span.end)
    hours = max(span.hours, 1)
    covered_hours = coverage.covered_hours(
        watches(session, span.start, span.end), _next_whole_hour(span.start), hours
    )
    return Brief(
        span=span,
        total=sum(mention_counts.mentions(session, span).values()),
        covered=sum(map(len, covered_hours.values())),
        due=hours * len(covered_hours),
        intents=intent_counts,
        topics=[area for area in topic_counts if area[0] != "other"],
        wards=[area for area in ward_counts if area[0] in names],
        names=names,
        owners=_owner_names(session, day),
        urgent=brief_quotations.choose_urgent_posts(
            session, span, open_incidents, _MAX_QUOTED
        ),
        urgent_total=urgent.count(session, span),
        urgent_messages=urgent.count(session, span, "message"),
        critical=critical.ids_within(session, span),
        incidents=_notable_incidents(open_incidents, span),
        states=_states(session, open_incidents, span),
        missed=commitments.missed(session, span.end),
        press=urgent.articles(session, span, _MAX_QUOTED),
        press_total=kinds.get("article", 0),
        asking_total=sum(n for name, n in intent_counts if name in _ASKING),
        names_nobody=names_nobody,
    )


def text(brief: Brief, people: People, lang: Language) -> str:
    """The brief for a phone, of at most MAX_TEXT_LENGTH characters: the least important
    lines are left out first, with a note that something was."""
    lines = list(_text_lines(brief, people, lang))
    more_note = lang.gettext("More is in the letter.")
    joined = "\n".join(lines)
    while len(joined) > MAX_TEXT_LENGTH and len(lines) > 2:
        lines.pop()
        joined = "\n".join([*lines, more_note])
    return joined[:MAX_TEXT_LENGTH]


def page(brief: Brief, people: People, lang: Language) -> Page:
    """The brief as a letter."""
    phrases, _ = Phrases(lang), lang.gettext
    heads = (_("Name"), _("Mentions"))
    sections = []
    if brief.incidents:
        paragraphs = [Paragraph(line) for line in _incident_lines(brief, phrases)]
        sections.append(Section(_("Incidents"), paragraphs))
    if brief.missed:
        paragraphs = [Paragraph(line) for line in _missed_promise_lines(brief, lang)]
        sections.append(Section(_("Promises missed"), paragraphs))
    if brief.urgent:
        quotations = [
            Quotation(
                "urgent",
                _attribution(topic, row, brief, people, phrases),
                excerpt(people, row),
            )
            for topic, row in brief.urgent
        ]
        sections.append(Section(_("Urgent"), quotations))
    for title, vocabulary, rows in (
        (_("By intent"), "intent", brief.intents),
        (_("By topic"), "topic", brief.topics),
        (_("By ward office"), "ward", brief.wards),
    ):
        if rows:
            cells = [
                ((_label(vocabulary, id_, brief, phrases),), (lang.number(n),))
                for id_, n in rows
            ]
            block: Block = Table(title, heads, cells, note=_coverage_line(brief, lang))
            sections.append(Section(title, [block]))
    if brief.press:
        paragraphs = [Paragraph(_headline(row, people)) for row in brief.press]
        sections.append(Section(_("In the press"), paragraphs))
    return Page(
        language=lang.code,
        title=_("Daily brief"),
        subtitle=_span_text(brief, lang),
        summary=[
            *_nobody_named(brief, lang),
            _total_line(brief, lang),
            _coverage_line(brief, lang),
            *_urgent_lines(brief, lang),
        ],
        sections=sections,
        footer=(_("The brief says what was collected by the time it was made."),),
    )


def _latest_slots(moment: datetime, count: int) -> list[datetime]:
    """The latest `count` brief times at or before a moment, newest first."""
    slots: list[datetime] = []
    day = moment.astimezone(IST).date()
    while len(slots) < count:
        for brief_time in reversed(TIMES):
            slot = datetime.combine(day, brief_time, IST)
            if slot <= moment:
                slots.append(slot)
        day -= timedelta(days=1)
    return slots[:count]


def _totals(cells: Mapping[str, Cells]) -> list[tuple[str, int]]:
    totals = [
        (id_, sum(cells_of_value.values())) for id_, cells_of_value in cells.items()
    ]
    return sorted(totals, key=lambda total: (-total[1], total[0]))


def _notable_incidents(
    open_incidents: Sequence[OpenIncident], span: TimeSpan
) -> list[Incident]:
    """The open incidents that the brief names: those that rest on most mentions first,
    those of single critical items last."""
    notable = [
        open_incident
        for open_incident in open_incidents
        if _is_notable(open_incident, span)
    ]
    notable.sort(
        key=lambda open_incident: (
            open_incident.incident.kind == CRITICAL,
            -len(open_incident.mention_ids),
        )
    )
    return [open_incident.incident for open_incident in notable]


def _states(
    session: Session, open_incidents: Sequence[OpenIncident], span: TimeSpan
) -> dict[int, IncidentState]:
    """How the newest open incidents of mentions stand at the end of the span."""
    spikes = [
        incident.incident
        for incident in open_incidents
        if incident.incident.kind == "spike"
    ]
    ids = [incident.id or 0 for incident in spikes[:_MAX_STATES]]
    alerts = incidents.alerts_before(session, ids, span.end)
    return {
        incident.id or 0: state_of(
            session, incident, alerts[incident.id or 0], span.end
        )
        for incident in spikes[:_MAX_STATES]
    }


def _is_notable(open_incident: OpenIncident, span: TimeSpan) -> bool:
    """Whether the brief names an open incident. A silent source is named once; missed
    promises have lines of their own; a critical item that somebody has acknowledged
    is only counted."""
    if open_incident.incident.kind == "source":
        return open_incident.last_alert_at > span.start
    if open_incident.incident.kind == CRITICAL:
        acked_at = open_incident.incident.acked_at
        return acked_at is None or acked_at > span.end
    return open_incident.incident.kind != "promise"


def _owner_names(session: Session, day: date) -> dict[str, Mapping[str, str]]:
    """The names of departments and other bodies by id."""
    return {owner.owner: names_of(owner) for owner in owners.owners_on(session, day)}


def _next_whole_hour(moment: datetime) -> datetime:
    """The first whole hour at or after a moment."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + HOUR


def _text_lines(brief: Brief, people: People, lang: Language) -> Iterator[str]:
    phrases, _ = Phrases(lang), lang.gettext
    yield from _nobody_named(brief, lang)
    yield f"{_('Daily brief')}, {_span_text(brief, lang)}"
    yield f"{_total_line(brief, lang)} {_coverage_line(brief, lang)}"
    yield from _incident_lines(brief, phrases)
    yield from _missed_promise_lines(brief, lang)
    yield from _urgent_lines(brief, lang)
    for topic, row in brief.urgent:
        quoted_text = excerpt(people, row)
        if len(quoted_text) > _QUOTED_LENGTH:
            quoted_text = quoted_text[: _QUOTED_LENGTH - 1].rstrip() + "…"
        yield f"• {_topic_and_owner(topic, row, brief, phrases)}: {quoted_text}"
    for title, vocabulary, rows in (
        (_("By topic"), "topic", brief.topics),
        (_("By ward office"), "ward", brief.wards),
        (_("By intent"), "intent", brief.intents),
    ):
        if rows:
            yield f"{title}: " + ", ".join(
                f"{_label(vocabulary, id_, brief, phrases)} {lang.number(n)}"
                for id_, n in rows[:_MAX_NAMED_VALUES]
            )
    for article in brief.press:
        yield f"{_('In the press')}: {_headline(article, people)[:_QUOTED_LENGTH]}"


def _span_text(brief: Brief, lang: Language) -> str:
    return lang.gettext(
        "%(start)s to %(end)s",
        start=lang.moment(brief.span.start),
        end=lang.moment(brief.span.end),
    )


def _total_line(brief: Brief, lang: Language) -> str:
    return lang.ngettext(
        "%(n)s mention.", "%(n)s mentions.", brief.total, n=lang.number(brief.total)
    )


def _coverage_line(brief: Brief, lang: Language) -> str:
    if not brief.due:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "%(share)s of these hours were collected without gaps.",
        share=lang.percent(brief.covered, brief.due),
    )


def _urgent_lines(brief: Brief, lang: Language) -> Iterator[str]:
    _ = lang.gettext
    yield _(
        "Urgent: %(urgent)s. Questions and requests for help: %(asked)s. Press: "
        "%(press)s.",
        urgent=lang.number(brief.urgent_total),
        asked=lang.number(brief.asking_total),
        press=lang.number(brief.press_total),
    )
    if brief.critical:
        ids = (f"#{id_}" for id_ in brief.critical)
        yield _(
            "Critical: %(n)s (%(ids)s).",
            n=lang.number(len(brief.critical)),
            ids=_first_ids(ids, len(brief.critical)),
        )
    if brief.urgent_messages:
        yield lang.ngettext(
            "%(n)s of the urgent ones was written to the city alone.",
            "%(n)s of the urgent ones were written to the city alone.",
            brief.urgent_messages,
        )


def _nobody_named(brief: Brief, lang: Language) -> Iterator[str]:
    if brief.names_nobody:
        yield lang.gettext(
            "No one is named to be alerted: a request for help reaches no one. Names "
            "belong in the settings, under alerts."
        )


def _incident_lines(brief: Brief, phrases: Phrases) -> Iterator[str]:
    unanswered_ids = [
        incident.id or 0 for incident in brief.incidents if incident.kind == CRITICAL
    ]
    if unanswered_ids:
        yield phrases.lang.ngettext(
            "Nobody has acknowledged %(n)s critical incident: %(ids)s.",
            "Nobody has acknowledged %(n)s critical incidents: %(ids)s.",
            len(unanswered_ids),
            ids=_first_ids(
                map(phrases.lang.number, unanswered_ids), len(unanswered_ids)
            ),
        )
    for incident in brief.incidents:
        if incident.kind == CRITICAL:
            continue
        yield phrases.lang.gettext(
            "Incident %(id)s: %(name)s, since %(at)s.",
            id=phrases.lang.number(incident.id or 0),
            name=series_words(incident.subject, brief.names, phrases),
            at=phrases.lang.moment(incident.opened_at),
        )
        state = brief.states.get(incident.id or 0, IncidentState())
        state_lines = [
            *(short_contradiction_line(figures, phrases) for figures in state.figures),
            *(rumour_line(rumour, phrases) for rumour in state.rumours),
        ]
        yield from (line for line in state_lines if len(line) <= _MAX_STATE_LENGTH)


def _first_ids(ids: Iterable[str], count: int) -> str:
    """The first of n numbers, and whether there are more."""
    first_ids = ", ".join(islice(ids, _MAX_IDS))
    return f"{first_ids}, …" if count > _MAX_IDS else first_ids


def _missed_promise_lines(brief: Brief, lang: Language) -> Iterator[str]:
    for promise in brief.missed:
        yield lang.gettext(
            "Promise missed, due %(at)s: %(text)s",
            at=lang.moment(promise.due_at),
            text=promise.text,
        )


def _label(vocabulary: str, id_: str, brief: Brief, phrases: Phrases) -> str:
    if vocabulary == "ward":
        return phrases.name(brief.names.get(id_), id_)
    return phrases.label(vocabulary, id_)


def _topic_and_owner(
    topic: str, row: QuotablePost, brief: Brief, phrases: Phrases
) -> str:
    """The topic of an urgent mention, and who answers for it."""
    owner = brief.owners.get(row.owner or "")
    name = phrases.label("topic", topic)
    return f"{name} ({phrases.name(owner, '')})" if owner else name


def _attribution(
    topic: str, row: QuotablePost, brief: Brief, people: People, phrases: Phrases
) -> str:
    author = people.shown(row.platform, row.uid, row.handle) or ""
    parts = (
        author,
        phrases.platform(row.platform),
        phrases.lang.moment(row.authored_at),
        _topic_and_owner(topic, row, brief, phrases),
    )
    return " · ".join(part for part in parts if part)


def _headline(row: PressArticle, people: People) -> str:
    title = row.title or row.text or ""
    author = people.shown(row.platform, row.uid, row.handle) or ""
    return f"{title} ({author})" if author else title
