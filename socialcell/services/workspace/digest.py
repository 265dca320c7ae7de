"""One hash over what the whole database says: mentions, cases, figures and links."""

from collections.abc import Mapping

from sqlmodel import Session

from socialcell.campaigns.campaign_digest import FIGURES
from socialcell.desk.desk_digest import CASES
from socialcell.listening.store import listening_digest as listening


def digest(session: Session) -> str:
    """SHA-256, hexadecimal: equal content, equal hash."""
    return listening.digest(session, (*FIGURES, *CASES))


def whole_digest(tables: Mapping[str, str]) -> str:
    """The same of what `table_digests` gave."""
    return listening.whole_digest(tables)


def table_digests(session: Session) -> dict[str, str]:
    """The same by table, to find where two databases differ."""
    return listening.table_digests(session, (*FIGURES, *CASES))
