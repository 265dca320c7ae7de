"""A breach in words: its clocks, its kinds of data, and what may still be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import i18n
from socialcell.i18n import Language
from socialcell.services.privacy import breach_words
from socialcell.services.privacy.breach_words import BreachWords
from socialcell.services.privacy.breaches import BreachLine, DutyLine
from socialcell.views.desk.clock_view import ClockState, ClockView
from socialcell.web.console import clock_words
from socialcell.web.console.privacy import register_words

_SOON = timedelta(hours=2)


@dataclass(frozen=True)
class DutyView:
    """One thing to be told: to whom, and how its clock stands, also in words."""

    line: DutyLine
    to: str
    clock: ClockView
    stands: str


@dataclass(frozen=True)
class BreachView:
    """A breach as its pages show it."""

    line: BreachLine
    duties: tuple[DutyView, ...]
    kinds: str
    words: BreachWords
    words_language: str
    is_missing: tuple[str, ...]

    @property
    def untold(self) -> tuple[DutyView, ...]:
        return tuple(duty for duty in self.duties if duty.line.told_at is None)


def breach_view(line: BreachLine, lang: Language, now: datetime) -> BreachView:
    """A breach at a moment, with our words in the language of the page where they are
    written in it."""
    words = line.words_in(lang.code)
    return BreachView(
        line,
        tuple(_duty(line, duty, lang, now) for duty in line.duties),
        ", ".join(breach_words.data_kind(kind, lang) for kind in line.kinds),
        words if words.what else BreachWords(line.what, line.measures),
        lang.code if words.what else line.language,
        tuple(
            register_words.language(code, lang)
            for code in i18n.CODES
            if not line.words_in(code).what
        ),
    )


def _duty(line: BreachLine, duty: DutyLine, lang: Language, now: datetime) -> DutyView:
    clock = _clock(line, duty, now)
    return DutyView(
        duty,
        register_words.duty(duty.duty, lang),
        clock,
        clock_words.clock_line(clock, lang),
    )


def _clock(line: BreachLine, duty: DutyLine, now: datetime) -> ClockView:
    end = duty.told_at or now
    passed, left = end - line.noticed_at, duty.due_at - end
    limit = duty.due_at - line.noticed_at
    share = min(max(passed / limit, 0.0), 1.0) if limit else 1.0
    if duty.told_at is not None:
        is_kept = left >= timedelta()
        state = ClockState.KEPT if is_kept else ClockState.MISSED
        span = passed if is_kept else -left
    elif left <= timedelta():
        state, span = ClockState.OVER, -left
    else:
        state = ClockState.SOON if left <= _SOON else ClockState.RUNNING
        span = left
    return ClockView(duty.duty, state, duty.due_at, share, span)
