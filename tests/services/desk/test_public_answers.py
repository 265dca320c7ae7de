"""A public answer follows its post: waiting, held, doubted, withdrawn or out."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.desk.model import CaseMessage, CaseStep, DeskCase
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_results
from tests.builders import NOON
from tests.desk_builders import make_case, make_contact, make_message, make_reply
from tests.rows import in_order
from tests.statements import counted

pytestmark = pytest.mark.swept_on_postgresql

HELD = "held: the election"


def make_replies(
    engine: Engine, count: int, post: Mapping[str, str], waits: Mapping[str, str] | None
) -> None:
    """Public answers of one case that are queued, with their posts, and what the
    outbox says of these."""
    with db.writing(engine) as session:
        case = make_case(session)
        contact = make_contact(session, case)
        for n in range(1, count + 1):
            row = make_reply(session, f"reply{n}", **post)
            if waits is not None:
                values = {"channel": "x", "recipient": "x", "subject": ""} | dict(waits)
                values |= {"kind": "reply", "dedup_key": row.sent_as}
                session.add(Outgoing(**values, not_before=NOON, made_at=NOON))
            make_message(
                session,
                case,
                contact,
                "उत्तर",
                direction="out",
                state="queued",
                purpose="answer",
                is_public=True,
                own_post_id=row.id,
            )


def answers(engine: Engine) -> list[tuple[str, str | None, str | None]]:
    with db.reading(engine) as session:
        rows = session.scalars(in_order(CaseMessage)).all()
        return [(row.state, row.reason, row.external_id) for row in rows]


@pytest.mark.parametrize(
    ("post", "waits", "answer", "steps"),
    [
        ({"state": "approved"}, None, ("queued", None, None), []),
        (
            {"state": "approved"},
            {"state": "pending", "answer": "tried at noon"},
            ("queued", None, None),
            [],
        ),
        (
            {"state": "approved"},
            {"state": "held", "held_by": "rule", "answer": HELD},
            ("queued", HELD, None),
            [],
        ),
        (
            {"state": "approved"},
            {"state": "held", "held_by": "unsure", "answer": "no answer came"},
            ("unsure", "no answer came", None),
            ["answer_unsure"],
        ),
        ({"state": "withdrawn"}, None, ("withdrawn", None, None), []),
        (
            {"state": "posted", "external_id": "99"},
            {"state": "sent"},
            ("sent", None, "99"),
            ["answer"],
        ),
        (
            {"state": "deleted", "external_id": "99"},
            {"state": "sent"},
            ("sent", None, "99"),
            ["answer"],
        ),
    ],
)
def test_an_answer_stands_as_its_post_does(
    context: Context,
    engine: Engine,
    post: dict[str, str],
    waits: dict[str, str] | None,
    answer: tuple[str, str | None, str | None],
    steps: list[str],
) -> None:
    make_replies(engine, 1, post, waits)
    changed = answer_results.note_public(context)
    assert changed == (answer != ("queued", None, None))
    assert answers(engine) == [answer]
    assert answer_results.note_public(context) == 0
    with db.reading(engine) as session:
        assert [row.kind for row in session.scalars(in_order(CaseStep))] == steps
        (case,) = session.scalars(select(DeskCase))
        assert case.state == ("acknowledged" if "answer" in steps else "new")


def test_a_doubted_answer_that_is_found_on_the_platform_is_sent(
    context: Context, engine: Engine
) -> None:
    unsure = {"state": "held", "held_by": "unsure", "answer": "no answer came"}
    make_replies(engine, 1, {"state": "approved"}, unsure)
    answer_results.note_public(context)
    with db.writing(engine) as session:
        (post,) = session.scalars(select(OwnPost))
        post.state, post.external_id = "posted", "99"
    assert answer_results.note_public(context) == 1
    assert answers(engine) == [("sent", None, "99")]


def test_two_statements_ask_of_hundreds_that_wait_and_few_note_that_all_are_held(
    context: Context, engine: Engine
) -> None:
    waits = {"state": "held", "held_by": "mode", "answer": HELD}
    make_replies(engine, 120, {"state": "approved"}, waits)

    with counted(engine) as statements:
        assert answer_results.note_public(context) == 120
    # Two to ask, and of each fifty: lock, ask again, change.
    assert len(statements) <= 2 + 3 * 4
    assert set(answers(engine)) == {("queued", HELD, None)}

    with counted(engine) as statements:
        assert answer_results.note_public(context) == 0
    assert len(statements) == 2
