"""The outbox: the switch, what is held and why, what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from socialcell.roles import Permission
from socialcell.services.messaging import reply_drafts
from socialcell.services.outbox import outbox, outbox_mode, outbox_view
from socialcell.services.outbox.outbox_mode import MODES
from socialcell.services.outbox.outbox_view import MessageEntry
from socialcell.services.publishing import own_posts
from socialcell.web.console import words
from socialcell.web.console.office import outbox_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import MOST_DIGITS, PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/outbox"
_MOST = 50
_CHOSEN = "m"  # how the box of a message begins; its number follows
_SWITCH = Permission.SWITCH_OUTBOX
# The tabs of the page: each shows messages of these states.
_TABS = {
    "held": ("held",),
    "waiting": ("pending", "sending"),
    "sent": ("sent",),
    "dead": ("dead",),
}
_SIGNS = {
    "held": ("warn", "stop"),
    "pending": ("", "clock"),
    "sending": ("", "half"),
    "sent": ("good", "check"),
    "dead": ("warn", "cross"),
}


class ModeForm(Form):
    """Turning the switch."""

    mode: Literal["normal", "crisis", "mourning", "election"]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class ReleaseForm(Form):
    """Messages that leave: those whose box is ticked, or all."""

    model_config = ConfigDict(extra="allow")
    which: Literal["chosen", "all"]


@dataclass(frozen=True)
class MessageLine:
    """A message in words. `why`: what holds it, in a sentence; `answer`: what the
    receiver or the program noted of it, in English."""

    message: MessageEntry
    kind: str
    state: str
    chip: tuple[str, str]
    why: str
    answer: str


def show_outbox(request: PageRequest) -> Answer:
    """The switch, and the messages of a tab: what is held unless another is named."""
    context, lang = request.context, request.lang
    tab = request.query.get("state", "")
    tab = tab if tab in _TABS else "held"
    view = outbox_view.view_outbox(
        context,
        _TABS[tab],
        _MOST,
        request.query_number("before"),
    )
    replies = reply_drafts.list_waiting(context)
    return WebPage(
        "outbox.html",
        {
            "switch": view.switch,
            "mode": words.outbox_mode(view.switch.mode, lang),
            "effect": outbox_words.mode_effect(view.switch.mode, lang),
            "modes": [(mode, words.outbox_mode(mode, lang)) for mode in MODES],
            "tab": tab,
            "tabs": _tabs(view.counts, request),
            "lines": [_line(message, request) for message in view.messages],
            "next": view.messages[-1].id if view.has_more else None,
            "posts": len(own_posts.list_drafts(context)),
            "answers": sum(reply.state == "waiting" for reply in replies),
            "doubts": sum(reply.state == "unsure" for reply in replies),
            "may_switch": request.may(_SWITCH),
            "box": _CHOSEN,
        },
    )


def _tabs(
    counts: Mapping[str, int], request: PageRequest
) -> list[tuple[str, str, int]]:
    _ = request.lang.gettext
    labels = {
        "held": _("Held back"),
        "waiting": _("Waiting"),
        "sent": _("Delivered"),
        "dead": _("Not delivered"),
    }
    return [
        (tab, labels[tab], sum(counts[state] for state in states))
        for tab, states in _TABS.items()
    ]


def _line(message: MessageEntry, request: PageRequest) -> MessageLine:
    lang = request.lang
    return MessageLine(
        message,
        outbox_words.message_kind(message.kind, lang),
        outbox_words.message_state(message.state, lang),
        _SIGNS.get(message.state, ("", "")),
        words.hold_reason(message.hold.reason, lang) if message.hold else "",
        _answer(message),
    )


def _answer(message: MessageEntry) -> str:
    """What was noted of a message; "" where its state says as much."""
    is_said = message.state == "sent" or (
        message.hold is not None and message.hold.reason == "mode"
    )
    return "" if is_said else message.answer or ""


def act_mode(request: PageRequest, form: ModeForm) -> Answer:
    """Turn the switch."""
    count = outbox_mode.set_mode(request.context, form.mode, form.reason)
    lang = request.lang
    notice = lang.ngettext(
        "The switch is set: %(mode)s. %(n)s message is held back by it now.",
        "The switch is set: %(mode)s. %(n)s messages are held back by it now.",
        count,
        mode=words.outbox_mode(form.mode, lang),
    )
    return RedirectTo(_PATH, notice)


def act_release(request: PageRequest, form: ReleaseForm) -> Answer:
    """Let held messages leave: the chosen ones, or all whose time has not passed."""
    lang = request.lang
    ids = None if form.which == "all" else _chosen(form)
    if ids == []:
        text = lang.gettext("No message is chosen. Tick those that should leave.")
        raise FormRefused(("", text))
    released = outbox.release(request.context, ids)
    notice = lang.ngettext(
        "%(n)s message leaves now.", "%(n)s messages leave now.", released.count
    )
    if released.stale:
        notice += " " + lang.ngettext(
            "%(n)s stays held, since its time has passed: tick it if it is still true.",
            "%(n)s stay held, since their time has passed: tick those that are still "
            "true.",
            len(released.stale),
        )
    return RedirectTo(_PATH, notice)


def _chosen(form: ReleaseForm) -> list[int]:
    numbers = [
        name.removeprefix(_CHOSEN)
        for name in form.model_extra or {}
        if name.startswith(_CHOSEN)
    ]
    return [
        int(number)
        for number in numbers
        if number.isdecimal() and len(number) <= MOST_DIGITS
    ]


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_outbox),
    Action("/outbox/mode", _SWITCH, ModeForm, act_mode, show_outbox),
    Action("/outbox/release", _SWITCH, ReleaseForm, act_release, show_outbox),
)
