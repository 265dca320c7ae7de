"""Requests of persons: received with a clock, checked, shown, refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db, i18n
from socialcell.clock import in_pune
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people import accounts
from socialcell.ops import audit
from socialcell.registers.model import RightsAccount, RightsRequest, RightsStep
from socialcell.registers.request_rules import (
    IDENTIFIED,
    OF_A_CHILD,
    OF_ACCOUNTS,
    Channel,
    OnBehalf,
    Refusal,
    RequestKind,
)
from socialcell.registers.store import requests as store
from socialcell.roles import Permission
from socialcell.services import access_log, pseudonyms, working_calendar
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.privacy import data_requests, nominations, request_secrets
from socialcell.services.privacy.nominations import NomineeOnFile
from socialcell.services.privacy.request_clock import (
    ClockState,
    clock_state,
    request_times,
)
from socialcell.services.privacy.request_secrets import AccountSecret, RequestSecrets
from socialcell.text import clean_text

_LONGEST = 4000  # characters of what a person wrote
_SHORTEST_NOTE = 20
_LIST_LIMIT = 200


@dataclass(frozen=True)
class NamedAccount:
    """An account that a request is about, by number or handle."""

    platform: str
    uid: str | None = None
    handle: str | None = None


@dataclass(frozen=True)
class RequestDraft:
    """A request as it came. `received_at`: when; None: now."""

    kind: RequestKind
    channel: Channel
    secrets: RequestSecrets
    accounts: Sequence[NamedAccount] = ()
    on_behalf: OnBehalf = "self"
    is_child: bool = False
    language: str = "mr"
    received_at: datetime | None = None
    citizen: str | None = None


@dataclass(frozen=True)
class RequestLine:
    """A request without what it says of the person. `clock` is None once answered."""

    number: str
    kind: str
    on_behalf: str
    is_child: bool
    channel: str
    language: str
    state: str
    received_at: datetime
    due_at: datetime
    stop_at: datetime
    clock: ClockState | None
    outcome: str | None
    refusal: str | None
    answered_at: datetime | None
    receipt: JsonObject | None
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestStepLine:
    """A step of a request: what, by whom, when, and our note."""

    kind: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class ShownRequest:
    """A request with its steps; `secrets`, `named` and `answer` only where they were
    asked for and are not forgotten. `nominees` are those on file, when a nominee asks:
    it must be the same person."""

    line: RequestLine
    steps: tuple[RequestStepLine, ...]
    secrets: RequestSecrets | None = None
    named: tuple[NamedAccount, ...] = ()
    answer: str | None = None
    nominees: tuple[NomineeOnFile, ...] = ()


def receive_request(context: Context, draft: RequestDraft) -> RequestLine:
    """Enter a request; its clock runs from when it was received. Audited.

    UsageError: no account where the kind needs one, no such platform, a moment that is
    to come, no name, words that are too long. SocialcellError: what a child may not ask
    alone, or a nominee at all. Errors of `permissions.require` and of the desk's key.
    """
    now = context.clock.now()
    received_at = draft.received_at or now
    _require_whole(draft, received_at, now)
    for account in draft.accounts:
        data_requests.require_platform(context, account.platform)
    settings = context.workspace.config.privacy
    times = request_times(
        received_at,
        settings.answer_days,
        settings.stop_days,
        working_calendar.load(context),
    )
    people = pseudonyms.load_people(context)
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = RightsRequest(
            number=store.next_number(session, now),
            kind=draft.kind,
            on_behalf=draft.on_behalf,
            is_child=draft.is_child,
            channel=draft.channel,
            language=draft.language,
            citizen=draft.citizen,
            sealed=request_secrets.seal_request(context, draft.secrets),
            received_at=received_at,
            due_at=times.due_at,
            stop_at=times.stop_at,
            made_by=context.actor.name,
            made_at=now,
        )
        session.add(row)
        session.flush()
        for account in draft.accounts:
            _add_account(context, session, people, row, account)
        enter_step(context, session, row, "received")
        return _line(session, row, now)


def identify(context: Context, number: str, how: str) -> RequestLine:
    """Note how it was made sure that the account is theirs. Audited.

    UsageError: the note is too short, or the request is answered. SocialcellError: a
    nominee whom nobody named.
    """
    note = _note(how)
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = lock_open(session, number)
        nominations.require_nomination(session, row)
        row.state = "identity_checked"
        enter_step(context, session, row, "identity_checked", note)
        return _line(session, row, context.clock.now())


def refuse(context: Context, number: str, reason: Refusal, words: str) -> RequestLine:
    """Answer a request with no, and why in words for the person. Audited.

    UsageError: words that are too short, or the request is answered.
    """
    text = _note(words)
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = lock_open(session, number)
        row.refusal = reason
        close(context, session, row, "refused", text)
        return _line(session, row, context.clock.now())


def list_requests(
    context: Context, *, only_open: bool = True, limit: int = _LIST_LIMIT
) -> list[RequestLine]:
    """Requests by their clocks, without what they say of anybody."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.READ_AUDIT, ())
        rows = store.list_requests(session, only_open=only_open, limit=limit)
        return [_line(session, row, now) for row in rows]


