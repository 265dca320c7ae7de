"""Finds the test that compares each sentence with the world it was rendered from.

A plugin of pytest, loaded by `make sentences`: each test runs once as it is, and again
with the numbers, names and times of its sentences changed. The test that fails then is
the one that compares them. Sentences without such parts are replaced as a whole.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

# pytest has no public way to run a test again: pytest-rerunfailures calls this as well.
from _pytest.runner import runtestprotocol

from scripts import sentences
from scripts.sentences import WHOLE, Part
from socialcell.i18n import Language

Translate: TypeAlias = Callable[..., str]
CHANGED = "¤"
_LATIN, _DEVANAGARI = "0123456789", "०१२३४५६७८९"
_NEXT_DIGITS = str.maketrans(
    _LATIN + _DEVANAGARI, _LATIN[1:] + _LATIN[0] + _DEVANAGARI[1:] + _DEVANAGARI[0]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sentences-to", type=Path, default=sentences.LIST)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Changes(config.getoption("--sentences-to"), config))


def changed(written: str | float) -> str | float:
    """Another number of the same form; another name where there is no digit."""
    if not isinstance(written, str):
        return written + 1
    other = written.translate(_NEXT_DIGITS)
    return other if other != written else f"{CHANGED}{written}"


class _Changes:
    """What the sentences of the package say while a test runs, changed on request."""

    def __init__(self, to: Path, config: pytest.Config) -> None:
        # Each worker of xdist keeps a list of its own; the first process joins them.
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        self._is_first = not worker
        self._to = to.with_name(f"{to.name}.{worker}") if worker else to
        self._workers = config.getoption("numprocesses", 0) or 0
        self._tests = dict.fromkeys(sentences.parts(), "")
        self._rendered: set[Part] = set()
        self._changing: frozenset[Part] = frozenset()
        self._undo: Callable[[], None] = lambda: None

    def pytest_sessionstart(self) -> None:
        patch = pytest.MonkeyPatch()
        self._undo = patch.undo
        plain, plural = Language.gettext, Language.ngettext

        def gettext(lang: Language, message: str, /, **values: str | float) -> str:
            return self._say(message, values, lambda new: plain(lang, message, **new))

        def ngettext(
            lang: Language, single: str, many: str, n: int, /, **values: str | float
        ) -> str:
            numbered = {"n": lang.number(n), **values}
            return self._say(
                single, numbered, lambda new: plural(lang, single, many, n, **new)
            )

        patch.setattr(Language, "gettext", gettext)
        patch.setattr(Language, "ngettext", ngettext)

    def _say(
        self, message: str, values: dict[str, str | float], translate: Translate
    ) -> str:
        parts = [Part(message, name) for name in (*values, WHOLE)]
        self._rendered.update(part for part in parts if part in self._tests)
        new = {
            name: changed(value) if Part(message, name) in self._changing else value
            for name, value in values.items()
        }
        text = translate(new)
        return CHANGED if Part(message, WHOLE) in self._changing else text

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool:
        def passes(changing: frozenset[Part]) -> bool:
            self._changing = changing
            reports = runtestprotocol(item, log=not changing, nextitem=nextitem)
            return not any(report.failed for report in reports)

        self._rendered.clear()
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if passes(frozenset()):
            open_parts = sorted(
                part for part in self._rendered if not self._tests[part]
            )
            for part in _compared(open_parts, passes):
                self._tests[part] = item.nodeid.partition("[")[0]
        self._changing = frozenset()
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_sessionfinish(self) -> None:
        self._undo()
        for number in range(self._workers if self._is_first else 0):
            part_list = self._to.with_name(f"{self._to.name}.gw{number}")
            for part, test in sentences.read(part_list).items():
                self._tests[part] = self._tests[part] or test
            part_list.unlink()
        sentences.write(self._to, self._tests)


def _compared(
    parts: list[Part], passes: Callable[[frozenset[Part]], bool]
) -> Iterator[Part]:
    """The parts whose change a test notices, found by halving."""
    if not parts or passes(frozenset(parts)):
        return
    if len(parts) == 1:
        yield parts[0]
        return
    middle = len(parts) // 2
    yield from _compared(parts[:middle], passes)
    yield from _compared(parts[middle:], passes)
