"""How much an account's followers engage, judged beside accounts of its own size.

With few posts the mean of an account is mostly chance. So it is drawn towards the mean
of its tier (platform and size), the more so the fewer posts there are and the less the
accounts of the tier truly differ: the credibility of Bühlmann and Straub (1970), an
empirical Bayes estimate.

    ER* = (n ER + k ER_tier) / (n + k)        k = s² / t²

n posts; s² is the variance between posts of one account, t² between accounts:

    s² = Σᵢ Σⱼ (xᵢⱼ - x̄ᵢ)² / Σᵢ (nᵢ - 1)
    t² = max(0, (Σᵢ nᵢ (x̄ᵢ - x̄)² - (m - 1) s²) / (N - Σᵢ nᵢ² / N))

over m accounts with N posts. ER_tier is the mean weighted by nᵢ / (nᵢ + k).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, sqrt

import numpy as np

from socialcell.campaigns.creators.candidate import Candidate

ASSUMED_PRIOR = 10.0  # posts that a tier weighs where it cannot be estimated
ENOUGH = 12  # posts from which a rate deserves the name
_SETTLING_TIME = timedelta(hours=48)
_MAX_POSTS = 60
_MIN_ACCOUNTS = 3
_Z_95 = 1.96

Tier = tuple[str, int]
"""A platform, and the tier of size from 0."""


@dataclass(frozen=True, slots=True)
class EngagementRate:
    """Engagements per post and follower: `seen` as observed, `value` drawn to the tier.

    `prior_posts` is k; None: accounts of the tier do not differ beyond chance.
    `interval` is of about 95 %: of the rate, and of the tier's mean as far as that
    weighs.
    """

    value: float
    interval: tuple[float, float]
    posts: int
    seen: float | None
    tier: Tier
    tier_mean: float
    tier_accounts: int
    prior_posts: float | None
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class _Prior:
    mean: float
    posts: float  # k, may be infinite
    within: float  # s²
    total_posts: int  # N
    accounts: int
    is_assumed: bool


def engagement_rates(
    candidates: Sequence[Candidate], now: datetime
) -> dict[str, EngagementRate | None]:
    """The rate of each candidate by id; None where followers are not known, or where
    nobody of its tier has a post with engagement.

    Of the newest 60 posts that are 48 hours old, with each account's extremes drawn in
    to its own 5th and 95th percentile.
    """
    samples = {
        candidate.id: engagement_samples(candidate, now) for candidate in candidates
    }
    tiers: dict[Tier, dict[str, list[float]]] = defaultdict(dict)
    for candidate in candidates:
        rates = samples[candidate.id]
        if candidate.tier is not None and rates:
            tiers[candidate.platform, candidate.tier][candidate.id] = rates
    priors = {
        tier: _prior(list(samples_by_id.values()))
        for tier, samples_by_id in tiers.items()
    }
    return {
        candidate.id: _rate(candidate, samples[candidate.id], priors)
        for candidate in candidates
    }


def engagement_samples(candidate: Candidate, now: datetime) -> list[float]:
    """Engagements per follower of each post that counts."""
    followers = candidate.followers
    if not followers:
        return []
    settled = [
        post.engaged / followers
        for post in candidate.posts
        if post.engaged is not None and now - post.at >= _SETTLING_TIME
    ][-_MAX_POSTS:]
    if not settled:
        return []
    low, high = np.percentile(settled, (5, 95))
    return [float(rate) for rate in np.clip(settled, low, high)]


def _rate(
    candidate: Candidate, sample: Sequence[float], priors: Mapping[Tier, _Prior]
) -> EngagementRate | None:
    if candidate.tier is None:
        return None
    tier = candidate.platform, candidate.tier
    prior = priors.get(tier)
    if prior is None:
        return None
    n = len(sample)
    observed = float(np.mean(sample)) if sample else None
    own = 0.0 if prior.posts == inf else n / (n + prior.posts)
    estimate = (
        prior.mean if observed is None else own * observed + (1 - own) * prior.mean
    )
    spread = prior.within * (
        (0.0 if prior.posts == inf else 1 / (n + prior.posts))
        + (1 - own) ** 2 / prior.total_posts
    )
    return EngagementRate(
        value=estimate,
        interval=(
            max(0.0, estimate - _Z_95 * sqrt(spread)),
            estimate + _Z_95 * sqrt(spread),
        ),
        posts=n,
        seen=observed,
        tier=tier,
        tier_mean=prior.mean,
        tier_accounts=prior.accounts,
        prior_posts=None if prior.posts == inf else prior.posts,
        is_assumed=prior.is_assumed,
    )


def _prior(samples: Sequence[Sequence[float]]) -> _Prior:
    sizes = np.array([len(sample) for sample in samples], dtype=np.float64)
    means = np.array([np.mean(sample) for sample in samples])
    total = float(sizes.sum())
    pooled = float((sizes * means).sum() / total)
    free = float((sizes - 1).sum())
    squares = sum(
        float(((np.array(sample) - np.mean(sample)) ** 2).sum()) for sample in samples
    )
    within = squares / free if free else 0.0
    accounts = len(samples)
    if accounts < _MIN_ACCOUNTS or not free or not within:
        return _Prior(pooled, ASSUMED_PRIOR, within, int(total), accounts, True)
    between = float((sizes * (means - pooled) ** 2).sum()) - (accounts - 1) * within
    between /= total - float((sizes**2).sum()) / total
    if between <= 0:
        return _Prior(pooled, inf, within, int(total), accounts, False)
    k = within / between
    weights = sizes / (sizes + k)
    mean = float((weights * means).sum() / weights.sum())
    return _Prior(mean, k, within, int(total), accounts, False)
