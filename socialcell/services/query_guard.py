"""What may be looked for, asked at every place that stores or runs a question.

A refusal stands in the audit log before it is said: where, why, and a keyed hash of
what was asked for, by which the same attempt is known again. The words stand there of
subjects alone, since those of a person name somebody.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from sqlmodel import Session

from socialcell import db
from socialcell.errors import ConfigError, UsageError
from socialcell.language.names import office_holders
from socialcell.listening.guard import judgement
from socialcell.listening.guard.judgement import PERSON, Objection, Refusal
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.query.query_language import QueryError
from socialcell.listening.store.people import protected_accounts
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.text import index_form

Judge = Callable[[Session, Accounts], Objection | None]


class AskedAt(StrEnum):
    """Where something was asked for, as the audit log names it."""

    SOURCES = "sources"
    RULES = "alerts rules"
    RUMOURS = "alerts rumours"
    SEARCH = "mentions search"
    FIGURES = "figures"
    INFLUENCERS = "influencers"
    REGISTRY = "registry"


_REFUSED: Mapping[AskedAt, Refusal] = {
    AskedAt.SOURCES: lambda subject: Message(
        "sources.none_about", {"subject": subject}
    ),
    AskedAt.RULES: lambda subject: Message(
        "privacy.no_rule_about", {"subject": subject}
    ),
    AskedAt.RUMOURS: lambda subject: Message(
        "guard.no_rumour_about", {"subject": subject}
    ),
    AskedAt.SEARCH: lambda subject: Message(
        "guard.no_search_for", {"subject": subject}
    ),
    AskedAt.FIGURES: lambda subject: Message(
        "guard.no_search_for", {"subject": subject}
    ),
    AskedAt.INFLUENCERS: lambda subject: Message(
        "guard.nobody_sought_by", {"subject": subject}
    ),
    AskedAt.REGISTRY: lambda subject: Message(
        "guard.no_account_of", {"subject": subject}
    ),
}


def known_accounts(context: Context, session: Session) -> Accounts:
    """Whom a question may name: the registry, and the public people that two persons
    of this workspace entered."""
    holders = office_holders.names(context.workspace.folder)
    return protected_accounts.accounts(session, holders)


def require(context: Context, place: AskedAt, asked: str, judge: Judge) -> None:
    """UsageError, with the reason, where `judge` objects to what is asked for at a
    place. The refusal is in the audit log then, whatever the caller does."""
    with db.reading(context.engine) as session:
        objection = judge(session, known_accounts(context, session))
    if objection is not None:
        _note(context, place, asked, objection, "guard.refuse")
        raise error_of(objection, place)


def require_rule(context: Context, query: str) -> None:
    """The same of a query that is to be kept. QueryError: it cannot be read."""
    now = context.clock.now()
    require(
        context,
        AskedAt.RULES,
        query,
        lambda _session, accounts: judgement.judge_query(query, accounts, now),
    )


def require_search(
    context: Context, query: str | None, *, counts_only: bool = False
) -> None:
    """The same of a search that is run once and not kept.

    It lists what people wrote, so that it asks for nobody and for no protected subject
    either; `counts_only` names nobody, and may ask for a subject. The topic that
    the machine read is asked for to correct the reading. Both are in the audit log. A
    query that cannot be read, or an account that `from:` does not take, is refused by
    whoever reads the query.
    """
    if query is None or not query.strip():
        return
    place = AskedAt.FIGURES if counts_only else AskedAt.SEARCH
    now = context.clock.now()
    try:
        with db.reading(context.engine) as session:
            accounts = known_accounts(context, session)
            objection = judgement.judge_query(query, accounts, now, keep_topics=False)
            topic = objection or judgement.judge_query(query, accounts, now)
    except QueryError:
        return
    if objection is None or (counts_only and objection.is_subject):
        if topic is not None:
            _note(context, place, query, topic, "guard.note")
        return
    _note(context, place, query, objection, "guard.refuse")
    if not objection.is_account:
        raise error_of(objection, place)


def error_of(objection: Objection, place: AskedAt) -> UsageError:
    """An objection as the error that people read."""
    message = objection.message(_REFUSED[place])
    return UsageError(message.code, **message.parameters)


def ground_of(objection: Objection, place: AskedAt) -> str:
    """Why something is not looked for, without the words of a person."""
    if objection.is_subject:
        return str(objection.message(_REFUSED[place]))
    if objection.ground == PERSON:
        return "it asks for a private person"
    return "it has a word in letters that cannot be judged"


def _note(
    context: Context, place: AskedAt, asked: str, objection: Objection, action: str
) -> None:
    detail: dict[str, str] = {"about": objection.ground, "asked": _seal(context, asked)}
    if objection.word is not None:
        detail["word"] = objection.word
    with db.writing(context.engine) as session:
        now = context.clock.now()
        audit.append(session, context.actor, action, place.value, detail, now)


def _seal(context: Context, asked: str) -> str:
    """A keyed hash of what was asked for, the same for the same words; without the
    workspace's key there is none."""
    try:
        people = pseudonyms.load_key_only(context)
    except ConfigError:
        return ""
    return people.suppression("question", "words", index_form(asked))[:16]
