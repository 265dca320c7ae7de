"""Flags that people set against working with an account, with reasons; lifted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.model import AccountFlag
from socialcell.campaigns.creators.store.creator_rows import StoredFlag
from socialcell.errors import UsageError

FLAG = db.table(AccountFlag)
FLAGS = {
    "blocked": "no work with this account, whatever its figures",
    "party_office": "holds, or stands for, an office of a party or an elected office",
    "controversy": "in a public dispute that would become ours",
    "false_claims": "spread a claim that was publicly corrected",
    "undisclosed": "did not disclose paid posts",
}
"""Facts about public conduct that a person states with a source. None is guessed, and
none says what somebody believes."""

_MAX_REASON = 500


def add(
    session: Session,
    platform: str,
    handle: str,
    flag: str,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Flag an account; False when that flag stands already. UsageError."""
    if flag not in FLAGS:
        raise UsageError("creators.no_flag", flag=flag, flags=list(FLAGS))
    _require_reason(reason)
    if any(row.flag == flag for row in standing_flags(session, [(platform, handle)])):
        return False
    db.insert(
        session,
        FLAG,
        [
            {
                "platform": platform,
                "handle": handle,
                "flag": flag,
                "reason": reason.strip(),
                "by": by,
                "at": now,
            }
        ],
    )
    return True


def lift(
    session: Session,
    platform: str,
    handle: str,
    flag: str,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """End a flag; what it was stays. UsageError: it does not stand, or no reason."""
    _require_reason(reason)
    c = FLAG.c
    ended = (
        update(FLAG)
        .where(c.platform == platform, c.handle == handle, c.flag == flag)
        .where(c.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=now, lifted_reason=reason.strip())
    )
    if not db.changed(session, ended):
        raise UsageError(
            "creators.not_flagged", account=f"{platform}:{handle}", flag=flag
        )


def delete_flags(session: Session, platform: str, handle: str) -> int:
    """Drop every flag of an account that is erased; how many."""
    c = FLAG.c
    return db.changed(
        session, delete(FLAG).where(c.platform == platform, c.handle == handle)
    )


def standing_flags(
    session: Session, accounts: Sequence[tuple[str, str]] | None = None
) -> list[StoredFlag]:
    """The flags that stand, of these accounts (None: of all), oldest first."""
    c = FLAG.c
    query = select(FLAG).where(c.lifted_at.is_(None)).order_by(c.id)
    account_set = None if accounts is None else set(accounts)
    return [
        row
        for row in db.records(session, query, StoredFlag)
        if account_set is None or (row.platform, row.handle) in account_set
    ]


def flag_history(
    session: Session, accounts: Sequence[tuple[str, str]]
) -> list[StoredFlag]:
    """Every flag these accounts ever had, oldest first."""
    account_set = set(accounts)
    rows = db.records(session, select(FLAG).order_by(FLAG.c.id), StoredFlag)
    return [row for row in rows if (row.platform, row.handle) in account_set]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("creators.flag_reason_needed")
    if len(reason) > _MAX_REASON:
        raise UsageError("creators.long_reason", limit=_MAX_REASON)
