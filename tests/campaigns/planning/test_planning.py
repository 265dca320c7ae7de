"""Plans in the database: made, kept in versions, refused, handed on."""

import csv
import io
import json
import re
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from socialcell import db, message_catalog
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store.facts import store_facts
from socialcell.campaigns.planning.brief import BriefError
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.connectors.facts import OutcomeFact
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.listening.areas import area_table
from socialcell.ops.model import AuditEntry
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outbox import outbox_mode
from socialcell.services.outcomes import campaign_results
from socialcell.services.planning import plan_creation, plan_documents
from socialcell.settings import Config
from tests.builders import NOON
from tests.campaigns.planning import worlds
from tests.campaigns.planning.worlds import AUNDH, KOTHRUD
from tests.operators import acting
from tests.rows import in_order
from tests.running import inside

pytestmark = pytest.mark.swept_on_postgresql

PUBLIC = {"public_because": "a public office, as the gazette says"}
HISTORY = date(2026, 8, 3)  # a Monday; figures from here to the day before the test


def made(context: Context, folder: Path, **changes: Any) -> dict[str, Any]:
    """Plan an initiative, and show what is kept."""
    plan_creation.create_plan(context, worlds.initiative(folder, **changes))
    return plan_documents.plan_document(context, "monsoon26")


def with_settings(context: Context, **sections: Any) -> Context:
    config = Config.model_validate(sections)
    workspace = type(context.workspace)(context.workspace.folder, config)
    return replace(context, workspace=workspace)


def rows(context: Context, model: Any) -> list[Any]:
    with db.reading(context.engine) as session:
        return list(session.scalars(in_order(model)))


def test_the_choice_pays_for_people_and_not_for_followings(
    city: Context, folder: Path
) -> None:
    found = made(city, folder)

    # asha and bal reach the same people: the plan asks one of them only.
    asked = {one["creator"] for one in found["choice"]["chosen"]}
    assert asked == {"asha", "chitra", "dev", "esha"}
    assert found["choice"]["ratio"] > 0.95
    assert found["calendar"]["ratio"] > 0.99


def test_a_tag_says_who_when_where_in_which_words_and_for_how_much(
    city: Context, folder: Path
) -> None:
    open_ = with_settings(
        city,
        links={"address": "https://go.city.example"},
        planning={"handles": {"instagram": "pmcpune"}},
    )
    found = made(open_, folder)

    tag = next(one for one in found["tags"] if one["creator"] == "chitra")
    assert (tag["channel"], tag["format"], tag["at"]) == ("instagram", "reel", "18:30")
    assert tag["cost"] == {"amount_micros": 2_500_000_000, "currency": "INR"}
    assert tag["wards"] == [KOTHRUD]
    assert tag["text"].startswith("#जाहिरात #Ad ")
    assert "सोबत: @pmcpune\n" in tag["text"]
    assert tag["text"].endswith(tag["link"])
    assert tag["link"].startswith("https://go.city.example/r/")
    assert "at home in Kothrud" in tag["reason"]
    assert found["calendar"]["cost"]["amount_micros"] <= 20_000_000_000


def test_every_ward_and_language_has_its_share(city: Context, folder: Path) -> None:
    found = made(city, folder, languages={"mr": 50, "en": 25}, ward_least=2)

    spoken = [tag["language"] for tag in found["tags"]]
    assert spoken.count("mr") >= len(spoken) / 2
    assert spoken.count("en") >= len(spoken) / 4
    for ward in (KOTHRUD, AUNDH):
        assert sum(ward in tag["wards"] for tag in found["tags"]) >= 2


def test_the_same_initiative_gives_the_same_plan_and_the_next_version(
    city: Context, folder: Path
) -> None:
    first = made(city, folder)
    second = made(city, folder)

    assert (first["version"], second["version"]) == (1, 2)
    assert first["tags"] == second["tags"]
    assert plan_documents.plan_document(city, "monsoon26", 1)["tags"] == first["tags"]
    # The links are the same too: planned again, none is made.
    assert len(rows(city, TrackedLink)) == len({t["link"] for t in first["tags"]})


