"""How far an account's audience looks like people: an interval with its evidence.

No list of followers is held or asked for, so nothing is said of who follows. What can
be looked at is who answered posts that reached us, and the account's own count of
followers over time. It is never a verdict: faithful readers repeat themselves too.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt

import numpy as np

from socialcell.campaigns.creators.candidate import Answer, Candidate, Figures
from socialcell.clock import IST

_SURE = 1.96
_FEW_ANSWERS = 30
_FEWEST_WORDS = 4  # shorter texts (thank you, नमस्कार) are the same by themselves
_SAME = 3  # times that a longer text is no chance any more
_POSTS_TO_TELL = 5  # with answers, before somebody can be under most of them
_MOST = 0.6
_DAYS_TO_TELL = 8  # differences of followers from day to day
_SPIKE = 4.0  # robust standard deviations


@dataclass(frozen=True)
class Authenticity:
    """The share of the audience that nothing speaks against, 0 to 1.

    `value` None: there is nothing to judge by, and the interval is everything.
    """

    value: float | None
    interval: tuple[float, float]
    answers: int
    repeated: int
    regular: int
    spikes: tuple[date, ...]
    gained_in_spikes: float
    evidence: tuple[str, ...]
    cannot_say: tuple[str, ...]


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
    low, high = wilson(len(answers) - suspicious, len(answers))
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


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's interval of 95 % of a share (1927); without trials everything."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, _SURE**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _SURE * sqrt(share * (1 - share) / n + square / (4 * n * n))
    half /= 1 + square / n
    return max(0.0, middle - half), min(1.0, middle + half)


def growth(figures: Sequence[Figures]) -> list[tuple[date, float]]:
    """Net followers by day of Pune, from the last figure of each day; days between two
    figures share what came."""
    last = {one.at.astimezone(IST).date(): one.followers for one in figures}
    days = sorted(last)
    return [
        (day, (last[day] - last[before]) / (day - before).days)
        for before, day in pairwise(days)
    ]


def _repeated(answers: Sequence[Answer]) -> set[int]:
    forms = Counter(one.form for one in answers)
    return {
        place
        for place, one in enumerate(answers)
        if one.form
        and len(one.form.split()) >= _FEWEST_WORDS
        and forms[one.form] >= _SAME
    }


def _regular(answers: Sequence[Answer]) -> set[int]:
    posts = {one.post for one in answers}
    if len(posts) < _POSTS_TO_TELL:
        return set()
    under: dict[int, set[int]] = defaultdict(set)
    for one in answers:
        under[one.who].add(one.post)
    return {
        place
        for place, one in enumerate(answers)
        if len(under[one.who]) > _MOST * len(posts)
    }


def _spikes(candidate: Candidate) -> tuple[tuple[date, ...], float]:
    """Days that gained far more than others, on which (and on the day before) there
    was no post; and what they gained above the median."""
    gains = growth(candidate.figures)
    if len(gains) < _DAYS_TO_TELL:
        return (), 0.0
    values = np.array([gain for _, gain in gains])
    middle = float(np.median(values))
    # A robust standard deviation; at least that of counting, for quiet accounts.
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    spread = max(spread, sqrt(max(1.0, abs(middle))))
    posted = {post.at.astimezone(IST).date() for post in candidate.posts}
    found = [
        (day, gain - middle)
        for day, gain in gains
        if (gain - middle) / spread > _SPIKE
        and not {day, day - timedelta(days=1)} & posted
    ]
    return tuple(day for day, _ in found), sum(above for _, above in found)


def _evidence(
    candidate: Candidate, repeated: int, regular: int, spikes: tuple[date, ...]
) -> tuple[str, ...]:
    said = []
    if n := len(candidate.answers):
        said.append(f"{n} answers to {len(candidate.posts)} posts were looked at")
        said.append(f"{repeated} of them are a text that came three times or more")
        said.append(f"{regular} are of accounts that answered most posts")
    if len(growth(candidate.figures)) >= _DAYS_TO_TELL:
        said.append(
            f"followers were counted from day to day; {len(spikes)} days gained far "
            "more than others and had no post"
        )
    return tuple(said)


def _cannot_say(candidate: Candidate) -> tuple[str, ...]:
    said = ["who follows: no list of followers is held"]
    if not candidate.answers:
        said.append("whether answers are of people: none reached us")
    elif len(candidate.answers) < _FEW_ANSWERS:
        said.append("much: under 30 answers reached us")
    if len(growth(candidate.figures)) < _DAYS_TO_TELL:
        said.append("how followers grew: they were counted on too few days")
    return tuple(said)
