"""What the person behind an act may do: asked of the database at each act."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from socialcell import roles
from socialcell.errors import NeedsAPerson, SocialcellError
from socialcell.identity import store
from socialcell.identity.model import RoleGrant
from socialcell.roles import Permission
from socialcell.services.context import Context


def require(
    context: Context,
    session: Session,
    permission: Permission,
    places: Iterable[str],
    *,
    in_one: bool = False,
) -> int:
    """The number of the operator who acts, who has a permission for these places (ids
    of ward offices or departments; none: the whole city), or `in_one` of them.

    NeedsAPerson: nobody has signed in, the session is over, or the role counts only
    after a sign-in with a second factor. SocialcellError: no grant of such a role now,
    or none for these places.
    """
    operator_id, known_by = require_session(context, session)
    now = context.clock.now()
    wanted_roles = roles.roles_with(permission)
    grants = [
        grant
        for grant in store.effective_grants(session, operator_id, now)
        if grant.role in wanted_roles
    ]
    if not grants:
        raise SocialcellError(
            "operators.no_role", name=context.actor.name, roles=sorted(wanted_roles)
        )
    named = sorted(set(places))
    acts = [[place] for place in named] if in_one and named else [named]
    covering = [
        grant for grant in grants if any(roles.covers(grant.scope, act) for act in acts)
    ]
    if not covering:
        scopes = sorted({grant.scope for grant in grants})
        raise SocialcellError(
            "operators.other_scope",
            name=context.actor.name,
            scopes=scopes,
            places=named or [roles.ALL],
        )
    if not counting_grants(context, known_by, covering):
        raise NeedsAPerson(
            "operators.second_factor_needed", roles=sorted({g.role for g in covering})
        )
    return operator_id


def require_among_operators(
    context: Context, session: Session, permission: Permission
) -> None:
    """The same for the whole city, in a workspace that has operators; in one that has
    none nobody can have signed in, and whoever has its files may.

    Errors of `require`.
    """
    if store.has_operators(session):
        require(context, session, permission, ())


def scopes(
    context: Context, session: Session, permission: Permission
) -> frozenset[str]:
    """The scopes in which whoever acts has a permission now.

    Errors of `require` where there is none.
    """
    operator_id, known_by = require_session(context, session)
    wanted_roles = roles.roles_with(permission)
    grants = [
        grant
        for grant in store.effective_grants(session, operator_id, context.clock.now())
        if grant.role in wanted_roles
    ]
    if not grants:
        raise SocialcellError(
            "operators.no_role", name=context.actor.name, roles=sorted(wanted_roles)
        )
    counting = counting_grants(context, known_by, grants)
    if not counting:
        raise NeedsAPerson(
            "operators.second_factor_needed", roles=sorted({g.role for g in grants})
        )
    return frozenset(grant.scope for grant in counting)


def may(
    session: Session,
    operator_id: int,
    permission: Permission,
    places: Iterable[str],
    now: datetime,
) -> bool:
    """Whether an operator has a permission in one of these places now (none: in the
    whole city), when signed in with all that the role asks for."""
    wanted_roles = roles.roles_with(permission)
    acts = [[place] for place in places] or [[]]
    return any(
        grant.role in wanted_roles
        and any(roles.covers(grant.scope, act) for act in acts)
        for grant in store.effective_grants(session, operator_id, now)
    )


def require_session(context: Context, session: Session) -> tuple[int, str]:
    """The number of the operator who acts, and how that is known, while the session is
    open. NeedsAPerson: nobody has signed in, or it is over."""
    actor = context.actor
    if actor.id is None or actor.session_id is None:
        raise NeedsAPerson("operators.not_signed_in", account=actor.name)
    now = context.clock.now()
    opened = store.open_session(session, now, id_=actor.session_id)
    if opened is None or opened.operator_id != actor.id:
        raise NeedsAPerson("operators.session_over", name=actor.name)
    return actor.id, opened.known_by


def counting_grants(
    context: Context, known_by: str, grants: Iterable[RoleGrant]
) -> list[RoleGrant]:
    """The grants that count after a sign-in of this kind."""
    return [grant for grant in grants if role_counts(context, known_by, grant.role)]


def role_counts(context: Context, known_by: str, role: str) -> bool:
    """Whether a role counts after a sign-in of this kind: without a second factor some
    count for nothing."""
    needing_factor = context.workspace.config.operators.second_factor_roles
    return known_by == "second_factor" or role not in needing_factor
