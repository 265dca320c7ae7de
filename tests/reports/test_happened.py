"""Incidents, public voices, ads and search in the weekly report, worked out by hand."""

import json
import re
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, select, update

from socialcell import config, db
from socialcell.i18n import CODES
from socialcell.listening.alerts.model import NO_DANGER
from socialcell.listening.model import RegistryAccount
from socialcell.ops.model import FrozenReport
from socialcell.reports.weekly import frozen_week
from socialcell.services.privacy import data_requests
from socialcell.services.reporting import weekly_report
from tests.reports.around import (
    SITE,
    SUNDAY,
    ad,
    alert,
    incident,
    looked_for_alerts,
    promise,
    searched,
)
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

DAY = timedelta(days=1)


def numbers(world: World) -> dict[str, Any]:
    return frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )


def text_of(world: World, lang: str = "en") -> str:
    made = weekly_report.write_weekly(world.context, lang=lang)
    return " ".join(made.text.read_text("utf-8").split())


def test_an_incident_says_its_numbers_and_what_was_done(world: World) -> None:
    world.covered()
    first = world.mention(MONDAY + 4 * HOUR)
    later = world.mention(MONDAY + 5 * HOUR)
    taken = incident(
        world,
        "ward:ward:aundh-baner",
        state="acked",
        acked_by="asha",
        acked_at=MONDAY + 6 * HOUR,
        severity="medium",
    )
    alert(world, taken, "ward:ward:aundh-baner", mentions=[later, first])
    alert(world, taken, "phrase:water", score=9.0, observed=99, expected=1.0)
    incident(world, "topic:flood", BEFORE + HOUR)  # over before the week began
    incident(world, "topic:waste", NEXT)  # and after it

    (found,) = numbers(world)["incidents"]
    assert found["worst"]["observed"] == 30, "a series before a phrase"
    assert found["first_post_at"] == "2026-11-16T04:00:00+05:30"
    assert (found["acked_by"], found["week"]) == ("asha", "now")
    said = text_of(world)
    assert (
        f"- Aundh - Baner, Incident {taken}, medium, "
        "16 Nov 2026, 05:00 to 16 Nov 2026, 06:00. "
        "Mentions: 30; Normally: 4; What was done: Assigned to asha, "
        "16 Nov 2026, 06:00, "
        "being taken care of"
    ) in said
    assert "socialcell alerts" not in said
    assert "socialcell" not in said, "no command stands in a report"


def test_a_week_keeps_what_a_danger_to_life_was_about_without_its_words(
    world: World,
) -> None:
    world.covered()
    at = MONDAY + 5 * HOUR
    shock = world.mention(
        at,
        "The pole hums, my uncle cannot let go",
        urgency="critical",
        topics=("electricity",),
        wards=("ward:aundh-baner",),
    )
    incident(world, f"critical:{shock}", at, kind="critical")
    incident(world, "critical:9999", at, kind="critical")  # removed since

    gone, kept = sorted(numbers(world)["incidents"], key=lambda row: -row["id"])

    assert gone["item"] is None
    assert (kept["item"]["kind"], kept["item"]["topics"]) == ("post", ["electricity"])
    (ward,) = kept["item"]["wards"]
    assert (ward["id"], ward["name"]["en"]) == ("ward:aundh-baner", "Aundh - Baner")
    said = text_of(world)
    assert "- Danger to life: Electricity, Aundh - Baner, Incident 1, high," in said
    assert "- Critical post about the city, Incident 2, high," in said


def test_a_week_keeps_the_kind_of_a_danger_of_no_topic(world: World) -> None:
    world.covered()
    at = MONDAY + 5 * HOUR
    trapped = world.mention(at, "Three men are trapped", urgency="critical")
    incident(world, f"critical:{trapped}", at, kind="critical")

    (kept,) = numbers(world)["incidents"]

    assert kept["item"]["dangers"] == ["trapped"]
    assert "- Danger to life: People trapped, Incident 1, high," in text_of(world)


def test_a_week_keeps_the_place_of_a_danger_outside_ward_offices(world: World) -> None:
    world.covered()
    at = MONDAY + 5 * HOUR
    named = ("place:pune", "place:bhide-bridge")
    trapped = world.mention(at, "They are trapped", urgency="critical", entities=named)
    incident(world, f"critical:{trapped}", at, kind="critical")

    (kept,) = numbers(world)["incidents"]

    (place,) = kept["item"]["places"]
    assert (place["id"], place["name"]["en"]) == ("place:bhide-bridge", "Bhide bridge")
    title = "Danger to life: People trapped, Bhide bridge"
    assert f"- {title}, Incident 1, high," in text_of(world)


