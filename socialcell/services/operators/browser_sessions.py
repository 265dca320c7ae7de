"""Whose browser this is: its session, what its operator may do, and where."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db, roles
from socialcell.desk.store import case_lists
from socialcell.errors import UsageError
from socialcell.identity import store
from socialcell.identity.actor import Actor
from socialcell.identity.model import BROWSER, Operator
from socialcell.ops import audit
from socialcell.roles import ALL, Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.operators.records import object_of

_USE_STORED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class BrowserVisitor:
    """Who is signed in with a browser. `scopes`: where each permission counts now;
    `open_cases`: how many cases are open in the whole city."""

    actor: Actor
    scopes: dict[Permission, frozenset[str]]
    language: str | None
    has_shortcuts: bool
    open_cases: int

    def places(self, permission: Permission) -> frozenset[str] | None:
        """The ids of the ward offices and departments for which a permission counts;
        None: for the whole city. Empty: nowhere."""
        scopes = self.scopes.get(permission, frozenset())
        return None if ALL in scopes else scopes

    def may(self, permission: Permission) -> bool:
        """Whether a permission counts anywhere."""
        return bool(self.scopes.get(permission))


@dataclass(frozen=True)
class OwnSession:
    """A session of the operator who asks. `is_browser`: not of a shell."""

    id: int
    client: str
    is_browser: bool
    opened_at: datetime
    used_at: datetime | None
    ends_at: datetime
    is_this: bool


def find_visitor(
    context: Context, token: str, *, is_use: bool = True
) -> BrowserVisitor | None:
    """The operator whose browser has this token; None: its session is over or was none.

    That it was used is stored about once a minute, where this `is_use`.
    """
    now = context.clock.now()
    with db.reading(context.engine) as session:
        open_cases = case_lists.open_query(None)
        row = store.session_with_grants(session, now, token, open_cases)
        if row is None or row[0].shell != BROWSER:
            return None
        opened, operator, grants, count = row
        actor = store.make_actor(operator, opened, grants)
        grants = permissions.counting_grants(context, opened.known_by, grants)
        visitor = BrowserVisitor(
            actor,
            {
                permission: frozenset(
                    grant.scope
                    for grant in grants
                    if grant.role in roles.roles_with(permission)
                )
                for permission in Permission
            },
            operator.language,
            operator.has_shortcuts,
            count,
        )
        used_at, id_ = opened.used_at, opened.id
    if not is_use:
        return visitor
    if used_at is None or now - used_at >= _USE_STORED_EVERY:
        with db.writing(context.engine) as session:
            store.note_session_use(session, id_, now)
    return visitor


def find_owner(context: Context, token: str) -> int | None:
    """The number of the operator whose browser has, or had, this token; None: its
    session was none."""
    with db.reading(context.engine) as session:
        return store.browser_owner(session, token)


def own_sessions(context: Context) -> list[OwnSession]:
    """The open sessions of the operator who acts, the newest first."""
    now, actor = context.clock.now(), context.actor
    with db.reading(context.engine) as session:
        opened = store.open_sessions(session, actor.id or 0, now)
    return [
        OwnSession(
            row.id or 0,
            row.client,
            row.shell == BROWSER,
            row.opened_at,
            row.used_at,
            row.ends_at,
            row.id == actor.session_id,
        )
        for row in reversed(opened)
    ]


def end_session(context: Context, session_id: int) -> None:
    """End one of the sessions of the operator who acts. Audited. UsageError: no such
    session is open."""
    now, actor = context.clock.now(), context.actor
    with db.writing(context.engine) as session:
        id_, _known_by = permissions.require_session(context, session)
        opened = store.open_session(session, now, id_=session_id)
        if opened is None or opened.operator_id != id_:
            raise UsageError("operators.no_such_session", session=session_id)
        opened.ended_at = now
        detail = {"session": opened.id}
        audit.append(session, actor, "operator.end", object_of(id_), detail, now)


def prefer(context: Context, language: str | None, has_shortcuts: bool) -> None:
    """Store the language of pages and whether keys act, for the operator who acts."""
    with db.writing(context.engine) as session:
        id_, _known_by = permissions.require_session(context, session)
        operator = session.get_one(Operator, id_)
        operator.language, operator.has_shortcuts = language, has_shortcuts
