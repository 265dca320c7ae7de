"""A sandbox city with problems whose daemon and crew work day by day: what the desk
made of it, beside the city's truth."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from benchmarks.desk_crew import DeskCrew
from socialcell import config, connectors, db, sandbox
from socialcell.clock import IST, FixedClock
from socialcell.listening.model import Mention
from socialcell.sandbox import City, Sandbox
from socialcell.sandbox.citizens.citizen_replies import CitizenReplies
from socialcell.sandbox.meta.webhook_platform import WebhookPlatform
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.problems.problem import ProblemReport
from socialcell.services.context import Context
from socialcell.services.daemon import run_due
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.rehearsal import rehearsal_workspace
from socialcell.services.rehearsal.rehearsal_workspace import RehearsedSource
from socialcell.web import webhook_server

END = datetime(2026, 11, 23, 9, 0, tzinfo=IST)  # a Monday
PLATFORMS = ("x", "facebook", "whatsapp", "messenger")
STEP = timedelta(hours=4)
_MINUTE = timedelta(minutes=1)
CREW_HOURS = (9, 13, 17)  # of the day in Pune, at which the crew works
_JOBS = ("receive", "publish", "cases", "clocks", "answers", "closings")
_TOKEN = 1  # of the daemon's lease: nobody else works here


@dataclass(frozen=True)
class CityItem:
    """What somebody wrote, as the city's truth has it; no report: of no problem."""

    post: SandboxPost
    report: ProblemReport | None

    @property
    def is_request(self) -> bool:
        """Whether its author asks the city for something."""
        asks = ("complaint", "question", "suggestion", "help")
        if self.report is not None and self.report.act not in ("report", "again"):
            return False
        return self.post.labels.intent in asks and self.post.author.kind != "city"

    @property
    def matter(self) -> str:
        """What is asked: the problem, or the post itself where it is of none."""
        if self.report is not None:
            return f"problem {self.report.problem.id}"
        return f"post {self.post.platform} {self.post.id}"


@dataclass
class DeskCity:
    """The served city, the workspace that listens to it, and the crew that works."""

    city: City
    clock: FixedClock
    running: Sandbox
    context: Context
    webhooks: str
    people: CitizenReplies
    early: float
    crew: DeskCrew = field(init=False)
    _items: dict[tuple[str, str], CityItem] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._items = dict(_items_of(self.city))
        self.crew = DeskCrew(self.context, self.item_of, self.people, self.early)

    def run(self, progress: Callable[[datetime], None] = lambda moment: None) -> None:
        """All steps up to the end of the city."""
        moment = self.city.start.astimezone(IST).replace(minute=0, second=0) + STEP
        self.crew.open_desk()
        while moment <= self.city.end:
            self.clock.set(moment)
            self.step()
            progress(moment)
            moment += STEP
        # What came in since the evening is read once more.
        self.crew.work(read_all=True)

    def step(self) -> None:
        """People write, the daemon does its jobs, and at its hours the crew works."""
        now = self.clock.now()
        for report in self.people.respond():
            self._items[_stored(report.post)] = CityItem(report.post, report)
        for platform in self.running.platforms.values():
            if isinstance(platform, WebhookPlatform):
                refused = set(platform.send_pushes(self.webhooks)) - {200}
                if refused:
                    raise RuntimeError(f"pushes were answered {refused}")
        self._run_jobs()
        if now.astimezone(IST).hour in CREW_HOURS:
            self.crew.work()
            # The daemon looks every minute for what is to be sent.
            self.clock.set(now + 2 * _MINUTE)
            self._run_jobs("publish", "answers")

    def _run_jobs(self, *names: str) -> None:
        """What is due of the daemon's jobs, of those named or of all of the desk."""
        results = run_due.run_due_jobs(
            self.context, _TOKEN, lambda: False, lambda c: _jobs(c, names)
        )
        failed = [f"{row.job}: {row.summary}" for row in results if row.state != "done"]
        if failed:
            raise RuntimeError("; ".join(failed))

    def item_of(self, platform: str, external_id: str) -> CityItem | None:
        """The truth of a mention; None: the city itself wrote it."""
        return self._items.get((platform, external_id))

    def items(self) -> dict[tuple[str, str], CityItem]:
        """All that people have written, by platform and id as they are stored."""
        return self._items

    def mentions(self) -> dict[int, CityItem]:
        """The truth of each stored mention of a person, by its number."""
        items = {
            mention.id: self.item_of(mention.platform, mention.external_id)
            for mention in rows(self.context, Mention)
        }
        return {id_: item for id_, item in items.items() if item is not None}


@contextlib.contextmanager
def serving(
    folder: Path, *, seed: int, days: int, early: float = 0.15
) -> Iterator[DeskCity]:
    """A city with problems and a new workspace in `folder` that listens to it.

    `early` is the share of problems that the crew claims done before they are.
    """
    city = City(seed=seed, end=END, days=days, problems=True)
    clock = FixedClock(city.start)
    with sandbox.serve(city, clock, PLATFORMS) as running:
        rehearsal_workspace.connect(
            folder,
            {**running.secrets, "pseudonym_key": f"a key of the sandbox city {seed}"},
            _sources(running),
            (),
            running.base_urls,
            sandbox.accounts(city),
        )
        _raise_allowance(folder / "config.yaml")
        workspace = config.load(folder / "config.yaml")
        engine = db.connect(workspace.database_url, durable=False)
        context = Context(workspace, engine, clock, running.base_urls)
        people = CitizenReplies(city, clock, running)
        try:
            with webhook_server.serving(context, with_worker=False) as address:
                yield DeskCity(city, clock, running, context, address, people, early)
        finally:
            engine.dispose()


def _jobs(context: Context, names: tuple[str, ...]) -> Iterator[DaemonJob]:
    for job in list_jobs(context):
        if job.name in (names or _JOBS) or (not names and job.source):
            yield job


def _items_of(city: City) -> Iterator[tuple[tuple[str, str], CityItem]]:
    """What people write unasked. Of an edited post each version is the same item."""
    assert city.problems is not None
    reports = {report.key: report for report in city.problems.reports}
    items: dict[tuple[str, str], CityItem] = {}
    for post in (*city.posts, *city.elsewhere):
        report = reports.get((post.platform, post.id))
        items[_stored(post)] = item = CityItem(post, report)
        for older in post.versions[:-1]:
            items[post.platform, older] = item
    yield from items.items()


def _stored(post: SandboxPost) -> tuple[str, str]:
    """Platform and id under which a post is stored."""
    if post.platform == "whatsapp":
        return "whatsapp", "wa." + hashlib.sha256(post.id.encode()).hexdigest()[:40]
    return connectors.platform(post.platform), post.id


def _sources(running: Sandbox) -> list[RehearsedSource]:
    """The sources of people's words; figures of the page are of no use here."""
    return [
        RehearsedSource(
            source["name"],
            source["connector"],
            connectors.settings_in(source["connector"], source),
        )
        for source in running.sources
        if not source["name"].endswith(".insights")
    ]


def _raise_allowance(place: Path) -> None:
    text = place.read_text(encoding="utf-8")
    line = "  caps: {}"
    if line not in text:
        raise RuntimeError(f"config.yaml has no line {line}")
    place.write_text(text.replace(line, "  caps: {x: {posts: 2000000}}"), "utf-8")


def rows(context: Context, table: type[Any]) -> list[Any]:
    """All rows of a table, in the order of their numbers."""
    with db.reading(context.engine) as session:
        found = list(session.exec(select(table).order_by(table.id)))
        session.expunge_all()
    return found