def test_a_plan_is_in_the_audit_log_and_its_campaign_is_entered(
    city: Context, folder: Path
) -> None:
    made(city, folder)

    (entry,) = [
        one
        for one in rows(city, AuditEntry)
        if one.action == "campaign.plan" and one.object == "monsoon26"
    ]
    assert entry.actor == "lead"
    assert entry.detail["version"] == 1
    (campaign,) = rows(city, Campaign)
    assert (campaign.name, campaign.goal) == ("monsoon26", "activated_users")
    assert campaign.wards == [AUNDH, KOTHRUD]


def test_a_dry_run_keeps_nothing(city: Context, folder: Path) -> None:
    drafted = plan_creation.create_plan(city, worlds.initiative(folder), dry_run=True)

    assert plan_documents.draft_document(city, drafted)["tags"][0]["link"] is None
    for model in (Plan, PlanTag, TrackedLink, Campaign):
        assert rows(city, model) == []


def test_who_refused_or_is_flagged_is_not_asked(context: Context, folder: Path) -> None:
    worlds.fill(
        context,
        asha={"consent": "refused", "consent_on": "2026-11-01", **PUBLIC},
        dev={
            "consent": "refused",
            "consent_on": "2026-11-01",
            "cool_off_days": "34",
            **PUBLIC,
        },
    )
    creator_registry.flag_account(
        context, "instagram:esha_sample", "false_claims", "as the paper says"
    )

    found = made(context, folder)

    left_out = found["choice"]["left_out"]
    assert left_out["asha"].startswith("refused")
    assert left_out["esha"] == "flagged: false_claims"
    # dev may be asked again from 5 December on.
    days = [tag["day"] for tag in found["tags"] if tag["creator"] == "dev"]
    assert days
    assert min(days) >= date(2026, 12, 5)


def test_holidays_and_elections_are_kept_free(city: Context, folder: Path) -> None:
    window = [["2026-12-07", "2026-12-31"]]
    found = made(with_settings(city, planning={"elections": window}), folder)

    days = {tag["day"] for tag in found["tags"]}
    assert max(days) < date(2026, 12, 6)  # the sixth is a day of the city's own


def test_an_election_that_leaves_no_day_is_named(city: Context, folder: Path) -> None:
    outbox_mode.set_mode(city, "election", "the code of conduct is in force")

    with pytest.raises(SocialcellError, match="the election 2026-11-30 to 2026-12-13"):
        made(city, folder)
    assert rows(city, Plan) == []


def test_a_budget_that_is_too_small_says_how_much_is_lacking(
    city: Context, folder: Path
) -> None:
    # Two creators at least, of whom one at home in each ward: 1,500 and 2,000.
    with pytest.raises(SocialcellError, match=r"budget: 500\.00 rupees more"):
        made(city, folder, budget=3000, languages={})


def test_a_plan_that_fails_for_a_rate_names_the_rate_first(
    context: Context, folder: Path
) -> None:
    """Dev alone is at home in Aundh, and has no rate for a reel."""
    worlds.fill(context, dev={"rate_reel": ""})

    with pytest.raises(SocialcellError) as refused:
        made(context, folder)

    said = str(refused.value)
    assert said.startswith("No rate is known for dev (reel)")
    assert "influencers set dev --rate reel=RUPEES" in said
    assert "ward_least in ward:aundh-baner" in said


def test_what_to_change_is_in_the_language_of_the_reader(
    context: Context, folder: Path
) -> None:
    worlds.fill(context, dev={"rate_reel": ""})

    with pytest.raises(SocialcellError) as refused:
        made(context, folder)

    marathi = message_catalog.in_words(refused.value.message, "mr")
    assert marathi.startswith("dev (reel) यांचे दर नोंदलेले नाहीत")
    assert "किमान बदल: ward:aundh-baner मधील ward_least" in marathi


def test_why_nobody_can_be_asked_is_in_the_language_of_the_reader(
    context: Context, folder: Path
) -> None:
    worlds.fill(context)
    asset = {"name": "A", "channels": ["youtube"], "words": {"mr": "पाणी वाचवा"}}

    with pytest.raises(SocialcellError) as refused:
        made(context, folder, assets=[asset])

    assert "no account on youtube" in str(refused.value)
    hindi = message_catalog.in_words(refused.value.message, "hi")
    assert "क्रिएटर: youtube पर खाता नहीं है" in hindi


def test_where_no_rate_is_known_the_rates_are_asked_for(
    context: Context, folder: Path
) -> None:
    worlds.fill(context, **{key: {"rate_reel": ""} for key in worlds.PEOPLE})

    with pytest.raises(SocialcellError, match=r"^No rate is known for asha .*chitra"):
        made(context, folder)


