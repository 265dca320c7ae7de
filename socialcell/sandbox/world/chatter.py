"""Posts of ordinary days on X: complaints, questions, small talk, spam."""

from datetime import datetime, timedelta
from functools import cache
from itertools import cycle
from random import Random

from socialcell.sandbox.post import Labels, SandboxDraft
from socialcell.sandbox.words import table
from socialcell.sandbox.world import post_decoration
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.phrases import (
    SENTIMENT,
    Pattern,
    of_intent,
    write_sentence,
)
from socialcell.sandbox.world.places import CityPlace, places
from socialcell.sandbox.world.rhythm import festival, moments

PER_DAY = 72.0
# Complaints are a minority; most posts are not civic.
INTENTS = {
    "complaint": 0.104,
    "question": 0.085,
    "praise": 0.06,
    "suggestion": 0.045,
    "help": 0.008,
    "information": 0.14,
    "not_civic": 0.46,
    "spam": 0.065,
}
LANGUAGES = {"latin": 0.42, "mr": 0.27, "en": 0.17, "hi": 0.14}
OTHER_BODY = 0.26  # of first complaints; the stories dilute it to one in eight
REPEAT = 0.30  # of first complaints; replies dilute it to one in six
PLACED = 0.90  # of complaints; replies without a place bring it to two in three
CIVIC = {"complaint", "question", "praise", "suggestion", "help"}
# Text that breaks careless software: joiners, families, right-to-left marks, NFD.
_HARD = (
    ("mr", "negative", "आचार्‍यांच्या गल्लीत रस्त्यावर दर्‍या पडल्यात, पुणे महापालिकेने बघावं"),
    ("mr", "negative", "नर्‍हे गावात पाणी नाही. वार्‍यावर सोडलंय का आम्हाला, पुणे?"),
    ("mr", "positive", "शरद्‌ऋतूतलं पुणे आणि श्री‌मंत दगडूशेठ, सुंदर!"),
    ("en", "positive", "Sunday at the garden with everyone 👨‍👩‍👧‍👦👩🏽‍🦽🏳️‍🌈 Pune ❤️‍🔥"),
    ("en", "positive", "Eid Mubarak \u200f\u0639\u064a\u062f \u0645\u0628\u0627\u0631\u0643\u200f to all of Pune"),
    ("en", "neutral", "Cafe\u0301 hunt in Pune, re\u0301sume\u0301 in hand"),
    ("mr-Latn", "negative", "Pune madhe pa\u0304ni\u0304 na\u0304hi\u0304, transliteration sathi maaf kara"),
    ("hi", "neutral", "क़लम, ज़िंदगी और फ़ुरसत: पुणे की एक शाम"),
)  # fmt: skip


def chatter(
    people: Population, start: datetime, end: datetime, rng: Random
) -> list[SandboxDraft]:
    """First posts of ordinary conversations in [start, end), oldest first."""
    writer = _ChatterWriter(people, rng)
    return [writer.post(at) for at in moments(start, end, PER_DAY, rng)]


