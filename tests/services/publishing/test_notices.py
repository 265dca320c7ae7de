"""Notices are written in three languages, and what they close raises no alert."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db, message_catalog
from socialcell.campaigns.publishing import notice_template
from socialcell.clock import IST, FixedClock
from socialcell.errors import ConfigError, UsageError
from socialcell.identity.actor import os_account
from socialcell.listening.alerts.model import Closure
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.alerts import alerts
from socialcell.services.alerts import detection
from socialcell.services.context import Context
from socialcell.services.doctor import posting_checks
from socialcell.services.mentions import tagging
from socialcell.services.publishing import notice_templates as job_templates
from socialcell.services.publishing import notices as job
from socialcell.services.publishing import own_posts
from socialcell.services.publishing.notices import NoticeRequest
from tests.operators import acting
from tests.rows import in_order
from tests.services.alerts.test_detection import HOUR, MINUTE, NOW, burst, city

pytestmark = pytest.mark.swept_on_postgresql

__all__ = ["city"]
WARD = "ward:kothrud-bavdhan"
AT = datetime(2026, 12, 1, 10, 30, tzinfo=IST)
FROM = datetime(2026, 12, 3, 9, 0, tzinfo=IST)
TO = datetime(2026, 12, 4, 12, 0, tzinfo=IST)


@pytest.fixture
def cell(context: Context, engine: Engine) -> Context:
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    return context


def asked(**changes: Any) -> NoticeRequest:
    """A notice of a water closure; what is no field of Asked is a slot, None: not."""
    fields: dict[str, Any] = {
        "template": "water_closure",
        "platforms": ("x", "telegram"),
        "at": AT,
    }
    slots: dict[str, Any] = {
        "from": FROM.isoformat(),
        "to": TO.isoformat(),
        "reason": "pumping",
        "contact": "020-25501000",
        "ward": "Kothrud-Bavdhan",
    }
    for key, value in changes.items():
        (fields if key in NoticeRequest.__dataclass_fields__ else slots)[key] = value
    given = {key: [value] for key, value in slots.items() if value is not None}
    return NoticeRequest(**({"given": given} | fields))


def discharge(**changes: Any) -> NoticeRequest:
    """A notice of water let out of a dam."""
    fields = {
        "template": "dam_discharge",
        "at": None,
        "given": {
            "dam": ["khadakwasla"],
            "cusecs": ["35,574"],
            "from": ["2026-11-25T06:00"],
            "source": ["water_resources"],
            "contact": ["020-25501000"],
        },
    }
    return asked(**(fields | changes))


def closures(engine: Engine) -> list[Closure]:
    with db.reading(engine) as session:
        found = list(session.scalars(in_order(Closure)))
        session.expunge_all()
    return found


def test_a_notice_is_drafts_in_three_languages_and_enters_its_closure(
    cell: Context, engine: Engine
) -> None:
    made = job.create_notice(cell, asked())

    told = [(one.platform, one.language, one.state, one.kind) for one in made.posts]
    assert told == [
        (platform, code, "draft", "notice")
        for platform in ("x", "telegram")
        for code in ("mr", "hi", "en")
    ]
    assert made.posts[0].text == (
        "नियोजित पाणीपुरवठा बंद\n"
        "कोथरूड-बावधन: गुरुवार, ३ डिसेंबर २०२६ रोजी ०९:०० ते शुक्रवार, ४ डिसेंबर २०२६, "
        "१२:०० पाणीपुरवठा बंद राहील.\n"
        "कारण: पंपिंग केंद्राची देखभाल.\n"
        "कृपया पुरेसे पाणी साठवून ठेवा.\n"
        "संपर्क: 020-25501000"
    )
    assert "को 09:00 से शुक्रवार, 4 दिसंबर 2026, 12:00 तक" in made.posts[1].text
    (closure,) = closures(engine)
    assert (closure.topic, closure.wards) == ("water", [WARD])
    assert (closure.from_at, closure.to_at) == (FROM, TO)
    assert {one.closure_id for one in made.posts} == {closure.id}


def test_the_same_notice_again_changes_nothing(cell: Context, engine: Engine) -> None:
    first = job.create_notice(cell, asked())

    again = job.create_notice(cell, asked())
    more = job.create_notice(cell, asked(platforms=("x", "facebook")))

    assert [one.id for one in again.posts] == [one.id for one in first.posts]
    assert len(closures(engine)) == 1
    assert more.closure == first.closure


def test_a_notice_made_before_the_sign_in_is_of_who_makes_it_again(
    cell: Context,
) -> None:
    first = job.create_notice(replace(cell, actor=os_account()), discharge())
    asha = acting(cell, "asha")

    again = job.create_notice(asha, discharge())

    assert [one.id for one in again.posts] == [one.id for one in first.posts]
    assert {one.made_by for one in again.posts} == {"asha"}
    approved = own_posts.approve_posts(
        acting(cell, "meera"), [one.id or 0 for one in again.posts]
    )
    assert {one.state for one in approved} == {"approved"}


def test_a_notice_that_was_withdrawn_is_made_anew_for_the_same_closure(
    cell: Context, engine: Engine
) -> None:
    first = job.create_notice(cell, asked())
    own_posts.withdraw_post(cell, first.posts[0].id or 0, "too early")

    again = job.create_notice(cell, asked())

    assert {one.state for one in again.posts} == {"draft"}
    assert again.posts[0].id not in {one.id for one in first.posts}
    assert again.closure == first.closure
    assert len(closures(engine)) == 1


def test_a_notice_that_cannot_be_posted_leaves_no_closure_behind(
    cell: Context, engine: Engine
) -> None:
    with pytest.raises(UsageError, match="picture"):
        job.create_notice(cell, asked(platforms=("x", "instagram")))

    assert closures(engine) == []


def test_a_dry_run_enters_nothing(cell: Context, engine: Engine) -> None:
    made = job.create_notice(cell, asked(), dry_run=True)

    assert len(made.posts) == 6
    assert closures(engine) == []


def test_vaccination_closes_nothing(cell: Context, engine: Engine) -> None:
    made = job.create_notice(
        cell, asked(template="vaccination", reason="pulse_polio", ward=None)
    )

    assert made.closure is None
    assert closures(engine) == []
    assert "पुणे: गुरुवार" in made.posts[0].text
    assert "Vaccine: Pulse Polio." in made.posts[2].text


def test_talk_of_what_a_notice_announced_raises_no_alert(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOW - 2 * HOUR)
    job.create_notice(
        city,
        asked(
            at=NOW - HOUR,
            ward=None,
            **{"from": (NOW - HOUR).isoformat(), "to": (NOW + 8 * HOUR).isoformat()},
        ),
    )
    burst(engine, NOW, text="No water in our house since morning")
    clock.set(NOW + 10 * MINUTE)
    tagging.tag_waiting(city)

    detection.detect(city)

    with db.reading(engine) as session:
        told = {
            alert.series
            for one in alerts.incidents(session)
            if one.kind != "planned"
            for alert in alerts.alerts_of(session, one.id or 0)
        }
    assert not told & {"topic:water", "negative topic:water"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"template": "flood"}, "no notice 'flood'. There are: dam_discharge"),
        ({"reason": "magic"}, "no 'magic'.*pumping.*--set reason.mr="),
        ({"reason": None, "reason.mr": "काम"}, "not written in hi"),
        ({"reason": None, "reason.ta": "x"}, "languages are mr, hi, en"),
        ({"reason": None, "reason.mr": "{ward}"}, "without {"),
        ({"reason.mr": "काम"}, "as it is and by language"),
        ({"contact": " "}, "contact is empty"),
        ({"contact": "a\nb"}, "one line"),
        ({"ward": "Atlantis"}, "no area 'Atlantis'"),
        ({"to": FROM.isoformat()}, "ends before it begins"),
        ({"from": "tomorrow"}, "from: 'tomorrow' is no moment such as"),
        ({"platforms": ("youtube",)}, "not on 'youtube'"),
        ({"contat": "1077"}, "no slot 'contat'.*Did you mean contact"),
        ({"contact": None, "to": None}, r"lacks to \(.*--set to=… --set contact=…"),
    ],
)
def test_a_notice_with_a_wrong_slot_is_refused(
    cell: Context, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        job.create_notice(cell, asked(**changes))


def test_the_slots_that_a_notice_lacks_are_described_in_the_readers_language(
    cell: Context,
) -> None:
    with pytest.raises(UsageError) as refusal:
        job.create_notice(cell, asked(**{"contact": None, "to": None}))

    marathi = message_catalog.in_words(refusal.value.message, "mr")
    assert "contact (whom to ask; " in marathi
    assert "एक ओळ)" in marathi
    assert marathi.endswith("--set to=… --set contact=…")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cusecs": ["many"]}, "cusecs: 'many' is no whole number"),
        ({"cusecs": ["900000"]}, "cusecs is 900,000, and must be at least 1 and at"),
        ({"cusecs": ["1", "2"]}, "cusecs takes one value, and 2 were given"),
        ({"contact": ["call us"]}, "contact: 'call us' is no telephone number"),
        ({"cusecs.mr": ["शंभर"]}, "cusecs is the same in every language"),
        ({"dam": ["nile"]}, "dam: there is no 'nile'. There are: khadakwasla, panshet"),
    ],
)
def test_a_slot_takes_only_what_its_type_is(
    cell: Context, changes: dict[str, list[str]], said: str
) -> None:
    given = dict(discharge().given)
    for key, value in changes.items():
        given.pop(key.partition(".")[0])
        given[key] = value

    with pytest.raises(UsageError, match=said):
        job.create_notice(cell, discharge(given=given))


def test_a_discharge_is_told_in_three_languages_and_leaves_once_approved(
    cell: Context, engine: Engine
) -> None:
    made = job.create_notice(cell, discharge(platforms=("x",)))

    assert [one.text.splitlines()[0] for one in made.posts] == [
        "खडकवासला धरणातून विसर्ग: ३५,५७४ क्युसेक",
        "खडकवासला बाँध से छोड़ा जाने वाला पानी: 35,574 क्यूसेक",
        "Water released from Khadakwasla dam: 35,574 cusecs",
    ]
    assert "२५ नोव्हेंबर, ०६:०० वाजल्यापासून." in made.posts[0].text
    assert {(one.safety, one.at_once) for one in made.posts} == {(True, True)}
    assert (made.closure, closures(engine)) == (None, [])


def test_places_are_named_in_each_language_and_a_line_without_its_slot_goes(
    cell: Context,
) -> None:
    given = {
        "road": ["Bhide bridge", "sinhagad road"],
        "from": ["2026-11-25T06:00"],
        "reason": ["bridge"],
        "contact": ["1077"],
    }

    made = job.create_notice(
        cell, asked(template="road_closure", at=None, given=given, platforms=("x",))
    )

    mr, hi, en = (one.text for one in made.posts)
    assert mr.startswith("वाहतुकीसाठी बंद: भिडे पूल, सिंहगड र")
    assert hi.startswith("यातायात के लिए बंद: भिडे पुल, सिंहगढ़ रोड")
    assert "पर्यायी मार्ग" not in mr
    assert "Use instead" not in en
    with pytest.raises(UsageError, match=r"road: there is no place.*--set road\.mr="):
        job.create_notice(
            cell,
            asked(
                template="road_closure", at=None, given={**given, "road": ["Nowhere"]}
            ),
        )


def evacuation(places: str, shelter: str = "Fergusson College") -> NoticeRequest:
    """A notice that sends people of some localities, by commas, to a shelter."""
    given = {
        "places": places.split(", "),
        "reason": ["discharge"],
        "shelter": [shelter],
        "contact": ["1077"],
    }
    return asked(template="evacuation", at=None, given=given, platforms=("telegram",))


@pytest.mark.parametrize(
    "name", ["Vitthalwadi", "Ekta Nagari, Vitthalwadi", "विठ्ठलवाडी", "Vadgaon BK"]
)
def test_a_notice_does_not_put_another_name_in_the_place_of_the_one_written(
    cell: Context, name: str
) -> None:
    with pytest.raises(UsageError, match=r"another name of .*--set places\.mr="):
        job.create_notice(cell, evacuation(name))


@pytest.mark.parametrize(
    "name", ["Hingane Khurd", "हिंगणे खुर्द", "place:hingne-khurd", "hingne khurd"]
)
def test_a_name_that_is_spelt_a_little_differently_is_the_place(
    cell: Context, name: str
) -> None:
    made = job.create_notice(cell, evacuation(name))

    assert "Hingne Khurd" in made.posts[2].text


@pytest.mark.parametrize("name", ["Vadgaon", "वडगाव"])
def test_a_name_of_several_localities_is_refused_with_the_choices(
    cell: Context, name: str
) -> None:
    with pytest.raises(UsageError, match="several places") as refusal:
        job.create_notice(cell, evacuation(name))

    sentence = str(refusal.value)
    assert "Vadgaon Sheri" in sentence or "वडगाव शेरी" in sentence


@pytest.mark.parametrize("shelter", ["Dattawadi", "दत्तवाडी"])
def test_a_place_is_not_left_and_sheltered_in_at_once(
    cell: Context, shelter: str
) -> None:
    with pytest.raises(UsageError, match="under places and under shelter"):
        job.create_notice(cell, evacuation("Ekta Nagari, Dattawadi", shelter))


@pytest.mark.parametrize(
    ("template", "slot", "hours"),
    [
        ("evacuation", "by", 1),
        ("dam_discharge", "from", 7),
        ("first_statement", "next", 0),
    ],
)
def test_a_notice_of_a_time_that_is_over_is_refused(
    cell: Context, template: str, slot: str, hours: int
) -> None:
    moment = (cell.clock.now() - timedelta(hours=hours)).isoformat()
    given: dict[str, list[str]] = {
        "evacuation": dict(evacuation("Ekta Nagari").given),
        "dam_discharge": dict(discharge().given),
        "first_statement": {
            "places": ["Ekta Nagari"],
            "what.mr": ["पाणी"],
            "contact": ["1077"],
        },
    }[template] | {slot: [moment]}
    request = discharge(template=template, given=given, languages=("mr",))

    with pytest.raises(UsageError, match=f"{slot}: .* (is over|hours back)"):
        job.create_notice(cell, replace(request, platforms=("telegram",)))


def test_a_discharge_that_began_some_hours_ago_is_announced(cell: Context) -> None:
    began = (cell.clock.now() - timedelta(hours=3)).isoformat()

    made = job.create_notice(
        cell, discharge(given={**discharge().given, "from": [began]})
    )

    assert "From 06:00 on 23 November" in made.posts[2].text


def test_what_is_over_when_a_notice_goes_out_is_refused(cell: Context) -> None:
    given = {**evacuation("Ekta Nagari").given, "by": ["2026-12-01T10:00"]}

    with pytest.raises(UsageError, match="is over when the notice goes out"):
        job.create_notice(cell, replace(evacuation(""), given=given, at=AT))


def test_a_notice_too_long_for_a_platform_says_which_and_in_what_language(
    cell: Context,
) -> None:
    given = {
        "places.mr": ["एकता नगरी, " * 7],
        "reason": ["discharge"],
        "by": ["2026-11-25T06:00"],
        "shelter.mr": ["निवारा " * 8],
        "contact": ["020-25501000"],
    }
    wanted = asked(template="evacuation", at=None, given=given, languages=("mr",))

    with pytest.raises(UsageError, match=r"evacuation is too long for x in mr: \d+ of"):
        job.create_notice(cell, wanted)
    assert (
        len(job.create_notice(cell, replace(wanted, platforms=("telegram",))).posts)
        == 1
    )


def test_own_words_stand_for_a_usual_reason(cell: Context) -> None:
    made = job.create_notice(
        cell,
        asked(
            reason=None,
            **{"reason.mr": "झडप बदलणे"},
            languages=("mr",),
            platforms=("x",),
        ),
    )

    assert "कारण: झडप बदलणे." in made.posts[0].text


@pytest.mark.parametrize("id_", sorted(notice_template.builtin_templates()))
def test_every_notice_fits_on_every_platform_with_its_longest_choices(id_: str) -> None:
    counts = job_templates.text_lengths(notice_template.builtin_templates()[id_])

    assert len(counts) == 12
    assert [count for count in counts if not count[2].fits] == []


GOOD: dict[str, Any] = {
    "about": "a",
    "slots": {
        "ward": {"type": "area", "about": "where"},
        "from": {"type": "moment", "about": "when"},
        "n": {"type": "number", "about": "how many", "optional": True},
    },
    "words": {
        "mr": "क {ward} {from.day}\n{n}",
        "hi": "क {ward} {from.day}\n{n}",
        "en": "a {ward} {from.clock}\n{n}",
    },
}
SLOTS: dict[str, Any] = GOOD["slots"]


def wordy(**changes: str) -> dict[str, Any]:
    return {"words": GOOD["words"] | changes}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": {"mr": "क", "en": "a"}}, "hi\n.*Field required"),
        (wordy(mr="क {city} {from.day}\n{n}"), "words.mr: there is no slot city"),
        (wordy(hi="क {from.day}\n{n}"), "words.hi: the slot ward is missing"),
        (wordy(en="{ward} {from.day}\n{n} {Ward}"), "'{Ward}' is no slot"),
        (wordy(en="{ward} {from}\n{n}"), "words.en: write {from.day} or"),
        (wordy(en="{ward.day} {from.day}\n{n}"), "words.en: write {ward}"),
        (wordy(en="{ward} {from.day} {n}"), "from stands in a line with an optional"),
        (wordy(mr="a {ward} {from.day}\n{n}"), "words.mr: not written in Devanagari"),
        (wordy(en="क {ward} {from.day}\n{n}"), "words.en: written in Devanagari"),
        ({"closes": "roads"}, "has the slot to of type until"),
        ({"closes": "dreams"}, "there is no topic 'dreams'"),
        ({"slots": SLOTS | {"n": {"type": "digit", "about": "x"}}}, "n.type"),
        ({"slots": SLOTS | {"n": {"type": "text", "about": "x"}}}, "has choices, or"),
        ({"slots": SLOTS | {"n": {"type": "choice", "about": "x"}}}, "has choices"),
        (
            {"slots": SLOTS | {"n": {"type": "until", "after": "m", "about": "x"}}},
            "names no moment",
        ),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_file_of_templates_with_a_hole_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    assert set(notice_template.read_templates({"good": GOOD})) == {"good"}
    with pytest.raises(ValueError, match=said):
        notice_template.read_templates({"bad": GOOD | changes})


OWN = """
about: A tree has fallen
safety: true
slots:
  road: {type: place, about: where}
  contact: {type: phone, about: whom to call}
