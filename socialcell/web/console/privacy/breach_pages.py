"""The breach register in the browser: list, entry, one breach, what was told, what
became known, and its end."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from socialcell import i18n
from socialcell.errors import UsageError
from socialcell.registers.breach_rules import DATA_KINDS, Duty
from socialcell.roles import Permission
from socialcell.services.privacy import breach_letters, breach_words, breaches
from socialcell.services.privacy.breach_words import BreachWords, NewWords
from socialcell.services.privacy.breaches import BreachDraft, BreachFacts, BreachLine
from socialcell.web.console.privacy import register_words
from socialcell.web.console.privacy.breach_view import breach_view
from socialcell.web.console.typed_moment import maybe_moment
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields, OptionalText, none_for_blank
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

LIST, NEW = "/privacy/breaches", "/privacy/breaches/new"
ONE = "/privacy/breaches/{number}"
_KIND = "kind_"  # how the box of a kind of data begins
_ERASE = Permission.ERASE
_Words = Annotated[str, Field(max_length=4000)]
_Count = Annotated[int, Field(ge=0, le=10**10)]
_Persons = Annotated[_Count | None, BeforeValidator(none_for_blank)]


class BreachForm(Form):
    """A breach in our words, without names; its kinds of data are the boxes that are
    ticked, and others by commas."""

    model_config = ConfigDict(extra="allow")
    title: Annotated[str, Field(min_length=1, max_length=200)]
    language: Literal["mr", "hi", "en"]
    what: Annotated[str, Field(min_length=20, max_length=4000)]
    measures: _Words = ""
    others: Annotated[str, Field(max_length=300)] = ""
    noticed: OptionalText = None
    since: OptionalText = None
    until: OptionalText = None
    persons: _Persons = None

    @property
    def kinds(self) -> Sequence[str]:
        ticked = self.model_extra or {}
        typed = (kind.strip() for kind in self.others.split(","))
        listed = [kind for kind in DATA_KINDS if f"{_KIND}{kind}" in ticked]
        return [*listed, *filter(None, typed)]


class FactsForm(Form):
    """All that is known of a breach, in each language."""

    what_mr: _Words = ""
    measures_mr: _Words = ""
    what_hi: _Words = ""
    measures_hi: _Words = ""
    what_en: _Words = ""
    measures_en: _Words = ""
    since: OptionalText = None
    until: OptionalText = None
    persons: _Persons = None

    def words(self, code: str) -> BreachWords:
        """What was typed in a language."""
        typed = self.model_dump()
        return BreachWords(typed[f"what_{code}"], typed[f"measures_{code}"])


class ToldForm(Form):
    """Who was told, how, and when."""

    duty: Duty
    note: Annotated[str, Field(min_length=1, max_length=1000)]
    at: OptionalText = None


def show_breaches(request: PageRequest) -> Answer:
    """All breaches, the open ones first."""
    now = request.context.clock.now()
    lines = breaches.list_breaches(request.context)
    views = [breach_view(line, request.lang, now) for line in lines]
    return WebPage("privacy/breaches.html", {"views": views})


def show_new(request: PageRequest) -> Answer:
    """The form for a breach that was noticed."""
    return WebPage(
        "privacy/breach_new.html",
        {
            "kinds": [
                (f"{_KIND}{kind}", breach_words.data_kind(kind, request.lang))
                for kind in DATA_KINDS
            ],
            "languages": register_words.LANGUAGES,
        },
    )


def act_enter(request: PageRequest, form: BreachForm) -> Answer:
    """Enter a breach; its clocks run from when it was noticed."""
    if not form.kinds:
        text = request.lang.gettext("Tick at least one kind of data.")
        raise FormRefused(("others", text))
    draft = BreachDraft(
        form.title,
        form.what,
        form.kinds,
        form.measures,
        maybe_moment(request, "noticed", form.noticed),
        maybe_moment(request, "since", form.since),
        maybe_moment(request, "until", form.until),
        form.persons,
        form.language,
    )
    line = breaches.enter_breach(request.context, draft)
    text = request.lang.gettext("Breach %(number)s is entered.", number=line.number)
    return _back(line, text)


def show_breach(request: PageRequest) -> Answer:
    """One breach: what must be told, what is known, and the drafts of the letters."""
    line = line_of(request)
    letters_in = request.query.get("letters", "")
    if letters_in not in i18n.CODES:
        letters_in = request.lang.code
    letters = breach_letters.letters_of(request.context, line)
    view = breach_view(line, request.lang, request.context.clock.now())
    return WebPage(
        "privacy/breach.html",
        {
            "view": view,
            "line": line,
            "letters": [letter for letter in letters if letter.language == letters_in],
            "letters_in": letters_in,
            "languages": register_words.LANGUAGES,
            "untold": [(duty.line.duty, duty.to) for duty in view.untold],
            "duty": lambda id_: register_words.duty(id_, request.lang),
        },
    )


def line_of(request: PageRequest) -> BreachLine:
    """The breach of the path. NotFound: there is none."""
    try:
        return breaches.show_breach(request.context, str(request.params["number"]))
    except UsageError:
        raise NotFound from None


def act_told(request: PageRequest, form: ToldForm) -> Answer:
    """Somebody was told, now or then."""
    number = line_of(request).number
    at = maybe_moment(request, "at", form.at)
    line = breaches.enter_told(request.context, number, form.duty, form.note, at)
    return _back(line, request.lang.gettext("It is noted."))


def show_edit(request: PageRequest) -> Answer:
    """The form for what became known later, with what is known."""
    line = line_of(request)
    if line.closed_at is not None:
        raise NotFound
    languages = [
        (code, name, line.words_in(code)) for code, name in register_words.LANGUAGES
    ]
    return WebPage("privacy/breach_edit.html", {"line": line, "languages": languages})


def act_edit(request: PageRequest, form: FactsForm) -> Answer:
    """Enter what became known: what differs from what is there."""
    line = line_of(request)
    words = {
        code: NewWords(typed.what, typed.measures)
        for code in i18n.CODES
        if (typed := form.words(code)) != line.words_in(code)
    }
    facts = BreachFacts(
        words or None,
        None if form.persons == line.persons else form.persons,
        maybe_moment(request, "since", form.since),
        maybe_moment(request, "until", form.until),
    )
    changed = breaches.add_facts(request.context, line.number, facts)
    return _back(changed, request.lang.gettext("What became known is entered."))


def act_close(request: PageRequest, _form: NoFields) -> Answer:
    """The breach is over."""
    line = breaches.close_breach(request.context, line_of(request).number)
    text = request.lang.gettext("Breach %(number)s is closed.", number=line.number)
    return _back(line, text)


def _back(line: BreachLine, notice: str) -> RedirectTo:
    return RedirectTo(f"{LIST}/{line.number}", notice)


ROWS: tuple[Row, ...] = (
    Screen(LIST, _ERASE, show_breaches),
    Screen(NEW, _ERASE, show_new),
    Action(NEW, _ERASE, BreachForm, act_enter, show_new),
    Screen(ONE, _ERASE, show_breach),
    Action(f"{ONE}/told", _ERASE, ToldForm, act_told, show_breach),
    Screen(f"{ONE}/edit", _ERASE, show_edit),
    Action(f"{ONE}/edit", _ERASE, FactsForm, act_edit, show_edit),
    Action(f"{ONE}/close", _ERASE, NoFields, act_close, show_breach),
)
