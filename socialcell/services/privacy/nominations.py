"""Whom persons named to act for them: looked up when a nominee asks, shown to whoever
must compare names, given to the person, and ended with an erasure (section 14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.errors import SocialcellError
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.registers.model import RightsAccount, RightsRequest
from socialcell.registers.store import requests as store
from socialcell.services.context import Context
from socialcell.services.privacy import request_secrets


@dataclass(frozen=True)
class NomineeOnFile:
    """Whom the person of an account named, with how to be reached, and since when."""

    platform: str
    nominee: str
    since: datetime


def require_nomination(session: Session, row: RightsRequest) -> None:
    """SocialcellError: a nominee asks about an account that named nobody."""
    if row.on_behalf != "nominee":
        return
    assert row.id is not None
    for account in store.accounts_of(session, row.id):
        if store.nominee_of(session, account.platform, account.person) is None:
            raise SocialcellError(
                "registers.no_nomination", number=row.number, platform=account.platform
            )


def nominees_on_file(
    context: Context, session: Session, accounts: Sequence[RightsAccount]
) -> tuple[NomineeOnFile, ...]:
    """Whom the persons of these accounts named, unmasked, where they named somebody."""
    rows = (
        store.nominee_of(session, account.platform, account.person)
        for account in accounts
    )
    return tuple(
        NomineeOnFile(
            row.platform,
            request_secrets.unseal_text(context, row.sealed),
            row.since,
        )
        for row in rows
        if row is not None
    )


def end_nominations(
    session: Session, people: People, account: HeldAccount, now: datetime
) -> int:
    """The person of an account is erased: whom they named is forgotten, too. How many
    nominations."""
    uids = account.uids or tuple(f"@{handle}" for handle in account.handles)
    persons = [people.pseudonym(account.platform, uid) for uid in uids]
    return store.end_nominations(session, account.platform, persons, now)
