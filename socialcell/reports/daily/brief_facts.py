"""The facts of a daily brief, counted from the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from sqlmodel import Session

from socialcell.campaigns.publishing import store as own_posts
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.desk.store import case_figures, case_moments
from socialcell.listening import coverage, incident_state
from socialcell.listening.alerts.contradictions import RumourSpread
from socialcell.listening.alerts.model import CRITICAL, Closure, Incident, Promise
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.coverage import HOUR, Missing, Watch
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import alerts, commitments, incidents
from socialcell.listening.store.alerts import critical_calls as critical
from socialcell.listening.store.alerts.incidents import OpenIncident
from socialcell.listening.store.mentions import mention_counts
from socialcell.listening.store.mentions import urgent_mentions as urgent
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.urgent_mentions import PressArticle
from socialcell.listening.store.pages.source_history import watches
from socialcell.ops import outbox_store
from socialcell.registers.store import breaches, requests
from socialcell.registers.store.breaches import BreachClocks
from socialcell.registers.store.requests import RequestClocks
from socialcell.reports.daily import (
    repeated_questions,
    single_dangers,
    topic_growth,
)
from socialcell.reports.daily.brief_times import TIMES
from socialcell.reports.daily.distinct_texts import distinct_texts
from socialcell.reports.daily.mention_totals import totals
from socialcell.reports.daily.repeated_questions import BriefQuestions
from socialcell.reports.daily.single_dangers import (
    DangerMessage,
    SingleDanger,
    SingleIncident,
    words_of,
)
from socialcell.reports.daily.topic_growth import TopicGrowth
from socialcell.reports.incidents import incident_facts
from socialcell.reports.incidents.incident_facts import IncidentFacts, Names
from socialcell.settings.notifications import Unreached

_MAX_DANGERS = 5
_MAX_GROWN = 5
_MAX_QUESTIONS = 3
_MAX_ARTICLES = 3
_MAX_READ_ARTICLES = 50
_MAX_STATES = 3  # incidents whose texts are searched for figures and rumours
_ASKING = ("question", "help")
# Incidents of mentions, whose numbers and places are counted.
_COUNTED = ("spike", "rule")


@dataclass(frozen=True)
class UrgentCounts:
    """Every urgent mention of a span, whatever may be quoted of it: in all, and of
    these the critical ones, those whose criticality a person checked, articles of the
    press, and private messages."""

    total: int = 0
    critical: int = 0
    checked: int = 0
    articles: int = 0
    messages: int = 0


@dataclass(frozen=True)
class CollectedHours:
    """How much was collected: `covered` of `due` platform-hours, `platforms` in all,
    and by platform the stretches that lack."""

    covered: int = 0
    due: int = 0
    platforms: int = 0
    missing: Mapping[str, Sequence[Missing]] = field(default_factory=dict)


@dataclass(frozen=True)
class DueToday:
    """What is due: promises that were missed, and what is due from the end of the span
    to midnight: promises, own posts, and what was announced; and at its end requests of
    persons, and what must be told of breaches."""

    missed: Sequence[Promise] = ()
    promises: Sequence[Promise] = ()
    posts: Sequence[OwnPost] = ()
    closures: Sequence[Closure] = ()
    requests: RequestClocks = field(default_factory=RequestClocks)
    breaches: BreachClocks = field(default_factory=BreachClocks)


@dataclass(frozen=True)
class BriefWork:
    """What left the cell in a span: alerts to its own people, own posts, answers."""

    alerts: int = 0
    posts: int = 0
    answers: int = 0


@dataclass(frozen=True)
class BriefCases:
    """Cases in a span: opened, first answered by a person, confirmed solved; and at its
    end those that are open, of these those of which a clock has run out, and the P0
    among them."""

    opened: int
    answered: int
    confirmed: int
    overdue: int
    open: int
    overdue_p0: int = 0


@dataclass(frozen=True)
class Brief:
    """What a brief says: counts of mentions in the span, and what needs action.

    `before` is the total of the same hours a week before, None where too little of
    either was collected to compare. `facts` are those of the incidents of mentions,
    the most critical first; `incidents` all that the brief names, in their order, and
    `single` those of one critical item that nobody has acknowledged.
    """

    span: TimeSpan
    total: int
    before: int | None
    collection: CollectedHours
    intents: Sequence[tuple[str, int]]
    topics: Sequence[tuple[str, int]]
    wards: Sequence[tuple[str, int]]
    names: Names
    owners: Names
    urgent: UrgentCounts
    critical: Sequence[int]  # ids, newest first
    incidents: Sequence[Incident]
    facts: Sequence[IncidentFacts]
    single: Sequence[SingleIncident]
    dangers: Sequence[SingleDanger]
    messages: Sequence[DangerMessage]
    rumours: Sequence[RumourSpread]
    growth: Sequence[TopicGrowth]
    questions: BriefQuestions
    due: DueToday
    work: BriefWork
    press: Sequence[PressArticle]
    press_total: int
    asking_total: int
    unreached: Unreached | None = None  # why a call for help would reach nobody
    cases: BriefCases | None = None  # None: there is no case
    console_url: str | None = None


def span_of(as_of: datetime) -> TimeSpan:
    """From the brief's time before the last one to the last one at or before a moment:
    18:00 to 08:30, or 08:30 to 18:00, in Pune."""
    end, start = _latest_slots(as_of, 2)
    return TimeSpan(start, end)


def collect(
    session: Session,
    span: TimeSpan,
    *,
    unreached: Unreached | None = None,
    console_url: str | None = None,
) -> Brief:
    """The brief's facts of a span: mentions as they are now, incidents and promises as
    they stood at its end. `unreached`: why an alert would reach nobody."""
    day = span.end.astimezone(IST).date()
    names = incident_facts.ward_names(session, day)
    sources = watches(session, span.start, span.end)
    topic_counts = totals(mention_counts.by_annotation(session, span, "topic"))
    ward_counts = totals(mention_counts.by_annotation(session, span, "ward"))
    intent_counts = totals(mention_counts.by_column(session, span, "intent"))
    kinds = dict(totals(mention_counts.by_column(session, span, "kind")))
    notable = _notable_incidents(incidents.open_at(session, span.end), span)
    facts = _incident_facts(session, notable, span.end)
    rest = [incident for incident in notable if incident.kind not in _COUNTED]
    dangers = single_dangers.collect(session, span, _MAX_DANGERS)
    is_comparable = topic_growth.is_comparable(sources, span)
    return Brief(
        span=span,
        total=_count(session, span),
        before=_count(session, topic_growth.week_before(span))
        if is_comparable
        else None,
        collection=_collection(sources, span),
        intents=intent_counts,
        topics=[count for count in topic_counts if count[0] != "other"],
        wards=[count for count in ward_counts if count[0] in names],
        names={**incident_facts.place_names(), **names},
        owners={
            owner.owner: names_of(owner) for owner in owners.owners_on(session, day)
        },
        urgent=_urgent_counts(session, span),
        rumours=_rumours(session, facts, span),
        critical=critical.ids_within(session, span),
        incidents=[*(own.incident for own in facts), *rest],
        facts=facts,
        single=single_dangers.collect_incidents(
            session, [own for own in rest if own.kind == CRITICAL]
        ),
        dangers=dangers,
        messages=single_dangers.collect_messages(session, span),
        growth=topic_growth.collect(session, span, _topics_of(facts), _MAX_GROWN)
        if is_comparable
        else (),
        questions=repeated_questions.collect(
            session, span, [own.post for own in dangers], _MAX_QUESTIONS
        ),
        due=_due_today(session, span.end),
        work=_work(session, span),
        press=_press(session, span, dangers),
        press_total=kinds.get("article", 0),
        asking_total=sum(n for name, n in intent_counts if name in _ASKING),
        unreached=unreached,
        cases=_cases(session, span),
        console_url=console_url,
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


def _count(session: Session, span: TimeSpan) -> int:
    return sum(mention_counts.mentions(session, span).values())


def _urgent_counts(session: Session, span: TimeSpan) -> UrgentCounts:
    by_level = dict(totals(mention_counts.by_column(session, span, "urgency")))
    return UrgentCounts(
        total=sum(by_level.get(level, 0) for level in urgent.LEVELS),
        critical=by_level.get(CRITICAL, 0),
        checked=urgent.count_checked(session, span, CRITICAL),
        articles=urgent.count(session, span, "article"),
        messages=urgent.count(session, span, "message"),
    )


def _collection(sources: Sequence[Watch], span: TimeSpan) -> CollectedHours:
    hours = max(span.hours, 1)
    start = _next_whole_hour(span.start)
    by_platform = coverage.covered_hours(sources, start, hours)
    return CollectedHours(
        covered=sum(map(len, by_platform.values())),
        due=hours * len(by_platform),
        platforms=len(by_platform),
        missing={
            platform: coverage.missing(sources, platform, start, hours)
            for platform, own in sorted(by_platform.items())
            if len(own) < hours
        },
    )


def _next_whole_hour(moment: datetime) -> datetime:
    """The first whole hour at or after a moment."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if hour == moment else hour + HOUR


