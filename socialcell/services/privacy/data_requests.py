"""Requests about one account's data: export for that person, or erasure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import Session

from socialcell import db, phone_number, platforms
from socialcell.desk.store import erasure as case_erasure
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import DocumentValue, JsonObject
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.people import (
    accounts,
    erasure,
    like_accounts,
)
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.listening.store.people.erasure import Erased
from socialcell.ops import audit, webhook_deliveries
from socialcell.roles import Permission
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.mentions import similar_mentions
from socialcell.services.messaging import consent
from socialcell.services.operators import permissions
from socialcell.services.privacy import (
    case_contacts,
    file_scrub,
    nominations,
    public_standing,
    waiting_people,
)
from socialcell.services.privacy.public_standing import PublicStanding
from socialcell.services.reporting import report_redaction
from socialcell.services.webhooks import media_files, webhook_ingest


@dataclass(frozen=True)
class ErasureResult:
    """The result of an erasure; `contacts` are the conversations in cases whose person
    is gone, `waiting` the entries that waited to be shown by name, `public_people`
    those of people.csv that were taken out, of all in `standing`; `waits` says what
    could not be done yet."""

    person: str
    erased: Erased
    contacts: int
    waiting: int
    public_people: int
    standing: PublicStanding
    rewritten: tuple[str, ...]
    waits: str | None
    elsewhere: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    is_nobody: bool = False


def export_account(
    context: Context, platform: str, uid: str | None, handle: str | None
) -> dict[str, DocumentValue]:
    """All that is held of an account, unmasked: it goes to that person only.

    Audited. UsageError when neither number nor handle is given, or no such platform;
    in a workspace that has operators also errors of `permissions.require`.
    """
    _require_one(uid, handle)
    require_platform(context, platform)
    uid = account_id(platform, uid)
    shown = pseudonyms.load_people(context)
    with db.writing(context.engine) as session:
        permissions.require_among_operators(context, session, Permission.EXPORT_TEXT)
        account = accounts.find(session, platform, uid, handle)
        document = accounts.everything(session, account)
        document["creator"] = creator_registry.export_account(
            session, platform, account.handles
        )
        ledger = consent.export_consent(context, session, platform, account.uids)
        contacts = case_contacts.contact_ids(session, shown, account)
        document["cases"] = list(case_erasure.export_contacts(session, contacts))
        document["waiting"] = list(waiting_people.export_waiting(session, account))
        public = public_standing.export_standing(context, account)
        document["public_people"] = list(public)
        document["consent"] = [
            {"event": row["event"], "at": row["at"], "evidence": row["evidence"]}
            for row in ledger
        ]
        _audit(context, session, shown, account, "privacy.export", _counts(document))
        subject = person_of(shown, account)
        access_log.note_access(context, session, "personal_export", subject, records=1)
    return document


def erase_account(
    context: Context,
    platform: str,
    uid: str | None,
    handle: str | None,
    *,
    dry_run: bool = False,
    keep_out: bool = True,
) -> ErasureResult:
    """Erase an account everywhere and keep it out from now on. Safe to run again.

    Of an account of which nothing is held, which may be a slip of the pen, nothing is
    done without `keep_out`: who is kept out is never let in again.

    Reports in the workspace that quoted it are written again. UsageError: an account
    of the registry, which must be removed there first; in a workspace that has
    operators also errors of `permissions.require`.
    """
    _require_one(uid, handle)
    require_platform(context, platform)
    with db.reading(context.engine) as session:
        permissions.require_among_operators(context, session, Permission.ERASE)
    uid = account_id(platform, uid)
    shown = pseudonyms.load_people(context)
    pending_reason = None if dry_run else _process_waiting(context)
    with (
        report_redaction.pages_aside() as pages,
        db.writing(context.engine) as session,
    ):
        account = accounts.find(session, platform, uid, handle)
        creator_registry.require_none(session, platform, account.handles)
        _require_nobody_registered(shown, account)
        flags = creator_registry.drop_flags(session, platform, account.handles)
        waiting = waiting_people.drop_waiting(session, account)
        standing = public_standing.find_standing(context, account)
        public_standing.forget_named(context, session, standing)
        now = context.clock.now()
        contacts = case_contacts.contact_ids(session, shown, account)
        case_count = case_erasure.erase_contacts(session, contacts, now)
        erased = erasure.erase(session, shown, account, now)
        consents = consent.erase_consent(context, session, platform, account.uids)
        nominees = nominations.end_nominations(session, shown, account, now)
        person = person_of(shown, account)
        # Who was erased before is kept out already: then nothing is new.
        is_nobody = bool(erased.suppressed) and not any(
            (
                *(account.author_ids, erased.raw_items, erased.in_others),
                *(case_count, waiting, flags, consents, nominees),
                *(standing.own, erased.reports),
            )
        )
        elsewhere = like_accounts.same_handle_elsewhere(
            session, account, by_number=handle is None
        )
        near = like_accounts.near_handles(session, account) if is_nobody else ()
        files = list(report_redaction.report_files(context, erased.reports))
        if dry_run or (is_nobody and not keep_out):
            session.rollback()
            names = tuple(map(str, files))
            return ErasureResult(
                person,
                erased if keep_out or not is_nobody else replace(erased, suppressed=0),
                case_count,
                waiting,
                len(standing.own),
                standing,
                names,
                pending_reason,
                elsewhere,
                near,
                is_nobody,
            )
        detail: JsonObject = {
            "mentions": erased.mentions,
            "raw_items": erased.raw_items,
            "in_others": erased.in_others,
            "contacts": case_count,
            "waiting": waiting,
            "public_people": len(standing.own),
            "reports": [start.isoformat() for start in erased.reports],
        }
        _audit(context, session, shown, account, "privacy.erase", detail)
        # First the files: an erasure that is interrupted leaves no quotation behind.
        pages.take(files)
        file_scrub.note_due(context.workspace)
        similar_mentions.forget_vectors(context.workspace)
    still_public = public_standing.take_out(context, account, standing)
    rewritten, unclear = _clear_files(context, files)
    return ErasureResult(
        person,
        erased,
        case_count,
        waiting,
        0 if still_public else len(standing.own),
        standing,
        rewritten,
        " ".join(filter(None, (still_public, pending_reason or unclear))) or None,
        elsewhere,
        near,
        is_nobody,
    )


def _clear_files(
    context: Context, pages: list[Path]
) -> tuple[tuple[str, ...], str | None]:
    """What is erased leaves the files as well: the pages that are written again, and
    what could not be done, as on a full disk."""
    reasons = []
    try:
        media_files.sweep_files(context)
    except SocialcellError as error:
        reasons.append(f"{error} Files of messages that are erased stay until then.")
    rewritten, unwritten = report_redaction.write_again(context, pages)
    reasons += [why for why in (unwritten, file_scrub.scrub_files(context)) if why]
    return rewritten, " ".join(reasons) or None


def _process_waiting(context: Context) -> str | None:
    """What was pushed and waits is read first, so that it is erased as well; None, or
    why that must wait."""
    webhook_ingest.process_pushes(context)
    with db.reading(context.engine) as session:
        count = sum(webhook_deliveries.waiting_by_source(session).values())
    if not count:
        return None
    return (
        f"{count} pushes wait that cannot be read now, and may hold words of this "
        "person. Run: socialcell messages fetch, see to what it says, then erase again."
    )


def list_platforms(context: Context) -> list[str]:
    """The platforms that are read or stored, also those of imported files."""
    with db.reading(context.engine) as session:
        stored = mention_queries.list_platforms(session)
    return sorted({*platforms.PLATFORMS, *stored})


def require_platform(context: Context, platform: str) -> None:
    """UsageError for one that is neither read nor stored: an answer that nothing is
    held of somebody must not rest on a slip of the pen."""
    names = list_platforms(context)
    if platform not in names:
        raise UsageError("registers.no_such_platform", platform=platform, known=names)


def _require_one(uid: str | None, handle: str | None) -> None:
    if not uid and not handle:
        raise UsageError("privacy.nobody_named")


def account_id(platform: str, uid: str | None) -> str | None:
    """The number of an account; WhatsApp's is a telephone number with country code."""
    is_phone = platform == platforms.WHATSAPP.id
    national = phone_number.indian(uid) if uid and is_phone else None
    return national.removeprefix("+") if national else uid


def _require_nobody_registered(shown: People, account: HeldAccount) -> None:
    for handle in account.handles:
        if shown.is_registered(account.platform, handle):
            raise UsageError("privacy.registered_account", platform=account.platform)


def pseudonym_of(shown: People, account: HeldAccount) -> str:
    """The pseudonym; of an account that is only known by handle, one of the handle."""
    uids = account.uids or tuple(f"@{handle}" for handle in account.handles)
    return shown.pseudonym(account.platform, uids[0])


def person_of(shown: People, account: HeldAccount) -> str:
    """A person as the audit log names them: platform and pseudonym."""
    return f"{account.platform}:{pseudonym_of(shown, account)}"


def _audit(
    context: Context,
    session: Session,
    shown: People,
    account: HeldAccount,
    action: str,
    detail: JsonObject,
) -> None:
    now = context.clock.now()
    person = person_of(shown, account)
    audit.append(session, context.actor, action, person, detail, now)


def _counts(document: Mapping[str, DocumentValue]) -> dict[str, int]:
    return {key: len(rows) for key, rows in document.items() if isinstance(rows, list)}
