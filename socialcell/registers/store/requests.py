"""Requests of persons: numbered, locked, listed by their clocks, and forgotten."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.registers.model import (
    RightsAccount,
    RightsNominee,
    RightsRequest,
    RightsStep,
)
from socialcell.registers.request_rules import SOON

REQUEST, ACCOUNT = db.table(RightsRequest), db.table(RightsAccount)
NOMINEE = db.table(RightsNominee)
_OPEN = REQUEST.c.answered_at.is_(None)


@dataclass(frozen=True)
class RequestClocks:
    """Open requests that are overdue, due within three days, and past the law's time
    (which are overdue as well)."""

    overdue: int = 0
    due_soon: int = 0
    past_stop: int = 0


def next_number(session: Session, now: datetime) -> str:
    """The number of a new request: the year in Pune and a serial in it, from 1 on."""
    db.take_turn(session, "request_number")
    prefix = f"R{now.astimezone(IST):%y}-"
    newest = session.scalars(
        select(func.max(REQUEST.c.number)).where(REQUEST.c.number.startswith(prefix))
    ).one()
    return f"{prefix}{int(newest.removeprefix(prefix)) + 1 if newest else 1:04d}"


def find_request(session: Session, number: str) -> RightsRequest:
    """The request of a number. UsageError: there is none."""
    return _required(session, number, select(RightsRequest))


def lock_request(session: Session, number: str) -> RightsRequest:
    """The same, which nobody else changes until the transaction ends."""
    return _required(session, number, select(RightsRequest).with_for_update())


def _required(
    session: Session, number: str, query: Select[RightsRequest]
) -> RightsRequest:
    row = session.scalars(
        query.where(
            col(RightsRequest.number) == number.strip().upper()
        ).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise UsageError("registers.no_such_request", number=number)
    return row


def list_requests(
    session: Session, *, only_open: bool, limit: int
) -> list[RightsRequest]:
    """Requests that are not answered, the most urgent first; else all, the newest
    first."""
    query = select(RightsRequest).limit(limit)
    if only_open:
        query = query.where(_OPEN).order_by(REQUEST.c.due_at, REQUEST.c.id)
    else:
        query = query.order_by(REQUEST.c.received_at.desc(), REQUEST.c.id.desc())
    return list(session.scalars(query))


def requests_between(
    session: Session, since: datetime, until: datetime
) -> list[RightsRequest]:
    """Requests that were received or answered in a span (half open), by number."""
    c = REQUEST.c
    received = (c.received_at >= since) & (c.received_at < until)
    answered = (c.answered_at >= since) & (c.answered_at < until)
    query = select(RightsRequest).where(received | answered)
    return list(session.scalars(query.order_by(c.number)))


def clocks_query(now: datetime) -> Select[int, int, int]:
    """The fields of `RequestClocks` at a moment, for a statement of several."""
    c = REQUEST.c
    is_open = c.answered_at.is_(None) | (c.answered_at > now)
    late = func.count().filter(c.due_at <= now)
    near = func.count().filter((c.due_at > now) & (c.due_at <= now + SOON))
    past = func.count().filter(c.stop_at <= now)
    return select(late.label("late"), near.label("near"), past.label("past")).where(
        (c.received_at <= now) & is_open
    )


def read_clocks(session: Session, now: datetime) -> RequestClocks:
    """How many requests were overdue, due soon or past the law's time at a moment."""
    return RequestClocks(*session.execute(clocks_query(now)).one())


def accounts_of(session: Session, request_id: int) -> list[RightsAccount]:
    """The accounts of a request, in the order in which they were named."""
    query = select(RightsAccount).where(ACCOUNT.c.request_id == request_id)
    return list(session.scalars(query.order_by(ACCOUNT.c.id)))


def steps_of(session: Session, request_id: int) -> list[RightsStep]:
    """The steps of a request, in order."""
    query = select(RightsStep).where(col(RightsStep.request_id) == request_id)
    return list(session.scalars(query.order_by(col(RightsStep.id))))


def requests_of_person(
    session: Session, platform: str, persons: Collection[str]
) -> list[RightsRequest]:
    """The requests about an account, by its keyed hashes, oldest first."""
    ids = select(ACCOUNT.c.request_id).where(
        ACCOUNT.c.platform == platform, ACCOUNT.c.person.in_(persons)
    )
    query = select(RightsRequest).where(REQUEST.c.id.in_(ids))
    return list(session.scalars(query.order_by(REQUEST.c.id)))


def languages_of_persons(session: Session) -> dict[tuple[str, str], str]:
    """The language of the answer that was asked for last, by platform and hash."""
    query = select(ACCOUNT.c.platform, ACCOUNT.c.person, REQUEST.c.language).join(
        REQUEST, REQUEST.c.id == ACCOUNT.c.request_id
    )
    rows = session.execute(query.order_by(REQUEST.c.id))
    return {(platform, person): language for platform, person, language in rows}


def nominee_of(session: Session, platform: str, person: str) -> RightsNominee | None:
    """Who may act for the person of an account now; None: nobody was named."""
    query = select(RightsNominee).where(
        NOMINEE.c.platform == platform,
        NOMINEE.c.person == person,
        NOMINEE.c.ended_at.is_(None),
    )
    return session.scalars(query.order_by(NOMINEE.c.id.desc()).limit(1)).first()


def count_nominations(session: Session) -> int:
    """How many accounts name a nominee now."""
    query = select(func.count()).where(NOMINEE.c.ended_at.is_(None))
    return session.scalars(query.select_from(NOMINEE)).one()


def end_nominations(
    session: Session, platform: str, persons: Sequence[str], now: datetime
) -> int:
    """Nominations of an account count no more, and name nobody; how many."""
    return db.changed(
        session,
        update(NOMINEE)
        .where(
            NOMINEE.c.platform == platform,
            NOMINEE.c.person.in_(persons),
            NOMINEE.c.ended_at.is_(None),
        )
        .values(ended_at=now, sealed=None),
    )


def forget_answered(session: Session, before: datetime, now: datetime) -> int:
    """Drop names, words and accounts of requests that were answered before a time; how
    many. Kind, clocks and counts stay."""
    c = REQUEST.c
    old = list(
        session.scalars(
            select(c.id).where(c.answered_at < before, c.forgotten_at.is_(None))
        )
    )
    for chunk in db.chunks(old):
        session.execute(
            update(ACCOUNT).where(ACCOUNT.c.request_id.in_(chunk)).values(sealed=None)
        )
        session.execute(
            update(REQUEST)
            .where(c.id.in_(chunk))
            .values(sealed=None, answer=None, forgotten_at=now)
        )
    return len(old)


def mark_done(session: Session, account_id: int, now: datetime) -> None:
    """The request was carried out on one of its accounts."""
    session.execute(
        update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(done_at=now)
    )
