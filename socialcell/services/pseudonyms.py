"""Pseudonyms of this workspace, and the filter of suppressed people."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Item, Reject
from socialcell.language.names import office_holders
from socialcell.listening.city_numbers import numbers_in_force
from socialcell.listening.people import masking, suppression
from socialcell.listening.people.masking_persons import public_names
from socialcell.listening.people.visibility import SECRET_NAME, People
from socialcell.listening.store.people import named_persons, registry, suppressions
from socialcell.services.context import Context


def load_people(context: Context) -> People:
    """The workspace's key and registry. ConfigError when the key is missing."""
    with db.reading(context.engine) as session:
        return read_people(context, session)


def read_people(context: Context, session: Session) -> People:
    """The same in a session that is open."""
    accounts = registry.names_by_account(session)
    names = [*accounts.values(), *office_holders.names(context.workspace.folder)]
    config = context.workspace.config
    numbers = numbers_in_force(
        config.privacy.city_numbers, config.privacy.hidden_numbers
    )
    return People(
        _key(context),
        frozenset(accounts),
        public_names(names, config.language.nc, numbers),
    )


def load_key_only(context: Context) -> People:
    """The workspace's key without its registry: everybody by pseudonym. ConfigError
    when the key is missing."""
    return People(_key(context), frozenset())


def sealed_ids(context: Context, ids: Iterable[str]) -> list[str]:
    """Ids of public people as the audit log keeps them, which forgets nothing.

    A person's is made of the name: for it stands a keyed hash, the same for the same
    person in this workspace. Those of offices, bodies and media stay.
    """
    people = load_key_only(context)
    return sorted(
        named_persons.ID_PREFIX + people.suppression("people", "id", id_)[:16]
        if id_.startswith(named_persons.ID_PREFIX)
        else id_
        for id_ in ids
    )


def filter_suppressed(
    context: Context, session: Session, platform: str, items: Sequence[Item]
) -> list[Item]:
    """A page's items as they may be stored: suppressed people's are Filtered.

    The reason of a reject may quote what stands in it, so it is masked here.
    """
    masked = [
        replace(item, reason=masking.unnamed(item.reason))
        if isinstance(item, Reject)
        else item
        for item in items
    ]
    platforms = suppressions.platforms(session)
    if not platforms:
        return masked
    is_suppressed = partial(suppressions.suppressed_keys, session)
    return suppression.filter_suppressed(
        masked, platform, load_key_only(context), is_suppressed, platforms
    )


def _key(context: Context) -> bytes:
    return context.workspace.secret(SECRET_NAME).get_secret_value().encode()
