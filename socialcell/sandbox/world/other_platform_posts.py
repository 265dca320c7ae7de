"""Posts of the city's people in two subreddits and on Mastodon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from socialcell.sandbox.post import Person, SandboxPost, ShortLink
from socialcell.sandbox.world.chatter import INTENTS, LANGUAGES
from socialcell.sandbox.world.people import PAPERS, Population
from socialcell.sandbox.world.phrases import Pattern, of_intent, write_sentence
from socialcell.sandbox.world.places import CityPlace, places
from socialcell.sandbox.world.rhythm import moments

SUBREDDIT, WIDER = "PuneCityDemo", "SahyadriDemo"
REDDIT_A_DAY, MASTODON_A_DAY = 7.5, 3.4
_SPOKEN = {name: share for name, share in INTENTS.items() if name != "spam"}
_TAGS = (("#Pune",), ("#Pune",), ("#पुणे",), ("#Pune", "#पुणे"), ("#Sahyadri",))
_REDDIT_EPOCH = datetime(2005, 6, 23, tzinfo=UTC)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CLOSING = {
    "mr": "कोणाला असाच अनुभव आला आहे का?",
    "hi": "क्या किसी और के साथ भी ऐसा हुआ?",
    "en": "Anybody else here with the same?",
    "mr-Latn": "ajun konala asach anubhav ala ka?",
    "hi-Latn": "kisi aur ke sath bhi aisa hua kya?",
}
_CITY = {"mr": "पुणे", "hi": "पुणे", "en": "Pune", "mr-Latn": "Pune", "hi-Latn": "Pune"}
_LEVELS = ("low", "normal", "high", "critical")
_LATER = "(EDIT: thanks for the answers)"


def elsewhere(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """The posts of both platforms in [start, end), oldest first."""
    writer = _ForumWriter(people, end, rng)
    posts = [writer.submission(at) for at in moments(start, end, REDDIT_A_DAY, rng)]
    posts += [writer.status(at) for at in moments(start, end, MASTODON_A_DAY, rng)]
    return tuple(sorted(posts, key=lambda post: post.at))


def reddit_id(moment: datetime) -> str:
    """A submission's full name: numbers in base 36 that rise with time."""
    return "t3_" + base36((moment - _REDDIT_EPOCH) // timedelta(milliseconds=1))


def mastodon_id(moment: datetime, low: int = 0) -> str:
    """A status's id: milliseconds of the epoch, and sixteen bits that keep ids apart."""
    return str((round(moment.timestamp() * 1000) << 16) + low)


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


class _ForumWriter:
    def __init__(self, people: Population, end: datetime, rng: Random) -> None:
        self.people, self.end, self.rng = people, end, rng

    def submission(self, at: datetime) -> SandboxPost:
        rng = self.rng
        pattern, where = self.subject()
        title, written = write_sentence(pattern, rng, where)
        body, urgency = "", pattern.urgency
        if rng.random() < 0.7:
            more, forms, urgency = self.more(pattern, where)
            body, written = (
                f"{more}\n\n{_CLOSING[pattern.language]}".strip(),
                written + forms,
            )
        group = SUBREDDIT if rng.random() < 0.65 else WIDER
        if group == WIDER and rng.random() < 0.7:
            title = f"{_CITY[pattern.language]}: {title}"
        own = reddit_id(at)
        labels = pattern.labels(tuple(dict.fromkeys(written)))
        post = SandboxPost(
            "reddit",
            own,
            at,
            self.people.draw_writer(pattern.language, rng),
            body,
            replace(labels, urgency=urgency),
            conversation=own,
            versions=(own,),
            title=title,
            group=group,
            links=() if body or rng.random() < 0.3 else (self.article(),),
            growth=self.growth("score", "comments"),
        )
        return self.with_later_changes(post, _LATER if body else None)

    def status(self, at: datetime) -> SandboxPost:
        rng = self.rng
        pattern, where = self.subject()
        text, written = write_sentence(pattern, rng, where)
        tags = " ".join(rng.choice(_TAGS))
        own = mastodon_id(at, rng.randrange(1 << 16))
        post = SandboxPost(
            "mastodon",
            own,
            at,
            self.people.draw_writer(pattern.language, rng),
            f"{text} {tags}",
            pattern.labels(written),
            conversation=own,
            versions=(own,),
            growth=self.growth("replies", "reblogs", "favourites"),
        )
        return self.with_later_changes(post, f"{text} {_LATER} {tags}")

    def subject(self) -> tuple[Pattern, CityPlace | None]:
        rng = self.rng
        intent = rng.choices(list(_SPOKEN), list(_SPOKEN.values()))[0]
        language_group = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        fitting = [p for p in of_intent(intent) if p.language_group == language_group]
        pattern = rng.choice(fitting or list(of_intent(intent)))
        return pattern, rng.choice(places()) if rng.random() < 0.6 else None

    def more(
        self, first: Pattern, where: CityPlace | None
    ) -> tuple[str, tuple[str, ...], str]:
        """Another sentence on the same topic, where the language has one, its places,
        and the higher urgency of the two."""
        alike = [
            p
            for p in of_intent(first.intent)
            if (p.language, p.mixed, p.topic, p.sentiment)
            == (first.language, first.mixed, first.topic, first.sentiment)
            and p is not first
        ]
        if not alike:
            return "", (), first.urgency
        second = self.rng.choice(alike)
        text, written = write_sentence(second, self.rng, where)
        return text, written, max(first.urgency, second.urgency, key=_LEVELS.index)

    def article(self) -> ShortLink:
        paper, number = self.rng.choice(PAPERS), self.rng.randint(1000, 9999)
        page = f"{paper.origin}/pune/{number}-city.html"
        return ShortLink(page, page)

    def with_later_changes(self, post: SandboxPost, later: str | None) -> SandboxPost:
        """Some are edited in place after a while, some removed."""
        chance, after = self.rng.random(), timedelta(hours=self.rng.uniform(0.5, 30))
        if post.at + after >= self.end:
            return post
        if chance < 0.04:
            return replace(post, ends=post.at + after, removed=post.at + after)
        if chance < 0.08 and later is not None:
            text = f"{post.text}\n\n{later}" if post.platform == "reddit" else later
            return replace(post, changed=(post.at + after, text))
        return post

    def growth(self, *names: str) -> dict[str, tuple[int, int]]:
        half = self.rng.randint(3600, 40_000)
        return {name: (self.rng.randint(0, 60), half) for name in names}


def home_server(person: Person) -> str | None:
    """The home server of a third of the people on Mastodon; None: the sandbox's own."""
    return "nagar.example" if person.key % 3 == 0 else None


def text_at(post: SandboxPost, moment: datetime) -> str:
    """A post's text at a moment: both platforms edit in place."""
    if post.changed is not None and post.changed[0] <= moment:
        return post.changed[1]
    return post.text
