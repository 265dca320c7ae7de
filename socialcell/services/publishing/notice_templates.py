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
from socialcell.connectors.text_lengths import PostLength, length
from socialcell.errors import ConfigError, UsageError
from socialcell.i18n import CODES
from socialcell.message_catalog import Message, Parameter
from socialcell.platforms import Trait

FOLDER = "notices"
_NEEDS_PICTURE = platforms.having(Trait.NEEDS_PICTURE)
_PICTURE = "https://city.example/picture.jpg"


@dataclass(frozen=True)
class TemplateCatalogue:
    """Templates by id, `own` those of the workspace's files, and the errors of files
    that cannot be used, by id."""

    templates: Mapping[str, NoticeTemplate]
    own: frozenset[str]
    faults: Mapping[str, ConfigError]


def load_templates(workspace: Workspace | None) -> TemplateCatalogue:
    """Every template of the package and of the workspace, if there is one."""
    by_id = dict(builtin_templates())
    faults: dict[str, ConfigError] = {}
    files = template_files(workspace)
    for file in files:
        try:
            by_id[file.stem] = load_template(file)
        except ConfigError as error:
            by_id.pop(file.stem, None)
            faults[file.stem] = error
    return TemplateCatalogue(by_id, frozenset(file.stem for file in files), faults)


def find_template(workspace: Workspace | None, id_: str) -> NoticeTemplate:
    """The template of this name. UsageError: there is none. ConfigError: its file
    cannot be used, with every reason; the package's is not taken in its place."""
    catalogue = load_templates(workspace)
    if id_ in catalogue.faults:
        raise catalogue.faults[id_]
    if id_ not in catalogue.templates:
        raise UsageError(
            "posts.no_such_template",
            template=id_,
            templates=sorted(catalogue.templates),
        )
    return catalogue.templates[id_]


def template_files(workspace: Workspace | None) -> list[Path]:
    """The workspace's own files of templates, by name."""
    if workspace is None:
        return []
    return sorted((workspace.folder / FOLDER).glob("*.yaml"))


def load_template(file: Path) -> NoticeTemplate:
    """A file's template, checked. ConfigError with everything that is wrong: keys and
    types with their lines, slots, letters, and words that are too long for a platform
    when each slot has its example."""
    template = config.read_as(file, NoticeTemplate)
    if template.id not in ("", file.stem):
        raise ConfigError("posts.template_of_other_name", file=file, id=template.id)
    template = template.model_copy(update={"id": file.stem})
    faults = [
        _length_message(file, platform, code, count)
        for platform, code, count in text_lengths(template)
        if not count.fits
    ]
    if faults:
        raise ConfigError("config.faults", lines=faults)
    return template


def lint_templates(files: Sequence[Path]) -> dict[Path, ConfigError | None]:
    """What is wrong with each file; None: nothing."""
    faults: dict[Path, ConfigError | None] = {}
    for file in files:
        try:
            load_template(file)
        except ConfigError as error:
            faults[file] = error
        else:
            faults[file] = None
    return faults


def text_lengths(template: NoticeTemplate) -> list[tuple[str, str, PostLength]]:
    """(platform, language, length there) of the template with its examples."""
    notice = notice_text.example_notice(template)
    texts = {code: notice_text.notice_text(notice, code) for code in CODES}
    return [
        (
            platform,
            code,
            length(
                platform, texts[code], _PICTURE if platform in _NEEDS_PICTURE else None
            ),
        )
        for platform in template.platforms
        for code in CODES
    ]


def _length_message(file: Path, platform: str, code: str, count: PostLength) -> Message:
    parameters: dict[str, Parameter] = {
        "file": file,
        "language": code,
        "used": count.used,
        "limit": count.limit,
        "platform": platform,
    }
    return Message("posts.long_template", parameters)
