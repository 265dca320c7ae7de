"""What a weekly letter is made from: the frozen week, its incidents, and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from socialcell.i18n import Language
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import CRITICAL, Rumour
from socialcell.reports.compared_figures import IdMeasure
from socialcell.reports.incidents import incident_sentences
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.letter_numbers import CommitmentNumbers, LetterNumbers
from socialcell.reports.letters.letter_page import Hyperlink
from socialcell.reports.phrases import Phrases
from socialcell.reports.week_incidents import IncidentNumbers
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import incident_situations

NEXT_DAYS = timedelta(days=7)
"""Commitments that fall due so soon after the week stand in the letter."""


@dataclass(frozen=True)
class Addresses:
    """Where a letter leads: the console, the files beside it, where one unsubscribes.

    Each is None where there is none.
    """

    console_url: str | None = None
    report: str | None = None
    workbook: str | None = None
    unsubscribe: str | None = None


@dataclass(frozen=True)
class LetterContext:
    """The frozen numbers, a language, the cell's name, and addresses.

    `rumours` are those that are known now, by id.
    """

    numbers: WeekNumbers
    phrases: Phrases
    sender: str
    addresses: Addresses = field(default_factory=Addresses)
    rumours: Mapping[int, Rumour] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def lang(self) -> Language:
        return self.phrases.lang

    @property
    def counted_at(self) -> datetime:
        return datetime.fromisoformat(self.numbers["made_at"])

    @property
    def week_end(self) -> datetime:
        return datetime.fromisoformat(self.numbers["period"]["to"])

    @property
    def letter(self) -> LetterNumbers | None:
        """None in weeks that earlier versions froze."""
        return self.numbers.get("letter")

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the week."""
        first, *_, last = self.numbers["days"]
        return date.fromisoformat(first["date"]), date.fromisoformat(last["date"])

    @cached_property
    def incidents(self) -> Sequence[IncidentFacts]:
        """Incidents of mentions, those that weigh most first."""
        facts = [
            incident_situations.facts_of(row, self.counted_at, self.rumours)
            for row in self._rows
            if row["kind"] != CRITICAL and row.get("situation")
        ]
        return sorted(facts, key=_weight, reverse=True)

    @property
    def single_items(self) -> Sequence[IncidentNumbers]:
        """Incidents of one critical item each, without false alarms."""
        return [
            row
            for row in self._rows
            if row["kind"] == CRITICAL and not row.get("false_alarm")
        ]

    @property
    def silent_sources(self) -> Sequence[IncidentNumbers]:
        """Sources that brought nothing and still do not."""
        return [
            row
            for row in self._rows
            if row["kind"] == "source" and row["state"] != "over"
        ]

    @property
    def main(self) -> IncidentFacts | None:
        """The incident that the letter is about, if any."""
        return next(iter(self.incidents), None)

    @property
    def _rows(self) -> Sequence[IncidentNumbers]:
        return self.numbers.get("incidents", [])

    def incident_numbers(self, id_: int) -> IncidentNumbers:
        return next(row for row in self._rows if row["id"] == id_)

    @property
    def missed_commitments(self) -> Sequence[CommitmentNumbers]:
        """Those that were due before the week ended and were not kept."""
        return [row for row in self.commitments if self._due_at(row) <= self.week_end]

    @property
    def coming_commitments(self) -> Sequence[CommitmentNumbers]:
        """Those that fall due in the week after."""
        return [
            row
            for row in self.commitments
            if self.week_end < self._due_at(row) <= self.week_end + NEXT_DAYS
        ]

    @property
    def commitments(self) -> Sequence[CommitmentNumbers]:
        """Open ones, the longest due first."""
        return self.letter["commitments"] if self.letter else []

    @staticmethod
    def _due_at(row: CommitmentNumbers) -> datetime:
        return datetime.fromisoformat(row["due_at"])

    def measure(self, id_: str) -> IdMeasure | None:
        """A measure of the week; None where it was not frozen."""
        measures = self.numbers.get("measures", [])
        return next((row for row in measures if row["id"] == id_), None)

    def incident_title(self, facts: IncidentFacts) -> str:
        """What and where, as in the brief and in alerts."""
        return incident_sentences.title(facts, self.phrases)

    def incident_link(self, facts: IncidentFacts) -> Hyperlink:
        """Its number, which leads to its page of the console where there is one."""
        return incident_sentences.number_and_link(
            facts.incident.id, self.addresses.console_url, self.lang
        )


def _weight(facts: IncidentFacts) -> tuple[bool, int, int, int]:
    """A named topic or place goes first, then danger to life, then mentions."""
    return (
        facts.incident.subject not in incident_state.VAGUE,
        facts.details.critical,
        facts.mentions,
        facts.incident.id or 0,
    )
