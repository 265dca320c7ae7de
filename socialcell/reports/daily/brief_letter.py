"""The daily brief as a letter."""

from collections.abc import Iterator, Sequence

from socialcell.i18n import Language
from socialcell.language.quantities import figures
from socialcell.listening.alerts.model import CRITICAL
from socialcell.listening.people.visibility import People
from socialcell.reports.daily import brief_cases, brief_dangers
from socialcell.reports.daily import brief_sentences as say
from socialcell.reports.daily.brief_facts import Brief
from socialcell.reports.daily.repeated_questions import RepeatedQuestion
from socialcell.reports.daily.single_dangers import SingleDanger, words_of
from socialcell.reports.daily.topic_growth import TopicGrowth
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.incidents import incident_sentences as sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.letters.letter_page import (
    BulletList,
    Entries,
    Entry,
    Hyperlink,
    LetterBlock,
    LetterPage,
    LetterSection,
    LetterTable,
    Line,
    Lines,
    Quote,
    Span,
    Strong,
)
from socialcell.reports.phrases import UNKNOWN, Phrases

_BETWEEN = " · "
_MAX_MESSAGES = 5
_MAX_WARDS = 3
_SAME_FIGURE = 0.03  # as far apart two figures may be and count as one
_MAX_OTHERS = 5  # incidents beside the leading one


def letter(brief: Brief, people: People, sender: str, lang: Language) -> LetterPage:
    """The brief as a letter from `sender`."""
    phrases, _ = Phrases(lang), lang.gettext
    unknown = list(say.unknown_lines(brief, phrases))
    console = [Hyperlink(_("Today, in the console"), brief.console_url)]
    return LetterPage(
        language=lang.code,
        subject=say.subject(brief, phrases),
        preheader=say.preheader(brief, lang),
        sender=sender,
        occasion=say.occasion(brief, lang),
        lead=list(_lead(brief, phrases)),
        unknown=(Strong(_("Not known:")), " ", " ".join(unknown)) if unknown else None,
        sections=list(_sections(brief, people, phrases)),
        closing=[(line,) for line in _closing(brief, lang)],
        links=console if brief.console_url else (),
    )


def _lead(brief: Brief, phrases: Phrases) -> Iterator[Line]:
    lang, incident = phrases.lang, say.lead(brief)
    for line in say.unreached_lines(brief, lang):
        yield (Strong(line),)
    if incident is None:
        yield (say.urgent_line(brief, lang),)
        if not brief.facts and not brief.single:
            yield (lang.gettext("No incident is open."),)
    else:
        yield from _incident_lead(incident, brief, phrases)
    if (waiting := brief_dangers.waiting_line(brief, lang)) is not None:
        yield (Strong(waiting),)
    if (decision := say.to_decide(brief, lang)) is not None:
        yield (Strong(lang.gettext("To decide:")), " ", decision)


def _incident_lead(
    incident: IncidentFacts, brief: Brief, phrases: Phrases
) -> Iterator[Line]:
    lang = phrases.lang
    count = sentences.count_line(incident, lang)
    yield (" ".join([count, *sentences.message_lines(incident, lang)]),)
    if wards := list(sentences.ward_lines(incident, phrases)):
        yield (" ".join(wards),)
    yield (sentences.danger_line(incident, lang),)
    status: list[Span] = [Strong(sentences.assigned_line(incident, lang))]
    for line in sentences.responsible_lines(incident, phrases):
        status += [" ", line]
    yield (
        *status,
        " ",
        sentences.number_and_link(incident.incident.id, brief.console_url, lang),
    )


def _sections(
    brief: Brief, people: People, phrases: Phrases
) -> Iterator[LetterSection]:
    _ = phrases.lang.gettext
    lead = say.lead(brief)
    yield from _danger_sections(brief, people, phrases)
    if others := [fact for fact in brief.facts if fact is not lead]:
        title = _("Other open incidents") if lead else _("Open incidents")
        yield LetterSection(title, list(_incident_blocks(others, brief, phrases)))
    if brief.growth:
        yield LetterSection(
            _("Topics that grew"), [_growth_table(brief.growth, brief, phrases)]
        )
    if brief.questions.total:
        yield LetterSection(
            _("Questions"), [Lines(list(_question_lines(brief, people, phrases)))]
        )
    if due := [
        *say.missed_lines(brief, phrases.lang),
        *say.due_lines(brief, phrases),
        *say.register_lines(brief, phrases.lang),
    ]:
        yield LetterSection(_("Due today"), [BulletList([(line,) for line in due])])
    if brief.press:
        yield LetterSection(
            _("In the press"),
            [BulletList(list(_press_lines(brief, people, phrases.lang)))],
        )


