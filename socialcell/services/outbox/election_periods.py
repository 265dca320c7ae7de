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
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.text import index_form

_HANDLE = re.compile(r"(?<![\w@.])@([\w.]+)")


def why_held(
    context: Context, session: Session, post: OwnPost, at: datetime
) -> str | None:
    """Why a post that no person released is held at a moment, as a sentence:
    `planning.elections` has its day, or the switch is set to election and it breaks a
    rule of that mode. None: no election is in the way.
    """
    on = _election_at(context, at)
    if post.outgoing_kind == "safety":
        if on is None and outbox.mode_in(session) == "election":
            on = "The switch is set to election"
        fault = on and _fault(context, session, post)
        return f"{on}, and {fault}: socialcell outbox release" if fault else None
    if post.outgoing_kind not in outbox.HELD["election"]:
        return None
    return on and f"{on}: socialcell outbox release"


def refuse_safety(context: Context, words: str) -> None:
    """UsageError for words marked as safety that may serve an election, while one is
    on by `planning.elections` or the switch."""
    with db.reading(context.engine) as session:
        on = _election_at(context, context.clock.now())
        if on is None and outbox.mode_in(session) == "election":
            on = "The switch is set to election"
        fault = on and _fault_of_words(context, session, words)
    if fault:
        raise UsageError(f"{on}, and {fault}: nothing was sent.")


def refuse_in_election(context: Context, post: OwnPost) -> None:
    """UsageError for a post that is planned for an election. A notice may be entered:
    people must hear of a closure, and a person releases it when its time has come."""
    on = _election_at(context, post.due_at) if post.kind == "post" else None
    if on is not None:
        raise UsageError(
            f"{on}. Under the code of conduct the cell posts nothing of its own: "
            "plan it for another day. Answers and notices may be entered; notices "
            "then wait for a person, unless they are marked as safety."
        )


def _fault(context: Context, session: Session, post: OwnPost) -> str | None:
    """What in a post about safety may serve an election: a picture, which only a
    person can look at, a word of politics, an office holder by name or account."""
    if post.media is not None:
        return "whether its picture shows a leader or a symbol is for a person to see"
    return _fault_of_words(context, session, post.text)


def _fault_of_words(context: Context, session: Session, text: str) -> str | None:
    """The same of words alone."""
    listed = protected_topics.protected_topic_in(index_form(text), "politics")
    if listed is not None:
        return f"its words speak of politics ({listed.word})"
    named = {handle.lower().rstrip(".") for handle in _HANDLE.findall(text)}
    if offices := registry.office_handles(session, named):
        return f"it names an office holder's account (@{offices[0]})"
    try:
        holder = _office_holder(context, text, named)
    except SocialcellError as error:
        return f"whom it names cannot be looked up ({error})"
    return f"it names an office holder ({holder})" if holder else None


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


def _election_at(context: Context, at: datetime) -> str | None:
    day = at.astimezone(IST).date()
    window = quiet_days.election_on(day, context.workspace.config.planning.elections)
    if window is None:
        return None
    first, last = window
    return (
        f"{day} is within an election ({first} to {last}, planning.elections in "
        "config.yaml)"
    )
