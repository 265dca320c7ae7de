"""Field links as they are listed and withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.closing_model import FieldLink
from socialcell.desk.model import DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store import field_links as store
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.field_links import is_open


@dataclass(frozen=True)
class LinkEntry:
    """A field link as it is listed; the fields are the keys of its JSON."""

    id: int
    case: str
    made_for: str
    made_by: str
    made_at: datetime
    until: datetime
    opened_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    needs_until: datetime | None
    revoked_at: datetime | None


def list_links(
    context: Context, number: str | None = None, *, over: bool = False, limit: int = 50
) -> list[LinkEntry]:
    """Field links that may still be answered, with `over` all; the newest first."""
    now = None if over else context.clock.now()
    with db.reading(context.engine) as session:
        return [
            LinkEntry(
                id=link.id or 0,
                case=case.number,
                made_for=link.made_for,
                made_by=link.made_by,
                made_at=link.made_at,
                until=link.until,
                opened_at=link.opened_at,
                answered_at=link.answered_at,
                answer=link.answer,
                needs_until=link.needs_until,
                revoked_at=link.revoked_at,
            )
            for link, case in store.list_links(session, number, now, limit)
        ]


def revoke_link(context: Context, link_id: int) -> None:
    """A link is not valid any more. Audited. UsageError: none that is open."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        link = session.get(FieldLink, link_id)
        if link is None or not is_open(link, now):
            raise UsageError("deskanswers.no_such_link", link=link_id)
        number = session.get_one(DeskCase, link.case_id).number
        case = cases.lock_case(session, number)
        require_case(context, session, Permission.CLAIM_DONE, case)
        link.revoked_at = now
        detail: JsonObject = {"link": link_id}
        enter_step(
            context,
            session,
            case,
            StepDraft("field_link_end", context.actor.name, detail=detail),
        )
        audit.append(
            session, context.actor, "field_link.revoke", case.number, detail, now
        )
