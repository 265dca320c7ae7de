"""Who read personal data that is not masked."""

from socialcell.registers.store.accesses import AccessFilter
from socialcell.roles import Permission
from socialcell.services import access_log
from socialcell.web.console.office import audit_words
from socialcell.web.console.privacy import register_words
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

_MOST = 100


def show_accesses(request: PageRequest) -> Answer:
    """The newest reads; all of them, or those by one operator."""
    who = request.query.get("who") or None
    entries = access_log.list_accesses(request.context, AccessFilter(actor=who), _MOST)
    return WebPage(
        "privacy/accesses.html",
        {
            "entries": entries,
            "who": who or "",
            "access": lambda id_: register_words.access(id_, request.lang),
            "noun": lambda subject: audit_words.nouns(request.lang).get(
                subject.partition(".")[0], ""
            ),
        },
    )


ROWS: tuple[Row, ...] = (
    Screen("/privacy/accesses", Permission.READ_AUDIT, show_accesses),
)
