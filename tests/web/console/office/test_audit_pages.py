"""The audit log in the browser: filters, older entries, and whether it is whole."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

import socialcell
from socialcell import db, i18n
from socialcell.clock import FixedClock
from socialcell.identity.actor import unsigned
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.web.console.office import audit_words
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql
Note = Callable[..., None]


@pytest.fixture
def note(context: Context) -> Note:
    """Adds an entry."""

    def append(who: str, action: str, subject: str, **detail: object) -> None:
        now = context.clock.now()
        with db.writing(context.engine) as session:
            audit.append(session, unsigned(who), action, subject, detail, now)

    return append


@pytest.fixture
def auditor(context: Context, browser: BrowserSession) -> BrowserSession:
    return signed_in(browser, context, "Nila", Role.AUDITOR)


def test_entries_stand_newest_first_with_who_what_and_details(
    auditor: BrowserSession, note: Note
) -> None:
    note("asha", "outgoing.mode", "crisis", reason="Flood", held=3)
    note("meera", "source.disable", "x.search")

    text = auditor.get("/en/audit").text

    assert text.index("source.disable") < text.index("outgoing.mode")
    assert (
        "Outbox and its switch outgoing.mode crisis 2 details reason Flood held 3"
        in text
    )
    assert "nobody had signed in" in text


def test_filters_leave_what_matches_all_of_them(
    auditor: BrowserSession, note: Note, clock: FixedClock
) -> None:
    note("asha", "rule.add", "first")
    clock.advance(timedelta(days=-1))
    note("asha", "rule.add", "second")
    note("asha", "rumour.add", "third")
    note("meera", "rule.add", "fourth")
    clock.advance(timedelta(days=1))

    def subjects(query: str) -> list[str]:
        text = auditor.get(f"/en/audit?{query}").text
        return [name for name in ("first", "second", "third", "fourth") if name in text]

    assert subjects("who=asha") == ["first", "second", "third"]
    assert subjects("about=rule") == ["first", "second", "fourth"]
    assert subjects("day=2026-11-22") == ["second", "third", "fourth"]
    assert subjects("on=third") == ["third"]
    assert subjects("who=asha&about=rule&day=2026-11-22") == ["second"]
    assert subjects("about=rul") == []


def test_a_day_that_is_none_is_named(auditor: BrowserSession) -> None:
    page = auditor.get("/en/audit?day=yesterday")

    assert page.status == 200
    assert "Write a day as 2026-11-21." in page.text


def test_older_entries_follow_under_the_same_filters(
    auditor: BrowserSession, note: Note
) -> None:
    for number in range(51):
        note("asha", "rule.add", f"rule-{number:02}")
        note("meera", "rule.add", f"other-{number:02}")

    first = auditor.get("/en/audit?who=asha")
    (link,) = [part for part in first.html.split('href="') if "before=" in part]
    second = auditor.get(link.split('"')[0].replace("&amp;", "&"))

    assert "rule-50" in first.text
    assert "rule-00" not in first.text
    assert "rule-00" in second.text
    assert "rule-01" not in second.text
    assert "other-" not in second.text


def test_a_log_that_is_whole_is_called_so_with_its_seal(
    context: Context, browser: BrowserSession, note: Note
) -> None:
    note("asha", "rule.add", "first")
    with db.reading(context.engine) as session:
        head = audit.head(session).hash
    signed_in(browser, context, "Nila", Role.AUDITOR)

    text = browser.get("/en/audit/verify").text
    with_seal = browser.get(f"/en/audit/verify?seal={head}").text

    assert head in text
    assert "Broken" not in with_seal
    assert "Entries are lost." not in with_seal
    # The builder of operators writes past the product, and the page says so.
    assert "Not as the log says" in text


def test_a_forged_entry_is_named_and_a_seal_that_is_gone(
    context: Context, auditor: BrowserSession, note: Note
) -> None:
    note("asha", "rule.add", "first")
    lost = auditor.get(f"/en/audit/verify?seal={'ab' * 32}").text
    with db.writing(context.engine) as session:
        row = asdict(audit.entries(session, 1)[0])
        forged = {**row, "seq": 2, "object": "second", "prev_hash": audit.START}
        session.execute(audit.AUDIT.insert().values(**forged))

    page = auditor.get("/en/audit/verify").text

    assert "The seal that was noted is not in the log" in lost
    assert "Broken at entry 2. The entry does not follow the one before it." in page


def test_what_is_no_seal_is_not_compared(auditor: BrowserSession) -> None:
    assert "It was not compared." in auditor.get("/en/audit/verify?seal=abc").text


def test_who_may_not_read_the_log_does_not(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Ravi", Role.OPERATOR)

    assert browser.get("/en/audit").status == 403
    assert browser.get("/en/audit/verify").status == 403


def test_details_with_markup_are_inert(auditor: BrowserSession, note: Note) -> None:
    note("<i>asha", "rule.add", "<script>alert(1)</script>", text="<img src=x>")

    html = auditor.get("/hi/audit").html

    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<i>asha" not in html


def noted_actions() -> Iterator[str]:
    """The actions that the program writes in the log, where they are a plain text."""
    for path in Path(socialcell.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(call, ast.Call)
                and ast.unparse(call.func) == "audit.append"
                and len(call.args) > 2
                and isinstance(call.args[2], ast.Constant)
            ):
                yield str(call.args[2].value)


def test_every_action_of_the_program_is_named_in_words() -> None:
    actions, nouns = set(noted_actions()), audit_words.nouns(i18n.language("mr"))

    assert len(actions) > 50
    assert {action for action in actions if action.split(".")[0] not in nouns} == set()
