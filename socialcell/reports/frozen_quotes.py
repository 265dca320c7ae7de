"""Quotations of a frozen report, as they may be shown today."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlmodel import Session

from socialcell.i18n import Language
from socialcell.listening.people.visibility import AccountIdentity, People
from socialcell.listening.store.alerts import rumours
from socialcell.listening.store.mentions import quotes
from socialcell.listening.store.mentions.quotes import QuotedPost
from socialcell.reports.page import Quotation
from socialcell.reports.phrases import Phrases
from socialcell.reports.unconfirmed import is_unconfirmed
from socialcell.reports.week_incidents import IncidentNumbers
from socialcell.reports.week_numbers import DrawnQuote
from socialcell.text import displayed, one_line

EXCERPT_LENGTH = 280
# Enough to fill a quotation whatever is masked in it; a post may be a megabyte.
_READ_LENGTH = 4000
_LANGUAGES = frozenset({"mr", "hi", "en", "mr-Latn", "hi-Latn"})


def quotations(
    session: Session,
    frozen_quotes: Sequence[DrawnQuote],
    people: People,
    phrases: Phrases,
    incidents: Sequence[IncidentNumbers] = (),
) -> list[Quotation]:
    """Each frozen quotation with its text of now; a deleted one reads removed.

    One that gives a figure of which the week's `incidents` have several, or a known
    rumour, is marked as not confirmed.
    """
    known_rumours = rumours.rumours(session)
    return [
        _quotation(
            quote,
            quotes.current(session, quote["platform"], quote["external_id"]),
            people,
            phrases,
            partial(is_unconfirmed, incidents=incidents, rumours=known_rumours),
        )
        for quote in frozen_quotes
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
    beginning = displayed(text[:_READ_LENGTH])
    if len(text) > _READ_LENGTH and " " in beginning:
        beginning = beginning.rsplit(None, 1)[
            0
        ]  # half an address would not be recognised

    return one_line(people.masked(row.platform, beginning, row), EXCERPT_LENGTH)


def _quotation(
    quote: DrawnQuote,
    row: QuotedPost | None,
    people: People,
    phrases: Phrases,
    doubts: Callable[[str, datetime], bool],
) -> Quotation:
    _ = phrases.lang.gettext
    reason = str(quote["why"])
    if row is None or row.state != "present" or not row.text:
        return Quotation(reason, "", None, note=removed_note(phrases.lang))
    if row.withheld is not None:
        return Quotation(reason, "", None, note=withheld_note(phrases.lang))
    parts = [
        people.shown(row.platform, row.uid, row.handle) or "",
        phrases.platform(row.platform),
        phrases.lang.moment(row.authored_at) if row.authored_at else "",
        _drawn_from(quote, phrases),
    ]
    notes = []
    if row.authored_at and doubts(row.text, row.authored_at):
        notes.append(_("not confirmed"))
    if row.content_hash != quote["content_hash"]:
        notes.append(_("edited since"))
    return Quotation(
        why=reason,
        about=" · ".join(part for part in parts if part),
        text=excerpt(people, row),
        language=row.language if row.language in _LANGUAGES else None,
        note=", ".join(notes) or None,
    )


def _drawn_from(quote: DrawnQuote, phrases: Phrases) -> str:
    count = quote["drawn_from"]
    if quote["why"] == "urgent":
        name = phrases.label("urgency", quote["urgency"])
    else:
        name = phrases.label("topic", quote["topic"])
    return phrases.lang.ngettext(
        "%(name)s, drawn from %(n)s post",
        "%(name)s, drawn from %(n)s posts",
        count,
        name=name,
    )
