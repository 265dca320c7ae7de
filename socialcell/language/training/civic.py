"""Trains the civic model: what a citizen wants, of which office, and how soon.

N-grams learn from our own invented posts and from the phrases of the rules. What they
and the rules say is then weighed by logistic regression, on posts that the n-grams had
not seen. Posts that were labelled with care are the measure of both.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from socialcell.language import measure, weights
from socialcell.language.classifiers import civic_model, danger_chance, topics, urgency
from socialcell.language.linear_model import Linear
from socialcell.language.ngram_features import Grams
from socialcell.language.notes import Notes, notes
from socialcell.language.training import posts as posts_
from socialcell.language.training.fit import matrix, quantised
from socialcell.language.training.posts import Example

GRAMS = Grams(chars=(4, 4), words=2, bits=16, sounds=(2, 4))
NONE = "none"  # the other class of the task of danger
_FOLDS = 5
_COST = 0.5  # of an n-gram on the wrong side
_RARE = 3.0  # weight of a post with a topic beside one without
_RIDGE = 0.5  # inverse strength of the regression's ridge
# Share of each class among the posts of an ordinary day (docs/labelling.md).
_DAY: Mapping[str, Mapping[str, float]] = {
    "intent": {
        "complaint": 0.18,
        "question": 0.07,
        "suggestion": 0.03,
        "help": 0.01,
        "praise": 0.10,
        "information": 0.27,
        "spam": 0.05,
        "not_civic": 0.29,
    },
    "urgency": {"critical": 0.01, "high": 0.03, "normal": 0.22, "low": 0.74},
    civic_model.DANGER: {civic_model.DANGER: 0.04, NONE: 0.96},
}
_OF_A_DAY = 0.5  # power of how much rarer or commoner a class is there
# Weight there of a post by how it was labelled.
_CARE = {"twice": 3.0, "once": 2.0, "weak": 1.0}
_Chances = dict[str, float]


def train(seed: int, progress: Callable[[str], None]) -> tuple[dict[str, Any], Linear]:
    """The facts of the card, without those of the file, and the n-grams' model."""
    progress(civic_model.NAME)
    posts, seen = _heard(posts_.posts(), seed)
    phrases = list(posts_.phrases())
    model = _fit([*posts, *phrases], seed)
    judges, scores, _ = _judges(posts, seen, seed)
    facts = {
        "name": civic_model.NAME,
        "version": weights.VERSION,
        "task": "intent, topics, urgency",
        "licence": "Apache-2.0",
        "data": [
            {"file": f"labels/{file} (in the package)", "origin": o, "licence": "own"}
            for file, o in (
                ("civic_train.jsonl", "invented civic posts, labelled for socialcell"),
                ("once/", "invented civic posts, labelled once"),
                ("weak/", "invented posts, labelled as they were written"),
            )
        ],
        "posts": len(posts) + len(phrases),
        "seed": seed,
        "kind": "linear and logistic",
        "classes": list(model.classes),
        "grams": {
            "chars": list(GRAMS.chars),
            "words": GRAMS.words,
            "bits": GRAMS.bits,
            "sounds": list(GRAMS.sounds),
        },
        "slope": model.slope,
        "judges": judges,
        "scores": scores,
    }
    return facts, model


def unseen(seed: int) -> tuple[list[Example], dict[str, list[_Chances]]]:
    """All posts, and by task the chances of each by models that did not see it."""
    told = posts_.posts()
    return told, _judges(*_heard(told, seed), seed)[2]


def _heard(told: Sequence[Example], seed: int) -> tuple[list[Example], list[Notes]]:
    """The posts without names of places, and what rules and n-grams find in each.

    The n-grams have seen the phrases of the rules and other posts, not this one.
    """
    seen = _evidence(told)
    posts = [
        replace(post, text=civic_model.plain(post.text, one.entities))
        for post, one in zip(told, seen, strict=True)
    ]
    phrases = list(posts_.phrases())
    for fold in folds(len(posts), seed):
        inside = set(fold)
        rest = [example for at, example in enumerate(posts) if at not in inside]
        model = _fit([*rest, *phrases], seed)
        rows = model.margins([posts[at].text for at in fold]).tolist()
        found = civic_model.by_task(model.classes, rows)
        for at, margins in zip(fold, found, strict=True):
            seen[at].margins = margins
    return posts, seen


