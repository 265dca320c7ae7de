"""The names that a query may use in this workspace, with its own wards and places."""

from collections.abc import Set
from contextlib import suppress
from dataclasses import replace

from sqlmodel import Session

from socialcell.errors import SocialcellError
from socialcell.language import concepts, lexicon
from socialcell.language.concepts import SpellingIndex
from socialcell.language.names.own_places import place_rows
from socialcell.listening.query import query_language
from socialcell.listening.query.query_language import (
    NO_WARD,
    FieldTerm,
    Holdings,
    list_restrictions,
)
from socialcell.listening.store import areas
from socialcell.listening.store.mentions import mention_queries
from socialcell.services.context import Context

SENTIMENTS = ("negative", "neutral", "positive")


def read_holdings(
    context: Context, session: Session, registry: Set[tuple[str, str]], query: str
) -> Holdings:
    """What `query` may ask for, of the fields that it has.

    A value that some mention has may be asked for, too: a topic of earlier models, a
    ward office or a place that is in no table any more.
    """
    restrictions = list_restrictions(query)
    fields = {name for name, _value in restrictions}
    values: dict[str, set[str]] = {}
    if "topic" in fields:
        values["topic"] = set(lexicon.vocabulary("topic"))
    if "lang" in fields:
        values["lang"] = {*lexicon.LANGUAGES, "und"}
    if "sentiment" in fields:
        values["sentiment"] = set(SENTIMENTS)
    if "ward" in fields:
        values["ward"] = {NO_WARD, *areas.ward_offices(session)}
    if "place" in fields:
        values["place"] = _places(context)
    for name, value in restrictions:
        choices = values.get(name)
        if (
            choices is not None
            and value not in choices
            and mention_queries.has_any(session, FieldTerm(name, value, 1))
        ):
            choices.add(value)
    holdings = mention_queries.read_holdings(session, registry)
    return replace(
        holdings, values={name: sorted(choices) for name, choices in values.items()}
    )


def own_places(context: Context) -> SpellingIndex:
    """The places of the workspace's own gazetteer by their names."""
    return SpellingIndex(map(concepts.of_name, _own_rows(context)))


def name_places(context: Context, query: str) -> str:
    """The query with place:ID for each ~ that only the workspace's gazetteer knows."""
    if "~" not in query:
        return query
    return query_language.name_places(query, own_places(context))


def _own_rows(context: Context) -> list[dict[str, str]]:
    """None where the file cannot be read, which `doctor` names."""
    with suppress(SocialcellError):
        return place_rows(context.workspace.folder)
    return []


def _places(context: Context) -> set[str]:
    """The ids of the package's places and of the workspace's own."""
    rows = [row for _file, _line, row in lexicon.gazetteer_rows()]
    rows += _own_rows(context)
    return {row["id"] for row in rows if row["id"].startswith("place:")}
