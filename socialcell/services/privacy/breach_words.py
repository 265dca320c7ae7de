"""Our words about a breach in each language, and the names of kinds of data."""

from collections.abc import Mapping
from dataclasses import dataclass

from socialcell import i18n
from socialcell.errors import UsageError
from socialcell.i18n import Language
from socialcell.json_types import JsonValue, as_object, as_text
from socialcell.registers.model import DataBreach
from socialcell.text import clean_text

_LONGEST = 4000
_SHORTEST = 20


@dataclass(frozen=True)
class BreachWords:
    """What happened and what was done, in one language. "": not written yet."""

    what: str = ""
    measures: str = ""


@dataclass(frozen=True)
class NewWords:
    """The same when it changes. None: as it was."""

    what: str | None = None
    measures: str | None = None


def set_words(row: DataBreach, words: Mapping[str, NewWords]) -> None:
    """Put words into the languages that they are in; a translation may miss both.

    UsageError: too short or long, a language that is none.
    """
    translations = dict(as_object(row.translations or {}))
    for language, typed in words.items():
        if language not in i18n.CODES:
            raise UsageError("registers.no_such_language", language=language)
        what, measures = _merged(_words_in(row, language), typed)
        _require_length(what, measures, is_needed=language == row.language)
        if language == row.language:
            row.what, row.measures = what, measures
        elif what or measures:
            translations[language] = {"what": what, "measures": measures}
        else:
            translations.pop(language, None)
    row.translations = translations or None


def _words_in(row: DataBreach, language: str) -> BreachWords:
    if language == row.language:
        return BreachWords(row.what, row.measures)
    return translations_of(row).get(language, BreachWords())


def _merged(present: BreachWords, typed: NewWords) -> tuple[str, str]:
    what = present.what if typed.what is None else typed.what
    measures = present.measures if typed.measures is None else typed.measures
    return clean_text(what).strip(), clean_text(measures).strip()


def _require_length(what: str, measures: str, *, is_needed: bool) -> None:
    is_short = len(what) < _SHORTEST and (is_needed or bool(what))
    if is_short or len(what) > _LONGEST:
        raise UsageError("registers.note_length", shortest=_SHORTEST, longest=_LONGEST)
    if len(measures) > _LONGEST:
        raise UsageError("registers.note_length", shortest=0, longest=_LONGEST)


def translations_of(row: DataBreach) -> dict[str, BreachWords]:
    """The words of a breach in other languages than its own."""
    return {
        language: _words(words)
        for language, words in as_object(row.translations or {}).items()
    }


def _words(part: JsonValue) -> BreachWords:
    words = as_object(part)
    return BreachWords(as_text(words["what"]), as_text(words["measures"]))


def data_kind(id_: str, lang: Language) -> str:
    """A kind of data in words; one that is none of the list as it was typed."""
    _ = lang.gettext
    return {
        "names": _("names"),
        "handles": _("names of accounts"),
        "phones": _("telephone numbers"),
        "addresses": _("addresses"),
        "texts": _("what people wrote"),
        "photos": _("photos and files"),
        "identity_numbers": _("numbers of identity papers"),
        "consents": _("consents to messages"),
        "staff": _("accounts of our staff"),
    }.get(id_, id_)
