"""The first screen of the letter of each week of the sample city answers fifteen
questions, and its counts are those of the database."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from socialcell.clock import IST
from tests.end_to_end.conftest import SHORT, WHOLE, Demo
from tests.inside import socialcell
from tests.running import answer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

FIRST_SCREEN = 1_700  # characters
# The Mondays after the four weeks: an ordinary one, two of the festival, the flood's.
MONDAYS = ("2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23")
DAY = timedelta(days=1)
# The short demo has the last two of the weeks.
EACH_WEEK = pytest.mark.parametrize(
    ("city", "monday"),
    [
        *((SHORT, monday) for monday in MONDAYS[-2:]),
        *(pytest.param("whole", monday, marks=pytest.mark.long) for monday in MONDAYS),
    ],
    indirect=["city"],
)
# What takes the place of an incident in a week that had none.
CALM = (
    r"(Nothing stood out: n|N)o incident was open in this week\."
    r"|No incident is known, but they were not looked for all week\."
    r"|No incident of several mentions\."
)
ANSWERS = {
    "what happened": (
        r"\A(.+: [\d,]+ mentions?, (no one is assigned|assigned to .+|over)\n"
        r"|(No incident; )?\d+ (single reports?|mentions?) of danger to life"
        r"|[\d,]+ mentions; incidents were not looked for all week"
        r"|A quiet week: |Festival days without an incident: |Nothing stood out in "
        r"|.+, announced closure: )"
    ),
    "where": rf"Ward offices: .+ \d+|Where: no mention names a place\.|{CALM}",
    "since when": rf"mentions since \w{{3}} \d+ \w{{3}}, \d\d:\d\d|{CALM}",
    "is it over": rf"It is still open\.|Over since \w{{3}} \d+|{CALM}",
    "how many": r"Whole week: [\d,]+ mentions\.",
    "how many are in danger": (
        r"Urgent: [\d,]+|No mention of it is urgent\.|danger to life: \d+"
    ),
    "who is assigned": rf"No one is assigned\.|Assigned to .+ since|Over since|{CALM}",
    "who is responsible": rf"Responsible: .+\.|{CALM}",
    "what is not known": r"Not known: \w",
    "what is to be decided": r"\nTo decide\n-+\n(\* .+|Nothing waits for a decision\.)",
    "more or less than last week": (
        r"Same hours last week and now: [\d,]+ → [\d,]+|Not comparable with last week"
    ),
    "what the cell did and what came of it": (
        r"Published: posts \d+, answers \d+\.|"
        r"No statement and no public answer was published"
    ),
    "which commitments are due": (
        r"Commitments due: \d+, of these late: \d+\.|No commitment is due\."
    ),
}


@dataclass(frozen=True)
class WeekLetter:
    """The first screen of a letter, and the week that it is about."""

    screen: str
    start: datetime
    end: datetime

    def number(self, pattern: str) -> int:
        """The number that a pattern names."""
        match = re.search(pattern, self.screen)
        assert match is not None, self.screen
        return int(match[1].replace(",", ""))


def letter(demo: Demo, monday: str, to: Path) -> WeekLetter:
    """The letter of the week before a Monday."""
    document = answer(
        socialcell(
            *("report", "weekly", "--as-of", monday, "--lang", "en", "--out", to),
            *("--json", "--config", demo.config),
        )
    )
    text = Path(document["letter"]["text"]).read_text("utf-8")
    ends = r"\n\n\n(?=Numbers, beside|Mentions by day|.+ stands out:)"
    end = datetime.fromisoformat(monday).replace(tzinfo=IST)
    return WeekLetter(re.split(ends, text)[0], end - 7 * DAY, end)


def count(demo: Demo, query: str, *moments: datetime) -> int:
    """What the database has, apart from the product's own questions."""
    values = [
        moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ") for moment in moments
    ]
    with closing(sqlite3.connect(demo.folder / "socialcell.db")) as database:
        ((n,),) = database.execute(query, values).fetchall()
    return int(n)


@EACH_WEEK
def test_the_first_screen_answers_the_questions_of_each_week(
    city: Demo, tmp_path: Path, monday: str
) -> None:
    screen = letter(city, monday, tmp_path).screen

    assert len(screen) <= FIRST_SCREEN
    missing = [
        question
        for question, pattern in ANSWERS.items()
        if re.search(pattern, screen) is None
    ]
    assert not missing, screen


@EACH_WEEK
def test_each_decision_of_a_week_says_by_whom_and_by_when(
    city: Demo, tmp_path: Path, monday: str
) -> None:
    screen = letter(city, monday, tmp_path).screen

    rows = re.findall(r"^\* .+", screen.partition("\nTo decide\n")[2], re.MULTILINE)
    for row in rows:
        assert re.search(r"\. Who: .+; By: .+", row), row
    assert bool(rows) != ("Nothing waits for a decision." in screen)


@EACH_WEEK
def test_the_counts_of_the_first_screen_are_those_of_the_database(
    city: Demo, tmp_path: Path, monday: str
) -> None:
    week = letter(city, monday, tmp_path)

    mentions = (
        "SELECT count(*) FROM mention WHERE state = 'present' "
        "AND authored_at >= ? AND authored_at < ?"
    )
    assert week.number(r"Whole week: ([\d,]+) mentions") == count(
        city, mentions, week.start, week.end
    )
    # Open ones up to a week later; late are those that were due in the week or before.
    promises = "SELECT count(*) FROM promise WHERE kept_at IS NULL AND due_at <= ?"
    if "Commitments due:" in week.screen:
        due = count(city, promises, week.end + 7 * DAY)
        late = count(city, promises, week.end)
        assert week.number(r"Commitments due: (\d+),") == due
        assert week.number(r"of these late: (\d+)\.") == late


@pytest.mark.parametrize("city", [WHOLE], indirect=True)
def test_the_week_of_the_flood_says_which_figures_contradict_each_other(
    city: Demo, tmp_path: Path
) -> None:
    week = letter(city, MONDAYS[-1], tmp_path)

    assert week.screen.startswith("Flood at Sinhagad Road: ")
    assert re.search(
        r"Discharge \(cusecs\): [\d,]+ / [\d,]+.*; none is confirmed\.", week.screen
    )
    assert "* One figure: Discharge (cusecs): " in week.screen
    total = week.number(r"\A.+: ([\d,]+) mentions")
    assert f"\n{total:,} mentions since " in week.screen
