"""Install postbacks in the database: each once, at most one install for a click."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.install_postback import (
    InstallVerdict,
    Postback,
    PostbackClick,
)
from socialcell.campaigns.links.model import InstallPostback, PostbackRefusal
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST, as_utc

POSTBACK = db.table(InstallPostback)
REFUSAL = db.table(PostbackRefusal)


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many installs had an outcome for a reason."""

    outcome: str
    reason: str | None
    n: int


def find_postback_click(session: Session, click: str) -> PostbackClick | None:
    """The click of that id, and whether an install has it already."""
    row = clicks.find_click(session, click)
    if row is None:
        return None
    c = POSTBACK.c
    query = select(c.id).where(c.click_id == click, c.outcome == "attributed")
    used = session.execute(query).first() is not None
    return PostbackClick(
        row.id, row.link_id, as_utc(row.at), row.kind, row.led_to, used
    )


def count_delivery(session: Session, key: str, body_hash: str) -> bool | None:
    """Count a further delivery of an install. True: with the same body; False: with
    another; None: the install is new."""
    c = POSTBACK.c
    row = session.execute(select(c.id, c.body_hash).where(c.key == key)).first()
    if row is None:
        return None
    if row.body_hash != body_hash:
        return False
    more = update(POSTBACK).where(c.id == row.id)
    session.execute(more.values(deliveries=c.deliveries + 1))
    return True


def save_postback(
    session: Session,
    postback: Postback,
    verdict: InstallVerdict,
    click: str | None,
    link: int | None,
    body_hash: str,
    now: datetime,
) -> bool:
    """Store an install; False when the key is there, or its click has an install."""
    row = {
        "key": postback.key,
        "body_hash": body_hash,
        "received_at": now,
        "day": (postback.begun_at or now).astimezone(IST).date(),
        "app": postback.app,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "referrer": postback.referrer,
        "click_id": click,
        "link_id": link,
        "clicked_at": postback.clicked_at,
        "begun_at": postback.begun_at,
        "clicked_client_at": postback.clicked_client_at,
        "begun_client_at": postback.begun_client_at,
        "app_version": postback.app_version,
        "instant": postback.instant,
        "deliveries": 1,
    }
    return db.insert_new(session, POSTBACK, [row]) == 1


def delete_postbacks(session: Session, keys: Collection[str]) -> None:
    """Delete the installs of these keys."""
    for chunk in db.chunks(keys):
        session.execute(delete(POSTBACK).where(POSTBACK.c.key.in_(chunk)))


def count_refusals(session: Session, counts: Mapping[str, int], day: date) -> None:
    """Count postbacks of a day that were refused before they were parsed, by reason."""
    rows = [{"day": day, "reason": reason, "n": n} for reason, n in counts.items() if n]
    if rows:
        db.add_counts(session, REFUSAL, ["day", "reason"], rows)


def count_by_outcome(
    session: Session, since: date | None = None, until: date | None = None
) -> list[OutcomeCount]:
    """Counts of reported installs by outcome and reason; both ends included."""
    c = POSTBACK.c
    query = select(c.outcome, c.reason, func.count().label("n"))
    if since is not None:
        query = query.where(c.day >= since)
    if until is not None:
        query = query.where(c.day <= until)
    grouped = query.group_by(c.outcome, c.reason).order_by(c.outcome, c.reason)
    return db.records(session, grouped, OutcomeCount)


def refusal_counts(
    session: Session, since: date | None = None, until: date | None = None
) -> dict[str, int]:
    """How many were refused before they were parsed, by reason."""
    c = REFUSAL.c
    query = select(c.reason, func.sum(c.n)).group_by(c.reason).order_by(c.reason)
    if since is not None:
        query = query.where(c.day >= since)
    if until is not None:
        query = query.where(c.day <= until)
    return {reason: int(n) for reason, n in session.execute(query)}