def _notable_incidents(
    open_incidents: Sequence[OpenIncident], span: TimeSpan
) -> list[Incident]:
    """The open incidents that the brief names, those of one critical item last."""
    notable = [
        open_incident.incident
        for open_incident in open_incidents
        if _is_notable(open_incident, span)
    ]
    return sorted(notable, key=lambda incident: incident.kind == CRITICAL)


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


def _incident_facts(
    session: Session, notable: Sequence[Incident], at: datetime
) -> list[IncidentFacts]:
    """The facts of incidents of mentions: the most critical first, then the most
    urgent, then the largest. Figures and rumours are looked for in the first ones."""
    counted = [incident for incident in notable if incident.kind in _COUNTED]
    own = incidents.alerts_before(
        session, (incident.id or 0 for incident in counted), at
    )
    facts = [
        incident_facts.collect(
            session, incident, own[incident.id or 0], at, texts=False
        )
        for incident in counted
    ]
    facts.sort(key=lambda fact: (-fact.details.critical, -fact.urgent, -fact.mentions))
    searched = [
        replace(
            fact,
            state=incident_state.state_of(
                session, fact.incident, own[fact.incident.id or 0], at
            ),
        )
        for fact in facts[:_MAX_STATES]
    ]
    return [*searched, *facts[_MAX_STATES:]]


