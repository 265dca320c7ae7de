"""An option that takes one value is given once; one that takes several unites them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from scripts import docs
from socialcell.cli import COMMANDS, GROUPS
from tests.inside import socialcell


def contexts_below(parent: Any) -> Iterator[Any]:
    """The parser's context of every command and group, hidden ones too."""
    yield parent
    if isinstance(parent.command, TyperGroup):
        for name, command in parent.command.commands.items():
            yield from contexts_below(
                typer.Context(command, parent=parent, info_name=name)
            )


def refusal_of(context: Any, words: list[str]) -> typer.TyperException | None:
    """What the parser of a command refuses in these words; None where nothing."""
    try:
        context.command.make_context(context.info_name, words, parent=context.parent)
    except typer.TyperException as error:
        return error
    return None


def twice(option: Any) -> list[str]:
    values = [] if option.is_flag or option.count else ["1"] * option.nargs
    return [option.opts[0], *values] * 2


def test_every_option_of_every_command_is_refused_twice_unless_it_takes_several() -> (
    None
):
    commands, options = 0, 0
    for context in contexts_below(docs.root()):
        commands += 1
        for option in context.command.params:
            if option.param_type_name != "option" or option.is_eager:
                continue
            options += 1
            error = refusal_of(context, twice(option))
            where = f"{context.command_path} {option.opts[0]}"
            sentence = error.format_message() if error else ""
            if option.multiple:
                assert "more than once" not in sentence, where
            else:
                assert error is not None, where
                assert error.exit_code == 2, where
                assert sentence == (
                    f"Option {option.get_error_hint()} is given more than once. "
                    "Give it once."
                ), where
    assert commands > len(COMMANDS) + 3 * len(GROUPS)
    assert options > 2 * commands


@pytest.mark.parametrize(
    "words",
    [
        "mentions list --since 24h --since 7d",
        "mentions list --urgency critical --urgency high",
        "mentions search water --topic water --topic roads",
        "daemon --tick 1 --tick 2 status",
    ],
)
def test_an_option_given_twice_is_a_usage_error_that_names_it(words: str) -> None:
    option = next(word for word in words.split() if word.startswith("--"))

    process = socialcell(*words.split())
    in_json = socialcell(*words.split(), "--json")

    sentence = f"Option '{option}' is given more than once. Give it once."
    assert (process.returncode, in_json.returncode) == (2, 2)
    assert process.stderr.endswith(f"Error: {sentence}\n")
    assert json.loads(in_json.stdout) == {"error": sentence}


def test_a_workspace_is_named_before_the_command_or_after_it_and_not_twice(
    folder: Path,
) -> None:
    config = ("--config", folder / "config.yaml")

    assert socialcell(*config, "daemon", "status").returncode == 0
    assert socialcell("daemon", "status", *config).returncode == 0
    process = socialcell(*config, "daemon", "status", "--config", folder / "other.yaml")

    assert process.returncode == 2
    assert "Option '--config' is given more than once." in process.stderr


def test_an_option_that_takes_several_values_unites_them(
    folder: Path,
) -> None:
    config = ("--config", folder / "config.yaml")
    states = ("--state", "held", "--state", "dead")

    process = socialcell("outbox", "list", *states, *config)
    strange = socialcell("outbox", "list", *states, "--state", "lost", *config)

    assert (process.returncode, strange.returncode) == (0, 2)
    assert "lost" in strange.stderr


def test_help_is_shown_though_an_option_is_given_twice() -> None:
    process = socialcell("mentions", "list", "--since", "1", "--since", "2", "--help")

    assert process.returncode == 0
    (usage, *_rest) = process.stdout.splitlines()
    assert usage.startswith("Usage: ")
    assert usage.endswith("socialcell mentions list [OPTIONS]")
