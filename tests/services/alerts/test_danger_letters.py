"""What people are told of critical items: words, kinds, further items, rumours."""

import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors.base import Tombstone
from socialcell.i18n import language
from socialcell.listening.alerts.model import Escalation
from socialcell.listening.model import Mention
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import tags
from socialcell.listening.store.pages import tombstones
from socialcell.ops import outbox_store as outbox
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import Lines, plain_text
from socialcell.services.alerts import (
    escalations,
    incident_lines,
    rumours,
)
from socialcell.services.context import Context
from socialcell.services.incident_room import room_overview
from socialcell.services.outbox import acknowledgements
from socialcell.services.privacy import data_requests
from socialcell.settings.notifications import Alerts
from tests.reports.world import MONDAY, World
from tests.services.alerts.critical_city import (
    MINUTE,
    NOW,
    called,
    city_at_night,
    critical,
    gathered,
    look,
)

pytestmark = pytest.mark.swept_on_postgresql

DESK = "desk@city.example"
BUS = "We are on top of a school bus, 30 kids, water rises, call 98220 12345"
WARJE: dict[str, Any] = {
    "topics": ("flood",),
    "entities": ("place:warje",),
    "wards": ("ward:warje-karvenagar",),
}
RUMOUR = "The dam has burst, leave Pune now"


@pytest.fixture
def city(context: Context, clock: FixedClock) -> World:
    return city_at_night(context, clock)


def opened_in_warje(city: World) -> int:
    """An open incident that nobody has taken on, whose people were called."""
    first = critical(city, "The watchman is in the basement", author="a", **WARJE)
    look(city)
    return first


def letters_to(city: World, who: str) -> list[str]:
    """The letters to somebody in plain text, in their order."""
    with db.reading(city.engine) as session:
        rows = session.scalars(
            select(Outgoing).where(Outgoing.recipient == who).order_by(Outgoing.id)
        ).all()
    parsed = [message_from_bytes(row.body or b"", policy=default) for row in rows]
    parts = [mail.get_body(("plain",)) for mail in parsed]
    return [" ".join(part.get_content().split()) for part in parts if part is not None]


def test_a_new_danger_of_an_open_incident_is_told_at_once_with_its_own_words(
    city: World,
) -> None:
    watchman = opened_in_warje(city)
    city.context.clock.advance(MINUTE)
    bus = critical(city, BUS, author="b", **WARJE)
    copy = critical(city, f"RT {BUS}", author="c", **WARJE)

    look(city)
    look(city)

    assert gathered(city) == dict.fromkeys((watchman, bus, copy), 1)
    assert called(city, "desk@city.example") == [watchman, bus]
    assert called(city, "officer") == [watchman]
    letter = letters_to(city, "desk@city.example")[-1]
    assert "school bus, 30 kids" in letter
    assert "98220" not in letter
    assert letter.index("school bus") < letter.index("A post was classified")


def test_further_dangers_of_an_incident_wait_five_minutes_and_are_told_in_one_letter(
    city: World,
) -> None:
    opened_in_warje(city)
    critical(city, BUS, author="b", **WARJE)
    look(city)
    further = [
        "An old couple hangs in a tree",
        "My son is swept away",
        "Wall fell on us",
    ]
    ids = []
    for n, text in enumerate(further):
        city.context.clock.advance(MINUTE)
        ids.append(critical(city, text, author=f"c{n}", **WARJE))
        look(city)
    assert len(letters_to(city, "desk@city.example")) == 2

    city.context.clock.advance(2 * MINUTE)
    assert escalations.next_step_at(city.context) == city.context.clock.now()
    escalations.group_critical_items(city.context)
    escalations.put_due_steps(city.context)

    letter = [
        words
        for words in letters_to(city, "desk@city.example")
        if all(text in words for text in further)
    ]
    assert len(letter) == 1
    for id_ in ids[:2]:
        assert f"#{id_} · X · 20 Nov 2026, 02:00 · ward:warje" in letter[0]
    assert "school bus" not in letter[0]


