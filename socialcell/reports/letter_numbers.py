"""The frozen numbers that only the weekly letters say: their keys and types.

`reports/week_numbers.py` says how they are written.
"""

from typing import Literal, NotRequired, TypedDict

from socialcell.reports.compared_figures import Figure
from socialcell.reports.named_counts import NamedCount, Names, OwnerNames


class CommitmentNumbers(TypedDict):
    """A commitment that was open when the week ended: what, until when, whose.

    `owner` is the usual owner of its topic; `made_by` is who of the cell entered it.
    """

    id: int
    text: str
    due_at: str
    topic: str | None
    ward: str | None
    made_by: str
    owner: OwnerNames | None


PlannedClosure = TypedDict(
    "PlannedClosure",
    {
        "topic": str,
        "wards": list[OwnerNames],
        "from": str,
        "to": str,
        "n": int,
    },
)
"""What the city announced, and mentions of its topic in the week that name one of its
ward offices or none."""


class WaitingApprovals(TypedDict):
    """Own posts or answers that a second person has not approved; `due_at` is when the
    first of them is to leave, None of answers, which leave at once."""

    n: int
    due_at: str | None


class CellWork(TypedDict):
    """What the cell published in the week, what waits for approval, commitments kept
    and those that fell due."""

    posts: int
    answers: int
    posts_waiting: WaitingApprovals
    answers_waiting: WaitingApprovals
    kept: int
    due: int


class OfficeNumbers(TypedDict):
    """A ward office, or an owner of problems: its mentions, those that ask, urgent
    ones, and complaints said to be closed without action.

    `topics` are those that are asked about; `places` of a ward office its localities,
    of an owner the ward offices.
    """

    id: str
    kind: Literal["ward", "owner"]
    name: Names | None
    mentions: Figure
    asking: Figure
    urgent: Figure
    closed: int
    topics: list[NamedCount]
    places: list[NamedCount]


class LetterNumbers(TypedDict):
    """What the letters say beside the numbers of the report.

    `unacknowledged` are incidents of danger to life that nobody had acknowledged and
    that were not over when the numbers were counted, of mentions written before the
    week ended; an alert may come after it. Earlier versions did not freeze them.
    `closed` are mentions that say a complaint was closed without action, `closed_of`
    those of them whose owner is known. `festival` are the days of the week that belong
    to one.
    """

    commitments: list[CommitmentNumbers]
    planned: list[PlannedClosure]
    work: CellWork
    unacknowledged: NotRequired[int]
    closed: int
    closed_of: list[NamedCount]
    festival: list[str]
    offices: list[OfficeNumbers]
