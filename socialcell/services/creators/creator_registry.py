"""The registry of creators: entered, imported, exported, flagged, forgotten; audited.

A creator stands in the audit log by number and an account by pseudonym, so that
forgetting one leaves the log whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators import creator_entry
from socialcell.campaigns.creators.creator_entry import (
    COLUMNS,
    PERSON_KINDS,
    PLATFORMS,
    RATES,
)
from socialcell.campaigns.creators.store import candidates, flags
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach.store import outreach
from socialcell.campaigns.planning import store as plans
from socialcell.clock import IST
from socialcell.connectors.files import sheets
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import SocialcellError, UnreadableValue, UsageError
from socialcell.identity.store import name_key
from socialcell.json_types import DocumentValue, JsonObject
from socialcell.listening.people import masking
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services import access_log, evidence, pseudonyms, public_persons
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, ImportCounts, run_entry
from socialcell.services.operators import permissions

_BESIDE = ("followers",)  # what an export says beside, and an import passes over


COLUMNS_OUT = (*COLUMNS, *_BESIDE)


@dataclass(frozen=True)
class EnteredCreator:
    """A creator's key, what became of the entry, and the columns that differ."""

    key: str
    outcome: str  # stored | updated | unchanged

    changed: tuple[str, ...] = ()


class ListedCreator(TypedDict):
    """A creator of the registry without contacts and prices."""

    key: str
    name: str
    kind: str
    accounts: list[str]
    languages: list[str]
    wards: list[str]
    consent: str
    connection: str | None
    may_be_asked: bool
    followers: int | None


def put_creator(
    context: Context, cells: Mapping[str, str | None], *, dry_run: bool = False
) -> EnteredCreator:
    """Enter a creator, or change what is given of one. UsageError.

    An empty text takes a value away. Accounts that are new here stand in the registry
    of accounts already, with evidence and a second person; a person has one at least.
    """
    return run_entry(
        context, lambda session: _save_creator(context, session, cells), dry_run
    )


