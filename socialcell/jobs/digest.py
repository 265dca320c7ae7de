"""One hash over what the whole database says: mentions and daily figures."""

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes_model import (
    Campaign,
    OutcomeDay,
    Restatement,
    VisitDay,
)
from socialcell.listening.store import digest as listening

_MODELS = (AdDay, SearchDay, StoreDay, Campaign, OutcomeDay, VisitDay, Restatement)
_FIGURES = tuple(db.table(model) for model in _MODELS)


def digest(session: Session) -> str:
    """SHA-256, hexadecimal: equal content, equal hash."""
    return listening.digest(session, _FIGURES)


def table_digests(session: Session) -> dict[str, str]:
    """The same by table, to find where two databases differ."""
    return listening.table_digests(session, _FIGURES)