class _ChatterWriter:
    def __init__(self, people: Population, rng: Random) -> None:
        self.people, self.rng = people, rng
        self.open: list[SandboxDraft] = []  # complaints that may be repeated
        self.hard_texts = cycle(_HARD)  # in turn, so that none is left out
        self.adverts: list[tuple[Pattern, str, tuple[str, ...]]] = []

    def post(self, at: datetime) -> SandboxDraft:
        rng = self.rng
        festival_name = festival(at)
        if festival_name and rng.random() < 0.14:
            return self.festival_post(at, festival_name)
        if rng.random() < 0.006:
            return self.hard_text_post(at)
        intent = rng.choices(list(INTENTS), list(INTENTS.values()))[0]
        if intent == "complaint":
            return self.complaint(at)
        if intent == "spam":
            return self.spam(at)
        return self.other(at, intent)

    def complaint(self, at: datetime) -> SandboxDraft:
        rng = self.rng
        old_complaints = [d for d in self.open if at - d.at > timedelta(hours=20)]
        if old_complaints and rng.random() < REPEAT:
            return self.again(at, rng.choice(old_complaints[-60:]))
        elsewhere = rng.random() < OTHER_BODY
        pattern = rng.choice(_complaints(elsewhere, self.language_group()))
        where = rng.choice(places()) if rng.random() < PLACED else None
        draft = self.draft(at, pattern, where)
        self.open.append(draft)
        return draft

    def again(self, at: datetime, first: SandboxDraft) -> SandboxDraft:
        rng = self.rng
        return post_decoration.repetition(at, first, rng)

    def other(self, at: datetime, intent: str) -> SandboxDraft:
        rng = self.rng
        pattern = rng.choice(_patterns_of(intent, self.language_group()))
        where = rng.choice(places()) if rng.random() < 0.55 else None
        return self.draft(at, pattern, where)

    def draft(
        self, at: datetime, pattern: Pattern, where: CityPlace | None
    ) -> SandboxDraft:
        rng = self.rng
        text, written = write_sentence(pattern, rng, where)
        author = self.people.draw_writer(pattern.language, rng)
        draft = SandboxDraft(at, author, text, pattern.labels(written))
        civic = pattern.intent in CIVIC
        post_decoration.decorate(draft, rng, civic)
        if where and written and rng.random() < 0.05:
            post_decoration.point(draft, where, rng)
        return draft

    def spam(self, at: datetime) -> SandboxDraft:
        """An advertisement, often word for word what another account wrote."""
        rng = self.rng
        if self.adverts and rng.random() < 0.4:
            pattern, text, written = rng.choice(self.adverts[-8:])
        else:
            pattern = rng.choice(of_intent("spam"))
            where = rng.choice(places()) if rng.random() < 0.5 else None
            link = {"link": "{link}"}
            text, written = write_sentence(pattern, rng, where, link, slips=False)
            self.adverts.append((pattern, text, written))
        author = rng.choice(self.people.spammers)
        draft = SandboxDraft(at, author, text, pattern.labels(written))
        page = f"https://offer{rng.randint(1, 40)}.example/go?utm_source=x"
        post_decoration.link(draft, rng, page)
        return draft

    def festival_post(self, at: datetime, festival_name: str) -> SandboxDraft:
        rng = self.rng
        pattern = rng.choice(_festival_patterns(festival_name))
        author = self.people.draw_writer(pattern.language, rng)
        text, _ = write_sentence(pattern, rng)
        draft = SandboxDraft(at, author, text, pattern.labels())
        post_decoration.decorate(draft, rng, civic=pattern.intent in CIVIC)
        return draft

    def hard_text_post(self, at: datetime) -> SandboxDraft:
        language, sentiment, text = next(self.hard_texts)
        negative = sentiment == "negative"
        labels = Labels(
            language,
            False,
            "complaint" if negative else "not_civic",
            "water" if "पाणी" in text or "ni\u0304" in text else "roads" if negative else "other",
            sentiment,
            "normal" if negative else "low",
            "pmc" if negative else None,
            ("नर्‍हे",) if "नर्‍हे" in text else (),
        )  # fmt: skip
        author = self.people.draw_writer(language, self.rng)
        return SandboxDraft(at, author, text, labels)

    def language_group(self) -> str:
        return self.rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]


@cache
def _complaints(elsewhere: bool, language_group: str) -> tuple[Pattern, ...]:
    """Complaints for PMC, or for another body, in one of the four ways to write."""
    fitting = [p for p in of_intent("complaint") if (p.owner != "pmc") == elsewhere]
    return tuple(p for p in fitting if p.language_group == language_group)


@cache
def _patterns_of(intent: str, language_group: str) -> tuple[Pattern, ...]:
    matches = tuple(p for p in of_intent(intent) if p.language_group == language_group)
    return matches or of_intent(intent)


@cache
def _festival_patterns(festival_name: str) -> tuple[Pattern, ...]:
    rows = [row for row in table("festivals.txt") if row[0] == festival_name]
    return tuple(
        Pattern(
            intent,
            language,
            False,
            topic,
            SENTIMENT[sentiment],
            "normal" if intent == "complaint" else "low",
            "pmc" if intent != "not_civic" else None,
            sentence,
        )
        for _, language, topic, intent, sentiment, sentence in rows
    )
