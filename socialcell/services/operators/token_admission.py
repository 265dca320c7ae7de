"""Whether a request to the API may be answered: its token, and how often it asks."""

from dataclasses import dataclass

from socialcell import db
from socialcell.clock import IST
from socialcell.identity import token_store
from socialcell.ops.web import throttle
from socialcell.ops.web.throttle import Allowance
from socialcell.roles import ALL
from socialcell.services.context import Context

REQUESTS, SECONDS = 60, 60
"""So many requests of a token in so many seconds."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a token may read, of which place (`all`, or the id of a ward office or
    department), and how many requests it has left."""

    name: str
    scopes: frozenset[str]
    place: str
    allowance: Allowance

    @property
    def places(self) -> tuple[str, ...] | None:
        """The place as filters of mentions take it; None: the whole city."""
        return None if self.place == ALL else (self.place,)


def admit(context: Context, text: str) -> Admission | None:
    """Count a request with a token; None: the token is unknown, over, revoked, or its
    maker was disabled.

    A token lasts when the role of whoever made it has only ended: it was made
    lawfully, and ends within a year. Whoever is disabled may have kept a copy.
    """
    now = context.clock.now()
    with db.reading(context.engine) as session:
        row = token_store.usable_token(session, text, now)
        if row is None:
            return None
        id_, name, scopes, place = row.id or 0, row.name, row.scopes, row.place
    with db.writing(context.engine) as session:
        key = f"api token {id_}"
        allowance = throttle.take(session, key, REQUESTS, SECONDS, now)
        token_store.note_use(session, id_, now.astimezone(IST).date())
    return Admission(name, frozenset(scopes), place, allowance)
