"""Entries of the registry of creators: saved with their accounts and rates, removed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.creator import Rate
from socialcell.campaigns.creators.creator_entry import CURRENCY, Entry, amount
from socialcell.campaigns.creators.store import creators
from socialcell.campaigns.creators.store.creators import (
    ACCOUNT,
    CREATOR,
    INSIGHT,
    RATE,
    SKETCH,
)
from socialcell.errors import UsageError

_TEXTS = (
    *("key", "name", "kind", "contact", "email", "phone", "rate_class", "rate_source"),
    *("consent", "consent_evidence", "public_because", "connection", "connection_by"),
)


def find(session: Session, key: str) -> Row[Any] | None:
    """A creator's own row."""
    return session.execute(select(CREATOR).where(CREATOR.c.key == key)).first()


def rows(session: Session) -> Sequence[Row[Any]]:
    """Every creator's own row, by key."""
    return session.execute(select(CREATOR).order_by(CREATOR.c.key)).all()


def owner(session: Session, platform: str, handle: str) -> Row[Any] | None:
    """Whose account it is: the creator's row."""
    asked = (
        select(CREATOR)
        .join(ACCOUNT, ACCOUNT.c.creator_id == CREATOR.c.id)
        .where(ACCOUNT.c.platform == platform, ACCOUNT.c.handle == handle)
    )
    return session.execute(asked).first()


def said(session: Session, row: Row[Any], on: date) -> dict[str, str | None]:
    """A creator in the words in which one is stated, with the rates in force."""
    words: dict[str, str | None] = {name: getattr(row, name) for name in _TEXTS}
    words["languages"] = ";".join(row.languages) or None
    words["wards"] = ";".join(row.wards) or None
    held = accounts(session, row.id)
    words["accounts"] = ";".join(f"{one}:{handle}" for one, handle in held) or None
    for name in ("consent_on", "connection_on"):
        day = getattr(row, name)
        words[name] = day.isoformat() if day else None
    days = row.cool_off_days
    words["cool_off_days"] = None if days is None else str(days)
    for format_, rate in rates(session, row.id, on).items():
        words[f"rate_{format_}"] = amount(rate.micros)
    return words


def accounts(session: Session, creator_id: int) -> list[tuple[str, str]]:
    """(platform, handle) of a creator, in order."""
    asked = (
        select(ACCOUNT.c.platform, ACCOUNT.c.handle)
        .where(ACCOUNT.c.creator_id == creator_id)
        .order_by(ACCOUNT.c.platform, ACCOUNT.c.handle)
    )
    return [(row.platform, row.handle) for row in session.execute(asked)]


def rates(session: Session, creator_id: int, on: date) -> Mapping[str, Rate]:
    """What is in force on a day, by format."""
    return creators.rates_of(session, on, creator_id).get(creator_id, {})


def save(
    session: Session, entry: Entry, actor: str, now: datetime
) -> tuple[str, list[str]]:
    """Hold an entry: (stored | updated | unchanged, the columns that are updated).

    UsageError: one of its accounts is another creator's.
    """
    row = find(session, entry.key)
    values = entry.values()
    changed: list[str] = []
    if row is None:
        values |= {"added_by": actor, "added_at": now, "changed_at": now}
        db.insert(session, CREATOR, [values])
        row = find(session, entry.key)
        assert row is not None
        outcome = "stored"
    else:
        changed = [name for name in values if values[name] != getattr(row, name)]
        outcome = "updated"
    if _keep_accounts(session, row.id, entry):
        changed.append("accounts")
    if _keep_rates(session, row.id, entry):
        changed.append("rates")
    if outcome == "stored":
        return outcome, []
    if not changed:
        return "unchanged", []
    now_said = update(CREATOR).where(CREATOR.c.id == row.id)
    session.execute(now_said.values(**entry.values(), changed_at=now))
    return outcome, sorted(changed)


def remove(session: Session, creator_id: int) -> None:
    """Forget a creator: contacts, accounts, rates, insights and sketch."""
    for table in (SKETCH, INSIGHT, RATE, ACCOUNT):
        session.execute(delete(table).where(table.c.creator_id == creator_id))
    session.execute(delete(CREATOR).where(CREATOR.c.id == creator_id))


def keep_insight(session: Session, row: Mapping[str, Any]) -> bool:
    """Hold a figure of an audience in place of one with the same key; False: it is the
    same."""
    same = [INSIGHT.c[name] == row[name] for name in _INSIGHT_KEY]
    held = session.execute(select(INSIGHT.c.number).where(*same)).scalar()
    if held == row["number"]:
        return False
    session.execute(delete(INSIGHT).where(*same))
    db.insert(session, INSIGHT, [row])
    return True


def keep_sketch(session: Session, row: Mapping[str, Any]) -> None:
    drop_sketch(session, row["creator_id"])
    db.insert(session, SKETCH, [row])


def drop_sketch(session: Session, creator_id: int) -> None:
    session.execute(delete(SKETCH).where(SKETCH.c.creator_id == creator_id))


_INSIGHT_KEY = ("creator_id", "platform", "day", "dimension", "value")


def _keep_accounts(session: Session, creator_id: int, entry: Entry) -> bool:
    held = set(accounts(session, creator_id))
    wanted = set(entry.accounts)
    for platform, handle in sorted(wanted - held):
        other = owner(session, platform, handle)
        if other is not None:
            raise UsageError(f"{platform}:{handle} is an account of {other.key}.")
    for platform, handle in held - wanted:
        c = ACCOUNT.c
        session.execute(
            delete(ACCOUNT).where(
                c.creator_id == creator_id, c.platform == platform, c.handle == handle
            )
        )
    db.insert(
        session,
        ACCOUNT,
        [
            {"creator_id": creator_id, "platform": platform, "handle": handle}
            for platform, handle in sorted(wanted - held)
        ],
    )
    return held != wanted


def _keep_rates(session: Session, creator_id: int, entry: Entry) -> bool:
    """A rate that is in force already is not written again."""
    held = rates(session, creator_id, entry.rates_since)
    fresh = {
        format_: micros
        for format_, micros in entry.rates.items()
        if format_ not in held
        or (held[format_].micros, held[format_].source) != (micros, entry.rate_source)
    }
    c = RATE.c
    session.execute(
        delete(RATE).where(
            c.creator_id == creator_id,
            c.since == entry.rates_since,
            c.format.in_(fresh),
        )
    )
    db.insert(
        session,
        RATE,
        [
            {
                "creator_id": creator_id,
                "format": format_,
                "since": entry.rates_since,
                "amount_micros": micros,
                "currency": CURRENCY,
                "source": entry.rate_source,
            }
            for format_, micros in sorted(fresh.items())
        ],
    )
    return bool(fresh)
