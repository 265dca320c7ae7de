"""Places that the workspace has entered by itself are known where a case is opened."""

from pathlib import Path

from socialcell.services import place_spelling
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.mentions import gazetteer
from tests.desk_builders import read_case
from tests.language.test_gazetteer_lint import GOOD, write

PHONE_CALL = SpokenWords("phone", "No water since Monday.")


def test_a_place_of_the_own_gazetteer_is_known_by_each_of_its_names(
    asha: Context, tmp_path: Path
) -> None:
    place = GOOD | {"ward": "ward:kothrud-bavdhan"}
    gazetteer.import_names(asha, write(tmp_path, place))
    for name in ("Moonpeth", "चांदपेठ", "munpeth", "place:moonpeth"):
        new = NewCase(PHONE_CALL, "complaint", topic="water", place=name)
        case = read_case(asha, case_opening.open_by_hand(asha, new))
        assert (case.place, case.place_id) == (name, "place:moonpeth")
        assert (case.area, case.owner) == ("ward:kothrud-bavdhan", "dept:water")
        assert place_spelling.find_unknown(asha, name) is None
    misspelt = place_spelling.find_unknown(asha, "Moonpet")
    assert misspelt is not None
    assert misspelt.nearest[0] == "Moonpeth"


def test_a_gazetteer_that_cannot_be_read_holds_up_no_case(asha: Context) -> None:
    (asha.workspace.folder / "gazetteer.csv").write_text("broken")
    new = NewCase(PHONE_CALL, "complaint", place="Moonpeth")
    case = read_case(asha, case_opening.open_by_hand(asha, new))
    assert (case.place, case.place_id) == ("Moonpeth", None)


def test_names_like_an_unknown_place_are_of_areas_and_places_alone(
    asha: Context,
) -> None:
    ward = place_spelling.find_unknown(asha, "Kothrud - Bavdhen")
    office = place_spelling.find_unknown(asha, "Office of the Mayer")
    assert ward is not None
    assert office is not None
    assert ward.nearest[0] == "Kothrud - Bavdhan"
    assert "Office of the Mayor" not in office.nearest
