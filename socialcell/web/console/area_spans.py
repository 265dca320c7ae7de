"""The days that a page of areas is about, as its filter has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.services import area_overview
from socialcell.web.pages.page_request import PageRequest

_OWN, _USUAL = "own", "7"
_LENGTHS = {"1": 1, "7": 7, "28": 28}
_LONGEST = 10  # characters of a day that was typed


@dataclass(frozen=True)
class SpanFilter:
    """The days that were chosen. `problem` says why what was typed could not be taken;
    the days are then the usual ones. `pairs` are what a link to another page of areas
    carries on."""

    span: TimeSpan
    choice: str
    since: str
    until: str
    problem: str
    pairs: Mapping[str, str]

    def choices(self, lang: Language) -> Sequence[tuple[str, str]]:
        """What may be chosen, with its words."""
        _ = lang.gettext
        return (
            ("1", _("Today")),
            ("7", _("The last 7 days")),
            ("28", _("The last 28 days")),
        )

    def pairs_of(self, choice: str) -> Mapping[str, str]:
        """What a link to these days carries; "": to the same."""
        return _pairs(choice) if choice else self.pairs


def read_span(request: PageRequest) -> SpanFilter:
    """The days of a request: the last seven unless others are chosen."""
    query = request.query
    choice = query.get("days", _USUAL)
    since, until = (query.get(name, "")[:_LONGEST] for name in ("since", "until"))
    if choice != _OWN:
        choice = choice if choice in _LENGTHS else _USUAL
        span = _last(request, choice)
        first, last = (
            moment.astimezone(IST).date() for moment in (span.start, span.end)
        )
        return SpanFilter(span, choice, str(first), str(last), "", _pairs(choice))
    pairs = {"days": _OWN, "since": since, "until": until}
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        span = area_overview.whole_days(request.context, first, last)
        area_overview.compared_span(request.context, span)
    except (ValueError, OverflowError):
        problem = request.lang.gettext("Write a day as 2026-11-21.")
    except UsageError as error:
        problem = request.say(error.message)
        if first > last:
            problem = request.lang.gettext("From is after Until: choose them anew.")
    else:
        return SpanFilter(span, _OWN, since, until, "", pairs)
    return SpanFilter(_last(request, _USUAL), _OWN, since, until, problem, {})


def _pairs(choice: str) -> Mapping[str, str]:
    return {} if choice == _USUAL else {"days": choice}


def _last(request: PageRequest, choice: str) -> TimeSpan:
    return area_overview.last_days(request.context.clock.now(), _LENGTHS[choice])
