"""The result of a delivery run of the outbox."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Delivery:
    """The result of a delivery run, as numbers of messages."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    stopped: str | None = None  # why nothing more was tried, or a call was not placed

    def __add__(self, other: "Delivery") -> "Delivery":
        reasons = "; ".join(filter(None, (self.stopped, other.stopped)))
        return Delivery(
            self.sent + other.sent,
            self.later + other.later,
            self.dead + other.dead,
            reasons or None,
        )
