"""Messages by code: a code, its parameters, and the sentence in a reader's language.

The code makes `Message("links.no_such_link", {"link": "k7"})`; the sentences stand in
`locale/LANGUAGE/errors/AREA.po`, AREA being the code's first part, with `{name}` where
a parameter goes. They are put together at the edge, where it is known what must be
escaped: `str(message)` for logs and the terminal, `html(message, language)` for pages,
`document(message)` for JSON.
"""

import gettext
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape as xml_escape

from socialcell.clock import in_pune

LANGUAGES = ("mr", "hi", "en")
# What a parameter may be; an error is shown as its own message, in the same language.
Parameter: TypeAlias = (
    "str | int | float | date | Path | Message | BaseException | Sequence[Parameter]"
    " | None"
)
CODE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True)
class Message:
    """A sentence for people, not yet in words.

    `code` is AREA.NAME. The parameter `n`, where there is one, chooses between the
    singular and the plural form of the sentence. Of a list, the parts stand behind
    commas; of the list `lines`, each stands on a line of its own.
    """

    code: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def __str__(self) -> str:
        return in_words(self)


def in_words(
    message: Message,
    language: str = "en",
    escape: Callable[[str], str] | None = None,
    digits: Callable[[str], str] = str,
    moments: Callable[[datetime], str] = in_pune,
) -> str:
    """The sentence in a language, its parameters escaped (for a terminal by default).

    `digits` writes the parameters that are numbers in the digits of the language,
    `moments` those that are moments (aware) as its reader writes them.

    A code that the catalog lacks is shown as it is, with its parameters: a message
    must never be lost because its sentence is.
    """
    escape = escape or for_terminal
    hand = _Hand(language, escape, digits, moments)
    words = _parameters_in_words(message, hand)
    template = _template(message, language)
    if template == message.code:
        listed = ", ".join(f"{name}={word}" for name, word in words.items())
        return f"{message.code} ({listed})" if listed else message.code
    return template.format_map(words)


def html(message: Message, language: str) -> str:
    """The sentence for an HTML text or a quoted attribute, its parameters escaped."""
    return in_words(message, language, for_html)


def document(message: Message) -> dict[str, "str | dict[str, str]"]:
    """The keys `error`, `code` and `parameters` of a JSON document.

    Parameters are as they were given; whoever writes the JSON quotes them.
    """
    return {
        "error": in_words(message),
        "code": message.code,
        "parameters": _parameters_in_words(message, _Hand("en", str)),
    }


def for_terminal(text: str) -> str:
    """The text without what moves the cursor, colours, rings or turns the direction.

    Control and format characters become the replacement character, but for the two
    joiners that Indian scripts need; line breaks and tabs become blanks.
    """
    return "".join(_visible(character) for character in text)


def for_html(text: str) -> str:
    """The text with the five characters that HTML reads as markup written as names."""
    return xml_escape(for_terminal(text), {'"': "&quot;", "'": "&#x27;"})


def codes(language: str) -> dict[str, str]:
    """Every code of a language's catalogs with its sentence (the singular form)."""
    folder = resources.files("socialcell") / "locale" / language / "errors"
    areas = sorted(file.name for file in folder.iterdir() if file.name.endswith(".po"))
    return {
        code: template
        for area in areas
        for code, template in _sentences(area.removesuffix(".po"), language).items()
    }


def compiled(catalog: bytes, language: str, *others: bytes) -> gettext.GNUTranslations:
    """The translations of a .po file, and of `others` beside it."""
    from babel.messages.mofile import write_mo  # not for every start
    from babel.messages.pofile import read_po

    binary = io.BytesIO()
    whole = read_po(io.BytesIO(catalog), locale=language)
    for other in others:
        for message in read_po(io.BytesIO(other), locale=language):
            if message.id:
                whole.add(message.id, message.string)
    write_mo(binary, whole)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def _template(message: Message, language: str) -> str:
    area = message.code.partition(".")[0]
    try:
        catalog = _catalog(area, language)
    except OSError:  # no file left to open, or none there
        return message.code
    n = message.parameters.get("n")
    if isinstance(n, int):
        return catalog.ngettext(message.code, message.code, n)
    return catalog.gettext(message.code)


@lru_cache(maxsize=100)
def _catalog(area: str, language: str) -> gettext.GNUTranslations:
    return compiled(_catalog_file(area, language), language)


def _catalog_file(area: str, language: str) -> bytes:
    folder = resources.files("socialcell") / "locale" / language / "errors"
    return (folder / f"{area}.po").read_bytes()


def _sentences(area: str, language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    catalog = read_po(io.BytesIO(_catalog_file(area, language)), locale=language)
    return {
        _first(entry.id): _first(entry.string)
        for entry in catalog
        if entry.id and entry.string
    }


def _first(forms: str | Sequence[str]) -> str:
    return forms if isinstance(forms, str) else forms[0]


@dataclass(frozen=True)
class _Hand:
    """How the parameters of a sentence are written."""

    language: str
    escape: Callable[[str], str]
    digits: Callable[[str], str] = str
    moments: Callable[[datetime], str] = in_pune


def _parameters_in_words(message: Message, hand: _Hand) -> dict[str, str]:
    return {
        name: _parameter_in_words(parameter, hand, "\n" if name == "lines" else ", ")
        for name, parameter in message.parameters.items()
    }


def _parameter_in_words(
    parameter: Parameter, hand: _Hand, separator: str = ", "
) -> str:
    message = getattr(parameter, "message", parameter)
    if isinstance(message, Message):
        return in_words(message, hand.language, hand.escape, hand.digits, hand.moments)
    if isinstance(parameter, Sequence) and not isinstance(parameter, str):
        return separator.join(_parameter_in_words(part, hand) for part in parameter)
    if isinstance(parameter, int | float):
        return hand.digits(str(parameter))
    if isinstance(parameter, datetime):
        return hand.escape(hand.moments(parameter))
    return hand.escape("" if parameter is None else str(parameter))


_JOINERS = "\u200c\u200d"


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cc", "Cf") and character not in _JOINERS:
        return "\N{REPLACEMENT CHARACTER}"
    return character
