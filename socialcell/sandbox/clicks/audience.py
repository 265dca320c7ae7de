"""Requests for the city's tracked links: by people, and by programs.

Every request is drawn once, so the true clicks of each link are known, and which of
them led to an install. A visit holds the requests that belong together: a person's
click and second click, a preview and what follows it, a scanner's requests for the
links of a newsletter.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from socialcell.clock import IST, as_utc
from socialcell.json_types import JsonObject
from socialcell.sandbox.clicks import agents
from socialcell.sandbox.clicks.tracked_links import BY_WORD, LINKS, NEWSLETTER
from socialcell.sandbox.world.app_world import OUTREACH, AppWorld, poisson
from socialcell.sandbox.world.campaign_world import CampaignWorld

KINDS = ("person", "again", "preview", "scanner", "crawler", "tool")
SCANNED = 5  # mailboxes behind a scanner, for each newsletter
_AHEAD = (("Sec-Purpose", "prefetch;prerender"),)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ClickRequest:
    """One request for a link. `agent` is None where no User-Agent is sent."""

    at: datetime
    link: str
    kind: str
    address: str
    agent: str | None
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Install:
    """An install of the app on Android, as the app reports it. `referrer` is None where
    it is the one in the redirect of the visit's first request."""

    key: str
    begun_at: datetime
    referrer: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Requests that belong together, and the install that followed them."""

    requests: tuple[ClickRequest, ...]
    install: Install | None = None

    @property
    def end(self) -> datetime:
        times = [request.at for request in self.requests]
        return max(times + ([self.install.begun_at] if self.install else []))


class Audience:
    """All visits to the links of the city's campaign in (start, end], by their end."""

    def __init__(self, seed: int, start: datetime, end: datetime) -> None:
        self.seed = seed
        self._apps = AppWorld(seed, start, end)
        self.campaign = CampaignWorld(seed, end).campaign
        self._occupied_seconds: set[datetime] = set()
        self._networks = 0
        all_visits = [visit for day in self._days() for visit in self._visits(day)]
        visits = [
            candidate
            for candidate in all_visits
            if as_utc(start) < _visit_start(candidate) and candidate.end <= as_utc(end)
        ]
        self.visits = tuple(sorted(visits, key=lambda visit: visit.end))

    def between(self, before: datetime | None, until: datetime) -> list[Visit]:
        """The visits that are over in (before, until]; None: from the beginning."""
        return [
            visit
            for visit in self.visits
            if visit.end <= until and (before is None or visit.end > before)
        ]

    def truth(self) -> JsonObject:
        """Requests by link and kind, and installs on Android by the link they came by:
        ready for JSON."""
        counts = {link.word: Counter(dict.fromkeys(KINDS, 0)) for link in LINKS}
        installs = dict.fromkeys(counts, 0)
        for visit in self.visits:
            for request in visit.requests:
                counts[request.link][request.kind] += 1
            if visit.requests and visit.install:
                installs[visit.requests[0].link] += 1
        return {
            word: {
                "channel": BY_WORD[word].channel,
                "creator": BY_WORD[word].creator,
                **kinds,
                "installs": installs[word],
            }
            for word, kinds in counts.items()
        }

    def _days(self) -> Iterator[date]:
        campaign = self.campaign
        for n in range((campaign.end - campaign.start).days + 1):
            yield campaign.start + timedelta(n)

    def _visits(self, day: date) -> Iterator[Visit]:
        rng = Random(f"{self.seed}:audience:{day}")
        yield from self._installs(day, rng)
        for link in LINKS:
            for _ in range(poisson(rng, link.people)):
                device = rng.choices(("android", "ios", "other"), (70, 15, 15))[0]
                yield self._person_visit(
                    self._moment(day, rng, 7, 23), link.word, device, rng
                )
        for kind, mean in (("preview", 9.0), ("crawler", 2.0), ("tool", 2.0)):
            for _ in range(poisson(rng, mean)):
                yield self._program_visit(self._moment(day, rng, 7, 23), kind, rng)
        yield self._crowd_visit(self._moment(day, rng, 19, 21), rng)
        if (day - self.campaign.start).days % 7 == 0:
            yield from self._newsletter_visits(day, rng)

    def _installs(self, day: date, rng: Random) -> Iterator[Visit]:
        """Installs of a day, at hours that fall on the same date in India and in
        California: through our links, through the store, and through other links."""
        for outreach in OUTREACH:
            ours = outreach.token == self.campaign.name
            reached = [link.word for link in LINKS if link.channel == outreach.source]
            for n in range(self._apps.outreach("play", outreach, day)):
                at = self._moment(day, rng, 14, 22)
                visit = Visit(())
                if ours:
                    word = rng.choices(reached, (2, 1))[0]
                    visit = self._person_visit(at, word, "android", rng)
                    at = visit.requests[0].at + rng.randrange(20, 240) * _SECOND
                referrer = f"utm_source={outreach.source}&utm_medium=creator&utm_campaign={outreach.token}"
                key = f"install-{day:%Y%m%d}-{outreach.token}-{n:03}"
                yield replace(
                    visit, install=Install(key, at, None if ours else referrer)
                )
            if ours:
                for _ in range(self._apps.outreach("apple", outreach, day)):
                    at = self._moment(day, rng, 14, 22)
                    yield self._person_visit(
                        at, rng.choices(reached, (2, 1))[0], "ios", rng
                    )
        referrer = "utm_source=google-play&utm_medium=organic"
        for n in range(self._apps.organic("play", day)):
            key = f"install-{day:%Y%m%d}-organic-{n:03}"
            yield Visit((), Install(key, self._moment(day, rng, 14, 22), referrer))

    def _person_visit(self, at: datetime, word: str, device: str, rng: Random) -> Visit:
        """A person's click; one in nine clicks a second time within minutes."""
        agent = rng.choice(agents.PEOPLE[device])
        first = ClickRequest(
            at, word, "person", f"{self._network()}.{rng.randrange(1, 255)}", agent
        )
        if rng.random() > 1 / 9:
            return self._schedule_visit(first)
        again = replace(first, at=at + rng.randrange(8, 540) * _SECOND, kind="again")
        return self._schedule_visit(first, again)

    def _program_visit(self, at: datetime, kind: str, rng: Random) -> Visit:
        """A preview, a crawler, a tool, or a browser that prefetches."""
        link = rng.choices(LINKS, [link.people for link in LINKS])[0]
        agents_by_kind = {
            "preview": agents.PREVIEWS,
            "crawler": agents.CRAWLERS,
            "tool": agents.TOOLS,
        }
        agent = rng.choice(
            (*agents_by_kind[kind], *(("ahead",) if kind == "preview" else ()))
        )
        request = ClickRequest(at, link.word, kind, f"{self._network()}.7", agent)
        if agent == "ahead":
            return self._schedule_visit(
                replace(request, agent=agents.ANDROID[0], headers=_AHEAD)
            )
        if agent is None or not agent.startswith("Twitterbot"):
            return self._schedule_visit(request)
        # It is followed by HEAD requests with the User-Agent of a browser.
        heads = [
            replace(request, at=at + n * _SECOND, method="HEAD", agent=browser)
            for n, browser in (
                (2, agents.OTHER[0]),
                (3, agents.IPHONE[0]),
                (5, agents.OTHER[1]),
            )
        ]
        return self._schedule_visit(request, *heads)

    def _crowd_visit(self, at: datetime, rng: Random) -> Visit:
        """Ten people of one mobile network within seconds, most for the same post."""
        network, places = self._network(), rng.sample(range(1, 255), 10)
        words = ["umbrella", "umbrella", "umbrella", "pothole-song", "flood-map"]
        return self._schedule_visit(
            *(
                ClickRequest(
                    at + n * _SECOND,
                    words[n % 5],
                    "person",
                    f"{network}.{place}",
                    rng.choice(agents.ANDROID),
                )
                for n, place in enumerate(places)
            )
        )

    def _newsletter_visits(self, day: date, rng: Random) -> Iterator[Visit]:
        """A newsletter is sent at ten; a scanner opens its links before each reader."""
        for box in range(SCANNED):
            at = _at(day, 10) + timedelta(seconds=43 + 200 * box)
            network = self._network()
            yield self._schedule_visit(
                *(
                    ClickRequest(
                        at + n // 2 * _SECOND,
                        word,
                        "scanner",
                        f"{network}.{9 + n % 2}",
                        agents.OTHER[0],
                    )
                    for n, word in enumerate(NEWSLETTER)
                )
            )
            later = at + timedelta(minutes=rng.randrange(20, 90))
            yield self._schedule_visit(
                ClickRequest(
                    later,
                    rng.choice(NEWSLETTER),
                    "person",
                    f"{network}.80",
                    agents.OTHER[1],
                )
            )

    def _schedule_visit(self, *requests: ClickRequest) -> Visit:
        """A visit, moved to later seconds until no other visit uses one of them."""
        shift = timedelta(0)
        while {request.at + shift for request in requests} & self._occupied_seconds:
            shift += _SECOND
        moved = tuple(replace(request, at=request.at + shift) for request in requests)
        self._occupied_seconds |= {request.at for request in moved}
        return Visit(moved)

    def _moment(self, day: date, rng: Random, since: int, until: int) -> datetime:
        """A second of a day between two hours; nothing of a visit is near midnight."""
        seconds = rng.randrange(3600 * (until - since) - 900)
        return _at(day, since) + timedelta(seconds=seconds)

    def _network(self) -> str:
        """An unused network (/24) of the range 100.64.0.0/10, shared address space."""
        self._networks += 1
        return f"100.{64 + self._networks // 256 % 64}.{self._networks % 256}"


def _at(day: date, hour: int) -> datetime:
    return as_utc(datetime.combine(day, time(hour), tzinfo=IST))


def _visit_start(visit: Visit) -> datetime:
    times = [request.at for request in visit.requests]
    return min(times + ([visit.install.begun_at] if visit.install else []))


def moments(visits: Iterable[Visit]) -> list[datetime]:
    """The seconds of all requests: no two visits have one in common."""
    return [request.at for visit in visits for request in visit.requests]
