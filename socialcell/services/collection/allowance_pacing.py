"""Spread a scarce allowance over its window, so that evenings are collected too."""

from datetime import datetime, timedelta

from socialcell import connectors, db
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_ledger
from socialcell.services.context import Context

# So much of an allowance is left for pulls that a person asks for.
_BY_HAND = 0.1


def next_turn(context: Context, source: Source) -> datetime | None:
    """When the daemon may pull a source of a spread allowance again; None: now.

    Each enabled source that takes from the allowance has the same share of it, and its
    share grows evenly over the window: after n pages it is its turn when the share of
    the time that has passed covers them.
    """
    assert source.id is not None
    now = context.clock.now()
    turns = []
    for bucket in allowance_ledger.buckets(
        context.workspace.config,
        source.connector,
        connectors.platform(source.connector),
    ):
        if not bucket.spread or bucket.cap is None:
            continue
        if not connectors.uses_bucket(source.connector, source.settings, bucket.name):
            continue
        start, end = allowance_ledger.window(bucket, now)
        with db.reading(context.engine) as session:
            sharing = [
                other
                for other in store.enabled(session)
                if other.connector == source.connector
                and connectors.uses_bucket(other.connector, other.settings, bucket.name)
            ]
            pages = store.pulled_pages(session, source.id, start)
        share = bucket.cap * (1 - _BY_HAND) / max(len(sharing), 1)
        turns.append(start + next_share(pages, share, end - start))
    latest = max(turns, default=now)
    return latest if latest > now else None


def next_share(pages: int, share: float, window: timedelta) -> timedelta:
    """After how much of a window a share covers so many pages and one more is due."""
    return window if share <= 0 else min(window, pages / share * window)
