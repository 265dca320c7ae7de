"""Links: the list with clicks, one link by day with its QR code, and a new one."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store.links import LinkVersion
from socialcell.campaigns.links.tracked_link import STATED_FIELDS, landings
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.campaigns.links.visitor_kinds import KINDS
from socialcell.roles import Permission
from socialcell.services.approvals import link_change_approvals
from socialcell.services.links import (
    link_lines,
    link_statistics,
    qr_codes,
    tracked_links,
)
from socialcell.services.links.tracked_links import NoSuchLink
from socialcell.services.outcomes import daily_figures
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/links"
_AT_ONCE = 50
_PROGRAMS = ("preview", "scanner", "crawler", "tool")


class LinkForm(Form):
    """A link: what it belongs to, and where it leads."""

    campaign: Annotated[str, Field(min_length=1, max_length=100)]
    channel: Annotated[str, Field(min_length=1, max_length=40)]
    web: Annotated[str, Field(min_length=1, max_length=2000)]
    android: OptionalText = None
    ios: OptionalText = None
    initiative: OptionalText = None
    creator: OptionalText = None
    post: OptionalText = None
    content: OptionalText = None
    term: OptionalText = None
    expires: OptionalText = None


def show_links(request: PageRequest) -> Answer:
    """Links, the newest first, each with clicks of people and other requests."""
    campaign = request.query.get("campaign", "").strip()
    channel = request.query.get("channel", "")
    lines = link_lines.list_lines(
        request.context,
        {"campaign": campaign or None, "channel": channel or None},
        request.query_number("before"),
        _AT_ONCE + 1,
    )
    shown, w = lines[:_AT_ONCE], PublishingWords(request.lang)
    return WebPage(
        "links.html",
        {
            "lines": shown,
            "further": shown[-1].link.id if len(lines) > _AT_ONCE else None,
            "campaign": campaign,
            "channel": channel,
            "campaigns": link_lines.list_campaigns(request.context),
            "channels": [(id_, w.platform(id_)) for id_ in CHANNELS],
            "may_draft": request.may(Permission.DRAFT),
            "w": w,
        },
    )


def show_link(request: PageRequest) -> Answer:
    """A link: where it leads, its requests by day, and what it said before."""
    context, (link, versions) = request.context, require_link(request)
    days = daily_figures.requested_days(context, None, None)
    counted = link_statistics.link_statistics(
        context,
        by=("day",),
        since=days.since,
        until=days.until,
        filters={"code": link.code},
    )
    has_address = context.workspace.config.links.address is not None
    return WebPage(
        "link.html",
        {
            "link": link,
            "versions": versions,
            "waiting": link_change_approvals.find_waiting(context, link.code),
            "address": tracked_links.link_address(context, link),
            "targets": {
                device: landing.of("CLICK")
                for device, landing in landings(link).items()
            },
            "days": days,
            "rows": [_day_row(row) for row in reversed(counted["rows"])],
            "qr": qr_codes.qr_squares(qr_codes.qr_address(context, link.code))
            if has_address
            else None,
            "may_draft": request.may(Permission.DRAFT),
            "w": PublishingWords(request.lang),
        },
    )


def require_link(request: PageRequest) -> tuple[TrackedLink, Sequence[LinkVersion]]:
    """The link of the address and what it said before. NotFound: there is none."""
    code = str(request.params["code"]).lower()
    try:
        return tracked_links.find_link(request.context, code)
    except NoSuchLink:
        raise NotFound from None


def _day_row(row: link_statistics.StatisticsRow) -> dict[str, object]:
    """A day: people, their second clicks, programs, the cell's own and what was not
    counted."""

    def count(*kinds: str) -> int:
        return sum(int(str(row[kind] or 0)) for kind in kinds)

    rest = [k for k in KINDS if k not in ("human", "duplicate", *_PROGRAMS)]
    return {
        "day": row["day"],
        "people": count("human"),
        "again": count("duplicate"),
        "programs": count(*_PROGRAMS),
        "rest": count(*rest),
    }


def show_qr(request: PageRequest) -> Answer:
    """A link's QR code as an SVG file for print."""
    link, _versions = require_link(request)
    if request.context.workspace.config.links.address is None:
        raise NotFound
    picture = qr_codes.qr_image(qr_codes.qr_address(request.context, link.code), ".svg")
    qr_codes.note_printed(request.context, link.code)
    return Download(f"{link.code}.svg", "image/svg+xml", [picture])


def show_new_link(request: PageRequest) -> Answer:
    """The form of a new link."""
    w = PublishingWords(request.lang)
    return WebPage(
        "link_new.html",
        {
            "channels": [(id_, w.platform(id_)) for id_ in CHANNELS],
            "stated": {
                **dict.fromkeys(STATED_FIELDS),
                "campaign": request.query.get("campaign", ""),
            },
        },
    )


def act_new_link(request: PageRequest, form: LinkForm) -> Answer:
    """Make a link; one that says just the same is shown and not made twice."""
    lang = request.lang
    result = tracked_links.create_link(request.context, form.model_dump())
    if result.outcome == "unchanged":
        notice = lang.gettext("This link was there already.")
    elif result.nearly is not None:
        notice = lang.gettext(
            "The link is made. Its campaign %(campaign)s is new: did you mean "
            "%(nearly)s?",
            campaign=result.link.campaign,
            nearly=result.nearly,
        )
    else:
        notice = lang.gettext("The link is made.")
    return RedirectTo(f"{_PATH}/{result.link.code}", notice)


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_links),
    Screen(f"{_PATH}/new", Permission.DRAFT, show_new_link),
    Action(f"{_PATH}/new", Permission.DRAFT, LinkForm, act_new_link, show_new_link),
    Screen(f"{_PATH}/{{code}}", Permission.READ, show_link),
    Screen(f"{_PATH}/{{code}}/qr", Permission.READ, show_qr),
)