def test_whoever_lacks_a_notice_when_the_process_dies_misses_no_item(
    city: World,
) -> None:
    readers = {"recipients": {"en": ["desk@city.example", "head@city.example"]}}
    changed = city.context.workspace.config.model_copy(
        update={"alerts": Alerts.model_validate(readers)}
    )
    folder = city.context.workspace.folder
    city.context = replace(city.context, workspace=Workspace(folder, changed))
    opened_in_warje(city)
    bus = critical(city, BUS, author="b", **WARJE)
    look(city)
    # As it is when the process dies between the letters of two readers.
    with db.writing(city.engine) as session:
        for row in session.scalars(select(Outgoing)):
            if outbox.mention_of_key(row.dedup_key) == bus and row.recipient[0] == "h":
                session.delete(row)
        told = session.scalars(select(Escalation).where(Escalation.mention_id == bus))
        told.one().next_at = NOW
    critical(city, "An old couple hangs in a tree", author="c", **WARJE)

    look(city)

    for reader in ("desk@city.example", "head@city.example"):
        words = " ".join(letters_to(city, reader))
        assert "school bus" in words
        assert "An old couple" in words


def test_the_later_steps_of_the_ladder_have_the_words_of_the_newest_items(
    city: World,
) -> None:
    watchman = opened_in_warje(city)
    bus = critical(city, BUS, author="b", **WARJE)
    harmless = critical(city, "The hall swims", author="d", confidence=0.6, **WARJE)
    look(city)
    with db.writing(city.engine) as session:
        tags.decide(session, harmless, "urgency", "low", "lead", NOW)
    city.context.clock.advance(20 * MINUTE)

    look(city)

    assert called(city, "officer")[-1] == watchman
    with db.reading(city.engine) as session:
        calls = session.scalars(
            select(Outgoing).where(Outgoing.channel == "phone").order_by(Outgoing.id)
        ).all()
        call = json.loads(calls[-1].body or b"")
    assert [item["item"] for item in call["further"]] == [bus]
    for words in (
        letters_to(city, "desk@city.example")[-1],
        call["further"][0]["text"],
        " ".join(call["lines"]),
    ):
        assert "school bus, 30 kids" in words
        assert "98220" not in words
        assert "hall swims" not in words


def test_a_letter_to_somebody_who_is_in_charge_asks_nobody_to_take_it(
    city: World,
) -> None:
    opened_in_warje(city)
    acknowledgements.acknowledge(city.context, 1)
    critical(city, BUS, author="b", **WARJE)

    look(city)

    letter = letters_to(city, "desk@city.example")[-1]
    assert "looks after the incident" in letter
    assert "Whoever takes charge" not in letter


@pytest.mark.parametrize("lang", ["mr", "hi", "en"])
def test_nobody_can_be_recognised_in_a_post_that_is_told(
    city: World, lang: str
) -> None:
    text = "My name is Sunita Kadam 98220 12345, I am under a wall, tell @asha_kale"
    id_ = critical(city, text, entities=("place:kothrud",), wards=())
    look(city)

    words = letter_render.text(escalations.page(city.context, id_, lang))

    assert f"#{id_}" in words
    assert "socialcell alerts ack 1" in words
    for hidden in ("Sunita", "Kadam", "98220", "12345", "asha_kale", "_handle"):
        assert hidden not in words


def shown_others(city: World, incident: int = 1) -> list[str]:
    """The items of an incident after its first one, as `alerts show` shows them."""
    page = escalations.incident_page(city.context, incident, "en")
    return [
        plain_text(line)
        for section in page.opening
        if section.title == "Also in this incident"
        for block in section.blocks
        if isinstance(block, Lines)
        for line in block.lines
    ]


def test_each_further_item_of_an_incident_is_shown_with_its_words_masked(
    city: World,
) -> None:
    place = {"entities": ("place:kothrud",)}
    critical(city, "Smoke from the third floor, an old man shouts", **place)
    look(city)
    acknowledgements.acknowledge(city.context, 1)
    second = critical(city, "They burn in there, call 98220 12345", **place)
    message = critical(
        city, "My name is Sunita Kadam, no stairs", kind="message", **place
    )

    look(city)

    words = "\n".join(shown_others(city))
    assert f"#{message} · X · 20 Nov 2026, 02:00 · Kothrud: “My name is" in words
    assert f"#{second} · X · 20 Nov 2026, 02:00 · Kothrud: “They burn in there" in words
    assert words.index(f"#{message}") < words.index(f"#{second}")
    for hidden in ("98220", "Sunita", "Kadam"):
        assert hidden not in words


