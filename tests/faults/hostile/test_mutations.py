"""However a platform's page is damaged, the runner accounts for it and goes on."""

import copy
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from socialcell import db
from socialcell.connectors.base import Kind
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops import store
from socialcell.sandbox.server import ServerResponse
from socialcell.services.collection import collector
from socialcell.services.context import Context
from tests.builders import make_source
from tests.connectors.test_files_mutations import places
from tests.faults.hostile.scripted import (
    SETTINGS,
    Scripted,
    article,
    feed,
    listing,
    scripted,
    status,
    submission,
    x_page,
    x_post,
)

pytestmark = pytest.mark.faults

VALID: dict[str, Any] = {
    "x": x_page(
        x_post(4, note_tweet={"text": "a longer text"}),
        x_post(3, edit_history_tweet_ids=[x_post(2)["id"], x_post(3)["id"]]),
        x_post(1),
        next_token="more",
    ),
    "reddit": listing(
        submission(3),
        submission(2, is_self=True, edited=1763880000.0),
        submission(1, crosspost_parent="t3_other"),
        after="t3_demo1",
    ),
    "mastodon": [
        status(1),
        status(2, in_reply_to_id="7", edited_at="2026-11-23T07:00:00Z"),
        status(3, visibility="unlisted", spoiler_text="water"),
    ],
}
LATER = {"mastodon": [status(11), status(12), status(13)]}
FEED = feed(article(1), article(2, "<![CDATA[<b>रस्ता</b>]]>"), article(3))
HOURS = timedelta(hours=1)
EXAMPLES = {"sqlite": 95, "postgresql": 30}  # of each platform: 500 in all

OTHERS = st.sampled_from(
    [
        *(None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", "\x00", "9" * 30),
        *([], [None], [[1]], {}, {"id": 5}, {"a": {"b": []}}, ["1"], "http://[::1"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "²", "१२३"),
        *(1e300, -1e300, 10**16, "t3_" + "x" * 5000, "9" * 5000, -(1 << 70)),
    ]
)
# What JSON text may hold and no value of Python stands for.
LITERALS = st.sampled_from(
    [
        *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000),
        *('"\\ud83d"', '{"a":1,"a":2}', "[" * 3000 + "]" * 3000, "[" * 200 + "]" * 200),
        *('"\\u0000\\u001b[31m"', "", "nul", "{", '"unfinished'),
    ]
)


@st.composite
def damaged(draw: Any, valid: Any) -> bytes:
    """A page as bytes with one to three wounds: of values, of text or of its end."""
    value = copy.deepcopy(valid)
    for _ in range(draw(st.integers(0, 2))):
        inside, key = draw(st.sampled_from(list(places(value)) or [([value], 0)]))
        change = draw(st.sampled_from(["delete", "other", "literal"]))
        if change == "delete":
            del inside[key]
        elif change == "other":
            inside[key] = copy.deepcopy(draw(OTHERS))
        else:
            inside[key] = f"@literal {draw(LITERALS)}"
    text = _written(value, duplicate=draw(st.booleans()))
    return _ended(draw, text.encode())


def _written(value: Any, *, duplicate: bool) -> str:
    text = json.dumps(value)
    text = re.sub(
        r'"@literal ((?:[^"\\]|\\.)*)"', lambda hit: json.loads(f'"{hit[1]}"'), text
    )
    if duplicate:
        # Each object says its first key twice, the second time with another value.
        text = re.sub(r'\{("\w+"): ', r'{\1: {"twice": []}, \1: ', text)
    return text


def _ended(draw: Any, body: bytes) -> bytes:
    end = draw(st.sampled_from(["whole", "whole", "whole", "cut", "more", "noise"]))
    if end == "cut":
        return body[: draw(st.integers(0, len(body)))]
    if end == "more":
        return body + draw(st.sampled_from([b"{}", b"\x00", b"]", b"<html>", b" 1"]))
    if end == "noise":
        at = draw(st.integers(0, max(0, len(body) - 1)))
        return body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + 1 :]
    return body


@st.composite
def damaged_feed(draw: Any) -> bytes:
    """A feed whose markup lost or got something."""
    text = FEED
    for _ in range(draw(st.integers(1, 3))):
        hits = list(re.finditer(r"<[^>]*>|[^<>]+", text))
        hit = draw(st.sampled_from(hits))
        other = draw(
            st.sampled_from(
                [
                    *("", "<", "&", "&#0;", "&#xD800;", "]]>", "<!DOCTYPE a [", "\x1b"),
                    *("<guid/>", "<link>http://[::1</link>", "<item>", "<b>" * 500),
                    *("<pubDate>Mon, 99 Nov 99999 06:30:00 GMT</pubDate>", "﷐"),
                    *("<pubDate>Sat, 01 Jan 0001 00:00:00 +1400</pubDate>", hit[0] * 2),
                    '<content:encoded xmlns:content="x">1</content:encoded>',
                    '<link rel="enclosure" href="https://%zz"/>',
                ]
            )
        )
        text = text[: hit.start()] + other + text[hit.end() :]
    return _ended(draw, text.encode())


