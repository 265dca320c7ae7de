"""Notices are written in three languages, and what they close raises no alert."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns import notices
from socialcell.clock import IST, FixedClock
from socialcell.connectors.lengths import length
from socialcell.errors import UsageError
from socialcell.jobs import detect, tag
from socialcell.jobs import notices as job
from socialcell.jobs.context import Context
from socialcell.jobs.notices import Asked
from socialcell.listening import areas
from socialcell.listening.alert_model import Closure
from socialcell.listening.store import alerts
from socialcell.listening.store import areas as area_store
from tests.jobs.test_detect import HOUR, MINUTE, NOW, burst, city
from tests.rows import in_order

pytestmark = pytest.mark.swept_on_postgresql

__all__ = ["city"]
WARD = "ward:kothrud-bavdhan"
AT = datetime(2026, 12, 1, 10, 30, tzinfo=IST)
FROM = datetime(2026, 12, 3, 9, 0, tzinfo=IST)
TO = datetime(2026, 12, 4, 12, 0, tzinfo=IST)


@pytest.fixture
def cell(context: Context, engine: Engine) -> Context:
    with db.writing(engine) as session:
        area_store.replace(session, areas.read_areas())
    return context


def asked(**changes: Any) -> Asked:
    given: dict[str, Any] = {
        "template": "water_closure",
        "platforms": ("x", "telegram"),
        "at": AT,
        "start": FROM,
        "end": TO,
        "reason": {"": "pumping"},
        "contact": "020-25501000",
        "wards": ("Kothrud-Bavdhan",),
    }
    return Asked(**(given | changes))


def closures(engine: Engine) -> list[Closure]:
    with db.reading(engine) as session:
        found = list(session.scalars(in_order(Closure)))
        session.expunge_all()
    return found


def test_a_notice_is_drafts_in_three_languages_and_enters_its_closure(
    cell: Context, engine: Engine
) -> None:
    made = job.make(cell, asked())

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
    first = job.make(cell, asked())

    again = job.make(cell, asked())
    more = job.make(cell, asked(platforms=("x", "facebook")))

    assert [one.id for one in again.posts] == [one.id for one in first.posts]
    assert len(closures(engine)) == 1
    assert more.closure == first.closure


def test_a_notice_that_cannot_be_posted_leaves_no_closure_behind(
    cell: Context, engine: Engine
) -> None:
    with pytest.raises(UsageError, match="picture"):
        job.make(cell, asked(platforms=("x", "instagram")))

    assert closures(engine) == []


def test_a_dry_run_enters_nothing(cell: Context, engine: Engine) -> None:
    made = job.make(cell, asked(), dry_run=True)

    assert len(made.posts) == 6
    assert closures(engine) == []


def test_vaccination_closes_nothing(cell: Context, engine: Engine) -> None:
    made = job.make(
        cell, asked(template="vaccination", reason={"": "pulse_polio"}, wards=())
    )

    assert made.closure is None
    assert closures(engine) == []
    assert "पुणे: गुरुवार" in made.posts[0].text
    assert "Vaccine: Pulse Polio." in made.posts[2].text


def test_talk_of_what_a_notice_announced_raises_no_alert(
    city: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOW - 2 * HOUR)
    job.make(
        city,
        asked(at=NOW - HOUR, start=NOW - HOUR, end=NOW + 8 * HOUR, wards=()),
    )
    burst(engine, NOW, text="No water in our house since morning")
    clock.set(NOW + 10 * MINUTE)
    tag.tag(city)

    detect.detect(city)

    with db.reading(engine) as session:
        told = {
            alert.series
            for one in alerts.incidents(session)
            for alert in alerts.alerts_of(session, one.id or 0)
        }
    assert not told & {"topic:water", "negative topic:water"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"template": "flood"}, "no notice 'flood'. There are: road_works"),
        ({"reason": {"": "magic"}}, "no usual reason 'magic'"),
        ({"reason": {"mr": "काम"}}, "not given in hi"),
        ({"reason": {"ta": "x"}}, "languages are mr, hi, en"),
        ({"reason": {"mr": "{ward}"}}, "without {"),
        ({"contact": " "}, "contact is empty"),
        ({"contact": "a\nb"}, "one line"),
        ({"wards": ("Atlantis",)}, "no area 'Atlantis'"),
        ({"end": FROM}, "ends before it begins"),
        ({"platforms": ("youtube",)}, "not on 'youtube'"),
    ],
)
def test_a_notice_with_a_wrong_blank_is_refused(
    cell: Context, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        job.make(cell, asked(**changes))


def test_own_words_stand_for_a_usual_reason(cell: Context) -> None:
    made = job.make(
        cell, asked(reason={"mr": "झडप बदलणे"}, languages=("mr",), platforms=("x",))
    )

    assert "कारण: झडप बदलणे." in made.posts[0].text


def test_every_notice_fits_on_x_for_the_longest_ward_and_reason() -> None:
    wards = [
        areas.names(one) for one in areas.read_areas() if one.kind == "ward_office"
    ]
    for template in notices.templates().values():
        for code in ("mr", "hi", "en"):
            ward = max(wards, key=lambda names: len(names[code]))
            for reason in template.reasons.values():
                said = notices.Notice(
                    template, [ward], FROM, TO, reason, "020-25501000"
                )
                words = notices.words(said, code)
                assert "{" not in words
                assert length("x", words).fits, (template.id, code, words)


GOOD: dict[str, Any] = {
    "about": "a",
    "words": {"mr": "{ward}", "hi": "{ward}", "en": "{ward}"},
    "reasons": {"r": {"mr": "a", "hi": "b", "en": "c"}},
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": {"mr": "{ward}", "en": "{ward}"}}, "each text is in mr, hi, en"),
        ({"words": {"mr": "{city}", "hi": "{ward}", "en": "{ward}"}}, "'city'"),
        ({"words": {"mr": "{ward}", "hi": "", "en": "{ward}"}}, "each blank once"),
        ({"words": dict.fromkeys(("mr", "hi", "en"), "{ward} {ward}")}, "once"),
        ({"reasons": {"r": {"mr": "a"}}}, "each text is in mr, hi, en"),
    ],
)
def test_a_file_of_templates_with_a_hole_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    assert set(notices.read({"good": GOOD})) == {"good"}
    with pytest.raises(ValueError, match=said):
        notices.read({"bad": GOOD | changes})
