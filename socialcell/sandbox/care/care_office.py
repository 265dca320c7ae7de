"""The office that registers complaints, works on them, and writes exports.

What becomes of a complaint is drawn when it is registered, and stands in `truths`: it
may be closed, closed though nothing was done, closed and reopened, given a status that
only this office knows, or stay open.
"""

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

from socialcell.clock import IST
from socialcell.sheet import workbook

Form = Literal["csv", "utf-16", "xlsx", "marathi"]
HEADINGS = {
    "token": "Token No",
    "case_number": "Our Case Number",
    "citizen": "Citizen Name",
    "mobile": "Mobile No",
    "department": "Department",
    "status": "Status",
    "closing_line": "Action Taken",
    "created_at": "Registered On",
    "closed_at": "Closed On",
    "changed_at": "Last Updated",
}
_MARATHI = {
    **HEADINGS,
    "token": "टोकन क्रमांक",
    "department": "विभाग",
    "status": "स्थिती",
    "closing_line": "केलेली कार्यवाही",
}
_LINES = (
    "Work completed by the contractor and checked by the junior engineer",
    "काम पूर्ण केले असून कनिष्ठ अभियंत्यांनी पाहणी केली",
    "Team visited the spot, complaint attended",
)


class CareFate(StrEnum):
    """What becomes of a complaint."""

    CLOSED = "closed"
    WRONGLY_CLOSED = "wrongly_closed"  # nothing was done
    REOPENED = "reopened"
    UNKNOWN_STATUS = "unknown_status"
    OPEN = "open"


_FATES = (
    *(CareFate.CLOSED,) * 4,
    *(CareFate.WRONGLY_CLOSED,) * 2,
    *(CareFate.REOPENED,) * 2,
    CareFate.UNKNOWN_STATUS,
    CareFate.OPEN,
)


@dataclass(frozen=True)
class CareEvent:
    """A status from a moment on, and what the office writes of it."""

    at: datetime
    status: str
    line: str = ""


@dataclass(frozen=True)
class CareTruth:
    """A complaint as it is, whatever an export says."""

    token: str
    number: str
    department: str
    fate: CareFate
    events: tuple[CareEvent, ...]

    def status_at(self, moment: datetime) -> CareEvent | None:
        """What the office says of it at a moment; None: it has no token yet."""
        past = [event for event in self.events if event.at <= moment]
        return past[-1] if past else None

    def closed_at(self, moment: datetime) -> datetime | None:
        """Since when it is closed at a moment; None: it is not."""
        event = self.status_at(moment)
        return event.at if event is not None and event.status == "Closed" else None


class CareOffice:
    """Registers what care_out.csv asks for, and writes exports as of a moment."""

    def __init__(self, seed: int, fates: Sequence[CareFate] = _FATES) -> None:
        self._random = random.Random(seed)
        self._fates = fates
        self.truths: dict[str, CareTruth] = {}

    def register(self, path: Path, at: datetime) -> list[str]:
        """Give a token to each case of a care_out.csv; the tokens, in their order."""
        text = path.read_text(encoding="utf-8-sig")
        tokens = []
        for row in csv.DictReader(io.StringIO(text)):
            token = f"WA{5000 + len(self.truths):04d}"
            fate = self._fates[self._random.randrange(len(self._fates))]
            events = tuple(self._events(fate, at))
            department = row["department"] or "dept:unknown"
            truth = CareTruth(token, row["number"], department, fate, events)
            self.truths[token] = truth
            tokens.append(token)
        return tokens

    def _events(self, fate: CareFate, at: datetime) -> Iterable[CareEvent]:
        yield CareEvent(at, "Registered")
        begun = at + timedelta(days=1, minutes=self._random.randrange(600))
        if fate is CareFate.UNKNOWN_STATUS:
            yield CareEvent(begun, "Awaiting tender sanction")
            return
        yield CareEvent(begun, "In Progress")
        if fate is CareFate.OPEN:
            return
        closed = begun + timedelta(days=1 + self._random.randrange(3))
        line = _LINES[self._random.randrange(len(_LINES))]
        yield CareEvent(closed, "Closed", line)
        if fate is CareFate.REOPENED:
            yield CareEvent(
                closed + timedelta(days=2), "Reopened", "Quality check failed"
            )

    def rows(self, as_of: datetime) -> list[dict[str, str]]:
        """What an export of a moment says, by our names of its columns."""
        rows = []
        for truth in self.truths.values():
            event = truth.status_at(as_of)
            if event is not None:
                closed_at = truth.closed_at(as_of)
                rows.append(
                    {
                        "token": truth.token,
                        "case_number": truth.number,
                        "citizen": "Sunita Sample",
                        "mobile": "9999900000",
                        "department": truth.department,
                        "status": event.status,
                        "closing_line": event.line,
                        "created_at": _written(truth.events[0].at),
                        "closed_at": _written(closed_at) if closed_at else "",
                        "changed_at": _written(event.at),
                    }
                )
        return rows

    def foreign_rows(self, count: int, at: datetime) -> list[dict[str, str]]:
        """Rows of complaints that came to the office by other ways."""
        return [
            dict.fromkeys(HEADINGS, "")
            | {
                "token": f"CC{900 + place}",
                "status": "In Progress",
                "created_at": _written(at),
                "changed_at": _written(at),
            }
            for place in range(count)
        ]


def write_export(
    path: Path,
    rows: Sequence[Mapping[str, str]],
    form: Form = "csv",
    *,
    headings: Mapping[str, str] = HEADINGS,
    cut: int = 0,
) -> Path:
    """Write an export; the last `cut` rows are broken off in the middle."""
    heads = _MARATHI if form == "marathi" else headings
    table = [{heads[name]: row[name] for name in heads} for row in rows]
    columns = list(heads.values())
    if form == "xlsx":
        path.write_bytes(workbook(columns, table, "Export"))
        return path
    whole = len(table) - cut
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for place, row in enumerate(table):
        cells = list(row.values())
        writer.writerow(cells if place < whole else cells[:4])
    path.write_bytes(text.getvalue().encode("utf-16" if form == "utf-16" else "utf-8"))
    return path


def _written(moment: datetime) -> str:
    """As the office writes a moment: 25-11-2026 14:05, in Pune."""
    return f"{moment.astimezone(IST):%d-%m-%Y %H:%M}"
