"""Which posts of a recipe train its model, and which measure it."""

from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language.labelled_posts import (
    OWN,
    Post,
    apart,
    posts,
    require_apart,
    split,
)
from socialcell.language.linear_model import Linear
from socialcell.language.training.posts import by_language
from socialcell.language.training.recipes import Recipe, Source

_CUT = 6  # words of a cut post


@dataclass(frozen=True, slots=True)
class Parts:
    """`training` shares no text with `held_out`, whose keys are names of files.

    `everything` is `training` and what was set aside from the same files; the files
    that are held out whole are in neither.
    """

    training: list[Post]
    held_out: dict[str, list[Post]]
    everything: list[Post]


def sources_of(recipe: Recipe, data: Path) -> tuple[Source, ...]:
    """The files of a recipe, and the operators' own decisions where `data` has them."""
    file = f"{OWN}/{recipe.name}.jsonl"
    if not (data / file).exists():
        return recipe.sources
    own = Source(file, "decisions of operators", "this workspace's own", hold_out=5)
    return (*recipe.sources, own)


def parts_of(recipe: Recipe, data: Path, seed: int, languages: Linear | None) -> Parts:
    """What the operators decided for this model is a file more, where there is one.

    SocialcellError for a missing file, an unknown label, or where `languages` is
    needed to choose posts and is None.
    """
    whole = {
        Path(name).stem: _labelled(posts(data / name), recipe, None)
        for name in recipe.measures
    }
    aside: dict[str, list[Post]] = {}
    kept: list[Post] = []
    everything: list[Post] = []
    for source in sources_of(recipe, data):
        some = _labelled(_read(source, data), recipe, source.label)
        everything += _chosen(some, source, recipe, languages)
        if source.hold_out and len(some) >= source.hold_out:
            name = f"{Path(source.file).stem}, held out"
            some, aside[name] = split(some, source.hold_out, seed)
        kept += _chosen(some, source, recipe, languages)
    held_out = whole | aside
    return Parts(
        _trained(recipe, kept, held_out),
        held_out,
        _trained(recipe, everything, whole),
    )


def _read(source: Source, data: Path) -> list[Post]:
    return by_language() if source.in_package else posts(data / source.file)


def _trained(
    recipe: Recipe, some: list[Post], held_out: dict[str, list[Post]]
) -> list[Post]:
    """Those that share no text with what is held out, and their cuts if asked for."""
    forbidden = [post for aside in held_out.values() for post in aside]
    training = apart(some, forbidden)
    if recipe.cuts:
        training += apart(_cuts(training), forbidden)
    require_apart(training, forbidden)
    return training


def _chosen(
    some: list[Post], source: Source, recipe: Recipe, languages: Linear | None
) -> list[Post]:
    if source.only is not None:
        some = _only(some, source.only, languages)
    return _capped(some, source, recipe) * source.times


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
