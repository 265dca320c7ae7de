"""The invented people, institutions and newspapers of the sandbox city."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from random import Random

from socialcell.sandbox.post import Person
from socialcell.sandbox.words import table

CITY_HANDLE = "PuneCityDemo"

_BIO = (
    "",
    "Chai, books, Pune.",
    "पुणेकर",
    "Software by day, treks by weekend",
    "Views are mine",
    "आई, शिक्षिका, वाचक",
    "Cyclist. Runner. Tax payer.",
    "punekar by birth",
)
_WHERE = ("Pune", "पुणे", "Pune, India", "", "", "Pune, Maharashtra", "India")
_LANGUAGE_SETS = (
    ("mr", "mr-Latn"),
    ("mr-Latn", "mr", "en"),
    ("en", "mr-Latn"),
    ("en", "hi-Latn"),
    ("hi-Latn", "hi"),
    ("hi", "hi-Latn", "en"),
    ("en",),
    ("mr",),
)


@dataclass(frozen=True, slots=True)
class Paper:
    """An invented newspaper: its feed's address, form and language."""

    slug: str
    name: str
    language: str
    origin: str
    path: str
    form: str  # rss | atom

    @property
    def url(self) -> str:
        return self.origin + self.path


# The top-level domain .example belongs to nobody.
PAPERS = (
    Paper(
        "muthakath",
        "मुठाकाठ",
        "mr",
        "https://www.muthakath.example",
        "/rss/pune.xml",
        "rss",
    ),
    Paper(
        "shaharnama",
        "शहरनामा",
        "hi",
        "https://shaharnama.example",
        "/feeds/pune-shahar.rss",
        "rss",
    ),
    Paper(
        "ledger",
        "The Mula Ledger",
        "en",
        "https://mulaledger.example",
        "/city/atom.xml",
        "atom",
    ),
)


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """First names only; every handle has a suffix that no real account has."""
    return tuple((latin, own) for latin, own in table("names.txt"))


class Population:
    """All accounts of the city, by their kind and by the languages they write."""

    def __init__(self, start: datetime, rng: Random) -> None:
        keys = count(1)
        maker = _PersonMaker(start, rng, keys)
        self.city = maker.office(CITY_HANDLE, "Pune City Demo", "city", 412_000, 55)
        self.papers = {
            p.slug: maker.office(f"{p.slug}_sbx", p.name, "paper", 60_000, 20)
            for p in PAPERS
        }
        self.creators = [maker.creator() for _ in range(14)]
        self.spammers = [maker.spammer() for _ in range(12)]
        self.citizens = [maker.citizen() for _ in range(340)]
        self.all = [
            self.city,
            *self.papers.values(),
            *self.creators,
            *self.spammers,
            *self.citizens,
        ]
        self._writers: dict[str, list[Person]] = {}
        for person in [*self.citizens, *self.creators]:
            for language in person.languages:
                self._writers.setdefault(language, []).append(person)

    def draw_writer(self, language: str, rng: Random) -> Person:
        """A person who writes that language, drawn so that a few people write most posts."""
        writers = self._writers[language]
        return writers[int(len(writers) * rng.random() ** 1.6)]


class _PersonMaker:
    def __init__(self, start: datetime, rng: Random, keys: "count[int]") -> None:
        self.start, self.rng, self.keys = start, rng, keys

    def citizen(self) -> Person:
        key, rng = next(self.keys), self.rng
        first, own_script = rng.choice(_names())
        name = rng.choice((first, first, f"{first} 🌿", own_script, f"{first}.pune"))
        return Person(
            key,
            f"{first.lower()}_sbx{key}",
            name,
            self.joined(),
            base=int(math.exp(rng.gauss(5.2, 1.3))),
            growth=rng.choice((0, 0, 0, 1, 1, 2)),
            following=rng.randint(20, 1900),
            posts=rng.randint(4, 30_000),
            verified="blue" if rng.random() < 0.06 else "none",
            location=rng.choice(_WHERE),
            bio=rng.choice(_BIO),
            languages=rng.choice(_LANGUAGE_SETS),
        )

    def creator(self) -> Person:
        person = self.citizen()
        return Person(
            person.key,
            f"{person.handle.split('_')[0][:7]}_crsbx{person.key}",
            person.name,
            person.joined,
            base=self.rng.randint(8_000, 190_000),
            growth=self.rng.randint(5, 90),
            following=person.following,
            posts=person.posts,
            kind="creator",
            verified=self.rng.choice(("blue", "business")),
            location="Pune",
            bio="Food, city walks, reels. Collabs by mail.",
            languages=("en", "mr-Latn", "mr", "hi-Latn"),
        )

    def spammer(self) -> Person:
        key = next(self.keys)
        return Person(
            key,
            f"best_deal_sbx{key}"[:15],
            "Best Deals 24x7",
            self.start - timedelta(days=self.rng.randint(3, 60)),
            base=self.rng.randint(0, 40),
            growth=0,
            following=self.rng.randint(1000, 4900),
            posts=self.rng.randint(2000, 90_000),
            kind="spammer",
        )

    def office(
        self, handle: str, name: str, kind: str, base: int, growth: int
    ) -> Person:
        return Person(
            next(self.keys),
            handle[:15],
            name,
            self.joined(),
            base=base,
            growth=growth,
            following=self.rng.randint(20, 300),
            posts=self.rng.randint(20_000, 90_000),
            kind=kind,
            verified="government" if kind == "city" else "business",
            location="Pune, India",
            bio="Account of the sandbox city. Nothing here is real.",
            languages=("mr", "en"),
        )

    def joined(self) -> datetime:
        return self.start - timedelta(
            days=self.rng.randint(90, 5000), seconds=self.rng.randint(0, 86_000)
        )
