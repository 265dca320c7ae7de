"""Three invented newspapers: their articles, and their posts that point to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from socialcell.sandbox.post import SandboxDraft, ShortLink
from socialcell.sandbox.words import table
from socialcell.sandbox.world import post_decoration
from socialcell.sandbox.world.people import PAPERS, Paper, Population
from socialcell.sandbox.world.phrases import SENTIMENT, Pattern, write_sentence
from socialcell.sandbox.world.places import CityPlace, place, places
from socialcell.sandbox.world.rhythm import moments
from socialcell.sandbox.world.story import FIGURES, FLOODED

ARTICLES_A_DAY = {"muthakath": 6.0, "shaharnama": 4.0, "ledger": 5.0}
FEED_LENGTH = 40  # entries a feed shows, newest first


def lacks_guid(paper: Paper, page: str) -> bool:
    """Whether the paper forgot the guid of an article; Atom does not allow that."""
    return paper.form == "rss" and _number(page) % 9 == 0


def lacks_date(paper: Paper, page: str) -> bool:
    """Whether the paper forgot the date of an article."""
    return paper.form == "rss" and _number(page) % 11 == 0


def native_id(paper: Paper, page: str) -> str:
    """The permanent id of an article: its guid, else its canonical address."""
    if paper.slug == "shaharnama" or lacks_guid(paper, page):
        return page
    if paper.form == "atom":
        host = paper.origin.split("//")[1]
        return f"tag:{host},2026:{_number(page)}"
    return f"{paper.slug}-{_number(page)}"


def _number(page: str) -> int:
    return int(page.rsplit("/", 1)[1].split("-", 1)[0])


@dataclass(frozen=True, slots=True)
class _Headline:
    crisis: bool
    headline: Pattern
    summary: Pattern


def press(
    people: Population, start: datetime, end: datetime, crisis: datetime, rng: Random
) -> list[SandboxDraft]:
    """The articles of all papers in [start, end), and the posts that announce some."""
    drafts: list[SandboxDraft] = []
    for paper in PAPERS:
        newsroom = _Newsroom(paper, people, rng)
        rate = ARTICLES_A_DAY[paper.slug]
        times = [(at, False) for at in moments(start, end, rate, rng)]
        hours = (1.6, 2.4, 3.5, 5, 7.5, 11, 16, 25)
        times += [(crisis + timedelta(hours=h + rng.random()), True) for h in hours]
        for at, in_crisis in sorted(times):
            if start <= at < end:
                drafts += newsroom.publish(at, in_crisis)
    return [draft for draft in drafts if draft.at < end]


class _Newsroom:
    def __init__(self, paper: Paper, people: Population, rng: Random) -> None:
        self.paper, self.people, self.rng, self.number = paper, people, rng, 1000

    def publish(self, at: datetime, in_crisis: bool) -> list[SandboxDraft]:
        rng = self.rng
        self.number += rng.randint(1, 40)
        article = self.article(at, in_crisis)
        if rng.random() > 0.3:
            return [article]
        return [article, self.announcement(article)]

    def article(self, at: datetime, in_crisis: bool) -> SandboxDraft:
        rng = self.rng
        headlines = [
            h for h in _headlines(self.paper.language) if h.crisis == in_crisis
        ]
        chosen = rng.choice(headlines)
        where = place(rng.choice(FLOODED)) if in_crisis else rng.choice(places())
        title, first = self.write_sentence(chosen.headline, where)
        summary, second = self.write_sentence(chosen.summary, where)
        labels = chosen.headline.labels(tuple(dict.fromkeys([*first, *second])))
        page = f"{self.paper.origin}/pune/{self.number}-{labels.topic}.html"
        article = SandboxDraft(
            at,
            self.people.papers[self.paper.slug],
            summary,
            labels,
            platform="rss",
            story="crisis" if in_crisis else None,
            feed=self.paper.slug,
            title=title,
            links=(ShortLink(page, page),),
            native=native_id(self.paper, page),
        )
        if rng.random() < (0.25 if in_crisis else 0.03):
            later = at + timedelta(minutes=rng.randint(20, 300))
            article.changed = (later, f"{summary} ({_UPDATED[self.paper.language]})")
        return article

    def write_sentence(
        self, pattern: Pattern, where: CityPlace
    ) -> tuple[str, tuple[str, ...]]:
        language = pattern.language
        name, inside = where.marathi if language == "mr" else where.hindi, ""
        if language == "en":
            name = where.name
        inside = where.marathi_in if language == "mr" else name
        words = {**FIGURES, "fp": name, "fpin": inside, "p": name, "pin": inside}
        text, _ = write_sentence(pattern, self.rng, where, words, slips=False)
        return text, tuple(form for form in (inside, name) if form in text)[:1]

    def announcement(self, article: SandboxDraft) -> SandboxDraft:
        """The paper's own post on X about an article."""
        at = article.at + timedelta(minutes=self.rng.randint(1, 25))
        text = f"{article.title} #Pune" if article.title else article.text
        labels = article.labels
        draft = SandboxDraft(
            at, article.author, text, labels, story=article.story, reach=2
        )
        page = article.links[0].page + "?utm_source=x&utm_medium=social"
        post_decoration.link(draft, self.rng, page)
        return draft


_UPDATED = {"mr": "अद्ययावत", "hi": "अपडेट", "en": "updated"}


@cache
def _headlines(language: str) -> tuple[_Headline, ...]:
    return tuple(
        _headline(*row)
        for row in table("press.txt")
        if row[0].removeprefix("crisis ") == language
    )


def _headline(language: str, topic: str, sentiment: str, text: str) -> _Headline:
    crisis = language.startswith("crisis ")
    headline, summary = (
        Pattern(
            "information",
            language.removeprefix("crisis "),
            False,
            topic,
            SENTIMENT[sentiment],
            "high" if crisis else "low",
            "msedcl" if topic == "electricity" else "pmc",
            part.strip(),
        )
        for part in text.split("//")
    )
    return _Headline(crisis, headline, summary)
