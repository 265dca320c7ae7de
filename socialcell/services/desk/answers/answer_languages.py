"""In which language and script a contact is answered, and whether words are in it."""

import re
from typing import Literal

from socialcell import language
from socialcell.desk.model import CaseContact
from socialcell.errors import UsageError

TextKey = Literal["mr", "hi", "en", "mr-Latn", "hi-Latn"]
KEYS: tuple[TextKey, ...] = ("mr", "hi", "en", "mr-Latn", "hi-Latn")
_BY_CONTACT: dict[tuple[str, str], TextKey] = {
    ("mr", "Latn"): "mr-Latn",
    ("hi", "Latn"): "hi-Latn",
    ("mr-Latn", "Latn"): "mr-Latn",
    ("hi-Latn", "Latn"): "hi-Latn",
    ("hi", "Deva"): "hi",
    ("hi-Latn", "Deva"): "hi",
}
_DEVANAGARI, _LATIN = re.compile(r"[ऀ-ॿ]"), re.compile(r"[A-Za-z]")
# Of few words the language cannot be told; their script can.
_LEAST_WORDS = 4
# Names and addresses of the city may stand in any script.
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


def key_of(contact: CaseContact) -> TextKey:
    """The language and script of answers to a contact; Marathi if none is known."""
    code, script = contact.language or "mr", contact.script or ""
    if code == "en":
        return "en"
    if not script:
        script = "Latn" if code.endswith("-Latn") else "Deva"
    return _BY_CONTACT.get((code, script), "mr")


def key_of_words(contact: CaseContact, words: str) -> TextKey:
    """The language and script in which words to a contact are written already: the
    contact's, where they are in it as far as that can be told."""
    own = key_of(contact)
    return next((key for key in (own, *KEYS) if _is_in(key, words)), own)


def _is_in(key: TextKey, words: str) -> bool:
    try:
        require_language(key, words)
    except UsageError:
        return False
    return True


def base_of(key: str) -> str:
    """The language of a key without its script: mr, hi or en."""
    return key.split("-")[0]


def require_language(key: str, words: str) -> None:
    """UsageError unless words are in the script and the language of their key, as far
    as that can be told of them."""
    if key not in KEYS:
        raise UsageError("deskanswers.no_such_language", language=key, languages=KEYS)
    plain = _ADDRESS.sub(" ", words)
    devanagari, latin = len(_DEVANAGARI.findall(plain)), len(_LATIN.findall(plain))
    is_devanagari = key in ("mr", "hi")
    own, other = (devanagari, latin) if is_devanagari else (latin, devanagari)
    if own <= other:
        raise UsageError("deskanswers.other_script", language=key)
    if len(plain.split()) < _LEAST_WORDS:
        return
    (analysis,) = language.read([plain])
    if analysis.language not in ("und", key) and not analysis.mixed:
        raise UsageError(
            "deskanswers.other_language", language=key, read_as=analysis.language
        )
