"""Who a creator's audience is: insight files that creators give, and sketches of those
who were seen to engage. Nobody is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.audience_sketches import HyperLogLog
from socialcell.campaigns.creators.creator import COUNTS, SHARES
from socialcell.campaigns.creators.creator_entry import LANGUAGES, PLATFORMS
from socialcell.campaigns.creators.store import candidate_posts
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store.creator_rows import StoredInsight, StoredSketch
from socialcell.connectors.files import sheets
from socialcell.connectors.files.export_tables import decimal_number
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import UnreadableValue, UsageError
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.services import pseudonyms
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.creators.creator_registry import (
    audit_entry,
    import_rows,
    require_creator,
    today,
    ward_of,
)
from socialcell.services.manual_entry import ROWS, ImportCounts, run_entry

INSIGHTS = ("key", "platform", "day", "dimension", "value", "number")
PRECISION = 12  # of sketches: 4,096 registers, an error of 1.6 %


FEWEST = 25
"""Fewer people than this are not sketched: a sketch of few tells who they are to
whoever holds the key."""


@dataclass(frozen=True)
class AudienceSketch:
    """What became of a creator's sketch; people is None below FEWEST."""

    key: str
    posts: int
    people: int | None


def import_insights(
    context: Context,
    path: Path,
    source: str,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> ImportCounts:
    """Take in figures of audiences from a CSV or XLSX file (INSIGHTS).

    `source` says where they come from; the same file again changes nothing.
    """
    if not source.strip():
        raise UsageError("creators.source_needed")
    counts = ImportCounts()
    columns = sheets.SheetColumns(
        Message("files.insights"), INSIGHTS, ("dimension",), dates=("day",)
    )
    take_rows = partial(_import_rows, context, source=source.strip(), counts=counts)
    for rows in db.chunks(sheets.read_sheet(path, columns, options), ROWS):
        run_entry(context, partial(take_rows, rows), dry_run)
    return counts


def sketch_audiences(
    context: Context, days: int, *, dry_run: bool = False
) -> list[AudienceSketch]:
    """Count who engaged with each creator's posts of the last days, and hold a sketch.

    People are hashed under this workspace's key, each account of a platform by itself.
    A sketch that would hold fewer than FEWEST people is dropped.
    """
    return run_entry(context, partial(_sketch_all, context, days), dry_run)


def _sketch_all(context: Context, days: int, session: Session) -> list[AudienceSketch]:
    now = context.clock.now()
    since = now - timedelta(days=days)
    hidden, family = pseudonyms.load_key_only(context), HyperLogLog(PRECISION)
    results = []
    for row in entries.all_creators(session):
        accounts = entries.accounts(session, row.id)
        numbers = candidate_posts.author_ids_of(session, accounts)
        posts = candidate_posts.posts(session, numbers, since, now)
        ids = [post.id for some in posts.values() for post in some]
        people_engaged = {
            hidden.pseudonym(platform, uid)
            for platform, uid in candidate_posts.engaged_people(session, ids)
        }
        if len(people_engaged) < FEWEST:
            entries.delete_sketch(session, row.id)
            results.append(AudienceSketch(row.key, len(ids), None))
            continue
        entries.save_sketch(
            session,
            StoredSketch(
                creator_id=row.id,
                since=since,
                until=now,
                posts=len(ids),
                precision=PRECISION,
                registers=family.of(sorted(people_engaged)).astype(np.uint8).tobytes(),
                made_at=now,
            ),
        )
        results.append(AudienceSketch(row.key, len(ids), len(people_engaged)))
    sketch_count = sum(result.people is not None for result in results)
    audit_entry(
        context, session, "influencers.sketch", "registry", {"kept": sketch_count}
    )
    return results


def _import_rows(
    context: Context,
    rows: Sequence[sheets.SheetRow],
    session: Session,
    *,
    source: str,
    counts: ImportCounts,
) -> None:
    places = AreaMatcher(areas.all_areas(session))
    figures_by_creator: dict[int, int] = {}

    def take(cells: dict[str, str | None]) -> str:
        row = _insight(context, session, places, cells, source)
        if not entries.save_insight(session, row):
            return "unchanged"
        figures_by_creator[row.creator_id] = (
            figures_by_creator.get(row.creator_id, 0) + 1
        )
        return "stored"

    import_rows(rows, counts, take)
    for creator, n in sorted(figures_by_creator.items()):
        detail: JsonObject = {"figures": n, "source": masking.unnamed(source)}
        audit_entry(
            context, session, "influencers.insights", f"creator:{creator}", detail
        )


def _insight(
    context: Context,
    session: Session,
    places: AreaMatcher,
    cells: dict[str, str | None],
    source: str,
) -> StoredInsight:
    """A row of a file, checked. UsageError or SocialcellError says what is wrong."""
    for needed in ("key", "platform", "day", "dimension", "number"):
        if not cells.get(needed):
            raise UsageError("creators.missing_insight_field", field=needed)
    platform = str(cells["platform"]).lower()
    if platform not in PLATFORMS:
        raise UsageError("creators.no_platform", platform=platform, platforms=PLATFORMS)
    dimension, category = str(cells["dimension"]).lower(), cells.get("value") or ""
    day = _day(str(cells["day"]))
    try:
        number = _number(str(cells["number"]), dimension)
        if dimension == "ward":
            category = ward_of(places, day, category) if category else ""
    except ValueError as error:
        raise UsageError("creators.unreadable_insight", reason=error) from None
    if day > today(context):
        raise UsageError("creators.future_day", field="day", day=day)
    if dimension in COUNTS and category:
        raise UsageError(
            "creators.dimension_without_value", dimension=dimension, text=category
        )
    if dimension in SHARES and not category:
        raise UsageError("creators.dimension_value_needed", dimension=dimension)
    if dimension == "language" and category not in LANGUAGES:
        raise UsageError(
            "creators.no_choice", field="language", text=category, choices=LANGUAGES
        )
    return StoredInsight(
        creator_id=require_creator(session, str(cells["key"])).id,
        platform=platform,
        day=day,
        dimension=dimension,
        value=category,
        number=number,
        source=source,
        added_by=context.actor.name,
        added_at=context.clock.now(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("creators.unreadable_day", field="day", text=text) from None


def _number(text: str, dimension: str) -> float:
    """A count, or a share as 0.41 or 41%. ValueError, with a code where it is ours."""
    number = decimal_number(text, dimension)
    if number is None or number < 0:
        raise UnreadableValue("creators.no_number", field=dimension, text=text)
    if dimension in COUNTS:
        return number
    if dimension not in SHARES:
        names = (*COUNTS, *SHARES)
        raise UnreadableValue(
            "creators.no_dimension", dimension=dimension, dimensions=names
        )
    share = number / 100 if "%" in text else number
    if share > 1:
        raise UnreadableValue("creators.large_share", text=text)
    return share