def test_of_many_further_items_the_newest_five_are_shown_and_the_others_counted(
    city: World,
) -> None:
    place = {"entities": ("place:kothrud",)}
    ids = [critical(city, f"It burns, house {n}", **place) for n in range(9)]
    look(city)
    city.delete(ids[-1])

    *lines, more = shown_others(city)

    assert [line.split(" · ")[0] for line in lines] == [
        f"#{id_}" for id_ in reversed(ids[3:8])
    ]
    assert more == "and 3 more (socialcell alerts show 1 --json)"


def test_the_first_letter_about_one_item_quotes_no_other_one(city: World) -> None:
    place = {"entities": ("place:kothrud",)}
    first = critical(city, "Smoke from the third floor, an old man shouts", **place)
    critical(city, "They burn in there", **place)
    look(city)

    assert "burn in there" not in letter_render.text(
        escalations.page(city.context, first, "en")
    )


def told_ways(city: World, id_: int) -> list[str]:
    """An item as its letter, the telephone and `alerts show` tell it."""
    with db.reading(city.engine) as session:
        call = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        ).first()
    assert call is not None
    return [
        letter_render.text(escalations.page(city.context, id_, "en")),
        letter_render.text(escalations.incident_page(city.context, 1, "en")),
        call.decode() if isinstance(call, bytes) else call,
    ]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("en", "Danger to life: People trapped, Fire"),
        ("mr", "जीवितास धोका: लोक अडकले, आग"),
        ("hi", "जान का ख़तरा: लोग फँसे, आग"),
    ],
)
def test_a_danger_of_no_topic_and_no_place_goes_by_its_kind_everywhere(
    city: World, code: str, title: str
) -> None:
    words = "There is smoke and flames and people are trapped, someone is bleeding"
    id_ = critical(city, words, topics=("other",))
    look(city)

    (line,) = incident_lines.list_lines(city.context, language(code))

    assert line.title == title
    assert escalations.page(city.context, id_, code).subject == title
    assert escalations.incident_page(city.context, 1, code).subject == title
    assert room_overview.show_room(city.context, 1, code).title == title


def test_a_danger_outside_ward_offices_has_its_place_in_list_letter_and_room(
    city: World,
) -> None:
    named = ("place:pune", "place:bhide-bridge")
    id_ = critical(city, "Water to the neck", topics=("flood",), entities=named)
    look(city)

    (line,) = incident_lines.list_lines(city.context, language("en"))

    title = "Danger to life: Flood, Bhide bridge"
    assert line.title == title
    assert escalations.page(city.context, id_, "en").subject == title
    assert room_overview.show_room(city.context, 1, "en").title == title


def test_a_private_message_of_no_topic_tells_the_kind_of_danger_alone(
    city: World,
) -> None:
    id_ = critical(city, "We are trapped, call Asha", topics=(), kind="message")
    look(city)

    title = escalations.page(city.context, id_, "en").subject

    assert title == "Danger to life in a private message: People trapped"


def test_the_telephone_is_given_no_time_that_nobody_knows(city: World) -> None:
    city.context.clock.set(MONDAY)
    undated = city.mention(None, "A wall fell on a man", urgency="critical")
    look(city)
    dated = critical(city, "A car fell into the river", MONDAY)
    look(city)

    with db.reading(city.engine) as session:
        bodies = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        )
        calls = [json.loads(body or b"") for body in bodies]

    assert {call["item"]: call["at"] for call in calls} == {
        undated: None,
        dated: "2026-11-16T00:00:00+05:30",
    }


def test_what_is_marked_as_false_is_said_with_each_item_that_repeats_it(
    city: World,
) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    id_ = critical(city, RUMOUR, topics=("flood",))

    look(city)

    letter, shown, call = told_ways(city, id_)
    for words in (letter, shown):
        said = " ".join(words.split())
        assert f"Marked as false, in 1 mention: “{RUMOUR}”. The dam is safe" in said
    assert "The dam is safe" in call


def test_a_letter_names_no_rumour_that_only_another_item_repeats(city: World) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    place = {"topics": ("flood",), "entities": ("place:kothrud",)}
    other = critical(city, "Water is in our house, we cannot get out", **place)
    critical(city, RUMOUR, **place)
    look(city)

    letter, shown, _call = told_ways(city, other)

    assert "Marked as false" not in letter
    assert "Marked as false" in shown


def test_a_later_step_names_the_rumour_of_an_item_whose_words_it_has(
    city: World,
) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    opened_in_warje(city)
    critical(city, RUMOUR, author="b", **WARJE)
    look(city)
    city.context.clock.advance(20 * MINUTE)

    look(city)

    assert "The dam is safe" in letters_to(city, "desk@city.example")[-1]


