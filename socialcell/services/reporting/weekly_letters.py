"""Weekly letters: what they are made from; those of ward offices and departments."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.i18n import Language, language
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.areas.owner_table import OTHER, OWN
from socialcell.listening.store import owners
from socialcell.listening.store.alerts import rumours
from socialcell.mail import unsubscribe_mailto
from socialcell.message_catalog import Message
from socialcell.reports.compared_figures import Figure
from socialcell.reports.incidents import incident_facts
from socialcell.reports.letter_numbers import OfficeNumbers
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.named_counts import Names
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import office_letter
from socialcell.reports.weekly.letter_context import Addresses, LetterContext
from socialcell.services.context import Context
from socialcell.services.letter_sender import letter_sender
from socialcell.services.reporting.reported_week import reported_week
from socialcell.settings.notifications import OfficeRecipients

_WARD = "ward:"


@dataclass(frozen=True)
class OfficeLetter:
    """The letter of one ward office or owner in one language, and its week."""

    office: str
    page: LetterPage
    start: datetime
    lang: str

    @property
    def name(self) -> str:
        """The beginning of its files' names."""
        day = self.start.astimezone(IST).date().isoformat()
        return f"weekly-{day}.{self.lang}.{self.office.replace(':', '-')}.letter"


def letter_context(
    context: Context,
    numbers: WeekNumbers,
    lang: Language,
    *,
    report: str | None = None,
    workbook: str | None = None,
) -> LetterContext:
    """What letters in a language are made from; `report` and `workbook` are names of
    the files that go with the letter."""
    settings = context.workspace.config
    with db.reading(context.engine) as session:
        known_rumours = {row.id or 0: row for row in rumours.rumours(session)}
    return LetterContext(
        numbers=numbers,
        phrases=Phrases(lang),
        sender=letter_sender(context, lang.code),
        addresses=Addresses(
            console_url=settings.alerts.console_url,
            report=report,
            workbook=workbook,
            unsubscribe=unsubscribe_mailto(settings.mail, "report")
            if settings.mail.host
            else None,
        ),
        rumours=known_rumours,
    )


def make_office_letter(
    context: Context, office: str, lang: str, as_of: datetime | None = None
) -> OfficeLetter:
    """The letter of an office on the last complete week before a moment.

    UsageError: an unknown language, or a week that is not over yet.
    """
    translations = language(lang)
    week, numbers = reported_week(context, as_of)
    view = letter_context(context, numbers, translations)
    page = office_letter.page(view, _office_numbers(context, numbers, office))
    return OfficeLetter(office, page, week.start, lang)


def write_office_letter(
    context: Context, letter: OfficeLetter, out: Path | None = None
) -> tuple[Path, Path]:
    """Write a letter as HTML and text; where they are."""
    folder = out or context.workspace.reports
    names = (f"{letter.name}.html", f"{letter.name}.txt")
    contents = (letter_render.html(letter.page), letter_render.text(letter.page))
    encoded = (content.encode() for content in contents)
    write_files(folder, dict(zip(names, encoded, strict=True)))
    return folder / names[0], folder / names[1]


def require_office(context: Context, office: str, *, is_ward: bool) -> str:
    """The id of a ward office, or of a department or another body that owns problems;
    its prefix may be missing. UsageError with the nearest id for an unknown one."""
    known_ids = [id_ for id_ in _offices(context) if id_.startswith(_WARD) == is_ward]
    for prefix in ("", _WARD, OWN, OTHER):
        if prefix + office in known_ids:
            return prefix + office
    raise UsageError(
        "reports.no_such_ward" if is_ward else "reports.no_such_owner",
        office=office,
        nearest=_nearest(office, known_ids),
    )


def require_known_offices(context: Context) -> None:
    """ConfigError where report.offices of config.yaml names an id that no table has."""
    known_ids = _offices(context)
    offices = []
    for row in context.workspace.config.report.offices:
        setting = "ward" if row.ward else "owner"
        alike = [id_ for id_ in known_ids if id_.startswith(_WARD) == bool(row.ward)]
        if row.office in alike:
            continue
        names = {"setting": setting, "office": row.office}
        names["nearest"] = _nearest(row.office, alike)
        offices.append(Message("reports.unknown_office", names))
    if offices:
        where = context.workspace.folder / "config.yaml"
        raise ConfigError("reports.unknown_offices", offices=offices, path=where)


def recipients_by_letter(
    rows: Iterable[OfficeRecipients],
) -> dict[tuple[str, str], list[str]]:
    """(office, language) → recipients, each once."""
    recipients: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        own = recipients.setdefault((row.office, row.lang), [])
        own += [address for address in dict.fromkeys(row.to) if address not in own]
    return recipients


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Each file aside, then renamed in order: a page never lacks its pictures."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished_files.write_together(
            (folder / name, content) for name, content in files.items()
        )
    except OSError as error:
        raise SocialcellError(
            "reports.not_written", folder=folder, reason=error.strerror
        ) from None


def _office_numbers(
    context: Context, numbers: WeekNumbers, office: str
) -> OfficeNumbers:
    """The frozen numbers of an office; zeros for an owner that had no mention.

    UsageError for a week that an earlier version counted.
    """
    letter = numbers.get("letter")
    if letter is None:
        day = datetime.fromisoformat(numbers["period"]["from"]).date()
        raise UsageError("reports.week_without_offices", day=day)
    row = next((row for row in letter["offices"] if row["id"] == office), None)
    if row is not None:
        return row
    none = _none_of(numbers["mentions"])
    return {
        "id": office,
        "kind": "ward" if office.startswith(_WARD) else "owner",
        "name": _offices(context).get(office),
        "mentions": none,
        "asking": none,
        "urgent": none,
        "closed": 0,
        "topics": [],
        "places": [],
    }


def _none_of(figure: Figure) -> Figure:
    """A figure of no mention over the same hours."""
    same = figure["same_hours"]
    return {
        "n": None if figure["n"] is None else 0,
        "unit": figure["unit"],
        "coverage": figure["coverage"],
        "same_hours": None
        if same is None
        else {"hours": same["hours"], "now": 0, "before": 0},
    }


def _offices(context: Context) -> dict[str, Names]:
    """The ward offices and the owners of problems of today, with their names."""
    day = context.clock.now().astimezone(IST).date()
    with db.reading(context.engine) as session:
        return {
            **incident_facts.ward_names(session, day),
            **{row.owner: names_of(row) for row in owners.owners_on(session, day)},
        }


def _nearest(office: str, known_ids: Sequence[str]) -> str:
    """The id that is spelled most alike, with or without its prefix."""
    spellings = {id_.partition(":")[2]: id_ for id_ in known_ids}
    spellings |= {id_: id_ for id_ in known_ids}
    near = difflib.get_close_matches(office, spellings, n=1, cutoff=0)
    return spellings[near[0]] if near else ""
