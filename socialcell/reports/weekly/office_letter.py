"""The weekly letter of one ward office, or of one owner of problems."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from socialcell.listening import incident_state
from socialcell.reports.incidents import incident_sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts, locality
from socialcell.reports.letter_numbers import CommitmentNumbers, OfficeNumbers
from socialcell.reports.letters.letter_page import (
    LetterPage,
    LetterSection,
    LetterTable,
    Line,
    Strong,
)
from socialcell.reports.named_counts import NamedCount
from socialcell.reports.weekly import (
    letter_decisions,
    letter_figures,
    letter_lead,
    letter_sections,
    weekly_letter,
)
from socialcell.reports.weekly.letter_context import LetterContext
from socialcell.reports.weekly.letter_decisions import Decision

MAX_COMMITMENTS = 10
"""Open commitments of an office that its letter lists, the longest due first."""
_ROWS = (6, 5, 4, 3, 2, 1)


def page(context: LetterContext, office: OfficeNumbers) -> LetterPage:
    """The office's letter, within the limits of a weekly letter.

    An office without anything gets two lines.
    """
    view = _OfficeView(context, office)
    if view.is_empty:
        return _empty_page(view)
    return weekly_letter.within_limits(_page(view, rows) for rows in _ROWS)


class _OfficeView:
    """The part of a week that concerns one office."""

    def __init__(self, context: LetterContext, office: OfficeNumbers) -> None:
        self.context = context
        self.office = office
        self.name = context.phrases.name(office["name"], office["id"])

    @property
    def is_ward(self) -> bool:
        return self.office["kind"] == "ward"

    @property
    def is_empty(self) -> bool:
        has_mentions = bool(self.office["mentions"]["n"])
        return not (has_mentions or self.incidents or self.commitments)

    @cached_property
    def incidents(self) -> Sequence[tuple[IncidentFacts, int]]:
        """Incidents that concern the office, with its mentions of each, most first."""
        own = [
            (self._own_part(facts), self._own_count(facts))
            for facts in self.context.incidents
            if facts.incident.subject not in incident_state.VAGUE
        ]
        return sorted(
            (pair for pair in own if pair[1]), key=lambda pair: pair[1], reverse=True
        )

    def _own_part(self, facts: IncidentFacts) -> IncidentFacts:
        """An incident with the places of this ward office alone."""
        numbers, id_ = facts.state.numbers, self.office["id"]
        if not self.is_ward or numbers is None:
            return facts
        wards = tuple(count for count in facts.wards if count[0] == id_)
        return replace(
            facts,
            state=replace(facts.state, numbers=replace(numbers, wards=wards)),
            localities=[
                (place_id, n)
                for place_id, n in facts.localities
                if (place := locality(place_id)) is not None and place.ward == id_
            ],
        )

    def _own_count(self, facts: IncidentFacts) -> int:
        return incident_state.mentions_of(facts.state.numbers, self.office["id"])

    @property
    def commitments(self) -> Sequence[CommitmentNumbers]:
        """Open commitments of the office, the longest due first."""
        return [row for row in self.context.commitments if self._is_own(row)]

    def _is_own(self, row: CommitmentNumbers) -> bool:
        if self.is_ward:
            return row["ward"] == self.office["id"]
        return row["owner"] is not None and row["owner"]["id"] == self.office["id"]

    @property
    def missed(self) -> Sequence[CommitmentNumbers]:
        return [
            row
            for row in self.commitments
            if datetime.fromisoformat(row["due_at"]) <= self.context.week_end
        ]


def _empty_page(view: _OfficeView) -> LetterPage:
    context, lang = view.context, view.context.lang
    _ = lang.gettext
    if context.numbers["mentions"]["n"] is None:
        nothing = _("Nothing was collected in this week, so nothing is known.")
    elif view.is_ward:
        nothing = _(
            "No mention named a place of this ward office; no incident and no open "
            "commitment concerns it."
        )
    else:
        nothing = _(
            "No mention fell to this office; no incident and no open commitment "
            "concerns it."
        )
    return LetterPage(
        language=lang.code,
        subject=_("%(office)s: nothing this week", office=view.name),
        preheader=_("Nothing waits for a decision."),
        sender=context.sender,
        occasion=weekly_letter.occasion(lang, *context.days),
        lead=[(nothing,), (" ".join(_collected(context)),)],
        links=letter_sections.links(lang, context.addresses),
    )


def _collected(context: LetterContext) -> Iterator[str]:
    coverage = context.numbers["coverage"]
    yield letter_figures.source_note(context)
    if coverage["covered"] != coverage["due"]:
        yield from letter_lead.coverage_sentences(context.numbers, context)


def _page(view: _OfficeView, rows: int) -> LetterPage:
    context = view.context
    decisions = list(_decisions(view))
    return LetterPage(
        language=context.lang.code,
        subject=_subject(view),
        preheader=weekly_letter.preheader(context, len(decisions)),
        sender=context.sender,
        occasion=weekly_letter.occasion(context.lang, *context.days),
        lead=list(_lead(view)),
        unknown=_unknown(view),
        sections=[
            letter_sections.decision_section(context, decisions, rows),
            *_sections(view, rows),
        ],
        closing=letter_sections.office_closing(context),
        links=letter_sections.links(context.lang, context.addresses),
    )


def _subject(view: _OfficeView) -> str:
    lang, office = view.context.lang, view.office
    if view.incidents:
        facts, count = view.incidents[0]
        judgement = _judgement(view, facts, count)
        return lang.gettext(
            "%(office)s: %(judgement)s", office=view.name, judgement=judgement
        )
    return lang.ngettext(
        "%(office)s: %(n)s mention, of these %(asking)s expect an answer",
        "%(office)s: %(n)s mentions, of these %(asking)s expect an answer",
        office["mentions"]["n"] or 0,
        office=view.name,
        asking=lang.number(office["asking"]["n"] or 0),
    )


def _judgement(view: _OfficeView, facts: IncidentFacts, count: int) -> str:
    """What, how many here, and who has it."""
    lang, phrases = view.context.lang, view.context.phrases
    what = incident_sentences.subject_words(
        facts.incident.subject, facts.names, phrases
    )
    if facts.is_over:
        return lang.ngettext(
            "%(what)s, %(n)s mention, over",
            "%(what)s, %(n)s mentions, over",
            count,
            what=what,
        )
    if facts.assigned_to:
        return lang.ngettext(
            "%(what)s, %(n)s mention, assigned to %(who)s",
            "%(what)s, %(n)s mentions, assigned to %(who)s",
            count,
            what=what,
            who=facts.assigned_to,
        )
    return lang.ngettext(
        "%(what)s, %(n)s mention, no one is assigned",
        "%(what)s, %(n)s mentions, no one is assigned",
        count,
        what=what,
    )


def _lead(view: _OfficeView) -> Iterator[Line]:
    context, lang = view.context, view.context.lang
    if view.incidents:
        facts, count = view.incidents[0]
        if view.is_ward:
            yield (
                lang.gettext(
                    "%(what)s: %(here)s of its %(all)s mentions name a place of this "
                    "ward office.",
                    what=context.incident_title(facts),
                    here=lang.number(count),
                    all=lang.number(facts.mentions),
                ),
            )
        yield from letter_lead.incident_lines(context, facts)
    others = [
        f"{context.incident_title(facts)} {lang.number(count)}"
        for facts, count in view.incidents[1:4]
    ]
    if others:
        yield (lang.gettext("Also: %(what)s.", what="; ".join(others)),)
    yield (_total_sentence(view),)


def _total_sentence(view: _OfficeView) -> str:
    """All of the office's mentions, beside last week over the same hours."""
    lang, mentions = view.context.lang, view.office["mentions"]
    total = lang.ngettext(
        "In all %(n)s mention.", "In all %(n)s mentions.", mentions["n"] or 0
    )
    same = mentions["same_hours"]
    if same is None:
        return total
    return f"{total} " + lang.gettext(
        "Same hours last week and now: %(before)s → %(now)s%(change)s.",
        before=lang.number(same["before"]),
        now=lang.number(same["now"]),
        change="",
    )


