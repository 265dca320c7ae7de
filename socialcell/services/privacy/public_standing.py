"""Who asks for their data may stand in the workspace's file of public people: what it
says of them is given to them, and an erasure takes their entry out.

A person's entry is theirs by a handle, which is that of its latest holder. What may be
another's stays, and is named: the entry of a person who only is called as the account
is, or had the handle before, and of an office, a body or a medium, which are no person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.json_types import DocumentValue
from socialcell.language.names.office_holders import FILE
from socialcell.listening.store import search_forms
from socialcell.listening.store.people import named_persons, people_batches
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.ops import audit
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.privacy import people_file, waiting_people
from socialcell.services.privacy.people_file import PeopleFile, PublicCells


@dataclass(frozen=True, slots=True)
class PublicStanding:
    """What the file says of an account: an erasure takes the entries that are `own`;
    those that may be another's or are of no person stay. `unread` is why the file
    cannot be read; None: it was."""

    own: tuple[PublicCells, ...] = ()
    perhaps: tuple[PublicCells, ...] = ()
    of_no_person: tuple[PublicCells, ...] = ()
    unread: str | None = None

    @property
    def own_ids(self) -> tuple[str, ...]:
        return tuple(entry["id"] for entry in self.own)

    @property
    def ids_that_stay(self) -> tuple[str, ...]:
        """Of the entries that an erasure leaves, for whoever decides about them."""
        return tuple(entry["id"] for entry in (*self.perhaps, *self.of_no_person))


def export_standing(
    context: Context, account: HeldAccount
) -> list[dict[str, DocumentValue]]:
    """The entries in plain JSON; `certain` says that one has a handle of the account.

    SocialcellError: the file cannot be read, so that nobody knows.
    """
    standing = _standing(people_file.load(context.workspace.folder), account)
    exported: list[dict[str, DocumentValue]] = []
    for entry in (*standing.own, *standing.of_no_person):
        exported.append({"certain": True, **entry})
    for entry in standing.perhaps:
        exported.append({"certain": False, **entry})
    return exported


def find_standing(context: Context, account: HeldAccount) -> PublicStanding:
    """The same for an erasure, which a file that cannot be read does not hold up."""
    try:
        return _standing(people_file.load(context.workspace.folder), account)
    except SocialcellError as error:
        return PublicStanding(unread=str(error))


def forget_named(context: Context, session: Session, standing: PublicStanding) -> None:
    """What was read of mentions names the person no more, nor can they be searched by
    name. It comes before `take_out`: while the entry stands, all of it can be done
    again."""
    if not standing.own:
        return
    file = people_file.load(context.workspace.folder)
    named_persons.forget(session, standing.own_ids)
    stay = file.only(lambda entry: entry not in standing.own).names
    names = file.only(lambda entry: entry in standing.own).names
    search_forms.refresh_names(session, {*names} - {*stay}, stay)


def take_out(
    context: Context, account: HeldAccount, standing: PublicStanding
) -> str | None:
    """Write the file without the person, audited; None, or why the entry stays for now.
    Safe to run again."""
    if standing.unread is not None:
        return (
            f"{standing.unread} Nobody knows whether the person stands in {FILE}: mend "
            "it, then erase again."
        )
    if not standing.own:
        return None
    try:
        with db.writing(context.engine) as session:
            people_batches.take_turn(session)
            file = people_file.load(context.workspace.folder)
            own = _standing(file, account)
            if not own.own:
                return None  # somebody else took it out meanwhile
            detail = {"removed": pseudonyms.sealed_ids(context, own.own_ids)}
            now = context.clock.now()
            audit.append(session, context.actor, "people.remove", FILE, detail, now)
            # The file last: what cannot be written is not in the audit log either.
            file.only(lambda entry: entry not in own.own).save()
    except SocialcellError as error:
        return f"{error} The person stays in {FILE} until then: erase again."
    return None


def forget_who_left(context: Context, session: Session) -> int:
    """For a database that is older than an erasure: its mentions name nobody who is in
    the file no more. A file that cannot be read names nobody. How many mentions."""
    folder = context.workspace.folder
    try:
        file = people_file.load(folder)
    except SocialcellError:
        file = PeopleFile(folder / FILE, (), ())
    left = named_persons.ids(session) - {entry["id"] for entry in file.entries}
    mentions = named_persons.forget(session, left) if left else []
    search_forms.refresh_mentions(session, mentions, file.names)
    return len(mentions)


def _standing(file: PeopleFile, account: HeldAccount) -> PublicStanding:
    with_handle = _with_handle(file.entries, account)
    holders = [entry for entry in with_handle if entry["kind"] == waiting_people.HOLDER]
    own = [entry for entry in holders if _is_latest_holder(entry, holders, account)]
    return PublicStanding(
        own=tuple(own),
        perhaps=tuple(
            entry
            for entry in file.entries
            if entry not in own
            and (entry in holders or waiting_people.is_named_as(account, entry))
        ),
        of_no_person=tuple(entry for entry in with_handle if entry not in holders),
    )


def _is_latest_holder(
    entry: PublicCells, holders: Sequence[PublicCells], account: HeldAccount
) -> bool:
    """Whether the entry is the last that has one of the account's handles; with it a
    handle passes on, as an office's does."""
    for handle in account.handles:
        holders_of_it = _with_handle(holders, replace(account, handles=(handle,)))
        if entry in holders_of_it:
            latest = max(other["valid_from"] for other in holders_of_it)
            if entry["valid_from"] == latest:
                return True
    return False


def _with_handle(
    entries: Iterable[PublicCells], account: HeldAccount
) -> list[PublicCells]:
    return [entry for entry in entries if waiting_people.has_handle(account, entry)]
