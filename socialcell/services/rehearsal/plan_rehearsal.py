"""The rehearsal's planner: creators entered, their audiences seen, a plan approved.

Each step is done where it has not been done, so a rehearsal that was interrupted goes
on, and one that is over changes nothing.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from socialcell import db
from socialcell.campaigns.creators.store import creator_entries
from socialcell.campaigns.outreach import plan_approval
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import MoneyDocument
from socialcell.errors import SocialcellError
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.creators import creator_audiences, creator_registry
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outreach import outreach_entry, plan_approvals
from socialcell.services.planning import plan_creation
from socialcell.services.privacy import account_registry
from socialcell.services.rehearsal import sample_operators

_DAYS = 90  # days of posts that are looked at
_EVIDENCE = "https://www.city.example/creators"


@dataclass(frozen=True)
class PlanFiles:
    """What a cell has in hand before it plans; `accounts` are (platform, handle) of the
    creators."""

    registry: Path
    accounts: Sequence[tuple[str, str]]
    comments: Path
    mapping: Path
    initiative: Path


class RehearsedChoice(TypedDict):
    """The people whom the chosen creators reach, and the share of what is possible."""

    reach: float
    ratio: float


class RehearsedPlan(TypedDict):
    """A plan in figures: creators tagged and chosen, tags by state, the approver."""

    campaign: str
    creators: list[str]
    chosen: list[str]
    choice: RehearsedChoice
    reach: float
    cost: MoneyDocument
    tags: int
    states: dict[str, int]
    approved_by: str | None


def run_plan(context: Context, campaign: str, files: PlanFiles) -> RehearsedPlan:
    """A plan for the coming weeks, approved by a second person, its first creator
    asked; what it says, in figures."""
    sample_operators.ensure(context)
    with db.reading(context.engine) as session:
        creators, planned = (
            creator_entries.all_creators(session),
            store.find_plan(session, campaign),
        )
    if not creators:
        _register(context, files.accounts)
        creator_registry.import_creators(context, files.registry)
    moment = context.clock.now().timestamp()
    os.utime(files.comments, (moment, moment))  # an export of the last day
    file_import.import_file(context, files.comments, mapping=files.mapping)
    tag_waiting(context)
    if planned is None:
        creator_audiences.sketch_audiences(context, _DAYS)
        maker = sample_operators.acting_as(context, sample_operators.MAKER)
        plan_creation.create_plan(maker, files.initiative)
    if _plan_state(context, campaign)["approved_by"] is None:
        broken = plan_approvals.approve_plan(_approver(context), campaign).broken
        if broken:
            raise SocialcellError(
                "rehearsal.plan_breaks_rules", reason=broken[0].problem
            )
    if not _plan_state(context, campaign)["states"].get("contacted"):
        outreach_entry.enter_step(_approver(context), campaign, 1, "contacted")
    return _plan_state(context, campaign)


def _register(context: Context, accounts: Sequence[tuple[str, str]]) -> None:
    """Enter the creators' accounts: one operator proposes them, the other approves."""
    maker = sample_operators.acting_as(context, sample_operators.MAKER)
    approver = _approver(context)
    waits = {
        (row.platform, row.handle) for row in account_registry.list_waiting(context)
    }
    for platform, handle in accounts:
        if account_registry.find_account(context, platform, handle) is not None:
            continue  # an interrupted rehearsal entered it
        if (platform, handle) not in waits:
            account_registry.propose_account(
                maker,
                platform,
                handle,
                name=None,
                person_class="creator",
                evidence=f"{_EVIDENCE}/{handle}",
            )
        account_registry.approve_account(approver, platform, handle)


def _approver(context: Context) -> Context:
    return sample_operators.acting_as(context, sample_operators.APPROVER)


def _plan_state(context: Context, campaign: str) -> RehearsedPlan:
    with db.reading(context.engine) as session:
        plan_row = store.find_plan(session, campaign)
        assert plan_row is not None
        by_tag = plan_approval.steps_by_tag(session, plan_row).values()
        states = [plan_approval.state_of(tag_steps) for tag_steps in by_tag]
        tagged = {tag.creator for tag, _link in store.tags(session, plan_row)}
        approved = outreach_store.newest_approval(session, plan_row)
        return {
            "campaign": campaign,
            "creators": sorted(tagged),
            "chosen": sorted(
                tag_steps["creator"] for tag_steps in plan_row.choice["chosen"]
            ),
            "choice": {
                "reach": plan_row.choice["reach"],
                "ratio": plan_row.choice["ratio"],
            },
            "reach": plan_row.calendar["reach"],
            "cost": plan_row.calendar["cost"],
            "tags": len(states),
            "states": {state: states.count(state) for state in sorted(set(states))},
            "approved_by": None if approved is None else approved.by,
        }
