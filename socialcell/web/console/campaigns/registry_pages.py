"""The registry: accounts that are shown by name, with the evidence for it."""

from socialcell.listening.store.people.registry import CLASSES
from socialcell.roles import Permission
from socialcell.services.privacy import account_registry
from socialcell.web.console.campaigns.creator_words import CreatorWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_PATH = "/registry"
_AT_ONCE = 50


def show_registry(request: PageRequest) -> Answer:
    """Accounts by platform and handle, those with some words, of one kind or all."""
    words = request.query.get("q", "").strip()[:100]
    class_ = request.query.get("class", "")
    platform, _colon, handle = request.query.get("after", "").partition(":")
    rows = account_registry.search_accounts(
        request.context,
        words,
        class_ if class_ in CLASSES else None,
        (platform, handle) if handle else None,
        _AT_ONCE + 1,
    )
    shown = rows[:_AT_ONCE]
    return WebPage(
        "registry.html",
        {
            "rows": shown,
            "further": f"{shown[-1].platform}:{shown[-1].handle}"
            if len(rows) > _AT_ONCE
            else "",
            "words": words,
            "chosen": class_,
            "classes": CLASSES,
        }
        | _words(request),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {"w": PublishingWords(request.lang), "k": CreatorWords(request.lang)}


def show_account(request: PageRequest) -> Answer:
    """One account, and why it is shown by name."""
    entry = account_registry.find_account(
        request.context, str(request.params["platform"]), str(request.params["handle"])
    )
    if entry is None:
        raise NotFound
    return WebPage("registry_account.html", {"entry": entry} | _words(request))


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_registry),
    Screen(f"{_PATH}/{{platform}}/{{handle}}", Permission.READ, show_account),
)
