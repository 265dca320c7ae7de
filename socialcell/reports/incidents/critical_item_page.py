"""A critical item as a letter for those who are called about it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.i18n import Language
from socialcell.listening.alerts import danger_topics
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import Incident
from socialcell.listening.people.person_names import without_names
from socialcell.listening.people.visibility import People
from socialcell.listening.store.alerts.incident_numbers import ItemSubject, places_of
from socialcell.listening.store.mentions.mention_queries import (
    AnnotationRow,
    MentionRow,
)
from socialcell.platforms import Trait, having
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.incidents.incident_facts import Names, place_names
from socialcell.reports.incidents.incident_sentences import (
    acknowledge_line,
    contradiction_line,
    rumour_line,
)
from socialcell.reports.letters.letter_page import (
    Entries,
    Entry,
    Hyperlink,
    LetterPage,
    LetterSection,
    Line,
    Lines,
    Quote,
    Strong,
)
from socialcell.reports.phrases import Phrases
from socialcell.text import with_title

_MAX_OTHER_IDS = 10  # numbers of other items of the incident
_MAX_KINDS = 2  # kinds of danger of a title
_MAX_PLACES = 2  # places of a title, outside ward offices
MAX_QUOTED = 5  # other items of the incident whose words are shown


@dataclass(frozen=True)
class CriticalItemFacts:
    """What is stored of an item: its row, its annotations, their
    values in force by kind, names of areas by id and language, and who owns the
    problem, with its names by language; None where that is not known. `rumours` are
    what is marked as false and stands in it, or in another item of its incident;
    `figures` are those of the incident's items that cannot all be right."""

    row: MentionRow
    annotations: Sequence[AnnotationRow]
    values: Mapping[str, Sequence[str]]
    names: Mapping[str, Mapping[str, str]]
    owner: str | None = None
    owner_names: Mapping[str, str] | None = None
    rumours: Sequence[RumourSpread] = ()
    figures: Sequence[Contradiction] = ()

    @property
    def subject(self) -> ItemSubject:
        """What it is, and is about."""
        topics = self.values.get("topic", ())
        wards = self.values.get("ward", ())
        text = with_title(self.row.title, self.row.text)
        return ItemSubject(
            self.row.kind,
            topics,
            wards,
            danger_topics.kinds_beside(topics, text),
            places_of(self.values.get("entity", ()), wards),
        )

    @property
    def is_message(self) -> bool:
        """Whether it was written to the city alone."""
        return bool(self.row.kind == "message")


@dataclass(frozen=True)
class IncidentEnd:
    """When an incident that is over began and ended (None: that was not recorded),
    whether people decided that nobody was in danger, and whether it was acknowledged
    only then."""

    began_at: datetime
    ended_at: datetime | None
    is_false_alarm: bool = False
    is_acknowledged_late: bool = False


@dataclass(frozen=True)
class ItemStatus:
    """The state of an item: its incident and the incident's other items, since when
    people are called, and whether this is a repetition because nobody answered; where
    the incident is over, how it ended. `acked_by` has, or had, the incident. `quoted`
    are the newest of the others, where their words are shown."""

    incident_id: int | None
    other_ids: Sequence[int] = ()
    called_since: datetime | None = None
    acked_by: str | None = None
    repeated: bool = False
    console_url: str | None = None
    end: IncidentEnd | None = None
    quoted: Sequence[CriticalItemFacts] = ()

    @property
    def is_false_alarm(self) -> bool:
        return self.end is not None and self.end.is_false_alarm


def page(
    critical_item: CriticalItemFacts,
    status: ItemStatus,
    people: People,
    sender: str,
    lang: Language,
) -> LetterPage:
    """The letter of one item, in which nobody can be recognised who is not of the
    registry."""
    phrases = Phrases(lang)
    lead = list(_lead(critical_item, status, phrases))
    name = title(critical_item.subject, critical_item.names, phrases)
    return LetterPage(
        language=lang.code,
        subject=_subject(name, status, lang),
        preheader=" ".join(lead[:2]),
        sender=sender,
        occasion=(
            f"{phrases.platform(critical_item.row.platform)} · "
            f"{_time(critical_item, lang)}"
        ),
        lead=[(line,) for line in lead],
        unknown=_unknown(critical_item, lang),
        # Nobody has to act on a false alarm: nobody needs its words.
        opening=[]
        if status.is_false_alarm
        else list(_opening(critical_item, status, people, phrases)),
        closing=list(_closing(critical_item, status, lang)),
    )


def _subject(name: str, status: ItemStatus, lang: Language) -> str:
    """What it is called, and whether it is over or never was a danger."""
    if status.is_false_alarm:
        return lang.gettext("False alarm: %(name)s", name=name)
    return lang.gettext("Over: %(name)s", name=name) if status.end else name