HEADERS = st.sampled_from(
    [
        *({}, {"retry-after": "9" * 40}, {"retry-after": "²"}, {"retry-after": "-5"}),
        *({"retry-after": "Mon, 99 Xyz 2026"}, {"x-rate-limit-reset": "9" * 18}),
        *({"x-rate-limit-reset": "soon"}, {"x-ratelimit-reset": "9" * 18},),
        *({"X-RateLimit-Reset": "9" * 18, "X-RateLimit-Remaining": "²"},),
        {"content-type": "text/html; charset=none-such"},
    ]
)  # fmt: skip
STATUSES = st.sampled_from([200] * 8 + [400, 401, 403, 404, 418, 429, 500, 503])
VARIED = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", ["x", "rss", "reddit", "mastodon"])
@pytest.mark.fault("F11")
def test_a_damaged_page_is_refused_whole_or_its_items_are_quarantined(
    name: str, context: Context, hasty: None
) -> None:
    bodies = damaged_feed() if name == "rss" else damaged(VALID[name])
    whole: Any = FEED if name == "rss" else {**VALID, **LATER}[name]
    with scripted(name, context) as (platform, open_context):
        every(platform, open_context, bodies, whole)()

    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []


@pytest.mark.parametrize("odd", ["&#xD800;", "&#0;", "&#99999999999;", "&#x110000;"])
def test_a_reference_to_no_character_does_not_spoil_the_feed(
    odd: str, context: Context, hasty: None
) -> None:
    body = feed(article(1, f"water {odd} pipe"), article(2, "roads &#x0915;"))
    with scripted("rss", context) as (platform, opened):
        platform.answers = [ServerResponse(200, body, {"content-type": "text/xml"})]
        source = make_source(opened.engine, "r", "rss", **SETTINGS["rss"])

        result = collector.pull(opened, source)

    assert (result.state, result.counts["stored"]) == ("ok", 2)
    with db.reading(context.engine) as session:
        titles = set(session.scalars(select(Mention.title)))
    assert titles == {"water \ufffd pipe", "roads क"}


ODD_TOKENS = [
    *(b"[]", b"null", b"5", b'"token"', b"{}", b"NaN", b"[" * 3000 + b"]" * 3000),
    *(b'{"access_token": 5}', b'{"access_token": "t", "expires_in": "long"}'),
    *(b'{"access_token": "t", "expires_in": 1, "scope": 7}', b'{"error": [1]}'),
    *(b'{"access_token": "\\ud800", "expires_in": 1e999, "scope": "*"}', b"<html>"),
]


@pytest.mark.parametrize("body", ODD_TOKENS, ids=lambda body: body[:40].decode())
@pytest.mark.fault("F11")
def test_an_odd_token_is_told_as_such(
    body: bytes, context: Context, hasty: None
) -> None:
    with scripted("reddit", context) as (platform, opened):
        platform.token = ServerResponse(200, body, {"content-type": "application/json"})
        source = make_source(opened.engine, "r", "reddit", **SETTINGS["reddit"])

        result = collector.pull(opened, source)

    assert (result.state, result.error_kind in ("drift", "auth")) == ("failed", True)
    assert result.reason


def every(
    platform: Scripted, context: Context, bodies: st.SearchStrategy[bytes], whole: Any
) -> Callable[[], None]:
    """Each damaged answer comes to a new source, and after it a good one."""
    numbers = iter(range(100_000))

    @given(bodies, STATUSES, HEADERS)
    @settings(VARIED, max_examples=EXAMPLES[context.engine.dialect.name])
    def example(body: bytes, code: int, headers: dict[str, str]) -> None:
        name = f"{platform.name}.{next(numbers)}"
        source = make_source(
            context.engine, name, platform.name, **SETTINGS[platform.name]
        )
        typed = {"content-type": "application/json", **headers}
        platform.answers = [ServerResponse(code, body, typed)]

        result = collector.pull(context, source)

        assert result.state in ("ok", "partial", "failed")
        counts = result.counts
        assert counts["received"] == sum(counts[name] for name in store.OUTCOMES)
        if result.error_kind is not None:
            assert Kind(result.error_kind)
            assert result.reason
            assert result.not_before is not None
            assert result.not_before > context.clock.now()
        if result.state == "failed":
            assert counts["received"] == 0
            with db.reading(context.engine) as session:
                assert store.cursor(session, source.id or 0) is None
        # Whatever the damaged page left behind, a good one is read after it.
        platform.answers = [ServerResponse(200, whole)]
        context.clock.advance(HOURS)
        with db.writing(context.engine) as session:
            store.source_named(session, name).not_before = None
        again = collector.pull(context, source)
        assert (again.state, again.counts["received"] >= 3) == ("ok", True)

    return example
