"""What stands beside a quotation, and in its place when it is gone."""

from datetime import datetime
from typing import Any

import pytest

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.listening.store.mentions.quotes import QuotedPost
from socialcell.reports import frozen_quotes
from socialcell.reports.page import Quotation
from socialcell.reports.phrases import Phrases
from tests.reports.incidents.facts import PEOPLE

WATER: dict[str, Any] = {
    "why": "topic",
    "topic": "water",
    "platform": "x",
    "external_id": "1",
    "content_hash": "hash",
    "drawn_from": 9,
}


def post(**changes: Any) -> QuotedPost:
    """A post of an account of the registry on a Friday."""
    fields: dict[str, Any] = {
        "id": 1,
        "platform": "x",
        "state": "present",
        "title": None,
        "text": "No water since Monday",
        "content_hash": "hash",
        "authored_at": datetime(2026, 11, 20, 8, 0, tzinfo=IST),
        "language": "en",
        "intent": "complaint",
        "withheld": None,
        "uid": "u1",
        "handle": "daily_paper",
        "name": None,
    }
    return QuotedPost(**fields | changes)


def quotation(row: QuotedPost | None, **quote: Any) -> Quotation:
    drawn: Any = WATER | quote
    return frozen_quotes._quotation(
        drawn, row, PEOPLE, Phrases(language("en")), lambda _text, _at: True
    )


def test_a_quotation_says_who_when_and_out_of_how_many() -> None:
    shown = quotation(post(content_hash="another"))

    assert shown.about == (
        "daily_paper · X · 20 Nov 2026, 08:00 · Water supply, drawn from 9 posts"
    )
    assert shown.text == "No water since Monday"
    assert shown.note == "not confirmed, edited since"


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (None, "This quotation was removed: its author deleted it."),
        (
            post(state="deleted", text=None),
            "This quotation was removed: its author deleted it.",
        ),
        (
            post(withheld={"countries": ["IN"]}),
            "This quotation was removed: the platform withholds the post.",
        ),
    ],
)
def test_a_quotation_that_is_gone_says_why(row: QuotedPost | None, note: str) -> None:
    assert quotation(row) == Quotation("topic", "", None, note=note)
