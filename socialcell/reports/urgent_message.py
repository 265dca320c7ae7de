"""A critical direct message as a page for those who are told of incidents at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from socialcell.i18n import Language
from socialcell.listening.people import People
from socialcell.listening.person_names import without_names
from socialcell.reports.page import Page, Quotation, Section
from socialcell.reports.phrases import Phrases
from socialcell.reports.quoted import excerpt

_ANSWERED_HERE = "whatsapp"


def page(
    row: Row[Any],
    understood: Sequence[Row[Any]],
    names: Mapping[str, Mapping[str, str]],
    people: People,
    lang: Language,
) -> Page:
    """The page of one message, in which nobody can be recognised.

    `understood` are the annotations of the message, `names` those of areas by id and
    language.
    """
    say, _ = Phrases(lang), lang.gettext
    platform = say.platform(row.platform)
    quote = Quotation("message", "", _masked(row, understood, people))
    footer = [_("More: %(where)s", where=f"socialcell mentions show {row.id}")]
    if row.platform == _ANSWERED_HERE:
        command = f"socialcell messages reply {row.id} -"
        footer.append(_("To answer it: %(command)s", command=command))
    return Page(
        language=lang.code,
        title=_("Critical message to the city"),
        subtitle=f"{platform} · {lang.moment(row.authored_at)}",
        summary=[
            _("A direct message was read as critical: life or limb may be in danger."),
            *_about(understood, names, say),
            _(
                "It was written to the city alone: names and numbers are hidden. Do not"
                " pass its words on."
            ),
        ],
        sections=[Section(_("The message"), [quote])],
        footer=tuple(footer),
    )


def _about(
    understood: Sequence[Row[Any]], names: Mapping[str, Mapping[str, str]], say: Phrases
) -> list[str]:
    """Topics and ward offices in one line; none where neither was read."""
    topics = [say.label("topic", value) for value in _in_force(understood, "topic")]
    wards = [say.name(names.get(id_), id_) for id_ in _in_force(understood, "ward")]
    said = ", ".join([*topics, *wards])
    return [say.lang.gettext("It is about: %(what)s.", what=said)] if said else []


def _in_force(understood: Sequence[Row[Any]], kind: str) -> list[str]:
    values = (one.decided_value or one.value for one in understood if one.kind == kind)
    return list(dict.fromkeys(values))


def _masked(row: Row[Any], understood: Sequence[Row[Any]], people: People) -> str:
    persons: list[str] = []
    places: list[str] = []
    for one in understood:
        detail = one.detail or {}
        if one.kind != "entity" or "text" not in detail:
            continue
        if detail.get("label") == "PERSON":
            persons.append(detail["text"])
        elif ":" in one.value:  # of the gazetteer; what it does not know may be a name
            places.append(detail["text"])
    # Names are looked for in what is shown, so that none is cut in two.
    return without_names(excerpt(people, row), persons, places, row.name)
