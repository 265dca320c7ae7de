"""Which accounts a rule or a source may ask for by name, and which it must not."""

from collections.abc import Iterable

from sqlalchemy import func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.model import Author
from socialcell.listening.store.people import registry
from socialcell.text import index_form

AUTHOR = db.table(Author).c
_SHORTEST_NAME = 4


def accounts(session: Session, public_names: Iterable[str] = ()) -> Accounts:
    """The registry, and a look at those whose posts are held; for this session.

    `public_names` are those of people in public office. Of these, one word alone may
    be anybody's name, and is not let through.
    """
    rows = registry.accounts(session)
    handles = {row.handle for row in rows}
    names = {index_form(row.name) for row in rows if len(row.name) >= _SHORTEST_NAME}
    names |= {form for name in public_names if " " in (form := index_form(name))}

    def is_held(handle: str, prefix: bool) -> bool:
        return bool(_stored_handles(session, handle, prefix) - handles)

    return Accounts(handles, names, is_held)


def is_public_number(session: Session, platform: str, uid: str) -> bool | None:
    """Whether the account of a number is in the registry, by its number or its handle.
    None: nobody has said whose it is, and nothing is stored of it."""
    registered = registry.registry(session)
    if (platform, registry.plain_handle(uid)) in registered:
        return True
    author = session.execute(
        select(AUTHOR.handle).where(AUTHOR.platform == platform, AUTHOR.uid == uid)
    ).first()
    if author is None:
        return None
    return (platform, registry.plain_handle(author.handle or "")) in registered


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
