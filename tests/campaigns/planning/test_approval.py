"""Plans approved by a second person, and why a post may not go out."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.campaigns.outreach import plan_approval
from socialcell.campaigns.outreach.model import PlanApproval
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import PlanTag
from socialcell.campaigns.planning.store import NoPlan
from socialcell.config import Workspace
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import Actor, os_account
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.links import tracked_links
from socialcell.services.outreach import plan_approvals
from socialcell.services.outreach.step_checks import StepDetails
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    NAME,
    approved,
    change,
    number_of,
    planned,
    put,
    rules,
)
from tests.operators import acting, operator

pytestmark = pytest.mark.swept_on_postgresql


def why_not(context: Context, creator: str = "dev", **said: Any) -> list[str]:
    with db.reading(context.engine) as session:
        plan = store.find_plan(session, NAME)
        assert plan is not None
        post = next(t for t, _ in store.tags(session, plan) if t.creator == creator)
        settings = context.workspace.config.planning
        reasons = plan_approval.reasons_against(
            session, plan, post, settings=settings, **said
        )
        return [str(reason) for reason in reasons]


def test_a_second_person_approves_what_a_plan_holds(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)

    decision = agreed.approve(made, note="seen with the lead")

    assert (decision.new, decision.by, decision.broken) == (True, "meera", ())
    assert [one.state for one in agreed.steps(made)] == ["approved", "approved"]
    (entry,) = agreed.audited(made, "campaign.approve")
    with db.reading(made.engine) as session:
        (given,) = session.exec(select(PlanApproval)).all()
        assert entry.operator_id == operator(made, "meera").id
        assert (given.by, given.note) == ("meera", "seen with the lead")
        assert entry.detail == {
            "version": 1,
            "by": "meera",
            "content": given.content,
            "made_by_operator": city.actor.id,
        }


def test_who_made_a_plan_cannot_approve_it(city: Context, folder: Path) -> None:
    made = planned(city, folder)

    with pytest.raises(UsageError, match="a second person approves it"):
        agreed.approve(made, "lead")
    assert agreed.steps(made) == []


def test_another_name_of_the_same_account_is_no_second_person(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    renamed = replace(made, actor=replace(made.actor, name="meera"))
    unsigned = replace(made, actor=Actor(None, "meera"))

    with pytest.raises(UsageError, match="a second person approves it"):
        plan_approvals.approve_plan(renamed, NAME)
    with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
        plan_approvals.approve_plan(unsigned, NAME)

    assert agreed.audited(made, "campaign.approve") == []
    assert agreed.steps(made) == []


def test_who_has_no_role_of_an_approver_does_not_approve(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    viewer = acting(made, "ravi", Role.VIEWER)

    with pytest.raises(SocialcellError, match="ravi has none of these roles now"):
        plan_approvals.approve_plan(viewer, NAME)
    assert agreed.approve(acting(made, "sana", Role.APPROVER), "sana").new


def test_an_approver_of_one_ward_does_not_approve_a_plan_of_the_city(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    ward = acting(made, "ravi", Role.APPROVER, scope="ward:kothrud-bavdhan")

    with pytest.raises(SocialcellError, match="The role of ravi counts for ward:"):
        plan_approvals.approve_plan(ward, NAME)


def test_a_plan_that_nobody_signed_in_made_cannot_be_approved(
    city: Context, folder: Path
) -> None:
    made = planned(replace(city, actor=os_account()), folder)

    with pytest.raises(SocialcellError, match="Nobody who had signed in made version"):
        agreed.approve(made)

    assert agreed.audited(made, "campaign.approve") == []
    again = planned(city, folder)
    assert agreed.approve(again).version == 2


def strict(context: Context, *names: str) -> Context:
    """The same workspace where influencers.approvers names these operators."""
    config = context.workspace.config
    influencers = config.influencers.model_copy(update={"approvers": names})
    changed = config.model_copy(update={"influencers": influencers})
    return replace(context, workspace=Workspace(context.workspace.folder, changed))


def test_only_whom_the_settings_name_approves(city: Context, folder: Path) -> None:
    made = strict(planned(city, folder), "lead", "Meera")

    with pytest.raises(SocialcellError, match="ravi is none of them"):
        agreed.approve(made, "ravi")
    assert agreed.approve(made, "meera").new


def test_where_the_settings_name_nobody_every_approver_approves(
    city: Context, folder: Path
) -> None:
    made = strict(planned(city, folder))

    with pytest.raises(SocialcellError, match="sana has none of these roles now"):
        plan_approvals.approve_plan(acting(made, "sana", Role.VIEWER), NAME)
    assert agreed.approve(made, "ravi").new


def test_without_a_plan_there_is_nothing_to_approve(city: Context) -> None:
    with pytest.raises(NoPlan, match="campaigns plan FILE"):
        agreed.approve(city)


def test_asked_again_an_approval_stays_as_it_was(city: Context, folder: Path) -> None:
    made = approved(city, folder)

    again = agreed.approve(made, "ravi")

    assert (again.new, again.broken) == (False, ())
    assert len(agreed.audited(made, "campaign.approve")) == 1


def test_a_dry_run_tells_and_approves_nothing(city: Context, folder: Path) -> None:
    made = planned(city, folder)

    assert agreed.approve(made, dry_run=True).broken == ()
    assert agreed.steps(made) == []
    assert agreed.audited(made, "campaign.approve") == []


def test_a_refusal_is_in_the_audit_log_with_the_rules(
    city: Context, folder: Path
) -> None:
    made = agreed.city_with(
        planned(city, folder), elections=[["2026-11-25", "2027-01-05"]]
    )

    assert set(rules(made)) == {"election"}
    (entry,) = agreed.audited(made, "campaign.approve.refused")
    assert entry.detail == {"version": 1, "by": "meera", "rules": ["election"]}


def test_nothing_goes_out_of_a_plan_that_nobody_approved(
    city: Context, folder: Path
) -> None:
    first, second = why_not(planned(city, folder))

    assert first.startswith("Version 1 of the plan is not approved")
    assert second.endswith("is proposed: only what is scheduled goes out.")


def test_what_is_scheduled_of_an_approved_plan_goes_out(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder)
    n = number_of(made, "dev")
    agreed.come_to(made, n, "contacted")
    assert why_not(made) == [f"Tag {n} is contacted: only what is scheduled goes out."]

    agreed.enter(made, n, "accepted", StepDetails(link=agreed.LETTER))
    agreed.enter(made, n, "scheduled", StepDetails(tool=True))

    assert why_not(made) == []
    text = next(one.text for one in agreed.tags(made) if one.creator == "dev")
    assert why_not(made, words=text) == []
    assert why_not(made, words=f"{text}!") == [
        f"The words of tag {n} are not those that were approved."
    ]


def test_a_next_version_needs_approval_again(city: Context, folder: Path) -> None:
    made = approved(city, folder)
    agreed.come_to(made, number_of(made, "dev"), "scheduled")
    with db.reading(made.engine) as session:
        old = store.find_plan(session, NAME)
        assert old is not None
        post = next(t for t, _ in store.tags(session, old) if t.creator == "dev")
        session.expunge_all()
    planned(made, folder)

    assert [one.partition(":")[0] for one in why_not(made)] == [
        "Version 2 of the plan is not approved"
    ]
    with db.reading(made.engine) as session:
        reason = plan_approval.reasons_against(session, old, post)[0]
        assert str(reason) == "Version 2 of the plan replaces 1."
    # What is agreed with the creator is the same: approved again, it may go out.
    assert agreed.approve(made).new
    assert why_not(made) == []


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    "values",
    [
        {"text": "#जाहिरात #Ad other words"},
        {"day": date(2026, 12, 2)},
        {"cost_micros": 1},
        {"channel": "youtube"},
    ],
)
def test_a_changed_tag_needs_approval_again(
    city: Context, folder: Path, values: dict[str, Any]
) -> None:
    made = approved(city, folder)
    change(made, PlanTag, **values)

    assert why_not(made)[0].startswith("The plan was changed since meera approved it")


def test_a_link_that_leads_elsewhere_needs_approval_again(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder)
    tracked_links.edit_link(
        made,
        agreed.code_of(made, "dev"),
        {"web": "https://other.example/"},
        "a new page",
    )

    assert why_not(made)[0].startswith("The plan was changed since meera approved it")


def test_a_creator_who_is_forgotten_does_not_undo_the_approval_of_others(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder)
    agreed.come_to(made, number_of(made, "dev"), "scheduled")
    creator_registry.forget_creator(made, "chitra", "asked for it")

    assert why_not(made) == []
    assert any("no longer in the registry" in one for one in why_not(made, "chitra"))


def test_what_a_creator_said_since_counts(city: Context, folder: Path) -> None:
    made = approved(city, folder)
    agreed.come_to(made, number_of(made, "dev"), "scheduled")
    put(made, "dev", consent="refused", public_because="sings on the city's stage")

    found = why_not(made)

    assert found[0] == "dev has not agreed (consent: refused)."
    assert "stands for good" in found[1]


def test_an_election_that_was_announced_since_holds_what_is_scheduled(
    city: Context, folder: Path
) -> None:
    made = approved(city, folder)
    agreed.come_to(made, number_of(made, "dev"), "scheduled")
    later = agreed.city_with(made, elections=[["2026-11-25", "2027-01-05"]])

    assert why_not(made) == []
    assert "is within an election" in why_not(later)[0]
