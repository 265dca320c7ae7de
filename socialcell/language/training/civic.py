"""Trains the civic model: what a citizen wants, of which office, and how soon.

N-grams learn from our own invented posts and from the phrases of the rules. What they
and the rules say is then weighed by logistic regression, on posts that the n-grams had
not seen. Posts that were labelled with care are the measure of both.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from spacy.tokens import Doc

from socialcell.language import measure, weights
from socialcell.language.classifiers import civic_model, danger_chance, topics, urgency
from socialcell.language.classifiers.civic_model import JudgeFacts
from socialcell.language.linear_model import Linear
from socialcell.language.measure import LabelScores
from socialcell.language.ngram_features import Grams
from socialcell.language.notes import Notes, notes_of
from socialcell.language.training import posts as posts_
from socialcell.language.training.cards import CardFacts
from socialcell.language.training.fit import matrix, quantised
from socialcell.language.training.own_decisions import own_examples, own_files
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
_OWN = "decisions of operators", "this workspace's own"  # origin and licence
_Chances = dict[str, float]


def train(
    seed: int, progress: Callable[[str], None], folder: Path | None = None
) -> tuple[CardFacts, Linear]:
    """The facts of the card, without those of the file, and the n-grams' model.

    The n-grams learn from what the operators decided, too, where `folder` has it; it
    measures nothing, since few of these posts have all labels.
    """
    progress(civic_model.NAME)
    examples = posts_.posts()
    files = [] if folder is None else own_files(folder)
    own = [] if folder is None else own_examples(folder, examples)
    own = _without_places(own, _evidence(own)) if own else []
    posts, notes = _with_margins(examples, seed, own)
    phrases = list(posts_.phrases())
    model = fit_columns([*posts, *phrases, *own], seed)
    judges, scores, _ = _judges(posts, notes, seed)
    facts: CardFacts = {
        "name": civic_model.NAME,
        "version": weights.VERSION,
        "task": "intent, topics, urgency",
        "licence": "Apache-2.0",
        "data": [
            {"file": file, "origin": origin, "licence": licence}
            for file, origin, licence in (
                (
                    "labels/civic_train.jsonl (in the package)",
                    "invented civic posts, labelled for socialcell",
                    "own",
                ),
                (
                    "labels/once/ (in the package)",
                    "invented civic posts, labelled once",
                    "own",
                ),
                (
                    "labels/weak/ (in the package)",
                    "invented posts, labelled as they were written",
                    "own",
                ),
                *((name, *_OWN) for name in files),
            )
        ],
        "posts": len(posts) + len(phrases) + len(own),
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


def unseen_chances(seed: int) -> tuple[list[Example], dict[str, list[_Chances]]]:
    """All posts, and by task the chances of each by models that did not see it."""
    examples = posts_.posts()
    return examples, _judges(*_with_margins(examples, seed), seed)[2]


def _without_places(
    examples: Sequence[Example], noted: Sequence[Notes]
) -> list[Example]:
    return [
        replace(post, text=civic_model.plain(post.text, notes.entities))
        for post, notes in zip(examples, noted, strict=True)
    ]


def _with_margins(
    examples: Sequence[Example], seed: int, also: Sequence[Example] = ()
) -> tuple[list[Example], list[Notes]]:
    """The posts without names of places, and what rules and n-grams find in each.

    The n-grams have seen the phrases of the rules, those of `also` and other posts, not
    this one.
    """
    noted = _evidence(examples)
    return add_unseen_margins(examples, noted, seed, also), noted


def add_unseen_margins(
    examples: Sequence[Example],
    noted: Sequence[Notes],
    seed: int,
    also: Sequence[Example] = (),
) -> list[Example]:
    """Put the margins of n-grams that had not seen it into the notes of each post; the
    posts without names of places."""
    posts = _without_places(examples, noted)
    phrases = [*posts_.phrases(), *also]
    for fold in folds(len(posts), seed):
        inside = set(fold)
        rest = [example for at, example in enumerate(posts) if at not in inside]
        model = fit_columns([*rest, *phrases], seed)
        rows = model.margins([posts[at].text for at in fold]).tolist()
        task_margins = civic_model.by_task(model.classes, rows)
        for at, margins in zip(fold, task_margins, strict=True):
            noted[at].margins = margins
    return posts


def fit_columns(examples: Sequence[Example], seed: int) -> Linear:
    """The n-grams' model of all classes: each learns from those that teach it."""
    whole = matrix([example.text for example in examples], GRAMS)
    coefficients, bias = [], []
    for column in civic_model.columns():
        task = column.partition(":")[0]
        indexes = [
            index
            for index, post in enumerate(examples)
            if task in post.tasks or column in post.tasks
        ]
        inside = np.array([column in examples[index].labels for index in indexes])
        share = np.array([examples[index].weight for index in indexes])
        machine = LinearSVC(
            C=_COST,
            class_weight={False: 1.0, True: _RARE if task == "topic" else 1.0},
            random_state=seed,
        )
        machine.fit(whole[indexes], inside, sample_weight=share)
        coefficients.append(machine.coef_[0])
        bias.append(float(machine.intercept_[0]))
    return quantised(coefficients, bias, civic_model.columns(), GRAMS)


