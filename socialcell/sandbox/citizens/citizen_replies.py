"""What the city's people do when the city writes to them: they name the place when
asked, and say whether it is solved, by the truth of their problem, or keep silent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from socialcell.clock import Clock
from socialcell.sandbox.citizens.city_words import CityQuestion, read_question
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.facebook_server import FacebookServer
from socialcell.sandbox.meta.messenger_server import MessengerServer
from socialcell.sandbox.meta.whatsapp_server import WhatsAppServer
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.problems import report_posts
from socialcell.sandbox.problems.problem import CityProblem, ProblemReport, replies
from socialcell.sandbox.problems.problem_world import SECOND_LANDMARK
from socialcell.sandbox.world.message_world import number, scoped_id
from socialcell.sandbox.world.phrases import write_sentence
from socialcell.sandbox.x.x_server import XServer

TELLS_PLACE = 0.7  # of people who are asked where it is
SHARES_POINT = 0.35  # of those by WhatsApp, instead of words
SAYS_SOLVED = 0.65  # of people who are asked whether it is solved
PICKS_UP = 0.75  # of people who are called
_NEAR = 0.0004  # degrees: how far a shared point is from the problem
_HOURS = {CityQuestion.PLACE: 3.0, CityQuestion.SOLVED: 9.0}  # mean time to answer
_LEAST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class CityMessage:
    """What the city wrote to a person, below or after a post of theirs."""

    id: str
    text: str
    to: SandboxPost


@dataclass(frozen=True, slots=True)
class _PlannedReply:
    """An answer that somebody writes later."""

    at: datetime
    act: str  # place | pin | solved
    problem: CityProblem
    below: SandboxPost


class PlatformServers(Protocol):
    """The platforms of a served sandbox by name."""

    def platform(self, name: str) -> object: ...


@dataclass
class CitizenReplies:
    """The people of a city with problems, as its platforms are served.

    Whoever runs the sandbox calls `respond` when it chooses; `written` is what they
    have written in answer, oldest first, `asked` how often they were asked what.
    """

    city: City
    clock: Clock
    servers: PlatformServers
    written: list[ProblemReport] = field(default_factory=list)
    asked: dict[CityQuestion, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.city.problems is None:
            raise ValueError("this city has no problems that people could speak of")
        self._reports = list(self.city.problems.reports)
        self._seen: set[str] = set()
        self._planned: list[_PlannedReply] = []

    def respond(self) -> list[ProblemReport]:
        """Read what the city has written by now, and write what is due: what was
        written now."""
        now = self.clock.now()
        for message in self._new_messages():
            self._plan(message, now)
        due = sorted((p for p in self._planned if p.at <= now), key=lambda p: p.at)
        self._planned = [p for p in self._planned if p.at > now]
        written = [self._write(planned) for planned in due]
        self.written += written
        self._reports += written
        return written

    def answer_call(self, report: ProblemReport) -> str:
        """What a call to the author of a report finds now: confirmed, contradicted or
        not_reached."""
        now = self.clock.now()
        rng = self._random(f"call:{report.key}:{now.isoformat()}")
        if rng.random() >= PICKS_UP:
            return "not_reached"
        is_solved = report.problem.is_repaired(now)
        return "confirmed" if is_solved else "contradicted"

    # What the city wrote ----------------------------------------------------------

    def _new_messages(self) -> Iterator[CityMessage]:
        for message in self._all_messages():
            if message.id not in self._seen:
                self._seen.add(message.id)
                yield message

    def _all_messages(self) -> Iterator[CityMessage]:
        whatsapp = self.servers.platform("whatsapp")
        assert isinstance(whatsapp, WhatsAppServer)
        yield from self._private("whatsapp", whatsapp.sent)
        messenger = self.servers.platform("messenger")
        assert isinstance(messenger, MessengerServer)
        yield from self._private("messenger", messenger.sent)
        yield from self._public()

    def _private(
        self, platform: str, sent: list[dict[str, str]]
    ) -> Iterator[CityMessage]:
        """Messages to a person about the last problem that they wrote of there."""
        address = number if platform == "whatsapp" else scoped_id
        now = self.clock.now()
        last = {
            address(report.post.author): report.post
            for report in self._reports
            if report.post.platform == platform and report.post.at <= now
        }
        for message in sent:
            if message["to"] in last:
                text = message.get("text", "")
                if platform == "whatsapp":
                    text = str(json.loads(text)["body"]) if text else ""
                yield CityMessage(message["id"], text, last[message["to"]])

    def _public(self) -> Iterator[CityMessage]:
        """What the city's accounts wrote below posts of the problems."""
        x, facebook = self._x(), self._facebook()
        now = self.clock.now()
        answers = {
            "x": x.world.timeline(self.city.people.city, now),
            "facebook": [
                post
                for post in facebook.visible_posts()
                if post.author is self.city.people.city and post.group == "comment"
            ],
        }
        for platform, posts in answers.items():
            by_id = {
                report.post.id: report.post
                for report in self._reports
                if report.post.platform == platform
            }
            for post in posts:
                if post.reply_to in by_id:
                    yield CityMessage(post.id, post.text, by_id[post.reply_to])

    # What people do ---------------------------------------------------------------

    def _plan(self, message: CityMessage, now: datetime) -> None:
        """Whether and when the person answers a message of the city."""
        question = read_question(message.text)
        if question is None:
            return
        self.asked[question] = self.asked.get(question, 0) + 1
        rng = self._random(f"{message.to.platform}:{message.to.id}:{message.id}")
        answers = TELLS_PLACE if question is CityQuestion.PLACE else SAYS_SOLVED
        if rng.random() >= answers:
            return
        act = question.value
        is_whatsapp = message.to.platform == "whatsapp"
        if question is CityQuestion.PLACE and is_whatsapp:
            act = "pin" if rng.random() < SHARES_POINT else act
        wait = timedelta(hours=rng.expovariate(1 / _HOURS[question]))
        problem = self._problem_of(message.to)
        at = now + max(wait, _LEAST)
        self._planned.append(_PlannedReply(at, act, problem, message.to))

    def _write(self, planned: _PlannedReply) -> ProblemReport:
        """Publish an answer; whether it is solved is looked at when it is written."""
        author, problem = planned.below.author, planned.problem
        rng = self._random(f"words:{planned.below.id}:{planned.at.isoformat()}")
        at = planned.at
        if planned.act == "pin":
            post = report_posts.pin(problem, author, at, rng, _NEAR)
            self._publish(post)
            return ProblemReport(problem, post, "pin", names_place=True)
        act = planned.act
        if act == CityQuestion.SOLVED.value:
            act = "solved" if problem.is_repaired(at) else "unsolved"
        language = self._language(problem, author, rng)
        pattern = rng.choice(replies(act, language))
        landmark = problem.landmarks[rng.random() < SECOND_LANDMARK]
        words = {"spot": landmark.words[language]}
        text, written = write_sentence(pattern, rng, problem.place, words, slips=False)
        labels = pattern.labels(written, problem.kind.topic)
        post = report_posts.follow_up(planned.below, text, labels, at, rng)
        self._publish(post)
        return ProblemReport(problem, post, act, bool(written))

    def _publish(self, post: SandboxPost) -> None:
        """It stands on its platform, from its moment on."""
        if post.platform == "x":
            self._x().world.show([post])
            return
        server = self.servers.platform(post.platform)
        assert isinstance(server, WhatsAppServer | MessengerServer | FacebookServer)
        server.show(post)

    def _language(self, problem: CityProblem, author: Person, rng: Random) -> str:
        """The language in which a person reported that problem."""
        first = next(
            report
            for report in self._reports
            if report.problem is problem
            and report.post.author is author
            and report.act == "report"
        )
        return first.post.labels.language

    def _problem_of(self, post: SandboxPost) -> CityProblem:
        return next(report.problem for report in self._reports if report.post is post)

    def _x(self) -> XServer:
        server = self.servers.platform("x")
        assert isinstance(server, XServer)
        return server

    def _facebook(self) -> FacebookServer:
        server = self.servers.platform("facebook")
        assert isinstance(server, FacebookServer)
        return server

    def _random(self, what: str) -> Random:
        # A string seed is hashed by SHA-512: the same everywhere, unlike hash().
        return Random(f"{self.city.seed}:{self.city.end.isoformat()}:{what}")
