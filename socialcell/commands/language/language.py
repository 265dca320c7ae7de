"""Commands of the noun `language`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.language import gazetteer, public_people
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import ROOT_CONFIG, Config, DryRun, Json, open_context
from socialcell.settings.language import NcModels
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.config import Workspace
    from socialcell.language.names.places import Place
    from socialcell.language.training.cards import WrittenFacts

Semantic = Annotated[
    bool | None,
    typer.Option(
        "--semantic/--no-semantic",
        help="Ask the encoder where the linear models leave a doubt, or never.",
        show_default="as config.yaml says, else asked",
    ),
]

app = typer.Typer(
    help="Language models: train them, score them, list them.", no_args_is_help=True
)
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(public_people.app, name="people")


@app.callback()
def group() -> None:
    """Language models: train them, score them, list them."""


@app.command(cls=ListCommand)
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines, or CoNLL for entities.")],
    task: Annotated[
        str,
        typer.Option(
            help="sentiment, language, intent, topics9, complaint or entities."
        ),
    ],
    semantic: Semantic = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Score the reader on a labelled file; the file's own `lang` is never looked at.

    JSON lines with `text` and `label`; CoNLL lines `word TAB tag` for entities. A file
    that trained a model flatters it: the cards name those files.

    Example: socialcell language evaluate posts.jsonl --task sentiment --json
    """
    from socialcell.language.evaluate import evaluate as scored

    scores = scored(
        file, task, nc=nc_models(config), semantic=uses_encoder(config, semantic)
    )
    if json:
        output.as_json(scores)
        return
    overall = {k: v for k, v in scores.items() if k not in ("task", "per_class")}
    output.note("  ".join(f"{name} {share}" for name, share in overall.items()))
    output.table(
        ("label", "precision", "recall", "f1", "posts"),
        [
            (
                label,
                class_scores["precision"],
                class_scores["recall"],
                class_scores["f1"],
                class_scores["n"],
            )
            for label, class_scores in scores["per_class"].items()
        ],
    )