def removed_page(
    incident: Incident, sender: str, lang: Language, *, at_source: bool
) -> LetterPage:
    """The letter of an incident whose items were all removed since: at their source, or
    by ourselves, on a request or after their time."""
    _ = lang.gettext
    removed = (
        _("It was removed since where it was written.")
        if at_source
        else _("Its words were erased here since.")
    )
    return LetterPage(
        language=lang.code,
        subject=removed_title(lang),
        preheader=removed,
        sender=sender,
        occasion=lang.moment(incident.opened_at),
        lead=[(removed,)],
        closing=[(acknowledge_line(incident.id, lang),)],
    )


def mask_text(critical_item: CriticalItemFacts, people: People) -> str:
    """The beginning of an item's text, without handles, numbers and people's names; ""
    where its platform withholds it."""
    return mask_words(critical_item.row, critical_item.annotations, people)


def mask_words(
    row: MentionRow, annotations: Sequence[AnnotationRow], people: People
) -> str:
    """The same of a mention and its annotations."""
    if row.withheld or not row.text:
        return ""
    persons: list[str] = []
    places: list[str] = []
    for annotation in annotations:
        detail = annotation.detail or {}
        if annotation.kind != "entity" or "text" not in detail:
            continue
        if detail.get("label") == "PERSON":
            persons.append(str(detail["text"]))
        elif (
            ":" in annotation.value
        ):  # of the gazetteer; what it does not know may be a name
            places.append(str(detail["text"]))
    # Names are looked for in what is shown, so that none is cut in two.
    return without_names(excerpt(people, row), persons, places, row.name)


def title(item: ItemSubject, names: Names, phrases: Phrases) -> str:
    """What and where: Danger to life: Flood, Sinhagad Road; of a topic that does not
    say what happens the kind of danger in its words: People trapped, Aundh."""
    topics = filter(danger_topics.tells_danger, item.topics)
    kinds = item.dangers[:_MAX_KINDS]
    dangers = [*map(phrases.danger, topics), *map(phrases.danger_kind, kinds)]
    what = ", ".join([*dangers, *area_names(item, names, phrases)])
    _ = phrases.lang.gettext
    if item.kind == "message":
        if not what:
            return _("Critical message to the city")
        return _("Danger to life in a private message: %(what)s", what=what)
    if not what:
        return removed_title(phrases.lang)
    return _("Danger to life: %(what)s", what=what)


def area_names(item: ItemSubject, names: Names, phrases: Phrases) -> list[str]:
    """What the ward offices of an item are called, or else the first places that it
    names and that the gazetteer has."""
    if item.wards:
        return [phrases.name(names.get(id_), id_) for id_ in item.wards]
    place_entries = (names.get(id_) or place_names().get(id_) for id_ in item.places)
    return [phrases.name(name, "") for name in filter(None, place_entries)][
        :_MAX_PLACES
    ]


def removed_title(lang: Language) -> str:
    """What an item is called of which nothing more is known."""
    return lang.gettext("Critical post about the city")


def _lead(
    critical_item: CriticalItemFacts, status: ItemStatus, phrases: Phrases
) -> Iterator[str]:
    """What it is and since when, who has it, what of it is marked as false or not
    confirmed, whose it is, and our numbers."""
    lang, _ = phrases.lang, phrases.lang.gettext
    if status.is_false_alarm:
        yield _("Staff decided that nobody was in danger.")
    elif critical_item.is_message:
        yield _(
            "A direct message was classified as critical: life or limb may be in "
            "danger."
        )
    else:
        yield _("A post was classified as critical: life or limb may be in danger.")
    yield from _standing(status, lang)
    for rumour in critical_item.rumours:
        yield rumour_line(rumour, lang)
    for contradiction in critical_item.figures:
        yield contradiction_line(contradiction, lang)
    if subjects := _subjects(critical_item, phrases):
        yield _("It is about: %(what)s.", what=subjects)
    if critical_item.owner_names:
        yield _(
            "Responsible: %(name)s.", name=phrases.name(critical_item.owner_names, "")
        )
    ids = {
        "item": lang.digits(f"#{critical_item.row.id}"),
        "incident": lang.digits(str(status.incident_id or "–")),
    }
    yield _("Incident %(incident)s, mention %(item)s.", **ids)
    if status.other_ids and not status.quoted:
        other_ids = ", ".join(
            lang.digits(f"#{id_}") for id_ in status.other_ids[:_MAX_OTHER_IDS]
        )
        if (more := len(status.other_ids) - _MAX_OTHER_IDS) > 0:
            command = f"alerts show {status.incident_id}"
            other_ids += f" {phrases.and_more(more, command)}"
        yield _("Also in this incident: %(ids)s", ids=other_ids)
    if any(item.is_message for item in (critical_item, *status.quoted)):
        yield _(
            "It was written to the city alone: names and numbers are hidden. Do not "
            "forward its words."
        )


