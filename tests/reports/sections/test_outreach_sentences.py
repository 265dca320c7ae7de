"""Sentences on search, ads, links, goals and plans beside their figures."""

from typing import Any

import pytest

from socialcell.reports.sections import (
    ad_spend,
    clicks,
    goals,
    outreach_progress,
    search_console,
)
from tests.reports.sections.numbers import context, words


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
