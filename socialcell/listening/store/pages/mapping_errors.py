"""Items that could not be mapped, counted by what ails them: their signature."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import RawItem

RAW = db.table(RawItem).c
# A wave is over when none of its kind has come for so long.
CALM = timedelta(days=1)
_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


@dataclass(frozen=True)
class Wave:
    """Items of one platform that fail in one way, with no day without one between."""

    platform: str
    signature: str
    first: datetime
    last: datetime
    items: int


def signature(reason: str) -> str:
    """What ails an item, without the values that differ from one to the next."""
    return _VALUE.sub("…", reason)


def waves(session: Session, since: datetime) -> list[Wave]:
    """Waves of quarantined items that were still going on at `since`, newest first."""
    rows = session.execute(
        select(RAW.platform, RAW.reason, RAW.received_at)
        .where(RAW.state == "quarantined")
        .order_by(RAW.received_at, RAW.id)
    )
    times: dict[tuple[str, str], list[datetime]] = {}
    for platform, reason, at in rows:
        times.setdefault((platform, signature(reason or "")), []).append(at)
    found_waves = [
        Wave(platform, wave_reason, spell[0], spell[-1], len(spell))
        for (platform, wave_reason), moments in times.items()
        for spell in _time_spans(moments)
        if spell[-1] >= since
    ]
    return sorted(found_waves, key=lambda wave: wave.last, reverse=True)


def _time_spans(moments: list[datetime]) -> Iterator[list[datetime]]:
    """Runs of moments without a calm between them."""
    spell: list[datetime] = []
    for at in moments:
        if spell and at - spell[-1] > CALM:
            yield spell
            spell = []
        spell.append(at)
    if spell:
        yield spell
