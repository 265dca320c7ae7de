"""What people hold against working with an account: flagged with a reason, lifted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.model import AccountFlag
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

_LONGEST = 500


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
        raise UsageError(f"There is no flag {flag!r}. There are: {', '.join(FLAGS)}.")
    _require(reason)
    if any(one.flag == flag for one in standing(session, [(platform, handle)])):
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
    _require(reason)
    c = FLAG.c
    ended = (
        update(FLAG)
        .where(c.platform == platform, c.handle == handle, c.flag == flag)
        .where(c.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=now, lifted_reason=reason.strip())
    )
    if not db.changed(session, ended):
        raise UsageError(f"{platform}:{handle} has no flag {flag}.")


def forget(session: Session, platform: str, handle: str) -> None:
    """Drop every flag of an account that is erased."""
    c = FLAG.c
    session.execute(delete(FLAG).where(c.platform == platform, c.handle == handle))


def standing(
    session: Session, accounts: Sequence[tuple[str, str]] | None = None
) -> list[Row[Any]]:
    """The flags that stand, of these accounts (None: of all), oldest first."""
    c = FLAG.c
    asked = select(FLAG).where(c.lifted_at.is_(None)).order_by(c.id)
    wanted = None if accounts is None else set(accounts)
    return [
        row
        for row in session.execute(asked)
        if wanted is None or (row.platform, row.handle) in wanted
    ]


def history(session: Session, accounts: Sequence[tuple[str, str]]) -> list[Row[Any]]:
    """Every flag these accounts ever had, oldest first."""
    wanted = set(accounts)
    rows = session.execute(select(FLAG).order_by(FLAG.c.id))
    return [row for row in rows if (row.platform, row.handle) in wanted]


def _require(reason: str) -> None:
    if not reason.strip():
        raise UsageError("Say why with --reason, and where it can be read.")
    if len(reason) > _LONGEST:
        raise UsageError(f"The reason has over {_LONGEST} characters. Shorten it.")
