"""Commands of the group `posts templates`: list, show, lint."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialcell.campaigns.publishing.notice_template import NoticeTemplate
    from socialcell.config import Workspace
    from socialcell.errors import ConfigError

app = typer.Typer(
    help="Templates of notices: the package's, and those of notices/ beside "
    "config.yaml.",
    invoke_without_command=True,
)


@app.callback()
def _default(context: typer.Context, config: Config = None, json: Json = False) -> None:
    """Without a command: list."""
    if context.invoked_subcommand is None:
        list_(config=config, json=json)


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the templates that there are, with their slots.

    Outside a workspace those of the package. A file of notices/ that cannot be used is
    named; posts templates lint says why.

    Example: socialcell posts templates list
    """
    from socialcell.services.publishing import notice_templates

    notices = notice_templates.load_templates(_workspace(config))
    if json:
        documents = [
            _template_as_json(template, is_own=id_ in notices.own)
            for id_, template in sorted(notices.templates.items())
        ]
        output.as_json({"templates": documents, "faults": _texts(notices.faults)})
        return
    output.table(
        ("name", "about", "slots", "safety", "from"),
        [
            (
                id_,
                template.about,
                ", ".join(
                    f"[{name}]" if slot.optional else name
                    for name, slot in template.slots.items()
                ),
                "yes" if template.safety else None,
                f"notices/{id_}.yaml" if id_ in notices.own else "the package",
            )
            for id_, template in sorted(notices.templates.items())
        ],
    )
    for why in notices.faults.values():
        output.note(str(why))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The template, as list shows it.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show a template: its slots, an example in each language, how long it is.

    Example: socialcell posts templates show dam_discharge
    """
    from socialcell.campaigns.publishing import notice_text
    from socialcell.i18n import CODES
    from socialcell.services.publishing import notice_templates

    workspace = _workspace(config)
    template = notice_templates.find_template(workspace, name)
    counts = notice_templates.text_lengths(template)
    example = {
        code: notice_text.notice_text(notice_text.example_notice(template), code)
        for code in CODES
    }
    if json:
        files = {file.stem for file in notice_templates.template_files(workspace)}
        document = _template_as_json(template, is_own=name in files)
        lengths = [
            {"platform": platform, "language": code, "used": n.used, "limit": n.limit}
            for platform, code, n in counts
        ]
        output.as_json({**document, "example": example, "lengths": lengths})
        return
    mark = " (safety: no mode holds it)" if template.safety else ""
    output.say(f"{template.id}: {template.about}{mark}")
    for slot, blank in template.slots.items():
        optional = ", optional" if blank.optional else ""
        output.say(
            f"  {slot}: {blank.about} ({notice_text.slot_description(blank)}{optional})"
        )
    for code in CODES:
        used = ", ".join(
            f"{platform} {count.used}/{count.limit}"
            for platform, words, count in counts
            if words == code
        )
        output.say(f"  {code}, {used}:")
        output.say("      " + example[code].replace("\n", "\n      "))


@app.command()
def lint(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="None: every file of notices/."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check files of templates: keys, slots, letters of each language, lengths.

    Exit code 1: something is wrong with one of them.

    Example: socialcell posts templates lint notices/tree_fall.yaml
    """
    from socialcell.services.publishing import notice_templates

    if not files:
        files = notice_templates.template_files(_workspace(config))
    faults = notice_templates.lint_templates(files)
    if json:
        fault_rows = [
            {"file": str(file), "fault": None if why is None else str(why)}
            for file, why in faults.items()
        ]
        output.as_json({"files": fault_rows})
    else:
        for file, why in faults.items():
            output.say(f"{file}: good" if why is None else str(why))
        if not faults:
            output.say("There is no file in notices/ beside config.yaml.")
    raise typer.Exit(1 if any(faults.values()) else 0)


def _template_as_json(
    template: "NoticeTemplate", *, is_own: bool
) -> dict[str, DocumentValue]:
    """A template as a JSON object."""
    slots = {
        name: blank.model_dump(exclude_defaults=True) | {"optional": blank.optional}
        for name, blank in template.slots.items()
    }
    reason = template.slots.get("reason")
    return {
        "id": template.id,
        "about": template.about,
        "own": is_own,
        "closes": template.closes,
        "safety": template.safety,
        "platforms": list(template.platforms),
        "slots": slots,
        "blanks": list(template.slots),
        "reasons": {id_: dict(choice) for id_, choice in reason.choices.items()}
        if reason
        else {},
        "words": dict(template.words),
    }


def _workspace(config: Path | None) -> "Workspace | None":
    """The workspace; None where none is named and none is found."""
    from socialcell.commands.language.language import workspace_of

    return workspace_of(config)


def _texts(faults: "Mapping[str, ConfigError]") -> dict[str, str]:
    return {id_: str(error) for id_, error in faults.items()}
