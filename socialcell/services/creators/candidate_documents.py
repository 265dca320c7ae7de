"""Candidates, their scores, flags and subject as documents of plain JSON."""

from datetime import date, datetime
from typing import TypedDict

from socialcell.campaigns.creators.authenticity import Authenticity
from socialcell.campaigns.creators.candidate_ranking import Points, ScoredCandidate
from socialcell.campaigns.creators.candidate_scores import (
    InitiativeSubject,
    PostReach,
    PostShare,
)
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.engagement_rates import ENOUGH, EngagementRate, Tier
from socialcell.campaigns.creators.pagerank import NetworkStanding
from socialcell.campaigns.creators.store.creator_rows import StoredFlag
from socialcell.json_types import DocumentValue
from socialcell.services.creators.creator_results import CreatorResultDocument


class PointsDocument(TypedDict):
    """Points of one score; `place` is the share of other candidates below."""

    points: float
    of: float
    place: float
    known: bool


class ReachDocument(TypedDict):
    """As `PostReach`."""

    value: float
    by: str
    followers: int | None
    posts: int


class EngagementDocument(TypedDict):
    """As `EngagementRate`; `few_posts`: fewer than a rate needs."""

    value: float
    interval: tuple[float, float]
    posts: int
    seen: float | None
    tier: Tier
    tier_mean: float
    tier_accounts: int
    prior_posts: float | None
    is_assumed: bool
    few_posts: bool


class ShareDocument(TypedDict):
    """As `PostShare`."""

    value: float
    by: str
    hits: int
    posts: int
    everybody: float
    parts: dict[str, int]
    examples: tuple[int, ...]


class AuthenticityDocument(TypedDict):
    """As `Authenticity`."""

    value: float | None
    interval: tuple[float, float]
    answers: int
    repeated: int
    regular: int
    spikes: tuple[date, ...]
    gained_in_spikes: float
    evidence: tuple[str, ...]
    cannot_say: tuple[str, ...]


class StandingDocument(TypedDict):
    """As `NetworkStanding`."""

    pagerank: float
    people: int
    times: int
    accounts: int
    arrows: int


class CandidateDocument(TypedDict):
    """A candidate with every score and its parts."""

    id: str
    platform: str
    handle: str
    name: str | None
    creator: str | None
    consent: str | None
    why: list[str]
    followers: int | None
    posts: int
    points: float
    points_by: dict[str, PointsDocument]
    effective_reach: float | None
    reach: ReachDocument | None
    engagement: EngagementDocument | None
    relevance: ShareDocument | None
    locality: ShareDocument
    languages: dict[str, float]
    language: ShareDocument | None
    authenticity: AuthenticityDocument
    standing: StandingDocument | None


class FlagDocument(TypedDict):
    """A flag of an account, and who lifted it, if anybody did."""

    account: str
    flag: str
    reason: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_reason: str | None


class RankedCandidate(CandidateDocument):
    """A candidate at its place, with the flags that stand."""

    place: int
    flags: list[FlagDocument]


class SubjectDocument(TypedDict):
    """What candidates were sought for."""

    ids: list[str]
    topics: list[str]
    spellings: list[str]
    wards: list[str]
    languages: list[str]


class NotShown(TypedDict):
    """How many candidates refused, and how many come after the limit."""

    refused: int
    after_limit: int


class RankingDocument(TypedDict):
    """Candidates in order, and what they were sought for."""

    as_of: datetime
    days: int
    about: SubjectDocument
    candidates: list[RankedCandidate]
    not_shown: NotShown


class ShownDocument(TypedDict):
    """One creator or account. `creator` is the entry of the registry: the columns of
    its file, then rates, insights and people engaged."""

    creator: dict[str, DocumentValue] | None
    accounts: list[CandidateDocument]
    of_candidates: int
    flags: list[FlagDocument]
    results: CreatorResultDocument | None


def candidate_document(
    score: ScoredCandidate, creator: Creator | None
) -> CandidateDocument:
    """A candidate with every score and its parts, as plain JSON."""
    candidate = score.candidate
    return {
        "id": candidate.id,
        "platform": candidate.platform,
        "handle": candidate.handle,
        "name": candidate.name,
        "creator": candidate.creator,
        "consent": creator.consent if creator else None,
        "why": list(map(str, candidate.why)),
        "followers": candidate.followers,
        "posts": len(candidate.posts),
        "points": round(score.points, 2),
        "points_by": {name: _points(part) for name, part in score.parts.items()},
        "effective_reach": score.effective_reach,
        "reach": _reach(score.reach),
        "engagement": _engagement(score.engagement),
        "relevance": _share(score.relevance) if score.relevance else None,
        "locality": _share(score.locality),
        "languages": dict(score.languages),
        "language": _share(score.language) if score.language else None,
        "authenticity": _authenticity(score.authenticity),
        "standing": _standing(score.standing),
    }


def flag_document(row: StoredFlag) -> FlagDocument:
    """A flag as it stands in documents."""
    return {
        "account": f"{row.platform}:{row.handle}",
        "flag": row.flag,
        "reason": row.reason,
        "by": row.by,
        "at": row.at,
        "lifted_by": row.lifted_by,
        "lifted_at": row.lifted_at,
        "lifted_reason": row.lifted_reason,
    }


def _points(part: Points) -> PointsDocument:
    return {
        "points": round(part.points, 2),
        "of": round(part.weight, 2),
        "place": round(part.place, 4),
        "known": part.is_known,
    }


def _reach(reach: PostReach | None) -> ReachDocument | None:
    if reach is None:
        return None
    return {
        "value": reach.value,
        "by": reach.by,
        "followers": reach.followers,
        "posts": reach.posts,
    }


def _engagement(rate: EngagementRate | None) -> EngagementDocument | None:
    if rate is None:
        return None
    return {
        "value": rate.value,
        "interval": rate.interval,
        "posts": rate.posts,
        "seen": rate.seen,
        "tier": rate.tier,
        "tier_mean": rate.tier_mean,
        "tier_accounts": rate.tier_accounts,
        "prior_posts": rate.prior_posts,
        "is_assumed": rate.is_assumed,
        "few_posts": rate.posts < ENOUGH,
    }


def _share(share: PostShare) -> ShareDocument:
    return {
        "value": share.value,
        "by": share.by,
        "hits": share.hits,
        "posts": share.posts,
        "everybody": share.everybody,
        "parts": dict(share.parts),
        "examples": share.examples,
    }


def _authenticity(estimate: Authenticity) -> AuthenticityDocument:
    return {
        "value": estimate.value,
        "interval": estimate.interval,
        "answers": estimate.answers,
        "repeated": estimate.repeated,
        "regular": estimate.regular,
        "spikes": estimate.spikes,
        "gained_in_spikes": estimate.gained_in_spikes,
        "evidence": tuple(map(str, estimate.evidence)),
        "cannot_say": tuple(map(str, estimate.cannot_say)),
    }


def _standing(standing: NetworkStanding | None) -> StandingDocument | None:
    if standing is None:
        return None
    return {
        "pagerank": standing.pagerank,
        "people": standing.people,
        "times": standing.times,
        "accounts": standing.accounts,
        "arrows": standing.arrows,
    }


def subject_document(about: InitiativeSubject) -> SubjectDocument:
    """What candidates were sought for, sorted."""
    return {
        "ids": sorted(about.ids),
        "topics": sorted(about.topics),
        "spellings": list(about.spellings),
        "wards": sorted(about.wards),
        "languages": sorted(about.languages),
    }