def _incident_blocks(
    facts: Sequence[IncidentFacts], brief: Brief, phrases: Phrases
) -> Iterator[LetterBlock]:
    shown = facts[:_MAX_OTHERS]
    yield Entries([_incident_entry(fact, brief, phrases) for fact in shown])
    if rest := facts[_MAX_OTHERS:]:
        more = phrases.lang.ngettext(
            "%(n)s incident with fewer mentions is open.",
            "%(n)s incidents with fewer mentions are open.",
            len(rest),
        )
        yield Lines([(more,)], quiet=True)


def _incident_entry(fact: IncidentFacts, brief: Brief, phrases: Phrases) -> Entry:
    lang = phrases.lang
    lines = [
        sentences.count_line(fact, lang),
        *sentences.message_lines(fact, lang),
        sentences.danger_line(fact, lang),
        sentences.assigned_line(fact, lang),
        *sentences.responsible_lines(fact, phrases),
    ]
    about = (
        " ".join(lines),
        " ",
        sentences.number_and_link(fact.incident.id, brief.console_url, lang),
    )
    return Entry(sentences.title(fact, phrases), about)


def _danger_sections(
    brief: Brief, people: People, phrases: Phrases
) -> Iterator[LetterSection]:
    """Danger to life, then what else is urgent, then how many there are in all."""
    lang, _ = phrases.lang, phrases.lang.gettext
    waiting = _single_incident_entries(brief, phrases)
    critical = [danger for danger in brief.dangers if danger.level == CRITICAL]
    other = [danger for danger in brief.dangers if danger.level != CRITICAL]
    for title, dangers in ((_("Danger to life"), critical), (_("Urgent"), other)):
        if dangers:
            entries = [_entry(own, brief, people, phrases) for own in dangers]
            blocks: list[LetterBlock] = [Entries(entries)]
            more = brief_dangers.more_dangers(brief, dangers, phrases)
            if more and dangers is critical:
                blocks.append(Lines([(more,)], quiet=True))
            yield LetterSection(title, blocks)
        if dangers is critical and waiting:
            title = _("More dangers to life, no one is assigned")
            yield LetterSection(title, [Entries(waiting)])
    messages = [
        brief_dangers.message_line(own, brief.names, phrases)
        for own in brief.messages[:_MAX_MESSAGES]
    ]
    if say.lead(brief) is not None and brief.urgent.total:
        lines = [say.urgent_line(brief, lang), *messages]
        yield _quiet_section(_("All urgent mentions of this time"), lines)
    elif messages:
        yield _quiet_section(_("Urgent private messages"), messages)


def _quiet_section(title: str, lines: Sequence[str]) -> LetterSection:
    return LetterSection(title, [Lines([(line,) for line in lines], quiet=True)])


def _single_incident_entries(brief: Brief, phrases: Phrases) -> list[Entry]:
    """Single dangers that nobody has acknowledged and that stand nowhere else here."""
    lang = phrases.lang
    shown = {
        *(danger.post.id for danger in brief.dangers),
        *(message.id for message in brief.messages),
    }
    return [
        Entry(
            brief_dangers.subject_title(own.subject, brief.names, phrases),
            (
                lang.gettext("since %(at)s", at=lang.when(own.incident.opened_at)),
                _BETWEEN,
                sentences.number_and_link(own.incident.id, brief.console_url, lang),
                f"{_BETWEEN}#{own.mention_id}",
            ),
        )
        for own in brief.single
        if own.mention_id not in shown
    ]


def _entry(
    danger: SingleDanger, brief: Brief, people: People, phrases: Phrases
) -> Entry:
    lang = phrases.lang
    return Entry(
        brief_dangers.danger_title(danger, brief.names, phrases),
        _about(danger, brief, people, phrases),
        Quote(
            excerpt(people, danger.post),
            danger.post.language,
            (phrases.platform(danger.post.platform),),
            _doubt(danger.post.id, words_of(danger.post), brief, lang),
        )
        if danger.is_quotable
        else None,
    )


