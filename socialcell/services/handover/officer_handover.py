"""An officer leaves: in one step access ends, and open work passes to a colleague.

Who made a draft or a promise stays as it is written, so that the rule of the second
person holds; the colleague is told what waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store as publishing
from socialcell.clock import as_utc
from socialcell.desk.case_states import CaseState
from socialcell.desk.store import cases, officers
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.identity import store, token_store
from socialcell.identity.model import BROWSER, Operator, RoleGrant
from socialcell.json_types import JsonObject
from socialcell.listening.store.alerts import commitments, incidents
from socialcell.ops import audit
from socialcell.roles import Permission, roles_with
from socialcell.services.context import Context
from socialcell.services.desk import case_access, case_steps
from socialcell.services.operators import accounts, api_tokens, permissions, sign_in
from socialcell.services.operators.api_tokens import IssuedToken
from socialcell.services.operators.records import object_of

_STEP = "assign"
_ADMINS = roles_with(Permission.MANAGE_OPERATORS)
_KEPT_KEYS = ("person_key", "desk_key")
"""Secrets that are not simply replaced: a new person_key cuts every pseudonym off its
past, and desk_key takes a new key in front of the old one."""


@dataclass(frozen=True, order=True)
class ScopedRole:
    """A role and where it counts: a ward office, a department, or all."""

    role: str
    scope: str

    def __str__(self) -> str:
        return f"{self.role} ({self.scope})"


@dataclass(frozen=True)
class HandOver:
    """What was ended and passed on. `unassigned` are cases that the colleague may not
    work on; `roles` those that were ended, `lacking` those of them that the colleague
    does not have. Answers, posts, promises and incidents wait for the colleague.
    `secrets` are shared secrets that the officer could read: renew them."""

    name: str
    to: str
    roles: tuple[ScopedRole, ...]
    lacking: tuple[ScopedRole, ...]
    sessions: int
    tokens: tuple[IssuedToken, ...]
    cases: tuple[str, ...]
    unassigned: tuple[str, ...]
    answers: tuple[str, ...]
    posts: tuple[int, ...]
    promises: tuple[int, ...]
    incidents: tuple[int, ...]
    secrets: tuple[str, ...]


def hand_over(
    context: Context, name: str, to: str, *, dry_run: bool = False
) -> HandOver:
    """End an officer's roles and sessions, renew the API tokens that they made, and
    pass their open cases and incidents to a colleague. One transaction; audited.

    UsageError: no such operators, one and the same, or the colleague may not sign in.
    SocialcellError: fewer than two administrators would be left. Errors of
    `permissions.require`.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        actor_id = accounts.require_admin(context, session)
        leaving = accounts.require_operator(session, name)
        colleague = accounts.require_operator(session, to)
        _require_two(leaving, colleague)
        secrets = _known_secrets(context, session, leaving)
        # The rules of the colleague's own work are those before anything changes.
        passed, unassigned = _pass_cases(context, session, leaving, colleague)
        ended = _end_grants(context, session, leaving, actor_id)
        lacking = _lacking(context, session, ended, colleague)
        tokens = _renew_tokens(context, session, leaving, actor_id)
        sessions = sign_in.end_sessions(context, session, leaving.id or 0)
        result = HandOver(
            name=leaving.name,
            to=colleague.name,
            roles=tuple(sorted(_scoped_roles(ended))),
            lacking=lacking,
            sessions=sessions,
            tokens=tokens,
            cases=passed,
            unassigned=unassigned,
            answers=tuple(
                f"{answer.number} {answer.key}"
                for answer in officers.waiting_answers(session, leaving.name)
            ),
            posts=tuple(publishing.draft_ids_of(session, leaving.name)),
            promises=tuple(
                promise.id or 0
                for promise in commitments.promises(session)
                if promise.made_by == leaving.name
            ),
            incidents=tuple(incidents.pass_on(session, leaving.name, colleague.name)),
            secrets=secrets,
        )
        detail: JsonObject = {
            "name": leaving.name,
            "to": colleague.name,
            "grants": [row.id for row in ended],
            "cases": list(passed),
            "unassigned": list(unassigned),
            "incidents": list(result.incidents),
            "tokens": [token.name for token in tokens],
            "sessions": sessions,
        }
        audit.append(
            session,
            context.actor,
            "operator.hand_over",
            object_of(leaving.id),
            detail,
            now,
        )
        if dry_run:
            session.rollback()
            shown = tuple(replace(token, token="") for token in tokens)
            return replace(result, tokens=shown)
    return result


