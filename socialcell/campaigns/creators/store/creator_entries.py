"""Save and remove entries of the registry of creators, their accounts and rates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.creator import Rate
from socialcell.campaigns.creators.creator_entry import (
    CURRENCY,
    CreatorRecord,
    format_amount,
)
from socialcell.campaigns.creators.store import creators
from socialcell.campaigns.creators.store.creator_rows import (
    StoredCreator,
    StoredInsight,
    StoredSketch,
)
from socialcell.campaigns.creators.store.creators import (
    ACCOUNT,
    CREATOR,
    INSIGHT,
    RATE,
    SKETCH,
)
from socialcell.errors import UsageError

_TEXT_COLUMNS = (
    *("key", "name", "kind", "contact", "email", "phone", "rate_class", "rate_source"),
    *("consent", "consent_evidence", "public_because", "connection", "connection_by"),
)


def find(session: Session, key: str) -> StoredCreator | None:
    """A creator's own row."""
    query = select(CREATOR).where(CREATOR.c.key == key)
    return next(iter(db.records(session, query, StoredCreator)), None)


def find_all(session: Session, keys: Collection[str]) -> dict[str, StoredCreator]:
    """The own rows of these creators by key; those that are there."""
    query = select(CREATOR).where(CREATOR.c.key.in_(sorted(keys)))
    return {row.key: row for row in db.records(session, query, StoredCreator)}


def all_creators(session: Session) -> list[StoredCreator]:
    """Every creator's own row, by key."""
    return db.records(session, select(CREATOR).order_by(CREATOR.c.key), StoredCreator)


def account_owner(session: Session, platform: str, handle: str) -> StoredCreator | None:
    """Whose account it is: the creator's row."""
    query = (
        select(CREATOR)
        .join(ACCOUNT, ACCOUNT.c.creator_id == CREATOR.c.id)
        .where(ACCOUNT.c.platform == platform, ACCOUNT.c.handle == handle)
    )
    return next(iter(db.records(session, query, StoredCreator)), None)


def stated_fields(
    session: Session, row: StoredCreator, on: date
) -> dict[str, str | None]:
    """A creator as the text fields of a file of creators, with the rates in force."""
    return as_fields(row, accounts(session, row.id), rates(session, row.id, on))


def as_fields(
    row: StoredCreator,
    account_handles: Sequence[tuple[str, str]],
    rates: Mapping[str, Rate],
) -> dict[str, str | None]:
    """The same of a creator whose accounts and rates are read."""
    fields: dict[str, str | None] = {name: getattr(row, name) for name in _TEXT_COLUMNS}
    fields["languages"] = ";".join(row.languages) or None
    fields["wards"] = ";".join(row.wards) or None
    fields["accounts"] = (
        ";".join(f"{platform}:{handle}" for platform, handle in account_handles) or None
    )
    for name in ("consent_on", "connection_on"):
        day = getattr(row, name)
        fields[name] = day.isoformat() if day else None
    days = row.cool_off_days
    fields["cool_off_days"] = None if days is None else str(days)
    for format_, rate in rates.items():
        fields[f"rate_{format_}"] = format_amount(rate.micros)
    return fields


def accounts(session: Session, creator_id: int) -> list[tuple[str, str]]:
    """(platform, handle) of a creator, in order."""
    query = (
        select(ACCOUNT.c.platform, ACCOUNT.c.handle)
        .where(ACCOUNT.c.creator_id == creator_id)
        .order_by(ACCOUNT.c.platform, ACCOUNT.c.handle)
    )
    return [(row.platform, row.handle) for row in session.execute(query)]


def rates(session: Session, creator_id: int, on: date) -> Mapping[str, Rate]:
    """What is in force on a day, by format."""
    return creators.rates_of(session, on, creator_id).get(creator_id, {})


def save(
    session: Session, record: CreatorRecord, actor: str, now: datetime
) -> tuple[str, list[str]]:
    """Store a record: (stored | updated | unchanged, the columns that are updated).

    UsageError: one of its accounts is another creator's.
    """
    db.take_turn(session, "creators")
    row = find(session, record.key)
    values = record.values()
    changed: list[str] = []
    if row is None:
        values |= {"added_by": actor, "added_at": now, "changed_at": now}
        db.insert(session, CREATOR, [values])
        row = find(session, record.key)
        assert row is not None
        outcome = "stored"
    else:
        changed = [name for name in values if values[name] != getattr(row, name)]
        outcome = "updated"
    if _save_accounts(session, row.id, record):
        changed.append("accounts")
    if _save_rates(session, row.id, record):
        changed.append("rates")
    if outcome == "stored":
        return outcome, []
    if not changed:
        return "unchanged", []
    statement = update(CREATOR).where(CREATOR.c.id == row.id)
    session.execute(statement.values(**record.values(), changed_at=now))
    return outcome, sorted(changed)


def remove(session: Session, creator_id: int) -> None:
    """Delete a creator: contacts, accounts, rates, insights and sketch."""
    for table in (SKETCH, INSIGHT, RATE, ACCOUNT):
        session.execute(delete(table).where(table.c.creator_id == creator_id))
    session.execute(delete(CREATOR).where(CREATOR.c.id == creator_id))


def save_insight(session: Session, insight: StoredInsight) -> bool:
    """Store a figure of an audience in place of one with the same key; False: it is
    the same."""
    db.take_turn(session, "creators")
    same = [INSIGHT.c[name] == getattr(insight, name) for name in _INSIGHT_KEY]
    stored = session.execute(select(INSIGHT.c.number).where(*same)).scalar()
    if stored == insight.number:
        return False
    session.execute(delete(INSIGHT).where(*same))
    db.insert(session, INSIGHT, [asdict(insight)])
    return True


def save_sketch(session: Session, sketch: StoredSketch) -> None:
    delete_sketch(session, sketch.creator_id)
    db.insert(session, SKETCH, [asdict(sketch)])


def delete_sketch(session: Session, creator_id: int) -> None:
    session.execute(delete(SKETCH).where(SKETCH.c.creator_id == creator_id))


_INSIGHT_KEY = ("creator_id", "platform", "day", "dimension", "value")


def _save_accounts(session: Session, creator_id: int, record: CreatorRecord) -> bool:
    stored = set(accounts(session, creator_id))
    stated = set(record.accounts)
    for platform, handle in sorted(stated - stored):
        other = account_owner(session, platform, handle)
        if other is not None:
            raise UsageError(
                "creators.account_of_another",
                account=f"{platform}:{handle}",
                creator=other.key,
            )
    for platform, handle in stored - stated:
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
            for platform, handle in sorted(stated - stored)
        ],
    )
    return stored != stated


def _save_rates(session: Session, creator_id: int, record: CreatorRecord) -> bool:
    """A rate that is in force already is not written again."""
    rates_in_force = rates(session, creator_id, record.rates_since)
    fresh = {
        format_: micros
        for format_, micros in record.rates.items()
        if format_ not in rates_in_force
        or (rates_in_force[format_].micros, rates_in_force[format_].source)
        != (micros, record.rate_source)
    }
    c = RATE.c
    session.execute(
        delete(RATE).where(
            c.creator_id == creator_id,
            c.since == record.rates_since,
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
                "since": record.rates_since,
                "amount_micros": micros,
                "currency": CURRENCY,
                "source": record.rate_source,
            }
            for format_, micros in sorted(fresh.items())
        ],
    )
    return bool(fresh)
