"""Cases that may be one: candidates, what they speak of, and what people decided."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import CaseContact, CaseMessage, CaseSuggestion, DeskCase
from socialcell.json_types import JsonObject
from socialcell.listening.model import Annotation, Mention, Relation

SUGGESTION = db.table(CaseSuggestion)
_OWN_MESSAGE = db.table(CaseMessage).alias("own_message")
_OWN_CONTACT = db.table(CaseContact).alias("own_contact")
WITHIN = timedelta(days=14)
_OPEN = [state.value for state in OPEN_STATES]
_CLAIMED = CaseState.RESOLVED_CLAIMED.value
_CITY = "place:pune"


@dataclass(frozen=True, slots=True)
class SuggestedPair:
    """Two open cases that may be one, the later and the earlier, with the reasons."""

    number: str
    other: str
    reasons: JsonObject
    made_at: datetime


def candidates(
    session: Session, case: DeskCase, kinds: Collection[str], limit: int
) -> Sequence[DeskCase]:
    """The open cases of the same topic and such a kind, first heard of within 14 days
    of a case, and not after the one was claimed done; the newest first."""
    first = col(DeskCase.first_contact_at)
    query = select(DeskCase).where(
        col(DeskCase.id) != case.id,
        col(DeskCase.state).in_(_OPEN),
        col(DeskCase.topic) == case.topic,
        col(DeskCase.kind).in_(kinds),
        first.between(case.first_contact_at - WITHIN, case.first_contact_at + WITHIN),
        or_(
            col(DeskCase.state) != _CLAIMED,
            col(DeskCase.claimed_at) >= case.first_contact_at,
        ),
    )
    if case.state == _CLAIMED and case.claimed_at is not None:
        query = query.where(first <= case.claimed_at)
    newest = query.order_by(first.desc(), col(DeskCase.id).desc())
    return session.scalars(newest.limit(limit)).all()


def replied_to(session: Session, case_id: int) -> Sequence[DeskCase]:
    """The open cases to whose posts the posts of a case reply, or quote them."""
    query = (
        select(DeskCase)
        .join(CaseContact, col(CaseContact.case_id) == col(DeskCase.id))
        .join(CaseMessage, col(CaseMessage.contact_id) == col(CaseContact.id))
        .join(Relation, col(Relation.target_id) == col(CaseMessage.mention_id))
        .join(_OWN_MESSAGE, _OWN_MESSAGE.c.mention_id == col(Relation.mention_id))
        .join(_OWN_CONTACT, _OWN_CONTACT.c.id == _OWN_MESSAGE.c.contact_id)
        .where(
            col(CaseMessage.direction) == "in",
            _OWN_MESSAGE.c.direction == "in",
            _OWN_CONTACT.c.case_id == case_id,
            col(DeskCase.id) != case_id,
            col(DeskCase.state).in_(_OPEN),
            col(Relation.kind).in_(("reply", "quote")),
        )
        .distinct()
    )
    return session.scalars(query).all()


def places_of_cases(
    session: Session, case_ids: Collection[int]
) -> dict[int, frozenset[str]]:
    """The ids of the places that the posts of cases name, but the city's own."""
    in_force = func.coalesce(col(Annotation.decided_value), col(Annotation.value))
    rows = session.execute(
        select(col(CaseContact.case_id), in_force)
        .join(CaseMessage, col(CaseMessage.contact_id) == col(CaseContact.id))
        .join(Annotation, col(Annotation.mention_id) == col(CaseMessage.mention_id))
        .where(
            col(CaseContact.case_id).in_(case_ids),
            col(CaseMessage.direction) == "in",
            col(Annotation.kind) == "entity",
        )
        .distinct()
    )
    places: dict[int, set[str]] = defaultdict(set)
    for case_id, place in rows:
        if place.startswith("place:") and place != _CITY:
            places[case_id].add(place)
    return {case_id: frozenset(places[case_id]) for case_id in case_ids}


