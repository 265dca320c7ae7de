"""Draft letters about a breach, to persons, Board and CERT-In, in three languages.

They are filled in from the register, and then read, corrected and signed by the data
protection officer. Not legal advice: what must be told was read in commentaries on Rule
7 of 2025 and CERT-In's directions of 2022, not in the Gazette.
"""

from dataclasses import dataclass
from datetime import datetime

from socialcell import i18n
from socialcell.files.zip_archive import zip_texts
from socialcell.i18n import Language
from socialcell.registers.breach_rules import DUTIES
from socialcell.services.context import Context
from socialcell.services.privacy import breaches
from socialcell.services.privacy.breach_words import data_kind
from socialcell.services.privacy.breaches import BreachLine, DutyLine


@dataclass(frozen=True)
class BreachLetter:
    """A draft: to whom (a duty of `breach_rules`), in which language. `is_whole`: our
    words in it are in that language, too; otherwise they are marked in the text."""

    to: str
    language: str
    subject: str
    text: str
    is_whole: bool

    @property
    def file_name(self) -> str:
        return f"{self.to}.{self.language}.txt"


@dataclass(frozen=True)
class _Facts:
    """What letters say of a breach, in one language."""

    number: str
    noticed: str
    noticed_day: str
    noticed_clock: str
    what: str
    measures: str
    span: str
    kinds: str
    persons: str
    details: str
    told_persons: str
    told_cert_in: str
    officer: str


def draft_letters(context: Context, number: str) -> list[BreachLetter]:
    """The drafts of a breach, filled in from the register; what is not known says so,
    and so does what is not written yet in the language of a letter.

    Nothing is sent: a person reads, corrects and signs them. UsageError: there is no
    such breach.
    """
    line = breaches.show_breach(context, number)
    return letters_of(context, line)


def letters_of(context: Context, line: BreachLine) -> list[BreachLetter]:
    """The same of a breach that was read."""
    officer = "\n".join(context.workspace.config.privacy.officer)
    letters = []
    for code in i18n.CODES:
        lang = i18n.language(code)
        facts = _facts(line, lang, officer)
        words = line.words_in(code)
        is_whole = bool(words.what) and bool(words.measures or not line.measures)
        for duty in DUTIES:
            subject, text = _WRITERS[duty](facts, lang)
            letters.append(BreachLetter(duty, code, subject, text, is_whole))
    return letters


def letters_archive(context: Context, number: str) -> bytes:
    """The drafts as a ZIP with a file each, as `privacy breaches letters --out`."""
    letters = draft_letters(context, number)
    return zip_texts((letter.file_name, letter.text) for letter in letters)


def _facts(line: BreachLine, lang: Language, officer: str) -> _Facts:
    _ = lang.gettext
    unknown = _("not known yet")
    words = line.words_in(lang.code)

    def written(text: str, original: str) -> str:
        if text or not original:
            return text
        return _("[to be translated: %(words)s]", words=original)

    def told(at: datetime | None) -> str:
        return _moment(at, lang) if at is not None else _("not yet")

    duties = {duty.duty: duty for duty in line.duties}
    return _Facts(
        number=line.number,
        noticed=_moment(line.noticed_at, lang),
        noticed_day=lang.day(line.noticed_at),
        noticed_clock=lang.clock(line.noticed_at),
        what=written(words.what, line.what),
        measures=written(words.measures, line.measures)
        or _("[to be entered: what was done]"),
        span=_span(line.since, line.until, lang),
        kinds=", ".join(data_kind(kind, lang) for kind in line.kinds),
        persons=lang.number(line.persons) if line.persons is not None else unknown,
        details=_details_sentence(duties["board_details"], lang),
        told_persons=told(duties["persons"].told_at),
        told_cert_in=told(duties["cert_in"].told_at),
        officer=officer or _("[name and address of the data protection officer]"),
    )


def _moment(at: datetime, lang: Language) -> str:
    return f"{lang.day(at)}, {lang.clock(at)}"


def _span(since: datetime | None, until: datetime | None, lang: Language) -> str:
    """The stretch in which data was open, of which an end may not be known, or both."""
    _ = lang.gettext
    first = _moment(since, lang) if since is not None else None
    last = _moment(until, lang) if until is not None else None
    if first is not None and last is not None:
        if first == last:
            return first
        return _("from %(since)s to %(until)s", since=first, until=last)
    if first is not None:
        return _("since %(since)s; its end is not known yet", since=first)
    if last is not None:
        return _("until %(until)s; its beginning is not known yet", until=last)
    return _("not known yet")


