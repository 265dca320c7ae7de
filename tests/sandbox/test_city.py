"""The world itself: the same everywhere, with the shares and shapes of a real city."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell.clock import IST, FixedClock
from socialcell.sandbox import City, truth
from socialcell.sandbox.world.phrases import patterns
from socialcell.sandbox.world.rhythm import festival
from socialcell.sandbox.world.story import CLOSED, FIGURES, LEAK
from tests.conftest import MONDAY_MORNING

PROGRAM = """
import hashlib, json
from datetime import datetime
from socialcell.clock import IST
from socialcell.sandbox import City, truth
city = City(7, datetime(2026, 11, 23, 9, tzinfo=IST), 28)
print(hashlib.sha256(json.dumps(truth(city)).encode()).hexdigest())
"""


def told(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that some source shows: what a product can know of the world."""
    return [item for item in whole["items"] if item["sources"]]


def share(items: list[dict[str, Any]], true: Any) -> float:
    return sum(bool(true(item)) for item in items) / len(items)


def complaints(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in told(whole) if item["intent"] == "complaint"]


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_seed_gives_the_same_world_in_every_process(
    whole: dict[str, Any], hash_seed: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(json.dumps(whole).encode()).hexdigest()
    assert done.stdout.strip() == here


def test_another_seed_is_another_world(city: City) -> None:
    other = City(seed=8, end=MONDAY_MORNING, days=28)
    assert {p.text for p in other.posts} != {p.text for p in city.posts}


def test_four_weeks_are_built_in_well_under_three_seconds() -> None:
    started = time.process_time()
    truth(City(seed=7, end=MONDAY_MORNING, days=28))
    assert time.process_time() - started < 3


def test_four_weeks_hold_some_five_thousand_items(whole: dict[str, Any]) -> None:
    assert 4500 <= len(told(whole)) <= 5500


def test_complaints_are_a_minority(whole: dict[str, Any]) -> None:
    assert 0.12 <= share(told(whole), lambda i: i["intent"] == "complaint") <= 0.18


def test_complaints_are_written_in_the_four_ways_of_the_city(
    whole: dict[str, Any],
) -> None:
    ways = Counter(
        "latin or mixed"
        if item["mixed"] or item["language"].endswith("Latn")
        else item["language"]
        for item in complaints(whole)
    )
    shares = {way: count / ways.total() for way, count in ways.items()}
    wanted = {"latin or mixed": 0.40, "mr": 0.30, "en": 0.20, "hi": 0.10}
    assert shares == pytest.approx(wanted, abs=0.05)


def test_complaints_lack_places_repeat_and_miss_their_owner_as_often_as_said(
    whole: dict[str, Any],
) -> None:
    found = complaints(whole)
    assert share(found, lambda i: not i["places"]) == pytest.approx(1 / 3, abs=0.06)
    on_x = [item for item in found if item["platform"] == "x"]  # where people repeat
    assert share(on_x, lambda i: i["repeats"]) == pytest.approx(1 / 6, abs=0.05)
    assert share(found, lambda i: i["owner"] != "pmc") == pytest.approx(1 / 8, abs=0.04)


def test_people_have_at_least_eighty_ways_to_say_things() -> None:
    sentences = {pattern.sentence for pattern in patterns()}
    assert len(sentences) >= 120
    assert sum(pattern.intent == "complaint" for pattern in patterns()) >= 80


def test_nights_are_quiet_and_evenings_loud(city: City) -> None:
    quiet = [p for p in city.posts if p.story is None and p.reply_to is None]
    hours = Counter(p.at.astimezone(IST).hour for p in quiet)
    assert hours[19] > 5 * hours[3]
    assert hours[9] > hours[15]


def test_diwali_is_heard_on_its_days_only(city: City) -> None:
    wishes = [p for p in city.posts if "Diwali" in p.text or "दीपावली" in p.text]
    first = [p for p in wishes if not (p.reposts or p.repeats or p.versions[:-1])]
    assert len(first) > 5
    assert {festival(p.at) for p in first} == {"diwali"}


def test_a_world_without_a_night_is_refused() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=IST)
    with pytest.raises(ValueError, match="night"):
        City(seed=7, end=noon, days=0)


def test_one_day_is_enough_for_the_night_of_the_crisis() -> None:
    city = City(seed=7, end=MONDAY_MORNING, days=1)
    assert city.start <= city.crisis_start < city.end
    assert city.closure_day is None


def test_the_gates_open_at_four_and_thirty_posts_come_in_ten_minutes(
    city: City,
) -> None:
    start = city.crisis_start
    assert start.astimezone(IST).strftime("%H:%M") == "04:00"
    first = [
        p
        for p in city.posts
        if p.platform == "x" and start <= p.at < start + timedelta(minutes=10)
    ]
    assert len(first) >= 30
    assert sum(p.labels.urgency == "critical" for p in first) > len(first) / 2


def test_rescue_turns_into_anger(city: City) -> None:
    def intents(after: float, before: float) -> Counter[str]:
        start = city.crisis_start
        hours = timedelta(hours=1)
        return Counter(
            p.labels.intent
            for p in city.posts
            if p.story == "crisis"
            and start + after * hours <= p.at < start + before * hours
        )

    early, late = intents(0, 1), intents(8, 30)
    assert early["help"] > 5 * early["complaint"]
    assert late["complaint"] > 5 * late["help"]


