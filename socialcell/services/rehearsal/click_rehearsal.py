"""The rehearsal's tracked links, and clicks on them, stored whole step by step.

A step that was interrupted is done again from its beginning: what of its clicks and
installs was stored by then is taken back first.
"""

import time
from collections.abc import Collection, Mapping
from datetime import datetime

from socialcell import db
from socialcell.campaigns.links.store import clicks, postbacks
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.links import tracked_links

_TIMEOUT = 60.0  # seconds
_INTERVAL = 0.01


def link_codes(
    context: Context, requests: Mapping[str, Mapping[str, str | None]]
) -> dict[str, str]:
    """The codes of links, made where they are not there; by the caller's word."""
    return {
        word: tracked_links.create_link(context, request).link.code
        for word, request in requests.items()
    }


def delete_rehearsed(
    context: Context, moments: Collection[datetime], installs: Collection[str]
) -> None:
    """Let the clicks of these seconds and the installs of these keys not have been."""
    with db.writing(context.engine) as session:
        postbacks.delete_postbacks(session, installs)
        clicks.delete_clicks(session, moments)


def wait_for_clicks(context: Context, moments: Collection[datetime]) -> None:
    """Return when every click of these seconds is stored. SocialcellError: too late."""
    until = time.monotonic() + _TIMEOUT
    while True:
        with db.reading(context.engine) as session:
            stored = len(clicks.clicks_at(session, moments))
        if stored == len(moments):
            return
        if time.monotonic() > until:
            raise SocialcellError(
                "rehearsal.clicks_not_stored", clicks=len(moments), stored=stored
            )
        time.sleep(_INTERVAL)
