"""Sentences of a critical item's letter beside the item."""

from collections.abc import Sequence
from typing import Any

import pytest

from socialcell.i18n import CODES, language
from socialcell.reports.incidents import critical_item_page
from socialcell.reports.incidents.critical_item_page import (
    CriticalItemFacts,
    IncidentEnd,
    ItemStatus,
)
from socialcell.reports.letters import letter_render
from tests.reports.incidents.facts import (
    HOUR,
    NAMES,
    NIGHT,
    PEOPLE,
    incident,
    mention,
    one_line,
)


def letter(
    status: ItemStatus,
    lang: str = "en",
    topics: Sequence[str] = ("flood",),
    wards: Sequence[str] = ("ward:aundh-baner",),
    named: Sequence[str] = (),
    **row: Any,
) -> str:
    """The letter of mention 42 on a flood in Aundh, of two at night."""
    known = CriticalItemFacts(
        row=mention(**row),
        annotations=(),
        values={"topic": topics, "ward": wards, "entity": named},
        names=NAMES,
        owner="dept:disaster",
        owner_names=dict.fromkeys(CODES, "Disaster Management Department"),
    )
    page = critical_item_page.page(
        known, status, PEOPLE, "Social media cell", language(lang)
    )
    return one_line(letter_render.text(page))


def test_a_critical_post_says_what_where_whose_and_which() -> None:
    text = letter(ItemStatus(7, [43, 44]))

    assert text.startswith(
        "Danger to life: Flood, Aundh - Baner Social media cell. X · "
        "20 Nov 2026, 02:00 "
    )
    assert (
        "A post was classified as critical: life or limb may be in danger. No one is "
        "assigned. It is about: Flood, Aundh - Baner. Responsible: Disaster Management "
        "Department. Incident 7, mention #42. Also in this incident: #43, #44 "
        "Not known: Whether it is true: staff have not checked." in text
    )
    assert "More: socialcell mentions show 42" in text
    assert "Whoever takes charge records it: socialcell alerts ack 7" in text


@pytest.mark.parametrize(
    ("lang", "topics", "kind", "title"),
    [
        ("en", ["fire"], "post", "Danger to life: Fire or rescue, Aundh - Baner "),
        ("mr", ["fire"], "post", "जीवितास धोका: आग किंवा बचावकार्य, "),
        ("hi", ["fire"], "post", "जान का ख़तरा: आग या बचाव, "),
        ("en", ["transport", "other"], "post", "Danger to life: Aundh - Baner "),
        ("en", ["transport", "flood"], "post", "Danger to life: Flood, Aundh - Baner "),
        (
            *("en", ["transport"], "message"),
            "Danger to life in a private message: Aundh - Baner ",
        ),
    ],
)
def test_a_title_names_a_topic_only_where_that_says_what_happens(
    lang: str, topics: list[str], kind: str, title: str
) -> None:
    assert letter(ItemStatus(7), lang, topics, kind=kind).startswith(title)


@pytest.mark.parametrize(
    ("lang", "wards", "named", "title"),
    [
        ("en", [], ["place:bhide-bridge"], "Danger to life: Flood, Bhide bridge "),
        ("mr", [], ["place:bhide-bridge"], "जीवितास धोका: पूर, भिडे पूल "),
        ("en", [], ["place:pune", "org:pmc", "place:new"], "Danger to life: Flood S"),
        (
            *("en", [], [f"place:{name}" for name in ("camp", "katraj", "wakad")]),
            "Danger to life: Flood, Camp, Katraj S",
        ),
        (
            *("en", ["ward:aundh-baner"], ["place:bhide-bridge"]),
            "Danger to life: Flood, Aundh - Baner S",
        ),
    ],
)
def test_without_a_ward_office_a_title_has_the_places_that_are_named(
    lang: str, wards: list[str], named: list[str], title: str
) -> None:
    text = letter(ItemStatus(7), lang, wards=wards, named=named)

    assert text.startswith(title)


def test_a_false_alarm_says_who_decided_so_and_asks_nobody_to_take_charge() -> None:
    text = letter(
        ItemStatus(7, end=IncidentEnd(NIGHT, NIGHT + 2 * HOUR, is_false_alarm=True))
    )

    assert text.startswith("False alarm: Danger to life: Flood, Aundh - Baner Social")
    assert (
        "Staff decided that nobody was in danger. Over on 20 Nov 2026, 04:00, after 2 "
        "hours. It is about: Flood, Aundh - Baner." in text
    )
    assert "classified as critical" not in text
    assert "No one is assigned" not in text
    assert "alerts ack" not in text
    assert "The post" not in text


