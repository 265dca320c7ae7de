"""Where links may lead: the city's list of domains, and nothing that looks like one.

A look-alike has other letters that read the same (rn for m, 1 for l), one letter more,
less or other, or begins with a whole domain of ours.
"""

from collections.abc import Collection, Iterable
from itertools import pairwise
from urllib.parse import urlsplit

from socialcell.campaigns.links.destinations import APPLE, PLAY
from socialcell.errors import UsageError

STORES = (PLAY, *APPLE)
"""App stores: links may always lead there."""

_SAME_LETTERS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_SAME_LETTER = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "5": "s"})
_SHORTEST = 8  # letters of a domain that another may differ from by one
_OTHER_SCRIPT = "xn--"
_SHARED = frozenset(
    (
        "ac",
        "co",
        "com",
        "edu",
        "firm",
        "gen",
        "gov",
        "ind",
        "mil",
        "net",
        "nic",
        "org",
        "res",
    )
)
_COUNTRY = 2  # letters of a country's domain: below gov.in everybody is another


def require_own(
    address: str,
    field: str,
    domains: Collection[str] | None,
    ours: Iterable[str] = (),
) -> None:
    """UsageError when a link may not lead to `address`, which is a checked one.

    `domains` are those of config.yaml, which hold for all below them; None: none are
    named, and only look-alikes of `ours` and of the app stores are refused. A name in
    another script is refused unless it is in the list.
    """
    host = (urlsplit(address).hostname or "").rstrip(".")
    listed = {ascii_domain(domain) for domain in domains or ()}
    own = {*STORES, *listed, *map(ascii_domain, ours)}
    if is_below(host, {*STORES, *listed}):
        return
    like = next((name for name in sorted(own) if looks_like(host, name)), None)
    if like is not None:
        raise UsageError("doors.lookalike_domain", field=field, host=host, like=like)
    if any(label.startswith(_OTHER_SCRIPT) for label in host.split(".")):
        raise UsageError("doors.other_script", field=field, host=host)
    if domains is not None:
        names = sorted({*STORES, *domains})
        raise UsageError("doors.other_domain", field=field, host=host, domains=names)


def is_below(host: str, domains: Collection[str]) -> bool:
    """Whether a host is one of the domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def looks_like(host: str, domain: str) -> bool:
    """Whether people may take a host for a domain that it is not, nor below it."""
    if is_below(host, {domain}) or is_below(host, {_owner(domain)}):
        return False
    if f"{domain}." in f"{host}." or domain.replace(".", "-") in host:
        return True  # care.pune.example.other.example
    labels = host.split(".")
    ends = (".".join(labels[k:]) for k in range(len(labels)))
    return any(_is_near(_read(end), _read(domain)) for end in ends)


def ascii_domain(domain: str) -> str:
    """A domain as it stands in addresses. ValueError: it is none."""
    return domain.lower().encode("idna").decode("ascii")


def _owner(domain: str) -> str:
    """The domain whose owner gives out names beside this one, else the domain."""
    _label, _, parent = domain.partition(".")
    first, _, last = parent.partition(".")
    is_shared = not last or (first in _SHARED and len(last) == _COUNTRY)
    return domain if is_shared else parent


def _read(name: str) -> str:
    """A name as it is read in passing."""
    for letters, letter in _SAME_LETTERS:
        name = name.replace(letters, letter)
    return name.translate(_SAME_LETTER).replace("-", "")


def _is_near(name: str, other: str) -> bool:
    """Whether names are the same but for one letter: another, one more, one less, or
    two in turned places."""
    if name == other:
        return True
    if min(len(name), len(other)) < _SHORTEST or abs(len(name) - len(other)) > 1:
        return False
    if len(name) == len(other):
        places = [k for k, letter in enumerate(name) if letter != other[k]]
        are_side_by_side = [b - a for a, b in pairwise(places)] == [1]
        are_turned = are_side_by_side and sorted(name) == sorted(other)
        return len(places) == 1 or are_turned
    short, long = sorted((name, other), key=len)
    return any(short == long[:k] + long[k + 1 :] for k in range(len(long)))