def test_an_incident_that_is_over_says_when_and_how_long_it_took(world: World) -> None:
    world.covered()
    began = MONDAY + 5 * HOUR
    incident(world, "topic:flood", began, ended_at=began + 27 * HOUR)
    assert "over on 17 Nov 2026, 08:00, after 27 hours" in text_of(world)
    assert "१७ नोव्हेंबर २०२६, ०८:०० रोजी संपली; एकूण कालावधी २७ तास" in text_of(world, "mr")
    assert "17 नवंबर 2026, 08:00 को समाप्त; कुल अवधि 27 घंटे" in text_of(world, "hi")


def test_an_incident_that_staff_judged_harmless_is_a_false_alarm(world: World) -> None:
    world.covered()
    ended = MONDAY + 8 * HOUR
    harmless = {"kind": "critical", "said": NO_DANGER, "ended_at": ended}
    incident(world, "critical:1", MONDAY + 5 * HOUR, **harmless)
    said = text_of(world)
    assert "False alarm: staff decided that nobody was in danger" in said
    assert "No one is assigned" not in said
    marathi = "खोटा इशारा: कोणालाही धोका नव्हता, असे कर्मचाऱ्यांनी ठरवले"
    assert marathi in text_of(world, "mr")
    hindi = "झूठी चेतावनी: कर्मचारियों ने तय किया कि कोई ख़तरे में नहीं था"
    assert hindi in text_of(world, "hi")


def test_an_incident_whose_end_nobody_kept_says_so(world: World) -> None:
    world.covered()
    incident(world)
    assert "over; when it ended was not recorded" in text_of(world)


def test_a_report_that_was_frozen_before_ends_were_kept_reads_as_it_did(
    world: World,
) -> None:
    world.covered()
    incident(world)
    weekly_report.write_weekly(world.context)
    with db.writing(world.engine) as session:
        (kept,) = session.scalars(select(FrozenReport)).all()
        numbers = json.loads(json.dumps(kept.numbers))
        del numbers["incidents"][0]["ended_at"]
        kept.numbers = numbers
    said = text_of(world)
    assert "No one is assigned, over" in said
    assert "was not recorded" not in said


def test_incidents_lead_to_the_console_where_there_is_one(world: World) -> None:
    world.covered()
    id_ = incident(world)
    place = world.context.workspace.folder / "config.yaml"
    told = place.read_text().replace(
        "console_url: null", "console_url: https://cell.example/"
    )
    assert "cell.example" in told
    place.write_text(told)
    world.context.workspace.config = config.load(place).config
    assert f"More: https://cell.example/incidents/{id_}" in text_of(world)


def test_a_promise_that_was_missed_is_named(world: World) -> None:
    world.covered()
    id_ = promise(world, MONDAY, text="=HYPERLINK(A new bridge)")
    missed = incident(world, f"promise:{id_}", kind="promise", state="open")
    said = text_of(world)
    title = "Promise missed: =HYPERLINK(A new bridge)"
    assert f"{title}, Incident {missed}, high" in said
    assert "Mentions: –; Normally: –; What was done: No one is assigned, still" in said


def test_only_accounts_of_the_registry_are_named(world: World) -> None:
    world.covered()
    world.registered("paper_handle")
    old = world.mention(BEFORE, author="paper")
    for mood in ("negative", "negative", "positive"):
        world.mention(MONDAY, author="paper", sentiment=mood)
    world.observed(old, BEFORE + HOUR, 10)
    world.observed(old, MONDAY + HOUR, 25)
    loud = world.mention(MONDAY, author="loud")
    joined = incident(world)
    alert(world, joined, "account", mentions=[loud])
    alert(world, joined, "account", at=MONDAY + 7 * HOUR, mentions=[old])

    found = numbers(world)["voices"]
    assert found["accounts"] == [
        {
            "platform": "x",
            "handle": "paper_handle",
            "name": "paper_handle",
            "class": "public_office",
            "n": 3,
            "sentiment": {"negative": 2, "neutral": 0, "positive": 1},
            "gained": {"reactions": 15},
        }
    ]
    assert [one["handle"] for one in found["joined"]["registered"]] == ["paper_handle"]
    assert found["joined"]["others"] == 1
    said = text_of(world)
    assert (
        "- paper_handle, public office, X. Mentions by sentiment: 3, Negative 2" in said
    )
    assert "Joined an incident: paper_handle. 1 account with many followers" in said
    assert "loud_handle" not in said


