"""A citizen's name, number and address: sealed when they are given, and read inside an
open case by its assignee alone."""

from sqlmodel import Session

from socialcell import phone_number
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseContact, CaseSecret, DeskCase
from socialcell.desk.store import case_secrets as store
from socialcell.errors import MissingSecret, UsageError
from socialcell.ops import audit
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.text import clean_text

KINDS = ("name", "phone", "address")
_LONGEST = 500  # characters


def seal_secret(
    context: Context, session: Session, contact: CaseContact, kind: str, text: str
) -> CaseSecret:
    """Seal something of a contact; a telephone number is stored with its country code,
    and says whose conversation it is where nothing else does.

    UsageError: an empty or too long text, or no telephone number. MissingSecret and
    ConfigError: the key is missing, or is none.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of secret; they are {KINDS}")
    plain = clean_text(text).strip()
    if kind == "phone":
        plain = phone_number.indian(plain) or phone_number.international(plain)
    if not plain or len(plain) > _LONGEST:
        raise UsageError("desk.secret_length", limit=_LONGEST, characters=len(plain))
    if kind == "phone" and contact.person is None:
        people = pseudonyms.load_key_only(context)
        contact.person = people.pseudonym(contact.channel, plain)
    assert contact.id is not None
    row = CaseSecret(
        contact_id=contact.id,
        kind=kind,
        sealed=secret_seal.seal(plain, keys(context)),
        added_by=context.actor.name,
        added_at=context.clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def unsealed(
    context: Context, session: Session, case: DeskCase, contact: CaseContact
) -> list[tuple[str, str]]:
    """Kind and text of what is sealed of a contact. Whoever calls has asked whether the
    actor may (case_reveal.py). Audited when there is something."""
    assert contact.id is not None
    rows = store.secrets_of(session, contact.id)
    texts = [(row.kind, secret_seal.unseal(row.sealed, keys(context))) for row in rows]
    if texts:
        audit.append(
            session,
            context.actor,
            "case.secret_read",
            case.number,
            {"contact": contact.id, "kinds": [kind for kind, _text in texts]},
            context.clock.now(),
        )
        access_log.note_access(
            context, session, "case_secret", subject_of(case, contact), records=1
        )
    return texts


def subject_of(case: DeskCase, contact: CaseContact) -> str:
    """A conversation of a case, as the access log names it."""
    return f"case {case.number}, contact {contact.id}"


def keys(context: Context) -> str:
    """The keys of the desk, which `init` makes, also in a folder that is a workspace
    already. MissingSecret when they are nowhere."""
    if context.workspace.find_secret(secret_seal.KEY_NAME) is None:
        folder = context.workspace.folder
        raise MissingSecret("desk.no_key", name=secret_seal.KEY_NAME, folder=folder)
    return context.workspace.secret(secret_seal.KEY_NAME).get_secret_value()
