"""What the reader makes of a mention, and the register of owners of a case: suggestions
that a person decides about."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.connectors.whatsapp import whatsapp_location
from socialcell.desk.store import conversations
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.language import lexicon
from socialcell.language.analysis import NO_TOPIC
from socialcell.listening.areas import area_table
from socialcell.listening.areas.owner_table import (
    NOBODY,
    OwnedProblem,
    OwnerFinder,
)
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.listening.store.mentions.tags import Tagged
from socialcell.services import gazetteer_places
from socialcell.services.context import Context
from socialcell.views.mentions.mention_view import group_values

KINDS = ("complaint", "question", "suggestion", "help", "praise")
PRIORITIES = ("P0", "P1", "P2", "P3")
_LEVELS = ("critical", "high", "normal", "low")  # that P0 to P3 stand for
CITY = "place:pune"
_PLACE = "place:"
_WARD = "ward:"
# Degrees around the corporation's area with all villages that were merged into it, and
# some kilometres more: outlines of ward offices are not known everywhere.
_SOUTH, _NORTH, _WEST, _EAST = 18.33, 18.72, 73.65, 74.10


@dataclass(frozen=True)
class CaseReading:
    """What is suggested of a case: `kind` is None where the reader sees no request."""

    kind: str | None
    topic: str | None = None
    area: str | None = None
    place: str = ""
    place_id: str | None = None
    owner: str | None = None
    priority: str = "P2"

    @property
    def suggestion(self) -> JsonObject:
        """As it stands in the step that opens a case."""
        return {**asdict(self)}


def read_mention(session: Session, row: MentionRow) -> CaseReading:
    """What is understood of a mention now, decisions of people included."""
    values = group_values(mention_queries.annotations(session, [row.id])[row.id])
    kind = row.intent if row.intent in KINDS else None
    if row.urgency == "critical":
        kind = kind or "help"
    place_id = _most_exact_place(values.get("entity", ()))
    return CaseReading(
        kind=kind,
        topic=_first_topic(values.get("topic", ())),
        area=_only_ward(values.get("ward", ())),
        place="" if place_id is None else place_name(session, place_id),
        place_id=place_id,
        owner=None if row.owner == NOBODY else row.owner,
        priority=priority_of(kind, row.urgency),
    )


def read_spoken(session: Session, words: Tagged, kind: str) -> CaseReading:
    """What is understood of words that were entered by hand, of a kind that whoever
    entered them chose."""
    reading = words.analysis
    topic = _first_topic([topic.id for topic in reading.topics])
    area = _only_ward(words.wards)
    place_id = _most_exact_place([entity.id or "" for entity in reading.entities])
    priority = priority_of(kind, reading.urgency.level)
    at, critical = words.mention.at, priority == "P0"
    return CaseReading(
        kind=kind,
        topic=topic,
        area=area,
        place="" if place_id is None else place_name(session, place_id),
        place_id=place_id,
        owner=find_owner(
            session,
            topic,
            area,
            place_id,
            at,
            critical=critical,
            text=words.mention.text,
        ),
        priority=priority,
    )


def point_of(session: Session, row: MentionRow) -> tuple[float, float] | None:
    """Latitude and longitude of the place that a message shares; None: it shares none,
    or the platform's own form of it is not kept any more."""
    if row.kind != "message":
        return None
    raw = conversations.raw_of_mention(session, row.id)
    return None if raw is None else whatsapp_location.point_of(json.loads(raw))


def priority_of(kind: str | None, urgency: str | None) -> str:
    """P0 is life or limb; P1 a hazard, or what many lack; P2 a service; P3 the rest."""
    if kind in ("complaint", "help"):
        if urgency == "critical":
            return "P0"
        return "P1" if kind == "help" or urgency == "high" else "P2"
    # Somebody in danger may also ask.
    return {"critical": "P0", "high": "P1"}.get(urgency or "", "P3")


def urgency_of(priority: str, kind: str | None, suggested: str | None) -> str:
    """The urgency that a person's priority says of a post: as the reader suggested it
    where the priority follows from that, else the level that the priority stands for.
    """
    if suggested is not None and priority_of(kind, suggested) == priority:
        return suggested
    return dict(zip(PRIORITIES, _LEVELS, strict=True))[priority]


def find_owner(
    session: Session,
    topic: str | None,
    area: str | None,
    place_id: str | None,
    moment: datetime,
    *,
    critical: bool = False,
    text: str = "",
) -> str | None:
    """The id of who owns problems of a topic at a place on the day of a moment, as the
    register has it; None: nobody is known, or several are. What is critical is of who
    rescues people from it, also by the danger that its `text` tells."""
    topics: tuple[str, ...]
    if critical:
        topics = owners.topics_of_rescue([topic] if topic else [], text)
    elif topic:
        topics = (topic,)
    else:
        return None
    wards = [area] if area is not None and area.startswith(_WARD) else []
    problem = OwnedProblem(
        topics=topics,
        named=[place_id] if place_id is not None else [],
        wards=wards,
        day=moment.astimezone(IST).date(),
    )
    owner = OwnerFinder(owners.list_owners(session)).find(problem)
    return None if owner is None else owner.owner


