"""The door over a real wire: handshake, signature, bounds, and what is answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from socialcell import db
from socialcell.errors import MissingSecret, SocialcellError
from socialcell.ops import webhook_deliveries as kept
from socialcell.services.context import open_context
from socialcell.web import webhook_server, webhooks
from tests.services.webhooks import pushes
from tests.services.webhooks.conftest import Cell

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def address(cell: Cell) -> Iterator[str]:
    with webhook_server.serving(cell.context) as opened:
        yield opened


def refusals(cell: Cell) -> dict[str, int]:
    with db.reading(cell.context.engine) as session:
        assert cell.whatsapp.id is not None
        return kept.refusals(session, cell.whatsapp.id)


def test_a_push_is_stored_answered_and_read(cell: Cell) -> None:
    with webhook_server.serving(cell.context) as address:
        push = pushes.whatsapp(pushes.text_message("पाणी आले नाही"))
        answered = pushes.hand_in(address, "/whatsapp", push)
        assert answered == (200, "kept")
        assert len(cell.pushed()) == 1

    assert cell.texts() == ["पाणी आले नाही"]


def test_a_duplicate_is_thanked_and_harmless(cell: Cell) -> None:
    push = pushes.whatsapp(pushes.text_message())
    with webhook_server.serving(cell.context) as address:
        said = [pushes.hand_in(address, "/whatsapp", push) for _ in range(3)]

    assert said == [(200, "kept"), (200, "known"), (200, "known")]
    assert len(cell.texts()) == 1


def test_many_at_once_are_each_kept_once(cell: Cell) -> None:
    every = [
        pushes.whatsapp(pushes.text_message(f"Number {n}", f"wamid.{n}"))
        for n in range(12)
    ]
    answers: list[int] = []
    with webhook_server.serving(cell.context) as address:

        def hand_in(push: object) -> None:
            answers.append(pushes.hand_in(address, "/whatsapp", push)[0])

        threads = [
            threading.Thread(target=hand_in, args=(push,)) for push in every + every
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == [200] * 24
    assert sorted(filter(None, cell.texts())) == sorted(
        f"Number {n}" for n in range(12)
    )
    assert sum(run.stored for run in cell.runs()) == 12


@pytest.mark.parametrize("kind", ["whatsapp", "messenger", "instagram_messages"])
def test_the_platforms_handshake_is_answered_with_its_challenge(
    address: str, kind: str
) -> None:
    answered = pushes.ask(address, "GET", f"/{kind}{pushes.handshake()}")

    assert answered == (200, "1158201444")


@pytest.mark.parametrize(
    "query",
    [
        "",
        pushes.handshake("another word"),
        pushes.handshake(**{"hub.mode": "unsubscribe"}),
        pushes.handshake(**{"hub.challenge": ""}),
        pushes.handshake(**{"hub.challenge": "x" * 300}),
        pushes.handshake(**{"hub.challenge": "<é>"}),
    ],
)
def test_a_handshake_of_somebody_else_is_refused(address: str, query: str) -> None:
    assert pushes.ask(address, "GET", f"/whatsapp{query}")[0] == 403


def test_a_query_that_is_too_long_is_odd(address: str) -> None:
    query = "?" + "&".join(f"a{n}=1" for n in range(50))

    assert pushes.ask(address, "GET", f"/whatsapp{query}")[0] == 400


def test_whoever_does_not_sign_or_signs_falsely_is_counted_and_not_kept(
    cell: Cell,
) -> None:
    push = pushes.whatsapp(pushes.text_message())
    false = {"x-hub-signature-256": "sha256=" + "f" * 64}
    with webhook_server.serving(cell.context) as address:
        assert pushes.hand_in(address, "/whatsapp", push, {})[0] == 401
        assert pushes.hand_in(address, "/whatsapp", push, false)[0] == 403
        assert pushes.hand_in(address, "/whatsapp", push, false)[0] == 403

    assert cell.pushed() == []
    assert refusals(cell) == {"unsigned": 1, "forged": 2}


@pytest.mark.parametrize("path", ["/", "/nobody", "/whatsapp/more", "/x"])
def test_there_are_no_other_doors(address: str, path: str) -> None:
    push = pushes.whatsapp(pushes.text_message())

    assert pushes.hand_in(address, path, push)[0] == 404


def test_it_says_that_it_lives(address: str) -> None:
    assert pushes.ask(address, "GET", "/livez") == (200, "ok")
    assert pushes.ask(address, "HEAD", "/livez") == (200, "")
    assert pushes.ask(address, "POST", "/livez") == (405, "GET or HEAD")


@pytest.mark.parametrize("path", ["/whatsapp/", "//whatsapp", "//whatsapp//"])
def test_slashes_that_a_proxy_adds_change_nothing(address: str, path: str) -> None:
    push = pushes.whatsapp(pushes.text_message())

    assert pushes.hand_in(address, path, push) == (200, "kept")


def test_a_body_is_not_read_before_its_signature_is_there(address: str) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall(
            b"POST /whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
def test_other_methods_are_refused(address: str, method: str) -> None:
    assert pushes.ask(address, method, "/whatsapp")[0] == 405


def test_silent_connections_do_not_keep_a_push_out(cell: Cell, address: str) -> None:
    parts = urlsplit(address)
    with ExitStack() as stack:
        for _ in range(100):  # more than are taken at a time
            line = socket.create_connection((parts.hostname or "", parts.port or 0))
            stack.enter_context(line)
        push = pushes.whatsapp(pushes.text_message())
        assert pushes.hand_in(address, "/whatsapp", push) == (200, "kept")


def test_a_head_that_is_too_large_is_refused(address: str) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall(b"GET /whatsapp HTTP/1.1\r\nX: " + b"a" * 16 * 1024)
        assert line.recv(100).startswith(b"HTTP/1.1 431 ")


def test_a_body_that_says_that_it_is_too_large_is_not_read(
    cell: Cell, address: str
) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall(
            b"POST /whatsapp HTTP/1.1\r\nHost: x\r\nx-hub-signature-256: sha256=1\r\n"
            b"Content-Length: 99999999\r\n\r\n{"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    assert cell.pushed() == []


def test_a_body_that_grows_too_large_is_cut_off(cell: Cell, address: str) -> None:
    parts = urlsplit(address)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall(
            b"POST /whatsapp HTTP/1.1\r\nHost: x\r\nx-hub-signature-256: sha256=1\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(webhooks.MAX_PUSH_BYTES // 0x10000):
            line.sendall(chunk)
        # A byte too many, and nothing behind it: a server that closes a line on which
        # more has come takes its answer back (RST).
        line.sendall(b"1\r\nx\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    assert cell.pushed() == []


def test_the_largest_push_that_may_come_is_taken(cell: Cell) -> None:
    body = b" " * (webhooks.MAX_PUSH_BYTES - 2) + b"{}"
    with webhook_server.serving(cell.context) as address:
        assert pushes.hand_in(address, "/whatsapp", body)[0] == 200

    assert cell.pushed()[0].size == webhooks.MAX_PUSH_BYTES


def test_a_push_that_breaks_off_is_not_kept(cell: Cell) -> None:
    with webhook_server.serving(cell.context) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
            line.sendall(
                b"POST /whatsapp HTTP/1.1\r\nHost: x\r\n"
                b"x-hub-signature-256: sha256=1\r\nContent-Length: 100\r\n\r\n{"
            )
    assert cell.pushed() == []


@pytest.mark.fault("F05")
def test_while_the_database_cannot_be_written_the_platform_is_asked_to_come_again(
    cell: Cell, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("a lock on the whole database is SQLite's")
    busy = cell.context.workspace.folder / "config.yaml"
    busy.write_text("database: {busy_seconds: 1}\n")
    context = open_context(busy)
    push = pushes.whatsapp(pushes.text_message())
    with webhook_server.serving(context) as address:
        with db.writing(cell.context.engine) as session:
            session.connection()  # takes the lock
            refused = pushes.hand_in(address, "/whatsapp", push)
        taken = pushes.hand_in(address, "/whatsapp", push)
    context.engine.dispose()

    assert (refused[0], taken[0]) == (503, 200)
    assert len(cell.texts()) == 1


def test_a_door_without_its_secret_does_not_open(cell: Cell) -> None:
    (cell.context.workspace.folder / "secrets" / "meta_verify_token").unlink()

    with pytest.raises(MissingSecret, match="meta_verify_token"):
        webhook_server.require_secrets(cell.context)


def test_a_port_that_is_taken_is_named(cell: Cell, address: str) -> None:
    port = urlsplit(address).port or 0

    with pytest.raises(SocialcellError, match=f"port {port} cannot be opened"):
        webhook_server.serve(cell.context, "127.0.0.1", port, lambda _: None)
