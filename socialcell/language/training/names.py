"""Trains the taggers of names from CoNLL files.

A tagger is measured without the sentences that are held out; the one that ships is
trained with them too.
"""

import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite

from socialcell.errors import SocialcellError
from socialcell.language import measure, weights
from socialcell.language.measure import SpanScores
from socialcell.language.names import conll
from socialcell.language.names.conll import Sentence
from socialcell.language.names.name_tagger import Tagger, features
from socialcell.language.normalisation import normalised
from socialcell.language.training.cards import CardFacts
from socialcell.language.training.recipes import TAGGERS, PostSource, TaggerRecipe

# Sparse weights first (c1), then small ones (c2); the file stays small.
_SETTINGS = {"c1": 0.08, "c2": 0.02, "max_iterations": 90}


@dataclass(frozen=True, slots=True)
class Trained:
    """A model file and the facts of its card."""

    recipe: TaggerRecipe
    facts: CardFacts
    file: bytes


def train(
    folder: Path,
    names: Iterable[str],
    seed: int,
    progress: Callable[[str], None],
) -> list[Trained]:
    """The named taggers; the same data and seed give the same files."""
    wanted_names = set(names)
    trained = []
    for recipe in TAGGERS:
        if recipe.name in wanted_names:
            progress(recipe.name)
            trained.append(_train_tagger(recipe, folder, seed))
    return trained


def _train_tagger(recipe: TaggerRecipe, folder: Path, seed: int) -> Trained:
    training: list[Sentence] = []
    held_out: dict[str, list[Sentence]] = {}
    everything: list[Sentence] = []
    for source in recipe.sources:
        sentences = conll.sentences(folder / source.file)
        everything += sentences
        rest, aside = _split(sentences, source, seed)
        training += rest
        held_out[f"{Path(source.file).stem}, held out"] = aside
    training = _apart(training, [s for aside in held_out.values() for s in aside])
    measured = Tagger(_fitted(training))
    scores = {name: _scores(measured, aside) for name, aside in held_out.items()}
    facts: CardFacts = {
        "name": recipe.name,
        "version": weights.VERSION,
        "task": "entities",
        "licence": recipe.licence,
        "data": [source.facts() for source in recipe.sources],
        "posts": len(everything),
        "measured_posts": len(training),
        "seed": seed,
        "kind": "conditional random field",
        "classes": sorted({tag[2:] for s in training for tag in s.tags if tag != "O"}),
        "settings": _SETTINGS,
        "scores": scores,
    }
    return Trained(recipe, facts, _fitted(everything))


def _split(
    sentences: list[Sentence], source: PostSource, seed: int
) -> tuple[list[Sentence], list[Sentence]]:
    shuffled = random.Random(seed).sample(sentences, len(sentences))
    aside = len(shuffled) // source.hold_out
    return shuffled[aside:], shuffled[:aside]


def _apart(training: list[Sentence], held_out: list[Sentence]) -> list[Sentence]:
    """Training sentences that are not held out; SocialcellError if one slipped in."""
    forbidden = {_key(sentence) for sentence in held_out}
    separate = [sentence for sentence in training if _key(sentence) not in forbidden]
    if forbidden & {_key(sentence) for sentence in separate}:
        raise SocialcellError("language.sentences_not_separate")
    return separate


def _key(sentence: Sentence) -> str:
    return normalised(" ".join(sentence.words))


def _fitted(training: Sequence[Sentence]) -> bytes:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(_SETTINGS)
    for sentence in training:
        trainer.append(features(sentence.words), sentence.tags)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model"
        trainer.train(str(file))
        return file.read_bytes()


def _scores(tagger: Tagger, some: Sequence[Sentence]) -> SpanScores:
    truth = [conll.mapped_spans(sentence.tags) for sentence in some]
    return measure.span_scores(truth, tagger.spans([s.words for s in some]))
