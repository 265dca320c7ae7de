"""Campaigns as documents: entered, listed, attributed, measured."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias, TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes import (
    attributed_results,
    campaign_measure,
    install_attribution,
    randomised_test,
)
from socialcell.campaigns.outcomes.attributed_results import Attribution
from socialcell.campaigns.outcomes.daily_sums import Total
from socialcell.campaigns.outcomes.install_attribution import (
    AttributionLine,
    AttributionPart,
)
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.clock import IST
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.errors import UsageError
from socialcell.json_types import DocumentValue, JsonObject
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.day_ranges import read_day
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context

GOAL = "activated_users"
CURRENCY = "INR"


class WardFields(TypedDict):
    """A ward with its names by language; None: it was no area at the start."""

    id: str
    name: Mapping[str, str] | None


class MoneyFields(TypedDict):
    """An amount in millionths of its currency."""

    amount_micros: int
    currency: str


class CampaignDocument(TypedDict):
    """A campaign as plain JSON."""

    name: str
    initiative: str | None
    goal: str
    wards: list[WardFields]
    start: date
    end: date
    budget: MoneyFields | None
    created_at: datetime


class LinkClicksDocument(TypedDict):
    """A link and its clicks by kind."""

    code: str
    channel: str
    creator: str | None
    post: str | None
    initiative: str | None
    clicks: dict[str, int]


class ClicksFields(TypedDict):
    """Clicks of people, and all by link and kind."""

    human: int | None
    links: list[LinkClicksDocument]


class LineFields(TypedDict):
    """Installs of one origin, whose they are, and the days without a figure."""

    kind: str
    why: str
    campaign: str | None
    initiative: str | None
    channel: str | None
    creator: str | None
    post: str | None
    installs: int | None
    days_withheld: int
    days_not_reported: int


class VisitFields(TypedDict):
    """A site's visits by UTM values; None: not reported."""

    site: str
    source: str
    medium: str
    content: str
    visits: int | None


class PartFields(TypedDict):
    """Installs of one app in one store by one kind of evidence."""

    store: str
    app: str
    evidence: str
    definition: str
    zone: str
    total: int | None
    days_without_total: list[date]
    lines: list[LineFields]


class InstallsFields(TypedDict):
    """Installs that are attributed, by group, and by store and app."""

    attributed: int | None
    groups: list[dict[str, DocumentValue]]
    parts: list[PartFields]


class AttributionDocument(TypedDict):
    """A campaign's clicks, installs and visits as plain JSON."""

    campaign: str
    since: date
    until: date
    by: str
    clicks: ClicksFields
    installs: InstallsFields
    visits: list[VisitFields]


def create_campaign(
    context: Context,
    name: str,
    start: str,
    end: str,
    *,
    initiative: str | None = None,
    goal: str = GOAL,
    wards: tuple[str, ...] = (),
    budget_micros: int | None = None,
    replace: bool = False,
) -> CampaignDocument:
    """Enter a campaign; the same again changes nothing, `replace` changes what it says.

    UsageError: no name, a day or an area that is none, days in the wrong order, or a
    campaign of that name that says something else.
    """
    with db.writing(context.engine) as session:
        campaign = _campaign(
            context, session, name, start, end, initiative, goal, wards
        )
        campaign.budget_micros = budget_micros
        return campaign_document(
            session, enter_campaign(context, session, campaign, replace=replace)
        )


def enter_campaign(
    context: Context, session: Session, campaign: Campaign, *, replace: bool
) -> Campaign:
    """As `create`, in the caller's transaction; the campaign as it is kept."""
    existing = outcomes.campaign(session, campaign.name)
    if existing is None or _fields(existing) != _fields(campaign):
        if existing is not None and not replace:
            raise UsageError("outcomes.other_campaign", campaign=campaign.name)
        audit.append(
            session,
            context.actor,
            "campaign.replace" if existing else "campaign.create",
            campaign.name,
            _with_text_dates(_fields(campaign)),
            context.clock.now(),
        )
        session.merge(campaign)
        session.flush()
    stored = outcomes.campaign(session, campaign.name)
    assert stored is not None
    return stored


def list_campaigns(context: Context) -> list[CampaignDocument]:
    """Every campaign, the newest first."""
    with db.reading(context.engine) as session:
        return [
            campaign_document(session, campaign)
            for campaign in outcomes.campaigns(session)
        ]


def show_campaign(context: Context, name: str) -> CampaignDocument:
    """One campaign. UsageError when there is none of that name."""
    with db.reading(context.engine) as session:
        return campaign_document(session, _require_campaign(session, name))


def attribute_campaign(context: Context, name: str, by: str) -> AttributionDocument:
    """A campaign's clicks, installs and visits, and what could not be attributed.

    UsageError: no such campaign, a campaign that has not begun, an unknown group.
    """
    if by not in install_attribution.GROUPS:
        raise UsageError(
            "outcomes.no_such_choice",
            option="--by",
            choices=install_attribution.GROUPS,
            choice=by,
        )
    with db.reading(context.engine) as session:
        campaign = _require_campaign(session, name)
        today = _today(context)
        if today < campaign.start:
            raise UsageError(
                "outcomes.campaign_not_begun", campaign=name, start=campaign.start
            )
        until = min(campaign.end, today)
        attribution = attributed_results.attribution_of(
            session, campaign, campaign.start, until
        )
    return _attribution_document(attribution, by)


