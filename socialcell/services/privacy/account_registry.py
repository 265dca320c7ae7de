"""Who is shown by name: proposed by one person or the program, approved by a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.candidate import VERIFIED_KINDS
from socialcell.campaigns.creators.store import candidates
from socialcell.campaigns.creators.store.candidates import CandidateAccount
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import Objection
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.query import query_language
from socialcell.listening.registry_model import RegistryProposal
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.people import registry, registry_proposals
from socialcell.listening.store.people.registry import RegistryApproval, RegistryEntry
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.platforms import PLATFORMS
from socialcell.roles import Permission
from socialcell.services import public_persons, query_guard, second_approver
from socialcell.services.context import Context
from socialcell.services.makers import Maker, maker_of
from socialcell.services.operators import permissions
from socialcell.services.query_guard import AskedAt
from socialcell.text import clean_text, one_line

PROPOSED = "registry.propose"
_MAX_LENGTH = 500
# Whom the program can only know by what a platform says of them.
_CLASS_OF_VERIFIED = {"government": "public_office", "business": "institution"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An account that waits; `ground` is what the program goes by, None for a person.

    `maker` says whether whoever asks proposed it, or nobody who had signed in.
    """

    id: int
    platform: str
    handle: str
    name: str
    person_class: str
    evidence: str
    ground: str | None
    proposed_by: str
    proposed_at: datetime
    maker: Maker


def propose_account(
    context: Context,
    platform: str,
    handle: str,
    *,
    name: str | None,
    person_class: str,
    evidence: str,
) -> bool:
    """Propose an account to be shown by name; False when it is already. Audited.

    The evidence has an https link that others can follow. UsageError, also, with the
    reason, for the account of a protest, a party, a faith or a caste, and for a
    platform that there is not.
    """
    _require_platform(context, platform)
    plain = registry.plain_handle(handle)
    evidence = one_line(clean_text(evidence), _MAX_LENGTH)
    registry.require_entry(plain, person_class, evidence)
    public_persons.require_link(evidence)
    shown = one_line(clean_text(name or handle.lstrip("@")), _MAX_LENGTH)
    query_guard.require(
        context,
        AskedAt.REGISTRY,
        f"{platform}:{plain}",
        lambda _session, accounts: _objection_to(plain, shown, accounts),
    )
    now = context.clock.now()
    with db.writing(context.engine) as session:
        if registry.find_account(session, platform, plain) is not None:
            return False
        if registry_proposals.find(session, platform, plain) is not None:
            raise UsageError("guard.proposed_already", account=f"{platform}:{plain}")
        row = RegistryProposal(
            platform=platform,
            handle=plain,
            name=shown,
            person_class=person_class,
            evidence=evidence,
            proposed_by=context.actor.name,
            proposed_at=now,
        )
        _save(context, session, row, now)
    return True


def propose_public_accounts(context: Context) -> list[str]:
    """Propose the accounts that platforms verified as a government or a business, and
    those with `influencers.follower_floor` followers; `platform:handle` of each that is
    new. They wait for a person. Audited."""
    floor = context.workspace.config.influencers.follower_floor
    now = context.clock.now()
    proposed = []
    with db.writing(context.engine) as session:
        registered = registry.registry(session)
        rows = registry_proposals.waiting(session)
        waiting = {(row.platform, row.handle) for row in rows}
        for account in candidates.candidate_accounts(session, floor):
            key = (account.platform, registry.plain_handle(account.handle))
            if key in registered or key in waiting or account.creator is not None:
                continue
            row = _of_program(account, now)
            if row is not None:
                _save(context, session, row, now)
                proposed.append(f"{row.platform}:{row.handle}")
    return proposed


