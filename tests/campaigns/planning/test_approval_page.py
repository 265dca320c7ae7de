"""The page to approve a plan: its state, what stands against it, its calendar."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import msgspec
import pytest

from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.planning.store import NoPlan
from socialcell.errors import SocialcellError, UsageError
from socialcell.i18n import CODES, language
from socialcell.reports.plans import approval_page
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.planning import plan_documents
from socialcell.services.planning.approval_sheet import approval_sheet
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import NAME, change, planned
from tests.campaigns.planning.test_approval import strict
from tests.conftest import MONDAY_MORNING
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql

BAD, OPEN, GOOD = ("note is-bad", "note is-open", "note is-good")


def page_of(context: Context, code: str = "en") -> str:
    return approval_sheet(context, NAME, code)


def plain(html: str) -> str:
    """The words of a page's body in one line."""
    body = html[html.index("<main>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def notes(html: str) -> list[tuple[str, str]]:
    """(class, title) of each note in its order."""
    return [
        (kind, unescape(title))
        for kind, title in re.findall(
            r'<div class="(note[^"]*)">\s*<h3>(.*?)</h3>', html
        )
    ]


def days(html: str) -> Iterator[tuple[bool, str]]:
    """(is it in the plan, its words) of each day of the calendar."""
    calendar = html[html.index('<table class="days">') :]
    for outside, cell in re.findall(
        r'<td( class="is-out")?>(.*?)</td>',
        calendar[: calendar.index("</table>")],
        re.DOTALL,
    ):
        yield not outside, " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())


def test_a_new_plan_waits_for_a_second_person_and_nothing_stands_against_it(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder)

    page = page_of(context)

    assert notes(page)[:2] == [
        (OPEN, "Not approved yet."),
        (GOOD, "No rule stands against it."),
    ]
    words = plain(page)
    assert words.startswith(
        "Plan monsoon26: 2 tags, 30 November to 13 December, ₹ 4,000 "
        "Version 1, drafted by lead, "
    )
    assert "Drafted: lead" in words
    assert "Approved, a second person: ……" in words


def test_an_approved_plan_says_by_whom_and_with_which_note(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder)
    agreed.approve(context, note="seen with the lead")

    page = page_of(context)

    ((kind, title), *_) = notes(page)
    assert kind == GOOD
    assert title == f"Approved by meera, {language('en').moment(MONDAY_MORNING)}."
    assert "<p>seen with the lead</p>" in page
    assert "Approved, a second person: meera" in plain(page)
    (entry,) = agreed.audited(context, "campaign.approve")
    assert f"for this content only: {str(entry.detail['content'])[:16]}" in plain(page)


def test_an_approval_of_other_words_does_not_count(city: Context, folder: Path) -> None:
    context = planned(city, folder)
    agreed.approve(context)

    change(context, PlanTag, text="Other words")

    page = page_of(context)
    assert notes(page)[0] == (OPEN, "Not approved yet.")
    assert "meera" not in page


@pytest.mark.parametrize("code", CODES)
def test_every_rule_against_it_is_named_in_the_language_of_the_page(
    city: Context, folder: Path, code: str
) -> None:
    context = planned(city, folder)
    change(context, PlanTag, day=date(2026, 11, 20))
    broken = agreed.approve(context, dry_run=True).broken

    page = page_of(context, code)

    title = language(code).ngettext(
        "%(n)s rule stands against it: it cannot be approved like this.",
        "%(n)s rules stand against it: it cannot be approved like this.",
        len(broken),
    )
    assert (BAD, title) in notes(page)
    against = page[page.index(BAD) :]
    reasons = re.findall("<li>(.*?)</li>", against[: against.index("</div>")])
    assert len(reasons) == len(broken) > 0
    if code == "en":
        assert [unescape(reason) for reason in reasons] == [
            str(violation.message) for violation in broken
        ]
    else:
        assert all(re.search("[\u0900-\u097f]", reason) for reason in reasons)


def test_the_calendar_has_whole_weeks_with_each_tag_on_its_day(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder, start="2026-12-01", end="2026-12-13")

    calendar = list(days(page_of(context)))

    monday = date(2026, 11, 30)
    assert len(calendar) == 14
    assert [inside for inside, _ in calendar] == [False] + [True] * 13
    for tag in agreed.tags(context):
        _, words = calendar[(tag.day - monday).days]
        assert f"{tag.n} · {tag.at} {tag.creator}" in words
    shown = [words for _, words in calendar if " · " in words]
    assert len(shown) == len({tag.day for tag in agreed.tags(context)})


def test_a_closed_day_is_named_and_one_of_some_creators_is_not(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder)
    document = plan_documents.plan_document(context, NAME)
    closed = {"days": ["2026-12-02"], "kind": "own", "about": "2026-12-02 a strike"}
    some = {**closed, "creators": ["dev"], "about": "2026-12-02 a wedding"}
    draft = approval_page.ApprovalDraft(
        document={
            **document,
            "calendar": {
                **document["calendar"],
                "closed": [{**closed, "creators": []}, some],
            },
        },
        against=(),
        approval=None,
        content="0" * 64,
        as_of=MONDAY_MORNING,
    )

    page = approval_page.html(draft, "en")

    assert '<span class="closed">a strike</span>' in page
    assert "a wedding" not in page


def test_every_tag_stands_with_its_words_disclosure_and_cost(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder)
    change(context, PlanTag, text="<b>Report it</b>", label=None)

    page = page_of(context)

    table = page[page.index("Every tag</h2>") :]
    rows = re.findall("<tr>(.*?)</tr>", table[: table.index("</table>")])[1:]
    assert len(rows) == 2
    for tag, row in zip(agreed.tags(context), rows, strict=True):
        for words in (tag.creator, tag.channel, tag.at, "not known", "2,000"):
            assert words in row
        assert "&lt;b&gt;Report it&lt;/b&gt;" in row


def test_warnings_of_the_planning_have_a_note_of_their_own(
    city: Context, folder: Path
) -> None:
    context = planned(city, folder)
    change(context, Plan, warnings=["No effect below 30 % can be seen."])

    assert "No effect below 30 % can be seen." in plain(page_of(context))
    assert (OPEN, "Warnings of the planning") in notes(page_of(context))


@pytest.mark.parametrize("code", CODES)
def test_the_page_prints_on_a4_in_its_language(
    city: Context, folder: Path, code: str
) -> None:
    page = page_of(planned(city, folder), code)

    assert f'<html lang="{code}"' in page
    assert "@page { size: A4" in page
    assert language(code).gettext("Signatures") in plain(page)
    assert language(code).weekday(date(2026, 11, 30) + timedelta(days=6)) in plain(page)


def test_only_approvers_see_it_and_it_is_noted(city: Context, folder: Path) -> None:
    context = strict(planned(city, folder), "lead")
    page_of(context)

    with pytest.raises(SocialcellError, match="ravi has none of these roles now"):
        page_of(acting(context, "ravi", Role.VIEWER))

    looks = agreed.audited(context, "campaigns.plan.show")
    assert [(look.actor, look.detail["admitted"]) for look in looks] == [
        ("lead", True),
        ("ravi", False),
    ]


def test_what_is_no_plan_has_no_page(city: Context, folder: Path) -> None:
    with pytest.raises(NoPlan, match="monsoon26"):
        page_of(city)
    with pytest.raises(UsageError, match="xx"):
        page_of(planned(city, folder), "xx")
    draft = approval_page.ApprovalDraft({}, (), None, "", MONDAY_MORNING)
    with pytest.raises(msgspec.ValidationError):
        approval_page.html(draft, "en")
