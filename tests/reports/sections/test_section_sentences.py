"""Sentences of the weekly report's sections beside the numbers that they are about."""

from typing import Any

import pytest

from socialcell.i18n import language
from socialcell.reports import alert_watch
from socialcell.reports.sections import (
    ad_spend,
    clicks,
    coverage_notes,
    goals,
    incidents,
    outreach_progress,
    public_accounts,
    requests,
    search_console,
    volume,
)
from socialcell.reports.sections.report_context import ChartFiles
from tests.reports.sections.numbers import context, figure, words


def platform(id_: str, missing: int = 0, **changes: Any) -> dict[str, Any]:
    """A platform that was collected whole but for hours of Monday."""
    gap = {
        "from": "2026-11-16T04:00:00+05:30",
        "to": f"2026-11-16T{4 + missing:02}:00:00+05:30",
        "hours": missing,
        "causes": {"x.mentions": "quota", "x.city": "quota"},
    }
    return {
        "id": id_,
        "due": 168,
        "covered": 168 - missing,
        "covered_before": 168,
        "common": 168 - missing,
        "missing": [gap] if missing else [],
        **changes,
    }


def covered(*platforms: dict[str, Any], **changes: Any) -> list[str]:
    numbers = {"platforms": list(platforms), "not_watched": [], **changes}
    return words(coverage_notes.coverage(context({"coverage": numbers})))


def test_without_a_source_the_section_on_coverage_says_so() -> None:
    assert "No source is watched." in covered()


def test_platforms_that_were_collected_whole_are_counted() -> None:
    (_title, whole, *each) = covered(platform("x"), platform("youtube"))

    assert whole == (
        "All 2 platforms were collected without gaps in this week and the week before."
    )
    assert each == ["X: nothing is missing.", "YouTube: nothing is missing."]


def test_hours_that_are_missing_stand_with_their_span_and_cause() -> None:
    assert covered(platform("x", missing=3))[-1] == (
        "X: 3 hours not collected, 16 Nov 2026, 04:00 to 16 Nov 2026, 07:00, because "
        "the allowance for the month was spent (x.city, x.mentions)."
    )


def test_gaps_beyond_the_list_are_counted_with_their_hours() -> None:
    # Of one platform with gaps eight are listed; two of three hours are left.
    gaps = platform("x", missing=3)["missing"] * 10

    assert covered(platform("x", missing=3) | {"missing": gaps})[-1] == (
        "X: 2 more stretches, 6 hours in all."
    )


def test_sources_that_do_not_say_what_was_deleted_are_named() -> None:
    sentences = covered(
        platform("x"), unchecked=["whatsapp.export"], not_watched=["youtube"]
    )

    assert sentences[-2:] == [
        "Whether posts were deleted at their source could not be asked for all of "
        "them: whatsapp.export. Some that are gone may still be counted.",
        "YouTube: not watched; its mentions came from imported files, and their "
        "coverage is not known.",
    ]


def unknown(**changes: Any) -> list[str]:
    numbers = {"undated": 0, "unread": 0, "unplaced": 0, "topics": [], "messages": 0}
    return words(coverage_notes.unknown(context(numbers | changes)))


ALWAYS_UNKNOWN = [
    "Language, intent, topic, sentiment and urgency are classified by a program, which "
    "is sometimes wrong. A person's correction goes first.",
    "Posts of this week that were collected after the numbers were frozen are not in "
    "them.",
    "Engagement is not compared between weeks and not added up across platforms: each "
    "platform counts in its own way.",
]


def test_what_is_never_known_is_said_each_week() -> None:
    program, counted, *frozen = unknown()[1:]

    assert [program, *frozen] == ALWAYS_UNKNOWN
    assert counted == (
        "Only public posts on the platforms named here are counted: no calls, no "
        "letters, no visits, no private messages."
    )


def test_what_was_left_out_of_the_numbers_is_counted() -> None:
    sentences = unknown(
        undated=2,
        unread=3,
        unplaced=4,
        topics=[{"id": "politics", "n": 5}, {"id": "water", "n": 9}],
        messages=6,
    )

    assert sentences[1:5] == [
        "2 posts without a time are stored and in no count by time.",
        "3 mentions of the week had not been read for topic, sentiment and intent when "
        "the numbers were frozen.",
        "4 mentions name no place that lies in a ward office.",
        "5 mentions about politics are set aside: they count in the total and are not "
        "shown as a topic.",
    ]
    assert sentences[6] == (
        "Counted are public posts on the platforms named here, and private messages "
        "that people wrote to the city there; no message is quoted. Calls, letters and "
        "visits are not counted. 6 mentions of the week are such messages."
    )


