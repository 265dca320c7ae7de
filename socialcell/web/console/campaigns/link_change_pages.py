"""Changes of where links lead, approved by a second person or taken back."""

from socialcell.roles import Permission
from socialcell.services.approvals import link_change_approvals
from socialcell.web.console.campaigns.approval_pages import show_approvals
from socialcell.web.pages.answers import Answer, RedirectTo
from socialcell.web.pages.forms import NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row

_PATH = "/approvals/links/{code}"


def act_approve_link(request: PageRequest, _form: NoFields) -> Answer:
    """Make the change of a link that waits."""
    code = str(request.params["code"])
    result = link_change_approvals.approve_change(request.context, code)
    notice = request.lang.gettext(
        "Link %(code)s leads where the change says.", code=result.link.code
    )
    return RedirectTo("/approvals", notice)


def act_withdraw_link(request: PageRequest, _form: NoFields) -> Answer:
    """Take the change of a link back: it leads where it led."""
    link = link_change_approvals.withdraw_change(
        request.context, str(request.params["code"])
    )
    notice = request.lang.gettext(
        "The change of link %(code)s is taken back.", code=link.code
    )
    return RedirectTo("/approvals", notice)


ROWS: tuple[Row, ...] = (
    Action(
        f"{_PATH}/approve",
        Permission.APPROVE,
        NoFields,
        act_approve_link,
        show_approvals,
    ),
    Action(
        f"{_PATH}/withdraw",
        Permission.APPROVE,
        NoFields,
        act_withdraw_link,
        show_approvals,
    ),
)