def place_of(
    context: Context, session: Session, words: str, moment: datetime
) -> tuple[str | None, str | None]:
    """The id of a place by its id or name in one of the three languages, and of the
    ward office that it lay in; None where it is not known. The areas come first, then
    the gazetteer of the package, then the workspace's own."""
    day = moment.astimezone(IST).date()
    areas = area_store.all_areas(session)
    chain = area_table.area_chain(areas, words, day)
    if not chain:
        named = gazetteer_places.find_place(context, words)
        return (None, None) if named is None else (named["id"], named["ward"] or None)
    ward = next((area.id for area in chain if area.kind == "ward_office"), None)
    place = chain[0].id if chain[0].id.startswith(_PLACE) else None
    return place if place != CITY else None, ward


def place_name(session: Session, place_id: str) -> str:
    """The English name of a place; of one that is only the workspace's own, the words
    of its id."""
    name = area_store.english_name(session, place_id) or _names().get(place_id)
    return name or place_id.partition(":")[2].replace("-", " ").capitalize()


def place_in_words(words: str, code: str) -> str:
    """A place in words, in a language, where the words are a name of a place that the
    gazetteer knows; else as they are."""
    names = _names_of_places().get(words.strip().casefold(), {})
    return names.get(code) or words


def require_words(kind: str | None, topic: str | None, priority: str | None) -> None:
    """UsageError for a kind, topic or priority that there is not; None: not given."""
    if kind is not None and kind not in KINDS:
        raise UsageError("deskcases.no_such_kind", kind=kind, kinds=KINDS)
    topics = sorted(lexicon.vocabulary("topic"))
    if topic is not None and topic not in topics:
        raise UsageError("deskcases.no_such_topic", topic=topic, topics=topics)
    if priority is not None and priority not in PRIORITIES:
        raise UsageError(
            "deskcases.no_such_priority", priority=priority, priorities=PRIORITIES
        )


def require_places(session: Session, area: str | None, owner: str | None) -> None:
    """UsageError for an area or an owner that there is not; None or "": not given."""
    if area and area not in {row.id for row in area_store.all_areas(session)}:
        raise UsageError("deskcases.no_such_area", area=area)
    if owner and owner not in owners.list_ids(session):
        raise UsageError("deskcases.no_such_owner", owner=owner)


def read_point(text: str) -> tuple[float, float] | None:
    """Latitude and longitude as they are written: 18.507,73.807; None: nothing is
    written. UsageError."""
    if not text.strip():
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError("deskcases.unreadable_point", text=text) from None
    return latitude, longitude


def read_coordinates(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Latitude and longitude of two fields; None: both are empty. UsageError."""
    parts = [latitude.strip(), longitude.strip()]
    if any(parts) and not all(parts):
        raise UsageError("deskcases.half_point")
    return read_point(",".join(parts)) if all(parts) else None


def checked_point(point: tuple[float, float]) -> tuple[float, float]:
    """Latitude and longitude in degrees. UsageError when they are none, or lie outside
    the city."""
    latitude, longitude = point
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise UsageError("deskcases.no_point", latitude=latitude, longitude=longitude)
    if not (_SOUTH <= latitude <= _NORTH and _WEST <= longitude <= _EAST):
        raise UsageError(
            "deskcases.point_outside", latitude=latitude, longitude=longitude
        )
    return latitude, longitude


def _first_topic(topics: Sequence[str]) -> str | None:
    return next((topic for topic in topics if topic != NO_TOPIC), None)


def _only_ward(wards: Sequence[str]) -> str | None:
    """The ward office of a reading; None: of several a person says which."""
    return wards[0] if len(wards) == 1 else None


def _most_exact_place(ids: Sequence[str]) -> str | None:
    """The id of the place that is named first, of those in one ward office where there
    are any: a river or a highway says less than the locality beside it."""
    named = [id_ for id_ in ids if id_.startswith(_PLACE) and id_ != CITY]
    return min(named, key=lambda id_: id_ in _places_of_no_ward(), default=None)


@lru_cache(maxsize=1)
def _places_of_no_ward() -> frozenset[str]:
    """Places of the gazetteer that lie in several ward offices, or in none."""
    rows = (row for _file, _line, row in lexicon.gazetteer_rows())
    return frozenset(row["id"] for row in rows if not row["ward"])


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {row["id"]: row["name_en"] for _f, _n, row in lexicon.gazetteer_rows()}


@lru_cache(maxsize=1)
def _names_of_places() -> dict[str, dict[str, str]]:
    """The names of places of the gazetteer by language, by each of them in lower
    case."""
    places: dict[str, dict[str, str]] = {}
    for _file, _line, row in lexicon.gazetteer_rows():
        if row["id"].startswith(_PLACE):
            names = {code: row[f"name_{code}"] for code in ("en", "mr", "hi")}
            for name in names.values():
                places.setdefault(name.casefold(), names)
    return places
