"""Steps of a tag: which may follow which, what each needs, and what it leaves."""

import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import update

from socialcell import db, message_catalog
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.model import CreatorEntry
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.campaigns.outreach import tag_states as states
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.config import Workspace
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import os_account
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outbox import outbox
from socialcell.services.outcomes import campaign_results
from socialcell.services.outreach import outreach_entry
from socialcell.services.outreach import outreach_view as view
from socialcell.services.outreach.step_checks import StepDetails, StepNotAllowed
from socialcell.services.privacy import data_requests
from socialcell.services.workspace import digest
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    LETTER,
    NAME,
    POST,
    approved,
    change,
    come_to,
    number_of,
    planned,
    put,
)
from tests.operators import acting, officer

pytestmark = pytest.mark.swept_on_postgresql

ALLOWED = {
    *{("proposed", "approved"), ("approved", "contacted")},
    *{("contacted", "accepted"), ("contacted", "declined")},
    *{("accepted", "scheduled"), ("accepted", "declined")},
    *{("scheduled", "posted"), ("scheduled", "declined")},
    *{("posted", "posted"), ("posted", "measured")},
}


@pytest.fixture
def ready(city: Context, folder: Path) -> Context:
    return approved(city, folder)


def step(
    context: Context, state: str, n: int | None = None, **told: Any
) -> outreach_entry.EnteredStep:
    n = number_of(context, "dev") if n is None else n
    return agreed.enter(context, n, state, StepDetails(**told))


def state_of(context: Context, creator: str = "dev") -> str:
    found = view.list_tags(context, NAME)["tags"]
    return next(one["state"] for one in found if one["creator"] == creator)


def dev(context: Context) -> Creator:
    with db.reading(context.engine) as session:
        found = creator_store.creator(session, "dev", date(2026, 11, 23))
    assert found is not None
    return found


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


# Contacted --------------------------------------------------------------------------


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize("mode", ["election", "mourning", "crisis"])
def test_while_the_switch_holds_outreach_nobody_is_contacted(
    ready: Context, mode: str
) -> None:
    outbox.set_mode(ready, mode, "a reason")

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


# Posted -----------------------------------------------------------------------------


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Where is the post\\? Say --link"),
        ({"link": "seen it"}, "--link takes an address"),
        ({"link": "ftp://x.example/1"}, "--link takes an address"),
        ({"mention": 7}, "Mention 7 was not found for tag"),
    ],
)
def test_a_post_is_shown_by_a_link_or_by_one_that_was_found(
    ready: Context, told: dict[str, Any], said: str
) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")

    with pytest.raises(UsageError, match=said):
        step(ready, "posted", **told)


def test_a_post_that_nobody_looked_at_counts_as_undisclosed(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")
    step(ready, "posted", link=POST)

    (found,) = view.overview(ready, NAME).outreach["undisclosed"]

    assert found["wrong"] == ["nobody has looked whether it carries a label"]


def test_a_post_looked_at_again_keeps_its_link(ready: Context, tmp_path: Path) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")
    step(ready, "posted", link=POST, label=False)
    assert view.overview(ready, NAME).outreach["undisclosed"][0]["wrong"] == [
        "a person saw no label"
    ]
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"a picture")

    step(ready, "posted", file=picture, label=True)

    last = agreed.steps(ready)[-1]
    sha256 = hashlib.sha256(b"a picture").hexdigest()
    assert (last.evidence_kind, last.evidence) == ("link", POST)
    assert last.detail["also"] == [["file", sha256]]
    kept = ready.workspace.folder / "evidence" / f"{sha256}.png"
    assert kept.read_bytes() == b"a picture"
    assert kept.stat().st_mode & 0o077 == 0
    assert view.overview(ready, NAME).outreach["undisclosed"] == []


def test_a_film_carries_its_label_long_enough(city: Context, folder: Path) -> None:
    made = approved(city, folder, asset={"format": "reel"})
    come_to(made, number_of(made, "dev"), "scheduled")

    step(made, "posted", link=POST, label=True, seconds=2, length=12)
    assert view.overview(made, NAME).outreach["undisclosed"][0]["wrong"] == [
        "the label is on the picture for too short a time"
    ]
    step(made, "posted", label=True, seconds=3, length=12)
    assert view.overview(made, NAME).outreach["undisclosed"] == []


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"", "it shows nothing")]
)
def test_evidence_that_shows_nothing_is_refused(
    ready: Context, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "letter.pdf"
    if content is not None:
        path.write_bytes(content)
    come_to(ready, number_of(ready, "dev"), "contacted")

    with pytest.raises(SocialcellError, match=said):
        step(ready, "accepted", file=path)


# Measured, and forgotten ------------------------------------------------------------


def test_posts_are_measured_when_their_campaign_is_over_and_was(
    ready: Context,
) -> None:
    come_to(ready, number_of(ready, "dev"), "posted")
    ready.clock.advance(timedelta(days=20))  # 13 December: the campaign's last day
    assert (
        outreach_entry.record_measured(
            ready, NAME, campaign_results.measure_campaign(ready, NAME)
        )
        == 0
    )
    ready.clock.advance(timedelta(days=1))

    assert (
        outreach_entry.record_measured(
            ready, NAME, campaign_results.measure_campaign(ready, NAME)
        )
        == 1
    )

    last = agreed.steps(ready)[-1]
    assert (last.state, last.evidence_kind) == ("measured", "measure")
    assert view.overview(ready, NAME).outreach["states"] == {
        "approved": 1,
        "measured": 1,
    }
    assert outreach_entry.record_measured(ready, NAME, {}) == 0


def test_who_is_forgotten_takes_notes_and_evidence_along(
    ready: Context, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"a letter")
    come_to(ready, number_of(ready, "dev"), "contacted")
    step(ready, "accepted", file=letter, note="by post")
    rows = data_requests.export_account(
        officer(ready), "instagram", None, "dev_sample"
    )["creator"]
    assert "by post" in [row.get("note") for row in rows]

    creator_registry.forget_creator(ready, "dev", "asked for it")

    mine = [one for one in agreed.steps(ready) if one.by == "ravi"]
    assert [one.state for one in mine] == ["contacted", "accepted"]
    assert {(one.note, one.evidence) for one in mine} == {(None, None)}
    assert list((ready.workspace.folder / "evidence").iterdir()) == []
    with db.reading(ready.engine) as session:
        assert audit.verify(session).ok


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