def measure_campaign(
    context: Context, name: str, cost_micros: int | None = None, *, power: bool = True
) -> dict[str, DocumentValue]:
    """A campaign's direct and incremental effect, and what its lot tells where one was
    drawn (None: none was). UsageError: no such campaign."""
    with db.reading(context.engine) as session:
        campaign = _require_campaign(session, name)
        today = _today(context)
        measured = campaign_measure.measure(
            session, campaign, today, cost_micros, power=power
        )
        drawn = randomised_test.randomised_result(session, campaign, today)
        return measured.as_dict() | {"lot": drawn.as_dict() if drawn else None}


def campaign_document(session: Session, campaign: Campaign) -> CampaignDocument:
    """A campaign ready for JSON; its wards with the names they had at its start."""
    areas_by_id = {area.id: area for area in areas.areas_on(session, campaign.start)}
    budget = campaign.budget_micros
    return {
        "name": campaign.name,
        "initiative": campaign.initiative,
        "goal": campaign.goal,
        "wards": [
            {
                "id": ward,
                "name": names_of(areas_by_id[ward]) if ward in areas_by_id else None,
            }
            for ward in campaign.wards
        ],
        "start": campaign.start,
        "end": campaign.end,
        "budget": None
        if budget is None
        else {"amount_micros": budget, "currency": campaign.currency},
        "created_at": campaign.created_at,
    }


def _campaign(
    context: Context,
    session: Session,
    name: str,
    start: str,
    end: str,
    initiative: str | None,
    goal: str,
    wards: tuple[str, ...],
) -> Campaign:
    now = context.clock.now()
    first, last = read_day(start, "--start", now), read_day(end, "--end", now)
    if last < first:
        raise UsageError("outcomes.end_before_start", end=last, start=first)
    places = AreaMatcher(areas.all_areas(session))
    try:
        ids = sorted({places.id_of(ward, first) for ward in wards})
    except ValueError as error:
        raise UsageError("outcomes.no_ward", reason=error) from None
    try:
        outcome = outcome_name(goal)
    except ValueError as error:
        raise UsageError("outcomes.no_goal", reason=error) from None
    return Campaign(
        name=utm_naming.normalise_name(name, "campaign"),
        initiative=utm_naming.normalise_name(initiative, "initiative")
        if initiative
        else None,
        goal=outcome,
        wards=ids,
        start=first,
        end=last,
        currency=CURRENCY,
        created_at=context.clock.now(),
        created_by=context.actor.name,
    )


CampaignField: TypeAlias = str | int | date | list[str] | None


def _fields(campaign: Campaign) -> dict[str, CampaignField]:
    fields = (
        "initiative",
        "goal",
        "wards",
        "start",
        "end",
        "budget_micros",
        "currency",
    )
    return {name: getattr(campaign, name) for name in fields}


def _with_text_dates(fields: Mapping[str, CampaignField]) -> JsonObject:
    return {
        key: field_value.isoformat() if isinstance(field_value, date) else field_value
        for key, field_value in fields.items()
    }


def _require_campaign(session: Session, name: str) -> Campaign:
    campaign = outcomes.campaign(session, utm_naming.normalise_name(name, "campaign"))
    if campaign is None:
        names = [row.name for row in outcomes.campaigns(session)[:8]]
        if not names:
            raise UsageError("outcomes.no_campaign_yet", campaign=name)
        raise UsageError("outcomes.no_such_campaign", campaign=name, campaigns=names)
    return campaign


def _attribution_document(attribution: Attribution, by: str) -> AttributionDocument:
    return {
        "campaign": attribution.campaign,
        "since": attribution.since,
        "until": attribution.until,
        "by": by,
        "clicks": {
            "human": attribution.human_clicks,
            "links": [
                {
                    "code": activity.link.code,
                    "channel": activity.link.channel,
                    "creator": activity.link.creator,
                    "post": activity.link.post,
                    "initiative": activity.link.initiative,
                    "clicks": dict(activity.kinds),
                }
                for activity in attribution.clicks
            ],
        },
        "installs": {
            "attributed": attribution.installs(install_attribution.OURS),
            "groups": [
                {by: name, "installs": n}
                for name, n in install_attribution.installs_by_group(
                    attribution.parts, by
                ).items()
            ],
            "parts": [_part(part) for part in attribution.parts],
        },
        "visits": [
            {
                "site": visit.site,
                "source": visit.source,
                "medium": visit.medium,
                "content": visit.content,
                "visits": visit.visits,
            }
            for visit in attribution.visits
        ],
    }


def _part(part: AttributionPart) -> PartFields:
    return {
        "store": part.store,
        "app": part.app,
        "evidence": part.evidence,
        "definition": part.definition,
        "zone": part.zone,
        "total": part.total,
        "days_without_total": list(part.open_days),
        "lines": [_line(line) for line in part.lines],
    }


def _line(line: AttributionLine) -> LineFields:
    return {
        "kind": line.kind,
        "why": line.why,
        "campaign": line.who.campaign,
        "initiative": line.who.initiative,
        "channel": line.who.channel,
        "creator": line.who.creator,
        "post": line.who.post,
        "installs": _whole(line.installs),
        "days_withheld": line.installs.withheld,
        "days_not_reported": line.installs.not_reported,
    }


def _whole(total: Total) -> int | None:
    return None if total.value is None else int(total.value)


def _today(context: Context) -> date:
    return context.clock.now().astimezone(IST).date()
