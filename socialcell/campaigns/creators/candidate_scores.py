"""Reach, relevance, locality and languages of a candidate, each with its parts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from socialcell.campaigns.creators.candidate import CITY, Candidate, Post

PRIOR_POSTS = 10.0
_FEWEST_VIEWED = 5  # posts with views, before their median is a reach
_FEWEST_ACCOUNTS = 3
_SHORTEST_PREFIX = 4  # a shorter word has to stand alone


@dataclass(frozen=True, slots=True)
class About:
    """What an initiative is about: ids of entities, topics, spellings in index form;
    its wards and languages. All empty: nothing is asked."""

    ids: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    spellings: tuple[str, ...] = ()
    wards: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    @property
    def has_subject(self) -> bool:
        return bool(self.ids or self.topics or self.spellings)


@dataclass(frozen=True, slots=True)
class Reach:
    """People (or views) that a post reaches, and `by` what that is known.

    insights: the account's own figure. views: the median of its posts. rate: followers
    by the median views per follower of the platform's candidates. followers: no more
    than these.
    """

    value: float
    by: str
    followers: int | None
    posts: int


@dataclass(frozen=True, slots=True)
class Share:
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


def reaches(candidates: Sequence[Candidate]) -> dict[str, Reach | None]:
    """The reach of each candidate by id; None: nothing is known of it."""
    rates = _view_rates(candidates)
    return {one.id: _reach(one, rates.get(one.platform)) for one in candidates}


def relevances(candidates: Sequence[Candidate], about: About) -> dict[str, Share]:
    """How much of what each posts is about the initiative."""
    tests: dict[str, Callable[[Post], bool]] = {
        "names it": lambda post: bool(post.entities & about.ids),
        "topic": lambda post: bool(post.topics & about.topics),
        "words": lambda post: _says(post.form, about.spellings),
    }
    return _shares(candidates, tests)


def localities(candidates: Sequence[Candidate], about: About) -> dict[str, Share]:
    """How much of what each posts names the city or its wards; with wards, those.

    Insights that say which share of the audience lives there count instead.
    """
    if about.wards:
        wanted = about.wards
        found = _shares(candidates, {"ward": lambda post: bool(post.wards & wanted)})
        keys = [("ward", ward) for ward in sorted(wanted)]
    else:
        found = _shares(
            candidates,
            {
                "ward": lambda post: bool(post.wards),
                "city": lambda post: CITY in post.entities,
            },
        )
        keys = [("city", CITY)]
    return {one.id: _audience(one, found[one.id], keys) for one in candidates}


def languages(candidate: Candidate) -> dict[str, float]:
    """The share of its posts in each language, the most frequent first."""
    counts = Counter(post.language for post in candidate.posts)
    total = len(candidate.posts)
    return {language: n / total for language, n in counts.most_common()}


def in_languages(candidates: Sequence[Candidate], about: About) -> dict[str, Share]:
    """How much of what each posts is in the initiative's languages."""
    wanted = about.languages
    found = _shares(
        candidates, {one: _is_in(one) for one in sorted(wanted)} if wanted else {}
    )
    keys = [("language", one) for one in sorted(wanted)]
    return {one.id: _audience(one, found[one.id], keys) for one in candidates}


def _is_in(language: str) -> Callable[[Post], bool]:
    return lambda post: post.language == language


def _view_rates(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Median views per follower by platform, where three accounts tell."""
    told: dict[str, list[float]] = {}
    for one in candidates:
        viewed = _viewed(one)
        if one.followers and len(viewed) >= _FEWEST_VIEWED:
            told.setdefault(one.platform, []).append(median(viewed) / one.followers)
    return {
        platform: median(rates)
        for platform, rates in told.items()
        if len(rates) >= _FEWEST_ACCOUNTS
    }


def _viewed(candidate: Candidate) -> list[int]:
    return [post.views for post in candidate.posts if post.views is not None]


def _reach(candidate: Candidate, rate: float | None) -> Reach | None:
    viewed, followers = _viewed(candidate), candidate.followers
    if candidate.reach is not None:
        return Reach(candidate.reach, "insights", followers, len(viewed))
    if len(viewed) >= _FEWEST_VIEWED:
        return Reach(float(median(viewed)), "views", followers, len(viewed))
    if followers is None:
        return None
    if rate is not None:
        return Reach(followers * rate, "rate", followers, len(viewed))
    return Reach(float(followers), "followers", followers, len(viewed))


def _says(form: str, spellings: Sequence[str]) -> bool:
    """Whether a text has one of these phrases; its last word may have an ending."""
    held = f" {form} "
    return any(
        f" {one}" in held if len(one) >= _SHORTEST_PREFIX else f" {one} " in held
        for one in spellings
    )


def _shares(
    candidates: Sequence[Candidate], tests: Mapping[str, Callable[[Post], bool]]
) -> dict[str, Share]:
    hits = {
        one.id: [
            (post, [name for name, test in tests.items() if test(post)])
            for post in one.posts
        ]
        for one in candidates
    }
    total = sum(len(one.posts) for one in candidates)
    all_hits = sum(bool(names) for found in hits.values() for _, names in found)
    everybody = all_hits / total if total else 0.0
    return {one.id: _share(hits[one.id], tests, everybody) for one in candidates}


def _share(
    found: Sequence[tuple[Post, list[str]]], tests: Mapping[str, object], p: float
) -> Share:
    hits = [post for post, names in found if names]
    return Share(
        value=(len(hits) + PRIOR_POSTS * p) / (len(found) + PRIOR_POSTS),
        by="posts",
        hits=len(hits),
        posts=len(found),
        everybody=p,
        parts={name: sum(name in names for _, names in found) for name in tests},
        examples=tuple(post.id for post in hits[-3:]),
    )


def _audience(
    candidate: Candidate, share: Share, keys: Sequence[tuple[str, str]]
) -> Share:
    """The share by the account's own insights, where these say any of it."""
    known = [
        candidate.shares[key]
        for key in keys
        if candidate.shares and key in candidate.shares
    ]
    if not known:
        return share
    return Share(
        value=min(1.0, sum(known)),
        by="insights",
        hits=share.hits,
        posts=share.posts,
        everybody=share.everybody,
        parts=share.parts,
        examples=share.examples,
    )
