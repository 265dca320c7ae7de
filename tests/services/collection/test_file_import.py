"""An imported file is accounted for row by row, and twice is as once."""

import json
from datetime import timedelta
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Batch
from socialcell.connectors.x import x_connector
from socialcell.listening.model import Engagement, Mention, RawItem
from socialcell.listening.store import integrity, listening_digest
from socialcell.ops import store
from socialcell.ops.model import Cursor, ImportedFile, Run, Source
from socialcell.services.collection import collector, file_import
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import RunResult
from tests.builders import ScriptedConnector, make_source
from tests.conftest import MONDAY_MORNING
from tests.connectors.exports import page, post, write
from tests.rows import in_order
from tests.shared import shared


@pytest.fixture
def clock() -> FixedClock:
    """A week later than that of other tests: the rows were written until then."""
    return FixedClock(MONDAY_MORNING + timedelta(days=7))


def counts(result: RunResult) -> dict[str, int]:
    """The counts that are not zero."""
    return {name: n for name, n in result.counts.items() if n}


def everything(context, model) -> list[Any]:
    with db.reading(context.engine) as session:
        return list(session.scalars(in_order(model)))


def mentions(context) -> list[Mention]:
    return [one for one in everything(context, Mention) if one.state == "present"]


def digest_of(context) -> str:
    with db.reading(context.engine) as session:
        assert integrity.problems(session) == []
        return listening_digest.digest(session)


@pytest.fixture
def mixed(tmp_path):
    """Two posts, one of them twice; a user; a row that is broken."""
    user = {"id": "5", "username": "asha_sample"}
    return write(tmp_path / "x.jsonl", page(post(1), post(2), post(1)), user, "{")


def test_every_row_is_accounted_for(context, mixed):
    imported = file_import.import_file(context, mixed)
    result = imported.result
    assert counts(result) == {
        "received": 5,
        "stored": 2,
        "duplicate": 1,
        "filtered": 1,
        "quarantined": 1,
        "snapshots": 2,
    }
    assert result.filtered_by == {"users": 1}
    assert [reject.row for reject in result.rejects] == [3]
    assert (result.source, result.state) == ("file:x-jsonl", "partial")
    assert imported.format == "x-jsonl"
    assert imported.earlier is None
    (run,) = everything(context, Run)
    assert (run.kind, run.state, run.received) == ("import", "partial", 5)
    assert run.reason == "1 of 5 rows could not be read"
    assert digest_of(context)


def test_the_file_and_what_was_quarantined_are_remembered(context, mixed):
    file_import.import_file(context, mixed)
    (file,) = everything(context, ImportedFile)
    assert (file.name, file.format, file.rows) == ("x.jsonl", "x-jsonl", 3)
    (raw,) = [one for one in everything(context, RawItem) if one.state == "quarantined"]
    assert raw.body == '"{\\n"'
    assert "not JSON" in raw.reason


def test_the_same_file_again_changes_nothing_and_says_so(context, clock, mixed):
    file_import.import_file(context, mixed)
    before, began = digest_of(context), clock.now()
    clock.advance(timedelta(days=1))
    again = file_import.import_file(context, mixed)
    assert again.earlier == began
    assert counts(again.result) == {
        "received": 5,
        "unchanged": 2,
        "duplicate": 1,
        "filtered": 1,
        "quarantined": 1,
    }
    assert again.result.state == "partial"
    assert [reject.row for reject in again.result.rejects] == [3]
    assert digest_of(context) == before
    assert len(everything(context, Run)) == 1
    assert len(everything(context, Engagement)) == 4


def test_the_same_bytes_under_another_name_are_the_same_file(context, mixed, tmp_path):
    file_import.import_file(context, mixed)
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(mixed.read_bytes())
    assert file_import.import_file(context, copy).earlier is not None


