"""Poison texts go in whole and come out of every sink without doing anything."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlmodel import Session
from typer.testing import CliRunner

from socialcell import db
from socialcell.cli import app
from socialcell.commands import output
from socialcell.connectors.base import Record, RecordAuthor
from socialcell.i18n import language
from socialcell.language import read
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.model import Mention, RawItem
from socialcell.listening.store import integrity, listening_digest
from socialcell.listening.store.mentions import mention_queries, tags
from socialcell.listening.store.pages import pages
from socialcell.ops import store
from socialcell.reports import frozen_quotes, render
from socialcell.reports.page import Quotation
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import ChartFiles
from socialcell.reports.weekly import frozen_week as week_report
from socialcell.reports.weekly import weekly_view
from socialcell.services import pseudonyms
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import analyse, tag_waiting
from socialcell.sheet import cell
from socialcell.text import clean_text
from tests.builders import NOON, make_batch, make_record, make_source
from tests.faults.hostile.poison import ANY_TEXT, POISON, marked
from tests.running import inside
from tests.services.collection.test_collector import run

pytestmark = pytest.mark.swept_on_postgresql

WEEK_AGO = NOON - timedelta(days=4)
TEXTS = list(POISON.values())
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
VARIED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def poisonous(n: int, text: str, **changes: Any) -> Record:
    """A post that says it everywhere, with a word of its own before and behind."""
    return make_record(
        f"{n}",
        text=f"{text}\n{marked(n)}",
        raw={"text": text, text: [text]},
        authored_at=WEEK_AGO,
        author=RecordAuthor(uid=f"u{n}", name=text[:900], handle=f"h_{n}"),
        url=f"https://x.com/i/web/status/{n}",
        **changes,
    )


@pytest.fixture
def held(context: Context, hasty: None) -> Context:
    """Every poison text, collected and read."""
    source = make_source(context.engine)
    records = [
        poisonous(
            n,
            text,
            title=text[:2000] if n % 2 else None,
            links=(text, f"https://a.example/{text}"),
            conversation=text[:900],
            language=text[:900],
        )
        for n, text in enumerate(TEXTS)
    ]
    result = run(context, source, make_batch(*records))
    assert (result.state, result.counts["stored"]) == ("ok", len(TEXTS))
    assert tag_waiting(context) == len(TEXTS)
    return context


def said(context: Context, *arguments: str) -> str:
    """What a command writes on standard output."""
    return inside(*arguments, "--config", context.workspace.folder / "config.yaml")


def test_what_is_stored_is_the_cleaned_text_and_the_raw_form_is_whole(
    held: Context,
) -> None:
    with db.reading(held.engine) as session:
        assert integrity.problems(session) == []
        texts = dict(session.execute(select(Mention.external_id, Mention.text)).all())
        bodies = [json.loads(body) for body in session.scalars(select(RawItem.body))]
        assert listening_digest.digest(session) == listening_digest.digest(session)
    for n, text in enumerate(TEXTS):
        assert texts[str(n)] == clean_text(f"{text}\n{marked(n)}")
        assert {"text": text, text: [text]} in bodies


@pytest.mark.fault("F25")
def test_each_is_found_by_its_word_and_shown_whole(held: Context) -> None:
    shown = pseudonyms.load_people(held)
    listed = json.loads(said(held, "mentions", "list", "--json", "--limit", "500"))
    assert listed["total"] == len(TEXTS)
    by_text = {row["text"]: row for row in listed["mentions"]}
    for n, text in enumerate(TEXTS):
        whole = clean_text(f"{text}\n{marked(n)}")
        author = RecordAuthor(f"u{n}", f"h_{n}", clean_text(text[:900]))
        row = by_text[shown.masked("x", whole, author)]
        if n % 30:
            continue
        found = json.loads(said(held, "mentions", "search", marked(n), "--json"))
        assert [one["id"] for one in found["mentions"]] == [row["id"]]
        one = json.loads(said(held, "mentions", "show", str(row["id"]), "--json"))
        assert one["text"] == row["text"]
        assert said(held, "mentions", "show", str(row["id"]))


def test_the_masking_hides_nothing_but_people(held: Context) -> None:
    shown = pseudonyms.load_people(held)
    for name, text in POISON.items():
        clean = clean_text(text)
        if not re.search(r"[@＠0-9०-९]", clean) and "://" not in clean:
            assert shown.masked("x", clean) == clean, name


@pytest.mark.fault("F25")
def test_lines_of_json_and_of_tables_are_one_a_mention(held: Context) -> None:
    lines = said(held, "mentions", "export", "--jsonl").split("\n")
    assert lines.pop() == ""
    assert len([json.loads(line) for line in lines]) == len(TEXTS)

    table = said(held, "mentions", "list", "--limit", "500").split("\n")
    assert len(table) == len(TEXTS) + 3  # a heading, the total, the end
    assert all(line.count("\t") == 10 for line in table[1:-2])
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", "".join(table))


@pytest.mark.parametrize("command", [("list", "--csv", "--limit", "500"), ("export",)])
@pytest.mark.fault("F26")
def test_no_cell_of_a_sheet_starts_a_formula(
    held: Context, command: tuple[str, ...]
) -> None:
    sheet = said(held, "mentions", *command)

    rows = list(csv.reader(io.StringIO(sheet, newline="")))

    assert len(rows) == len(TEXTS) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        assert [one for one in row if one.lstrip().startswith(FORMULA)] == []


def test_a_terminal_shows_brackets_as_they_are(
    held: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    texts = [clean_text(text)[:200] for text in TEXTS]

    output.table(("n", "text"), enumerate(texts))

    printed = capsys.readouterr().out
    for name in ("rich markup", "rich markup behind a backslash"):
        assert POISON[name] in printed


class Elements(HTMLParser):
    """The tags and attributes of a page, and the words in it."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Any] = []
        self.words = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, [pair for pair in attrs if pair[0] != "lang"]))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment {data}")

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.fault("F25")
def test_a_quotation_adds_words_to_the_report_and_nothing_else(held: Context) -> None:
    now, lang = held.clock.now(), language("mr")
    week = week_report.period(now, now)
    numbers = week_report.numbers_of_week(held.engine, week, now)
    assert numbers["mentions"]["n"] is not None
    frozen = [
        {
            "why": "topic",
            "topic": "water",
            "platform": "x",
            "external_id": str(n),
            "content_hash": "",
            "drawn_from": 7,
        }
        for n in range(len(TEXTS))
    ]
    with db.reading(held.engine) as session:
        made = frozen_quotes.quotations(
            session, frozen, pseudonyms.load_people(held), Phrases(lang)
        )

    def written(quotation: Quotation) -> tuple[str, str]:
        about = held.workspace.config.report
        page = weekly_view.page(numbers, [quotation], ChartFiles(), lang, about)
        return render.html(page), render.text(page)

    benign = Elements(written(replace(made[0], text="पाणी नाही"))[0])
    for quotation in made:
        assert quotation.text is not None
        markup, plain = written(quotation)
        page = Elements(markup)
        assert page.tags == benign.tags, quotation.text
        assert quotation.text.split() == [
            word for word in quotation.text.split() if word in page.words
        ]
        assert quotation.text in plain
        (markup + plain).encode()


