"""Checks of what is looked for: sources, rules and rumours from before a judgement."""

from collections.abc import Iterator

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.errors import UsageError
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import Objection
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.store.alerts import alert_rules
from socialcell.listening.store.alerts import rumours as rumour_store
from socialcell.ops import store
from socialcell.services import query_guard
from socialcell.services.alerts import rumours
from socialcell.services.collection import source_guard, source_setup
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, failed, ok, warning
from socialcell.services.query_guard import AskedAt

_LABEL = "what is looked for"


def followed(context: Context) -> Iterator[Check]:
    """Enabled sources, rules and rumours that would be refused today, each with what
    takes it away; no words of a person are repeated."""
    with db.reading(context.engine) as session:
        accounts = query_guard.known_accounts(context, session)
        standing = [
            *_sources(context, session, accounts),
            *_rules(context, session, accounts),
            *_rumours(session, accounts),
        ]
    for place, name, objection, command in standing:
        if objection.account_of is not None:
            yield _of_somebody(name, objection, command)
            continue
        yield failed(
            _LABEL,
            f"{name}: {query_guard.ground_of(objection, place)}",
            f"It would be refused today: {command}",
        )
    if not standing:
        yield ok(_LABEL, "no source, rule or rumour follows what it must not")


def _of_somebody(name: str, objection: Objection, command: str) -> Check:
    """An account that is followed by its number, and of which nobody said whose it is:
    the city's own may be among them."""
    add = f"socialcell registry add {objection.account_of} {objection.shown}"
    return warning(
        _LABEL,
        f"{name}: it follows an account that is not in the registry",
        f"Say whose it is, with evidence ({add} --help), and let a second person "
        f"approve it; or: {command}",
    )


_Standing = tuple[AskedAt, str, Objection, str]


def _sources(
    context: Context, session: Session, accounts: Accounts
) -> Iterator[_Standing]:
    numbers = source_setup.own_accounts(context)
    for source in store.enabled(session):
        if source.connector not in connectors.CONNECTORS:
            continue
        objection = source_guard.objection_to(
            session, accounts, source.connector, source.settings, numbers
        )
        if objection is not None:
            command = f"socialcell sources disable {source.name}"
            yield AskedAt.SOURCES, f"source {source.name}", objection, command


def _rules(
    context: Context, session: Session, accounts: Accounts
) -> Iterator[_Standing]:
    now = context.clock.now()
    for rule in alert_rules.rules(session):
        try:
            objection = judgement.judge_query(rule.query, accounts, now)
        except UsageError:
            continue  # one that cannot be read finds nothing
        if objection is not None:
            command = f"socialcell alerts rules remove {rule.name}"
            yield AskedAt.RULES, f"rule {rule.name}", objection, command


def _rumours(session: Session, accounts: Accounts) -> Iterator[_Standing]:
    for rumour in rumour_store.rumours(session):
        objection = rumours.objection_to(rumour.text, rumour.url, accounts)
        if objection is not None:
            command = f"socialcell alerts rumours end {rumour.id}"
            yield AskedAt.RUMOURS, f"rumour {rumour.id}", objection, command
