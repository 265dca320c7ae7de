"""How far an account's audience looks like people: an interval with its evidence.

No list of followers is stored or requested, so who follows is not judged. What can
be examined is who answered posts that reached us, and the account's own count of
followers over time. It is never a verdict: faithful readers repeat themselves too.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt

import numpy as np

from socialcell.campaigns.creators.candidate import Candidate, FollowerCount, PostAnswer
from socialcell.causal.wilson import wilson_interval
from socialcell.clock import IST
from socialcell.message_catalog import Message

_ENOUGH_ANSWERS = 30
_MIN_WORDS = 4  # shorter texts (thank you, नमस्कार) are the same by themselves
_MIN_REPEATS = 3  # times that a longer text is no chance any more
_MIN_POSTS = 5  # with answers, before somebody can be under most of them
_MAX_POST_SHARE = 0.6
_MIN_DAYS = 8  # differences of followers from day to day
_SPIKE = 4.0  # robust standard deviations


@dataclass(frozen=True)
class Authenticity:
    """The share of the audience without signs of being artificial, 0 to 1.

    `value` None: there is nothing to judge by, and the interval is everything.
    """

    value: float | None
    interval: tuple[float, float]
    answers: int
    repeated: int
    regular: int
    spikes: tuple[date, ...]
    gained_in_spikes: float
    evidence: tuple[Message, ...]
    cannot_say: tuple[Message, ...]


def authenticity(candidate: Candidate) -> Authenticity:
    """A = (1 - suspicious / answers) (1 - gained in spikes / followers).

    Suspicious is an answer whose text came three times or more, or of somebody who
    answered over 60 % of the posts. Its interval is Wilson's of 95 %; the followers
    gained in spikes lower its lower end only, for a spike may be real.
    """
    answers = candidate.answers
    repeated, regular = _repeated(answers), _regular(answers)
    suspicious = len(repeated | regular)
    spikes, gained = _spikes(candidate)
    followers = candidate.followers
    lost = min(1.0, gained / followers) if followers else 0.0
    low, high = wilson_interval(len(answers) - suspicious, len(answers))
    clean = 1 - suspicious / len(answers) if answers else None
    return Authenticity(
        value=None if clean is None else clean * (1 - lost),
        interval=(low * (1 - lost), high),
        answers=len(answers),
        repeated=len(repeated),
        regular=len(regular),
        spikes=spikes,
        gained_in_spikes=lost,
        evidence=_evidence(candidate, len(repeated), len(regular), spikes),
        cannot_say=_cannot_say(candidate),
    )


def daily_follower_gains(figures: Sequence[FollowerCount]) -> list[tuple[date, float]]:
    """Net followers by day of Pune; days without a figure share what came."""
    last = {figure.at.astimezone(IST).date(): figure.followers for figure in figures}
    days = sorted(last)
    return [
        (day, (last[day] - last[before]) / (day - before).days)
        for before, day in pairwise(days)
    ]


def _repeated(answers: Sequence[PostAnswer]) -> set[int]:
    forms = Counter(answer.form for answer in answers)
    return {
        place
        for place, answer in enumerate(answers)
        if answer.form
        and len(answer.form.split()) >= _MIN_WORDS
        and forms[answer.form] >= _MIN_REPEATS
    }


def _regular(answers: Sequence[PostAnswer]) -> set[int]:
    posts = {answer.post for answer in answers}
    if len(posts) < _MIN_POSTS:
        return set()
    under: dict[int, set[int]] = defaultdict(set)
    for answer in answers:
        under[answer.who].add(answer.post)
    return {
        place
        for place, answer in enumerate(answers)
        if len(under[answer.who]) > _MAX_POST_SHARE * len(posts)
    }


def _spikes(candidate: Candidate) -> tuple[tuple[date, ...], float]:
    """Days that gained far more than others, on which (and on the day before) there
    was no post; and what they gained above the median."""
    gains = daily_follower_gains(candidate.figures)
    if len(gains) < _MIN_DAYS:
        return (), 0.0
    values = np.array([gain for _, gain in gains])
    middle = float(np.median(values))
    # A robust standard deviation; at least that of counting, for quiet accounts.
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    spread = max(spread, sqrt(max(1.0, abs(middle))))
    posted = {post.at.astimezone(IST).date() for post in candidate.posts}
    spike_gains = [
        (day, gain - middle)
        for day, gain in gains
        if (gain - middle) / spread > _SPIKE
        and not {day, day - timedelta(days=1)} & posted
    ]
    return tuple(day for day, _ in spike_gains), sum(above for _, above in spike_gains)


def _evidence(
    candidate: Candidate, repeated: int, regular: int, spikes: tuple[date, ...]
) -> tuple[Message, ...]:
    messages = []
    if n := len(candidate.answers):
        looked_at = {"answers": n, "posts": len(candidate.posts)}
        messages.append(Message("creators.answers_looked_at", looked_at))
        messages.append(Message("creators.answers_repeated", {"answers": repeated}))
        messages.append(Message("creators.answers_regular", {"answers": regular}))
    if len(daily_follower_gains(candidate.figures)) >= _MIN_DAYS:
        messages.append(Message("creators.days_of_gains", {"days": len(spikes)}))
    return tuple(messages)


def _cannot_say(candidate: Candidate) -> tuple[Message, ...]:
    messages = [Message("creators.followers_not_listed")]
    if not candidate.answers:
        messages.append(Message("creators.no_answers"))
    elif len(candidate.answers) < _ENOUGH_ANSWERS:
        messages.append(Message("creators.few_answers"))
    if len(daily_follower_gains(candidate.figures)) < _MIN_DAYS:
        messages.append(Message("creators.followers_on_few_days"))
    return tuple(messages)