@app.command()
def train(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models to train; all without names.")
    ] = None,
    data: Annotated[
        Path, typer.Option(help="Folder with sentiment/, langid/, topic/ and ner/.")
    ] = Path("data/language"),
    into: Annotated[
        Path | None,
        typer.Option(help="Where open/ and nc/ go.", show_default="the package"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Splits and shuffles hang on it.")] = 7,
    minutes: Annotated[
        float, typer.Option(min=0.0, help="How long the encoder trains.")
    ] = 80.0,
    checkpoint: Annotated[
        Path, typer.Option(help="Where an interrupted run of the encoder goes on.")
    ] = Path("encoder-run.pt"),
    threads: Annotated[int, typer.Option(min=1, help="Of the encoder's run.")] = 1,
    further: Annotated[
        bool, typer.Option("--further", help="The encoder learns on from what it is.")
    ] = False,
    json: Json = False,
) -> None:
    """Train the models from labelled files; the same data and seed, the same files.

    Each model is written with its card: data, licences, scores on posts held out,
    checksum. No database is needed. `encoder`, the small transformer, is trained only
    when it is named: it takes its minutes, needs torch and onnx, and how far it comes
    hangs on the machine. With `--further` it begins with what the present encoder knows
    instead of nothing. `encoder-shares` only weighs it anew beside the model `civic`,
    after that has learned from more posts. `day-nets` and `public-nets` have the last
    word: they weigh what the installed models find, so that they are trained after
    them, when these are installed.

    Example: socialcell language train sentiment-mr --data ../labels --into models
    """
    from socialcell.language.semantic.encoder import NAME
    from socialcell.language.training.encoder import SHARES, choose_weights
    from socialcell.language.training.encoder import train as encoder_trained
    from socialcell.language.training.train import train as trained
    from socialcell.language.weights import folder

    place, head_names = into or folder(), set(names or ())
    trained_heads = []
    others = head_names - {NAME, SHARES}
    if others or not head_names:
        trained_heads += trained(data, place, others, seed=seed, progress=output.note)
    if NAME in head_names:
        trained_heads.append(
            encoder_trained(
                data,
                place,
                minutes=minutes,
                checkpoint=checkpoint,
                threads=threads,
                seed=seed,
                further=further,
                progress=output.note,
            )
        )
    if SHARES in head_names:
        trained_heads.append(choose_weights(place, seed=seed, progress=output.note))
    if json:
        output.as_json({"models": trained_heads})
        return
    output.table(
        ("model", "held out", "posts", "macro F1 or F1", "bytes"),
        [row for facts in trained_heads for row in _score_rows(facts)],
    )


@app.command("export-labels")
def export_labels(
    into: Annotated[
        Path, typer.Option(help="The folder that train --data is given.")
    ] = Path("data/language"),
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write what operators decided about mentions and cases as training data.

    One file for each model, own/MODEL.jsonl, with lines of id, text, label, lang,
    source and what the reader had suggested; what was decided in a case has its number
    too. Beside them own/place, own/ward and own/owner, from which no model learns.
    Handles, addresses, telephone numbers and names of persons are hidden.
    `language train` with the same folder learns from them beside its other files, and
    sets one in five aside to measure. Posts of platforms whose terms forbid training
    (X, Reddit) and private messages are left out. The files are replaced as a whole
    each time. Audited, and in the access log.

    Example: socialcell language export-labels --into data/language
    """
    from socialcell.services import label_export

    exported = label_export.export_labels(open_context(config), into, dry_run=dry_run)
    if json:
        output.as_json(
            {
                "dry_run": dry_run,
                "into": str(into),
                "posts": exported.posts,
                "left_out": exported.left_out,
            }
        )
        return
    rows = [(f"own/{model}.jsonl", n) for model, n in exported.posts.items()]
    output.table(("file", "posts"), rows)
    for platform, n in exported.left_out.items():
        output.say(f"Left out: {n} mentions of {platform}, whose terms forbid training")
    if not exported.posts and not exported.left_out:
        output.say("Nobody has decided anything yet: see socialcell mentions label.")


@app.command(cls=ListCommand)
def models(config: Config = None, json: Json = False) -> None:
    """List the models in use with version, licence, size and checksum.

    Example: socialcell language models --json
    """
    from socialcell.language.weights import shipped

    cards = shipped(nc=nc_models(config))
    rows = [
        {
            "name": card.name,
            "version": card.version,
            "task": card.facts["task"],
            "licence": card.licence,
            "folder": card.folder,
            "bytes": card.facts["bytes"],
            "sha256": card.facts["sha256"],
        }
        for card in cards
    ]
    if json:
        output.as_json({"models": rows})
        return
    columns = ("name", "version", "task", "licence", "folder", "bytes")
    output.table(columns, [tuple(row[key] for key in columns) for row in rows])


def nc_models(config_path: Path | None) -> NcModels:
    """What the workspace says of nc models; all where there is no workspace."""
    workspace = workspace_of(config_path)
    return NcModels.ALL if workspace is None else workspace.config.language.nc


def uses_encoder(config_path: Path | None, option: bool | None) -> bool:
    """Whether the encoder is asked: as `option`, else as the workspace says, else yes.

    UsageError when it is asked for by name and the workspace forbids its licence.
    """
    from socialcell.errors import UsageError

    if option and nc_models(config_path) is not NcModels.ALL:
        raise UsageError("commands.semantic_needs_nc")
    if option is not None:
        return option
    workspace = workspace_of(config_path)
    return workspace is None or workspace.config.language.semantic


def uses_english_names(config_path: Path | None, option: bool | None) -> bool:
    """Whether English names are looked for: as `option`, else as the workspace says."""
    if option is not None:
        return option
    workspace = workspace_of(config_path)
    return workspace is None or workspace.config.language.english_names


def names_of(config_path: Path | None) -> "tuple[Place, ...]":
    """The workspace's own names; none where there is no workspace."""
    from socialcell.services.mentions import gazetteer as names

    workspace = workspace_of(config_path)
    return names.load_names(workspace) if workspace else ()


def workspace_of(config_path: Path | None) -> "Workspace | None":
    """The workspace, or None where none is named and none is found."""
    from socialcell import config
    from socialcell.errors import ConfigError

    path = config_path or ROOT_CONFIG.get()
    try:
        place = config.find(path)
    except ConfigError:
        if path is not None:
            raise
        return None
    return config.load(place)


def _score_rows(facts: "WrittenFacts") -> Iterator[tuple[CellContent, ...]]:
    for name, scores in facts["scores"].items():
        score = scores["macro_f1"] if "macro_f1" in scores else scores["f1"]
        yield facts["name"], name, scores["n"], score, facts["bytes"]
