"""What a letter is made of: a judgement first, then few kinds of blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Hyperlink:
    """Words that lead to an address; without one they are plain words."""

    text: str
    url: str | None = None


TALL_SCRIPTS = ("mr", "hi")
"""Languages whose lines need more height."""
Span: TypeAlias = str | Strong | Hyperlink
Line: TypeAlias = Sequence[Span]
"""A line of running text in pieces, which are put together without spaces."""


def plain_text(line: Line) -> str:
    """The words of a line."""
    return "".join(map(words_of_span, line))


def words_of_span(span: Span) -> str:
    """The words of a piece of a line, without its address."""
    return span if isinstance(span, str) else span.text


@dataclass(frozen=True)
class Lines:
    """Lines below each other; `quiet` ones are smaller and grey."""

    lines: Sequence[Line]
    quiet: bool = False
    kind: str = field(default="lines", init=False)


@dataclass(frozen=True)
class BulletList:
    """A list."""

    lines: Sequence[Line]
    kind: str = field(default="points", init=False)


@dataclass(frozen=True)
class LetterTable:
    """A heading for each column, and rows; the first cell heads its row.

    ValueError where a row has not one cell for each heading.
    """

    label: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Line]]
    kind: str = field(default="table", init=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.headings):
                raise ValueError(
                    f"The table {self.label!r} has {len(self.headings)} headings "
                    f"and a row of {len(row)} cells. Give each heading its cell."
                )


@dataclass(frozen=True)
class KeyFigure:
    """A number, what it counts, and what it is compared with."""

    value: str
    label: str
    comparison: str
    is_alarming: bool = False  # a person is in danger, or a promise is late


@dataclass(frozen=True)
class KeyFigures:
    """At most three numbers beside each other."""

    figures: Sequence[KeyFigure]
    kind: str = field(default="figures", init=False)


@dataclass(frozen=True)
class DayBar:
    """The count of a day; None where it is not known. `shown` is the count in words."""

    day: str
    count: int | None
    shown: str
    is_alarming: bool = False


@dataclass(frozen=True)
class DayBars:
    """A bar for each day, from zero; `note` names the source and what is missing."""

    label: str
    bars: Sequence[DayBar]
    note: str
    kind: str = field(default="bars", init=False)

    def height(self, bar: DayBar) -> int:
        """Pixels of a bar: the largest has MAX_BAR_HEIGHT, none has less than one."""
        largest = max((other.count or 0 for other in self.bars), default=0)
        if not bar.count or not largest:
            return 0
        return max(1, round(MAX_BAR_HEIGHT * bar.count / largest))


MAX_BAR_HEIGHT = 52


@dataclass(frozen=True)
class Quote:
    """A post's words in their language, where they stand, and what is doubtful."""

    text: str
    language: str | None
    source: Line
    note: str | None = None


@dataclass(frozen=True)
class Entry:
    """One thing that needs somebody: what, where and whose it is, and its words.
    `mention`: the id of the post that it is."""

    title: str
    about: Line
    quote: Quote | None = None
    mention: int | None = None


@dataclass(frozen=True)
class Entries:
    """Single things, the most pressing first."""

    entries: Sequence[Entry]
    kind: str = field(default="entries", init=False)


LetterBlock: TypeAlias = (
    Lines | BulletList | LetterTable | KeyFigures | DayBars | Entries
)


@dataclass(frozen=True)
class LetterSection:
    title: str
    blocks: Sequence[LetterBlock]


@dataclass(frozen=True)
class LetterPage:
    """A letter in one language.

    `subject` is the judgement: the subject of the mail and the heading. `preheader`
    says what is to be decided; mail programs show it beside the subject. `occasion` is
    the kind of letter and its time. `opening` stands before the lead: the words that
    the letter is about. `unknown` is what is not known.
    """

    language: str
    subject: str
    preheader: str
    sender: str
    occasion: str
    lead: Sequence[Line]
    opening: Sequence[LetterSection] = ()
    unknown: Line | None = None
    sections: Sequence[LetterSection] = ()
    closing: Sequence[Line] = ()
    links: Sequence[Hyperlink] = ()
