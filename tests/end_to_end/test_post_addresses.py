"""Posts of private persons on every platform, and every way out: no address and no
number of one of them comes out but by `mentions open`, the audited export and the
reveal of a case."""

import asyncio
import email
import email.policy
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, select, update

from socialcell import db
from socialcell.config import Workspace
from socialcell.connectors.base import Record, RecordRelation
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseContact, DeskCase
from socialcell.identity.actor import unsigned
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.store import areas, owners
from socialcell.listening.store.people import registry
from socialcell.ops.outbox_model import Outgoing
from socialcell.platforms import Trait, having
from socialcell.roles import Role, TokenScope
from socialcell.services.alerts import detection, escalations, rumours
from socialcell.services.context import Context
from socialcell.services.desk import case_opening, case_reveal
from socialcell.services.mentions import tagging
from socialcell.services.operators import api_tokens
from socialcell.services.publishing import post_drafts
from socialcell.settings.notifications import Alerts
from socialcell.web.api.application import create_api
from socialcell.web.console import console_server
from tests import operators
from tests.builders import make_author, make_record, store_records
from tests.inside import socialcell
from tests.operators import acting
from tests.running import rows
from tests.web.api.api_client import ApiClient
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = [pytest.mark.faults, pytest.mark.on_sqlite, pytest.mark.fault("F38")]

MARK = "7319zq7319"  # in every number of a private person's post
OWN = "8420zq8420"  # in that of the office's
DIGITS = "73197319731973"  # as X writes numbers
MARKS = (MARK, DIGITS)
OFFICE_LINK = f"https://x.com/PMCPune/status/{OWN}"
ADDRESSES = {
    "x": "https://x.com/i/web/status/{}",
    "facebook": "https://www.facebook.com/groups/pune/permalink/{}/",
    "instagram": "https://www.instagram.com/p/{}/",
    "youtube": "https://www.youtube.com/watch?v=abc&lc={}",
    "reddit": "https://www.reddit.com/r/pune/comments/{}/no_water/",
    "mastodon": "https://city.example/@zebra_canary/{}",
    "bluesky": "https://bsky.app/profile/zebra.example/post/{}",
    "google_play": "https://play.google.com/store/apps/details?id=a.b&reviewId={}",
    "news": "https://forum.example/threads/{}",
}
KINDS = {
    **dict.fromkeys(having(Trait.MESSAGES), "message"),
    **dict.fromkeys(having(Trait.APP_STORE), "review"),
    "youtube": "comment",
}
EVERY_ROLE = tuple(Role)
MENTION = db.table(Mention)
WORDS = "Two boys are in the river in Kothrud and cannot get out, no water for 5 days."


