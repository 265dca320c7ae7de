"""A mail run that is killed anywhere: every letter arrives, and is known again.

Exactly once cannot be had over SMTP. What is promised: a letter is never lost, and it
comes a second time only when the process dies between the server's yes and our note of
it; both then have one Message-ID.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
import yaml
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.db import revisions
from socialcell.errors import SocialcellError
from socialcell.ops import integrity
from socialcell.ops import outbox_store as store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context, open_context
from socialcell.services.outbox import outbox
from socialcell.services.reporting import report_mail
from tests import strace
from tests.conftest import MONDAY_MORNING
from tests.mailbox import Mailbox, mailbox
from tests.own_postgres import OwnServer
from tests.reports.world import World

TO = ("commissioner@city.example", "cell@city.example")
FIRST, LAST = 26, 10


@pytest.fixture
def box() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as made:
        yield made


def configured(folder: Path, port: int) -> Path:
    """The workspace with a mail server and readers, on a Monday morning."""
    place = folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {
        "mail": {"host": "127.0.0.1", "port": port, "security": "none"},
        "clock": {"fixed": MONDAY_MORNING.isoformat()},
        "report": {"recipients": {"en": list(TO)}},
    }
    place.write_text(yaml.safe_dump(settings))
    return place


def filled(context: Context) -> None:
    world = World(context)
    world.covered()
    for _ in range(20):
        world.mention()


def letters(engine: Engine) -> list[Outgoing]:
    with db.reading(engine) as session:
        return sorted(store.list_messages(session), key=lambda one: one.recipient)


def later(place: Path, engine: Engine) -> Context:
    """The same workspace when a dead process's claim has run out."""
    at = MONDAY_MORNING + store.CLAIMED
    return Context(config.load(place), engine, FixedClock(at))


def ids(box: Mailbox, recipient: str) -> list[str]:
    return [message["Message-ID"] for to, message in box.taken if to == recipient]


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18", "F02")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_write_or_word_a_letter_arrives_and_is_known_again(
    folder: Path,
    engine: Engine,
    box: tuple[Mailbox, int],
    tmp_path: Path,
    database_kind: str,
    tried: Callable[..., None],
    step: int,
) -> None:
    mail, port = box
    place = configured(folder, port)
    context = open_context(place)
    filled(context)
    report_mail.mail_weekly(context, "en")
    context.engine.dispose()
    with db.writing(engine) as session:  # one letter
        session.delete(store.list_messages(session)[0])
    (whole,) = letters(engine)
    to, body = whole.recipient, whole.body
    assert body is not None

    def again() -> None:
        with db.writing(engine) as session:
            session.merge(Outgoing(**whole.model_dump()))

    send = ("outbox", "send", "--config", place)
    # PostgreSQL writes in processes of its own: what is said to it is what we do.
    calls = ["sendto"] if database_kind == "postgresql" else [*strace.FILES, "sendto"]
    every = strace.points(calls, tmp_path / "trace", *send)
    assert len(every) > 10
    assert len(ids(mail, to)) == 1
    key = ids(mail, to)[0]
    twice = 0

    # Most of the last writes take the words of a sent letter off the disk.
    last = Random(7).sample(every[FIRST:], min(LAST, len(every) - FIRST))
    swept = every[:FIRST] + last
    points = swept[::step]
    between = [point for point in swept if point not in points]
    killed = 0

    # The moment between the 250 and our commit is short: where the steps have passed it
    # by, what lies between them is tried until it is found.
    for number, (call, n) in enumerate(points + between):
        if twice and number >= len(points):
            break
        killed += 1
        again()
        mail.taken.clear()
        strace.killed_at(call, n, *send)
        state = letters(engine)[0].state

        outbox.deliver_due(later(place, engine))

        (letter,) = letters(engine)
        assert letter.state == "sent", (call, n)
        copies = ids(mail, to)
        assert set(copies) == {key}, (call, n)
        assert len(copies) == 1 or (len(copies) == 2 and state == "sending"), (call, n)
        twice += len(copies) == 2
        with db.reading(engine) as session:
            assert list(integrity.outbox(session)) == []

    assert twice > 0  # killed between the 250 and our commit, too
    tried(
        killed,
        f"Of {len(every)} writes and words of sending a letter {killed} were "
        f"tried; {twice} of these kills fell between the mail server's 250 and our "
        "commit, and the letter came twice with one Message-ID",
    )


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("points", [4, pytest.param(10, marks=pytest.mark.long)])
def test_killed_while_the_report_is_made_each_reader_gets_one_letter(
    folder: Path,
    box: tuple[Mailbox, int],
    tmp_path: Path,
    database_kind: str,
    tried: Callable[..., None],
    points: int,
) -> None:
    if database_kind == "postgresql":
        pytest.skip("what is made is made alike, and sending was tried on both")
    mail, port = box
    place = configured(folder, port)
    context = open_context(place)
    filled(context)
    context.engine.dispose()

    def copy(name: str) -> tuple[Path, tuple[str | Path, ...]]:
        made = tmp_path / name
        shutil.copytree(folder, made)
        report = ("report", "weekly", "--lang", "en", "--send", "--json", "--config")
        return made, (*report, made / "config.yaml")

    _, run = copy("whole")
    every = strace.points(strace.FILES, tmp_path / "trace", *run)
    assert [len(ids(mail, to)) for to in TO] == [1, 1]
    keys = [ids(mail, to)[0] for to in TO]

    for call, n in Random(7).sample(every, points):
        made, run = copy(f"{call}-{n}")
        mail.taken.clear()
        strace.killed_at(call, n, *run)

        engine = db.connect(f"sqlite:///{made / 'socialcell.db'}")
        resumed = later(made / "config.yaml", engine)
        report_mail.mail_weekly(resumed, "en")
        outbox.deliver_due(resumed)

        assert [one.state for one in letters(engine)] == ["sent", "sent"], (call, n)
        engine.dispose()
        for to, key in zip(TO, keys, strict=True):
            assert ids(mail, to) in ([key], [key, key]), (call, n)
    tried(points, f"{points} of {len(every)} writes, chosen by a seed")


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.fault("F06", "F18")
def test_a_server_that_stops_while_a_letter_is_sent_costs_at_most_a_repeat(
    own_postgres: OwnServer, tmp_path: Path, box: tuple[Mailbox, int]
) -> None:
    mail, port = box
    (tmp_path / "secrets").mkdir(mode=0o700)
    (tmp_path / "secrets" / "person_key").write_text("a key of tests\n")
    (tmp_path / "config.yaml").write_text(f"database:\n  url: {own_postgres.url}\n")
    place = configured(tmp_path, port)
    engine = own_postgres.engine()
    revisions.upgrade(engine)
    context = Context(config.load(place), engine, FixedClock(MONDAY_MORNING))
    report_mail.mail_weekly(context, "en")
    mail.once_taken = own_postgres.stop_at_once

    with pytest.raises(SocialcellError):
        outbox.deliver_due(context)
    mail.once_taken = lambda: None
    own_postgres.start()
    engine.dispose()
    engine = own_postgres.engine()
    resumed = later(place, engine)
    outbox.deliver_due(resumed)

    assert [one.state for one in letters(engine)] == ["sent", "sent"]
    first, second = (ids(mail, to) for to in sorted(TO))
    assert sorted(map(len, (first, second))) == [1, 2]
    assert len({*first}) == len({*second}) == 1
    engine.dispose()
