"""Who a creator's audience is: insight files that creators give, and sketches of those
who were seen to engage. Nobody is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

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
from socialcell.errors import UsageError
from socialcell.listening.people import masking
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services import pseudonyms as people
from socialcell.services.area_matching import Places
from socialcell.services.context import Context
from socialcell.services.creators.creator_registry import (
    found,
    log,
    rejecting,
    today,
    ward_of,
)
from socialcell.services.manual_entry import ROWS, Imported, written

INSIGHTS = ("key", "platform", "day", "dimension", "value", "number")
PRECISION = 12  # of sketches: 4,096 registers, an error of 1.6 %
FEWEST = 25
"""Fewer people than this are not sketched: a sketch of few tells who they are to
whoever holds the key."""


@dataclass(frozen=True)
class Sketched:
    """What became of a creator's sketch; people is None below FEWEST."""

    key: str
    posts: int
    people: int | None


def import_insights(
    context: Context, path: Path, source: str, *, dry_run: bool = False
) -> Imported:
    """Take in figures of audiences from a CSV or XLSX file (INSIGHTS).

    `source` says where they come from; the same file again changes nothing.
    """
    if not source.strip():
        raise UsageError("Say with --source where the figures come from.")
    done = Imported()
    wanted = sheets.Columns("insights", INSIGHTS, ("dimension",))
    take = partial(_take, context, source=source.strip(), done=done)
    for rows in db.chunks(sheets.asked(path, wanted), ROWS):
        written(context, partial(take, rows), dry_run)
    return done


def sketch(context: Context, days: int, *, dry_run: bool = False) -> list[Sketched]:
    """Count who engaged with each creator's posts of the last days, and hold a sketch.

    People are hashed under this workspace's key, each account of a platform by itself.
    A sketch that would hold fewer than FEWEST people is dropped.
    """
    return written(context, partial(_sketch, context, days), dry_run)


def _sketch(context: Context, days: int, session: Session) -> list[Sketched]:
    now = context.clock.now()
    since = now - timedelta(days=days)
    hidden, family = people.unnamed(context), HyperLogLog(PRECISION)
    made = []
    for row in entries.all_creators(session):
        accounts = entries.accounts(session, row.id)
        numbers = candidate_posts.author_ids_of(session, accounts)
        posts = candidate_posts.posts(session, numbers, since, now)
        ids = [post.id for some in posts.values() for post in some]
        who = {
            hidden.pseudonym(platform, uid)
            for platform, uid in candidate_posts.engaged_people(session, ids)
        }
        if len(who) < FEWEST:
            entries.delete_sketch(session, row.id)
            made.append(Sketched(row.key, len(ids), None))
            continue
        entries.save_sketch(
            session,
            StoredSketch(
                creator_id=row.id,
                since=since,
                until=now,
                posts=len(ids),
                precision=PRECISION,
                registers=family.of(sorted(who)).astype(np.uint8).tobytes(),
                made_at=now,
            ),
        )
        made.append(Sketched(row.key, len(ids), len(who)))
    kept = sum(one.people is not None for one in made)
    log(context, session, "influencers.sketch", "registry", {"kept": kept})
    return made


def _take(
    context: Context,
    asked: Sequence[sheets.Asked],
    session: Session,
    *,
    source: str,
    done: Imported,
) -> None:
    places = Places(areas.all_areas(session))
    kept: dict[int, int] = {}

    def take(given: dict[str, str | None]) -> str:
        row = _insight(context, session, places, given)
        row |= {
            "source": source,
            "added_by": audit.operator(),
            "added_at": context.clock.now(),
        }
        if not entries.save_insight(session, StoredInsight(**row)):
            return "unchanged"
        kept[row["creator_id"]] = kept.get(row["creator_id"], 0) + 1
        return "stored"

    rejecting(asked, done, take)
    for creator, n in sorted(kept.items()):
        detail = {"figures": n, "source": masking.unnamed(source)}
        log(context, session, "influencers.insights", f"creator:{creator}", detail)


def _insight(
    context: Context, session: Session, places: Places, given: dict[str, str | None]
) -> dict[str, Any]:
    """A row of a file, checked. UsageError or SocialcellError says what is wrong."""
    for needed in ("key", "platform", "day", "dimension", "number"):
        if not given.get(needed):
            raise UsageError(f"An insight needs {needed}.")
    platform = str(given["platform"]).lower()
    if platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise UsageError(f"{platform!r} is no platform. There are: {known}.")
    dimension, value = str(given["dimension"]).lower(), given.get("value") or ""
    try:
        day = date.fromisoformat(str(given["day"]))
        number = _number(str(given["number"]), dimension)
        if dimension == "ward":
            value = ward_of(places, day, value) if value else ""
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if day > today(context):
        raise UsageError(f"The day {day} has not come yet.")
    if dimension in COUNTS and value:
        raise UsageError(f"{dimension} has no value; {value!r} is given.")
    if dimension in SHARES and not value:
        raise UsageError(f"{dimension} needs a value: which one?")
    if dimension == "language" and value not in LANGUAGES:
        raise UsageError(f"language {value!r} is none of {', '.join(LANGUAGES)}.")
    return {
        "creator_id": found(session, str(given["key"])).id,
        "platform": platform,
        "day": day,
        "dimension": dimension,
        "value": value,
        "number": number,
    }


def _number(text: str, dimension: str) -> float:
    """A count, or a share as 0.41 or 41%. ValueError."""
    number = decimal_number(text, dimension)
    if number is None or number < 0:
        raise ValueError(f"{dimension} {text!r} is no number")
    if dimension in COUNTS:
        return number
    if dimension not in SHARES:
        known = ", ".join((*COUNTS, *SHARES))
        raise ValueError(f"{dimension!r} is no dimension; there are: {known}")
    share = number / 100 if "%" in text else number
    if share > 1:
        raise ValueError(f"a share of {text} is over 1; write 0.41 or 41%")
    return share
