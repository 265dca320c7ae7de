"""Whether whoever asks may see a screen, and for which places."""

from dataclasses import replace

from socialcell.message_catalog import Message
from socialcell.roles import Permission
from socialcell.services.operators.browser_sessions import BrowserVisitor
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import Refusal, refusal_of
from socialcell.web.pages.screens import OpenTo, Row


def require_access(row: Row, page_request: PageRequest) -> PageRequest:
    """The request with the places for which the permission counts.

    Refusal: 401, nobody has signed in; 403, without the permission, or with it for some
    places where the screen is about the whole city.
    """
    if row.may is OpenTo.PUBLIC:
        return page_request
    if page_request.visitor is None:
        raise refusal_of(401)
    if isinstance(row.may, OpenTo):
        return page_request
    permissions = row.may if isinstance(row.may, frozenset) else frozenset({row.may})
    places = _places(page_request.visitor, permissions)
    if places is not None and not places:
        names = ", ".join(sorted(permissions))
        raise Refusal(403, Message("web.no_permission", {"permission": names}))
    if places is not None and not row.is_scoped:
        raise Refusal(403, Message("web.whole_city", {"places": sorted(places)}))
    return replace(page_request, places=places)


def _places(
    visitor: BrowserVisitor, permissions: frozenset[Permission]
) -> frozenset[str] | None:
    """Where one of these permissions counts; None: for the whole city."""
    scopes = [visitor.places(permission) for permission in permissions]
    if None in scopes:
        return None
    return frozenset[str]().union(*filter(None, scopes))
