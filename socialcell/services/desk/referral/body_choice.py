"""Which body owns a case: by the dated register, on the day of the citizen's post and
in the area where the problem is."""

from dataclasses import replace

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.desk.model import DeskCase
from socialcell.desk.store import referrals
from socialcell.errors import UsageError
from socialcell.listening.areas.owner_table import (
    OTHER,
    OwnedProblem,
    OwnerFinder,
    OwnerRecord,
)
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import mention_queries
from socialcell.roles import WARD
from socialcell.views.mentions.mention_view import group_values


def find_body(session: Session, case: DeskCase, body: str | None) -> OwnerRecord:
    """The row of the body that a case belongs to, or of the one that a person names, as
    the register was on the day of the post.

    UsageError: the register names no body, or no such body on that day.
    """
    problem = problem_of(session, case)
    rows = owners.list_owners(session)
    finder = OwnerFinder(rows)
    day = problem.day.isoformat()
    if body is None:
        owner = finder.find(problem)
        if owner is None or not owner.owner.startswith(OTHER):
            raise UsageError(
                "deskclosing.no_body",
                number=case.number,
                day=day,
                owner=owner.owner if owner else "none",
            )
        return owner
    row = finder.row_of(body, problem)
    if row is None or not body.startswith(OTHER) or not row.is_valid(problem.day):
        valid = {
            row.owner
            for row in rows
            if row.owner.startswith(OTHER) and row.is_valid(problem.day)
        }
        raise UsageError(
            "deskclosing.no_such_body", body=body, day=day, bodies=sorted(valid)
        )
    return row


def problem_of(session: Session, case: DeskCase) -> OwnedProblem:
    """What says whose a case is: what a person decided of it, then what is understood
    of the mention that it begins with, on the day of that mention."""
    assert case.id is not None
    mention_id = referrals.first_mention(session, case.id)
    row = mention_queries.mention(session, mention_id) if mention_id else None
    day = case.first_contact_at.astimezone(IST).date()
    problem = OwnedProblem(topics=(), named=(), wards=(), day=day)
    if row is not None:
        annotations = mention_queries.annotations(session, [row.id])[row.id]
        problem = owners.problem_of(row, group_values(annotations))
    named = [*problem.named, *([case.place_id] if case.place_id else [])]
    wards = [case.area] if case.area and case.area.startswith(WARD) else problem.wards
    topics = [case.topic, *problem.topics] if case.topic else problem.topics
    return replace(
        problem, topics=list(dict.fromkeys(topics)), named=named, wards=wards
    )
