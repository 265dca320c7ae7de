"""The sentences of a daily brief that its letter and its text for a phone share."""

from collections.abc import Iterator
from datetime import datetime

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening.alerts.model import CRITICAL
from socialcell.reports.daily import brief_dangers
from socialcell.reports.daily.brief_facts import Brief
from socialcell.reports.daily.repeated_questions import RepeatedQuestion
from socialcell.reports.daily.topic_growth import TopicGrowth
from socialcell.reports.incidents import incident_sentences as sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.phrases import Phrases
from socialcell.settings.notifications import Unreached
from socialcell.text import one_line

NOON = 12
_MAX_PLACES = 3
_MAX_DANGERS = 3  # that the subject names
_MAX_MISSING = 3  # platforms whose missing hours are named
_LENGTH_OF_POST = 60  # characters of an own post that is due


def lead(brief: Brief) -> IncidentFacts | None:
    """The incident that the brief is about: the most critical one, unless single posts
    speak of danger to life and none of it does."""
    if not brief.facts:
        return None
    first = brief.facts[0]
    is_lesser = first.details.critical == 0 and bool(brief.urgent.critical)
    return None if is_lesser else first


def subject(brief: Brief, phrases: Phrases) -> str:
    """The judgement of the brief: what needs somebody, or that nothing does."""
    lang, incident = phrases.lang, lead(brief)
    if incident is not None:
        return sentences.judgement(incident, phrases)
    if brief.urgent.critical:
        return lang.ngettext(
            "%(n)s mention speaks of danger to life: %(what)s",
            "%(n)s mentions speak of danger to life: %(what)s",
            brief.urgent.critical,
            what=_dangers(brief, phrases),
        )
    if brief.single:
        return lang.ngettext(
            "No one is assigned to %(n)s earlier danger to life",
            "No one is assigned to %(n)s earlier dangers to life",
            len(brief.single),
        )
    if brief.urgent.total:
        return lang.ngettext(
            "No danger to life; %(n)s urgent mention",
            "No danger to life; %(n)s urgent mentions",
            brief.urgent.total,
        )
    if brief.total:
        return lang.gettext("Quiet: nothing urgent")
    return lang.gettext("No mention was collected")


def occasion(brief: Brief, lang: Language) -> str:
    """Morning brief, Saturday, 21 November 2026, 08:30. Since Fri 20 Nov, 18:00."""
    values = {
        "day": lang.day(brief.span.end),
        "at": lang.clock(brief.span.end),
        "start": lang.when(brief.span.start),
    }
    if brief.span.end.astimezone(IST).hour < NOON:
        return lang.gettext(
            "Morning brief, %(day)s, %(at)s. Since %(start)s.", **values
        )
    return lang.gettext("Evening brief, %(day)s, %(at)s. Since %(start)s.", **values)


def since_line(end: datetime, dangers: int, lang: Language) -> str:
    """Of when a brief is that ended before now, how many dangers to life came since,
    and the command that lists them."""
    moment = lang.when(end)
    if not dangers:
        return lang.gettext(
            "This is the brief of %(at)s. No mention since then speaks of danger to "
            "life.",
            at=moment,
        )
    since = f"{end.astimezone(IST):%Y-%m-%dT%H:%M}"
    return lang.ngettext(
        "This is the brief of %(at)s. %(n)s mention since then speaks of danger to "
        "life: %(command)s",
        "This is the brief of %(at)s. %(n)s mentions since then speak of danger to "
        "life: %(command)s",
        dangers,
        at=moment,
        command=f"socialcell mentions list --urgency critical --since {since}",
    )


def to_decide(brief: Brief, lang: Language) -> str | None:
    """What must be decided, where something is open."""
    incident = lead(brief)
    if incident is not None and not incident.is_over:
        is_free = incident.assigned_to is None
        if is_free and incident.state.figures:
            return lang.gettext(
                "who takes charge; which figure is right, and when it is published."
            )
        if is_free:
            return lang.gettext("who takes charge.")
        if incident.state.figures:
            return lang.gettext("which figure is right, and when it is published.")
    elif brief.urgent.critical or brief.single:
        return lang.gettext("who takes charge.")
    return None


def preheader(brief: Brief, lang: Language) -> str:
    """What a mail program shows beside the subject."""
    decision = to_decide(brief, lang)
    if decision is None:
        return total_line(brief, lang)
    return lang.gettext("To decide: %(what)s", what=decision)


