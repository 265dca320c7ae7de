"""Field links: found by the hash of their token, answered once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.desk.closing_model import FieldLink
from socialcell.desk.model import CaseFile, DeskCase


def of_token(session: Session, token_hash: str) -> FieldLink | None:
    """The link of a token, open or not."""
    query = select(FieldLink).where(col(FieldLink.token_hash) == token_hash)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def list_links(
    session: Session, number: str | None, now: datetime | None, limit: int
) -> Sequence[tuple[FieldLink, DeskCase]]:
    """Links with their cases, the newest first: of one case, or all; at `now` only
    those that may still be answered."""
    query = select(FieldLink, DeskCase).join(
        DeskCase, col(DeskCase.id) == col(FieldLink.case_id)
    )
    if number is not None:
        query = query.where(col(DeskCase.number) == number)
    if now is not None:
        query = query.where(
            col(FieldLink.answered_at).is_(None),
            col(FieldLink.revoked_at).is_(None),
            col(FieldLink.until) > now,
        )
    rows = session.execute(query.order_by(col(FieldLink.id).desc()).limit(limit))
    return [(link, case) for link, case in rows]


def public_photos(session: Session, case_id: int) -> Sequence[CaseFile]:
    """The photos of a case that are marked public."""
    query = select(CaseFile).where(
        col(CaseFile.case_id) == case_id,
        col(CaseFile.kind) == "photo",
        col(CaseFile.is_public).is_(True),
    )
    return session.scalars(query.order_by(col(CaseFile.id))).all()


def file_digests(session: Session) -> list[str]:
    """The digests of all files of cases."""
    query = select(col(CaseFile.sha256)).distinct().order_by(col(CaseFile.sha256))
    return list(session.scalars(query))
