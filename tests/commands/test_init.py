"""`init` names who is alerted: by an option, or asked for on a terminal only."""

import json
from pathlib import Path

import pytest

from socialcell import config
from socialcell.errors import UsageError
from socialcell.services.workspace.workspace_setup import shipped_config
from tests.running import inside
from tests.terminal import on_terminal


def alerted(folder: Path) -> tuple[str, ...]:
    return config.load(folder / "config.yaml").config.alerts.names


def test_an_option_names_who_is_alerted_and_again_it_changes_nothing(
    tmp_path: Path,
) -> None:
    words = ("init", tmp_path, "--alert-email", "room@city.example", "--json")

    first, again = inside(*words), inside(*words)

    assert json.loads(first)["alerted"] == ["room@city.example"]
    assert json.loads(again)["alerted"] == ["room@city.example"]
    assert alerted(tmp_path) == ("room@city.example",)
    assert "phone: {}" in (tmp_path / "config.yaml").read_text()
    with pytest.raises(UsageError, match=r"kept as it is. Write other@city\.example"):
        inside("init", tmp_path, "--alert-email", "other@city.example")


def test_it_says_that_mail_host_is_missing_as_long_as_alerts_cannot_leave(
    tmp_path: Path,
) -> None:
    words = ("init", tmp_path, "--alert-email", "room@city.example")
    missing = "No alert reaches room@city.example yet: mail.host is not set"

    assert missing in inside(*words)
    place = tmp_path / "config.yaml"
    place.write_text(place.read_text().replace("host: null", "host: mail.city.example"))

    assert missing not in inside(*words)


def test_without_a_terminal_nobody_is_asked_and_it_says_that_nobody_is_alerted(
    tmp_path: Path,
) -> None:
    answer = inside("init", tmp_path)
    assert "Nobody is alerted yet" in answer
    assert "language models may not be free for your use: see language.nc" in answer
    assert alerted(tmp_path) == ()


def test_what_is_no_address_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'the room' is no mail address"):
        inside("init", tmp_path / "new", "--alert-email", "the room")

    assert not (tmp_path / "new").exists()


def test_on_a_terminal_it_asks_until_it_is_an_address_and_for_two_names(
    tmp_path: Path,
) -> None:
    typed = "the room\nroom@city.example\nAsha Sample\nMeera Sample\n\n\n\n\n\n"

    terminal = on_terminal("init", tmp_path, typed=typed)

    assert terminal.code == 0, terminal.screen
    assert "is no mail address" in terminal.screen
    assert alerted(tmp_path) == ("room@city.example",)
    assert "Asha Sample: " in terminal.screen
    assert "Meera Sample: " in terminal.screen


def test_what_was_answered_on_a_terminal_stands_in_the_config_with_its_comments(
    tmp_path: Path,
) -> None:
    answers = (
        "",
        "",
        "x=@PMCPune myspace=tom",
        "x=@PMCPune instagram=pmcpune",
        "hi mr",
        "head@city.example, en=lead@city.example",
        "mr=desk@city.example",
        "https://pune.example/",
        "pune.example PMC.gov.in",
    )

    terminal = on_terminal("init", tmp_path, typed="\n".join(answers) + "\n")

    assert terminal.code == 0, terminal.screen
    assert "'myspace=tom' is no account of the city's" in terminal.screen
    assert "'https://pune.example/' is no domain" in terminal.screen
    settings = config.load(tmp_path / "config.yaml").config
    assert settings.planning.handles == {"x": "PMCPune", "instagram": "pmcpune"}
    assert settings.report.languages == ("hi", "mr")
    assert settings.report.recipients.hi == ("head@city.example",)
    assert settings.report.recipients.en == ("lead@city.example",)
    assert settings.report.brief_to.mr == ("desk@city.example",)
    assert settings.links.domains == ("pune.example", "pmc.gov.in")
    assert comments(tmp_path) == comments_of(shipped_config())


def test_enter_leaves_every_default(tmp_path: Path) -> None:
    terminal = on_terminal("init", tmp_path, typed="\n" * 7)

    assert terminal.code == 0, terminal.screen
    written = (tmp_path / "config.yaml").read_text()
    assert written == shipped_config()
    assert (
        "planning.handles, report.recipients, report.brief_to, links.domains"
        in " ".join(terminal.screen.split())
    )


def test_options_say_the_same_and_again_they_change_nothing(tmp_path: Path) -> None:
    words: tuple[str | Path, ...] = (
        *("init", tmp_path, "--handle", "x=PMCPune", "--language", "en"),
        *("--weekly-to", "head@city.example", "--brief-to", "mr=desk@city.example"),
        *("--domain", "pune.example"),
    )

    inside(*words)
    inside(*words)

    settings = config.load(tmp_path / "config.yaml").config
    assert settings.planning.handles == {"x": "PMCPune"}
    assert settings.report.languages == ("en",)
    assert settings.report.recipients.en == ("head@city.example",)
    assert settings.report.brief_to.mr == ("desk@city.example",)
    with pytest.raises(UsageError, match=r"kept as it is.*at planning\.handles"):
        inside("init", tmp_path, "--handle", "x=Other")


@pytest.mark.parametrize(
    ("option", "word", "why"),
    [
        ("--handle", "PMCPune", "write PLATFORM=NAME"),
        ("--handle", "x=P M C", "write PLATFORM=NAME"),
        ("--language", "fr", "--language takes mr, hi, en, not 'fr'"),
        ("--alert-lang", "ta", "--alert-lang takes mr, hi, en, not 'ta'"),
        ("--weekly-to", "mr=the head", "'the head' is no mail address"),
        ("--brief-to", "fr=a@city.example", "fr"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused_and_nothing_is_made(
    tmp_path: Path, option: str, word: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        inside("init", tmp_path / "new", option, word)

    assert not (tmp_path / "new").exists()


def comments(folder: Path) -> list[str]:
    return comments_of((folder / "config.yaml").read_text())


def comments_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]
