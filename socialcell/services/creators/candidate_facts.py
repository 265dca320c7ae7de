"""Candidates as they are held now, with everything that their scores rest on."""

from collections.abc import Mapping
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
from socialcell.campaigns.creators.store import candidates as store
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.errors import UsageError
from socialcell.language import concepts, lexicon
from socialcell.listening.people import protected_topics
from socialcell.listening.store import areas
from socialcell.services.area_matching import Places
from socialcell.services.context import Context
from socialcell.services.creators.creator_registry import today
from socialcell.text import index_form

DAYS = 90  # of posts that scores rest on


@dataclass(frozen=True)
class Asked:
    """What candidates are ranked for; empty: in general.

    `words` are the initiative's names and words, in any spelling; posts of the last
    `days` count.
    """

    words: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    days: int = DAYS


def scored(
    context: Context, session: Session, asked: Asked, about: InitiativeSubject
) -> tuple[list[ScoredCandidate], dict[str, Creator]]:
    """All candidates in order, and the creators of the registry by key."""
    now = context.clock.now()
    since = now - timedelta(days=asked.days)
    floor = context.workspace.config.influencers.follower_floor
    creators = {one.id: one for one in creator_store.creators(session, today(context))}
    candidates = _candidates(session, floor, since, now, creators)
    arrows = candidate_posts.addressing_counts(session, since, now)
    return rank_candidates(candidates, arrows, about, now), creators


def about(context: Context, session: Session, asked: Asked) -> InitiativeSubject:
    """What was asked for, looked up. UsageError: an unknown topic or ward, or words
    that nobody may be sought by."""
    known = lexicon.vocabulary("topic")
    for topic in asked.topics:
        if topic not in known or topic in protected_topics.TOPICS:
            names = ", ".join(
                one for one in known if one not in protected_topics.TOPICS
            )
            raise UsageError(
                f"There is no topic {topic!r} to ask for; there are: {names}."
            )
    ids, spellings = set(), []
    for words in asked.words:
        held = protected_topics.protected_topic_in(index_form(words))
        if held is not None:
            raise UsageError(
                f"Nobody is sought by {held.subject}: {held.reason}. The word: "
                f"{held.word}."
            )
        concept = concepts.find(index_form(words.removeprefix("initiative:")))
        if concept is None:
            spellings.append(index_form(words))
        else:
            ids.add(concept.id)
            spellings += concept.spellings
    places, on = Places(areas.all_areas(session)), today(context)
    try:
        wards = frozenset(places.id_of(ward, on) for ward in asked.wards)
    except ValueError as error:
        raise UsageError(f"--ward: {error}.") from None
    return InitiativeSubject(
        ids=frozenset(ids),
        topics=frozenset(asked.topics),
        spellings=tuple(dict.fromkeys(filter(None, spellings))),
        wards=wards,
        languages=frozenset(asked.languages),
    )


def _candidates(
    session: Session,
    floor: int | None,
    since: datetime,
    until: datetime,
    creators: Mapping[str, Creator],
) -> list[Candidate]:
    accounts = store.candidate_accounts(session, floor)
    numbers = [number for one in accounts for number in one.authors]
    figures = store.follower_counts(session, numbers)
    posts = candidate_posts.posts(session, numbers, since, until)
    ids = [post.id for some in posts.values() for post in some]
    answers = candidate_posts.answers(session, ids)
    made = []
    for one in accounts:
        theirs = sorted(
            (post for number in one.authors for post in posts.get(number, ())),
            key=lambda post: (post.at, post.id),
        )
        candidate = Candidate(
            platform=one.platform,
            handle=one.handle,
            name=one.name,
            why=tuple(one.why),
            authors=tuple(one.authors),
            creator=one.creator,
            figures=tuple(
                sorted(
                    (
                        step
                        for number in one.authors
                        for step in figures.get(number, ())
                    ),
                    key=lambda step: step.at,
                )
            ),
            posts=tuple(theirs),
            answers=tuple(
                answer for post in theirs for answer in answers.get(post.id, ())
            ),
        )
        creator = creators.get(one.creator or "")
        made.append(
            candidate if creator is None else _with_insights(candidate, creator)
        )
    return made


def _with_insights(candidate: Candidate, creator: Creator) -> Candidate:
    """What the account's own insights say; places by the id of the gazetteer."""
    own = [one for one in creator.insights if one.platform == candidate.platform]
    reach = next((one.number for one in own if one.dimension == "reach"), None)
    shares: dict[tuple[str, str], float] = {}
    for one in own:
        if one.dimension == "city":
            known = concepts.find(one.value)
            if known is not None and known.id == CITY_ENTITY:
                shares["city", CITY_ENTITY] = one.number
        elif one.dimension in ("language", "ward"):
            shares[one.dimension, one.value] = one.number
    return replace(candidate, reach=reach, shares=shares)
