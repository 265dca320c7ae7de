"""Candidates as they are held now, with everything that their scores rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell.campaigns.creators.candidate import CITY_ENTITY, Candidate
from socialcell.campaigns.creators.candidate_ranking import (
    ScoredCandidate,
    rank_candidates,
)
from socialcell.campaigns.creators.candidate_scores import InitiativeSubject
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.store import candidate_posts
from socialcell.campaigns.creators.store import candidates as candidate_store
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.errors import UsageError
from socialcell.language import concepts, lexicon
from socialcell.listening.people import protected_topics
from socialcell.listening.store import areas
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.creators.creator_registry import today
from socialcell.text import index_form

DAYS = 90  # of posts that scores rest on


@dataclass(frozen=True)
class RankingRequest:
    """What candidates are ranked for; empty: in general.

    `words` are the initiative's names and words, in any spelling; posts of the last
    `days` count.
    """

    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    days: int = DAYS


def score_candidates(
    context: Context,
    session: Session,
    request: RankingRequest,
    about: InitiativeSubject,
) -> tuple[list[ScoredCandidate], dict[str, Creator]]:
    """All candidates in order, and the creators of the registry by key."""
    now = context.clock.now()
    since = now - timedelta(days=request.days)
    floor = context.workspace.config.influencers.follower_floor
    creators = {
        creator.id: creator
        for creator in creator_store.creators(session, today(context), with_posts=False)
    }
    candidates = _candidates(session, floor, since, now, creators)
    arrows = candidate_posts.addressing_counts(session, since, now)
    return rank_candidates(candidates, arrows, about, now), creators


def resolve_request(
    context: Context, session: Session, request: RankingRequest
) -> InitiativeSubject:
    """What was asked for, looked up. UsageError: an unknown topic or ward."""
    topics = lexicon.vocabulary("topic")
    for topic in request.topics:
        if topic not in topics or topic in protected_topics.TOPICS:
            names = [
                topic_name
                for topic_name in topics
                if topic_name not in protected_topics.TOPICS
            ]
            raise UsageError("creators.no_topic", topic=topic, topics=names)
    ids, spellings = set(), []
    for words in request.words:
        concept = concepts.find(index_form(words.removeprefix("initiative:")))
        if concept is None:
            spellings.append(index_form(words))
        else:
            ids.add(concept.id)
            spellings += concept.spellings
    return InitiativeSubject(
        ids=frozenset(ids),
        topics=frozenset(request.topics),
        spellings=tuple(dict.fromkeys(filter(None, spellings))),
        wards=_ward_ids(context, session, request.wards),
        languages=frozenset(request.languages),
    )


def _ward_ids(
    context: Context, session: Session, wards: Sequence[str]
) -> frozenset[str]:
    if not wards:
        return frozenset()
    places, on = AreaMatcher(areas.all_areas(session)), today(context)
    try:
        return frozenset(places.id_of(ward, on) for ward in wards)
    except ValueError as error:
        raise UsageError(
            "creators.unreadable_area", field="--ward", reason=error
        ) from None


def _candidates(
    session: Session,
    floor: int | None,
    since: datetime,
    until: datetime,
    creators: Mapping[str, Creator],
) -> list[Candidate]:
    accounts = candidate_store.candidate_accounts(session, floor)
    numbers = [number for account in accounts for number in account.authors]
    posts = candidate_posts.posts(session, numbers, since, until)
    ids = [post.id for some in posts.values() for post in some]
    answers = candidate_posts.answers(session, ids)
    candidates = []
    for account in accounts:
        theirs = sorted(
            (post for number in account.authors for post in posts.get(number, ())),
            key=lambda post: (post.at, post.id),
        )
        candidate = Candidate(
            platform=account.platform,
            handle=account.handle,
            name=account.name,
            why=tuple(account.why),
            authors=tuple(account.authors),
            creator=account.creator,
            figures=tuple(
                sorted(
                    (
                        step
                        for number in account.authors
                        for step in account.figures[number]
                    ),
                    key=lambda step: step.at,
                )
            ),
            posts=tuple(theirs),
            answers=tuple(
                answer for post in theirs for answer in answers.get(post.id, ())
            ),
        )
        creator = creators.get(account.creator or "")
        candidates.append(
            candidate if creator is None else _with_insights(candidate, creator)
        )
    return candidates


def _with_insights(candidate: Candidate, creator: Creator) -> Candidate:
    """What the account's own insights say; places by the id of the gazetteer."""
    own = [
        insight
        for insight in creator.insights
        if insight.platform == candidate.platform
    ]
    reach = next(
        (insight.number for insight in own if insight.dimension == "reach"), None
    )
    shares: dict[tuple[str, str], float] = {}
    for insight in own:
        if insight.dimension == "city":
            place = concepts.find(insight.value)
            if place is not None and place.id == CITY_ENTITY:
                shares["city", CITY_ENTITY] = insight.number
        elif insight.dimension in ("language", "ward"):
            shares[insight.dimension, insight.value] = insight.number
    return replace(candidate, reach=reach, shares=shares)
