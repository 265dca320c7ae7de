"""The content of the tables of cases by natural keys, for a digest of all of it."""

from typing import Any

from sqlalchemy import Select, Table, select
from sqlmodel import SQLModel

from socialcell import db
from socialcell.desk.closing_model import AnswerMacro, CareRow, ClosureCheck, FieldLink
from socialcell.desk.incident_room_model import (
    IncidentClaim,
    IncidentNote,
    NextUpdate,
    SituationReport,
)
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseFile,
    CaseMessage,
    CaseReferral,
    CaseStep,
    CaseSuggestion,
    DeskCase,
)

_CASE = db.table(DeskCase)
_OF_A_CASE: tuple[type[SQLModel], ...] = (
    CaseContact,
    CaseMessage,
    CaseStep,
    CaseClock,
    CaseReferral,
    CaseFile,
    CaseSuggestion,
    ClosureCheck,
    FieldLink,
)
_OF_THEMSELVES: tuple[type[SQLModel], ...] = (
    AnswerMacro,
    CareRow,
    IncidentNote,
    SituationReport,
    IncidentClaim,
    NextUpdate,
)
# Surrogate keys, random tokens, and ids inside a step's detail differ from one database
# to the next.
_KEYS = {
    *("id", "case_id", "first_case_id", "contact_id", "mention_id", "message_id"),
    *("macro_id", "own_post_id", "replaces", "answer_key", "outbox_key", "other_id"),
    *("external_id", "token_hash", "detail", "incident_id", "rumour_id", "file_id"),
    *("merged_into", "assignee", "template"),
}


def _columns(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in _KEYS]


def _by_itself(model: type[SQLModel]) -> tuple[str, Select[Any]]:
    table = db.table(model)
    return table.name, select(*_columns(table))


def _of_a_case(model: type[SQLModel]) -> tuple[str, Select[Any]]:
    table = db.table(model)
    rows = select(_CASE.c.number.label("case_number"), *_columns(table))
    return table.name, rows.join_from(table, _CASE, table.c.case_id == _CASE.c.id)


CASES: tuple[Table | tuple[str, Select[Any]], ...] = (
    ("desk_case", select(*_columns(_CASE))),
    *(_of_a_case(model) for model in _OF_A_CASE),
    *map(_by_itself, _OF_THEMSELVES),
)
