"""The measures of cases, K2 to K8, of a week beside those of the week before."""

from collections.abc import Mapping

from sqlmodel import Session

from socialcell.desk.store import case_figures
from socialcell.desk.working_time import WorkingTime
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.compared_figures import Figure, Measure, measure, share
from socialcell.reports.kpis.case_counts import WeekOfCases
from socialcell.reports.named_counts import Names
from socialcell.reports.week_numbers import CaseNumbers

NO_CASES = "cases"
"""Why nothing is known of a week before the first case."""
MEASURED = (
    "cases_opened",
    "first_answer",
    "registered",
    "confirmed",
    "overdue",
    "false_closure",
    "referred",
)


def count_cases(
    session: Session, week: TimeSpan, working: WorkingTime, names: Mapping[str, Names]
) -> CaseNumbers | None:
    """The numbers of cases of a week; None where it was over before the first case.
    `names` are those of owners, bodies and areas, by id."""
    if not case_figures.is_any_case(session, week.end):
        return None
    return WeekOfCases(session, week, working).numbers(names)


def measure_cases(
    session: Session,
    week: TimeSpan,
    before: TimeSpan,
    working: WorkingTime,
    mentions: Figure,
) -> dict[str, Measure]:
    """K2 to K8: each week as it was at its own end. Counts are compared only with a
    week in which the desk was in use from its beginning."""
    if not case_figures.is_any_case(session, week.end):
        return {name: measure(reason=NO_CASES) for name in MEASURED}
    now = WeekOfCases(session, week, working)
    then = WeekOfCases(session, before, working)
    is_comparable = case_figures.is_any_case(session, before.start)
    n = len(now.opened)
    per: list[str | float] = ["opened", n]
    if mentions["n"]:
        per = ["per_mentions", n, mentions["n"]]
    return {
        "cases_opened": measure(n, len(then.opened) if is_comparable else None, per),
        "first_answer": _first_answer(now, then),
        "registered": _share(
            (now.registered["in_time"], now.registered["n"]),
            (then.registered["in_time"], then.registered["n"]),
            "complaints",
            "no_complaint",
        ),
        "confirmed": _share(
            (now.outcomes["confirmed"], now.outcomes["n"]),
            (then.outcomes["confirmed"], then.outcomes["n"]),
            "cases",
            "no_cohort",
        ),
        "overdue": measure(
            now.overdue["n"],
            then.overdue["n"] if is_comparable else None,
            ["open", now.overdue["n"], now.overdue["open"]],
        ),
        "false_closure": _share(
            now.sampled[:2], then.sampled[:2], "sampled", "no_sample"
        ),
        "referred": _share(
            (now.passed_on_soon, len(now.referrals)),
            (then.passed_on_soon, len(then.referrals)),
            "cases",
            "no_referral",
        ),
    }


def _first_answer(now: WeekOfCases, then: WeekOfCases) -> Measure:
    answers = now.answers
    reason = None
    if now.median_minutes is None:
        reason = "unanswered" if answers["n"] else "no_case"
    basis: list[str | float] = ["answered", answers["answered"], answers["n"]]
    return measure(now.median_minutes, then.median_minutes, basis, reason=reason)


def _share(
    now: tuple[int, int], then: tuple[int, int], kind: str, nothing: str
) -> Measure:
    reason = None if now[1] else nothing
    return measure(share(*now), share(*then), [kind, *now], reason=reason)
