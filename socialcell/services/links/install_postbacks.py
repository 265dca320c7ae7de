"""Take in what the app's server tells of installs: signed, once, with its reasons."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import Enum

from socialcell import db
from socialcell.campaigns.links import install_postback
from socialcell.campaigns.links.install_postback import InstallVerdict
from socialcell.campaigns.links.store import postbacks as store
from socialcell.clock import IST
from socialcell.services.context import Context


class Met(Enum):
    """How a postback was met."""

    STORED = "kept"
    DUPLICATE = "known"  # the same install in the same words

    CHANGED = "changed"  # the same install in other words: it stays as it was

    LATER = "later"  # its click may not be stored yet

    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"
    MALFORMED = "malformed"


def key_of(context: Context) -> str | None:
    """The secret that postbacks are signed with; None: none is set, none are taken."""
    name = context.workspace.config.links.install_key.secret
    found = context.workspace.find_secret(name)
    return None if found is None else found[1].get_secret_value()


def accept(
    context: Context,
    key: str,
    timestamp: str,
    signature: str,
    body: bytes,
    *,
    behind: Callable[[], bool] = lambda: False,
) -> tuple[Met, str]:
    """Store an install, or say why not: how it was met, and its outcome in a word.

    `behind` says whether there are clicks that are not stored yet. What is signed and
    readable is kept, refused or not; what is turned away is left to `turned_away`.
    """
    now = context.clock.now()
    reason = install_postback.refusal_reason(key, timestamp, signature, body, now)
    if reason is not None:
        return Met(reason), reason
    try:
        told = install_postback.parse_postback(body)
    except install_postback.UnreadablePostback as error:
        return Met.MALFORMED, str(error)
    seal = hashlib.sha256(body).hexdigest()
    waiting = behind()
    with db.writing(context.engine) as session:
        known = store.count_delivery(session, told.key, seal)
        if known is not None:
            return (Met.DUPLICATE, "known") if known else (Met.CHANGED, "changed")
        named = install_postback.click_id(told)
        click = None if named is None else store.find_postback_click(session, named)
        if named is not None and click is None and waiting:
            return Met.LATER, "not now"
        settings = context.workspace.config.links
        bounds = install_postback.AttributionWindow(
            longest=timedelta(days=settings.attribution_days),
            shortest=timedelta(seconds=settings.shortest_seconds),
        )
        verdict = install_postback.classify_install(
            told, click, settings.apps, now, bounds
        )
        link = None if click is None else click.link_id
        if not store.save_postback(session, told, verdict, named, link, seal, now):
            # Somebody else's install of the same click was stored a moment before.
            verdict = InstallVerdict("refused", "click_used")
            store.save_postback(session, told, verdict, named, link, seal, now)
    return Met.STORED, verdict.reason or verdict.outcome


def turned_away(context: Context, counts: Mapping[str, int]) -> None:
    """Note how many were turned away unread today, by reason."""
    day = context.clock.now().astimezone(IST).date()
    with db.writing(context.engine) as session:
        store.count_refusals(session, counts, day)