def test_an_incident_that_is_over_says_so_and_who_had_it() -> None:
    text = letter(
        ItemStatus(7, acked_by="asha", end=IncidentEnd(NIGHT, NIGHT + 2 * HOUR))
    )

    assert text.startswith("Over: Danger to life: Flood, Aundh - Baner Social")
    assert (
        "life or limb may be in danger. Over on 20 Nov 2026, 04:00, after 2 hours. "
        "asha looked after the incident. It is about" in text
    )
    assert "No one is assigned" not in text
    assert "alerts ack" not in text


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "asha looked after the incident. It was acknowledged only after its"),
        ("mr", "asha या घटनेकडे लक्ष देत होते. याची दखल घटना संपल्यानंतरच नोंदवली गेली."),
        ("hi", "asha इस घटना को देख रहे थे। इसका संज्ञान घटना समाप्त होने के बाद ही दर्ज हुआ।"),
    ],
)
def test_an_incident_that_was_acknowledged_after_its_end_says_so(
    lang: str, sentence: str
) -> None:
    end = IncidentEnd(NIGHT, NIGHT + HOUR, is_acknowledged_late=True)

    assert sentence in letter(ItemStatus(7, acked_by="asha", end=end), lang)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Nobody took charge of the incident."),
        ("mr", "या घटनेची जबाबदारी कोणीही घेतली नाही."),
        ("hi", "इस घटना की ज़िम्मेदारी किसी ने नहीं ली।"),
    ],
)
def test_an_incident_that_nobody_had_says_so_and_how_to_record_it(
    lang: str, sentence: str
) -> None:
    text = letter(ItemStatus(7, end=IncidentEnd(NIGHT, NIGHT + HOUR)), lang)

    assert sentence in text
    assert "socialcell alerts ack 7" in text


def test_an_end_that_was_not_recorded_is_said_to_be_none() -> None:
    text = letter(ItemStatus(7, end=IncidentEnd(NIGHT, None)))

    assert "It is over; when it ended was not recorded." in text


def test_a_post_of_no_telling_topic_and_no_place_is_a_critical_post() -> None:
    text = letter(ItemStatus(7), topics=["transport"], wards=())

    assert text.startswith("Critical post about the city ")
    assert "It is about: Public transport." in text


@pytest.mark.parametrize(
    ("topics", "subjects"),
    [
        (["other", "waste", "streetlights"], "Aundh - Baner"),
        (["other", "waste", "flood"], "Flood, Aundh - Baner"),
        (["flood", "other", "waste"], "Flood, Aundh - Baner"),
        (["fire", "building", "flood"], "Fire or rescue, Flood, Aundh - Baner"),
        (["health", "other", "water"], "Public health, Water supply, Aundh - Baner"),
    ],
)
def test_the_complaints_beside_a_danger_are_not_named(
    topics: list[str], subjects: str
) -> None:
    assert f"It is about: {subjects}. Resp" in letter(ItemStatus(7), topics=topics)


def test_items_of_an_incident_that_are_not_numbered_are_counted() -> None:
    text = letter(ItemStatus(7, range(43, 56)))

    assert "#51, #52 and 3 more (socialcell alerts show 7)" in text


def test_a_critical_message_says_that_its_words_are_not_to_be_forwarded() -> None:
    text = letter(ItemStatus(7), kind="message", platform="whatsapp")

    assert text.startswith("Danger to life in a private message: Flood, Aundh - Baner ")
    assert (
        "A direct message was classified as critical: life or limb may be in danger."
        in text
    )
    assert (
        "It was written to the city alone: names and numbers are hidden. Do not "
        "forward its words." in text
    )
    assert "To answer it: socialcell messages reply 42 -" in text


def test_a_letter_that_is_repeated_says_since_when_nobody_answers() -> None:
    repeated = ItemStatus(7, called_since=NIGHT + HOUR, repeated=True)

    assert "Nobody has acknowledged it since 20 Nov 2026, 03:00." in letter(repeated)


def test_who_looks_after_the_incident_is_named() -> None:
    assert "asha looks after the incident." in letter(ItemStatus(7, acked_by="asha"))


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "time not known"), ("mr", "वेळ माहीत नाही"), ("hi", "समय पता नहीं")],
)
def test_an_item_of_which_no_time_is_known_says_so(lang: str, words: str) -> None:
    text = letter(ItemStatus(7), lang, authored_at=None)

    assert text.count(f" · {words}") == 2
    assert "2026" not in text
    assert "२०२६" not in text


def test_an_item_that_was_removed_is_said_to_be() -> None:
    def told(*, at_source: bool) -> str:
        page = critical_item_page.removed_page(
            incident(), "Social media cell", language("en"), at_source=at_source
        )
        return letter_render.text(page)

    assert "It was removed since where it was written." in told(at_source=True)
    assert "Its words were erased here since." in told(at_source=False)