def test_an_account_that_left_the_registry_is_named_no_more(world: World) -> None:
    world.covered()
    world.registered("paper_handle")
    world.mention(MONDAY, author="paper")
    before = weekly_report.write_weekly(world.context)
    assert before.numbers["voices"]["accounts"][0]["name"] == "paper_handle"
    with db.writing(world.engine) as session:
        session.execute(delete(RegistryAccount))
    again = weekly_report.write_weekly(world.context)
    assert "paper_handle" not in again.html.read_text("utf-8")
    assert "paper_handle" not in json.dumps(again.numbers)
    assert "an account that has left the registry" in again.text.read_text("utf-8")


def test_an_account_that_is_erased_is_in_no_frozen_number(world: World) -> None:
    world.covered()
    world.registered("paper_handle")
    id_ = world.mention(MONDAY, author="paper")
    joined = incident(world)
    alert(world, joined, "account", mentions=[id_])
    place = weekly_report.write_weekly(world.context).html
    with db.writing(world.engine) as session:
        session.execute(delete(RegistryAccount))
    done = data_requests.erase_account(
        world.context, platform="x", handle="paper_handle", uid=None
    )
    assert len(done.erased.reports) == 1
    with db.reading(world.engine) as session:
        (kept,) = session.scalars(select(FrozenReport.numbers)).all()
    assert "paper_handle" not in json.dumps(kept)
    assert kept["voices"]["accounts"][0]["n"] == 1, "what it did stays a number"
    assert "paper_handle" not in place.read_text("utf-8")


def test_ads_are_counted_by_account_and_never_across_actions(world: World) -> None:
    world.covered()
    for back in range(6):  # Tuesday to Sunday
        ad(world, SUNDAY - back * DAY)
    ad(world, SUNDAY, cost_micros=260_000_000)  # told anew
    ad(world, SUNDAY - 7 * DAY)  # the week before
    ad(world, level="ad", ad_group="1", ad="2")  # another level of the same
    ad(
        world,
        network="meta_ads",
        account="7",
        campaign_name='=HYPERLINK("x")',
        currency="USD",
        clicks=None,
        installs={"mobile_app_install": 0.0},
    )
    google, meta = numbers(world)["ads"]
    assert (google["days"], google["figures"], google["restated"]) == (6, 6, 1)
    (campaign,) = google["campaigns"]
    assert campaign["cost_micros"] == 5 * 200_000_000 + 260_000_000
    assert (campaign["impressions"], campaign["clicks"]) == (6000, 300)
    assert campaign["installs"] == {
        "FIREBASE_ANDROID_FIRST_OPEN/Open": 18.0,
        "GOOGLE_PLAY_DOWNLOAD/Play": 24.0,
    }
    assert meta["campaigns"][0]["clicks"] is None
    said = text_of(world)
    for line in (
        "- App. Spent (₹): 1,260; Shown (times): 6,000; Clicks: 300 ",
        "- App, click. Number: 300; Cost each (₹): 4.2 ",
        "- App, download from Google Play. Number: 24; Cost each (₹): 52.5 ",
        "- App, first opened, Android. Number: 18; Cost each (₹): 70 ",
    ):
        assert line in said
    assert "Held: 6 of 7 days, on the account's own clocks (Asia/Kolkata)." in said
    assert "Revised since they were first reported: 1 of 6 figures of a day." in said
    assert "Spent (USD): 200; Shown (times): 1,000; Clicks: –" in said
    assert "Meta Ads reports no install in this week." in said
    assert "On some days something was not reported: =HYPERLINK" in said
    assert "42" not in said.split("Ads: what they cost")[1].split("Search:")[0]


def test_foreign_text_is_no_formula_in_the_workbook(world: World) -> None:
    world.covered()
    formula = '=HYPERLINK("x")'
    ad(world, campaign_name=formula, installs={"=1+1": 2.0})
    searched(world, SUNDAY, 5)
    searched(world, SUNDAY, 5, formula)
    subject = f"promise:{promise(world, MONDAY, text=formula)}"
    missed = incident(world, subject, kind="promise")
    title = f"Promise missed: {formula}\nIncident {missed}\nhigh"
    book = openpyxl.load_workbook(weekly_report.write_weekly(world.context).workbook)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    said = [str(cell.value) for cell in cells]
    for text in (formula, f"{formula}\n=1+1", title):
        assert [one for one in said if one.startswith(text)]


