"""Merge cases that are one, undo it within 30 days, and split what is not one."""

from datetime import timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import CaseContact, CaseStep, DeskCase
from socialcell.desk.store import cases, duplicates, leases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_access, case_leases, case_steps

UNDONE_WITHIN = timedelta(days=30)
# What is not known of a case it takes from one that is merged into it; what stands in
# one line is one thing.
_LENT = (("latitude", "longitude"), ("place", "place_id"), ("area",), ("owner",))
_NOT_KNOWN = {"place": ""}


def merge(
    context: Context, number: str, into: str, reason: str = "", rev: int | None = None
) -> None:
    """Merge a case into another one, which keeps its number and takes the contacts of
    both; `rev` is that of the merged one. Audited.

    UsageError: the same case twice, or one that is not open. SocialcellError: somebody
    else works on one of them. Errors of `case_access.require_case`, for both.
    """
    with db.writing(context.engine) as session:
        case, into_case = cases.lock_pair(session, number, into, rev)
        for each in (case, into_case):
            case_access.require_case(context, session, Permission.TRIAGE, each)
        merge_locked(context, session, into_case, case, reason)


def merge_locked(
    context: Context, session: Session, into: DeskCase, case: DeskCase, reason: str
) -> None:
    """Merge a case into another one; both are locked, and TRIAGE of both was asked."""
    assert into.id is not None
    assert case.id is not None
    for each in (case, into):
        if CaseState(each.state) not in OPEN_STATES:
            raise UsageError("deskcases.not_open", number=each.number, state=each.state)
        case_leases.require_free(context, session, each)
    now, by = context.clock.now(), context.actor.name
    contacts = cases.contacts_of(session, [case.id])
    moved = [contact.id for contact in contacts]
    for contact in contacts:
        contact.case_id = into.id
    before: JsonObject = {"priority": into.priority}
    into.priority = min(into.priority, case.priority)
    into.suggested_priority = min(into.suggested_priority, case.suggested_priority)
    into.first_contact_at = min(into.first_contact_at, case.first_contact_at)
    case.merged_into, case.merged_at = into.id, now
    lent = _lend(case, into)
    detail: JsonObject = {"case": case.number, "contacts": moved, "before": before}
    case_steps.enter_step(
        context, session, into, StepDraft("merge", by, reason, detail=detail)
    )
    away = StepDraft(
        "merge",
        by,
        reason,
        to=CaseState.DUPLICATE,
        detail={"into": into.number, "contacts": moved, "lent": lent},
    )
    case_steps.enter_step(context, session, case, away)
    leases.end_lease(session, case.id)
    suggestion = duplicates.suggestion_of(session, case.id, into.id)
    if suggestion is not None and suggestion.decision is None:
        suggestion.decision, suggestion.decided_by = "joined", by
        suggestion.decided_at = now
    duplicates.move_undecided(session, case.id, into.id, now)
    audit.append(
        session, context.actor, "case.merge", case.number, {"into": into.number}, now
    )


def unmerge(
    context: Context, number: str, reason: str = "", rev: int | None = None
) -> None:
    """Undo the merge of a case, within 30 days: its contacts come back with all that
    they wrote since, and its state is what it was. Audited.

    UsageError: it is not merged, the time is over, the other case has ended, or its
    contacts are in other cases by now. Errors of `case_access.require_case`, for both.
    """
    with db.writing(context.engine) as session:
        merged = cases.find_case(session, number)
        if merged.merged_into is None or merged.merged_at is None:
            raise UsageError("deskcases.not_merged", number=merged.number)
        into_number = session.get_one(DeskCase, merged.merged_into).number
        case, into = cases.lock_pair(session, number, into_number, rev)
        assert case.id is not None
        assert into.id is not None
        if case.merged_into != into.id or case.merged_at is None:
            raise UsageError("deskcases.not_merged", number=case.number)
        for each in (case, into):
            case_access.require_case(context, session, Permission.TRIAGE, each)
        case_leases.require_free(context, session, into)
        now, by = context.clock.now(), context.actor.name
        if case.merged_at + UNDONE_WITHIN <= now:
            raise UsageError(
                "deskcases.merged_long_ago", number=case.number, days=UNDONE_WITHIN.days
            )
        step = _last_merge(session, case)
        merged_ids = step.detail["contacts"]
        assert isinstance(merged_ids, list)
        contacts = [
            contact
            for contact in cases.contacts_of(session, [into.id])
            if contact.id in merged_ids
        ]
        if merged_ids and not contacts:
            raise UsageError(
                "deskcases.contacts_gone", number=case.number, other=into.number
            )
        for contact in contacts:
            contact.case_id = case.id
        moved = [contact.id for contact in contacts]
        _take_back(case, into, step)
        case.merged_into = case.merged_at = None
        case_steps.enter_step(
            context,
            session,
            case,
            StepDraft(
                "unmerge",
                by,
                reason,
                to=CaseState(step.from_state),
                detail={"from": into.number, "contacts": moved},
            ),
        )
        detail: JsonObject = {"case": case.number, "contacts": moved}
        case_steps.enter_step(
            context, session, into, StepDraft("unmerge", by, reason, detail=detail)
        )
        suggestion = duplicates.suggestion_of(session, case.id, into.id)
        if suggestion is not None:
            suggestion.decision, suggestion.decided_by = "different", by
            suggestion.decided_at = now
        audit.append(
            session,
            context.actor,
            "case.unmerge",
            case.number,
            {"from": into.number},
            now,
        )


