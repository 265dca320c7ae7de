"""What must be hidden is hidden in every way out: lists, files, letters, log, index."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.connectors.base import ConnectorError, Kind, RecordAuthor
from socialcell.i18n import language
from socialcell.identity.actor import unsigned
from socialcell.listening.model import Mention
from socialcell.listening.query.query_language import TextTerm
from socialcell.listening.store import integrity
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.people import registry
from socialcell.ops.model import Source
from socialcell.reports import frozen_quotes, render
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import ChartFiles
from socialcell.reports.weekly import frozen_week, weekly_view, workbook
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.text import index_form
from tests.builders import NOON, make_batch, make_record, make_source
from tests.masking_cases import (
    PUBLIC_HANDLES,
    MaskingCase,
    failures,
    judge,
    masking_cases,
)
from tests.running import inside
from tests.services.collection.test_collector import run

pytestmark = [pytest.mark.swept_on_postgresql, pytest.mark.fault("F37")]

SECRET = ("secret", "third_person", "digits_in_words")
# Each a mention that is shown in every form; the whole text of a page takes long.
SHOWN_EVERY = 10


@pytest.fixture
def held(context: Context, hasty: None) -> Context:
    """Every case, collected and read; public accounts are in the registry."""
    source = make_source(context.engine)
    with db.writing(context.engine) as session:
        for handle in PUBLIC_HANDLES:
            registry.register(
                *(session, "x", handle, handle, "public_office"),
                *("https://city.example", unsigned("tests"), NOON),
            )
    records = [
        make_record(
            case.id,
            text=case.text,
            raw={"text": case.text},
            authored_at=NOON - timedelta(days=4),
            author=RecordAuthor(case.uid, case.handle, case.name),
            url=f"https://x.com/i/web/status/{n}",
        )
        for n, case in enumerate(masking_cases())
    ]
    result = run(context, source, make_batch(*records))
    assert (result.state, result.counts["stored"]) == ("ok", len(records))
    assert tag_waiting(context) == len(records)
    return context


def said(context: Context, *arguments: str) -> str:
    return inside(*arguments, "--config", context.workspace.folder / "config.yaml")


def kept(shown: Mapping[str, str], *groups: str) -> None:
    assert len(shown) == len(masking_cases())
    wrong = judge(lambda case: shown[case.id])
    assert failures(wrong, groups) == {}


def of_ids(context: Context) -> dict[int, str]:
    """The number of each mention, with the case that it is."""
    with db.reading(context.engine) as session:
        rows = session.execute(select(Mention.id, Mention.external_id)).all()
    return {id_: case for id_, case in rows if id_ is not None}


def test_screen_csv_and_json_show_no_secret(
    held: Context, tried: Callable[..., None]
) -> None:
    case_of = of_ids(held)
    lines = said(held, "mentions", "export", "--jsonl").splitlines()
    documents = [json.loads(line) for line in lines]
    kept({case_of[row["id"]]: json.dumps(row, ensure_ascii=False) for row in documents})

    sheet = csv.DictReader(io.StringIO(said(held, "mentions", "export"), newline=""))
    kept({case_of[int(row["id"])]: "\t".join(row.values()) for row in sheet})

    listed = json.loads(said(held, "mentions", "list", "--json", "--limit", "500"))
    kept(
        {
            case_of[row["id"]]: json.dumps(row, ensure_ascii=False)
            for row in listed["mentions"]
        }
    )

    screen = said(held, "mentions", "list", "--limit", "500", "--no-pager")
    rows = csv.DictReader(
        io.StringIO(said(held, "mentions", "list", "--csv", "--limit", "500"))
    )
    kept({case_of[int(row["id"])]: "\t".join(row.values()) for row in rows}, *SECRET)
    for case in masking_cases():
        if case.group == "secret" and case.kind != "own_name":
            assert not [part for part in case.secrets if part in screen], case.id
    tried(len(masking_cases()), "screen, CSV, JSON, letter, workbook, log and index")


def test_a_mention_by_itself_shows_no_secret(held: Context) -> None:
    for id_, external_id in of_ids(held).items():
        case = next(case for case in masking_cases() if case.id == external_id)
        if case.group != "secret" or id_ % SHOWN_EVERY:
            continue
        page = said(held, "mentions", "show", str(id_))
        document = json.loads(said(held, "mentions", "show", str(id_), "--json"))
        whole = page + json.dumps(document, ensure_ascii=False)
        assert not [part for part in case.secrets if part in whole], case.id


def test_letter_page_and_workbook_of_the_week_show_no_secret(held: Context) -> None:
    now, lang = held.clock.now(), language("mr")
    numbers = frozen_week.numbers_of_week(
        held.engine, frozen_week.period(now, now), now
    )
    frozen = [
        {
            "why": "topic",
            "topic": "water",
            "platform": "x",
            "external_id": case.id,
            "content_hash": "",
            "drawn_from": 7,
        }
        for case in masking_cases()
    ]
    with db.reading(held.engine) as session:
        quotations = frozen_quotes.quotations(
            session, frozen, pseudonyms.load_people(held), Phrases(lang)
        )
    about = held.workspace.config.report
    shown = {}
    for case, quotation in zip(masking_cases(), quotations, strict=True):
        page = weekly_view.page(numbers, [quotation], ChartFiles(), lang, about)
        shown[case.id] = " ".join(render.text(page).split())
        assert quotation.text is not None
        assert " ".join(quotation.text.split()) in shown[case.id]
    kept(shown, *SECRET)

    page = weekly_view.page(numbers, quotations, ChartFiles(), lang, about)
    book = zipfile.ZipFile(io.BytesIO(workbook.workbook(page, "", [])))
    whole = render.html(page) + "".join(
        book.read(name).decode() for name in book.namelist() if name.endswith(".xml")
    )
    for case in masking_cases():
        if case.group == "secret" and case.kind != "own_name":
            assert not [part for part in case.secrets if part in whole], case.id


def test_the_log_says_no_secret_of_what_failed(
    context: Context, hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_source(context.engine)
    shown = {}
    for case in masking_cases():
        if case.kind == "own_name":  # nobody knows whose error it is
            shown[case.id] = "•••"
            continue
        caplog.clear()
        error = ConnectorError(Kind.DRIFT, "files.not_read", reason=case.text)
        run(context, source, error=error)
        assert caplog.text.count("source run ended") == 1
        shown[case.id] = caplog.text + source_reason(context, source.id or 0)
    caplog.clear()

    kept(shown, *SECRET)


def source_reason(context: Context, source_id: int) -> str:
    with db.reading(context.engine) as session:
        return session.get_one(Source, source_id).state_reason or ""


def test_a_backup_and_its_check_name_no_secret(
    held: Context, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("a copy of PostgreSQL is made by its own program")
    folder = held.workspace.folder
    listed = said(held, "db", "backup")
    (copy,) = (folder / "backups").glob("*.db")
    listed += said(held, "db", "verify", str(copy))
    listed += said(held, "db", "verify") + "\n".join(map(str, folder.rglob("*")))

    for case in masking_cases():
        assert not [part for part in case.secrets if part in listed], case.id


def test_no_secret_can_be_searched(held: Context) -> None:
    with db.reading(held.engine) as session:
        assert integrity.problems(session) == []
        rows = session.execute(select(Mention.external_id, Mention.folded)).all()
        words = {case: f" {folded} " for case, folded in rows}
        wrong = judge(lambda case: _as_indexed(case, words[case.id]))
        assert failures(wrong, SECRET) == {}
        for case in masking_cases():
            if case.group == "secret" and case.kind != "own_name":
                for secret in filter(None, map(index_form, case.secrets)):
                    query = MentionFilter(query=TextTerm(secret))
                    hits = mention_queries.mentions(session, query)
                    assert case.id not in {row.external_id for row in hits}, case.id


def _as_indexed(case: MaskingCase, words: str) -> str:
    """The secrets that stand among the indexed words, as they are written."""
    return " ".join(
        secret for secret in case.secrets if f" {index_form(secret)} " in words
    )


def test_a_secret_that_is_hidden_by_nobody_is_seen_by_these_tests(
    held: Context,
) -> None:
    case = next(case for case in masking_cases() if case.kind == "phone")

    assert _as_indexed(case, f" {index_form(case.text)} ") != ""
    assert Path(held.workspace.folder).is_dir()
