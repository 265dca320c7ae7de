"""States in words: of cases, answers and posts, and in a message that speaks of one."""

from collections.abc import Mapping, Sequence

from socialcell.i18n import Language
from socialcell.message_catalog import Message, Parameter

_OF_STATES = ("state", "wanted", "states")  # parameters of messages


def case_states(lang: Language) -> Mapping[str, str]:
    """The states of a case."""
    _ = lang.gettext
    return {
        "new": _("New"),
        "acknowledged": _("Acknowledged"),
        "assigned": _("Given to somebody"),
        "in_progress": _("In progress"),
        "action_scheduled": _("Work has a date"),
        "resolved_claimed": _("Said to be done"),
        "referred": _("Passed to another body"),
        "closed_confirmed": _("Closed, confirmed by the citizen"),
        "closed_unconfirmed": _("Closed, not confirmed"),
        "duplicate": _("Part of another case"),
        "dropped": _("Dropped"),
        "cancelled": _("Withdrawn by the citizen"),
    }


def message_states(lang: Language) -> Mapping[str, str]:
    """How far an answer or a message of ours is."""
    _ = lang.gettext
    return {
        "draft": _("draft"),
        "waiting": _("waits for a second person"),
        "returned": _("sent back"),
        "withdrawn": _("withdrawn"),
        "queued": _("about to be sent"),
        "sent": _("sent"),
        "delivered": _("delivered"),
        "read": _("read"),
        "failed": _("not delivered"),
        "unsure": _("nobody knows whether it was sent"),
    }


def post_states(lang: Language) -> Mapping[str, str]:
    """How far a post is: `standing` of a post's document."""
    _ = lang.gettext
    return {
        "draft": _("Draft: waits for approval"),
        "approved": _("Approved: goes out at its time"),
        "stopped": _("Approved, and cannot go out yet"),
        "withdrawn": _("Withdrawn"),
        "posted": _("Posted"),
        "deleted": _("Deleted from the platform"),
        "held": _("Held"),
        "unsure": _("Nobody knows whether it is out"),
        "planned": _("Planned"),
    }


def stored_post_states(lang: Language) -> Mapping[str, str]:
    """What the row of a post says, whatever keeps it from going out."""
    _ = lang.gettext
    return {
        "draft": _("Draft"),
        "approved": _("Approved"),
        "withdrawn": _("Withdrawn"),
        "posted": _("Posted"),
        "deleted": _("Deleted from the platform"),
    }


def with_states_in_words(message: Message, lang: Language) -> Message:
    """The message with the names of states in words, where a command has their ids."""
    area = message.code.partition(".")[0]
    is_answer = {"answer", "message"} & message.parameters.keys()
    states = message_states if is_answer else _STATES_OF_AREA.get(area)
    words = states(lang) if states else {}

    def in_words(parameter: Parameter) -> Parameter:
        if isinstance(parameter, str):
            return words.get(parameter, parameter)
        if isinstance(parameter, Sequence):
            return [in_words(part) for part in parameter]
        return parameter

    parameters = {
        name: in_words(parameter) if name in _OF_STATES else parameter
        for name, parameter in message.parameters.items()
    }
    return Message(message.code, parameters)


_STATES_OF_AREA = {
    "desk": case_states,
    "deskanswers": case_states,
    "deskcases": case_states,
    "deskclosing": case_states,
    "posts": stored_post_states,
}
