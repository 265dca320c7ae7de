"""The options with which a command was called, for a command that is suggested."""

import typer


def given_options(context: typer.Context) -> list[str]:
    """The options of a call in the order of its help, also --config where it stood
    before the command's name; without arguments."""
    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        is_given = source is not None and source.name == "COMMANDLINE"
        if not is_given or parameter.param_type_name != "option":
            continue
        value = context.params.get(name)
        if value is True:
            words.append(parameter.opts[0])
        elif value not in (None, False):
            words += [parameter.opts[0], str(value)]
    workspace = context.find_root().params.get("config")
    if workspace is not None and context.params.get("config") is None:
        words += ["--config", str(workspace)]
    return words
