"""Carry out a person's request on every account that it names, and answer it.

An answer that is interrupted is given again by the same command: what is done is done
once, and the receipt counts all of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.json_types import DocumentValue, JsonObject, as_object, as_whole
from socialcell.ops import audit, consent_ledger
from socialcell.registers.model import RightsAccount, RightsNominee, RightsRequest
from socialcell.registers.store import requests as store
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.operators import permissions
from socialcell.services.privacy import (
    data_requests,
    nominations,
    person_requests,
    request_secrets,
)
from socialcell.services.privacy.person_requests import RequestLine
from socialcell.services.privacy.request_secrets import AccountSecret
from socialcell.text import clean_text

_FROM = "audit_from"  # in a receipt: the audit log's head when an erasure began
_COUNTED = ("mentions", "raw_items", "in_others", "contacts", "waiting")
# What is counted before it goes, so that whoever is interrupted counts it again.
_COUNTED_AGAIN = "public_people"
PersonalDocument = dict[str, DocumentValue]


@dataclass(frozen=True)
class RequestAnswer:
    """A request that was answered, or goes on: then `waits` says what holds it up.
    `stays_public` are ids of entries of people.csv that an erasure has left."""

    line: RequestLine
    waits: str | None = None
    stays_public: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Target:
    """An account of a request, as it was named."""

    id: int
    platform: str
    person: str
    secret: AccountSecret
    is_done: bool


def answer_request(
    context: Context,
    number: str,
    words: str = "",
    deliver: Callable[[PersonalDocument], None] | None = None,
) -> RequestAnswer:
    """Carry out a request and answer it; `words` are what the person is told. Audited.

    An access request hands all that is held of its accounts, unmasked, to `deliver`
    before it counts as answered. UsageError: it is answered, or words or `deliver` are
    missing where the kind needs them; SocialcellError: nobody checked whose the account
    is, or it named no nominee. Errors of `erase_account` and `export_account`.
    """
    text = clean_text(words).strip()
    kind, targets = _begin(context, number, text, has_place=deliver is not None)
    if kind == "access" and deliver is not None:
        deliver(_export(context, number, targets))
    waits: str | None = None
    stays: tuple[str, ...] = ()
    if kind == "erasure":
        waits, stays = _erase(context, targets)
    with db.writing(context.engine) as session:
        row = person_requests.lock_open(session, number)
        if waits is None:
            if kind == "withdrawal":
                _withdraw(context, session, targets)
            if kind == "nomination":
                _nominate(context, session, row, targets)
            row.receipt = _receipt(session, row, targets)
            person_requests.close(context, session, row, "done", text)
        line = person_requests.line_of(context, session, row)
    return RequestAnswer(line, waits, stays)


def _begin(
    context: Context, number: str, words: str, *, has_place: bool
) -> tuple[str, Sequence[_Target]]:
    """The request is in progress from now on, if it may be; its accounts."""
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = person_requests.lock_open(session, number)
        person_requests.require_identified(row)
        if row.kind in ("correction", "grievance") and not words:
            raise UsageError("registers.words_needed", kind=row.kind)
        if row.kind == "access" and not has_place:
            raise UsageError("registers.file_needed")
        if row.state != "in_progress":
            # An erasure that goes on has ended the nomination already.
            nominations.require_nomination(session, row)
            row.state = "in_progress"
            row.receipt = {_FROM: audit.head(session).seq}
            person_requests.enter_step(context, session, row, "in_progress")
        assert row.id is not None
        return row.kind, [
            _target(context, account) for account in store.accounts_of(session, row.id)
        ]


def _target(context: Context, row: RightsAccount) -> _Target:
    secret = request_secrets.unseal_account(context, row)
    assert row.id is not None
    assert secret is not None  # forgotten a year after the answer, not before it
    return _Target(row.id, row.platform, row.person, secret, row.done_at is not None)


def _export(
    context: Context, number: str, targets: Sequence[_Target]
) -> PersonalDocument:
    """All that is held of the accounts, the person's requests to us, and whom they
    named."""
    documents = [
        data_requests.export_account(
            context, target.platform, target.secret.uid, target.secret.handle
        )
        for target in targets
    ]
    with db.reading(context.engine) as session:
        requests = {
            row.number: {
                "number": row.number,
                "kind": row.kind,
                "received_at": row.received_at,
                "answered_at": row.answered_at,
                "outcome": row.outcome,
            }
            for target in targets
            for row in store.requests_of_person(
                session, target.platform, [target.person]
            )
        }
        row = store.find_request(session, number)
        assert row.id is not None
        on_file = nominations.nominees_on_file(
            context, session, store.accounts_of(session, row.id)
        )
    return {
        "request": number,
        "accounts": documents,
        "requests": [requests[key] for key in sorted(requests)],
        "nominees": [
            {
                "platform": entry.platform,
                "nominee": entry.nominee,
                "since": entry.since,
            }
            for entry in on_file
        ],
    }


def _erase(
    context: Context, targets: Sequence[_Target]
) -> tuple[str | None, tuple[str, ...]]:
    """Erase the accounts that are not erased yet; None, or what must wait; and the ids
    of public people that stay."""
    waits = None
    stays: dict[str, None] = {}
    for target in targets:
        if target.is_done:
            continue
        result = data_requests.erase_account(
            context, target.platform, target.secret.uid, target.secret.handle
        )
        stays |= dict.fromkeys(result.standing.ids_that_stay)
        if result.waits is not None:
            waits = waits or result.waits
            continue
        with db.writing(context.engine) as session:
            store.mark_done(session, target.id, context.clock.now())
    return waits, tuple(stays)


def _withdraw(context: Context, session: Session, targets: Sequence[_Target]) -> None:
    """Consents to messages end, on every platform that is named."""
    now = context.clock.now()
    for target in targets:
        uid = target.secret.uid or f"@{target.secret.handle}"
        number = data_requests.account_id(target.platform, uid) or uid
        person = consent.person_of(context, target.platform, number)
        added = consent_ledger.add_event(
            session,
            person,
            "withdrawn",
            now,
            evidence="request",
            actor=context.actor.name,
            now=now,
        )
        if added:
            shown = f"{target.platform}:{person.pseudonym}"
            detail = {"at": now.isoformat()}
            audit.append(session, context.actor, "optin.withdrawn", shown, detail, now)
        store.mark_done(session, target.id, now)


def _nominate(
    context: Context,
    session: Session,
    row: RightsRequest,
    targets: Sequence[_Target],
) -> None:
    """Whom the person named may act for them; an earlier nomination ends."""
    now = context.clock.now()
    secrets = request_secrets.unseal_request(context, row)
    assert secrets is not None
    assert row.id is not None
    for target in targets:
        store.end_nominations(session, target.platform, [target.person], now)
        session.add(
            RightsNominee(
                request_id=row.id,
                platform=target.platform,
                person=target.person,
                sealed=request_secrets.seal_text(context, secrets.nominee),
                since=now,
            )
        )
        store.mark_done(session, target.id, now)


def _receipt(
    session: Session, row: RightsRequest, targets: Sequence[_Target]
) -> JsonObject:
    """What was done, counted from the audit log: also what was done before somebody
    broke off."""
    receipt: dict[str, int] = {"accounts": len(targets)}
    if row.kind != "erasure":
        return receipt
    begun = as_whole(as_object(row.receipt)[_FROM])
    receipt |= dict.fromkeys((*_COUNTED, _COUNTED_AGAIN), 0)
    for target in targets:
        details = [
            entry.detail
            for entry in audit.entries_about(
                session, "privacy.erase", f"{target.platform}:{target.person}"
            )
            if entry.seq > begun and entry.action == "privacy.erase"
        ]
        for name in _COUNTED:
            receipt[name] += sum(as_whole(detail.get(name, 0)) for detail in details)
        receipt[_COUNTED_AGAIN] += max(
            (as_whole(detail.get(_COUNTED_AGAIN, 0)) for detail in details), default=0
        )
    return receipt