def unreached_lines(brief: Brief, lang: Language) -> Iterator[str]:
    """Why a call for help would reach nobody, where that is so."""
    if brief.unreached is Unreached.NOBODY_NAMED:
        yield lang.gettext(
            "No one is named to be alerted: a request for help reaches no one. Names "
            "belong in the settings, under alerts."
        )
    elif brief.unreached is Unreached.NO_MAIL_SERVER:
        yield lang.gettext(
            "Alerts go by mail alone, and no mail server is set: a request for help "
            "reaches no one. The server belongs in the settings, under mail."
        )


def urgent_line(brief: Brief, lang: Language) -> str:
    """All urgent mentions of the span, whatever may be quoted of them."""
    counts = brief.urgent
    if not counts.total:
        return lang.gettext("Urgent mentions: none.")
    if not counts.critical:
        lines = [
            lang.gettext(
                "Urgent mentions: %(urgent)s; none speaks of danger to life.",
                urgent=lang.number(counts.total),
            )
        ]
    else:
        lines = [
            lang.gettext(
                "Urgent mentions: %(urgent)s, of these critical (danger to life): "
                "%(critical)s; checked by staff: %(checked)s.",
                urgent=lang.number(counts.total),
                critical=lang.number(counts.critical),
                checked=lang.number(counts.checked),
            )
        ]
    if counts.articles:
        press = lang.number(counts.articles)
        lines.append(lang.gettext("Of these in the press: %(n)s.", n=press))
    if counts.messages:
        lines.append(
            lang.gettext(
                "In private messages, counted and not quoted: %(n)s.",
                n=lang.number(counts.messages),
            )
        )
    return " ".join(lines)


def unknown_lines(brief: Brief, phrases: Phrases) -> Iterator[str]:
    """What is not known: of the leading incident, of figures, of what was missed."""
    incident = lead(brief)
    if incident is not None:
        yield from sentences.unknown_lines(incident, phrases)
    else:
        unchecked = brief.urgent.critical - brief.urgent.checked
        yield from sentences.unchecked_lines(unchecked, phrases.lang)
    yield from _missing_lines(brief, phrases)


def rumour_lines(brief: Brief, lang: Language) -> Iterator[str]:
    """Rumours that the cell marked as false, each once."""
    for spread in brief.rumours:
        yield sentences.rumour_line(spread, lang)


def owner_name(owner: str | None, brief: Brief, phrases: Phrases) -> str | None:
    """The department or other body of that id; None where nobody is known."""
    names = brief.owners.get(owner or "")
    return phrases.name(names, "") if names else None


def growth_words(growth: TopicGrowth, phrases: Phrases) -> str:
    """A topic with its mentions now and in the same hours a week before."""
    return phrases.lang.gettext(
        "%(topic)s %(now)s (before %(before)s)",
        topic=phrases.label("topic", growth.topic),
        now=phrases.lang.number(growth.now),
        before=phrases.lang.number(growth.before),
    )


def answer_words(question: RepeatedQuestion, lang: Language) -> str:
    """Whether a question was answered in public, as far as this program knows."""
    if question.answered_at is not None:
        return lang.gettext(
            "Answer published: %(at)s.", at=lang.when(question.answered_at)
        )
    if question.waiting_since is not None:
        return lang.gettext(
            "An answer waits to be approved or published since %(at)s.",
            at=lang.when(question.waiting_since),
        )
    return lang.gettext("No answer has been entered.")


def question_topics_line(brief: Brief, phrases: Phrases) -> str | None:
    """How many questions there were, and on what most."""
    lang, questions = phrases.lang, brief.questions
    if not questions.total:
        return None
    topics = ", ".join(
        f"{phrases.label('topic', id_)} {lang.number(n)}"
        for id_, n in questions.topics[:_MAX_PLACES]
    )
    if not topics:
        return lang.ngettext("%(n)s question.", "%(n)s questions.", questions.total)
    return lang.ngettext(
        "%(n)s question: %(topics)s.",
        "%(n)s questions, most on: %(topics)s.",
        questions.total,
        topics=topics,
    )


def missed_lines(brief: Brief, lang: Language) -> Iterator[str]:
    for promise in brief.due.missed:
        yield lang.gettext(
            "Promise missed, due %(at)s: %(text)s",
            at=lang.when(promise.due_at),
            text=promise.text,
        )


def register_lines(brief: Brief, lang: Language) -> Iterator[str]:
    """What the law's clocks say: breaches that must be told, requests of persons."""
    breaches, requests = brief.due.breaches, brief.due.requests
    if breaches.overdue or breaches.waiting:
        yield lang.gettext(
            "Data breaches: reports still to be made %(waiting)s, overdue %(late)s.",
            waiting=lang.number(breaches.waiting),
            late=lang.number(breaches.overdue),
        )
    if requests.overdue or requests.due_soon:
        yield lang.gettext(
            "Requests of citizens about their data: overdue %(late)s, due within three "
            "days %(soon)s.",
            late=lang.number(requests.overdue),
            soon=lang.number(requests.due_soon),
        )
    if requests.past_stop:
        yield lang.gettext(
            "Requests of citizens for which the time by law is over: %(n)s.",
            n=lang.number(requests.past_stop),
        )


