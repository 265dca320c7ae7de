"""What is to be decided after a week: each row rests on a state of the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from socialcell.campaigns.outreach.pending_steps import PendingStep, step_text
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.letter_numbers import CommitmentNumbers, WaitingApprovals
from socialcell.reports.letters.letter_page import Line, Strong
from socialcell.reports.named_counts import OwnerNames
from socialcell.reports.sections.goals import is_met
from socialcell.reports.week_numbers import GoalNumbers
from socialcell.reports.weekly import letter_lead
from socialcell.reports.weekly.letter_context import LetterContext
from socialcell.strategy import MEASURES
from socialcell.text import one_line

_APPROVALS = ("approve", "approve_again")
_MAX_TEXT_LENGTH = 80  # characters of a commitment
_LIST_COMMAND = "socialcell alerts list"  # has the numbers, and who took charge
_MAX_MISSED = 2  # commitments that were missed and have a row of their own


@dataclass(frozen=True)
class Decision:
    """What is to be decided, by whom, until when."""

    what: Line
    who: str
    by: str


def decisions(context: LetterContext) -> list[Decision]:
    """All decisions that the week leaves open, the most pressing first."""
    return [
        *incident_decisions(context, context.incidents),
        *_single_items(context),
        *_figures(context),
        *missed_commitments(context, context.missed_commitments),
        *_approvals(context),
        *_closed_complaints(context),
        *_missed_goals(context),
    ]


def incident_decisions(
    context: LetterContext, incidents: Sequence[IncidentFacts]
) -> Iterator[Decision]:
    """Who takes charge of incidents that are open and have nobody."""
    _ = context.lang.gettext
    unassigned = [
        facts for facts in incidents if not facts.is_over and not facts.assigned_to
    ]
    for facts in unassigned[:1]:
        title = _("Who takes charge: %(what)s", what=context.incident_title(facts))
        yield Decision(
            (Strong(title), " (", context.incident_link(facts), ")"),
            _owner_of_incident(context, facts),
            _("at once"),
        )
    others = unassigned[1:]
    if others:
        what = context.lang.ngettext(
            "Who takes charge of %(n)s more open incident",
            "Who takes charge of %(n)s more open incidents",
            len(others),
        )
        names = "; ".join(context.incident_title(facts) for facts in others[:3])
        owners = dict.fromkeys(_owner_of_incident(context, facts) for facts in others)
        yield Decision(
            (Strong(what), f" ({names})"), ", ".join(list(owners)[:2]), _("at once")
        )


def missed_commitments(
    context: LetterContext, missed: Sequence[CommitmentNumbers]
) -> Iterator[Decision]:
    _ = context.lang.gettext
    for row in missed[:_MAX_MISSED]:
        due_at = datetime.fromisoformat(row["due_at"])
        yield Decision(
            (Strong(_("Commitment missed: %(text)s", text=commitment_text(row))),),
            commitment_owner(context, row),
            _("was due %(at)s", at=context.lang.when(due_at)),
        )

    if (rest := len(missed) - _MAX_MISSED) > 0:
        what = context.lang.ngettext(
            "%(n)s more commitment is late",
            "%(n)s more commitments are late",
            rest,
        )
        owners = dict.fromkeys(
            commitment_owner(context, row) for row in missed[_MAX_MISSED:]
        )
        yield Decision((Strong(what),), ", ".join(list(owners)[:2]), _("at once"))


def commitment_text(row: CommitmentNumbers) -> str:
    return one_line(row["text"], _MAX_TEXT_LENGTH)


def commitment_owner(context: LetterContext, row: CommitmentNumbers) -> str:
    """Whose problem it is, else who entered it."""
    if row["owner"] is None:
        return row["made_by"]
    return owner_name(context, row["owner"])


def owner_name(context: LetterContext, owner: OwnerNames) -> str:
    return context.phrases.name(owner["name"], owner["id"])


def cell(context: LetterContext) -> str:
    return context.lang.gettext("Social media cell")


def _owner_of_incident(context: LetterContext, facts: IncidentFacts) -> str:
    numbers = facts.state.numbers
    if numbers is None or numbers.owner is None:
        return cell(context)
    return context.phrases.name(facts.state.owner_names, numbers.owner)


def _single_items(context: LetterContext) -> Iterator[Decision]:
    lang = context.lang
    if count := _unacknowledged(context):
        what = lang.ngettext(
            "Who acknowledges %(n)s open report of danger to life",
            "Who acknowledges %(n)s open reports of danger to life",
            count,
        )
        yield Decision(
            (Strong(what), f" ({_LIST_COMMAND})"),
            cell(context),
            lang.gettext("at once"),
        )


def _unacknowledged(context: LetterContext) -> int:
    """Reports of danger to life that nobody acknowledged; in weeks that earlier
    versions froze, those of them that were incidents of the week."""
    if context.letter is not None and "unacknowledged" in context.letter:
        return context.letter["unacknowledged"]
    return sum(
        row["state"] != "over" and row["acked_at"] is None
        for row in context.single_items
    )


def _figures(context: LetterContext) -> Iterator[Decision]:
    """Figures that cannot all be right, of incidents that are not over."""
    _ = context.lang.gettext
    seen_quantities: set[str] = set()
    for facts in context.incidents:
        situation = context.incident_numbers(facts.incident.id or 0)["situation"]
        for figures in situation["figures"] if situation and not facts.is_over else ():
            if figures["quantity"] in seen_quantities:
                continue
            seen_quantities.add(figures["quantity"])
            owner = figures["owner"]
            words = letter_lead.figures_in_words(context, figures)
            yield Decision(
                (Strong(_("One figure: ")), words),
                owner_name(context, owner) if owner else cell(context),
                _("with the next statement"),
            )


def _approvals(context: LetterContext) -> Iterator[Decision]:
    """Plans, posts and answers that wait for a second person."""
    lang, _ = context.lang, context.lang.gettext
    outreach = context.numbers.get("outreach")
    for step in outreach["due"] if outreach else ():
        if step["kind"] in _APPROVALS:
            day = date.fromisoformat(step["day"])
            due = PendingStep(step["kind"], step["campaign"], step["tag"], day)
            yield Decision(
                (Strong(step_text(due, lang)),), _("An approver"), lang.short_day(day)
            )
    if context.letter is None:
        return
    work = context.letter["work"]
    posts, answers = work["posts_waiting"], work["answers_waiting"]
    if posts["n"]:
        what = lang.ngettext(
            "%(n)s post waits for approval", "%(n)s posts wait for approval", posts["n"]
        )
        yield Decision((Strong(what),), _("An approver"), _due(context, posts))
    if answers["n"]:
        what = lang.ngettext(
            "%(n)s answer waits for approval",
            "%(n)s answers wait for approval",
            answers["n"],
        )
        yield Decision((Strong(what),), _("An approver"), _due(context, answers))


def _due(context: LetterContext, waiting: WaitingApprovals) -> str:
    if waiting["due_at"] is None:
        return context.lang.gettext("at once")
    return context.lang.when(datetime.fromisoformat(waiting["due_at"]))


def _closed_complaints(context: LetterContext) -> Iterator[Decision]:
    if context.letter is None or not context.letter["closed"]:
        return
    owners = [
        context.phrases.name(row["name"], row["id"])
        for row in context.letter["closed_of"]
    ]
    yield closed_complaints(
        context, context.letter["closed"], ", ".join(owners[:2]) or cell(context)
    )


def closed_complaints(context: LetterContext, count: int, who: str) -> Decision:
    """Complaints that are said to be closed without action."""
    lang = context.lang
    what = lang.ngettext(
        "%(n)s mention says that a complaint was closed without action: reopen or "
        "explain",
        "%(n)s mentions say that a complaint was closed without action: reopen or "
        "explain",
        count,
    )
    return Decision((Strong(what),), who, lang.gettext("no date is set"))


def _missed_goals(context: LetterContext) -> Iterator[Decision]:
    """Targets of agreed goals that are not reached; proposals decide nothing."""
    strategy = context.numbers.get("strategy")
    if not strategy or strategy["agreed"] is None:
        return
    figures = {row["id"]: row["now"] for row in context.numbers.get("measures", [])}
    for goal in strategy["goals"].values():
        for measure, target in goal["targets"].items():
            if is_met(target, measure, figures.get(measure)) is False:
                yield _missed_goal(context, goal, measure, figures[measure])


def _missed_goal(
    context: LetterContext, goal: GoalNumbers, measure: str, figure: float | None
) -> Decision:
    lang, target = context.lang, goal["targets"][measure]
    bound = target["at_least"] if target["at_most"] is None else target["at_most"]
    is_share = MEASURES[measure].unit == "share"
    sign = "≥" if target["at_most"] is None else "≤"
    what = lang.gettext(
        "Goal missed: %(measure)s %(figure)s, target %(bound)s",
        measure=kpi_labels.kpi_names(lang)[measure][0],
        figure=" ".join(
            filter(
                None,
                (
                    kpi_labels.figure_text(lang, measure, figure),
                    kpi_labels.unit_label(lang, measure),
                ),
            )
        ),
        bound=f"{sign} {lang.number(bound or 0)}" + ("%" if is_share else ""),
    )
    by = target["by"]
    return Decision(
        (Strong(what),),
        goal["owner"][lang.code],
        lang.month_year(date.fromisoformat(by))
        if by
        else lang.gettext("no date is set"),
    )
