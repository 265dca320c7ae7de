"""The language in an address: /mr/…, /hi/…, /en/…"""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from socialcell import i18n

NAMES = {"mr": "मराठी", "hi": "हिन्दी", "en": "English"}


def address(code: str, path: str) -> str:
    """The address of a page in a language; `path` may have a query."""
    return f"/{code}{path}" if path != "/" else f"/{code}/"


def is_own_path(path: str) -> bool:
    """Whether a text is a path on this server, and not the address of another."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and path.isprintable()
    )


def with_query(path: str, query: QueryParams) -> str:
    """A path with the query of a request."""
    pairs = query.multi_items()
    return f"{quote(path)}?{urlencode(pairs)}" if pairs else quote(path)


def with_pairs(path: str, **pairs: str) -> str:
    """A path, which may have a query, with more of it."""
    if not pairs:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(pairs)}"


def preferred(accepted: str, chosen: str | None) -> str:
    """The language of whoever names none: the one chosen, else the first of ours that
    the browser accepts, else Marathi."""
    if chosen in i18n.CODES:
        return chosen
    return next(_accepted(accepted), i18n.CODES[0])


def _accepted(header: str) -> Iterator[str]:
    """Our languages in an Accept-Language header, the most wanted first."""
    weighted = []
    for place, entry in enumerate(header[:500].split(",")):
        tag, _, weight = entry.strip().partition(";q=")
        code = tag.partition("-")[0].lower()
        try:
            weighted.append((-float(weight or 1), place, code))
        except ValueError:
            continue
    return (code for _weight, _place, code in sorted(weighted) if code in i18n.CODES)
