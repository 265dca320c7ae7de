"""Cases as plain JSON, for commands and the API."""

from dataclasses import asdict
from typing import TypedDict

from socialcell.desk.store.case_lists import CaseFilter
from socialcell.desk.store.duplicates import SuggestedPair
from socialcell.json_types import JsonObject
from socialcell.listening.people.visibility import People
from socialcell.services.context import Context
from socialcell.services.desk import case_listing
from socialcell.services.desk.case_listing import CaseRecord
from socialcell.views.desk import case_document
from socialcell.views.desk.case_document import CaseDocument, CaseListFields


class CaseListDocument(TypedDict):
    """A page of cases, how many each view has, and where the next page begins."""

    cases: list[CaseListFields]
    counts: dict[str, int]
    next: str | None


def list_documents(
    context: Context,
    people: People,
    wanted: CaseFilter,
    *,
    assignee: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> CaseListDocument:
    """A page of cases as JSON. Errors of `case_listing.list_cases`."""
    page = case_listing.list_cases(
        context, wanted, assignee=assignee, after=after, limit=limit
    )
    return {
        "cases": [
            case_document.row_fields(row, page.mentions, people) for row in page.rows
        ],
        "counts": page.counts,
        "next": page.cursor,
    }


def case_document_of(record: CaseRecord, people: People) -> CaseDocument:
    """A case and what belongs to it as JSON."""
    held_since = record.held_since
    return {
        **case_document.case_fields(record.case),
        "assignee": record.assignee,
        "holder": record.holder,
        "held_since": None if held_since is None else held_since.isoformat(),
        "merged_into": record.merged_into,
        "merged": list(record.merged),
        "contacts": [case_document.contact_fields(row) for row in record.contacts],
        "messages": [
            case_document.message_fields(row, record.mentions, people)
            for row in record.messages
        ],
        "steps": [case_document.step_fields(row) for row in record.steps],
        "suggestions": [suggestion_fields(row) for row in record.suggestions],
    }


def suggestion_fields(pair: SuggestedPair) -> JsonObject:
    """Two cases that may be one, as JSON."""
    fields = asdict(pair)
    return {**fields, "made_at": pair.made_at.isoformat()}
