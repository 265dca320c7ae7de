"""What people put around a message: whom they call, a greeting, thanks in advance, the
head of a copied chat, anger about taxes.

None of it changes the message, but models that learned from bare posts take one with
three handles, hashtags and a polite closing for talk or for thanks.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import danger_rules, lexicon
from socialcell.language.sound_phrases import (
    PhraseBook,
    PhraseList,
    placed_sounds,
    sounds_of,
)
from socialcell.recent_texts import remembered

# Words that must be left for the rest to be a message, and to be one without thanks
# where nothing is asked for.
_LEAST, _LEAST_BESIDE_THANKS = 3, 6
_HASHES = str.maketrans({"#": " ", "＃": " "})
_EDGE = 400  # code points at either end that are looked at
_HANDLE = r"[@＠]\w[\w.]*+"
_SIGNS = r"[\s,:;.!\-–—|*_~\"'“”‘’()\[\]>·•।🙏🏻🏼🏽]*+"
_NO_HANDLE = re.compile(r"(?<!\S)(?![@＠]\w)\S+")
_LETTER = r"[\w\u0900-\u0963]"
_CLOCK = (
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[ \u202f]?(?:[ap]\.?m\.?|hrs|वाजता|बजे|vajta|baje)?"
)
# "[30/11/26, 9:12:04 pm] Asha: ", "30/11/26, 9:12 pm - Asha: "; a time at either end.
_HEADS = re.compile(
    rf"^[ \t\u200e]*\[?\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}},?[ \u202f]+{_CLOCK}\]?"
    r"(?: -)? [^:\n]{1,40}: ",
    re.IGNORECASE | re.MULTILINE,
)
_TIMES = re.compile(
    rf"\A\s*(?:\({_CLOCK}\)|\[{_CLOCK}\]|{_CLOCK}[ ]?[:,–|-])\s"
    rf"|[(\[]{_CLOCK}[)\]][\s.]*\Z",
    re.IGNORECASE,
)
_DOTS = re.compile(r"[.।…]*…[.।…]*|[.।](?:[ \t]?[.।])+")
_QUOTED = re.compile(r"(\s*[\"“‘])([^\"“”]*)([\"”’][\s.]*)", re.DOTALL)
_BEFORE_BLAME = 3  # words that go with one of blame


@dataclass(frozen=True, slots=True)
class _Patterns:
    greeting: re.Pattern[str]  # at the start, with handles before and between
    closing: re.Pattern[str]  # at the end, alike
    handles_before: re.Pattern[str]
    handles_behind: re.Pattern[str]
    tags_behind: re.Pattern[str]
    book: PhraseBook  # of the others, which are sought by their sounds
    request: PhraseList
    completed: PhraseList
    blame: PhraseList


@remembered
def message(text: str) -> str:
    """The text with spaces in place of a greeting, a note that it was forwarded, heads
    of a copied chat, quotation marks around it all, a time at either end, and polite
    words at the end; a comma stands for dots in a row.

    As long as the text, so that places in one are places in the other. Thanks stay
    where they may be in earnest: something was completed, or hardly anything else is
    told, and nothing is asked for. A text that is nothing else stays as it is.
    """
    patterns = _patterns()
    plain = _without_marks(text)
    blanked = _without_words(patterns.greeting.match(plain, 0, _EDGE), plain)
    if not _is_enough(blanked, _LEAST):
        return text
    sounds = patterns.book.line(sounds_of(text))
    asks = patterns.request.is_in(sounds)
    if asks or not patterns.completed.is_in(sounds):
        end = patterns.closing.search(blanked, max(0, len(text) - _EDGE))
        polite = _without_words(end, blanked)
        if _is_enough(polite, _LEAST if asks else _LEAST_BESIDE_THANKS):
            return polite
    return blanked


@remembered
def core(text: str) -> str:
    """`message`, and spaces in place of handles at both ends and of hashtags' signs."""
    blanked = message(text).translate(_HASHES)
    patterns = _patterns()
    for edge in (
        patterns.handles_before.match(blanked, 0, _EDGE),
        patterns.handles_behind.search(blanked, max(0, len(text) - _EDGE)),
    ):
        if edge is not None:
            blanked = _blanked(blanked, edge, _spaces(edge))
    return blanked if _is_enough(blanked, _LEAST) else text


