"""Plans as documents, tables, calendars and QR codes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.assemble_plan import MICROS
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.planning.store import NoPlan
from socialcell.clock import IST
from socialcell.errors import SocialcellError
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
_PLAN_FIELDS = ("campaign", "version", "lot", "power", "warnings", "made_by", "made_at")
_BRIEF_FIELDS = ("initiative", "goal", "audience", "start", "end", "wards", "languages")


_Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""Area → language → name."""


def summary(context: Context, campaign: str) -> dict[str, Any] | None:
    """What is planned of a campaign, in figures only; None when nothing is."""
    with db.reading(context.engine) as session:
        plan = store.find_plan(
            session, utm_naming.normalise_name(campaign, "The campaign")
        )
        if plan is None:
            return None
        return {
            "version": plan.version,
            "tags": plan.calendar["tags"],
            "reach": plan.calendar["reach"],
            "cost": plan.calendar["cost"],
            "made_at": plan.made_at,
        }


def plan_document(
    context: Context, campaign: str, version: int | None = None
) -> dict[str, Any]:
    """A version of a plan as a document, the newest without one. For approvers; noted.

    NoPlan when there is none.
    """
    plan, tags = _find_plan(context, campaign, version)
    return document(context, plan, tags)


def draft_document(context: Context, new_plan: NewPlan) -> dict[str, Any]:
    """A plan that is not kept, as a document: its tags have neither link nor words."""
    return document(context, new_plan.plan, [(tag, None) for tag in new_plan.tags])


def document(
    context: Context, plan: Plan, tags: Sequence[tuple[PlanTag, TrackedLink | None]]
) -> dict[str, Any]:
    """All that a plan says, ready for JSON."""
    names = _ward_names(context, plan)
    return {
        **{name: getattr(plan, name) for name in _PLAN_FIELDS},
        **{name: plan.brief[name] for name in _BRIEF_FIELDS},
        "budget": money(plan.brief["budget"] * MICROS),
        "ward_names": names,
        "choice": plan.choice,
        "calendar": plan.calendar,
        "tags": [
            _row(context, tag, link, names) | {"cost": money(tag.cost_micros)}
            for tag, link in tags
        ],
    }


def export_plan(
    context: Context, campaign: str, folder: Path, lang: str, version: int | None = None
) -> list[Path]:
    """Write a plan's calendar, CSV, workbook and QR codes into a folder; which files.

    Each file is written whole or not at all. QR codes need links.address in
    config.yaml.
    """
    plan, tags = _find_plan(context, campaign, version)
    name = f"{_file(plan.campaign)}-v{plan.version}"
    folder.mkdir(parents=True, exist_ok=True)
    names = _ward_names(context, plan)
    rows = [_row(context, tag, link, names) for tag, link in tags]
    page = plan_page.page(document(context, plan, tags), lang)
    files = {
        f"{name}.ics": calendar_content(context, plan, tags),
        f"{name}.csv": "".join(csv_lines(COLUMNS, rows)).encode(),
        f"{name}.xlsx": workbook.workbook(page),
    }
    if context.workspace.config.links.address is not None:
        for code in dict.fromkeys(link.code for _, link in tags):
            address = qr_codes.qr_address(context, code)
            files[f"{name}-qr-{code}.svg"] = qr_codes.qr_image(address, ".svg")
    return [write_file(folder / file, content) for file, content in files.items()]


def plan_calendar_file(
    context: Context, campaign: str, version: int | None = None
) -> bytes:
    """A plan as an iCalendar file."""
    plan, tags = _find_plan(context, campaign, version)
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
    days = (plan.brief["start"], plan.brief["end"])
    events += content_calendar.events(content_calendar.list_posts(context, *days))
    return plan_calendar.calendar(plan.campaign, events, plan.made_at)


def _find_plan(
    context: Context, campaign: str, version: int | None
) -> tuple[Plan, list[tuple[PlanTag, TrackedLink]]]:
    name = utm_naming.normalise_name(campaign, "The campaign")
    creator_registry.require_approver(
        context, "campaigns.plan.show", name, {"version": version}
    )
    with db.reading(context.engine) as session:
        plan = store.find_plan(session, name, version)
        if plan is None:
            versions = store.versions(session, name)
            hint = (
                f"Its versions are 1 to {versions[0].version}."
                if versions
                else "Make one: socialcell campaigns plan FILE"
            )
            raise NoPlan(f"There is no such plan of the campaign {name!r}. {hint}")
        tags = store.tags(session, plan)
        session.expunge_all()
    return plan, tags


def _row(
    context: Context, tag: PlanTag, link: TrackedLink | None, names: _Names
) -> dict[str, Any]:
    return {
        **{name: getattr(tag, name) for name in COLUMNS if hasattr(tag, name)},
        "link": None if link is None else tracked_links.link_address(context, link),
        "reach": round(tag.reach, 1),
        "cost": tag.cost_micros / MICROS,
        "reason": plan_page.reason(tag.model_dump(), names, "en"),
    }


def _ward_names(context: Context, plan: Plan) -> _Names:
    """Names of all areas of the city, as they were when the plan begins."""
    start = date.fromisoformat(plan.brief["start"])
    with db.reading(context.engine) as session:
        return {
            area.id: dict(names_of(area)) for area in areas.areas_on(session, start)
        }


def _file(campaign: str) -> str:
    """A name that every file system takes."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in campaign)


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all. SocialcellError when it cannot be written."""
    aside = path.with_name(path.name + ".part")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise SocialcellError(f"{path} cannot be written: {error.strerror}") from None
    return path
