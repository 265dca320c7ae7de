"""One check of the doctor and its finding."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A check: its name, its state (ok, warning, failed, skipped), what to do."""

    name: str
    state: str
    finding: str
    advice: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The check as it stands in the command's document."""
        return {
            "name": self.name,
            "state": self.state,
            "found": self.finding,
            "advice": self.advice,
        }


def ok(name: str, finding: str) -> Check:
    return Check(name, "ok", finding)


def warning(name: str, finding: str, advice: str) -> Check:
    return Check(name, "warning", finding, advice)


def failed(name: str, finding: str, advice: str) -> Check:
    return Check(name, "failed", finding, advice)


def skipped(name: str, finding: str) -> Check:
    return Check(name, "skipped", finding)