def _fit(examples: Sequence[Example], seed: int) -> Linear:
    whole = matrix([example.text for example in examples], GRAMS)
    found, bias = [], []
    for column in civic_model.columns():
        task = column.partition(":")[0]
        taught = [at for at, one in enumerate(examples) if task in one.tasks]
        inside = np.array([column in examples[at].labels for at in taught])
        share = np.array([examples[at].weight for at in taught])
        machine = LinearSVC(
            C=_COST,
            class_weight={False: 1.0, True: _RARE if task == "topic" else 1.0},
            random_state=seed,
        )
        machine.fit(whole[taught], inside, sample_weight=share)
        found.append(machine.coef_[0])
        bias.append(float(machine.intercept_[0]))
    return quantised(found, bias, civic_model.columns(), GRAMS)


def _judges(
    posts: Sequence[Example], seen: Sequence[Notes], seed: int
) -> tuple[dict[str, Any], dict[str, Any], dict[str, list[_Chances]]]:
    """(judges for the card; scores, and chances by task, of such as saw no post)."""
    judges: dict[str, Any] = {}
    scores: dict[str, Any] = {}
    groups = {
        "civic_train": [at for at, post in enumerate(posts) if post.origin == "twice"],
        "once": [at for at, post in enumerate(posts) if post.origin == "once"],
    }
    care = [_CARE[post.origin] for post in posts]

    def score(task: str, truth: Sequence[str], chances: Sequence[_Chances]) -> None:
        found = [max(one, key=lambda name: one[name]) for one in chances]
        for name, some in groups.items():
            scores[f"{name}, {task}, cross-validated"] = measure.scores(
                [truth[at] for at in some], [found[at] for at in some]
            )

    truth = [label_of(example, "intent") for example in posts]
    evidence = [civic_model.intent_evidence(one) for one in seen]
    judges["intent"] = _regression(evidence, truth, care, _DAY["intent"])
    chances = _unseen(evidence, truth, care, _DAY["intent"], seed)
    score("intent", truth, chances)
    for one, found in zip(seen, chances, strict=True):
        one.intents = found
        label = max(found, key=lambda name: found[name])
        assert one.intent is not None
        one.intent = replace(one.intent, label=label)
    for name, some in groups.items():
        scores[f"{name}, topics, cross-validated"] = topic_scores(
            [posts[at] for at in some],
            [{topic.id for topic in topics.topics(seen[at])} for at in some],
        )
    truth = [label_of(example, "urgency") for example in posts]
    evidence = [_urgency(one) for one in seen]
    judges["urgency"] = _regression(evidence, truth, care, _DAY["urgency"])
    haste = _unseen(evidence, truth, care, _DAY["urgency"], seed)
    score("urgency", truth, haste)
    truth = [danger_of(example) for example in posts]
    evidence = [
        danger_chance.evidence(one, found)
        for one, found in zip(seen, evidence, strict=True)
    ]
    judges[civic_model.DANGER] = _regression(
        evidence, truth, care, _DAY[civic_model.DANGER]
    )
    danger = _unseen(evidence, truth, care, _DAY[civic_model.DANGER], seed)
    score(civic_model.DANGER, truth, danger)
    of_topics = [topics.chances(one) for one in seen]
    unseen = {
        "intent": chances,
        topics.TASK: of_topics,
        "urgency": haste,
        civic_model.DANGER: danger,
    }
    return judges, scores, unseen


def _urgency(one: Notes) -> dict[str, float]:
    days = urgency.longest_wait(one)
    return civic_model.urgency_evidence(
        one, one.intents, urgency.ruled(one, days)[0], days
    )


