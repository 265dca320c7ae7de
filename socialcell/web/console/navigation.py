"""The places of the console that whoever is signed in may go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from socialcell.errors import SocialcellError
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services.desk.pages import inbox
from socialcell.services.operators.browser_sessions import BrowserVisitor
from socialcell.web.pages.page_request import PageRequest

_May: TypeAlias = Permission | frozenset[Permission]
SEE_SOURCES = frozenset({Permission.READ, Permission.MANAGE_SOURCES})
"""One of them suffices to see the sources."""


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the navigation. `key`: the keys that lead there. `count`: how many
    open cases wait behind it; None: nothing is counted there, or it is not known."""

    path: str
    label: str
    icon: str = ""
    key: str = ""
    is_current: bool = False
    count: int | None = None


INBOX = "/inbox"
SCOPED = frozenset({INBOX, "/mentions", "/areas", "/approvals"})
"""Pages that can show some ward offices or departments alone."""


@dataclass(frozen=True)
class Navigation:
    """The six main places, and all other pages."""

    main: Sequence[NavigationEntry]
    more: Sequence[NavigationEntry]


def shell_values(request: PageRequest) -> Mapping[str, object]:
    """What the shell says around each page."""
    organisation = request.context.workspace.config.report.organisation
    return {"navigation": _counted(request), "organisation": organisation}


def _counted(request: PageRequest) -> Navigation | None:
    """The navigation with the number of open cases that the visitor may see: that of
    the whole city came with the session."""
    navigation = _navigation(request)
    if navigation is None or request.visitor is None:
        return navigation
    if all(entry.path != INBOX for entry in navigation.main):
        return navigation
    count, places = request.visitor.open_cases, request.visitor.places(Permission.READ)
    if places is not None:
        try:
            count = inbox.count_open(request.context, places)
        except SocialcellError:
            # A page whose words are kept while the database is busy stands without it.
            return navigation
    main = [
        replace(entry, count=count) if entry.path == INBOX else entry
        for entry in navigation.main
    ]
    return replace(navigation, main=main)


def _navigation(request: PageRequest) -> Navigation | None:
    visitor = request.visitor
    if visitor is None:
        return None
    lang = request.lang

    def shown(
        rows: Sequence[tuple[_May, NavigationEntry]],
    ) -> list[NavigationEntry]:
        return [
            _marked(place, request.path)
            for may, place in rows
            if _is_open(visitor, place.path, may)
        ]

    return Navigation(shown(_main(lang)), shown(_more(lang)))


def _is_open(visitor: BrowserVisitor, path: str, may: _May) -> bool:
    """Whether a page lets its visitor in: for the whole city, or for some places where
    it can show these alone."""
    permissions = may if isinstance(may, frozenset) else (may,)
    places = [visitor.places(permission) for permission in permissions]
    return None in places or (path in SCOPED and any(places))


def first_path(request: PageRequest) -> str:
    """The first page that is open to whoever has signed in; their own where none is."""
    navigation = _navigation(request)
    places = [*navigation.main, *navigation.more] if navigation else []
    return next((place.path for place in places), "/me")


def _marked(place: NavigationEntry, path: str) -> NavigationEntry:
    is_current = path == place.path or (
        place.path != "/" and path.startswith(f"{place.path}/")
    )
    is_current = is_current or (place.path == INBOX and path.startswith("/cases/"))
    return replace(place, is_current=is_current)


def _main(lang: Language) -> Sequence[tuple[_May, NavigationEntry]]:
    _, read = lang.gettext, Permission.READ
    return (
        (read, NavigationEntry("/", _("Today"), "today", "g t")),
        (read, NavigationEntry(INBOX, _("Inbox"), "inbox", "g i")),
        (read, NavigationEntry("/incidents", _("Incidents"), "wave", "g n")),
        (read, NavigationEntry("/figures", _("Figures"), "bars", "g f")),
        (read, NavigationEntry("/areas", _("Areas"), "map", "g w")),
        (read, NavigationEntry("/campaigns", _("Campaigns"), "speaker", "g c")),
    )


def _more(lang: Language) -> Sequence[tuple[_May, NavigationEntry]]:
    _, p = lang.gettext, Permission
    return (
        (p.READ, NavigationEntry("/mentions", _("Mentions"), key="g m")),
        (p.APPROVE, NavigationEntry("/approvals", _("Approvals"))),
        (p.TRIAGE, NavigationEntry("/calls", _("Calls"))),
        (p.READ, NavigationEntry("/macros", _("Approved answers"))),
        (p.READ, NavigationEntry("/routing", _("Routing"))),
        (p.TRIAGE, NavigationEntry("/care", "PMC Care")),
        (p.READ, NavigationEntry("/commitments", _("Promises"))),
        (p.READ, NavigationEntry("/rumours", _("Rumours"))),
        (p.READ, NavigationEntry("/rules", _("Alert rules"))),
        (p.READ, NavigationEntry("/calendar", _("Calendar"))),
        (p.READ, NavigationEntry("/posts", _("Posts"))),
        (p.READ, NavigationEntry("/outreach", _("Outreach"))),
        (p.APPROVE, NavigationEntry("/influencers", _("Influencers"))),
        (p.READ, NavigationEntry("/registry", _("Registry"))),
        (p.READ, NavigationEntry("/links", _("Links"))),
        (p.READ, NavigationEntry("/ads", _("Ads"))),
        (p.READ, NavigationEntry("/search", _("Search engine"))),
        (p.READ, NavigationEntry("/reports", _("Reports"))),
        (SEE_SOURCES, NavigationEntry("/sources", _("Sources"))),
        (p.READ, NavigationEntry("/outbox", _("Outbox"))),
        (p.ERASE, NavigationEntry("/privacy", _("Privacy"))),
        (p.READ_AUDIT, NavigationEntry("/audit", _("Audit log"))),
        (p.MANAGE_OPERATORS, NavigationEntry("/staff", _("Staff"))),
    )
