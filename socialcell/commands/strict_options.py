"""An option is given once, unless it takes several values: the last of two would win in
silence. One rule for the whole command line."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption


class StrictCommand(TyperCommand):
    """A command that refuses an option that is given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)


class StrictGroup(TyperGroup):
    """A group that refuses an option that is given twice before its command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)


def make_strict(app: typer.Typer) -> None:
    """Give each command and group of an app, at every depth, a class that refuses an
    option that is given twice; before they are built."""
    for command in app.registered_commands:
        if command.cls is None or command.cls is TyperCommand:
            command.cls = StrictCommand
    for group in app.registered_groups:
        group.cls = StrictGroup
        if group.typer_instance is not None:
            make_strict(group.typer_instance)


def _refuse_repeated(
    command: TyperCommand | TyperGroup, ctx: typer.Context, args: Sequence[str]
) -> None:
    """A usage error for an option that takes one value and is given twice: to the
    command, or to it and to a group before it. Help is shown all the same."""
    if ctx.resilient_parsing:
        return
    _values, _rest, parameters = command.make_parser(ctx).parse_args(list(args))
    if any(parameter.is_eager for parameter in parameters):
        return
    for option, times in Counter(parameters).items():
        if not isinstance(option, TyperOption) or option.multiple:
            continue
        if times > 1 or _is_given_before(ctx, option.name or ""):
            hint = option.get_error_hint()
            ctx.fail(f"Option {hint} is given more than once. Give it once.")


def _is_given_before(ctx: typer.Context, name: str) -> bool:
    """Whether a group before the command was given the option of that name."""
    group = ctx.parent
    while group is not None:
        source = group.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            return True
        group = group.parent
    return False
