"""Export and erasure of one account, and that it stays out."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.connectors.base import Record, RecordRelation, Reject, Tombstone
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.model import Mention, RawItem
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import (
    mention_queries,
    mention_relations,
    rollups,
)
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.people import registry
from socialcell.ops import audit
from socialcell.services import pseudonyms
from socialcell.services.collection import collector, file_import
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import RunResult
from socialcell.services.context import Context
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.privacy import data_requests
from socialcell.services.reporting import weekly_report
from tests.builders import (
    NOON,
    ScriptedConnector,
    make_author,
    make_batch,
    make_record,
    make_source,
)

pytestmark = pytest.mark.swept_on_postgresql

MARK = "zebrawort"  # a word that only the person's posts have
UID, HANDLE, NAME = "77001122334455", "zebra_canary", "Zebra Canary"
MARKS = (MARK, UID, HANDLE, NAME)


def hers(external_id: str = "500100", **changes: Any) -> Record:
    made: dict[str, Any] = {
        "text": f"No water in Kothrud, {MARK}, since 3 days now",
        "title": f"{MARK} title",
        "url": f"https://x.com/{HANDLE}/status/{external_id}",
        "links": (f"https://{MARK}.example/a",),
        "author": make_author(UID, handle=HANDLE, name=NAME),
        "raw": {"id": external_id, "author_id": UID, "text": MARK},
    }
    return make_record(external_id, **(made | changes))


def others(external_id: str = "500900", **changes: Any) -> Record:
    made: dict[str, Any] = {
        "text": f"@{HANDLE} no water in Kothrud with us either",
        "links": (f"https://x.com/{HANDLE}", "https://pmc.example/water"),
        "relations": (RecordRelation("reply", "500100"),),
        "raw": {"id": external_id, "text": f"@{HANDLE} no water"},
    }
    return make_record(external_id, **(made | changes))


def damaged() -> Reject:
    return Reject(raw={"id": None, "author_id": UID, "text": MARK}, reason="no id")


def pull(context: Context, *items: Any) -> RunResult:
    """Pull a page of these items through the runner."""
    with db.reading(context.engine) as session:
        had = collector.store.find_source(session, "x.mentions")
        if had is not None:
            session.expunge(had)
    source = had or make_source(context.engine)
    connector = ScriptedConnector([make_batch(*items)])
    ledger = Ledger(context.engine, context.clock, "x", {})
    return collector.run(context, source, connector, ledger, kind="pull")


@pytest.fixture
def listened(context: Context) -> Context:
    """Her post, an edit of it, a reply to it, an unreadable item; all understood."""
    first = hers(text=f"{MARK} first words", raw={"id": "500100", "text": MARK})
    pull(context, first, others(), damaged())
    later = hers("500101", text=f"Nobody has collected our garbage for days. {MARK}")
    pull(context, hers(edited_at=NOON), later)
    tag_waiting(context)
    return context


def erase(context: Context, **how: Any) -> data_requests.ErasureResult:
    return data_requests.erase_account(
        context, "x", how.pop("uid", UID), how.pop("handle", None), **how
    )


def file_bytes(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()


def assert_rebuilt_alike(engine: Engine) -> dict[str, Any]:
    with db.writing(engine) as session:
        before = rollups.everything(session)
        rollups.rebuild(session)
        assert rollups.everything(session) == before
    return before


def rows(engine: Engine, model: Any) -> list[Any]:
    with db.reading(engine) as session:
        table = db.table(model)
        return list(session.execute(select(table).order_by(table.c.id)))


def test_the_export_holds_everything_and_is_audited(listened: Context) -> None:
    held = data_requests.export_account(listened, "x", None, f"@{HANDLE.upper()}")

    assert [one["uid"] for one in held["accounts"]] == [UID]
    assert {one["external_id"] for one in held["mentions"]} == {"500100", "500101"}
    assert {one["mention_id"] for one in held["engagement"]} <= {
        one["id"] for one in held["mentions"]
    }
    assert held["links"]
    assert held["understood"]
    assert [one["state"] for one in held["raw"]].count("quarantined") == 1
    assert held["mentions"][0]["through"][0]["name"] == "x.mentions"
    with db.reading(listened.engine) as session:
        (entry,) = audit.entries(session, 1)
    assert entry.action == "privacy.export"
    assert not [mark for mark in MARKS if mark in json.dumps(entry.detail)]


def test_the_export_of_a_stranger_is_empty(context: Context) -> None:
    held = data_requests.export_account(context, "x", "404", None)

    assert {key: value for key, value in held.items() if value} == {"platform": "x"}


def test_an_erased_post_is_a_tombstone(listened: Context) -> None:
    done = erase(listened)

    assert (done.erased.mentions, done.erased.in_others) == (2, 1)
    tombs = [row for row in rows(listened.engine, Mention) if row.state == "deleted"]
    assert len(tombs) == 2
    for tomb in tombs:
        kept = {"id", "platform", "kind", "state", "authored_at", "stored_at"}
        kept |= {"external_id", "edited_at", "fetched_at", "missing"}
        said = {k: v for k, v in tomb._asdict().items() if k not in kept}
        assert set(said.values()) == {None}
        assert len(tomb.external_id) == 64


def test_search_finds_nothing_any_more(listened: Context) -> None:
    def found() -> int:
        with db.reading(listened.engine) as session:
            asked = MentionFilter(query=parse(MARK))
            return mention_queries.count_mentions(session, asked)

    assert found() == 2
    erase(listened)
    assert found() == 0


def test_counts_follow_at_once(listened: Context) -> None:
    before = assert_rebuilt_alike(listened.engine)

    erase(listened)

    after = assert_rebuilt_alike(listened.engine)
    every = [
        sum(r[-1] for r in cells["hour"] if r[2] == "*") for cells in (before, after)
    ]
    assert every == [3, 1]


def test_her_name_goes_from_what_others_wrote_and_places_stay_true(
    listened: Context,
) -> None:
    erase(listened)

    (reply,) = [row for row in rows(listened.engine, Mention) if row.state == "present"]
    assert reply.text == f"@{'•' * len(HANDLE)} no water in Kothrud with us either"
    with db.reading(listened.engine) as session:
        assert mention_relations.links(session, reply.id) == [
            "https://pmc.example/water"
        ]
        place = next(
            one
            for one in mention_queries.annotations(session, [reply.id])[reply.id]
            if one.value == "place:kothrud"
        )
    assert reply.text[place.start : place.end] == "Kothrud"


def test_a_handle_that_is_a_word_leaves_the_word_alone(context: Context) -> None:
    asha = make_author("1", handle="water")
    pull(
        context,
        make_record("1", author=asha, text="hello"),
        make_record("2", text="No water, says @water", author=make_author("2")),
    )

    data_requests.erase_account(context, "x", "1", None)

    kept = [row.text for row in rows(context.engine, Mention) if row.text]
    assert kept == ["No water, says @•••••"]


def test_nothing_of_her_is_left_in_any_file(
    folder: Path, listened: Context, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("PostgreSQL's files are the server's")
    made = weekly_report.write_weekly(listened)
    held = dict(file_bytes(folder))
    assert any(MARK.encode() in held[name] for name in held if "socialcell" in name)
    assert made.html.exists()

    done = erase(listened)

    assert done.waits is None
    left = [
        (name, mark)
        for name, content in file_bytes(folder)
        for mark in (*MARKS, "500100", "500101")
        if mark.encode() in content.lower() or mark.encode() in content
    ]
    assert left == []


def test_a_report_that_quoted_her_is_written_again(listened: Context) -> None:
    after = NOON.replace(day=30)
    listened.clock.set(after)
    made = weekly_report.write_weekly(listened, as_of=after)
    assert MARK in made.html.read_text()
    marathi = weekly_report.write_weekly(listened, as_of=after, lang="mr")

    done = erase(listened)

    assert set(done.rewritten) == {
        str(path)
        for one in (made, marathi)
        for path in (one.html, one.text, one.letter_html, one.letter_text)
    }
    for path in done.rewritten:
        assert MARK not in Path(path).read_text()
    assert "removed" in made.html.read_text()
    again = weekly_report.write_weekly(listened, as_of=after)
    assert again.numbers == made.numbers


def test_a_report_is_written_again_when_a_page_says_that_what_it_quotes_is_gone(
    listened: Context,
) -> None:
    after = NOON.replace(day=30)
    listened.clock.set(after)
    made = weekly_report.write_weekly(listened, as_of=after)
    quoting = made.html.read_text()
    assert MARK in quoting

    gone = [Tombstone("x", one, "deleted") for one in ("500100", "500101")]
    assert pull(listened, *gone).counts["updated"] == 2

    assert MARK not in made.html.read_text() + made.text.read_text()
    assert "removed" in made.html.read_text()


def test_a_dry_run_changes_nothing(listened: Context) -> None:
    before = rows(listened.engine, Mention), rows(listened.engine, RawItem)

    done = erase(listened, dry_run=True)

    assert (done.erased.mentions, done.erased.raw_items) == (2, 5)
    assert (rows(listened.engine, Mention), rows(listened.engine, RawItem)) == before
    with db.reading(listened.engine) as session:
        assert audit.head(session).seq == 0
    assert pull(listened, hers("500102")).counts["stored"] == 1


def test_what_comes_again_is_counted_and_not_stored(listened: Context) -> None:
    erase(listened)
    kept = rows(listened.engine, Mention), rows(listened.engine, RawItem)

    result = pull(
        listened, hers(), hers("500103"), damaged(), others("500901", text="x")
    )

    assert result.filtered_by == {"suppressed": 3}
    assert result.counts["received"] == 4 == result.counts["filtered"] + 1
    assert result.counts["stored"] == 1
    assert rows(listened.engine, Mention)[: len(kept[0])] == kept[0]
    assert len(rows(listened.engine, RawItem)) == len(kept[1]) + 1


def test_a_post_that_comes_without_its_author_stays_out_too(listened: Context) -> None:
    erase(listened)

    result = pull(listened, hers(author=None))

    assert result.filtered_by == {"suppressed": 1}


def test_a_file_that_knows_only_her_handle_is_held_back(
    listened: Context, tmp_path: Path
) -> None:
    erase(listened)
    file = tmp_path / "posts.csv"
    file.write_text(f"id,author,text\n1,@{HANDLE},hello\n2,@someone_else,hello\n")
    mapping = tmp_path / "x.toml"
    mapping.write_text('platform = "x"\n')

    dry = file_import.import_file(listened, file, mapping=mapping, dry_run=True).result
    first = file_import.import_file(listened, file, mapping=mapping).result
    again = file_import.import_file(listened, file, mapping=mapping).result

    for result, other in ((dry, "stored"), (first, "stored"), (again, "unchanged")):
        assert result.filtered_by == {"suppressed": 1}
        assert (result.counts["received"], result.counts[other]) == (2, 1)


def test_only_a_handle_is_enough_to_keep_somebody_out(context: Context) -> None:
    done = data_requests.erase_account(context, "x", None, "@Stranger_1")

    assert done.erased.mentions == 0
    author = make_author("9", handle="stranger_1")
    assert pull(context, make_record(author=author)).filtered_by == {"suppressed": 1}


def test_erasing_twice_is_erasing_once(listened: Context) -> None:
    erase(listened)
    kept = rows(listened.engine, Mention)

    assert erase(listened).erased.mentions == 0

    assert rows(listened.engine, Mention) == kept
    with db.reading(listened.engine) as session:
        assert audit.verify(session).ok


def test_the_log_names_nobody(listened: Context) -> None:
    erase(listened)

    with db.reading(listened.engine) as session:
        (entry,) = audit.entries(session, 9)
    shown = pseudonyms.load_people(listened).pseudonym("x", UID)
    assert entry.object == f"x:{shown}"
    assert not [m for m in MARKS if m in json.dumps(asdict(entry), default=str)]


def test_an_account_shown_by_name_is_removed_first(listened: Context) -> None:
    with db.writing(listened.engine) as session:
        registry.register(
            session, "x", HANDLE, NAME, "creator", "a consent", unsigned("asha"), NOON
        )

    with pytest.raises(UsageError, match="registry remove"):
        erase(listened)


def test_somebody_must_be_named(context: Context) -> None:
    with pytest.raises(UsageError, match="--id"):
        data_requests.export_account(context, "x", None, None)
