"""What is held of people and posts although they are kept out."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.people import suppression
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people import suppressions
from socialcell.listening.store.people.accounts import (
    AUTHOR,
    MENTION,
    HeldAccount,
    find,
)


def accounts(
    session: Session, people: People, platforms: list[str]
) -> Iterator[HeldAccount]:
    """Accounts, one after the other: the caller may erase each as it comes."""
    a = AUTHOR.c
    statement = select(a.platform, a.uid, a.handle).where(a.platform.in_(platforms))
    for platform, uid, handle in session.execute(statement).all():
        keys = suppression.of_account(people, platform, uid, handle)
        if suppressions.suppressed_keys(session, keys):
            account = find(session, platform, uid, handle)
            if account.author_ids:  # two rows may be one account
                yield account


def posts(
    session: Session, people: People, platforms: list[str]
) -> list[tuple[int, str, str]]:
    """(id, platform, native id) of posts."""
    m = MENTION.c
    statement = select(m.id, m.platform, m.external_id).where(
        m.platform.in_(platforms), m.state != "deleted"
    )
    stored_posts = [tuple(row) for row in session.execute(statement)]
    suppressed_posts = []
    for chunk in db.chunks(stored_posts, 5000):
        marks = [suppression.of_post(people, post[1], post[2]) for post in chunk]
        suppressed_keys = suppressions.suppressed_keys(session, marks)
        suppressed_posts += [
            post
            for post, mark in zip(chunk, marks, strict=True)
            if mark in suppressed_keys
        ]
    return suppressed_posts