def bare(text: str) -> str | None:
    """`core` without handles and hashtags behind it, thanks, blame, and outer spaces;
    None where that is the text.

    Something that counts may be lost with these: read the whole text as well.
    """
    patterns = _patterns()
    rest = _where_enough(patterns.tags_behind, text)
    rest = _where_enough(patterns.closing, core(rest))
    rest = _without_blame(rest).strip()
    return rest if rest != text.strip() else None


def _where_enough(edge: re.Pattern[str], text: str) -> str:
    """Without what stands at the end, where that leaves a message."""
    match = edge.search(text, max(0, len(text) - _EDGE))
    if match is None:
        return text
    left = _blanked(text, match, _spaces(match))
    return left if _is_enough(left, _LEAST) else text


def _without_marks(text: str) -> str:
    """Without what parts a text from its surroundings, and with a comma for dots."""
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        before, inside, behind = quoted.groups()
        text = " " * len(before) + inside + " " * len(behind)
    text = _TIMES.sub(_spaces, _HEADS.sub(_spaces, text))
    return _DOTS.sub(_comma_or_stop, text)


def _comma_or_stop(dots: re.Match[str]) -> str:
    """A comma, or a full stop at the end."""
    return ("," if dots.end() < len(dots.string) else ".").ljust(len(dots[0]))


def _without_blame(text: str) -> str:
    """With spaces in place of what is said of taxes, elections and shame: the rest of a
    sentence from three words before such a word."""
    words = list(placed_sounds(text))
    patterns = _patterns()
    line = patterns.book.line([sound for sound, _ in words])
    stops = [
        0,
        *(stop.end() for stop in danger_rules.SENTENCE_END.finditer(text)),
        len(text),
    ]
    parts, done_to = [], 0
    for word, _ in patterns.blame.spans(line):
        place = words[word][1]
        following = bisect_right(stops, place, hi=len(stops) - 1)
        end = stops[following]
        if end > done_to:
            begin = max(stops[following - 1], words[max(0, word - _BEFORE_BLAME)][1])
            parts += [text[done_to:begin], " " * (end - begin)]
            done_to = end
    left = "".join(parts) + text[done_to:]
    return left if _is_enough(left, _LEAST) else text


def _without_words(edge: re.Match[str] | None, text: str) -> str:
    """With spaces where the match is, but for its handles."""
    if edge is None:
        return text
    return _blanked(text, edge, _NO_HANDLE.sub(_spaces, edge[0]))


def _blanked(text: str, edge: re.Match[str], instead: str) -> str:
    return text[: edge.start()] + instead + text[edge.end() :]


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _is_enough(text: str, words: int) -> bool:
    return len(text.split()) >= words


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    """Those of frames.yaml."""
    phrases_by_name = {
        name: [phrase for phrases in by_language.values() for phrase in phrases]
        for name, by_language in lexicon.data("frames").items()
    }
    opening = _any_of(phrases_by_name["forwarded"] + phrases_by_name["greetings"])
    ending = _any_of(phrases_by_name["thanks"])
    book = PhraseBook()
    return _Patterns(
        book=book,
        greeting=_at_an_edge(
            rf"\A(?:{_SIGNS}(?:{_HANDLE}|(?:{opening})(?!{_LETTER})))++{_SIGNS}"
        ),
        closing=_at_an_edge(
            rf"(?:{_SIGNS}(?:(?<!{_LETTER})(?:{ending})(?!{_LETTER})|{_HANDLE}))++{_SIGNS}\Z"
        ),
        handles_before=_at_an_edge(rf"\A(?:[\s,:;.]*+{_HANDLE})++"),
        handles_behind=_at_an_edge(rf"(?:(?<!\S){_HANDLE}[\s,:;.]*+)++\Z"),
        tags_behind=_at_an_edge(r"(?:(?<!\S)[@＠#＃]\w[\w.]*+[\s,:;.]*+)++\Z"),
        request=book.phrases(phrases_by_name["requests"]),
        completed=book.phrases(phrases_by_name["completed"]),
        blame=book.phrases(phrases_by_name["blame"]),
    )


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, p.split())) for p in longest_first)


def _at_an_edge(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)
