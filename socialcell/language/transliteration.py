"""One key for a word however it is written: पाणी, pani and paani are `pni`."""

import re

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
# In this order. Casual spelling does not tell long from short, dental from retroflex,
# nor s from sh; aspiration it does tell, so kh and k stay two sounds.
_SOUNDS: tuple[tuple[re.Pattern[str] | str, str], ...] = tuple(
    (pattern if pattern.isalpha() else re.compile(pattern), sound)
    for pattern, sound in (
        ("[^a-z]", ""),
        ("dny|jny", "gy"),
        ("ksh|x", "ks"),
        ("chh?", "c"),
        ("sh", "s"),
        ("aa+", "a"),
        ("ee+|ii+", "i"),
        ("oo+|uu+", "u"),
        ("ai", "e"),
        ("au|ou|ow(?![aeiou])", "o"),
        ("ph", "f"),
        ("w", "v"),
        ("jh|z", "j"),
        ("q", "k"),
        ("m(?=[pb])", "n"),
        ("kh", "K"),
        ("gh", "G"),
        ("th", "T"),
        ("dh", "D"),
        ("bh", "B"),
        (r"(.)\1+", r"\1"),
        # The a inside a word is written or left out at will: kachra, kachara.
        ("(?<=.)a(?=.)", ""),
        (r"(.)\1+", r"\1"),
    )
)


def key(word: str) -> str:
    """The sound of one word in Devanagari or Latin letters, for comparison only.

    Equal keys mean that casual spelling does not tell the words apart. A word in any
    other script has the key "".
    """
    sound = romanised(word)
    for pattern, replacement in _SOUNDS:
        if isinstance(pattern, str):
            sound = sound.replace(pattern, replacement)
        else:
            sound = pattern.sub(replacement, sound)
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
