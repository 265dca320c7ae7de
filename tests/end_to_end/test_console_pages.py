"""Every page of the console on the sample city: followed from link to link.

Whatever a page leads to is asked for, in three languages; of each row of the table of
screens a few pages are looked at in a browser as well.
"""

import asyncio
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from starlette.routing import compile_path

from socialcell import i18n
from socialcell.connectors.base import RecordAuthor
from socialcell.services.alerts import commitments, incident_lines
from socialcell.services.context import Context, open_context
from socialcell.services.desk import case_opening, case_queue
from socialcell.services.incident_room import incident_claims, situation_reports
from socialcell.services.mentions import public_people, tagging
from socialcell.services.messaging import consent
from socialcell.services.privacy import (
    account_registry,
    breaches,
    notices,
    person_requests,
)
from socialcell.services.privacy.breaches import BreachDraft
from socialcell.services.privacy.person_requests import NamedAccount, RequestDraft
from socialcell.services.privacy.request_secrets import RequestSecrets
from socialcell.services.publishing import post_drafts
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.web.console import console_server
from socialcell.web.pages.screens import Screen
from tests import operators
from tests.builders import make_record, store_records
from tests.end_to_end.conftest import Demo
from tests.faults.hostile import poison
from tests.language.test_public_people import BUSES, GOOD, write
from tests.reports.browser import browser, photograph, prefer_dark, violations
from tests.web.console.browser_session import BrowserSession, PageAnswer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

ASHA = "Asha Sample"  # lead, administrator and data protection officer of the demo
EACH = 2  # pages of a row that are looked at
POISON = [
    poison.POISON[name]
    for name in (
        *("html", "html that closes", "attribute", "jinja", "entities"),
        *("bidi that never ends", "a very long latin word", "rich markup", "zalgo"),
    )
]
MOST_STATEMENTS = 15
# The preview of the brief is the brief itself, made anew as in the morning: a letter
# with the numbers of each incident, all sources, posts and promises of a day.
A_LETTER = "/reports/brief"
# Pages of what is not there in the sample city, and of what somebody types first.
NOT_LINKED = frozenset(
    {
        "/approvals/cases/{key}",
        "/calls/{number}/{contact:number}",
        "/cases/{number}/answers/{key}",
        "/cases/{number}/photos/{photo:number}",
        "/cases/{number}/photos/{photo:number}/public",
        "/approvals/answers/{id:number}",
        "/approvals/plans/{campaign}",
        "/approvals/posts/{id:number}",
        "/commitments/{id:number}",
        "/incidents/changes",  # asked by the script of these pages
        "/figures/cases",
        "/posts/{id:number}",
        "/privacy/erase",
        "/privacy/export",
        "/registry/people/{id:number}",
        "/rules/{name}/remove",
        "/staff/{id:number}/confirm",
    }
)
# The report as it is sent, which is downloaded.
SENT = "/reports/weekly/{key}/report"
# Latin words that are right in a Marathi or Hindi page: names, codes and units.
NAMES = re.compile(
    r"socialcell|WhatsApp|Facebook|Instagram|Telegram|YouTube|Reddit|Mastodon|Bluesky"
    r"|Google|PMC|Care|Play|Chromium|English|RSS|CSV|XLSX|JSONL?|QR|PDF|URL|UTM|ics"
    r"|Asha|Meera|Sample|Slack|Teams|Mattermost|Meta|Android|iOS|iPhone|HTTP|HTML"
    r"|LinkedIn|Linktree|Pinterest|Snapchat|Threads|TikTok"
    r"|Messenger|ShareChat|Ads|Search|Console|App|Store|INR|USD|https|root|FILE"
    r"|campaigns|plan|publishing"  # of a command, of config.yaml
    r"|AND|OR|number|place"  # of a query, and what an approved answer leaves open
)


@dataclass
class Visit:
    """A page as it was answered, and how many statements it took."""

    path: str
    answer: PageAnswer
    statements: int