def test_tags_of_other_plans_count_for_the_caps(city: Context, folder: Path) -> None:
    first = made(city, folder)
    plan_creation.create_plan(
        city,
        worlds.initiative(
            folder,
            campaign="second",
            initiative="Tax",
            start="2026-12-07",
            end="2026-12-20",
        ),
    )
    second = plan_documents.plan_document(city, "second")

    busy = [(t["creator"], t["day"]) for t in first["tags"] + second["tags"]]
    for creator, day in busy:
        week = [d for c, d in busy if c == creator and 0 <= (d - day).days < 7]
        assert len(week) <= 2
        assert week.count(day) == 1


def test_plans_are_for_approvers(city: Context, folder: Path) -> None:
    closed = with_settings(city, influencers={"approvers": ["somebody.else"]})

    with pytest.raises(SocialcellError, match="lead is none of them"):
        made(closed, folder)
    with pytest.raises(SocialcellError, match="lead is none of them"):
        plan_documents.plan_document(closed, "monsoon26")
    assert made(acting(closed, "somebody.else"), folder)["tags"]


def test_words_of_a_creator_go_when_the_creator_is_forgotten(
    city: Context, folder: Path
) -> None:
    made(city, folder)
    creator_registry.forget_creator(city, "chitra", "asked to be forgotten")

    for tag in plan_documents.plan_document(city, "monsoon26")["tags"]:
        assert (tag["text"] is None) == (tag["creator"] == "chitra")


