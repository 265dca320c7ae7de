"""A city that pushes over a real wire: everything arrives, once, with its files."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import connectors, db
from socialcell.clock import FixedClock
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import Mention
from socialcell.ops import store
from socialcell.ops.webhook_model import Awaited
from socialcell.sandbox import Sandbox
from socialcell.sandbox.meta.webhook_platform import photo
from socialcell.sandbox.meta.whatsapp_server import file_id
from socialcell.services.context import Context
from socialcell.services.webhooks import media_download, media_files, webhook_ingest
from socialcell.services.webhooks.media_download import FetchCounts
from socialcell.web import webhook_server
from tests.services.webhooks.conftest import CITY, KINDS, push_all

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)


def kept(post_id: str, kind: str) -> str:
    """The id under which a post of the city is held."""
    if kind != "whatsapp":
        return post_id
    return "wa." + hashlib.sha256(post_id.encode()).hexdigest()[:40]


def expected(kind: str, clock: Any, mentions: bool = False) -> dict[str, str]:
    """What stands of the city's messages (or mentions) now: id → text."""
    now = clock.now()
    return {
        kept(post.id, kind): post.changed[1]
        if post.changed and post.changed[0] <= now
        else post.text
        for post in CITY.elsewhere
        if post.platform == kind
        and (post.group == "mention") == mentions
        and post.is_visible(now)
    }


def held(context: Context, kind: str, via: str = "message") -> dict[str, str | None]:
    platform = connectors.platform(kind)
    with db.reading(context.engine) as session:
        rows = session.scalars(
            select(Mention).where(
                Mention.platform == platform, Mention.state == "present"
            )
        )
        is_private = via == "message"
        return {
            one.external_id: one.text
            for one in rows
            if (one.kind == "message") == is_private
        }


def attachments(context: Context) -> list[Attachment]:
    with db.reading(context.engine) as session:
        found = list(session.scalars(select(Attachment).order_by(Attachment.id)))
        session.expunge_all()
    return found


def files(context: Context) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in media_files.folder(context).glob("??/*")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_was_written_is_here(
    kind: str, served: Sandbox, listening: Context
) -> None:
    push_all(served, listening)

    found = held(listening, kind)
    assert found == expected(kind, listening.clock)
    assert len(found) > 3