def import_creators(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> ImportCounts:
    """Enter and change the creators of a CSV or XLSX file, by their keys.

    What the file has no column for stays; the same file again changes nothing.
    """
    counts = ImportCounts()
    columns = sheets.SheetColumns(
        Message("files.creators"),
        COLUMNS,
        ("key",),
        _BESIDE,
        dates=("consent_on", "connection_on", "rates_since"),
        numbers=("cool_off_days", *RATES),
    )
    for rows in db.chunks(sheets.read_sheet(path, columns, options), ROWS):
        run_entry(context, partial(_import_batch, context, rows, counts), dry_run)
    return counts


def list_creators(context: Context) -> list[ListedCreator]:
    """All creators without their contacts and prices. For approvers; noted."""
    require_approver(context, "influencers.list", "registry", {})
    with db.reading(context.engine) as session:
        return [
            {
                "key": creator.id,
                "name": creator.name,
                "kind": creator.kind,
                "accounts": [f"{a.platform}:{a.handle}" for a in creator.accounts],
                "languages": list(creator.languages),
                "wards": list(creator.wards),
                "consent": creator.consent,
                "connection": creator.connection,
                "may_be_asked": creator.may_be_asked(today(context)),
                "followers": creator.followers,
            }
            for creator in creator_store.creators(session, today(context))
        ]


def export_creators(context: Context) -> list[dict[str, str | int | None]]:
    """All creators in the columns that import reads. For approvers; noted."""
    require_approver(context, "influencers.export", "registry", {})
    on = today(context)
    with db.reading(context.engine) as session:
        followers = {
            creator.id: creator.followers
            for creator in creator_store.creators(session, on)
        }
        return [
            {**entries.stated_fields(session, row, on), "followers": followers[row.key]}
            for row in entries.all_creators(session)
        ]


def require_approver(
    context: Context, action: str, object_: str, detail: JsonObject
) -> None:
    """Note a look in the audit log before anything is shown, or that it was refused.

    Where influencers.approvers is set, whoever asks has signed in with the role of an
    approver or lead, and is one of those that it names, if it names any. Errors of
    `permissions.require`; SocialcellError: it names others.
    """
    refusal = _refusal(context)
    with db.writing(context.engine) as session:
        noted = {**detail, "admitted": refusal is None}
        audit_entry(context, session, action, object_, noted)
        if refusal is None:
            access_log.note_access(context, session, "creator", f"{action} {object_}")
    if refusal is not None:
        raise refusal


def _refusal(context: Context) -> SocialcellError | None:
    """Why whoever acts is not shown candidates and creators; None: they are."""
    approvers = context.workspace.config.influencers.approvers
    if approvers is None:
        return None
    with db.reading(context.engine) as session:
        try:
            permissions.require(context, session, Permission.APPROVE, ())
        except SocialcellError as error:
            return error
    names = {name_key(name) for name in approvers}
    if names and name_key(context.actor.name) not in names:
        return SocialcellError("operators.not_admitted", name=context.actor.name)
    return None


def forget_creator(context: Context, key: str, reason: str) -> None:
    """Forget a creator. What tracked links did under that key stays with the links."""
    if not reason.strip():
        raise UsageError("creators.removal_reason_needed")
    with db.writing(context.engine) as session:
        row = require_creator(session, key)
        entries.remove(session, row.id)
        plans.erase_texts(session, row.key)
        files = outreach.erase_evidence(session, row.key)
        detail = {"reason": masking.unnamed(reason.strip())}
        audit_entry(context, session, "influencers.remove", f"creator:{row.id}", detail)
    evidence.delete_files(context, files)


def flag_account(
    context: Context, account: str, flag_: str, reason: str, *, lift: bool = False
) -> bool:
    """Flag an account (platform:handle), or lift its flag; False: it stands already.

    SocialcellError: nobody keeps notes on an account that is no candidate.
    """
    platform, handle = parse_account(account)
    now, by = context.clock.now(), context.actor.name
    with db.writing(context.engine) as session:
        if lift:
            flags.lift(session, platform, handle, flag_, reason, by, now)
            changed = True
        else:
            _require_public(context, session, platform, handle)
            changed = flags.add(session, platform, handle, flag_, reason, by, now)
        if changed:
            action = "influencers.unflag" if lift else "influencers.flag"
            who = pseudonym(context, platform, handle)
            audit_entry(context, session, action, who, {"flag": flag_})
    return changed


def require_creator(session: Session, key: str) -> StoredCreator:
    """A creator's own row. SocialcellError: there is none."""
    row = entries.find(session, utm_naming.normalise_name(key, "key"))
    if row is None:
        raise SocialcellError("creators.no_creator", key=key)
    return row


def export_account(
    session: Session, platform: str, handles: Sequence[str]
) -> list[dict[str, DocumentValue]]:
    """All that the registry and people's flags say of an account, for whom it is."""
    accounts = [(platform, handle) for handle in handles]
    owners = [entries.account_owner(session, *account) for account in accounts]
    rows = [row for row in owners if row is not None]
    return [
        *(asdict(row) for row in rows),
        *(
            asdict(step)
            for row in rows
            for step in outreach.steps_of_creator(session, row.key)
        ),
        *(asdict(row) for row in flags.flag_history(session, accounts)),
    ]


def require_none(session: Session, platform: str, handles: Sequence[str]) -> None:
    """UsageError: one of these is an account of the registry of creators."""
    for handle in handles:
        row = entries.account_owner(session, platform, handle)
        if row is not None:
            raise UsageError("creators.account_registered", key=row.key)


def drop_flags(session: Session, platform: str, handles: Sequence[str]) -> int:
    return sum(flags.delete_flags(session, platform, handle) for handle in handles)


def parse_account(text: str) -> tuple[str, str]:
    """(platform, handle) of platform:handle. UsageError when it is none."""
    platform, colon, handle = text.partition(":")
    platform, handle = platform.strip().lower(), handle.strip().lstrip("@").lower()
    if not colon or not handle or platform not in PLATFORMS:
        raise UsageError("creators.unreadable_account", text=text, platforms=PLATFORMS)
    return platform, handle


def pseudonym(context: Context, platform: str, handle: str) -> str:
    """What stands for an account in the audit log."""
    people = pseudonyms.load_key_only(context)
    return f"{platform}:{people.pseudonym(platform, f'@{handle}')}"


def ward_of(places: AreaMatcher, on: date, text: str) -> str:
    """The id of an area of the city, by id or name. ValueError: there is none."""
    if not text or text.startswith("elsewhere:"):
        raise UnreadableValue("creators.no_area", text=text)
    return places.id_of(text, on)


def today(context: Context) -> date:
    return context.clock.now().astimezone(IST).date()


def audit_entry(
    context: Context, session: Session, action: str, object_: str, detail: JsonObject
) -> None:
    now = context.clock.now()
    audit.append(session, context.actor, action, object_, detail, now)


def import_rows(
    rows: Sequence[sheets.SheetRow],
    counts: ImportCounts,
    take: Callable[[dict[str, str | None]], str],
) -> None:
    """Take each row of a file; one that cannot be taken is a reject with its number."""
    for row in rows:
        if row.reason is not None:
            counts.rejects.append((row.row, row.reason))
            continue
        try:
            outcome = take(row.cells)
        except SocialcellError as error:
            counts.rejects.append((row.row, str(error)))
        else:
            counts.outcomes[outcome] += 1


def _save_creator(
    context: Context, session: Session, cells: Mapping[str, str | None]
) -> EnteredCreator:
    if unknown := sorted(set(cells) - set(COLUMNS)):
        raise UsageError("creators.unknown_field", field=unknown[0], fields=COLUMNS)
    key = utm_naming.normalise_name(cells.get("key") or "", "key")
    on, actor, now = today(context), context.actor.name, context.clock.now()
    row = entries.find(session, key)
    current = entries.stated_fields(session, row, on) if row is not None else {}
    places = AreaMatcher(areas.all_areas(session))
    merged = creator_entry.merge_fields(current, {**cells, "key": key})
    entry = creator_entry.check_record(merged, partial(ward_of, places, on), on, actor)
    before = entries.accounts(session, row.id) if row is not None else []
    was_without = row is not None and not before and row.kind in PERSON_KINDS
    if entry.kind in PERSON_KINDS and not entry.accounts and not was_without:
        raise UsageError("creators.person_without_account", kind=entry.kind)
    new_accounts = [account for account in entry.accounts if account not in before]
    public_persons.require_registered(session, new_accounts)
    outcome, changed = entries.save(session, entry, actor, now)
    if outcome != "unchanged":
        row = require_creator(session, key)
        detail = {"outcome": outcome, "changed": changed, "consent": entry.consent}
        audit_entry(context, session, "influencers.set", f"creator:{row.id}", detail)
    return EnteredCreator(key, outcome, tuple(changed))


def _require_public(
    context: Context, session: Session, platform: str, handle: str
) -> None:
    floor = context.workspace.config.influencers.follower_floor
    matches = candidates.candidate_accounts(session, floor, (platform, handle))
    if not matches and entries.account_owner(session, platform, handle) is None:
        raise SocialcellError(
            "creators.private_account", account=f"{platform}:{handle}"
        )


def _import_batch(
    context: Context,
    rows: list[sheets.SheetRow],
    counts: ImportCounts,
    session: Session,
) -> None:
    def take(cells: dict[str, str | None]) -> str:
        # A row that cannot be taken must leave nothing behind.
        with session.begin_nested():
            return _save_creator(context, session, cells).outcome

    import_rows(rows, counts, take)
