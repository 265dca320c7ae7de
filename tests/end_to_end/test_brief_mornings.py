"""Three mornings of the sample city: what their briefs quote, and every count."""

import re
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import SHORT, WHOLE, Demo
from tests.inside import socialcell
from tests.running import answer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

LANGUAGES = ("en", "mr", "hi")
LATIN = str.maketrans("०१२३४५६७८९", "0123456789")
RANKS = {"critical": 2, "high": 1, "normal": 0, "low": 0}


@dataclass(frozen=True)
class Morning:
    """A brief's end in Pune, and its span in UTC as the database writes it."""

    as_of: str
    start: str
    end: str


MORNINGS = {
    "flood": Morning(
        "2026-11-21T08:30+05:30", "2026-11-20 12:30:00", "2026-11-21 03:00:00"
    ),
    "quiet Monday": Morning(
        "2026-11-16T08:30+05:30", "2026-11-15 12:30:00", "2026-11-16 03:00:00"
    ),
    "day after the festival": Morning(
        "2026-11-12T08:30+05:30", "2026-11-11 12:30:00", "2026-11-12 03:00:00"
    ),
}

# The short demo begins after the festival.
EACH_MORNING = pytest.mark.parametrize(
    ("city", "name"),
    [
        *((SHORT, name) for name in ("flood", "quiet Monday")),
        *(pytest.param("whole", name, marks=pytest.mark.long) for name in MORNINGS),
    ],
    indirect=["city"],
)
IN_WHOLE_CITY = pytest.mark.parametrize("city", [WHOLE], indirect=True)
IN_EACH_CITY = pytest.mark.parametrize("city", [SHORT, WHOLE], indirect=True)


def brief(demo: Demo, morning: Morning, lang: str = "en") -> dict[str, Any]:
    process = socialcell(
        *("report", "daily", "--as-of", morning.as_of, "--lang", lang),
        *("--json", "--config", demo.config),
    )
    document: dict[str, Any] = answer(process)
    return document


def rows(folder: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "socialcell.db")) as database:
        return database.execute(query, values).fetchall()


def count(folder: Path, morning: Morning, rule: str) -> int:
    """Mentions of a morning by a condition of SQL, apart from the product's own."""
    ((n,),) = rows(
        folder,
        "SELECT count(*) FROM mention WHERE state = 'present' AND authored_at >= ? "
        f"AND authored_at < ? AND {rule}",
        morning.start,
        morning.end,
    )
    return int(n)


def quotable(folder: Path, morning: Morning) -> list[tuple[int, str, str]]:
    """(id, platform, external id) of posts that a reader could be shown."""
    return rows(
        folder,
        "SELECT m.id, m.platform, m.external_id FROM mention m "
        "LEFT JOIN author a ON a.id = m.author_id "
        "WHERE m.state = 'present' AND m.authored_at >= ? AND m.authored_at < ? "
        "AND m.kind NOT IN ('message', 'article') AND length(m.text) >= 25 "
        "AND m.withheld IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM relation r WHERE r.mention_id = m.id "
        "AND r.kind = 'repost') "
        "AND NOT EXISTS (SELECT 1 FROM registry_account g "
        "WHERE g.platform = a.platform AND g.handle = lower(a.handle))",
        morning.start,
        morning.end,
    )


def quotations(letter: str) -> list[str]:
    """What stands between quotation marks, without handles, tags and numbers."""
    quoted = re.findall("“(.*?)”", letter)
    return [re.sub(r"[@#]\S+|[\d\u2068\u2069]+", " ", text) for text in quoted]


def numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", text.translate(LATIN)))


def incident_mentions(demo: Demo, incident: int, morning: Morning) -> tuple[int, int]:
    """(mentions, critical ones) of a topic's incident, counted apart."""
    ((subject, opened),) = rows(
        demo.folder, "SELECT subject, opened_at FROM incident WHERE id = ?", incident
    )
    ((since,),) = rows(
        demo.folder,
        "SELECT min(datetime(at, '-' || minutes || ' minutes')) FROM alert "
        "WHERE incident_id = ? AND series NOT IN ('account', 'critical') AND at < ?",
        incident,
        morning.end,
    )
    ((total, critical),) = rows(
        demo.folder,
        "SELECT count(*), sum(m.urgency = 'critical') FROM mention m "
        "WHERE m.state = 'present' AND m.authored_at >= ? AND m.authored_at <= ? "
        "AND EXISTS (SELECT 1 FROM annotation a WHERE a.mention_id = m.id AND "
        "a.kind = 'topic' AND coalesce(a.decided_value, a.value) = ?)",
        min(since, opened),
        morning.end,
        subject.removeprefix("topic:"),
    )
    return int(total), int(critical)


