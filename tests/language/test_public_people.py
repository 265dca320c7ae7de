"""Public people and institutions are found by name in any script, and by handle."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.language import read
from socialcell.language.names import office_holders
from socialcell.language.names import public_people as people
from socialcell.language.names.own_names import NameImport
from socialcell.language.names.places import places
from socialcell.listening.model import Mention
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.services.mentions import gazetteer, public_people, tagging
from socialcell.services.privacy import retention
from tests.builders import make_record, store_records
from tests.operators import acting

GOOD = {
    "id": "person:sample-holder",
    "kind": "office_holder",
    "name_en": "Namuna Udaharane",
    "name_mr": "नमुना उदाहरणे",
    "name_hi": "नमूना उदाहरणे",
    "aliases": "Namuna Bhau Udaharane|नमुना सांगावकर",
    "handles": "x:Namuna_Pune|facebook:namuna.udaharane",
    "valid_from": "2026-02-06",
    "valid_to": "",
    "source": "an invented order",
    "evidence": "https://www.city.example/orders/12",
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    """A file of these entries."""
    file = folder / "holders.csv"
    lines = [",".join(people.COLUMNS), *(",".join(row.values()) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def enter(context: Context, file: Path, *, reread: bool = False) -> NameImport:
    """Propose a file's entries as one operator, and take them as another."""
    lead, approver = acting(context, "asha"), acting(context, "meera", Role.APPROVER)
    batch = public_people.propose_people(lead, file).batch
    assert batch is not None
    return public_people.approve_people(approver, batch, reread=reread)


def indexed(context: Context) -> str:
    """The words by which the only mention is searched."""
    with db.reading(context.engine) as session:
        (folded,) = session.exec(select(Mention.folded))
    return folded or ""


def ids(context: Context, *texts: str) -> list[list[tuple[str, str | None]]]:
    """(label, id) of the entities of each text, as this workspace reads it."""
    own = gazetteer.load_names(context.workspace)
    return [[(e.label, e.id) for e in one.entities] for one in read(texts, own=own)]


LATER = GOOD | {
    "id": "person:later-holder",
    "name_en": "Chachni Pariksha",
    "name_mr": "चाचणी परीक्षा",
    "name_hi": "चाचणी परीक्षा",
    "aliases": "",
    "handles": "x:Namuna_Pune",
    "valid_from": "2026-09-01",
}
BUSES = GOOD | {
    "id": "body:pmpml",
    "kind": "institution",
    "name_en": "PMPML",
    "name_mr": "पीएमपीएमएल",
    "name_hi": "पीएमपीएमएल",
    "aliases": "",
    "handles": "x:SampleBuses",
    "valid_from": "",
}


def test_people_are_one_id_in_every_script_and_spelling_and_by_handle(
    context: Context, tmp_path: Path
) -> None:
    """The handle that passed on is the later holder's; an institution that is known
    keeps its other names."""
    expected = {
        "नमुना उदाहरणे कुठे आहेत?": "person:sample-holder",
        "नमुना उदाहरणेंनी उत्तर द्यावे": "person:sample-holder",
        "नमुना सांगावकरांना विचारा": "person:sample-holder",
        "Namuna Udaharane did not answer": "person:sample-holder",
        "namoona udaharne kuthe ahet": "person:sample-holder",
        "naamuna udaahrane yanni sangitla": "person:sample-holder",
        "cc @Namuna.Udaharane !": "person:sample-holder",
        "please look @namuna_pune": "person:later-holder",
        "@samplebuses late again": "body:pmpml",
        "पुणे महानगर परिवहन महामंडळ": "body:pmpml",
    }
    former = GOOD | {"valid_to": "2026-09-01"}

    enter(context, write(tmp_path, former, LATER, BUSES))

    found = ids(context, *expected)
    for entities, id_ in zip(found, expected.values(), strict=True):
        label = "PERSON" if id_.startswith("person:") else "ORG"
        assert entities == [(label, id_)]
    for other in ids(context, "namuna bagha", "udaharane chukichi", "@namuna_pune2 hi"):
        assert not {id_ for _, id_ in other if id_ is not None}
    own = [one for one, is_own in public_people.list_people(context) if is_own]
    on_day = [one.id for one in own if one.is_valid(date(2026, 9, 1))]
    assert on_day == ["body:pmpml", "person:later-holder"]


