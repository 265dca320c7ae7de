"""What a word may be meant to say: alike letters, digits for letters, hidden signs.

Whoever wants to look for what is not looked for writes `pr0test`, `p.r.o.t.e.s.t`, a
Cyrillic letter, or half of a word in another script. Each gives its readings here.
"""

import html
import re
import unicodedata
from functools import lru_cache

from socialcell.language.transliteration import romanised
from socialcell.language.words import key_of
from socialcell.text import index_form

# Letters of other alphabets, and of phonetic ones, that look like Latin letters.
_PAIRS = """
    аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw кk мm тt вb нh гr ьb бb зe чu пn
    лn иu яr фo αa βb εe ηn ιi κk νv οo ρp τt υu χx γy ωw μu σo δd ɑa ɡg ıi øo
    łl đd ħh ſs ɩi ɪi ʟl ɴn ʀr ʏy ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ᴊj ᴋk ᴍm ᴏo ᴘp ꜱs ᴛt
    ᴜu ᴠv ᴡw ᴢz ɐa ǝe ɹr ʇt ʍw ɯm ɥh ʞk ɔo ɟf ƃg ʎy əe ɛe ɾr ʈt ɗd ɓb ƙk ƭt ƥp
    ŧt աw օo սu հh յj ցg զq ոn
"""
_ALIKE = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
# Scripts whose letters stand in the same order as those of Devanagari, by their first.
_DEVANAGARI = 0x0900
_INDIC = (0x0980, 0x0A00, 0x0A80, 0x0B00, 0x0C00, 0x0C80, 0x0D00)
_BLOCK = 0x80
# Letters in squares and circles, and those of flags, by the first of each 26.
_LETTER_SETS = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
_SIGNS = {
    "✊": "protest",
    "🪧": "protest",
    "🏴": "protest",
    "🚩": "hindu",
    "🕉": "hindu",
    "🛕": "temple",
    "☪": "muslim",
    "🕌": "mosque",
    "✝": "christian",
    "⛪": "church",
    "☬": "sikh",
    "✡": "jewish",
    "🗳": "election",
}
_LEET = str.maketrans("03456789@$€£!|+", "oeasgtbgasel" + "iit")
_ONE = "1"
_LATIN = re.compile("[a-z]")
_DEVANAGARI_LETTER = re.compile("[ऀ-ॿ]")
_NO_LETTER = re.compile(r"[^\w\u0900-\u097f]|_")
_DOUBLED = re.compile(r"(.)\1+")
_LONGEST = 200
# A mark that stands on a Latin letter, as é and as a letter that is struck through.
_ON_LATIN = re.compile("(?<=[A-Za-z])[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]+")


def plain(text: str) -> str:
    """A text without hidden signs, its look-alike letters as those that they look like.

    Words of Devanagari stay; those of other Indian scripts become Devanagari.
    """
    if text.isascii():
        return html.unescape(text) if "&" in text else text
    visible = "".join(map(_visible, html.unescape(text)))
    composed = unicodedata.normalize("NFKD", visible)
    bare = unicodedata.normalize("NFC", _ON_LATIN.sub("", composed))
    return " ".join(map(_as_latin, bare.split(" ")))


@lru_cache(maxsize=20_000)
def readings(written: str) -> tuple[str, ...]:
    """The words, in index form, that one written word may be meant as: as it stands
    first, then without its punctuation, and with letters in place of digits."""
    word = plain(written[:_LONGEST]).lower()
    plainest = _NO_LETTER.sub("", word)
    candidates = [plainest]
    if word != plainest or _LATIN.search(word):
        candidates += _as_letters(word)
    if _LATIN.search(plainest) and _DEVANAGARI_LETTER.search(plainest):
        candidates += [_latin_throughout(word) for word in tuple(candidates)]
    forms = (index_form(candidate).replace(" ", "") for candidate in candidates)
    return tuple(dict.fromkeys(filter(None, forms)))


@lru_cache(maxsize=50_000)
def compared(form: str) -> tuple[str, ...]:
    """A word in index form as it is compared: its key, and that with single letters for
    doubled ones (prootest)."""
    exact = key_of(form)
    return tuple(dict.fromkeys((exact, _DOUBLED.sub(r"\1", exact))))


def is_legible(word: str) -> bool:
    """Whether a word that was made `plain` is in the letters of the lists, Latin and
    Devanagari; signs and digits are."""
    return word.isascii() or all(
        letter.isascii() or _DEVANAGARI_LETTER.match(letter)
        for letter in word
        if letter.isalpha()
    )


def _visible(letter: str) -> str:
    code = ord(letter)
    if letter in _SIGNS:
        return f" {_SIGNS[letter]} "
    for first in _LETTER_SETS:
        if first <= code < first + 26:
            return chr(ord("a") + code - first)
    for first in _INDIC:
        if first <= code < first + _BLOCK:
            return chr(_DEVANAGARI + code - first)
    category = unicodedata.category(letter)
    hidden = category == "Cf" or 0xFE00 <= code <= 0xFE0F or code in (0x034F, 0x3164)
    return "" if hidden else letter


def _as_latin(word: str) -> str:
    """A word that is Latin once its look-alikes are; any other as it stands."""
    if word.isascii():
        return word
    is_latin = any(unicodedata.name(letter, "").startswith("LATIN") for letter in word)
    changed = word.lower().translate(_ALIKE)
    return changed if is_latin and is_legible(changed) else word


def _as_letters(word: str) -> list[str]:
    """Both readings of a word with digits and signs for letters: 1 is i or l."""
    if not _LATIN.search(word) or word.isalpha():
        return []
    letters = word.strip(".,;:?!()").translate(_LEET)
    return [_NO_LETTER.sub("", letters.replace(_ONE, letter)) for letter in ("i", "l")]


def _latin_throughout(word: str) -> str:
    pieces = re.findall("[ऀ-ॿ]+|[^ऀ-ॿ]+", word)
    return "".join(romanised(piece) for piece in pieces)
