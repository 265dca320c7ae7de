"""Each limit of a feed by itself; what newspapers send is far below all of them."""

import pytest

from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.feeds import feed_limits

HEAD = b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
MANY_TAGS = "more markup than any newspaper's"


@pytest.mark.parametrize(
    ("name", "most", "body", "expected"),
    [
        ("ENTRIES", 2, b"<item/>" * 3, "more than 2 entries"),
        ("ENTRIES", 2, b"<a:entry/>" * 3, "more than 2 entries"),
        ("TAGS", 9, b"<b>" * 7, MANY_TAGS),
        ("_REFERENCES", 2, b"&lt;" * 3, MANY_TAGS),
        ("_LINES", 2, b"\n" * 3, MANY_TAGS),
        ("_ATTRIBUTES", 9, b"<b c='1'/>" * 7, MANY_TAGS),
        ("_ATTRIBUTES_OF_TAG", 2, b"<b c='1' d='1' e='1'/>", MANY_TAGS),
        ("ENTRIES", 2, b"<!ENTITY a 'ha'>", "defines its own entities"),
    ],
)
def test_a_feed_with_more_than_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, most: int, body: bytes, expected: str
) -> None:
    monkeypatch.setattr(feed_limits, name, most)

    with pytest.raises(ConnectorError, match=expected) as refusal:
        feed_limits.require_bounded(HEAD + body, "application/rss+xml")

    assert refusal.value.kind is Kind.DRIFT


@pytest.mark.parametrize("name", ["utf-7", "hz", "iso-2022-jp", "cp500"])
def test_characters_in_which_tags_cannot_be_counted_are_refused(name: str) -> None:
    named = b'<?xml version="1.0" encoding="%s"?><rss/>' % name.encode()

    for body, content_type in (
        (named, "application/rss+xml"),
        (b"<rss/>", f'application/rss+xml; charset="{name}"'),
    ):
        with pytest.raises(ConnectorError, match=f"is written in {name}"):
            feed_limits.require_bounded(body, content_type)


def test_a_feed_in_ebcdic_is_refused_whatever_it_claims() -> None:
    body = (HEAD + b"<item/>").decode().encode("cp500")

    with pytest.raises(ConnectorError, match="is written in EBCDIC"):
        feed_limits.require_bounded(body, "application/rss+xml")


@pytest.mark.parametrize("name", ["utf-8", "utf-16", "latin-1", "cp1252", "no-such"])
def test_what_can_be_counted_is_read(name: str) -> None:
    article = b"<item><title>No water</title></item>"

    feed_limits.require_bounded(HEAD + article * 100, f"text/xml; charset={name}")
