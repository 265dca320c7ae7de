"""A problem of the sandbox city, its kinds, and the posts that speak of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.words import table
from socialcell.sandbox.world.phrases import Pattern
from socialcell.sandbox.world.places import CityPlace

_LANGUAGES = ("mr", "hi", "en", "mr-Latn", "hi-Latn")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem. `share` is its weight among all; `wide` says that it is of a
    whole locality and not of one spot."""

    name: str
    topic: str
    owner: str
    share: float
    wide: bool = False


KINDS = (
    ProblemKind("pothole", "roads", "pmc", 14),
    ProblemKind("footpath", "roads", "pmc", 5),
    ProblemKind("no_water", "water", "pmc", 9, wide=True),
    ProblemKind("leak", "water", "pmc", 7),
    ProblemKind("dirty_water", "water", "pmc", 4, wide=True),
    ProblemKind("garbage", "waste", "pmc", 14),
    ProblemKind("overflow", "drainage", "pmc", 9),
    ProblemKind("lights_out", "streetlights", "pmc", 9),
    ProblemKind("dogs", "animals", "pmc", 5, wide=True),
    ProblemKind("tree", "parks", "pmc", 4),
    ProblemKind("mosquitoes", "health", "pmc", 5, wide=True),
    ProblemKind("power_cut", "electricity", "msedcl", 7, wide=True),
    ProblemKind("signal", "traffic", "traffic_police", 4),
    ProblemKind("hawkers", "encroachment", "pmc", 4),
)


@dataclass(frozen=True, slots=True)
class Landmark:
    """What a problem lies at, in each language that people write."""

    key: str
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class CityProblem:
    """Something that is broken in [begins_at, repaired_at); `point` is longitude and
    latitude in degrees. It may be repaired after the end of the world. Of its two
    landmarks most people name the first."""

    id: int
    kind: ProblemKind
    place: CityPlace
    landmarks: tuple[Landmark, Landmark]
    point: tuple[float, float]
    begins_at: datetime
    repaired_at: datetime

    def is_repaired(self, moment: datetime) -> bool:
        return self.repaired_at <= moment


@dataclass(frozen=True, slots=True)
class ProblemReport:
    """A post that speaks of a problem. `act` is what it does: report (the first of its
    author there), pin (shares a point), again, place, solved, unsolved.

    `names_place` says whether the locality stands in it or its point is shared.
    """

    problem: CityProblem
    post: SandboxPost
    act: str
    names_place: bool

    @property
    def key(self) -> tuple[str, str]:
        """Platform and id of the post."""
        return self.post.platform, self.post.id


@cache
def sentences(kind: ProblemKind) -> tuple[Pattern, ...]:
    """The patterns of reports of a kind."""
    return tuple(
        Pattern(
            "complaint",
            language.removesuffix("+"),
            language.endswith("+"),
            kind.topic,
            "negative",
            urgency,
            kind.owner,
            sentence,
        )
        for name, language, urgency, sentence in table("problems.txt")
        if name == kind.name
    )


@cache
def landmarks() -> tuple[Landmark, ...]:
    """Every landmark of words/landmarks.txt."""
    return tuple(
        Landmark(key, dict(zip(_LANGUAGES, words, strict=True)))
        for key, *words in table("landmarks.txt")
    )


@cache
def replies(act: str, language: str) -> tuple[Pattern, ...]:
    """The patterns of an answer in a language."""
    return tuple(
        Pattern(
            "complaint" if act in ("again", "unsolved") else "information",
            language,
            False,
            "-",
            "negative" if act in ("again", "unsolved") else "neutral",
            "normal",
            "pmc",
            sentence,
        )
        for name, written, sentence in table("replies.txt")
        if (name, written) == (act, language)
    )
