"""Refuse YAML that nests deeper, or unfolds to more, than any file of settings does.

Reading YAML goes down a level of Python for each level of the file, and an alias
(`*name`) may stand for a thousand others: both are counted before anything is built.
"""

from dataclasses import dataclass

import yaml

from socialcell.message_catalog import Message

DEEPEST = 20  # levels; the deepest setting of ours stands on the seventh
LARGEST = 100_000  # values, with all that aliases stand for


@dataclass
class _Part:
    """A list or a mapping that is being read, from where it began."""

    anchor: str | None
    values: int = 1
    height: int = 1


def fault(text: str) -> tuple[int, Message] | None:
    """The line (from 1) and what is wrong there; None when the text is within limits.

    yaml.YAMLError: it is no YAML.
    """
    open_parts: list[_Part] = []
    anchored: dict[str, _Part] = {}
    total = 0

    def close(part: _Part) -> None:
        if part.anchor is not None:
            anchored[part.anchor] = part
        if open_parts:
            outer = open_parts[-1]
            outer.values += part.values
            outer.height = max(outer.height, part.height + 1)

    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        height = 0
        if isinstance(event, yaml.CollectionStartEvent):
            open_parts.append(_Part(event.anchor))
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            close(open_parts.pop())
        elif isinstance(event, yaml.ScalarEvent):
            close(_Part(event.anchor))
            total += 1
        elif isinstance(event, yaml.AliasEvent):
            if any(part.anchor == event.anchor for part in open_parts):
                return line, Message("config.alias_in_itself", {"alias": event.anchor})
            # One that nobody anchored is an error of YAML, which its reader names.
            target = anchored.get(str(event.anchor), _Part(None))
            close(_Part(None, target.values, target.height))
            total += target.values
            height = target.height
        if len(open_parts) + height > DEEPEST:
            return line, Message("config.nested_too_deeply", {"limit": DEEPEST})
        if total > LARGEST:
            return line, Message("config.too_many_values", {"limit": LARGEST})
    return None
