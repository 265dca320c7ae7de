"""Trains the models of the recipes and writes each with its card."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from socialcell.errors import SocialcellError
from socialcell.language import civic, measure, weights
from socialcell.language.linear import Linear
from socialcell.language.training import cards
from socialcell.language.training import civic as civic_
from socialcell.language.training import names as names_
from socialcell.language.training.data import (
    OWN,
    Post,
    apart,
    posts,
    require_apart,
    split,
)
from socialcell.language.training.fit import fit
from socialcell.language.training.recipes import RECIPES, TAGGERS, Recipe, Source

SEED = 7
_CUT = 6  # words of a cut post


def train(
    data: Path,
    into: Path,
    names: Iterable[str] = (),
    *,
    seed: int = SEED,
    progress: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Train the named models (all without names) and write them below `into`.

    `data` is laid out as the recipes say. The same data and seed give the same files.
    The facts of the new cards. SocialcellError for an unknown name or a missing file.
    """
    wanted = _known(set(names))
    languages = weights.linear("language")
    made = []
    for recipe in RECIPES:
        if recipe.name not in wanted:
            continue
        progress(recipe.name)
        training, held_out = posts_of(recipe, data, seed, languages)
        everything = [post for some in held_out.values() for post in some]
        model = fit(
            training, everything, recipe.classes, recipe.grams, recipe.cost, seed
        )
        if recipe.name == "language":
            languages = model
        found = {name: _scores(model, some) for name, some in held_out.items()}
        sources = sources_of(recipe, data)
        facts = _facts(recipe, sources, model, len(training), found, seed)
        made.append(write(into / recipe.folder, recipe.name, facts, _packed(model)))
    if civic.NAME in wanted:
        facts, model = civic_.train(seed, progress)
        made.append(write(into / "open", civic.NAME, facts, _packed(model)))
    for tagger in names_.train(data, wanted, seed, progress):
        folder, name = into / tagger.recipe.folder, tagger.recipe.name
        made.append(write(folder, name, tagger.facts, tagger.file, "crf"))
    return made


def write(
    folder: Path, name: str, facts: dict[str, Any], file: bytes, kind: str = "npz"
) -> dict[str, Any]:
    """Write a model file, its card and the card's page; the facts as written."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {
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


def _known(names: set[str]) -> set[str]:
    every = [recipe.name for recipe in RECIPES] + [civic.NAME]
    every += [tagger.name for tagger in TAGGERS]
    unknown = names - set(every)
    if unknown:
        raise SocialcellError(
            f"no model {min(unknown)!r}; there are: {', '.join(every)}, encoder"
        )
    return names or set(every)


def sources_of(recipe: Recipe, data: Path) -> tuple[Source, ...]:
    """The files of a recipe, and the operators' own decisions where `data` has them."""
    file = f"{OWN}/{recipe.name}.jsonl"
    if not (data / file).exists():
        return recipe.sources
    own = Source(file, "decisions of operators", "this workspace's own", hold_out=5)
    return (*recipe.sources, own)


def posts_of(
    recipe: Recipe, data: Path, seed: int, languages: Linear | None
) -> tuple[list[Post], dict[str, list[Post]]]:
    """Training posts, and the posts held out of every file by its name.

    What the operators decided for this model is a file more, where there is one.
    """
    held_out = {
        Path(name).stem: _labelled(posts(data / name), recipe, None)
        for name in recipe.measures
    }
    kept: list[Post] = []
    for source in sources_of(recipe, data):
        some = _labelled(posts(data / source.file), recipe, source.label)
        if source.hold_out and len(some) >= source.hold_out:
            some, aside = split(some, source.hold_out, seed)
            held_out[f"{Path(source.file).stem}, held out"] = aside
        if source.only is not None:
            some = _only(some, source.only, languages)
        kept.extend(_capped(some, source, recipe))
    everything = [post for aside in held_out.values() for post in aside]
    training = apart(kept, everything)
    if recipe.cuts:
        training += apart(_cuts(training), everything)
    require_apart(training, everything)
    return training, held_out


def _labelled(some: list[Post], recipe: Recipe, label: str | None) -> list[Post]:
    if label is not None:
        return [Post(post.text, label) for post in some]
    found = [Post(p.text, recipe.labels.get(p.label, p.label)) for p in some]
    for post in found:
        if post.label not in recipe.classes:
            raise SocialcellError(
                f"{recipe.name}: label {post.label!r} is none of {recipe.classes}"
            )
    return found


def _only(some: list[Post], language: str, languages: Linear | None) -> list[Post]:
    if languages is None:
        raise SocialcellError("train the model language first: it chooses the posts")
    found = languages.chances([post.text for post in some])
    return [
        post
        for post, chances in zip(some, found, strict=True)
        if max(chances, key=lambda name: chances[name]) == language
    ]


def _capped(some: list[Post], source: Source, recipe: Recipe) -> list[Post]:
    left = {recipe.labels.get(label, label): n for label, n in source.most.items()}
    kept = []
    for post in some:
        if left.get(post.label, 1) > 0:
            kept.append(post)
            if post.label in left:
                left[post.label] -= 1
    return kept


def _cuts(some: list[Post]) -> list[Post]:
    """The first words of the longer posts: short texts are the hard ones."""
    long = (post for post in some if len(post.text.split()) > 2 * _CUT)
    return [Post(" ".join(p.text.split()[:_CUT]), p.label) for p in long]


def _scores(model: Linear, some: list[Post]) -> dict[str, Any]:
    chances = model.chances([post.text for post in some])
    found = [max(one, key=lambda label: one[label]) for one in chances]
    return measure.scores([post.label for post in some], found)


def _packed(model: Linear) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **model.arrays())
    return buffer.getvalue()


def _facts(
    recipe: Recipe,
    sources: tuple[Source, ...],
    model: Linear,
    count: int,
    scores: dict[str, Any],
    seed: int,
) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "version": weights.VERSION,
        "task": recipe.task,
        "licence": recipe.licence,
        "data": [
            {"file": s.file, "origin": s.origin, "licence": s.licence} for s in sources
        ],
        "posts": count,
        "seed": seed,
        "kind": "linear",
        "classes": list(model.classes),
        "grams": {
            "chars": list(recipe.grams.chars),
            "words": recipe.grams.words,
            "bits": recipe.grams.bits,
            "sounds": list(recipe.grams.sounds),
        },
        "cost": recipe.cost,
        "slope": model.slope,
        "scores": scores,
    }
