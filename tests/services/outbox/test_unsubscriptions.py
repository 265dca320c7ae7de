"""Recipients who stop a letter: over a real mail server, and by their tokens."""

import secrets

import pytest
from sqlalchemy import Engine

from socialcell import config, db, mail
from socialcell.errors import UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.outbox import (
    outbox,
    outbox_view,
    unsubscribe_token,
    unsubscriptions,
)
from socialcell.services.outbox.unsubscribe_token import Subscription
from socialcell.settings.notifications import Mail
from tests.mailbox import mailbox

pytestmark = pytest.mark.swept_on_postgresql

BASE = "https://go.pune.example"
ASHA, RAVI = "asha@city.example", "ravi@city.example"


def with_mail(context: Context, port: int = 25, url: str | None = BASE) -> Context:
    server = Mail(host="127.0.0.1", port=port, security="none", unsubscribe_url=url)
    settings = context.workspace.config.model_copy(update={"mail": server})
    workspace = config.Workspace(context.workspace.folder, settings)
    return Context(workspace, context.engine, context.clock)


def put(context: Context, key: str, kind: str = "report") -> int:
    letter = mail.Letter(f"Week {key}", "text", "<p>text</p>")
    return outbox.put_letter(context, kind, key, "en", (ASHA, RAVI), lambda: letter)


def subscription(context: Context, letter: str, address: str) -> Subscription:
    """What the address in a letter stops."""
    url = unsubscriptions.address(with_mail(context), letter, address)
    assert url is not None
    token = url.rpartition("/")[2]
    stopped = unsubscribe_token.read_token(unsubscriptions.load_key(context), token)
    assert stopped is not None
    return stopped


def recipients(context: Context, subject: str) -> list[str]:
    rows = outbox_view.list_messages(context)
    return sorted(row.recipient for row in rows if row.subject == subject)


@pytest.mark.parametrize("kind", ["report", "brief"])
def test_a_letter_arrives_with_the_headers_of_a_one_click_button(
    context: Context, kind: str
) -> None:
    with mailbox() as (box, port):
        context = with_mail(context, port)
        put(context, "w48", kind)
        assert outbox.deliver_due(context).sent == 2

    for recipient, message in box.taken:
        https, mailto = message["List-Unsubscribe"].split()
        assert https.startswith(f"<{BASE}/unsubscribe/{kind}.")
        assert https.endswith(">,")
        assert mailto.startswith("<mailto:")
        assert mailto.endswith(f"?subject=unsubscribe%20{kind}>")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        key, token = unsubscriptions.load_key(context), https[1:-2].rpartition("/")[2]
        assert recipient not in https
        assert unsubscribe_token.read_token(key, token) == Subscription(
            kind, unsubscribe_token.hash_address(key, recipient)
        )


@pytest.mark.parametrize(("kind", "url"), [("report", None), ("alert", BASE)])
def test_alerts_and_a_cell_without_a_public_server_have_the_address_to_write_to_alone(
    context: Context, kind: str, url: str | None
) -> None:
    with mailbox() as (box, port):
        context = with_mail(context, port, url)
        put(context, "w48", kind)
        assert outbox.deliver_due(context).sent == 2

    for _recipient, message in box.taken:
        assert message["List-Unsubscribe"].startswith("<mailto:")
        assert "https" not in message["List-Unsubscribe"]
        assert message["List-Unsubscribe-Post"] is None


def test_who_stopped_a_letter_gets_none_next_week_and_others_do(
    context: Context,
) -> None:
    assert put(context, "w48") == 2
    assert unsubscriptions.stop(context, subscription(context, "report", ASHA.upper()))

    assert put(context, "w49") == 1
    assert put(context, "monday", "brief") == 2
    assert put(context, "flood", "alert") == 2

    assert recipients(context, "Week w49") == [RAVI]


def test_the_log_says_how_many_stopped_a_letter(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    unsubscriptions.stop(context, subscription(context, "report", ASHA))
    with caplog.at_level("INFO"):
        put(context, "w49")
    assert "recipients stopped this letter" in caplog.text


def test_a_stop_is_stored_and_audited_once_without_the_address(
    context: Context, engine: Engine
) -> None:
    stopped = subscription(context, "report", ASHA)

    assert [unsubscriptions.stop(context, stopped) for _ in range(2)] == [True, False]

    with db.reading(engine) as session:
        (row,) = audit.entries(session, 9)
        assert audit.verify(session).ok
    assert (row.action, row.object) == ("outgoing.unsubscribe", "report")
    assert row.detail == {"recipient": stopped.recipient}
    assert unsubscriptions.count_by_letter(context) == {"report": 1}


def test_who_asks_for_a_letter_again_gets_it_again(
    context: Context, engine: Engine
) -> None:
    unsubscriptions.stop(context, subscription(context, "report", ASHA))

    unsubscriptions.resubscribe(context, "report", ASHA)

    assert put(context, "w49") == 2
    with db.reading(engine) as session:
        actions = {row.action for row in audit.entries(session, 9)}
    assert actions == {"outgoing.unsubscribe", "outgoing.resubscribe"}


@pytest.mark.parametrize(
    ("letter", "code"),
    [("report", "outbox.not_unsubscribed"), ("alert", "outbox.no_such_letter")],
)
def test_what_nobody_stopped_cannot_be_resumed(
    context: Context, letter: str, code: str
) -> None:
    unsubscriptions.stop(context, subscription(context, "brief", ASHA))
    with pytest.raises(UsageError) as error:
        unsubscriptions.resubscribe(context, letter, ASHA)
    assert error.value.message.code == code


def test_a_token_of_another_workspace_or_of_other_letters_is_refused(
    context: Context,
) -> None:
    key = unsubscriptions.load_key(context)
    other = unsubscribe_token.derive_key(secrets.token_bytes(32))
    token = unsubscribe_token.create_token(key, "report", ASHA)
    letter, recipient, signature = token.split(".")
    forged = [
        unsubscribe_token.create_token(other, "report", ASHA),
        unsubscribe_token.create_token(key, "alert", ASHA),
        f"brief.{recipient}.{signature}",
        f"{letter}.{unsubscribe_token.hash_address(key, RAVI)}.{signature}",
        f"{token}\n",
        token[:-1],
        "",
    ]
    assert unsubscribe_token.read_token(key, token) is not None
    assert [unsubscribe_token.read_token(key, text) for text in forged] == [None] * 7


@pytest.mark.parametrize(
    "url",
    [
        "http://go.pune.example",
        "go.pune.example",
        "https://go.pune.example/a",
        "https://a@go.pune.example",
        "https://go.pune.example\nBcc: all@city.example",
    ],
)
def test_the_public_server_is_named_by_an_https_address_alone(url: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not of the form https://go\.pune\.example"
    ):
        Mail(unsubscribe_url=url)
    assert Mail(unsubscribe_url=f"{BASE}/").unsubscribe_url == BASE
