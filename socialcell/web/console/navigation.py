"""The places of the console that whoever is signed in may go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.web.pages.page_request import PageRequest


@dataclass(frozen=True)
class Place:
    """An entry of the navigation. `key`: the keys that lead there."""

    path: str
    label: str
    icon: str = ""
    key: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Navigation:
    """The six main places, and all other pages."""

    main: Sequence[Place]
    more: Sequence[Place]

    @property
    def is_more_open(self) -> bool:
        return any(place.is_current for place in self.more)


def shell_values(request: PageRequest) -> Mapping[str, object]:
    """What the shell says around each page."""
    organisation = request.context.workspace.config.report.organisation
    return {"navigation": _navigation(request), "organisation": organisation}


def _navigation(request: PageRequest) -> Navigation | None:
    visitor = request.visitor
    if visitor is None:
        return None
    lang = request.lang

    def shown(rows: Sequence[tuple[Permission, Place]]) -> list[Place]:
        return [
            _marked(place, request.path)
            for permission, place in rows
            if visitor.may(permission)
        ]

    return Navigation(shown(_main(lang)), shown(_more(lang)))


def _marked(place: Place, path: str) -> Place:
    is_current = path == place.path or (
        place.path != "/" and path.startswith(f"{place.path}/")
    )
    return Place(place.path, place.label, place.icon, place.key, is_current)


def _main(lang: Language) -> Sequence[tuple[Permission, Place]]:
    _, read = lang.gettext, Permission.READ
    return (
        (read, Place("/", _("Today"), "today", "g t")),
        (read, Place("/mentions", _("Mentions"), "list", "g m")),
        (read, Place("/incidents", _("Incidents"), "wave", "g i")),
        (read, Place("/figures", _("Figures"), "bars", "g f")),
        (read, Place("/areas", _("Areas"), "map", "g w")),
        (read, Place("/campaigns", _("Campaigns"), "speaker", "g c")),
    )


def _more(lang: Language) -> Sequence[tuple[Permission, Place]]:
    _, p = lang.gettext, Permission
    return (
        (p.APPROVE, Place("/approvals", _("Approvals"))),
        (p.READ, Place("/calendar", _("Calendar"))),
        (p.READ, Place("/posts", _("Posts"))),
        (p.READ, Place("/outreach", _("Outreach"))),
        (p.APPROVE, Place("/influencers", _("Influencers"))),
        (p.READ, Place("/registry", _("Registry"))),
        (p.READ, Place("/links", _("Links"))),
        (p.READ, Place("/ads", _("Ads"))),
        (p.READ, Place("/search", _("Search engine"))),
        (p.READ, Place("/reports", _("Reports"))),
        (p.READ, Place("/sources", _("Sources"))),
        (p.READ, Place("/outbox", _("Outbox"))),
        (p.ERASE, Place("/privacy", _("Privacy"))),
        (p.READ_AUDIT, Place("/audit", _("Audit log"))),
        (p.MANAGE_OPERATORS, Place("/staff", _("Staff"))),
    )
