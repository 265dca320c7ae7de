"""The cases of listening/people/masking_cases.tsv, and what may be shown of them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "listening/people/masking_cases.tsv"
# Accounts of public offices that the cases name: every city has them in its registry.
PUBLIC_HANDLES = ("PMCPune", "PMCCare", "CPPuneCity", "PuneCityTraffic", "pmpmlpune")
# The share of each kind that must be hidden at least; of look-alikes, at most.
_LEAST_HIDDEN = {"secret": 1.0, "third_person": 0.8, "digits_in_words": 0.8}
_MOST_LOOKALIKES = 0.02


@dataclass(frozen=True)
class MaskingCase:
    """A text with what must not be shown of it, by its author's name and handle."""

    id: str
    kind: str
    name: str | None
    handle: str | None
    text: str
    secrets: tuple[str, ...]
    group: str

    @property
    def uid(self) -> str:
        return f"author-of-{self.id}"


@cache
def masking_cases() -> tuple[MaskingCase, ...]:
    lines = FILE.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(
        MaskingCase(
            id_,
            kind,
            name or None,
            handle or None,
            text,
            tuple(part.strip() for part in secret.split(" | ") if part.strip()),
            group,
        )
        for id_, kind, name, handle, text, secret, group in rows
    )


def judge(shown: Callable[[MaskingCase], str]) -> Mapping[str, list[str]]:
    """The ids of the cases that go wrong, by group: a secret that is shown, or a
    look-alike that is not shown as it is."""
    wrong: dict[str, list[str]] = {}
    for case in masking_cases():
        out = shown(case)
        if case.secrets:
            is_wrong = any(secret in out for secret in case.secrets)
        else:
            is_wrong = case.text not in out
        if is_wrong:
            wrong.setdefault(case.group, []).append(case.id)
    return wrong


def failures(
    wrong: Mapping[str, list[str]], groups: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """What is beyond the promise, by group; {} when it is kept."""
    totals = Counter(case.group for case in masking_cases())
    return {
        group: ids
        for group, ids in wrong.items()
        if (not groups or group in groups)
        and len(ids) > totals[group] * _allowed(group)
    }


def _allowed(group: str) -> float:
    return _MOST_LOOKALIKES if group == "lookalike" else 1 - _LEAST_HIDDEN[group]
