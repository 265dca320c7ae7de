"""Plans as documents, tables, calendars and QR codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias, TypedDict

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.assemble_plan import MICROS
from socialcell.campaigns.planning.model import (
    MoneyDocument,
    Plan,
    PlanTag,
    StoredCalendar,
    StoredChoice,
    StoredPower,
)
from socialcell.campaigns.planning.store import NoPlan
from socialcell.clock import IST
from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.json_types import (
    JsonObject,
    JsonValue,
    as_list,
    as_object,
    as_text,
    as_whole,
)
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.reports.plans import plan_calendar, plan_page
from socialcell.reports.weekly import workbook
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.links import qr_codes, tracked_links
from socialcell.services.planning import content_calendar
from socialcell.services.planning.plan_creation import NewPlan, money
from socialcell.sheet import csv_lines

COLUMNS = (
    *("n", "day", "at", "creator", "channel", "asset", "format", "posted_by"),
    *("language", "wards", "text", "label", "link", "reach", "cost", "currency"),
    *("nth", "reason"),
)


_Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""Area → language → name."""


EXPORTS = ("ics", "csv", "xlsx")


@dataclass(frozen=True)
class PlanFile:
    """A plan as a file: its name and what is in it."""

    name: str
    content: bytes


class PlanTagFields(TypedDict):
    """A tag of a plan, without its cost; `link` None: the plan is a draft."""

    n: int
    day: date
    at: str
    creator: str
    channel: str
    asset: str
    format: str
    posted_by: str
    language: str
    wards: list[str]
    text: str | None
    label: str | None
    reach: float
    currency: str
    nth: int
    link: str | None


class PlannedTag(PlanTagFields):
    """A tag in a document, with its cost and why it is in the plan."""

    cost: MoneyDocument
    reason: str


class SheetTag(PlanTagFields):
    """A tag as a row of a sheet, with its cost in units of the currency."""

    cost: float
    reason: str


class PlanDocument(TypedDict):
    """All that a plan says. `start`, `end`, `wards` and `languages` are those of the
    brief; `lot` is the random draw."""

    campaign: str
    version: int
    lot: JsonObject | None
    power: StoredPower | None
    warnings: list[str]
    made_by: str
    made_at: datetime
    initiative: str
    goal: str
    audience: str
    start: str
    end: str
    wards: Sequence[JsonValue]
    languages: JsonObject
    budget: MoneyDocument
    ward_names: _Names
    choice: StoredChoice
    calendar: StoredCalendar
    tags: list[PlannedTag]


def plan_document(
    context: Context, campaign: str, version: int | None = None
) -> PlanDocument:
    """A version of a plan as a document, the newest without one. For approvers; noted.

    NoPlan when there is none.
    """
    plan, tags = find_plan(context, campaign, version)
    return document(context, plan, tags)


def draft_document(context: Context, new_plan: NewPlan) -> PlanDocument:
    """A plan that is not kept, as a document: its tags have neither link nor words."""
    return document(context, new_plan.plan, [(tag, None) for tag in new_plan.tags])


def document(
    context: Context, plan: Plan, tags: Sequence[tuple[PlanTag, TrackedLink | None]]
) -> PlanDocument:
    """All that a plan says, ready for JSON."""
    names, brief = _ward_names(context, plan), plan.brief
    return {
        "campaign": plan.campaign,
        "version": plan.version,
        "lot": plan.lot,
        "power": plan.power,
        "warnings": plan.warnings,
        "made_by": plan.made_by,
        "made_at": plan.made_at,
        "initiative": as_text(brief["initiative"]),
        "goal": as_text(brief["goal"]),
        "audience": as_text(brief["audience"]),
        "start": as_text(brief["start"]),
        "end": as_text(brief["end"]),
        "wards": as_list(brief["wards"]),
        "languages": as_object(brief["languages"]),
        "budget": money(as_whole(brief["budget"]) * MICROS),
        "ward_names": names,
        "choice": plan.choice,
        "calendar": plan.calendar,
        "tags": [_tag_document(context, tag, link, names) for tag, link in tags],
    }


def export_plan(
    context: Context, campaign: str, folder: Path, lang: str, version: int | None = None
) -> list[Path]:
    """Write a plan's calendar, CSV, workbook and QR codes into a folder; which files.

    Each file is written whole or not at all. QR codes need links.address in
    config.yaml.
    """
    plan, tags = find_plan(context, campaign, version)
    name = _file_stem(plan)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        f"{name}.{form}": _file_content(context, plan, tags, form, lang)
        for form in EXPORTS
    }
    if context.workspace.config.links.address is not None:
        for code in dict.fromkeys(link.code for _, link in tags):
            address = qr_codes.qr_address(context, code)
            files[f"{name}-qr-{code}.svg"] = qr_codes.qr_image(address, ".svg")
    return [write_file(folder / file, content) for file, content in files.items()]