def test_search_is_compared_over_the_same_days(world: World) -> None:
    world.covered()
    monday = date(2026, 11, 16)
    for day, clicks in ((0, 10), (1, 30)):
        searched(world, monday + day * DAY, clicks, position=1.0 + day)
        searched(world, monday + (day - 7) * DAY, 5)
    searched(world, monday - 2 * DAY, 1000)  # a day that this week does not hold yet
    searched(world, monday, 6, "पाणी कधी येणार")
    searched(world, monday, 3, "call 98765 43210", final=False)

    found = numbers(world)["search"]
    (site,) = found["sites"]
    assert site["site"] == SITE
    assert site["now"] == {
        "clicks": 40,
        "impressions": 400,
        # Weighted by impressions: (1 × 100 + 2 × 300) / 400.
        "position": 1.75,
        "days": 2,
    }
    assert (site["before"]["clicks"], site["before"]["days"]) == (10, 2)
    assert site["unnamed_clicks"] == 1, "Monday's ten less the nine that are named"
    said = text_of(world)
    assert "www.city.example. Held: 2 of 7 days (Pacific time), through 17 Nov" in said
    assert "- पाणी कधी येणार. Clicks: 6; Shown (times): 60; Mean position: 2" in said
    assert "43210" not in said


def test_search_that_lacks_a_day_of_the_week_before_is_not_compared(
    world: World,
) -> None:
    world.covered()
    monday = date(2026, 11, 16)
    searched(world, monday, 10)
    searched(world, monday + DAY, 10)
    searched(world, monday - 7 * DAY, 10)
    (site,) = numbers(world)["search"]["sites"]
    assert site["before"] == {
        "clicks": None,
        "impressions": None,
        "position": None,
        "days": 1,
    }
    assert "The week before holds 1 of 2 of these days and is not compared" in (
        text_of(world)
    )


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_no_english_is_left_in_the_sections(world: World, lang: str) -> None:
    world.covered()
    ad(world, campaign_name="पावसाळा", zone="भारत")
    ad(world, SUNDAY, cost_micros=1, campaign_name="पावसाळा", zone="भारत")
    searched(world, SUNDAY, 5, final=False)
    searched(world, SUNDAY, 4, "पाणी")
    loud = world.mention(MONDAY, "पाणी नाही", author="loud")
    made = incident(world, "topic:water", acked_by="आशा", acked_at=MONDAY + 9 * HOUR)
    alert(world, made, "account", mentions=[loud])
    alert(world, made)
    page = weekly_report.write_weekly(world.context, lang=lang).text.read_text("utf-8")
    begins, ends = {
        "mr": ("आठवड्यातील घटना", "कोणती माहिती गोळा झाली"),
        "hi": ("सप्ताह की घटनाएँ", "कौन-सी जानकारी एकत्र हुई"),
    }[lang]
    said = page.split(begins)[1].split(ends)[0]
    names = "Google Play Ads Android PMC Care www.city.example X"
    words = set(re.findall(r"[A-Za-z]+(?:\.[A-Za-z]+)*", said)) - {"K"}  # of K1
    assert words <= set(names.split())
    assert {"Android", "www.city.example"} <= words


@pytest.mark.parametrize("lang", CODES)
def test_what_has_nothing_to_say_says_why_in_a_line(world: World, lang: str) -> None:
    world.covered()
    looked_for_alerts(world)
    said = text_of(world, lang)
    for line in {
        "en": (
            "Nothing stood out: no incident was open in this week.",
            "No account of the registry spoke on what is watched. No influential",
            "There are no figures of ads for this week.",
            "There are no figures of Google's search results for this week.",
        ),
        "mr": (
            "काहीही वेगळे घडले नाही",
            "एकही नोंदणीकृत खाते बोलले नाही",
            "जाहिरातींचे आकडे उपलब्ध नाहीत",
            "Google शोधाचे आकडे उपलब्ध नाहीत",
        ),
        "hi": (
            "कुछ भी अलग नहीं हुआ",
            "कोई पंजीकृत खाता नहीं बोला",
            "विज्ञापनों के आँकड़े उपलब्ध नहीं",
            "Google खोज के आँकड़े उपलब्ध नहीं",
        ),
    }[lang]:
        assert line in said


def test_a_report_of_an_earlier_version_stays_without_these_sections(
    world: World,
) -> None:
    world.covered()
    counted = numbers(world)
    new = ("incidents", "voices", "ads", "search", "measures", "strategy")
    older = {key: value for key, value in counted.items() if key not in new}
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=older))
    said = text_of(world)
    for title in (
        "Incidents of the week",
        "Public voices",
        "Ads:",
        "Search:",
        "Goals:",
    ):
        assert title not in said
