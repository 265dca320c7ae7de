"""Reads and writes of API tokens."""

from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.identity import codes
from socialcell.identity.model import ApiToken, Operator
from socialcell.identity.store import name_key


def find_token(session: Session, name: str) -> ApiToken | None:
    query = select(ApiToken).where(col(ApiToken.name_key) == name_key(name))
    return session.execute(query).scalar_one_or_none()


def all_tokens(session: Session) -> list[ApiToken]:
    """By number: in the order in which they were made, also those that are over."""
    return list(session.scalars(select(ApiToken).order_by(col(ApiToken.id))))


def usable_token(session: Session, text: str, now: datetime) -> ApiToken | None:
    """The token that this text is: not ended, not revoked, its maker not disabled."""
    query = (
        select(ApiToken)
        .join(Operator, col(Operator.id) == col(ApiToken.made_by))
        .where(
            col(ApiToken.token_hash) == codes.token_hash(text),
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.ends_at) > now,
            col(Operator.disabled_at).is_(None),
        )
    )
    return session.execute(query).scalar_one_or_none()


def note_use(session: Session, token_id: int, day: date) -> None:
    """Note the day of a token's last use; nothing is written where it is noted."""
    last = col(ApiToken.last_used_on)
    query = (
        update(ApiToken)
        .where(col(ApiToken.id) == token_id, or_(last.is_(None), last < day))
        .values(last_used_on=day)
    )
    db.changed(session, query)
