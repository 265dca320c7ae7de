"""Tracked links: made, changed, shown, imported and exported, each act audited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import links_file, tracked_link, utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import links as store
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, Imported, written


@dataclass(frozen=True)
class Made:
    """A link, what became of it, and a campaign that it may be a misspelling of."""

    link: TrackedLink
    outcome: str  # stored | updated | unchanged
    nearly: str | None = None


def create(
    context: Context, given: Mapping[str, str | None], *, dry_run: bool = False
) -> Made:
    """A link that says so; the one that says just that already. UsageError."""
    return written(context, lambda session: make(context, session, given), dry_run)


def edit(
    context: Context,
    code: str,
    given: Mapping[str, str | None],
    reason: str,
    *,
    dry_run: bool = False,
) -> Made:
    """Change what is given, and leave the rest; an empty text takes a value away."""
    return written(
        context,
        lambda session: _change(context, session, code, given, reason),
        dry_run,
    )


def find(
    context: Context, code: str
) -> tuple[TrackedLink, Sequence[store.LinkVersion]]:
    """A link and all that it has said. SocialcellError: there is none."""
    with db.reading(context.engine) as session:
        link = _found(session, code)
        versions = store.versions(session, link)
        session.expunge_all()
    return link, versions


def some(
    context: Context, wanted: Mapping[str, str | None] | None = None
) -> Sequence[TrackedLink]:
    with db.reading(context.engine) as session:
        found = store.find_links(session, wanted)
        session.expunge_all()
    return found


def address(context: Context, link: TrackedLink) -> str:
    """Where a link is reached from outside; without `links.address`, its path only."""
    base = context.workspace.config.links.address or ""
    return f"{base.rstrip('/')}/r/{link.code}"


def import_file(context: Context, path: Path, *, dry_run: bool = False) -> Imported:
    """Make and change the links of a file. A row with a code changes that link, one
    without makes one; the same file again changes nothing."""
    done = Imported()
    for rows in db.chunks(links_file.read_links(path), ROWS):
        written(context, partial(_take, context, rows, done), dry_run)
    return done


def rows(context: Context) -> Iterator[dict[str, object]]:
    """All links as an export shows them, the oldest first."""
    for link in reversed(some(context)):
        yield links_file.row(link, address(context, link))


def make(context: Context, session: Session, given: Mapping[str, str | None]) -> Made:
    """As `create`, in the caller's transaction."""
    draft = tracked_link.check_draft(given)
    link = store.find_same(session, draft)
    if link is not None:
        return Made(link, "unchanged")
    nearly = utm_naming.similar_campaign(draft.campaign, store.campaigns(session))
    now, actor = context.clock.now(), audit.operator()
    link = store.add(session, draft, actor, now)
    detail = {"version": 1, "campaign": link.campaign, "channel": link.channel}
    audit.append(session, actor, "link.create", link.code, detail, now)
    return Made(link, "stored", nearly)


def _change(
    context: Context,
    session: Session,
    code: str,
    given: Mapping[str, str | None],
    reason: str,
) -> Made:
    link = _found(session, code)
    draft = tracked_link.check_draft({**tracked_link.stated_fields(link), **given})
    now, actor = context.clock.now(), audit.operator()
    changed = store.change_link(session, link, draft, actor, reason, now)
    if not changed:
        return Made(link, "unchanged")
    detail = {"version": link.version, "changed": sorted(changed)}
    audit.append(session, actor, "link.edit", link.code, detail, now)
    return Made(link, "updated")


def _take(
    context: Context,
    rows: list[links_file.LinkFileRow],
    done: Imported,
    session: Session,
) -> None:
    for asked in rows:
        try:
            if asked.reason is not None:
                raise UsageError(asked.reason)
            if asked.code is None:
                made = make(context, session, asked.fields)
            else:
                said = "imported from a file"
                made = _change(context, session, asked.code, asked.fields, said)
        except (UsageError, NoSuchLink) as error:
            done.rejects.append((asked.row, str(error)))
        else:
            done.outcomes[made.outcome] += 1


class NoSuchLink(SocialcellError):  # noqa: N818 - named for what happened
    """No link has that code."""


def _found(session: Session, code: str) -> TrackedLink:
    link = store.by_code(session, code)
    if link is None:
        raise NoSuchLink(
            f"No link has the code {code!r}. See them: socialcell links list"
        )
    return link
