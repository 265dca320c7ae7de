"""Reach, relevance, locality and languages of a candidate, each with its parts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from socialcell.campaigns.creators.candidate import (
    CITY_ENTITY,
    Candidate,
    CandidatePost,
)

PRIOR_POSTS = 10.0
_MIN_VIEWED_POSTS = 5  # posts with views, before their median is a reach
_MIN_ACCOUNTS = 3
_MIN_PREFIX_LENGTH = 4  # a shorter word has to stand alone


@dataclass(frozen=True, slots=True)
class InitiativeSubject:
    """What an initiative is about: ids of entities, topics, spellings in index form;
    its wards and languages. All empty: any candidate fits."""

    ids: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    spellings: tuple[str, ...] = ()
    wards: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @property
    def has_subject(self) -> bool:
        return bool(self.ids or self.topics or self.spellings)


@dataclass(frozen=True, slots=True)
class PostReach:
    """People (or views) that a post reaches; `by` names the source of the figure.

    insights: the account's own figure. views: the median of its posts. rate: followers
    by the median views per follower of the platform's candidates. followers: no more
    than these.
    """

    value: float
    by: str
    followers: int | None
    posts: int


@dataclass(frozen=True, slots=True)
class PostShare:
    """A share of posts, drawn towards that of all candidates: (hits + k p) / (n + k).

    k is 10 posts, p the share among all candidates' posts. `by` posts; or insights,
    where the account's own figure of its audience is the value.
    """

    value: float
    by: str
    hits: int
    posts: int
    everybody: float
    parts: Mapping[str, int]
    examples: tuple[int, ...]


def reaches(candidates: Sequence[Candidate]) -> dict[str, PostReach | None]:
    """The reach of each candidate by id; None: it is not known."""
    rates = _view_rates(candidates)
    return {
        candidate.id: _reach(candidate, rates.get(candidate.platform))
        for candidate in candidates
    }


def relevances(
    candidates: Sequence[Candidate], subject: InitiativeSubject
) -> dict[str, PostShare]:
    """How much of what each posts is about the initiative."""
    tests: dict[str, Callable[[CandidatePost], bool]] = {
        "names it": lambda post: bool(post.entities & subject.ids),
        "topic": lambda post: bool(post.topics & subject.topics),
        "words": lambda post: _has_phrase(post.form, subject.spellings),
    }
    return _shares(candidates, tests)


def localities(
    candidates: Sequence[Candidate], subject: InitiativeSubject
) -> dict[str, PostShare]:
    """How much of what each posts names the city or its wards; with wards, those.

    Insights that say which share of the audience lives there count instead.
    """
    if subject.wards:
        wards = subject.wards
        shares = _shares(candidates, {"ward": lambda post: bool(post.wards & wards)})
        keys = [("ward", ward) for ward in sorted(wards)]
    else:
        shares = _shares(
            candidates,
            {
                "ward": lambda post: bool(post.wards),
                "city": lambda post: CITY_ENTITY in post.entities,
            },
        )
        keys = [("city", CITY_ENTITY)]
    return {
        candidate.id: _prefer_insights(candidate, shares[candidate.id], keys)
        for candidate in candidates
    }


def languages(candidate: Candidate) -> dict[str, float]:
    """The share of its posts in each language, the most frequent first."""
    counts = Counter(post.language for post in candidate.posts)
    total = len(candidate.posts)
    return {language: n / total for language, n in counts.most_common()}


def language_shares(
    candidates: Sequence[Candidate], subject: InitiativeSubject
) -> dict[str, PostShare]:
    """How much of what each posts is in the initiative's languages."""
    languages = subject.languages
    shares = _shares(
        candidates,
        {language: _is_in_language(language) for language in sorted(languages)}
        if languages
        else {},
    )
    keys = [("language", language) for language in sorted(languages)]
    return {
        candidate.id: _prefer_insights(candidate, shares[candidate.id], keys)
        for candidate in candidates
    }


def _is_in_language(language: str) -> Callable[[CandidatePost], bool]:
    return lambda post: post.language == language


def _view_rates(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Median views per follower by platform, where three accounts have views."""
    rates_by_platform: dict[str, list[float]] = {}
    for candidate in candidates:
        viewed = _view_counts(candidate)
        if candidate.followers and len(viewed) >= _MIN_VIEWED_POSTS:
            rates_by_platform.setdefault(candidate.platform, []).append(
                median(viewed) / candidate.followers
            )
    return {
        platform: median(rates)
        for platform, rates in rates_by_platform.items()
        if len(rates) >= _MIN_ACCOUNTS
    }


def _view_counts(candidate: Candidate) -> list[int]:
    return [post.views for post in candidate.posts if post.views is not None]


def _reach(candidate: Candidate, rate: float | None) -> PostReach | None:
    viewed, followers = _view_counts(candidate), candidate.followers
    if candidate.reach is not None:
        return PostReach(candidate.reach, "insights", followers, len(viewed))
    if len(viewed) >= _MIN_VIEWED_POSTS:
        return PostReach(float(median(viewed)), "views", followers, len(viewed))
    if followers is None:
        return None
    if rate is not None:
        return PostReach(followers * rate, "rate", followers, len(viewed))
    return PostReach(float(followers), "followers", followers, len(viewed))


def _has_phrase(form: str, spellings: Sequence[str]) -> bool:
    """Whether a text has one of these phrases; its last word may have a suffix."""
    padded_form = f" {form} "
    return any(
        f" {spelling}" in padded_form
        if len(spelling) >= _MIN_PREFIX_LENGTH
        else f" {spelling} " in padded_form
        for spelling in spellings
    )


def _shares(
    candidates: Sequence[Candidate],
    tests: Mapping[str, Callable[[CandidatePost], bool]],
) -> dict[str, PostShare]:
    hits = {
        candidate.id: [
            (post, [name for name, test in tests.items() if test(post)])
            for post in candidate.posts
        ]
        for candidate in candidates
    }
    total = sum(len(candidate.posts) for candidate in candidates)
    all_hits = sum(
        bool(names) for post_names in hits.values() for _, names in post_names
    )
    everybody = all_hits / total if total else 0.0
    return {
        candidate.id: _share(hits[candidate.id], tests, everybody)
        for candidate in candidates
    }


def _share(
    post_names: Sequence[tuple[CandidatePost, list[str]]],
    tests: Iterable[str],
    p: float,
) -> PostShare:
    hits = [post for post, names in post_names if names]
    return PostShare(
        value=(len(hits) + PRIOR_POSTS * p) / (len(post_names) + PRIOR_POSTS),
        by="posts",
        hits=len(hits),
        posts=len(post_names),
        everybody=p,
        parts={name: sum(name in names for _, names in post_names) for name in tests},
        examples=tuple(post.id for post in hits[-3:]),
    )


def _prefer_insights(
    candidate: Candidate, share: PostShare, keys: Sequence[tuple[str, str]]
) -> PostShare:
    """The share by the account's own insights, where these say any of it."""
    insight_shares = [
        candidate.shares[key]
        for key in keys
        if candidate.shares and key in candidate.shares
    ]
    if not insight_shares:
        return share
    return PostShare(
        value=min(1.0, sum(insight_shares)),
        by="insights",
        hits=share.hits,
        posts=share.posts,
        everybody=share.everybody,
        parts=share.parts,
        examples=share.examples,
    )
