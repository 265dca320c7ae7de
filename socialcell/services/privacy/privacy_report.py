"""The data protection officer's report: requests, breaches, reads, consents, tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.ops import consent_ledger, slots
from socialcell.registers.model import RightsRequest
from socialcell.registers.store import accesses, notices
from socialcell.registers.store import breaches as breach_store
from socialcell.registers.store import requests as request_store
from socialcell.registers.store.accesses import AccessCount, AccessFilter
from socialcell.registers.store.requests import RequestClocks
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.privacy.breaches import BreachLine, breach_line
from socialcell.services.privacy.table_purposes import personal_tables


@dataclass(frozen=True)
class RequestCounts:
    """Requests of one kind: received in the span; answered in it, of these in our time
    and in the law's, refused, and by a guardian, nominee or for a child."""

    received: int
    answered: int
    in_time: int
    within_law: int
    refused: int
    for_others: int


@dataclass(frozen=True)
class ConsentCounts:
    """Consents and withdrawals in the span, and of all consents those of which it is
    not known which notice they rest on."""

    granted: int
    withdrawn: int
    without_notice: int


@dataclass(frozen=True)
class PrivacyReport:
    """What happened from `since` to `until` (half open), and how it stands at `as_of`.
    `breaches` are those that were open in the span, and all that still are."""

    since: datetime
    until: datetime
    as_of: datetime
    requests: Mapping[str, RequestCounts]
    received_for: Mapping[str, int]  # child, guardian, nominee; a child may be in two
    nominations: int  # in force at `as_of`, by account
    refusals: Mapping[str, int]
    open_requests: RequestClocks
    breaches: Sequence[BreachLine]
    accesses: Sequence[AccessCount]
    consents: ConsentCounts
    notices: Sequence[tuple[str, int]]  # purpose, and the version in force
    retention_ok_at: datetime | None
    tables: Mapping[str, int]  # tables of personal data by legal basis


def make_report(context: Context, since: datetime, until: datetime) -> PrivacyReport:
    """The report on a span, for who may read the audit log. UsageError: no span."""
    now = context.clock.now()
    if until <= since:
        raise UsageError("registers.no_span")
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.READ_AUDIT, ())
        rows = request_store.requests_between(session, since, until)
        span = AccessFilter(since=since, until=until)
        runs = slots.last_runs(session).get("retention")
        return PrivacyReport(
            since,
            until,
            now,
            _requests(rows, since, until),
            _received_for(rows, since, until),
            request_store.count_nominations(session),
            dict(
                Counter(
                    row.refusal
                    for row in rows
                    if row.refusal and _is_in(row.answered_at, since, until)
                )
            ),
            request_store.read_clocks(session, now),
            [
                breach_line(session, row, now)
                for row in breach_store.list_breaches(session)
                if row.closed_at is None
                or (row.closed_at >= since and row.noticed_at < until)
            ],
            accesses.count_by_actor(session, span),
            _consents(session, since, until),
            _notices(session, now),
            runs.last_ok_at if runs else None,
            dict(Counter(entry.basis for entry in personal_tables())),
        )


def _requests(
    rows: Sequence[RightsRequest], since: datetime, until: datetime
) -> dict[str, RequestCounts]:
    by_kind: dict[str, list[RightsRequest]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    return {kind: _counts(by_kind[kind], since, until) for kind in sorted(by_kind)}


def _counts(
    rows: Sequence[RightsRequest], since: datetime, until: datetime
) -> RequestCounts:
    times = [
        (row.answered_at, row.due_at, row.stop_at)
        for row in rows
        if row.answered_at is not None and _is_in(row.answered_at, since, until)
    ]
    received = [row for row in rows if _is_in(row.received_at, since, until)]
    return RequestCounts(
        received=len(received),
        answered=len(times),
        in_time=sum(at <= due for at, due, _stop in times),
        within_law=sum(at <= stop for at, _due, stop in times),
        refused=sum(
            row.outcome == "refused" and _is_in(row.answered_at, since, until)
            for row in rows
        ),
        for_others=sum(row.is_child or row.on_behalf != "self" for row in received),
    )


def _received_for(
    rows: Sequence[RightsRequest], since: datetime, until: datetime
) -> dict[str, int]:
    received = [row for row in rows if _is_in(row.received_at, since, until)]
    return {
        "child": sum(row.is_child for row in received),
        "guardian": sum(row.on_behalf == "guardian" for row in received),
        "nominee": sum(row.on_behalf == "nominee" for row in received),
    }


def _consents(session: Session, since: datetime, until: datetime) -> ConsentCounts:
    events = consent_ledger.count_events(session, since, until)
    return ConsentCounts(
        events.get("granted", 0),
        events.get("withdrawn", 0),
        consent_ledger.count_by_notice(session).get(None, 0),
    )


def _notices(session: Session, now: datetime) -> list[tuple[str, int]]:
    newest: dict[str, int] = {}
    for row in notices.list_notices(session):
        if row.starts_at <= now:
            newest[row.purpose] = max(row.version, newest.get(row.purpose, 0))
    return sorted(newest.items())


def _is_in(moment: datetime | None, since: datetime, until: datetime) -> bool:
    return moment is not None and since <= moment < until