def _about(
    danger: SingleDanger, brief: Brief, people: People, phrases: Phrases
) -> Line:
    """Ward offices, who is responsible, since when, how many posts, our number."""
    lang, number = phrases.lang, f"#{danger.post.id}"
    # Without places the ward offices are in the title.
    wards = ", ".join(
        phrases.name(brief.names.get(id_), id_)
        for id_, _n in (danger.wards[:_MAX_WARDS] if danger.places else ())
    )
    owner = say.owner_name(danger.post.owner, brief, phrases)
    since = lang.gettext("since %(at)s", at=lang.when(danger.since))
    copies = brief_dangers.copies_words(danger, lang) if danger.posts > 1 else None
    words = filter(
        None, (wards, owner, since, copies, _assignment(danger, brief, lang))
    )
    console = brief.console_url
    url = f"{console}/mentions/{danger.post.id}" if console else None
    about: list[Span] = [_BETWEEN.join(words), _BETWEEN, Hyperlink(number, url)]
    if danger.post.kind == "article":
        return [_article_link(danger, people), _BETWEEN, *about]
    return about


def _assignment(danger: SingleDanger, brief: Brief, lang: Language) -> str | None:
    """Who has a danger that is no part of a named incident of many mentions."""
    is_named = danger.incident_id in [fact.incident.id for fact in brief.facts]
    if is_named or danger.level != CRITICAL:
        return None
    if danger.assigned_to:
        return lang.gettext("assigned to %(who)s", who=danger.assigned_to)
    return lang.gettext("no one is assigned")


def _article_link(danger: SingleDanger, people: People) -> Hyperlink:
    post = danger.post
    url = people.link(post.platform, post.kind, post.url, post)
    return Hyperlink(words_of(post), url)


def _doubt(id_: int, words: str, brief: Brief, lang: Language) -> str | None:
    """What is doubtful of a quotation: a rumour, or a figure that others contradict."""
    states = [fact.state for fact in brief.facts]
    if any(id_ in spread.mentions for own in states for spread in own.rumours):
        return lang.gettext("marked as false")
    own_figures = figures(words)
    if any(
        own.quantity == entry.quantity
        and abs(own.value - figure.value) <= _SAME_FIGURE * figure.value
        for state in states
        for entry in state.figures
        for figure in entry.figures
        for own in own_figures
    ):
        return lang.gettext("not confirmed")
    return None


def _growth_table(
    growth: Sequence[TopicGrowth], brief: Brief, phrases: Phrases
) -> LetterTable:
    _, number = phrases.lang.gettext, phrases.lang.number
    rows = [
        [
            (phrases.label("topic", own.topic),),
            (
                ", ".join(
                    phrases.name(brief.names.get(id_), id_) for id_, _n in own.wards
                )
                or UNKNOWN,
            ),
            (
                _(
                    "%(now)s (before %(before)s)",
                    now=number(own.now),
                    before=number(own.before),
                ),
            ),
            (say.owner_name(own.owner, brief, phrases) or UNKNOWN,),
        ]
        for own in growth
    ]
    headings = [_("Topic"), _("Place"), _("Mentions"), _("Responsible")]
    return LetterTable(_("Topics that grew"), headings, rows)


def _question_lines(brief: Brief, people: People, phrases: Phrases) -> Iterator[Line]:
    for question in brief.questions.repeated:
        yield _question_line(question, brief, people, phrases.lang)
    if (topics := say.question_topics_line(brief, phrases)) is not None:
        yield (topics,)


def _question_line(
    question: RepeatedQuestion, brief: Brief, people: People, lang: Language
) -> Line:
    doubt = _doubt(question.post.id, words_of(question.post), brief, lang)
    return (
        Strong(f"“{excerpt(people, question.post)}”"),
        f" · {doubt} " if doubt else " ",
        lang.ngettext("(%(n)s post)", "(%(n)s posts)", question.posts),
        " ",
        say.answer_words(question, lang),
    )


def _press_lines(brief: Brief, people: People, lang: Language) -> Iterator[Line]:
    for article in brief.press:
        url = people.link(article.platform, "article", article.url, article)
        author = people.shown(article.platform, article.uid, article.handle)
        source = [f" ({author})"] if author else []
        headline = article.title or article.text or ""
        doubt = _doubt(article.id, headline, brief, lang)
        doubtful = [f"{_BETWEEN}{doubt}"] if doubt else []
        yield (Hyperlink(headline, url), *source, *doubtful)


def _closing(brief: Brief, lang: Language) -> Iterator[str]:
    yield " ".join(
        [
            say.total_line(brief, lang),
            say.kinds_line(brief, lang),
            say.coverage_line(brief, lang),
        ]
    )
    yield say.work_line(brief, lang)
    yield from brief_cases.case_lines(brief, lang)
    yield from say.rumour_lines(brief, lang)
