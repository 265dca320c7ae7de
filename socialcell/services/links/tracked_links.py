"""Tracked links: created, changed, shown, imported, exported; changes are audited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import links_file, tracked_link, utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import link_changes
from socialcell.campaigns.links.store import links as link_store
from socialcell.campaigns.links.tracked_link import DEVICES, LinkDraft
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.links import link_destinations, public_links
from socialcell.services.manual_entry import ROWS, ImportCounts, run_entry

PROPOSED = "link.propose"
"""Action of the audit log: a change that waits for a second person."""

_LEADING = (*DEVICES, "expires_at")  # columns that say where a link leads, how long

_TURN = "links"  # two links that say the same are one


@dataclass(frozen=True)
class LinkResult:
    """A link, what became of it, and a campaign that it may be a misspelling of."""

    link: TrackedLink
    outcome: str  # stored | updated | unchanged | waiting (for a second person)

    nearly: str | None = None


def create_link(
    context: Context, fields: Mapping[str, str | None], *, dry_run: bool = False
) -> LinkResult:
    """A link that says so; the one that says just that already. UsageError."""
    return run_entry(
        context, lambda session: make_link(context, session, fields), dry_run
    )


def edit_link(
    context: Context,
    code: str,
    fields: Mapping[str, str | None],
    reason: str,
    *,
    dry_run: bool = False,
) -> LinkResult:
    """Change what is given, and leave the rest; an empty text takes a value away.

    Where a link leads that people have is changed once a second person agrees
    (`link_change_approvals`).
    """
    return run_entry(
        context,
        lambda session: _change_link(context, session, code, fields, reason),
        dry_run,
    )


def find_link(
    context: Context, code: str
) -> tuple[TrackedLink, Sequence[link_store.LinkVersion]]:
    """A link and all that it has said. NoSuchLink: there is none."""
    with db.reading(context.engine) as session:
        link = require_link(session, code)
        versions = link_store.versions(session, link)
        session.expunge_all()
    return link, versions


def list_links(
    context: Context, filters: Mapping[str, str | None] | None = None
) -> Sequence[TrackedLink]:
    with db.reading(context.engine) as session:
        links = link_store.find_links(session, filters)
        session.expunge_all()
    return links


def link_address(context: Context, link: TrackedLink) -> str:
    """Where a link is reached from outside; without `links.address`, its path only."""
    base = context.workspace.config.links.address or ""
    return f"{base.rstrip('/')}/r/{link.code}"


def import_links(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> ImportCounts:
    """Make and change the links of a file. A row with a code changes that link, one
    without makes one; the same file again changes nothing."""
    counts = ImportCounts()
    for batch in db.chunks(links_file.read_links(path, options), ROWS):
        run_entry(context, partial(_import_rows, context, batch, counts), dry_run)
    return counts


def export_rows(context: Context) -> Iterator[dict[str, str | None]]:
    """All links as an export shows them, the oldest first."""
    for link in reversed(list_links(context)):
        yield links_file.row(link, link_address(context, link))


def make_link(
    context: Context, session: Session, fields: Mapping[str, str | None]
) -> LinkResult:
    """As `create`, in the caller's transaction."""
    draft = tracked_link.check_draft(fields)
    link_destinations.require_own(context, draft)
    db.take_turn(session, _TURN)
    link = link_store.find_same(session, draft)
    if link is not None:
        return LinkResult(link, "unchanged")
    nearly = utm_naming.similar_campaign(draft.campaign, link_store.campaigns(session))
    now, actor = context.clock.now(), context.actor.name
    link = link_store.add(session, draft, actor, now)
    detail = {"version": 1, "campaign": link.campaign, "channel": link.channel}
    audit.append(session, context.actor, "link.create", link.code, detail, now)
    return LinkResult(link, "stored", nearly)


def _change_link(
    context: Context,
    session: Session,
    code: str,
    fields: Mapping[str, str | None],
    reason: str,
) -> LinkResult:
    db.take_turn(session, _TURN)
    link = require_link(session, code)
    draft, leads_elsewhere = check_change(context, link, fields)
    if not leads_elsewhere or not public_links.is_public(session, link):
        return enter_change(context, session, link, draft, context.actor.name, reason)
    now, actor = context.clock.now(), context.actor
    change = link_changes.add(session, link, dict(fields), actor.name, reason, now)
    detail = {"change": change.id, "version": link.version, "fields": sorted(fields)}
    audit.append(session, actor, PROPOSED, link.code, detail, now)
    return LinkResult(link, "waiting")


def check_change(
    context: Context, link: TrackedLink, fields: Mapping[str, str | None]
) -> tuple[LinkDraft, bool]:
    """A link with fields changed, and whether it leads elsewhere then. UsageError."""
    draft = tracked_link.check_draft({**tracked_link.stated_fields(link), **fields})
    values = draft.values()
    led_by = [key for key in _LEADING if values[key] != getattr(link, key)]
    link_destinations.require_own(context, draft, led_by)
    return draft, bool(led_by)


def enter_change(
    context: Context,
    session: Session,
    link: TrackedLink,
    draft: LinkDraft,
    author: str,
    reason: str,
) -> LinkResult:
    """Change a link to a draft of `author`."""
    now = context.clock.now()
    changed = link_store.change_link(session, link, draft, author, reason, now)
    if not changed:
        return LinkResult(link, "unchanged")
    detail = {"version": link.version, "changed": sorted(changed)}
    audit.append(session, context.actor, "link.edit", link.code, detail, now)
    return LinkResult(link, "updated")


def _import_rows(
    context: Context,
    batch: list[links_file.LinkFileRow],
    counts: ImportCounts,
    session: Session,
) -> None:
    for row in batch:
        if row.reason is not None:
            counts.rejects.append((row.row, row.reason))
            continue
        try:
            if row.code is None:
                result = make_link(context, session, row.fields)
            else:
                reason = "imported from a file"
                result = _change_link(context, session, row.code, row.fields, reason)
        except UsageError as error:
            counts.rejects.append((row.row, str(error)))
        else:
            counts.outcomes[result.outcome] += 1


class NoSuchLink(UsageError):  # noqa: N818 - named for what happened
    """No link has that code."""


def require_link(session: Session, code: str) -> TrackedLink:
    """A link by its code. NoSuchLink."""
    link = link_store.by_code(session, code)
    if link is None:
        raise NoSuchLink("links.no_such_link", code=code)
    return link
