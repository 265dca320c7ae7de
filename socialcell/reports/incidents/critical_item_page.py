"""A critical item as a page for those who are called about it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.i18n import Language
from socialcell.listening.alerts.model import Incident
from socialcell.listening.people.person_names import without_names
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import (
    AnnotationRow,
    MentionRow,
)
from socialcell.platforms import Trait, having
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.page import Page, Quotation, Section
from socialcell.reports.phrases import Phrases

_OTHER = "other"
_SHOWN = 10  # numbers of other items of the incident


@dataclass(frozen=True)
class Known:
    """What is held of an item: its row, when it was written, its annotations, their
    values in force by kind, names of areas by id and language, and who owns the
    problem, with its names by language; None where that is not known."""

    row: MentionRow
    at: datetime
    annotations: Sequence[AnnotationRow]
    values: Mapping[str, Sequence[str]]
    names: Mapping[str, Mapping[str, str]]
    owner: str | None = None
    owner_names: Mapping[str, str] | None = None

    @property
    def is_message(self) -> bool:
        """Whether it was written to the city alone."""
        return bool(self.row.kind == "message")


@dataclass(frozen=True)
class Standing:
    """Where an item stands: its incident and that one's other items, since when its
    people are called, and whether this is said again because nobody answered."""

    incident_id: int | None
    also: Sequence[int] = ()
    since: datetime | None = None
    acked_by: str | None = None
    repeated: bool = False
    console_url: str | None = None


def page(known: Known, standing: Standing, people: People, lang: Language) -> Page:
    """The page of one item, in which nobody can be recognised who is not of the
    registry."""
    say, _ = Phrases(lang), lang.gettext
    row = known.row
    title, section = _("Critical post about the city"), _("The post")
    if known.is_message:
        title, section = _("Critical message to the city"), _("The message")
    about = ""
    if not known.is_message:
        about = people.shown(row.platform, row.uid, row.handle) or ""
    words = masked(known, people)
    quoted = [Quotation("critical", about, words)] if words else []
    return Page(
        language=lang.code,
        title=title,
        subtitle=f"{say.platform(row.platform)} · {lang.moment(known.at)}",
        summary=list(_summary(known, standing, say)),
        sections=[Section(section, quoted)] if quoted else [],
        footer=tuple(_footer(known, standing, lang)),
    )


def removed_page(incident: Incident, lang: Language) -> Page:
    """The page of an incident whose items were all removed since."""
    _ = lang.gettext
    return Page(
        language=lang.code,
        title=_("Critical post about the city"),
        subtitle=lang.moment(incident.opened_at),
        summary=[_("It was removed since by whoever wrote it.")],
        sections=[],
        footer=(_acknowledge(incident.id, lang),),
    )


def masked(known: Known, people: People) -> str:
    """The beginning of an item's text, without handles, numbers and people's names; ""
    where its platform withholds it."""
    if known.row.withheld or not known.row.text:
        return ""
    persons: list[str] = []
    places: list[str] = []
    for one in known.annotations:
        detail = one.detail or {}
        if one.kind != "entity" or "text" not in detail:
            continue
        if detail.get("label") == "PERSON":
            persons.append(str(detail["text"]))
        elif ":" in one.value:  # of the gazetteer; what it does not know may be a name
            places.append(str(detail["text"]))
    # Names are looked for in what is shown, so that none is cut in two.
    return without_names(excerpt(people, known.row), persons, places, known.row.name)


def _summary(known: Known, standing: Standing, say: Phrases) -> Iterator[str]:
    lang, _ = say.lang, say.lang.gettext
    if known.is_message:
        yield _("A direct message was read as critical: life or limb may be in danger.")
    else:
        yield _("A post was read as critical: life or limb may be in danger.")
    if standing.repeated and standing.since is not None:
        yield _(
            "Nobody has acknowledged it since %(at)s.", at=lang.moment(standing.since)
        )
    if standing.acked_by:
        yield _("%(who)s looks after the incident.", who=standing.acked_by)
    yield from _about(known, say)
    if known.owner_names:
        yield _("Responsible: %(name)s.", name=say.name(known.owner_names, ""))
    ids = {"item": f"#{known.row.id}", "incident": standing.incident_id or "–"}
    yield _("Incident %(incident)s, mention %(item)s.", **ids)
    if standing.also:
        others = ", ".join(f"#{id_}" for id_ in standing.also[:_SHOWN])
        more = "…" if len(standing.also) > _SHOWN else ""
        yield _("Also in this incident: %(ids)s", ids=others + more)
    if known.is_message:
        yield _(
            "It was written to the city alone: names and numbers are hidden. Do not"
            " pass its words on."
        )


def _about(known: Known, say: Phrases) -> Iterator[str]:
    """Topics and ward offices in one line; none where neither was read."""
    topics = [
        say.label("topic", value)
        for value in known.values.get("topic", ())
        if value != _OTHER
    ]
    wards = [
        say.name(known.names.get(id_), id_) for id_ in known.values.get("ward", ())
    ]
    if subjects := ", ".join([*topics, *wards]):
        yield say.lang.gettext("It is about: %(what)s.", what=subjects)


def _footer(known: Known, standing: Standing, lang: Language) -> Iterator[str]:
    _, id_ = lang.gettext, known.row.id
    where = f"socialcell mentions show {id_}"
    if standing.console_url and standing.incident_id:
        where = f"{standing.console_url}/incidents/{standing.incident_id}"
    yield _("More: %(where)s", where=where)
    if standing.incident_id is not None:
        yield _acknowledge(standing.incident_id, lang)
    if known.row.platform in having(Trait.MESSAGES):
        command = f"socialcell messages reply {id_} -"
        yield _("To answer it: %(command)s", command=command)


def _acknowledge(incident_id: int | None, lang: Language) -> str:
    return lang.gettext(
        "Whoever takes care of it says so: %(command)s",
        command=f"socialcell alerts ack {incident_id}",
    )
