"""A case that is late, was reopened, or is about life and limb, as a letter for those
who are told of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from socialcell.i18n import Language
from socialcell.reports.letters.letter_page import Hyperlink, LetterPage, Line
from socialcell.reports.phrases import Phrases

DANGER, REOPENED = "danger", "reopened"
"""Occasions beside the kinds of clocks."""


@dataclass(frozen=True)
class LateCase:
    """What a letter says of a case: nobody's name, and of a danger alone the citizen's
    masked words and the place.

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


def page(case: LateCase, sender: str, lang: Language) -> LetterPage:
    """The letter of one case in one language."""
    phrases, subject = Phrases(lang), _subject(case, lang)
    lead = list(_lead(case, phrases))
    return LetterPage(
        language=lang.code,
        subject=subject,
        preheader=" ".join(lead[:2]),
        sender=sender,
        occasion=lang.moment(case.at),
        lead=[(line,) for line in lead],
        closing=[_closing(case, lang)],
    )


def _subject(case: LateCase, lang: Language) -> str:
    _, number = lang.gettext, case.number
    if case.occasion == DANGER:
        return _("Danger to life: case %(number)s", number=number)
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


def _lead(case: LateCase, phrases: Phrases) -> Iterator[str]:
    lang, _ = phrases.lang, phrases.lang.gettext
    if case.words:
        yield f"“{case.words}”"
    subjects = [phrases.label("topic", case.topic)] if case.topic else []
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


def _closing(case: LateCase, lang: Language) -> Line:
    _ = lang.gettext
    if case.console_url:
        url = f"{case.console_url}/cases/{case.number}"
        return (Hyperlink(_("More about this case"), url),)
    return (_("More: %(where)s", where=f"socialcell cases show {case.number}"),)
