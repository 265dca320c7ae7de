"""What the rules of outreach look at: the plan, the registry, the days, the rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sqlmodel import Session

from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.creators.store import creators, flags
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.planning import quiet_days as special
from socialcell.campaigns.planning.calendar_problem import Closed, span
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.ops import outbox_store
from socialcell.settings.campaigns import Planning

PEOPLE = ("celebrity", "creator")
Tag = tuple[PlanTag, TrackedLink]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold: its id, of which tag (None: of the plan), in words."""

    rule: str
    n: int | None
    words: str
    source: str

    def __str__(self) -> str:
        of = "" if self.n is None else f"Tag {self.n}: "
        return f"{of}{self.words} [{self.source}]"


@dataclass(frozen=True)
class Facts:
    """What the rules look at, read in one go."""

    plan: Plan
    settings: Planning
    creators: Mapping[str, Creator]
    public: Mapping[str, str | None]  # creator → why somebody counts as public
    connection_by: Mapping[str, str | None]
    flagged: Mapping[str, str]
    rates: Mapping[int, int | None]  # n of a tag → the agreed rate in micros
    elsewhere: Callable[[str, str, date, date], int]
    closed: Mapping[date, Closed] = field(default_factory=dict)


def facts_of(
    session: Session, plan: Plan, tags: Sequence[Tag], settings: Planning
) -> Facts:
    """All that the rules ask of a plan and these tags. `settings` are those of now."""
    keys = sorted({tag.creator for tag, _ in tags})
    start = date.fromisoformat(plan.brief["start"])
    known = {one.id: one for one in creators.creators(session, start, keys)}
    rows = {key: entries.find(session, key) for key in keys}
    standing = {
        (row.platform, row.handle): row.flag for row in flags.standing_flags(session)
    }
    rates: dict[int, int | None] = {}
    for tag, _ in tags:
        row = rows[tag.creator]
        rate = entries.rates(session, row.id, tag.day).get(tag.format) if row else None
        rates[tag.n] = rate.micros if rate else None
    return Facts(
        plan,
        settings,
        known,
        {key: row.public_because for key, row in rows.items() if row},
        {key: row.connection_by for key, row in rows.items() if row},
        {
            one.id: standing[account.platform, account.handle]
            for one in known.values()
            for account in one.accounts
            if (account.platform, account.handle) in standing
        },
        rates,
        partial(_elsewhere, session, plan.campaign),
        _closed(session, plan, settings),
    )


def _elsewhere(
    session: Session, but: str, creator: str, channel: str, first: date, last: date
) -> int:
    return store.spent(session, creator, channel, first, last, but)


def _closed(session: Session, plan: Plan, settings: Planning) -> dict[date, Closed]:
    brief = plan.brief
    first, last = (date.fromisoformat(brief[name]) for name in ("start", "end"))
    switch = outbox_store.mode(session)
    found = special.closed_days(
        span(first, last),
        open_on=[date.fromisoformat(day) for day in brief["open_on"]],
        blackout=[date.fromisoformat(day) for day in brief["blackout"]],
        elections=settings.elections,
        own=settings.days,
        switch=switch.mode if switch else "normal",
    )
    return {day: one for one in found for day in one.days}


def settings_of(plan: Plan) -> Planning:
    """What the plan was made with."""
    known = {k: v for k, v in plan.settings.items() if k in Planning.model_fields}
    return Planning.model_validate(known)