def _details_sentence(duty: DutyLine, lang: Language) -> str:
    """When the Board has the details, or had them; a time that has passed is not
    promised again."""
    _ = lang.gettext
    if duty.told_at is not None:
        return _("Details were sent: %(at)s", at=_moment(duty.told_at, lang))
    if duty.state == "overdue":
        return _("Details follow without delay.")
    return _(
        "Details follow by %(time)s on %(day)s.",
        time=lang.clock(duty.due_at),
        day=lang.day(duty.due_at),
    )


def _to_persons(facts: _Facts, lang: Language) -> tuple[str, str]:
    _ = lang.gettext
    subject = _("Notice of a breach of your personal data (%(id)s)", id=facts.number)
    paragraphs = (
        _("Dear Sir or Madam,"),
        _(
            "On %(day)s at %(time)s we noticed a breach of personal data that we hold. "
            "Yours may be among it, and so we write to you.",
            day=facts.noticed_day,
            time=facts.noticed_clock,
        ),
        _lines(
            _("What happened: %(what)s", what=facts.what),
            _("When: %(span)s", span=facts.span),
            _("Which data: %(kinds)s", kinds=facts.kinds),
            _("What we have done: %(measures)s", measures=facts.measures),
        ),
        _(
            "What you can do: be careful with calls and messages from people you do "
            "not know, tell nobody an OTP, and tell us if something seems wrong."
        ),
        _("Contact: %(officer)s", officer=facts.officer),
        _(
            "If our answer does not satisfy you, you may complain to the Data "
            "Protection Board of India."
        ),
    )
    return subject, _text(*paragraphs)


def _to_the_board(facts: _Facts, lang: Language) -> tuple[str, str]:
    _ = lang.gettext
    subject = _("First intimation of a personal data breach (%(id)s)", id=facts.number)
    body = _lines(
        _(
            "On %(day)s at %(time)s a breach of personal data was noticed.",
            day=facts.noticed_day,
            time=facts.noticed_clock,
        ),
        _("Nature: %(what)s", what=facts.what),
        _("Kinds of data: %(kinds)s", kinds=facts.kinds),
        _("Span: %(span)s", span=facts.span),
        _("Persons affected: %(persons)s", persons=facts.persons),
        _("Likely impact and measures: %(measures)s", measures=facts.measures),
        facts.details,
    )
    return subject, _text(_board(lang), body, facts.officer)


def _details(facts: _Facts, lang: Language) -> tuple[str, str]:
    _ = lang.gettext
    subject = _("Details of a personal data breach (%(id)s)", id=facts.number)
    body = _lines(
        _(
            "Breach %(id)s was noticed on %(day)s at %(time)s.",
            id=facts.number,
            day=facts.noticed_day,
            time=facts.noticed_clock,
        ),
        _("Events and causes: %(what)s", what=facts.what),
        _("Span: %(span)s", span=facts.span),
        _("Kinds of data: %(kinds)s", kinds=facts.kinds),
        _("Persons affected: %(persons)s", persons=facts.persons),
        _("Measures, also against a repetition: %(measures)s", measures=facts.measures),
        _("Persons affected were told: %(at)s", at=facts.told_persons),
        _("CERT-In was told: %(at)s", at=facts.told_cert_in),
    )
    return subject, _text(_board(lang), body, facts.officer)


def _to_cert_in(facts: _Facts, lang: Language) -> tuple[str, str]:
    _ = lang.gettext
    subject = _("Report of a cyber incident (%(id)s)", id=facts.number)
    body = _lines(
        _("Noticed: %(at)s", at=facts.noticed),
        _("Incident: %(what)s", what=facts.what),
        _("Data affected: %(kinds)s", kinds=facts.kinds),
        _("Measures taken at once: %(measures)s", measures=facts.measures),
    )
    return subject, _text(_("To CERT-In"), body, facts.officer)


def _board(lang: Language) -> str:
    return lang.gettext("To the Data Protection Board of India")


def _lines(*lines: str) -> str:
    return "\n".join(lines)


def _text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"


_WRITERS = {
    "persons": _to_persons,
    "board": _to_the_board,
    "board_details": _details,
    "cert_in": _to_cert_in,
}