def test_the_report_of_the_week_is_written(held: Context, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("the pages are the same, and drawing them is slow")
    out = str(held.workspace.folder / "out")

    made = said(
        held, "report", "weekly", "--as-of", "2026-11-23", "--out", out, "--json"
    )

    markup = Path(json.loads(made)["html"]).read_text(encoding="utf-8")
    tags_of = {tag for tag, *_ in Elements(markup).tags if not tag.startswith("/")}
    assert not tags_of & {"script", "b", "object", "iframe", "form"}
    assert "onerror" not in str(Elements(markup).tags)


def test_texts_are_tagged_from_lines_with_json_escapes() -> None:
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(TEXTS)]
    lines += [json.dumps({"id": "odd", "text": "water", text: text}) for text in TEXTS]

    done = CliRunner().invoke(
        app, ["tag", "--jsonl"], input="\n".join(lines), catch_exceptions=False
    )

    assert done.exit_code == 0
    rows = [json.loads(line) for line in done.stdout.split("\n") if line]
    assert len(rows) == len(lines)
    for row, text in zip(rows, TEXTS, strict=False):
        assert row["text"] == clean_text(text)
        for entity in row["entities"]:
            assert row["text"][entity["start"] : entity["end"]] == entity["text"]


@pytest.mark.fault("F25")
def test_a_file_of_them_is_imported_whole_and_twice_changes_nothing(
    context: Context, hasty: None
) -> None:
    rows = [
        {
            "id": f"p{n}",
            "text": f"{text} {marked(n)}",
            "author": text[:900] or "a",
            "created_at": "2026-11-20T05:30:00Z",
            "title": text[:900],
        }
        for n, text in enumerate(TEXTS)
    ]
    path = context.workspace.folder / "poison.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    first = file_import.import_file(context, path, format="generic").result
    second = file_import.import_file(context, path, format="generic").result

    taken = first.counts["stored"] + first.counts["quarantined"]
    assert (first.counts["received"], taken) == (len(TEXTS), len(TEXTS))
    # Who has no name that can be kept is no author; such rows are kept aside, raw.
    assert first.counts["quarantined"] <= 3, first.rejects
    assert second.counts["stored"] == second.counts["updated"] == 0
    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []
        assert mention_queries.present_count(session) == first.counts["stored"]


