"""Which accounts a rule or a source may ask for by name, and which it must not."""

from sqlalchemy import func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.model import Author
from socialcell.listening.store.people import registry
from socialcell.text import index_form

AUTHOR = db.table(Author).c
_SHORTEST_NAME = 4


def accounts(session: Session) -> Accounts:
    """The registry, and a look at those whose posts are held; for this session."""
    rows = registry.accounts(session)
    handles = {row.handle for row in rows}
    names = {index_form(row.name) for row in rows if len(row.name) >= _SHORTEST_NAME}

    def is_held(handle: str, prefix: bool) -> bool:
        return bool(_stored_handles(session, handle, prefix) - handles)

    return Accounts(handles, names, is_held)


def private_handle(session: Session, platform: str, uid: str) -> str | None:
    """The handle (else the number) of a held account of this number that is not in the
    registry; None when nothing is stored of it, or a query may name it."""
    registered = registry.registry(session)
    rows = session.execute(
        select(AUTHOR.handle)
        .where(AUTHOR.platform == platform, AUTHOR.uid == uid)
        .order_by(AUTHOR.id)
    )
    for (handle,) in rows:
        plain = registry.plain_handle(handle or "")
        if (platform, plain) not in registered:
            return plain or uid
    return None


def _stored_handles(session: Session, handle: str, prefix: bool) -> set[str]:
    named = func.lower(AUTHOR.handle)
    if prefix:
        statement = or_(
            named.startswith(handle, autoescape=True),
            named.startswith(f"@{handle}", autoescape=True),
        )
    else:
        statement = named.in_([handle, f"@{handle}"])
    handles = session.scalars(select(named).where(statement).distinct().order_by(named))
    return {stored_handle.lstrip("@") for stored_handle in handles}
