"""`campaigns`, `outcomes` and `visits`, called as a person and as a script would."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from socialcell import db
from socialcell.cli import main
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.sandbox.world.campaign_world import CampaignWorld
from tests.conftest import MONDAY_MORNING

Call = Callable[..., tuple[int, str, str]]
CREATE = (
    *("campaigns", "create", "monsoon26", "--start", "2026-11-09"),
    *("--end", "2026-11-22", "--budget", "60000"),
)


@pytest.fixture
def call(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Calls the command line in a workspace; hands back code, output, errors."""
    folder = tmp_path / "workspace"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    fixed = MONDAY_MORNING.isoformat()
    (folder / "config.yaml").write_text(f'clock:\n  fixed: "{fixed}"\n')
    shutil.copy(empty_database, folder / "socialcell.db")
    engine = db.connect(f"sqlite:///{folder / 'socialcell.db'}")
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    engine.dispose()
    monkeypatch.setenv("SOCIALCELL_CONFIG", str(folder / "config.yaml"))

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["socialcell", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        heard = capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err

    return call


def saved(folder: Path, *lines: str) -> Path:
    path = folder / "outcomes.csv"
    path.write_text("\n".join(("date,outcome,ward,value", *lines)) + "\n")
    return path


def test_rows_that_cannot_be_read_are_named_and_the_others_stored(
    call: Call, tmp_path: Path
) -> None:
    path = saved(
        tmp_path, "2026-11-20,payments,Bibwewadi,7", "2026-11-20,payments,Nowhere,1"
    )

    code, said, notes = call("outcomes", "import", path)

    assert code == 3
    assert "stored 1, quarantined 1" in said
    assert "row 3: there is no area 'Nowhere'" in notes
    code, said, _ = call("outcomes", "list", "--json")
    assert json.loads(said)["outcomes"][0]["outcome"] == "payments"


def test_a_file_in_which_no_row_can_be_read_is_a_failure(
    call: Call, tmp_path: Path
) -> None:
    path = saved(tmp_path, "2026-11-20,payments,Nowhere,1")

    assert call("outcomes", "import", path)[0] == 1


def test_a_dry_run_says_so_and_stores_nothing(call: Call, tmp_path: Path) -> None:
    path = saved(tmp_path, "2026-11-20,payments,Bibwewadi,7")

    code, said, _ = call("outcomes", "import", path, "--dry-run", "--json")

    assert code == 0
    assert json.loads(said)["sources"][0]["dry_run"] is True
    assert json.loads(call("outcomes", "list", "--json")[1]) == {"outcomes": []}


def test_an_outcome_is_shown_with_what_it_lacks_and_what_it_said(
    call: Call, tmp_path: Path
) -> None:
    call("outcomes", "import", saved(tmp_path, "2026-11-20,payments,Bibwewadi,7"))
    call("outcomes", "import", saved(tmp_path, "2026-11-20,payments,Bibwewadi,<5"))

    code, said, notes = call("outcomes", "show", "payments", "--history")

    assert code == 0
    assert "2026-11-20\tward:bibwewadi\twithheld\t1\t1\t\t7" in said
    assert "Held through 2026-11-20." in notes


def test_visits_are_imported_with_what_the_file_does_not_say(
    call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("Tag,Kampagne,Besuche\n2026-11-20,monsoon26,12\n")
    said_of_it = ("site=pune.example", "zone=Asia/Kolkata", "date=Tag")
    names = ("campaign=Kampagne", "visits=Besuche")
    settings = [word for one in (*said_of_it, *names) for word in ("--set", one)]

    assert call("visits", "import", path, *settings)[0] == 0
    code, said, notes = call("visits", "show")

    assert code == 0
    assert "pune.example\tmonsoon26\t12" in said
    assert "days of Asia/Kolkata" in notes


def test_a_campaign_is_entered_measured_and_explained(
    call: Call, tmp_path: Path
) -> None:
    world = CampaignWorld(4, MONDAY_MORNING)
    path = tmp_path / "outcomes.csv"
    path.write_bytes(world.file())
    call("outcomes", "import", path)
    wards = [word for ward in world.campaign.wards for word in ("--ward", ward)]
    assert call(*CREATE, *wards)[0] == 0

    code, said, _ = call("campaigns", "measure", "monsoon26")

    assert code == 0
    assert "Incremental: " in said
    assert "Planned cost (by the budget) of one more: " in said
    assert "The smallest lift that would have been seen in four of five: " in said
    assert "Rule: Treated are the campaign's wards" in said

    code, said, _ = call("campaigns", "measure", "monsoon26", "--cost", "1", "--json")
    found = json.loads(said)
    assert found["cost_basis"] == "spent"
    low, high = found["incremental"]["interval"]
    assert low <= world.incremental_users() <= high
    assert found["refused"] == []
    best = found["incremental"]["cost_per_incremental"]["best"]["amount_micros"]
    assert best == round(1_000_000 / found["incremental"]["value"])


def test_what_cannot_be_measured_is_said_and_is_no_failure(call: Call) -> None:
    call(*CREATE)

    code, said, _ = call("campaigns", "measure", "monsoon26")

    assert code == 0
    assert "Nothing is claimed. No figures of activated_users are held" in said


def test_a_campaign_without_any_installs_says_how_to_get_them(call: Call) -> None:
    call(*CREATE)

    code, _, notes = call("campaigns", "attribution", "monsoon26")

    assert code == 0
    assert "socialcell installs import" in notes
    assert call("campaigns", "attribution", "monsoon26", "--by", "colour")[0] == 2


def test_campaigns_are_listed_and_shown(call: Call) -> None:
    call(*CREATE, "--ward", "Bibwewadi")

    _, said, _ = call("campaigns", "list")
    assert (
        "monsoon26\t\tactivated_users\t1\t2026-11-09\t2026-11-22\t60,000.00 INR" in said
    )
    _, said, _ = call("campaigns", "show", "monsoon26")
    assert "Wards: Bibwewadi" in said
    assert call("campaigns", "show", "tax")[0] == 2
    assert call(*CREATE)[0] == 2, "it says something else than before"
    assert call(*CREATE[:-1], "lots", "--replace")[0] == 2