def hours_of_week(**counts: int) -> list[int | None]:
    return [counts.get(f"h{hour}", 0) for hour in range(168)]


DAYS = [
    figure(n, date=f"2026-11-{16 + day}")
    for day, n in enumerate((4, 9, 2, None, 0, 1, 3))
]


def test_the_busiest_hour_is_named_with_its_day() -> None:
    numbers = {
        "peak": {"at": "2026-11-17T05:00:00+05:30", "n": 7},
        "days": DAYS,
        "hours": hours_of_week(h29=7),
    }

    assert (
        "The busiest hour began on Tuesday, 17 November 2026 at 05:00: 7 mentions."
        in words(volume.hours(context(numbers)))
    )


def test_the_picture_of_days_names_the_greatest() -> None:
    numbers = {"days": DAYS, "mentions": figure(19), "reposts": figure(1)}
    charts = ChartFiles(days="days.png")

    assert (
        "Chart: mentions by day, this week and the week before, over the hours that "
        "both covered. Most mentions came on Tuesday, 17 November 2026: 9. The table "
        "below has all numbers." in words(volume.volume(context(numbers, charts)))
    )
    nothing = [{**day, "n": None} for day in DAYS]
    assert "Chart: mentions by day. No data." in words(
        volume.volume(context(numbers | {"days": nothing}, charts))
    )


def topic(id_: str, n: int, negative: int = 0) -> dict[str, Any]:
    sentiment = {"negative": negative, "neutral": n - negative, "positive": 0}
    return figure(n, id=id_, asking=figure(0), sentiment=sentiment)


def test_topics_say_what_they_rest_on_and_how_many_are_not_shown() -> None:
    ids = "water roads waste traffic flood fire health education parks noise air tax"
    numbers = {"topics": [topic(id_, 20 - n, 3) for n, id_ in enumerate(ids.split())]}

    sentences = words(volume.topics(context(numbers, ChartFiles(topics="t.png"))))

    assert "Counted over 300 of 336 platform-hours." in sentences
    assert "2 topics with fewer mentions are not shown." in sentences
    assert (
        "Chart: topics by sentiment. Largest: Water supply with 20 mentions, 3 of them "
        "negative. The table below has all numbers." in sentences
    )


def test_a_week_without_topics_says_so() -> None:
    assert words(volume.topics(context({"topics": []}))) == [
        "Topics",
        "No topic was recognised.",
    ]


def test_numbers_that_rest_on_no_hours_say_so() -> None:
    coverage = {"due": 0, "covered": 0}

    assert context({"coverage": coverage}).basis() == "Coverage is not known."


def test_a_corrected_share_stands_with_its_reader() -> None:
    shares = [
        {"task": "asking", "id": "asking", "n": 46, "of": 100}
        | {"share": 0.46, "low": 0.42, "high": 0.51, "why": None},
        {"task": "intent", "id": "complaint", "n": 30, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "few"},
        {"task": "intent", "id": "praise", "n": 20, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "singular"},
        {"task": "intent", "id": "spam", "n": 10, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "unlike"},
    ]
    agreement = {
        "task": "intent",
        "source": "tests",
        "right": 81,
        "n": 100,
        "languages": [{"id": "mr", "right": 50, "n": 59}],
    }
    intents = [
        figure(n, id=id_)
        for id_, n in (("complaint", 30), ("praise", 20), ("spam", 10))
    ]
    numbers = {
        "intents": intents,
        "mentions": figure(100),
        "reader": {"shares": shares, "agreement": [agreement]},
    }

    sentences = words(volume.intents(context(numbers)))

    assert "Answer expected, corrected for known mistakes: 46% (42 to 51)." in sentences
    assert (
        "The intent is classified correctly in about 8 of 10 posts. Measured on 100 "
        "test posts; the city's may differ. Classified correctly, by language: "
        "Marathi 50 of 59." in sentences
    )
    assert "30% as read; too few test posts to correct it" in sentences
    assert "20% as read; it is confused too often to be corrected" in sentences
    assert "10% as read; corrected once the cell has decided 300" in sentences


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("topic", "The topic is classified correctly in about 7 of 10 posts."),
        ("sentiment", "Sentiment is classified correctly in about 7 of 10 posts."),
        ("urgency", "Urgency is classified correctly in about 7 of 10 posts."),
    ],
)
def test_the_reader_of_each_task_is_said_in_tenths(task: Any, sentence: str) -> None:
    agreement = {"task": task, "source": "own", "right": 221, "n": 316, "languages": []}
    numbers = {"reader": {"shares": [], "agreement": [agreement]}}

    (paragraph,) = context(numbers).agreement_paragraphs(task)

    assert paragraph.text.startswith(
        f"{sentence} Measured by 316 decisions of the cell."
    )


