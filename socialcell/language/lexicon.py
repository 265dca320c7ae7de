"""The rule data of the package: read once, checked, and summed up in a fingerprint."""

import csv
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from socialcell.errors import SocialcellError

LANGUAGES = ("en", "hi", "mr", "hi-Latn", "mr-Latn")
STRENGTH = {"certain": 0.95, "sure": 0.8, "fair": 0.6, "hint": 0.45}
# Every scalar is a string: "no" and "on" are words here, not truth values.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that speaks for one value: kind is topic, intent, urgency or sign."""

    kind: str
    value: str
    weight: float
    phrase: str


@lru_cache
def data(name: str) -> Any:
    """The content of `language/data/NAME.yaml`."""
    text = _folder().joinpath(f"{name}.yaml").read_bytes()
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - builds strings only


@lru_cache
def vocabulary(name: str) -> dict[str, dict[str, str]]:
    """Ids of one vocabulary with their labels in mr, hi and en."""
    labels_by_id: dict[str, dict[str, str]] = data("vocabulary")[name]
    return labels_by_id


@lru_cache
def cues() -> tuple[Cue, ...]:
    """All phrases of topics, intents, urgency and signs."""
    return (
        *_by_strength("topic", data("topics"), vocabulary("topic")),
        *_by_strength("intent", data("intents"), vocabulary("intent")),
        *_by_strength("sign", data("signs"), None),
        *_urgency_cues(),
    )


def gazetteer_rows() -> Iterator[tuple[str, int, dict[str, str]]]:
    """(file, line, row) of every CSV in `language/gazetteer/`, in order of names."""
    for file in _gazetteer_files():
        reader = csv.DictReader(file.read_text("utf-8").splitlines())
        for row in reader:
            yield file.name, reader.line_num, row


def people_text() -> str:
    """The package's public people and institutions, `data/people.csv`."""
    return (_folder() / "people.csv").read_text("utf-8")


@lru_cache
def fingerprint() -> str:
    """Eight hexadecimal digits that change when any data file changes."""
    digest = hashlib.sha256()
    files = [
        file for file in _folder().iterdir() if file.name.endswith((".yaml", ".csv"))
    ]
    for file in sorted([*files, *_gazetteer_files()], key=lambda file: file.name):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:8]


def _by_strength(
    kind: str,
    groups: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]],
    allowed: Collection[str] | None,
) -> Iterator[Cue]:
    for cue_value, strengths in groups.items():
        if allowed is not None and cue_value not in allowed:
            raise SocialcellError(
                "language.not_in_vocabulary", where=f"{kind}s.yaml", name=cue_value
            )
        for strength, by_script in strengths.items():
            for phrases in by_script.values():
                for phrase in phrases:
                    yield Cue(kind, cue_value, STRENGTH[strength], phrase)


def _urgency_cues() -> Iterator[Cue]:
    for reason, group in data("urgency")["cues"].items():
        for phrases in group["phrases"].values():
            for phrase in phrases:
                yield Cue("urgency", reason, float(group["weight"]), phrase)


def _folder() -> Traversable:
    return resources.files("socialcell.language") / "data"


def _gazetteer_files() -> list[Traversable]:
    folder = resources.files("socialcell.language") / "gazetteer"
    files = [file for file in folder.iterdir() if file.name.endswith(".csv")]
    return sorted(files, key=lambda file: file.name)
