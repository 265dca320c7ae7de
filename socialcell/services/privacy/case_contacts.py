"""A person's conversations in cases: found by account, exported, and erased."""

from collections.abc import Collection

from sqlmodel import Session

from socialcell import db, platforms
from socialcell.desk.model import CaseContact
from socialcell.desk.store import case_secrets, cases, erasure
from socialcell.desk.store.erasure import PersonKey
from socialcell.errors import UsageError
from socialcell.listening.people.visibility import People
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.privacy import file_scrub

PHONE = "phone"  # the channel of a telephone call


def contact_ids(session: Session, people: People, account: HeldAccount) -> list[int]:
    """The contacts of an account; of WhatsApp, also the calls from that number."""
    keys = {
        PersonKey(channel, people.pseudonym(channel, uid))
        for uid in account.uids
        for channel in _channels(account.platform)
    }
    return erasure.contacts_of_person(session, keys, account.author_ids)


def erase_contact(context: Context, number: str, contact_id: int) -> str | None:
    """Erase who one contact of a case is, where no account is known, such as a caller.
    Safe to run again; what holds up the erasure of its last traces, None: nothing.

    UsageError: no such case, or no such contact in it. NeedsAPerson, SocialcellError:
    the actor may not erase. Audited.
    """
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        case = cases.lock_case(session, number)
        contact: CaseContact | None = case_secrets.contact_in(session, case, contact_id)
        if contact is None:
            raise UsageError("desk.no_such_contact", contact=contact_id, number=number)
        now = context.clock.now()
        erasure.erase_contacts(session, [contact_id], now)
        file_scrub.note_due(context.workspace)
        detail = {"contact": contact_id}
        audit.append(
            session, context.actor, "privacy.erase_contact", case.number, detail, now
        )
    return file_scrub.scrub_files(context)


def _channels(platform: str) -> Collection[str]:
    return (platform, PHONE) if platform == platforms.WHATSAPP.id else (platform,)
