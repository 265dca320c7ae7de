"""A small plan that nothing stands against, and how far its tags have come."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlmodel import select, update

from socialcell import db
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import PlanTag
from socialcell.ops.model import AuditEntry
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_entry, plan_approvals
from socialcell.services.outreach.outreach_entry import EnteredStep
from socialcell.services.outreach.plan_approvals import ApprovalDecision
from socialcell.services.outreach.step_checks import StepDetails
from socialcell.services.planning import plan_creation
from socialcell.settings import Config
from tests.campaigns.planning import worlds
from tests.operators import acting

CARD: dict[str, Any] = {
    "id": "a card that tests have",
    "source": "a resolution that tests have",
    "valid_from": "2026-01-01",
    "classes": {"B": {"post": 9000, "month": {"instagram": 20000}}},
}
LETTER = "https://letters.example/12"
POST = "https://instagram.example/p/1"
WORDS = {"mr": "तक्रार नोंदवा, फोटो पाठवा.", "hi": "शिकायत दर्ज करें।"}
NAME = "monsoon26"


def city_with(context: Context, **planning_: Any) -> Context:
    """The city with its rate card, its accounts and a host for links."""
    said = {
        "links": {"address": "https://go.city.example"},
        "planning": {
            "handles": {"instagram": "pmcpune"},
            "rate_cards": [CARD],
            **planning_,
        },
    }
    workspace = type(context.workspace)(
        context.workspace.folder, Config.model_validate(said)
    )
    return replace(context, workspace=workspace)


def planned(context: Context, folder: Path, **changes: Any) -> Context:
    """A plan of two tags by whoever acts: chitra, then dev, or the other way round."""
    made = city_with(context)
    asset = {
        "name": "Install",
        "format": "post",
        "channels": ["instagram"],
        "words": WORDS,
        **changes.pop("asset", {}),
    }
    said = {
        **{"creators": ["chitra", "dev"], "wards": [], "languages": {}},
        "assets": [asset, *changes.pop("more", ())],
        **changes,
    }
    for key in ("chitra", "dev"):
        put(made, key, rate_post="2000")
    plan_creation.create_plan(made, worlds.initiative(folder, **said))
    return made


def approved(context: Context, folder: Path, **changes: Any) -> Context:
    made = planned(context, folder, **changes)
    decision = approve(made)
    assert decision.new, decision.broken
    return made


def approve(
    context: Context, by: str = "meera", note: str = "", *, dry_run: bool = False
) -> ApprovalDecision:
    """Approve the newest version, as another operator than the lead."""
    return plan_approvals.approve_plan(acting(context, by), NAME, note, dry_run=dry_run)


def enter(
    context: Context, n: int, state: str, details: StepDetails | None = None
) -> EnteredStep:
    """Enter a step of a tag, as the operator ravi."""
    return outreach_entry.enter_step(acting(context, "ravi"), NAME, n, state, details)


def put(context: Context, key: str, **said: str | None) -> None:
    """Change what the registry says of a creator; a rate is of the tests' card."""
    dated = {"rates_since": "2026-01-01"} if any("rate" in one for one in said) else {}
    creator_registry.put_creator(context, {"key": key, **dated, **said})


def number_of(context: Context, creator: str) -> int:
    """Of a creator's tag in the newest plan."""
    return next(one.n for one in tags(context) if one.creator == creator)


def tags(context: Context) -> list[PlanTag]:
    with db.reading(context.engine) as session:
        plan = store.find_plan(session, NAME)
        assert plan is not None
        found = [tag for tag, _ in store.tags(session, plan)]
        session.expunge_all()
    return found


def code_of(context: Context, creator: str) -> str:
    """Of the link of a creator's tag."""
    with db.reading(context.engine) as session:
        plan = store.find_plan(session, NAME)
        assert plan is not None
        return next(
            link.code
            for tag, link in store.tags(session, plan)
            if tag.creator == creator
        )


def come_to(context: Context, n: int, state: str) -> None:
    """Take an approved tag on to a state, by the usual way."""
    way: Sequence[tuple[str, StepDetails]] = (
        ("contacted", StepDetails()),
        ("accepted", StepDetails(link=LETTER)),
        ("scheduled", StepDetails(tool=True)),
        ("posted", StepDetails(link=POST, label=True)),
    )
    if state == "declined":
        way = (*way[:1], ("declined", StepDetails(note="no time")))
    for step, told in way:
        enter(context, n, step, told)
        if step == state:
            return


def steps(context: Context) -> list[OutreachStep]:
    with db.reading(context.engine) as session:
        asked = select(OutreachStep).order_by(OutreachStep.id)
        found = list(session.exec(asked))
        session.expunge_all()
    return found


def audited(context: Context, action: str) -> list[AuditEntry]:
    with db.reading(context.engine) as session:
        asked = select(AuditEntry).where(AuditEntry.action == action)
        found = list(session.exec(asked.order_by(AuditEntry.seq)))
        session.expunge_all()
    return found


def rules(context: Context, by: str = "meera") -> dict[str, str]:
    """Rule that stands against the plan → in words."""
    return {violation.rule: str(violation) for violation in approve(context, by).broken}


def change(context: Context, model: Any, **values: Any) -> None:
    """Change rows behind everybody's back."""
    with db.writing(context.engine) as session:
        session.execute(update(model).values(**values))
