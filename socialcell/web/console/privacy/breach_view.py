"""A breach in words: its clocks, its kinds of data, and what may still be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.i18n import Language
from socialcell.services.privacy import breach_words
from socialcell.services.privacy.breach_words import BreachWords
from socialcell.services.privacy.breaches import BreachLine, DutyLine
from socialcell.web.console.privacy import register_words

_SOON = timedelta(hours=2)


@dataclass(frozen=True)
class DutyView:
    """One thing to be told: to whom, how its clock stands, and how much of its time is
    over. `state` is that of the clock: running, soon, over, kept, missed."""

    duty: str
    to: str
    due_at: datetime
    state: str
    stands: str
    share: float
    told_at: datetime | None
    told_by: str | None
    note: str


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
        return tuple(duty for duty in self.duties if duty.told_at is None)


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
            for code in breach_words.LANGUAGES
            if not line.words_in(code).what
        ),
    )


def _duty(line: BreachLine, duty: DutyLine, lang: Language, now: datetime) -> DutyView:
    _ = lang.gettext
    end = duty.told_at or now
    left = duty.due_at - end
    whole = duty.due_at - line.noticed_at
    share = min(max((end - line.noticed_at) / whole, 0.0), 1.0) if whole else 1.0
    if duty.told_at is not None:
        is_late = left < timedelta()
        state = "missed" if is_late else "kept"
        span = lang.duration(abs(left) if is_late else end - line.noticed_at)
        stands = (
            _("Missed by %(span)s", span=span)
            if is_late
            else _("Kept, after %(span)s", span=span)
        )
    elif left <= timedelta():
        state, stands = "over", _("%(span)s late", span=lang.duration(-left))
    else:
        state = "soon" if left <= _SOON else "running"
        stands = _("%(span)s left", span=lang.duration(left))
    return DutyView(
        duty.duty,
        register_words.duty(duty.duty, lang),
        duty.due_at,
        state,
        stands,
        share,
        duty.told_at,
        duty.told_by,
        duty.note,
    )