def approve_account(context: Context, platform: str, handle: str) -> RegistryEntry:
    """Show a proposed account by name from now on. Audited.

    Errors of `second_approver.require_second`; what the program proposed needs an
    approver alone. UsageError: nothing waits by that handle.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = _require_waiting(session, platform, handle)
        name = f"{row.platform}:{row.handle}"
        made_by: int | None = None
        if row.ground is None:
            making = second_approver.making_of(session, (PROPOSED,), name)
            about = Message("guard.account", {"account": name})
            persons = second_approver.require_second(context, session, making, about)
            made_by = persons["made_by_operator"]
        else:
            permissions.require(context, session, Permission.APPROVE, ())
        approval = RegistryApproval("second_person", context.actor.name, made_by)
        registry.register(
            session,
            row.platform,
            row.handle,
            row.name,
            row.person_class,
            row.evidence,
            context.actor,
            now,
            approval,
            added_by=row.proposed_by,
        )
        session.delete(row)
        session.flush()
        entry = registry.find_account(session, row.platform, row.handle)
        assert entry is not None, "it was registered in this transaction"
        return entry


def return_account(context: Context, platform: str, handle: str, reason: str) -> None:
    """Do not enter a proposed account: its row goes. Audited. UsageError: nothing waits
    by that handle, or no reason is given."""
    if not reason.strip():
        raise UsageError("privacy.removed_without_reason")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = _require_waiting(session, platform, handle)
        detail = {"reason": one_line(clean_text(reason), _MAX_LENGTH)}
        name = f"{row.platform}:{row.handle}"
        audit.append(session, context.actor, "registry.return", name, detail, now)
        session.delete(row)


def list_waiting(context: Context) -> list[Proposal]:
    """Accounts that wait for a second person, the oldest first."""
    with db.reading(context.engine) as session:
        rows = registry_proposals.waiting(session)
        names = [f"{row.platform}:{row.handle}" for row in rows]
        makings = audit.newest_about(session, (PROPOSED,), names)
        return [
            Proposal(
                id=row.id or 0,
                platform=row.platform,
                handle=row.handle,
                name=row.name,
                person_class=row.person_class,
                evidence=row.evidence,
                ground=row.ground,
                proposed_by=row.proposed_by,
                proposed_at=row.proposed_at,
                maker=Maker.ANOTHER
                if row.ground is not None
                else maker_of(context, makings.get(name)),
            )
            for row, name in zip(rows, names, strict=True)
        ]


def unregister_account(
    context: Context, platform: str, handle: str, reason: str
) -> None:
    """Show an account by pseudonym from now on. UsageError when it is not there."""
    with db.writing(context.engine) as session:
        now = context.clock.now()
        registry.remove(session, platform, handle, reason, context.actor, now)


def search_accounts(
    context: Context,
    words: str,
    person_class: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[RegistryEntry]:
    """At most `limit` accounts of a class (None: any) whose name or handle has these
    words, behind the one named by platform and handle (None: from the first on)."""
    with db.reading(context.engine) as session:
        return registry.accounts_after(session, words, person_class, after, limit)


def find_account(context: Context, platform: str, handle: str) -> RegistryEntry | None:
    """An account that is shown by name; None: it is not."""
    with db.reading(context.engine) as session:
        return registry.find_account(session, platform, handle)


def list_accounts(context: Context) -> Sequence[RegistryEntry]:
    with db.reading(context.engine) as session:
        return registry.accounts(session)


def _objection_to(handle: str, name: str, accounts: Accounts) -> Objection | None:
    """What stands against an account whoever it is: its subject, and letters of a
    handle that look like those of another."""
    return judgement.judge_account(handle, name, accounts)


def _save(
    context: Context, session: Session, row: RegistryProposal, now: datetime
) -> None:
    session.add(row)
    detail: dict[str, JsonValue] = {"class": row.person_class, "evidence": row.evidence}
    if row.ground is not None:
        detail["ground"] = row.ground
    name = f"{row.platform}:{row.handle}"
    audit.append(session, context.actor, PROPOSED, name, detail, now)


def _of_program(account: CandidateAccount, now: datetime) -> RegistryProposal | None:
    """What the program proposes of an account; None where a platform has no address
    that is evidence for it, or it is the account of a protected subject."""
    platform = PLATFORMS.get(account.platform)
    if platform is None or not platform.profile_hosts:
        return None
    handle = registry.plain_handle(account.handle)
    name = one_line(clean_text(account.name or handle), _MAX_LENGTH)
    if judgement.judge_account(handle, name, Accounts(())) is not None:
        return None
    kind = account.verified if account.verified in VERIFIED_KINDS else None
    return RegistryProposal(
        platform=account.platform,
        handle=handle,
        name=name,
        person_class=_CLASS_OF_VERIFIED.get(kind or "", "creator"),
        evidence=f"https://{platform.profile_hosts[0]}/{handle}",
        ground="verified" if kind else "followers",
        proposed_by="socialcell",
        proposed_at=now,
    )


def _require_platform(context: Context, platform: str) -> None:
    """UsageError, with the nearest, for one that the program does not know and of
    which nothing is stored: a slip would show nobody by name."""
    with db.reading(context.engine) as session:
        choices = sorted({*PLATFORMS, *mention_queries.list_platforms(session)})
    if platform not in choices:
        reason = query_language.unknown("platform", platform, choices)
        raise UsageError("guard.no_such_platform", reason=reason)


def _require_waiting(session: Session, platform: str, handle: str) -> RegistryProposal:
    plain = registry.plain_handle(handle)
    row = registry_proposals.find(session, platform, plain)
    if row is None:
        raise UsageError("guard.nothing_proposed", account=f"{platform}:{plain}")
    return row
