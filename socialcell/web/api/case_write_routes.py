"""The addresses at which a program brings what citizens say to cases."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Response, Security

from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.desk.model import PORTAL
from socialcell.json_types import JsonValue
from socialcell.roles import TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import program_cases
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.program_cases import ProgramRequest, ProgramResult
from socialcell.services.operators.token_admission import Admission
from socialcell.web.api.access import Check
from socialcell.web.api.case_writing import (
    CaseOpening,
    CaseStepBody,
    CaseWritten,
    ClosingStep,
    Key,
    MessageStep,
)
from socialcell.web.api.fields import PlainText
from socialcell.web.api.operations import PREFIX, write_responses


def case_write_router(context: Context, check: Check) -> APIRouter:
    """POST cases and cases/{number}/steps."""
    router = APIRouter(prefix=PREFIX, tags=["cases"])

    @router.post(
        "/cases",
        operation_id="openCase",
        summary="Open a case of what a citizen asks for",
        status_code=201,
        responses=write_responses(with_404=False),
    )
    def open_case(
        opening: CaseOpening,
        key: Annotated[Key, Header()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.CASES_WRITE.value])
        ],
        response: Response,
    ) -> CaseWritten:
        request = _request(admission, key, ["cases", opening.model_dump()])
        point = opening.point
        new = NewCase(
            words=SpokenWords(PORTAL, opening.words, opening.language),
            kind=opening.kind,
            topic=opening.topic,
            place=opening.place or "",
            point=None if point is None else (point.latitude, point.longitude),
        )
        result = program_cases.open_case(context, request, new, opening.citizen)
        response.headers["location"] = f"{PREFIX}/cases/{result.number}"
        return _written(result)

    @router.post(
        "/cases/{number}/steps",
        operation_id="addCaseStep",
        summary="Enter what a citizen says in a case that the program opened",
        status_code=201,
        responses=write_responses(with_404=True),
    )
    def add_step(
        number: Annotated[
            PlainText, Path(description="Its number.", examples=["26-004211"])
        ],
        step: CaseStepBody,
        key: Annotated[Key, Header()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.CASES_WRITE.value])
        ],
    ) -> CaseWritten:
        request = _request(admission, key, [number, step.model_dump()])
        return _written(_act(context, request, number, step))

    return router


def _request(admission: Admission, key: str, body: JsonValue) -> ProgramRequest:
    return ProgramRequest(admission.name, admission.places, key, body)


def _act(
    context: Context, request: ProgramRequest, number: str, step: CaseStepBody
) -> ProgramResult:
    if isinstance(step, MessageStep):
        return program_cases.write_on(
            context, request, number, step.contact, step.words
        )
    if isinstance(step, ClosingStep):
        answer = ClosingAnswer(step.answer)
        return program_cases.answer_closing(
            context, request, number, step.contact, answer, step.words or ""
        )
    return program_cases.cancel(context, request, number, step.contact, step.reason)


def _written(result: ProgramResult) -> CaseWritten:
    return CaseWritten(
        **{name: getattr(result, name) for name in CaseWritten.model_fields}
    )
