"""The trained files of the package socialcell_models: cards, checksums, licences.

They are a distribution of their own (models/), whose licences are not the code's. Files
are loaded on first use.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError
from socialcell.language.linear_model import Linear
from socialcell.language.ngram_features import Grams
from socialcell.settings.language import NcModels

PACKAGE = "socialcell_models"
VERSION = "1"  # of the format of cards and weight files
LICENCES = ("open", "nc")  # nc: not for commercial use, or of no stated licence
_UNSTATED = "no licence stated"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of one model: `facts` is the content of its NAME.json."""

    name: str
    folder: str
    facts: dict[str, Any]

    @property
    def version(self) -> str:
        """Changes whenever the weights do."""
        return f"{self.facts['version']}.{self.facts['sha256'][:8]}"

    @property
    def licence(self) -> str:
        return str(self.facts["licence"])

    @property
    def is_licensed(self) -> bool:
        """Whether all data that it learned from has a stated licence."""
        return not any(_UNSTATED in data["licence"] for data in self.facts["data"])

    def is_allowed(self, nc: NcModels) -> bool:
        """Whether a workspace that says `nc` may read with it."""
        if self.folder == "open" or nc is NcModels.ALL:
            return True
        return nc is NcModels.LICENSED and self.is_licensed


def shipped(*, nc: NcModels = NcModels.ALL) -> tuple[ModelCard, ...]:
    """The cards of all models that may be used, by name."""
    cards = (card for folder in LICENCES for card in _cards(folder))
    usable = (card for card in cards if card.is_allowed(nc))
    return tuple(sorted(usable, key=lambda card: card.name))


def linear(name: str, *, nc: NcModels = NcModels.ALL) -> Linear | None:
    """The linear model of that name; None where it is absent or switched off."""
    model_card = card(name, nc=nc)
    return None if model_card is None else _linear(model_card.folder, name)


def content(name: str, *, nc: NcModels = NcModels.ALL) -> bytes | None:
    """A checked model file as it is, for models that are not linear."""
    model_card = card(name, nc=nc)
    return None if model_card is None else _checked(model_card)


def checked_file(name: str, *, nc: NcModels = NcModels.ALL) -> Path | None:
    """Where such a file lies, when it is its card's: a large one need not be held."""
    model_card = card(name, nc=nc)
    if model_card is None:
        return None
    _checked(model_card)
    file: str = model_card.facts["file"]
    return folder() / model_card.folder / file


def card(name: str, *, nc: NcModels = NcModels.ALL) -> ModelCard | None:
    """The card of that name; None where it is absent or switched off."""
    return next((card for card in shipped(nc=nc) if card.name == name), None)


def fingerprint(*, nc: NcModels = NcModels.ALL, without: str = "") -> str:
    """Eight hexadecimal digits that change when any usable model changes.

    `without` names a model that is not in use.
    """
    used = (card for card in shipped(nc=nc) if card.name != without)
    sums = "".join(card.facts["sha256"] for card in used)
    return hashlib.sha256(sums.encode()).hexdigest()[:8]


def folder() -> Path:
    """Where the trained files are: `open` and `nc` are below it."""
    return Path(str(_package()))


def parsed(facts: dict[str, Any], file: bytes) -> Linear:
    """A linear model from its card's facts and the bytes of its weight file."""
    with np.load(io.BytesIO(file), allow_pickle=False) as arrays:
        return Linear(
            classes=tuple(facts["classes"]),
            grams=Grams(
                chars=tuple(facts["grams"]["chars"]),
                words=facts["grams"]["words"],
                bits=facts["grams"]["bits"],
                sounds=tuple(facts["grams"].get("sounds", (0, 0))),
            ),
            weights=_by_bucket(arrays["weights"]),
            scale=arrays["scale"],
            bias=arrays["bias"],
            slope=float(facts["slope"]),
        )


def _by_bucket(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """The same numbers, those of one bucket side by side: they are asked together."""
    return np.ascontiguousarray(weights.transpose(0, 2, 1)).transpose(0, 2, 1)


@lru_cache
def _linear(folder: str, name: str) -> Linear:
    model_card = next(card for card in _cards(folder) if card.name == name)
    return parsed(model_card.facts, _checked(model_card))


@lru_cache
def _cards(folder: str) -> tuple[ModelCard, ...]:
    files = [f for f in _folder(folder).iterdir() if f.name.endswith(".json")]
    return tuple(
        ModelCard(
            file.name.removesuffix(".json"), folder, json.loads(file.read_bytes())
        )
        for file in files
    )


def _checked(card: ModelCard) -> bytes:
    """The bytes of the weight file. SocialcellError when they are not the card's."""
    file = _folder(card.folder) / card.facts["file"]
    place = f"{PACKAGE}/{card.folder}/{card.facts['file']}"
    try:
        content: bytes = file.read_bytes()
    except OSError as error:
        raise SocialcellError(
            "language.model_unreadable", path=place, reason=error.strerror
        ) from None
    if hashlib.sha256(content).hexdigest() != card.facts["sha256"]:
        raise SocialcellError("language.other_model_file", path=place)
    return content


def _folder(folder: str) -> Traversable:
    return _package() / folder


def _package() -> Traversable:
    try:
        return resources.files(PACKAGE)
    except ModuleNotFoundError:
        raise SocialcellError("language.no_models_package", package=PACKAGE) from None
