"""The weight of the civic model beside the encoder's own heads of its tasks.

Chosen on our own posts that neither of the two had seen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit

from socialcell.language.classifiers import topics
from socialcell.language.classifiers.civic_model import DANGER
from socialcell.language.measure import LabelScores
from socialcell.language.normalisation import normalised
from socialcell.language.semantic.encoder import Encoder
from socialcell.language.training import civic, encoder_shares
from socialcell.language.training.encoder_shares import Judged
from socialcell.language.training.posts import Example

# Tasks of which a post has one class, and how it is found in its labels.
_CHOSEN: Mapping[str, Callable[[Example], str]] = {
    "intent": lambda post: civic.label_of(post, "intent"),
    "urgency": lambda post: civic.label_of(post, "urgency"),
    DANGER: civic.danger_of,
}
_MEASURE = "our own posts, held out"


@dataclass(frozen=True, slots=True)
class Weighed:
    """By task: slopes and shares. By the name of a measure: scores, and macro-F1."""

    softness: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    scores: dict[str, LabelScores] = field(default_factory=dict)
    macro_f1: dict[str, dict[str, float | None]] = field(default_factory=dict)


def weighed(
    encoder: Encoder,
    held_out: Sequence[Example],
    seed: int,
    slopes: Mapping[str, float] | None = None,
) -> Weighed:
    """Slopes, shares and scores on the held-out posts, together and each model alone.

    Slopes of log odds are those of `slopes`, or else chosen on the same posts.
    """
    slopes = slopes or {}
    logits = [
        meaning.logits for meaning in encoder.meanings(post.text for post in held_out)
    ]
    examples, unseen = civic.unseen_chances(seed)
    places = {normalised(post.text): index for index, post in enumerate(examples)}
    indexes = [places[normalised(post.text)] for post in held_out]
    weighing = Weighed()
    for task, label_of in _CHOSEN.items():
        place, classes = _head(encoder, task)
        linear = unseen[task]
        judged = [
            Judged(label_of(post), "", row[place].tolist(), linear[index])
            for post, row, index in zip(held_out, logits, indexes, strict=True)
        ]
        slope = slopes.get(task) or encoder_shares.softness(judged, classes)
        _add_chosen(weighing, task, judged, classes, slope)
    place, classes = _head(encoder, topics.TASK)
    _add_topics(
        weighing,
        held_out,
        classes,
        np.array([row[place] for row in logits], np.float64),
        [unseen[topics.TASK][index] for index in indexes],
        slopes.get(topics.TASK),
    )
    return weighing


def _head(encoder: Encoder, task: str) -> tuple[slice, tuple[str, ...]]:
    return encoder.heads.places[task], encoder.heads.classes[task]


def _add_chosen(
    weighing: Weighed,
    task: str,
    judged: Sequence[Judged],
    classes: Sequence[str],
    slope: float,
) -> None:
    share = encoder_shares.share_of_linear(judged, classes, slope)

    def by(part: float) -> LabelScores:
        return encoder_shares.scores(
            judged, lambda post: encoder_shares.averaged(post, classes, slope, part)
        )

    _note(weighing, task, slope, share, {part: by(part) for part in (0.0, share, 1.0)})


def _add_topics(
    weighing: Weighed,
    posts: Sequence[Example],
    classes: Sequence[str],
    logits: NDArray[np.float64],
    linear: Sequence[Mapping[str, float]],
    slope: float | None = None,
) -> None:
    """`logits` has the shape (posts, classes)."""
    truth = [civic.topics_of(post) for post in posts]
    signs = np.array(
        [[1 if name in topic_ids else -1 for name in classes] for topic_ids in truth]
    )

    def surprise(slope: float) -> float:
        return -float(np.mean(log_expit(signs * logits * slope)))

    if slope is None:
        slope = encoder_shares.slope_of(surprise)
    alone = 1.0 / (1.0 + np.exp(-slope * logits))

    def by(share: float) -> LabelScores:
        decided = []
        for row, other in zip(alone.tolist(), linear, strict=True):
            chances = {
                name: share * other[name] + (1.0 - share) * chance
                for name, chance in zip(classes, row, strict=True)
            }
            decided.append({topic.id for topic in topics.topics_by_chance(chances)})
        return civic.topic_scores(posts, decided)

    scored = {share: by(share) for share in encoder_shares.SHARES}
    share = encoder_shares.least_of_best(
        {
            part: topic_measure["macro_f1"] or 0.0
            for part, topic_measure in scored.items()
        }
    )
    _note(weighing, topics.TASK, slope, share, scored)


def _note(
    weighing: Weighed,
    task: str,
    slope: float,
    share: float,
    scored: Mapping[float, LabelScores],
) -> None:
    weighing.softness[task], weighing.shares[task] = slope, share
    name = f"{task}: {_MEASURE}"
    weighing.scores[name] = scored[share]
    weighing.macro_f1[name] = {
        "encoder": scored[0.0]["macro_f1"],
        "averaged": scored[share]["macro_f1"],
        "linear": scored[1.0]["macro_f1"],
    }
