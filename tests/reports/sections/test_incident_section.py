"""The section on incidents beside incidents that are written by hand."""

from typing import Any

from socialcell.i18n import language
from socialcell.reports import alert_watch
from socialcell.reports.sections import incidents
from tests.reports.sections.numbers import context, figure, words


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "kind": "spike",
        "subject": "topic:flood",
        "name": None,
        "promise": None,
        "severity": "high",
        "state": "open",
        "opened_at": "2026-11-16T05:00:00+05:30",
        "last_at": "2026-11-16T09:00:00+05:30",
        "acked_at": None,
        "acked_by": None,
        "worst": {"observed": 30, "expected": 4.2, "unit": "people"},
        "here": True,
        "week": "now",
        **changes,
    }


def happened(*rows: dict[str, Any], **numbers: Any) -> list[str]:
    week = {"incidents": list(rows), "urgencies": [], **numbers}
    section = incidents.section(context(week))
    return words(section)


def test_an_incident_says_who_had_it_and_for_how_long() -> None:
    sentences = happened(
        incident(
            state="over",
            acked_at="2026-11-16T06:00:00+05:30",
            acked_by="Asha",
            ended_at="2026-11-17T08:00:00+05:30",
        )
    )

    assert "Assigned to Asha, 16 Nov 2026, 06:00" in sentences
    # From five to eight of the next day.
    assert "over on 17 Nov 2026, 08:00, after 27 hours" in sentences
    assert (
        "Mentions are those of the hour (of a phrase: the people of three hours) that "
        "stood out most, beside what is normal then." in sentences
    )


def test_a_danger_to_life_says_what_and_where_with_the_names_of_its_week() -> None:
    item = {
        "kind": "post",
        "topics": ["electricity"],
        "wards": [{"id": "ward:gone", "name": {"en": "Wanawadi - Ramtekdi"}}],
    }
    message = {**item, "kind": "message", "wards": []}
    critical = {"kind": "critical", "subject": "critical:42"}

    assert "Danger to life: Electricity, Wanawadi - Ramtekdi" in happened(
        incident(**critical, item=item)
    )
    assert "Danger to life in a private message: Electricity" in happened(
        incident(**critical, item=message)
    )
    untold = {**item, "topics": [], "dangers": ["trapped"]}
    assert "Danger to life: People trapped, Wanawadi - Ramtekdi" in happened(
        incident(**critical, item=untold)
    )
    # All its items were removed since.
    assert "Critical post about the city" in happened(incident(**critical, item=None))


def test_a_false_alarm_says_so_and_never_that_no_one_is_assigned() -> None:
    ended = "2026-11-17T08:00:00+05:30"
    alarm = {"state": "over", "ended_at": ended, "false_alarm": True}
    assigned = {"acked_at": "2026-11-16T06:00:00+05:30", "acked_by": "Asha"}
    judged = "False alarm: staff decided that nobody was in danger"

    unassigned_words = happened(incident(**alarm))
    assigned_words = happened(incident(**alarm, **assigned))

    for sentences in (unassigned_words, assigned_words):
        assert judged in sentences
        assert "over on 17 Nov 2026, 08:00, after 27 hours" in sentences
        assert "No one is assigned" not in sentences
    assert "Assigned to Asha, 16 Nov 2026, 06:00" in assigned_words
    # Numbers that were frozen before do not say it.
    assert "No one is assigned" in happened(incident(state="over", ended_at=ended))


def test_incidents_beyond_the_table_are_counted() -> None:
    rows = [incident(id=n) for n in range(40)]

    sentences = happened(*rows)

    shown = sum(text.startswith("Incident ") for text in sentences)
    assert 0 < shown < 40
    assert sentences[-1] == f"{40 - shown} more incidents are not shown."


def test_a_silent_source_says_its_hours_and_a_promise_its_text() -> None:
    silence = incident(
        kind="silence",
        subject="source:x.city",
        worst={"observed": 26, "expected": 1.0, "unit": "hours"},
    )

    assert "26 hours" in happened(silence)
    assert "Promise missed: A bridge" in happened(incident(promise="A bridge"))


def test_figures_of_an_incident_that_differ_stand_side_by_side() -> None:
    situation = {
        "mentions": 5,
        "critical": 0,
        "urgent": 1,
        "usual": 2,
        "began_at": "2026-11-16T05:00:00+05:30",
        "newest_at": "2026-11-16T09:00:00+05:30",
        "wards": [
            {"id": "ward:sinhagad-road", "n": 4, "name": {"en": "Sinhagad Road"}},
        ],
        "places": [],
        "figures": [
            {
                "quantity": "discharge",
                "values": [{"value": 51_000.0}, {"value": 24_310.0}],
            }
        ],
    }

    sentences = happened(incident(situation=situation))

    assert "16 Nov 2026, 05:00 to 16 Nov 2026, 09:00" in sentences
    assert (
        "Flood at Sinhagad Road: figures differ, none is confirmed: "
        "Discharge (cusecs): 51,000 / 24,310." in sentences
    )
    assert (
        "Mentions are all of the incident from its first to its newest, beside what is "
        "normal in the same hours of other weeks." in sentences
    )


def test_a_week_that_was_not_watched_is_not_called_calm() -> None:
    gap = {"from": "2026-11-16T05:00:00+05:30", "to": "2026-11-16T06:00:00+05:30"}

    watch = {"by_daemon": True, "gaps": [gap]}

    assert "No incident is known, but they were not looked for all week." in happened(
        alert_watch=watch
    )
    assert "Nothing stood out: no incident was open in this week." in happened()
    danger = [figure(12, id="critical")]
    assert "No incident was open in this week." in happened(urgencies=danger)


def test_hours_without_alerts_beyond_three_spans_are_counted() -> None:
    gaps = [
        {
            "from": f"2026-11-16T0{n}:00:00+05:30",
            "to": f"2026-11-16T0{n}:45:00+05:30",
        }
        for n in range(5)
    ]
    numbers: Any = {"alert_watch": {"by_daemon": True, "gaps": gaps}}

    sentence = alert_watch.alert_watch_sentence(numbers, language("en"))

    assert sentence == (
        "Alerts were not looked for from 16 Nov 2026, 00:00 to 16 Nov 2026, 00:45; "
        "16 Nov 2026, 01:00 to 16 Nov 2026, 01:45; 16 Nov 2026, 02:00 to 16 Nov 2026, "
        "02:45. Nor in 2 more spans."
    )
