"""Erase one account: its words everywhere, and its name in other people's.

What stays of a post is a tombstone: a keyed hash of its id, and its times. Counts
follow in the same transaction, which the caller owns.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.json_types import JsonValue
from socialcell.listening.model import (
    Annotation,
    Author,
    AuthorRollup,
    AuthorSnapshot,
    Engagement,
    Link,
    Mention,
    MentionMatch,
    Relation,
    RevealGrant,
    Upkeep,
)
from socialcell.listening.people import suppression
from socialcell.listening.people.masking import is_distinct
from socialcell.listening.people.visibility import People
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import raw_payloads
from socialcell.listening.store.pages.tombstones import BLANK
from socialcell.listening.store.people import accounts, suppressions
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.listening.store.search_forms import IndexedText, search_forms
from socialcell.ops import frozen

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
LINK = db.table(Link)
_ABOUT_A_POST = (
    Annotation,
    Link,
    Engagement,
    MentionMatch,
    Relation,
    ReplyDraft,
    RevealGrant,
    Upkeep,
)
_ABOUT_AN_AUTHOR = (RevealGrant, AuthorSnapshot, AuthorRollup)


@dataclass(frozen=True)
class Erased:
    """What an erasure came to. `reports` are starts of periods that quoted a post."""

    mentions: int
    raw_items: int
    in_others: int
    suppressed: int
    reports: tuple[datetime, ...]


def erase(
    session: Session, people: People, account: HeldAccount, now: datetime
) -> Erased:
    """Erase an account and keep its items out from now on."""
    rollups.take_turn(session)
    post_rows = accounts.posts(session, account)
    ids = [row.id for row in post_rows]
    external = [row.external_id for row in post_rows]
    keys = {
        key
        for uid in account.uids
        for key in suppression.of_account(people, account.platform, uid, None)
    }
    for handle in account.handles:
        keys |= suppression.of_account(people, account.platform, None, handle)
    stones = {
        external_id: suppression.of_post(people, account.platform, external_id)[1]
        for external_id in external
    }
    keys |= {(account.platform, stone) for stone in stones.values()}
    raw_ids = raw_payloads.ids_with_terms(
        session, account.platform, [*account.terms, *external]
    )
    rollups.subtract(session, rollups.contribution(session, ids))
    _leave_tombstones(session, [(row.id, stones[row.external_id]) for row in post_rows])
    dropped = raw_payloads.drop(session, raw_ids)
    _drop_authors(session, account.author_ids)
    return Erased(
        mentions=len(ids),
        raw_items=dropped,
        in_others=_erase_name(session, account),
        suppressed=suppressions.add(session, keys, now),
        reports=_erase_quotations(session, account.platform, stones, account.handles),
    )


def erase_posts(
    session: Session, people: People, posts: Sequence[tuple[int, str, str]]
) -> None:
    """Erase single posts, given as (id, platform, native id)."""
    ids = [id_ for id_, _, _ in posts]
    rollups.take_turn(session)
    rollups.subtract(session, rollups.contribution(session, ids))
    for platform in sorted({platform for _, platform, _ in posts}):
        stones = {
            external: (id_, suppression.of_post(people, platform, external)[1])
            for id_, of, external in posts
            if of == platform
        }
        raw_ids = raw_payloads.ids_with_terms(session, platform, stones)
        _leave_tombstones(session, list(stones.values()))
        raw_payloads.drop(session, raw_ids)
        _erase_quotations(
            session, platform, {name: mark for name, (_, mark) in stones.items()}
        )


def _leave_tombstones(session: Session, stones: Sequence[tuple[int, str]]) -> None:
    critical_calls.forget_words(session, {id_ for id_, _ in stones})
    for chunk in db.chunks(id_ for id_, _ in stones):
        for model in _ABOUT_A_POST:
            about = db.table(model)
            session.execute(delete(about).where(about.c.mention_id.in_(chunk)))
    if stones:
        session.connection().execute(
            update(MENTION)
            .where(MENTION.c.id == bindparam("b_id"))
            .values(external_id=bindparam("b_stone"), **BLANK),
            [{"b_id": id_, "b_stone": stone} for id_, stone in stones],
        )


def _drop_authors(session: Session, ids: Sequence[int]) -> None:
    for model in _ABOUT_AN_AUTHOR:
        about = db.table(model)
        session.execute(delete(about).where(about.c.author_id.in_(ids)))
    author = db.table(Author)
    session.execute(delete(author).where(author.c.id.in_(ids)))


def _erase_name(session: Session, account: HeldAccount) -> int:
    """Dots in place of the handle in what others wrote; as many, so that the places
    of annotations stay true. Links that hold it go. How many posts."""
    m, touched = MENTION.c, set()
    forms = search_forms(session)
    for handle in account.handles:
        word = _word(handle)
        dots = "•" * len(handle)
        like = f"%{_literal(handle)}%"
        a = AUTHOR.c
        rows = session.execute(
            select(m.id, m.platform, m.title, m.text, a.uid, a.handle, a.name)
            .join_from(MENTION, AUTHOR, a.id == m.author_id, isouter=True)
            .where(
                or_(
                    func.lower(m.text).like(like, escape="\\"),
                    func.lower(m.title).like(like, escape="\\"),
                )
            )
        ).all()
        for id_, of, title, text, *author in rows:
            if not word.search(f"{title or ''}\n{text or ''}"):
                continue
            touched.add(id_)
            title = word.sub(dots, title) if title else title
            text = word.sub(dots, text or "")
            folded = forms.form(IndexedText(of, title, text, *author))
            session.execute(
                update(MENTION)
                .where(m.id == id_)
                .values(title=title, text=text, folded=folded)
            )
        touched |= _unlink(session, handle, like, word)
    return len(touched)


def _unlink(
    session: Session, handle: str, like: str, word: re.Pattern[str]
) -> set[int]:
    touched = set()
    m = MENTION.c
    statement = select(LINK).where(func.lower(LINK.c.url).like(like, escape="\\"))
    for row in session.execute(statement).all():
        if word.search(row.url):
            touched.add(row.mention_id)
            session.execute(
                delete(LINK).where(
                    LINK.c.mention_id == row.mention_id, LINK.c.url == row.url
                )
            )
    own = select(m.id, m.url).where(func.lower(m.url).like(like, escape="\\"))
    for id_, url in session.execute(own).all():
        if word.search(url):
            touched.add(id_)
            session.execute(update(MENTION).where(m.id == id_).values(url=None))
    return touched


def _erase_quotations(
    session: Session,
    platform: str,
    stones: dict[str, str],
    handles: Iterable[str] = (),
) -> tuple[datetime, ...]:
    """Frozen reports name the tombstone, so that the quotation reads removed, and no
    account of the handles: what it did stays a number."""
    quoting = []
    names = {handle.lower() for handle in handles}

    def without(part: JsonValue) -> JsonValue:
        if isinstance(part, list):
            return [without(element) for element in part]
        if not isinstance(part, dict):
            return part
        if part.get("platform") == platform:
            if part.get("external_id") in stones:
                return part | {
                    "external_id": stones[part["external_id"]],
                    "content_hash": "",
                }
            if part.get("handle") in names:
                return part | {"handle": None, "name": None, "class": None}
        return {key: without(inner) for key, inner in part.items()}

    for report in frozen.reports(session):
        numbers = dict(report.numbers)
        numbers |= {
            part: without(numbers[part])
            for part in ("quotations", "voices")
            if part in numbers
        }
        if numbers != report.numbers:
            report.numbers = numbers
            quoting.append(report.period_start)
    session.flush()
    return tuple(quoting)


def _word(handle: str) -> re.Pattern[str]:
    """The handle behind a sign or a slash; bare only when it is no common word."""
    before = r"(?<!\w)" if is_distinct(handle) else r"(?<=[@＠﹫#＃/])"
    return re.compile(rf"{before}{re.escape(handle)}(?!\w)", re.IGNORECASE)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
