"""The acts of a rehearsal's sample crew: each goes through the service that the console
and the commands call, and each is done once in a case."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState, next_states
from socialcell.desk.model import CaseContact, DeskCase
from socialcell.desk.store import cases, closures
from socialcell.services.context import Context
from socialcell.services.desk import case_triage
from socialcell.services.desk.answers import answer_languages, spoken_answers
from socialcell.services.desk.case_triage import TriageDraft
from socialcell.services.desk.closing import case_closing, closing_calls
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.referral import referrals

_EVIDENCE = "The work at this place was finished and looked at by the junior engineer."
_NOTE = "The junior engineer goes there today."
_CANCELLED = "The caller says that it is open again."
_IN_A_CALL = {"confirmed": "हो, झालं", "contradicted": "नाही, काहीच झालं नाही"}
_SPOKEN = {
    "en": "Your complaint is with the department; we will tell you what comes of it.",
    "mr": "आपली तक्रार संबंधित विभागाकडे दिली आहे; पुढे काय झाले ते कळवू.",
    "hi": "आपकी शिकायत संबंधित विभाग को दे दी गई है; आगे क्या हुआ, बताएँगे।",
}


class CrewAct(StrEnum):
    """What somebody does with a case. The value is what stands in its steps then: their
    kind, or the state that they lead to."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    ANSWER = "answer"
    WORK = CaseState.IN_PROGRESS
    NOTE = "note"
    SCHEDULE = CaseState.ACTION_SCHEDULED
    REFER = "refer"
    CLAIM = "claim"
    CONFIRM = CaseState.CLOSED_CONFIRMED
    CONTRADICT = "reopen"
    CANCEL = CaseState.CANCELLED


_S = CaseState
_LEADS_TO = {
    CrewAct.WORK: _S.IN_PROGRESS,
    CrewAct.SCHEDULE: _S.ACTION_SCHEDULED,
    CrewAct.REFER: _S.REFERRED,
    CrewAct.CLAIM: _S.RESOLVED_CLAIMED,
    CrewAct.CANCEL: _S.CANCELLED,
}
PlannedAct: TypeAlias = tuple[int, CrewAct]
"""After how many days, or how many before the end, and what."""


@dataclass(frozen=True)
class CaseProgress:
    """A case as the crew finds it, and what stands in its steps."""

    case: DeskCase
    contacts: Sequence[CaseContact]
    steps: frozenset[str]

    def has(self, act: CrewAct) -> bool:
        """Whether it was done."""
        return act.value in self.steps

    def fits(self, act: CrewAct) -> bool:
        """Whether it can be done: citizens, too, change where a case stands."""
        state = CaseState(self.case.state)
        if act in (CrewAct.CONFIRM, CrewAct.CONTRADICT):
            return state in (_S.RESOLVED_CLAIMED, _S.CLOSED_UNCONFIRMED)
        to = _LEADS_TO.get(act)
        return state in OPEN_STATES and (to is None or to in next_states(state))


@dataclass(frozen=True)
class SampleCrew:
    """Two operators: `writer` works on a case, `second` approves and calls."""

    writer: Context
    second: Context

    def progress_of(self, number: str) -> CaseProgress:
        with db.reading(self.writer.engine) as session:
            case = cases.find_case(session, number)
            assert case.id is not None
            steps = cases.steps_of(session, case.id)
            contacts = cases.contacts_of(session, [case.id])
            session.expunge_all()
        kinds = {step.kind for step in steps}
        states = {step.to_state for step in steps if step.to_state != step.from_state}
        return CaseProgress(case, contacts, frozenset(kinds | states))

    def act(self, act: CrewAct, progress: CaseProgress) -> None:
        """Do an act. Errors of its service."""
        number, writer = progress.case.number, self.writer
        match act:
            case CrewAct.TRIAGE:
                case_triage.triage(writer, number, TriageDraft(kind=progress.case.kind))
            case CrewAct.ASSIGN:
                case_triage.assign(writer, number, to=writer.actor.name)
            case CrewAct.ANSWER:
                self._answer(progress)
            case CrewAct.WORK | CrewAct.SCHEDULE:
                case_triage.change_state(writer, number, act.value)
            case CrewAct.NOTE:
                case_triage.add_note(writer, number, _NOTE)
            case CrewAct.REFER:
                referrals.refer(writer, number)
            case CrewAct.CLAIM:
                case_closing.claim_done(writer, number, DoneEvidence(_EVIDENCE))
            case CrewAct.CONFIRM | CrewAct.CONTRADICT:
                self._call(progress, act)
            case CrewAct.CANCEL:
                case_triage.change_state(writer, number, act.value, _CANCELLED)

    def _answer(self, progress: CaseProgress) -> None:
        """What is said to whoever spoke first: on the telephone, or on the spot."""
        contact = progress.contacts[0]
        words = _SPOKEN[answer_languages.base_of(answer_languages.key_of(contact))]
        number = progress.case.number
        spoken_answers.enter_spoken(self.writer, number, contact.id or 0, words)

    def _call(self, progress: CaseProgress, act: CrewAct) -> None:
        """Everybody who was asked says yes, or the first says no."""
        result = "confirmed" if act is CrewAct.CONFIRM else "contradicted"
        number = progress.case.number
        with db.reading(self.second.engine) as session:
            checks = [
                closures.newest_check(session, contact.id or 0)
                for contact in progress.contacts
            ]
            unknown = [
                check.contact_id
                for check in checks
                if check is not None and check.answer in (None, "no_reply")
            ]
        for contact in unknown if act is CrewAct.CONFIRM else unknown[:1]:
            closing_calls.enter_call(
                self.second, number, contact, result, words=_IN_A_CALL[result]
            )


def registered_rows(lines: Sequence[str]) -> list[list[str]]:
    """What PMC Care's office gives back of the lines of a care_out.csv: a token for
    each complaint, two of three of them at once."""
    numbers = [row["number"] for row in csv.DictReader(lines)]
    rows = [["Token No", "Our Case Number", "Status"]]
    for number in numbers:
        serial = serial_of(number)
        if serial % 3:
            rows.append([f"WA{5000 + serial}", number, "Registered"])
    return rows


def serial_of(number: str) -> int:
    """The serial in a case's number: 11 of 26-000011."""
    return int(number.rpartition("-")[2])
