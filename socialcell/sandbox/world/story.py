"""The stories of these weeks: a flood at night, a water closure, a false closure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from socialcell.clock import IST, as_utc
from socialcell.sandbox.post import Labels, Person, SandboxDraft, ShortLink
from socialcell.sandbox.world import post_decoration
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.phrases import of_intent, write_sentence
from socialcell.sandbox.world.places import place

# Three numbers for one river: the department's, a politician's, the rumour's.
FIGURES = {"f1": "24,310", "f2": "38,500", "f3": "51,000"}
FLOODED = (
    "Ekta Nagari",
    "Vitthalwadi",
    "Sinhagad Road",
    "Patil Estate",
    "Tadiwala Road",
)
CLOSED = ("Kothrud", "Karvenagar", "Warje", "Erandwane", "Bavdhan", "Pashan")
LEAK = "Bibwewadi"
FALSE_TOKEN = "SB40417"

# Minutes after the gates open: from, to, posts, and what is written in that time.
WAVES: tuple[tuple[int, int, int, dict[str, int]], ...] = (
    (0, 10, 42, {"rescue": 9, "watching": 1}),
    (10, 60, 92, {"rescue": 7, "watching": 3}),
    (60, 180, 88, {"rescue": 5, "watching": 4, "old_video": 1, "anger": 1}),
    (180, 420, 84, {"rescue": 2, "watching": 4, "old_video": 2, "debunk": 1, "anger": 3}),
    (420, 840, 84, {"watching": 3, "old_video": 1, "debunk": 1, "anger": 7}),
    (840, 2100, 66, {"watching": 1, "debunk": 1, "anger": 8}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoryDrafts:
    """The drafts of the stories, and when each story begins."""

    drafts: list[SandboxDraft]
    crisis_start: datetime
    old_video: SandboxDraft
    closure_day: date | None
    false_closure_start: datetime | None


def story(
    people: Population, start: datetime, end: datetime, rng: Random
) -> StoryDrafts:
    """The posts of the three stories in [start, end).

    The dam's gates open at 04:00 in India two days before the end, or at the last 04:00
    of a shorter world. The closure falls on the last Thursday that leaves a day after
    it and two before; the false closure nine days before the end. Both are left out
    of a world too short for them.
    """
    crisis_start = _crisis_start(start, end)
    writer = _StoryWriter(people, rng)
    old_video = writer.old_video(crisis_start)
    drafts = writer.crisis(crisis_start, old_video)
    closure_day = _closure_day(start, end)
    if closure_day:
        drafts += writer.closure(closure_day)
    false_start = end - timedelta(days=9, hours=2)
    if false_start > start:
        drafts += writer.false_closure(false_start)
    return StoryDrafts(
        [d for d in drafts if start <= d.at < end],
        crisis_start,
        old_video,
        closure_day,
        false_start if false_start > start else None,
    )


def _crisis_start(start: datetime, end: datetime) -> datetime:
    for before in (end - timedelta(days=2), end):
        local = before.astimezone(IST)
        four = local.replace(hour=4, minute=0, second=0, microsecond=0)
        if four > local:
            four -= timedelta(days=1)
        if four >= start:
            return as_utc(four)
    raise ValueError("a world must hold a night: end - start reaches no 04:00")


def _closure_day(start: datetime, end: datetime) -> date | None:
    day = (end - timedelta(days=2)).astimezone(IST).date()
    while day.weekday() != 3:
        day -= timedelta(days=1)
    return day if _at(day, -48) > start else None


def _at(day: date, hours: float) -> datetime:
    """So many hours after midnight in India at the start of a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=IST)
    return as_utc(midnight + timedelta(hours=hours))


