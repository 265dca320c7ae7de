"""How commands show cases: a table, a page of text, and their JSON."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from socialcell.commands import output
from socialcell.json_types import DocumentValue, JsonObject
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.views.desk.case_view import (
        CasePage,
        CaseSummary,
        MessageView,
        StepView,
    )
    from socialcell.views.desk.inbox_view import InboxLine, InboxPage

_COLUMNS = ("no.", "priority", "state", "due", "topic", "area", "assignee", "words")
_DECIDED = ("kind", "topic", "priority", "place", "area", "owner")
_WORDS = 160  # characters of a citizen's last words in a table


def print_list(page: "InboxPage", view: str, *, json: bool) -> None:
    """A page of cases with how many each view has."""
    if json:
        output.as_json({"view": view, **_list_document(page)})
        return
    counts = ", ".join(f"{name} {n}" for name, n in page.counts.items())
    output.note(f"Cases: {counts}")
    if not page.lines:
        output.say("No case.")
        return
    rows = [_row(line) for line in page.lines]
    output.table(_COLUMNS, rows, important=("no.", "priority", "state", "due"))
    if page.following is not None:
        output.note(f"There are more: --after {page.following}")


def print_opened(page: "CasePage", more: JsonObject, *, json: bool) -> None:
    """What a case is that was opened now, so that who opened it sees what the reader
    made of it; `more` goes into its JSON."""
    case = page.case
    due_at = min(
        (clock.due_at for clock in page.clocks if clock.is_running), default=None
    )
    if json:
        fields = {name: getattr(case, name) for name in _DECIDED}
        output.as_json({"case": case.number, **fields, "due_at": due_at, **more})
        return
    where = case.place or case.area or "place not known"
    due = "" if due_at is None else f", due {output.local(due_at)}"
    output.say(
        f"Case {case.number} is open: {case.priority}, {case.kind}, "
        f"{case.topic or 'topic not known'}, {where}; "
        f"owner {case.owner or 'not known'}{due}."
    )


def print_case(page: "CasePage", *, json: bool) -> None:
    """A case with its conversations, notes and steps."""
    if json:
        output.as_json(_document(page))
        return
    _say_head(page.case)
    for clock in page.clocks:
        output.say(f"clock {clock.kind}: {clock.state}, {output.local(clock.due_at)}")
    for contact in page.contacts:
        who = contact.person or "not known"
        output.say(f"conversation {contact.id}: {contact.channel}, {who}")
    output.say()
    for message in page.messages:
        output.say(_message(message))
    output.say()
    for step in page.steps:
        output.say(_step(step))
    for similar in page.similar:
        output.say(f"may be the same as {similar.number}")


def _say_head(case: "CaseSummary") -> None:
    where = case.place or case.area or "place not known"
    output.say(f"{case.number}  {case.priority}  {case.state}  {case.kind}")
    if case.title:
        output.say(case.title)
    output.say(f"topic: {case.topic or '?'}; where: {where}")
    assignee = case.assignee or "nobody"
    output.say(f"owner: {case.owner or '?'}; team: {case.team}; assignee: {assignee}")
    output.say(f"rev {case.rev}; opened {output.local(case.opened_at)}")
    if case.holder and case.held_until:
        output.say(f"{case.holder} works on it until {output.local(case.held_until)}")
    if case.merged_number:
        output.say(f"merged into {case.merged_number}")


def _step(step: "StepView") -> str:
    moved = "" if step.from_state == step.to_state else f" → {step.to_state}"
    reason = f": {step.reason}" if step.reason else ""
    return f"{output.local(step.at)}  {step.kind}{moved}, {step.by}{reason}"


def _message(message: "MessageView") -> str:
    text = "(removed)" if message.is_removed else message.text or ""
    through = message.channel or message.direction
    who = message.who or "not known"
    return f"{output.local(message.at)}  {through}, {who}: {text}"


def _list_document(page: "InboxPage") -> dict[str, object]:
    lines = [_line(line) for line in page.lines]
    return {"counts": dict(page.counts), "cases": lines, "next": page.following}


def _row(line: "InboxLine") -> tuple[CellContent, ...]:
    due = None if line.clock is None else output.local(line.clock.due_at)
    where, who = line.place or line.area, line.holder or line.assignee
    words = (line.title or line.words or "")[:_WORDS]
    return line.number, line.priority, line.state, due, line.topic, where, who, words


def _line(line: "InboxLine") -> dict[str, DocumentValue]:
    clock = line.clock
    fields = {name: part for name, part in asdict(line).items() if name != "clock"}
    return {**fields, "due_at": None if clock is None else clock.due_at}


def _document(page: "CasePage") -> dict[str, DocumentValue]:
    case = asdict(page.case)
    del case["id"], case["assignee_id"], case["holder_id"]
    return {
        **case,
        "contacts": [asdict(contact) for contact in page.contacts],
        "messages": [asdict(message) for message in page.messages],
        "clocks": [
            {"kind": clock.kind, "state": clock.state, "due_at": clock.due_at}
            for clock in page.clocks
        ],
        "steps": [asdict(step) for step in page.steps],
        "similar": [asdict(similar) for similar in page.similar],
    }
