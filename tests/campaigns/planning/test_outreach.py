"""Steps of a tag: which may follow which, who enters them, and that they are kept."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import update

from socialcell import db
from socialcell.campaigns.outreach import tag_states as states
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.config import Workspace
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import os_account
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.outreach import outreach_entry
from socialcell.services.outreach import outreach_view as view
from socialcell.services.outreach.step_checks import StepNotAllowed
from socialcell.services.workspace import digest
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    LETTER,
    NAME,
    POST,
    come_to,
    number_of,
    planned,
)
from tests.campaigns.planning.outreach_steps import state_of, step
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql

ALLOWED = {
    *{("proposed", "approved"), ("approved", "contacted")},
    *{("contacted", "accepted"), ("contacted", "declined")},
    *{("accepted", "scheduled"), ("accepted", "declined")},
    *{("scheduled", "posted"), ("scheduled", "declined")},
    *{("posted", "posted"), ("posted", "measured")},
}


@pytest.mark.parametrize(
    ("now", "then"), list(itertools.product(states.STATES, repeat=2))
)
def test_a_state_follows_another_or_the_refusal_names_those_that_can(
    now: str, then: str
) -> None:
    if (now, then) in ALLOWED:
        states.require_transition(now, then, 1, "monsoon26")
        return
    refusal = f"Tag 1 of monsoon26 is {now} and cannot become"
    with pytest.raises(UsageError, match=refusal) as why:
        states.require_transition(now, then, 1, "monsoon26")
    for may in {b for a, b in ALLOWED if a == now and b in states.MANUAL_STATES}:
        assert may in str(why.value)


def test_a_tag_goes_its_way_and_every_step_is_kept_and_sealed(ready: Context) -> None:
    n = number_of(ready, "dev")
    come_to(ready, n, "posted")

    mine = [one for one in agreed.steps(ready) if one.by == "ravi"]
    way = ["contacted", "accepted", "scheduled", "posted"]
    assert [one.state for one in mine] == way
    assert [one.evidence for one in mine] == [None, LETTER, None, POST]
    for state in way:
        (entry,) = agreed.audited(ready, f"outreach.{state}")
        assert (entry.object, entry.actor) == (NAME, "ravi")
        assert (entry.detail["tag"], entry.detail["by"]) == (n, "ravi")
        assert len(entry.detail["seal"]) == 64
        assert "dev" not in str(entry.detail)
    with db.reading(ready.engine) as session:
        assert audit.verify(session).ok


def test_two_who_enter_the_same_step_at_once_enter_it_once(ready: Context) -> None:
    n, ready_both = number_of(ready, "dev"), Barrier(2)

    def enter(context: Context) -> bool:
        ready_both.wait()
        try:
            outreach_entry.enter_step(context, NAME, n, "contacted")
        except UsageError:
            return False
        return True

    contexts = [acting(ready, name) for name in ("ravi", "sana")]
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(enter, contexts)) == [False, True]
    assert [one.state for one in agreed.steps(ready)].count("contacted") == 1


def test_a_step_that_was_altered_since_is_told(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "accepted")
    come_to(ready, number_of(ready, "chitra"), "contacted")
    assert altered(ready) == []
    with db.writing(ready.engine) as session:
        found = update(OutreachStep).where(OutreachStep.state == "accepted")
        session.execute(found.values(evidence="https://other.example"))

    assert altered(ready) == ["accepted"]


def altered(context: Context) -> list[str]:
    tags = view.list_tags(context, NAME)["tags"]
    return [state for one in tags for state in one["altered"]]


def test_approvals_and_steps_are_of_what_a_database_says(ready: Context) -> None:
    def digests() -> dict[str, str]:
        with db.reading(ready.engine) as session:
            return digest.table_digests(session)

    before = digests()
    come_to(ready, number_of(ready, "dev"), "contacted")
    after = digests()

    assert {name for name in after if after[name] != before[name]} >= {"outreach_step"}
    assert after["plan_approval"] == before["plan_approval"]


def test_a_step_too_far_is_refused_and_leaves_nothing(ready: Context) -> None:
    before = len(agreed.steps(ready))

    with pytest.raises(
        UsageError, match=r"is approved and cannot become posted\. It can"
    ):
        step(ready, "posted", link=POST)
    assert len(agreed.steps(ready)) == before


def test_before_approval_nobody_is_contacted(city: Context, folder: Path) -> None:
    with pytest.raises(UsageError, match="First the plan is approved"):
        step(planned(city, folder), "contacted")


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("state", ["approved", "measured", "proposed", "sent"])
def test_what_is_no_step_of_a_person_names_those_that_are(
    ready: Context, state: str
) -> None:
    with pytest.raises(UsageError, match="contacted, accepted, declined, scheduled"):
        step(ready, state)


@pytest.mark.swept_on_postgresql
def test_a_tag_that_is_not_there_says_which_are(ready: Context) -> None:
    with pytest.raises(UsageError, match="has no tag 9: it has 1 to 2"):
        step(ready, "contacted", 9)


def test_a_plan_that_changed_asks_for_approval_before_the_next_step(
    ready: Context, folder: Path
) -> None:
    come_to(ready, number_of(ready, "dev"), "contacted")
    planned(ready, folder)
    step(ready, "accepted", link=LETTER)

    with pytest.raises(StepNotAllowed, match="Version 2 of the plan is not approved"):
        step(ready, "scheduled", tool=True)
    agreed.approve(ready)
    step(ready, "scheduled", tool=True)
    assert state_of(ready) == "scheduled"


def test_new_words_are_asked_for_anew(ready: Context, folder: Path) -> None:
    come_to(ready, number_of(ready, "dev"), "accepted")
    planned(ready, folder, asset={"words": {"mr": "नवे शब्द", "hi": "नए शब्द"}})

    assert state_of(ready) == "proposed"


def test_only_approvers_see_and_enter_outreach(ready: Context) -> None:
    config = ready.workspace.config
    others = config.influencers.model_copy(update={"approvers": ("meera",)})
    changed = config.model_copy(update={"influencers": others})
    strict = replace(ready, workspace=Workspace(ready.workspace.folder, changed))

    with pytest.raises(SocialcellError, match="ravi is none of them"):
        step(strict, "contacted")
    with pytest.raises(SocialcellError, match="lead is none of them"):
        view.list_tags(strict, NAME)
    with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
        view.list_tags(replace(strict, actor=os_account()), NAME)
    assert len(view.list_tags(acting(strict, "meera"), NAME)["tags"]) == 2