def test_an_import_with_reread_puts_mentions_on_the_work_list(
    context: Context, tmp_path: Path
) -> None:
    store_records(context.engine, make_record("1", text="namoona udaharne kuthe ahet"))
    tagging.tag_waiting(context)
    assert tagging.count_waiting(context) == 0

    enter(context, write(tmp_path, GOOD), reread=True)

    assert tagging.count_waiting(context) == 1


def test_the_package_has_institutions_offices_and_media_and_no_person() -> None:
    assert people.lint() == []
    assert {one.kind for one in people.package()} == {"institution", "office", "media"}
    known = {place.id for place in places()}
    assert {"body:pmc", "dept:mayor"} <= known & {one.id for one in people.package()}
    (reading,) = read(["Mayor of Pune, see Pune Mirror and @PMCPune"])
    found = [entity.id for entity in reading.entities]
    assert found == ["dept:mayor", "media:pune-mirror", "body:pmc"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "citizen"}, "kind: is one of office, office_holder"),
        ({"id": "body:holder"}, "of kind office_holder is person:"),
        ({"valid_from": ""}, "valid_from: is empty: a person is here for an office"),
        ({"valid_to": "2026-01-01"}, "valid_to: is not after valid_from"),
        ({"valid_from": "today"}, "'today' is no day"),
        ({"source": ""}, "source: is empty"),
        ({"evidence": ""}, "evidence: The evidence needs a link"),
        ({"evidence": "the gazette of May"}, "evidence: The evidence needs a link"),
        ({"name_mr": "Namuna"}, "name_mr: has no Devanagari letters"),
        ({"name_en": "Namuna"}, "name_en: 'Namuna': a person has two names at least"),
        ({"handles": "@Namuna"}, "'@Namuna' is no handle such as x:PMCPune"),
        ({"handles": "x:PMCPune"}, "'pmcpune' is also of body:pmc at that time"),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(
    context: Context, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SocialcellError) as refused:
        public_people.propose_people(context, write(tmp_path, GOOD | changes))

    message = str(refused.value).replace(", row 2, ", ": ")
    assert said in message
    assert public_people.list_waiting(context) == []


def test_the_doctor_names_a_file_that_somebody_has_broken(
    context: Context, tmp_path: Path
) -> None:
    enter(context, write(tmp_path, GOOD))
    assert settings_checks.names(context.workspace).state == "ok"
    held = context.workspace.folder / people.FILE
    held.write_text(held.read_text("utf-8").replace("2026-02-06", "in spring"), "utf-8")

    check = settings_checks.names(context.workspace)

    assert check.state == "failed"
    assert "row 2, valid_from: 'in spring' is no day" in check.finding


def test_entries_are_removed_and_every_change_is_audited(
    context: Context, tmp_path: Path
) -> None:
    enter(context, write(tmp_path, GOOD))
    again = public_people.propose_people(context, write(tmp_path, GOOD))
    public_people.remove_people(context, ["person:sample-holder"])

    assert again.changes.unchanged == ("person:sample-holder",)
    assert again.batch is None
    assert people.rows(context.workspace.folder / people.FILE) == []
    with pytest.raises(SocialcellError, match="it is the package's own"):
        public_people.remove_people(context, ["media:sakal"])
    with db.reading(context.engine) as session:
        actions = [row.action for row in audit.entries(session, 9)]
    assert sorted(actions) == ["people.import", "people.propose", "people.remove"]


def test_all_of_a_file_wait_for_a_second_person_and_nobody_is_shown_before(
    context: Context, tmp_path: Path
) -> None:
    lead, approver = acting(context, "asha"), acting(context, "meera", Role.APPROVER)
    other = LATER | {"handles": ""}
    store_records(context.engine, make_record("1", text="श्री नमुना उदाहरणे यांनी सांगितले"))
    tried = public_people.propose_people(
        lead, write(tmp_path, GOOD, other), dry_run=True
    )
    assert (len(tried.changes.added), tried.batch) == (2, None)

    batch = public_people.propose_people(lead, write(tmp_path, GOOD, other)).batch

    (waiting,) = public_people.list_waiting(approver)
    assert (waiting.id, waiting.file, waiting.proposed_by) == (
        batch,
        "holders.csv",
        "asha",
    )
    assert [entry.id for entry in waiting.entries] == [LATER["id"], GOOD["id"]]
    assert waiting.entries[1].evidence == GOOD["evidence"]
    assert office_holders.names(context.workspace.folder) == []
    with pytest.raises(UsageError, match="asha"):
        public_people.approve_people(lead, waiting.id)
    with pytest.raises(NeedsAPerson):
        public_people.approve_people(context, waiting.id)
    assert public_people.list_waiting(context) != []
    assert "उदाहरणे" not in indexed(context)

    taken = public_people.approve_people(approver, waiting.id)

    assert taken.added == (LATER["id"], GOOD["id"])
    assert public_people.list_waiting(context) == []
    with db.reading(context.engine) as session:
        row = audit.entries(session, 1)[0]
    assert (row.action, row.actor) == ("people.import", "meera")
    assert row.detail["made_by_operator"] == lead.actor.id
    assert "उदाहरणे" in indexed(context)
    with pytest.raises(UsageError, match="No public people wait by number 1"):
        public_people.approve_people(approver, waiting.id)


