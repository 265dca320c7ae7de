"""Who is behind a mention is seen in an open case, with a reason, for a while."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.people.reveal_rules import (
    Case,
    RevealRefused,
    RevealRequest,
    until,
)
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people import reveals
from socialcell.ops import audit
from tests.builders import NOON, make_author, make_record, store_records

PEOPLE = People(b"key", frozenset())
CASE = Case("PMC-17", is_open=True, mentions=frozenset({1}))
REQUEST = RevealRequest(
    "asha", 1, "to send the water tanker to the door", timedelta(hours=2)
)


def held(engine: Engine) -> None:
    author = make_author("77001122", handle="thirsty_citizen", name="Thirsty Citizen")
    store_records(engine, make_record(author=author))


@pytest.mark.parametrize(
    ("request_", "case", "lacks"),
    [
        (replace(REQUEST, operator=" "), CASE, "name of who looks"),
        (REQUEST, replace(CASE, is_open=False), "closed"),
        (replace(REQUEST, mention_id=2), CASE, "not part of case"),
        (replace(REQUEST, reason="because      " + " " * 20), CASE, "characters"),
        (replace(REQUEST, lasts=timedelta(hours=25)), CASE, "at most 24 hours"),
        (replace(REQUEST, lasts=timedelta()), CASE, "at most"),
    ],
)
def test_a_request_that_lacks_something_is_refused(
    engine: Engine, request_: RevealRequest, case: Case, lacks: str
) -> None:
    held(engine)

    with pytest.raises(RevealRefused, match=lacks), db.writing(engine) as session:
        reveals.grant(session, PEOPLE, request_, case, NOON)

    with db.reading(engine) as session:
        assert audit.head(session).seq == 0


def test_a_permission_ends_when_it_was_asked_to() -> None:
    assert until(REQUEST, CASE, NOON) == NOON + timedelta(hours=2)


def test_a_reveal_is_in_the_log_before_anybody_sees_it(engine: Engine) -> None:
    held(engine)
    reason = "to call thirsty_citizen back on 98220 12345"

    with db.writing(engine) as session:
        found = reveals.grant(
            session, PEOPLE, replace(REQUEST, reason=reason), CASE, NOON
        )

    assert (found.uid, found.handle, found.name) == (
        "77001122",
        "thirsty_citizen",
        "Thirsty Citizen",
    )
    with db.reading(engine) as session:
        (entry,) = audit.entries(session, 9)
    assert (entry.actor, entry.action) == ("asha", "person.reveal")
    assert entry.object == f"x:{PEOPLE.pseudonym('x', '77001122')}"
    assert entry.detail["case"] == "PMC-17"
    assert entry.detail["reason"] == "to call ••• back on •••"


def test_a_reveal_that_is_taken_back_left_no_trace_and_showed_nothing(
    engine: Engine,
) -> None:
    held(engine)
    with db.writing(engine) as session:
        reveals.grant(session, PEOPLE, REQUEST, CASE, NOON)
        session.rollback()

    with db.reading(engine) as session:
        assert audit.head(session).seq == 0


def test_looking_again_is_logged_and_ends(engine: Engine) -> None:
    held(engine)
    with db.writing(engine) as session:
        first = reveals.grant(session, PEOPLE, REQUEST, CASE, NOON)

    def look(operator: str, case: Case, minutes: int) -> str | None:
        at = NOON + timedelta(minutes=minutes)
        with db.writing(engine) as session:
            return reveals.look_again(
                session, PEOPLE, first.grant, operator, case, at
            ).handle

    assert look("asha", CASE, 119) == "thirsty_citizen"
    for operator, case, minutes in (
        ("asha", CASE, 120),
        ("asha", replace(CASE, is_open=False), 5),
        ("asha", replace(CASE, id="PMC-18"), 5),
        ("vikram", CASE, 5),
    ):
        with pytest.raises(RevealRefused):
            look(operator, case, minutes)
    with db.reading(engine) as session:
        acts = [row.action for row in audit.entries(session, 9)]
    assert acts == ["person.look", "person.reveal"]