def _regression(
    evidence: Sequence[dict[str, float]],
    truth: Sequence[str],
    care: Sequence[float],
    day: Mapping[str, float],
) -> dict[str, Any]:
    names = sorted({name for one in evidence for name in one})
    table: NDArray[np.float64] = np.array(
        [[one.get(name, 0.0) for name in names] for one in evidence]
    )
    # Posts that teach are rich in what is rare on a day: each class counts as it does
    # there, halfway.
    often = Counter(truth)
    share = [
        weight * (day[label] * len(truth) / often[label]) ** _OF_A_DAY
        for weight, label in zip(care, truth, strict=True)
    ]
    machine = LogisticRegression(C=_RIDGE, max_iter=2000)
    machine.fit(table, list(truth), sample_weight=share)
    matrix, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # one row there: the log odds of the second
        matrix = np.concatenate([np.zeros_like(matrix), matrix])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return {
        "classes": [str(name) for name in machine.classes_],
        "names": names,
        "matrix": np.round(matrix, 4).tolist(),
        "bias": np.round(bias, 4).tolist(),
    }


def _unseen(
    evidence: Sequence[dict[str, float]],
    truth: Sequence[str],
    care: Sequence[float],
    day: Mapping[str, float],
    seed: int,
) -> list[_Chances]:
    """Chances by judges that did not see the post."""
    found: list[_Chances] = [{} for _ in evidence]
    for fold in folds(len(evidence), seed + 1):
        inside = set(fold)
        rest = [at for at in range(len(evidence)) if at not in inside]
        facts = _regression(
            [evidence[at] for at in rest],
            [truth[at] for at in rest],
            [care[at] for at in rest],
            day,
        )
        judge = civic_model.Judge.of(facts)
        for at in fold:
            found[at] = judge.chances(evidence[at])
    return found


def topic_scores(ours: Sequence[Example], found: Sequence[set[str]]) -> dict[str, Any]:
    """By topic, each post right or wrong about it; accuracy is all topics right."""
    truth = [topics_of(one) for one in ours]
    per_class = {}
    for topic in sorted(set().union(*truth)):
        one = measure.scores(
            [str(topic in some) for some in truth],
            [str(topic in some) for some in found],
        )
        per_class[topic] = one["per_class"]["True"]
    shares = [(one["f1"] or 0.0, one["recall"] or 0.0) for one in per_class.values()]
    right = sum(a == b for a, b in zip(truth, found, strict=True))
    return {
        "n": len(ours),
        "accuracy": round(right / len(ours), 4),
        "macro_f1": round(sum(f1 for f1, _ in shares) / len(shares), 4),
        "macro_recall": round(sum(recall for _, recall in shares) / len(shares), 4),
        "per_class": per_class,
    }


def label_of(example: Example, task: str) -> str:
    """The one class of a post in a task that has one."""
    return next(
        name.partition(":")[2] for name in example.labels if name.startswith(f"{task}:")
    )


def danger_of(example: Example) -> str:
    """Its class in the task of danger: "danger" or "none"."""
    column = f"{civic_model.DANGER}:{civic_model.DANGER}"
    return civic_model.DANGER if column in example.labels else NONE


def topics_of(example: Example) -> frozenset[str]:
    """All topics of a post."""
    return frozenset(
        name.removeprefix("topic:")
        for name in example.labels
        if name.startswith("topic:")
    )


def folds(count: int, seed: int) -> list[list[int]]:
    """The numbers below `count`, dealt out to five with a seed."""
    order = random.Random(seed).sample(range(count), count)
    return [order[start::_FOLDS] for start in range(_FOLDS)]


def _evidence(ours: Sequence[Example]) -> list[Notes]:
    """What the rules find in each post; margins are set by the caller."""
    from socialcell.language.pipeline import build

    nlp = build()
    nlp.remove_pipe("socialcell_civic")  # what is trained here has no say yet
    return [notes(doc) for doc in nlp.pipe([one.text for one in ours])]
