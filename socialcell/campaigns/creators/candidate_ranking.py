"""Candidates ranked, with the points that each score gave and what it rests on.

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
from socialcell.campaigns.creators.candidate_scores import (
    InitiativeSubject,
    PostReach,
    PostShare,
)
from socialcell.campaigns.creators.engagement_rates import (
    EngagementRate,
    engagement_rates,
)
from socialcell.campaigns.creators.pagerank import NetworkStanding, network_standings

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
    """Points of a score: `place` is the share of other candidates below, 0 to 1."""

    weight: float
    place: float
    points: float
    is_known: bool


@dataclass(frozen=True)
class ScoredCandidate:
    """A candidate with its scores, and the `points` of 100 that order it.

    `effective_reach` is reach by authenticity by locality, of those that are known:
    people in the city whom a post reaches; None without a reach.
    """

    candidate: Candidate
    reach: PostReach | None
    engagement: EngagementRate | None
    relevance: PostShare | None
    locality: PostShare
    languages: Mapping[str, float]
    language: PostShare | None
    authenticity: Authenticity
    standing: NetworkStanding | None
    effective_reach: float | None
    parts: Mapping[str, Points]
    points: float


def rank_candidates(
    candidates: Sequence[Candidate],
    arrows: Mapping[tuple[int, int], int],
    subject: InitiativeSubject,
    now: datetime,
) -> list[ScoredCandidate]:
    """All candidates, those with most points first; the same input, the same order."""
    reach = candidate_scores.reaches(candidates)
    engagement = engagement_rates(candidates, now)
    relevance = (
        candidate_scores.relevances(candidates, subject) if subject.has_subject else {}
    )
    locality = candidate_scores.localities(candidates, subject)
    language = (
        candidate_scores.language_shares(candidates, subject)
        if subject.languages
        else {}
    )
    genuine = {candidate.id: authenticity(candidate) for candidate in candidates}
    standing = network_standings(
        arrows, {candidate.id: candidate.authors for candidate in candidates}
    )
    values: dict[str, dict[str, float | None]] = {
        "reach": {
            id_: reach_estimate.value if reach_estimate else None
            for id_, reach_estimate in reach.items()
        },
        "engagement": {
            id_: rate.value if rate else None for id_, rate in engagement.items()
        },
        "locality": {id_: share.value for id_, share in locality.items()},
        "authenticity": {id_: estimate.value for id_, estimate in genuine.items()},
        "standing": {
            id_: place.pagerank if place else None for id_, place in standing.items()
        },
    }
    if relevance:
        values["relevance"] = {id_: share.value for id_, share in relevance.items()}
    if language:
        values["language"] = {id_: share.value for id_, share in language.items()}
    parts = _points(values, [candidate.id for candidate in candidates])
    scored_candidates = [
        ScoredCandidate(
            candidate=candidate,
            reach=reach[candidate.id],
            engagement=engagement[candidate.id],
            relevance=relevance.get(candidate.id),
            locality=locality[candidate.id],
            languages=candidate_scores.languages(candidate),
            language=language.get(candidate.id),
            authenticity=genuine[candidate.id],
            standing=standing[candidate.id],
            effective_reach=_effective(
                reach[candidate.id], genuine[candidate.id], locality[candidate.id]
            ),
            parts=parts[candidate.id],
            points=sum(part.points for part in parts[candidate.id].values()),
        )
        for candidate in candidates
    ]
    return sorted(
        scored_candidates,
        key=lambda scored: (-round(scored.points, 9), scored.candidate.id),
    )


def _effective(
    reach: PostReach | None, genuine: Authenticity, locality: PostShare
) -> float | None:
    if reach is None:
        return None
    whole = 1.0 if genuine.value is None else genuine.value
    return reach.value * whole * locality.value


def _points(
    values: Mapping[str, Mapping[str, float | None]], ids: Sequence[str]
) -> dict[str, dict[str, Points]]:
    total = sum(WEIGHTS[name] for name in values)
    points: dict[str, dict[str, Points]] = {id_: {} for id_ in ids}
    for name in WEIGHTS:
        if name not in values:
            continue
        weight = 100 * WEIGHTS[name] / total
        scores = sorted(score for score in values[name].values() if score is not None)
        for id_ in ids:
            own = values[name][id_]
            place = 0.5 if own is None else _place(own, scores)
            points[id_][name] = Points(
                weight, place, weight * place, is_known=own is not None
            )
    return points


def _place(score: float, scores: Sequence[float]) -> float:
    """The share of the others that are below; half of those that are equal."""
    others = len(scores) - 1
    if not others:
        return 0.5
    below = bisect_left(scores, score)
    equal = bisect_right(scores, score) - below - 1
    return (below + equal / 2) / others