def test_a_file_that_is_returned_enters_nobody(
    context: Context, tmp_path: Path
) -> None:
    batch = public_people.propose_people(context, write(tmp_path, GOOD)).batch or 0

    with pytest.raises(UsageError):
        public_people.return_people(context, batch, " ")
    public_people.return_people(context, batch, "he left the office")

    assert public_people.list_waiting(context) == []
    assert not (context.workspace.folder / people.FILE).exists()


def test_the_number_of_a_file_that_waited_is_never_that_of_another(
    context: Context, tmp_path: Path
) -> None:
    """Whoever looked at the first file must not take another one by its number."""
    approver = acting(context, "meera", Role.APPROVER)
    file = write(tmp_path, GOOD)

    returned = public_people.propose_people(context, file).batch or 0
    public_people.return_people(context, returned, "he left the office")
    taken = enter(context, file)
    changed = write(tmp_path, GOOD | {"aliases": "Namuna Anna Udaharane"})
    waiting = public_people.propose_people(context, changed).batch or 0

    assert taken.added == (GOOD["id"],)
    assert [batch.id for batch in public_people.list_waiting(context)] == [waiting]
    assert waiting == returned + 2
    with pytest.raises(UsageError, match=f"wait by number {returned}"):
        public_people.approve_people(approver, returned)


def test_what_was_entered_since_is_weighed_when_a_file_is_taken(
    context: Context, tmp_path: Path
) -> None:
    """Two files name two holders of one handle at one time: the second is not taken."""
    lead, approver = acting(context, "asha"), acting(context, "meera", Role.APPROVER)
    later = LATER | {"valid_from": GOOD["valid_from"]}
    first = public_people.propose_people(lead, write(tmp_path, GOOD)).batch or 0
    second = public_people.propose_people(lead, write(tmp_path, later)).batch or 0
    public_people.approve_people(approver, first)

    with pytest.raises(SocialcellError, match="is also of person:sample-holder"):
        public_people.approve_people(approver, second)

    assert [waiting.id for waiting in public_people.list_waiting(context)] == [second]


def test_who_was_imported_before_the_rule_stays_and_a_change_needs_evidence(
    context: Context, tmp_path: Path
) -> None:
    file = context.workspace.folder / people.FILE
    cells = {key: cell for key, cell in GOOD.items() if key != "evidence"}
    file.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", "utf-8")
    as_before = write(tmp_path, GOOD | {"evidence": ""})

    assert [row["id"] for row in people.rows(file)] == [GOOD["id"]]
    assert settings_checks.names(context.workspace).state == "ok"
    assert public_people.propose_people(context, as_before).changes.unchanged == (
        GOOD["id"],
    )
    changed = write(
        tmp_path, GOOD | {"evidence": "", "aliases": "Namuna Anna Udaharane"}
    )
    with pytest.raises(SocialcellError, match="evidence needs a link"):
        public_people.propose_people(context, changed)
    assert enter(context, write(tmp_path, GOOD)).changed == (GOOD["id"],)


def test_a_file_without_the_column_is_told_what_it_lacks(
    context: Context, tmp_path: Path
) -> None:
    file = tmp_path / "holders.csv"
    file.write_text("id,kind,name_en\nperson:a,office_holder,A B\n", "utf-8")

    with pytest.raises(SocialcellError, match="valid_to,source,evidence"):
        public_people.propose_people(context, file)


def test_what_waits_for_long_is_deleted(context: Context, tmp_path: Path) -> None:
    public_people.propose_people(context, write(tmp_path, GOOD))
    clock = FixedClock(context.clock.now() + timedelta(days=91))
    retention.run_retention(replace(context, clock=clock))

    assert public_people.list_waiting(context) == []