@EACH_MORNING
def test_no_quotation_stands_while_a_post_of_higher_true_urgency_is_left_out(
    city: Demo, name: str
) -> None:
    morning = MORNINGS[name]
    truth = {(post["platform"], post["id"]): post for post in city.truth["items"]}
    quoted = set(brief(city, morning)["quoted"])

    ranks = {
        id_: RANKS[truth[platform, external_id]["urgency"]]
        for id_, platform, external_id in quotable(city.folder, morning)
        if (platform, external_id) in truth
    }

    assert quoted
    assert quoted <= set(ranks)
    left_out = max(rank for id_, rank in ranks.items() if id_ not in quoted)
    assert min(ranks[id_] for id_ in quoted) >= left_out


@pytest.mark.parametrize("lang", LANGUAGES)
@EACH_MORNING
def test_no_text_is_quoted_twice(city: Demo, name: str, lang: str) -> None:
    texts = quotations(brief(city, MORNINGS[name], lang)["letter"])

    assert texts
    for text, other in combinations(texts, 2):
        assert SequenceMatcher(None, text, other).ratio() < 0.75, (text, other)


@EACH_MORNING
def test_the_counts_of_a_brief_equal_the_database(city: Demo, name: str) -> None:
    folder, morning = city.folder, MORNINGS[name]
    document = brief(city, morning)

    urgent = "urgency IN ('high', 'critical')"
    assert document["mentions"] == count(folder, morning, "1")
    assert document["urgent"] == count(folder, morning, urgent)
    assert document["urgent_messages"] == count(
        folder, morning, f"{urgent} AND kind = 'message'"
    )
    assert len(document["critical"]) == count(folder, morning, "urgency = 'critical'")
    assert document["press"] == count(folder, morning, "kind = 'article'")
    assert document["asked"] == count(folder, morning, "intent IN ('question', 'help')")
    total = f"{document['mentions']} mentions collected"
    assert total in document["letter"]
    assert f"Urgent mentions: {document['urgent']}" in document["letter"]


@IN_EACH_CITY
def test_the_incidents_of_the_flood_morning_have_the_counts_of_the_database(
    city: Demo,
) -> None:
    morning = MORNINGS["flood"]
    document = brief(city, morning)
    lead = document["incidents"][0]
    total, critical = incident_mentions(city, lead, morning)

    assert document["subject"] == "Flood at Sinhagad Road; no one is assigned"
    assert (
        f"Incident {lead}: {total} mentions since Sat 21 Nov, 04:00"
        in (document["text"])
    )
    danger = f"of these critical (danger to life): {critical}; checked by staff: 0."
    assert danger in document["text"]


@EACH_MORNING
def test_three_languages_say_the_same_numbers(city: Demo, name: str) -> None:
    english, *others = (
        numbers(brief(city, MORNINGS[name], lang)["letter"]) for lang in LANGUAGES
    )

    for other in others:
        assert other == english


@IN_WHOLE_CITY
def test_the_brief_of_the_quiet_monday_is_short_and_quotes_no_good_wishes(
    city: Demo,
) -> None:
    document = brief(city, MORNINGS["quiet Monday"])

    assert "onday motivation" not in document["letter"]
    # One call for blood at once, which is told first, and the line of the cases.
    assert len(document["letter"].split()) < 320
    assert len(document["text"]) < 950


@pytest.mark.parametrize("lang", LANGUAGES)
@EACH_MORNING
def test_the_text_for_a_phone_begins_with_the_judgement_and_fits(
    city: Demo, name: str, lang: str
) -> None:
    document = brief(city, MORNINGS[name], lang)

    assert len(document["text"]) <= 1200
    assert document["text"].startswith(document["subject"])
