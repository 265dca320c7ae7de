"""What a person says at `init`, written into the shipped config.yaml.

The comments of the file stay, so that it can be read and changed by hand later.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from socialcell.errors import UsageError
from socialcell.i18n import language
from socialcell.json_types import JsonValue
from socialcell.platforms import PLATFORMS
from socialcell.services.workspace.workspace_setup import shipped_config
from socialcell.settings import Config
from socialcell.settings.campaigns import Links, Planning
from socialcell.settings.notifications import RecipientsByLanguage

_SEPARATORS = re.compile(r"[,;\s]+")
Addresses = Mapping[str, Sequence[str]]
"""Mail addresses by the language of the mail."""


@dataclass(frozen=True)
class FirstSettings:
    """What config.yaml says beside its defaults; what is empty stays as shipped."""

    alerts: Addresses = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()
    weekly: Addresses = field(default_factory=dict)
    brief: Addresses = field(default_factory=dict)
    domains: Sequence[str] = ()

    @property
    def entries(self) -> dict[tuple[str, str], JsonValue]:
        """What is said, by section and key of config.yaml."""
        entries: dict[tuple[str, str], JsonValue] = {
            ("alerts", "recipients"): _plain(self.alerts),
            ("planning", "handles"): dict(self.handles),
            ("report", "languages"): list(self.languages),
            ("report", "recipients"): _plain(self.weekly),
            ("report", "brief_to"): _plain(self.brief),
            ("links", "domains"): list(self.domains),
        }
        return {place: entry for place, entry in entries.items() if entry}

    def differences(self, config: Config) -> list[str]:
        """The keys that a config does not have as they are said here."""
        tree = config.model_dump(mode="json")
        return [
            f"{section}.{key}"
            for (section, key), entry in self.entries.items()
            if _without_empty(tree[section][key]) != entry
        ]


def config_text(settings: FirstSettings) -> str:
    """The shipped config.yaml with these settings, its comments kept."""
    text = shipped_config()
    for (section, key), entry in settings.entries.items():
        text = _replaced(text, section, key, json.dumps(entry, ensure_ascii=False))
    return text


def config_alerting(address: str, lang: str) -> str:
    """The shipped config.yaml with somebody who is told of alerts by mail. UsageError
    as of `read_addresses`."""
    return config_text(FirstSettings(alerts=read_addresses([f"{lang}={address}"], "")))


def read_addresses(words: Iterable[str], default: str) -> dict[str, list[str]]:
    """Addresses by language, from words such as mr=lead@city.example; one without a
    language has the default. UsageError for what is no address, or a language that we
    do not write."""
    addresses: dict[str, list[str]] = {}
    for word in words:
        before, equals, after = word.partition("=")
        lang, address = (before, after) if equals else (default, word)
        code = language(lang).code
        try:
            RecipientsByLanguage.model_validate({code: [address]})
        except ValidationError:
            raise UsageError("workspace.no_mail_address", address=address) from None
        if address not in addresses.setdefault(code, []):
            addresses[code].append(address)
    return addresses


def read_handles(words: Iterable[str]) -> dict[str, str]:
    """The city's own accounts by platform, from words such as x=PMCPune. UsageError for
    an unknown platform or what is no account's name."""
    handles: dict[str, str] = {}
    for word in words:
        platform, _, handle = word.partition("=")
        handle = handle.removeprefix("@")
        try:
            Planning.model_validate({"handles": {platform: handle}})
        except ValidationError:
            handle = ""
        if platform not in PLATFORMS or not handle:
            raise UsageError(
                "workspace.no_handle", text=word, platforms=sorted(PLATFORMS)
            )
        handles[platform] = handle
    return handles


def read_languages(words: Iterable[str]) -> list[str]:
    """Codes of languages, each once, in their order. UsageError for others."""
    return list(dict.fromkeys(language(code, "--language").code for code in words))


def read_domains(words: Iterable[str]) -> list[str]:
    """Domains, each once, in their order. UsageError for what is none."""
    domains: list[str] = []
    for word in words:
        try:
            (domain,) = Links.model_validate({"domains": [word]}).domains or ()
        except ValidationError:
            raise UsageError("doors.no_domain", text=word) from None
        if domain not in domains:
            domains.append(domain)
    return domains


def split(answer: str) -> list[str]:
    """The words of an answer that lists several."""
    return [part for part in _SEPARATORS.split(answer) if part]


def _plain(addresses: Addresses) -> dict[str, JsonValue]:
    return {lang: list(of_language) for lang, of_language in addresses.items()}


def _without_empty(entry: JsonValue) -> JsonValue:
    if isinstance(entry, dict):
        return {key: part for key, part in entry.items() if part}
    return entry


def _replaced(text: str, section: str, key: str, entry: str) -> str:
    """The text with another entry of a key, which stands on one line of its section."""
    before, head, after = text.partition(f"\n{section}:\n")
    replaced, count = re.subn(
        rf"(?m)^  {key}: .*$", lambda _: f"  {key}: {entry}", after, count=1
    )
    assert head, f"the shipped config.yaml has the section {section}"
    assert count, f"the shipped config.yaml has {section}.{key} on one line"
    return before + head + replaced
