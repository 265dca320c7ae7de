"""Scores the reader on ordinary days, with as few dangers as ordinary days have.

    python -m benchmarks.base_rates [--seeds 7 3 11 …] [--days 28] [--semantic]
        [--mistakes critical] [--json]
    python -m benchmarks.base_rates --patterns [1|2|3|4]   those of benchmarks/unseen

Reads every post of the sample city (all platforms; each text once) but those that the
city itself, newspapers and its stories (flood, closure, false closure) write, and so
what the quiet days of four weeks hold. Posts count as often as they were written.
`--patterns` draws days of patterns from `benchmarks/unseen`: score those seldom,
and write into its README when.

Printed, by language and in all: precision and recall of `critical`, and of `critical`
or `high`; the share that asks for something beside the true share; the share of posts
not about the city's work that is recognised (spam counts as recognised); the share of
negative beside the true one; whether the first topic is right. Last, of the day on
which the flood begins: how many posts about it have the topic `flood` among theirs,
by their own words (`benchmarks.incident_day` adds what the incident knows), and which
share of the critical ones is read as critical, and as critical or high.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.pattern_days import days_of_patterns, part_of_set
from socialcell.clock import IST
from socialcell.language import Analysis, read
from socialcell.language.analysis import ASKING, NO_MESSAGE
from socialcell.sandbox import City
from socialcell.sandbox.post import SandboxPost

SEEDS = (7, 3, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110)
END = datetime(2026, 11, 23, 9, tzinfo=IST)
DANGEROUS = ("critical", "high")
CRISIS = timedelta(hours=48)
ALL = "all"


@dataclass(frozen=True, slots=True)
class Post:
    """A text with its true labels; `weight` is how often it is written.

    `topic` and `sentiment` are None where the source does not say.
    """

    text: str
    language: str
    intent: str
    urgency: str
    topic: str | None = None
    sentiment: str | None = None
    weight: float = 1.0


@dataclass(slots=True)
class Tally:
    """Sums of weights."""

    true: float = 0.0
    found: float = 0.0
    right: float = 0.0

    def add(self, true: bool, found: bool, weight: float) -> None:
        self.true += weight * true
        self.found += weight * found
        self.right += weight * (true and found)

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.true if self.true else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument(
        "--patterns", nargs="?", type=int, const=4, choices=(1, 2, 3, 4)
    )
    parser.add_argument(
        "--semantic", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument("--mistakes", choices=[*DANGEROUS, "asks", "idle"])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    flooded: list[Post] = []
    if arguments.patterns:
        part = part_of_set(arguments.patterns)
        posts = [Post(**asdict(post)) for post in days_of_patterns(part)]
    else:
        cities = [City(seed, END, arguments.days) for seed in arguments.seeds]
        posts = [post for city in cities for post in quiet(city)]
        flooded = merged(post for city in cities for post in day_of_flood(city))
    posts = merged(posts)
    readings = read([post.text for post in posts], semantic=arguments.semantic)
    if arguments.mistakes:
        print_mistakes(arguments.mistakes, posts, readings)
        return
    figures = score(posts, readings)
    flood = flood_recall(flooded, semantic=arguments.semantic)
    if arguments.json:
        print(json.dumps({**figures, "flood": flood}, indent=1))
        return
    print_figures(figures, posts)
    for group, tally in sorted(flood.items()):
        print(
            f"flood on its day, {group:8} {tally['true']:5.0f} posts, "
            f"found {_percent(tally['recall'])}; of the critical ones "
            f"{_percent(tally['critical'])} read so, "
            f"{_percent(tally['critical_or_high'])} critical or high"
        )


def quiet(city: City) -> Iterable[Post]:
    """What people write in the sample city on days without one of its stories."""
    for post in _by_people(city):
        in_crisis = timedelta() <= post.at - city.crisis_start < CRISIS
        if not post.story and not in_crisis:
            yield _as_read(post)


def day_of_flood(city: City) -> Iterable[Post]:
    """What people write of the flood until midnight of the day on which it begins."""
    start = city.crisis_start.astimezone(IST)
    for post in _by_people(city):
        written = post.at.astimezone(IST)
        on_its_day = start <= written and written.date() == start.date()
        if on_its_day and post.labels.topic == "flood":
            yield _as_read(post)


def _by_people(city: City) -> Iterable[SandboxPost]:
    return (
        post
        for post in (*city.posts, *city.elsewhere)
        if post.author.kind not in ("city", "paper") and not post.reposts
    )


def _as_read(post: SandboxPost) -> Post:
    labels = post.labels
    return Post(
        f"{post.title}\n{post.text}" if post.title else post.text,  # as a mention is
        labels.language,
        labels.intent,
        labels.urgency,
        labels.topic,
        labels.sentiment,
    )


def flood_recall(
    posts: Sequence[Post], *, semantic: bool = True
) -> dict[str, dict[str, float | None]]:
    """By language and of all: posts about the flood, the share found in [0, 1], and of
    the critical ones the shares read as critical, and as critical or high."""
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    readings = read([post.text for post in posts], semantic=semantic)
    for post, reading in zip(posts, readings, strict=True):
        is_read = any(topic.id == "flood" for topic in reading.topics)
        level, is_critical = reading.urgency.level, post.urgency == "critical"
        for group in (ALL, post.language):
            own = tallies[group]
            own["flood"].add(True, is_read, post.weight)
            own["critical"].add(is_critical, level == "critical", post.weight)
            own["heard"].add(is_critical, level in DANGEROUS, post.weight)
    return {
        group: {
            "true": own["flood"].true,
            "recall": own["flood"].recall,
            "critical": own["critical"].recall,
            "critical_or_high": own["heard"].recall,
        }
        for group, own in tallies.items()
    }


def merged(posts: Iterable[Post]) -> list[Post]:
    """Each text once, with the weights added."""
    weights: dict[tuple[Any, ...], float] = defaultdict(float)
    for post in posts:
        key = (
            post.text,
            post.language,
            post.intent,
            post.urgency,
            post.topic,
            post.sentiment,
        )
        weights[key] += post.weight
    return [Post(*key, weight=weight) for key, weight in weights.items()]


def score(posts: Sequence[Post], readings: Sequence[Analysis]) -> dict[str, Any]:
    """Figures by language and of all; shares in [0, 1], None where there is none."""
    tallies: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
    sums: dict[str, float] = defaultdict(float)
    for post, reading in zip(posts, readings, strict=True):
        weight = post.weight
        for group in (ALL, post.language):
            sums[group] += weight
            group_tallies = tallies[group]
            group_tallies["critical"].add(
                post.urgency == "critical", reading.urgency.level == "critical", weight
            )
            group_tallies["high"].add(
                post.urgency in DANGEROUS, reading.urgency.level in DANGEROUS, weight
            )
            group_tallies["asks"].add(
                post.intent in ASKING, reading.intent.label in ASKING, weight
            )
            group_tallies["idle"].add(
                post.intent in NO_MESSAGE, reading.intent.label in NO_MESSAGE, weight
            )
            if post.sentiment is not None:
                group_tallies["negative"].add(
                    post.sentiment == "negative",
                    reading.sentiment.label == "negative",
                    weight,
                )
            if post.topic not in (None, "other") and post.intent not in NO_MESSAGE:
                first = reading.topics[0].id if reading.topics else None
                group_tallies["topic"].add(True, first == post.topic, weight)
    return {group: _figures(own, sums[group]) for group, own in tallies.items()}


def _figures(tallies: dict[str, Tally], whole: float) -> dict[str, Any]:
    def shares(name: str) -> dict[str, float]:
        one = tallies[name]
        return {"true": one.true / whole, "found": one.found / whole}

    return {
        "posts": whole,
        **{
            name: {
                "true": tallies[name].true,
                "found": tallies[name].found,
                "precision": tallies[name].precision,
                "recall": tallies[name].recall,
            }
            for name in DANGEROUS
        },
        "asks": shares("asks"),
        "idle": {"recall": tallies["idle"].recall, **shares("idle")},
        "negative": shares("negative"),
        "first_topic_right": tallies["topic"].recall,
    }


def print_figures(figures: dict[str, Any], posts: Sequence[Post]) -> None:
    print(
        f"{len(posts)} texts, {sum(post.weight for post in posts):.0f} posts; percent"
    )
    print(
        f"{'':8} {'posts':>6} {'critical':>18} {'critical or high':>18} "
        f"{'asks':>11} {'not civic':>9} {'negative':>11} {'topic':>6}"
    )
    print(
        f"{'':8} {'':>6} {'n  prec. recall':>18} {'n  prec. recall':>18} "
        f"{'true found':>11} {'recall':>9} {'true found':>11} {'right':>6}"
    )
    for group, one in sorted(figures.items()):
        dangers = " ".join(
            f"{one[name]['true']:>5.0f} {_percent(one[name]['precision']):>5} "
            f"{_percent(one[name]['recall']):>6}"
            for name in DANGEROUS
        )
        print(
            f"{group:8} {one['posts']:6.0f} {dangers} "
            f"{_pair(one['asks'])} {_percent(one['idle']['recall']):>9} "
            f"{_pair(one['negative'])} {_percent(one['first_topic_right']):>6}"
        )


def print_mistakes(
    what: str, posts: Sequence[Post], readings: Sequence[Analysis]
) -> None:
    """What was wrongly said or missed, the most written first. For the sample city."""
    wrong = []
    for post, reading in zip(posts, readings, strict=True):
        level, label = reading.urgency.level, reading.intent.label
        true, found = {
            "critical": (post.urgency == "critical", level == "critical"),
            "high": (post.urgency in DANGEROUS, level in DANGEROUS),
            "asks": (post.intent in ASKING, label in ASKING),
            "idle": (post.intent in NO_MESSAGE, label in NO_MESSAGE),
        }[what]
        if true != found:
            wrong.append((post.weight, found, post, reading))
    for weight, found, post, reading in sorted(wrong, key=lambda row: -row[0]):
        sign = "+" if found else "-"
        print(
            f"{sign}{weight:.0f} {post.language} {post.intent}/{post.urgency} read "
            f"{reading.intent.label}/{reading.urgency.level}: {post.text}"
        )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _pair(shares: dict[str, float]) -> str:
    return f"{_percent(shares['true']):>5} {_percent(shares['found']):>5}"


if __name__ == "__main__":
    main()