def test_three_figures_and_an_old_video_go_round(city: City) -> None:
    crisis = [p for p in city.posts if p.story == "crisis"]
    for figure in FIGURES.values():
        assert sum(figure in p.text for p in crisis) >= 3
    video = city.background[0]
    assert (city.crisis_start - video.at).days > 365
    sharing = [p for p in crisis if any(video.id in link.page for link in p.links)]
    assert len(sharing) >= 5


def test_the_closure_is_a_thursday_with_notice_complaints_and_a_leak_outside(
    city: City,
) -> None:
    day = city.closure_day
    assert day is not None
    assert day.weekday() == 3
    closure = [p for p in city.posts if p.story == "closure"]
    notices = [p for p in closure if p.author is city.people.city and not p.reply_to]
    others = [p for p in closure if p.author is not city.people.city]
    assert {p.at.astimezone(IST).date() < day for p in notices} == {True}
    assert len(others) > 30
    assert LEAK not in CLOSED
    assert sum(p.story == "leak" for p in city.posts) >= 8


def test_a_complaint_is_closed_without_action_and_comes_back(city: City) -> None:
    false = [p for p in city.posts if p.story == "false"]
    closed = next(p for p in false if "निकाली" in p.text)
    complaint = city.by_id["x", closed.reply_to or ""]
    back = next(p for p in false if p.repeats == complaint.id and p.reply_to)
    assert back.reply_to == closed.id
    assert back.at > closed.at > complaint.at


def test_there_are_edits_replies_quotes_reposts_removals_and_copies(city: City) -> None:
    posts = city.posts
    texts = Counter(p.text for p in posts if p.platform == "x")
    assert sum(len(p.versions) > 1 for p in posts) >= 15
    assert sum(p.reply_to is not None for p in posts) >= 100
    assert sum(p.quotes is not None for p in posts) >= 50
    assert sum(p.reposts is not None for p in posts) >= 100
    assert sum(p.removed is not None for p in posts) >= 50
    assert sum(count > 1 for count in texts.values()) >= 10


def test_an_edit_has_a_new_id_and_replaces_the_old_version(city: City) -> None:
    for newer in (p for p in city.posts if len(p.versions) > 1):
        older = city.by_id["x", newer.versions[0]]
        assert older.replaced_by == newer.id
        assert older.ends is not None
        assert older.ends <= newer.at < older.at + timedelta(hours=1)


def test_ids_rise_with_time_and_are_unique(city: City) -> None:
    on_x = [p for p in city.posts if p.platform == "x"]
    numbers = [int(p.id) for p in on_x]
    assert numbers == sorted(set(numbers))
    # The time is in the id, as milliseconds since the platform's own epoch.
    assert all(
        abs((int(p.id) >> 22) + 1_288_834_974_657 - p.at.timestamp() * 1000) < 2
        for p in on_x
    )


def test_nobody_writes_more_than_the_platform_allows(city: City) -> None:
    assert max(len(p.text) for p in city.posts if p.platform == "x") <= 280
    assert all(re.fullmatch(r"\w{1,15}", p.handle) for p in city.people.all)
    assert len({p.handle for p in city.people.all}) == len(city.people.all)


def test_every_label_is_a_word_of_the_vocabulary_and_every_place_is_written(
    city: City,
) -> None:
    for post in city.posts:
        labels = post.labels
        assert labels.language in {"en", "hi", "mr", "hi-Latn", "mr-Latn"}
        assert labels.sentiment in {"negative", "neutral", "positive"}
        assert labels.urgency in {"low", "normal", "high", "critical"}
        assert labels.intent in {
            "complaint", "question", "suggestion", "praise",
            "help", "information", "spam", "not_civic",
        }  # fmt: skip
        whole = f"{post.title} {post.text}"
        assert all(name in whole for name in labels.places)
        assert "{" not in whole
        assert "[" not in whole


def test_hard_text_is_there(city: City) -> None:
    text = " ".join(p.text for p in city.posts)
    for hard in ("\u200d", "\u200c", "\u200f", "👨‍👩‍👧‍👦", "e\u0301"):
        assert hard in text


def test_engagement_and_followers_only_grow(city: City) -> None:
    busy = max(city.posts, key=lambda p: p.growth.get("like", (0, 1))[0])
    moments = [busy.at + timedelta(hours=h) for h in (0, 1, 5, 24, 200)]
    likes = [city.metrics(busy, moment)["like"] for moment in moments]
    assert likes == sorted(likes)
    assert likes[0] == 0
    assert likes[-1] > likes[1] > 0
    account = city.people.city
    gained = city.followers(account, city.end) - city.followers(account, city.start)
    assert gained == 28 * account.growth


def test_the_clock_is_not_asked_while_building(clock: FixedClock, city: City) -> None:
    clock.set(MONDAY_MORNING + timedelta(days=400))
    again = City(seed=7, end=MONDAY_MORNING, days=28)
    assert [p.id for p in again.posts] == [p.id for p in city.posts]
