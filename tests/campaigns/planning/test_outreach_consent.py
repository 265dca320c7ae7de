"""Contacted, accepted, declined, scheduled: what each step needs and leaves behind."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from socialcell import message_catalog
from socialcell.campaigns.creators.model import CreatorEntry
from socialcell.campaigns.outreach import tag_states as states
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outbox import outbox_mode
from socialcell.services.outreach.step_checks import StepNotAllowed
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    LETTER,
    approved,
    change,
    come_to,
    number_of,
    put,
)
from tests.campaigns.planning.outreach_steps import dev, state_of, step

pytestmark = pytest.mark.swept_on_postgresql


# Contacted --------------------------------------------------------------------------


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("mode", ["election", "mourning", "crisis"])
def test_while_the_switch_holds_outreach_nobody_is_contacted(
    ready: Context, mode: str
) -> None:
    outbox_mode.set_mode(ready, mode, "a reason")

    with pytest.raises(
        StepNotAllowed, match=f"set to {mode}, and outreach is held back"
    ):
        step(ready, "contacted")


def test_within_a_cool_off_nobody_is_contacted(ready: Context) -> None:
    put(
        ready,
        "dev",
        consent="refused",
        consent_on="2026-11-20",
        cool_off_days="5",
        public_because="sings on the city's stage",
    )

    # The tag's day is free again; today is not.
    with pytest.raises(StepNotAllowed, match="the cool-off is not over"):
        step(ready, "contacted")
    ready.clock.advance(timedelta(days=3))
    step(ready, "contacted")
    assert dev(ready).consent == "asked"


def test_whom_a_rule_is_against_is_not_contacted(ready: Context) -> None:
    creator_registry.flag_account(
        ready, "instagram:dev_sample", "blocked", "letter 7 of 2 May"
    )

    with pytest.raises(StepNotAllowed, match="an account of dev is flagged: blocked"):
        step(ready, "contacted")
    come_to(ready, number_of(ready, "chitra"), "contacted")


def test_every_reason_against_a_step_has_a_line_in_the_language_of_the_reader(
    ready: Context,
) -> None:
    creator_registry.flag_account(
        ready, "instagram:dev_sample", "blocked", "letter 7 of 2 May"
    )
    election = agreed.city_with(ready, elections=[["2026-11-25", "2027-01-05"]])

    with pytest.raises(StepNotAllowed) as refused:
        step(election, "contacted")

    first, second = str(refused.value).splitlines()
    assert "an account of dev is flagged: blocked" in first
    assert second.startswith("Also: Tag ")
    first, second = message_catalog.in_words(refused.value.message, "mr").splitlines()
    assert "dev यांच्या खात्यावर इशारा नोंदलेला आहे: blocked" in first
    assert "निवडणुकीच्या काळात (2026-11-25 ते 2027-01-05)" in second


def test_who_was_contacted_is_asked_in_the_registry(ready: Context) -> None:
    change(ready, CreatorEntry, consent="unknown")

    step(ready, "contacted")

    assert (dev(ready).consent, dev(ready).consent_on) == ("asked", date(2026, 11, 23))


# Accepted and declined --------------------------------------------------------------


def test_a_yes_is_shown_and_the_registry_holds_it(ready: Context) -> None:
    change(ready, CreatorEntry, consent="unknown")
    come_to(ready, number_of(ready, "dev"), "contacted")

    with pytest.raises(UsageError, match="Where is it written that they accept"):
        step(ready, "accepted", note="on the telephone")
    step(ready, "accepted", link=LETTER)

    assert dev(ready).consent == "agreed"


def test_a_no_has_a_reason_and_cools_off_in_the_registry(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "contacted")

    with pytest.raises(UsageError, match="Say in --note why they declined"):
        step(ready, "declined")
    step(ready, "declined", note="no time in December")

    one = dev(ready)
    assert (one.consent, one.consent_on, one.cool_off_days) == (
        "refused",
        date(2026, 11, 23),
        90,
    )
    assert not one.may_be_asked(date(2027, 2, 20))
    assert one.may_be_asked(date(2027, 2, 21))
    assert agreed.steps(ready)[-1].note == "no time in December"


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(("held", "said", "days"), [("30", None, 30), ("30", 7, 7)])
def test_how_long_a_no_stands_is_said_or_known(
    ready: Context, held: str, said: int | None, days: int
) -> None:
    put(ready, "dev", cool_off_days=held)
    come_to(ready, number_of(ready, "dev"), "contacted")

    step(ready, "declined", note="no time", cool_off=said)

    assert dev(ready).cool_off_days == days


def test_after_a_no_there_is_no_further_step(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "declined")

    for state in states.MANUAL_STATES:
        with pytest.raises(UsageError, match="That is its end"):
            step(ready, state, note="again", link=LETTER)


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("state", ["accepted", "scheduled"])
def test_who_agreed_can_still_decline(ready: Context, state: str) -> None:
    come_to(ready, number_of(ready, "dev"), state)

    step(ready, "declined", note="fell ill")

    assert state_of(ready) == "declined"
    assert dev(ready).consent == "refused"


# Scheduled --------------------------------------------------------------------------


def test_the_platforms_own_label_is_agreed_before_anything_is_scheduled(
    ready: Context,
) -> None:
    come_to(ready, number_of(ready, "dev"), "accepted")

    with pytest.raises(UsageError, match=r"Paid partnership.*ASCI.*say --tool"):
        step(ready, "scheduled")
    step(ready, "scheduled", tool=True)


def test_without_a_connection_no_label_of_the_platform_is_asked_for(
    city: Context, folder: Path
) -> None:
    put(city, "dev", connection="none", connection_by="the lead")
    made = approved(city, folder, asset={"posted_by": "cell"})
    come_to(made, number_of(made, "dev"), "accepted")

    step(made, "scheduled")
    assert state_of(made) == "scheduled"


def test_nobody_is_scheduled_who_took_the_yes_back(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "accepted")
    change(ready, CreatorEntry, consent="asked")

    with pytest.raises(StepNotAllowed, match="dev has not agreed \\(consent: asked\\)"):
        step(ready, "scheduled", tool=True)
