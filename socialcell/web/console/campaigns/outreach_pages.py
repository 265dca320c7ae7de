"""Outreach: what is due, the tags of a plan, and the steps of one tag."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from socialcell.campaigns.outreach import pending_steps, tag_states
from socialcell.campaigns.planning.store import NoPlan
from socialcell.roles import Permission
from socialcell.services import evidence
from socialcell.services.evidence import EvidenceFile
from socialcell.services.outreach import (
    outreach_entry,
    outreach_tags,
    outreach_view,
    post_matching,
)
from socialcell.services.outreach.outreach_tags import OutreachTags, TagLine
from socialcell.services.outreach.step_checks import StepDetails
from socialcell.web.console.campaigns.campaign_pages import no_plan_page
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText, none_for_blank
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/outreach"


_Number = Annotated[
    Annotated[int, Field(ge=0, le=10**17)] | None, BeforeValidator(none_for_blank)
]
_Seconds = Annotated[
    Annotated[float, Field(ge=0, le=10**6)] | None, BeforeValidator(none_for_blank)
]


class StepForm(Form):
    """What a person says of a step; which fields it has depends on the step."""

    note: Annotated[str, Field(max_length=500)] = ""
    link: OptionalText = None
    mention: _Number = None
    tool: bool = False
    label: Literal["", "yes", "no"] = ""
    seconds: _Seconds = None
    length: _Seconds = None
    cool_off: _Number = None


class DismissForm(Form):
    """A mention that is not the post of a tag."""

    mention: Annotated[int, Field(ge=1, le=10**17)]


def show_due(request: PageRequest) -> Answer:
    """What outreach waits for, by day, and the plans that it is about."""
    due = outreach_view.pending_due(request.context)
    lines = [(step, pending_steps.step_text(step, request.lang)) for step in due]
    campaigns = list(dict.fromkeys(step.campaign for step in due))
    return WebPage(
        "outreach_due.html",
        {"lines": lines, "campaigns": campaigns} | _words(request),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {
        "c": CampaignWords(request.lang),
        "w": PublishingWords(request.lang),
        "say": request.say,
    }


def show_tags(request: PageRequest) -> Answer:
    """The tags of a campaign's newest plan, each with its state and what is next."""
    name = str(request.params["campaign"])
    try:
        listed = outreach_tags.read_tags(request.context, name)
    except NoPlan:
        return no_plan_page(request, name, "outreach")
    return WebPage(
        "outreach_tags.html",
        {"name": listed.campaign, "listed": listed, "tab": "outreach"}
        | _words(request),
    )


def show_tag(request: PageRequest) -> Answer:
    """A tag: its words, its steps, posts that may be its own, and what may follow."""
    listed, line = _require_tag(request)
    return WebPage("outreach_tag.html", _tag_values(request, listed, line))


def _tag_values(
    request: PageRequest, listed: OutreachTags, line: TagLine
) -> dict[str, object]:
    following = tag_states.NEXT_STATES[line.state]
    return {
        "listed": listed,
        "line": line,
        "tag": line.tag,
        "next": [state for state in following if state in tag_states.MANUAL_STATES],
        "may_enter": request.may(Permission.DRAFT),
    } | _words(request)


def _require_tag(request: PageRequest) -> tuple[OutreachTags, TagLine]:
    n = request.number("n")
    try:
        listed = outreach_tags.read_tags(
            request.context, str(request.params["campaign"])
        )
    except NoPlan:
        raise NotFound from None
    for line in listed.lines:
        if line.tag.n == n:
            return listed, line
    raise NotFound


def show_step(request: PageRequest) -> Answer:
    """The form of a step that may follow."""
    listed, line = _require_tag(request)
    state = str(request.params["state"])
    if state not in tag_states.MANUAL_STATES:
        raise NotFound
    mention = request.query.get("mention", "")
    return WebPage(
        "outreach_step.html",
        _tag_values(request, listed, line)
        | {"state": state, "mention": mention if mention.isdigit() else ""},
    )


def act_step(request: PageRequest, form: StepForm) -> Answer:
    """Enter that a tag has come a step further."""
    campaign, n = str(request.params["campaign"]), request.number("n")
    sent = request.file
    details = StepDetails(
        note=form.note,
        link=form.link,
        file=None if sent is None else EvidenceFile(sent.name, sent.read()),
        mention=form.mention,
        tool=form.tool,
        label={"yes": True, "no": False}.get(form.label),
        seconds=form.seconds,
        length=form.length,
        cool_off=form.cool_off,
    )
    step = outreach_entry.enter_step(
        request.context, campaign, n, str(request.params["state"]), details
    )
    notice = request.lang.gettext(
        "Noted: tag %(tag)s is %(state)s.",
        tag=request.lang.number(n),
        state=CampaignWords(request.lang).tag_state(step.state),
    )
    return RedirectTo(f"{_PATH}/{step.campaign}/{n}", notice)


def act_dismiss(request: PageRequest, form: DismissForm) -> Answer:
    """Say that a mention is not the post of a tag."""
    campaign, n = str(request.params["campaign"]), request.number("n")
    post_matching.dismiss(request.context, campaign, n, form.mention)
    notice = request.lang.gettext("Noted: it is not the post of this tag.")
    return RedirectTo(f"{_PATH}/{campaign}/{n}", notice)


_TAG = f"{_PATH}/{{campaign}}/{{n:number}}"
_STEP = f"{_TAG}/steps/{{state}}"
ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_due),
    Screen(f"{_PATH}/{{campaign}}", Permission.READ, show_tags),
    Screen(_TAG, Permission.READ, show_tag),
    Screen(_STEP, Permission.DRAFT, show_step),
    Action(
        _STEP,
        Permission.DRAFT,
        StepForm,
        act_step,
        show_step,
        most_file=evidence.MOST_BYTES,
    ),
    Action(f"{_TAG}/dismiss", Permission.DRAFT, DismissForm, act_dismiss, show_tag),
)