def test_the_same_file_read_in_another_way_is_imported_anew(context, tmp_path):
    path = write(tmp_path / "a.csv", "ref,text", "1,पाणी")
    first = write(tmp_path / "1.toml", '[columns]\n"text" = "text"')
    second = write(tmp_path / "2.toml", '[columns]\n"text" = "text"\n"ref" = "id"')
    for mapping in (first, second, first, second):
        file_import.import_file(context, path, mapping=mapping)
    assert len(everything(context, ImportedFile)) == 2
    assert sorted(one.external_id[:3] for one in mentions(context)) == ["1", "sha"]


def test_a_dry_run_says_what_an_import_would_come_to_and_stores_nothing(context, mixed):
    before = digest_of(context)
    rehearsed = file_import.import_file(context, mixed, dry_run=True).result
    for model in (Mention, Run, Source, RawItem, ImportedFile, Cursor):
        assert everything(context, model) == []
    assert digest_of(context) == before
    real = file_import.import_file(context, mixed).result
    assert rehearsed.counts == real.counts
    assert rehearsed.filtered_by == real.filtered_by
    assert rehearsed.state == real.state
    assert rehearsed.rejects == real.rejects
    assert rehearsed.source == real.source


def test_a_dry_run_counts_duplicates_over_pages(context, tmp_path):
    rows = [{"id": str(n % 700), "text": "पाणी"} for n in range(1400)]
    path = write(tmp_path / "a.jsonl", *rows)
    rehearsed = file_import.import_file(context, path, dry_run=True).result
    assert counts(rehearsed) == {"received": 1400, "stored": 700, "duplicate": 700}
    assert file_import.import_file(context, path).result.counts == rehearsed.counts


def test_a_file_in_which_no_row_is_readable_failed(context, tmp_path):
    path = write(tmp_path / "a.jsonl", {"id": "1", "text": 5}, {"id": "2"})
    result = file_import.import_file(context, path).result
    assert result.state == "failed"
    assert counts(result) == {"received": 2, "quarantined": 2}


def test_an_empty_file_is_fine(context, tmp_path):
    result = file_import.import_file(context, write(tmp_path / "a")).result
    assert (result.state, counts(result)) == ("ok", {})


def test_a_post_from_a_file_and_from_the_api_is_one_mention(context, clock, tmp_path):
    body = page(post(1, lang="mr"))
    file_import.import_file(context, write(tmp_path / "x.jsonl", body))
    (before,) = mentions(context)
    clock.advance(timedelta(hours=1))
    pulled = x_connector.post_or_reject(
        body["data"][0], x_connector.users_of(body), "mention"
    )
    api = ScriptedConnector(batches=[Batch([pulled], cursor={})])
    source = make_source(context.engine)
    ledger = Ledger(context.engine, context.clock, "x", {})
    result = collector.run(context, source, api, ledger, kind="pull")
    assert counts(result) == {"received": 1, "unchanged": 1, "snapshots": 1}
    assert [one.id for one in mentions(context)] == [before.id]


def test_posts_without_a_time_are_stored(context, tmp_path):
    path = write(tmp_path / "a.jsonl", {"id": "1", "text": "पाणी"})
    file_import.import_file(context, path)
    (mention,) = mentions(context)
    assert mention.authored_at is None
    assert mention.missing == ["created_at"]


def test_the_source_of_files_is_never_pulled(context, mixed):
    file_import.import_file(context, mixed)
    assert collector.collect(context) == []


def test_a_mapping_with_a_platform_has_a_source_of_its_own(context, tmp_path):
    text = 'platform = "helpline"\n[columns]\n"text" = "text"'
    mapping = write(tmp_path / "m.toml", text)
    path = write(tmp_path / "a.csv", "text", "पाणी")
    for dry_run in (True, False, False):
        imported = file_import.import_file(
            context, path, mapping=mapping, dry_run=dry_run
        )
        assert imported.result.source == "file:helpline"
    assert [one.platform for one in mentions(context)] == ["helpline"]


