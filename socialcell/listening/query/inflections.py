"""The forms of a noun that Marathi and Hindi writers make of it: पाणी, पाण्याची.

The opposite of language.stems, which cuts an ending off a word of a text: this writes
the forms for a search of whole words, spelt as the search index holds words.
"""

from collections.abc import Iterator
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.text import index_form

_CONSONANTS = range(0x0915, 0x093A)
_VOWEL_SIGNS = "ािीुूेैोौं"
_SHORTEST_LATIN = 4  # endings make other words of shorter ones
# Before two consonants and an ending a long vowel is written short: पूल, पुलावर.
_SHORT = str.maketrans("ीू", "िु")
# Hindi words that stand apart; some glue them to the word itself.
_HINDI = frozenset(
    [
        *("का", "की", "के", "को", "से", "पर", "तक", "वाला", "वाले", "वाली"),
        *("ka", "ki", "ke", "ko", "se", "par"),
        *("wala", "wale", "wali", "vala", "vale", "vali"),
    ]
)
_OF_MANY = frozenset({"ना", "na", "nna"})
# Forms that are read as another word: old, enough, to burn, to sit, elastic.
_OTHER_WORDS = frozenset(
    ["पुराने", "पुरानी", "पुरेसे", "जलाने", "जलानी", "बसला", "बसने", "बसनी", "lachka"]
)


def forms(spelling: str) -> tuple[str, ...]:
    """The other forms of a word, or of the last word of a phrase, each once.

    An ending of one consonant follows only a vowel, since कर and करत are two words.
    """
    before, space, word = spelling.rpartition(" ")
    return tuple(f"{before}{space}{form}" for form in _forms(word))


@lru_cache(maxsize=4096)
def _forms(word: str) -> tuple[str, ...]:
    is_latin = word.isascii()
    if is_latin and (len(word) < _SHORTEST_LATIN or not word.isalpha()):
        return ()
    plurals = _latin_plurals(word) if is_latin else _plurals(word)
    stems = _latin_stems(word) if is_latin else _stems(word)
    written = [*plurals]
    for stem in stems:
        written += [stem + ending for ending in _endings_after(stem, word)]
    return tuple(dict.fromkeys(form for form in written if _is_form(form, word)))


def _is_form(form: str, word: str) -> bool:
    return form != word and form not in _OTHER_WORDS


def _endings_after(stem: str, word: str) -> Iterator[str]:
    is_latin = stem.isascii()
    is_open = stem[-1] in ("aeiou" if is_latin else _VOWEL_SIGNS)
    # पुराना is old and no flood: ना follows the form of many.
    is_plural = stem.endswith("n" if is_latin else "ं")
    for ending in _endings("latin" if is_latin else "devanagari"):
        fits = (
            (is_open or len(ending) > 1)
            and (is_plural or ending not in _OF_MANY)
            and (stem == word or ending not in _HINDI)
        )
        if fits:
            yield ending


@lru_cache
def _endings(script: str) -> tuple[str, ...]:
    endings = map(index_form, lexicon.data("endings")[script])
    return tuple(dict.fromkeys(endings))


def _stems(word: str) -> tuple[str, ...]:
    """What stands before an ending: पाणी and पाण्या, पूल and पुला."""
    last, beginning = word[-1], word[:-1]
    if ord(last) in _CONSONANTS:
        short = beginning[:-1] + beginning[-1:].translate(_SHORT) + last
        short = short.replace("ऊ" + last, "व" + last)  # पाऊस, पावसाची
        return (word, short + "ा", short + "ां", short + "ी", short + "े")
    if last == "ा":
        return (*(beginning + sign for sign in ("्या", "्यां", "े", "ां")), word)
    if last in "ीे":
        return (word, beginning + "्या", beginning + "्यां")
    return (word,)


def _plurals(word: str) -> tuple[str, ...]:
    """Forms that stand by themselves: खड्डे, गड्ढों, नाल्या, सड़कें."""
    last, beginning = word[-1], word[:-1]
    if ord(last) in _CONSONANTS:
        return (word + "ें", word + "ों")
    if last == "ा":
        return (beginning + "े", beginning + "ों")
    if last == "ी":
        return (beginning + "्या", beginning + "ियां", beginning + "ियों")
    return ()


def _latin_stems(word: str) -> tuple[str, ...]:
    if word[-1] in "aei":
        return (word, word[:-1] + "ya", word[:-1] + "yan")
    return (word, word + "a", word + "an")


def _latin_plurals(word: str) -> tuple[str, ...]:
    return (word[:-1] + "e",) if word[-1] == "a" else ()