def ward(id_: str, n: int, before: int = 0) -> dict[str, Any]:
    names = dict.fromkeys(("en", "mr", "hi"), id_.title())
    return figure(n, before, id=f"ward:{id_}", name=names)


def test_the_picture_of_wards_names_the_greatest_and_who_was_not_named() -> None:
    numbers = {"wards": [ward("aundh", 12), ward("kothrud", 0)], "villages": []}

    sentences = words(requests.wards(context(numbers, ChartFiles(wards="w.png"))))

    assert (
        "Chart: mentions by ward office. Most: Aundh with 12. The table below has all "
        "numbers." in sentences
    )
    assert "No mention named a place of: Kothrud." in sentences


def test_a_week_without_urgency_says_so_and_owners_have_their_rule() -> None:
    numbers = {
        "urgencies": [figure(0, id="critical"), figure(0, id="high")],
        "owners": [
            {
                "topic": "water",
                "asking": figure(3),
                "owners": [{"id": "w", "name": {"en": "Water Department"}}],
            }
        ],
    }

    assert "No mention is urgent." in words(requests.urgent(context(numbers)))
    assert (
        "Where several are named, the place or the cause decides; the first is the "
        "usual one." in words(requests.owners(context(numbers)))
    )


def account(name: str, n: int = 1) -> dict[str, Any]:
    return {
        "platform": "x",
        "handle": name.lower(),
        "name": name,
        "class": "media",
        "n": n,
        "sentiment": {"negative": n, "neutral": 0, "positive": 0},
        "gained": {},
    }


def voices(*accounts: dict[str, Any], others: int = 0) -> list[str]:
    joined = {"registered": list(accounts[:1]), "others": others}
    numbers = {"voices": {"accounts": list(accounts), "joined": joined}}
    return words(public_accounts.section(context(numbers)))


def test_accounts_that_joined_an_incident_are_named_or_counted() -> None:
    sentences = voices(*(account(f"Paper {n}") for n in range(8)), others=3)

    # Six are shown.
    assert "2 more accounts are not shown." in sentences
    assert sentences[-1] == (
        "Joined an incident: Paper 0. 3 accounts with many followers joined an "
        "incident; they are not in the registry and are not named."
    )


def test_a_week_in_which_no_account_spoke_says_so() -> None:
    assert voices()[1:] == [
        "No account of the registry spoke on what is watched.",
        "No influential account joined an incident.",
    ]


def site(**changes: Any) -> dict[str, Any]:
    sums = {"clicks": 10, "impressions": 100, "position": 2.0}
    return {
        "site": "https://www.city.example/",
        "now": {**sums, "days": 5},
        "before": {**sums, "days": 4},
        "through": "2026-11-20",
        "moving": 2,
        "unnamed_clicks": 3,
        **changes,
    }


def search(**numbers: Any) -> list[str]:
    return words(search_console.section(context({"search": numbers})))


def test_figures_of_search_say_which_days_they_hold() -> None:
    sentences = search(sites=[site()], queries=[])

    assert (
        "Held: 5 of 7 days (Pacific time), through 20 Nov; Google tells them two to "
        "three days late. The week before holds 4 of 5 of these days and is not "
        "compared. 2 days may still change. 3 clicks belong to no query that Google "
        "names." in sentences
    )
    assert sentences[-1] == "Google names no query for this week."


def test_without_figures_of_search_the_section_says_so() -> None:
    assert search(sites=[], queries=[])[1:] == [
        "There are no figures of Google's search results for this week."
    ]


def ads(*campaigns: dict[str, Any], **changes: Any) -> list[str]:
    numbers = {
        "network": "google_ads",
        "account": "111",
        "currency": "INR",
        "zone": "Asia/Kolkata",
        "days": 6,
        "restated": 2,
        "figures": 40,
        "moving_from": "2026-11-19",
        "campaigns": list(campaigns),
        **changes,
    }
    return words(ad_spend.section(context({"ads": [numbers]})))


