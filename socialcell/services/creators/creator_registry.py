"""The registry of creators: entered, imported, exported, flagged, forgotten; audited.

A creator stands in the audit log by number and an account by pseudonym, so that
forgetting one leaves the log whole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators import creator_entry
from socialcell.campaigns.creators.creator_entry import COLUMNS, PLATFORMS
from socialcell.campaigns.creators.store import candidates, flags
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store import creators as store
from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach.store import outreach
from socialcell.campaigns.planning import store as plans
from socialcell.clock import IST
from socialcell.connectors.files import sheets
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.people import masking
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services import evidence, pseudonyms
from socialcell.services.area_matching import Places
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, Imported, written

_BESIDE = ("followers",)  # what an export says beside, and an import passes over
COLUMNS_OUT = (*COLUMNS, *_BESIDE)


@dataclass(frozen=True)
class Made:
    """A creator's key, what became of the entry, and the columns that differ."""

    key: str
    outcome: str  # stored | updated | unchanged
    changed: tuple[str, ...] = ()


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
    wanted = sheets.Columns("creators", COLUMNS, ("key",), _BESIDE)
    for rows in db.chunks(sheets.asked(path, wanted), ROWS):
        written(context, partial(_take, context, rows, done), dry_run)
    return done


def listed(context: Context) -> list[dict[str, Any]]:
    """All creators without their contacts and prices. For approvers; noted."""
    admit(context, "influencers.list", "registry", {})
    with db.reading(context.engine) as session:
        return [
            {
                "key": one.id,
                "name": one.name,
                "kind": one.kind,
                "accounts": [f"{a.platform}:{a.handle}" for a in one.accounts],
                "languages": list(one.languages),
                "wards": list(one.wards),
                "consent": one.consent,
                "connection": one.connection,
                "may_be_asked": one.may_be_asked(today(context)),
                "followers": one.followers,
            }
            for one in store.creators(session, today(context))
        ]


def exported(context: Context) -> list[dict[str, Any]]:
    """All creators in the columns that import reads. For approvers; noted."""
    admit(context, "influencers.export", "registry", {})
    on = today(context)
    with db.reading(context.engine) as session:
        followers = {one.id: one.followers for one in store.creators(session, on)}
        return [
            {**entries.stated_fields(session, row, on), "followers": followers[row.key]}
            for row in entries.all_creators(session)
        ]


def admit(
    context: Context, action: str, object_: str, detail: Mapping[str, Any]
) -> None:
    """Note a look in the audit log before anything is shown, or that it was refused.

    SocialcellError: whoever asks is none of influencers.approvers.
    """
    approvers = context.workspace.config.influencers.approvers
    who = audit.operator()
    admitted = approvers is None or who in approvers
    with db.writing(context.engine) as session:
        log(context, session, action, object_, {**detail, "admitted": admitted})
    if not admitted:
        raise SocialcellError(
            f"Candidates and creators are shown to approvers only, and {who} is none "
            "of those that influencers.approvers in config.yaml names. The attempt is "
            "in the audit log."
        )


def remove(context: Context, key: str, reason: str) -> None:
    """Forget a creator. What tracked links did under that key stays with the links."""
    if not reason.strip():
        raise UsageError("Say why with --reason.")
    with db.writing(context.engine) as session:
        row = found(session, key)
        entries.remove(session, row.id)
        plans.erase_texts(session, row.key)
        files = outreach.erase_evidence(session, row.key)
        detail = {"reason": masking.unnamed(reason.strip())}
        log(context, session, "influencers.remove", f"creator:{row.id}", detail)
    evidence.drop(context, files)


def flag(
    context: Context, account: str, flag_: str, reason: str, *, lift: bool = False
) -> bool:
    """Flag an account (platform:handle), or lift its flag; False: it stands already.

    SocialcellError: nobody keeps notes on an account that is no candidate.
    """
    platform, handle = account_of(account)
    now, by = context.clock.now(), audit.operator()
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
            log(context, session, action, who, {"flag": flag_})
    return changed


def found(session: Session, key: str) -> StoredCreator:
    """A creator's own row. SocialcellError: there is none."""
    row = entries.find(session, utm_naming.normalise_name(key, "The key"))
    if row is None:
        raise SocialcellError(
            f"No creator has the key {key!r}. See them: socialcell influencers list"
        )
    return row


def held(
    session: Session, platform: str, handles: Sequence[str]
) -> list[dict[str, Any]]:
    """All that the registry and people's flags say of an account, for whom it is."""
    accounts = [(platform, handle) for handle in handles]
    owners = [entries.account_owner(session, *account) for account in accounts]
    known = [row for row in owners if row is not None]
    return [
        *(asdict(row) for row in known),
        *(
            asdict(step)
            for row in known
            for step in outreach.steps_of_creator(session, row.key)
        ),
        *(asdict(row) for row in flags.flag_history(session, accounts)),
    ]


def require_none(session: Session, platform: str, handles: Sequence[str]) -> None:
    """UsageError: one of these is an account of the registry of creators."""
    for handle in handles:
        row = entries.account_owner(session, platform, handle)
        if row is not None:
            raise UsageError(
                "This account is in the registry of creators. First: socialcell "
                f"influencers remove {row.key}"
            )


def drop_flags(session: Session, platform: str, handles: Sequence[str]) -> None:
    for handle in handles:
        flags.delete_flags(session, platform, handle)


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
    return f"{platform}:{pseudonyms.unnamed(context).pseudonym(platform, f'@{handle}')}"


def ward_of(places: Places, on: date, text: str) -> str:
    """The id of an area of the city, by id or name. ValueError: there is none."""
    if not text or text.startswith("elsewhere:"):
        raise ValueError(f"{text!r} is no area of the city")
    return places.id_of(text, on)


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
    if unknown := sorted(set(given) - set(COLUMNS)):
        raise UsageError(
            f"A creator has no {unknown[0]}. There are: {', '.join(COLUMNS)}."
        )
    key = utm_naming.normalise_name(given.get("key") or "", "The key")
    on, actor, now = today(context), audit.operator(), context.clock.now()
    row = entries.find(session, key)
    held = entries.stated_fields(session, row, on) if row is not None else {}
    places = Places(areas.all_areas(session))
    said = creator_entry.merge_fields(held, {**given, "key": key})
    entry = creator_entry.check_record(said, partial(ward_of, places, on), on, actor)
    outcome, changed = entries.save(session, entry, actor, now)
    if outcome != "unchanged":
        row = found(session, key)
        detail = {"outcome": outcome, "changed": changed, "consent": entry.consent}
        log(context, session, "influencers.set", f"creator:{row.id}", detail)
    return Made(key, outcome, tuple(changed))


def _require_public(
    context: Context, session: Session, platform: str, handle: str
) -> None:
    floor = context.workspace.config.influencers.follower_floor
    known = candidates.candidate_accounts(session, floor, (platform, handle))
    if not known and entries.account_owner(session, platform, handle) is None:
        raise SocialcellError(
            f"{platform}:{handle} is no candidate and in no registry: nothing is noted "
            "about private persons."
        )


def _take(
    context: Context, asked: list[sheets.Asked], done: Imported, session: Session
) -> None:
    def take(given: dict[str, str | None]) -> str:
        # A row that cannot be taken must leave nothing behind.
        with session.begin_nested():
            return _put(context, session, given).outcome

    rejecting(asked, done, take)