def test_rows_that_replace_earlier_ones_are_warned_about(context, tmp_path):
    file_import.import_file(context, write(tmp_path / "a.csv", "id,text", "1,पाणी"))
    other = write(tmp_path / "b.csv", "id,text", "1,रस्ता")
    for dry_run in (True, False):
        imported = file_import.import_file(context, other, dry_run=dry_run)
        assert counts(imported.result) == {"received": 1, "updated": 1}
        assert "1 rows have the id" in imported.warnings[0]


def test_columns_that_nobody_reads_are_named_until_a_mapping_says_what_they_are(
    context, tmp_path
):
    rows = write(tmp_path / "a.csv", "id,text,Location,,Phone", "1,पाणी,Kothrud,,98")
    mapping = tmp_path / "a.toml"
    mapping.write_text('[columns]\n"text" = "text"\nLocation = "text"\n')

    for dry_run in (True, False):
        (warning,) = file_import.import_file(context, rows, dry_run=dry_run).warnings
        assert warning.startswith("Kept with the rows and not read: 'Location', 'Pho")

    assert file_import.import_file(context, rows, mapping=mapping).warnings == ()


def test_of_many_columns_that_nobody_reads_the_first_twenty_are_named(
    context, tmp_path
):
    names = [f"field{n}" for n in range(23)]
    objects = [{"text": "पाणी", name: "x"} for name in names]

    imported = file_import.import_file(context, write(tmp_path / "a.jsonl", *objects))

    (warning,) = imported.warnings
    assert "'field0', 'field1', " in warning
    assert "'field19' and 3 more. If" in warning


class Killed(Exception):
    """The process ends here."""


def test_rows_that_speak_of_danger_and_could_not_be_stored_are_named(context, tmp_path):
    path = tmp_path / "night.csv"
    path.write_text(
        "id,text,date\n"
        "1,पाणी घरात शिरले आहे आजोबा अडकले आहेत वाचवा,31-02-2026\n"
        "2,The lamp in our lane is off,2026-13-01\n"
        "3,The lamp at the corner is off,2026-06-01\n"
        "q1,Live wire fallen in water at Bibwewadi. Child got shock,2027-12-31\n"
    )

    imported = file_import.import_file(context, path)

    assert [reject.row for reject in imported.result.rejects] == [2, 3, 5]
    (warning,) = imported.warnings
    assert warning.startswith("Rows 2, 5 speak of danger to life and cannot be stored")


