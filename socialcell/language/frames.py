"""What people put around a message: whom they call, a greeting, thanks in advance.

None of it changes what is meant, but models that learned from bare posts take one with
three handles, hashtags and a polite closing for talk or for thanks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon

# Words that must be left for the rest to be a message, and to be one without thanks
# where nothing is asked for.
_LEAST, _LEAST_BESIDE_THANKS = 3, 6
_HASHES = str.maketrans({"#": " ", "＃": " "})
_EDGE = 400  # code points at either end that are looked at
_HANDLE = r"[@＠]\w[\w.]*+"
_SIGNS = r"[\s,:;.!\-–—|*_~\"'“”‘’()\[\]>·•।🙏🏻🏼🏽]*+"
_NO_HANDLE = re.compile(r"(?<!\S)(?![@＠]\w)\S+")
_LETTER = r"[\w\u0900-\u0963]"


@dataclass(frozen=True, slots=True)
class _Patterns:
    greeting: re.Pattern[str]  # at the start, with handles before and between
    closing: re.Pattern[str]  # at the end, alike
    handles: re.Pattern[str]  # at either end
    request: re.Pattern[str]
    done: re.Pattern[str]


def message(text: str) -> str:
    """The text with spaces in place of a greeting, a note that it was forwarded, and
    polite words at the end.

    As long as the text, so that places in one are places in the other. Thanks stay
    where they may be meant: something was done, or hardly anything else is said, and
    nothing is asked for. A text that is nothing else stays as it is.
    """
    patterns = _patterns()
    blanked = _without_words(patterns.greeting.match(text, 0, _EDGE), text)
    if not _is_enough(blanked, _LEAST):
        return text
    asks = patterns.request.search(text) is not None
    if asks or not patterns.done.search(text):
        end = patterns.closing.search(blanked, max(0, len(text) - _EDGE))
        polite = _without_words(end, blanked)
        if _is_enough(polite, _LEAST if asks else _LEAST_BESIDE_THANKS):
            return polite
    return blanked


def core(text: str) -> str:
    """`message`, and spaces in place of handles at both ends and of hashtags' signs."""
    blanked = message(text).translate(_HASHES)
    handles = _patterns().handles
    for edge in (
        handles.match(blanked, 0, _EDGE),
        handles.search(blanked, max(0, len(text) - _EDGE)),
    ):
        if edge is not None:
            blanked = _blanked(blanked, edge, _spaces(edge))
    return blanked if _is_enough(blanked, _LEAST) else text


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
        name: _any_of(phrase for phrases in by_language.values() for phrase in phrases)
        for name, by_language in lexicon.data("frames").items()
    }
    starting = f"{phrases_by_name['forwarded']}|{phrases_by_name['greetings']}"
    ending = phrases_by_name["thanks"]
    return _Patterns(
        greeting=_pattern(
            rf"\A(?:{_SIGNS}(?:{_HANDLE}|(?:{starting})(?!{_LETTER})))++{_SIGNS}"
        ),
        closing=_pattern(
            rf"(?:{_SIGNS}(?:(?<!{_LETTER})(?:{ending})(?!{_LETTER})|{_HANDLE}))++{_SIGNS}\Z"
        ),
        handles=_pattern(
            rf"\A(?:[\s,:;.]*+{_HANDLE})++|(?:(?<!\S){_HANDLE}[\s,:;.]*+)++\Z"
        ),
        request=_word(phrases_by_name["requests"]),
        done=_word(phrases_by_name["done"]),
    )


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, p.split())) for p in longest_first)


def _word(phrases: str) -> re.Pattern[str]:
    return _pattern(f"(?<!{_LETTER})(?:{phrases})(?!{_LETTER})")


def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)
