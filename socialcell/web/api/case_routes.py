"""The addresses of cases."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Security

from socialcell.desk.store.case_lists import CaseFilter
from socialcell.roles import TokenScope
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk.pages import case_page, inbox
from socialcell.services.operators.token_admission import Admission
from socialcell.views.desk.case_view import CasePage
from socialcell.views.desk.clock_view import next_due
from socialcell.views.desk.inbox_view import InboxLine
from socialcell.web.api.access import Check
from socialcell.web.api.case_answers import (
    CaseAnswer,
    CaseContactAnswer,
    CaseDetailAnswer,
    CaseMessageAnswer,
    CaseParameters,
    CasesAnswer,
    CaseStepAnswer,
)
from socialcell.web.api.fields import PlainText
from socialcell.web.api.operations import PREFIX, responses


def case_router(context: Context, check: Check) -> APIRouter:
    """GET cases and cases/{number}."""
    router = APIRouter(prefix=PREFIX, tags=["cases"])

    @router.get(
        "/cases",
        operation_id="listCases",
        summary="Cases, P0 first, then those with the least time left",
        responses=responses(),
    )
    def list_cases(
        parameters: Annotated[CaseParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.CASES.value])
        ],
    ) -> CasesAnswer:
        case_filter = CaseFilter(
            view=parameters.view,
            topic=parameters.topic,
            area=parameters.area,
            owner=parameters.owner,
            priority=parameters.priority,
            state=parameters.state,
            channel=parameters.channel,
            scopes=admission.places,
        )
        people = pseudonyms.load_people(context)
        page = inbox.read_inbox(
            context,
            people,
            case_filter,
            parameters.cursor or "",
            limit=parameters.limit,
        )
        return CasesAnswer(cases=[*map(_line, page.lines)], next=page.following)

    @router.get(
        "/cases/{number}",
        operation_id="showCase",
        summary="One case with its conversations and steps",
        responses=responses(with_404=True),
    )
    def show_case(
        number: Annotated[
            PlainText, Path(description="Its number.", examples=["26-004211"])
        ],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.CASES.value])
        ],
    ) -> CaseDetailAnswer:
        people = pseudonyms.load_people(context)
        page = case_page.read_page(context, people, number, places=admission.places)
        return _detail(page)

    return router


def _line(line: InboxLine) -> CaseAnswer:
    return CaseAnswer(
        **{name: getattr(line, name) for name in _COMMON},
        due_at=None if line.clock is None else line.clock.due_at,
        channels=list(line.channels),
        words=line.words,
    )


def _detail(page: CasePage) -> CaseDetailAnswer:
    clock = next_due(page.clocks)
    return CaseDetailAnswer(
        **{name: getattr(page.case, name) for name in _COMMON},
        due_at=None if clock is None else clock.due_at,
        channels=list(dict.fromkeys(contact.channel for contact in page.contacts)),
        closed_at=page.case.closed_at,
        merged_into=page.case.merged_number,
        contacts=[
            CaseContactAnswer(
                **{name: getattr(row, name) for name in CaseContactAnswer.model_fields}
            )
            for row in page.contacts
        ],
        messages=[
            CaseMessageAnswer(
                mention=row.mention_id,
                **{
                    name: getattr(row, name)
                    for name in CaseMessageAnswer.model_fields
                    if name != "mention"
                },
            )
            for row in page.messages
            if row.direction in ("in", "out")
        ],
        steps=[
            CaseStepAnswer(
                **{name: getattr(row, name) for name in CaseStepAnswer.model_fields}
            )
            for row in page.steps
        ],
    )


_COMMON = (
    *("number", "kind", "topic", "priority", "area", "place", "title", "state"),
    *("waits_for", "level", "reopened", "owner", "opened_at", "rev"),
)
