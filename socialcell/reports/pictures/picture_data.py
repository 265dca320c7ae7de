"""What pictures show, read from the database or from a frozen week.

The functions that end in `_of_week` need no database but the frozen numbers, so that
the weekly report can draw them again; the others read the present.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from socialcell.campaigns.outcomes import attributed_results
from socialcell.campaigns.outcomes import campaign_measure as measuring
from socialcell.campaigns.outcomes.install_attribution import OURS, UNKNOWN
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.planning import store as plans
from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.json_types import as_number
from socialcell.listening.alerts.model import Incident
from socialcell.listening.areas.area_shapes import ShapeRecord
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.incidents import incident_titles
from socialcell.reports.named_counts import Names
from socialcell.reports.phrases import Phrases
from socialcell.reports.pictures import picture_counts
from socialcell.reports.pictures.funnel import Funnel, FunnelStage
from socialcell.reports.pictures.heat_map import HourGrid
from socialcell.reports.pictures.incident_timeline import IncidentTimeline
from socialcell.reports.pictures.lift import LiftSeries
from socialcell.reports.pictures.picture import PictureCoverage
from socialcell.reports.pictures.picture_counts import DAY_HOURS, LEAD, STEPS
from socialcell.reports.pictures.ward_map import MapArea, WardMap
from socialcell.reports.week_incidents import IncidentHours
from socialcell.reports.week_numbers import CoverageNumbers, WeekNumbers

# Of a week, from its frozen numbers ---------------------------------------------------


def coverage_of_week(numbers: CoverageNumbers, phrases: Phrases) -> PictureCoverage:
    """What was collected in a week."""
    platforms = numbers["platforms"]
    return PictureCoverage(
        platforms=len(platforms),
        hours=max((platform["due"] for platform in platforms), default=0),
        missing={
            phrases.platform(platform["id"]): platform["due"] - platform["covered"]
            for platform in platforms
            if platform["covered"] < platform["due"]
        },
    )


def hour_grid_of_week(numbers: WeekNumbers, phrases: Phrases) -> HourGrid:
    """The hours of a week; what is usual is not known of a week that was frozen
    without it."""
    days = [date.fromisoformat(day["date"]) for day in numbers["days"]]
    counts = numbers["hours"]
    whole = numbers.get("whole_hours") or [n is not None for n in counts]
    rows = range(0, DAY_HOURS * len(days), DAY_HOURS)
    return HourGrid(
        days=days,
        counts=[counts[at : at + DAY_HOURS] for at in rows],
        whole=[whole[at : at + DAY_HOURS] for at in rows],
        usual=numbers.get("usual_hours") or [None] * DAY_HOURS,
        coverage=coverage_of_week(numbers["coverage"], phrases),
    )


def ward_map_of_week(
    numbers: WeekNumbers, shapes: Sequence[ShapeRecord], phrases: Phrases
) -> WardMap | None:
    """The wards of a week; None where none of them has an outline."""
    by_area = {shape.area: shape for shape in shapes}
    areas = [
        MapArea(ward["id"], phrases.name(ward["name"], ward["id"]), ward["n"])
        for ward in numbers["wards"]
    ]
    if not any(area.id in by_area for area in areas):
        return None
    first, last = (date.fromisoformat(numbers["days"][at]["date"]) for at in (0, -1))
    return WardMap(
        areas=areas,
        shapes=by_area,
        first=phrases.lang.day_of_month(first),
        last=phrases.lang.day_of_month(last),
        unplaced=numbers["unplaced"],
        coverage=coverage_of_week(numbers["coverage"], phrases),
    )


def timeline_of_week(
    hours: IncidentHours, name: str, phrases: Phrases
) -> IncidentTimeline:
    """An incident of a week, up to the end of the week."""
    moments = hours["steps"]
    return IncidentTimeline(
        name=name,
        start=datetime.fromisoformat(hours["start"]),
        mentions=hours["mentions"],
        whole=hours["whole"],
        steps={
            step: datetime.fromisoformat(moments[step])
            for step in STEPS
            if step in moments
        },
        as_of=datetime.fromisoformat(hours["as_of"]),
        coverage=PictureCoverage(
            platforms=hours["platforms"],
            hours=len(hours["mentions"]),
            missing={
                phrases.platform(platform): n
                for platform, n in hours["missing"].items()
            },
        ),
    )


def lift_of_week(campaign: CampaignNumbers, phrases: Phrases) -> LiftSeries | None:
    """What a campaign of a week added; None where nothing is known of it."""
    series, effect = campaign["series"], campaign["incremental"]
    if series is None or effect is None:
        return None
    nothing: list[float | None] = [None] * len(series["days"])
    interval = effect["interval"]
    return LiftSeries(
        campaign=campaign["name"],
        outcome=phrases.outcome(campaign["goal"]),
        days=[date.fromisoformat(day) for day in series["days"]],
        actual=series["actual"],
        expected=series["expected"],
        lower=series.get("lower") or nothing,
        upper=series.get("upper") or nothing,
        start=date.fromisoformat(campaign["start"]),
        end=date.fromisoformat(campaign["end"]),
        added=effect["value"],
        anyway=effect["anyway"],
        interval=(interval[0], interval[1]) if interval else None,
    )


def funnel_of_week(
    numbers: WeekNumbers, campaign: CampaignNumbers, phrases: Phrases
) -> Funnel | None:
    """The way to the app since the start of a campaign of a week; None of a week that
    was frozen without visits to the store."""
    so_far, lang = campaign["so_far"], phrases.lang
    if "store_visits" not in campaign:
        return None
    outreach = numbers.get("outreach")
    reach = next(
        (
            plan["reach"]
            for plan in (outreach["plans"] if outreach else ())
            if plan["campaign"] == campaign["name"]
        ),
        None,
    )
    end = min(
        date.fromisoformat(campaign["end"]),
        date.fromisoformat(numbers["days"][-1]["date"]),
    )
    return _funnel(
        campaign["name"],
        (date.fromisoformat(campaign["start"]), end),
        reach=reach,
        clicks=so_far["clicks"],
        visits=campaign["store_visits"],
        installs=so_far["installs"],
        unattributed=so_far["unattributed"],
        lang=lang,
    )


# From the database ----------------------------------------------------------------


def timeline_of(
    session: Session,
    incident: Incident,
    now: datetime,
    names: Mapping[str, Names],
    phrases: Phrases,
) -> IncidentTimeline:
    """An incident from the hour of its first mention until it ended, or until now.

    UsageError: it counts no mentions (a silent source, a missed promise), or has none.
    """
    alerts = alert_store.alerts_of(session, incident.id or 0)
    hours = picture_counts.incident_hours(session, incident, alerts, now)
    if hours is None:
        raise UsageError("pictures.incident_without_mentions", incident=incident.id)
    about = incident_titles.read_subjects(session, [(incident, alerts)], now)
    name = incident_titles.title(about[incident.id or 0], names, phrases)
    return timeline_of_week(hours, name, phrases)


def lift_of(
    session: Session, campaign: Campaign, today: date, phrases: Phrases
) -> LiftSeries:
    """What a campaign added, as far as it is known on a day.

    UsageError: the figures do not say it; with the reasons.
    """
    measure = measuring.measure(session, campaign, today, power=False)
    series, gain = measure.series, measure.gain
    if series is None or gain is None:
        raise UsageError(
            "pictures.no_effect", campaign=campaign.name, lines=list(measure.refused)
        )
    first = sum(day < campaign.start - LEAD for day in series.days)
    return LiftSeries(
        campaign=campaign.name,
        outcome=phrases.outcome(campaign.goal),
        days=series.days[first:],
        actual=series.actual[first:],
        expected=series.expected[first:],
        lower=series.lower[first:],
        upper=series.upper[first:],
        start=campaign.start,
        end=campaign.end,
        added=gain.total,
        anyway=gain.counterfactual,
        interval=gain.interval,
    )


def funnel_of(
    session: Session, campaign: Campaign, today: date, lang: Language
) -> Funnel:
    """The way to the app since the start of a campaign, up to the day before `today`.

    UsageError: it has not begun.
    """
    until = min(campaign.end, today - timedelta(days=1))
    if until < campaign.start:
        raise UsageError(
            "outcomes.campaign_not_begun", campaign=campaign.name, start=campaign.start
        )
    attribution = attributed_results.attribution_of(
        session, campaign, campaign.start, until
    )
    plan = plans.find_plan(session, campaign.name)
    return _funnel(
        campaign.name,
        (campaign.start, until),
        reach=as_number(plan.calendar["reach"]) if plan else None,
        clicks=attribution.human_clicks,
        visits=attributed_results.store_visits(
            session, campaign.name, campaign.start, until
        ),
        installs=attribution.installs(OURS),
        unattributed=attribution.installs(UNKNOWN),
        lang=lang,
    )


def _funnel(
    campaign: str,
    days: tuple[date, date],
    *,
    reach: float | None,
    clicks: int | None,
    visits: int | None,
    installs: int | None,
    unattributed: int | None,
    lang: Language,
) -> Funnel:
    _ = lang.gettext
    at_most = None
    if installs is not None and unattributed is not None:
        at_most = installs + max(unattributed, 0)
    no_link, no_store = _("There is no link."), _("No store reports it.")
    stages = (
        FunnelStage(
            "reach",
            None if reach is None else round(reach),
            _("No plan says how many.")
            if reach is None
            else _("Expected by the plan, not counted."),
            estimated=True,
        ),
        FunnelStage("clicks", clicks, no_link if clicks is None else ""),
        FunnelStage(
            "store_visits",
            visits,
            no_store if visits is None else _("Google Play alone reports them."),
        ),
        FunnelStage(
            "installs",
            installs,
            no_store
            if installs is None
            else _("Hatched: installs that name no campaign of ours.")
            if at_most != installs
            else "",
            at_most=at_most,
        ),
        FunnelStage(
            "activated", None, _("Activated users do not say which campaign they name.")
        ),
    )
    first, last = map(lang.day_of_month, days)
    return Funnel(campaign, first, last, stages)
