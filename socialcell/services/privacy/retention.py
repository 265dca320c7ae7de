"""Purge what was kept long enough, as config.yaml says; every run is audited."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.store import clicks
from socialcell.listening.store import retention
from socialcell.listening.store.mentions import reply_drafts
from socialcell.listening.store.pages import attachments
from socialcell.ops import audit, slots
from socialcell.ops import webhook_deliveries as pushes
from socialcell.ops.secure_delete import scrub
from socialcell.services.context import Context
from socialcell.services.mentions import similar_mentions
from socialcell.services.reporting import report_redaction
from socialcell.services.webhooks import media_files

_PAGE = 500
_NETWORKS = timedelta(days=7)  # that a click keeps the hash of its network
_REPLIES = timedelta(days=7)  # that an answer which nobody sent keeps its words


@dataclass(frozen=True)
class Purged:
    """How much went (or would go, in a dry run), and the limits it was older than."""

    raw_mapped: int
    raw_quarantined: int
    texts: dict[str, int]  # by platform
    raw_before: datetime
    text_before: dict[str, datetime]
    files: int = 0  # of messages whose text is gone
    clicks: int = 0  # single ones, on tracked links; their counts by day stay
    pushes: int = 0  # digests that nobody hands in again, and what was never readable
    waits: str | None = None


def run(context: Context, *, dry_run: bool = False) -> Purged:
    """Raw JSON first, then texts, a page a transaction. Safe to stop and run again."""
    now = context.clock.now()
    settings = context.workspace.config.retention
    raw_before = now - timedelta(days=settings.raw_days)
    text_before = {
        platform: now - timedelta(days=days)
        for platform, days in settings.text_days.items()
        if days is not None
    }
    clicked_before = now - timedelta(days=settings.click_days)
    if dry_run:
        with db.reading(context.engine) as session:
            gone = retention.counts(session, raw_before, text_before)
            gone["clicks"] = clicks.count_old_clicks(session, clicked_before)
            gone["files"] = attachments.count_bare(session)
        return _purged(gone, raw_before, text_before)
    gone = Counter()
    _in_pages(context, partial(_raws, before=raw_before, gone=gone))
    for platform, before in text_before.items():
        texts_of = partial(_texts, platform=platform, before=before, gone=gone)
        _in_pages(context, texts_of)
    _in_pages(context, partial(_clicks, before=clicked_before, gone=gone))
    gone["files"] = media_files.sweep(context)
    with db.writing(context.engine) as session:
        clicks.erase_networks(session, now - _NETWORKS)
        gone["replies"] = reply_drafts.forget_old(session, now - _REPLIES)
        gone["pushes"] = pushes.forget_old(session, now)
        gone["slots"] = slots.forget_old(session, now)
        audit.append(
            session,
            audit.operator(),
            "retention.run",
            "database",
            {kind: n for kind, n in sorted(gone.items()) if n},
            now,
        )
    with db.reading(context.engine) as session:
        stale = list(report_redaction.stale(session, context))
    report_redaction.rewrite_files(context, stale)
    # Also what was deleted at its source since the last run leaves no vector behind.
    similar_mentions.forget(context.workspace)
    texts = sum(n for kind, n in gone.items() if kind.startswith("text "))
    waits = scrub(context.engine) if texts else None
    return _purged(gone, raw_before, text_before, waits)


def _in_pages(context: Context, purge: Callable[[Session], Sequence[int]]) -> None:
    more = True
    while more:
        with db.writing(context.engine) as session:
            more = len(purge(session)) == _PAGE


def _raws(session: Session, before: datetime, gone: Counter[str]) -> Sequence[int]:
    found = retention.old_raws(session, before, _PAGE)
    retention.drop_raws(session, list(found))
    gone.update(found.values())
    return list(found)


def _texts(
    session: Session, platform: str, before: datetime, gone: Counter[str]
) -> Sequence[int]:
    found = retention.old_texts(session, platform, before, _PAGE)
    retention.drop_texts(session, found)
    gone[f"text {platform}"] += len(found)
    return found


def _clicks(session: Session, before: datetime, gone: Counter[str]) -> Sequence[int]:
    found = clicks.delete_old_clicks(session, before, _PAGE)
    gone["clicks"] += found
    return range(found)


def _purged(
    gone: Counter[str],
    raw_before: datetime,
    text_before: dict[str, datetime],
    waits: str | None = None,
) -> Purged:
    return Purged(
        raw_mapped=gone["mapped"],
        raw_quarantined=gone["quarantined"],
        texts={platform: gone[f"text {platform}"] for platform in text_before},
        raw_before=raw_before,
        text_before=text_before,
        files=gone["files"],
        clicks=gone["clicks"],
        pushes=gone["pushes"],
        waits=waits,
    )
