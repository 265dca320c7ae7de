"""The addresses of incidents."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Security

from socialcell.roles import TokenScope
from socialcell.services.alerts import incident_documents
from socialcell.services.alerts.incident_documents import IncidentDocument
from socialcell.services.context import Context
from socialcell.services.operators.token_admission import Admission
from socialcell.web.api.access import Check
from socialcell.web.api.fields import RowId
from socialcell.web.api.incident_answers import (
    IncidentAnswer,
    IncidentDetailAnswer,
    IncidentParameters,
    IncidentsAnswer,
)
from socialcell.web.api.operations import PREFIX, responses


def incident_router(context: Context, check: Check) -> APIRouter:
    """GET incidents and incidents/{id}."""
    router = APIRouter(prefix=PREFIX, tags=["incidents"])

    @router.get(
        "/incidents",
        operation_id="listIncidents",
        summary="Incidents, the last opened first",
        responses=responses(),
    )
    def list_incidents(
        parameters: Annotated[IncidentParameters, Query()],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.INCIDENTS.value])
        ],
    ) -> IncidentsAnswer:
        rows, before = incident_documents.list_page(
            context,
            [] if parameters.state is None else [parameters.state],
            limit=parameters.limit,
            before=parameters.before,
            place=admission.place,
        )
        page = [IncidentAnswer.model_validate(_without_texts(row)) for row in rows]
        return IncidentsAnswer(incidents=page, next=before)

    @router.get(
        "/incidents/{incident}",
        operation_id="showIncident",
        summary="One incident with what contradicts itself, and rumours",
        responses=responses(with_404=True),
    )
    def show_incident(
        incident: Annotated[RowId, Path(description="Its id.", examples=[3])],
        admission: Annotated[
            Admission, Security(check, scopes=[TokenScope.INCIDENTS.value])
        ],
    ) -> IncidentDetailAnswer:
        row = incident_documents.find_incident(context, incident, admission.place)
        return IncidentDetailAnswer.model_validate(_without_recipients(row))

    return router


def _without_recipients(row: IncidentDocument) -> dict[str, object]:
    """An incident without the addresses of its readers, which are the city's own."""
    notices = [
        {key: part for key, part in notice.items() if key != "recipient"}
        for notice in row["told"]
    ]
    return {**row, "told": notices}


def _without_texts(row: IncidentDocument) -> dict[str, object]:
    """The same without what is searched for one incident alone."""
    left_out = ("figures", "rumours")
    document = _without_recipients(row)
    return {key: part for key, part in document.items() if key not in left_out}
