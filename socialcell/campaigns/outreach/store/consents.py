"""What outreach tells the registry of creators: asked, agreed, refused."""

from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session

from socialcell.campaigns.creators.store.creators import CREATOR


def state(
    session: Session,
    creator_id: int,
    consent: str,
    on: date,
    now: datetime,
    *,
    evidence: str | None = None,
    cool_off_days: int | None = None,
) -> None:
    """A creator's consent from a day on. `cool_off_days` of a refusal; None: what is
    held stays."""
    values: dict[str, object] = {
        "consent": consent,
        "consent_on": on,
        "consent_evidence": evidence,
        "changed_at": now,
    }
    if cool_off_days is not None:
        values["cool_off_days"] = cool_off_days
    told = update(CREATOR).where(CREATOR.c.id == creator_id)
    session.execute(told.values(**values))
