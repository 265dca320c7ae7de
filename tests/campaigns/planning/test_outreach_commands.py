"""Commands of outreach, called as a person and as a script would."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from socialcell.cli import main
from socialcell.services.context import Context
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import LETTER, NAME, POST, number_of, planned
from tests.conftest import MONDAY_MORNING
from tests.operators import sign_in_shell, sign_out_shell

Call = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def call(
    city: Context,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    """Calls the command line where a plan is made; hands back code, output, errors."""
    planned(city, folder)
    held = yaml.safe_load((folder / "config.yaml").read_text()) or {}
    said = {
        **held,
        "clock": {"fixed": MONDAY_MORNING.isoformat()},
        "planning": {"handles": {"instagram": "pmcpune"}, "rate_cards": [agreed.CARD]},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(said))
    sign_in_shell(city, "lead")

    def call(*words: object) -> tuple[int, str, str]:
        argv = ["socialcell", "--config", str(folder / "config.yaml")]
        monkeypatch.setattr(sys, "argv", [*argv, "campaigns", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        heard = capsys.readouterr()
        return int(stop.value.code or 0), heard.out, heard.err

    return call


def test_a_plan_is_approved_by_who_signed_in(call: Call, city: Context) -> None:
    sign_in_shell(city, "meera")
    assert call("approve", NAME, "--dry-run") == (
        0,
        "Nothing stands against version 1 of the plan of monsoon26.\n",
        "",
    )
    code, said, _ = call("approve", NAME)
    assert (code, said) == (
        0,
        "Version 1 of the plan of monsoon26 is approved by meera.\n",
    )
    sign_in_shell(city, "ravi")
    assert "was approved already; asked by ravi" in call("approve", NAME)[1]


def test_its_maker_is_refused(call: Call) -> None:
    code, said, error = call("approve", NAME)

    assert (code, said) == (2, "")
    assert "lead made version 1 of the plan of monsoon26: a second person" in error


def test_where_nobody_signed_in_and_nobody_can_be_asked_it_is_refused(
    call: Call, city: Context
) -> None:
    sign_out_shell(city)

    code, said, error = call("approve", NAME)

    assert (code, said) == (4, "")
    assert "Nobody has signed in here" in error


def test_a_refusal_lists_every_rule_for_people_and_for_scripts(
    call: Call, city: Context
) -> None:
    agreed.put(city, "dev", rate_class="A")
    sign_in_shell(city, "meera")

    code, said, _ = call("approve", NAME)
    assert code == 1
    assert "Not approved: version 1 of the plan of monsoon26. Rules broken: 1" in said
    assert "there is no such rate card or class on that day" in said
    code, said, _ = call("approve", NAME, "--json")
    found = json.loads(said)
    assert (code, found["approved"], found["by"]) == (1, False, "meera")
    (broken,) = found["broken"]
    assert (broken["rule"], broken["tag"]) == ("rate", number_of(city, "dev"))
    assert broken["source"].startswith("house")


def test_a_tag_goes_its_way_on_the_command_line(
    call: Call, city: Context, tmp_path: Path
) -> None:
    n = number_of(city, "dev")
    letter = tmp_path / "letter.txt"
    letter.write_text("yes")
    sign_in_shell(city, "meera")
    call("approve", NAME)

    def advance(*words: object) -> tuple[int, str, str]:
        return call("outreach", "advance", NAME, n, *words)

    sign_in_shell(city, "ravi")
    assert advance("contacted")[1] == (
        f"Tag {n} of monsoon26 is contacted (was approved).\n"
    )
    sign_in_shell(city, "lead")
    assert advance("accepted", "--file", letter)[0] == 0
    code, _, error = advance("posted", "--link", POST)
    assert (code, "It can become: scheduled, declined." in error) == (2, True)
    assert advance("scheduled", "--tool")[0] == 0
    made = json.loads(advance("posted", "--link", POST, "--no-label", "--json")[1])
    assert made == {
        **{"campaign": NAME, "tag": n, "was": "scheduled", "state": "posted"},
        "by": "lead",
    }

    said = call("outreach", "list", NAME)[1]
    assert "approved by meera" in said
    assert f"Tag {n}, not disclosed: a person saw no label" in said
    found = json.loads(call("outreach", "list", NAME, "--json")[1])
    mine = next(one for one in found["tags"] if one["tag"] == n)
    assert (mine["state"], mine["next"]) == ("posted", ["posted", "measured"])
    assert [one["by"] for one in mine["steps"]] == ["meera", "ravi", *["lead"] * 3]
    shown = call("show", NAME)[1]
    assert "Approved by meera on 2026-11-23" in shown
    assert "Tags: approved 1, posted 1; posts found, to be confirmed: 0" in shown
    assert f"Tag {n}, not disclosed: a person saw no label" in shown
    due = call("outreach", "due")[1]
    assert f"monsoon26, tag {n}: is the post disclosed?" in due
    assert call("outreach", "look") == (0, "Posts found: 0\n", "")


def test_an_acceptance_without_anything_to_show_is_a_usage_error(
    call: Call, city: Context
) -> None:
    n = number_of(city, "dev")
    sign_in_shell(city, "meera")
    call("approve", NAME)
    call("outreach", "advance", NAME, n, "contacted")

    code, _, error = call("outreach", "advance", NAME, n, "accepted")
    assert code == 2
    assert "Where is it written that they accept" in error
    code, _, _ = call("outreach", "advance", NAME, n, "accepted", "--link", LETTER)
    assert code == 0


def test_where_nothing_is_planned_show_says_nothing_of_outreach(call: Call) -> None:
    call("create", "other", "--start", "2026-12-01", "--end", "2026-12-02")

    code, said, _ = call("show", "other")
    assert (code, "Approved" in said) == (0, False)
    assert json.loads(call("show", "other", "--json")[1])["outreach"] is None


def test_the_page_to_approve_is_written_to_a_file(call: Call, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"

    code, output, _ = call("approval-page", NAME, "--out", page, "--lang", "mr")

    assert (code, output) == (0, f"Written: {page}\n")
    assert '<html lang="mr"' in page.read_text("utf-8")
    code, output, _ = call("approval-page", NAME, "--out", page, "--json")
    assert (code, json.loads(output)) == (0, {"file": str(page)})
    assert '<html lang="en"' in page.read_text("utf-8")


def test_a_page_that_cannot_be_written_is_named(call: Call, tmp_path: Path) -> None:
    page = tmp_path / "none" / "plan.html"

    code, output, error = call("approval-page", NAME, "--out", page)

    assert (code, output) == (1, "")
    assert str(page) in error
