"""What is held of people and posts although they are kept out."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.people import suppression
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people import suppressions
from socialcell.listening.store.people.accounts import AUTHOR, MENTION, Account, find


def accounts(
    session: Session, people: People, platforms: list[str]
) -> Iterator[Account]:
    """Accounts, one after the other: the caller may erase each as it comes."""
    a = AUTHOR.c
    asked = select(a.platform, a.uid, a.handle).where(a.platform.in_(platforms))
    for platform, uid, handle in session.execute(asked).all():
        keys = suppression.of_account(people, platform, uid, handle)
        if suppressions.known(session, keys):
            account = find(session, platform, uid, handle)
            if account.author_ids:  # two rows may be one account
                yield account


def posts(
    session: Session, people: People, platforms: list[str]
) -> list[tuple[int, str, str]]:
    """(id, platform, native id) of posts."""
    m = MENTION.c
    asked = select(m.id, m.platform, m.external_id).where(
        m.platform.in_(platforms), m.state != "deleted"
    )
    held = [tuple(row) for row in session.execute(asked)]
    found = []
    for some in db.chunks(held, 5000):
        marks = [suppression.of_post(people, one[1], one[2]) for one in some]
        known = suppressions.known(session, marks)
        found += [one for one, mark in zip(some, marks, strict=True) if mark in known]
    return found
