"""Campaigns: the list, one with its plan and links, what is attributed and added."""

from collections.abc import Mapping
from datetime import date

from socialcell.campaigns.outcomes.incremental_effect import ComparisonSummary
from socialcell.campaigns.outcomes.install_attribution import GROUPS
from socialcell.campaigns.planning.store import NoPlan
from socialcell.errors import SocialcellError
from socialcell.roles import Permission
from socialcell.services.links import link_lines
from socialcell.services.outcomes import (
    campaign_board,
    campaign_results,
    measured_campaigns,
)
from socialcell.services.outcomes.campaign_board import CampaignLine
from socialcell.services.outreach import outreach_view, plan_returns
from socialcell.services.planning import plan_documents
from socialcell.services.planning.plan_documents import EXPORTS
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.plan_view import plan_values
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_PATH = "/campaigns"
_AT_ONCE = 25
_FORMS: Mapping[str, str] = {
    "ics": "text/calendar",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def show_campaigns(request: PageRequest) -> Answer:
    """Every campaign, the newest first."""
    before = _read_place(request.query.get("after", ""))
    lines = campaign_board.list_lines(request.context, before, _AT_ONCE + 1)
    shown = lines[:_AT_ONCE]
    further = f"{shown[-1].first}~{shown[-1].name}" if len(lines) > _AT_ONCE else ""
    return WebPage(
        "campaigns.html",
        {"lines": shown, "further": further, "is_first": before is None}
        | _words(request),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {
        "c": CampaignWords(request.lang),
        "w": PublishingWords(request.lang),
        "say": request.say,
    }


def _read_place(text: str) -> tuple[date, str] | None:
    """The campaign after which a list goes on; None: from its beginning."""
    day, _sign, name = text.partition("~")
    try:
        return (date.fromisoformat(day), name) if name else None
    except ValueError:
        return None


def show_campaign(request: PageRequest) -> Answer:
    """A campaign: its plan in figures, who approved it, its links and their clicks."""
    context, line = request.context, _require_line(request)
    planned = outreach_view.overview(context, line.name)
    return WebPage(
        "campaign.html",
        {
            "line": line,
            "planned": planned and planned.plan,
            "outreach": planned and planned.outreach,
            "versions": planned and campaign_board.plan_versions(context, line.name),
            "links": link_lines.campaign_lines(context, line.name),
            "tab": "overview",
        }
        | _words(request),
    )


def _require_line(request: PageRequest) -> CampaignLine:
    line = campaign_board.find_line(request.context, str(request.params["name"]))
    if line is None:
        raise NotFound
    return line


def show_plan(request: PageRequest) -> Answer:
    """A version of a campaign's plan: each tag with its words, who is left out."""
    name, version = str(request.params["name"]), _version(request)
    try:
        document = plan_documents.plan_document(request.context, name, version)
    except NoPlan:
        return no_plan_page(request, name, "plan")
    return WebPage(
        "campaign_plan.html",
        {
            "name": name,
            "versions": campaign_board.plan_versions(request.context, name),
            "returned": plan_returns.find_return(
                request.context, document["campaign"], document["version"]
            ),
            "tab": "plan",
        }
        | plan_values(document, request.lang),
    )


def no_plan_page(request: PageRequest, name: str, tab: str) -> WebPage:
    """The page of a campaign for which nothing, or no such version, is planned.
    NotFound: there is no such campaign, or no such version of its plan."""
    is_campaign = campaign_board.find_line(request.context, name) is not None
    if not is_campaign or _version(request) is not None:
        raise NotFound
    return WebPage(
        "campaign_no_plan.html", {"name": name, "tab": tab} | _words(request)
    )


def _version(request: PageRequest) -> int | None:
    text = request.query.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def show_export(request: PageRequest) -> Answer:
    """A plan as a file for calendars, tables or workbooks."""
    name, form = str(request.params["name"]), str(request.params["form"])
    if form not in EXPORTS:
        raise NotFound
    file = plan_documents.export_file(
        request.context, name, form, request.lang.code, _version(request)
    )
    stem = "".join(sign if sign.isascii() else "-" for sign in file.name)
    return Download(stem, _FORMS[form], [file.content])


def show_attribution(request: PageRequest) -> Answer:
    """Which installs came by which link, and all that cannot be told."""
    context, name = request.context, str(request.params["name"])
    by = request.query.get("by", "channel")
    values: dict[str, object] = {"name": name, "tab": "attribution", "cuts": GROUPS}
    if by not in GROUPS:
        raise NotFound
    reason, document = None, None
    try:
        document = campaign_results.attribute_campaign(context, name, by)
    except SocialcellError as error:
        if error.message.code != "outcomes.campaign_not_begun":
            raise
        reason = request.say(error.message)
    return WebPage(
        "campaign_attribution.html",
        values | {"by": by, "document": document, "reason": reason} | _words(request),
    )


def show_measure(request: PageRequest) -> Answer:
    """What a campaign added, with its interval, or why nothing is claimed."""
    name = str(request.params["name"])
    with_power = request.query.get("power") == "1"
    measured = measured_campaigns.find_measured(request.context, name, power=with_power)
    if measured is None:
        raise NotFound
    effect, names = measured.measure.effect, measured.area_names

    def area(id_: str) -> str:
        return names[id_][request.lang.code] if id_ in names else id_

    return WebPage(
        "campaign_measure.html",
        {
            "name": name,
            "tab": "measure",
            "campaign": measured.campaign,
            "measure": measured.measure,
            "effect": effect,
            "gain": measured.measure.gain,
            "drawn": measured.drawn,
            "compared": _weights(effect.compared) if effect else [],
            "area": area,
            "with_power": with_power,
        }
        | _words(request),
    )


def _weights(compared: ComparisonSummary) -> list[tuple[str, int | None]]:
    """What was compared with: each area or series with its weight in per cent (None:
    the method has no weights), the heaviest first; those that weigh nothing are left
    out."""
    return [
        (name, None if weight is None else round(100 * weight))
        for name, weight in compared.controls.items()
        if weight is None or round(100 * weight)
    ]


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_campaigns),
    Screen(f"{_PATH}/{{name}}", Permission.READ, show_campaign),
    Screen(f"{_PATH}/{{name}}/plan", Permission.READ, show_plan),
    Screen(f"{_PATH}/{{name}}/plan/{{form}}", Permission.READ, show_export),
    Screen(f"{_PATH}/{{name}}/attribution", Permission.READ, show_attribution),
    Screen(f"{_PATH}/{{name}}/measure", Permission.READ, show_measure),
)
