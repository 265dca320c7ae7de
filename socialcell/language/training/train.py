"""Trains the models of the recipes and writes each with its card.

A model is measured without the posts that are held out, and then trained once more with
those of them that were set aside from its own files: that one ships.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from socialcell.errors import SocialcellError
from socialcell.language import measure, weights
from socialcell.language.classifiers import civic_model, day_model
from socialcell.language.labelled_posts import LabelledPost
from socialcell.language.linear_model import Linear
from socialcell.language.measure import LabelScores
from socialcell.language.training import cards
from socialcell.language.training import civic as civic_
from socialcell.language.training import day as day_
from socialcell.language.training import names as names_
from socialcell.language.training import public as public_
from socialcell.language.training.cards import CardFacts, WrittenFacts
from socialcell.language.training.fit import calibrated, fit
from socialcell.language.training.parts import Parts, parts_of, sources_of
from socialcell.language.training.recipes import RECIPES, TAGGERS, Recipe

SEED = 7


def train(
    source_folder: Path,
    into: Path,
    names: Iterable[str] = (),
    *,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> list[WrittenFacts]:
    """Train the named models (all without names) and write them below `into`.

    `source_folder` is laid out as in the recipes. The same data and seed give the same
    files. The facts of the new cards. SocialcellError for an unknown name or a missing
    file.
    """
    wanted_names = _checked_names(set(names))
    languages = weights.linear("language")
    facts_list = []
    for recipe in RECIPES:
        if recipe.name not in wanted_names:
            continue
        progress(recipe.name)
        parts = parts_of(recipe, source_folder, seed, languages)
        measured = measured_model(recipe, parts, seed)
        model = replace(_fit(recipe, parts.everything, seed), slope=measured.slope)
        if recipe.name == "language":
            languages = model
        facts = _facts(recipe, source_folder, measured, parts, seed)
        facts_list.append(
            write(into / recipe.folder, recipe.name, facts, _packed(model))
        )
    if civic_model.NAME in wanted_names:
        facts, model = civic_.train(seed, progress, source_folder)
        facts_list.append(write(into / "open", civic_model.NAME, facts, _packed(model)))
    if day_model.NAME in wanted_names:
        facts, file = day_.train(seed, progress)
        facts_list.append(write(into / "open", day_model.NAME, facts, file))
    if day_model.PUBLIC_NAME in wanted_names:
        facts, file = public_.train(source_folder, seed, progress)
        facts_list.append(write(into / "nc", day_model.PUBLIC_NAME, facts, file))
    for tagger in names_.train(source_folder, wanted_names, seed, progress):
        folder, name = into / tagger.recipe.folder, tagger.recipe.name
        facts_list.append(write(folder, name, tagger.facts, tagger.file, "crf"))
    return facts_list


def write(
    folder: Path, name: str, facts: CardFacts, file: bytes, kind: str = "npz"
) -> WrittenFacts:
    """Write a model file, its card and the card's page; the facts as written."""
    folder.mkdir(parents=True, exist_ok=True)
    whole: WrittenFacts = {
        **facts,
        "file": f"{name}.{kind}",
        "bytes": len(file),
        "sha256": hashlib.sha256(file).hexdigest(),
    }
    (folder / f"{name}.{kind}").write_bytes(file)
    text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    (folder / f"{name}.json").write_text(text, "utf-8")
    (folder / f"{name}.md").write_text(cards.page(whole), "utf-8")
    return whole


def _checked_names(names: set[str]) -> set[str]:
    known_names = [recipe.name for recipe in RECIPES] + [civic_model.NAME]
    known_names += [day_model.NAME, day_model.PUBLIC_NAME]
    known_names += [tagger.name for tagger in TAGGERS]
    unknown = names - set(known_names)
    if unknown:
        raise SocialcellError(
            "language.no_such_model",
            model=min(unknown),
            models=[*known_names, "encoder", "encoder-shares"],
        )
    return names or set(known_names)


def measured_models(
    folder: Path, seed: int, progress: Callable[[str], None]
) -> tuple[dict[str, Parts], dict[str, Linear]]:
    """By the recipe's name: its posts, and the model of those not held out."""
    parts: dict[str, Parts] = {}
    models: dict[str, Linear] = {}
    for recipe in RECIPES:
        progress(recipe.name)
        recipe_parts = parts_of(recipe, folder, seed, models.get("language"))
        parts[recipe.name] = recipe_parts
        models[recipe.name] = measured_model(recipe, recipe_parts, seed)
    return parts, models


def measured_model(recipe: Recipe, parts: Parts, seed: int) -> Linear:
    """From the training posts alone; the held-out ones set its temperature."""
    aside = [post for set_posts in parts.held_out.values() for post in set_posts]
    return calibrated(_fit(recipe, parts.training, seed), aside)


def _fit(recipe: Recipe, posts: Sequence[LabelledPost], seed: int) -> Linear:
    return fit(posts, recipe.classes, recipe.grams, recipe.cost, seed)


def scores(model: Linear, posts: list[LabelledPost]) -> LabelScores:
    chances = model.chances([post.text for post in posts])
    predicted = [
        max(probabilities, key=lambda label: probabilities[label])
        for probabilities in chances
    ]
    return measure.scores([post.label for post in posts], predicted)


def _packed(model: Linear) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **model.arrays())
    return buffer.getvalue()


def _facts(
    recipe: Recipe, folder: Path, measured: Linear, parts: Parts, seed: int
) -> CardFacts:
    return {
        "name": recipe.name,
        "version": weights.VERSION,
        "task": recipe.task,
        "licence": recipe.licence,
        "data": [source.facts() for source in sources_of(recipe, folder)],
        "posts": len(parts.everything),
        "measured_posts": len(parts.training),
        "seed": seed,
        "kind": "linear",
        "classes": list(recipe.classes),
        "grams": {
            "chars": list(recipe.grams.chars),
            "words": recipe.grams.words,
            "bits": recipe.grams.bits,
            "sounds": list(recipe.grams.sounds),
        },
        "cost": recipe.cost,
        "slope": measured.slope,
        "scores": {
            name: scores(measured, posts) for name, posts in parts.held_out.items()
        },
    }
