"""The commands `cases` and `inbox`, and docs/desk.md word for word."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from socialcell.clock import SystemClock
from socialcell.commands import output
from socialcell.ops import leases
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from tests.desk_builders import make_registers, read_mention
from tests.end_to_end.test_docs_commands import commands
from tests.inside import socialcell
from tests.operators import sign_in_shell, sign_out_shell
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

MINE = "--config"
BY_PHONE = ("--from", "phone", "--words", "No water since Monday")


@pytest.fixture
def config(context: Context, snapshots: Snapshots) -> Path:
    """The workspace of an operator who has signed in, with twenty mentions."""
    file = context.workspace.folder / "config.yaml"
    with file.open("a") as text:
        text.write(f"clock: {{fixed: {context.clock.now().isoformat()}}}\n")
    snapshots.fill("twenty mentions", context.engine, lambda: twenty_mentions(context))
    sign_in_shell(context, "Asha Sample", Role.OPERATOR)
    return file


def twenty_mentions(context: Context) -> None:
    make_registers(context)
    for n in range(20):
        read_mention(context, f"Kothrud is dry, call 98765432{n:02}", uid=f"u{n}")


def run(config: Path, *words: str, code: int = 0) -> str:
    done = socialcell(*words, MINE, config)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def as_json(config: Path, *words: str) -> Any:
    return json.loads(run(config, *words, "--json"))


def test_the_page_leads_from_a_post_to_an_assigned_case(config: Path) -> None:
    page = list(commands("docs/desk.md"))
    # What follows is tried in a demo, with the other pages.
    for line in page[: page.index("export SOCIALCELL_CONFIG=demo/config.yaml")]:
        words = shlex.split(line)[1:]
        if words[:3] == ["cases", "suggestions", "26-000002"]:
            # The demo's second case is by telephone and stands for the same pipe.
            assert "26-000001" in run(config, "cases", "suggestions")
        run(config, *words)
    case = as_json(config, "cases", "show", "26-000001")
    assert (case["state"], case["assignee"]) == ("in_progress", "Asha Sample")
    assert case["priority"] == "P1"
    assert [step["kind"] for step in case["steps"]][-1] == "state"


def test_who_opens_a_case_sees_what_it_is_and_whether_anybody_is_called(
    config: Path, context: Context
) -> None:
    words = "The house is on fire, my mother is stuck inside, save her"
    call = ("cases", "open", "--from", "phone", "--words", words, "--place", "Kothrud")
    without_daemon = socialcell(*call, MINE, config)
    assert "Nobody is called about it: No daemon runs." in without_daemon.stderr
    leases.acquire(context.engine, "daemon", "tests", SystemClock().now())

    danger = socialcell(*call, MINE, config)
    quiet = socialcell("cases", "open", "1", MINE, config)
    document = as_json(config, "cases", "open", "2")

    assert danger.stdout.startswith(
        "Case 26-000002 is open: P0, complaint, fire, Kothrud; owner "
    )
    assert "until somebody has it" in danger.stderr
    assert quiet.stdout.startswith("Case 26-000003 is open: P2, complaint, water, ")
    assert quiet.stdout.count("26-000003") == 1  # scripts look for it
    assert "called" not in quiet.stderr
    assert (document["case"], document["priority"]) == ("26-000004", "P2")
    assert document["due_at"] is not None

    kept = config.read_text().splitlines()
    without = "\n".join(line for line in kept if not line.startswith("alerts:"))
    config.write_text(f"{without}\n")
    unheard = socialcell(*call, MINE, config)
    assert "Nobody is called about it" in unheard.stderr


def test_a_list_has_the_case_and_how_many_there_are(config: Path) -> None:
    run(config, "cases", "open", "1")
    page = as_json(config, "cases", "list")
    (line,) = page["cases"]
    assert (line["number"], line["topic"]) == ("26-000001", "water")
    assert page["counts"]["new"] == 1
    assert page["next"] is None
    table = run(config, "inbox", "list", "new")
    assert "26-000001" in table
    assert "Kothrud" in table


def test_no_number_of_a_citizen_stands_in_any_output(config: Path) -> None:
    run(config, "cases", "open", "1")
    for words in (["cases", "list"], ["cases", "show", "26-000001"]):
        for form in ([], ["--json"]):
            assert "98765" not in run(config, *words, *form)


def test_what_the_reader_doubts_is_listed_for_a_person(
    config: Path, context: Context
) -> None:
    doubtful = read_mention(context, "Dry again, 9876543210", confident=False)
    case_opening.open_pending(context)
    (mention,) = as_json(config, "cases", "unclear")["mentions"]
    assert (mention["id"], mention["intent"]) == (doubtful, "complaint")
    assert "98765" not in mention["words"]
    assert f"{doubtful}\t" in run(config, "cases", "unclear")
    run(config, "cases", "open", str(doubtful))
    assert run(config, "cases", "unclear") == "No mention.\n"


def test_a_row_of_a_piped_list_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.table(("no.", "words"), [("26-000001", "Road dug up.\r\nFive\tmonths!")])

    assert capsys.readouterr().out == (
        "no.\twords\n26-000001\tRoad dug up.  Five months!\n"
    )


def test_whoever_has_not_signed_in_has_no_cases_of_their_own(
    config: Path, context: Context
) -> None:
    run(config, "cases", "open", "1")
    run(config, "inbox", "take", "26-000001")
    run(config, "cases", "open", "2")

    signed_in = as_json(config, "cases", "list")["counts"]
    sign_out_shell(context)
    nobody = as_json(config, "cases", "list")["counts"]

    assert (signed_in["mine"], signed_in["open"]) == (1, 2)
    assert (nobody["mine"], nobody["open"]) == (0, 2)


def test_pages_of_a_list_follow_each_other(config: Path, context: Context) -> None:
    for n in range(55):
        read_mention(context, uid=f"v{n}", topic="roads", place=None)
    case_opening.open_pending(context)
    first = as_json(config, "cases", "list")
    second = as_json(config, "cases", "list", "--after", first["next"])
    numbers = [line["number"] for line in (*first["cases"], *second["cases"])]
    assert len(first["cases"]) == 50
    assert len(numbers) == len(set(numbers)) == 75
    assert second["next"] is None


@pytest.mark.parametrize("command", [("cases", "list"), ("inbox", "list", "open")])
def test_a_list_has_at_most_so_many_cases_and_says_where_it_goes_on(
    config: Path, context: Context, command: tuple[str, ...]
) -> None:
    case_opening.open_pending(context)  # of the twenty mentions
    first = as_json(config, *command, "--limit", "15")
    second = as_json(config, *command, "--limit", "5", "--after", first["next"])
    whole = as_json(config, *command)
    assert [len(page["cases"]) for page in (first, second)] == [15, 5]
    assert first["cases"] + second["cases"] == whole["cases"]
    assert second["next"] is None
    text = socialcell(*command, "--limit", "15", MINE, config)
    assert len(text.stdout.splitlines()) == 1 + 15
    assert f"There are more: --after {first['next']}" in text.stderr


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["cases", "open"], "Name a mention"),
        (["cases", "open", "1", "--from", "phone"], "Name a mention"),
        (["cases", "open", "1", "--words", "No water"], "brings its words"),
        (["cases", "open", "99"], "99"),
        (["cases", "open", "--from", "fax", "--words", "x"], "not opened by hand"),
        (["cases", "show", "26-000009"], "no case 26-000009"),
        (["cases", "list", "--view", "red"], "no view red"),
        (["cases", "list", "--limit", "0"], "--limit"),
        (["cases", "list", "--limit", "10001"], "--limit"),
        (["cases", "list", "--assignee", "Nobody"], "no operator Nobody"),
        (["cases", "list", "--topic", "watr"], "no topic watr; there are: air, "),
        (["cases", "list", "--kind", "wish"], "no kind of case wish"),
        (["cases", "list", "--priority", "P9"], "no priority P9; there are: P0, P1"),
        (["cases", "list", "--area", "ward:no"], "no area ward:no; socialcell areas"),
        (["cases", "list", "--owner", "dept:no"], "register of owners is dept:no"),
        (["cases", "list", "--state", "done"], "no state done; there are: new, "),
        (["cases", "list", "--channel", "fax"], "no channel fax; there are: "),
        (["cases", "list", "--after", "P1"], "P1 is no place in this list"),
        (["inbox", "list", "--after", "P1"], "P1 is no place in this list"),
        (["cases", "open", *BY_PHONE, "--area", "ward:no"], "no area ward:no"),
        (["cases", "open", *BY_PHONE, "--language", "fr"], "'fr' is none of the lan"),
        (["cases", "open", "1", *BY_PHONE], "phone, paper or press; one of the two."),
        (["cases", "state", "26-000009", "done"], "no state done"),
        (["cases", "suggestions", "--different", "26-000001"], "Name the two cases"),
        (["cases", "triage", "26-000009", "--point", "here"], "'here' is no point"),
        (
            ["cases", "triage", "26-000001", "--service", "x"],
            "x is no service by right",
        ),
        (["inbox", "take", "26-000009"], "no case 26-000009"),
    ],
)
def test_a_wrong_word_is_answered(config: Path, words: list[str], error: str) -> None:
    run(config, "cases", "open", "2")
    assert error in run(config, *words, code=2)


@pytest.mark.on_sqlite
def test_a_place_that_nobody_knows_is_kept_and_names_like_it_are_said(
    config: Path,
) -> None:
    def done(*words: str) -> tuple[Any, str]:
        result = socialcell("cases", *words, "--json", MINE, config)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout), result.stderr

    opened, error = done("open", *BY_PHONE, "--place", "Kothurd")
    assert opened["unknown_place"]["words"] == "Kothurd"
    assert "Kothrud" in opened["unknown_place"]["nearest"]
    assert "'Kothurd' is not known by this name" in error
    assert "Names like it: Kothrud" in error
    assert as_json(config, "cases", "show", opened["case"])["place"] == "Kothurd"

    triaged, error = done("triage", opened["case"], "--place", "qqqq")
    assert triaged["unknown_place"] == {"words": "qqqq", "nearest": []}
    assert "Names like it" not in error

    for place in ("Kothrud", "place:kothrud", "कोथरूड"):
        assert done("triage", opened["case"], "--place", place) == (
            {"case": opened["case"]},
            "",
        )
    assert done("triage", opened["case"], "--place", "")[1] == ""


def test_a_case_that_changed_meanwhile_is_left_alone(config: Path) -> None:
    run(config, "cases", "open", "1")
    words = ["cases", "triage", "26-000001", "--topic", "roads", "--rev", "1"]
    run(config, *words)
    assert "Somebody changed case" in run(config, *words, code=1)
