"""The pages for people lead where they say, and name commands and files that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup

from scripts import docs
from tests.shared import REPOSITORY

PAGES = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
DECISIONS = sorted(REPOSITORY.glob("docs/decisions/[0-9]*.md"))
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:socialcell|models|tests|scripts)/[\w./-]+|\w+\.(?:py|toml))`")
PARTS = ["Context", "Decision", "What it costs", "What would make us change it"]
BLOCK = re.compile(r"^```(?:sh)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|\| )socialcell (.*)")
GLOBAL = {
    "--config",
    "--version",
    "--install-completion",
    "--show-completion",
    "--help",
}
COMMANDS = {context.command_path: context.command for context in docs.walk()}
LONGEST = 45  # lines of 90 characters: a page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_file_or_a_heading_leads_there(page):
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    assert [link for link in TARGET.findall(text) if not leads(page, link)] == []


WRITTEN = [page for page in PAGES if page != docs.PAGE]  # that one is generated


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_every_command_in_a_block_exists_with_its_options(page):
    text = page.read_text(encoding="utf-8")
    assert [call for call in calls(text) if not is_command(call)] == []


def test_a_command_or_an_option_that_does_not_exist_is_seen():
    wrong = ["mentions serch water", "mentions search water --colour red", "report"]
    page = "".join(f"```\nsocialcell {line}\n```\n" for line in wrong)
    assert [is_command(call) for call in calls(page)] == [False, False, False]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_four_parts_and_is_under_a_page(page):
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [line[3:] for line in lines if line.startswith("## ")] == PARTS
    assert len(lines) <= LONGEST


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_names_files_that_exist(page):
    text = page.read_text(encoding="utf-8")
    paths = NAMED.findall(text)
    places = {REPOSITORY, *(REPOSITORY / path for path in paths)}
    folders = {place if place.is_dir() else place.parent for place in places}
    missing = [
        path
        for path in paths
        if not any((folder / path).exists() for folder in folders)
    ]
    assert paths
    assert missing == []


def test_the_index_lists_every_decision():
    index = (DECISIONS[0].parent / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\((\d\d-[\w-]+\.md)\)", index)
    assert listed == [page.name for page in DECISIONS]


def leads(page: Path, link: str) -> bool:
    """Whether a relative link has its file and heading; others are not ours."""
    if "://" in link or link.startswith("mailto:"):
        return True
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not heading or heading in anchors(target)


def anchors(page: Path) -> set[str]:
    """The anchors that a reader of Markdown makes of a page's headings."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


def calls(text: str) -> Iterator[list[str]]:
    """The words of every call of socialcell in a page's blocks, without its comment."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if call := CALL.search(line):
                yield shlex.split(call[1], comments=True)


def is_command(words: list[str]) -> bool:
    """Whether the words name a command, and every option among them is its own."""
    options = [word for word in words if re.match(r"--\w", word)]
    path = "socialcell"
    for word in words:
        command = COMMANDS.get(f"{path} {word}")
        if command is None:
            break
        path = f"{path} {word}"
    command = COMMANDS.get(path)
    is_group = isinstance(command, TyperGroup) and not command.invoke_without_command
    if command is None or is_group:
        return bool(options) and set(options) <= GLOBAL and len(words) == len(options)
    own = {name for parameter in command.params for name in parameter.opts}
    others = {name for parameter in command.params for name in parameter.secondary_opts}
    return {option.split("=")[0] for option in options} <= own | others | GLOBAL