def show_request(
    context: Context, number: str, *, reveal: bool = False
) -> ShownRequest:
    """One request with its steps. With `reveal` also names, words, accounts and the
    answer, for who may erase; it stands in the access log before it is seen."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        needed = Permission.ERASE if reveal else Permission.READ_AUDIT
        permissions.require(context, session, needed, ())
        row = store.find_request(session, number)
        assert row.id is not None
        steps = tuple(
            RequestStepLine(step.kind, step.by, step.at, step.note)
            for step in store.steps_of(session, row.id)
        )
        line = _line(session, row, now)
        if not reveal:
            return ShownRequest(line, steps)
        access_log.note_access(context, session, "request", row.number, records=1)
        rows = store.accounts_of(session, row.id)
        secrets = [
            (account.platform, request_secrets.unseal_account(context, account))
            for account in rows
        ]
        return ShownRequest(
            line,
            steps,
            request_secrets.unseal_request(context, row),
            tuple(
                NamedAccount(platform, secret.uid, secret.handle)
                for platform, secret in secrets
                if secret is not None
            ),
            request_secrets.unseal_text(context, row.answer) or None,
            nominations.nominees_on_file(context, session, rows)
            if row.on_behalf == "nominee"
            else (),
        )


def lock_open(session: Session, number: str) -> RightsRequest:
    """A request that is not answered, locked. UsageError: there is none, or it is."""
    row = store.lock_request(session, number)
    if row.answered_at is not None:
        raise UsageError(
            "registers.answered_before", number=row.number, at=in_pune(row.answered_at)
        )
    return row


def close(
    context: Context, session: Session, row: RightsRequest, outcome: str, words: str
) -> None:
    """A locked request is answered with these words, now."""
    row.state, row.outcome = "answered", outcome
    row.answer = request_secrets.seal_text(context, words) if words else None
    row.answered_by, row.answered_at = context.actor.name, context.clock.now()
    enter_step(context, session, row, "answered", row.refusal or "")


def enter_step(
    context: Context,
    session: Session,
    row: RightsRequest,
    kind: str,
    note: str = "",
) -> None:
    """Enter a step of a request, and its row in the audit log, without the person."""
    now = context.clock.now()
    assert row.id is not None
    step = RightsStep(
        request_id=row.id, kind=kind, by=context.actor.name, at=now, note=note
    )
    session.add(step)
    session.flush()
    detail: JsonObject = {"kind": row.kind, "outcome": row.outcome}
    action = f"request.{kind}"
    audit.append(session, context.actor, action, row.number, detail, now)


def line_of(context: Context, session: Session, row: RightsRequest) -> RequestLine:
    """A request as it is listed."""
    return _line(session, row, context.clock.now())


def _line(session: Session, row: RightsRequest, now: datetime) -> RequestLine:
    assert row.id is not None
    named = store.accounts_of(session, row.id)
    is_open = row.answered_at is None
    return RequestLine(
        number=row.number,
        kind=row.kind,
        on_behalf=row.on_behalf,
        is_child=row.is_child,
        channel=row.channel,
        language=row.language,
        state=row.state,
        received_at=row.received_at,
        due_at=row.due_at,
        stop_at=row.stop_at,
        clock=clock_state(row.due_at, row.stop_at, now) if is_open else None,
        outcome=row.outcome,
        refusal=row.refusal,
        answered_at=row.answered_at,
        receipt=row.receipt,
        accounts=tuple(f"{account.platform}:{account.person}" for account in named),
    )


def _require_whole(draft: RequestDraft, received_at: datetime, now: datetime) -> None:
    if received_at > now:
        raise UsageError("registers.received_in_the_future", at=in_pune(received_at))
    if draft.language not in i18n.CODES:
        raise UsageError("registers.no_such_language", language=draft.language)
    if draft.kind in OF_ACCOUNTS and not draft.accounts:
        raise UsageError("registers.account_needed", kind=draft.kind)
    for account in draft.accounts:
        if not account.uid and not account.handle:
            raise UsageError("privacy.nobody_named")
    secrets = draft.secrets
    if not secrets.name.strip():
        raise UsageError("registers.name_needed")
    if draft.on_behalf != "self" and not secrets.authority.strip():
        raise UsageError("registers.authority_needed", on_behalf=draft.on_behalf)
    if draft.kind == "nomination" and not secrets.nominee.strip():
        raise UsageError("registers.nominee_needed")
    if len(secrets.words) > _LONGEST:
        raise UsageError("registers.words_too_long", limit=_LONGEST)
    if draft.kind == "nomination" and draft.on_behalf == "nominee":
        raise SocialcellError("registers.nominee_nomination")
    if not draft.is_child:
        return
    if draft.kind == "nomination" or draft.on_behalf == "nominee":
        raise SocialcellError("registers.child_nomination")
    if draft.on_behalf == "self" and draft.kind not in OF_A_CHILD:
        raise SocialcellError("registers.child_alone", kind=draft.kind)


def _add_account(
    context: Context,
    session: Session,
    people: People,
    row: RightsRequest,
    named: NamedAccount,
) -> None:
    uid = data_requests.account_id(named.platform, named.uid)
    account = accounts.find(session, named.platform, uid, named.handle)
    person = data_requests.pseudonym_of(people, account)
    assert row.id is not None
    present = {
        (other.platform, other.person) for other in store.accounts_of(session, row.id)
    }
    if (named.platform, person) in present:
        return
    # The number is kept with the handle, so that an erasure that was interrupted finds
    # the same account again when the rows that join both are gone.
    numbers = [number for number in account.uids if not number.startswith("@")]
    handle = named.handle.lstrip("@") if named.handle else None
    secret = AccountSecret(uid or next(iter(numbers), None), handle)
    session.add(
        RightsAccount(
            request_id=row.id,
            platform=named.platform,
            person=person,
            sealed=request_secrets.seal_account(context, secret),
        )
    )
    session.flush()


def require_identified(row: RightsRequest) -> None:
    """SocialcellError: the kind needs that the account is known to be theirs."""
    if row.kind in IDENTIFIED and row.state == "received":
        raise SocialcellError("registers.not_identified", number=row.number)


def _note(text: str) -> str:
    note = clean_text(text).strip()
    if not _SHORTEST_NOTE <= len(note) <= _LONGEST:
        raise UsageError(
            "registers.note_length", shortest=_SHORTEST_NOTE, longest=_LONGEST
        )
    return note