def _judges(
    posts: Sequence[Example], noted: Sequence[Notes], seed: int
) -> tuple[dict[str, JudgeFacts], dict[str, LabelScores], dict[str, list[_Chances]]]:
    """(judges for the card; scores, and chances by task, of such as saw no post)."""
    judges: dict[str, JudgeFacts] = {}
    scores: dict[str, LabelScores] = {}
    groups = {
        "civic_train": [at for at, post in enumerate(posts) if post.origin == "twice"],
        "once": [at for at, post in enumerate(posts) if post.origin == "once"],
    }
    care = [_CARE[post.origin] for post in posts]

    def score(task: str, truth: Sequence[str], chances: Sequence[_Chances]) -> None:
        predicted = [
            max(probabilities, key=lambda name: probabilities[name])
            for probabilities in chances
        ]
        for name, indexes in groups.items():
            scores[f"{name}, {task}, cross-validated"] = measure.scores(
                [truth[at] for at in indexes], [predicted[at] for at in indexes]
            )

    truth = [label_of(example, "intent") for example in posts]
    evidence = [civic_model.intent_evidence(notes) for notes in noted]
    judges["intent"] = _regression(evidence, truth, care, _DAY["intent"])
    chances = _unseen(evidence, truth, care, _DAY["intent"], seed)
    score("intent", truth, chances)
    for notes, intent_chances in zip(noted, chances, strict=True):
        notes.intents = intent_chances
        label = max(intent_chances, key=lambda name: intent_chances[name])
        assert notes.intent is not None
        notes.intent = replace(notes.intent, label=label)
    for name, group in groups.items():
        scores[f"{name}, topics, cross-validated"] = topic_scores(
            [posts[at] for at in group],
            [{topic.id for topic in topics.topics(noted[at])} for at in group],
        )
    truth = [label_of(example, "urgency") for example in posts]
    evidence = [_urgency_evidence(notes) for notes in noted]
    judges["urgency"] = _regression(evidence, truth, care, _DAY["urgency"])
    urgency_chances = _unseen(evidence, truth, care, _DAY["urgency"], seed)
    score("urgency", truth, urgency_chances)
    truth = [danger_of(example) for example in posts]
    evidence = [
        danger_chance.evidence(notes, intent_chances)
        for notes, intent_chances in zip(noted, evidence, strict=True)
    ]
    judges[civic_model.DANGER] = _regression(
        evidence, truth, care, _DAY[civic_model.DANGER]
    )
    danger = _unseen(evidence, truth, care, _DAY[civic_model.DANGER], seed)
    score(civic_model.DANGER, truth, danger)
    of_topics = [topics.chances(notes) for notes in noted]
    unseen_chances = {
        "intent": chances,
        topics.TASK: of_topics,
        "urgency": urgency_chances,
        civic_model.DANGER: danger,
    }
    return judges, scores, unseen_chances


def _urgency_evidence(notes: Notes) -> dict[str, float]:
    days = urgency.longest_wait(notes)
    return civic_model.urgency_evidence(
        notes, notes.intents, urgency.score_by_rules(notes, days)[0], days
    )


def _regression(
    evidence: Sequence[dict[str, float]],
    truth: Sequence[str],
    care: Sequence[float],
    day: Mapping[str, float],
) -> JudgeFacts:
    names = sorted({name for weights_by_name in evidence for name in weights_by_name})
    table: NDArray[np.float64] = np.array(
        [
            [weights_by_name.get(name, 0.0) for name in names]
            for weights_by_name in evidence
        ]
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
    chances: list[_Chances] = [{} for _ in evidence]
    for fold in folds(len(evidence), seed + 1):
        inside = set(fold)
        rest = [at for at in range(len(evidence)) if at not in inside]
        facts = _regression(
            [evidence[at] for at in rest],
            [truth[at] for at in rest],
            [care[at] for at in rest],
            day,
        )
        judge = civic_model.LogisticModel.of(facts)
        for at in fold:
            chances[at] = judge.chances(evidence[at])
    return chances


def topic_scores(
    examples: Sequence[Example], predicted: Sequence[set[str]]
) -> LabelScores:
    """By topic, each post right or wrong about it; accuracy is all topics right."""
    truth = [topics_of(topic_measure) for topic_measure in examples]
    per_class = {}
    for topic in sorted(set().union(*truth)):
        topic_measure = measure.scores(
            [str(topic in topic_ids) for topic_ids in truth],
            [str(topic in topic_ids) for topic_ids in predicted],
        )
        per_class[topic] = topic_measure["per_class"]["True"]
    shares = [
        (topic_measure["f1"] or 0.0, topic_measure["recall"] or 0.0)
        for topic_measure in per_class.values()
    ]
    right = sum(a == b for a, b in zip(truth, predicted, strict=True))
    return {
        "n": len(examples),
        "accuracy": round(right / len(examples), 4),
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


def _evidence(examples: Sequence[Example]) -> list[Notes]:
    """What the rules find in each post; margins are set by the caller."""
    return [notes_of(doc) for doc in docs_without_margins(examples)]


def docs_without_margins(examples: Sequence[Example]) -> list[Doc]:
    """What all components but the model `civic` find in each post."""
    from socialcell.language.pipeline import build

    nlp = build()
    nlp.remove_pipe("socialcell_civic")  # the model that is trained here
    return list(nlp.pipe([example.text for example in examples]))
