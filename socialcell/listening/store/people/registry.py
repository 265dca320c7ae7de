"""The accounts that are shown by name; every change is audited and counted anew."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.identity.actor import Actor
from socialcell.json_types import JsonValue
from socialcell.listening.model import Author, AuthorRollup, Mention, RegistryAccount
from socialcell.listening.store import search_forms
from socialcell.listening.store.mentions import rollups
from socialcell.ops import audit

CLASSES = ("public_office", "media", "institution", "creator")
REGISTRY = db.table(RegistryAccount)
AUTHOR = db.table(Author)
MENTION = db.table(Mention)
AUTHOR_ROLLUP = db.table(AuthorRollup)
_ENTRY = (
    *(REGISTRY.c.platform, REGISTRY.c.handle, REGISTRY.c.name),
    *(REGISTRY.c.person_class, REGISTRY.c.evidence),
    *(REGISTRY.c.added_by, REGISTRY.c.added_at),
    *(REGISTRY.c.approved_by, REGISTRY.c.approved_at, REGISTRY.c.basis),
)


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """An account that is shown by name, the evidence for it, who added it when, and on
    what basis: second_person, source (the paper of a feed), None before the rule."""

    platform: str
    handle: str
    name: str
    person_class: str
    evidence: str
    added_by: str
    added_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class RegistryApproval:
    """On what basis an account enters: who approved it, and who had proposed it."""

    basis: str  # second_person | source
    approved_by: str | None = None
    made_by_operator: int | None = None


def registry(session: Session) -> frozenset[tuple[str, str]]:
    """Accounts that are shown by name: (platform, handle in lower case)."""
    return frozenset(names_by_account(session))


def names_by_account(session: Session) -> dict[tuple[str, str], str]:
    """The names of the accounts that are shown by name, by (platform, handle)."""
    c = REGISTRY.c
    rows = session.execute(select(c.platform, c.handle, c.name).order_by(c.name))
    return {(platform, handle): name for platform, handle, name in rows}


def accounts(session: Session) -> list[RegistryEntry]:
    """Every account of the registry with the evidence for it."""
    c = REGISTRY.c
    rows = session.execute(select(*_ENTRY).order_by(c.platform, c.handle))
    return [RegistryEntry(*row) for row in rows]


def accounts_after(
    session: Session,
    words: str,
    person_class: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[RegistryEntry]:
    """At most `limit` accounts of a class (None: any) whose name or handle has these
    words, by platform and handle behind the one named; None: from the first on."""
    c = REGISTRY.c
    query = select(*_ENTRY).order_by(c.platform, c.handle)
    if words:
        query = query.where(
            or_(
                c.name.icontains(words, autoescape=True),
                c.handle.icontains(words.lstrip("@"), autoescape=True),
            )
        )
    if person_class is not None:
        query = query.where(c.person_class == person_class)
    if after is not None:
        platform, handle = after
        behind = and_(c.platform == platform, c.handle > handle)
        query = query.where(or_(c.platform > platform, behind))
    return [RegistryEntry(*row) for row in session.execute(query.limit(limit))]


def find_account(session: Session, platform: str, handle: str) -> RegistryEntry | None:
    """An account of the registry; None: it is in none."""
    c = REGISTRY.c
    query = select(*_ENTRY).where(c.platform == platform, c.handle == handle)
    row = session.execute(query).first()
    return None if row is None else RegistryEntry(*row)


def office_handles(session: Session, handles: Collection[str]) -> list[str]:
    """Those of the handles (lower case, without @) that are a public office's account
    on any platform, by name."""
    statement = select(REGISTRY.c.handle).where(
        REGISTRY.c.person_class == "public_office", REGISTRY.c.handle.in_(handles)
    )
    return sorted(set(session.scalars(statement)))


def register(
    session: Session,
    platform: str,
    handle: str,
    name: str,
    person_class: str,
    evidence: str,
    by: Actor,
    now: datetime,
    approval: RegistryApproval | None = None,
    added_by: str | None = None,
) -> int:
    """Allow an account to be shown by name; 0 when it was allowed already.

    `by` enters it, `added_by` had proposed it. UsageError: an unknown class, no handle,
    or no evidence.
    """
    handle = plain_handle(handle)
    require_entry(handle, person_class, evidence)
    row = {
        "platform": platform,
        "handle": handle,
        "name": name,
        "person_class": person_class,
        "evidence": evidence.strip(),
        "added_by": added_by or by.name,
        "added_at": now,
        "approved_by": approval and approval.approved_by,
        "approved_at": now if approval and approval.approved_by else None,
        "basis": approval and approval.basis,
    }
    rollups.take_turn(session)
    added = db.insert_new(session, REGISTRY, [row])
    if added:
        detail: dict[str, JsonValue] = {
            "class": person_class,
            "evidence": evidence.strip(),
        }
        if approval is not None:
            detail["basis"] = approval.basis
        if approval is not None and approval.made_by_operator is not None:
            detail["made_by_operator"] = approval.made_by_operator
        audit.append(session, by, "registry.add", f"{platform}:{handle}", detail, now)
        recount(session, platform, handle)
        search_forms.refresh_named(session, handle, name, gone=False)
    return added


def require_entry(handle: str, person_class: str, evidence: str) -> None:
    """UsageError: an unknown class, no handle, or no evidence."""
    if person_class not in CLASSES:
        raise UsageError(
            "privacy.no_such_class", person_class=person_class, classes=list(CLASSES)
        )
    if not handle or not evidence.strip():
        raise UsageError("privacy.registered_without_evidence")


def remove(
    session: Session, platform: str, handle: str, reason: str, by: Actor, now: datetime
) -> None:
    """Show an account by pseudonym again. UsageError when it is not registered.

    The audit log keeps which account it was: it was public when it was entered.
    """
    handle = plain_handle(handle)
    c = REGISTRY.c
    account = find_account(session, platform, handle)
    rollups.take_turn(session)
    named = delete(REGISTRY).where(c.platform == platform, c.handle == handle)
    if not db.changed(session, named):
        raise UsageError("privacy.not_registered", handle=handle, platform=platform)
    if not reason.strip():
        raise UsageError("privacy.removed_without_reason")
    object_ = f"{platform}:{handle}"
    audit.append(session, by, "registry.remove", object_, {"reason": reason}, now)
    recount(session, platform, handle)
    search_forms.refresh_named(
        session, handle, account.name if account else "", gone=True
    )


def recount(session: Session, platform: str, handle: str) -> None:
    """Count the posts by day of the accounts of that handle anew, or not any more."""
    rollups.take_turn(session)
    a, m = AUTHOR.c, MENTION.c
    ids: Sequence[int] = session.scalars(
        select(a.id).where(a.platform == platform, func.lower(a.handle) == handle)
    ).all()
    for chunk in db.chunks(ids):
        session.execute(
            delete(AUTHOR_ROLLUP).where(AUTHOR_ROLLUP.c.author_id.in_(chunk))
        )
        theirs = session.scalars(select(m.id).where(m.author_id.in_(chunk))).all()
        cells = rollups.contribution(session, theirs)
        rollups.add(
            session,
            Counter({cell: n for cell, n in cells.items() if _is_author(cell)}),
        )


def plain_handle(handle: str) -> str:
    """As the registry holds it: lower case, no @ before it."""
    return handle.strip().lower().lstrip("@")


def _is_author(cell: rollups.Cell) -> bool:
    return cell[0] == "author"