def export_file(
    context: Context, campaign: str, form: str, lang: str, version: int | None = None
) -> PlanFile:
    """A plan as one file, in a form of EXPORTS, as `export_plan` writes it."""
    plan, tags = find_plan(context, campaign, version)
    content = _file_content(context, plan, tags, form, lang)
    return PlanFile(f"{_file_stem(plan)}.{form}", content)


def _file_content(
    context: Context,
    plan: Plan,
    tags: list[tuple[PlanTag, TrackedLink]],
    form: str,
    lang: str,
) -> bytes:
    if form == "ics":
        return calendar_content(context, plan, tags)
    if form == "xlsx":
        return workbook.workbook(plan_page.page(document(context, plan, tags), lang))
    names = _ward_names(context, plan)
    rows = [_sheet_row(context, tag, link, names) for tag, link in tags]
    return "".join(csv_lines(COLUMNS, rows)).encode()


def plan_calendar_file(
    context: Context, campaign: str, version: int | None = None
) -> bytes:
    """A plan as an iCalendar file."""
    plan, tags = find_plan(context, campaign, version)
    return calendar_content(context, plan, tags)


def calendar_content(
    context: Context, plan: Plan, tags: list[tuple[PlanTag, TrackedLink]]
) -> bytes:
    """One event a tag, and one each of the cell's own posts in the plan's days; ids
    stay the same from version to version."""
    events = [
        plan_calendar.Event(
            uid=f"{link.code}-{tag.asset}@socialcell",
            starts=datetime.combine(tag.day, time.fromisoformat(tag.at), IST),
            title=f"{tag.creator}: {tag.asset} ({tag.channel}, {tag.language})",
            text=tag.text or "",
            link=tracked_links.link_address(context, link),
            version=plan.version,
        )
        for tag, link in tags
    ]
    days = as_text(plan.brief["start"]), as_text(plan.brief["end"])
    events += content_calendar.events(content_calendar.list_posts(context, *days))
    return plan_calendar.calendar(plan.campaign, events, plan.made_at)


def find_plan(
    context: Context, campaign: str, version: int | None = None
) -> tuple[Plan, list[tuple[PlanTag, TrackedLink]]]:
    """A version of a plan with its tags, the newest without one. For approvers; noted.

    NoPlan when there is none.
    """
    name = utm_naming.normalise_name(campaign, "campaign")
    creator_registry.require_approver(
        context, "campaigns.plan.show", name, {"version": version}
    )
    with db.reading(context.engine) as session:
        plan = store.find_plan(session, name, version)
        if plan is None:
            versions = store.versions(session, name)
            if not versions:
                raise NoPlan("plans.no_plan", campaign=name)
            raise NoPlan("plans.no_version", campaign=name, newest=versions[0].version)
        tags = store.tags(session, plan)
        session.expunge_all()
    return plan, tags


def _fields(context: Context, tag: PlanTag, link: TrackedLink | None) -> PlanTagFields:
    return {
        "n": tag.n,
        "day": tag.day,
        "at": tag.at,
        "creator": tag.creator,
        "channel": tag.channel,
        "asset": tag.asset,
        "format": tag.format,
        "posted_by": tag.posted_by,
        "language": tag.language,
        "wards": tag.wards,
        "text": tag.text,
        "label": tag.label,
        "reach": round(tag.reach, 1),
        "currency": tag.currency,
        "nth": tag.nth,
        "link": None if link is None else tracked_links.link_address(context, link),
    }


def _tag_document(
    context: Context, tag: PlanTag, link: TrackedLink | None, names: _Names
) -> PlannedTag:
    return {
        **_fields(context, tag, link),
        "cost": money(tag.cost_micros),
        "reason": plan_page.reason(tag.model_dump(), names, "en"),
    }


def _sheet_row(
    context: Context, tag: PlanTag, link: TrackedLink | None, names: _Names
) -> SheetTag:
    return {
        **_fields(context, tag, link),
        "cost": tag.cost_micros / MICROS,
        "reason": plan_page.reason(tag.model_dump(), names, "en"),
    }


def _ward_names(context: Context, plan: Plan) -> _Names:
    """Names of all areas of the city, as they were when the plan begins."""
    start = date.fromisoformat(as_text(plan.brief["start"]))
    with db.reading(context.engine) as session:
        return {
            area.id: dict(names_of(area)) for area in areas.areas_on(session, start)
        }


def _file_stem(plan: Plan) -> str:
    """A name that every file system takes, without its ending."""
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in plan.campaign)
    return f"{name}-v{plan.version}"


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all. SocialcellError when it cannot be written."""
    try:
        with unfinished_files.writing(path) as file:
            file.write(content)
    except OSError as error:
        raise SocialcellError(
            "plans.file_not_written", path=path, reason=error.strerror
        ) from None
    return path
