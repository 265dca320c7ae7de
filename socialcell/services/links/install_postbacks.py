"""Postbacks of installs from the app's server: verified, and stored once."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import Enum

from socialcell import db
from socialcell.campaigns.links import install_postback
from socialcell.campaigns.links.install_postback import InstallVerdict
from socialcell.campaigns.links.store import postbacks as postback_store
from socialcell.clock import IST
from socialcell.services.context import Context


class PostbackResult(Enum):
    """The result of a postback."""

    STORED = "kept"
    DUPLICATE = "known"  # the same install in the same words

    CHANGED = "changed"  # the same install in other words: it stays as it was

    LATER = "later"  # its click may not be stored yet

    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"
    MALFORMED = "malformed"


def signing_key(context: Context) -> str | None:
    """The secret that postbacks are signed with; None: none is set, none are taken."""
    name = context.workspace.config.links.install_key.secret
    secret = context.workspace.find_secret(name)
    return None if secret is None else secret[1].get_secret_value()


def store_postback(
    context: Context,
    key: str,
    timestamp: str,
    signature: str,
    body: bytes,
    *,
    behind: Callable[[], bool] = lambda: False,
) -> tuple[PostbackResult, str]:
    """Store an install, or say why not: how it was met, and its outcome in a word.

    `behind` says whether there are clicks that are not stored yet. What is signed and
    readable is kept, refused or not; what is turned away is left to `turned_away`.
    """
    now = context.clock.now()
    reason = install_postback.refusal_reason(key, timestamp, signature, body, now)
    if reason is not None:
        return PostbackResult(reason), reason
    try:
        postback = install_postback.parse_postback(body)
    except install_postback.UnreadablePostback as error:
        return PostbackResult.MALFORMED, str(error)
    seal = hashlib.sha256(body).hexdigest()
    waiting = behind()
    with db.writing(context.engine) as session:
        earlier = postback_store.count_delivery(session, postback.key, seal)
        if earlier is not None:
            return (
                (PostbackResult.DUPLICATE, "known")
                if earlier
                else (PostbackResult.CHANGED, "changed")
            )
        click_id = install_postback.click_id(postback)
        click = (
            None
            if click_id is None
            else postback_store.find_postback_click(session, click_id)
        )
        if click_id is not None and click is None and waiting:
            return PostbackResult.LATER, "not now"
        settings = context.workspace.config.links
        bounds = install_postback.AttributionWindow(
            longest=timedelta(days=settings.attribution_days),
            shortest=timedelta(seconds=settings.shortest_seconds),
        )
        verdict = install_postback.classify_install(
            postback, click, settings.apps, now, bounds
        )
        link = None if click is None else click.link_id
        if not postback_store.save_postback(
            session, postback, verdict, click_id, link, seal, now
        ):
            # Somebody else's install of the same click was stored a moment before.
            verdict = InstallVerdict("refused", "click_used")
            postback_store.save_postback(
                session, postback, verdict, click_id, link, seal, now
            )
    return PostbackResult.STORED, verdict.reason or verdict.outcome


def record_refusals(context: Context, counts: Mapping[str, int]) -> None:
    """Note how many were turned away unread today, by reason."""
    day = context.clock.now().astimezone(IST).date()
    with db.writing(context.engine) as session:
        postback_store.count_refusals(session, counts, day)
