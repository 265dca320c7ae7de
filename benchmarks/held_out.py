"""Scores the linear models on several random splits of sets without a file apart.

    python -m benchmarks.held_out --data FOLDER [--splits 5] [MODEL ...]

One split of a few hundred posts is good to three points either way; the mean of five is
the better figure. FOLDER is laid out as for `socialcell language train`, whose cards
show the first split. Each model is trained anew for each split, which takes minutes.
"""

import argparse
from pathlib import Path
from statistics import mean

from socialcell.language import weights
from socialcell.language.training.parts import parts_of
from socialcell.language.training.recipes import RECIPES, Recipe
from socialcell.language.training.train import SEED, measured_model, scores

MODELS = ("sentiment-mr", "sentiment-hi", "complaint", "topics9")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=5)
    arguments = parser.parse_args()
    for recipe in RECIPES:
        if recipe.name in arguments.models:
            tell(recipe, arguments.data, arguments.splits)


def tell(recipe: Recipe, data: Path, splits: int) -> None:
    """Print macro-F1 of each split and their mean, by what was held out."""
    found: dict[str, list[float]] = {}
    for seed in range(SEED, SEED + splits):
        parts = parts_of(recipe, data, seed, weights.linear("language"))
        model = measured_model(recipe, parts, seed)
        for name, posts in parts.held_out.items():
            found.setdefault(name, []).append(100 * scores(model, posts)["macro_f1"])
    for name, values in found.items():
        each = "  ".join(f"{value:.1f}" for value in values)
        print(f"{recipe.name:14} {name:38} {mean(values):.1f}   {each}", flush=True)


if __name__ == "__main__":
    main()