def test_an_interrupted_import_goes_on_behind_the_last_stored_page(context, tmp_path):
    path = write(
        tmp_path / "a.jsonl", *({"id": str(n), "text": "पाणी"} for n in range(1200))
    )
    told: list[int] = []

    def killed_in_the_third_page(done: int, size: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise Killed

    with pytest.raises(Killed):
        file_import.import_file(context, path, progress=killed_in_the_third_page)
    assert len(mentions(context)) == 1000
    assert everything(context, ImportedFile) == []

    rest = file_import.import_file(context, path).result
    assert counts(rest) == {"received": 200, "stored": 200}
    assert len(mentions(context)) == 1200
    assert [run.state for run in everything(context, Run)] == ["interrupted", "ok"]
    whole = file_import.import_file(context, path)
    assert counts(whole.result) == {"received": 1200, "unchanged": 1200}


def test_a_cursor_of_another_file_is_not_followed(context, tmp_path):
    first = write(tmp_path / "a.jsonl", *({"id": str(n), "text": "a"} for n in (1, 2)))
    second = write(tmp_path / "b.jsonl", *({"id": str(n), "text": "b"} for n in (3, 4)))
    file_import.import_file(context, first)
    assert file_import.import_file(context, second).result.counts["stored"] == 2


def test_progress_is_told_in_bytes(context, mixed):
    told: list[tuple[int, int]] = []
    file_import.import_file(context, mixed, progress=lambda *now: told.append(now))
    assert told == [(mixed.stat().st_size, mixed.stat().st_size)]


def test_recorded_answers_of_x_are_stored_once(context):
    outcomes = dict.fromkeys(store.COUNTS, 0)
    for path in sorted(shared("data", "real", "x").glob("*.jsonl")):
        imported = file_import.import_file(context, path, format="x-jsonl")
        for name, n in imported.result.counts.items():
            outcomes[name] += n
    # 213 posts, 98 records of other kinds, one broken line: counted by hand.
    assert outcomes["received"] == 312
    assert outcomes["stored"] + outcomes["updated"] + outcomes["unchanged"] == 213
    assert (outcomes["filtered"], outcomes["quarantined"]) == (98, 1)
    assert len(mentions(context)) == outcomes["stored"]
    before = digest_of(context)
    for path in sorted(shared("data", "real", "x").glob("*.jsonl")):
        again = file_import.import_file(context, path, format="x-jsonl").result
        assert again.counts["stored"] == again.counts["updated"] == 0
    assert digest_of(context) == before


def test_research_texts_are_stored_as_they_are_and_twice_is_as_once(context):
    path = shared("data", "language", "train", "sentiment", "mr_mahasent_gt_val.jsonl")
    assert counts(file_import.import_file(context, path).result) == {
        "received": 1465,
        "stored": 1465,
    }
    before = digest_of(context)
    file_import.import_file(context, path)
    assert digest_of(context) == before


def test_a_post_of_the_future_is_refused_by_its_row_but_not_one_of_tomorrow(
    context, tmp_path, clock
):
    """Monday 30 November, 09:00: a day ahead may be another zone's time."""
    path = write(
        tmp_path / "a.csv",
        "id,date,text",
        "1,2026-12-01 08:59,tomorrow",
        "2,2026-12-01 09:01,later",
        "3,2027-03-01 10:00,from the future",
    )
    first = file_import.import_file(context, path)
    clock.advance(timedelta(days=90))
    again = file_import.import_file(context, path)
    assert counts(first.result) == {"received": 3, "stored": 1, "quarantined": 2}
    assert [reject.row for reject in first.result.rejects] == [3, 4]
    assert first.result.rejects[1].reason == (
        "its date 2027-03-01 10:00 IST is in the future. Correct it, or state the "
        "order of day and month: --date-order."
    )
    assert [mention.external_id for mention in mentions(context)] == ["1"]
    # The same file comes to the same, also when the days have come.
    assert counts(again.result) == {"received": 3, "unchanged": 1, "quarantined": 2}


def test_a_post_with_the_id_of_another_is_named_by_its_row_and_not_lost(
    context, tmp_path
):
    filler = [f"f{n},2026-11-29 10:00,post {n}" for n in range(600)]
    path = write(
        tmp_path / "a.csv",
        "id,date,text",
        "z1,2026-11-29 10:00,कचरा साचला",
        "z1,2026-11-29 12:00,पाणी नाही",
        "z1,2026-11-29 10:00,कचरा साचला",
        *filler,
        "f0,2026-11-29 10:00,on another page",
    )
    result = file_import.import_file(context, path).result
    assert counts(result) == {
        "received": 604,
        "stored": 601,
        "duplicate": 1,
        "quarantined": 2,
    }
    assert [(reject.row, reject.reason) for reject in result.rejects] == [
        (
            3,
            "its id z1 is that of row 2, whose text differs. If it is another post, "
            "give it an id of its own.",
        ),
        (
            605,
            "its id f0 is that of row 5, whose text differs. If it is another post, "
            "give it an id of its own.",
        ),
    ]
    raws = [raw for raw in everything(context, RawItem) if raw.state == "quarantined"]
    assert any(json.loads(raw.body)["text"] == "पाणी नाही" for raw in raws)


@pytest.mark.parametrize("lines", [(), ("id,date,text",)])
def test_a_file_without_rows_is_said_to_hold_none(context, tmp_path, lines):
    path = write(tmp_path / "a.csv", *lines)
    imported = file_import.import_file(context, path, dry_run=True)
    assert imported.warnings == ("The file holds no rows: nothing is stored of it.",)
