"""What the weekly letters say beside the numbers of the report, as plain JSON."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from sqlmodel import Session

from socialcell.campaigns.publishing import store as own_posts
from socialcell.clock import IST, local_iso
from socialcell.language.analysis import ASKING
from socialcell.language.names.places import places
from socialcell.listening.alerts.festivals import CityFestivals
from socialcell.listening.alerts.model import Closure, Promise
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.areas.owner_table import NOBODY, OwnerRecord
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import commitments, incident_numbers, incidents
from socialcell.listening.store.mentions import (
    mention_counts,
    office_counts,
    reply_drafts,
)
from socialcell.listening.store.mentions.mention_counts import Cells, TimeSpan
from socialcell.reports.compared_figures import Figure
from socialcell.reports.incidents import incident_facts
from socialcell.reports.letter_numbers import (
    CellWork,
    CommitmentNumbers,
    LetterNumbers,
    OfficeNumbers,
    PlannedClosure,
)
from socialcell.reports.named_counts import Names, OwnerNames
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.weekly.incident_situations import id_as_names, named_counts

CLOSED = "closed_without_action"
"""The detail of an intent: a complaint that is said to be closed without action."""
_VAGUE = frozenset({"politics", "other"})
_MOST = 6  # topics and places of an office


@dataclass(frozen=True)
class LetterCounting:
    """What the letters' numbers are counted from.

    `both` is the week and the one before it; `figure` makes a figure of its cells.
    `names` are those of areas, `owners` the table of owners of the week's last day.
    """

    session: Session
    week: TimeSpan
    both: TimeSpan
    figure: Callable[[Cells], Figure]
    names: Mapping[str, Names]
    wards: Collection[str]
    owners: Sequence[OwnerRecord]

    @property
    def owner_names(self) -> dict[str, Names]:
        return {owner.owner: names_of(owner) for owner in self.owners}


def count_letter(counting: LetterCounting) -> LetterNumbers:
    """Everything the letters say that the report does not count."""
    session, week = counting.session, counting.week
    all_closed = mention_counts.by_annotation(session, week, "detail", values=[CLOSED])
    closed = office_counts.by_office(session, week, "owner", "detail", values=[CLOSED])
    closed_by_owner = sorted(
        ((owner, counts[0][1]) for owner, counts in closed.items()),
        key=lambda count: (-count[1], count[0]),
    )
    return {
        "commitments": [
            _commitment(counting, promise)
            for promise in commitments.open_at(session, week.end)
        ],
        "planned": [
            _planned(counting, closure)
            for closure in alert_store.closures(session, week.start, week.end)
        ],
        "work": _work(session, week),
        "unacknowledged": incidents.count_unacknowledged(session, week.end),
        "closed": sum(all_closed.get(CLOSED, {}).values()),
        "closed_of": named_counts(closed_by_owner, counting.owner_names, _MOST),
        "festival": _festival_days(week),
        "offices": [*_offices(counting, "ward"), *_offices(counting, "owner")],
    }


def _commitment(counting: LetterCounting, promise: Promise) -> CommitmentNumbers:
    assert promise.id is not None
    return {
        "id": promise.id,
        "text": promise.text,
        "due_at": local_iso(promise.due_at),
        "topic": promise.topic,
        "ward": promise.ward,
        "made_by": promise.made_by,
        "owner": _owner_of_topic(counting, promise.topic),
    }


def _owner_of_topic(counting: LetterCounting, topic: str | None) -> OwnerNames | None:
    """The usual owner of a topic."""
    usual = (o for o in counting.owners if o.topic == topic and o.is_of_all)
    owner = next(usual, None)
    return {"id": owner.owner, "name": names_of(owner)} if owner else None


def _planned(counting: LetterCounting, closure: Closure) -> PlannedClosure:
    session, week = counting.session, counting.week
    return {
        "topic": closure.topic,
        "wards": [
            {"id": ward, "name": counting.names.get(ward, id_as_names(ward))}
            for ward in closure.wards
        ],
        "from": local_iso(closure.from_at),
        "to": local_iso(closure.to_at),
        "n": incident_numbers.count_of_closure(session, closure, week.start, week.end),
    }


def _work(session: Session, week: TimeSpan) -> CellWork:
    posted = own_posts.posted_between(session, week.start, week.end)
    answers = sum(post.kind == "reply" for post in posted)
    drafts = [
        post
        for post in own_posts.unposted(session)
        if post.state == "draft" and post.kind != "tag" and post.made_at < week.end
    ]
    waiting = [
        draft
        for draft in reply_drafts.waiting(session)
        if draft.state == "waiting" and draft.made_at < week.end
    ]
    due = incidents.promises_due(session, week.start, week.end)
    kept = commitments.kept_between(session, week.start, week.end)
    return {
        "posts": len(posted) - answers,
        "answers": answers + reply_drafts.count_sent(session, week.start, week.end),
        "posts_waiting": {
            "n": len(drafts),
            "due_at": local_iso(drafts[0].due_at) if drafts else None,
        },
        "answers_waiting": {"n": len(waiting), "due_at": None},
        "kept": len(kept),
        "due": len(due),
    }


def _offices(
    counting: LetterCounting, kind: Literal["ward", "owner"]
) -> list[OfficeNumbers]:
    """Every ward office, or every owner that has a mention in either week."""
    session, week = counting.session, counting.week
    all_cells = _cells(counting, kind)
    asking = _cells(counting, kind, intents=ASKING)
    urgent = _cells(counting, kind, urgencies=URGENT)
    closed = office_counts.by_office(session, week, kind, "detail", values=[CLOSED])
    topics = office_counts.by_office(session, week, kind, "topic", intents=ASKING)
    nearer = _ward_places(counting) if kind == "ward" else _owner_wards(counting)
    names = counting.names if kind == "ward" else counting.owner_names
    ids = counting.wards if kind == "ward" else all_cells.keys() - {NOBODY}
    return [
        {
            "id": id_,
            "kind": kind,
            "name": dict(names[id_]) if id_ in names else None,
            "mentions": counting.figure(all_cells.get(id_, {})),
            "asking": counting.figure(asking.get(id_, {})),
            "urgent": counting.figure(urgent.get(id_, {})),
            "closed": next((n for _, n in closed.get(id_, ())), 0),
            "topics": named_counts(
                [topic for topic in topics.get(id_, ()) if topic[0] not in _VAGUE],
                {},
                _MOST,
            ),
            "places": named_counts(nearer.get(id_, ()), _place_names(counting), _MOST),
        }
        for id_ in sorted(ids)
    ]


def _cells(
    counting: LetterCounting,
    kind: str,
    intents: Iterable[str] = (),
    urgencies: Iterable[str] = (),
) -> dict[str, Cells]:
    session, both = counting.session, counting.both
    if kind == "ward":
        return mention_counts.by_annotation(
            session, both, "ward", intents=intents, urgencies=urgencies
        )
    return mention_counts.by_column(
        session, both, "owner", intents=intents, urgencies=urgencies
    )


def _ward_places(counting: LetterCounting) -> dict[str, list[tuple[str, int]]]:
    """Ward office → (locality, mentions of the week), the most first."""
    cells = mention_counts.by_annotation(counting.session, counting.week, "entity")
    counts: dict[str, list[tuple[str, int]]] = {}
    for id_, place_cells in cells.items():
        place = incident_facts.locality(id_)
        if place is not None and place.ward is not None:
            n = sum(place_cells.values())
            counts.setdefault(place.ward, []).append((id_, n))
    return {
        ward: sorted(localities, key=lambda count: (-count[1], count[0]))
        for ward, localities in counts.items()
    }


def _owner_wards(counting: LetterCounting) -> dict[str, list[tuple[str, int]]]:
    return office_counts.by_office(counting.session, counting.week, "owner", "ward")


def _place_names(counting: LetterCounting) -> Mapping[str, Names]:
    return {**_localities(), **counting.names}


@lru_cache(maxsize=1)
def _localities() -> Mapping[str, Names]:
    return {place.id: names_of(place) for place in places()}


def _festival_days(week: TimeSpan) -> list[str]:
    monday, festivals = week.start.astimezone(IST).date(), CityFestivals()
    days = (monday + timedelta(days=number) for number in range(7))
    return [day.isoformat() for day in days if day in festivals]
