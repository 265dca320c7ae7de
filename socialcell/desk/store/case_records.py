"""Everything that was said in a case, in order, for a request for records."""

from sqlalchemy import or_, select
from sqlmodel import Session, col

from socialcell.desk.model import CaseContact, CaseMessage


def messages_of_case(
    session: Session, case_id: int
) -> list[tuple[CaseMessage, CaseContact | None]]:
    """The messages of a case with their conversations; notes have none."""
    query = (
        select(CaseMessage, CaseContact)
        .outerjoin(CaseContact, col(CaseContact.id) == col(CaseMessage.contact_id))
        .where(
            or_(
                col(CaseContact.case_id) == case_id,
                col(CaseMessage.contact_id).is_(None)
                & (col(CaseMessage.case_id) == case_id),
            )
        )
        .order_by(col(CaseMessage.at), col(CaseMessage.id))
    )
    return [(row[0], row[1]) for row in session.execute(query)]
