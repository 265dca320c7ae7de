"""Finds the test that compares each sentence with the world it was rendered from.

A plugin of pytest, loaded by `make sentences`: each test runs once as it is, and again
with the numbers, names and times of its sentences changed. The test that fails then is
the one that compares them. Sentences without such parts are replaced as a whole.

Parts that have a test in the list are not searched again, and the list is written after
each test: a run that was ended goes on where it was. A test is searched for the
sentences of which its file quotes some words (tests/sentence_quotes.py). Left out are
those that take over LONGEST by themselves, and those of hypothesis, which would shrink
each failure.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import pytest

# pytest has no public way to run a test again: pytest-rerunfailures calls this as well.
from _pytest.runner import runtestprotocol
from matplotlib.figure import Figure
from PIL import Image

from scripts import sentences
from scripts.sentences import WHOLE, Part
from socialcell.i18n import Language
from tests import sentence_quotes

Translate: TypeAlias = Callable[..., str]
Passes: TypeAlias = Callable[[frozenset[Part]], bool]
CHANGED = "¤"
LONGEST = 20.0
"""Seconds that a test may take as it is to be searched."""
_SAVE = Figure.savefig
_LATIN, _DEVANAGARI = "0123456789", "०१२३४५६७८९"
_NEXT_DIGITS = str.maketrans(
    _LATIN + _DEVANAGARI, _LATIN[1:] + _LATIN[0] + _DEVANAGARI[1:] + _DEVANAGARI[0]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sentences-to", type=Path, default=sentences.LIST)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Changes(config.getoption("--sentences-to")))


def changed(written: str | float) -> str | float:
    """Another number of the same form; another name where there is no digit."""
    if not isinstance(written, str):
        return written + 1
    other = written.translate(_NEXT_DIGITS)
    return other if other != written else f"{CHANGED}{written}{CHANGED}"


def _save_blank(figure: Figure, to: BinaryIO, **options: Any) -> None:
    """Dots take half of the time of a report, and hold no words: they stay white."""
    if options["format"] != "png":
        _SAVE(figure, to, **options)
        return
    dots = figure.get_size_inches() * options.get("dpi", figure.dpi)
    width, height = (round(float(side)) for side in dots)
    Image.new("1", (width, height), 1).save(to, "png")


class _Changes:
    """What the sentences of the package say while a test runs, changed on request."""

    def __init__(self, to: Path) -> None:
        self._to = to
        self._tests = sentences.record(to, {})
        # In the order of the first rendering: parts of one text are compared together.
        self._rendered: dict[Part, None] = {}
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
        patch.setattr(Figure, "savefig", _save_blank)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave out the tests whose file quotes no sentence that is still open."""
        searched = [item for item in items if self._open_sentences(item)]
        config.hook.pytest_deselected(
            items=[item for item in items if item not in searched]
        )
        items[:] = searched

    def _open_sentences(self, item: pytest.Item) -> set[str]:
        open_sentences = {
            part.sentence for part, test in self._tests.items() if not test
        }
        return open_sentences & sentence_quotes.quoted(item.path)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self._undo()
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK  # no sentence is open

    def _say(
        self, message: str, values: dict[str, str | float], translate: Translate
    ) -> str:
        for name in (*values, WHOLE):
            if (part := Part(message, name)) in self._tests:
                self._rendered[part] = None
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
        started = time.monotonic()
        searched = (
            passes(frozenset())
            and time.monotonic() - started <= LONGEST
            and item.get_closest_marker("hypothesis") is None
        )
        if searched:
            self._search(item, passes)
        self._changing = frozenset()
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _search(self, item: pytest.Item, passes: Passes) -> None:
        """Record the test for those of its open parts that it compares."""
        rendered = list(self._rendered)
        self._tests = sentences.record(self._to, {})
        quoted = self._open_sentences(item)
        parts = [
            part
            for part in rendered
            if part.sentence in quoted and not self._tests[part]
        ]
        if parts and not passes(frozenset(parts)):
            test = item.nodeid.partition("[")[0]
            tests = dict.fromkeys(_compared(parts, passes), test)
            self._tests = sentences.record(self._to, tests)


def _compared(parts: list[Part], passes: Passes) -> Iterator[Part]:
    """The parts that a test compares, by halving; it fails when all are changed."""
    if len(parts) == 1:
        yield parts[0]
        return
    for half in (parts[: len(parts) // 2], parts[len(parts) // 2 :]):
        if not passes(frozenset(half)):
            yield from _compared(half, passes)
