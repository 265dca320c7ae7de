"""Consents that outreach writes to the registry of creators."""

from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session

from socialcell.campaigns.creators.store.creators import CREATOR


def set_consent(
    session: Session,
    creator_id: int,
    consent: str,
    on: date,
    now: datetime,
    *,
    evidence: str | None = None,
    cool_off_days: int | None = None,
) -> None:
    """Set a creator's consent from a day on. `cool_off_days` of a refusal; None: the
    stored number stays."""
    values: dict[str, str | int | date | None] = {
        "consent": consent,
        "consent_on": on,
        "consent_evidence": evidence,
        "changed_at": now,
    }
    if cool_off_days is not None:
        values["cool_off_days"] = cool_off_days
    statement = update(CREATOR).where(CREATOR.c.id == creator_id)
    session.execute(statement.values(**values))
