"""From the fields of a form to a pydantic model, or what is wrong with each."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData

from socialcell.i18n import Language
from socialcell.listening.day_ranges import FIRST_DAY, LAST_DAY
from socialcell.text import clean_text
from socialcell.web.pages.refusals import FormRefused

FormT = TypeVar("FormT", bound=BaseModel)


class Form(BaseModel):
    """The fields of a form. Blanks around texts are dropped, unknown fields refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=10_000
    )


class NoFields(Form):
    """A form that is a button alone."""


def none_for_blank(text: object) -> object:
    """None for a field that was left empty; anything else as it is."""
    return None if isinstance(text, str) and not text.strip() else text


OptionalText = Annotated[str | None, BeforeValidator(none_for_blank)]
"""A field that may be left empty: None then."""
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day whose neighbours have a name as well."""
OptionalDay = Annotated[Day | None, BeforeValidator(none_for_blank)]


def fields_of(data: FormData) -> dict[str, str]:
    """The text fields of a form, cleaned. Of a field that is there twice, the last
    counts."""
    return {
        clean_text(name): clean_text(text)
        for name, text in data.items()
        if isinstance(text, str)
    }


def read_form(model: type[FormT], fields: Mapping[str, str], lang: Language) -> FormT:
    """The form as its model. FormRefused with a problem for each field that is wrong,
    in the order of the form."""
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        order = list(model.model_fields)
        problems = [_problem(details, lang) for details in error.errors()]
        problems.sort(key=lambda p: order.index(p[0]) if p[0] in order else -1)
        raise FormRefused(*dict.fromkeys(problems)) from None


def _problem(details: ErrorDetails, lang: Language) -> tuple[str, str]:
    _ = lang.gettext
    name = str(details["loc"][0]) if details["loc"] else ""
    kind, limits = details["type"], details.get("ctx", {})
    if kind in ("missing", "string_too_short") and int(limits.get("min_length", 1)) < 2:
        return (name, _("Fill this in."))
    if kind == "string_too_short":
        shortest = lang.number(int(limits["min_length"]))
        return (name, _("At least %(n)s characters.", n=shortest))
    if kind == "string_too_long":
        longest = lang.number(int(limits["max_length"]))
        return (name, _("At most %(n)s characters.", n=longest))
    if kind in ("literal_error", "enum"):
        return (name, _("Choose one of the entries."))
    if kind.startswith("int_"):
        return (name, _("Write a whole number."))
    if kind.startswith(("date_", "datetime_")):
        return (name, _("Write a day as 2026-11-21."))
    if kind == "extra_forbidden":
        return ("", _("This form has changed. Fill it in again."))
    return (name, _("This is not right. Look at it again."))
