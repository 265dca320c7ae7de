"""Faults that a test or a person can switch on in a platform of the sandbox.

Each platform only defines the form of its refusals (`refusal`).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.sandbox.server import Request, ServerResponse

CAPTCHA = (
    "<!doctype html><html><head><title>Just a moment</title></head>"
    "<body><h1>Checking your browser</h1></body></html>"
)


@dataclass(slots=True)
class Switch:
    """A fault that is on: after `after` good answers, for `times` bad ones."""

    after: int = 0
    times: int | None = None  # None: until healed
    seconds: float = 0.0
    until: datetime | None = None


class FaultyPlatform(ABC):
    """A platform with faults. Subclasses define `respond` and `refusal`."""

    name: str
    window = timedelta(minutes=15)  # how long a rate limit lasts

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._switches: dict[str, Switch] = {}

    # Faults -----------------------------------------------------------------------

    def heal(self) -> None:
        """Everything works again."""
        self._switches.clear()

    def expire_token(self) -> None:
        """The credential is refused until healed."""
        self._switches["expired"] = Switch()

    def missing_permission(self) -> None:
        """The credential is valid but not allowed to do this, until healed."""
        self._switches["forbidden"] = Switch()

    def limit(self, after: int = 0) -> None:
        """`after` more answers, then refused until the window passes on the clock."""
        self._switches["limited"] = Switch(after=after)

    def quota_spent(self) -> None:
        """The allowance of the month is used up, until healed."""
        self._switches["spent"] = Switch()

    def server_error(self, times: int | None = 1) -> None:
        """A server error of the platform, so many times (None: until healed)."""
        self._switches["broken"] = Switch(times=times)

    def slow(self, seconds: float, times: int | None = None) -> None:
        """Good answers, so many seconds of real time late."""
        self._switches["slow"] = Switch(times=times, seconds=seconds)

    def truncate(self, times: int | None = 1) -> None:
        """The connection ends in the middle of a body whose length was announced."""
        self._switches["truncated"] = Switch(times=times)

    def drop_connection(self, times: int | None = 1) -> None:
        """The connection ends without an answer."""
        self._switches["dropped"] = Switch(times=times)

    def lose_answer(self, times: int | None = 1) -> None:
        """A write takes effect, and the connection ends without an answer."""
        self._switches["unanswered"] = Switch(times=times)

    def html_instead_of_json(self, times: int | None = 1) -> None:
        """A captcha page with status 200."""
        self._switches["html"] = Switch(times=times)

    # Answers ----------------------------------------------------------------------

    def answer(self, request: Request) -> ServerResponse:
        """The platform's answer, or what the switches make of it."""
        if self._fires("dropped"):
            return ServerResponse(drop=True)
        answer = self._fault_refusal() or self._faulty_answer(request)
        if self._fires("slow"):
            answer.delay = self._slowness
        return answer

    @abstractmethod
    def respond(self, request: Request) -> ServerResponse:
        """The answer when no fault is on."""

    @abstractmethod
    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        """The platform's answer to a fault: expired, forbidden, limited, spent, broken.

        `until` is when a rate limit ends. ValueError for a fault it does not have.
        """

    def _fault_refusal(self) -> ServerResponse | None:
        for fault in ("expired", "forbidden", "spent", "broken"):
            if self._fires(fault):
                return self.refusal(fault, self.clock.now() + self.window)
        return self._rate_refusal()

    def _rate_refusal(self) -> ServerResponse | None:
        switch = self._switches.get("limited")
        if switch is None:
            return None
        if switch.after > 0:
            switch.after -= 1
            return None
        now = self.clock.now()
        switch.until = switch.until or now + self.window
        if now >= switch.until:
            del self._switches["limited"]
            return None
        return self.refusal("limited", switch.until)

    def _faulty_answer(self, request: Request) -> ServerResponse:
        if self._fires("html"):
            return ServerResponse(200, CAPTCHA)
        answer = self.respond(request)
        if request.method != "GET" and self._fires("unanswered"):
            return ServerResponse(drop=True)
        answer.cut = self._fires("truncated")
        return answer

    def _fires(self, fault: str) -> bool:
        """Whether a fault is on now; counts down its times."""
        switch = self._switches.get(fault)
        if switch is None:
            return False
        if fault == "slow":
            self._slowness = switch.seconds
        if switch.times is not None:
            switch.times -= 1
            if switch.times <= 0:
                del self._switches[fault]
        return True
