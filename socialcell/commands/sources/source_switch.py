"""Commands of `sources` that switch one: disable, enable, remove, now."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import (
    Config,
    Json,
    NamedSources,
    SourceName,
    open_context,
)
from socialcell.commands.progress import progress
from socialcell.commands.workspace import top
from socialcell.errors import UsageError
from socialcell.message_catalog import Message

if TYPE_CHECKING:
    from socialcell.services.collection.source_setup import RemovedSource


def disable(name: SourceName, config: Config = None, json: Json = False) -> None:
    """Stop listening to a source until it is enabled again. Audited.

    What it brought stays. While it is off nobody asks whether its posts were deleted.

    Example: socialcell sources disable x.search
    """
    from socialcell.services.collection import source_setup

    changed = source_setup.disable(open_context(config), name)
    if json:
        output.as_json({"name": name, "enabled": False, "changed": changed})
    else:
        output.say(f"{name} is off{'.' if changed else ' already.'}")


def enable(name: SourceName, config: Config = None, json: Json = False) -> None:
    """Listen to a source again, from where it stopped. Audited.

    One that would follow what must not be followed stays off, with the reason.

    Example: socialcell sources enable x.search
    """
    from socialcell.services.collection import source_setup

    changed = source_setup.enable(open_context(config), name)
    if json:
        output.as_json({"name": name, "enabled": True, "changed": changed})
    else:
        output.say(f"{name} is on{'.' if changed else ' already.'}")


def remove(
    name: SourceName,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Take a source away for good; the mentions that it brought stay. Audited.

    It says what would happen and asks; without a terminal it needs --yes (exit code
    2). To stop for a while: socialcell sources disable.

    Example: socialcell sources remove x.search --yes
    """
    from socialcell.services.collection import source_setup

    context = open_context(config)
    if not yes:
        effect = _effect(source_setup.count_mentions(context, name))
        if json or not _is_confirmed(name, effect):
            raise UsageError("sources.not_removed_yet", effect=effect)
    removed = source_setup.remove(context, name)
    if json:
        output.as_json(
            {
                "name": name,
                "state": "removed",
                "mentions_kept": removed.mentions,
                "seen_by_it_alone": removed.alone,
            }
        )
    else:
        output.say(f"{name} is removed. {_effect(removed)}")


def now(
    names: NamedSources,
    config: Config = None,
    json: Json = False,
) -> None:
    """Pull these sources now, whatever the schedule says, and read what came. Audited.

    A platform that asked us to wait is not asked before its time. A source that is off
    is refused. Exit codes as those of pull.

    Example: socialcell sources now x.search
    """
    from socialcell.services.collection import source_setup

    context = open_context(config)
    with progress("pulling", len(names)) as advance:
        results = source_setup.pull_now(
            context, names, progress=top.each_source(advance)
        )
    top.show_pulled(results, top.understand(context), json=json)
    raise typer.Exit(top.exit_code(results))


def _is_confirmed(name: str, effect: Message) -> bool:
    """Whether a person said yes on a terminal; False where there is none."""
    if not output.is_interactive():
        return False
    output.say(str(effect))
    return typer.confirm(f"Remove {name} for good?", default=False)


def _effect(removed: "RemovedSource") -> Message:
    """What a removal leaves, for people."""
    return Message(
        "sources.effect_of_removal",
        {
            "mentions": removed.mentions,
            "source": removed.name,
            "alone": removed.alone,
        },
    )
