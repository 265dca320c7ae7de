"""Sentences of an incident's letter beside the incident that it is about."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.listening.alerts.contradictions import RumourSpread
from socialcell.listening.alerts.model import Closure, Promise, Rumour
from socialcell.listening.incident_state import IncidentState
from socialcell.reports.incidents import incident_sentences
from socialcell.reports.incidents.incident_page import Recipients
from socialcell.reports.phrases import Phrases
from tests.reports.incidents import facts as known
from tests.reports.incidents.facts import (
    HOUR,
    MINUTE,
    NIGHT,
    NOW,
    alert,
    discharge,
    incident,
    letter,
    state,
)

ENGLISH = language("en")
PHRASES = Phrases(ENGLISH)


def test_an_open_incident_says_how_many_since_when_and_on_what_it_rests() -> None:
    text = letter(None, None, alert(), recipients=Recipients(2, ["cell-room"]))

    assert text.startswith(
        "Alert: Flood Social media cell. Incident 7, as of 20 Nov 2026, 08:00. "
    )
    assert (
        "40 mentions since Fri 20 Nov, 02:01, the newest at 07:59. They come from 35 "
        "accounts." in text
    )
    assert "Urgent: 9; none speaks of danger to life." in text
    assert "No one is assigned." in text
    assert (
        "40 people wrote in the hour to 20 Nov 2026, 03:00; normally 4. 75% of the "
        "day's hours were collected without gaps. Severity: high. Notified: 2 e-mails "
        "sent, cell-room." in text
    )
    assert "Whoever takes charge records it: socialcell alerts ack 7" in text
    assert "More: socialcell mentions search 'topic:flood since:2026-11-20" in text


def test_without_readers_or_coverage_a_letter_says_so() -> None:
    text = letter(None, None, alert(coverage=None), recipients=Recipients(0))

    assert "Nothing is known of what was not collected." in text
    assert "No one is notified: the settings name no one for alerts." in text


@pytest.mark.parametrize(
    ("series", "minutes", "sentence"),
    [
        (
            "phrase:gas leak",
            180,
            "40 people wrote “gas leak” in the 3 hours to 20 Nov 2026, 03:00; "
            "normally 4.",
        ),
        (
            "rule:gas",
            90,
            "40 mentions in the 90 minutes to 20 Nov 2026, 03:00; the rule asks for 4.",
        ),
    ],
)
def test_a_phrase_and_a_rule_say_what_stood_out(
    series: str, minutes: int, sentence: str
) -> None:
    row = incident(subject=series)

    assert sentence in letter(row, None, alert(series=series, minutes=minutes))


def test_an_incident_that_is_over_says_when_and_after_how_long() -> None:
    ended = incident(state="over", ended_at=NIGHT + 5 * HOUR)
    long_ago = incident(state="over")

    assert letter(ended, None, alert()).startswith("Over: Flood ")
    # From two to seven.
    assert "Over on 20 Nov 2026, 07:00, after 5 hours." in letter(ended, None, alert())
    assert "It is over; when it ended was not recorded." in letter(
        long_ago, None, alert()
    )


def test_what_was_planned_notifies_no_one() -> None:
    closure = Closure(
        topic="water",
        wards=[],
        from_at=NIGHT,
        to_at=NIGHT + 12 * HOUR,
        note="Repair of a main",
        made_by="asha",
        made_at=NIGHT,
    )
    planned = incident(kind="planned", subject="closure:1", severity="low")

    text = letter(planned, state(closure=closure), alert())

    title = "Planned: Water supply, the whole city, until 20 Nov 2026, 14:00 "
    assert text.startswith(title)
    assert "From 20 Nov 2026, 02:00 to 20 Nov 2026, 14:00: Repair of a main" in text
    assert text.count("It was announced: no one is notified of it.") == 2


def test_a_promise_missed_says_when_it_was_due() -> None:
    promise = Promise(
        text="Next update on the bridge",
        due_at=NIGHT + HOUR,
        made_by="asha",
        made_at=NIGHT,
    )
    missed = incident(kind="promise", subject="promise:1", severity="medium")

    text = letter(missed, IncidentState(), promise=promise)

    assert text.startswith("Promise missed: Next update on the bridge ")
    assert "It was due on 20 Nov 2026, 03:00 and is not marked as kept." in text
    assert "Severity: medium." in text


def test_a_source_says_for_how_long_it_has_brought_nothing() -> None:
    silent = incident(kind="source", subject="source:rss.paper", said="HTTP 503")
    late = alert(series="source:rss.paper", observed=26, score=None)

    text = letter(silent, IncidentState(), late)

    assert text.startswith("Alert: Nothing comes from rss.paper ")
    assert "rss.paper has brought nothing for 26 hours. HTTP 503" in text
    assert "rss.paper has brought nothing for a day." in letter(silent, IncidentState())


def test_figures_that_differ_and_rumours_stand_in_the_letter() -> None:
    rumour = Rumour(
        text="The dam has broken", note="It stands.", made_by="asha", made_at=NIGHT
    )

    text = letter(
        None,
        state(
            figures=[discharge(51_000, 24_310)],
            rumours=[RumourSpread(rumour, (1, 2, 3))],
        ),
        alert(),
    )

    assert "Discharge (cusecs): 51,000 / 24,310; none is confirmed." in text
    assert (
        "Figures differ: Discharge, cusecs (mentions, from–to): "
        "51,000 (1 · 03:00–03:00); 24,310 (1 · 04:00–04:00)." in text
    )
    assert "Marked as false, in 3 mentions: “The dam has broken”. It stands." in text


def test_an_account_that_joined_stands_with_its_followers() -> None:
    post = known.mention(handle="daily_paper", uid="u2")

    text = letter(
        None, None, alert(), joined=[(alert(series="account", observed=90_000), post)]
    )

    assert "daily_paper X · 20 Nov 2026, 02:00 · 90,000 followers · #42" in text


def test_an_incident_without_an_urgent_mention_says_so() -> None:
    assert "No mention of it is urgent." in letter(None, state(urgent=0), alert())
    assert "No mention of it is counted yet." in letter(None, state(0), alert())


def test_private_messages_of_an_incident_are_counted() -> None:
    assert list(incident_sentences.message_lines(known.facts(messages=2), ENGLISH)) == [
        "2 of them are private messages: counted, not quoted."
    ]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("topic:flood", "Flood at Aundh - Baner"),
        ("topic:water", "Water supply, Aundh - Baner"),
        ("negative topic:water", "Water supply, negative, Aundh - Baner"),
        ("topic:other", "Mentions of no listed topic, Aundh - Baner"),
    ],
)
def test_a_title_says_what_and_where(subject: str, title: str) -> None:
    stood = state(wards=(("ward:aundh-baner", 20),))

    assert (
        incident_sentences.title(known.facts(incident(subject=subject), stood), PHRASES)
        == title
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Flood; no one is assigned"),
        (
            {"acked_by": "asha", "acked_at": NIGHT + HOUR},
            "Flood; assigned to asha",
        ),
        ({"ended_at": NOW, "state": "over"}, "Flood: over"),
    ],
)
def test_the_judgement_says_who_has_it(changes: dict[str, Any], line: str) -> None:
    judged = known.facts(incident(**changes))

    assert incident_sentences.judgement(judged, PHRASES) == line


def test_what_is_usual_stands_beside_the_count() -> None:
    newest = incident_sentences.count_line(known.facts(usual=3), ENGLISH)
    over = incident(ended_at=NOW - MINUTE, state="over")

    assert newest == (
        "40 mentions since Fri 20 Nov, 02:01 (normally 3), the newest at 07:59."
    )
    assert incident_sentences.assigned_line(known.facts(over), ENGLISH) == (
        "Over since Fri 20 Nov, 07:59."
    )
    assert timedelta(hours=6) == NOW - NIGHT


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 12, 1, 18, tzinfo=IST), "18:00"),
        (datetime(2026, 12, 2, 9, tzinfo=IST), "Wed 2 Dec, 09:00"),
        (datetime(2027, 12, 2, 9, tzinfo=IST), "2 Dec 2027, 09:00"),
    ],
)
def test_a_moment_beside_an_earlier_one_says_what_is_other(
    moment: datetime, words: str
) -> None:
    start = datetime(2026, 12, 1, 13, tzinfo=IST)

    assert incident_sentences.moment_after(start, moment, ENGLISH) == words
