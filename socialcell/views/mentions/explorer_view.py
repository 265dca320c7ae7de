"""A page of the mention explorer: rows, how many there are, facets, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from socialcell.clock import IST
from socialcell.listening.query.query_explanation import QueryExplanation
from socialcell.views.mentions.mention_view import MentionDocument


@dataclass(frozen=True, slots=True)
class MentionTotal:
    """How many mentions there are: exactly `n`, or at least.

    Of `counted` mentions, the newest that match, facets were counted. What is older
    than `since` was not looked for; None: all was.
    """

    n: int
    is_exact: bool
    counted: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and its mentions.

    `query` finds these alone; None where it would be too long. `is_asked` where the
    question has the value already.
    """

    id: str
    n: int
    query: str | None
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of one field, the most first (days: the newest first).

    `is_whole` where all mentions that match were counted, not the newest alone.
    `left_off` values more are not shown.
    """

    name: str
    values: Sequence[FacetValue]
    is_whole: bool
    left_off: int = 0


@dataclass(frozen=True, slots=True)
class CollectedPlatform:
    """Of `due` hours of a platform, so many were read whole."""

    platform: str
    due: int
    covered: int


@dataclass(frozen=True, slots=True)
class ExplorerCoverage:
    """What counts do not cover: hours of [start, end) that were not collected, and
    mentions among those counted that nothing has read yet.

    A longer span is looked at in its last days alone: then `is_cut`.
    """

    start: datetime
    end: datetime
    is_cut: bool
    platforms: Sequence[CollectedPlatform]
    untagged: int

    @property
    def missing_hours(self) -> int:
        """Platform-hours that were not collected."""
        return sum(hours.due - hours.covered for hours in self.platforms)


@dataclass(frozen=True, slots=True)
class MentionMatches:
    """What a readable query finds: one page of it, and counts of all."""

    rows: Sequence[MentionDocument]
    following: str | None
    total: MentionTotal
    facets: Sequence[Facet]
    coverage: ExplorerCoverage


@dataclass(frozen=True, slots=True)
class ExplorerPage:
    """A page of the explorer. `matches` is None where the query cannot be read."""

    explanation: QueryExplanation
    matches: MentionMatches | None


class FaultFields(TypedDict):
    """Why a query cannot be read; `position` counts characters from 1."""

    position: int
    message: str


class PieceFields(TypedDict):
    """A piece of a query and what it was understood as."""

    position: int
    kind: str
    written: str
    understood: list[str]


class ExplanationFields(TypedDict):
    """A query as it was understood."""

    query: str
    meaning: str
    pieces: list[PieceFields]
    warnings: list[FaultFields]
    fault: FaultFields | None


class FacetValueFields(TypedDict):
    """A value of a facet."""

    id: str
    n: int
    query: str | None


class FacetFields(TypedDict):
    """A facet: `of` is all or newest."""

    name: str
    of: str
    left_off: int
    values: list[FacetValueFields]


class HoursFields(TypedDict):
    """Hours of a platform that were due and read whole."""

    id: str
    due: int
    covered: int


CoverageFields = TypedDict(
    "CoverageFields",
    {
        "from": str,
        "to": str,
        "cut": bool,
        "missing_hours": int,
        "untagged": int,
        "platforms": list[HoursFields],
    },
)
CoverageFields.__doc__ = "What the counts of a page do not cover."


class ExplorerDocument(TypedDict):
    """A page as JSON: `mentions` and `total` as `mentions search --json` has them, the
    rest absent where the query cannot be read."""

    explanation: ExplanationFields
    mentions: list[MentionDocument]
    total: NotRequired[int]
    total_is_exact: NotRequired[bool]
    counted: NotRequired[int]
    searched_since: NotRequired[str | None]
    following: NotRequired[str | None]
    facets: NotRequired[list[FacetFields]]
    coverage: NotRequired[CoverageFields]


def document(page: ExplorerPage) -> ExplorerDocument:
    """A page of the explorer as plain JSON; times are ISO 8601 in Asia/Kolkata."""
    explanation = _explanation(page.explanation)
    matches = page.matches
    if matches is None:
        return {"explanation": explanation, "mentions": []}
    total, coverage = matches.total, matches.coverage
    return {
        "explanation": explanation,
        "mentions": list(matches.rows),
        "total": total.n,
        "total_is_exact": total.is_exact,
        "counted": total.counted,
        "searched_since": None if total.since is None else _local(total.since),
        "following": matches.following,
        "facets": [_facet(facet) for facet in matches.facets],
        "coverage": {
            "from": _local(coverage.start),
            "to": _local(coverage.end),
            "cut": coverage.is_cut,
            "missing_hours": coverage.missing_hours,
            "untagged": coverage.untagged,
            "platforms": [
                {"id": hours.platform, "due": hours.due, "covered": hours.covered}
                for hours in coverage.platforms
            ],
        },
    }


def _explanation(explanation: QueryExplanation) -> ExplanationFields:
    fault = explanation.fault
    return {
        "query": explanation.query,
        "meaning": explanation.meaning,
        "pieces": [
            {
                "position": piece.position,
                "kind": piece.kind,
                "written": piece.written,
                "understood": list(piece.understood),
            }
            for piece in explanation.pieces
        ],
        "warnings": [
            {"position": doubt.position, "message": str(doubt.message)}
            for doubt in explanation.doubts
        ],
        "fault": None
        if fault is None
        else {"position": fault.position, "message": str(fault.message)},
    }


def _facet(facet: Facet) -> FacetFields:
    return {
        "name": facet.name,
        "of": "all" if facet.is_whole else "newest",
        "left_off": facet.left_off,
        "values": [
            {"id": value.id, "n": value.n, "query": value.query}
            for value in facet.values
        ],
    }


def _local(moment: datetime) -> str:
    return moment.astimezone(IST).isoformat()
