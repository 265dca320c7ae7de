"""The page that stops a letter, over real sockets: asked, stopped, refused."""

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.outbox import unsubscribe_token, unsubscriptions
from socialcell.web import redirect_server
from socialcell.web.unsubscribe import MAX_BYTES
from tests.campaigns.links.link_requests import Answer, ask

pytestmark = pytest.mark.swept_on_postgresql

ASHA = "asha@city.example"
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def path_of(context: Context, letter: str = "report") -> str:
    key = unsubscriptions.load_key(context)
    token = unsubscribe_token.create_token(key, letter, ASHA)
    return f"{unsubscriptions.PATH}{token}"


def post(address: str, path: str, body: bytes = ONE_CLICK) -> Answer:
    return ask(address, path, method="POST", body=body, Content_Type=FORM)


@pytest.mark.parametrize("letter", ["report", "brief"])
def test_the_page_asks_in_three_languages_and_stops_nothing(
    context: Context, letter: str
) -> None:
    with redirect_server.serving(context) as address:
        path = path_of(context, letter)
        answers = [ask(address, path, method=method) for method in ("GET", "HEAD")]

    html = answers[0].body.decode()
    heads = {
        "report": ("साप्ताहिक पत्र", "Stop the weekly letter?"),
        "brief": ("दैनिक संक्षिप्त", "Stop the daily brief?"),
    }
    assert [answer.status for answer in answers] == [200, 200]
    assert all(head in html for head in heads[letter])
    assert [html.count(f'<section lang="{lang}">') for lang in ("mr", "hi", "en")] == [
        1,
        1,
        1,
    ]
    assert (html.count('<form method="post">'), html.count("<button")) == (1, 1)
    assert path not in html
    policy = answers[0].headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "default-src 'none'" in policy
    assert answers[0].headers["cache-control"] == "no-store"
    assert unsubscriptions.count_by_letter(context) == {}


@pytest.mark.parametrize("body", [ONE_CLICK, b"", b"\xff" * MAX_BYTES])
def test_a_post_stops_the_letter_whatever_its_body_says(
    context: Context, body: bytes
) -> None:
    with redirect_server.serving(context) as address:
        answer = post(address, path_of(context), body)

    assert answer.status == 200
    assert "The weekly letter is stopped" in answer.body.decode()
    assert "<form" not in answer.body.decode()
    assert "form-action 'none'" in answer.headers["content-security-policy"]
    assert unsubscriptions.subscribers(context, "report", [ASHA, "b@city.example"]) == [
        "b@city.example"
    ]
    assert unsubscriptions.subscribers(context, "brief", [ASHA]) == [ASHA]


def test_the_same_post_again_is_answered_alike_and_changes_nothing(
    context: Context, engine: Engine
) -> None:
    with redirect_server.serving(context) as address:
        answers = [post(address, path_of(context)) for _ in range(3)]

    assert {(answer.status, answer.body) for answer in answers} == {
        (200, answers[0].body)
    }
    assert unsubscriptions.count_by_letter(context) == {"report": 1}
    with db.reading(engine) as session:
        (row,) = audit.entries(session, 9)
    assert (row.action, row.actor) == ("outgoing.unsubscribe", "recipient of a letter")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_of_another_workspace_finds_no_page(
    context: Context, method: str
) -> None:
    other = unsubscribe_token.derive_key(b"the secret of another workspace")
    token = unsubscribe_token.create_token(other, "report", ASHA)
    with redirect_server.serving(context) as address:
        answers = [
            ask(address, f"{unsubscriptions.PATH}{text}", method=method, body=b"")
            for text in (token, "report", "%FF%FE", "a" * 5000)
        ]

    assert [answer.status for answer in answers] == [404] * 4
    assert "This link does not exist" in answers[0].body.decode()
    assert unsubscriptions.count_by_letter(context) == {}


def test_too_large_a_body_and_other_methods_are_refused(context: Context) -> None:
    with redirect_server.serving(context) as address:
        large = post(address, path_of(context), b"a" * (MAX_BYTES + 1))
        other = ask(address, path_of(context), method="DELETE")

    assert (large.status, other.status) == (413, 405)
    assert other.headers["allow"] == "GET, HEAD, POST"
    assert unsubscriptions.count_by_letter(context) == {}
