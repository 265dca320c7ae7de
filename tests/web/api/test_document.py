"""The OpenAPI document says what is asked, answered and refused, and by example."""

from typing import Any

import pytest
from pydantic import BaseModel

from socialcell.roles import TokenScope
from socialcell.web.api import (
    area_answers,
    case_answers,
    case_writing,
    figure_answers,
    incident_answers,
    mention_answers,
    problems,
)
from socialcell.web.api.fields import ApiAnswer
from tests.web.api.conftest import Client

MODULES = (
    area_answers,
    case_answers,
    case_writing,
    figure_answers,
    incident_answers,
    mention_answers,
    problems,
)
ANSWERS = [
    model
    for module in MODULES
    for model in vars(module).values()
    if isinstance(model, type)
    and issubclass(model, ApiAnswer)
    and model is not ApiAnswer
]
pytestmark = pytest.mark.on_sqlite
ERRORS = {"400", "401", "403", "422", "429", "503"}
OF_BODIES = {"408", "409", "413"}


@pytest.fixture
def document(make_client: Client) -> dict[str, Any]:
    answer = make_client(token="").get("openapi.json")
    assert answer.status_code == 200, "it holds no rows, so it needs no token"
    document: dict[str, Any] = answer.json()
    return document


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def success(path: str) -> str:
    """The status of what an operation answers when nothing is wrong."""
    return "201" if path.startswith("post") else "200"


def test_it_is_openapi_3_1_with_one_security_scheme(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    schemes = document["components"]["securitySchemes"]
    assert list(schemes) == ["token"]
    assert (schemes["token"]["type"], schemes["token"]["scheme"]) == ("http", "bearer")


def test_every_operation_names_itself_and_its_scope(document: dict[str, Any]) -> None:
    names, scopes = set(), set()
    for operation in operations(document).values():
        names.add(operation["operationId"])
        assert operation["summary"]
        (requirement,) = operation["security"]
        (scope,) = requirement["token"]
        scopes.add(scope)

    assert len(names) == len(operations(document))
    assert scopes == {scope.value for scope in TokenScope}


def test_every_operation_documents_every_error_as_a_problem(
    document: dict[str, Any],
) -> None:
    for path, operation in operations(document).items():
        answers = operation["responses"]
        good = success(path)
        expected = {good, *ERRORS} | ({"404"} if "{" in path else set())
        expected |= OF_BODIES if good == "201" else set()
        assert answers.keys() == expected
        assert "RateLimit" in answers[good]["headers"]
        assert "Retry-After" in answers["429"]["headers"]
        assert "Retry-After" in answers["503"]["headers"]
        assert "WWW-Authenticate" in answers["401"]["headers"]
        for status in answers.keys() - {good}:
            (media_type,) = answers[status]["content"]
            assert media_type == "application/problem+json"
            content = answers[status]["content"][media_type]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemDocument"}
            example = problems.ProblemDocument.model_validate(content["example"])
            assert example.status == int(status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("model", ANSWERS, ids=lambda model: model.__name__)
def test_examples_are_answers(model: type[BaseModel]) -> None:
    extra = model.model_config.get("json_schema_extra") or {}
    assert isinstance(extra, dict)
    for example in extra.get("examples", []):
        parsed = model.model_validate(example)
        assert parsed.model_dump(mode="json", by_alias=True).keys() == example.keys()


def test_every_answer_has_an_example_and_no_part_without_a_type(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    for path, operation in operations(document).items():
        content = operation["responses"][success(path)]["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        assert schemas[name]["examples"]
    untyped = [
        f"{name}.{key}"
        for name, schema in schemas.items()
        for key, part in schema.get("properties", {}).items()
        if not {"type", "$ref", "anyOf", "enum", "const"} & part.keys()
    ]
    assert untyped == []
