"""Public people and institutions are found by name in any script, and by handle."""

from datetime import date
from pathlib import Path

import pytest

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.language import read
from socialcell.language.names import public_people as people
from socialcell.language.names.places import places
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.services.mentions import gazetteer, public_people, tagging
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

    public_people.import_people(context, write(tmp_path, former, LATER, BUSES))

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

    public_people.import_people(context, write(tmp_path, GOOD), reread=True)

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
        public_people.import_people(context, write(tmp_path, GOOD | changes))

    message = str(refused.value).replace(", row 2, ", ": ")
    assert said in message
    assert not (context.workspace.folder / people.FILE).exists()


def test_the_doctor_names_a_file_that_somebody_has_broken(
    context: Context, tmp_path: Path
) -> None:
    public_people.import_people(context, write(tmp_path, GOOD))
    assert settings_checks.names(context.workspace).state == "ok"
    held = context.workspace.folder / people.FILE
    held.write_text(held.read_text("utf-8").replace("2026-02-06", "in spring"), "utf-8")

    check = settings_checks.names(context.workspace)

    assert check.state == "failed"
    assert "row 2, valid_from: 'in spring' is no day" in check.finding


def test_entries_are_removed_and_every_change_is_audited(
    context: Context, tmp_path: Path
) -> None:
    public_people.import_people(context, write(tmp_path, GOOD))
    again = public_people.import_people(context, write(tmp_path, GOOD))
    public_people.remove_people(context, ["person:sample-holder"])

    assert again.unchanged == ("person:sample-holder",)
    assert people.rows(context.workspace.folder / people.FILE) == []
    with pytest.raises(SocialcellError, match="it is the package's own"):
        public_people.remove_people(context, ["media:sakal"])
    with db.reading(context.engine) as session:
        actions = [row.action for row in audit.entries(session, 9)]
    assert sorted(actions) == ["people.import", "people.remove"]
