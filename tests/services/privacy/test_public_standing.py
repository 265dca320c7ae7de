"""Who stands among the public people is given their entry, and erased from it."""

import resource
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.language.names import public_people as entries
from socialcell.listening.model import Annotation, EntityRollup, Mention
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.people import people_batches
from socialcell.listening.store.people.accounts import HeldAccount
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import public_people
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.privacy import data_requests, public_standing, request_answers
from socialcell.services.privacy.erasure_replay import ReplayResult, replay_erasures
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.services.privacy.request_desk import NamedAccount, identified, officer
from tests.services.privacy.test_waiting_people import HOLDER, OTHER, PAPER, propose

pytestmark = pytest.mark.swept_on_postgresql
EARLIER = HOLDER | {
    "id": "person:earlier-holder",
    "name_en": "Purvicha Udaharane",
    "name_mr": "पूर्वीचा उदाहरणे",
    "name_hi": "पूर्वीचा उदाहरणे",
    "aliases": "",
    "handles": "x:namuna_pune",
    "valid_from": "2025-02-06",
    "valid_to": "2026-02-06",
}
TEXT = "श्री नमुना उदाहरणे यांनी चाचणी परीक्षा यांना सांगितले"


def file_of(context: Context) -> Path:
    return context.workspace.folder / entries.FILE


def enter(
    context: Context, folder: Path, *rows: dict[str, str], text: str | None = None
) -> None:
    """Enter public people, by one operator and a second one; a post of somebody else
    with this text is read then."""
    if text is not None:
        store_records(context.engine, make_record("of another", text=text))
    batch = propose(context, folder, *rows)
    public_people.approve_people(acting(context, "meera", Role.APPROVER), batch)
    tag_waiting(context)


def ids(context: Context) -> list[str]:
    """The ids of the file, in its order."""
    return [row["id"] for row in entries.rows(file_of(context))]


def named(context: Context) -> list[str]:
    """What is known of names in mentions: as ids, else as kinds of names."""
    query = select(Annotation.value).where(col(Annotation.kind) == "entity")
    with db.reading(context.engine) as session:
        return sorted(session.scalars(query))


