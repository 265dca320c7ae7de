"""Installs that name a click, in the database: each once, at most one for a click."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.install_postback import Known, Postback, Verdict
from socialcell.campaigns.links.model import InstallPostback, PostbackRefusal
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST, as_utc

POSTBACK = db.table(InstallPostback)
REFUSAL = db.table(PostbackRefusal)


def known(session: Session, click: str) -> Known | None:
    """The click of that id, and whether an install has it already."""
    row = clicks.find(session, click)
    if row is None:
        return None
    c = POSTBACK.c
    asked = select(c.id).where(c.click_id == click, c.outcome == "attributed")
    used = session.execute(asked).first() is not None
    return Known(row.id, row.link_id, as_utc(row.at), row.kind, row.led_to, used)


def again(session: Session, key: str, body_hash: str) -> bool | None:
    """Whether an install is known: True, and told in the same words; False, in others;
    None: it is new. A delivery more is noted."""
    c = POSTBACK.c
    row = session.execute(select(c.id, c.body_hash).where(c.key == key)).first()
    if row is None:
        return None
    if row.body_hash != body_hash:
        return False
    more = update(POSTBACK).where(c.id == row.id)
    session.execute(more.values(deliveries=c.deliveries + 1))
    return True


def keep(
    session: Session,
    told: Postback,
    verdict: Verdict,
    click: str | None,
    link: int | None,
    body_hash: str,
    now: datetime,
) -> bool:
    """Store an install; False when the key is there, or its click has an install."""
    row = {
        "key": told.key,
        "body_hash": body_hash,
        "received_at": now,
        "day": (told.begun_at or now).astimezone(IST).date(),
        "app": told.app,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "referrer": told.referrer,
        "click_id": click,
        "link_id": link,
        "clicked_at": told.clicked_at,
        "begun_at": told.begun_at,
        "clicked_client_at": told.clicked_client_at,
        "begun_client_at": told.begun_client_at,
        "app_version": told.app_version,
        "instant": told.instant,
        "deliveries": 1,
    }
    return db.insert_new(session, POSTBACK, [row]) == 1


def take_back(session: Session, keys: Collection[str]) -> None:
    """Delete the installs of these keys."""
    for some in db.chunks(keys):
        session.execute(delete(POSTBACK).where(POSTBACK.c.key.in_(some)))


def refused(session: Session, counts: Mapping[str, int], day: date) -> None:
    """Count postbacks of a day that were turned away unread, by reason."""
    rows = [{"day": day, "reason": reason, "n": n} for reason, n in counts.items() if n]
    if rows:
        db.add_counts(session, REFUSAL, ["day", "reason"], rows)


def by_outcome(
    session: Session, since: date | None = None, until: date | None = None
) -> Sequence[Row[Any]]:
    """Installs that were told of: rows of outcome, reason and n; both ends included."""
    c = POSTBACK.c
    asked = select(c.outcome, c.reason, func.count().label("n"))
    if since is not None:
        asked = asked.where(c.day >= since)
    if until is not None:
        asked = asked.where(c.day <= until)
    grouped = asked.group_by(c.outcome, c.reason).order_by(c.outcome, c.reason)
    return session.execute(grouped).all()


def turned_away(
    session: Session, since: date | None = None, until: date | None = None
) -> dict[str, int]:
    """How many were turned away unread, by reason."""
    c = REFUSAL.c
    asked = select(c.reason, func.sum(c.n)).group_by(c.reason).order_by(c.reason)
    if since is not None:
        asked = asked.where(c.day >= since)
    if until is not None:
        asked = asked.where(c.day <= until)
    return {reason: int(n) for reason, n in session.execute(asked)}
