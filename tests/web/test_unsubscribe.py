"""The page that stops a letter, over real sockets: asked, stopped, refused."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from socialcell import config, db, mail
from socialcell.errors import ConfigError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.doctor import letter_checks
from socialcell.services.outbox import outbox, unsubscribe_token, unsubscriptions
from socialcell.settings.notifications import Mail
from socialcell.web import redirect_server
from socialcell.web.unsubscribe import MAX_BYTES
from tests.campaigns.links.link_requests import Answer, ask
from tests.inside import socialcell
from tests.mailbox import mailbox

pytestmark = pytest.mark.swept_on_postgresql

ASHA, RAVI = "asha@city.example", "ravi@city.example"
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
    assert unsubscriptions.subscribers(context, "report", [ASHA, RAVI]) == [RAVI]
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


def test_the_button_of_a_letter_that_arrived_stops_the_next_one(
    context: Context,
) -> None:
    with mailbox() as (box, port), redirect_server.serving(context) as address:
        sending = sender(context, port)
        for week in ("w48", "w49"):
            put_weekly(sending, week)
            outbox.deliver_due(sending)
            if week == "w48":
                (header,) = (
                    letter["List-Unsubscribe"]
                    for recipient, letter in box.taken
                    if recipient == ASHA
                )
                url = header.split(">")[0].removeprefix("<")
                assert post(address, urlsplit(url).path).status == 200

    letters = [(recipient, letter["Subject"]) for recipient, letter in box.taken]
    assert letters == [(ASHA, "w48"), (RAVI, "w48"), (RAVI, "w49")]


def test_doctor_counts_who_stopped_and_the_command_undoes_it(
    context: Context,
) -> None:
    sending = sender(context, 25)
    folder = context.workspace.folder
    arguments = ("report", ASHA, "--config", str(folder / "config.yaml"))
    assert not list(letter_checks.unsubscribed(context))
    with redirect_server.serving(context) as address:
        post(address, path_of(context))
    (stopped,) = letter_checks.unsubscribed(context)

    first = socialcell("outbox", "resubscribe", *arguments)
    second = socialcell("outbox", "resubscribe", *arguments)

    (resumed,) = letter_checks.unsubscribed(sending)
    assert stopped.finding == "by their recipients: report 1"
    assert resumed.finding == "none"
    assert (first.returncode, second.returncode) == (0, 2)
    assert "has not stopped the letter 'report'" in second.stderr


def test_without_its_key_the_server_serves_links_alone_and_not_what_letters_name(
    context: Context,
) -> None:
    path = path_of(context)
    (context.workspace.folder / "secrets" / "person_key").unlink()
    with redirect_server.serving(context) as address:
        assert post(address, path).status == 405
        assert ask(address, "/livez").status == 200

    sending = sender(context, 25)
    with (
        pytest.raises(ConfigError, match="person_key"),
        redirect_server.serving(sending),
    ):
        pass


def sender(context: Context, port: int) -> Context:
    server = Mail(
        host="127.0.0.1",
        port=port,
        security="none",
        unsubscribe_url="https://go.pune.example",
    )
    settings = context.workspace.config.model_copy(update={"mail": server})
    workspace = config.Workspace(context.workspace.folder, settings)
    return Context(workspace, context.engine, context.clock)


def put_weekly(context: Context, week: str) -> None:
    letter = mail.Letter(week, "text", "<p>text</p>")
    outbox.put_letter(context, "report", week, "en", (ASHA, RAVI), lambda: letter)