def test_a_message_to_the_city_is_not_looked_through_for_rumours(city: World) -> None:
    rumours.add(city.context, text=RUMOUR, note="The dam is safe")
    id_ = critical(city, RUMOUR, topics=("flood",), kind="message")
    look(city)

    assert not any("Marked as false" in words for words in told_ways(city, id_))


def test_figures_of_an_incident_that_cannot_all_be_right_are_said_with_it(
    city: World,
) -> None:
    for author, people in (("a", 2), ("b", 5)):
        text = f"{people} dead in the flood at Warje, water is rising"
        id_ = critical(city, text, author=author, **WARJE)
    look(city)

    letter, shown, _call = told_ways(city, id_)

    for words in (letter, shown):
        assert "Dead (people): 2 / 5; none is confirmed." in " ".join(words.split())


def test_who_removed_an_item_is_told_as_it_was(city: World) -> None:
    erased = critical(city, "A fire in the lane", author="u1")
    deleted = critical(city, "A wall fell on a man", topics=("roads",), author="u2")
    look(city)
    incidents = gathered(city)
    with db.writing(city.engine) as session:
        gone = session.get_one(Mention, deleted)
        stone = Tombstone(gone.platform, gone.external_id, "deleted")
        tombstones.apply_tombstones(session, [stone], NOW)
    data_requests.erase_account(city.context, "x", "u1", None)

    def told(item: int) -> str:
        page = escalations.incident_page(city.context, incidents[item], "en")
        return letter_render.text(page)

    assert "It was removed since where it was written." in told(deleted)
    assert "Its words were erased here since." in told(erased)


def test_no_letter_that_waits_keeps_the_words_of_an_item_that_was_deleted(
    city: World,
) -> None:
    opened_in_warje(city)
    couple = critical(city, "An old couple hangs in a tree", author="b", **WARJE)
    bus = critical(city, BUS, author="c", **WARJE)
    look(city)
    city.context.clock.advance(20 * MINUTE)
    look(city)
    assert sum("school bus" in words for words in letters_to(city, DESK)) == 2

    with db.writing(city.engine) as session:
        gone = session.get_one(Mention, bus)
        stone = Tombstone(gone.platform, gone.external_id, "deleted")
        tombstones.apply_tombstones(session, [stone], city.context.clock.now())
    look(city)

    letters = letters_to(city, DESK)
    assert not any("school bus" in words for words in letters)
    assert sum("An old couple" in words for words in letters) == 2
    assert couple in called(city, DESK)
    with db.reading(city.engine) as session:
        calls = session.scalars(
            select(Outgoing.body).where(Outgoing.channel == "phone")
        )
        assert not any(b"school bus" in (body or b"") for body in calls)


def test_a_letter_that_is_withdrawn_while_it_is_put_out_is_due_again(
    city: World,
) -> None:
    opened_in_warje(city)
    couple = critical(city, "An old couple hangs in a tree", author="b", **WARJE)
    bus = critical(city, BUS, author="c", **WARJE)
    escalations.group_critical_items(city.context)
    with db.reading(city.engine) as session:
        as_read = critical_calls.escalation_of_item(session, couple)
        session.expunge_all()
    assert as_read is not None
    due_at = as_read.next_at
    city.context.clock.advance(20 * MINUTE)
    escalations.put_due_steps(city.context)

    # Whoever put the letter out is at the last write, before which the bus is removed.
    with db.writing(city.engine) as session:
        session.get_one(Escalation, as_read.id).next_at = due_at
        gone = session.get_one(Mention, bus)
        stone = Tombstone(gone.platform, gone.external_id, "deleted")
        tombstones.apply_tombstones(session, [stone], city.context.clock.now())
        session.flush()
        critical_calls.set_next(session, as_read, None)
    look(city)

    letters = letters_to(city, DESK)
    assert not any("school bus" in words for words in letters)
    assert sum("An old couple" in words for words in letters) == 2


def test_what_a_platform_withholds_is_told_without_its_words(city: World) -> None:
    where = {"countries": ["IN"], "scope": "tweet", "copyright": False}
    id_ = critical(city, "A man is under the wall", withheld=where)
    look(city)

    words = letter_render.text(escalations.page(city.context, id_, "en"))

    assert "under the wall" not in words
    assert f"#{id_}" in words
