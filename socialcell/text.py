"""Clean text on input (clean_text), and fold it for search (fold)."""

import re
import unicodedata
from html.parser import HTMLParser

_SURROGATE = re.compile("[\ud800-\udfff]")
# Controls carry no meaning in a post; tab and newline do.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Marks of no script of their own, put on any letter; Devanagari's are not among them.
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_STACK = re.compile(f"({_MARK}{{8}}){_MARK}+")
_JOINERS = re.compile("[\u200b\u200c\u200d\u2060\ufeff]+")
_NUKTA = "\u093c"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_LINK = re.compile(r"https://[^\s/.]+(?:\.[^\s/.]+)+\S*")


def clean_text(text: str) -> str:
    """Text that every database and file accepts: NFC, no NUL, surrogate or control.

    Halves of a surrogate pair are joined; a lone half and NUL become U+FFFD; CR LF
    and CR become a newline; other C0 and C1 controls go, tab and newline stay. ZWJ
    and ZWNJ stay: Marathi needs them (र्‍य). Cleaning twice changes nothing.
    """
    if text.isprintable():
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def fold(text: str) -> str:
    """The form in which text is searched: no joiners, no nukta, lower case, NFC."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFD", _JOINERS.sub("", text).lower())
    return unicodedata.normalize("NFC", bare.replace(_NUKTA, ""))


def index_form(text: str) -> str:
    """The folded words of a text, one space between them: what the search index holds.

    A word is a run of letters, marks, digits and private-use characters, as in FTS5's
    `categories 'L* M* N* Co'`, cut at 60 code points; SQLite and PostgreSQL then cut
    at the same places.
    """
    words = fold(text).translate(_WORDS).split()
    return " ".join([word[:_LONGEST_WORD] for word in words])


class _WordTable(dict[int, int | str]):
    """A translation table, filled as characters occur: what is no word is a space."""

    def __missing__(self, code: int) -> int | str:
        category = unicodedata.category(chr(code))
        self[code] = code if category[0] in "LMN" or category == "Co" else " "
        return self[code]


_WORDS = _WordTable()
_LONGEST_WORD = 60


def with_title(title: str | None, text: str | None) -> str:
    """A text below its title; without it where the text begins with it."""
    body = text or ""
    head = title if title and not body.startswith(title) else ""
    return "\n".join(part for part in (head, body) if part)


def one_line(text: str, limit: int) -> str:
    """White space folded and the end cut at `limit` code points with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def web_addresses(text: str) -> tuple[str, ...]:
    """The addresses that a text names, each once, less what ends a sentence."""
    addresses = (address.rstrip(".,;:!?)") for address in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(addresses))


def has_link(text: str) -> bool:
    """Whether a text has an https link that others can follow."""
    return _LINK.search(text) is not None


def displayed(text: str) -> str:
    """Text that a screen shows where it belongs: for the last step out, not storage.

    What turns the direction of everything after it goes, and of the marks on one
    letter eight stay: more would cover the lines above and below.
    """
    return _STACK.sub(r"\1", _TURNS.sub("", text))


def from_html(markup: str) -> str:
    """The words of an HTML fragment; paragraphs and breaks become newlines."""
    reader = _Markup()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag in ("p", "br", "div", "li", "tr", "h1", "h2", "h3"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("p", "div", "li"):
            self.parts.append("\n")

    def handle_data(self, text: str) -> None:
        if not self._hidden:
            self.parts.append(text)