def test_a_plan_is_made_before_its_first_day(city: Context, folder: Path) -> None:
    with pytest.raises(UsageError, match="before its first day"):
        made(city, folder, start="2026-11-23")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"budgett": 3},
            "initiative.yaml:31: budgett: unknown key; did you mean 'budget'",
        ),
        ({"end": "2026-11-01"}, "end 2026-11-01 is before start"),
        ({"languages": {"mr": 70, "hi": 40}}, "more than 100"),
        ({"assets": []}, "assets"),
        ({"budget": -1}, "budget"),
    ],
)
def test_a_file_that_is_wrong_says_where(
    city: Context, folder: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(BriefError, match=r"initiative\.yaml") as refused:
        made(city, folder, **changes)
    assert said in str(refused.value)


def test_what_a_plan_is_handed_on_as(
    city: Context, folder: Path, tmp_path: Path
) -> None:
    words = {"mr": '=HYPERLINK("x") पाणी, वाचवा', "en": "=1+1", "hi": "@अ"}
    asset = {"name": "A", "format": "reel", "channels": ["instagram"], "words": words}
    open_ = with_settings(city, links={"address": "https://go.city.example"})
    found = made(open_, folder, assets=[asset | {"least": 1}])

    files = {
        one.suffix: one
        for one in plan_documents.export_plan(open_, "monsoon26", tmp_path, "mr")
    }

    table = list(csv.DictReader(io.StringIO(files[".csv"].read_text())))
    assert [row["creator"] for row in table] == [t["creator"] for t in found["tags"]]
    assert not any(
        cell.startswith(("=", "+", "@")) for row in table for cell in row.values()
    )
    book = openpyxl.load_workbook(files[".xlsx"])
    assert book.sheetnames[0] == "वेळापत्रक"
    assert not any(
        cell.data_type == "f" for sheet in book for line in sheet for cell in line
    )
    assert files[".ics"].read_bytes().count(b"BEGIN:VEVENT") == len(found["tags"])
    assert files[".svg"].read_text().startswith("<?xml")


def test_without_or_tools_the_message_names_the_extra(
    city: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python.cp_model", None)

    with pytest.raises(ConfigError, match=re.escape("pip install 'socialcell[plan]'")):
        made(city, folder)


# Left to the lot -------------------------------------------------------------------


def history(context: Context, lift: dict[str, float] | None = None) -> None:
    """Figures of every ward office up to 13 December; `lift` by ward from the start."""
    offices = [one.id for one in area_table.read_areas() if one.kind == "ward_office"]
    start = date(2026, 11, 30)
    facts = []
    for place, ward in enumerate(offices):
        for n in range((date(2026, 12, 13) - HISTORY).days + 1):
            day = HISTORY + timedelta(days=n)
            value = (
                100 + 10 * place + 8 * (day.weekday() < 5) + (n * 7 + place * 13) % 11
            )
            if day >= start:  # everywhere a tenth more comes, campaign or not
                value = round(value * 1.1 * (1 + (lift or {}).get(ward, 0.0)))
            facts.append(OutcomeFact("activated_users", ward, day, value))
    with db.writing(context.engine) as session:
        store_facts(session, facts, NOON)


def test_the_smallest_detectable_lift_is_known_before_anybody_spends(
    city: Context, folder: Path
) -> None:
    history(city)

    power = made(city, folder)["power"]

    assert power["smallest_detectable_percent"] in (2.0, 5.0, 10.0)
    assert (power["days"], power["goal"]) == (14, "activated_users")


def test_without_figures_the_plan_says_why_nothing_can_be_told(
    city: Context, folder: Path
) -> None:
    found = made(city, folder)

    assert "No figures of activated_users" in found["power"]["refused"]
    assert any("What could be detected" in one for one in found["warnings"])


def test_a_draw_of_wards_is_kept_and_measured(city: Context, folder: Path) -> None:
    wards = [
        "Kothrud-Bavdhan",
        "Aundh-Baner",
        "Bibwewadi",
        "Bhavani Peth",
        "Sinhagad Road",
        "Dhole Patil Road",
        "Ghole Road-Shivajinagar",
        "Hadapsar-Mundhwa",
    ]
    draw = {"kind": "wards", "seed": 25, "waves": 2}
    found = made(city, folder, wards=wards, ward_least=0, draw=draw)

    lot = found["lot"]
    begun = [ward for ward, day in lot["units"].items() if day is not None]
    assert len(begun) == 4
    assert rows(city, Campaign)[0].wards == sorted(begun)
    held = set(lot["units"]) - set(begun)
    assert not any(held & set(tag["wards"]) for tag in found["tags"])
    history(city, dict.fromkeys(begun, 0.2))
    city.clock.set(NOON + timedelta(days=21))

    told = campaign_results.measure_campaign(city, "monsoon26", power=False)["lot"]

    assert told["lift_percent"] == pytest.approx(20, abs=1.5)
    # Seventy ways to draw four of eight: the one made and its mirror are as extreme.
    assert (told["assignments"], told["p_value"]) == (70, pytest.approx(2 / 70))


def test_a_draw_that_can_prove_nothing_is_refused_before_anything_is_kept(
    city: Context, folder: Path
) -> None:
    draw = {"kind": "wards", "seed": 11, "waves": 2}

    with pytest.raises(UsageError, match=r"2 wards in 2 waves .* in 2 ways"):
        made(city, folder, ward_least=0, draw=draw)
    assert rows(city, Plan) == []


def test_nobody_is_tagged_on_days_drawn_without(city: Context, folder: Path) -> None:
    draw = {"kind": "switchback", "seed": 3, "days": 2}
    found = made(city, folder, draw=draw)

    on = {
        date.fromisoformat(day) + timedelta(days=n)
        for day, with_tags in found["lot"]["units"].items()
        for n in range(2)
        if with_tags
    }
    assert {tag["day"] for tag in found["tags"]} <= on
    assert len(on) == 8


# At the command line -----------------------------------------------------------------


def test_the_commands_make_show_and_hand_on_a_plan(
    city: Context, folder: Path, tmp_path: Path
) -> None:
    (folder / "config.yaml").write_text(
        (folder / "config.yaml").read_text().replace("{}\n", "")
        + "clock:\n  fixed: 2026-11-23T09:00:00+05:30\n"
    )

    def run(*words: str) -> str:
        return inside("--config", folder / "config.yaml", *words)

    said = run("campaigns", "plan", str(worlds.initiative(folder)))
    assert said.startswith("Smallest lift that could be detected: not known\n")
    assert "monsoon26, version 1: 2026-11-30 to 2026-12-13" in said
    assert "Not asked: " not in said
    found = json.loads(run("campaigns", "show", "monsoon26", "--plan", "--json"))
    assert found["tags"][0]["day"] >= "2026-11-30"
    assert "Plan: version 1, " in run("campaigns", "show", "monsoon26")
    out = tmp_path / "m.ics"
    run("campaigns", "calendar", "monsoon26", "--out", str(out))
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    files = run("campaigns", "export", "monsoon26", "--out", str(tmp_path / "plans"))
    assert files.count("monsoon26-v1") == 3
