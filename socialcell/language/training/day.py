"""Trains the model of a day: intent and danger, weighed on posts of other hands.

What the models and rules found is weighed by small nets that learn from the posts of
`labels/day`, of which none of these models has seen any, and on those of our own posts
that neither the encoder nor (by cross-fitting) the model `civic` had seen.
"""

from collections.abc import Callable, Sequence

from socialcell.language import measure, weights
from socialcell.language.classifiers import day_model
from socialcell.language.classifiers.day_model import Judge
from socialcell.language.measure import LabelScores
from socialcell.language.notes import DayChances
from socialcell.language.training import evidence, nets
from socialcell.language.training import posts as posts_
from socialcell.language.training.cards import CardFacts
from socialcell.language.training.evidence import Material, Values, yes
from socialcell.language.training.posts import DayPost, Example

_NETS = 10  # agree more from training to training than four
_EVEN = 0.5


def train(seed: int, progress: Callable[[str], None]) -> tuple[CardFacts, bytes]:
    """The facts of the card, without those of the file, and the weight file.

    SocialcellError where the encoder is absent: the model weighs what it says.
    """
    progress(day_model.NAME)
    day_posts = list(posts_.posts_of_a_day())
    of_day = evidence.of_posts([post.example for post in day_posts])
    assert len(of_day.posts) == len(day_posts)  # none of them is a name alone
    older = evidence.of_older_posts(seed)
    everything = of_day + older
    judges = {
        kind: fit(
            everything.posts, values, [post.sentiment for post in day_posts], seed
        )
        for kind, values in everything.values.items()
    }
    facts: CardFacts = {
        "name": day_model.NAME,
        "version": weights.VERSION,
        "task": "intent, sentiment and danger, as of a day",
        "licence": "Apache-2.0",
        "data": [
            {
                "file": "labels/day/ (in the package)",
                "origin": "invented posts by nine hands, labelled once",
                "licence": "own",
            },
            {
                "file": "labels/once/, labels/weak/ and labels/civic_train.jsonl",
                "origin": "those of our own posts that the encoder has not seen",
                "licence": "own",
            },
        ],
        "posts": len(everything.posts),
        "seed": seed,
        "kind": "nets",
        "classes": [*day_model.GROUPS, *day_model.SENTIMENTS, "high", "critical"],
        "cost": nets.RIDGE,
        "scores": _scores(day_posts, of_day, older, seed),
    }
    return facts, nets.packed(judges)


def fit(
    posts: Sequence[Example],
    values: Sequence[Values],
    sentiments: Sequence[str],
    seed: int,
) -> Judge:
    """The nets of all heads. The first posts are those of a day, with their
    `sentiments`: the others have none."""
    unfelt = [None] * (len(posts) - len(sentiments))
    targets = {**evidence.targets(posts), "sentiment": [*sentiments, *unfelt]}
    return nets.fit(values, targets, _NETS, seed)


def _scores(
    day_posts: Sequence[DayPost], of_day: Material, older: Material, seed: int
) -> dict[str, LabelScores]:
    """Of each hand's posts, by nets that saw those of the others."""
    truth: dict[str, list[str | None]] = {
        **evidence.targets(of_day.posts),
        "sentiment": [post.sentiment for post in day_posts],
    }
    scores = {}
    for kind, values in of_day.values.items():
        predicted: dict[int, tuple[str, ...]] = {}
        for hand in sorted({post.hand for post in day_posts}):
            rest = [at for at, post in enumerate(day_posts) if post.hand != hand]
            judge = fit(
                [*(of_day.posts[at] for at in rest), *older.posts],
                [*(values[at] for at in rest), *older.values[kind]],
                [day_posts[at].sentiment for at in rest],
                seed,
            )
            for at, post in enumerate(day_posts):
                if post.hand == hand:
                    predicted[at] = _likeliest(
                        day_model.day_chances(judge.chances(values[at]))
                    )
        for column, name in enumerate(("groups", "sentiment", "high", "critical")):
            scores[f"labels/day, {kind}, each hand unseen: {name}"] = measure.scores(
                [str(label) for label in truth[name]],
                [predicted[at][column] for at in range(len(truth))],
            )
    return scores


def _likeliest(chances: DayChances) -> tuple[str, ...]:
    return (
        max(chances.groups, key=chances.groups.__getitem__),
        max(chances.sentiments, key=chances.sentiments.__getitem__),
        yes(chances.high >= _EVEN),
        yes(chances.critical >= _EVEN),
    )
