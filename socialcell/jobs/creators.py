"""The registry of creators: entered, imported, exported, flagged, forgotten; audited.

A creator stands in the audit log by number and an account by pseudonym, so that
forgetting one leaves the log whole.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns import creator_entry, naming
from socialcell.campaigns.creator_entry import COLUMNS, PLATFORMS
from socialcell.campaigns.store import creator_entries as entries
from socialcell.campaigns.store import creators as store
from socialcell.campaigns.store import flags
from socialcell.clock import IST
from socialcell.connectors import sheets
from socialcell.errors import SocialcellError, UsageError
from socialcell.jobs import people
from socialcell.jobs.context import Context
from socialcell.jobs.placing import Places
from socialcell.listening.store import areas
from socialcell.ops import audit

_T = TypeVar("_T")
ROWS = 200  # of a file, in one transaction
SHOWN = ("followers",)  # what an export says beside, and an import passes over


@dataclass(frozen=True)
class Made:
    """A creator's key, what became of the entry, and the columns that differ."""

    key: str
    outcome: str  # stored | updated | unchanged
    changed: tuple[str, ...] = ()


@dataclass
class Imported:
    """What became of the rows of a file."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rejects: list[tuple[int, str]] = field(default_factory=list)

    @property
    def received(self) -> int:
        return sum(self.outcomes.values()) + len(self.rejects)


class _Undone(Exception):  # noqa: N818 - not an error: a dry run ends so
    pass


def put(
    context: Context, given: Mapping[str, str | None], *, dry_run: bool = False
) -> Made:
    """Enter a creator, or change what is given of one. UsageError.

    An empty text takes a value away.
    """
    return written(context, lambda session: _put(context, session, given), dry_run)


def import_file(context: Context, path: Path, *, dry_run: bool = False) -> Imported:
    """Enter and change the creators of a CSV or XLSX file, by their keys.

    What the file has no column for stays; the same file again changes nothing.
    """
    done = Imported()
    wanted = sheets.Columns("creators", COLUMNS, ("key",), SHOWN)
    for rows in db.chunks(sheets.asked(path, wanted), ROWS):
        written(context, partial(_take, context, rows, done), dry_run)
    return done


def rows(context: Context) -> list[dict[str, object]]:
    """All creators in the columns that import reads, the looker noted in the log."""
    on = today(context)
    with db.writing(context.engine) as session:
        made: list[dict[str, object]] = []
        for one in store.creators(session, on):
            row = entries.find(session, one.id)
            assert row is not None
            made.append({**entries.said(session, row, on), "followers": one.followers})
        detail = {"creators": len(made)}
        log(context, session, "influencers.export", "registry", detail)
    return made


def remove(context: Context, key: str, reason: str) -> None:
    """Forget a creator. What tracked links did under that key stays with the links."""
    if not reason.strip():
        raise UsageError("Say why with --reason.")
    with db.writing(context.engine) as session:
        row = found(session, key)
        entries.remove(session, row.id)
        detail = {"reason": reason.strip()}
        log(context, session, "influencers.remove", f"creator:{row.id}", detail)


def flag(
    context: Context, account: str, flag_: str, reason: str, *, lift: bool = False
) -> bool:
    """Flag an account (platform:handle), or lift its flag; False: it stands already."""
    platform, handle = account_of(account)
    now, by = context.clock.now(), audit.operator()
    with db.writing(context.engine) as session:
        if lift:
            flags.lift(session, platform, handle, flag_, reason, by, now)
            changed = True
        else:
            changed = flags.add(session, platform, handle, flag_, reason, by, now)
        if changed:
            action = "influencers.unflag" if lift else "influencers.flag"
            who = pseudonym(context, platform, handle)
            log(context, session, action, who, {"flag": flag_})
    return changed


def found(session: Session, key: str) -> Any:
    """A creator's own row. SocialcellError: there is none."""
    row = entries.find(session, naming.name(key, "The key"))
    if row is None:
        raise SocialcellError(
            f"No creator has the key {key!r}. See them: socialcell influencers list"
        )
    return row


def account_of(text: str) -> tuple[str, str]:
    """(platform, handle) of platform:handle. UsageError when it is none."""
    platform, colon, handle = text.partition(":")
    platform, handle = platform.strip().lower(), handle.strip().lstrip("@").lower()
    if not colon or not handle or platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise UsageError(
            f"An account is written x:asha_creates, not {text!r}; platforms: {known}."
        )
    return platform, handle


def pseudonym(context: Context, platform: str, handle: str) -> str:
    """What stands for an account in the audit log."""
    return f"{platform}:{people.unnamed(context).pseudonym(platform, f'@{handle}')}"


def today(context: Context) -> date:
    return context.clock.now().astimezone(IST).date()


def log(
    context: Context,
    session: Session,
    action: str,
    object_: str,
    detail: Mapping[str, Any],
) -> None:
    now = context.clock.now()
    audit.append(session, audit.operator(), action, object_, detail, now)


def written(
    context: Context, act: Callable[[Session], _T], dry_run: bool = False
) -> _T:
    """Do it in one transaction; in a dry run, undo it and tell what it came to."""
    made: list[_T] = []
    try:
        with db.writing(context.engine) as session:
            made.append(act(session))
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    return made[0]


def rejecting(
    asked: Sequence[sheets.Asked],
    done: Imported,
    take: Callable[[dict[str, str | None]], str],
) -> None:
    """Take each row of a file; one that cannot be taken is a reject with its number."""
    for one in asked:
        try:
            if one.reason is not None:
                raise UsageError(one.reason)
            outcome = take(one.given)
        except SocialcellError as error:
            done.rejects.append((one.row, str(error)))
        else:
            done.outcomes[outcome] += 1


def _put(context: Context, session: Session, given: Mapping[str, str | None]) -> Made:
    key = naming.name(given.get("key") or "", "The key")
    on, actor, now = today(context), audit.operator(), context.clock.now()
    row = entries.find(session, key)
    held = entries.said(session, row, on) if row is not None else {}
    places = Places(areas.all_areas(session))
    said = creator_entry.merged(held, {**given, "key": key})
    entry = creator_entry.entry(said, partial(_ward, places, on), on, actor)
    outcome, changed = entries.save(session, entry, actor, now)
    if outcome != "unchanged":
        row = found(session, key)
        detail = {"outcome": outcome, "changed": changed, "consent": entry.consent}
        log(context, session, "influencers.set", f"creator:{row.id}", detail)
    return Made(key, outcome, tuple(changed))


def _take(
    context: Context, asked: list[sheets.Asked], done: Imported, session: Session
) -> None:
    def take(given: dict[str, str | None]) -> str:
        # A row that cannot be taken must leave nothing behind.
        with session.begin_nested():
            return _put(context, session, given).outcome

    rejecting(asked, done, take)


def _ward(places: Places, on: date, text: str) -> str:
    if not text or text.startswith("elsewhere:"):
        raise ValueError(f"{text!r} is no area of the city")
    return places.id_of(text, on)
