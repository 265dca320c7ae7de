"""What an incident of a frozen week is about, with the names frozen with it."""

from collections.abc import Mapping

from socialcell.listening.store.alerts.incident_numbers import ItemSubject, PlaceCounts
from socialcell.reports.incidents import incident_titles
from socialcell.reports.incidents.incident_facts import place_names
from socialcell.reports.incidents.incident_titles import IncidentSubject
from socialcell.reports.named_counts import Names
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_incidents import IncidentNumbers, ItemNumbers


def item_numbers(
    item: ItemSubject | None, names: Mapping[str, Names]
) -> ItemNumbers | None:
    """A critical item as plain JSON; `names` are those of areas, by id."""
    if item is None:
        return None
    return {
        "kind": item.kind,
        "topics": list(item.topics),
        "dangers": list(item.dangers),
        "wards": [{"id": id_, "name": names.get(id_, {})} for id_ in item.wards],
        "places": [
            {"id": id_, "name": name}
            for id_ in item.places
            if (name := names.get(id_) or place_names().get(id_))
        ],
    }


def title(incident: IncidentNumbers, phrases: Phrases) -> str:
    """What the incident is called in lists: what happens and where."""
    about = IncidentSubject(
        incident["kind"],
        incident["subject"],
        _places(incident),
        _item(incident),
        promise=incident["promise"],
    )
    return incident_titles.title(about, names_of(incident), phrases)


def names_of(incident: IncidentNumbers) -> dict[str, Names]:
    """Names of the areas that the numbers name, by id."""
    names: dict[str, Names] = {}
    if item := incident.get("item"):
        areas = [*item["wards"], *item.get("places", ())]
        names |= {area["id"]: area["name"] for area in areas}
    if situation := incident.get("situation"):
        named = [*situation["wards"], *situation["places"]]
        names |= {count["id"]: count["name"] for count in named if count["name"]}
    if incident["name"]:
        names[area_of(incident["subject"])] = incident["name"]
    return names


def area_of(subject: str) -> str:
    """The id of the area that a subject is, if it is one."""
    return subject.removeprefix("negative ").removeprefix("ward:")


def _places(incident: IncidentNumbers) -> PlaceCounts | None:
    situation = incident.get("situation")
    if situation is None:
        return None
    wards = [(ward["id"], ward["n"]) for ward in situation["wards"]]
    return PlaceCounts(situation["mentions"], wards)


def _item(incident: IncidentNumbers) -> ItemSubject | None:
    item = incident.get("item")
    if item is None:
        return None
    wards = [ward["id"] for ward in item["wards"]]
    places = [place["id"] for place in item.get("places", ())]
    dangers = item.get("dangers", ())
    return ItemSubject(item["kind"], item["topics"], wards, dangers, places)
