"""The mode, a switch for all that speaks in public: what it holds back, and why."""

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.ops import audit, outbox_store
from socialcell.services.context import Context

MODES = ("normal", "crisis", "mourning", "election")
# Publicity is held in every mode but normal. Internal notices and answers to citizens
# are sent in every mode, and so is what a second person approved as safety.
_PUBLICITY = ("post", "outreach")
HELD: dict[str, tuple[str, ...]] = {
    "normal": (),
    "crisis": _PUBLICITY,
    "mourning": _PUBLICITY,
    "election": _PUBLICITY,
}


def current_mode(context: Context) -> str:
    """The current mode."""
    with db.reading(context.engine) as session:
        return mode_in(session)


def set_mode(context: Context, mode: str, reason: str) -> int:
    """Set the mode; how many messages it holds back at once. Audited.

    What was held stays held when the mode is normal again: a person releases what is
    still right to say. UsageError for an unknown mode or no reason.
    """
    if mode not in MODES:
        raise UsageError("outbox.no_such_mode", mode=mode, modes=list(MODES))
    if not reason.strip():
        raise UsageError("outbox.mode_without_reason")
    now = context.clock.now()
    with db.writing(context.engine) as session:
        outbox_store.set_mode(session, mode, context.actor.name, reason.strip(), now)
        count = outbox_store.hold(session, HELD[mode], held_by_mode(mode))
        detail = {"mode": mode, "reason": reason.strip(), "held": count}
        audit.append(session, context.actor, "outgoing.mode", mode, detail, now)
    return count


def count_held(context: Context) -> int:
    """How many held messages a person can release."""
    with db.reading(context.engine) as session:
        in_time, stale = outbox_store.held_ids(session, context.clock.now())
        return len(in_time) + len(stale)


def require(context: Context, kind: str) -> None:
    """Check the mode before something is sent past the outbox. UsageError when the mode
    holds this kind, with the reason that was given for the switch."""
    with db.reading(context.engine) as session:
        is_held, mode = check_mode(session, kind)
        switch = outbox_store.mode(session)
        reason = switch.reason if switch else None
    if is_held and reason is not None:
        raise UsageError(
            "outbox.held_back_because", mode=mode, reason=reason, kind=kind
        )
    if is_held:
        raise UsageError("outbox.held_back", mode=mode, kind=kind)


def held_by_mode(mode: str) -> str:
    """The note on a message that the mode holds."""
    return f"The switch was set to {mode}: socialcell outbox release"


def check_mode(session: Session, kind: str) -> tuple[bool, str]:
    """Whether the mode holds this kind, and the mode."""
    mode = mode_in(session)
    return kind in HELD[mode], mode


def mode_in(session: Session) -> str:
    """As `mode`, in the caller's session."""
    row = outbox_store.mode(session)
    return row.mode if row else "normal"
