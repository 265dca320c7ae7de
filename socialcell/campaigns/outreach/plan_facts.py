"""The facts that the rules of outreach check: plan, registry, days and rates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial

from sqlmodel import Session

from socialcell.campaigns.creators.creator import Creator, Rate
from socialcell.campaigns.creators.store import creators, flags
from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.outreach.store.outreach import PlannedCost
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


@dataclass(frozen=True)
class RegistryFacts:
    """What the rules check of the registry, for several plans at once: creators by key
    with their rows, flags by account, rates by creator and format, the mode of the
    outbox, and what the newest plans cost."""

    rows: Mapping[str, StoredCreator]
    creators: Mapping[str, Creator]
    flags: Mapping[tuple[str, str], str]
    rates: Mapping[int, Mapping[str, Sequence[Rate]]]
    mode: str
    costs: Callable[[], Sequence[PlannedCost]]

    def spent_elsewhere(
        self, campaign: str, creator: str, channel: str, first: date, last: date
    ) -> int:
        """Micros that the newest plans of all campaigns but one hold for a creator on
        a channel, both days included."""
        return sum(
            cost.cost_micros
            for cost in self.costs()
            if cost.campaign != campaign
            and (cost.creator, cost.channel) == (creator, channel)
            and first <= cost.day <= last
        )


def read_registry(session: Session, tags: Sequence[Tag]) -> RegistryFacts:
    """The facts of the creators of these tags, of any plans, in at most five
    statements; what plans cost is read where it is asked for."""
    keys = {tag.creator for tag, _ in tags}
    last = max((tag.day for tag, _ in tags), default=date.min)
    registered = creators.registered_creators(session, keys)
    histories = creators.rate_histories(session, last)
    return RegistryFacts(
        {entry.row.key: entry.row for entry in registered},
        {
            entry.row.key: entry.as_creator(
                {
                    format_: history[-1]
                    for format_, history in histories.get(entry.row.id, {}).items()
                }
            )
            for entry in registered
        },
        {
            (flag.platform, flag.handle): flag.flag
            for flag in flags.standing_flags(session)
        },
        histories,
        outbox_store.mode_name(session),
        cache(partial(store.planned_costs, session)),
    )


def facts_of(
    plan: Plan, tags: Sequence[Tag], settings: Planning, registry: RegistryFacts
) -> PlanFacts:
    """The facts of a plan and these tags. `settings` are the current ones."""
    keys = {tag.creator for tag, _ in tags}
    creators_by_key = {
        key: creator for key, creator in registry.creators.items() if key in keys
    }
    rates: dict[int, int | None] = {}
    for tag, _ in tags:
        row = registry.rows.get(tag.creator)
        history = registry.rates.get(row.id, {}).get(tag.format, ()) if row else ()
        in_force = [rate for rate in history if rate.since <= tag.day]
        rates[tag.n] = in_force[-1].micros if in_force else None
    return PlanFacts(
        plan,
        settings,
        creators_by_key,
        {key: row.public_because for key, row in registry.rows.items()},
        {key: row.connection_by for key, row in registry.rows.items()},
        {
            creator.id: registry.flags[account.platform, account.handle]
            for creator in creators_by_key.values()
            for account in creator.accounts
            if (account.platform, account.handle) in registry.flags
        },
        rates,
        partial(registry.spent_elsewhere, plan.campaign),
        _closed_days(plan, settings, registry.mode),
    )


def _closed_days(plan: Plan, settings: Planning, mode: str) -> dict[date, ClosedDays]:
    brief = plan.brief
    first, last = _day(brief["start"]), _day(brief["end"])
    closed = special.closed_days(
        span(first, last),
        open_on=[_day(day) for day in as_list(brief["open_on"])],
        blackout=[_day(day) for day in as_list(brief["blackout"])],
        elections=settings.elections,
        own=settings.days,
        switch=mode,
    )
    return {day: rule for rule in closed for day in rule.days}


def _day(day: JsonValue) -> date:
    return date.fromisoformat(as_text(day))


def settings_of(plan: Plan) -> Planning:
    """The settings with which the plan was made."""
    settings = {k: v for k, v in plan.settings.items() if k in Planning.model_fields}
    return Planning.model_validate(settings)