def _standing(status: ItemStatus, lang: Language) -> Iterator[str]:
    """Whether it is over, and who has it or had it."""
    _ = lang.gettext
    if status.end is not None:
        yield _end_line(status.end, lang)
        if status.acked_by:
            yield _("%(who)s looked after the incident.", who=status.acked_by)
            if status.end.is_acknowledged_late:
                yield _("It was acknowledged only after its end.")
        elif not status.is_false_alarm:
            yield _("Nobody took charge of the incident.")
    elif status.repeated and status.called_since is not None:
        yield _(
            "Nobody has acknowledged it since %(at)s.",
            at=lang.moment(status.called_since),
        )
    elif status.acked_by:
        yield _("%(who)s looks after the incident.", who=status.acked_by)
    else:
        yield _("No one is assigned.")


def _end_line(end: IncidentEnd, lang: Language) -> str:
    if end.ended_at is None:
        return lang.gettext("It is over; when it ended was not recorded.")
    return lang.gettext(
        "Over on %(at)s, after %(lasted)s.",
        at=lang.moment(end.ended_at),
        lasted=lang.lasted(end.ended_at - end.began_at),
    )


def _unknown(critical_item: CriticalItemFacts, lang: Language) -> Line | None:
    """That nobody of the cell has checked it, until somebody has."""
    if any(
        annotation.kind == "urgency" and annotation.decided_value is not None
        for annotation in critical_item.annotations
    ):
        return None
    unchecked = lang.gettext("Whether it is true: staff have not checked.")
    return (Strong(lang.gettext("Not known:")), " ", unchecked)


def _time(critical_item: CriticalItemFacts, lang: Language) -> str:
    """When it was written; a row of a file may not say."""
    at = critical_item.row.authored_at
    return lang.moment(at) if at is not None else lang.gettext("time not known")


def _subjects(critical_item: CriticalItemFacts, phrases: Phrases) -> str:
    """Topics of the danger and ward offices in one line; "" where neither was read."""
    topics = danger_topics.of_danger(critical_item.values.get("topic", ()))
    subjects = map(phrases.danger, topics)
    return ", ".join([*subjects, *_areas(critical_item, phrases)])


def _areas(critical_item: CriticalItemFacts, phrases: Phrases) -> list[str]:
    return area_names(critical_item.subject, critical_item.names, phrases)


def quoted_lines(status: ItemStatus, people: People, lang: Language) -> list[str]:
    """The words of the newest other items of the incident, a line for each."""
    phrases = Phrases(lang)
    return [_quoted_line(item, people, phrases) for item in status.quoted]


def _opening(
    critical_item: CriticalItemFacts,
    status: ItemStatus,
    people: People,
    phrases: Phrases,
) -> Iterator[LetterSection]:
    _ = phrases.lang.gettext
    if masked_text := mask_text(critical_item, people):
        title = _("The message") if critical_item.is_message else _("The post")
        entry = _entry(critical_item, masked_text, people, phrases)
        yield LetterSection(title, [Entries([entry])])
    if status.quoted:
        lines = quoted_lines(status, people, phrases.lang)
        if (more := len(status.other_ids) - len(status.quoted)) > 0:
            command = f"alerts show {status.incident_id} --json"
            lines.append(phrases.and_more(more, command))
        yield LetterSection(
            _("Also in this incident"), [Lines([(line,) for line in lines])]
        )


def _entry(
    critical_item: CriticalItemFacts, masked_text: str, people: People, phrases: Phrases
) -> Entry:
    row = critical_item.row
    platform = phrases.platform(row.platform)
    author = platform
    if not critical_item.is_message:
        author = people.shown(row.platform, row.uid, row.handle) or platform
    where = f"{platform} · " if author != platform else ""
    about = (f"{where}{_time(critical_item, phrases.lang)} · #{row.id}",)
    return Entry(author, about, Quote(masked_text, row.language, ()), row.id)


def _quoted_line(
    critical_item: CriticalItemFacts, people: People, phrases: Phrases
) -> str:
    """Another item of the incident in one line: number, platform, time, ward offices
    and words."""
    row, lang = critical_item.row, phrases.lang
    parts = [
        lang.digits(f"#{row.id}"),
        phrases.platform(row.platform),
        _time(critical_item, lang),
        *_areas(critical_item, phrases),
    ]
    about = " · ".join(parts)
    masked_text = mask_text(critical_item, people)
    return f"{about}: “{masked_text}”" if masked_text else about


def _closing(
    critical_item: CriticalItemFacts, status: ItemStatus, lang: Language
) -> Iterator[Line]:
    _, id_ = lang.gettext, critical_item.row.id
    if status.console_url and status.incident_id:
        url = f"{status.console_url}/incidents/{status.incident_id}"
        yield (Hyperlink(_("More about this incident"), url),)
    else:
        yield (_("More: %(where)s", where=f"socialcell mentions show {id_}"),)
    is_settled = status.acked_by is not None or status.is_false_alarm
    if status.incident_id is not None and not is_settled:
        yield (acknowledge_line(status.incident_id, lang),)
    if critical_item.row.platform in having(Trait.MESSAGES):
        command = f"socialcell messages reply {id_} -"
        yield (_("To answer it: %(command)s", command=command),)
