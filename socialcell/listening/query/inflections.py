"""The forms of a noun that Marathi and Hindi writers make of it: पाणी, पाण्याची.

The opposite of language.stems, which cuts an ending off a word of a text: this writes
the forms for a search of whole words, spelt as the search index holds words. A form
with a star at its end stands for all words that begin so.
"""

from collections.abc import Iterator
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.text import index_form

_CONSONANTS = range(0x0915, 0x093A)
_SHORTEST_LATIN = 4  # endings make other words of shorter ones
# Before two consonants and an ending a long vowel is written short: पूल, पुलावर.
_SHORT = str.maketrans("ीू", "िु")


def forms(spelling: str) -> tuple[str, ...]:
    """The other forms of a word, or of the last word of a phrase, each once."""
    before, space, word = spelling.rpartition(" ")
    return tuple(f"{before}{space}{form}" for form in _forms(word))


@lru_cache(maxsize=4096)
def _forms(word: str) -> tuple[str, ...]:
    if word.isascii():
        is_noun = len(word) >= _SHORTEST_LATIN and word.isalpha()
        written = _latin_forms(word) if is_noun else iter(())
    else:
        written = _devanagari_forms(word)
    others = {word, *map(index_form, lexicon.data("endings")["other_words"])}
    return tuple(form for form in dict.fromkeys(written) if form not in others)


def _devanagari_forms(word: str) -> Iterator[str]:
    last, beginning = word[-1], word[:-1]
    if last == "ा":
        # कचरा: कचऱ्याचे, शाळा: शाळेत, शाळांना, कचरे
        yield from (beginning + "्या*", beginning + "ां*")
        yield from (beginning + "े", beginning + "ों")
        yield from _with_endings(beginning + "े")
    elif last in "ीे":
        # पाणी: पाण्याची, नदी: नदीत, नदियों
        yield beginning + "्या*"
        yield from (beginning + "ियां", beginning + "ियों")
        yield from _with_endings(word)
    elif ord(last) in _CONSONANTS:
        # टैंकर: टैंकरला, पूल: पुलावर, पुलांवर, इमारत: इमारती, वीज: विजेचा, सड़क: सड़कें
        short = beginning[:-1] + beginning[-1:].translate(_SHORT) + last
        short = short.replace("ऊ" + last, "व" + last)  # पाऊस, पावसाची
        yield from (short + "ां*", short + "ीं*", word + "ें", word + "ों", short + "ी")
        for stem in (short + "ा", short + "ी", short + "े"):
            yield from _with_endings(stem)
        yield from _with_long_endings(word)
    else:
        yield from _with_endings(word)


def _latin_forms(word: str) -> Iterator[str]:
    last, beginning = word[-1], word[:-1]
    if last in "aei":
        yield beginning + "ya*"
        if last == "a":
            yield beginning + "e"
        yield from _with_endings(word)
    else:
        yield from _with_endings(word + "a")
        yield from _with_long_endings(word)


def _with_endings(stem: str) -> Iterator[str]:
    return (stem + ending for ending in _endings(stem))


def _with_long_endings(word: str) -> Iterator[str]:
    """An ending of one letter follows only a vowel: कर and करत are two words."""
    return (word + ending for ending in _endings(word) if len(ending) > 1)


def _endings(word: str) -> tuple[str, ...]:
    return _endings_of("latin" if word.isascii() else "devanagari")


@lru_cache
def _endings_of(script: str) -> tuple[str, ...]:
    return tuple(map(index_form, lexicon.data("endings")[f"{script}_searched"]))
