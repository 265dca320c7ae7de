"""The top of a weekly letter: the judgement, what happened, what is not known."""

from collections.abc import Iterator
from datetime import date, datetime

from socialcell.reports import alert_watch
from socialcell.reports.incidents import incident_sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.kpis.listening import MIN_COVERAGE
from socialcell.reports.letter_numbers import PlannedClosure
from socialcell.reports.letters.letter_page import Line, Strong
from socialcell.reports.sections import cases
from socialcell.reports.week_incidents import ContradictoryFigures
from socialcell.reports.week_numbers import PlatformCoverage, WeekNumbers
from socialcell.reports.weekly import letter_work
from socialcell.reports.weekly.letter_context import LetterContext

_MAX_WARDS, _MAX_PLACES, _MAX_OTHERS, _MAX_PLATFORMS = 3, 4, 2, 3
_MIN_MENTIONS = 5
"""Mentions from which on a second incident is named in the lead."""
_MAX_TITLE_LENGTH = 90  # characters of a subject's first part


def subject(context: LetterContext) -> str:
    """The judgement on the week in one line."""
    _, n_ = context.lang.gettext, context.lang.ngettext
    count = context.numbers["mentions"]["n"]
    if count is None:
        return _("No data: nothing was collected in this week")
    if context.main is not None:
        return _incident_judgement(context, context.main)
    if not alert_watch.is_whole(context.numbers):
        return _unwatched_subject(context, count)
    if single_items := context.single_items:
        return n_(
            "No incident; %(n)s single report of danger to life",
            "No incident; %(n)s single reports of danger to life",
            len(single_items),
        )
    if critical := alert_watch.critical_count(context.numbers):
        return n_(
            "No incident; %(n)s mention of danger to life",
            "No incident; %(n)s mentions of danger to life",
            critical,
        )
    if not _is_complete(context):
        return n_(
            "Nothing stood out in what was collected: %(n)s mention",
            "Nothing stood out in what was collected: %(n)s mentions",
            count,
        )
    if closure := _largest_closure(context):
        return n_(
            "%(topic)s, announced closure: %(n)s mention, no incident",
            "%(topic)s, announced closure: %(n)s mentions, no incident",
            closure["n"],
            topic=context.phrases.label("topic", closure["topic"]),
        )
    if _festival_days(context):
        return n_(
            "Festival days without an incident: %(n)s mention",
            "Festival days without an incident: %(n)s mentions",
            count,
        )
    return n_(
        "A quiet week: no incident, %(n)s mention",
        "A quiet week: no incident, %(n)s mentions",
        count,
    )


def _incident_judgement(context: LetterContext, facts: IncidentFacts) -> str:
    """What, where, how many, and who has it."""
    n_ = context.lang.ngettext
    what = context.incident_title(facts)
    if len(what) > _MAX_TITLE_LENGTH:
        what = what[: _MAX_TITLE_LENGTH - 1].rstrip() + "…"
    if facts.is_over:
        return n_(
            "%(what)s: %(n)s mention, over",
            "%(what)s: %(n)s mentions, over",
            facts.mentions,
            what=what,
        )
    if facts.assigned_to:
        return n_(
            "%(what)s: %(n)s mention, assigned to %(who)s",
            "%(what)s: %(n)s mentions, assigned to %(who)s",
            facts.mentions,
            what=what,
            who=facts.assigned_to,
        )
    return n_(
        "%(what)s: %(n)s mention, no one is assigned",
        "%(what)s: %(n)s mentions, no one is assigned",
        facts.mentions,
        what=what,
    )


def lead(context: LetterContext) -> list[Line]:
    """What happened, where, since when, who has it; the week as a whole; the cell."""
    if context.numbers["mentions"]["n"] is None:
        return [
            (
                context.lang.gettext(
                    "Nothing can be said about it. That does not mean that nobody "
                    "spoke."
                ),
            )
        ]
    lines = list(incident_lines(context, context.main)) if context.main else []
    lines += [(text,) for text in _calm_lines(context)]
    lines += _other_lines(context)
    lines.append((" ".join(_week_sentences(context)),))
    lines.append((" ".join(_cell_sentences(context)),))
    return lines


def incident_lines(context: LetterContext, facts: IncidentFacts) -> Iterator[Line]:
    """How many since when, whether it is over, where, how many in danger, whose."""
    lang, phrases = context.lang, context.phrases
    count = incident_sentences.count_line(facts, lang)
    state = "" if facts.is_over else " " + lang.gettext("It is still open.")
    yield (f"{count}{state} ", context.incident_link(facts))
    where = " ".join(_place_sentences(context, facts))
    danger = incident_sentences.danger_line(facts, lang)
    yield (f"{where} {danger}".strip(),)
    assigned = incident_sentences.assigned_line(facts, lang)
    if facts.is_over and facts.incident.acked_at is None:
        assigned += " " + lang.gettext("No one had been assigned.")
    responsible = " ".join(incident_sentences.responsible_lines(facts, phrases))
    yield (Strong(assigned), f" {responsible}")


