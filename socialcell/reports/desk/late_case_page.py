"""A case that is late, was reopened, or is about life and limb, as a letter for those
who are told of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from socialcell.i18n import Language
from socialcell.listening.alerts import danger_topics
from socialcell.reports.letters.letter_page import Hyperlink, LetterPage, Line
from socialcell.reports.phrases import Phrases

DANGER, REOPENED = "danger", "reopened"
"""Occasions beside the kinds of clocks."""
_MAX_KINDS = 2  # kinds of danger of a subject


@dataclass(frozen=True)
class LateCase:
    """What a letter says of a case: nobody's name, and of a danger alone the citizen's
    masked words, the place and the kinds of danger in the words.

    `occasion` is total, first_answer or referral (a clock that ran to `percent` of its
    time and is due at `due_at`), danger, or reopened. `functions` are those who are
    told, by language.
    """

    number: str
    occasion: str
    at: datetime
    topic: str | None
    area: Mapping[str, str] | None
    assigned: bool
    functions: Mapping[str, str] | None = None
    percent: int | None = None
    due_at: datetime | None = None
    console_url: str | None = None
    words: str | None = None
    place: str | None = None
    dangers: Sequence[str] = ()


def page(case: LateCase, sender: str, lang: Language) -> LetterPage:
    """The letter of one case in one language."""
    phrases = Phrases(lang)
    lead = list(_lead(case, phrases))
    return LetterPage(
        language=lang.code,
        subject=_subject(case, phrases),
        preheader=" ".join(lead[:2]),
        sender=sender,
        occasion=lang.moment(case.at),
        lead=[(line,) for line in lead],
        closing=list(_closing(case, lang)),
    )


def take_command(number: str) -> str:
    """How a case is taken on at the command line."""
    return f"socialcell inbox take {number}"


def _subject(case: LateCase, phrases: Phrases) -> str:
    lang, _, number = phrases.lang, phrases.lang.gettext, case.number
    if case.occasion == DANGER:
        what = ", ".join(_danger_and_place(case, phrases))
        if not what:
            return _("Danger to life: case %(number)s", number=number)
        return _("Danger to life: %(what)s (case %(number)s)", what=what, number=number)
    if case.occasion == REOPENED:
        return _("Case %(number)s was reopened", number=number)
    if case.occasion == "first_answer":
        return _("Case %(number)s: nobody has answered in time", number=number)
    if case.occasion == "referral":
        return _(
            "Case %(number)s: the other body has not answered in time", number=number
        )
    share = f"{lang.number(case.percent or 0)}%"
    return _(
        "Case %(number)s: %(share)s of its time has passed", number=number, share=share
    )


def _danger_and_place(case: LateCase, phrases: Phrases) -> Iterator[str]:
    """What the danger is, as far as that is known, and where."""
    if case.topic and danger_topics.tells_danger(case.topic):
        yield phrases.danger(case.topic)
    yield from map(phrases.danger_kind, case.dangers[:_MAX_KINDS])
    if case.place:
        yield case.place
    elif case.area is not None:
        yield phrases.name(case.area, "")


def _lead(case: LateCase, phrases: Phrases) -> Iterator[str]:
    lang, _ = phrases.lang, phrases.lang.gettext
    if case.words:
        yield f"“{case.words}”"
    subjects = []
    if case.topic:
        is_danger = case.occasion == DANGER
        topic = phrases.danger if is_danger else partial(phrases.label, "topic")
        subjects.append(topic(case.topic))
    if case.place:
        subjects.append(case.place)
    if case.area is not None:
        subjects.append(phrases.name(case.area, ""))
    if subjects:
        yield _("It is about: %(what)s.", what=", ".join(subjects))
    if case.due_at is not None:
        is_over = case.due_at <= case.at
        moment = lang.moment(case.due_at)
        yield (
            _("It was due on %(at)s.", at=moment)
            if is_over
            else _("It is due on %(at)s.", at=moment)
        )
    if not case.assigned:
        yield _("No one is assigned.")
    if case.functions is not None:
        name = phrases.name(case.functions, "")
        yield _("This letter is for: %(function)s.", function=name)


def _closing(case: LateCase, lang: Language) -> Iterator[Line]:
    _ = lang.gettext
    if case.occasion == DANGER and not case.assigned:
        command = take_command(case.number)
        yield (_("Whoever takes charge records it: %(command)s", command=command),)
    if case.console_url:
        url = f"{case.console_url}/cases/{case.number}"
        yield (Hyperlink(_("More about this case"), url),)
    else:
        yield (_("More: %(where)s", where=f"socialcell cases show {case.number}"),)
