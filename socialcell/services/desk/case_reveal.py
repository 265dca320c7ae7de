"""Who is behind a conversation: shown to the assignee of an open case, with a reason,
for a limited time; every look is in the audit log."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.model import CaseContact, CaseStep, DeskCase
from socialcell.desk.store import case_secrets as secret_store
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonValue, as_text, as_whole
from socialcell.listening.people import reveal_rules
from socialcell.listening.people.reveal_rules import Case, RevealRefused, RevealRequest
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people import reveals
from socialcell.listening.store.people.reveals import Revealed
from socialcell.roles import Permission
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk import case_access, case_secrets, case_steps

DEFAULT_SPAN = timedelta(hours=1)
_STEP = "reveal"


@dataclass(frozen=True)
class RevealedContact:
    """Who a contact is, until a moment: the account that wrote, where there is one,
    what was given to be reached, as (kind, text), and where the posts stand that were
    written, as (mention, address)."""

    contact_id: int
    until: datetime
    account: Revealed | None
    secrets: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[int, str], ...]


def reveal(
    context: Context,
    number: str,
    contact_id: int,
    reason: str,
    lasts: timedelta = DEFAULT_SPAN,
    rev: int | None = None,
) -> RevealedContact:
    """Show who a contact is; a step of the case, and audited in the same transaction.

    RevealRefused: a closed case, a reason that is too short, too long a time.
    UsageError: no such contact, or nobody known behind it. SocialcellError: the actor
    is not the assignee, or has no role for it.
    """
    people = pseudonyms.load_people(context)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        contact = _contact(session, case, contact_id)
        _require_assignee(context, session, case)
        mention = secret_store.newest_mention(session, contact_id)
        detail: dict[str, JsonValue] = {"contact": contact_id}
        account: Revealed | None = None
        # The rules are the same where there is no post, but only what was given.
        request = RevealRequest(context.actor.name, mention or 0, reason, lasts)
        facts = Case(case.number, case.state in OPEN_STATES, {request.mention_id})
        until = reveal_rules.until(request, facts, now)
        if mention is not None:
            account = reveals.grant(session, people, request, facts, now)
            subject = case_secrets.subject_of(case, contact)
            shown_reason = people.masked(contact.channel, reason, account)
            access_log.note_access(
                context, session, "reveal", subject, records=1, reason=shown_reason
            )
            detail["grant"] = account.grant
        addresses = secret_store.addresses_of(session, contact_id)
        secrets = case_secrets.unsealed(context, session, case, contact)
        if account is None and not secrets:
            raise UsageError("desk.nobody_known", number=number)
        step = StepDraft(
            _STEP,
            context.actor.name,
            reason=people.masked(contact.channel, reason, account),
            detail=detail | {"until": until.isoformat()},
        )
        case_steps.enter_step(context, session, case, step)
        return RevealedContact(
            contact_id, until, account, tuple(secrets), tuple(addresses)
        )


def look_again(context: Context, number: str, contact_id: int) -> RevealedContact:
    """The same again while the time, the case, the assignment and the role last; each
    look is logged. RevealRefused and SocialcellError when one of them has ended; the
    refusal is logged, too."""
    people = pseudonyms.load_people(context)
    try:
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            contact = _contact(session, case, contact_id)
            _require_assignee(context, session, case)
            return _look(context, session, people, case, contact)
    except SocialcellError as refusal:
        with db.writing(context.engine) as session:
            secret_store.log_refusal(
                session,
                context.actor,
                number,
                contact_id,
                refusal.message.code,
                context.clock.now(),
            )
        raise


def _look(
    context: Context,
    session: Session,
    people: People,
    case: DeskCase,
    contact: CaseContact,
) -> RevealedContact:
    now = context.clock.now()
    assert case.id is not None
    assert contact.id is not None
    step = _newest_reveal(session, case.id, contact.id, context.actor.name)
    if step is None:
        raise RevealRefused("privacy.no_such_permission")
    until = datetime.fromisoformat(as_text(step.detail["until"]))
    if now >= until or case.state not in OPEN_STATES:
        raise RevealRefused("privacy.permission_ended")
    account: Revealed | None = None
    if "grant" in step.detail:
        facts = Case(case.number, is_open=True, mentions=frozenset())
        grant = as_whole(step.detail["grant"])
        name = context.actor.name
        account = reveals.look_again(session, people, grant, name, facts, now)
        subject = case_secrets.subject_of(case, contact)
        access_log.note_access(context, session, "look", subject, records=1)
    secrets = case_secrets.unsealed(context, session, case, contact)
    addresses = secret_store.addresses_of(session, contact.id)
    return RevealedContact(contact.id, until, account, tuple(secrets), tuple(addresses))


def _newest_reveal(
    session: Session, case_id: int, contact_id: int, operator: str
) -> CaseStep | None:
    for step in reversed(cases.steps_of(session, case_id)):
        is_own = step.kind == _STEP and step.by == operator
        if is_own and step.detail.get("contact") == contact_id:
            return step
    return None


def _contact(session: Session, case: DeskCase, contact_id: int) -> CaseContact:
    contact = secret_store.contact_in(session, case, contact_id)
    if contact is None:
        raise UsageError("desk.no_such_contact", contact=contact_id, number=case.number)
    return contact


def _require_assignee(context: Context, session: Session, case: DeskCase) -> None:
    operator = case_access.require_case(context, session, Permission.REVEAL, case)
    if case.assignee != operator:
        raise SocialcellError("desk.not_the_assignee", number=case.number)
