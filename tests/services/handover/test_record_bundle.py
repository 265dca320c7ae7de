"""The bundle for a request for records: ours in full, others masked, and proved."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.handover import bundle_check, record_bundle
from socialcell.services.handover.record_bundle import RecordBundle
from tests.builders import make_author, make_record, store_records
from tests.desk_builders import make_case, make_contact, make_message
from tests.inside import socialcell
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql


@dataclass(frozen=True)
class Records:
    """A case with a citizen's post, a call, and an answer that Asha wrote and Ravi
    approved; and another case. The officer has signed in."""

    context: Context
    number: str
    other: str

    def bundle(self) -> RecordBundle:
        return record_bundle.make_bundle(self.context, [self.number])


@pytest.fixture
def records(context: Context) -> Records:
    author = make_author("77001122", handle="thirsty_citizen", name="Thirsty Citizen")
    text = "@thirsty_citizen has no water, call 98765 43210"
    store_records(context.engine, make_record(text=text, author=author))
    dpo = acting(context, "Meera Sample", Role.DPO)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        case = make_case(session, now)
        contact = make_contact(session, case)
        make_message(session, case, contact, mention_id=1)
        caller = make_contact(session, case, "phone")
        make_message(session, case, caller, "Ring me on 98765 43211 please.")
        answer = {
            "direction": "out",
            "state": "sent",
            "answer_key": "26-000001.1",
            "made_by": "Asha Sample",
            "decided_by": "Ravi Sample",
        }
        make_message(session, case, contact, "The tanker comes at six.", **answer)
        other = make_case(session, now)
        for action, subject in (
            ("answer.draft", "26-000001.1"),
            ("case.reveal", other.number),
            ("answer.approve", "26-000001.1"),
            ("case.close", case.number),
            ("case.close", other.number),
        ):
            audit.append(session, dpo.actor, action, subject, {"n": 1}, now)
        return Records(dpo, case.number, other.number)


def unpacked(bundle: RecordBundle, folder: Path) -> dict[str, str]:
    place = folder / "records.zip"
    place.write_bytes(bundle.content)
    with zipfile.ZipFile(place) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def packed(files: Mapping[str, str], place: Path) -> Path:
    with zipfile.ZipFile(place, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return place


def test_our_words_times_and_approvals_are_in_it(
    records: Records, tmp_path: Path
) -> None:
    files = unpacked(records.bundle(), tmp_path)

    case = json.loads(files[f"cases/{records.number}.json"])
    (answer,) = [m for m in case["messages"] if m["direction"] == "out"]
    assert answer["text"] == "The tanker comes at six."
    assert (answer["made_by"], answer["decided_by"]) == ("Asha Sample", "Ravi Sample")
    assert answer["at"] == "2026-11-23T09:00:00+05:30"


def test_words_of_others_are_masked(records: Records, tmp_path: Path) -> None:
    files = unpacked(records.bundle(), tmp_path)

    words = "".join(files.values())
    for secret in ("thirsty_citizen", "Thirsty Citizen", "98765", "77001122"):
        assert secret not in words
    assert "has no water" in words
    assert "please." in words


def test_the_same_records_give_the_same_bytes(records: Records) -> None:
    later = FixedClock(records.context.clock.now() + timedelta(days=9))

    first = records.bundle()
    again = replace(records, context=replace(records.context, clock=later)).bundle()

    assert first.content == again.content


def test_audit_rows_about_others_show_their_hashes_alone(
    records: Records, tmp_path: Path
) -> None:
    bundle = records.bundle()

    rows = [
        json.loads(line)
        for line in unpacked(bundle, tmp_path)["audit.jsonl"].splitlines()
    ]

    assert [row.get("action") for row in rows] == [
        "answer.draft",
        None,
        "answer.approve",
        "case.close",
    ]
    assert rows[1].keys() == {"seq", "prev_hash", "hash"}
    assert records.other not in str(rows)
    assert bundle.entries == 3


def test_its_head_is_proved_against_the_log(records: Records, tmp_path: Path) -> None:
    bundle = records.bundle()
    place = tmp_path / "records.zip"
    place.write_bytes(bundle.content)

    check = bundle_check.check_bundle(place)

    assert check.problems == ()
    assert check.head == bundle.head
    with db.reading(records.context.engine) as session:
        assert audit.verify(session, check.head).ok
        assert not audit.verify(session, "0" * 63 + "1").ok


def drop_answer(files: dict[str, str]) -> None:
    del files["cases/26-000001.json"]


def change_case(files: dict[str, str]) -> None:
    name = "cases/26-000001.json"
    files[name] = files[name].replace("at six", "at ten")


def add_file(files: dict[str, str]) -> None:
    files["cases/26-000099.json"] = "{}"


def change_entry(files: dict[str, str]) -> None:
    """Also the manifest, as a forger would."""
    text = files["audit.jsonl"].replace("answer.approve", "answer.returns")
    resealed(files, text)


def drop_entry(files: dict[str, str]) -> None:
    lines = files["audit.jsonl"].splitlines(keepends=True)
    resealed(files, lines[0] + "".join(lines[2:]))


def resealed(files: dict[str, str], chain: str) -> None:
    import hashlib

    files["audit.jsonl"] = chain
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["audit.jsonl"] = hashlib.sha256(chain.encode()).hexdigest()
    files["manifest.json"] = json.dumps(manifest)


@pytest.mark.parametrize(
    ("forge", "problem"),
    [
        (drop_answer, "cases/26-000001.json is missing"),
        (change_case, "cases/26-000001.json was changed"),
        (add_file, "cases/26-000099.json is not in the manifest"),
        (change_entry, "was changed"),
        (drop_entry, "does not follow the one before it"),
    ],
)
def test_what_was_changed_in_a_bundle_is_named(
    records: Records,
    tmp_path: Path,
    forge: Callable[[dict[str, str]], None],
    problem: str,
) -> None:
    files = unpacked(records.bundle(), tmp_path)
    forge(files)

    check = bundle_check.check_bundle(packed(files, tmp_path / "forged.zip"))

    assert len(check.problems) == 1
    assert problem in check.problems[0]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "records.zip"
    place.write_bytes(content)

    with pytest.raises(SocialcellError, match="is no bundle"):
        bundle_check.check_bundle(place)
    with pytest.raises(SocialcellError, match="cannot be read"):
        bundle_check.check_bundle(tmp_path / "absent.zip")


def test_only_who_may_export_texts_makes_one_and_it_is_audited(
    records: Records,
) -> None:
    lead = acting(records.context, "Ravi Sample", Role.LEAD)
    with pytest.raises(SocialcellError, match="role"):
        record_bundle.make_bundle(lead, [records.number])
    with pytest.raises(UsageError, match="Name what is asked for"):
        record_bundle.make_bundle(records.context, [])
    with pytest.raises(UsageError, match="There is no case"):
        record_bundle.make_bundle(records.context, ["26-999999"])

    records.bundle()
    with db.reading(records.context.engine) as session:
        (entry,) = audit.entries_about(session, "records.bundle", "records")
    assert entry.detail["cases"] == [records.number]


def test_a_changed_bundle_ends_the_command_with_one(
    records: Records, tmp_path: Path
) -> None:
    files = unpacked(records.bundle(), tmp_path)
    good = socialcell("audit", "verify-records", tmp_path / "records.zip")
    change_case(files)
    forged = packed(files, tmp_path / "forged.zip")
    bad = socialcell("audit", "verify-records", forged, "--json")

    assert good.returncode == 0, good.stderr
    assert "as they were made" in good.stdout
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["ok"] is False
