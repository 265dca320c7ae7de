"""Campaigns as documents: entered, listed, attributed, measured."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes import (
    attributed_results,
    install_attribution,
    randomised_test,
)
from socialcell.campaigns.outcomes import campaign_measure as measuring
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
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services.area_matching import Places
from socialcell.services.context import Context

GOAL = "activated_users"
CURRENCY = "INR"


def create(
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
) -> dict[str, Any]:
    """Enter a campaign; the same again changes nothing, `replace` changes what it says.

    UsageError: no name, a day or an area that is none, days in the wrong order, or a
    campaign of that name that says something else.
    """
    with db.writing(context.engine) as session:
        made = _campaign(context, session, name, start, end, initiative, goal, wards)
        made.budget_micros = budget_micros
        return document(session, enter(context, session, made, replace=replace))


def enter(
    context: Context, session: Session, made: Campaign, *, replace: bool
) -> Campaign:
    """As `create`, in the caller's transaction; the campaign as it is kept."""
    known = outcomes.campaign(session, made.name)
    if known is None or _said(known) != _said(made):
        if known is not None and not replace:
            raise UsageError(
                f"The campaign {made.name} is there already and says something "
                "else. Choose another name, or say --replace."
            )
        audit.append(
            session,
            audit.operator(),
            "campaign.replace" if known else "campaign.create",
            made.name,
            _plain(_said(made)),
            context.clock.now(),
        )
        session.merge(made)
        session.flush()
    kept = outcomes.campaign(session, made.name)
    assert kept is not None
    return kept


def listed(context: Context) -> list[dict[str, Any]]:
    """Every campaign, the newest first."""
    with db.reading(context.engine) as session:
        return [document(session, one) for one in outcomes.campaigns(session)]


def shown(context: Context, name: str) -> dict[str, Any]:
    """One campaign. UsageError when there is none of that name."""
    with db.reading(context.engine) as session:
        return document(session, _find(session, name))


def attribute(context: Context, name: str, by: str) -> dict[str, Any]:
    """A campaign's clicks, installs and visits, and what could not be attributed.

    UsageError: no such campaign, a campaign that has not begun, an unknown group.
    """
    if by not in install_attribution.GROUPS:
        raise UsageError(
            f"--by is one of {', '.join(install_attribution.GROUPS)}, not {by!r}."
        )
    with db.reading(context.engine) as session:
        campaign = _find(session, name)
        today = _today(context)
        if today < campaign.start:
            raise UsageError(f"{name} has not begun: it does on {campaign.start}.")
        until = min(campaign.end, today)
        found = attributed_results.attribution_of(
            session, campaign, campaign.start, until
        )
    return _attributed(found, by)


def measure(
    context: Context, name: str, cost_micros: int | None = None, *, power: bool = True
) -> dict[str, Any]:
    """A campaign's direct and incremental effect, and what its lot tells where one was
    drawn (None: none was). UsageError: no such campaign."""
    with db.reading(context.engine) as session:
        campaign = _find(session, name)
        today = _today(context)
        found = measuring.measure(session, campaign, today, cost_micros, power=power)
        drawn = randomised_test.randomised_result(session, campaign, today)
        return found.as_dict() | {"lot": drawn and drawn.as_dict()}


def document(session: Session, one: Campaign) -> dict[str, Any]:
    """A campaign ready for JSON; its wards with the names they had at its start."""
    there = {area.id: area for area in areas.areas_on(session, one.start)}
    budget = one.budget_micros
    return {
        "name": one.name,
        "initiative": one.initiative,
        "goal": one.goal,
        "wards": [
            {"id": ward, "name": names_of(there[ward]) if ward in there else None}
            for ward in one.wards
        ],
        "start": one.start,
        "end": one.end,
        "budget": None
        if budget is None
        else {"amount_micros": budget, "currency": one.currency},
        "created_at": one.created_at,
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
    first, last = _day("--start", start), _day("--end", end)
    if last < first:
        raise UsageError(f"--end {last} is before --start {first}.")
    places = Places(areas.all_areas(session))
    try:
        ids = sorted({places.id_of(ward, first) for ward in wards})
        wanted = outcome_name(goal)
    except ValueError as error:
        raise UsageError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    return Campaign(
        name=utm_naming.normalise_name(name, "The campaign"),
        initiative=utm_naming.normalise_name(initiative, "The initiative")
        if initiative
        else None,
        goal=wanted,
        wards=ids,
        start=first,
        end=last,
        currency=CURRENCY,
        created_at=context.clock.now(),
        created_by=audit.operator(),
    )


def _said(one: Campaign) -> dict[str, Any]:
    kept = ("initiative", "goal", "wards", "start", "end", "budget_micros", "currency")
    return {name: getattr(one, name) for name in kept}


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in said.items()
    }


def _find(session: Session, name: str) -> Campaign:
    found = outcomes.campaign(session, utm_naming.normalise_name(name, "The campaign"))
    if found is None:
        known = ", ".join(one.name for one in outcomes.campaigns(session)[:8])
        raise UsageError(
            f"There is no campaign {name!r}. "
            + (f"There are: {known}." if known else "Enter it: campaigns create")
        )
    return found


def _attributed(found: Attribution, by: str) -> dict[str, Any]:
    return {
        "campaign": found.campaign,
        "since": found.since,
        "until": found.until,
        "by": by,
        "clicks": {
            "human": found.human_clicks,
            "links": [
                {
                    "code": one.link.code,
                    "channel": one.link.channel,
                    "creator": one.link.creator,
                    "post": one.link.post,
                    "initiative": one.link.initiative,
                    "clicks": dict(one.kinds),
                }
                for one in found.clicks
            ],
        },
        "installs": {
            "attributed": found.installs(install_attribution.OURS),
            "groups": [
                {by: name, "installs": n}
                for name, n in install_attribution.installs_by_group(
                    found.parts, by
                ).items()
            ],
            "parts": [_part(part) for part in found.parts],
        },
        "visits": [asdict(one) for one in found.visits],
    }


def _part(part: AttributionPart) -> dict[str, Any]:
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


def _line(line: AttributionLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "why": line.why,
        **asdict(line.who),
        "installs": _whole(line.installs),
        "days_withheld": line.installs.withheld,
        "days_not_reported": line.installs.not_reported,
    }


def _whole(total: Total) -> int | None:
    return None if total.value is None else int(total.value)


def _today(context: Context) -> date:
    return context.clock.now().astimezone(IST).date()


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} takes a day as 2026-11-23, not {text!r}.") from None
