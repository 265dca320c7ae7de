"""What follows where the sending of a message failed: it is dead, or tried again."""

from dataclasses import dataclass
from datetime import timedelta

from socialcell import mail, phone
from socialcell.errors import SocialcellError
from socialcell.ops import outbox_store
from socialcell.services.outbox import phone_calls

# Greylisting wants five minutes; after two days a letter is dead.
RETRY_WAITS = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440))


@dataclass(frozen=True)
class Failure:
    """What follows from an attempt that failed: the state of the message, and when it
    is tried again; whether nothing more is tried in this run, and whether all that
    waits for the recipient waits as long."""

    answer: str
    state: str = "pending"
    wait: timedelta | None = None
    ends_run: bool = False
    is_of_all: bool = False


def failure_of(error: SocialcellError, channel: str, attempts: int) -> Failure:
    """What follows from an error of mail, chat or phone, on the channel of a message
    that was tried so many times."""
    answer = str(error)
    if isinstance(error, mail.DeliveryRefused):
        return Failure(answer, "dead")
    if channel == outbox_store.PHONE:
        return _failure_of_call(error, attempts)
    if isinstance(error, mail.DeliveryUnavailable):
        # Not this message's fault: it waits, and its attempt does not count.
        wait = RETRY_WAITS[0]
        return Failure(answer, "pending", wait, ends_run=True, is_of_all=True)
    state = "pending" if attempts <= len(RETRY_WAITS) else "dead"
    requested_wait = error.wait if isinstance(error, mail.DeliveryDeferred) else None
    wait = requested_wait or RETRY_WAITS[min(attempts, len(RETRY_WAITS)) - 1]
    is_requested = requested_wait is not None
    is_silent = error.message.code == "delivery.chat_not_reached"
    return Failure(
        answer,
        state,
        wait,
        ends_run=is_requested or is_silent,
        is_of_all=is_requested,
    )


def _failure_of_call(error: SocialcellError, attempts: int) -> Failure:
    """One call that fails puts off no other. Where the phone itself has trouble the
    others are made in the next run: they have waited longer than this one."""
    requested_wait = None
    if isinstance(error, mail.DeliveryDeferred):
        requested_wait = error.wait
        state = "pending" if attempts <= phone_calls.MOST_RETRIES else "dead"
        has_trouble = (
            requested_wait is not None or error.message.code in phone_calls.NO_ANSWER
        )
    else:
        # A program or an address that a person must mend: the attempt does not count.
        state, has_trouble = "pending", True
    wait = requested_wait or phone.RETRY_AFTER
    return Failure(
        str(error),
        state,
        wait,
        ends_run=has_trouble,
        is_of_all=requested_wait is not None,
    )


def reason_of(failure: Failure | None, channel: str, recipient: str) -> str | None:
    """Why something was not sent, where that is not the fault of the message alone; of
    a call always."""
    if failure is None:
        return None
    if channel == outbox_store.PHONE or failure.ends_run:
        return failure.answer if channel == "mail" else f"{recipient}: {failure.answer}"
    return None
