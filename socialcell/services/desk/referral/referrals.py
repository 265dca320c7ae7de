"""Refer a case to the body that owns it, note what it answers, and take it back.

A referral that is overdue is the other body's: none of the corporation's clocks runs
while a case is referred.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import CaseReferral, DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store import referrals as store
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.listening.areas.owner_table import OWN, OwnerRecord
from socialcell.listening.store import owners
from socialcell.message_catalog import Message
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.answers import (
    answer_channels,
    answer_drafts,
    answer_languages,
)
from socialcell.services.desk.answers.answer_drafts import AnswerDraft
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.referral.body_choice import find_body
from socialcell.text import clean_text

DUE_IN = timedelta(days=7)


@dataclass(frozen=True)
class ReferralResult:
    """A referral: the body, how it is told, and the key of the answer that tells the
    citizens (None: nobody can be written to); `untold` has why by contact."""

    body: str
    name: str
    way: str
    due_at: datetime
    answer: str | None
    untold: Mapping[int, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReferralEntry:
    """A referral as it is listed; `overdue`: the body has not answered in time."""

    case: str
    body: str
    way: str
    made_at: datetime
    due_at: datetime
    overdue: bool
    answered_at: datetime | None
    answer: str | None
    came_back_at: datetime | None


def refer(
    context: Context,
    number: str,
    *,
    body: str | None = None,
    way: str | None = None,
    rev: int | None = None,
) -> ReferralResult:
    """Refer a case to the body that the register names on the day of its post (or to
    `body`), told by `way`, and draft the sentence that tells the citizens.

    CaseChangedError; errors of `require_case`. UsageError: the register names no other
    body, the body does not accept the way, or a case that has ended.
    """
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        owner = find_body(session, case, body)
        chosen = _way(owner, way)
        now, by = context.clock.now(), context.actor.name
        referral = _enter(session, case, owner, chosen, by, now)
        detail = {"body": owner.owner, "way": chosen, "owner_before": case.owner}
        case.owner, case.waits_for = owner.owner, None
        draft = StepDraft("refer", by, to=CaseState.REFERRED, detail=detail)
        enter_step(context, session, case, draft)
        texts, untold = _texts(context, session, case, owner)
        key = _tell(context, session, case, texts, untold)
        due_at = referral.due_at
    return ReferralResult(owner.owner, owner.name_en, chosen, due_at, key, untold)


def _way(owner: OwnerRecord, way: str | None) -> str:
    """How a body is told: the way asked for, or the first that it accepts."""
    if way is None and owner.accepts:
        return owner.accepts[0]
    if way not in owner.accepts:
        raise UsageError(
            "deskclosing.way_not_accepted",
            body=owner.name_en,
            way=way or "",
            ways=list(owner.accepts),
        )
    return way


def _enter(
    session: Session,
    case: DeskCase,
    owner: OwnerRecord,
    way: str,
    by: str,
    now: datetime,
) -> CaseReferral:
    assert case.id is not None
    row = CaseReferral(
        case_id=case.id,
        body=owner.owner,
        way=way,
        made_by=by,
        made_at=now,
        due_at=now + DUE_IN,
    )
    session.add(row)
    return row


@dataclass(frozen=True)
class _Texts:
    """The sentence by language, and the contacts who can read it and be written to."""

    by_language: Mapping[str, str]
    contacts: tuple[int, ...]


def _texts(
    context: Context, session: Session, case: DeskCase, owner: OwnerRecord
) -> tuple[_Texts, dict[int, Message]]:
    """Whom the sentence of the register reaches, and whom it does not, with why. Who
    may be in danger is not sent elsewhere in a fixed sentence."""
    texts = owner.referral()
    reached: list[int] = []
    untold: dict[int, Message] = {}
    for contact in cases.contacts_of(session, [case.id or 0]):
        id_ = contact.id or 0
        language = answer_languages.key_of(contact)
        ways = answer_channels.ways_to_answer(context, session, contact)
        if case.priority == "P0":
            untold[id_] = Message("deskclosing.in_danger", {"contact": id_})
        elif language not in texts:
            untold[id_] = Message(
                "deskclosing.no_sentence_in", {"contact": id_, "language": language}
            )
        elif ways.find("private") or ways.find("public"):
            reached.append(id_)
        else:
            why = ways.closed[0] if ways.closed else contact.channel
            untold[id_] = _unreached(id_, why)
    return _Texts(texts, tuple(reached)), untold


def _tell(
    context: Context,
    session: Session,
    case: DeskCase,
    texts: _Texts,
    untold: dict[int, Message],
) -> str | None:
    """Draft the sentence for whom it reaches; the answer's key. Where it may not be
    said now, `untold` has why: the case is referred all the same."""
    if not texts.contacts:
        return None
    draft = AnswerDraft(texts=texts.by_language, contacts=texts.contacts)
    try:
        with session.begin_nested():
            return answer_drafts.draft_in(context, session, case, draft).key
    except UsageError as error:
        untold.update({id_: _unreached(id_, error.message) for id_ in texts.contacts})
        return None


def _unreached(contact: int, reason: Message | str) -> Message:
    return Message(
        "deskclosing.contact_unreached", {"contact": contact, "reason": reason}
    )


def enter_body_answer(
    context: Context, number: str, answer: str, rev: int | None = None
) -> None:
    """Note what the body answered. The case stays referred: it is claimed done with
    evidence, or taken back. UsageError: it is not referred, or an empty answer."""
    text = clean_text(answer).strip()
    if not text:
        raise UsageError("deskclosing.empty_body_answer")
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        referral = _current(session, case)
        referral.answered_at, referral.answer = context.clock.now(), text
        detail = {"body": referral.body}
        draft = StepDraft(
            "body_answer", context.actor.name, evidence=text, detail=detail
        )
        enter_step(context, session, case, draft)


def come_back(
    context: Context, number: str, owner: str, reason: str, rev: int | None = None
) -> None:
    """Take a referred case back, for a department. UsageError: it is not referred, no
    such department, or no reason."""
    text = clean_text(reason).strip()
    if not text:
        raise UsageError("deskclosing.no_reason")
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        referral = _current(session, case)
        _require_department(session, owner)
        referral.came_back_at = context.clock.now()
        case.owner = owner
        detail = {"body": referral.body, "owner": owner}
        draft = StepDraft(
            "come_back",
            context.actor.name,
            reason=text,
            to=CaseState.ASSIGNED,
            detail=detail,
        )
        enter_step(context, session, case, draft)


def list_referrals(
    context: Context, *, overdue: bool = False, all_: bool = False
) -> list[ReferralEntry]:
    """Referrals that wait for their body, the first due first; those that are overdue;
    or `all_` that were ever made."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = store.list_referrals(
            session, open_only=not all_, due_before=now if overdue else None
        )
        return [
            ReferralEntry(
                case=case.number,
                body=referral.body,
                way=referral.way,
                made_at=referral.made_at,
                due_at=referral.due_at,
                overdue=_is_open(referral) and referral.due_at <= now,
                answered_at=referral.answered_at,
                answer=referral.answer,
                came_back_at=referral.came_back_at,
            )
            for referral, case in rows
        ]


def _is_open(referral: CaseReferral) -> bool:
    return referral.answered_at is None and referral.came_back_at is None


def _current(session: Session, case: DeskCase) -> CaseReferral:
    """The referral of a case that is referred. UsageError: it is not."""
    assert case.id is not None
    referral = store.newest_referral(session, case.id)
    if case.state != CaseState.REFERRED or referral is None:
        raise UsageError(
            "deskclosing.not_referred", number=case.number, state=case.state
        )
    return referral


def _require_department(session: Session, owner: str) -> None:
    ids = [id_ for id_ in owners.list_ids(session) if id_.startswith(OWN)]
    if owner not in ids:
        raise UsageError("deskclosing.no_such_department", owner=owner, departments=ids)
