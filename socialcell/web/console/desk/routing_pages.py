"""Routing: which team works on a topic in a ward office, and within which time."""

from socialcell.roles import Permission
from socialcell.services.desk import case_routing
from socialcell.web.console.desk.desk_words import load_desk_words
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

PATH = "/routing"


def show_routing(request: PageRequest) -> Answer:
    """The rows that are in force."""
    return WebPage(
        "desk/routing.html",
        {
            "entries": case_routing.list_routes(request.context),
            "w": load_desk_words(request.context, request.lang),
        },
    )


ROWS: tuple[Row, ...] = (Screen(PATH, Permission.READ, show_routing),)
