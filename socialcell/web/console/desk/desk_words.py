"""Words of the desk: states, priorities, channels, clocks, steps, answers, levels."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.i18n import Language
from socialcell.json_types import JsonObject
from socialcell.listening.store.area_names import names_of
from socialcell.reports.incidents import incident_facts
from socialcell.reports.phrases import Phrases
from socialcell.roles import WARD
from socialcell.services.context import Context
from socialcell.services.desk import case_reading
from socialcell.services.mentions import place_names
from socialcell.views.desk.clock_view import ClockView
from socialcell.web.console import clock_words
from socialcell.web.console.mention_pages import CASE_KINDS as CASE_KINDS
from socialcell.web.console.mention_words import MentionWords
from socialcell.web.pages.state_words import case_states, message_states

PRIORITIES = ("P0", "P1", "P2", "P3")
CELL = "cell"

# Of each state: the icon and the kind of its chip.
_SIGNS: Mapping[str, tuple[str, str]] = {
    "new": ("new", ""),
    "acknowledged": ("new", ""),
    "assigned": ("half", ""),
    "in_progress": ("half", ""),
    "action_scheduled": ("clock", ""),
    "resolved_claimed": ("ask", "unknown"),
    "referred": ("arrow", ""),
    "closed_confirmed": ("check", "good"),
    "closed_unconfirmed": ("ask", "unknown"),
    "duplicate": ("stop", ""),
    "dropped": ("cross", ""),
    "cancelled": ("cross", ""),
}


class DeskWords(MentionWords):
    """The words of the desk in the language of a page, beside those of mentions."""

    def __init__(self, lang: Language, names: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(lang, names)
        self.lang, self.names, self._own = lang, names, Phrases(lang)

    def state(self, state: str) -> str:
        """The state of a case."""
        return case_states(self.lang).get(state, state)

    def decided(
        self, changed: Mapping[str, tuple[str, str]]
    ) -> Sequence[tuple[str, str]]:
        """What a triage changed, by the labels of its form: as it is now."""
        _ = self.lang.gettext
        labels: dict[str, tuple[str, Callable[[str], str]]] = {
            "kind": (_("What is asked"), self.case_kind),
            "priority": (_("Priority"), self.priority),
            "topic": (_("Topic"), lambda id_: self.label("topic", id_)),
            "place": (_("Place"), self.place),
            "area": (_("Ward office"), self.area),
            "owner": (_("Whose problem"), self.area),
            "summary": (_("Title"), str),
        }
        return [
            (label, in_words(changed[name][1]) if changed[name][1] else "")
            for name, (label, in_words) in labels.items()
            if name in changed
        ]

    def sign(self, state: str) -> tuple[str, str]:
        """The icon and the kind of the chip of a state."""
        return _SIGNS.get(state, ("ask", "unknown"))

    def states(self, states: Iterable[CaseState]) -> Sequence[tuple[str, str]]:
        """States with their words, in the order of the table."""
        wanted = set(states)
        return [(s.value, self.state(s)) for s in CaseState if s in wanted]

    def priority(self, priority: str) -> str:
        """What a priority means."""
        _ = self.lang.gettext
        return {
            "P0": _("P0, life or limb"),
            "P1": _("P1, danger or outage for many"),
            "P2": _("P2, one service"),
            "P3": _("P3, opinion or question"),
        }.get(priority, priority)

    def case_kind(self, kind: str) -> str:
        """What a case asks for."""
        return self.label("intent", kind)

    def channel(self, channel: str) -> str:
        """Through what a conversation runs."""
        _ = self.lang.gettext
        return {
            "phone": _("Phone"),
            "paper": _("Paper"),
            "press": _("Newspaper"),
            "portal": _("Portal"),
        }.get(channel) or self._own.platform(channel)

    def channels(self, channels: Iterable[str]) -> str:
        """Several channels behind commas, each once."""
        return ", ".join(self.channel(c) for c in dict.fromkeys(channels))

    def opened_from(self, source: str) -> str:
        """What a case was opened from."""
        _ = self.lang.gettext
        return {
            "mention": _("a public post"),
            "message": _("a private message"),
            "review": _("a review"),
            "press": _("a newspaper"),
            "paper": _("a letter"),
            "phone": _("a phone call"),
            "api": _("another program"),
        }.get(source, source)

    def clock(self, kind: str) -> str:
        """What a clock measures."""
        _ = self.lang.gettext
        return {
            "first_answer": _("First answer"),
            "next_answer": _("Next answer"),
            "stage": _("This stage"),
            "total": _("Whole case"),
            "next_update": _("Next update"),
            "referral": _("The other body's answer"),
        }.get(kind, kind)

    def clock_line(self, clock: ClockView) -> str:
        """How a clock stands, in words."""
        return clock_words.clock_line(clock, self.lang)

    def closing(self, answer: str | None) -> str:
        """What came of the closing question."""
        _ = self.lang.gettext
        if answer is None:
            return _("not asked yet")
        return {
            "asked": _("asked, no answer yet"),
            "to_call": _("to be asked by a call"),
            "yes": _("says it is solved"),
            "no": _("says it is not solved"),
            "no_reply": _("did not answer in 7 days"),
        }.get(answer, answer)

    def message_state(self, state: str) -> str:
        """What became of a message of ours."""
        return message_states(self.lang).get(state, state)

    def place(self, words: str) -> str:
        """Where it is: a known place in the language of the page, else as typed."""
        return case_reading.place_in_words(words, self.lang.code)

    def outgoing_state(self, channel: str | None, state: str) -> str:
        """The same beside its channel: who called is told, and sent nothing."""
        if state == "sent" and channel in ("phone", "paper", "press"):
            return self.lang.gettext("told by a person")
        return self.message_state(state)

    def purpose(self, purpose: str) -> str:
        """What a message of ours is for."""
        _ = self.lang.gettext
        return {
            "answer": _("Answer"),
            "place_question": _("Question where it is"),
            "closing_question": _("Question whether it is solved"),
            "acknowledge": _("Acknowledgement by the machine"),
        }.get(purpose, purpose)

    def reasons(self, reasons: JsonObject) -> list[str]:
        """Why two cases may be one."""
        _, lines = self.lang.gettext, []
        if topic := reasons.get("topic"):
            lines.append(
                _("same topic: %(topic)s", topic=self.label("topic", f"{topic}"))
            )
        metres = reasons.get("metres")
        if isinstance(metres, int):
            lines.append(_("%(n)s m apart", n=self.lang.number(metres)))
        places = reasons.get("places")
        if isinstance(places, list):
            lines.append(
                _("same place: %(place)s", place=", ".join(map(self._spot, places)))
            )
        if reasons.get("words"):
            lines.append(_("nearly the same words"))
        if reasons.get("reply"):
            lines.append(_("one post answers the other"))
        return lines

    def _spot(self, id_: object) -> str:
        """A place of the gazetteer or a ward office by its name."""
        names = incident_facts.place_names().get(f"{id_}")
        return self.area(f"{id_}") if names is None else self._phrases.name(names, "")

    def ward_offices(self) -> list[tuple[str, str]]:
        """The ward offices with their names, in the order of these."""
        return self._named(WARD)

    def departments(self) -> list[tuple[str, str]]:
        """The departments with their names, in the order of these."""
        return self._named("dept:")

    def bodies(self) -> list[tuple[str, str]]:
        """Other bodies with their names, in the order of these."""
        return self._named("body:")

    def _named(self, kind: str) -> list[tuple[str, str]]:
        ids = [id_ for id_ in self.names if id_.startswith(kind)]
        return sorted(((id_, self.area(id_)) for id_ in ids), key=lambda p: p[1])

    def way(self, way: str) -> str:
        """How another body is told."""
        _ = self.lang.gettext
        return {
            "tag": _("by tagging it in public"),
            "e-mail": _("by e-mail"),
            "portal": _("through its portal"),
            "phone": _("by phone"),
        }.get(way, way)

    def team(self, team: str) -> str:
        """Who works on a case."""
        if team == CELL:
            return self.lang.gettext("Social media cell")
        return self.area(team)

    def level(self, level: int) -> str:
        """Who a case has been escalated to; "" where it was not."""
        _ = self.lang.gettext
        return {
            1: _("with the deputy engineer"),
            2: _("with the assistant commissioner"),
            3: _("with the deputy commissioner of the zone"),
            4: _("with the head of the department"),
            5: _("with the additional commissioner"),
        }.get(level, "")

    def step(self, kind: str) -> str:
        """What a step of a case did."""
        _ = self.lang.gettext
        return {
            "open": _("Opened"),
            "state": _("State changed"),
            "triage": _("Triage decided"),
            "assign": _("Given to somebody"),
            "take": _("Taken"),
            "owner": _("Owner decided"),
            "priority": _("Priority decided"),
            "merge": _("Joined with another case"),
            "unmerge": _("Taken apart again"),
            "split": _("A conversation became a case of its own"),
            "join": _("A conversation was added"),
            "field_link": _("Field link given"),
            "field_link_end": _("Field link taken back"),
            "field_done": _("From the spot: done"),
            "field_needs_until": _("From the spot: needs more time"),
            "field_not_ours": _("From the spot: not ours"),
            "reading": _("The machine reads it as more urgent"),
            "message": _("A citizen wrote again"),
            "late_message": _("A citizen wrote after the end"),
            "answer_read": _("A citizen's answer was read"),
            "answer_draft": _("Answer drafted"),
            "answer_approve": _("Answer approved"),
            "answer_queue": _("Approved answer used"),
            "answer_return": _("Answer sent back"),
            "answer_withdraw": _("Answer withdrawn"),
            "call": _("Called"),
            "body_answer": _("The other body answered"),
            "come_back": _("Came back from the other body"),
            "service": _("A service by right"),
            "escalate": _("Escalated"),
            "reopen": _("Reopened"),
            "reveal": _("A name was looked at"),
            "note": _("Note"),
            "photo_public": _("A photo was marked public"),
            "photo_private": _("A photo was made private again"),
            "incident": _("Joined to an incident"),
            "token": _("Registered in PMC Care"),
            "answer": _("Answered"),
            "claim": _("Said to be done"),
            "refer": _("Passed to another body"),
            "close": _("Closed"),
        }.get(kind, self.lang.gettext("Another step"))


def load_desk_words(context: Context, lang: Language) -> DeskWords:
    """The words with the names of all areas and owners."""
    return DeskWords(lang, place_names.load_names(context))


def few_desk_words(context: Context, lang: Language, ids: Collection[str]) -> DeskWords:
    """The words with the names of these areas and owners alone."""
    with db.reading(context.engine) as session:
        return DeskWords(lang, names_of(session, ids))
