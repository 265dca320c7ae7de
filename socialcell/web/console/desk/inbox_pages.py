"""The inbox: open cases by view and filter, with the clock that ends first."""

from collections.abc import Mapping

from socialcell.desk.store.case_lists import (
    ALL_OPEN,
    REOPENED,
    VIEWS,
    CaseFilter,
)
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.desk.pages import inbox
from socialcell.web.console.desk.desk_words import (
    CELL,
    PRIORITIES,
    DeskWords,
    load_desk_words,
)
from socialcell.web.pages.addresses import with_pairs
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

PATH = "/inbox"
MARK = "c-"
"""How the field of a marked case begins; the rest is its number."""
_FILTERS = ("topic", "area", "priority", "language", "channel")
_LONGEST = 200  # characters of a filter


def show_inbox(request: PageRequest) -> Answer:
    """A page of a view; one's own cases first, the team's where there are none."""
    context, lang = request.context, request.lang
    people = pseudonyms.load_people(context)
    view, chosen = _view(request), _chosen(request)
    filters = case_filter(request, view, chosen)
    page = inbox.read_inbox(
        context, people, filters, request.query.get("cursor", "")[:_LONGEST]
    )
    words = load_desk_words(context, lang)
    return WebPage(
        "desk/inbox.html",
        {
            "page": page,
            "view": view,
            "views": [(name, view_name(name, lang)) for name in (*VIEWS, ALL_OPEN)],
            "about": _about(view, lang),
            "chosen": chosen,
            "choices": _choices(words),
            "link": lambda name: with_pairs(PATH, **{"view": name, **chosen}),
            "following": page.following
            and with_pairs(PATH, **{"view": view, **chosen, "cursor": page.following}),
            "w": words,
            "may_triage": request.visitor is not None
            and request.visitor.may(Permission.TRIAGE),
        },
    )


def case_filter(
    request: PageRequest, view: str, chosen: Mapping[str, str]
) -> CaseFilter:
    """What whoever asks may see of a view."""
    places = request.places
    return CaseFilter(
        view=view,
        operator=request.context.actor.id,
        teams=(CELL,) if places is None else sorted(places),
        scopes=places,
        words=chosen.get("words"),
        topic=chosen.get("topic"),
        area=chosen.get("area"),
        priority=chosen.get("priority"),
        language=chosen.get("language"),
        channel=chosen.get("channel"),
    )


def _view(request: PageRequest) -> str:
    view = request.query.get("view", request.typed.get("view", ""))
    return view if view in (*VIEWS, ALL_OPEN, REOPENED) else VIEWS[0]


def _chosen(request: PageRequest) -> dict[str, str]:
    texts = {
        name: request.query.get(name, "").strip()[:_LONGEST]
        for name in ("words", *_FILTERS)
    }
    return {name: text for name, text in texts.items() if text}


def view_name(view: str, lang: Language) -> str:
    """A view of the inbox in words."""
    _ = lang.gettext
    return {
        "mine": _("Mine"),
        "team": _("Team"),
        "new": _("New ones"),
        "due": _("Due soon"),
        "overdue": _("Overdue"),
        "waiting": _("Waiting"),
        "open": _("All open"),
    }[view]


def _about(view: str, lang: Language) -> str:
    _ = lang.gettext
    return {
        "mine": _("Cases that were given to you, and those that you hold now."),
        "team": _("Open cases of your team."),
        "new": _("Cases that nobody has looked at yet."),
        "due": _("Cases of which a clock ends within two hours."),
        "overdue": _("Cases of which a clock has run out."),
        "waiting": _(
            "Cases that wait for the citizen, for another body, or for an answer to "
            "the closing question."
        ),
        "open": _("Every case that is open."),
        "reopened": _("Open cases that ended once and were opened again."),
    }[view]


def _choices(w: DeskWords) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each filter with its label and what may be chosen."""
    _ = w.lang.gettext
    return [
        ("topic", _("Topic"), list(w.choices("topic"))),
        ("area", _("Ward office"), w.ward_offices()),
        ("priority", _("Priority"), [(p, w.priority(p)) for p in PRIORITIES]),
        ("language", _("Language"), list(w.choices("language"))),
    ]


ROWS: tuple[Row, ...] = (Screen(PATH, Permission.READ, show_inbox, is_scoped=True),)
