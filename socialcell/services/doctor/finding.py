"""One finding of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is (ok, warning, failed, skipped), what to do."""

    name: str
    state: str
    found: str
    advice: str | None = None


def ok(name: str, found: str) -> Check:
    return Check(name, "ok", found)


def warning(name: str, found: str, advice: str) -> Check:
    return Check(name, "warning", found, advice)


def failed(name: str, found: str, advice: str) -> Check:
    return Check(name, "failed", found, advice)


def skipped(name: str, found: str) -> Check:
    return Check(name, "skipped", found)