def _unwatched_subject(context: LetterContext, count: int) -> str:
    """Of a week in which alerts were not looked for all the time: it may have had an
    incident that nobody knows of."""
    n_ = context.lang.ngettext
    if single_items := context.single_items:
        return n_(
            "%(n)s single report of danger to life; incidents not looked for all week",
            "%(n)s single reports of danger to life; incidents not looked for all week",
            len(single_items),
        )
    return n_(
        "%(n)s mention; incidents were not looked for all week",
        "%(n)s mentions; incidents were not looked for all week",
        count,
    )


def unknown(context: LetterContext) -> Line | None:
    """What is not known: danger that nobody checked, figures that differ, rumours,
    hours that were not collected."""
    sentences = [
        *(unknown_sentences(context, context.main) if context.main else ()),
        *coverage_sentences(context.numbers, context),
    ]
    if not sentences:
        sentences = [
            context.lang.gettext(
                "What people say in calls, letters and visits: only posts and messages "
                "are counted."
            )
        ]
    return (
        Strong(context.lang.gettext("Not known:")),
        " " + " ".join(sentences),
    )


def unknown_sentences(context: LetterContext, facts: IncidentFacts) -> Iterator[str]:
    yield from incident_sentences.unknown_lines(facts, context.phrases)
    for spread in facts.state.rumours:
        yield incident_sentences.rumour_line(spread, context.lang)


def coverage_sentences(numbers: WeekNumbers, context: LetterContext) -> Iterator[str]:
    """Hours that were not collected, and mentions that were not classified."""
    lang, coverage = context.lang, numbers["coverage"]
    gaps = sorted(
        (platform for platform in coverage["platforms"] if platform["missing"]),
        key=_missing_hours,
        reverse=True,
    )
    if gaps:
        names = [_gap_text(context, platform) for platform in gaps[:_MAX_PLATFORMS]]
        if rest := len(gaps) - len(names):
            names.append(
                lang.ngettext("%(n)s more platform", "%(n)s more platforms", rest)
            )
        yield lang.gettext("Not collected: %(what)s.", what=", ".join(names))
    if not coverage["due"]:
        yield lang.gettext("What was not collected: no source is watched.")
    if sentence := alert_watch.alert_watch_sentence(numbers, lang):
        yield sentence
    if unread := numbers["unread"]:
        yield lang.ngettext(
            "%(n)s mention has not been classified yet.",
            "%(n)s mentions have not been classified yet.",
            unread,
        )


def figures_in_words(context: LetterContext, figures: ContradictoryFigures) -> str:
    """Water discharge (cusecs): 51,000 / 24,310 / 38,500."""
    lang, quantity = context.lang, figures["quantity"]
    reported = " / ".join(
        incident_sentences.figure_text(quantity, figure["value"], lang)
        for figure in figures["values"]
    )
    return f"{incident_sentences.quantity_words(quantity, lang)}: {reported}"


def _place_sentences(context: LetterContext, facts: IncidentFacts) -> Iterator[str]:
    yield from incident_sentences.ward_lines(
        facts, context.phrases, most_wards=_MAX_WARDS, most_places=_MAX_PLACES
    )
    if not facts.wards and not facts.localities:
        yield context.lang.gettext("Where: no mention names a place.")


def _calm_lines(context: LetterContext) -> Iterator[str]:
    """What takes the place of an incident in a week that had none."""
    _ = context.lang.gettext
    if context.main is not None:
        return
    if single_items := context.single_items:
        acknowledged = sum(row["acked_at"] is not None for row in single_items)
        open_items = sum(row["state"] != "over" for row in single_items)
        yield _(
            "No incident of several mentions. Single reports of danger to life: %(n)s; "
            "acknowledged: %(acked)s; still open: %(open)s.",
            n=context.lang.number(len(single_items)),
            acked=context.lang.number(acknowledged),
            open=context.lang.number(open_items),
        )
    else:
        nothing = alert_watch.no_incident_sentence(context.numbers, context.lang)
        critical = alert_watch.critical_count(context.numbers)
        danger = _(
            "Mentions of danger to life: %(n)s.", n=context.lang.number(critical)
        )
        yield f"{nothing} {danger}"
    if days := _festival_days(context):
        yield _(
            "Festival days: %(first)s to %(last)s.",
            first=context.lang.short_day(days[0]),
            last=context.lang.short_day(days[-1]),
        )