def test_poison_in_every_name_is_cleaned_or_set_aside_with_its_reason(
    context: Context, hasty: None
) -> None:
    source = make_source(context.engine)
    records = [
        make_record(
            text, raw={"n": n}, author=RecordAuthor(uid=text, handle=text, name=text)
        )
        for n, text in enumerate(TEXTS)
    ]

    result = run(context, source, make_batch(*records))

    assert result.state == "ok"
    assert result.counts["received"] == len(TEXTS)
    # Two of them are cleaned to the same id.
    assert result.counts["duplicate"] == 1
    taken = result.counts["quarantined"] + result.counts["stored"]
    assert taken == len(TEXTS) - 1
    for reject in result.rejects:
        assert re.search("has .* characters|is empty", reject.reason)
    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []
        raws = session.scalars(select(RawItem.body)).all()
    assert len(raws) == taken


@given(text=ANY_TEXT, title=ANY_TEXT)
@VARIED
@pytest.mark.fault("F25")
def test_any_text_is_stored_read_and_shown(
    context: Context, hasty: None, text: str, title: str
) -> None:
    record = make_record(
        text=text,
        title=title,
        raw={"t": text},
        author=RecordAuthor(uid="u", name=title, handle=text),
    )
    with db.writing(context.engine) as session:
        arrival = pages.Arrival(_source(context), _run(context, session), NOON)
        counts = pages.store_records(session, [record], arrival, set())
        assert counts.stored == 1
        waiting = tags.untagged(session, 5)
        assert tags.write(session, analyse(waiting, AREAS), NOON) == 1
        row = mention_queries.mention(session, waiting[0].id)
        assert row is not None
        assert (row.text, row.title) == (clean_text(text), clean_text(title))
        (body,) = session.scalars(select(RawItem.body))
        assert json.loads(body) == {"t": text}
        assert integrity.problems(session) == []
        listening_digest.digest(session)
        session.rollback()
    assert not cell(clean_text(text)).lstrip().startswith(FORMULA)


AREAS = read_areas()


def _source(context: Context) -> int:
    with db.reading(context.engine) as session:
        found = store.find_source(session, "any")
        if found is not None:
            return found.id or 0
    return make_source(context.engine, "any").id or 0


def _run(context: Context, session: Session) -> int:
    source = store.source_named(session, "any")
    return store.start_run(session, source, "pull", "tests", NOON).id or 0


@given(ANY_TEXT)
@VARIED
def test_any_text_is_read_alone_as_in_company(text: str) -> None:
    alone = list(read([text]))
    company = list(read(["पाणी नाही", text, "water"]))

    assert alone[0] == company[1]
    assert alone[0].text == clean_text(text)
    json.dumps(alone[0].as_dict(), allow_nan=False).encode()


def test_more_than_a_million_characters_are_stored_and_their_beginning_read(
    context: Context, hasty: None
) -> None:
    text = "पाणी नाही " * 100_000 + "क"
    assert len(text) == 1_000_001
    source = make_source(context.engine)

    assert run(context, source, make_batch(make_record(text=text))).state == "ok"
    assert tag_waiting(context) == 1

    with db.reading(context.engine) as session:
        row = mention_queries.mention(session, 1)
        assert row is not None
        assert (row.text, row.language) == (text, "mr")
        assert integrity.problems(session) == []