def _require_two(leaving: Operator, colleague: Operator) -> None:
    if leaving.id == colleague.id:
        raise UsageError("registers.hand_over_oneself", name=leaving.name)
    if not colleague.may_sign_in:
        raise UsageError("registers.colleague_waits", name=colleague.name)


def _end_grants(
    context: Context, session: Session, leaving: Operator, actor_id: int
) -> Sequence[RoleGrant]:
    """Every grant that counts or is to come ends now, each role with its row in the
    audit log, as `operators revoke` does."""
    now = context.clock.now()
    ended = [
        row
        for row in store.grants_of(session, leaving.id)
        if row.revoked_at is None and (row.ends_at is None or as_utc(row.ends_at) > now)
    ]
    for row in ended:
        row.revoked_by, row.revoked_at = actor_id, now
    session.flush()
    if any(row.role in _ADMINS for row in ended):
        accounts.require_two_admins(session, now)
    for role in sorted({row.role for row in ended}):
        ids = [row.id for row in ended if row.role == role]
        detail = {"grants": ids, "role": role}
        accounts.note_change(context, session, "operator.revoke", leaving, detail)
    return ended


def _lacking(
    context: Context,
    session: Session,
    ended: Sequence[RoleGrant],
    colleague: Operator,
) -> tuple[ScopedRole, ...]:
    now = context.clock.now()
    grants = store.effective_grants(session, colleague.id or 0, now)
    return tuple(sorted(_scoped_roles(ended) - _scoped_roles(grants)))


def _scoped_roles(grants: Sequence[RoleGrant]) -> set[ScopedRole]:
    return {ScopedRole(row.role, row.scope) for row in grants}


def _pass_cases(
    context: Context, session: Session, leaving: Operator, colleague: Operator
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The open cases that pass to the colleague, and those that nobody has now, as the
    colleague may not work on them."""
    passed: list[str] = []
    unassigned: list[str] = []
    now = context.clock.now()
    for number in officers.open_case_numbers(session, leaving.id or 0):
        case = cases.lock_case(session, number)
        places = case_access.places_of(case)
        may_work = permissions.may(
            session, colleague.id or 0, Permission.TRIAGE, places, now
        )
        case.assignee = colleague.id if may_work else None
        (passed if may_work else unassigned).append(number)
        fresh = CaseState(case.state) in (CaseState.NEW, CaseState.ACKNOWLEDGED)
        step = StepDraft(
            _STEP,
            context.actor.name,
            to=CaseState.ASSIGNED if fresh and may_work else None,
            detail={
                "was": {"team": case.team, "assignee": leaving.id},
                "team": case.team,
                "assignee": case.assignee,
            },
        )
        case_steps.enter_step(context, session, case, step)
    officers.end_leases(session, leaving.id or 0)
    return tuple(passed), tuple(unassigned)


def _renew_tokens(
    context: Context, session: Session, leaving: Operator, actor_id: int
) -> tuple[IssuedToken, ...]:
    """Tokens in force that the officer made are revoked, and each has a successor with
    the same rights and end, which is shown once."""
    now = context.clock.now()
    renewed = []
    for token in token_store.all_tokens(session):
        in_force = token.revoked_at is None and as_utc(token.ends_at) > now
        if token.made_by == leaving.id and in_force:
            renewed.append(api_tokens.renew_token(context, session, token, actor_id))
    return tuple(renewed)


def _known_secrets(
    context: Context, session: Session, leaving: Operator
) -> tuple[str, ...]:
    """The names of shared secrets that somebody with a shell of this machine, or with
    the sources, could read; without those that renewing would damage."""
    may_manage = permissions.may(
        session, leaving.id or 0, Permission.MANAGE_SOURCES, (), context.clock.now()
    )
    had_shell = any(
        row.shell != BROWSER for row in store.all_sessions(session, leaving.id or 0)
    )
    folder = context.workspace.folder / "secrets"
    if not (may_manage or had_shell) or not folder.is_dir():
        return ()
    names = (path.name for path in folder.iterdir() if path.is_file())
    return tuple(sorted(name for name in names if name not in _KEPT_KEYS))