@dataclass
class Walk:
    """Pages of each row in each language, and links that lead to none."""

    visits: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    broken: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def city(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A copy of the sample city, with the lead signed in with a second factor."""
    folder = tmp_path_factory.mktemp("console") / "city"
    shutil.copytree(demo.folder, folder, symlinks=True)
    context = open_context(folder / "config.yaml")
    lead = operators.acting(context, ASHA)
    write_poison(lead)
    work_at_the_desk(lead)
    fill_the_registers(lead, folder.parent)
    yield context
    context.engine.dispose()


def write_poison(lead: Context) -> None:
    """Texts that would change a page if they were not inert, as the newest posts and in
    what staff and authors of posts write."""
    now = lead.clock.now()
    store_records(
        lead.engine,
        *(
            make_record(
                f"9{n:02}",
                text=f"Water pipe burst in Kothrud, nobody comes. {text}",
                title=text[:200],
                authored_at=now - timedelta(minutes=n),
                author=RecordAuthor(uid=f"p{n}", name=text[:200], handle=f"poison{n}"),
            )
            for n, text in enumerate(POISON)
        ),
    )
    tagging.tag_waiting(lead)
    later = now + timedelta(days=1)
    for text in POISON[:3]:
        post_drafts.add_post(lead, PostDraft("telegram", later, "en", text))
        commitments.add_promise(lead, text, now + timedelta(hours=3))


def work_at_the_desk(lead: Context) -> None:
    """Cases as the daemon opens them, the first of them the lead's; a claim and a draft
    of a report in the room of each incident."""
    case_opening.open_pending(lead)
    case_queue.take(lead, case_queue.take_next(lead, 3))
    for line in incident_lines.list_lines(lead, i18n.language("en")):
        incident_claims.add_claim(lead, line.id, POISON[0])
        incident_claims.add_claim(lead, line.id, "The bridge at the weir is closed")
        situation_reports.draft_report(lead, line.id)


def fill_the_registers(officer: Context, folder: Path) -> None:
    """A request of a person, a breach, a notice with a consent and a withdrawal; an
    account, and public people of a file, that wait for the registry."""
    secrets = RequestSecrets(name="Asha Kale", reach="by post", words="Erase it all.")
    account = NamedAccount("x", handle="asha_kale")
    person_requests.receive_request(
        officer, RequestDraft("erasure", "letter", secrets, accounts=[account])
    )
    what = f"A laptop with an export of mentions was lost. {POISON[0]}"
    breaches.enter_breach(officer, BreachDraft("Lost laptop", what, ["texts"]))
    words = "We write to you about water, and about nothing else."
    notices.add_notice(officer, "messages", dict.fromkeys(i18n.CODES, words))
    for number, choice in (("9876543210", "granted"), ("9876543211", "withdrawn")):
        consent.record_consent(officer, number, choice, "form 12")
    account_registry.propose_account(
        officer,
        "x",
        "CityDesk",
        name="City desk",
        person_class="public_office",
        evidence="https://city.example/accounts names it",
    )
    public_people.propose_people(officer, write(folder, GOOD, BUSES))


@pytest.fixture(scope="module")
def walk(city: Context) -> Walk:
    walk = Walk()
    with asyncio.Runner() as runner:
        app = console_server.create_console(city)
        visitor = BrowserSession(app, runner)
        visitor.cookies["__Host-console"] = operators.browser_token(city, ASHA)
        for code in ("mr", "hi", "en"):
            follow(visitor, city.engine, code, walk)
    return walk


def follow(visitor: BrowserSession, engine: Engine, code: str, walk: Walk) -> None:
    """Ask for the first page and whatever it leads to, EACH pages of a row."""
    waiting, asked = [f"/{code}/"], {f"/{code}/"}
    seen: dict[str, int] = defaultdict(int)
    while waiting:
        path = waiting.pop(0)
        row = row_of(path.removeprefix(f"/{code}"))
        if row is None:
            walk.broken.append(f"{path}: no such screen")
            continue
        if seen[row.path] >= EACH:
            continue
        seen[row.path] += 1
        with counted(engine) as statements:
            answer = visitor.get(path)
        walk.visits[row.path].append(Visit(path, answer, len(statements)))
        if answer.status != 200:
            walk.broken.append(f"{path}: {answer.status}")
        if answer.headers.get("content-type", "").startswith("text/html"):
            for link in links(answer.html):
                if link.startswith(f"/{code}/") and link not in asked:
                    asked.add(link)
                    waiting.append(link)


def row_of(path: str) -> Screen | None:
    bare = path.partition("?")[0].partition("#")[0]
    screens = [row for row in console_server.ROWS if isinstance(row, Screen)]
    return next((row for row in screens if compile_path(row.path)[0].match(bare)), None)


class counted:
    """The SQL statements while a block runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._statements = engine, list[str]()

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._statements

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            self._statements.append(statement)


class _Page(HTMLParser):
    """What is asked of every page: its links, headings, and words by language."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings = 0
        self.forbidden: list[str] = []
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    _VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        self.headings += tag == "h1"
        self.forbidden += [
            f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"
        ]
        is_own = str(given.get("src", "")).startswith("/")
        if tag in ("script", "img") and not is_own:
            self.forbidden.append(tag)
        if tag in self._VOID:
            return
        is_foreign = (
            tag in ("bdi", "title", "script", "style", "kbd", "code", "svg")
            or ("lang" in given and tag != "html")
            or given.get("translate") == "no"
        )
        is_inside = bool(self._open) and self._open[-1][1]
        self._open.append((tag, is_foreign or is_inside))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]) and data.strip():
            self.words.append(data.strip())


def read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    return page


def links(html: str) -> list[str]:
    return read(html).links


def html_visits(walk: Walk, without: str = "") -> list[Visit]:
    return [
        visit
        for path, visits in walk.visits.items()
        for visit in visits
        if path != without
        and visit.answer.headers.get("content-type", "").startswith("text/html")
    ]


def test_every_link_of_a_page_leads_to_a_page(walk: Walk) -> None:
    assert walk.broken == []


def test_every_screen_is_reached_from_the_first_page(walk: Walk) -> None:
    paths = {row.path for row in console_server.ROWS if isinstance(row, Screen)}

    assert paths - set(walk.visits) - NOT_LINKED == {"/sign-in"}


def test_every_page_has_one_heading_and_nothing_that_its_policy_forbids(
    walk: Walk,
) -> None:
    wrong = {}
    for visit in html_visits(walk, without=SENT):
        page = read(visit.answer.html)
        if page.headings != 1 or page.forbidden:
            wrong[visit.path] = (page.headings, page.forbidden)

    assert wrong == {}


def test_no_page_takes_more_than_fifteen_statements(
    walk: Walk,
) -> None:
    many = {
        visit.path: visit.statements
        for path, visits in walk.visits.items()
        for visit in visits
        if visit.statements > MOST_STATEMENTS and path != A_LETTER
    }

    assert many == {}


@pytest.mark.parametrize("code", ["mr", "hi"])
def test_pages_in_marathi_and_hindi_have_no_english_but_names(
    walk: Walk, code: str
) -> None:
    english = {}
    for visit in html_visits(walk):
        if visit.path.startswith(f"/{code}/"):
            words = " ".join(read(visit.answer.html).words)
            words = re.sub("“[^”]*”", "", words)  # what people wrote
            left = re.findall(r"(?<![\w.:/@#-])[A-Za-z]{3,}(?![\w.:/@-])", words)
            if strange := sorted({word for word in left if not NAMES.fullmatch(word)}):
                english[visit.path] = strange

    assert english == {}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "is_dark"), [(360, False), (1280, True)])
def test_in_a_browser_no_page_scrolls_sideways_and_axe_finds_nothing(
    city: Context, walk: Walk, tmp_path: Path, width: int, is_dark: bool
) -> None:
    wrong: dict[str, list[str]] = {}
    token = operators.browser_token(city, ASHA)
    with (
        console_server.serving(city) as address,
        browser(width, tmp_path / "profile") as driver,
    ):
        driver.get(f"{address}/mr/sign-in")
        driver.add_cookie(
            {"name": "__Host-console", "value": token, "secure": True, "path": "/"}
        )
        for path in sorted({visits[0].path for visits in walk.visits.values()}):
            if not is_page(walk, path):
                continue
            driver.get(address + path)
            if is_dark:
                prefer_dark(driver)
            faults = violations(driver)
            wide = driver.execute_script(
                "return document.documentElement.scrollWidth - window.innerWidth"
            )
            if wide > 0:
                faults.append(f"{wide} px too wide")
            if faults:
                photograph(driver, tmp_path / f"{len(wrong)}.png")
                wrong[path] = faults
    assert wrong == {}


def is_page(walk: Walk, path: str) -> bool:
    return any(visit.path == path for visit in html_visits(walk))
