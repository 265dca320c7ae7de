"""What a link says is changed; where a link leads that people have, by two persons."""

from typing import Annotated

from pydantic import Field

from socialcell.campaigns.links import tracked_link
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.roles import Permission
from socialcell.services.approvals import link_change_approvals
from socialcell.services.links import public_links, tracked_links
from socialcell.web.console.campaigns.link_pages import LinkForm, require_link
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/links/{code}/edit"


class LinkChangeForm(LinkForm):
    """All that a link says, and why that is changed."""

    reason: Annotated[str, Field(min_length=5, max_length=500)]


def show_edit_link(request: PageRequest) -> Answer:
    """The form in which a link is changed, with what it says now."""
    context, (link, _versions) = request.context, require_link(request)
    w = PublishingWords(request.lang)
    return WebPage(
        "link_edit.html",
        {
            "link": link,
            "stated": tracked_link.stated_fields(link),
            "is_public": public_links.has_reached_people(context, link),
            "waiting": link_change_approvals.find_waiting(context, link.code),
            "channels": [(id_, w.platform(id_)) for id_ in CHANNELS],
        },
    )


def act_edit_link(request: PageRequest, form: LinkChangeForm) -> Answer:
    """Change what differs; a second person agrees where it has to be so."""
    context, lang = request.context, request.lang
    link, _versions = require_link(request)
    stated = tracked_link.stated_fields(link)
    typed = form.model_dump(exclude={"reason"})
    changed = {name: text or "" for name, text in typed.items() if text != stated[name]}
    result = tracked_links.edit_link(context, link.code, changed, form.reason)
    notices = {
        "updated": lang.gettext("The link is changed."),
        "waiting": lang.gettext("The change waits for a second person."),
        "unchanged": lang.gettext("The link says that already."),
    }
    return RedirectTo(f"/links/{link.code}", notices[result.outcome])


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.DRAFT, show_edit_link),
    Action(_PATH, Permission.DRAFT, LinkChangeForm, act_edit_link, show_edit_link),
)
