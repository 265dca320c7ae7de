"""An incident as a page for a letter: its numbers, three mentions, what to do."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.language.quantities import UNTIL, quantities
from socialcell.listening.alerts.contradictions import Contradiction, RumourSpread
from socialcell.listening.alerts.model import (
    CRITICAL,
    OF_ONE,
    PLANNED,
    Alert,
    AlertRule,
    Incident,
    Promise,
)
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.reports.frozen_quotes import excerpt
from socialcell.reports.page import Page, Quotation, Section, Table
from socialcell.reports.phrases import Phrases

SHOWN = 3
_WARDS = 5
_SAME = 40  # so many first characters alike are one text, posted again
_SOURCE, _PHRASE, _RULE = "source:", "phrase:", "rule:"


@dataclass(frozen=True)
class Evidence:
    """What is known of an incident.

    `mentions` are its own, the most engaging first; `joined` the posts of accounts that
    joined it, by alert. `names` are those of areas, by id and language. The `rule` or
    the `promise` is what it is about. `state` is how it stands now.
    """

    alerts: Sequence[Alert]
    mentions: Sequence[MentionRow] = ()
    joined: Sequence[tuple[Alert, MentionRow]] = ()
    names: Mapping[str, Mapping[str, str]] | None = None
    rule: AlertRule | None = None
    promise: Promise | None = None
    state: IncidentState = field(default_factory=IncidentState)


@dataclass(frozen=True)
class Told:
    """Who is told: how many by mail, and which channels; and where the console is."""

    letters: int
    channels: Sequence[str] = ()
    console_url: str | None = None


def page(
    incident: Incident, known: Evidence, told: Told, people: People, lang: Language
) -> Page:
    """The letter of one incident, the closing one where it is over."""
    say, _ = Phrases(lang), lang.gettext
    found = link(incident, known, told) or command(incident, known)
    return Page(
        language=lang.code,
        title=_title(incident, known, say),
        subtitle=lang.moment(incident.opened_at),
        summary=[
            *_summary(incident, known, say),
            *_present(known, say),
            *_standing(incident, told, say),
        ],
        sections=list(_sections(known, people, say)),
        footer=(_("More: %(where)s", where=found), *_request(incident, say)),
    )


def _title(incident: Incident, known: Evidence, say: Phrases) -> str:
    _, closure = say.lang.gettext, known.state.closure
    if closure is not None:
        return _("Planned: %(name)s", name=say.label("topic", closure.topic))
    name = series(incident.subject, known.names or {}, say)
    if known.promise is not None:
        name = _("Promise missed: %(text)s", text=known.promise.text)
    if incident.state == "over":
        return _("Over: %(name)s", name=name)
    return name if known.promise is not None else _("Alert: %(name)s", name=name)


def _request(incident: Incident, say: Phrases) -> Iterator[str]:
    if incident.state != "over" and incident.kind != PLANNED:
        yield say.lang.gettext(
            "Whoever takes care of it says so: %(command)s",
            command=f"socialcell alerts ack {incident.id}",
        )


def link(incident: Incident, known: Evidence, told: Told) -> str | None:
    """The incident in the console, else where the promise was given, if anywhere."""
    if told.console_url:
        return f"{told.console_url}/incidents/{incident.id}"
    return known.promise.link if known.promise else None


def command(incident: Incident, known: Evidence) -> str:
    """The command line that shows what the incident rests on."""
    if incident.kind == "source":
        return "socialcell sources list"
    if incident.kind == "promise":
        return "socialcell commitments list"
    what, closure = incident.subject, known.state.closure
    if closure is not None:
        what = f"topic:{closure.topic}"
    elif known.rule is not None:
        what = f"({known.rule.query})"
    elif what.startswith(_PHRASE):
        what = f'"{what.removeprefix(_PHRASE)}"'
    minutes = max((one.minutes for one in known.alerts), default=60)
    start, end = incident.opened_at - timedelta(minutes=minutes), incident.last_at
    if known.state.numbers is not None and incident.subject != "all":
        start, end = known.state.numbers.since, known.state.numbers.as_of
    since, until = (
        moment.astimezone(IST).isoformat(timespec="minutes")
        for moment in (start, end + timedelta(minutes=1))
    )
    parts = ["" if what == "all" else what, f"since:{since}", f"until:{until}"]
    query = " ".join(filter(None, parts))
    return f"socialcell mentions search {shlex.quote(query)}"


def worst(alerts: Sequence[Alert]) -> Alert | None:
    """The alert that stands for an incident: of a series, else a phrase, a rule."""
    counted = [one for one in alerts if one.series not in OF_ONE]
    of_series = [one for one in counted if not one.series.startswith(_PHRASE)]
    return max(of_series or counted, key=lambda one: one.score or 0.0, default=None)


def severity(severity: str, say: Phrases) -> str:
    """How severe an incident is, in a word."""
    _ = say.lang.gettext
    return _("high") if severity == "high" else _("medium")


def series(series: str, names: Mapping[str, Mapping[str, str]], say: Phrases) -> str:
    """A series in words: Flood, Aundh, everything; and whether only negative ones."""
    name = series.removeprefix("negative ")
    kind, _, id_ = name.partition(":")
    if kind in ("topic", "detail"):
        words = say.label(kind, id_)
    elif kind == CRITICAL:
        words = say.lang.gettext("critical post or message #%(id)s", id=id_)
    elif kind == "phrase":
        words = f"“{id_}”"
    elif name == "all":
        words = say.lang.gettext("all mentions")
    else:
        words = say.name(names.get(id_), id_)
    if name == series:
        return words
    return say.lang.gettext("%(name)s, negative", name=words)


def _summary(incident: Incident, known: Evidence, say: Phrases) -> Iterator[str]:
    lang, _ = say.lang, say.lang.gettext
    one = worst(known.alerts)
    if known.promise is not None:
        yield _(
            "It was due on %(at)s and is not marked as kept.",
            at=lang.moment(known.promise.due_at),
        )
    elif known.state.closure is not None:
        yield _(
            "From %(start)s to %(end)s: %(note)s",
            start=lang.moment(known.state.closure.from_at),
            end=lang.moment(known.state.closure.to_at),
            note=known.state.closure.note,
        )
    elif incident.kind == "source" or one is None:
        yield _silence(incident.subject.removeprefix(_SOURCE), one, lang)
        if incident.said:
            yield incident.said
    else:
        yield _numbers(one, say)
        yield _covered(one, lang)


def _silence(name: str, one: Alert | None, lang: Language) -> str:
    if one is None or one.observed is None:
        return lang.gettext("%(name)s has brought nothing for a day.", name=name)
    return lang.ngettext(
        "%(name)s has brought nothing for %(n)s hour.",
        "%(name)s has brought nothing for %(n)s hours.",
        one.observed,
        name=name,
    )


def _present(known: Evidence, say: Phrases) -> Iterator[str]:
    """The numbers of now, whose the incident is, and what is told differently."""
    lang, _ = say.lang, say.lang.gettext
    numbers = known.state.numbers
    if numbers is not None:
        own = {
            "since": lang.moment(numbers.since),
            "urgent": lang.number(numbers.urgent),
            "at": lang.moment(numbers.as_of),
        }
        if numbers.people is None:
            yield lang.ngettext(
                "%(n)s mention since %(since)s, %(urgent)s urgent; as of %(at)s.",
                "%(n)s mentions since %(since)s, %(urgent)s urgent; as of %(at)s.",
                numbers.mentions,
                **own,
            )
        else:
            yield _(
                "Mentions since %(since)s: %(n)s by %(people)s people, %(urgent)s "
                "urgent; as of %(at)s.",
                n=lang.number(numbers.mentions),
                people=lang.number(numbers.people),
                **own,
            )
        if numbers.wards:
            wards = ", ".join(
                f"{say.name((known.names or {}).get(id_), id_)} {lang.number(n)}"
                for id_, n in numbers.wards[:_WARDS]
            )
            yield _("Ward offices: %(wards)s.", wards=wards)
        if numbers.owner:
            owner = say.name(known.state.owner_names, numbers.owner)
            yield _("Owner: %(owner)s.", owner=owner)
    yield from (differing(one, say) for one in known.state.figures)
    yield from (known_rumour(one, say) for one in known.state.rumours)


def differing(one: Contradiction, say: Phrases) -> str:
    """Figures that cannot all be right, in one line; how many tell each, and when."""
    lang, quantity = say.lang, quantities()[one.quantity]
    told = "; ".join(
        f"{_value(one.quantity, figure.value, lang)} "
        f"({lang.number(len(figure.mentions))} · "
        f"{lang.clock(figure.first_at)}–{lang.clock(figure.last_at)})"
        for figure in one.figures
    )
    unit = quantity.unit_label[lang.code]
    what = quantity.label[lang.code] + (f", {unit}" if unit else "")
    return lang.gettext(
        "Figures differ: %(what)s (mentions, from–to): %(told)s.", what=what, told=told
    )


def differing_shortly(one: Contradiction, say: Phrases) -> str:
    """The same for a phone: the figures alone."""
    quantity = quantities()[one.quantity]
    unit = quantity.unit_label[say.lang.code]
    return say.lang.gettext(
        "Figures differ: %(what)s: %(told)s.",
        what=quantity.label[say.lang.code] + (f", {unit}" if unit else ""),
        told=" / ".join(
            _value(one.quantity, figure.value, say.lang) for figure in one.figures
        ),
    )


def known_rumour(one: RumourSpread, say: Phrases) -> str:
    """A rumour that goes round, in one line, with what is true instead."""
    return say.lang.ngettext(
        "Marked as false, in %(n)s mention: “%(what)s”. %(note)s",
        "Marked as false, in %(n)s mentions: “%(what)s”. %(note)s",
        len(one.mentions),
        what=one.rumour.text or one.rumour.url or "",
        note=one.rumour.note,
    )


def _value(quantity: str, value: float, lang: Language) -> str:
    if quantity == UNTIL:
        return lang.digits(f"{int(value) // 60:02}:{int(value) % 60:02}")
    return lang.number(value)


def _numbers(one: Alert, say: Phrases) -> str:
    lang, _ = say.lang, say.lang.gettext
    numbers = {
        "n": lang.number(one.observed or 0),
        "at": lang.moment(one.at),
        "usual": lang.number(round(one.expected or 0.0)),
    }
    if one.series.startswith(_PHRASE):
        return _(
            "%(n)s people say “%(phrase)s” in the %(hours)s hours to %(at)s; usual are "
            "%(usual)s.",
            phrase=one.series.removeprefix(_PHRASE),
            hours=lang.number(one.minutes // 60),
            **numbers,
        )
    if one.series.startswith(_RULE):
        return _(
            "%(n)s mentions in the %(minutes)s minutes to %(at)s; the rule asks for "
            "%(usual)s.",
            minutes=lang.number(one.minutes),
            **numbers,
        )
    return _(
        "%(n)s people wrote in the hour to %(at)s; usual are %(usual)s.", **numbers
    )


def _covered(alert: Alert, lang: Language) -> str:
    if alert.coverage is None:
        return lang.gettext("Nothing is known of what was not collected.")
    return lang.gettext(
        "%(share)s of the day's hours were collected whole.",
        share=lang.percent(round(alert.coverage * 100), 100),
    )


def _standing(incident: Incident, told: Told, say: Phrases) -> Iterator[str]:
    """How severe it is, whether it is over, and who is told."""
    lang, _ = say.lang, say.lang.gettext
    if incident.kind != PLANNED:
        severe = severity(incident.severity, say)
        yield _("Severity: %(severity)s.", severity=severe)
    if incident.ended_at is not None:
        yield _(
            "Over on %(at)s, after %(lasted)s.",
            at=lang.moment(incident.ended_at),
            lasted=lang.lasted(incident.ended_at - incident.opened_at),
        )
    elif incident.state == "over":
        yield _("It is over; when it ended was not kept.")
    if incident.kind == PLANNED:
        yield _("It was announced: nobody is told of it.")
        return
    letters = lang.ngettext("%(n)s letter", "%(n)s letters", told.letters)
    ways = [*([letters] if told.letters else []), *told.channels]
    if ways:
        yield _("Told: %(ways)s.", ways=", ".join(ways))
    else:
        yield _("Nobody is told: config.yaml names nobody for alerts.")


def _sections(known: Evidence, people: People, say: Phrases) -> Iterator[Section]:
    _ = say.lang.gettext
    if quoted := _quotations(known.mentions, people, say):
        yield Section(_("What people say"), quoted)
    if known.joined:
        posts = [_joined(alert, row, people, say) for alert, row in known.joined]
        yield Section(_("Influential accounts that joined"), posts[:SHOWN])
    tables = list(_tables(known, say))
    if tables:
        yield Section(_("Numbers"), tables)


def _tables(known: Evidence, say: Phrases) -> Iterator[Table]:
    _ = say.lang.gettext
    of_phrases = [one for one in known.alerts if one.series.startswith(_PHRASE)]
    of_series = [
        one for one in known.alerts if one.score is not None and one not in of_phrases
    ]
    for caption, alerts in (
        (_("People who wrote in the hour before"), of_series),
        (_("Phrases of three hours"), of_phrases),
    ):
        if alerts:
            heads = (_("What stood out"), _("When"), _("People"), _("Usual"))
            rows = [_row(one, known, say) for one in alerts]
            yield Table(caption, heads, rows)


def _row(one: Alert, known: Evidence, say: Phrases) -> list[tuple[str, ...]]:
    number = say.lang.number
    return [
        (series(one.series, known.names or {}, say),),
        (say.lang.moment(one.at),),
        (number(one.observed or 0),),
        (number(round(one.expected or 0.0)),),
    ]


def _quotations(
    mentions: Sequence[MentionRow], people: People, say: Phrases
) -> list[Quotation]:
    shown: dict[str, Quotation] = {}
    for row in mentions:
        if row.withheld or not row.text or row.text[:_SAME] in shown:
            continue
        about = " · ".join(filter(None, _about(row, people, say)))
        shown[row.text[:_SAME]] = Quotation("alert", about, excerpt(people, row))
        if len(shown) == SHOWN:
            break
    return list(shown.values())


def _joined(alert: Alert, row: MentionRow, people: People, say: Phrases) -> Quotation:
    who, *rest = _about(row, people, say)
    if alert.observed is not None:
        n = say.lang.number(alert.observed)
        rest.insert(0, say.lang.gettext("%(n)s followers", n=n))
    about = " · ".join(filter(None, (who, *rest)))
    quotable = row.text and not row.withheld
    return Quotation("alert", about, excerpt(people, row) if quotable else "")


def _about(row: MentionRow, people: People, say: Phrases) -> tuple[str, str, str, str]:
    """Who, where, when, and the id that `mentions show` and `mentions open` take."""
    who = people.shown(row.platform, row.uid, row.handle) or ""
    at = say.lang.moment(row.authored_at) if row.authored_at else ""
    return who, say.platform(row.platform), at, f"#{row.id}"
