"""The problems of a city over its days, and what its people write of them unasked."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TypedDict

from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.problems import report_posts
from socialcell.sandbox.problems.problem import (
    KINDS,
    CityProblem,
    ProblemReport,
    landmarks,
    replies,
    sentences,
)
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.phrases import write_sentence
from socialcell.sandbox.world.places import CityPlace, places
from socialcell.sandbox.world.rhythm import moments

PROBLEMS_A_DAY = 4.5
REQUESTS = frozenset({"complaint", "help"})  # intents that only problems bring here
CHANNELS = {"whatsapp": 0.42, "x": 0.28, "facebook": 0.18, "messenger": 0.12}
NAMED = 0.63  # of reports name the locality
SECOND_LANDMARK = 0.2  # of reports name the other thing that is near
PINNED = 0.2  # of reports by WhatsApp share the point a little later
AGAIN = 0.3  # of reporters write again while nothing is repaired
TWICE = 0.08  # of reporters report on a second platform, too
_FAR = 0.003  # degrees: how a problem lies around the middle of its locality
_NEAR = 0.0004  # degrees: how far a shared point is from the problem
_SPOT_REPORTERS = (1, 1, 1, 1, 2, 2, 2, 3, 3, 5)
_WIDE_REPORTERS = (1, 2, 3, 3, 4, 5, 6, 8)
_QUIET = timedelta(days=14)  # for so long nobody reports another problem on a platform


class ReportTruth(TypedDict):
    """A post of a problem: which, and what it does."""

    platform: str
    id: str
    act: str
    names_place: bool


class ProblemTruth(TypedDict):
    """A problem in truth.json. Moments are ISO 8601, UTC; the point is longitude and
    latitude."""

    id: int
    kind: str
    topic: str
    owner: str
    place: str
    landmarks: list[str]
    point: list[float]
    begins_at: str
    repaired_at: str
    reports: list[ReportTruth]


class ProblemWorld:
    """All problems that begin in [start, end), and the posts that speak of them.

    `own_posts` are the city's posts on Facebook, below which people comment.
    """

    def __init__(
        self,
        people: Population,
        start: datetime,
        end: datetime,
        own_posts: Iterable[SandboxPost],
        rng: Random,
    ) -> None:
        self.people, self.end, self.rng = people, end, rng
        self._own_posts = sorted(own_posts, key=lambda post: post.at)
        self._last: dict[tuple[str, int], datetime] = {}
        self._ids: set[tuple[str, str]] = set()
        popular = [0.2 + rng.random() ** 2 for _ in places()]
        self.problems: list[CityProblem] = []
        for id_, at in enumerate(moments(start, end, PROBLEMS_A_DAY, rng), 1):
            self.problems.append(self._problem(id_, at, popular))
        reports = [r for problem in self.problems for r in self._reports(problem)]
        self.reports = tuple(sorted(reports, key=lambda report: report.post.at))

    def posts(self, *platforms: str) -> list[SandboxPost]:
        """What people write unasked on these platforms."""
        return [r.post for r in self.reports if r.post.platform in platforms]

    def truth(self) -> list[ProblemTruth]:
        """The problems, and which post speaks of which."""
        return [
            {
                "id": problem.id,
                "kind": problem.kind.name,
                "topic": problem.kind.topic,
                "owner": problem.kind.owner,
                "place": problem.place.name,
                "landmarks": []
                if problem.kind.wide
                else [landmark.key for landmark in problem.landmarks],
                "point": list(problem.point),
                "begins_at": problem.begins_at.isoformat(),
                "repaired_at": problem.repaired_at.isoformat(),
                "reports": [
                    {
                        "platform": report.post.platform,
                        "id": report.post.id,
                        "act": report.act,
                        "names_place": report.names_place,
                    }
                    for report in self.reports
                    if report.problem is problem
                ],
            }
            for problem in self.problems
        ]

    def _problem(self, id_: int, at: datetime, popular: list[float]) -> CityProblem:
        """A problem that begins at `at`. What a whole locality has already cannot begin
        there again: nobody could say which of the two they speak of."""
        rng = self.rng
        kind = rng.choices(KINDS, [kind.share for kind in KINDS])[0]
        taken = {
            other.place.name
            for other in self.problems
            if kind.wide and other.kind is kind and not other.is_repaired(at)
        }
        free = [p.name not in taken for p in places()]
        weights = [
            weight * is_free for weight, is_free in zip(popular, free, strict=True)
        ]
        place = rng.choices(places(), weights)[0]
        point = (
            place.longitude + rng.gauss(0, _FAR),
            place.latitude + rng.gauss(0, _FAR),
        )
        days = min(max(rng.lognormvariate(1.4, 0.7), 0.5), 20)
        repaired = at + timedelta(days=days)
        first, second = rng.sample(landmarks(), 2)
        return CityProblem(id_, kind, place, (first, second), point, at, repaired)

    def _reports(self, problem: CityProblem) -> Iterator[ProblemReport]:
        """What each person who notices a problem writes of it."""
        rng = self.rng
        most = _WIDE_REPORTERS if problem.kind.wide else _SPOT_REPORTERS
        life = problem.repaired_at - problem.begins_at
        for _ in range(rng.choice(most)):
            wait = rng.expovariate(1 / min(life / timedelta(hours=2), 40))
            at = problem.begins_at + timedelta(hours=wait)
            channels = list(rng.choices(list(CHANNELS), list(CHANNELS.values())))
            if rng.random() < TWICE:
                channels.append(rng.choice([n for n in CHANNELS if n != channels[0]]))
            language = rng.choice(sentences(problem.kind)).language
            person = self._free_person(language, channels, at)
            for n, channel in enumerate(channels):
                moment = at + n * timedelta(minutes=rng.randint(5, 300))
                yield from self._of_person(problem, person, language, channel, moment)

    def _free_person(self, language: str, channels: list[str], at: datetime) -> Person:
        """A person who has not reported anything there for a while."""
        while True:
            person = self.people.draw_writer(language, self.rng)
            keys = [(channel, person.key) for channel in channels]
            if all(
                abs(at - self._last[key]) > _QUIET for key in keys if key in self._last
            ):
                self._last.update(dict.fromkeys(keys, at))
                return person

    def _of_person(
        self,
        problem: CityProblem,
        person: Person,
        language: str,
        channel: str,
        at: datetime,
    ) -> Iterator[ProblemReport]:
        """The report of a person on one platform, its pin, and what follows."""
        rng = self.rng
        last = min(self.end, problem.repaired_at)
        if at >= last:
            return
        first = self._report(problem, person, language, channel, at)
        yield first
        after = at + timedelta(minutes=rng.randint(1, 4))
        if channel == "whatsapp" and rng.random() < PINNED and after < last:
            post = report_posts.pin(problem, person, after, rng, _NEAR)
            yield ProblemReport(problem, self._keep(post), "pin", names_place=True)
        while rng.random() < AGAIN:
            at += timedelta(days=rng.uniform(2, 7))
            if at >= last:
                return
            text, _ = write_sentence(rng.choice(replies("again", language)), rng)
            yield self._below(first, text, at)

    def _report(
        self,
        problem: CityProblem,
        person: Person,
        language: str,
        channel: str,
        at: datetime,
    ) -> ProblemReport:
        rng = self.rng
        patterns = [p for p in sentences(problem.kind) if p.language == language]
        pattern = rng.choice(patterns)
        where: CityPlace | None = problem.place if rng.random() < NAMED else None
        landmark = problem.landmarks[rng.random() < SECOND_LANDMARK]
        words = {"spot": landmark.words[language]}
        text, written = write_sentence(pattern, rng, where, words)
        above = self._newest_own_post(at) if channel == "facebook" else None
        if rng.random() < 0.3:
            above = None
        post = report_posts.first(
            channel, person, text, pattern.labels(written), at, rng, above
        )
        return ProblemReport(problem, self._keep(post), "report", bool(written))

    def _below(self, first: ProblemReport, text: str, at: datetime) -> ProblemReport:
        labels = replace(first.post.labels, places=())
        post = report_posts.follow_up(first.post, text, labels, at, self.rng)
        return ProblemReport(first.problem, self._keep(post), "again", False)

    def _newest_own_post(self, at: datetime) -> SandboxPost | None:
        """The city's newest post that stays, below which somebody may comment."""
        fitting = [p for p in self._own_posts if p.at < at and p.ends is None]
        return fitting[-1] if fitting else None

    def _keep(self, post: SandboxPost) -> SandboxPost:
        """Two posts never have one id. ValueError: a defect of the world."""
        key = post.platform, post.id
        if key in self._ids:
            raise ValueError(f"two posts have the id {key}")
        self._ids.add(key)
        return post


def without_requests(posts: Iterable[SandboxPost]) -> list[SandboxPost]:
    """The posts but complaints and calls for help, and what refers to these: in a city
    with problems each of them has one."""
    kept = list(posts)
    gone = {(p.platform, p.id) for p in kept if p.labels.intent in REQUESTS}
    while True:
        left = [p for p in kept if (p.platform, p.id) not in gone]
        more = {
            (p.platform, p.id)
            for p in left
            for id_ in (p.reply_to, p.quotes, p.reposts, p.repeats, p.conversation)
            if id_ is not None and (p.platform, id_) in gone
        }
        if not more:
            return left
        gone |= more
