"""Texts made alike before they are compared or counted."""

import re
from functools import lru_cache

_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"@\w[\w.]*")
_JOINERS = re.compile("[\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff]+")
_DIGIT = re.compile(r"\d")
_STRETCHED = re.compile(r"(.)\1{3,}", re.DOTALL)
# Marks of Indian scripts are no \w for Python, and belong to their words.
_ALONE = re.compile("([^\\w\u0900-\u0dff\\s'’])")
_LINK_MARK, _HANDLE_MARK = "\ue000", "\ue001"
_LONGEST = 4000  # code points of a text that are looked at: a post is shorter


def normalised(text: str) -> str:
    """Lower case, links and handles masked, digits 0, four of a letter are three."""
    return _normalised(text[:_LONGEST])


@lru_cache(maxsize=512)  # the models of one feeling in five languages ask for it
def _normalised(text: str) -> str:
    if not text.isascii():
        text = _JOINERS.sub("", text)
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(_LINK_MARK, text)
    text = _HANDLE.sub(_HANDLE_MARK, text).lower()
    text = _STRETCHED.sub(r"\1\1\1", _DIGIT.sub("0", text))
    return " ".join(" ".join(_ALONE.split(text)).split())
