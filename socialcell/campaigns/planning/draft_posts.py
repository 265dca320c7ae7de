"""Draft texts: the words, the handles, the disclosure label and the link."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from socialcell.i18n import language


@dataclass(frozen=True, slots=True)
class DisclosureLabel:
    """The label that discloses a material connection, and the rule that requires it."""

    text: str
    source: str


def label(
    connection: str | None, paid: bool, lang: str, day: date
) -> DisclosureLabel | None:
    """The label of a post on a day; None when there is no connection to disclose.

    A post that costs money is paid for, whatever is stated; a connection that nobody
    has stated is disclosed as paid, until somebody does.
    """
    material_connection = "paid" if paid or connection is None else connection
    if material_connection == "none":
        return None
    return next(
        DisclosureLabel(row["label"], row["source"])
        for row in _label_rows()
        if (row["connection"], row["language"]) == (material_connection, lang)
        and row["valid_from"] <= day.isoformat()
        and (not row["valid_to"] or day.isoformat() < row["valid_to"])
    )


def text(
    words: str,
    lang: str,
    label: DisclosureLabel | None,
    handles: Iterable[str],
    link: str,
) -> str:
    """A whole post. The label comes first: ASCI wants it where nobody has to tap
    "more", and not in a heap of hashtags."""
    _ = language(lang).gettext
    handle_list = " ".join(f"@{handle}" for handle in handles)
    parts = [
        f"{label.text} {words}" if label else words,
        _("Together with %(handles)s", handles=handle_list) if handle_list else "",
        _("More: %(link)s", link=link),
    ]
    return "\n".join(part for part in parts if part)


@cache
def _label_rows() -> tuple[dict[str, str], ...]:
    place = resources.files("socialcell.campaigns") / "data" / "labels.csv"
    return tuple(csv.DictReader(place.read_text(encoding="utf-8").splitlines()))
