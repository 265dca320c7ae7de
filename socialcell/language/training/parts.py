"""Which posts of a recipe train its model, and which measure it."""

from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language.labelled_posts import (
    OWN,
    LabelledPost,
    posts,
    require_apart,
    split,
    without_held_out,
)
from socialcell.language.linear_model import Linear
from socialcell.language.training.posts import by_language
from socialcell.language.training.recipes import PostSource, Recipe

_CUT = 6  # words of a cut post


@dataclass(frozen=True, slots=True)
class Parts:
    """`training` shares no text with `held_out`, whose keys are names of files.

    `everything` is `training` and what was set aside from the same files; the files
    that are held out whole are in neither.
    """

    training: list[LabelledPost]
    held_out: dict[str, list[LabelledPost]]
    everything: list[LabelledPost]


def sources_of(recipe: Recipe, folder: Path) -> tuple[PostSource, ...]:
    """The files of a recipe, and the operators' decisions where `folder` has them."""
    file = f"{OWN}/{recipe.name}.jsonl"
    if not (folder / file).exists():
        return recipe.sources
    own = PostSource(file, "decisions of operators", "this workspace's own", hold_out=5)
    return (*recipe.sources, own)


def parts_of(
    recipe: Recipe, folder: Path, seed: int, languages: Linear | None
) -> Parts:
    """What the operators decided for this model is a file more, where there is one.

    SocialcellError for a missing file, an unknown label, or where `languages` is
    needed to choose posts and is None.
    """
    measuring = {
        Path(name).stem: _labelled(posts(folder / name), recipe, None)
        for name in recipe.measures
    }
    aside: dict[str, list[LabelledPost]] = {}
    training: list[LabelledPost] = []
    everything: list[LabelledPost] = []
    for source in sources_of(recipe, folder):
        source_posts = _labelled(_read(source, folder), recipe, source.label)
        everything += _chosen(source_posts, source, recipe, languages)
        if source.hold_out and len(source_posts) >= source.hold_out:
            name = f"{Path(source.file).stem}, held out"
            source_posts, aside[name] = split(source_posts, source.hold_out, seed)
        training += _chosen(source_posts, source, recipe, languages)
    held_out = measuring | aside
    return Parts(
        _apart_from_held_out(recipe, training, held_out),
        held_out,
        _apart_from_held_out(recipe, everything, measuring),
    )


def _read(source: PostSource, folder: Path) -> list[LabelledPost]:
    return by_language() if source.in_package else posts(folder / source.file)


def _apart_from_held_out(
    recipe: Recipe, posts: list[LabelledPost], held_out: dict[str, list[LabelledPost]]
) -> list[LabelledPost]:
    """Those that share no text with what is held out, and their cuts if asked for."""
    forbidden = [post for aside in held_out.values() for post in aside]
    training = without_held_out(posts, forbidden)
    if recipe.cuts:
        training += without_held_out(_shortened_posts(training), forbidden)
    require_apart(training, forbidden)
    return training


def _chosen(
    posts: list[LabelledPost],
    source: PostSource,
    recipe: Recipe,
    languages: Linear | None,
) -> list[LabelledPost]:
    if source.only is not None:
        posts = _only(posts, source.only, languages)
    return _capped(posts, source, recipe) * source.times


def _labelled(
    posts: list[LabelledPost], recipe: Recipe, label: str | None
) -> list[LabelledPost]:
    if label is not None:
        return [LabelledPost(post.text, label) for post in posts]
    relabelled = [
        LabelledPost(p.text, recipe.labels.get(p.label, p.label)) for p in posts
    ]
    for post in relabelled:
        if post.label not in recipe.classes:
            raise SocialcellError(
                "language.no_such_class",
                model=recipe.name,
                label=post.label,
                classes=recipe.classes,
            )
    return relabelled


def _only(
    posts: list[LabelledPost], language: str, languages: Linear | None
) -> list[LabelledPost]:
    if languages is None:
        raise SocialcellError("language.language_model_first")
    probabilities = languages.chances([post.text for post in posts])
    return [
        post
        for post, chances in zip(posts, probabilities, strict=True)
        if max(chances, key=lambda name: chances[name]) == language
    ]


def _capped(
    posts: list[LabelledPost], source: PostSource, recipe: Recipe
) -> list[LabelledPost]:
    left = {recipe.labels.get(label, label): n for label, n in source.most.items()}
    capped = []
    for post in posts:
        if left.get(post.label, 1) > 0:
            capped.append(post)
            if post.label in left:
                left[post.label] -= 1
    return capped


def _shortened_posts(posts: list[LabelledPost]) -> list[LabelledPost]:
    """The first words of the longer posts: short texts are the hard ones."""
    long = (post for post in posts if len(post.text.split()) > 2 * _CUT)
    return [LabelledPost(" ".join(p.text.split()[:_CUT]), p.label) for p in long]
