"""A message of the outbox is read as it would leave."""

import json

import pytest
from sqlalchemy import Engine

from socialcell import chat, db, mail
from socialcell.errors import UsageError
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.outbox.message_text import show_message
from tests.builders import NOON
from tests.inside import socialcell

CARD = chat.ChatCard(
    title="A flood",
    lines=("Ward Aundh", "12 mentions"),
    quotes=(("x 10h", "The river is on the road"),),
    foot=("Take it on",),
    link="https://cell.example/incidents/3",
)
WORDS = ("A flood", "Ward Aundh", "12 mentions", "The river", "x 10h", "Take it on")


def put_letter(context: Context) -> None:
    letter = mail.Letter("आठवडा", "पहिली ओळ\nSecond line", "<p>as a page</p>")
    readers = ("reader@city.example",)
    outbox.put_letter(context, "report", "week", "mr", readers, lambda: letter)


def put(engine: Engine, kind: str, channel: str, body: bytes | None) -> int:
    """A message as its service puts it in; its number."""
    message = Outgoing(
        kind=kind,
        channel=channel,
        dedup_key=f"{kind}.{channel}",
        recipient="26-000004",
        subject="A subject",
        body=body,
        state="pending",
        not_before=NOON,
        made_at=NOON,
    )
    with db.writing(engine) as session:
        session.add(message)
        session.flush()
        return message.id or 0


@pytest.mark.on_sqlite
def test_the_command_shows_a_letter_with_its_text_and_when_it_is_due(
    context: Context,
) -> None:
    put_letter(context)
    config = ("--config", context.workspace.folder / "config.yaml")

    shown = socialcell("outbox", "show", "1", *config)
    document = json.loads(socialcell("outbox", "show", "1", "--json", *config).stdout)

    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.endswith("\nपहिली ओळ\nSecond line\n")
    for line in ("to: reader@city.example", "subject: आठवडा", "due: 2026-11-"):
        assert line in shown.stdout
    message = document["message"]
    assert message["text"] == "पहिली ओळ\nSecond line"
    assert (message["attempts"], message["channel"]) == (0, "mail")


@pytest.mark.parametrize("kind", ["slack", "teams", "mattermost", "telegram"])
def test_a_message_of_every_chat_is_read_without_its_form(
    context: Context, engine: Engine, kind: str
) -> None:
    text = show_message(
        context, put(engine, "alert", kind, chat.payload(kind, CARD))
    ).text

    assert text is not None
    places = [text.index(words) for words in WORDS[:4]]
    assert places == sorted(places)
    assert all(text.count(words) == 1 for words in WORDS)
    assert "incidents/3" in text
    assert "{" not in text


def test_of_a_call_what_is_read_out_is_shown_and_not_the_path_that_acknowledges(
    context: Context, engine: Engine
) -> None:
    call = {"incident": 3, "title": "A flood", "lines": ["It rises."], "text": "Help"}
    body = json.dumps({**call, "acknowledge_path": "/ack/secret"}).encode()

    shown = show_message(context, put(engine, "alert", "phone", body))

    assert shown.text == "A flood\nIt rises.\nHelp"


def test_a_private_answer_and_what_was_sent_show_no_words(
    context: Context, engine: Engine
) -> None:
    private = put(engine, "answer", "whatsapp", b"We come at two")
    sent = put(engine, "alert", "slack", None)
    post = put(engine, "post", "x", "पाणी बंद".encode())

    assert show_message(context, private).text is None
    assert show_message(context, sent).text is None
    assert show_message(context, post).text == "पाणी बंद"


def test_a_number_that_there_is_not_is_refused(context: Context) -> None:
    with pytest.raises(UsageError, match="no message 7 in the outbox"):
        show_message(context, 7)
