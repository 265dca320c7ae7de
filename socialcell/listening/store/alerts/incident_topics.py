"""Topics that mentions have from a running incident, and not from their own words.

In a flood many write of what befell their street and never name the water: "my shop at
Patil Estate is finished, who pays?". Where most mentions of a place have the incident's
topic by their own words, the others that name the place get it as well. So do those
that name no place and no topic, while most of what concerns the city's work has it.
Only own words count towards "most": what is added here never brings more of itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.language.analysis import NO_MESSAGE, NO_TOPIC
from socialcell.listening.alerts.model import EVENTS
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.mentions.tags import FROM_INCIDENT

LEAST_PEOPLE, LEAST_IN_CITY = 3, 10
"""Who write of the topic at a place, and in the whole city, before what else is written
there is the incident's."""

_MOST = 0.5
_CITY = "place:pune"
_MENTION = db.table(Mention)
M = _MENTION.c
ANNOTATION = db.table(Annotation)
_PLACE = ANNOTATION.alias("place")
_P = _PLACE.c
_T = ANNOTATION.alias("topic").c
_TOPIC_IN_FORCE = func.coalesce(_T.decided_value, _T.value)
_IS_PLACE = and_(_P.kind == "entity", _P.value.startswith("place:"), _P.value != _CITY)


@dataclass(frozen=True, slots=True)
class IncidentTopic:
    """A mention that gets an incident's topic; `place` is the incident's place that it
    names, None where it names none."""

    mention_id: int
    place: str | None


def find(
    session: Session, topic: str, start: datetime, end: datetime
) -> list[IncidentTopic]:
    """The mentions of [start, end) that get the topic from an incident of it: not
    advertising, nor what is of another event, nor where a person decided the topics."""
    span = and_(M.state == "present", M.authored_at >= start, M.authored_at < end)
    by_own_words = or_(_T.model != FROM_INCIDENT, _T.decided_value.is_not(None))
    tells = _has_topic(_TOPIC_IN_FORCE.in_([topic]), by_own_words)
    gets = (
        span,
        M.intent != "spam",
        ~_has_topic(
            or_(_TOPIC_IN_FORCE.in_((*EVENTS, *TOPICS)), _T.decided_value.is_not(None))
        ),
    )
    names_place = _P.mention_id == M.id, _IS_PLACE
    named = _P.value.in_(_places(session, span, tells))
    place = select(func.min(_P.value)).where(*names_place, named)
    by_place = (
        select(M.id, place.correlate(_MENTION).scalar_subquery())
        .where(*gets, exists().where(*names_place, named).correlate(_MENTION))
        .order_by(M.id)
    )
    topics = [IncidentTopic(*row) for row in session.execute(by_place)]
    if _is_of_city(session, span, tells):
        nowhere = select(M.id).where(
            *gets,
            M.intent.not_in(NO_MESSAGE),
            ~exists().where(*names_place).correlate(_MENTION),
            ~_has_topic(_TOPIC_IN_FORCE != NO_TOPIC),
        )
        ids = session.scalars(nowhere.order_by(M.id))
        topics += [IncidentTopic(id_, None) for id_ in ids]
    return topics


def write(
    session: Session,
    incident_id: int,
    topic: str,
    topics: Sequence[IncidentTopic],
    now: datetime,
) -> None:
    """Give the mentions the incident's topic, in place of that they have none."""
    ids = [incident_topic.mention_id for incident_topic in topics]
    before = rollups.contribution(session, ids)
    c = ANNOTATION.c
    for chunk in db.chunks(ids):
        no_topic = (c.kind == "topic", c.value == NO_TOPIC, c.decided_value.is_(None))
        session.execute(delete(ANNOTATION).where(c.mention_id.in_(chunk), *no_topic))
    db.insert(
        session,
        ANNOTATION,
        [
            {
                "mention_id": incident_topic.mention_id,
                "kind": "topic",
                "value": topic,
                "detail": {"place": incident_topic.place},
                "model": FROM_INCIDENT,
                "model_version": str(incident_id),
                "made_at": now,
            }
            for incident_topic in topics
        ],
    )
    owners.resolve(session, ids)
    rollups.subtract(session, before)
    rollups.add(session, rollups.contribution(session, ids))


def _has_topic(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The mention has a topic of which this is true."""
    own_topic = (_T.mention_id == M.id, _T.kind == "topic", *conditions)
    return exists().where(*own_topic).correlate(_MENTION)


def _places(
    session: Session, span: ColumnElement[bool], tells: ColumnElement[bool]
) -> list[str]:
    """The places of the incident: enough people write of its topic there, and most of
    the mentions that name the place do."""
    statement = (
        select(_P.value)
        .join_from(_MENTION, _PLACE, _P.mention_id == M.id)
        .where(span, _IS_PLACE)
        .group_by(_P.value)
        .having(
            _people(tells) >= LEAST_PEOPLE,
            func.count(case((tells, M.id)).distinct())
            >= _MOST * func.count(M.id.distinct()),
        )
    )
    return list(session.scalars(statement.order_by(_P.value)))


def _is_of_city(
    session: Session, span: ColumnElement[bool], tells: ColumnElement[bool]
) -> bool:
    """Is most of what concerns the city's work of the incident's topic?"""
    statement = select(
        _people(tells), func.count(case((tells, M.id))), func.count()
    ).where(span, M.intent.not_in(NO_MESSAGE))
    people, of_topic, mentions = session.execute(statement).one()
    return bool(people >= LEAST_IN_CITY and of_topic >= _MOST * mentions)


def _people(tells: ColumnElement[bool]) -> ColumnElement[int]:
    """Accounts that tell of the topic; a mention without one counts by itself."""
    account = func.coalesce(M.author_id, -M.id)
    return func.count(case((tells, account)).distinct())