def _rumours(
    session: Session, facts: Sequence[IncidentFacts], span: TimeSpan
) -> list[RumourSpread]:
    """What is marked as false in the incidents, and in what was called about since the
    brief before, also where people judged it since: each rumour once."""
    items = critical.incidents_by_item(session, span.start)
    spreads = [
        *(spread for fact in facts for spread in fact.state.rumours),
        *incident_state.rumours_in(session, list(items), span.end),
    ]
    by_rumour: dict[int | None, RumourSpread] = {}
    for spread in spreads:
        by_rumour.setdefault(spread.rumour.id, spread)
    return list(by_rumour.values())


def _topics_of(facts: Sequence[IncidentFacts]) -> list[str]:
    subjects = (fact.incident.subject.partition(":") for fact in facts)
    return [name for kind, _, name in subjects if kind == "topic"]


def _due_today(session: Session, at: datetime) -> DueToday:
    midnight = datetime.combine(
        at.astimezone(IST).date() + timedelta(days=1), time(), IST
    )
    return DueToday(
        missed=commitments.missed(session, at),
        promises=commitments.due_between(session, at, midnight),
        posts=[
            post
            for post in own_posts.posts_between(session, at, midnight)
            if post.posted_at is None
        ],
        closures=alerts.closures(session, at, midnight),
        requests=requests.read_clocks(session, at),
        breaches=breaches.read_clocks(session, at),
    )


def _press(
    session: Session, span: TimeSpan, dangers: Sequence[SingleDanger]
) -> list[PressArticle]:
    """The newest articles whose headline differs from each other and from dangers."""
    articles = urgent.articles(session, span, _MAX_READ_ARTICLES)
    texts = [
        *(words_of(danger.post) for danger in dangers),
        *(article.title or article.text or "" for article in articles),
    ]
    firsts = [positions[0] for positions in distinct_texts(texts, len(texts))]
    new = [
        articles[position - len(dangers)]
        for position in firsts
        if position >= len(dangers)
    ]
    return new[:_MAX_ARTICLES]


def _cases(session: Session, span: TimeSpan) -> BriefCases | None:
    if not case_figures.is_any_case(session, span.end):
        return None
    opened = case_figures.cases_opened(session, span.start, span.end, span.end)
    overdue = case_moments.count_past_a_clock(session, span.end)
    return BriefCases(
        opened=len(opened),
        answered=case_figures.count_first_answered(session, span.start, span.end),
        confirmed=case_figures.count_confirmed(session, span.start, span.end),
        overdue=sum(overdue.values()),
        open=case_moments.count_open(session, span.end),
        overdue_p0=overdue.get("P0", 0),
    )


def _work(session: Session, span: TimeSpan) -> BriefWork:
    posted = own_posts.count_posted(session, span.start, span.end)
    answers = posted.pop("reply", 0)
    return BriefWork(
        alerts=outbox_store.count_sent(session, "alert", span.start, span.end),
        posts=sum(posted.values()),
        answers=answers,
    )
