"""What a rehearsal's sample crew writes to the citizens who can still be written to:
approved answers, and words of its own that a second person looks at."""

from collections.abc import Iterator, Sequence

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.model import CaseContact
from socialcell.desk.store import cases
from socialcell.desk.store.answers import WAITING_STATES
from socialcell.services.desk.answers import (
    answer_channels,
    answer_drafts,
    answer_view,
    answers,
)
from socialcell.services.desk.answers.answer_drafts import AnswerDraft
from socialcell.services.rehearsal.crew_acts import SampleCrew, serial_of

_DRAFTED = "answer_draft"  # the step after it
_MOST = 2000  # messages
_APPROVED = "received"  # the key of the approved answer
_OWN_WORDS = {
    "mr": "आपल्या भागातील काम आज संध्याकाळी हाती घेत आहोत. - पुणे महानगरपालिका",
    "hi": "आपके इलाक़े का काम आज शाम हाथ में लिया जा रहा है। - पुणे महानगरपालिका",
    "en": "The work in your area begins this evening. - Pune Municipal Corporation",
    "mr-Latn": "Aaplya bhagatil kaam aaj sandhyakali hati ghet aahot. "
    "- Pune Mahanagarpalika",
    "hi-Latn": "Aapke ilake ka kaam aaj shaam haath mein liya ja raha hai. "
    "- Pune Mahanagarpalika",
}


def write_answers(crew: SampleCrew, numbers: Sequence[str]) -> None:
    """Answer every contact in whose window it can be done privately: every third in
    words that wait for a second person. All are drafted first, so that it can go on
    wherever it was stopped."""
    _draft_answers(crew, numbers)
    waiting = answer_view.list_answers(crew.writer, WAITING_STATES, limit=_MOST)
    # What has waited for a second person since another morning may come too late.
    late = {
        line.answer for line in waiting if line.way == "private" and line.until is None
    }
    keys = {
        (line.case, line.answer, line.state)
        for line in waiting
        if line.answer not in late
    }
    for number, key, state in sorted(keys):
        if serial_of(number) % 3 == 0:
            continue
        if state == "draft":
            answers.send_answer(crew.writer, key)
        else:
            answers.approve_answer(crew.second, key)


def _draft_answers(crew: SampleCrew, numbers: Sequence[str]) -> None:
    for number in numbers:
        progress = crew.progress_of(number)
        if progress.case.state not in OPEN_STATES or _DRAFTED in progress.steps:
            continue
        contacts = [contact.id or 0 for contact in _reached(crew, number)]
        if not contacts:
            continue
        draft = (
            AnswerDraft(texts=_OWN_WORDS, contacts=contacts)
            if serial_of(number) % 3 == 0
            else AnswerDraft(macro=_APPROVED, contacts=contacts)
        )
        answer_drafts.draft_answer(crew.writer, number, draft)


def _reached(crew: SampleCrew, number: str) -> Iterator[CaseContact]:
    """The contacts of a case who can be answered privately now."""
    writer = crew.writer
    with db.reading(writer.engine) as session:
        case = cases.find_case(session, number)
        for contact in cases.contacts_of(session, [case.id or 0]):
            ways = answer_channels.ways_to_answer(writer, session, contact)
            if ways.find("private") is not None:
                yield contact
