"""After a copy was put back: who was erased since it was made is erased again."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.jobs import people
from socialcell.jobs.context import Context
from socialcell.listening import suppression
from socialcell.listening.people import People
from socialcell.listening.store import accounts, erasure, suppressions
from socialcell.ops import audit
from socialcell.ops.scrub import scrub


@dataclass(frozen=True)
class Replayed:
    """How many accounts and single posts were erased again."""

    accounts: int
    mentions: int


def replay(context: Context) -> Replayed:
    """Erase what is held of people and posts that are kept out. Safe to run again.

    Nothing is looked at where nobody is kept out. Audited when anything was erased.
    """
    with db.reading(context.engine) as session:
        platforms = suppressions.platforms(session)
    if not platforms:
        return Replayed(0, 0)
    shown, now = people.of(context), context.clock.now()
    with db.writing(context.engine) as session:
        erased = [
            erasure.erase(session, shown, account, now)
            for account in _accounts(session, shown, platforms)
        ]
        posts = _posts(session, shown, platforms)
        erasure.erase_posts(session, shown, posts)
        mentions = len(posts) + sum(one.mentions for one in erased)
        done = Replayed(len(erased), mentions)
        if erased or posts:
            detail = {"accounts": done.accounts, "mentions": done.mentions}
            actor = audit.operator()
            audit.append(session, actor, "privacy.replay", "database", detail, now)
    if erased or posts:
        scrub(context.engine)
    return done


def _accounts(
    session: Session, shown: People, platforms: list[str]
) -> Iterator[accounts.Account]:
    """Accounts that are held although they are kept out."""
    a = accounts.AUTHOR.c
    asked = select(a.platform, a.uid, a.handle).where(a.platform.in_(platforms))
    for platform, uid, handle in session.execute(asked).all():
        keys = suppression.of_account(shown, platform, uid, handle)
        if suppressions.known(session, keys):
            account = accounts.find(session, platform, uid, handle)
            if account.author_ids:  # two rows may be one account
                yield account


def _posts(
    session: Session, shown: People, platforms: list[str]
) -> list[tuple[int, str, str]]:
    """(id, platform, native id) of posts that are held although they are kept out."""
    m = accounts.MENTION.c
    asked = select(m.id, m.platform, m.external_id).where(
        m.platform.in_(platforms), m.state != "deleted"
    )
    held = [tuple(row) for row in session.execute(asked)]
    found = []
    for some in db.chunks(held, 5000):
        marks = [suppression.of_post(shown, one[1], one[2]) for one in some]
        known = suppressions.known(session, marks)
        found += [one for one, mark in zip(some, marks, strict=True) if mark in known]
    return found
