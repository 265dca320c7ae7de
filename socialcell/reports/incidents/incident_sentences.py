"""What is known of an incident, in sentences: the same in brief, weekly and alerts."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.language.quantities import UNTIL, quantities
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import Closure
from socialcell.listening.store.alerts.incident_numbers import PlaceCounts
from socialcell.reports.incidents.incident_facts import IncidentFacts, Names
from socialcell.reports.letters.letter_page import Hyperlink
from socialcell.reports.phrases import Phrases

# Topics that say by themselves that something happens at a place.
_EVENTS = ("flood", "fire")
_AT_ONE_PLACE = 0.3  # the share of a ward office that makes it the incident's place
_MAX_WARDS = 5
_MAX_LOCALITIES = 5
_NO_TOPIC = "topic:other"


def title(facts: IncidentFacts, phrases: Phrases) -> str:
    """What and where: Flood at Sinhagad Road; Water supply."""
    if facts.state.closure is not None:
        return closure_title(facts.state.closure, facts.names, phrases)
    places = PlaceCounts(facts.mentions, facts.wards)
    return title_of(facts.incident.subject, places, facts.names, phrases)


def title_of(
    subject: str, places: PlaceCounts | None, names: Names, phrases: Phrases
) -> str:
    """The same of a subject and the places of its mentions, None: they are unknown."""
    what = subject_words(subject, names, phrases)
    place = None if places is None else _main_ward(places, names, phrases)
    if place is None or subject.startswith("ward:"):
        return what
    return _what_and_where(subject, what, place, phrases.lang)


def closure_title(closure: Closure, names: Names, phrases: Phrases) -> str:
    """What is closed, where and until when: Planned: Water supply, Aundh, until …"""
    _ = phrases.lang.gettext
    wards = [phrases.name(names.get(ward), ward) for ward in closure.wards]
    name = _(
        "%(topic)s, %(places)s, until %(end)s",
        topic=phrases.label("topic", closure.topic),
        places=", ".join(wards) or _("the whole city"),
        end=phrases.lang.moment(closure.to_at),
    )
    return _("Planned: %(name)s", name=name)


def promise_title(text: str, lang: Language) -> str:
    """What was promised and is not kept."""
    return lang.gettext("Promise missed: %(text)s", text=text)


def _what_and_where(subject: str, what: str, place: str, lang: Language) -> str:
    """A subject and its place in one phrase."""
    if subject.partition(":")[2] in _EVENTS:
        return lang.gettext("%(what)s at %(place)s", what=what, place=place)
    return lang.gettext("%(what)s, %(place)s", what=what, place=place)


def subject_words(subject: str, names: Names, phrases: Phrases) -> str:
    """The subject of an incident as a title: Flood, Aundh, all mentions."""
    if subject == _NO_TOPIC:
        return phrases.lang.gettext("Mentions of no listed topic")
    if subject.startswith("source:"):
        name = subject.partition(":")[2]
        return phrases.lang.gettext("Nothing comes from %(source)s", source=name)
    return series_words(subject, names, phrases)


def series_words(series: str, names: Names, phrases: Phrases) -> str:
    """A series in words: Flood, Aundh, everything; and whether only negative ones."""
    name = series.removeprefix("negative ")
    kind, _, id_ = name.partition(":")
    if kind in ("topic", "detail"):
        words = phrases.label(kind, id_)
    elif kind == "phrase":
        words = f"“{id_}”"
    elif name == "all":
        words = phrases.lang.gettext("all mentions")
    else:
        words = phrases.name(names.get(id_), id_)
    if name == series:
        return words
    return phrases.lang.gettext("%(name)s, negative", name=words)


def _main_ward(places: PlaceCounts, names: Names, phrases: Phrases) -> str | None:
    """The ward office that three in ten of the mentions name at least."""
    if not places.wards or places.wards[0][1] < _AT_ONE_PLACE * places.mentions:
        return None
    id_ = places.wards[0][0]
    return phrases.name(names.get(id_), id_)


def number_and_link(
    id_: int | None, console_url: str | None, lang: Language
) -> Hyperlink:
    """The number of an incident, which leads to its page of the console if any."""
    url = f"{console_url}/incidents/{id_}" if console_url else None
    return Hyperlink(lang.gettext("Incident %(id)s", id=lang.number(id_ or 0)), url)


def acknowledge_line(id_: int | None, lang: Language) -> str:
    """How whoever takes charge of an incident records it."""
    return lang.gettext(
        "Whoever takes charge records it: %(command)s",
        command=f"socialcell alerts ack {id_}",
    )


def judgement(facts: IncidentFacts, phrases: Phrases) -> str:
    """The incident in one line: what, where, and who has it."""
    _, what = phrases.lang.gettext, title(facts, phrases)
    if facts.is_over:
        return _("%(what)s: over", what=what)
    if facts.assigned_to:
        return _("%(what)s; assigned to %(who)s", what=what, who=facts.assigned_to)
    return _("%(what)s; no one is assigned", what=what)


def count_line(facts: IncidentFacts, lang: Language) -> str:
    """How many mentions since when, what is usual, and when the newest was written."""
    if not facts.mentions:
        return lang.gettext("No mention of it is counted yet.")
    values = {
        "since": lang.when(facts.began_at),
        "last": moment_after(facts.began_at, _newest(facts), lang),
    }
    if facts.usual is None:
        return lang.ngettext(
            "%(n)s mention since %(since)s, the newest at %(last)s.",
            "%(n)s mentions since %(since)s, the newest at %(last)s.",
            facts.mentions,
            **values,
        )
    return lang.ngettext(
        "%(n)s mention since %(since)s (normally %(usual)s), the newest at %(last)s.",
        "%(n)s mentions since %(since)s (normally %(usual)s), the newest at %(last)s.",
        facts.mentions,
        usual=lang.number(facts.usual),
        **values,
    )


def message_lines(facts: IncidentFacts, lang: Language) -> Iterator[str]:
    """How many of the mentions are private messages, if any."""
    if facts.details.messages:
        yield lang.ngettext(
            "%(n)s of them is a private message: counted, not quoted.",
            "%(n)s of them are private messages: counted, not quoted.",
            facts.details.messages,
        )


def ward_lines(
    facts: IncidentFacts,
    phrases: Phrases,
    most_wards: int = _MAX_WARDS,
    most_places: int = _MAX_LOCALITIES,
) -> Iterator[str]:
    """The ward offices that are named, and the places in them, the most first."""
    _ = phrases.lang.gettext
    if facts.wards:
        wards = _counted(facts.wards[:most_wards], facts.names, phrases)
        yield _("Ward offices: %(wards)s.", wards=wards)
    if facts.localities:
        localities = _counted(facts.localities[:most_places], facts.names, phrases)
        yield _("Places: %(places)s.", places=localities)


def danger_line(facts: IncidentFacts, lang: Language) -> str:
    """How many are urgent and critical, and how many of these staff have checked."""
    if not facts.urgent:
        return lang.gettext("No mention of it is urgent.")
    if not facts.details.critical:
        return lang.gettext(
            "Urgent: %(urgent)s; none speaks of danger to life.",
            urgent=lang.number(facts.urgent),
        )
    return lang.gettext(
        "Urgent: %(urgent)s, of these critical (danger to life): %(critical)s; "
        "checked by staff: %(checked)s.",
        urgent=lang.number(facts.urgent),
        critical=lang.number(facts.details.critical),
        checked=lang.number(facts.details.checked),
    )


def assigned_line(facts: IncidentFacts, lang: Language) -> str:
    """Who has it, or that no one has."""
    acked_at = facts.incident.acked_at
    if facts.is_over and facts.incident.ended_at is not None:
        return lang.gettext("Over since %(at)s.", at=lang.when(facts.incident.ended_at))
    if facts.assigned_to and acked_at is not None:
        return lang.gettext(
            "Assigned to %(who)s since %(at)s.",
            who=facts.assigned_to,
            at=lang.when(acked_at),
        )
    return lang.gettext("No one is assigned.")


def responsible_lines(facts: IncidentFacts, phrases: Phrases) -> Iterator[str]:
    """Which department or other body the problem belongs to, where that is known."""
    numbers = facts.state.numbers
    if numbers is not None and numbers.owner:
        name = phrases.name(facts.state.owner_names, numbers.owner)
        yield phrases.lang.gettext("Responsible: %(name)s.", name=name)


def unknown_lines(facts: IncidentFacts, phrases: Phrases) -> Iterator[str]:
    """What is not confirmed of an incident: whether people are in danger, and figures
    that cannot all be right."""
    yield from unchecked_lines(facts.unchecked, phrases.lang)
    for contradiction in facts.state.figures:
        yield contradiction_line(contradiction, phrases.lang)


def contradiction_line(contradiction: Contradiction, lang: Language) -> str:
    """Figures that cannot all be right, in one line."""
    return lang.gettext(
        "%(what)s: %(figures)s; none is confirmed.",
        what=quantity_words(contradiction.quantity, lang),
        figures=_figures_side_by_side(contradiction, lang),
    )


def unchecked_lines(count: int, lang: Language) -> Iterator[str]:
    """How many mentions of danger to life nobody of the cell has checked, if any."""
    if count:
        yield lang.ngettext(
            "Whether %(n)s mention of danger to life is true: staff have not checked.",
            "Whether %(n)s mentions of danger to life are true: staff have not "
            "checked.",
            count,
        )


def rumour_line(spread: RumourSpread, lang: Language) -> str:
    """A rumour that spreads, in one line, with what is true instead."""
    return lang.ngettext(
        "Marked as false, in %(n)s mention: “%(what)s”. %(note)s",
        "Marked as false, in %(n)s mentions: “%(what)s”. %(note)s",
        len(spread.mentions),
        what=spread.rumour.text or spread.address or "",
        note=spread.rumour.note,
    )


def _figures_side_by_side(contradiction: Contradiction, lang: Language) -> str:
    """The figures that differ: 51,000 / 24,310 / 38,500."""
    return " / ".join(
        figure_text(contradiction.quantity, figure.value, lang)
        for figure in contradiction.figures
    )


def figure_text(quantity: str, number: float, lang: Language) -> str:
    """A figure as it is written: a number, or a time of the day."""
    if quantity == UNTIL:
        return lang.digits(f"{int(number) // 60:02}:{int(number) % 60:02}")
    return lang.number(number)


def moment_after(start: datetime, moment: datetime, lang: Language) -> str:
    """A moment beside an earlier one: its time alone where the day is the same, with
    the year where that is another."""
    first, last = start.astimezone(IST), moment.astimezone(IST)
    if first.date() == last.date():
        return lang.clock(moment)
    return lang.when(moment) if first.year == last.year else lang.moment(moment)


def quantity_words(id_: str, lang: Language) -> str:
    """What figures are of, with their unit: discharge (cusecs)."""
    quantity = quantities()[id_]
    unit = quantity.unit_label[lang.code]
    return quantity.label[lang.code] + (f" ({unit})" if unit else "")


def _newest(facts: IncidentFacts) -> datetime:
    return facts.details.last_at or facts.incident.last_at


def _counted(counts: Sequence[tuple[str, int]], names: Names, phrases: Phrases) -> str:
    return ", ".join(
        f"{phrases.name(names.get(id_), id_)} {phrases.lang.number(n)}"
        for id_, n in counts
    )