def _other_lines(context: LetterContext) -> list[Line]:
    """Other incidents, what was announced, complaints closed without action."""
    lang, _ = context.lang, context.lang.gettext
    parts = []
    for facts in context.incidents[1:]:
        if facts.mentions >= _MIN_MENTIONS and facts.incident.subject != "topic:other":
            state = _("over") if facts.is_over else _("open")
            name = context.incident_title(facts)
            parts.append(f"{name} {lang.number(facts.mentions)} ({state})")
    parts = parts[:_MAX_OTHERS] + [
        incident_sentences.subject_words(row["subject"], {}, context.phrases)
        for row in context.silent_sources
    ]
    if context.main and (single_items := context.single_items):
        acknowledged = sum(row["acked_at"] is not None for row in single_items)
        parts.append(
            lang.ngettext(
                "%(n)s single report of danger to life (acknowledged: %(acked)s)",
                "%(n)s single reports of danger to life (acknowledged: %(acked)s)",
                len(single_items),
                acked=lang.number(acknowledged),
            )
        )
    if context.letter:
        parts += [
            _closure_text(context, closure) for closure in context.letter["planned"][:2]
        ]
        if closed := context.letter["closed"]:
            parts.append(
                lang.ngettext(
                    "“closed without action” %(n)s mention",
                    "“closed without action” %(n)s mentions",
                    closed,
                )
            )
    return [(_("Also: %(what)s.", what="; ".join(parts)),)] if parts else []


def _closure_text(context: LetterContext, closure: PlannedClosure) -> str:
    lang = context.lang
    places = ", ".join(
        context.phrases.name(ward["name"], ward["id"]) for ward in closure["wards"]
    )
    return lang.ngettext(
        "announced for %(day)s: %(topic)s, %(places)s, %(n)s mention",
        "announced for %(day)s: %(topic)s, %(places)s, %(n)s mentions",
        closure["n"],
        day=lang.short_day(datetime.fromisoformat(closure["from"])),
        topic=context.phrases.label("topic", closure["topic"]),
        places=places or lang.gettext("the whole city"),
    )


def _week_sentences(context: LetterContext) -> Iterator[str]:
    """All mentions beside last week over the same hours, and what is asked most."""
    lang, mentions = context.lang, context.numbers["mentions"]
    yield lang.ngettext(
        "Whole week: %(n)s mention.", "Whole week: %(n)s mentions.", mentions["n"] or 0
    )
    yield _same_hours_sentence(context)
    topics = [
        topic
        for topic in context.numbers["owners"]
        if topic["asking"]["n"] and topic["topic"] not in ("politics", "other")
    ]
    if topics and context.main is None:
        first = topics[0]
        yield lang.gettext(
            "Most complaints and requests: %(topic)s (%(n)s).",
            topic=context.phrases.label("topic", first["topic"]),
            n=lang.number(first["asking"]["n"] or 0),
        )


def _same_hours_sentence(context: LetterContext) -> str:
    """More or fewer mentions than last week, over the hours that both covered."""
    lang, mentions = context.lang, context.numbers["mentions"]
    same = mentions["same_hours"]
    if same is None:
        return lang.gettext(
            "Not comparable with last week: no hour was collected in both."
        )
    change = context.phrases.change_percent(mentions)
    return lang.gettext(
        "Same hours last week and now: %(before)s → %(now)s%(change)s.",
        before=lang.number(same["before"]),
        now=lang.number(same["now"]),
        change=f" ({change})" if change else "",
    )


def _cell_sentences(context: LetterContext) -> Iterator[str]:
    """When the alert went out, what was published, which commitments are due."""
    lang, _ = context.lang, context.lang.gettext
    if context.main is not None:
        row = context.incident_numbers(context.main.incident.id or 0)
        if first_post := row["first_post_at"]:
            opened = datetime.fromisoformat(row["opened_at"])
            yield _(
                "The cell: alert %(lasted)s after the first mention.",
                lasted=lang.lasted(opened - datetime.fromisoformat(first_post)),
            )
    if context.letter is None:
        return
    published = list(letter_work.published_sentences(lang, context.letter["work"]))
    yield from published or [
        _("No statement and no public answer was published by the cell.")
    ]
    if answered := cases.answered_sentence(context.numbers, context.phrases):
        yield answered
    missed, coming = context.missed_commitments, context.coming_commitments
    if not missed and not coming:
        yield _("No commitment is due.")
    else:
        yield _(
            "Commitments due: %(n)s, of these late: %(late)s.",
            n=lang.number(len(missed) + len(coming)),
            late=lang.number(len(missed)),
        )


def _is_complete(context: LetterContext) -> bool:
    """Whether enough was collected to call a week quiet."""
    coverage = context.numbers["coverage"]
    return 0 < coverage["due"] * MIN_COVERAGE <= coverage["covered"]


def _largest_closure(context: LetterContext) -> PlannedClosure | None:
    planned = context.letter["planned"] if context.letter else []
    return max(planned, key=lambda closure: closure["n"], default=None)


def _festival_days(context: LetterContext) -> list[date]:
    days = context.letter["festival"] if context.letter else []
    return [date.fromisoformat(day) for day in days]


def _missing_hours(platform: PlatformCoverage) -> int:
    return sum(gap["hours"] for gap in platform["missing"])


def _gap_text(context: LetterContext, platform: PlatformCoverage) -> str:
    return context.lang.ngettext(
        "%(platform)s %(n)s hour",
        "%(platform)s %(n)s hours",
        _missing_hours(platform),
        platform=context.phrases.platform(platform["id"]),
    )
