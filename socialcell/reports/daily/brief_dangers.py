"""Dangers of a brief in sentences: their titles, and those that it does not list."""

from collections.abc import Sequence

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.listening.alerts.danger_topics import tells_danger
from socialcell.listening.alerts.model import CRITICAL
from socialcell.reports.daily.brief_facts import Brief
from socialcell.reports.daily.single_dangers import DangerMessage, SingleDanger, Subject
from socialcell.reports.incidents.incident_facts import Names
from socialcell.reports.phrases import Phrases

_MAX_PLACES = 3
_MAX_SHORT_PLACES = 2
_MAX_IDS = 5


def danger_title(danger: SingleDanger, names: Names, phrases: Phrases) -> str:
    """What a danger is about, and where: Flood: Patil Estate 4, Ekta Nagari 1; of life
    and limb where alone, if that is known and the topic does not say what happens."""
    places = danger.places or danger.wards
    return _danger_where(danger, places, danger.posts, names, phrases)


def short_danger_title(danger: SingleDanger, names: Names, phrases: Phrases) -> str:
    """The same for a phone: the first two places, without counts."""
    places = (danger.places or danger.wards)[:_MAX_SHORT_PLACES]
    return _danger_where(danger, places, 1, names, phrases)


def subject_title(subject: Subject, names: Names, phrases: Phrases) -> str:
    """What a mention is about, and its ward office: of a private message no more than
    that is said."""
    wards = [(subject.ward, 1)] if subject.ward is not None else []
    return _what_where(subject.topic, wards, 1, names, phrases)


def message_line(message: DangerMessage, names: Names, phrases: Phrases) -> str:
    """A private message by its level, subject and our number alone."""
    return phrases.lang.gettext(
        "%(level)s: %(what)s (%(number)s)",
        level=_level_words(message.level, phrases.lang),
        what=subject_title(message.subject, names, phrases),
        number=f"#{message.id}",
    )


def _level_words(level: str, lang: Language) -> str:
    """The word for an urgent level, the same in every letter."""
    if level == CRITICAL:
        return lang.gettext("Critical (danger to life)")
    return lang.gettext("Urgent")


def copies_words(danger: SingleDanger, lang: Language) -> str:
    """How many posts say it in nearly the same words."""
    return lang.ngettext(
        "%(n)s post", "%(n)s posts in nearly the same words", danger.posts
    )


def waiting_line(brief: Brief, lang: Language) -> str | None:
    """Critical items that nobody has acknowledged, by the numbers of their
    incidents."""
    if not brief.single:
        return None
    ids = ", ".join(
        lang.number(own.incident.id or 0) for own in brief.single[:_MAX_IDS]
    )
    if (more := len(brief.single) - _MAX_IDS) > 0:
        ids += f" {Phrases(lang).and_more(more, 'alerts list')}"
    return lang.ngettext(
        "No one is assigned to %(n)s single danger to life: incident %(ids)s.",
        "No one is assigned to %(n)s single dangers to life: incidents %(ids)s.",
        len(brief.single),
        ids=ids,
    )


def more_dangers(
    brief: Brief, shown: Sequence[SingleDanger], phrases: Phrases
) -> str | None:
    """How many posts of the span that speak of danger to life are not `shown`, and what
    lists them; None: none. Private messages are told by themselves."""
    messages = sum(message.level == CRITICAL for message in brief.messages)
    listed = sum(danger.same_level for danger in shown if danger.level == CRITICAL)
    rest = brief.urgent.critical - messages - listed
    if rest <= 0:
        return None
    start, end = (
        moment.astimezone(IST).strftime("%Y-%m-%dT%H:%M")
        for moment in (brief.span.start, brief.span.end)
    )
    command = f"mentions list --urgency critical --since {start} --until {end}"
    return phrases.and_more(rest, command)


def _danger_where(
    danger: SingleDanger,
    places: Sequence[tuple[str, int]],
    posts: int,
    names: Names,
    phrases: Phrases,
) -> str:
    topic = danger.topic or ""
    if places and danger.level == CRITICAL and not tells_danger(topic):
        return _where(places, posts, names, phrases)
    return _what_where(danger.topic, places, posts, names, phrases)


def _what_where(
    topic: str | None,
    places: Sequence[tuple[str, int]],
    posts: int,
    names: Names,
    phrases: Phrases,
) -> str:
    """A topic and its places, with their counts where posts name several."""
    _ = phrases.lang.gettext
    what = phrases.danger(topic) if topic else _("Topic not recognised")
    if not places:
        return what
    where = _where(places, posts, names, phrases)
    return _("%(what)s: %(where)s", what=what, where=where)


def _where(
    places: Sequence[tuple[str, int]], posts: int, names: Names, phrases: Phrases
) -> str:
    named = [(phrases.name(names.get(id_), id_), n) for id_, n in places[:_MAX_PLACES]]
    if posts > 1 and len(named) > 1:
        return ", ".join(f"{name} {phrases.lang.number(n)}" for name, n in named)
    return ", ".join(name for name, _n in named)