def counted(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        return sorted(session.scalars(select(EntityRollup.entity)))


def indexed(context: Context) -> str:
    with db.reading(context.engine) as session:
        return " ".join(session.scalars(select(Mention.folded)))


def audited(context: Context, action: str) -> list[audit.AuditRecord]:
    with db.reading(context.engine) as session:
        return [row for row in audit.entries(session, 99) if row.action == action]


def erase(
    context: Context, handle: str = "@Namuna_Pune", *, dry_run: bool = False
) -> data_requests.ErasureResult:
    return data_requests.erase_account(
        officer(context), "x", None, handle, dry_run=dry_run
    )


def test_an_erasure_takes_the_person_out_of_the_file_and_of_what_was_read(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, OTHER, PAPER, text=TEXT)
    assert {HOLDER["id"], OTHER["id"]} <= {*named(context)} & {*counted(context)}
    assert "उदाहरणे" in indexed(context)

    result = erase(context)

    assert (result.public_people, result.is_nobody, result.waits) == (1, False, None)
    assert result.standing.own_ids == (HOLDER["id"],)
    assert ids(context) == [PAPER["id"], OTHER["id"]]
    assert HOLDER["id"] not in named(context)
    assert {"PERSON", OTHER["id"]} <= {*named(context)}
    assert HOLDER["id"] not in counted(context)
    assert "उदाहरणे" not in indexed(context)
    assert "परीक्षा" in indexed(context)
    with db.writing(context.engine) as session:
        kept = rollups.everything(session)
        rollups.rebuild(session)
        assert rollups.everything(session) == kept
        assert audit.verify(session).ok
    (erasure,) = audited(context, "privacy.erase")
    assert erasure.detail["public_people"] == 1
    assert erase(context).public_people == 0
    assert len(audited(context, "people.remove")) == 1


def test_an_entry_that_another_took_out_meanwhile_is_taken_out_once(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, OTHER)
    account = HeldAccount("x", (), ("namuna_pune",), ())
    standing = public_standing.find_standing(context, account)

    reasons = [
        public_standing.take_out(officer(context), account, standing) for _ in range(2)
    ]

    assert reasons == [None, None]
    assert ids(context) == [OTHER["id"]]
    assert len(audited(context, "people.remove")) == 1


def test_where_the_text_is_kept_no_more_nothing_stays_of_the_name(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, text="श्री नमुना उदाहरणे यांनी सांगितले")
    with db.writing(context.engine) as session:
        (mention,) = session.scalars(select(Mention))
        mention.text = None

    erase(context)

    assert named(context) == []


def test_a_handle_that_passed_on_is_the_later_holders(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, EARLIER, HOLDER)

    result = erase(context)

    assert ids(context) == [EARLIER["id"]]
    assert result.standing.ids_that_stay == (EARLIER["id"],)


def test_who_is_only_called_so_and_what_is_no_person_stays_and_is_named(
    context: Context, tmp_path: Path
) -> None:
    paper = PAPER | {"handles": "x:other_account"}
    enter(context, tmp_path, HOLDER, paper)
    author = make_author("7", handle="other_account", name="namuna  UDAHARANE")
    store_records(context.engine, make_record("1", author=author))

    result = erase(context, "other_account")

    assert result.public_people == 0
    assert result.standing.ids_that_stay == (HOLDER["id"], PAPER["id"])
    assert ids(context) == [PAPER["id"], HOLDER["id"]]
    assert audited(context, "people.remove") == []


def test_a_dry_run_counts_the_entry_and_takes_nothing(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, text=TEXT)
    before = named(context), indexed(context)

    result = erase(context, dry_run=True)

    assert (result.public_people, result.is_nobody) == (1, False)
    assert ids(context) == [HOLDER["id"]]
    assert (named(context), indexed(context)) == before


def test_the_person_is_given_what_the_file_says_of_them(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, EARLIER, OTHER)

    document = data_requests.export_account(officer(context), "x", None, "namuna_pune")

    assert document["public_people"] == [
        {"certain": True, **HOLDER},
        {"certain": False, **EARLIER},
    ]
    nobody = data_requests.export_account(officer(context), "x", None, "stranger")
    assert nobody["public_people"] == []


def test_a_file_from_before_the_column_for_evidence_keeps_its_form(
    context: Context,
) -> None:
    rows = [
        {key: cell for key, cell in row.items() if key != "evidence"}
        for row in (HOLDER, OTHER)
    ]
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    file_of(context).write_text("\n".join(lines) + "\n", "utf-8")

    assert erase(context).public_people == 1

    assert file_of(context).read_text("utf-8") == f"{lines[0]}\n{lines[2]}\n"


def test_a_file_that_cannot_be_read_holds_up_its_own_part_alone(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER)
    whole = file_of(context).read_text("utf-8")
    file_of(context).write_text(f"{whole}person:x,office_holder\n", "utf-8")
    author = make_author("7", handle="namuna_pune")
    store_records(context.engine, make_record("1", author=author))

    with pytest.raises(SocialcellError, match=r"people\.csv, row 3: 2 cells"):
        data_requests.export_account(officer(context), "x", None, "namuna_pune")
    result = erase(context)

    assert result.erased.mentions == 1
    assert result.public_people == 0
    assert result.waits is not None
    assert "mend it, then erase again" in result.waits
    file_of(context).write_text(whole, "utf-8")
    assert (erase(context).public_people, ids(context)) == (1, [])


def test_a_file_that_cannot_be_written_is_said_and_written_the_next_time(
    context: Context, tmp_path: Path, database_kind: str
) -> None:
    if database_kind == "sqlite":
        pytest.skip("its database could not be written either")
    enter(context, tmp_path, HOLDER, text=TEXT)
    dpo = officer(context)
    account = NamedAccount("x", handle="namuna_pune")
    number = identified(dpo, accounts=[account]).number
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        answer = request_answers.answer_request(dpo, number)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert answer.waits is not None
    assert "The person stays in people.csv until then" in answer.waits
    assert ids(context) == [HOLDER["id"]]
    assert HOLDER["id"] not in named(context)
    assert audited(context, "people.remove") == []
    again = request_answers.answer_request(dpo, number)
    assert (again.waits, ids(context)) == (None, [])
    assert (again.line.receipt or {})["public_people"] == 1


@pytest.mark.parametrize("change", ["approve", "remove", "erase"])
def test_whoever_changes_the_file_waits_for_the_one_who_does(
    context: Context, tmp_path: Path, change: str
) -> None:
    enter(context, tmp_path, HOLDER)
    batch = propose(context, tmp_path, OTHER)
    approver, dpo = acting(context, "meera"), officer(context)
    start: dict[str, Callable[[], object]] = {
        "approve": lambda: public_people.approve_people(approver, batch),
        "remove": lambda: public_people.remove_people(context, [HOLDER["id"]]),
        "erase": lambda: data_requests.erase_account(dpo, "x", None, "namuna_pune"),
    }
    with ThreadPoolExecutor(1) as pool:
        with db.writing(context.engine) as session:
            people_batches.take_turn(session)
            before = file_of(context).read_text("utf-8")
            other = pool.submit(start[change])
            assert not wait([other], timeout=0.5).done
            line = ",".join(PAPER.values())
            file_of(context).write_text(f"{before}{line}\n", "utf-8")
        other.result()

    holders = {"approve": [HOLDER["id"], OTHER["id"]]}.get(change, [])
    assert sorted(ids(context)) == sorted([PAPER["id"], *holders])


def test_an_older_database_names_nobody_who_left_the_file(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, OTHER, text=TEXT)
    whole = file_of(context).read_text("utf-8")
    erase(context)
    # As in a copy from before, which is put back with the list of who is kept out.
    without = file_of(context).read_text("utf-8")
    file_of(context).write_text(whole, "utf-8")
    public_people.read_again(context)
    tag_waiting(context)
    file_of(context).write_text(without, "utf-8")
    assert HOLDER["id"] in named(context)

    assert replay_erasures(context) == ReplayResult(0, 0, naming=1)
    assert replay_erasures(context) == ReplayResult(0, 0)

    assert HOLDER["id"] not in [*named(context), *counted(context)]
    assert OTHER["id"] in named(context)


def test_the_audit_log_knows_a_person_again_and_keeps_no_name(
    context: Context, tmp_path: Path
) -> None:
    enter(context, tmp_path, HOLDER, OTHER, PAPER)
    enter(context, tmp_path, HOLDER | {"aliases": "Namuna Anna Udaharane"})
    public_people.remove_people(context, [OTHER["id"]])
    erase(context)

    with db.reading(context.engine) as session:
        rows = audit.entries(session, 99)
        assert audit.verify(session).ok
    about = [row for row in rows if row.action.startswith("people.")]
    text = " ".join(f"{row.object} {row.detail}" for row in about)
    assert "holder" not in text
    assert PAPER["id"] in text
    *_, first = (row.detail["added"] for row in about if row.action == "people.propose")
    assert len(set(first)) == 3
    assert sealed(about, "people.import", "changed") <= set(first)
    assert sealed(about, "people.remove", "removed") == {
        id_ for id_ in first if id_.startswith("person:")
    }


def sealed(rows: Sequence[audit.AuditRecord], action: str, key: str) -> set[str]:
    return {
        id_ for row in rows if row.action == action for id_ in row.detail.get(key, ())
    }