def _unknown(view: _OfficeView) -> Line | None:
    context = view.context
    sentences: list[str] = []
    if view.incidents:
        facts = view.incidents[0][0]
        sentences += letter_lead.unknown_sentences(context, facts)
    sentences += letter_lead.coverage_sentences(context.numbers, context)
    if not sentences:
        return None
    return (Strong(context.lang.gettext("Not known:")), " " + " ".join(sentences))


def _decisions(view: _OfficeView) -> Iterator[Decision]:
    context = view.context
    incidents = [facts for facts, _count in view.incidents]
    yield from letter_decisions.incident_decisions(context, incidents)
    yield from letter_decisions.missed_commitments(context, view.missed)
    if closed := view.office["closed"]:
        yield letter_decisions.closed_complaints(context, closed, view.name)


def _sections(view: _OfficeView, rows: int) -> Iterator[LetterSection]:
    context, _ = view.context, view.context.lang.gettext
    if (numbers := _number_section(view)) is not None:
        yield numbers
    office = view.office
    if office["topics"]:
        yield _count_section(
            view, _("What people ask about"), _("Topic"), office["topics"][:rows]
        )
    if office["places"]:
        title = _("Where") if view.is_ward else _("In which ward offices")
        head = _("Place") if view.is_ward else _("Ward office")
        yield _count_section(view, title, head, office["places"][:rows])
    if view.commitments:
        yield letter_sections.commitment_section(
            context,
            view.commitments,
            min(MAX_COMMITMENTS, 2 * rows),
            _("Open commitments, the longest due first"),
        )


def _number_section(view: _OfficeView) -> LetterSection | None:
    context, office, _ = view.context, view.office, view.context.lang.gettext
    return letter_figures.figure_section(
        context,
        [
            letter_figures.count_figure(context, office["mentions"], _("mentions")),
            letter_figures.count_figure(
                context, office["asking"], _("expect an answer")
            ),
            letter_figures.count_figure(context, office["urgent"], _("urgent")),
        ],
    )


def _count_section(
    view: _OfficeView, title: str, head: str, counts: Sequence[NamedCount]
) -> LetterSection:
    context = view.context
    rows: list[tuple[Line, Line]] = [
        ((_name(view, count),), (context.lang.number(count["n"]),)) for count in counts
    ]
    heads = (head, context.lang.gettext("Mentions"))
    return LetterSection(title, [LetterTable(title, heads, rows)])


def _name(view: _OfficeView, count: NamedCount) -> str:
    """The name of a place; a topic has its label."""
    if count["name"] is None and ":" not in count["id"]:
        return view.context.phrases.label("topic", count["id"])
    return view.context.phrases.name(count["name"], count["id"])
