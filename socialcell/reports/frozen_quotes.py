"""Quotations of a frozen report, as they may be shown today."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlmodel import Session

from socialcell.i18n import Language
from socialcell.listening.people.visibility import AccountIdentity, People
from socialcell.listening.store.mentions import quotes
from socialcell.listening.store.mentions.quotes import QuotedPost
from socialcell.reports.page import Quotation
from socialcell.reports.phrases import Phrases
from socialcell.text import displayed, one_line

LONGEST = 280
# Enough to fill a quotation whatever is masked in it; a post may be a megabyte.
_READ = 4000
_LANGUAGES = frozenset({"mr", "hi", "en", "mr-Latn", "hi-Latn"})


def quotations(
    session: Session, frozen: Sequence[dict[str, Any]], people: People, say: Phrases
) -> list[Quotation]:
    """Each frozen quotation with its text of now; a deleted one reads removed."""
    return [
        _quotation(
            one,
            quotes.current(session, one["platform"], one["external_id"]),
            people,
            say,
        )
        for one in frozen
    ]


def removed_note(lang: Language) -> str:
    """What stands in place of a quotation that is gone."""
    return lang.gettext("This quotation was removed: its author deleted it.")


def withheld_note(lang: Language) -> str:
    """What stands in place of a quotation whose platform withholds it now."""
    return lang.gettext("This quotation was removed: the platform withholds the post.")


class StoredText(AccountIdentity, Protocol):
    """A post as it is stored, with its author's account."""

    @property
    def platform(self) -> str: ...
    @property
    def text(self) -> str | None: ...


def excerpt(people: People, row: StoredText) -> str:
    """The beginning of a post on one line, masked, at most 280 characters."""
    text = row.text or ""
    start = displayed(text[:_READ])
    if len(text) > _READ and " " in start:
        start = start.rsplit(None, 1)[0]  # half an address would not be recognised
    return one_line(people.masked(row.platform, start, row), LONGEST)


def _quotation(
    frozen: dict[str, Any], row: QuotedPost | None, people: People, say: Phrases
) -> Quotation:
    why = str(frozen["why"])
    if row is None or row.state != "present" or not row.text:
        return Quotation(why, "", None, note=removed_note(say.lang))
    if row.withheld is not None:
        return Quotation(why, "", None, note=withheld_note(say.lang))
    about = [
        people.shown(row.platform, row.uid, row.handle) or "",
        say.platform(row.platform),
        say.lang.moment(row.authored_at) if row.authored_at else "",
        _reason(frozen, say),
    ]
    changed = row.content_hash != frozen["content_hash"]
    return Quotation(
        why=why,
        about=" · ".join(part for part in about if part),
        text=excerpt(people, row),
        language=row.language if row.language in _LANGUAGES else None,
        note=say.lang.gettext("edited since") if changed else None,
    )


def _reason(frozen: dict[str, Any], say: Phrases) -> str:
    n = frozen["drawn_from"]
    if frozen["why"] == "urgent":
        name = say.label("urgency", frozen["urgency"])
    else:
        name = say.label("topic", frozen["topic"])
    return say.lang.ngettext(
        "%(name)s, drawn from %(n)s post",
        "%(name)s, drawn from %(n)s posts",
        n,
        name=name,
    )