def texts_of_cases(
    session: Session, case_ids: Collection[int]
) -> dict[int, Sequence[str]]:
    """What was written or said in each case, the first first; those without words are
    missing."""
    rows = session.execute(
        select(
            col(CaseContact.case_id),
            func.coalesce(col(Mention.text), col(CaseMessage.text)),
        )
        .join(CaseMessage, col(CaseMessage.contact_id) == col(CaseContact.id))
        .outerjoin(Mention, col(Mention.id) == col(CaseMessage.mention_id))
        .where(
            col(CaseContact.case_id).in_(case_ids), col(CaseMessage.direction) == "in"
        )
        .order_by(col(CaseMessage.at), col(CaseMessage.id))
    )
    texts: dict[int, list[str]] = defaultdict(list)
    for case_id, text in rows:
        if text:
            texts[case_id].append(text)
    return dict(texts)


def add_suggestion(
    session: Session, case_id: int, other_id: int, reasons: JsonObject, now: datetime
) -> None:
    """Suggest that two cases are one, unless that has been said of them before."""
    later, earlier = max(case_id, other_id), min(case_id, other_id)
    row: db.Row = {
        "case_id": later,
        "other_id": earlier,
        "reasons": reasons,
        "made_at": now,
    }
    db.insert_new(session, SUGGESTION, [row])


def move_undecided(session: Session, case_id: int, into_id: int, now: datetime) -> None:
    """Suggest of the case that another one was merged into what was suggested of that
    one, and nobody has decided."""
    later, earlier = col(CaseSuggestion.case_id), col(CaseSuggestion.other_id)
    rows = session.scalars(
        select(CaseSuggestion)
        .where(
            or_(later == case_id, earlier == case_id),
            col(CaseSuggestion.decision).is_(None),
        )
        .order_by(col(CaseSuggestion.id))
    ).all()
    for row in rows:
        other_id = row.other_id if row.case_id == case_id else row.case_id
        if other_id != into_id:
            add_suggestion(session, into_id, other_id, row.reasons, now)


def add_decision(
    session: Session, case_id: int, other_id: int, decision: str, by: str, now: datetime
) -> None:
    """Note of two cases that nobody suggested as one what a person decided."""
    later, earlier = max(case_id, other_id), min(case_id, other_id)
    row = CaseSuggestion(
        case_id=later,
        other_id=earlier,
        reasons={},
        made_at=now,
        decision=decision,
        decided_by=by,
        decided_at=now,
    )
    session.add(row)
    session.flush()


def suggestion_of(
    session: Session, case_id: int, other_id: int
) -> CaseSuggestion | None:
    """The suggestion that two cases are one, in any order; None: there is none."""
    query = select(CaseSuggestion).where(
        col(CaseSuggestion.case_id) == max(case_id, other_id),
        col(CaseSuggestion.other_id) == min(case_id, other_id),
    )
    return session.scalars(query).one_or_none()


def undecided(
    session: Session, case_id: int | None = None, limit: int | None = None
) -> list[SuggestedPair]:
    """Pairs of open cases that nobody has decided about, of one case or of all; the
    newest first."""
    later, earlier = aliased(DeskCase), aliased(DeskCase)
    query: Select[str, str, JsonObject, datetime] = (
        select(
            col(later.number).label("number"),
            col(earlier.number).label("other"),
            col(CaseSuggestion.reasons),
            col(CaseSuggestion.made_at),
        )
        .select_from(CaseSuggestion)
        .join(later, col(later.id) == col(CaseSuggestion.case_id))
        .join(earlier, col(earlier.id) == col(CaseSuggestion.other_id))
        .where(
            col(CaseSuggestion.decision).is_(None),
            col(later.state).in_(_OPEN),
            col(earlier.state).in_(_OPEN),
        )
        .order_by(col(CaseSuggestion.id).desc())
        .limit(limit)
    )
    if case_id is not None:
        pair = (col(CaseSuggestion.case_id), col(CaseSuggestion.other_id))
        query = query.where(or_(pair[0] == case_id, pair[1] == case_id))
    return db.records(session, query, SuggestedPair)
