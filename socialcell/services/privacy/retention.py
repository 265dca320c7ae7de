"""Retention: purges what is older than config.yaml allows; every run is audited."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.store import clicks
from socialcell.config import Workspace
from socialcell.desk.store import erasure as case_erasure
from socialcell.files import unfinished_files
from socialcell.listening.store import retention
from socialcell.listening.store.mentions import reply_drafts
from socialcell.listening.store.pages import attachments
from socialcell.listening.store.people import people_batches, registry_proposals
from socialcell.ops import audit, slots, template_deliveries
from socialcell.ops import webhook_deliveries as pushes
from socialcell.ops.web import throttle
from socialcell.registers.store import requests
from socialcell.services import access_log
from socialcell.services.context import Context
from socialcell.services.mentions import similar_mentions
from socialcell.services.privacy import file_scrub
from socialcell.services.reporting import report_redaction
from socialcell.services.webhooks import media_files

_PAGE = 500
_NETWORK_DAYS = timedelta(days=7)  # that a click keeps the hash of its network

_PROPOSAL_DAYS = timedelta(days=90)  # that an account waits for a second person
_REPLY_DAYS = timedelta(days=7)  # that an answer which nobody sent keeps its words


@dataclass(frozen=True)
class PurgeResult:
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


def run_retention(context: Context, *, dry_run: bool = False) -> PurgeResult:
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
        return _result(gone, raw_before, text_before)
    gone = Counter()
    _in_pages(context, partial(_purge_raw, before=raw_before, gone=gone))
    for platform, before in text_before.items():
        texts_of = partial(
            _purge_texts,
            workspace=context.workspace,
            platform=platform,
            before=before,
            gone=gone,
        )
        _in_pages(context, texts_of)
    _in_pages(context, partial(_purge_clicks, before=clicked_before, gone=gone))
    gone["files"] = media_files.sweep_files(context)
    gone["unfinished"] = _clear_unfinished(context.workspace)
    with db.writing(context.engine) as session:
        clicks.erase_networks(session, now - _NETWORK_DAYS)
        gone["replies"] = reply_drafts.forget_old(session, now - _REPLY_DAYS)
        template_deliveries.forget_old(session, now - _REPLY_DAYS)
        waiting_before = now - _PROPOSAL_DAYS
        gone["proposals"] = registry_proposals.drop_old(
            session, waiting_before
        ) + people_batches.drop_old(session, waiting_before)
        gone["pushes"] = pushes.forget_old(session, now)
        gone["slots"] = slots.forget_old(session, now)
        ended_before = now - timedelta(days=settings.case_contact_days)
        gone["secrets"] = case_erasure.forget_old_secrets(session, ended_before)
        gone["throttle"] = throttle.forget_old(session, now)
        gone["accesses"] = access_log.delete_old(context, session)
        answered_before = now - timedelta(days=settings.request_days)
        gone["requests"] = requests.forget_answered(session, answered_before, now)
        audit.append(
            session,
            context.actor,
            "retention.run",
            "database",
            {kind: n for kind, n in sorted(gone.items()) if n},
            now,
        )
    with db.reading(context.engine) as session:
        stale = list(report_redaction.stale_pages(session, context))
    report_redaction.delete_pages(stale)
    _pages, unwritten = report_redaction.write_again(context, stale)
    # Also what was deleted at its source since the last run leaves no vector behind.
    similar_mentions.forget_vectors(context.workspace)
    is_due = file_scrub.is_due(context.workspace)
    reasons = (unwritten, file_scrub.scrub_files(context) if is_due else None)
    waits = " ".join(why for why in reasons if why) or None
    return _result(gone, raw_before, text_before, waits)


def _clear_unfinished(workspace: Workspace) -> int:
    """Delete what killed processes left in the workspace's folders; how many files."""
    root = workspace.folder
    folders = {root, workspace.reports, *root.glob("*/"), *root.glob("media/??/")}
    return sum(unfinished_files.clear_folder(folder) for folder in folders)


def _in_pages(context: Context, purge_page: Callable[[Session], Sequence[int]]) -> None:
    more = True
    while more:
        with db.writing(context.engine) as session:
            more = len(purge_page(session)) == _PAGE


def _purge_raw(session: Session, before: datetime, gone: Counter[str]) -> Sequence[int]:
    kinds_by_id = retention.old_raws(session, before, _PAGE)
    retention.drop_raws(session, list(kinds_by_id))
    gone.update(kinds_by_id.values())
    return list(kinds_by_id)


def _purge_texts(
    session: Session,
    workspace: Workspace,
    platform: str,
    before: datetime,
    gone: Counter[str],
) -> Sequence[int]:
    ids = retention.old_texts(session, platform, before, _PAGE)
    if ids:
        file_scrub.note_due(workspace)
    retention.drop_texts(session, ids)
    gone[f"text {platform}"] += len(ids)
    return ids


def _purge_clicks(
    session: Session, before: datetime, gone: Counter[str]
) -> Sequence[int]:
    count = clicks.delete_old_clicks(session, before, _PAGE)
    gone["clicks"] += count
    return range(count)


def _result(
    gone: Counter[str],
    raw_before: datetime,
    text_before: dict[str, datetime],
    waits: str | None = None,
) -> PurgeResult:
    return PurgeResult(
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
