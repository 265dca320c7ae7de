"""The API as an ASGI application, and the document that describes it."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.web.api.access import access_check
from socialcell.web.api.area_routes import area_router
from socialcell.web.api.case_routes import case_router
from socialcell.web.api.case_write_routes import case_write_router
from socialcell.web.api.incident_routes import incident_router
from socialcell.web.api.mention_routes import mention_router
from socialcell.web.api.operations import PREFIX
from socialcell.web.api.problems import ApiError, ProblemDocument, answer_error
from socialcell.web.api.request_guard import RequestGuard
from socialcell.web.body import BodyLimits

MOST_BYTES = 65_536
"""Of the body of a request."""
BODY_SECONDS = 15.0
DOCUMENT = f"{PREFIX}/openapi.json"
_ABOUT = """\
What citizens say to and about the city, for other programs of the city. They read it,
and a program with the scope cases:write brings what citizens say by its own door: a new
case, a message in it, an answer to the closing question. It decides, approves, closes
and reveals nothing. Such a request has an Idempotency-Key: sent again, it does nothing.

People appear by pseudonym unless they hold a public role. A number says what it does
not cover; what is not known is null, never 0. Moments are ISO 8601 in the time of Pune.
Errors are `application/problem+json` (RFC 9457). A token asks 60 times a minute. A
token of a ward office or department gets the rows of that place alone; others are
answered as if they were not there (404).
"""
_RAISED = (
    ApiError,
    HTTPException,
    RequestValidationError,
    SocialcellError,
    Exception,
)


_ROUTERS = (
    *(mention_router, area_router, incident_router, case_router),
    case_write_router,
)


def create_api(context: Context) -> ASGIApp:
    """The API of a workspace, at paths that begin with /api/v1: give it every request
    whose path does, with the path whole. `context` acts as nobody."""
    routes = BodyLimits(create_routes(context), MOST_BYTES, BODY_SECONDS)
    return RequestGuard(routes)


def create_routes(context: Context) -> FastAPI:
    """The operations without their guard; they need it for their headers."""
    app = FastAPI(
        title="socialcell",
        version=version("socialcell"),
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        exception_handlers=dict.fromkeys(_RAISED, answer_error),
    )
    check = access_check(context)
    for router in _ROUTERS:
        app.include_router(router(context, check))
    document: dict[str, Any] = {}

    def describe() -> dict[str, Any]:
        if not document:
            document.update(_document(app))
        return document

    app.openapi = describe  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _document(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1, with the form of errors, which no operation returns by itself."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary="Mentions, figures, areas, incidents and cases of a city.",
        description=_ABOUT,
        routes=app.routes,
    )
    problem = ProblemDocument.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas = document["components"]["schemas"]
    schemas.update({**problem.pop("$defs"), ProblemDocument.__name__: problem})
    return document
