"""The facts that the rules of outreach check: plan, registry, days and rates."""

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
from socialcell.campaigns.planning.calendar_problem import ClosedDays, span
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.json_types import JsonValue, as_list, as_text
from socialcell.message_catalog import Message
from socialcell.ops import outbox_store
from socialcell.settings.campaigns import Planning

PERSON_KINDS = ("celebrity", "creator")
Tag = tuple[PlanTag, TrackedLink]


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """A violated rule: its id, the tag (None: the whole plan), what is wrong, and the
    rule's source."""

    rule: str
    n: int | None
    problem: Message
    source: str

    @property
    def message(self) -> Message:
        """The problem with the tag and the source."""
        if self.n is None:
            return Message(
                "outreach.plan_violation",
                {"problem": self.problem, "source": self.source},
            )
        return Message(
            "outreach.tag_violation",
            {"tag": self.n, "problem": self.problem, "source": self.source},
        )

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class PlanFacts:
    """The facts that the rules check, read in one transaction."""

    plan: Plan
    settings: Planning
    creators: Mapping[str, Creator]
    public: Mapping[str, str | None]  # creator → why somebody counts as public
    connection_by: Mapping[str, str | None]
    flagged: Mapping[str, str]
    rates: Mapping[int, int | None]  # n of a tag → the agreed rate in micros
    spent_elsewhere: Callable[[str, str, date, date], int]
    closed: Mapping[date, ClosedDays] = field(default_factory=dict)


def facts_of(
    session: Session, plan: Plan, tags: Sequence[Tag], settings: Planning
) -> PlanFacts:
    """The facts of a plan and these tags. `settings` are the current ones."""
    keys = sorted({tag.creator for tag, _ in tags})
    start = _day(plan.brief["start"])
    creators_by_key = {
        creator.id: creator
        for creator in creators.creators(
            session, start, keys, with_history=False, with_posts=False
        )
    }
    rows = entries.find_all(session, keys)
    flag_by_account = {
        (row.platform, row.handle): row.flag for row in flags.standing_flags(session)
    }
    last = max((tag.day for tag, _ in tags), default=start)
    histories = creators.rate_histories(session, last)
    rates: dict[int, int | None] = {}
    for tag, _ in tags:
        row = rows.get(tag.creator)
        history = histories.get(row.id, {}).get(tag.format, ()) if row else ()
        in_force = [rate for rate in history if rate.since <= tag.day]
        rates[tag.n] = in_force[-1].micros if in_force else None
    return PlanFacts(
        plan,
        settings,
        creators_by_key,
        {key: row.public_because for key, row in rows.items()},
        {key: row.connection_by for key, row in rows.items()},
        {
            creator.id: flag_by_account[account.platform, account.handle]
            for creator in creators_by_key.values()
            for account in creator.accounts
            if (account.platform, account.handle) in flag_by_account
        },
        rates,
        partial(_spent_elsewhere, session, plan.campaign),
        _closed_days(session, plan, settings),
    )


def _spent_elsewhere(
    session: Session, campaign: str, creator: str, channel: str, first: date, last: date
) -> int:
    return store.spent_elsewhere(session, creator, channel, first, last, campaign)


def _closed_days(
    session: Session, plan: Plan, settings: Planning
) -> dict[date, ClosedDays]:
    brief = plan.brief
    first, last = _day(brief["start"]), _day(brief["end"])
    switch = outbox_store.mode(session)
    closed = special.closed_days(
        span(first, last),
        open_on=[_day(day) for day in as_list(brief["open_on"])],
        blackout=[_day(day) for day in as_list(brief["blackout"])],
        elections=settings.elections,
        own=settings.days,
        switch=switch.mode if switch else "normal",
    )
    return {day: rule for rule in closed for day in rule.days}


def _day(day: JsonValue) -> date:
    return date.fromisoformat(as_text(day))


def settings_of(plan: Plan) -> Planning:
    """The settings with which the plan was made."""
    settings = {k: v for k, v in plan.settings.items() if k in Planning.model_fields}
    return Planning.model_validate(settings)