def private_posts(now: Any) -> Iterator[Record]:
    """A post of a private person on every platform, with its own address in its words
    where its platform has addresses that a text can show."""
    for n, platform in enumerate(having(Trait.MENTIONS)):
        number = f"{DIGITS}{n:02}" if platform == "x" else f"{MARK}{n:02}"
        address = ADDRESSES.get(platform, "").format(number) or None
        shown = address if platform != "news" else None
        yield make_record(
            number,
            platform=platform,
            kind=KINDS.get(platform, "post"),
            text=f"{WORDS} {shown or ''}",
            url=address,
            links=(address, f"{address}/photo/1") if address else (),
            conversation=number,
            # Half of them last week, which the weekly letter is about.
            authored_at=now - timedelta(hours=20 * (n % 2) + n % 5, minutes=10),
            author=make_author(f"90000{n}", name=f"Person {n}"),
            raw={"id": number},
        )
    yield make_record(
        f"t3_{MARK}",
        platform="news",
        kind="article",
        text=f"{WORDS} (from a thread)",
        url=f"https://www.reddit.com/r/pune/comments/{MARK}/",
        authored_at=now - timedelta(hours=1),
        author=make_author("feed", handle="feed", name="feed"),
        relations=(RecordRelation("reply", f"{MARK}99"),),
        raw={"id": MARK},
    )


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """The posts, read; cases, incidents, letters and a public reply made of them."""
    folder, now = context.workspace.folder, context.clock.now()
    with (folder / "config.yaml").open("a") as config:
        config.write(f"clock: {{fixed: {now.isoformat()}}}\n")
    (folder / "secrets" / secret_seal.KEY_NAME).write_text(secret_seal.new_key())
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
        registry.register(
            session,
            *("x", "PMCPune", "PMC", "public_office", "its page"),
            unsigned("tests"),
            now,
        )
    office = make_record(
        OWN,
        url=OFFICE_LINK,
        text="Water comes tomorrow in Kothrud",
        author=make_author("2", handle="PMCPune"),
        authored_at=now - timedelta(hours=1),
        raw={"id": OWN},
    )
    store_records(engine, *private_posts(now), office)
    readers = Alerts.model_validate({"recipients": {"en": ["desk@city.example"]}})
    changed = context.workspace.config.model_copy(update={"alerts": readers})
    told = replace(context, workspace=Workspace(folder, changed))
    tagging.tag_waiting(told)
    with db.writing(engine) as session:
        c = MENTION.c
        of_people = update(MENTION).where(c.text.startswith(WORDS[:20]))
        session.execute(of_people.values(urgency="critical", intent="help"))
    case_opening.open_pending(told)
    address = ADDRESSES["reddit"].format(f"{MARK}00")
    rumours.add(told, url=address, note="It is a film of 2019")
    detection.detect(told)
    escalations.advance(told, deliver=False)
    lead = acting(told, "Asha Sample")
    post_drafts.add_post(
        lead,
        post_drafts.PostDraft(
            platform="x",
            due_at=now + timedelta(hours=3),
            language="en",
            text="We are on our way.",
            reply_to=f"mention:{mention_of(rows_of(lead), 'x')}",
        ),
    )
    return told


def config_of(context: Context) -> tuple[str, Path]:
    return ("--config", context.workspace.folder / "config.yaml")


def rows_of(context: Context) -> list[dict[str, Any]]:
    done = socialcell("mentions", "list", "--jsonl", *config_of(context))
    return list(rows(done.stdout))


def mention_of(listed: list[dict[str, Any]], platform: str) -> int:
    """The private person's mention on a platform."""
    return next(
        int(row["id"])
        for row in listed
        if row["platform"] == platform and WORDS[:20] in row["text"]
    )


def texts_of(body: bytes) -> str:
    """All words of a page, a file, a workbook or a letter."""
    if body.startswith(b"PK"):
        book = openpyxl.load_workbook(io.BytesIO(body))
        cells = [cell for sheet in book for row in sheet for cell in row]
        links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
        return "\n".join(str(word) for word in (*[c.value for c in cells], *links))
    if b"MIME-Version" in body[:4000]:
        letter = email.message_from_bytes(body, policy=email.policy.default)
        parts = [
            part for part in letter.walk() if part.get_content_maintype() == "text"
        ]
        return "\n".join(str(part.get_content()) for part in parts)
    return html.unescape(body.decode(errors="replace"))


def leaks(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text]


