"""Mentions that wait for a case: they ask for something, or go on with a case."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import CLOSED_STATES, OPEN_STATES
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase, DeskStart
from socialcell.language.analysis import ASKING
from socialcell.listening.model import Annotation, Author, Mention, Relation

START = db.table(DeskStart)
_URGENT = ("high", "critical")
_BEFORE = timedelta(days=1)
"""What somebody wrote so long before their case belongs to it, too."""
_STEP = 5000  # mentions that the start moves in one run
M = db.table(Mention).c


def take_turn(session: Session) -> None:
    """Wait until nobody else enters mentions into cases. For what depends on whether a
    mention is in one."""
    db.take_turn(session, "case_opening")


def list_requests(
    session: Session, own_accounts: Collection[str], limit: int
) -> list[int]:
    """The mentions that ask for something, beyond doubt, or tell of a danger to life,
    and are in no case; the oldest first. What the city itself posts is not among them.
    """
    return _list(session, own_accounts, _is_clear(), limit)


def list_unclear(
    session: Session, own_accounts: Collection[str], limit: int
) -> list[int]:
    """The mentions that may ask for something, and are in no case: a person decides.
    The newest first."""
    return _list(session, own_accounts, ~_is_clear(), limit, newest=True)


def list_followups(session: Session, closed_since: datetime, limit: int) -> list[int]:
    """What people wrote on in a case of theirs that is open, or was closed since a
    moment: their messages to the city, and their posts in the same thread; the oldest
    first."""
    earlier = aliased(Mention)
    begun = (
        select(
            col(earlier.author_id).label("author_id"),
            col(earlier.platform).label("platform"),
            col(earlier.kind).label("kind"),
            col(earlier.conversation).label("conversation"),
            func.min(col(DeskCase.first_contact_at)).label("since"),
        )
        .select_from(CaseMessage)
        .join(earlier, col(CaseMessage.mention_id) == col(earlier.id))
        .join(CaseContact, col(CaseContact.id) == col(CaseMessage.contact_id))
        .join(DeskCase, col(DeskCase.id) == col(CaseContact.case_id))
        .where(
            col(CaseMessage.direction) == "in",
            col(earlier.author_id).is_not(None),
            col(CaseContact.person).is_not(None),
            or_(
                col(DeskCase.state).in_([state.value for state in OPEN_STATES]),
                col(DeskCase.state).in_([state.value for state in CLOSED_STATES])
                & (col(DeskCase.closed_at) >= closed_since),
            ),
        )
        .group_by(
            col(earlier.author_id),
            col(earlier.platform),
            col(earlier.kind),
            col(earlier.conversation),
        )
        .subquery()
    )
    goes_on = or_(
        and_(M.kind == "message", begun.c.kind == "message"),
        and_(
            M.kind.not_in(("message", "article")),
            M.conversation == begun.c.conversation,
        ),
    )
    moment = func.coalesce(M.authored_at, M.stored_at)
    rows = session.execute(
        select(M.id, moment, begun.c.since)
        .join(begun, begun.c.author_id == M.author_id)
        .where(*_waiting(session), goes_on, M.tagged_at.is_not(None))
        .distinct()
        .order_by(M.id)
    )
    ids = dict.fromkeys(id_ for id_, at, since in rows if at >= since - _BEFORE)
    return list(ids)[:limit]


def start_after(session: Session) -> int:
    """The number of the mention after which cases are opened by themselves."""
    return session.scalar(select(START.c.mention_id)) or 0


def move_start(session: Session, before: datetime) -> None:
    """Leave behind what was stored before a moment; a few thousand mentions at once."""
    start = start_after(session)
    step = (
        select(M.id, M.stored_at).where(M.id > start).order_by(M.id).limit(_STEP)
    ).subquery()
    # Those that are stored now come after all others.
    first = select(func.min(step.c.id)).where(step.c.stored_at >= before)
    last = select(func.max(step.c.id))
    kept_from = session.scalar(first)
    target = session.scalar(last) if kept_from is None else kept_from - 1
    if target is not None and target > start:
        set_start(session, target)


def set_start(session: Session, mention_id: int) -> None:
    """Open cases of what is stored after this mention."""
    if not db.changed(session, update(START).values(mention_id=mention_id)):
        db.insert_new(session, START, [{"id": 1, "mention_id": mention_id}])


def first_since(session: Session, moment: datetime) -> int | None:
    """The number of the first mention that was stored at a moment or later."""
    first: int | None = session.scalar(
        select(func.min(M.id)).where(M.stored_at >= moment)
    )
    return first


def _list(
    session: Session,
    own_accounts: Collection[str],
    clear: ColumnElement[bool],
    limit: int,
    *,
    newest: bool = False,
) -> list[int]:
    author = db.table(Author)
    own = exists().where(author.c.id == M.author_id, author.c.uid.in_(own_accounts))
    again = exists().where(
        col(Relation.mention_id) == M.id, col(Relation.kind) == "repost"
    )
    query = select(M.id).where(
        *_waiting(session),
        # Whoever is in danger need not ask.
        or_(M.intent.in_(ASKING), M.urgency == "critical"),
        M.status.is_(None),  # of a register, which has a number of its own for it
        clear,
        ~again,
    )
    if own_accounts:
        query = query.where(~own)
    order = M.id.desc() if newest else M.id
    return list(session.scalars(query.order_by(order).limit(limit)))


def _waiting(session: Session) -> tuple[ColumnElement[bool], ...]:
    """What is there, since the desk began, and is in no case."""
    in_case = exists().where(
        col(CaseMessage.mention_id) == M.id, col(CaseMessage.direction) == "in"
    )
    return M.id > start_after(session), M.state == "present", ~in_case


def _is_clear() -> ColumnElement[bool]:
    """Whether nobody needs to look first: the reader is sure or somebody decided, or
    it was written to the city alone, or is urgent."""
    doubtful = exists().where(
        col(Annotation.mention_id) == M.id,
        col(Annotation.kind) == "intent",
        col(Annotation.confident).is_(False),
        col(Annotation.decided_value).is_(None),
    )
    return or_(M.kind == "message", M.urgency.in_(_URGENT), ~doubtful)
