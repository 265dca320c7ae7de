"""The Send API of a page and an Instagram account: who may be answered, and for how
long."""

import json
from datetime import timedelta
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors import strict_json
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.connectors.meta import meta_answers
from socialcell.connectors.meta.meta_messages import Messenger
from socialcell.connectors.publisher import UnconfirmedCall
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.message_world import scoped_id
from tests.connectors.conftest import CITY, connector_of

SOURCES = {
    "messenger": "messenger.page",
    "instagram_messages": "instagram_messages.inbox",
}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(params=SOURCES)
def inbox(request: pytest.FixtureRequest, served: Sandbox) -> Any:
    """An inbox to which a citizen has just written."""
    platform: Any = served.platform(request.param)
    platform.publish("When does the water come?")
    return platform


@pytest.fixture
def messenger(
    served: Sandbox, inbox: Any, connector_context: ConnectorContext
) -> Messenger:
    connector = connector_of(served, SOURCES[inbox.served], connector_context)
    assert isinstance(connector, Messenger)
    return connector


def writer() -> str:
    return scoped_id(CITY.people.citizens[0])


def test_whoever_wrote_within_a_day_is_answered(
    inbox: Any, messenger: Messenger, city_clock: FixedClock
) -> None:
    city_clock.advance(DAY - MINUTE)

    id_ = messenger.send_text(writer(), "At six.")

    assert inbox.sent == [{"id": id_, "to": writer(), "text": "At six."}]


@pytest.mark.parametrize("to", ["writer", "stranger"])
def test_after_a_day_and_to_strangers_nothing_is_sent(
    inbox: Any, messenger: Messenger, city_clock: FixedClock, to: str
) -> None:
    city_clock.advance(DAY + MINUTE)

    with pytest.raises(ConnectorError) as refusal:
        messenger.send_text(writer() if to == "writer" else "71", "At six.")

    assert refusal.value.kind in (Kind.ACCESS, Kind.CONFIG)
    assert not isinstance(refusal.value, UnconfirmedCall)
    assert inbox.sent == []


def test_an_answer_whose_receipt_was_lost_is_not_known(
    inbox: Any, messenger: Messenger
) -> None:
    inbox.lose_answer(times=None)

    with pytest.raises(UnconfirmedCall):
        messenger.send_text(writer(), "At six.")

    assert len(inbox.sent) == 1


def test_words_that_are_too_long_are_refused(inbox: Any, messenger: Messenger) -> None:
    with pytest.raises(ConnectorError):
        messenger.send_text(writer(), "x" * 2001)

    assert inbox.sent == []


def event(**what: Any) -> Any:
    written = {"timestamp": 1_790_000_000_000, **what}
    return strict_json.parse_body(json.dumps(written).encode())


def test_a_delivery_names_each_message_that_has_arrived() -> None:
    delivery = {"mids": ["m_1", "m_2"], "watermark": 1_790_000_000_000}

    reports = meta_answers.deliveries(event(delivery=delivery))

    assert [(report.external_id, report.status) for report in reports] == [
        ("m_1", "delivered"),
        ("m_2", "delivered"),
    ]
    assert meta_answers.deliveries(event(read={"watermark": 1})) == []
    assert meta_answers.deliveries(event(message={"mid": "m_3"})) == []


def test_a_read_names_a_person_and_a_moment() -> None:
    sender = {"id": "71"}

    (report,) = meta_answers.reads(
        event(sender=sender, read={"watermark": 1_790_000_000_500})
    )

    assert (report.uid, report.until.microsecond) == ("71", 500_000)
    assert meta_answers.reads(event(sender=sender, delivery={"mids": []})) == []
    for wrong in ({"watermark": "soon"}, {"moment": 1}):
        with pytest.raises((ValueError, TypeError, KeyError)):
            meta_answers.reads(event(sender=sender, read=wrong))


@pytest.mark.parametrize("mids", ["m_1", [7], [""], [None]])
def test_a_delivery_of_another_shape_is_no_report(mids: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        meta_answers.deliveries(event(delivery={"mids": mids, "watermark": 1}))
