"""Metrics as Prometheus reads them: its text format, version 0.0.4."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ENDINGS = ("_bucket", "_sum", "_count")  # of the samples of a histogram


@dataclass(frozen=True)
class MetricFamily:
    """A metric: its name, its type, and what it is in words. `bounds` are the upper
    limits of a histogram's buckets, in its unit, ascending."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    bounds: tuple[float, ...] = ()

    def observations(
        self, value: float, labels: Mapping[str, str] | None = None
    ) -> list[tuple[str, float]]:
        """What one observation adds to the samples of a histogram. All its samples
        come each time, and in one order."""
        *buckets, total, count = _histogram_keys(
            self.name, self.bounds, tuple((labels or {}).items())
        )
        bounds = (*self.bounds, float("inf"))
        amounts = [
            (key, float(value <= bound))
            for key, bound in zip(buckets, bounds, strict=True)
        ]
        return [*amounts, (total, value), (count, 1.0)]


@cache
def _histogram_keys(
    name: str, bounds: tuple[float, ...], pairs: tuple[tuple[str, str], ...]
) -> list[str]:
    """Of the buckets, the last without a limit, of the sum and of the count."""
    labels = dict(pairs)
    limits = [_number(bound) for bound in (*bounds, float("inf"))]
    buckets = [sample_key(f"{name}_bucket", {**labels, "le": le}) for le in limits]
    rest = [sample_key(f"{name}_{ending}", labels) for ending in ("sum", "count")]
    return [*buckets, *rest]


def sample_key(name: str, labels: Mapping[str, str] | None = None) -> str:
    """A sample's name with its labels: `name{label="value"}`."""
    if not labels:
        return name
    pairs = ",".join(f'{label}="{_escape(text)}"' for label, text in labels.items())
    return f"{name}{{{pairs}}}"


def metric_page(families: Iterable[MetricFamily], samples: Mapping[str, float]) -> str:
    """The samples by family, each with its help and type; families without samples
    are left out."""
    by_name: dict[str, list[str]] = {}
    for key, value in samples.items():
        line = f"{key} {_number(value)}"
        by_name.setdefault(key.partition("{")[0], []).append(line)
    return "".join(
        f"{line}\n" for family in families for line in _family_lines(family, by_name)
    )


def _family_lines(
    family: MetricFamily, by_name: Mapping[str, list[str]]
) -> Iterator[str]:
    endings = _ENDINGS if family.kind == "histogram" else ("",)
    lines = [
        line for ending in endings for line in by_name.get(f"{family.name}{ending}", [])
    ]
    if lines:
        yield f"# HELP {family.name} {family.help}"
        yield f"# TYPE {family.name} {family.kind}"
        yield from lines


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(value)
