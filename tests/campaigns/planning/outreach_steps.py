"""Steps that a person enters for dev's tag, and how tag and creator stand then."""

from datetime import date
from typing import Any

from socialcell import db
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.services.context import Context
from socialcell.services.outreach import outreach_entry
from socialcell.services.outreach import outreach_view as view
from socialcell.services.outreach.step_checks import StepDetails
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import NAME, number_of


def step(
    context: Context, state: str, n: int | None = None, **details: Any
) -> outreach_entry.EnteredStep:
    """Enter a step of a tag, of dev's where no number is given."""
    n = number_of(context, "dev") if n is None else n
    return agreed.enter(context, n, state, StepDetails(**details))


def state_of(context: Context, creator: str = "dev") -> str:
    """The state of a creator's tag."""
    tags = view.list_tags(context, NAME)["tags"]
    return next(tag["state"] for tag in tags if tag["creator"] == creator)


def dev(context: Context) -> Creator:
    """What the registry says of dev."""
    with db.reading(context.engine) as session:
        creator = creator_store.creator(session, "dev", date(2026, 11, 23))
    assert creator is not None
    return creator