def commands(listed: list[dict[str, Any]], folder: Path) -> list[tuple[str, ...]]:
    """Every command that shows mentions or what was made of them."""
    ids = [str(row["id"]) for row in listed]
    out = str(folder / "reports")
    return [
        ("mentions", "list"),
        *(("mentions", "list", form) for form in ("--json", "--jsonl", "--csv")),
        ("mentions", "search", "water"),
        ("mentions", "search", "water", "--explain", "--json"),
        ("mentions", "search", "water", "--csv"),
        ("mentions", "export"),
        ("mentions", "export", "--jsonl"),
        *(("mentions", "show", id_) for id_ in ids),
        *(("mentions", "show", id_, "--json") for id_ in ids),
        ("mentions", "similar", ids[0], "--json"),
        ("mentions", "similar", ids[0]),
        ("mentions", "stories", "--since", "7d", "--json"),
        ("report", "weekly", "--json", "--out", out, "--as-of", "2026-11-23"),
        *(
            ("report", "weekly", "--lang", lang, "--out", out, "--as-of", "2026-11-23")
            for lang in ("mr", "hi", "en")
        ),
        ("report", "daily", "--json"),
        *(("report", "daily", "--text", "--lang", lang) for lang in ("mr", "hi", "en")),
        ("alerts", "list", "--all", "--json"),
        ("alerts", "list", "--all"),
        ("alerts", "show", "1"),
        ("alerts", "show", "1", "--json"),
        ("alerts", "rising", "--json"),
        ("alerts", "rumours", "list", "--json"),
        ("alerts", "rumours", "list"),
        ("situation", "show", "1", "--json"),
        ("cases", "list", "--json"),
        ("cases", "suggestions", "--json"),
        ("cases", "unclear", "--json"),
        *(("cases", "show", f"26-{n:06}", "--json") for n in range(1, 4)),
        ("inbox", "list", "open", "--json"),
        ("answers", "list", "--json"),
        ("messages", "waiting", "--json"),
        ("posts", "list", "--json"),
        ("posts", "list"),
        ("outbox", "list", "--json"),
        ("influencers", "rank", "--json"),
        ("sources", "list", "--json"),
        ("sources", "mapping-errors", "--json"),
        ("language", "export-labels", "--into", str(folder / "labels")),
        ("retention", "run", "--dry-run", "--json"),
        ("privacy", "erase", "--platform", "x", "--id", "900000", "--dry-run"),
        ("db", "verify", "--digest", "--json"),
        ("doctor", "--json"),
        ("audit", "list", "--json"),
        ("audit", "list"),
    ]


FOR_STAFF = [
    ("inbox", "take", "--json"),
    ("inbox", "list", "mine", "--json"),
    ("care", "out"),
    ("mentions", "export", "--query", "water"),
]


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_command_tells_where_a_private_post_stands(
    city: Context, is_signed_in: bool
) -> None:
    listed = rows_of(city)
    folder = city.workspace.folder
    assert len(listed) == len(having(Trait.MENTIONS)) + 2
    walked = {}

    every = commands(listed, folder)
    if is_signed_in:
        operators.sign_in_shell(city, "Asha Sample", Role.OPERATOR)
        every = [*every, *FOR_STAFF]
        every.remove(("mentions", "export", "--jsonl"))
    for words in every:
        walked[words] = socialcell(*words, *config_of(city))

    said = {words: done.stdout + done.stderr for words, done in walked.items()}
    assert {words: leaks(text) for words, text in said.items() if leaks(text)} == {}
    wrong = {
        w: done.stderr for w, done in walked.items() if done.returncode not in (0, 3)
    }
    # Only the officer erases, once there are operators.
    refused = {words for words in wrong if words[:2] == ("privacy", "erase")}
    assert set(wrong) - refused <= {("doctor", "--json")}, wrong
    files = [
        path
        for place in ("reports", "labels")
        for path in (folder / place).rglob("*")
        if path.is_file() and path.suffix != ".png"
    ]
    assert {path.suffix for path in files} >= {".html", ".txt", ".xlsx"}
    assert {p.name for p in files if leaks(texts_of(p.read_bytes()))} == set()

    # What an office wrote keeps its address, and private texts were there to come out.
    assert said["mentions", "export"].count(OFFICE_LINK) == 2
    assert said["mentions", "list", "--json"].count("https://x.com/•••") >= 1
    assert "Two boys" in said["alerts", "show", "1"]
    database = b"".join(path.read_bytes() for path in folder.glob("socialcell.db*"))
    assert all(mark.encode() in database for mark in MARKS)


def test_no_letter_that_waits_tells_where_a_private_post_stands(city: Context) -> None:
    with db.reading(city.engine) as session:
        letters = session.scalars(select(Outgoing.body)).all()
    texts = [texts_of(body) for body in letters if body]

    assert [text for text in texts if leaks(text)] == []
    assert any("Two boys" in text for text in texts)


