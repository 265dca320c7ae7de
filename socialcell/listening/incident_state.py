"""The state of an incident: its numbers now, its owner, contradictory figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from socialcell.listening.alerts import contradictions
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import (
    CRITICAL,
    Alert,
    AlertRule,
    Closure,
    Incident,
    Rumour,
)
from socialcell.listening.areas.area_table import names
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import (
    alert_rules,
    alerts,
    incident_numbers,
    rumours,
    scope_counts,
)
from socialcell.listening.store.alerts.incident_numbers import Scope
from socialcell.listening.store.alerts.scope_counts import (
    NO_DETAILS,
    Numbers,
    ScopeDetails,
)
from socialcell.roles import ALL, WARD

VAGUE = ("topic:other", "all")
"""Subjects that say nothing by themselves: such an incident is the whole city's."""

LEAST_MENTIONS = 5
"""Mentions of an incident from which on it concerns a ward office."""


@dataclass(frozen=True, slots=True)
class IncidentState:
    """The state of an incident at a moment.

    `numbers` is None of a silent source and a missed promise. `owner_names` are those
    of the numbers' owner, by language. `closure` is what was planned. `scope` are the
    mentions that were counted, `places` the (id, mentions) of what they name.
    """

    numbers: Numbers | None = None
    owner_names: Mapping[str, str] | None = None
    figures: Sequence[Contradiction] = ()
    rumours: Sequence[RumourSpread] = field(default=())
    closure: Closure | None = None
    details: ScopeDetails = NO_DETAILS
    places: Sequence[tuple[str, int]] = ()
    scope: Scope | None = field(default=None, compare=False)


def state_of(
    session: Session,
    incident: Incident,
    own: Sequence[Alert],
    now: datetime,
    *,
    texts: bool = True,
    rule: AlertRule | None = None,
) -> IncidentState:
    """The incident's state at a moment, or when it ended; `own` are its alerts, `rule`
    is its rule where that is read already. Without `texts` neither figures nor rumours
    are looked for."""
    closure = alerts.closure_of(session, incident)
    scope = scope_at(session, incident, own, now, rule)
    if scope is None:
        return IncidentState(closure=closure)
    counts = scope_counts.count(session, scope)
    numbers = counts.numbers
    every = owners.owners_on(session, scope.as_of.date()) if numbers.owner else []
    whose = next((owner for owner in every if owner.owner == numbers.owner), None)
    rows = incident_numbers.texts(session, scope) if texts else []
    known_rumours = rumours.rumours(session) if rows else []
    details = incident_numbers.details_of_texts(session, scope) if rows else None
    return IncidentState(
        numbers=numbers,
        owner_names=names(whose) if whose else None,
        figures=contradictions.contradictions(rows, details.places if details else {}),
        rumours=contradictions.spreads(
            rows,
            details.links if details else {},
            known_rumours,
        ),
        closure=closure,
        details=counts.details,
        places=counts.places,
        scope=scope,
    )


def rumours_in(
    session: Session, mention_ids: Sequence[int], now: datetime
) -> Sequence[RumourSpread]:
    """What is marked as false and stands in these mentions. What was written to the
    city alone is not looked through."""
    known_rumours = rumours.rumours(session)
    if not known_rumours:
        return ()
    scope = incident_numbers.scope_of_mentions(mention_ids, now)
    rows = incident_numbers.texts(session, scope)
    links = incident_numbers.details_of_texts(session, scope).links if rows else {}
    return contradictions.spreads(rows, links, known_rumours)


def figures_in(
    session: Session, mention_ids: Sequence[int], now: datetime
) -> Sequence[Contradiction]:
    """Figures of these mentions that cannot all be right. What was written to the city
    alone is not looked through."""
    if len(mention_ids) < 2:
        return ()
    scope = incident_numbers.scope_of_mentions(mention_ids, now)
    rows = incident_numbers.texts(session, scope)
    places = incident_numbers.details_of_texts(session, scope).places if rows else {}
    return contradictions.contradictions(rows, places)


def counts_of(
    session: Session, incident: Incident, own: Sequence[Alert], now: datetime
) -> IncidentState:
    """The incident's numbers and places alone, at a moment or when it ended."""
    scope = scope_at(session, incident, own, now)
    if scope is None:
        return IncidentState()
    counts = scope_counts.count(session, scope)
    return IncidentState(
        numbers=counts.numbers,
        details=counts.details,
        places=counts.places,
        scope=scope,
    )


def count_copies(
    session: Session, scope: Scope | None, known_rumours: Sequence[Rumour]
) -> Mapping[int, int]:
    """How many of an incident's mentions repeat the text of each of these rumours, by
    the rumour's id; none is left out."""
    if scope is None or not known_rumours:
        return {}
    rows = incident_numbers.texts(session, scope)
    spreads = contradictions.spreads(rows, {}, known_rumours)
    copies = {spread.rumour.id: len(spread.mentions) for spread in spreads}
    return {rumour.id or 0: copies.get(rumour.id, 0) for rumour in known_rumours}


def mentions_of(numbers: Numbers | None, place: str) -> int:
    """The mentions with which an incident concerns a ward office (those that name it,
    five at least) or an owner of problems (all, where the problem is its own); 0: it
    does not."""
    if numbers is None:
        return 0
    if place.startswith(WARD):
        count = dict(numbers.wards).get(place, 0)
        return count if count >= LEAST_MENTIONS else 0
    return numbers.mentions if numbers.owner == place else 0


def concerns(incident: Incident, numbers: Numbers | None, place: str) -> bool:
    """Whether an incident is the business of a place: `all`, a ward office or an owner.
    A single critical item is that of each ward office that it names."""
    is_own = incident.subject.removeprefix("negative ") == f"ward:{place}"
    if place == ALL or is_own:
        return True
    if incident.subject in VAGUE:
        return False
    if mentions_of(numbers, place):
        return True
    if incident.kind != CRITICAL or numbers is None:
        return False
    return place in dict(numbers.wards)


def scope_at(
    session: Session,
    incident: Incident,
    own: Sequence[Alert],
    now: datetime,
    rule: AlertRule | None = None,
) -> Scope | None:
    """Which mentions an incident has at a moment; None where it counts nothing. `rule`
    is its rule where that is read already."""
    kind, _, name = incident.subject.partition(":")
    if rule is None and kind == "rule":
        rule = alert_rules.named(session, name)
    return incident_numbers.scope_of(
        session, incident, own, now, rule.query if rule else None
    )
