"""A scripted crew at the desk: it reads as people do, and acts through services."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from benchmarks.desk_view import CaseLine, Claim, DeskView
from socialcell.clock import IST
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.desk.model import DeskCase
from socialcell.errors import UsageError
from socialcell.roles import Role
from socialcell.sandbox.citizens.citizen_replies import CitizenReplies
from socialcell.sandbox.problems.problem import CityProblem
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_grouping,
    case_listing,
    case_opening,
    case_triage,
)
from socialcell.services.desk.answers import answer_drafts, answers, macros
from socialcell.services.desk.answers.answer_drafts import AnswerDraft
from socialcell.services.desk.case_triage import TriageDraft
from socialcell.services.desk.closing import (
    case_closing,
    closing_calls,
    closing_lists,
    closing_replies,
)
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.closing.closing_calls import ClosureEntry
from socialcell.services.desk.referral import referrals
from tests.operators import acting

if TYPE_CHECKING:
    from benchmarks.desk_city import CityItem

WRITER, SECOND, LEAD = "Asha Sample", "Meera Sample", "Nita Sample"
_WORDS = "The work at this place was finished today and looked at by the engineer."
_LAG = timedelta(hours=5)  # after a repair the crew hears of it
_ANSWERED = timedelta(days=1)  # after which a question counts as answered
_SOON = timedelta(hours=20)  # after its opening a case may be claimed too early
_READ_ALL_AT = 17  # the hour in Pune at which all mentions of the day are read
_WORKED_ON = (CaseState.NEW, CaseState.ACKNOWLEDGED, CaseState.ASSIGNED)
_OTHER_BODIES = ("msedcl", "traffic_police")


@dataclass
class DeskCrew:
    """The operators of a desk.

    They read posts as people do: by the truth of `item_of`. Where two cases may be one
    they go by what is suggested alone. `early` is the share of problems that are
    claimed done before they are.
    """

    context: Context
    item_of: "Callable[[str, str], CityItem | None]"
    people: CitizenReplies
    early: float
    counts: Counter[str] = field(default_factory=Counter)
    claims: list[Claim] = field(default_factory=list)
    _asked: set[int] = field(default_factory=set)
    _entered: set[int] = field(default_factory=set)
    _acknowledged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._view = DeskView(self.context, self.item_of)

    def open_desk(self) -> None:
        """Approved answers, before the first day."""
        last = self.context.clock.now().astimezone(IST).date() + timedelta(days=200)
        macros.import_book(self.writer, last)
        for key in ("ask_place", "received"):
            macros.approve_macros(self.second, key)

    @cached_property
    def writer(self) -> Context:
        """Who triages, drafts and claims."""
        return acting(self.context, WRITER, Role.OPERATOR)

    @cached_property
    def second(self) -> Context:
        """Who approves, and calls."""
        return acting(self.context, SECOND, Role.OPERATOR, Role.APPROVER)

    @cached_property
    def lead(self) -> Context:
        return acting(self.context, LEAD, Role.LEAD)

    def work(self, *, read_all: bool = False) -> None:
        """One turn at the desk; in the evening all that came in is read."""
        self._open_unclear()
        if read_all or self.context.clock.now().astimezone(IST).hour >= _READ_ALL_AT:
            self._read_everything()
        lines = self._view.lines()
        for case in self._view.open_cases():
            self._work_on(case, lines[case.id or 0])
        self._take_suggestions()
        lines = self._view.lines()
        for case in self._view.open_cases():
            if case.state != CaseState.RESOLVED_CLAIMED:
                self._finish(case, lines[case.id or 0])
        self._read_answers()
        self._call()

    def _open_unclear(self) -> None:
        """A person looks at what the reader doubted."""
        people = pseudonyms.load_people(self.context)
        unclear = case_listing.list_unclear(self.writer, people, limit=500)
        self._open([mention.id for mention in unclear], "opened from the unclear")

    def _read_everything(self) -> None:
        """A person reads what the reader took for no request."""
        self._open(self._view.mentions_without_case(), "opened from the rest")

    def _open(self, ids: list[int], count: str) -> None:
        for id_ in ids:
            item = self._view.item(id_)
            if item is not None and item.is_request:
                kind = item.post.labels.intent
                case_opening.open_from_mention(self.writer, id_, kind=kind)
                self.counts[count] += 1

    def _work_on(self, case: DeskCase, lines: list[CaseLine]) -> None:
        requests = [line.item for line in lines if line.item.is_request]
        if not requests:
            reason = "It asks the city for nothing."
            case_triage.change_state(self.writer, case.number, "dropped", reason)
            self.counts["dropped"] += 1
            return
        self._triage(case, requests[0], lines)
        if case.state == CaseState.RESOLVED_CLAIMED:
            return
        if requests[0].report is not None:
            self._ask_place(case, lines)
        if case.number not in self._acknowledged:
            self._acknowledged.add(case.number)
            contacts = [line.contact.id or 0 for line in lines]
            if not self._asked.intersection(contacts):
                self._send(case, contacts, "received")

    def _triage(
        self, case: DeskCase, request: "CityItem", lines: list[CaseLine]
    ) -> None:
        """What a person understands: kind, topic, and the place once it is named."""
        labels = request.post.labels
        topic = None if labels.topic == "other" else labels.topic
        values: dict[str, str] = {}
        if case.kind != labels.intent and case.state == CaseState.NEW:
            values["kind"] = labels.intent
        if topic != case.topic and topic is not None:
            values["topic"] = topic
        reports = [line for line in lines if line.item.report is not None]
        for line in reports:
            report = line.item.report
            if report is None or line.mention_id in self._entered:
                continue
            self._entered.add(line.mention_id)
            # A person reads a shared point on the map.
            if report.names_place and case.place_id is None:
                values["place"] = report.problem.place.name
        if not values and case.state == CaseState.NEW:
            values["kind"] = labels.intent
        if values:
            case_triage.triage(self.writer, case.number, TriageDraft(**values))
            case.place = values.get("place", case.place)
            self.counts["topics corrected"] += "topic" in values

    def _ask_place(self, case: DeskCase, lines: list[CaseLine]) -> None:
        """Ask whoever has not said where it is, once."""
        if case.place or case.place_id or case.latitude is not None:
            return
        contacts = {line.contact.id or 0 for line in lines} - self._asked
        self._asked |= contacts
        if contacts and self._send(case, sorted(contacts), "ask_place"):
            self.counts["asked for the place"] += len(contacts)

    def _send(self, case: DeskCase, contacts: list[int], macro: str) -> bool:
        """An approved answer to contacts; False where nobody can be reached."""
        sent = False
        for contact in dict.fromkeys(contacts):
            draft = AnswerDraft(contacts=[contact], macro=macro)
            try:
                result = answer_drafts.draft_answer(self.writer, case.number, draft)
            except UsageError:
                self.counts["not reached"] += 1
                continue
            if result.state == "draft":
                answers.send_answer(self.writer, result.key)
            else:
                answers.approve_answer(self.second, result.key)
            sent = True
        return sent

    def _finish(self, case: DeskCase, lines: list[CaseLine]) -> None:
        """Give it to who works on it, refer it, or claim it done."""
        requests = [line.item for line in lines if line.item.is_request]
        if not requests or case.state == CaseState.REFERRED:
            return
        owner = requests[0].post.labels.owner
        if owner in _OTHER_BODIES:
            try:
                referrals.refer(self.writer, case.number)
                self.counts["referred"] += 1
                return
            except UsageError:
                self.counts["no body in the register"] += 1
        if case.state in _WORKED_ON:
            if case.state != CaseState.ASSIGNED:
                case_triage.assign(self.writer, case.number, to=WRITER)
            case_triage.change_state(self.writer, case.number, "in_progress")
        report = requests[0].report
        problem = None if report is None else report.problem
        if self._is_due(case, problem):
            self._claim(case, problem)

    def _is_due(self, case: DeskCase, problem: CityProblem | None) -> bool:
        now = self.context.clock.now()
        if problem is None:
            return now >= case.opened_at + _ANSWERED
        if problem.is_repaired(now - _LAG):
            return True
        is_early = Random(f"early:{problem.id}").random() < self.early
        return is_early and not case.reopened and now >= case.opened_at + _SOON

    def _claim(self, case: DeskCase, problem: CityProblem | None) -> None:
        now = self.context.clock.now()
        who = self.lead if case.reopened >= case_closing.NODAL_FROM else self.writer
        case_closing.claim_done(who, case.number, DoneEvidence(_WORDS))
        is_true = problem is None or problem.is_repaired(now)
        self.claims.append(Claim(case.number, now, problem, is_true))

    def _take_suggestions(self) -> None:
        """What is suggested is joined, for the reason that stands there; pairs that a
        merge has ended before them are suggested no more."""
        while pairs := case_grouping.list_suggestions(self.writer, limit=1):
            pair = pairs[0]
            reason = ", ".join(sorted(pair.reasons))
            case_grouping.decide_suggestion(
                self.writer, pair.number, pair.other, same=True, reason=reason
            )
            self.counts[f"joined by {reason}"] += 1

    def _read_answers(self) -> None:
        """A person reads what is neither a clear yes nor a clear no."""
        for unread in closing_lists.list_unread(self.writer):
            if unread.contact is None or unread.state not in (
                CaseState.RESOLVED_CLAIMED,
                CaseState.CLOSED_CONFIRMED,
                CaseState.CLOSED_UNCONFIRMED,
            ):
                continue
            lines = [
                line
                for line in self._view.lines_of_contact(unread.contact)
                if line.item.report is not None
                and line.item.report.act in ("solved", "unsolved", "again")
            ]
            if not lines or lines[-1].item.report is None:
                continue
            is_yes = lines[-1].item.report.act == "solved"
            answer = ClosingAnswer.YES if is_yes else ClosingAnswer.NO
            closing_replies.decide_answer(
                self.second, unread.case, unread.contact, answer
            )
            self.counts["answers read by a person"] += 1

    def _call(self) -> None:
        """Call whoever cannot be asked in writing, and the week's sample."""
        called: set[tuple[str, int]] = set()
        while True:
            waiting = closing_calls.list_closures(self.second, calls_only=True)
            left = [e for e in waiting if (e.case, e.contact) not in called]
            if not left:
                return
            entry = left[0]
            called.add((entry.case, entry.contact))
            self._call_contact(entry)

    def _call_contact(self, entry: ClosureEntry) -> None:
        lines = self._view.lines_of_contact(entry.contact)
        reports = [line.item.report for line in lines if line.item.report]
        result = "confirmed"
        if reports:
            result = self.people.answer_call(reports[0])
        closing_calls.enter_call(
            self.second, entry.case, entry.contact, result, words="हो"
        )
        self.counts[f"calls: {result}"] += 1