def ad_campaign(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "cost_micros": 200_000_000,
        "impressions": 1_000,
        "clicks": 50,
        "installs": {},
        "whole": True,
        **changes,
    }


def test_ads_say_their_days_what_was_revised_and_what_may_change() -> None:
    sentences = ads(*(ad_campaign(f"Campaign {n}", whole=n > 0) for n in range(20)))

    assert "Google Ads: spending and clicks" in sentences
    assert "Google Ads: what a click and an install cost" in sentences
    assert "Spent (₹)" in sentences
    assert "Cost each (₹)" in sentences
    assert (
        "Held: 6 of 7 days, on the account's own clocks (Asia/Kolkata). Revised since "
        "they were first reported: 2 of 40 figures of a day. From 19 Nov on they may "
        "still change. On some days something was not reported: Campaign 0."
    ) in sentences
    assert "Google Ads reports no install in this week." in sentences
    hidden = 20 - ad_spend.MAX_CAMPAIGNS
    assert f"{hidden} cheaper campaigns are not shown." in sentences
    assert sentences[-1] == (
        "Installs are as the networks report them. Different actions count the same "
        "people, so they are never added up."
    )


def test_a_week_without_ads_says_so() -> None:
    assert words(ad_spend.section(context({"ads": []})))[1:] == [
        "There are no figures of ads for this week."
    ]


def test_links_of_a_campaign_say_what_is_counted() -> None:
    counts = dict.fromkeys(clicks._COLUMNS, 5)
    place = {"channel": "poster", "creator": None, **counts}
    campaign: Any = {"name": "monsoon26", "places": [place]}

    texts = words(clicks.place_blocks(context({}), campaign, "clicks.png"))

    assert texts[1] == (
        "Chart: requests for the links of the campaign monsoon26 since its start, by "
        "where they stand: people, second clicks and programs. The table below has the "
        "numbers."
    )
    assert "The links of monsoon26 since its start" in texts
    assert (
        "Somebody is counted once a link within ten minutes, and twice who follows two "
        "links. Programs are previews, robots and scanners of mail." in texts
    )


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        (None, "There is no strategy, so there are no targets."),
        (
            {"agreed": None, "goals": {}},
            "The strategy names no goal, so there are no targets.",
        ),
        (
            {"agreed": None, "goals": {"heard": "…"}},
            "The goals of the draft strategy are proposals: no one has agreed to them.",
        ),
        (
            {"agreed": "2026-11-01", "goals": {"heard": "…"}},
            "The goals of the strategy were agreed on Sunday, 1 November 2026.",
        ),
    ],
)
def test_targets_say_who_agreed_to_them(strategy: Any, sentence: str) -> None:
    assert goals._agreement_sentence(context({}), strategy) == sentence


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "campaign": "monsoon26",
        "version": 1,
        "start": "2026-11-20",
        "end": "2026-12-04",
        "tags": 5,
        "states": {"approved": 5},
        "reach": 1_234.4,
        "cost": {"currency": "INR", "amount_micros": 9_000_000_000},
        **changes,
    }


def outreach(plans: list[dict[str, Any]], steps: int = 0) -> list[str]:
    due = [
        {"kind": "contact", "campaign": "monsoon26", "tag": n, "day": "2026-11-25"}
        for n in range(1, steps + 1)
    ]
    numbers = {"outreach": {"plans": plans, "due": due, "today": "2026-11-23"}}
    return words(outreach_progress.plan_blocks(context(numbers)))


def test_plans_say_that_their_costs_are_planned_and_their_people_expected() -> None:
    sentences = outreach([plan()], outreach_progress.MAX_STEPS + 2)

    assert "Planned cost (₹)" in sentences
    assert "20 Nov to 4 Dec" in sentences
    assert (
        "People are those who engage and can be expected to see it, each counted once: "
        "an estimate for the plan as it was made." in sentences
    )
    assert "monsoon26, tag 1: nobody was contacted yet" in sentences
    assert "As it stood on 23 Nov; each with the day that it is about." in sentences
    assert sentences[-1] == "And 2 more."


def test_a_plan_that_waits_for_nothing_says_so() -> None:
    assert outreach([plan()])[-1] == "Nothing is to be done about the plans now."
    assert "No campaign that is under way or to come has a plan." in outreach([])


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
    section = incidents.section(context({"incidents": list(rows), **numbers}))
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
        "Flood: figures differ, none is confirmed: Discharge (cusecs): 51,000 / "
        "24,310." in sentences
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
