"""One hash over what the whole database says: mentions, cases, figures and links."""

from sqlmodel import Session

from socialcell.campaigns.campaign_digest import FIGURES
from socialcell.desk.desk_digest import CASES
from socialcell.listening.store import listening_digest as listening


def digest(session: Session) -> str:
    """SHA-256, hexadecimal: equal content, equal hash."""
    return listening.digest(session, (*FIGURES, *CASES))


def table_digests(session: Session) -> dict[str, str]:
    """The same by table, to find where two databases differ."""
    return listening.table_digests(session, (*FIGURES, *CASES))
