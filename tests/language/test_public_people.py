"""Public people and institutions are found by name in any script, and by handle."""

from datetime import date
from pathlib import Path

import pytest

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.jobs import gazetteer, public_people, tag
from socialcell.jobs.context import Context
from socialcell.jobs.doctor import settings
from socialcell.language import public_people as people
from socialcell.language import read
from socialcell.language.places import places
from socialcell.ops import audit
from tests.builders import make_record, store_records

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
}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    """A file of these entries."""
    file = folder / "holders.csv"
    lines = [",".join(people.COLUMNS), *(",".join(row.values()) for row in rows)]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def ids(context: Context, *texts: str) -> list[list[tuple[str, str | None]]]:
    """(label, id) of the entities of each text, as this workspace reads it."""
    own = gazetteer.names_of(context.workspace)
    return [[(e.label, e.id) for e in one.entities] for one in read(texts, own=own)]


def test_a_person_is_one_id_in_every_script_spelling_and_by_handle(
    context: Context, tmp_path: Path
) -> None:
    texts = (
        "नमुना उदाहरणे कुठे आहेत?",
        "नमुना उदाहरणेंनी उत्तर द्यावे",
        "नमुना सांगावकरांना विचारा",
        "Namuna Udaharane did not answer",
        "namoona udaharne kuthe ahet",
        "naamuna udaahrane yanni sangitla",
        "please look @namuna_pune",
        "cc @Namuna.Udaharane !",
    )
    link = [("PERSON", "person:sample-holder")]
    before = ids(context, *texts)

    public_people.import_file(context, write(tmp_path, GOOD))

    assert link not in before
    assert ids(context, *texts) == [link] * len(texts)
    others = ids(context, "namuna bagha", "udaharane chukichi", "@namuna_pune2 hi")
    assert link not in others


def test_a_mention_is_linked_once_it_is_read_again(
    context: Context, tmp_path: Path
) -> None:
    store_records(context.engine, make_record("1", text="namoona udaharne kuthe ahet"))
    tag.tag(context)
    assert tag.tag(context) == 0

    public_people.import_file(context, write(tmp_path, GOOD), reread=True)

    assert tag.tag(context) == 1


def test_a_handle_that_passed_on_is_its_later_holders(
    context: Context, tmp_path: Path
) -> None:
    former = GOOD | {"valid_to": "2026-09-01", "aliases": ""}
    later = GOOD | {
        "id": "person:later-holder",
        "name_en": "Chachni Pariksha",
        "name_mr": "चाचणी परीक्षा",
        "name_hi": "चाचणी परीक्षा",
        "aliases": "",
        "valid_from": "2026-09-01",
    }
    public_people.import_file(context, write(tmp_path, former, later))

    (handle, name) = ids(context, "@Namuna_Pune", "Namuna Udaharane was asked")

    assert handle == [("PERSON", "person:later-holder")]
    assert name == [("PERSON", "person:sample-holder")]
    on = [
        one.id
        for one, own in public_people.entries(context)
        if own and one.is_valid(date(2026, 9, 1))
    ]
    assert on == ["person:later-holder"]


def test_a_row_of_an_institution_that_is_known_adds_to_it(
    context: Context, tmp_path: Path
) -> None:
    row = GOOD | {
        "id": "body:pmpml",
        "kind": "institution",
        "name_en": "PMPML",
        "name_mr": "पीएमपीएमएल",
        "name_hi": "पीएमपीएमएल",
        "aliases": "",
        "handles": "x:SampleBuses",
        "valid_from": "",
    }
    public_people.import_file(context, write(tmp_path, row))

    assert ids(context, "@samplebuses late again", "पुणे महानगर परिवहन महामंडळ") == [
        [("ORG", "body:pmpml")],
        [("ORG", "body:pmpml")],
    ]


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
        ({"name_mr": "Namuna"}, "name_mr: has no Devanagari letters"),
        ({"name_en": "Namuna"}, "name_en: 'Namuna': a person has two names at least"),
        ({"handles": "@Namuna"}, "'@Namuna' is no handle such as x:PMCPune"),
        ({"handles": "x:PMCPune"}, "'pmcpune' is also of body:pmc in these days"),
    ],
)
def test_a_wrong_row_is_refused_with_its_reason(
    context: Context, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SocialcellError) as refused:
        public_people.import_file(context, write(tmp_path, GOOD | changes))

    message = str(refused.value).replace(", row 2, ", ": ")
    assert said in message
    assert not (context.workspace.folder / people.FILE).exists()


def test_the_doctor_names_a_file_that_somebody_has_broken(
    context: Context, tmp_path: Path
) -> None:
    public_people.import_file(context, write(tmp_path, GOOD))
    assert settings.names(context.workspace).state == "ok"
    held = context.workspace.folder / people.FILE
    held.write_text(held.read_text("utf-8").replace("2026-02-06", "in spring"), "utf-8")

    check = settings.names(context.workspace)

    assert check.state == "failed"
    assert "row 2, valid_from: 'in spring' is no day" in check.found


def test_entries_are_removed_and_every_change_is_audited(
    context: Context, tmp_path: Path
) -> None:
    public_people.import_file(context, write(tmp_path, GOOD))
    again = public_people.import_file(context, write(tmp_path, GOOD))
    public_people.remove(context, ["person:sample-holder"])

    assert again.unchanged == ("person:sample-holder",)
    assert people.rows(context.workspace.folder / people.FILE) == []
    with pytest.raises(SocialcellError, match="it is the package's own"):
        public_people.remove(context, ["media:sakal"])
    with db.reading(context.engine) as session:
        actions = [row.action for row in audit.entries(session, 9)]
    assert sorted(actions) == ["people.import", "people.remove"]
