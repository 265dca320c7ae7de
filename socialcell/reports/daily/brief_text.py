"""The daily brief as a text for a phone."""

from collections.abc import Iterator
from dataclasses import dataclass

from socialcell.i18n import Language
from socialcell.listening.people.visibility import People
from socialcell.reports.daily import brief_cases, brief_dangers
from socialcell.reports.daily import brief_sentences as say
from socialcell.reports.daily.brief_facts import Brief
from socialcell.reports.daily.single_dangers import SingleDanger, words_of
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.incidents import incident_sentences as sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.phrases import Phrases
from socialcell.text import one_line

MAX_TEXT_LENGTH = 1200  # characters
_MAX_DANGERS = 3
_MAX_OTHERS = 3  # incidents beside the leading one
_QUOTED_LENGTH = 100


@dataclass(frozen=True)
class _TextLine:
    """A line; of those that do not fit the ones of the highest `rank` go first."""

    rank: int
    text: str


def text(brief: Brief, people: People, lang: Language) -> str:
    """The brief, of at most MAX_TEXT_LENGTH characters: the least important lines are
    left out first, with a note that something was."""
    lines = list(_lines(brief, people, Phrases(lang)))
    note = lang.gettext("More is in the letter.")
    joined = "\n".join(line.text for line in lines)
    while len(joined) > MAX_TEXT_LENGTH and len(lines) > 1:
        ranks = [line.rank for line in lines]
        last_of_rank = len(ranks) - 1 - ranks[::-1].index(max(ranks))
        del lines[last_of_rank]
        joined = "\n".join([*(line.text for line in lines), note])
    return joined[:MAX_TEXT_LENGTH]


def _lines(brief: Brief, people: People, phrases: Phrases) -> Iterator[_TextLine]:
    lang = phrases.lang
    for line in say.unreached_lines(brief, lang):
        yield _TextLine(0, line)
    yield _TextLine(0, say.subject(brief, phrases))
    yield _TextLine(1, say.occasion(brief, lang))
    yield from _incident_lines(brief, phrases)
    if unknown := " ".join(say.unknown_lines(brief, phrases)):
        yield _TextLine(3, lang.gettext("Not known: %(what)s", what=unknown))
    if (decision := say.to_decide(brief, lang)) is not None:
        yield _TextLine(3, lang.gettext("To decide: %(what)s", what=decision))
    yield from _other_incident_lines(brief, phrases)
    for danger in brief.dangers[:_MAX_DANGERS]:
        yield _TextLine(4, _danger_line(danger, brief, people, phrases))
    if more := brief_dangers.more_dangers(brief, brief.dangers[:_MAX_DANGERS], phrases):
        yield _TextLine(4, f"• {more}")
    yield from _message_lines(brief, phrases)
    if brief.growth:
        grown = "; ".join(say.growth_words(own, phrases) for own in brief.growth)
        yield _TextLine(6, lang.gettext("Grew: %(topics)s", topics=grown))
    if (questions := say.question_topics_line(brief, phrases)) is not None:
        yield _TextLine(7, questions)
    for line in (*say.missed_lines(brief, lang), *say.due_lines(brief, phrases)):
        yield _TextLine(5, line)
    for line in say.register_lines(brief, lang):
        yield _TextLine(5, line)
    for line in say.rumour_lines(brief, lang):
        yield _TextLine(6, line)
    for line in brief_cases.case_lines(brief, lang):
        yield _TextLine(7, line)
    yield _TextLine(
        8, f"{say.total_line(brief, lang)} {say.coverage_line(brief, lang)}"
    )


def _incident_lines(brief: Brief, phrases: Phrases) -> Iterator[_TextLine]:
    """The leading incident, else what is urgent; and who has it."""
    lang, incident = phrases.lang, say.lead(brief)
    if incident is None:
        yield _TextLine(2, say.urgent_line(brief, lang))
    else:
        count = sentences.count_line(incident, lang)
        number = sentences.number_and_link(incident.incident.id, None, lang)
        yield _TextLine(2, f"{number.text}: {count}")
        for line in sentences.ward_lines(incident, phrases):
            yield _TextLine(3, line)
        yield _TextLine(2, sentences.danger_line(incident, lang))
        status = [
            sentences.assigned_line(incident, lang),
            *sentences.responsible_lines(incident, phrases),
        ]
        yield _TextLine(2, " ".join(status))
        yield _TextLine(5, say.urgent_line(brief, lang))
    if (waiting := brief_dangers.waiting_line(brief, lang)) is not None:
        yield _TextLine(2, waiting)


def _other_incident_lines(brief: Brief, phrases: Phrases) -> Iterator[_TextLine]:
    lead = say.lead(brief)
    others = [fact for fact in brief.facts if fact is not lead]
    for fact in others[:_MAX_OTHERS]:
        yield _TextLine(5, _short_incident_line(fact, phrases))


def _short_incident_line(fact: IncidentFacts, phrases: Phrases) -> str:
    lang = phrases.lang
    return lang.gettext(
        "Incident %(id)s, %(what)s: %(mentions)s mentions since %(at)s, urgent "
        "%(urgent)s.",
        id=lang.number(fact.incident.id or 0),
        what=sentences.title(fact, phrases),
        mentions=lang.number(fact.mentions),
        at=lang.when(fact.began_at),
        urgent=lang.number(fact.urgent),
    )


def _danger_line(
    danger: SingleDanger, brief: Brief, people: People, phrases: Phrases
) -> str:
    title = brief_dangers.short_danger_title(danger, brief.names, phrases)
    owner = _other_owner(danger, brief, phrases)
    about = f"{title} ({owner})" if owner else title
    number = f"#{danger.post.id}"
    if danger.is_quotable:
        words = one_line(excerpt(people, danger.post), _QUOTED_LENGTH)
        return f"• {about}: “{words}” {number}"
    if danger.post.kind == "article":
        headline = one_line(words_of(danger.post), _QUOTED_LENGTH)
        return f"• {about}: {headline} {number}"
    return f"• {about} {number}"


def _other_owner(danger: SingleDanger, brief: Brief, phrases: Phrases) -> str | None:
    """Who is responsible, where that is not who has the leading incident."""
    lead = say.lead(brief)
    numbers = lead.state.numbers if lead is not None else None
    if numbers is not None and numbers.owner == danger.post.owner:
        return None
    return say.owner_name(danger.post.owner, brief, phrases)


def _message_lines(brief: Brief, phrases: Phrases) -> Iterator[_TextLine]:
    if brief.messages:
        yield _TextLine(
            5,
            phrases.lang.ngettext(
                "%(n)s urgent private message, counted and not quoted.",
                "%(n)s urgent private messages, counted and not quoted.",
                len(brief.messages),
            ),
        )