def test_no_page_of_the_console_and_no_download_tells_it(city: Context) -> None:
    with asyncio.Runner() as runner:
        browser = BrowserSession(console_server.create_console(city), runner)
        signed_in(browser, city, "Asha Sample", *EVERY_ROLE)
        waiting, pages = ["/en/"], {}
        while waiting and len(pages) < 600:
            path = waiting.pop(0)
            if path in pages:
                continue
            answer = browser.request("GET", path)
            pages[path] = texts_of(answer.body)
            links = re.findall(r'href="(/en/[^"#]*)"', answer.html)
            waiting += [html.unescape(link) for link in links]
        search = browser.get("/en/mentions?query=water")
        for form in ("csv", "jsonl"):
            file = browser.send(search, "/mentions/export", format=form, once=form)
            pages[form] = texts_of(file.body)

    assert {path: leaks(text) for path, text in pages.items() if leaks(text)} == {}
    seen = {re.sub(r"\d+", "1", path.partition("?")[0]) for path in pages}
    assert seen >= {
        *("/en/mentions/1", "/en/cases/1-1", "/en/incidents/1", "/en/posts/1"),
        *("/en/approvals/posts/1", "/en/inbox", "/en/audit", "/en/rumours"),
    }
    assert pages["jsonl"].count("Two boys") > 5


def test_the_api_does_not_tell_it(city: Context) -> None:
    admin = acting(city, "Meera Sample", Role.ADMIN)
    end = city.clock.now() + timedelta(days=30)
    token = api_tokens.make_token(admin, "dashboard", [*TokenScope], end).token
    client = ApiClient(create_api(city), {"authorization": f"Bearer {token}"})
    listed = client.get("mentions?limit=100").json()["mentions"]
    paths = ["mentions?limit=100&q=water", "incidents", "incidents/1", "cases"]
    paths += [f"mentions/{row['id']}" for row in listed]
    paths += [f"cases/{row['number']}" for row in client.get("cases").json()["cases"]]

    answers = {path: client.get(path) for path in paths}

    assert {path: one.status_code for path, one in answers.items()} == dict.fromkeys(
        paths, 200
    )
    assert {path for path, one in answers.items() if leaks(one.text)} == set()
    assert leaks(json.dumps(listed, ensure_ascii=False)) == []
    assert OFFICE_LINK in json.dumps(listed)


def test_open_the_audited_export_and_the_reveal_tell_it(city: Context) -> None:
    listed = rows_of(city)
    x_post, operator = mention_of(listed, "x"), "Asha Sample"
    operators.sign_in_shell(city, operator, Role.OPERATOR)

    opened = socialcell("mentions", "open", str(x_post), *config_of(city))
    exported = socialcell("mentions", "export", "--jsonl", *config_of(city))
    sheet = socialcell("mentions", "export", *config_of(city))
    logged = socialcell("audit", "list", "--json", *config_of(city))

    assert leaks(opened.stdout) == [DIGITS]
    by_id = {row["id"]: row for row in rows(exported.stdout)}
    for row in listed:
        shown = by_id[row["id"]]
        is_message = row["kind"] == "message"
        assert (shown["external_id"] is None) == is_message
        expected = ADDRESSES.get(row["platform"]) or None
        assert (shown["link"] is None) == (expected is None), row["platform"]
    assert leaks(sheet.stdout) == []
    entries = json.loads(logged.stdout)["entries"]
    acts = [(row["action"], row["detail"].get("addresses")) for row in entries]
    assert [act for act in acts if act[0].startswith("mentions.")] == [
        ("mentions.export", False),
        ("mentions.export", True),
        ("mentions.open", None),
    ]
    asha = acting(city, operator, Role.OPERATOR)
    with db.writing(city.engine) as session:
        query = (
            select(DeskCase, CaseContact.id)
            .join(CaseContact, CaseContact.case_id == DeskCase.id)
            .where(CaseContact.channel == "x")
        )
        case, contact = session.execute(query).first() or (None, None)
        assert case is not None
        case.assignee, number = asha.actor.id, case.number
    shown = case_reveal.reveal(asha, number, contact, "to find the boys in the river")
    assert shown.addresses == ((x_post, ADDRESSES["x"].format(f"{DIGITS}00")),)
