"""Rules that stand against a plan, each by itself, and each in words."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import update

from socialcell import db
from socialcell.campaigns.creators.model import CreatorEntry
from socialcell.campaigns.outreach.model import PlanApproval
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outbox import outbox_mode
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    NAME,
    change,
    number_of,
    planned,
    put,
    rules,
)

pytestmark = pytest.mark.swept_on_postgresql


def test_an_election_that_was_announced_since_is_in_the_way(
    city: Context, folder: Path
) -> None:
    made = agreed.city_with(
        planned(city, folder), elections=[["2026-11-25", "2027-01-05"]]
    )

    said = rules(made)["election"]

    assert "is within an election (2026-11-25 to 2027-01-05)" in said
    assert "State Election Commission" in said


def test_while_the_switch_says_election_nothing_is_approved(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    outbox_mode.set_mode(made, "election", "the code is in force")

    assert set(rules(made)) == {"election"}


def test_a_label_that_is_not_there_is_in_the_way(city: Context, folder: Path) -> None:
    made = planned(city, folder)
    text = f"तक्रार नोंदवा https://go.city.example/r/{agreed.code_of(made, 'dev')}"
    with db.writing(made.engine) as session:
        session.execute(
            update(PlanTag).where(PlanTag.creator == "dev").values(text=text)
        )

    said = rules(made)["label"]

    assert said.startswith(f"Tag {number_of(made, 'dev')}: no label discloses")
    assert "ASCI" in said


def test_a_connection_that_changed_needs_another_label(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder, asset={"posted_by": "cell"})
    put(made, "dev", connection="employee", connection_by="the lead")

    assert "#कर्मचारी #Employee" in rules(made)["label"]


def test_of_what_is_unpaid_somebody_has_to_say_that_nothing_ties(
    city: Context, folder: Path
) -> None:
    put(city, "dev", connection="")
    made = planned(city, folder, asset={"posted_by": "cell"})

    assert (
        "nobody has said whether there is a material connection with dev"
        in (rules(made)["statement"])
    )


def test_who_said_that_nothing_ties_has_a_name(city: Context, folder: Path) -> None:
    put(city, "dev", connection="none", connection_by="the lead")
    made = planned(city, folder, asset={"posted_by": "cell"})

    change(made, CreatorEntry, connection_by=None)

    assert "it is not known who said that nothing ties dev" in rules(made)["statement"]


def test_a_refusal_stands_until_the_cool_off_has_passed(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    put(
        made,
        "dev",
        consent="refused",
        consent_on="2026-11-20",
        cool_off_days="60",
        public_because="sings on the city's stage",
    )

    said = rules(made)["consent"]

    assert "dev refused on 2026-11-20, and that stands until 2027-01-19" in said


def test_a_refusal_without_a_cool_off_stands_for_good(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    put(made, "dev", consent="refused", public_because="sings on the city's stage")

    assert "stands for good" in rules(made)["consent"]


def test_the_cell_names_nobody_who_has_not_agreed(city: Context, folder: Path) -> None:

    made = planned(city, folder, asset={"posted_by": "cell"})
    change(made, CreatorEntry, consent="asked", public_because=None)

    assert "has not agreed to be named by the cell" in rules(made)["consent"]


def test_who_is_no_longer_in_the_registry_is_not_asked(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    creator_registry.forget_creator(made, "dev", "asked for it")

    said = rules(made)

    assert "dev is no longer in the registry" in said["consent"]
    assert "the words that name dev were forgotten" in said["words"]


def test_what_people_hold_against_an_account_is_in_the_way(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    creator_registry.flag_account(
        made, "instagram:dev_sample", "party_office", "the gazette of 2 May"
    )

    assert "an account of dev is flagged: party_office" in rules(made)["flag"]


def test_a_day_that_became_quiet_is_in_the_way(city: Context, folder: Path) -> None:
    made = planned(city, folder)
    with db.writing(made.engine) as session:
        plan = store.find_plan(session, NAME)
        assert plan is not None
        plan.brief = {**plan.brief, "blackout": [f"{agreed.tags(made)[0].day}"]}
        session.add(plan)

    assert "a day to keep quiet: blackout" in rules(made)["quiet"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"audience": "Hindu households"}, "is about religion"),
        ({"audience": "voters of the ward"}, "is about politics"),
        ({"audience": "दलित वस्ती"}, "is about caste"),
        ({"initiative": "Answer to the morcha"}, "is about protests"),
    ],
)
def test_nobody_is_sought_by_politics_religion_caste_or_protest(
    city: Context, folder: Path, changes: dict[str, str], said: str
) -> None:
    made = planned(city, folder, **changes)

    found = rules(made)

    assert set(found) == {"targeting"}
    assert said in found["targeting"]
    assert "Common Cause" in found["targeting"]


def test_a_tag_may_not_cost_more_than_the_rate_of_its_day(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    put(made, "dev", rates_since="2026-02-01", rate_post="1500")

    said = rules(made)["rate"]

    assert "2,000 rupees for dev, and the rate of a post on that day is 1,500" in said


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"post": 1999}, "2,000 rupees for"),
        ({"followers": 1000}, "asks for 1,000 followers; of chitra: not known"),
        ({"month": {"instagram": 1999}}, "2,000 rupees on instagram in"),
    ],
)
def test_a_tag_may_not_cost_more_than_its_class_of_the_rate_card(
    city: Context, folder: Path, held: dict[str, Any], said: str
) -> None:
    card = {**agreed.CARD, "classes": {"B": held}}
    made = agreed.city_with(planned(city, folder), rate_cards=[card])

    (broken, *_) = agreed.approve(made).broken

    assert broken.rule == "rate"
    assert said in str(broken.problem).replace("of dev", "of chitra")
    assert broken.source == "a resolution that tests have"


def test_a_month_is_counted_over_the_plans_of_all_campaigns(
    city: Context, folder: Path
) -> None:
    card = {**agreed.CARD, "classes": {"B": {"month": {"instagram": 3000}}}}
    made = agreed.city_with(planned(city, folder), rate_cards=[card])
    assert rules(made) == {}
    with db.writing(made.engine) as session:
        plan = store.find_plan(session, NAME)
        assert plan is not None
        tag, _ = store.tags(session, plan)[0]
        other = Plan(**plan.model_dump(exclude={"id"}) | {"campaign": "other"})
        same = PlanTag(**tag.model_dump(exclude={"id", "plan_id"}), plan_id=0)
        store.add(session, other, [same])
        session.execute(update(PlanApproval).values(content="of before"))

    assert "comes to 4,000 rupees on instagram" in rules(made)["rate"]


@pytest.mark.parametrize("lacks", [{"rate_cards": []}, {"rate_cards": None}])
def test_a_class_of_a_card_that_nobody_entered_cannot_be_checked(
    city: Context, folder: Path, lacks: dict[str, Any]
) -> None:
    cards = lacks["rate_cards"]
    if cards is None:
        cards = [{**agreed.CARD, "classes": {"A": {"post": 9000}}}]
    made = agreed.city_with(planned(city, folder), rate_cards=cards)

    assert "there is no such rate card or class on that day" in rules(made)["rate"]


def test_the_tags_may_not_cost_more_than_the_budget(
    city: Context, folder: Path
) -> None:
    made = planned(city, folder)
    change(made, PlanTag, cost_micros=10_001_000_000)

    assert (
        "the tags cost 20,002 rupees, and the budget is 20,000"
        in (rules(made)["budget"])
    )


def test_words_whose_link_has_no_host_lead_nowhere(city: Context, folder: Path) -> None:
    with_host = planned(city, folder)
    change(
        with_host,
        PlanTag,
        text=f"#जाहिरात #विज्ञापन #Ad /r/{agreed.code_of(with_host, 'dev')}",
    )

    assert "its link has no host" in rules(with_host)["words"]


def test_words_without_their_link_lead_nowhere(city: Context, folder: Path) -> None:
    made = planned(city, folder)
    change(made, PlanTag, text="#जाहिरात #विज्ञापन #Ad")

    assert "its words lack the link" in rules(made)["words"]


def test_a_day_that_has_passed_cannot_be_approved(city: Context, folder: Path) -> None:
    made = planned(city, folder)
    made.clock.advance(timedelta(days=40))

    assert "has passed" in rules(made)["words"]
