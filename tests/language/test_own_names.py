"""A workspace's own names: linted, kept, read with, changed and removed."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.language import read
from socialcell.language.names import own_names
from socialcell.language.names.gazetteer_lint import COLUMNS
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store import areas
from socialcell.listening.store.mentions import rollups, tags
from socialcell.ops.model import AuditEntry
from socialcell.services.context import Context
from socialcell.services.mentions import gazetteer, tagging
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.language.test_gazetteer_lint import GOOD, write
from tests.rows import in_order
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql

TEXT = "मूनपेठेत पाणी नाही, Moonpeth madhe pani nahi"
MOON = GOOD | {"name_mr": "मूनपेठ", "name_hi": "मूनपेठ"}


def run(context: Context, *arguments: str | Path) -> tuple[int, dict]:
    """Exit code and JSON of the command, in a process of its own."""
    place = context.workspace.folder / "config.yaml"
    done = socialcell("language", "gazetteer", *arguments, "--config", place, "--json")
    return done.returncode, answer(done)


def take(context: Context, file: Path, **options: bool) -> own_names.NameImport:
    return gazetteer.import_names(context, file, **options)


def audited(context: Context) -> list[tuple[str, dict]]:
    with db.reading(context.engine) as session:
        rows = session.scalars(in_order(AuditEntry))
        return [(row.action, row.detail) for row in rows]


def test_an_imported_name_is_found_with_its_endings(
    context: Context, tmp_path: Path
) -> None:
    assert read([TEXT])[0].entities == ()

    code, said = run(context, "import", write(tmp_path, MOON))

    assert code == 0
    assert said == {
        "dry_run": False,
        "added": ["place:moonpeth"],
        "changed": [],
        "unchanged": [],
    }
    (reading,) = read([TEXT], own=gazetteer.load_names(context.workspace))
    assert [(e.id, e.label) for e in reading.entities] == [
        ("place:moonpeth", "PLACE")
    ] * 2
    assert [e.text for e in reading.entities][1] == "Moonpeth"
    assert read([TEXT])[0].entities == ()
    assert audited(context) == [
        ("gazetteer.import", {"added": ["place:moonpeth"], "changed": []})
    ]


def test_the_version_of_the_reader_tells_the_names_it_had(
    context: Context, tmp_path: Path
) -> None:
    plain = read(["a"])[0].model
    take(context, write(tmp_path, MOON))
    own = gazetteer.load_names(context.workspace)

    version = read(["a"], own=own)[0].model.version

    assert version.startswith(plain.version + ".")
    assert read(["a"], own=own)[0].model.version == version


def test_a_dry_run_changes_nothing(context: Context, tmp_path: Path) -> None:
    found = take(context, write(tmp_path, MOON), dry_run=True)

    assert found.added == ("place:moonpeth",)
    assert gazetteer.load_names(context.workspace) == ()
    assert audited(context) == []


def test_the_same_file_again_changes_nothing_and_a_new_one_changes_the_entry(
    context: Context, tmp_path: Path
) -> None:
    take(context, write(tmp_path, MOON))
    held = context.workspace.folder / own_names.FILE
    before = held.read_bytes()

    again = take(context, write(tmp_path, MOON))
    changed = take(context, write(tmp_path, MOON | {"source": "a walk"}))

    assert again.unchanged == ("place:moonpeth",)
    assert changed.changed == ("place:moonpeth",)
    assert len(audited(context)) == 2
    assert held.read_bytes() != before
    assert run(context, "list")[1]["entries"] == [MOON | {"source": "a walk"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "place:kothrud"}, "place:kothrud is also in localities.csv"),
        ({"aliases": "Kothrood"}, "also names place:kothrud"),
        ({"name_en": "Vishal"}, "is also a first name"),
        ({"ward": "ward:moon"}, "ward:moon is unknown"),
        ({"aliases": "x"}, "needs two letters or digits"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(
    context: Context, tmp_path: Path, change: dict, message: str
) -> None:
    other = MOON | {"id": "place:star", "name_en": "Starwadi Sample", "aliases": ""}
    other |= {"name_mr": "स्टारवाडी", "name_hi": "स्टारवाडी"}

    with pytest.raises(own_names.NamesRefused, match=message) as refused:
        take(context, write(tmp_path, other, MOON | change))

    assert "row 3" in str(refused.value)
    assert gazetteer.load_names(context.workspace) == ()
    assert audited(context) == []


def test_a_new_name_may_not_be_that_of_another_entry_of_ours(
    context: Context, tmp_path: Path
) -> None:
    take(context, write(tmp_path, MOON))

    with pytest.raises(own_names.NamesRefused, match="also names place:moonpeth"):
        take(context, write(tmp_path, MOON | {"id": "place:other"}))


def test_a_removed_name_is_found_no_more(context: Context, tmp_path: Path) -> None:
    run(context, "import", write(tmp_path, MOON))

    gazetteer.remove_entries(context, ["place:moonpeth"], dry_run=True)
    assert len(gazetteer.load_names(context.workspace)) == 1
    code, said = run(context, "remove", "place:moonpeth")

    assert (code, said["removed"]) == (0, ["place:moonpeth"])
    assert gazetteer.load_names(context.workspace) == ()
    assert audited(context)[1] == ("gazetteer.remove", {"removed": ["place:moonpeth"]})


def test_who_changes_the_names_at_once_loses_none_of_the_others(
    context: Context, tmp_path: Path
) -> None:
    words = [("Zumpeth", "झुमपेठ"), ("Quilgram", "क्विलग्राम"), ("Vexwadi", "वेक्सवाडी")]
    files = []
    for english, native in [("Moonpeth", "मूनपेठ"), *words]:
        folder = tmp_path / english
        folder.mkdir()
        names = {"name_en": english, "name_mr": native, "name_hi": native}
        own = GOOD | names | {"id": f"place:{english.lower()}", "aliases": ""}
        files.append(write(folder, own))
    take(context, files[0])
    begin = threading.Barrier(len(files))

    def together(change: Callable[[], object]) -> None:
        begin.wait()
        change()

    changes = [partial(take, context, file) for file in files[1:]]
    changes.append(partial(gazetteer.remove_entries, context, ["place:moonpeth"]))
    with ThreadPoolExecutor(len(changes)) as pool:
        list(pool.map(together, changes))

    ids = [entry["id"] for entry in gazetteer.list_entries(context.workspace)]
    assert ids == ["place:quilgram", "place:vexwadi", "place:zumpeth"]


@pytest.mark.parametrize(
    ("id_", "message"),
    [("place:moon", "none of the 0 entries"), ("place:kothrud", "package's own")],
)
def test_only_names_of_ours_can_be_removed(
    context: Context, id_: str, message: str
) -> None:
    with pytest.raises(SocialcellError, match=message):
        gazetteer.remove_entries(context, [id_])


def test_a_ward_of_ours_stays_while_a_place_is_in_it(
    context: Context, tmp_path: Path
) -> None:
    ward = MOON | {"id": "ward:moon", "name_en": "Moonpeth ward office", "ward": ""}
    ward |= {"name_mr": "मूनपेठ क्षेत्रीय कार्यालय", "aliases": ""}
    ward |= {"name_hi": "मूनपेठ वार्ड कार्यालय"}
    take(context, write(tmp_path, MOON | {"ward": "ward:moon"}, ward))

    with pytest.raises(SocialcellError, match="is the ward of place:moonpeth"):
        gazetteer.remove_entries(context, ["ward:moon"])


def test_mentions_are_tagged_with_our_names_and_counted_in_their_ward(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
    store_records(engine, make_record(text=TEXT))
    tagging.tag_waiting(context)
    take(context, write(tmp_path, MOON), reread=True)

    assert tagging.count_waiting(context) == 1
    tagging.tag_waiting(context)

    with db.reading(engine) as session:
        counted = rollups.everything(session)
        assert tags.count_untagged(session) == 0
    assert [row[1:] for row in counted["entity"]] == [("place:moonpeth", 1)]
    assert ("ward:aundh-baner", "water", 1) in [row[1:] for row in counted["ward"]]


def test_a_pull_without_sources_says_how_many_mentions_it_read_again(
    context: Context, tmp_path: Path
) -> None:
    place = context.workspace.folder / "config.yaml"
    posts = tmp_path / "posts.jsonl"
    posts.write_text(json.dumps({"id": 1, "text": TEXT}))
    socialcell("import", posts, "--config", place)
    take(context, write(tmp_path, MOON), reread=True)

    first, second = (socialcell("pull", "--config", place) for _ in range(2))

    assert first.stdout.endswith("\nunderstood 1\n")
    assert "understood" not in second.stdout


def test_the_tag_command_knows_the_names_of_its_workspace(
    context: Context, tmp_path: Path
) -> None:
    take(context, write(tmp_path, MOON))
    place = context.workspace.folder / "config.yaml"
    line = json.dumps({"id": 1, "text": "Moonpeth has no water"})

    done = socialcell("tag", "-", "--jsonl", "--config", place, stdin=line)

    assert [e["id"] for e in answer(done)["entities"]] == ["place:moonpeth"]


def test_a_file_that_was_broken_by_hand_is_named(context: Context) -> None:
    held = context.workspace.folder / own_names.FILE
    held.write_text(",".join(COLUMNS) + "\nplace:x\n")

    with pytest.raises(SocialcellError, match=r"gazetteer\.csv, row 2: 1 cells"):
        gazetteer.load_names(context.workspace)
