"""One key for a word however it is written: पाणी, pani and paani are `pni`."""

import re
from functools import lru_cache

from socialcell.text import fold


def _table(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(), strict=True))


_CONSONANTS = _table(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसह",
    "k kh g gh n ch ch j jh n t th d dh n t th d dh n p ph b bh m y r l l v s s s h",
)
_VOWELS = _table("अआइईउऊएऐओऔऋऍऑॲ", "a a i i u u e ai o au ri e o e")
_SIGNS = _table("ािीुूेैोौृॅॉ", "a i i u u e ai o au ri e o")
_VIRAMA = "्"
_NASALS = {"ं": "n", "ँ": "n", "ः": ""}
# In this order, each with what a word must have for it: to see that is quicker than to
# look for the pattern. Casual spelling does not tell long from short, dental from
# retroflex, nor s from sh; aspiration it does tell, so kh and k stay two sounds.
_SOUNDS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = tuple(
    (tuple(parts.split()), re.compile(pattern), sound)
    for parts, pattern, sound in (
        ("ny", "dny|jny", "gy"),
        ("ksh x", "ksh|x", "ks"),
        ("ch", "chh?", "c"),
        ("sh", "sh", "s"),
        ("aa", "aa+", "a"),
        ("ee ii", "ee+|ii+", "i"),
        ("oo uu", "oo+|uu+", "u"),
        ("ai", "ai", "e"),
        ("au ou ow", "au|ou|ow(?![aeiou])", "o"),
        ("ph", "ph", "f"),
        ("w", "w", "v"),
        ("jh z", "jh|z", "j"),
        ("q", "q", "k"),
        ("mp mb", "m(?=[pb])", "n"),
        ("kh", "kh", "K"),
        ("gh", "gh", "G"),
        ("th", "th", "T"),
        ("dh", "dh", "D"),
        ("bh", "bh", "B"),
    )
)
_NO_LETTER = re.compile("[^a-z]+")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """The sound of one word in Devanagari or Latin letters, for comparison only.

    Equal keys mean that casual spelling does not tell the words apart. A word in any
    other script has the key "".
    """
    sound = romanised(word)
    if not (sound.isascii() and sound.isalpha()):
        sound = _NO_LETTER.sub("", sound)
    for parts, pattern, replacement in _SOUNDS:
        for part in parts:
            if part in sound:
                sound = pattern.sub(replacement, sound)
                break
    sound = _DOUBLED.sub(r"\1", sound)
    # The a inside a word is written or left out at will: kachra, kachara.
    inside = sound[1:-1]
    if "a" in inside:
        without_a = f"{sound[0]}{inside.replace('a', '')}{sound[-1]}"
        sound = _DOUBLED.sub(r"\1", without_a)
    return sound


def romanised(word: str) -> str:
    """Devanagari as people type it in Latin letters; the last short a is not said.

    It is said after a cluster that ends in y, r or v: केंद्र is kendra, रोड rod.
    """
    letters = fold(word)
    if letters.isascii():
        return letters
    out: list[str] = []
    for at, letter in enumerate(letters):
        if letter in _CONSONANTS:
            out.append(_CONSONANTS[letter])
            if _keeps_its_vowel(letters, at):
                out.append("a")
        else:
            out.append(_other(letter))
    return "".join(out)


def _keeps_its_vowel(letters: str, at: int) -> bool:
    following = letters[at + 1 : at + 2]
    if following:
        return following not in _SIGNS and following != _VIRAMA
    return letters[at] in "यरव" and letters[at - 1 : at] == _VIRAMA


def _other(letter: str) -> str:
    if letter == _VIRAMA:
        return ""
    for table in (_VOWELS, _SIGNS, _NASALS):
        if letter in table:
            return table[letter]
    return letter