words:
  mr: "झाड पडले आहे: {road}. संपर्क: {contact}"
  hi: "पेड़ गिरा है: {road}। संपर्क: {contact}"
  en: "A tree has fallen: {road}. Contact: {contact}"
"""


@pytest.fixture
def own(cell: Context) -> Path:
    """The file of a template of the workspace's own."""
    place = cell.workspace.folder / "notices" / "tree_fall.yaml"
    place.parent.mkdir()
    place.write_text(OWN, "utf-8")
    return place


def test_a_workspace_adds_templates_of_its_own_as_files(
    cell: Context, own: Path
) -> None:
    given = {"road": ["Bhide bridge"], "contact": ["1077"]}
    made = job.create_notice(cell, asked(template="tree_fall", at=None, given=given))

    assert made.posts[0].text == "झाड पडले आहे: भिडे पूल. संपर्क: 1077"
    check = posting_checks.templates(cell)
    assert (check.state, "tree_fall" in check.finding) == ("ok", True)


def test_the_template_that_the_page_shows_is_one(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "publishing.md").read_text("utf-8")
    shown = page.partition("### Templates of your own")[2].partition("```yaml\n")[2]
    file = tmp_path / "tree_fall.yaml"
    file.write_text(shown.partition("```")[0], "utf-8")

    assert job_templates.load_template(file).platforms == ("x", "telegram")


def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(
    cell: Context, own: Path
) -> None:
    own.write_text(OWN.replace("type: phone", "type: fone"), "utf-8")
    own.with_name("dam_discharge.yaml").write_text(
        OWN.replace("{road}.", "{road}. " + "long " * 60), "utf-8"
    )

    found = job_templates.load_templates(cell.workspace)
    assert set(found.faults) == {"tree_fall", "dam_discharge"}
    assert "tree_fall.yaml:6: slots.contact.type" in str(found.faults["tree_fall"])
    assert "words.mr: 3" in str(found.faults["dam_discharge"])
    assert "280 characters that x takes" in str(found.faults["dam_discharge"])
    assert posting_checks.templates(cell).state == "failed"
    with pytest.raises(ConfigError, match=r"tree_fall\.yaml:6"):
        job.create_notice(cell, asked(template="tree_fall"))
    with pytest.raises(ConfigError, match="dam_discharge"):  # not the package's
        job.create_notice(cell, discharge())
    assert job.create_notice(cell, asked()).closure is not None
