"""Two machines do the same work on one database at once: it is done once."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
import yaml
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from socialcell import config, db, sandbox
from socialcell.campaigns.links.model import TrackedLink
from socialcell.clock import FixedClock
from socialcell.desk.desk_digest import CASES
from socialcell.desk.model import CaseMessage, DeskCase
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops import integrity as run_integrity
from socialcell.ops.outbox_model import Outgoing
from socialcell.sandbox import City, Sandbox
from socialcell.services.context import Context
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.services.workspace import digest as digests
from tests.builders import make_source
from tests.conftest import MONDAY_MORNING
from tests.connectors.conftest import settings_of
from tests.faults.hostile.conftest import sqlite_url
from tests.operators import acting
from tests.running import environment
from tests.shared import REPOSITORY

MENTION, CASE_MESSAGE = db.table(Mention), db.table(CaseMessage)
CITY = City(seed=11, end=MONDAY_MORNING, days=2)
STEP = timedelta(minutes=20)
POSTS = 60
WORDS = (
    "कोथरूडमध्ये पाणी नाही",
    "Huge pothole at Baner Road, please repair it",
    "Street lights are off near Karve Road",
    "आज कचरा उचलला नाही, औंध",
    "Thank you for the new bus stop",
)


def write_posts(place: Path, number: int) -> None:
    """Posts of a round; half of them were there in the one before, and some of those
    have other words now."""
    chance = random.Random(number)
    first = 10_000 + number * POSTS // 2
    rows = [
        {
            "id": str(first + n),
            "text": f"{chance.choice(WORDS)} {first + n} {chance.randrange(2)}",
            "author_id": str(n % 7),
            "created_at": "2026-11-22T06:30:00.000Z",
        }
        for n in range(POSTS)
    ]
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))


class Machines:
    """A city of its own, one database, and so many machines that work on it."""

    def __init__(self, folder: Path, url: str, city: Sandbox, names: str) -> None:
        self._files, self._clock = folder, FixedClock(CITY.start + timedelta(days=1))
        self._running: list[subprocess.Popen[str]] = []
        self._places = [self._workspace(folder / n, url, city) for n in names]
        self.engine = db.connect(url, 60)
        workspace = config.load(self._places[0])
        self._context = Context(workspace, self.engine, self._clock)
        for source in city.sources:
            if source["connector"] in ("x", "rss"):
                settings = settings_of(source)
                make_source(
                    self.engine, source["name"], source["connector"], **settings
                )

    def _workspace(self, folder: Path, url: str, city: Sandbox) -> Path:
        (folder / "secrets").mkdir(parents=True, mode=0o700)
        for name, value in {**city.secrets, "person_key": "a key of tests"}.items():
            (folder / "secrets" / name).write_text(value + "\n")
        place = folder / "config.yaml"
        settings = {
            "database": {"url": url, "busy_seconds": 60},
            "language": {"english_names": False, "semantic": False},
            "sandbox": {"base_urls": city.base_urls},
            "publishing": sandbox.accounts(CITY),
        }
        place.write_text(yaml.safe_dump(settings))
        return place

    @contextmanager
    def started(self) -> Iterator[None]:
        module = "tests.faults.hostile.second_machine"
        with ExitStack() as stack:
            for place in self._places:
                self._running.append(
                    stack.enter_context(
                        subprocess.Popen(
                            [sys.executable, "-m", module, place, place.parent.name],
                            stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE,
                            text=True,
                            cwd=REPOSITORY,
                            env=environment(OMP_NUM_THREADS="1"),
                        )
                    )
                )
            try:
                yield
            finally:
                for machine in self._running:
                    machine.kill()

    def play(self, number: int, clock: FixedClock) -> None:
        """A round of all of them at once."""
        self._clock.advance(STEP)
        clock.set(self._clock.now())
        self._plan_post(number)
        told = {
            "round": number,
            "now": self._clock.now().isoformat(),
            "folder": str(self._files),
        }
        for machine in self._running:
            print(json.dumps(told), file=pipe(machine.stdin), flush=True)
        answers = [pipe(machine.stdout).readline() for machine in self._running]
        for machine, answer in zip(self._running, answers, strict=True):
            if answer != "done\n":
                raise AssertionError(machine.communicate()[1][-6000:])

    def _plan_post(self, number: int) -> None:
        due = self._clock.now()
        draft = post_drafts.PostDraft(
            platform="x", due_at=due, language="en", text=f"Water is back, {number}."
        )
        early = replace(self._context, clock=FixedClock(due - STEP))
        post = post_drafts.add_post(acting(early, "cell.writer"), draft)
        own_posts.approve_posts(acting(early, "cell.lead"), [post.id or 0])

    def content(self) -> dict[str, str]:
        """What there is, after it was seen that nothing is wrong there.

        Cases have their numbers in the order in which they were opened: of them it is
        which mentions stand in one, and how many there are.
        """
        with db.reading(self.engine) as session:
            assert integrity.problems(session) == []
            assert list(run_integrity.outbox(session)) == []
            found = digests.table_digests(session)
            for table, *_ in CASES:
                del found[table]
            in_cases = session.execute(
                select(MENTION.c.platform, MENTION.c.external_id)
                .join_from(CASE_MESSAGE, MENTION)
                .order_by(MENTION.c.platform, MENTION.c.external_id)
            )
            found["in cases"] = str(in_cases.all())
            found["cases"] = str(count(session, DeskCase))
            found["sent"] = str(count(session, Outgoing))
            found["links"] = str(count(session, TrackedLink))
        self.engine.dispose()
        return found


def count(session: Session, model: type[SQLModel]) -> int | None:
    return session.scalar(select(func.count()).select_from(db.table(model)))


def pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def stands(city: Sandbox, until: datetime) -> list[str]:
    """What the city itself has said on X."""
    served: Any = city.platform("x")
    timeline = served.world.timeline(CITY.people.city, until)
    return sorted(p.text for p in timeline if p.text.startswith("Water is back"))


def worked(
    folder: Path, url: str, names: str, enough: Callable[[int], bool]
) -> tuple[int, dict[str, str], list[str]]:
    """Rounds until there are enough: how many, the content, and what stands on X."""
    clock = FixedClock(CITY.start)
    with sandbox.serve(CITY, clock, ("x", "rss")) as city:
        machines = Machines(folder, url, city, names)
        number = 0
        with machines.started():
            while not enough(number):
                write_posts(folder / f"{number}.jsonl", number)
                machines.play(number, clock)
                number += 1
        return number, machines.content(), stands(city, clock.now())


@pytest.mark.fault("F39")
@pytest.mark.faults
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("seconds", [20, pytest.param(600, marks=pytest.mark.long)])
def test_two_machines_on_one_database_come_to_what_one_comes_to(
    database_url: str,
    tmp_path: Path,
    empty_database: Path,
    seconds: int,
    tried: Callable[..., None],
) -> None:
    ends = time.monotonic() + seconds
    several, alone = tmp_path / "several", tmp_path / "alone"
    several.mkdir()
    alone.mkdir()

    rounds, content, posts = worked(
        several, database_url, "ab", lambda n: n >= 4 and time.monotonic() > ends
    )
    _, expected, expected_posts = worked(
        alone, sqlite_url(alone, empty_database), "c", lambda n: n >= rounds
    )

    different = [name for name in expected if content[name] != expected[name]]
    assert different == []
    assert posts == expected_posts
    assert len(posts) == len(set(posts)) == rounds
    assert content["links"] == str(rounds)
    assert content["sent"] == str(2 * rounds)  # a letter and a post of each
    assert int(content["cases"]) > 10
    tried(rounds * 9, f"{rounds} rounds of nine kinds of work at once")
