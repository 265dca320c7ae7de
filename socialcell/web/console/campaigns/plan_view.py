"""A plan as pages show it: its tags with their reasons, closed days, who is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from socialcell.campaigns.planning import quiet_days
from socialcell.campaigns.planning.model import StoredClosure
from socialcell.i18n import Language
from socialcell.reports.plans import plan_page
from socialcell.services.planning.plan_documents import PlanDocument, PlannedTag
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords


@dataclass(frozen=True)
class PlanTagLine:
    """A tag of a plan, the wards that it is for by name, and why it is in the plan."""

    tag: PlannedTag
    wards: Sequence[str]
    reason: str


@dataclass(frozen=True)
class ClosedDayLine:
    """Days on which nobody is tagged: why, which, and of whom (none: of everybody)."""

    why: str
    name: str
    first: date
    last: date
    days: int
    creators: Sequence[str]


def plan_values(document: PlanDocument, lang: Language) -> dict[str, object]:
    """What the templates of a plan are filled with."""
    names, power = document["ward_names"], document["power"]
    return {
        "plan": document,
        "first": date.fromisoformat(document["start"]),
        "last": date.fromisoformat(document["end"]),
        "plan_wards": [
            _ward_name(str(ward), names, lang) for ward in document["wards"]
        ],
        "tags": [_tag_line(tag, names, lang) for tag in document["tags"]],
        "closed": [_closed_line(c, lang) for c in document["calendar"]["closed"]],
        "smallest_lift": None
        if power is None
        else power["smallest_detectable_percent"],
        "is_power_known": power is not None and "refused" not in power,
        "c": CampaignWords(lang),
        "w": PublishingWords(lang),
    }


def _ward_name(
    ward: str, names: Mapping[str, Mapping[str, str]], lang: Language
) -> str:
    """The name of a ward office that a plan has by its id or its English name."""
    by_english = {_spelled(name["en"]): name for name in names.values()}
    area_names = names.get(ward) or by_english.get(_spelled(ward))
    return area_names[lang.code] if area_names else ward


def _spelled(name: str) -> str:
    """A name without blanks and capitals: plans spell it in many ways."""
    return "".join(name.split()).casefold()


def _tag_line(
    tag: PlannedTag, names: Mapping[str, Mapping[str, str]], lang: Language
) -> PlanTagLine:
    reason = plan_page.reason(
        {"wards": list(tag["wards"]), "reach": tag["reach"], "nth": tag["nth"]},
        names,
        lang.code,
    )
    wards = [
        names[ward][lang.code] if ward in names else ward for ward in tag["wards"] or ()
    ]
    return PlanTagLine(tag, wards, reason)


def _closed_line(closure: StoredClosure, lang: Language) -> ClosedDayLine:
    days = sorted(map(date.fromisoformat, closure["days"]))
    return ClosedDayLine(
        why=CampaignWords(lang).closure(closure["kind"]),
        name=_festival(closure, days[0], lang) if closure["kind"] == "festival" else "",
        first=days[0],
        last=days[-1],
        days=len(days),
        creators=closure["creators"] or (),
    )


def _festival(closure: StoredClosure, day: date, lang: Language) -> str:
    """The name of a holiday in a language; a day of the workspace keeps its own."""
    _day, _blank, stored = closure["about"].partition(" ")
    for special in quiet_days.special_days(day, day):
        if stored.removesuffix(" (unverified)") == special.name_en:
            return special.name_in(lang.code)
    return stored
