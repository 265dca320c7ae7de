"""What people put around a message: whom they call, a greeting, thanks in advance.

None of it changes the message, but models that learned from bare posts take one with
three handles, hashtags and a polite closing for talk or for thanks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.sound_phrases import line_of, pattern, sounds_of

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
    handles_before: re.Pattern[str]
    handles_behind: re.Pattern[str]
    request: re.Pattern[str]  # in a line of sounds, as `completed`
    completed: re.Pattern[str]


def message(text: str) -> str:
    """The text with spaces in place of a greeting, a note that it was forwarded, and
    polite words at the end.

    As long as the text, so that places in one are places in the other. Thanks stay
    where they may be in earnest: something was completed, or hardly anything else is
    told, and nothing is asked for. A text that is nothing else stays as it is.
    """
    patterns = _patterns()
    blanked = _without_words(patterns.greeting.match(text, 0, _EDGE), text)
    if not _is_enough(blanked, _LEAST):
        return text
    sounds = line_of(sounds_of(text))
    asks = patterns.request.search(sounds) is not None
    if asks or not patterns.completed.search(sounds):
        end = patterns.closing.search(blanked, max(0, len(text) - _EDGE))
        polite = _without_words(end, blanked)
        if _is_enough(polite, _LEAST if asks else _LEAST_BESIDE_THANKS):
            return polite
    return blanked


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
    return _Patterns(
        greeting=_at_an_edge(
            rf"\A(?:{_SIGNS}(?:{_HANDLE}|(?:{opening})(?!{_LETTER})))++{_SIGNS}"
        ),
        closing=_at_an_edge(
            rf"(?:{_SIGNS}(?:(?<!{_LETTER})(?:{ending})(?!{_LETTER})|{_HANDLE}))++{_SIGNS}\Z"
        ),
        handles_before=_at_an_edge(rf"\A(?:[\s,:;.]*+{_HANDLE})++"),
        handles_behind=_at_an_edge(rf"(?:(?<!\S){_HANDLE}[\s,:;.]*+)++\Z"),
        request=pattern(phrases_by_name["requests"]),
        completed=pattern(phrases_by_name["completed"]),
    )


def _any_of(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, p.split())) for p in longest_first)


def _at_an_edge(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)