class _StoryWriter:
    def __init__(self, people: Population, rng: Random) -> None:
        self.people, self.rng = people, rng

    def crisis(self, start: datetime, video: SandboxDraft) -> list[SandboxDraft]:
        drafts: list[SandboxDraft] = []
        angry: list[SandboxDraft] = []
        for first, last, number, mix in WAVES:
            for _ in range(number):
                after = self.rng.uniform(first * 60, last * 60)
                intent = self.rng.choices(list(mix), list(mix.values()))[0]
                at = start + timedelta(milliseconds=int(after * 1000))
                drafts.append(self.flood_post(at, intent, video))
                if intent == "anger":
                    angry.append(drafts[-1])
        return [*drafts, *self.repetitions(angry), *self.statements(start)]

    def repetitions(self, complaints: list[SandboxDraft]) -> list[SandboxDraft]:
        """Some complain again a few hours later."""
        return [
            post_decoration.repetition(
                first.at + timedelta(hours=1 + self.spread(9)), first, self.rng
            )
            for first in complaints
            if self.rng.random() < 0.14
        ]

    def flood_post(
        self, at: datetime, intent: str, video: SandboxDraft
    ) -> SandboxDraft:
        rng = self.rng
        pattern = rng.choice(of_intent(intent))
        flooded = place(rng.choice(FLOODED))
        name = flooded.written(pattern.language, rng)
        inside = flooded.inside(pattern.language, rng)
        words = {**FIGURES, "fp": name, "fpin": inside, "video": "{link}"}
        words["fcr"] = str(rng.randint(12, 90))
        text, _ = write_sentence(pattern, rng, words=words)
        written = tuple(f for f in (name, inside) if f in text)[-1:]
        author = self.people.draw_writer(pattern.language, rng)
        if intent == "old_video" and rng.random() < 0.5:
            author = rng.choice(self.people.creators)
        draft = SandboxDraft(at, author, text, pattern.labels(written), story="crisis")
        if intent == "old_video":
            post_decoration.link(draft, rng, _video_page(video))
            draft.reach = 6
        elif rng.random() < (0.7 if intent in ("rescue", "anger") else 0.35):
            post_decoration.tag(draft, rng)
        if intent == "rescue" or rng.random() < 0.5:
            post_decoration.add(
                draft, rng.choice(("#PuneRains", "#PuneFloods", "#Pune", "#पुणे"))
            )
        return draft

    def old_video(self, crisis_start: datetime) -> SandboxDraft:
        """The years-old post that many share; too old for a search to find."""
        at = crisis_start - timedelta(days=1491, hours=5)
        labels = Labels("en", False, "information", "flood", "neutral", "low", None)
        text = "Bridge washed away in a river town far from here today."
        author = self.people.creators[0]
        video = SandboxDraft(at, author, text, labels, story="old_video")
        post_decoration.link(video, self.rng, _video_page(video))
        return video

    def statements(self, start: datetime) -> list[SandboxDraft]:
        """The statements of the city's own account: late, and with one figure."""
        statements = (
            (95, "mr", "खडकवासला धरणातून {f1} क्युसेक विसर्ग सुरू आहे. नदीकाठच्या नागरिकांनी सुरक्षित ठिकाणी जावे. नियंत्रण कक्षाशी संपर्क साधा."),
            (125, "en", "Discharge from Khadakwasla is {f1} cusecs as told by the irrigation department. Next update in one hour."),
            (310, "mr", "फिरत असलेला पुलाचा व्हिडिओ जुना आहे. अफवांवर विश्वास ठेवू नका."),
            (560, "en", "Shelters are open in civic schools. Cleaning teams are on the way to riverside colonies."),
        )  # fmt: skip
        return [
            self.official(start + timedelta(minutes=after), language, text, "flood")
            for after, language, text in statements
        ]

    def official(
        self, at: datetime, language: str, text: str, topic: str
    ) -> SandboxDraft:
        for name, figure in FIGURES.items():
            text = text.replace(f"{{{name}}}", figure)
        labels = Labels(language, False, "information", topic, "neutral", "high", "pmc")
        story = "crisis" if topic == "flood" else "closure"
        return SandboxDraft(at, self.people.city, text, labels, story=story, reach=4)

    def closure(self, thursday: date) -> list[SandboxDraft]:
        """The notice two days before, the complaints, the leak outside the list."""
        drafts = [self.notice(thursday, language) for language in ("mr", "en")]
        dry = [
            self.closure_post(_at(thursday, hours + self.spread(9)))
            for hours, number in ((8, 12), (18, 15), (33, 18), (45, 9))
            for _ in range(number)
        ]
        drafts += [*dry, *self.repetitions(dry)]
        for _ in range(11):
            drafts.append(self.leak_post(_at(thursday, 10 + self.spread(14))))
        return drafts

    def notice(self, thursday: date, language: str) -> SandboxDraft:
        pattern = next(p for p in of_intent("closure_notice") if p.language == language)
        names = [place(name).written(language, self.rng) for name in CLOSED]
        day = f"{thursday.day}/{thursday.month}"
        words = {"date": day, "list": ", ".join(names)}
        text, _ = write_sentence(pattern, self.rng, words=words, slips=False)
        at = _at(thursday, -37 + self.spread(0.4))
        labels = pattern.labels(tuple(names))
        return SandboxDraft(
            at, self.people.city, text, labels, story="closure", reach=4
        )

    def closure_post(self, at: datetime) -> SandboxDraft:
        rng = self.rng
        pattern = rng.choice(of_intent("closure"))
        where = place(rng.choice(CLOSED))
        name = where.written(pattern.language, rng)
        inside = where.inside(pattern.language, rng)
        text, _ = write_sentence(pattern, rng, words={"cp": name, "cpin": inside})
        return self.citizen(at, pattern.language, text, pattern.labels((name if name in text else inside,)), "closure")  # fmt: skip

    def leak_post(self, at: datetime) -> SandboxDraft:
        rng = self.rng
        pattern = rng.choice(of_intent("leak"))
        where = place(LEAK)
        name = where.written(pattern.language, rng)
        inside = where.inside(pattern.language, rng)
        text, _ = write_sentence(pattern, rng, words={"lp": name, "lpin": inside})
        return self.citizen(at, pattern.language, text, pattern.labels((name if name in text else inside,)), "leak")  # fmt: skip

    def citizen(
        self, at: datetime, language: str, text: str, labels: Labels, story: str
    ) -> SandboxDraft:
        author = self.people.draw_writer(language, self.rng)
        draft = SandboxDraft(at, author, text, labels, story=story)
        if self.rng.random() < 0.55:
            post_decoration.tag(draft, self.rng)
        return draft

    def false_closure(self, start: datetime) -> list[SandboxDraft]:
        """A complaint marked closed while the drain still runs; the joke spreads."""
        token = {"token": FALSE_TOKEN}
        victim = self.people.draw_writer("mr", self.rng)
        first = self.false_closure_post("false_first", start, victim, token)
        post_decoration.photo(first, self.rng)
        closed = self.false_closure_post("false_closed", start + timedelta(hours=26), self.people.city, token)  # fmt: skip
        closed.reply_to = first
        closed.text = f"@{victim.handle} {closed.text}"
        angry = self.false_closure_post(
            "false_angry", start + timedelta(hours=31), victim, token
        )
        angry.reply_to, angry.repeats, angry.reach = closed, first, 8
        post_decoration.photo(angry, self.rng)
        pile = []
        for _ in range(19):
            at = start + timedelta(hours=31 + self.spread(60))
            pile.append(self.false_closure_post("false_pile", at, None, token))
        for draft in pile[:7]:
            draft.quotes = angry
            page = f"https://x.com/{victim.handle}/status/{{quoted}}"
            post_decoration.link(draft, self.rng, page)
        return [first, closed, angry, *pile]

    def false_closure_post(
        self, intent: str, at: datetime, author: Person | None, words: dict[str, str]
    ) -> SandboxDraft:
        pattern = self.rng.choice(of_intent(intent))
        author = author or self.people.draw_writer(pattern.language, self.rng)
        text, _ = write_sentence(pattern, self.rng, words=words, slips=False)
        written = tuple(name for name in ("वारज्यात", "वारजे", "Warje") if name in text)
        draft = SandboxDraft(
            at, author, text, pattern.labels(written[:1]), story="false"
        )
        if author.kind != "city":
            post_decoration.tag(draft, self.rng)
        return draft

    def spread(self, hours: float) -> float:
        return self.rng.random() * hours


def _video_page(video: SandboxDraft) -> str:
    return f"https://x.com/{video.author.handle}/status/{{video}}/video/1"


def resolve_links(
    links: tuple[ShortLink, ...], ids: dict[str, str]
) -> tuple[ShortLink, ...]:
    """The links with the ids of posts in place of {self}, {quoted} and {video}."""
    pages = []
    for link in links:
        page = link.page
        for name, id_ in ids.items():
            page = page.replace(f"{{{name}}}", id_)
        pages.append(ShortLink(link.short, page))
    return tuple(pages)
