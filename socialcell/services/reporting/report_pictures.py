"""Pictures of the present and of frozen weeks, for commands and pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.clock import IST, as_utc
from socialcell.errors import SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.i18n import language
from socialcell.listening.alerts.model import Incident
from socialcell.listening.store import area_shapes as shape_store
from socialcell.reports.incidents import incident_facts
from socialcell.reports.phrases import Phrases
from socialcell.reports.pictures import (
    funnel,
    heat_map,
    incident_timeline,
    lift,
    picture_data,
    ward_map,
)
from socialcell.reports.pictures.canvas import NARROW, WIDE
from socialcell.reports.pictures.picture import Picture
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.services.context import Context
from socialcell.services.reporting.reported_week import reported_week

_WRITERS: dict[str, Callable[[Picture], bytes]] = {
    ".png": Picture.png,
    ".svg": Picture.svg,
}


def write_picture(picture: Picture, file: Path) -> None:
    """Write a picture as PNG or SVG, by the ending of the file's name.

    UsageError: another ending. SocialcellError: the file cannot be written.
    """
    content = writer_of(file)(picture)
    try:
        with unfinished_files.writing(file) as page:
            page.write(content)
    except OSError as error:
        raise SocialcellError(
            "pictures.not_written", file=file, reason=error.strerror
        ) from None


def writer_of(file: Path) -> Callable[[Picture], bytes]:
    """What writes a file of this name. UsageError: neither .png nor .svg."""
    writer = _WRITERS.get(file.suffix.lower())
    if writer is None:
        raise UsageError("pictures.no_such_ending", file=file)
    return writer


def incident_picture(
    context: Context, incident_id: int, code: str, *, narrow: bool = False
) -> Picture:
    """The timeline of an incident. UsageError: there is none, or it counts nothing."""
    lang = language(code)
    with db.reading(context.engine) as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UsageError("pictures.no_such_incident", incident=incident_id)
        timeline = picture_data.timeline_of(
            session,
            incident,
            context.clock.now(),
            incident_facts.area_names(session),
            Phrases(lang),
        )
    return incident_timeline.draw(timeline, lang, _width(narrow))


def heat_map_picture(
    context: Context, as_of: datetime | None, code: str, *, narrow: bool = False
) -> Picture:
    """The hours of the last complete week before a moment."""
    lang = language(code)
    numbers = _week(context, as_of)
    grid = picture_data.hour_grid_of_week(numbers, Phrases(lang))
    return heat_map.draw(grid, lang, _width(narrow))


def ward_picture(
    context: Context, as_of: datetime | None, code: str, *, narrow: bool = False
) -> Picture:
    """The wards of the last complete week before a moment, as they were on its last
    day. UsageError: none of them has an outline."""
    lang = language(code)
    numbers = _week(context, as_of)
    last = datetime.fromisoformat(numbers["period"]["to"]) - timedelta(days=1)
    with db.reading(context.engine) as session:
        shapes = shape_store.shapes_on(session, last.astimezone(IST).date())
    wards = picture_data.ward_map_of_week(numbers, shapes, Phrases(lang))
    if wards is None:
        raise UsageError("pictures.no_outlines")
    return ward_map.draw(wards, lang, _width(narrow))


def funnel_picture(
    context: Context, name: str, code: str, *, narrow: bool = False
) -> Picture:
    """The way from a campaign's posts to the app. UsageError: it is not there, or has
    not begun."""
    lang = language(code)
    with db.reading(context.engine) as session:
        steps = picture_data.funnel_of(
            session,
            _campaign(session, name),
            context.clock.now().astimezone(IST).date(),
            lang,
        )
    return funnel.draw(steps, lang, _width(narrow))


def lift_picture(
    context: Context, name: str, code: str, *, narrow: bool = False
) -> Picture:
    """What a campaign added. UsageError: it is not there, or nothing can be said."""
    lang = language(code)
    with db.reading(context.engine) as session:
        series = picture_data.lift_of(
            session,
            _campaign(session, name),
            context.clock.now().astimezone(IST).date(),
            Phrases(lang),
        )
    return lift.draw(series, lang, _width(narrow))


def _width(narrow: bool) -> int:
    return NARROW if narrow else WIDE


def _week(context: Context, as_of: datetime | None) -> WeekNumbers:
    """The numbers of a week, as the weekly report has them."""
    week, numbers = reported_week(context, as_of)
    if numbers["mentions"]["n"] is None:
        raise UsageError(
            "pictures.empty_week", day=as_utc(week.start).astimezone(IST).date()
        )
    return numbers


def _campaign(session: Session, name: str) -> Campaign:
    utm_name = utm_naming.normalise_name(name, "campaign")
    campaign = outcomes.campaign(session, utm_name)
    if campaign is None:
        raise UsageError("pictures.no_such_campaign", campaign=utm_name)
    return campaign