def test_pushed_day_by_day_the_city_is_the_same(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    clock.set(CITY.start)
    while clock.now() < CITY.end:
        clock.advance(12 * HOUR)
        push_all(served, listening)
    clock.set(CITY.end)
    push_all(served, listening)

    for kind in KINDS:
        assert held(listening, kind) == expected(kind, clock)


def test_pushed_twice_and_replayed_it_is_all_here_once(
    served: Sandbox, listening: Context
) -> None:
    for kind in KINDS:
        served.platform(kind).pusher.send_twice()
    push_all(served, listening)
    with webhook_server.serving(listening, with_worker=False) as address:
        again = served.platform("whatsapp").pusher.replay(address)
    results = webhook_ingest.process_pushes(listening)

    assert set(again) == {200}
    assert results == []
    for kind in KINDS:
        assert held(listening, kind) == expected(kind, listening.clock)


def test_what_was_not_taken_is_handed_in_again(
    served: Sandbox, listening: Context
) -> None:
    place = listening.workspace.folder / "secrets" / "meta_app_secret"
    secret = place.read_text()
    with webhook_server.serving(listening, with_worker=False) as address:
        place.write_text("another secret")
        refused = served.platform("whatsapp").send_pushes(address)
        place.write_text(secret)
        taken = served.platform("whatsapp").send_pushes(address)
    webhook_ingest.process_pushes(listening)

    assert set(refused) == {403}
    assert set(taken) == {200}
    assert held(listening, "whatsapp") == expected("whatsapp", listening.clock)


def test_the_platform_finds_the_door_by_its_handshake(
    served: Sandbox, listening: Context
) -> None:
    with webhook_server.serving(listening, with_worker=False) as address:
        assert [served.platform(k).pusher.subscribe(address) for k in KINDS] == [
            True
        ] * 3


def test_files_are_fetched_later_and_kept_by_their_digest(
    served: Sandbox, listening: Context
) -> None:
    push_all(served, listening)
    before = served.requests.copy()

    done = media_download.fetch(listening)

    pictures = [
        photo(file_id(post) if post.platform == "whatsapp" else post.id)
        for post in CITY.elsewhere
        if post.platform in KINDS
        and post.group == "image"
        and post.is_visible(listening.clock.now())
    ]
    assert before == []
    assert len(pictures) > 3
    assert done.files == len(pictures)
    assert sorted(files(listening).values()) == sorted(pictures)
    for one in attachments(listening):
        assert one.state == "fetched"
        assert one.content_type == "image/png"
        assert one.sha256 is not None
        assert len(files(listening)[one.sha256]) == one.size


def test_files_are_fetched_once(served: Sandbox, listening: Context) -> None:
    push_all(served, listening)
    media_download.fetch(listening)
    asked = len(served.requests)

    again = media_download.fetch(listening)

    assert again.files == again.mentions == 0
    assert len(served.requests) == asked


def test_only_we_may_read_the_files(served: Sandbox, listening: Context) -> None:
    push_all(served, listening, ("whatsapp",))
    media_download.fetch(listening)

    places = [*media_files.folder(listening).rglob("*")]
    assert {place.stat().st_mode & 0o077 for place in places} == {0}


def test_a_file_that_meta_has_no_more_is_gone(
    served: Sandbox, listening: Context
) -> None:
    push_all(served, listening, ("whatsapp",))
    lost = attachments(listening)[0]
    served.platform("whatsapp").lose_file(lost.ref)

    done = media_download.fetch(listening)

    assert done.gone == 1
    assert attachments(listening)[0].state == "gone"


def test_while_the_token_is_refused_files_wait_and_a_person_is_told(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening, ("whatsapp",))
    served.platform("whatsapp").expire_token()

    stopped = media_download.fetch(listening)
    asked = len(served.requests)
    waiting = media_download.fetch(listening)

    assert list(stopped.stopped) == ["whatsapp.city"]
    assert list(waiting.stopped) == ["whatsapp.city"]
    assert len(served.requests) == asked
    assert {one.state for one in attachments(listening)} == {"waiting"}
    with db.reading(listening.engine) as session:
        source = store.source_named(session, "whatsapp.city")
        assert source.state == "needs_attention"
    served.platform("whatsapp").heal()
    clock.advance(25 * HOUR)
    assert media_download.fetch(listening).files > 0


@pytest.mark.parametrize("fault", ["server_error", "drop_connection", "truncate"])
def test_a_file_that_fails_is_tried_again_later(
    fault: str, served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening, ("whatsapp",))
    getattr(served.platform("whatsapp"), fault)()

    first = media_download.fetch(listening)
    at_once = media_download.fetch(listening)
    clock.advance(HOUR)
    later = media_download.fetch(listening)

    assert (first.later, at_once, later.files) == (1, FetchCounts(), 1)
    assert {one.state for one in attachments(listening)} == {"fetched"}


def test_a_file_that_always_fails_is_given_up(
    served: Sandbox, listening: Context, clock: FixedClock
) -> None:
    push_all(served, listening, ("whatsapp",))
    served.platform("whatsapp").server_error(times=None)
    for _ in range(media_download.MOST_ATTEMPTS):
        media_download.fetch(listening)
        clock.advance(6 * HOUR)

    assert {one.state for one in attachments(listening)} == {"failed"}


@pytest.mark.parametrize("kind", ["whatsapp", "messenger"])
def test_a_file_that_is_too_large_is_refused(
    kind: str, served: Sandbox, listening: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_all(served, listening, (kind,))
    monkeypatch.setattr(media_download, "LARGEST", 10)

    done = media_download.fetch(listening)

    assert done.refused == len(attachments(listening)) > 0
    assert files(listening) == {}
    assert "more than 10" in (attachments(listening)[0].reason or "")


def test_mentions_of_which_only_the_number_was_pushed_are_fetched(
    served: Sandbox, listening: Context
) -> None:
    push_all(served, listening, ("instagram_messages",))
    assert held(listening, "instagram_messages", "mention") == {}

    done = media_download.fetch(listening)

    wanted = expected("instagram_messages", listening.clock, mentions=True)
    assert held(listening, "instagram_messages", "mention") == wanted
    assert done.mentions == len(wanted) > 1
    with db.reading(listening.engine) as session:
        states = {one.state for one in session.scalars(select(Awaited))}
    gone = [
        post
        for post in CITY.elsewhere
        if post.group == "mention" and post.removed is not None
    ]
    assert states == ({"done", "gone"} if gone else {"done"})


def test_a_message_taken_back_takes_its_file_with_it(
    served: Sandbox, listening: Context
) -> None:
    push_all(served, listening, ("whatsapp",))
    media_download.fetch(listening)
    picture = next(
        post
        for post in CITY.elsewhere
        if (post.platform, post.group) == ("whatsapp", "image")
        and post.is_visible(listening.clock.now())
    )
    whatsapp = served.platform("whatsapp")
    whatsapp.pusher.queue(whatsapp.removal_push(picture, listening.clock.now()))
    held_before = len(files(listening))

    push_all(served, listening, ("whatsapp",))

    assert photo(file_id(picture)) not in files(listening).values()
    assert len(files(listening)) == held_before - 1 == len(attachments(listening))


@pytest.mark.parametrize("kind", KINDS)
def test_the_token_is_tried_by_sources_test(
    kind: str, served: Sandbox, listening: Context
) -> None:
    from socialcell.services.collection import source_setup

    name = next(s["name"] for s in served.sources if s["connector"] == kind)
    assert source_setup.check_source(listening, name).ok
    served.platform(kind).expire_token()

    health = source_setup.check_source(listening, name)

    assert not health.ok
    assert [v for v in served.secrets.values() if v in health.message] == []


def test_nothing_of_the_failures_names_a_secret_or_an_address(
    served: Sandbox, listening: Context
) -> None:
    push_all(served, listening, ("whatsapp",))
    for fault in ("missing_permission", "server_error"):
        getattr(served.platform("whatsapp"), fault)()
        said = str(media_download.fetch(listening))
        assert [v for v in served.secrets.values() if v in said] == []
        assert "127.0.0.1" not in said
