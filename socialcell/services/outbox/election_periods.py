"""Elections: during one, posts of the kinds that the election mode holds are held.

What is marked as safety goes out when nothing in it serves an election.
"""

import re
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.planning import quiet_days
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.errors import SocialcellError, UsageError
from socialcell.language.names import public_people
from socialcell.listening.people import protected_topics
from socialcell.listening.store.people import registry
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_mode
from socialcell.text import index_form

_HANDLE = re.compile(r"(?<![\w@.])@([\w.]+)")


def why_held(
    context: Context, session: Session, post: OwnPost, at: datetime
) -> str | None:
    """Why a post that no person released is held at a moment, as a sentence:
    `planning.elections` has its day, or the switch is set to election and it breaks a
    rule of that mode. None: no election is in the way.
    """
    match reasons_held(context, session, post, at):
        case (election, fault):
            parts = {"election": election, "fault": fault}
            return str(Message("outbox.safety_held", parts))
        case (election,):
            return str(Message("outbox.held_in_election", {"election": election}))
    return None


def reasons_held(
    context: Context, session: Session, post: OwnPost, at: datetime
) -> tuple[Message, ...]:
    """The same as messages: the election, and of what is marked as safety what in it
    may serve one. Empty: no election is in the way."""
    on = _election_at(context, at)
    if post.outgoing_kind == "safety":
        if on is None and outbox_mode.mode_in(session) == "election":
            on = Message("outbox.election_mode")
        fault = _fault(context, session, post) if on is not None else None
        return (on, fault) if on is not None and fault is not None else ()
    if on is None or post.outgoing_kind not in outbox_mode.HELD["election"]:
        return ()
    return (on,)


def refuse_safety(context: Context, words: str) -> None:
    """UsageError for words marked as safety that may serve an election, while one is
    on by `planning.elections` or the switch."""
    with db.reading(context.engine) as session:
        on = _election_at(context, context.clock.now())
        if on is None and outbox_mode.mode_in(session) == "election":
            on = Message("outbox.election_mode")
        fault = on and _fault_of_words(context, session, words)
    if fault:
        raise UsageError("outbox.safety_refused", election=on, fault=fault)


def refuse_in_election(context: Context, post: OwnPost) -> None:
    """UsageError for a post that is planned for an election. A notice may be entered:
    people must hear of a closure, and a person releases it when its time has come."""
    on = _election_at(context, post.due_at) if post.kind == "post" else None
    if on is not None:
        raise UsageError("outbox.no_post_in_election", election=on)


def _fault(context: Context, session: Session, post: OwnPost) -> Message | None:
    """What in a post about safety may serve an election: a picture, which only a
    person can look at, a word of politics, an office holder by name or account."""
    if post.media is not None:
        return Message("outbox.picture_for_a_person")
    return _fault_of_words(context, session, post.text)


def _fault_of_words(context: Context, session: Session, text: str) -> Message | None:
    """The same of words alone."""
    listed = protected_topics.protected_topic_in(index_form(text), "politics")
    if listed is not None:
        return Message("outbox.politics_in_words", {"word": listed.word})
    named = {handle.lower().rstrip(".") for handle in _HANDLE.findall(text)}
    if offices := registry.office_handles(session, named):
        return Message("outbox.names_office_account", {"handle": offices[0]})
    try:
        holder = _office_holder(context, text, named)
    except SocialcellError as error:
        return Message("outbox.people_unreadable", {"reason": error})
    return Message("outbox.names_office_holder", {"name": holder}) if holder else None


def _office_holder(context: Context, text: str, handles: set[str]) -> str | None:
    """The first office holder of the workspace's people.csv whom a text names, with a
    case ending or without, or whose account it does. SocialcellError: the file cannot
    be read."""
    form = f" {index_form(text)}"
    for person in public_people.load(context.workspace.folder / public_people.FILE):
        names = (person.name_en, person.name_mr, person.name_hi, *person.aliases)
        if person.kind == "office_holder" and (
            any(f" {index_form(name)}" in form for name in names)
            or not handles.isdisjoint(handle.lower() for handle in person.handles)
        ):
            return person.name_en
    return None


def _election_at(context: Context, at: datetime) -> Message | None:
    day = at.astimezone(IST).date()
    window = quiet_days.election_on(day, context.workspace.config.planning.elections)
    if window is None:
        return None
    first, last = window
    return Message("outbox.in_election", {"day": day, "first": first, "last": last})
