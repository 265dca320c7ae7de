"""Candidates in an order, each place explained: what every score gave, and from what.

Scores have different units, so each gives points by the place it has among candidates:
weight x (candidates below + half of those equal) / all others, of 100 in all. What is
not known of a candidate counts as the middle, and is named.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.campaigns.creators import candidate_scores
from socialcell.campaigns.creators.authenticity import Authenticity, authenticity
from socialcell.campaigns.creators.candidate import Candidate
from socialcell.campaigns.creators.candidate_scores import About, Reach, Share
from socialcell.campaigns.creators.engagement_rates import EngagementRate, rates
from socialcell.campaigns.creators.pagerank import Standing, standings

WEIGHTS = {
    "relevance": 30,
    "reach": 20,
    "locality": 20,
    "engagement": 10,
    "authenticity": 10,
    "standing": 10,
    "language": 10,
}
"""What each score weighs; relevance and language only where an initiative asks."""


@dataclass(frozen=True, slots=True)
class Points:
    """What a score gave: `place` is its share of other candidates below, 0 to 1."""

    weight: float
    place: float
    points: float
    is_known: bool


@dataclass(frozen=True)
class Scored:
    """A candidate with its scores, and the `points` of 100 that order it.

    `effective_reach` is reach by authenticity by locality, of those that are known:
    people in the city whom a post reaches; None without a reach.
    """

    candidate: Candidate
    reach: Reach | None
    engagement: EngagementRate | None
    relevance: Share | None
    locality: Share
    languages: Mapping[str, float]
    language: Share | None
    authenticity: Authenticity
    standing: Standing | None
    effective_reach: float | None
    parts: Mapping[str, Points]
    points: float


def ranked(
    candidates: Sequence[Candidate],
    arrows: Mapping[tuple[int, int], int],
    about: About,
    now: datetime,
) -> list[Scored]:
    """All candidates, those with most points first; the same input, the same order."""
    reach = candidate_scores.reaches(candidates)
    engagement = rates(candidates, now)
    relevance = (
        candidate_scores.relevances(candidates, about) if about.has_subject else {}
    )
    locality = candidate_scores.localities(candidates, about)
    language = (
        candidate_scores.in_languages(candidates, about) if about.languages else {}
    )
    genuine = {one.id: authenticity(one) for one in candidates}
    standing = standings(arrows, {one.id: one.authors for one in candidates})
    values: dict[str, dict[str, float | None]] = {
        "reach": {id_: one.value if one else None for id_, one in reach.items()},
        "engagement": {
            id_: one.value if one else None for id_, one in engagement.items()
        },
        "locality": {id_: one.value for id_, one in locality.items()},
        "authenticity": {id_: one.value for id_, one in genuine.items()},
        "standing": {
            id_: one.pagerank if one else None for id_, one in standing.items()
        },
    }
    if relevance:
        values["relevance"] = {id_: one.value for id_, one in relevance.items()}
    if language:
        values["language"] = {id_: one.value for id_, one in language.items()}
    parts = _points(values, [one.id for one in candidates])
    found = [
        Scored(
            candidate=one,
            reach=reach[one.id],
            engagement=engagement[one.id],
            relevance=relevance.get(one.id),
            locality=locality[one.id],
            languages=candidate_scores.languages(one),
            language=language.get(one.id),
            authenticity=genuine[one.id],
            standing=standing[one.id],
            effective_reach=_effective(
                reach[one.id], genuine[one.id], locality[one.id]
            ),
            parts=parts[one.id],
            points=sum(part.points for part in parts[one.id].values()),
        )
        for one in candidates
    ]
    return sorted(found, key=lambda one: (-round(one.points, 9), one.candidate.id))


def _effective(
    reach: Reach | None, genuine: Authenticity, locality: Share
) -> float | None:
    if reach is None:
        return None
    whole = 1.0 if genuine.value is None else genuine.value
    return reach.value * whole * locality.value


def _points(
    values: Mapping[str, Mapping[str, float | None]], ids: Sequence[str]
) -> dict[str, dict[str, Points]]:
    total = sum(WEIGHTS[name] for name in values)
    made: dict[str, dict[str, Points]] = {id_: {} for id_ in ids}
    for name in WEIGHTS:
        if name not in values:
            continue
        weight = 100 * WEIGHTS[name] / total
        known = sorted(one for one in values[name].values() if one is not None)
        for id_ in ids:
            value = values[name][id_]
            place = 0.5 if value is None else _place(value, known)
            made[id_][name] = Points(
                weight, place, weight * place, is_known=value is not None
            )
    return made


def _place(value: float, known: Sequence[float]) -> float:
    """The share of the others that are below; half of those that are equal."""
    others = len(known) - 1
    if not others:
        return 0.5
    below = bisect_left(known, value)
    equal = bisect_right(known, value) - below - 1
    return (below + equal / 2) / others
