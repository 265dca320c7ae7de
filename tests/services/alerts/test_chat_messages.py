"""Rooms of chats are told over the wire: once, in time, without a secret anywhere."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from socialcell import chat, db
from socialcell.chat import ChatCard
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.ops import outbox_store as store
from socialcell.sandbox.chat.chat_servers import CHAT, ORIGINS, SECRETS, ChatServers
from socialcell.sandbox.server import LoggedRequest, serve_http
from socialcell.services.context import Context
from socialcell.services.outbox import delivery_failures, outbox
from socialcell.settings.notifications import Alerts, Channel, Mail

pytestmark = pytest.mark.on_sqlite

KINDS = ("slack", "teams", "mattermost", "telegram")
SAID = "<!channel> *No water* in [Kothrud](https://evil.example) @all पाणी नाही"
CARD = ChatCard(
    title="Alert: Water supply",
    lines=("25 Nov 2026, 09:00", "30 people wrote in the hour to 09:00; normally 4."),
    quotes=(("नागरिक-ABCDEFGH · X", SAID),),
    foot=("socialcell alerts ack 1",),
    link="https://console.example/incidents/1",
)


@dataclass
class Chats:
    """The chats as a test sees them: what they take, and what they were asked."""

    rooms: ChatServers
    context: Context
    asked: list[LoggedRequest] = field(default_factory=list)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [given for name, given in self.rooms.messages if name == kind]


@pytest.fixture
def chats(context: Context, clock: FixedClock) -> Iterator[Chats]:
    """A workspace with a room of every kind, on loopback."""
    rooms, asked = ChatServers(clock), []
    for name, value in SECRETS.items():
        (context.workspace.folder / "secrets" / name).write_text(value + "\n")
    channels: dict[str, Any] = {
        kind: {"kind": kind, "lang": "en", "url": {"secret": f"{kind}_room"}}
        for kind in KINDS[:3]
    }
    bot = {"token": {"secret": "telegram_bot"}, "chat": {"secret": "telegram_chat"}}
    channels["telegram"] = {"kind": "telegram", **bot}
    alerts = Alerts.model_validate({"channels": channels})
    changed = context.workspace.config.model_copy(update={"alerts": alerts})
    with serve_http(rooms, asked) as url:
        yield Chats(
            rooms,
            replace(
                context,
                workspace=Workspace(context.workspace.folder, changed),
                base_urls=dict.fromkeys(ORIGINS, url),
            ),
            asked,
        )


def post(
    chats: Chats, room: str, key: str = "incident.1.high", card: ChatCard = CARD
) -> int:
    return outbox.put_card(chats.context, "alert", key, room, lambda: card)


def row(engine: Engine, room: str) -> Any:
    with db.reading(engine) as session:
        (found,) = [
            one for one in store.list_messages(session) if one.recipient == room
        ]
        session.expunge(found)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_chat_takes_a_message_in_its_own_shape_once(
    chats: Chats, engine: Engine, kind: str
) -> None:
    assert post(chats, kind) == 1
    assert post(chats, kind) == 0
    done = outbox.deliver_due(chats.context)
    again = outbox.deliver_due(chats.context)

    assert (done, again) == (outbox.Delivery(sent=1), outbox.Delivery())
    (told,) = chats.told(kind)
    whole = json.dumps(told, ensure_ascii=False)
    assert "30 people wrote in the hour" in whole.replace("\\\\", "")
    assert "पाणी नाही" in whole
    assert CARD.link in whole
    found = row(engine, kind)
    assert (found.channel, found.state, found.body) == (kind, "sent", None)


def test_a_quotation_of_nobody_is_taken_too(chats: Chats) -> None:
    nobodys = replace(CARD, quotes=(("", "पाणी नाही"),))
    for kind in KINDS:
        post(chats, kind, card=nobodys)

    assert outbox.deliver_due(chats.context).sent == len(KINDS)
    assert "> __" not in json.dumps(chats.told("mattermost"))


def test_no_chat_reads_signs_of_its_own_in_what_people_wrote(chats: Chats) -> None:
    for kind in KINDS:
        post(chats, kind)
    outbox.deliver_due(chats.context)

    (slack,) = chats.told("slack")
    read = [
        part
        for block in slack["blocks"]
        for part in block.get("elements", [block.get("text")])
        if part["type"] != "plain_text"
    ]
    assert read == [{"type": "mrkdwn", "text": f"<{CARD.link}>"}]
    (teams,) = chats.told("teams")
    card = teams["attachments"][0]["content"]
    assert {one["type"] for one in card["body"]} == {"RichTextBlock"}
    (mattermost,) = chats.told("mattermost")
    assert "\\*No water\\* in \\[Kothrud\\]" in mattermost["text"]
    assert "\\@all" in mattermost["text"]
    (telegram,) = chats.told("telegram")
    assert "parse_mode" not in telegram
    assert SAID in telegram["text"]
    assert telegram["chat_id"] == CHAT


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_that_asks_us_to_wait_is_asked_nothing_before(
    chats: Chats, engine: Engine, clock: FixedClock, kind: str
) -> None:
    post(chats, kind, "incident.1.high")
    post(chats, kind, "incident.2.high")
    chats.rooms.limit()

    first = outbox.deliver_due(chats.context)
    clock.advance(timedelta(seconds=29))
    early = outbox.deliver_due(chats.context)
    asked = len(chats.asked)
    clock.advance(timedelta(seconds=1))
    done = outbox.deliver_due(chats.context)

    assert (first.sent, first.later) == (0, 1)
    assert "429" in str(first.stopped)
    assert (early, asked) == (outbox.Delivery(), 1)
    assert done.sent == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_chat_with_trouble_is_told_later_and_the_others_now(
    chats: Chats, clock: FixedClock, kind: str
) -> None:
    post(chats, kind)
    chats.rooms.server_error()

    first = outbox.deliver_due(chats.context)
    others = [one for one in KINDS if one != kind]
    for one in others:
        post(chats, one)
    second = outbox.deliver_due(chats.context)
    clock.advance(delivery_failures.RETRY_WAITS[0])
    third = outbox.deliver_due(chats.context)

    assert (first.later, second.sent, third.sent) == (1, 3, 1)
    assert len(chats.told(kind)) == 1


@pytest.mark.parametrize("trouble", ["drop_connection", "html_instead_of_json"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_breaks_or_a_page_in_between_is_no_yes(
    chats: Chats, clock: FixedClock, kind: str, trouble: str
) -> None:
    post(chats, kind)
    getattr(chats.rooms, trouble)()

    first = outbox.deliver_due(chats.context)
    clock.advance(delivery_failures.RETRY_WAITS[0])
    second = outbox.deliver_due(chats.context)

    assert (first.later, second.sent) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_is_no_longer_good_waits_for_a_person(
    chats: Chats, engine: Engine, clock: FixedClock, kind: str
) -> None:
    post(chats, kind)
    chats.rooms.expire_token()
    first = outbox.deliver_due(chats.context)
    for _ in range(12):
        clock.advance(timedelta(minutes=5))
        outbox.deliver_due(chats.context)
    assert row(engine, kind).state == "pending"
    assert f"{kind}: The chat takes nothing at this address: 40" in str(first.stopped)

    chats.rooms.heal()
    clock.advance(timedelta(minutes=5))

    assert outbox.deliver_due(chats.context).sent == 1


def test_a_message_that_a_chat_never_takes_is_dead_and_says_why(
    chats: Chats, engine: Engine
) -> None:
    post(chats, "slack")
    with db.writing(engine) as session:
        for one in store.list_messages(session):
            one.body = b'{"text": ""}'
            session.add(one)

    assert outbox.deliver_due(chats.context).dead == 1
    assert row(engine, "slack").answer == "400 invalid_payload"


def test_a_chat_that_telegram_does_not_know_waits_for_a_person(chats: Chats) -> None:
    place = chats.context.workspace.folder / "secrets" / "telegram_chat"
    place.write_text("-42\n")
    post(chats, "telegram")

    stopped = str(outbox.deliver_due(chats.context).stopped)

    assert "400 Bad Request: chat not found" in stopped


@pytest.mark.parametrize(
    ("secret", "value", "said"),
    [
        ("slack_room", "http://hooks.slack.com/services/T0/B0/X", "begins with https"),
        ("slack_room", "https://10.1.2.3/services/T0/B0/X0X0X0X0", "cannot be reached"),
        ("slack_room", "https://127.0.0.1/services/T0/B0/X0X0X0", "cannot be reached"),
        ("slack_room", "https://me@hooks.city.example/T0/B0/X0", "not usable"),
    ],
)
def test_what_people_give_as_an_address_is_checked(
    chats: Chats, engine: Engine, secret: str, value: str, said: str
) -> None:
    (chats.context.workspace.folder / "secrets" / secret).write_text(value + "\n")
    post(chats, "slack")

    outbox.deliver_due(chats.context)

    assert said in row(engine, "slack").answer
    assert value.rpartition("/")[2] not in row(engine, "slack").answer
    assert chats.asked == []


def test_a_room_without_its_secret_says_where_the_secret_belongs(chats: Chats) -> None:
    (chats.context.workspace.folder / "secrets" / "slack_room").unlink()
    post(chats, "slack")
    post(chats, "telegram")

    done = outbox.deliver_due(chats.context)

    assert done.sent == 1
    assert "The secret 'slack_room' is missing" in str(done.stopped)


def test_rooms_are_told_though_nobody_gave_a_mail_server(chats: Chats) -> None:
    workspace = chats.context.workspace
    config = workspace.config.model_copy(update={"mail": Mail()})
    without = replace(chats.context, workspace=Workspace(workspace.folder, config))
    letter = outbox.mail.Letter("About the week", "text", "<p>text</p>")
    readers = [f"reader{n}@city.example" for n in range(60)]
    outbox.put_letter(chats.context, "report", "week", "en", readers, lambda: letter)
    post(chats, "slack")

    done = outbox.deliver_due(without)

    assert done.sent == 1
    assert "mail.host is not set" in str(done.stopped)


def test_no_secret_reaches_the_log_or_the_database(
    chats: Chats,
    engine: Engine,
    clock: FixedClock,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from socialcell import log
    from tests.logs import quiet_again

    with quiet_again():
        log.start("debug")
        for trouble in ("server_error", "drop_connection", "expire_token", "limit"):
            for kind in KINDS:
                post(chats, kind, f"incident.{trouble}")
            getattr(chats.rooms, trouble)()
            outbox.deliver_due(chats.context)
            chats.rooms.heal()
            clock.advance(timedelta(hours=1))
        outbox.deliver_due(chats.context)
        logging.getLogger("urllib3.connectionpool").debug("said: %s", "something")
    logged = capsys.readouterr().err
    with engine.connect() as connection:
        rows = [
            tuple(one)
            for one in connection.execute(text("SELECT * FROM outgoing ORDER BY id"))
        ]

    assert "urllib3" in logged
    held = logged + repr(rows)
    secret = [
        *(value.rpartition("/")[2] for value in SECRETS.values()),
        "s4nDb0xS1gn4ture",
    ]
    assert [value for value in secret if value in held] == []


def test_a_long_message_is_cut_where_a_chat_would_refuse_it(chats: Chats) -> None:
    long = replace(CARD, quotes=(("about", "😀" * 5000),))
    for kind in ("slack", "mattermost", "telegram"):
        post(chats, kind, card=long)

    assert outbox.deliver_due(chats.context).sent == 3
    (told,) = chats.told("telegram")
    assert told["text"].endswith("😀…")
    assert len(told["text"].encode("utf-16-le")) // 2 in (4095, 4096)


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({"kind": "slack"}, "takes url: {secret: NAME}"),
        ({"kind": "telegram", "token": {"secret": "t"}}, "takes token"),
        (
            {"kind": "teams", "url": {"secret": "u"}, "chat": {"secret": "c"}},
            "no other",
        ),
    ],
)
def test_a_channel_that_lacks_a_secret_is_refused_in_config(
    given: dict[str, Any], needs: str
) -> None:
    with pytest.raises(ValueError, match="no other") as error:
        Channel.model_validate(given)
    assert needs in str(error.value)


def test_what_is_stored_holds_neither_token_nor_chat() -> None:
    body = chat.payload("telegram", CARD)

    assert b"chat_id" not in body
