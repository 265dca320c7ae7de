"""Who is shown by name, and how everybody else is shown: the law of people, in code.

Accounts of the registry (public office, media, institution, a creator who agreed) are
shown by handle. Everybody else is a pseudonym: `नागरिक-` and eight characters of an
HMAC with a key that only this workspace has. Handles inside text follow the same rule.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Set
from dataclasses import dataclass

PSEUDONYM = "नागरिक-"
MASK = "@" + "•••"
SECRET_NAME = "person_key"

# A handle after a letter or digit is part of an e-mail address: those are hidden too.
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w/])@([A-Za-z0-9_](?:[\w.\-]*\w)?(?:@[\w.\-]+\w)?)")
_PHONE = re.compile(r"(?<![\w.])(?:\+?91[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\w)")
_PROFILE = re.compile(
    r"(https?://(?:www\.|mobile\.)?(?:x|twitter|instagram|facebook)\.com/)([\w.]+)",
    re.IGNORECASE,
)
_NO_PROFILE = frozenset({"i", "hashtag", "search", "home", "intent", "share", "p"})


@dataclass(frozen=True)
class People:
    """How people are shown on every way out.

    `key` is the workspace's secret; `registry` holds (platform, handle in lower case).
    """

    key: bytes
    registry: Set[tuple[str, str]]

    def shown(self, platform: str, uid: str | None, handle: str | None) -> str | None:
        """What stands for an author: a registry handle or a pseudonym; None unknown."""
        if uid is None:
            return None
        if handle and self.is_registered(platform, handle):
            return handle
        return self.pseudonym(platform, uid)

    def is_registered(self, platform: str, handle: str) -> bool:
        return (platform, handle.lower().lstrip("@")) in self.registry

    def pseudonym(self, platform: str, uid: str) -> str:
        """The same person on the same platform has the same pseudonym here only."""
        digest = hmac.new(self.key, f"{platform}:{uid}".encode(), hashlib.sha256)
        return PSEUDONYM + base64.b32encode(digest.digest())[:8].decode()

    def masked(self, platform: str, text: str) -> str:
        """Text with the handles, profile links, e-mail addresses and mobile numbers
        of people outside the registry hidden."""
        text = _EMAIL.sub("•••@•••", text)
        text = _PHONE.sub("••••••••••", text)
        text = _PROFILE.sub(lambda hit: self._profile(platform, hit), text)
        return _HANDLE.sub(lambda hit: self._handle(platform, hit), text)

    def _handle(self, platform: str, hit: re.Match[str]) -> str:
        return hit[0] if self.is_registered(platform, hit[1]) else MASK

    def _profile(self, platform: str, hit: re.Match[str]) -> str:
        name = hit[2]
        if name.lower() in _NO_PROFILE or self.is_registered(platform, name):
            return hit[0]
        return hit[1] + "•••"
