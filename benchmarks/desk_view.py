"""What a crew sees of the cases: their lines, each with its truth."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import col, select

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.listening.model import Mention
from socialcell.sandbox.problems.problem import CityProblem
from socialcell.services.context import Context

if TYPE_CHECKING:
    from benchmarks.desk_city import CityItem


@dataclass
class CaseLine:
    """What a contact of a case wrote, and its truth."""

    contact: CaseContact
    item: "CityItem"
    mention_id: int


@dataclass(frozen=True)
class Claim:
    """A claim of the crew: its case, its moment, and whether it was true then."""

    number: str
    at: datetime
    problem: CityProblem | None
    is_true: bool


@dataclass(frozen=True)
class DeskView:
    """The open cases and what people wrote in them; `item_of` gives the truth of a
    platform's post by its id."""

    context: Context
    item_of: "Callable[[str, str], CityItem | None]"

    def open_cases(self) -> list[DeskCase]:
        with db.reading(self.context.engine) as session:
            query = select(DeskCase).where(
                col(DeskCase.state).in_([state.value for state in OPEN_STATES])
            )
            cases = list(session.scalars(query.order_by(col(DeskCase.id))))
            session.expunge_all()
        return cases

    def lines(self) -> dict[int, list[CaseLine]]:
        """What people wrote in each case, the first first."""
        lines: dict[int, list[CaseLine]] = defaultdict(list)
        for line in self._read_lines(None):
            lines[line.contact.case_id].append(line)
        return lines

    def lines_of_contact(self, contact: int) -> list[CaseLine]:
        return self._read_lines(contact)

    def _read_lines(self, contact: int | None) -> list[CaseLine]:
        with db.reading(self.context.engine) as session:
            query = (
                select(CaseContact, Mention.id, Mention.platform, Mention.external_id)
                .join(CaseMessage, col(CaseMessage.contact_id) == CaseContact.id)
                .join(Mention, col(Mention.id) == CaseMessage.mention_id)
                .where(CaseMessage.direction == "in")
                .order_by(col(CaseMessage.at), col(CaseMessage.id))
            )
            if contact is not None:
                query = query.where(CaseContact.id == contact)
            rows = session.execute(query).all()
            session.expunge_all()
        return [
            CaseLine(row, item, id_)
            for row, id_, platform, key in rows
            if (item := self.item_of(platform, key)) is not None
        ]

    def item(self, mention_id: int) -> "CityItem | None":
        with db.reading(self.context.engine) as session:
            mention = session.get_one(Mention, mention_id)
            return self.item_of(mention.platform, mention.external_id)

    def mentions_without_case(self) -> list[int]:
        """The mentions that stand and are in no case, the first first."""
        with db.reading(self.context.engine) as session:
            in_case = select(CaseMessage.mention_id).where(
                col(CaseMessage.mention_id).is_not(None)
            )
            query = select(Mention.id).where(
                Mention.state == "present", col(Mention.id).not_in(in_case)
            )
            ids = list(session.scalars(query.order_by(col(Mention.id))))
        return [id_ for id_ in ids if id_ is not None]
