"""Who asks for the city's tracked links: people, and all that are none.

Everything that is asked is drawn once, so the true clicks of each link are known, and
which of them brought an install. A visit is what belongs together: somebody's click
and second click, a preview with what follows it, a scanner's walk through a letter.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from socialcell.clock import IST, as_utc
from socialcell.sandbox.clicks import agents
from socialcell.sandbox.clicks.tracked_links import BY_WORD, LETTER, LINKS
from socialcell.sandbox.world.app_world import OUTREACH, AppWorld, poisson
from socialcell.sandbox.world.campaign_world import CampaignWorld

KINDS = ("person", "again", "preview", "scanner", "crawler", "tool")
SCANNED = 5  # mailboxes a letter, with a scanner before each
_AHEAD = (("Sec-Purpose", "prefetch;prerender"),)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ClickRequest:
    """One request for a link. `agent` is None where nobody says what it is."""

    at: datetime
    link: str
    kind: str
    address: str
    agent: str | None
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Install:
    """An install of the app on Android, as its server comes to know of it. `referrer`
    is None where it is what the visit's first request was handed."""

    key: str
    begun_at: datetime
    referrer: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Requests that belong together, and the install that came of them."""

    asked: tuple[ClickRequest, ...]
    install: Install | None = None

    @property
    def end(self) -> datetime:
        times = [one.at for one in self.asked]
        return max(times + ([self.install.begun_at] if self.install else []))


class Audience:
    """All visits to the links of the city's campaign in (start, end], by their end."""

    def __init__(self, seed: int, start: datetime, end: datetime) -> None:
        self.seed = seed
        self._apps = AppWorld(seed, start, end)
        self.campaign = CampaignWorld(seed, end).campaign
        self._taken: set[datetime] = set()
        self._networks = 0
        made = [visit for day in self._days() for visit in self._visits(day)]
        found = [
            one
            for one in made
            if as_utc(start) < _first(one) and one.end <= as_utc(end)
        ]
        self.visits = tuple(sorted(found, key=lambda visit: visit.end))

    def between(self, before: datetime | None, until: datetime) -> list[Visit]:
        """The visits that are over in (before, until]; None: from the beginning."""
        return [
            visit
            for visit in self.visits
            if visit.end <= until and (before is None or visit.end > before)
        ]

    def truth(self) -> dict[str, Any]:
        """Requests by link and kind, and installs on Android by the link they came by:
        ready for JSON."""
        counts = {link.word: Counter(dict.fromkeys(KINDS, 0)) for link in LINKS}
        installs = dict.fromkeys(counts, 0)
        for visit in self.visits:
            for one in visit.asked:
                counts[one.link][one.kind] += 1
            if visit.asked and visit.install:
                installs[visit.asked[0].link] += 1
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
        one = self.campaign
        for n in range((one.end - one.start).days + 1):
            yield one.start + timedelta(n)

    def _visits(self, day: date) -> Iterator[Visit]:
        rng = Random(f"{self.seed}:audience:{day}")
        yield from self._installs(day, rng)
        for link in LINKS:
            for _ in range(poisson(rng, link.people)):
                device = rng.choices(("android", "ios", "other"), (70, 15, 15))[0]
                yield self._person(
                    self._moment(day, rng, 7, 23), link.word, device, rng
                )
        for kind, mean in (("preview", 9.0), ("crawler", 2.0), ("tool", 2.0)):
            for _ in range(poisson(rng, mean)):
                yield self._program(self._moment(day, rng, 7, 23), kind, rng)
        yield self._crowd(self._moment(day, rng, 19, 21), rng)
        if (day - self.campaign.start).days % 7 == 0:
            yield from self._letter(day, rng)

    def _installs(self, day: date, rng: Random) -> Iterator[Visit]:
        """Installs of a day that is the same one here and in California: those that our
        links brought, and those that the store or somebody else's link did."""
        for outreach in OUTREACH:
            ours = outreach.token == self.campaign.name
            reached = [link.word for link in LINKS if link.channel == outreach.source]
            for n in range(self._apps.outreach("play", outreach, day)):
                at = self._moment(day, rng, 14, 22)
                visit = Visit(())
                if ours:
                    word = rng.choices(reached, (2, 1))[0]
                    visit = self._person(at, word, "android", rng)
                    at = visit.asked[0].at + rng.randrange(20, 240) * _SECOND
                said = f"utm_source={outreach.source}&utm_medium=creator&utm_campaign={outreach.token}"
                key = f"install-{day:%Y%m%d}-{outreach.token}-{n:03}"
                yield replace(visit, install=Install(key, at, None if ours else said))
            if ours:
                for _ in range(self._apps.outreach("apple", outreach, day)):
                    at = self._moment(day, rng, 14, 22)
                    yield self._person(at, rng.choices(reached, (2, 1))[0], "ios", rng)
        said = "utm_source=google-play&utm_medium=organic"
        for n in range(self._apps.organic("play", day)):
            key = f"install-{day:%Y%m%d}-organic-{n:03}"
            yield Visit((), Install(key, self._moment(day, rng, 14, 22), said))

    def _person(self, at: datetime, word: str, device: str, rng: Random) -> Visit:
        """Somebody's click; one in nine clicks a second time within minutes."""
        agent = rng.choice(agents.PEOPLE[device])
        first = ClickRequest(
            at, word, "person", f"{self._network()}.{rng.randrange(1, 255)}", agent
        )
        if rng.random() > 1 / 9:
            return self._placed(first)
        again = replace(first, at=at + rng.randrange(8, 540) * _SECOND, kind="again")
        return self._placed(first, again)

    def _program(self, at: datetime, kind: str, rng: Random) -> Visit:
        """A preview, a crawler or a tool; on some days browsers that look ahead."""
        link = rng.choices(LINKS, [link.people for link in LINKS])[0]
        said = {
            "preview": agents.PREVIEWS,
            "crawler": agents.CRAWLERS,
            "tool": agents.TOOLS,
        }
        agent = rng.choice((*said[kind], *(("ahead",) if kind == "preview" else ())))
        one = ClickRequest(at, link.word, kind, f"{self._network()}.7", agent)
        if agent == "ahead":
            return self._placed(replace(one, agent=agents.ANDROID[0], headers=_AHEAD))
        if agent is None or not agent.startswith("Twitterbot"):
            return self._placed(one)
        # It is followed by requests in a browser's name that read no page.
        heads = [
            replace(one, at=at + n * _SECOND, method="HEAD", agent=browser)
            for n, browser in (
                (2, agents.OTHER[0]),
                (3, agents.IPHONE[0]),
                (5, agents.OTHER[1]),
            )
        ]
        return self._placed(one, *heads)

    def _crowd(self, at: datetime, rng: Random) -> Visit:
        """Ten people of one mobile network within seconds, most for the same post."""
        network, places = self._network(), rng.sample(range(1, 255), 10)
        words = ["umbrella", "umbrella", "umbrella", "pothole-song", "flood-map"]
        return self._placed(
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

    def _letter(self, day: date, rng: Random) -> Iterator[Visit]:
        """A letter goes out at ten; before the mailboxes stand scanners."""
        for box in range(SCANNED):
            at = _at(day, 10) + timedelta(seconds=43 + 200 * box)
            network = self._network()
            yield self._placed(
                *(
                    ClickRequest(
                        at + n // 2 * _SECOND,
                        word,
                        "scanner",
                        f"{network}.{9 + n % 2}",
                        agents.OTHER[0],
                    )
                    for n, word in enumerate(LETTER)
                )
            )
            later = at + timedelta(minutes=rng.randrange(20, 90))
            yield self._placed(
                ClickRequest(
                    later,
                    rng.choice(LETTER),
                    "person",
                    f"{network}.80",
                    agents.OTHER[1],
                )
            )

    def _placed(self, *asked: ClickRequest) -> Visit:
        """A visit, moved on until no other is in one of its seconds."""
        shift = timedelta(0)
        while {one.at + shift for one in asked} & self._taken:
            shift += _SECOND
        moved = tuple(replace(one, at=one.at + shift) for one in asked)
        self._taken |= {one.at for one in moved}
        return Visit(moved)

    def _moment(self, day: date, rng: Random, since: int, until: int) -> datetime:
        """A second of a day between two hours; nothing of a visit is near midnight."""
        seconds = rng.randrange(3600 * (until - since) - 900)
        return _at(day, since) + timedelta(seconds=seconds)

    def _network(self) -> str:
        """A network (/24) of its own among those that providers share out inside."""
        self._networks += 1
        return f"100.{64 + self._networks // 256 % 64}.{self._networks % 256}"


def _at(day: date, hour: int) -> datetime:
    return as_utc(datetime.combine(day, time(hour), tzinfo=IST))


def _first(visit: Visit) -> datetime:
    times = [one.at for one in visit.asked]
    return min(times + ([visit.install.begun_at] if visit.install else []))


def moments(visits: Iterable[Visit]) -> list[datetime]:
    """The seconds of all requests: no two visits have one in common."""
    return [one.at for visit in visits for one in visit.asked]
