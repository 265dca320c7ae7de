"""Templates of notices that a workspace knows: the package's, and files of its own.

A file `notices/tree_fall.yaml` beside config.yaml is the template `tree_fall`; one that
is named as one of the package's stands in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell import config, platforms
from socialcell.campaigns.publishing import notice_text
from socialcell.campaigns.publishing.notice_template import (
    NoticeTemplate,
    builtin_templates,
)
from socialcell.config import Workspace
from socialcell.connectors.text_lengths import Length, length
from socialcell.errors import ConfigError, UsageError
from socialcell.i18n import CODES
from socialcell.platforms import Trait

FOLDER = "notices"
_NEEDS_PICTURE = platforms.having(Trait.NEEDS_PICTURE)
_PICTURE = "https://city.example/picture.jpg"


@dataclass(frozen=True)
class Known:
    """Templates by id, `own` those of the workspace's files, and what is wrong with
    files that cannot be used, by id."""

    templates: Mapping[str, NoticeTemplate]
    own: frozenset[str]
    faults: Mapping[str, str]


def known(workspace: Workspace | None) -> Known:
    """Every template of the package and of the workspace, if there is one."""
    found, faults = dict(builtin_templates()), {}
    files = own_files(workspace)
    for file in files:
        try:
            found[file.stem] = load(file)
        except ConfigError as error:
            found.pop(file.stem, None)
            faults[file.stem] = str(error)
    return Known(found, frozenset(file.stem for file in files), faults)


def find(workspace: Workspace | None, id_: str) -> NoticeTemplate:
    """The template of this name. UsageError: there is none. ConfigError: its file
    cannot be used, with every reason; the package's is not taken in its place."""
    every = known(workspace)
    if id_ in every.faults:
        raise ConfigError(every.faults[id_])
    if id_ not in every.templates:
        raise UsageError(
            f"There is no notice {id_!r}. There are: "
            f"{', '.join(sorted(every.templates))}."
        )
    return every.templates[id_]


def own_files(workspace: Workspace | None) -> list[Path]:
    """The workspace's own files of templates, by name."""
    if workspace is None:
        return []
    return sorted((workspace.folder / FOLDER).glob("*.yaml"))


def load(file: Path) -> NoticeTemplate:
    """A file's template, checked. ConfigError with everything that is wrong: keys and
    types with their lines, slots, letters, and words that are too long for a platform
    when each slot has its example."""
    template = config.read_as(file, NoticeTemplate)
    if template.id not in ("", file.stem):
        raise ConfigError(f"{file}: id: {template.id!r} is not the file's name")
    template = template.model_copy(update={"id": file.stem})
    faults = [
        f"{file}: words.{code}: {count.used} of the {count.limit} characters that "
        f"{platform} takes, with the examples. Shorten it, or leave {platform} out of "
        "platforms"
        for platform, code, count in lengths(template)
        if not count.fits
    ]
    if faults:
        raise ConfigError("\n".join(faults))
    return template


def lint(files: Sequence[Path]) -> dict[Path, str | None]:
    """What is wrong with each file, in words; None: nothing."""
    found: dict[Path, str | None] = {}
    for file in files:
        try:
            load(file)
        except ConfigError as error:
            found[file] = str(error)
        else:
            found[file] = None
    return found


def lengths(template: NoticeTemplate) -> list[tuple[str, str, Length]]:
    """(platform, language, length there) of the template with its examples."""
    shown = notice_text.example_notice(template)
    said = {code: notice_text.notice_text(shown, code) for code in CODES}
    return [
        (
            platform,
            code,
            length(
                platform, said[code], _PICTURE if platform in _NEEDS_PICTURE else None
            ),
        )
        for platform in template.platforms
        for code in CODES
    ]
