"""Creators of the sandbox city, and the citizens who answer each of them.

Their posts and the comments below come as a file, as a cell requests them before it
plans. All are older than the city's own weeks, so no report of these counts them.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import TypedDict

from socialcell.clock import IST

PLAN = "ideas27"  # the campaign that is planned with them
CITIZENS = 400
_BEFORE = timedelta(days=62)  # the last weeks of a city of sixty days begin later
_POSTS = 2
_COMMENTS = (
    *("छान", "खूप छान लिहिले आहे", "अगदी खरे", "mast", "khup chhan"),
    *("बहुत बढ़िया", "Nice one", "Lovely", "❤️", "👏👏"),
)
# key, name, languages, wards, rupees for a post, share of the citizens who answer
_CREATORS = (
    ("aarti", "Aarti Sample", "mr", "Kothrud-Bavdhan", 9000, 0.3),
    ("bhushan", "Bhushan Sample", "mr;en", "Kothrud-Bavdhan", 8000, 0.26),
    ("charu", "Charu Sample", "hi;mr", "Aundh-Baner", 5000, 0.16),
    ("deepak", "Deepak Sample", "mr", "Aundh-Baner", 4500, 0.15),
    ("eknath", "Eknath Sample", "mr;hi", "Hadapsar-Mundhwa", 3500, 0.12),
    ("farida", "Farida Sample", "hi;en", "Hadapsar-Mundhwa", 3000, 0.1),
    ("gauri", "Gauri Sample", "mr", "Sinhagad Road", 2500, 0.09),
    ("harish", "Harish Sample", "en", "Sinhagad Road", 2500, 0.08),
)


@dataclass(frozen=True, slots=True)
class SandboxCreator:
    """An invented creator, and the numbers of the citizens who answer."""

    key: str
    name: str
    languages: str
    wards: str
    rate: int  # rupees
    people: frozenset[int]

    @property
    def handle(self) -> str:
        return f"{self.key}_sbx"

    @property
    def account(self) -> tuple[str, str]:
        return "instagram", self.handle


class CreatorsTruth(TypedDict):
    """The plan's name, and the numbers of the citizens who answer, by creator."""

    plan: str
    people: dict[str, list[int]]


class CreatorWorld:
    """The creators of the city of `seed`, as of its end."""

    def __init__(self, seed: int, end: datetime) -> None:
        self.seed, self.end = seed, end
        draw = Random(f"{seed}:creators")
        crowd = range(CITIZENS)
        near: dict[str, list[int]] = {}
        creators = []
        for key, name, languages, ward, rate, share in _CREATORS:
            count = round(share * CITIZENS)
            home = near.setdefault(ward, draw.sample(crowd, CITIZENS // 4))
            people = {*draw.sample(home, min(len(home), count) // 2)}
            people.update(draw.sample(crowd, count - len(people)))
            creators.append(
                SandboxCreator(key, name, languages, ward, rate, frozenset(people))
            )
        self.creators = tuple(creators)

    def reached(self, keys: Iterable[str]) -> int:
        """How many citizens answer one of them at least."""
        by_key = {creator.key: creator.people for creator in self.creators}
        return len(frozenset().union(*(by_key[key] for key in keys)))

    def registry(self) -> bytes:
        """The creators as `influencers import` takes them: CSV."""
        return _csv(
            {
                "key": creator.key,
                "name": creator.name,
                "kind": "creator",
                "accounts": ":".join(creator.account),
                "languages": creator.languages,
                "wards": creator.wards,
                "public_because": "writes about the city",
                "connection": "paid",
                "connection_by": "sandbox",
                "rates_since": "2026-10-01",
                "rate_source": "a quotation",
                "rate_post": creator.rate,
            }
            for creator in self.creators
        )

    def comments(self) -> bytes:
        """Posts and the comments below, as `import --mapping` takes them: CSV."""
        return _csv(self._comment_rows())

    def mapping(self) -> str:
        """The meaning of the columns, for `import --mapping`: TOML."""
        return (
            'platform = "instagram"\nkind = "post"\n\n[columns]\nid = "id"\n'
            'text = "text"\ncreated_at = "created_at"\nauthor = "author"\n'
            'author_id = "author_id"\nanswers = "reply_to"\n'
        )

    def initiative(self) -> str:
        """The initiative for `campaigns plan`: YAML. It begins in a week."""
        first = self.end.astimezone(IST).date() + timedelta(days=7)
        return (
            f"campaign: {PLAN}\ninitiative: Participatory budget\n"
            "goal: activated_users\naudience: Households of four ward offices\n"
            "wards: [Kothrud-Bavdhan, Aundh-Baner, Hadapsar-Mundhwa, Sinhagad Road]\n"
            f"languages: {{mr: 40}}\nstart: {first}\nend: {first + timedelta(days=13)}\n"
            "budget: 25000\nweb: https://ideas.city.example/2027\nassets:\n"
            "  - name: Send an idea\n    format: post\n    channels: [instagram]\n"
            "    least: 4\n    words:\n"
            "      mr: तुमच्या भागासाठी एक कल्पना पाठवा.\n"
            "      hi: अपने इलाके के लिए एक सुझाव भेजें।\n"
            "      en: Send one idea for your area.\n"
        )

    def truth(self) -> CreatorsTruth:
        """What is true of the creators, ready for JSON: who answers, by number."""
        return {
            "plan": PLAN,
            "people": {
                creator.key: sorted(creator.people) for creator in self.creators
            },
        }

    def _comment_rows(self) -> Iterator[dict[str, str | int]]:
        draw = Random(f"{self.seed}:comments")
        day = self.end.astimezone(IST).date() - _BEFORE
        for number, creator in enumerate(self.creators):
            for n in range(_POSTS):
                evening = day - timedelta(days=7 * n + number % 7)
                at = datetime.combine(evening, time(18), IST)
                post = f"{creator.key}{n}"
                yield _row(post, "पुण्यातली एक संध्याकाळ", at, creator.handle, "")
                for reader in sorted(creator.people)[n::_POSTS]:
                    later = at + timedelta(minutes=draw.randrange(5, 2000))
                    text, who = draw.choice(_COMMENTS), f"reader{reader}_sbx"
                    yield _row(f"{post}-{reader}", text, later, who, post)


def _row(
    id: str, text: str, at: datetime, author: str, answers: str
) -> dict[str, str | int]:
    return {
        "id": id,
        "text": text,
        "created_at": at.isoformat(),
        "author": author,
        "author_id": author,
        "answers": answers,
    }


def _csv(rows: Iterable[dict[str, str | int]]) -> bytes:
    """Rows that all have the same columns."""
    whole, page = list(rows), io.StringIO()
    written = csv.DictWriter(page, list(whole[0]))
    written.writeheader()
    written.writerows(whole)
    return page.getvalue().encode()