def due_lines(brief: Brief, phrases: Phrases) -> Iterator[str]:
    """What is due today, at its time: promises, own posts, what was announced."""
    lang, _ = phrases.lang, phrases.lang.gettext
    for promise in brief.due.promises:
        yield _("%(at)s: %(text)s", at=lang.clock(promise.due_at), text=promise.text)
    for post in brief.due.posts:
        values = {
            "at": lang.clock(post.due_at),
            "platform": phrases.platform(post.platform),
            "text": one_line(post.text, _LENGTH_OF_POST),
        }
        if post.state == "draft":
            yield _("%(at)s, %(platform)s, not yet approved: %(text)s", **values)
        else:
            yield _("%(at)s, %(platform)s, approved: %(text)s", **values)
    for closure in brief.due.closures:
        yield _(
            "Announced, %(start)s to %(end)s: %(topic)s. %(note)s",
            start=lang.when(closure.from_at),
            end=sentences.moment_after(closure.from_at, closure.to_at, lang),
            topic=phrases.label("topic", closure.topic),
            note=closure.note,
        )


def total_line(brief: Brief, lang: Language) -> str:
    """How much was collected, and in the same hours a week before."""
    if brief.before is None:
        return lang.ngettext(
            "%(n)s mention collected.", "%(n)s mentions collected.", brief.total
        )
    return lang.ngettext(
        "%(n)s mention collected (same hours last week: %(before)s).",
        "%(n)s mentions collected (same hours last week: %(before)s).",
        brief.total,
        before=lang.number(brief.before),
    )


def kinds_line(brief: Brief, lang: Language) -> str:
    """How many of the mentions are of the press, or ask."""
    return lang.gettext(
        "Press: %(press)s. Questions and requests for help: %(asking)s.",
        press=lang.number(brief.press_total),
        asking=lang.number(brief.asking_total),
    )


def coverage_line(brief: Brief, lang: Language) -> str:
    """How many platforms were collected without a gap."""
    collection = brief.collection
    if not collection.due:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "Collected without gaps: %(whole)s of %(all)s platforms.",
        whole=lang.number(collection.platforms - len(collection.missing)),
        all=lang.number(collection.platforms),
    )


def work_line(brief: Brief, lang: Language) -> str:
    """What the cell sent and published in the span."""
    work = brief.work
    if not (work.alerts or work.answers or work.posts):
        return lang.gettext(
            "In this time the cell sent no alert and published nothing."
        )
    return lang.gettext(
        "In this time the cell sent %(alerts)s alerts and published %(answers)s "
        "answers and %(posts)s posts.",
        alerts=lang.number(work.alerts),
        answers=lang.number(work.answers),
        posts=lang.number(work.posts),
    )


def _dangers(brief: Brief, phrases: Phrases) -> str:
    """What the first dangers are, and where: one place alone would send everybody
    there."""
    titles = [
        brief_dangers.short_danger_title(danger, brief.names, phrases)
        for danger in brief.dangers
        if danger.level == CRITICAL
    ] + [
        brief_dangers.subject_title(message.subject, brief.names, phrases)
        for message in brief.messages
        if message.level == CRITICAL
    ]
    distinct = list(dict.fromkeys(titles))
    if not distinct:
        return phrases.lang.gettext("Topic not recognised")
    more = ["…"] if len(distinct) > _MAX_DANGERS else []
    return "; ".join(distinct[:_MAX_DANGERS] + more)


def _missing_lines(brief: Brief, phrases: Phrases) -> Iterator[str]:
    lang = phrases.lang
    missing = list(brief.collection.missing.items())
    for platform, stretches in missing[:_MAX_MISSING]:
        first, last = stretches[0], stretches[-1]
        causes = [cause for own in stretches for cause in own.causes.values()]
        yield lang.gettext(
            "What was said on %(platform)s between %(start)s and %(end)s: %(cause)s.",
            platform=phrases.platform(platform),
            start=lang.when(first.start),
            end=sentences.moment_after(first.start, last.end, lang),
            cause=phrases.cause(causes[0]) if causes else phrases.cause(""),
        )
    if rest := missing[_MAX_MISSING:]:
        yield lang.ngettext(
            "%(n)s more platform has gaps.",
            "%(n)s more platforms have gaps.",
            len(rest),
        )
