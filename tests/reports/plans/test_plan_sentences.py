"""Sentences on the pages of a plan beside the plan."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from socialcell.clock import IST
from socialcell.reports.plans import approval_page, plan_page
from socialcell.reports.plans.approval_page import Approval, ApprovalDraft
from tests.reports.sections.numbers import words

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=IST)
AUNDH = {"ward:aundh-baner": {"en": "Aundh - Baner"}}


def rupees(amount: int) -> dict[str, Any]:
    return {"amount_micros": amount * 1_000_000, "currency": "INR"}


def tag(n: int, **changes: Any) -> dict[str, Any]:
    return {
        "n": n,
        "day": f"2026-12-0{n}",
        "at": "18:30",
        "creator": "asha",
        "channel": "instagram",
        "asset": "reel",
        "language": "mr",
        "text": "Clean your drains.",
        "label": "Paid",
        "link": None,
        "reach": 1_234.4,
        "nth": 1,
        "wards": ["ward:aundh-baner"],
        "cost": rupees(2_000),
        **changes,
    }


def plan(*tags: dict[str, Any]) -> dict[str, Any]:
    """The document of a plan of two tags of one creator, drafted at noon."""
    calendar = {"tags": 2, "reach": 1_500.0, "upper_bound": 1_600.0}
    chosen = {"creator": "asha", "marginal_reach": 1_500.0, "cost": rupees(4_000)}
    return {
        "campaign": "monsoon26",
        "version": 3,
        "made_by": "lead",
        "made_at": NOON,
        "start": "2026-11-30",
        "end": "2026-12-13",
        "tags": list(tags) or [tag(1), tag(2, nth=2, reach=265.6, wards=None)],
        "ward_names": AUNDH,
        "choice": {"chosen": [chosen], "left_out": {}, "ratio": 0.93},
        "calendar": {**calendar, "cost": rupees(4_000), "closed": []},
        "power": None,
        "budget": rupees(5_000),
        "warnings": [],
    }


def test_a_plan_says_whom_each_tag_adds_and_how_good_the_choice_is() -> None:
    page = plan_page.page(plan(), "en")

    assert (page.title, page.subtitle) == (
        "Plan of the campaign monsoon26",
        "Version 3",
    )
    texts = [text for section in page.sections for text in words(section)]
    assert (
        "Adds about 1,234 people whom nobody before adds; at home in Aundh - Baner"
        in texts
    )
    assert "Tag 2 of this creator: about 266 more of the same people see it" in texts
    assert (
        "People added: those who have engaged before and can be expected to see it, "
        "each counted once." in texts
    )
    assert (
        "The choice reaches 93% of what no choice for this budget can exceed." in texts
    )


def sheet(approval: Approval | None = None, against: tuple[str, ...] = ()) -> str:
    """The page to approve, as text in one line."""
    draft = ApprovalDraft(plan(), against, approval, "0123456789abcdef99", NOON)
    html = approval_page.html(draft, "en")
    body = html[html.index("<main>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_page_to_approve_says_what_is_planned_by_whom_and_what_it_costs() -> None:
    text = sheet()

    assert text.startswith(
        "Plan monsoon26: 2 tags, 30 November to 13 December, ₹ 4,000 "
        "Version 3, drafted by lead, 24 Nov 2026, 12:00 Not approved yet. "
        "No rule stands against it. "
    )
    assert (
        "Each entry: the tag's number, its time and its creator. Dashed: a closed day. "
        "Grey: not in the plan." in text
    )
    assert (
        "Disclosure: the words by which the post says that it is paid or asked for."
        in text
    )
    assert "Drafted: lead " in text
    assert (
        "Source: the plan as stored on 24 Nov 2026, 12:00. Costs are planned, not "
        "spent." in text
    )
    assert "An approval counts for this content only: 0123456789abcdef" in text
    assert "abcdef99" not in text


def test_the_page_names_the_second_person_and_the_rules_against_it() -> None:
    text = sheet(Approval("meera", NOON, None), ("Too many tags.", "Too late."))

    assert "Approved by meera, 24 Nov 2026, 12:00." in text
    assert "Approved, a second person: meera " in text
    assert "2 rules stand against it: it cannot be approved like this." in text


@pytest.mark.parametrize("code", ["mr", "hi"])
def test_no_english_word_of_ours_stands_in_a_reason(code: str) -> None:
    reason = plan_page.reason(tag(1, wards=None), {}, code)

    assert not re.search("[A-Za-z]", reason)
