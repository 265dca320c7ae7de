"""The addresses of areas."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Security

from socialcell.clock import IST
from socialcell.listening.day_ranges import read_day
from socialcell.message_catalog import Message
from socialcell.roles import TokenScope
from socialcell.services import areas
from socialcell.services.context import Context
from socialcell.services.operators.token_admission import Admission
from socialcell.web.api.access import Check
from socialcell.web.api.area_answers import (
    AreaAnswer,
    AreaDayParameters,
    AreaDetailAnswer,
    AreaParameters,
    AreasAnswer,
)
from socialcell.web.api.fields import PlainText
from socialcell.web.api.operations import PREFIX, responses
from socialcell.web.api.problems import ApiError


def area_router(context: Context, check: Check) -> APIRouter:
    """GET areas and areas/{key}."""
    router = APIRouter(prefix=PREFIX, tags=["areas"])

    @router.get(
        "/areas",
        operation_id="listAreas",
        summary="Wards, prabhags, localities and villages of a day",
        responses=responses(),
    )
    def list_areas(
        parameters: Annotated[AreaParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.AREAS.value])
        ],
    ) -> AreasAnswer:
        day = _day(context, parameters.on)
        rows = areas.list_areas(context, day, parameters.kind, admission.place)
        documents = map(areas.area_document, rows)
        return AreasAnswer(
            on=day, areas=[AreaAnswer.model_validate(row) for row in documents]
        )

    @router.get(
        "/areas/{key}",
        operation_id="showArea",
        summary="One area, those around it and those in it",
        responses=responses(with_404=True),
    )
    def show_area(
        key: Annotated[
            PlainText, Path(description="Its id.", examples=["ward:kothrud-bavdhan"])
        ],
        parameters: Annotated[AreaDayParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.AREAS.value])
        ],
    ) -> AreaDetailAnswer:
        day = _day(context, parameters.on)
        surroundings = areas.find_area(context, key, day, admission.place)
        if surroundings is None:
            missing = Message("api.no_such_area", {"area": key, "day": day})
            raise ApiError(404, missing)
        return AreaDetailAnswer.model_validate(
            {
                **areas.area_document(surroundings.area),
                "on": day,
                "around": list(map(areas.area_document, surroundings.around)),
                "parts": list(map(areas.area_document, surroundings.parts)),
            }
        )

    return router


def _day(context: Context, on: str | None) -> date:
    """A day as it is written; today in Pune without one."""
    now = context.clock.now()
    return read_day(on, "on", now) if on else now.astimezone(IST).date()
