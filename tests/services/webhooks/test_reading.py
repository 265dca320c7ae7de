"""What each kind of message says, and that no push of any shape stops the reader."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcell.connectors import build
from socialcell.connectors.base import (
    ConnectorContext,
    ConnectorError,
    Filtered,
    Kind,
    Record,
    Reject,
)
from socialcell.connectors.checked_records import storable_item
from socialcell.connectors.meta.meta_push import Push
from tests.builders import NOON
from tests.services.webhooks import pushes


@pytest.fixture(scope="module")
def connector_context() -> ConnectorContext:
    from pydantic import SecretStr

    from socialcell.clock import FixedClock
    from socialcell.settings import Config

    return ConnectorContext(
        FixedClock(NOON), Config(), lambda name: SecretStr("secret")
    )


def read(
    connector_context: ConnectorContext, push: Any, kind: str = "whatsapp"
) -> Push:
    account = pushes.PAGE_ID if kind == "messenger" else pushes.INSTAGRAM_ID
    given = pushes.WHATSAPP if kind == "whatsapp" else {"account_id": account}
    reader: Any = build(kind, given, connector_context)
    found = reader.read(push if isinstance(push, bytes) else pushes.as_bytes(push))
    assert isinstance(found, Push)
    return found


def of_kind(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    base = pushes.text_message(**more)
    del base["text"]
    return {**base, "type": kind, kind: content}


SAID = [
    (of_kind("location", {"latitude": 18.5, "longitude": 73.8, "name": "Z bridge"}),
     "Z bridge"),
    (of_kind("button", {"text": "Yes, fixed", "payload": "y"}), "Yes, fixed"),
    (of_kind("interactive", {"type": "list_reply",
                             "list_reply": {"id": "1", "title": "पाणी"}}), "पाणी"),
    (of_kind("interactive", {"type": "button_reply",
                             "button_reply": {"id": "1", "title": "Water"}}), "Water"),
    (of_kind("video", {"id": "1", "caption": "See this"}), "See this"),
    (of_kind("audio", {"id": "1", "voice": True}), ""),
    (of_kind("unsupported", {}), ""),
]  # fmt: skip


@pytest.mark.parametrize(("message", "text"), SAID)
def test_a_message_says_its_words(
    connector_context: ConnectorContext, message: dict[str, Any], text: str
) -> None:
    (item,) = read(connector_context, pushes.whatsapp(message)).items

    assert isinstance(item, Record)
    assert (item.text, item.kind) == (text, "message")


@pytest.mark.parametrize("kind", ["reaction", "system", "request_welcome"])
def test_what_says_nothing_to_the_city_is_filtered_by_name(
    connector_context: ConnectorContext, kind: str
) -> None:
    (item,) = read(connector_context, pushes.whatsapp(of_kind(kind, {}))).items

    assert item == Filtered(kind)


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("image", "image"),
        ("audio", "audio"),
        ("video", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
    ],
)
def test_a_file_is_noted_with_what_it_is_asked_for_by(
    connector_context: ConnectorContext, kind: str, held: str
) -> None:
    told = {"id": "555", "mime_type": "a/b; codecs=opus"}

    (file,) = read(connector_context, pushes.whatsapp(of_kind(kind, told))).media

    assert (file.ref, file.kind, file.content_type) == ("555", held, "a/b")


def test_address_cards_of_people_who_did_not_write_are_not_kept(
    connector_context: ConnectorContext,
) -> None:
    cards = [{"name": {"first_name": "Somebody"}, "phones": [{"phone": "999123"}]}]

    push = read(connector_context, pushes.whatsapp(of_kind("contacts", cards)))

    assert "Somebody" not in json.dumps(push.items[0].raw)
    assert "999123" not in json.dumps(push.items[0].raw)


@pytest.mark.parametrize("word", ["STOP", "stop.", " थांबा ", "बंद करा", "Unsubscribe!"])
def test_stop_said_alone_is_a_wish(
    connector_context: ConnectorContext, word: str
) -> None:
    (wish,) = read(
        connector_context, pushes.whatsapp(pushes.text_message(word))
    ).opt_outs

    assert (wish.uid, wish.at) == (pushes.ASHA, NOON)


@pytest.mark.parametrize("words", ["Stop the garbage burning", "bus stop", "थांबा जरा"])
def test_stop_among_other_words_is_none(
    connector_context: ConnectorContext, words: str
) -> None:
    assert (
        read(connector_context, pushes.whatsapp(pushes.text_message(words))).opt_outs
        == ()
    )


def test_signed_addresses_of_files_are_not_stored(
    connector_context: ConnectorContext,
) -> None:
    url = "https://scontent.xx.fbcdn.net/v/1.jpg?oh=signed"
    attached = [{"type": "image", "payload": {"url": url}}]
    push = pushes.messenger(pushes.event("Look", attachments=attached))

    made = read(connector_context, push, "messenger")

    assert "oh=signed" not in str(made)
    assert [(one.ref, one.kind) for one in made.media] == [("m_one/0", "image")]


def test_our_own_messages_and_those_of_another_account_are_filtered(
    connector_context: ConnectorContext,
) -> None:
    echo = pushes.messenger(pushes.event("Ours", is_echo=True))
    other = pushes.messenger(pushes.event("Not ours"))
    other["entry"][0]["id"] = "999999999"

    assert read(connector_context, echo, "messenger").items == [
        Filtered("a message of ours")
    ]
    assert read(connector_context, other, "messenger").items == [
        Filtered("another account")
    ]


def test_a_mention_on_instagram_is_awaited_by_its_number(
    connector_context: ConnectorContext,
) -> None:
    comment = pushes.mention(media_id="17900", comment_id="17901")
    caption = pushes.mention(media_id="17902")

    kind = "instagram_messages"
    assert read(connector_context, comment, kind).pending_fetches == ("comment:17901",)
    assert read(connector_context, caption, kind).pending_fetches == ("media:17902",)


def test_a_mention_whose_number_is_none_is_set_aside(
    connector_context: ConnectorContext,
) -> None:
    odd = pushes.mention(media_id="17900?fields=access_token")

    (item,) = read(connector_context, odd, "instagram_messages").items

    assert isinstance(item, Reject)


GOOD = [
    ("whatsapp", pushes.whatsapp(pushes.text_message(context={"id": "wamid.OLD"}))),
    ("whatsapp", pushes.whatsapp(pushes.picture(caption="See"))),
    ("whatsapp", pushes.whatsapp(pushes.revoked("wamid.ONE"))),
    (
        "whatsapp",
        pushes.whatsapp(statuses=[pushes.status("w", pricing={"category": "utility"})]),
    ),
    ("messenger", pushes.messenger(pushes.event(attachments=[{"type": "image"}]))),
    ("instagram_messages", pushes.mention(media_id="17900", comment_id="17901")),
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just({"id": {}}),
    st.just("\ud800"),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, one in inner:
        yield from places(one, (*path, key))


@pytest.mark.parametrize(("kind", "good"), GOOD)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_stands_where_the_reader_reads_on_and_accounts_for_it(
    connector_context: ConnectorContext, kind: str, good: Any, data: Any
) -> None:
    push = copy.deepcopy(good)
    *way, last = data.draw(st.sampled_from(list(places(good))))
    inner = push
    for key in way:
        inner = inner[key]
    inner[last] = data.draw(ODD)

    try:
        made = read(connector_context, push, kind)
    except ConnectorError as error:
        if error.kind is not Kind.DRIFT:
            raise
        return

    # Lists that the change emptied leave nothing to account for.
    for item in made.items:
        assert storable_item(item) is not None
