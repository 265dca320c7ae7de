"""Who is shown by name, and how everybody else is shown: the law of people, in code.

Accounts of the registry (public office, media, institution, a creator who agreed) are
shown by handle. Everybody else is a pseudonym: `नागरिक-` and eight characters of an
HMAC with a key that only this workspace has. What a text says of people follows the
same rule (listening/masking.py).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from socialcell.json_types import JsonValue
from socialcell.listening.people import masking
from socialcell.listening.people.masking_persons import NO_NAMES, PublicNames

PSEUDONYM = "नागरिक-"
SECRET_NAME = "person_key"

_SITE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


class AccountIdentity(Protocol):
    """What is held of an account: a row of a question or facts of a connector."""

    @property
    def uid(self) -> str | None: ...
    @property
    def handle(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


@dataclass(frozen=True)
class People:
    """How people are shown on every way out.

    `key` is the workspace's secret; `registry` holds (platform, handle in lower case);
    `public_names` are those of its accounts and of the workspace's office holders.
    """

    key: bytes
    registry: Set[tuple[str, str]]
    public_names: PublicNames = NO_NAMES

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
        return (
            PSEUDONYM + base64.b32encode(self._sealed(f"{platform}:{uid}"))[:8].decode()
        )

    def suppression(self, platform: str, kind: str, identifier: str) -> str:
        """The keyed hash by which somebody is known who must not be stored again.

        `kind` is uid or handle; handles compare without @ and in lower case.
        """
        if kind == "handle":
            identifier = identifier.lower().lstrip("@")
        return self._sealed(f"suppressed {kind}\0{platform}:{identifier}").hex()

    def masked(
        self, platform: str, text: str, author: AccountIdentity | None = None
    ) -> str:
        """Text in which nobody outside the registry can be recognised by an address.

        Handles, profile links, e-mail addresses and telephone numbers are hidden.
        With its author's account, the author's own handle, name and number are hidden
        too, however they are written.
        """
        hidden: tuple[str, ...] = ()
        own = masking.NOBODY
        if author is not None and not self._is_named(platform, author):
            hidden = masking.own_marks(author.uid, author.handle, author.name)
            own = author.handle, author.name
        return masking.masked(
            text, self._registered_on(platform), hidden, own, self.public_names
        )

    def is_public_name(self, name: str) -> bool:
        """Whether a name is one of the registry's or of somebody in office."""
        return self.public_names.has(name)

    def masked_or_none(
        self, platform: str, text: str | None, author: AccountIdentity | None = None
    ) -> str | None:
        """The text masked, None where there is none."""
        return None if text is None else self.masked(platform, text, author)

    def plain(
        self,
        platform: str,
        plain_json: JsonValue,
        author: AccountIdentity | None = None,
    ) -> JsonValue:
        """JSON of ours with every text in it masked."""
        if isinstance(plain_json, str):
            return self.masked(platform, plain_json, author)
        if isinstance(plain_json, dict):
            return {k: self.plain(platform, v, author) for k, v in plain_json.items()}
        if isinstance(plain_json, list | tuple):
            return [self.plain(platform, part, author) for part in plain_json]
        return plain_json

    def link(
        self, platform: str, kind: str, url: str | None, author: AccountIdentity | None
    ) -> str | None:
        """The address of a post of an account that is shown by name, or of an article.

        None for everybody else's: whoever follows it sees who wrote.
        """
        if url is None or (author is not None and self._is_named(platform, author)):
            return url
        names_nobody = (
            self.masked(platform, url) == url and _unsigned(kind, url, author) == url
        )
        return url if kind == "article" and names_nobody else None

    def native_id(
        self,
        platform: str,
        kind: str,
        id_: str,
        url: str | None,
        author: AccountIdentity | None,
    ) -> str | None:
        """A platform's own id of a post where its address is shown, too.

        None for everybody else's: who has the id finds the post there, and who wrote
        it. That of an article has its author's number and handle hidden.
        """
        if author is not None and self._is_named(platform, author):
            return id_
        is_hidden = url is not None and self.link(platform, kind, url, author) is None
        if kind != "article" or is_hidden:
            return None
        return _unsigned(kind, id_, author)

    def _is_named(self, platform: str, author: AccountIdentity) -> bool:
        return bool(author.handle and self.is_registered(platform, author.handle))

    def _registered_on(self, platform: str) -> masking.Registered:
        def registered(host: str | None, handle: str) -> bool:
            return self.is_registered(host or platform, handle)

        return registered

    def _sealed(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode(), hashlib.sha256).digest()


def _unsigned(kind: str, id_: str, author: AccountIdentity | None) -> str:
    """An id with its author's number and handle hidden. That of an article may be its
    address, and its site is no person."""
    if author is None:
        return id_
    marks = masking.own_marks(author.uid, author.handle, None)
    site = _SITE.match(id_) if kind == "article" else None
    start = site.end() if site else 0
    return id_[:start] + masking.without(id_[start:], marks)
