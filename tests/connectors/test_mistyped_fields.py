"""Fields of another type from X, Meta and WhatsApp: their record alone is rejected."""

from collections.abc import Callable
from typing import Any

import pytest

from socialcell.connectors.base import (
    ConnectorContext,
    Metric,
    Record,
    Refresh,
    Reject,
)
from socialcell.connectors.checked_records import storable_item
from socialcell.connectors.meta.facebook_connector import Facebook
from socialcell.connectors.meta.instagram_connector import Instagram
from socialcell.connectors.page_reading import require_readable
from socialcell.connectors.whatsapp.whatsapp_message import to_item
from socialcell.connectors.x.x_connector import X, post_or_reject
from socialcell.connectors.x.x_lookup import lookup_items
from socialcell.sandbox import Sandbox
from tests.connectors.conftest import standing
from tests.connectors.exports import post as x_post
from tests.connectors.exports import user as x_user
from tests.connectors.test_asked_again import ask
from tests.connectors.test_facebook import COMMENTS
from tests.connectors.test_facebook import post as facebook_post

PLACE = {"id": "17900000000000001", "timestamp": "2026-11-20T04:00:00+0000"}
COMMENT = {"id": "5", "created_time": "2026-11-20T04:00:00+0000", "post": {"id": "4"}}


def x_post_of(**author: Any) -> Any:
    return post_or_reject(x_post(), {"900000001": x_user(**author)}, "search")


def whatsapp_message_from(profile: dict[str, Any]) -> Any:
    message = {
        "id": "wamid.1",
        "from": "919800000000",
        "timestamp": "1764000000",
        "type": "text",
        "text": {"body": "पाणी नाही"},
    }
    contacts = [{"wa_id": "919800000000", "profile": profile}]
    return to_item(message, {"contacts": contacts})


MISTYPED: list[tuple[Callable[[Any], Any], Any, str]] = [
    (X.remap, x_post(lang=5), "language is a number, text is needed"),
    (X.remap, x_post(conversation_id=[1]), "conversation is a list, text is needed"),
    (
        X.remap,
        x_post(public_metrics={"like_count": "many"}),
        "like_count is text, a whole number is needed",
    ),
    (
        lambda name: x_post_of(name=name),
        {"first": "Asha"},
        "author name is an object, text is needed",
    ),
    (
        lambda figures: x_post_of(public_metrics=figures),
        {"followers_count": True},
        "followers is true or false, a whole number is needed",
    ),
    (Facebook.remap, facebook_post(message=5), "text is a number, text is needed"),
    (
        Facebook.remap,
        facebook_post(shares={"count": "1"}),
        "shares is text, a whole number is needed",
    ),
    (
        Facebook.remap,
        COMMENT | {"parent": {"id": 5}},
        "related id is a number, text is needed",
    ),
    (Instagram.remap, PLACE | {"caption": ["a"]}, "text is a list, text is needed"),
    (
        Instagram.remap,
        PLACE | {"like_count": 1.5},
        "like_count is a number, a whole number is needed",
    ),
    (
        whatsapp_message_from,
        {"name": 7},
        "author name is a number, text is needed",
    ),
]


@pytest.mark.parametrize(("read", "raw", "reason"), MISTYPED)
def test_a_field_of_another_type_rejects_its_record_and_not_its_page(
    read: Callable[[Any], Any], raw: Any, reason: str
) -> None:
    record = read(raw)

    assert isinstance(record, Record)
    require_readable([record], "no record of the page is readable")
    reject = storable_item(record)
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.raw) == (reason, record.raw)


@pytest.mark.parametrize("remap", [X.remap, Facebook.remap, Instagram.remap])
@pytest.mark.parametrize("raw", [None, 7, "a text", ["a list"]])
def test_what_is_no_object_cannot_be_mapped_again(
    remap: Callable[[Any], Any], raw: Any
) -> None:
    with pytest.raises(TypeError, match="an object is needed"):
        remap(raw)


def test_a_count_of_another_type_rejects_the_lookup_of_its_post_of_x_alone() -> None:
    odd = {"id": "4", "public_metrics": {"like_count": "many"}}
    body = {"data": [odd, {"id": "5", "public_metrics": {"like_count": 5}}]}

    items = lookup_items(body, ["4", "5"])

    assert items == [
        Reject(odd, "like_count is text, a whole number is needed"),
        Refresh("x", "5", (Metric("like_count", 5, "reactions"),)),
    ]


def test_a_count_of_another_type_rejects_the_refresh_of_its_comment_alone(
    served: Sandbox, connector_context: ConnectorContext, facebook: Any
) -> None:
    odd, *others = standing(facebook, "comment")[:3]
    answer = facebook.read

    def read(parts: Any, query: Any, token: str) -> Any:
        return answer(parts, query, token) | (
            {"like_count": "many"} if parts == [odd] else {}
        )

    facebook.read = read

    items = ask(served, COMMENTS, connector_context, [odd, *others], verb="refresh")

    (reject,) = [item for item in items if isinstance(item, Reject)]
    assert reject.reason == "like_count is text, a whole number is needed"
    assert reject.raw["id"] == odd
    refreshed = [item.external_id for item in items if isinstance(item, Refresh)]
    assert refreshed == others
