"""Accounts that may be the same person's, or were meant: a handle elsewhere, or nearly.

They are named to who carries out a person's request, who looks and decides.
"""

from difflib import get_close_matches

from sqlalchemy import func, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Author
from socialcell.listening.store.people.accounts import HeldAccount

AUTHOR = db.table(Author)
_NEAR = 3


def same_handle_elsewhere(
    session: Session, account: HeldAccount, *, by_number: bool = False
) -> tuple[str, ...]:
    """Accounts of other platforms with one of the account's handles, as
    platform:handle. Whoever asks `by_number` does not know the handle, and is told the
    platforms alone."""
    if not account.handles:
        return ()
    c = AUTHOR.c
    rows = session.execute(
        select(c.platform, c.handle)
        .where(
            func.lower(c.handle).in_(account.handles), c.platform != account.platform
        )
        .distinct()
        .order_by(c.platform, c.handle)
    )
    if by_number:
        return tuple(dict.fromkeys(platform for platform, _handle in rows))
    return tuple(f"{platform}:{handle}" for platform, handle in rows)


def near_handles(session: Session, account: HeldAccount) -> tuple[str, ...]:
    """The handles of its platform that are written most like the account's."""
    if not account.handles:
        return ()
    c = AUTHOR.c
    query = select(func.lower(c.handle)).where(
        c.platform == account.platform, c.handle.is_not(None)
    )
    rows = session.execute(query.distinct(), execution_options={"yield_per": 1000})
    handles = (str(handle) for (handle,) in rows)
    return tuple(get_close_matches(account.handles[0], handles, n=_NEAR, cutoff=0.75))