def split(
    context: Context,
    number: str,
    contact_id: int,
    reason: str = "",
    rev: int | None = None,
) -> str:
    """Give one contact of a case, with all that belongs to it, a case of its own; its
    number.

    UsageError: no such contact in the case, it is the only one, or the case is not
    open. Errors of `case_access.require_case`.
    """
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        case_access.require_case(context, session, Permission.TRIAGE, case)
        case_leases.require_free(context, session, case)
        if CaseState(case.state) not in OPEN_STATES:
            raise UsageError("deskcases.not_open", number=case.number, state=case.state)
        assert case.id is not None
        contacts = cases.contacts_of(session, [case.id])
        contact = next((each for each in contacts if each.id == contact_id), None)
        if contact is None:
            raise UsageError(
                "deskcases.no_such_contact", number=case.number, contact=contact_id
            )
        if len(contacts) == 1:
            raise UsageError("deskcases.only_contact", number=case.number)
        new = _own_case(context, session, case, contact)
        detail: JsonObject = {"case": new.number, "contacts": [contact_id]}
        step = StepDraft("split", context.actor.name, reason, detail=detail)
        case_steps.enter_step(context, session, case, step)
        return new.number


def _own_case(
    context: Context, session: Session, case: DeskCase, contact: CaseContact
) -> DeskCase:
    """A new case of the same problem for a contact of another one."""
    now = context.clock.now()
    first = contact.last_heard_at or contact.added_at
    new = DeskCase(
        number=cases.next_number(session, now),
        kind=case.kind,
        topic=case.topic,
        service=case.service,
        priority=case.priority,
        suggested_priority=case.suggested_priority,
        area=case.area,
        place=case.place,
        place_id=case.place_id,
        owner=case.owner,
        team=case.team,
        rev=0,
        opened_by=context.actor.name,
        opened_from=case.opened_from,
        opened_at=now,
        first_contact_at=min(cases.first_heard(session, contact) or first, now),
    )
    session.add(new)
    session.flush()
    assert new.id is not None
    assert case.id is not None
    contact.case_id = new.id
    detail: JsonObject = {"split_from": case.number, "contacts": [contact.id]}
    step = StepDraft("open", context.actor.name, detail=detail)
    case_steps.enter_step(context, session, new, step)
    now_decided = context.actor.name
    duplicates.add_decision(session, new.id, case.id, "different", now_decided, now)
    return new


def _lend(case: DeskCase, into: DeskCase) -> list[JsonValue]:
    """Tell the other case what it does not know; the names of those fields."""
    lent: list[JsonValue] = []
    for names in _LENT:
        if getattr(into, names[0]) or not getattr(case, names[0]):
            continue
        for name in names:
            setattr(into, name, getattr(case, name))
            lent.append(name)
    return lent


def _take_back(case: DeskCase, into: DeskCase, step: CaseStep) -> None:
    """What was known from the other case alone, and that nobody has changed since, is
    not known any more."""
    lent = step.detail.get("lent")
    for name in map(str, lent if isinstance(lent, list) else ()):
        if getattr(into, name) == getattr(case, name):
            setattr(into, name, _NOT_KNOWN.get(name))


def _last_merge(session: Session, case: DeskCase) -> CaseStep:
    """The step by which a case was merged into the one that it is in."""
    assert case.id is not None
    steps = cases.steps_of(session, case.id)
    return next(
        step
        for step in reversed(steps)
        if step.kind == "merge" and "into" in step.detail
    )
