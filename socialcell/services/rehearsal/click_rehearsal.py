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

_PATIENCE = 60.0  # seconds
_LOOK = 0.01


def codes(
    context: Context, asked: Mapping[str, Mapping[str, str | None]]
) -> dict[str, str]:
    """The codes of links, made where they are not there; by the caller's word."""
    return {
        word: tracked_links.create(context, one).link.code
        for word, one in asked.items()
    }


def take_back(
    context: Context, moments: Collection[datetime], installs: Collection[str]
) -> None:
    """Let the clicks of these seconds and the installs of these keys not have been."""
    with db.writing(context.engine) as session:
        postbacks.delete_postbacks(session, installs)
        clicks.delete_clicks(session, moments)


def wait(context: Context, moments: Collection[datetime]) -> None:
    """Return when every click of these seconds is stored. SocialcellError: too late."""
    until = time.monotonic() + _PATIENCE
    while True:
        with db.reading(context.engine) as session:
            stored = len(clicks.clicks_at(session, moments))
        if stored == len(moments):
            return
        if time.monotonic() > until:
            raise SocialcellError(
                f"Of {len(moments)} clicks of the rehearsal {stored} are stored. Run "
                "it again: the step is done anew."
            )
        time.sleep(_LOOK)
