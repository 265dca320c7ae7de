"""Times and telephone numbers as people in Pune write them, in every command."""

import inspect
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import Engine

from socialcell import phone_number
from socialcell.campaigns.creators.creator_entry import check_record
from socialcell.cli import app
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import day_end, day_start
from tests.inside import socialcell

NINE = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
TIMES = ("DAY", "TIME", "DATE")
# What a command needs beside its required words before it reads a time.
MORE = {
    "operators add": ("--role", "lead"),
    "posts notice": ("--template", "road_closure"),
}
REQUIRED = {
    "duty": "board",
    "incident": "1",
    "kind": "access",
    "out": "x.svg",
    "role": "lead",
    "scope": "areas:read",
}
# Their days are fields of a row that a file may have, too, with errors of the row.
ROWS = ("influencers set", "links create", "links edit")


def leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that the help shows, by its words."""
    for name, command in group.commands.items():
        words = f"{path} {name}".strip()
        if not command.hidden and hasattr(command, "commands"):
            yield from leaves(command, words)
        elif not command.hidden:
            yield words, command


COMMANDS = dict(leaves(typer.main.get_command(app)))
OPTIONS = [
    (words, option.opts[0])
    for words, command in COMMANDS.items()
    for option in command.params
    if option.metavar in TIMES
]


@pytest.fixture
def config(folder: Path, engine: Engine) -> Path:
    return folder / "config.yaml"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("words", "option"), [pair for pair in OPTIONS if pair[0] not in ROWS]
)
def test_every_time_is_read_by_the_parser_of_times(
    config: Path, words: str, option: str
) -> None:
    process = socialcell("--config", config, *line(words, option, "monday"))

    assert process.returncode == 2
    assert f"{option} takes a day such as 2026-11-23" in process.stderr
    assert "not 'monday'" in process.stderr


def test_no_command_lets_typer_read_a_time_which_would_have_no_zone() -> None:
    parameters = {
        (words, name): str(parameter.annotation)
        for words, command in COMMANDS.items()
        for name, parameter in inspect.signature(command.callback).parameters.items()
    }

    assert len(parameters) > 300
    assert [key for key, kind in parameters.items() if "datetime" in kind] == []


def test_every_option_that_speaks_of_a_day_is_known_here() -> None:
    speaking = re.compile(
        r"\b(from this day|first day|last day|as of this day|when,)\b"
    )
    options = [
        (words, option)
        for words, command in COMMANDS.items()
        for option in command.params
        if speaking.search(str(getattr(option, "help", "")).lower())
    ]

    assert len(options) > 20
    assert [
        (words, option.opts[0]) for words, option in options
        if option.metavar not in TIMES
    ] == []  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T09:00",
        "2026-11-23 09:00",
        "2026-11-23T09:00+05:30",
        "2026-11-23T03:30Z",
        "2026-11-23T03:30:00+00:00",
    ],
)
def test_a_time_without_an_offset_is_indian(text: str) -> None:
    assert day_start(text, "--at") == NINE == day_end(text, "--at")


def test_a_commitment_of_a_day_is_due_at_its_end(config: Path) -> None:
    words = ("commitments", "add", "Next update", "--config", config, "--due")

    of_a_day = socialcell(*words, "2099-11-23")
    of_an_hour = socialcell(*words, "2099-11-23T03:30Z")

    assert "is due by 2099-11-24 00:00." in of_a_day.stdout
    assert "is due by 2099-11-23 09:00." in of_an_hour.stdout


@pytest.mark.parametrize(
    "text",
    ["9822012345", "98220 12345", "09822012345", "+91 98220-12345", "919822012345"],
)
def test_ten_digits_are_an_indian_number(text: str) -> None:
    assert phone_number.international(text) == "919822012345"


def test_a_number_of_another_country_keeps_its_code() -> None:
    assert phone_number.international("+1 (202) 555-0100") == "12025550100"
    assert phone_number.indian("+1 (202) 555-0100") is None


@pytest.mark.parametrize("text", ["982201234", "+9822012345", "00000000000", "call me"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="country code"):
        phone_number.international(text)


NUMBERS = {
    "consent grant": "number",
    "consent withdraw": "number",
    "influencers set": "phone",
    "messages send": "to",
    "privacy erase": "id",
    "privacy export": "id",
}


def test_every_command_that_takes_a_telephone_number_is_known_here() -> None:
    names = ("number", "phone", "to", "id")
    taking = {
        (words, option.name)
        for words, command in COMMANDS.items()
        for option in command.params
        if option.name in names and "str" in str(_kind(command, option.name))
    }

    assert taking >= set(NUMBERS.items())


def _kind(command: Any, name: str) -> object:
    return inspect.signature(command.callback).parameters[name].annotation


def test_consent_with_and_without_the_country_code_is_of_one_person(
    config: Path,
) -> None:
    words = ("--evidence", "form 12", "--json", "--config", config)
    plain = socialcell("consent", "grant", "9822012345", *words)
    coded = socialcell("consent", "grant", "+91 98220 12345", *words)

    assert json.loads(plain.stdout)["person"] == json.loads(coded.stdout)["person"]


def test_the_number_of_a_creator_gets_its_country_code() -> None:
    fields = {"key": "asha", "name": "Asha Sample", "kind": "creator"}
    account = {"accounts": "instagram:asha_sample", "public_because": "famous"}
    stated = {**fields, **account, "phone": "98220 12345"}

    record = check_record(stated, lambda ward: ward, NINE.date(), "tests")

    assert record.phone == "+919822012345"


def line(words: str, option: str, value: str) -> list[str]:
    """A command line with that option, and with all that the command needs."""
    texts = []
    for parameter in COMMANDS[words].params:
        if parameter.opts[0] == option:
            texts += [option, value]
        elif parameter.required:
            is_time = parameter.metavar in TIMES
            text = "2026-11-23" if is_time else REQUIRED.get(parameter.name, "x")
            is_option = parameter.opts[0].startswith("-")
            texts += [parameter.opts[0], text] if is_option else [text]
    return [*words.split(), *texts, *MORE.get(words, ())]
