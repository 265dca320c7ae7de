"""A person who asks for their data may wait to be shown by name, as an account that was
proposed or in a file of public people: looked up, taken out, and kept out.

An entry of a file is the person's by a handle, or by the whole name that the account
shows; another who is called the same has to be proposed again.
"""

import csv
import io
from collections.abc import Callable, Sequence

from sqlmodel import Session

from socialcell.json_types import DocumentValue
from socialcell.language.names import names_csv, office_holders
from socialcell.listening.people import suppression
from socialcell.listening.people.visibility import People
from socialcell.listening.registry_model import PeopleBatch
from socialcell.listening.store.people import (
    people_batches,
    registry_proposals,
    suppressions,
)
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.services.privacy.people_file import PublicCells
from socialcell.text import clean_text

HOLDER = "office_holder"  # of the kinds of entries the one that is a person


def export_waiting(
    session: Session, account: HeldAccount
) -> list[dict[str, DocumentValue]]:
    """What waits of an account, in plain JSON, with since when, and the file's name."""
    waiting: list[dict[str, DocumentValue]] = [
        {
            "since": row.proposed_at,
            "handle": row.handle,
            "name": row.name,
            "class": row.person_class,
            "evidence": row.evidence,
        }
        for row in registry_proposals.of_accounts(
            session, account.platform, account.handles
        )
    ]
    waiting += [
        {"since": batch.proposed_at, "file": batch.file, **entry}
        for batch in people_batches.waiting(session)
        for entry in _entries(batch)
        if _is_of(account, entry)
    ]
    return waiting


def drop_waiting(session: Session, account: HeldAccount) -> int:
    """Take out what waits of an account; how many entries. A file of which nothing is
    left waits no more."""
    platform, handles = account.platform, account.handles
    return registry_proposals.drop_accounts(session, platform, handles) + _take_out(
        session, lambda entry: _is_of(account, entry)
    )


def drop_suppressed(session: Session, people: People, platforms: Sequence[str]) -> int:
    """The same of everybody who is kept out, on any of these platforms: for a database
    that is older than their erasure, which holds no name of theirs to compare."""

    def is_kept_out(accounts: Sequence[tuple[str, str]]) -> bool:
        keys = {
            key
            for platform, handle in accounts
            for key in suppression.of_account(people, platform, None, handle)
        }
        return bool(suppressions.suppressed_keys(session, keys))

    dropped = 0
    for row in registry_proposals.waiting(session):
        if is_kept_out([(row.platform, row.handle)]):
            dropped += registry_proposals.drop_accounts(
                session, row.platform, [row.handle]
            )
    return dropped + _take_out(
        session,
        lambda entry: is_kept_out(
            [
                (name, handle)
                for platform, handle in _accounts(entry)
                for name in ([platform] if platform else platforms)
            ]
        ),
    )


def _take_out(session: Session, is_theirs: Callable[[PublicCells], bool]) -> int:
    dropped = 0
    for batch in people_batches.lock_waiting(session):
        entries = _entries(batch)
        left = [entry for entry in entries if not is_theirs(entry)]
        if len(left) == len(entries):
            continue
        dropped += len(entries) - len(left)
        if left:
            batch.entries = names_csv.csv_text(left, list(left[0]))
            session.add(batch)
        else:
            session.delete(batch)
    session.flush()
    return dropped


def _entries(batch: PeopleBatch) -> list[PublicCells]:
    return list(csv.DictReader(io.StringIO(batch.entries, newline="")))


def _is_of(account: HeldAccount, entry: PublicCells) -> bool:
    """Whether an entry is an account's, by a handle or by a person's whole name."""
    return has_handle(account, entry) or is_named_as(account, entry)


def has_handle(account: HeldAccount, entry: PublicCells) -> bool:
    """Whether an entry has a handle of the account, on its platform or on any."""
    return any(
        platform in ("", account.platform) and handle in account.handles
        for platform, handle in _accounts(entry)
    )


def is_named_as(account: HeldAccount, entry: PublicCells) -> bool:
    """Whether a person's entry has a whole name that the account shows."""
    if entry["kind"] != HOLDER:
        return False
    shown = {_compared(name) for name in account.names}
    return any(_compared(name) in shown for name in office_holders.names_of(entry))


def _accounts(entry: PublicCells) -> list[tuple[str, str]]:
    """Platform ("": any) and handle, in small letters, of an entry's accounts."""
    parts = (part.rpartition(":") for part in entry["handles"].split("|") if part)
    return [(platform, handle.lower()) for platform, _colon, handle in parts]


def _compared(name: str) -> str:
    return " ".join(clean_text(name).casefold().split())
