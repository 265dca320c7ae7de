"""Writes docs/RELIABILITY.md from what the last runs of all tests measured.

The rows are faults and what is promised when they happen. The long runs have a section
of their own, which stays on the page as it is until `make test-long` runs again.
`--check` writes nothing: it sees that a test tries every row, and that no test names a
row that is not here.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "RELIABILITY.md"
MEASURED = [ROOT / "build" / f"faults-{part}.json" for part in ("quick", "slow")]
MEASURED_LONG = ROOT / "build" / "faults-long.json"
_MARK = re.compile(r"mark\.fault\(([^)]*)\)")
_ROW = re.compile(r'"(F\d+)"')


@dataclass(frozen=True)
class Row:
    """A fault, what is promised, and what the tests cannot show of it."""

    fault: str
    promise: str
    limit: str = ""


ROWS = {
    "F01": Row(
        "killed between two pages of a pull",
        "goes on at the last page that was stored and comes to the same rows",
    ),
    "F02": Row(
        "killed while a page is committed",
        "the page, its cursor, its cost and its gaps are there together, or none is",
    ),
    "F03": Row(
        "power cut",
        "what was committed stays, and the file is whole",
        "A log whose unsynced end is cut off or torn stands for it: no power was cut.",
    ),
    "F04": Row(
        "disk full, or a file that may not grow",
        "a clear error, nothing half done, and it goes on when there is room",
    ),
    "F05": Row(
        "database or row locked by another process",
        "waits as long as config.yaml says, then tells it; nothing is lost",
    ),
    "F06": Row(
        "PostgreSQL stops in the middle, also between a commit and its answer",
        "what is unknown is done again, and being done twice changes nothing",
    ),
    "F07": Row(
        "database read-only, gone, damaged, or newer than the program",
        "nothing is begun; the message says which file and what to do; exit code 78",
    ),
    "F08": Row(
        "a platform says 429, with a wait or without",
        "nobody is asked before the time it named; other sources go on",
    ),
    "F09": Row(
        "a platform answers 500, or HTML in place of data",
        "tried again later and later; what came before it is kept",
    ),
    "F10": Row(
        "a platform cannot be reached, or the line breaks within an answer",
        "the cursor stays; tried again later",
    ),
    "F11": Row(
        "truncated JSON, wrong types, missing fields, numbers out of range",
        "an item is set aside with its reason, or the page is refused whole",
    ),
    "F12": Row(
        "an answer that drips, never ends, or unpacks to a flood",
        "cut off at a deadline for the whole answer and at a size",
    ),
    "F13": Row(
        "pages out of order, late, twice, or with one item on two",
        "one row for each item, in its newest version",
    ),
    "F14": Row(
        "a post is edited upstream",
        "its newest words are kept and read again; an older version changes nothing",
    ),
    "F15": Row(
        "a post is deleted upstream",
        "nothing of it is left, in rows, search, files or pages of reports",
    ),
    "F16": Row(
        "a token is expired, revoked or lacks a right",
        "that credential is not used until a person mends it; a person is told once",
    ),
    "F17": Row(
        "two daemons; one that was paused and wakes after its lease went on",
        "one works; what the other one would write is refused",
    ),
    "F18": Row(
        "killed at any moment of a mail run",
        "every letter arrives; it comes a second time, with one Message-ID, only when "
        "the process dies between the mail server's 250 and our commit",
    ),
    "F19": Row(
        "a mail server puts a letter off (421, 450, 451, 452)",
        "tried after 5, 15, 60 minutes … for two days; nobody else's is sent again",
    ),
    "F20": Row(
        "a mail server refuses a letter, our password, or speaks no TLS",
        "the letter is dead and says why, or all wait; nothing goes in the clear",
    ),
    "F21": Row(
        "the daemon was down for days",
        "one pull makes up for all; each missed week is reported once, marked late",
    ),
    "F22": Row(
        "the clock jumps ahead or back",
        "what is due is done at once; nothing is done twice",
    ),
    "F23": Row(
        "the machine is in another time zone",
        "days and weeks are those of Pune",
    ),
    "F24": Row(
        "years' ends, leap days, months with five Mondays",
        "every moment belongs to exactly one week, Monday to Monday",
    ),
    "F25": Row(
        "poisonous text: NUL, half letters, controls, markup, a million characters",
        "stored, found, shown, exported and mailed, and harmless everywhere",
    ),
    "F26": Row(
        "text that a spreadsheet takes for a formula",
        "no cell of a CSV or XLSX file begins one",
    ),
    "F27": Row(
        "a backfill of 100,000 posts, a post of a megabyte",
        "done within 1.2 GB of address space",
        "`make test-long` is the run that imports 100,000 posts.",
    ),
    "F28": Row(
        "SIGTERM, SIGINT and SIGHUP during work",
        "leaves at the next page with exit code 0; nothing is half done",
    ),
    "F29": Row(
        "a configuration with mistakes, also at a reload",
        "all mistakes at once with file and line; the old one stays in force",
    ),
    "F30": Row(
        "killed in the middle of an upgrade of the schema",
        "it has happened whole, or not at all; the rows are there",
    ),
    "F31": Row(
        "a row of the audit log is changed, taken out or cut off",
        "the first broken row is named; a lost end shows against a noted head",
    ),
    "F32": Row(
        "tracked links while the database is locked or the queue is full",
        "people are sent on; clicks that were taken are stored, dropped ones counted",
    ),
    "F33": Row(
        "a server is held up: thousands of connections, heads and bodies that do not "
        "end, requests without a pause, answers that nobody reads",
        "everybody else is answered within a second; at most 50 MB more memory; what "
        "is refused is counted by reason",
        "Attackers and probes are on one machine with the server.",
    ),
    "F34": Row(
        "the redirect stops while the disk is full, the database locked, or clicks "
        "that wait are damaged",
        "clicks are stored then or at the next start; lost ones are counted and told, "
        "by the exit code as well; a damaged line is set aside",
    ),
    "F35": Row(
        "a link that people have is turned elsewhere, or leads to a look-alike",
        "a second person agrees to the change; only domains of the city's list, and "
        "none that only looks like one",
    ),
    "F36": Row(
        "an insider who tries to follow a person, a protest or somebody's faith",
        "refused at every place that stores or runs a question, and in the audit log "
        "without the person's name; what the city does may be asked",
    ),
    "F37": Row(
        "numbers, addresses and names of people in what they write, spelt to be missed",
        "hidden on screen, in CSV, JSON, workbook, letter, log and search index; look-"
        "alikes stay",
        "Of names of third persons and of digits in words at least 80 % are hidden.",
    ),
    "F38": Row(
        "an insider who goes from a pseudonym to the person by the address or the "
        "number of a post",
        "no list, page, letter, file or answer has either beside a pseudonym; whoever "
        "may see who wrote asks for it, and that is in the audit log",
    ),
    "F39": Row(
        "two machines do the same work on one database at once",
        "no traceback, nothing twice, and the same content as one machine's",
    ),
    "F40": Row(
        "another process stores a row first",
        "the second one finds it there, or is told so in words",
    ),
    "F41": Row(
        "a file that unpacks to a flood, or a table or outline without end",
        "refused within a second of the processor and 100 MB",
    ),
    "F42": Row(
        "settings that nest or spread without end",
        "an error with the line, within a second of the processor and 100 MB",
    ),
    "F43": Row(
        "a database of a million mentions",
        "its digest takes no more memory than that of a small one",
        "In tests the rows are made; docs/performance.md has figures of a real file.",
    ),
    "F44": Row(
        "killed at any write while a person's request is carried out",
        "the same command ends it: nothing of the person is left, and the receipt "
        "counts all that went",
    ),
    "F45": Row(
        "the law's clocks over closed days, holidays and years' ends",
        "we answer on a working day before the law's day, which never moves",
    ),
}
# Rows of the matrix that no test tries, each with why.
NOT_HERE: dict[str, str] = {}

LONG_HEADING = "## The long runs"
LONG_ABOUT = (
    "`make test-long` tries the same faults at many more places. It is run before a "
    "release and after changes to what it tries, not for every commit, so its commit "
    "may be older than the one above."
)

RULES = """\
## Rules that hold whatever happened

`socialcell doctor --deep` looks at them on the live database, and so do the tests:

| rule | it says |
|---|---|
| I1 | no cursor is ahead of the rows that came with it |
| I2 | everything that came in stands on one row |
| I3 | what a run received is the sum of its six outcomes |
| I4 | every run ends; none stays open under a dead process |
| I5 | every due moment is taken at most once, and is taken or made up for |
| I6 | at most one daemon, and nobody writes under an old fence |
| I7 | a letter waits, is being sent, and ends as sent or dead |
| I8 | of what was deleted at its source nothing is left |
| I9 | no text holds NUL, half a letter or a control character |
| I10 | nothing waits because of something else that is bad |
| I11 | the database is whole, every reference leads somewhere, the audit chain holds |
"""


@dataclass
class Tried:
    """What was tried of a row in the last run."""

    points: int = 0
    violations: int = 0
    tests: int = 0
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def main() -> int:
    """0 when all is well; 1 when a row is not tried, or was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument(
        "--measured",
        type=Path,
        nargs="+",
        default=MEASURED,
        metavar="FILE",
        help="what `pytest --faults-to FILE` wrote; of one test the last counts",
    )
    parser.add_argument(
        "--measured-long",
        type=Path,
        default=MEASURED_LONG,
        metavar="FILE",
        help="what `pytest -m long --faults-to FILE` wrote",
    )
    asked = parser.parse_args()
    wrong = list(uncovered(marked(ROOT / "tests")))
    if not asked.check:
        missing = [file for file in asked.measured if not file.exists()]
        if missing:
            wrong = [
                f"{missing[0]} is not there: run `make test` and `make test-faults` "
                "first, both whole."
            ]
        else:
            document = measured(asked.measured)
            found = tried(document["tests"])
            wrong += violated(found)
            section = earlier_long_runs(PAGE)
            if asked.measured_long.exists():
                long_document = measured([asked.measured_long])
                section = long_runs(long_document)
                wrong += long_failures(long_document)
            PAGE.write_text(page(document, found, section), encoding="utf-8")
    elif PAGE.exists():
        wrong += stale(PAGE.read_text("utf-8"))
    else:
        wrong.append("docs/RELIABILITY.md is not there: run `make reliability`.")
    for line in wrong:
        sys.stderr.write(line + "\n")
    return 1 if wrong else 0


def marked(folder: Path) -> dict[str, list[str]]:
    """Which files of tests name each row."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        for mark in _MARK.findall(file.read_text("utf-8")):
            for row in _ROW.findall(mark):
                found.setdefault(row, []).append(file.name)
    return found


def uncovered(found: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with which rows are tried, in words."""
    for row in ROWS:
        if row not in found and row not in NOT_HERE:
            yield f"{row} ({ROWS[row].fault}): no test tries it; see CONTRIBUTING.md."
        if row in found and row in NOT_HERE:
            yield f"{row} is tried, and is said to be of no use here: which is it?"
    for row in sorted(found.keys() - ROWS.keys()):
        files = ", ".join(found[row])
        yield f"{files}: there is no row {row} in scripts/reliability.py."


def measured(files: Sequence[Path]) -> dict[str, Any]:
    """The runs that were written to these files, as one."""
    runs = [json.loads(file.read_text("utf-8")) for file in files]
    tests = {test["test"]: test for run in runs for test in run["tests"]}
    last: dict[str, Any] = max(runs, key=lambda run: str(run["made_at"]))
    commits = dict.fromkeys(str(run["commit"]) for run in runs)
    return last | {"commit": " and ".join(commits), "tests": list(tests.values())}


def tried(tests: Sequence[dict[str, Any]]) -> dict[str, Tried]:
    """Sums by row over the tests of a run."""
    found = {row: Tried() for row in ROWS}
    for test in tests:
        for row in test["faults"]:
            one = found[row]
            if test["state"] == "skipped":
                one.skipped.append(test["reason"] or "no reason given")
                continue
            one.tests += 1
            one.points += test["points"]
            one.violations += test["state"] == "failed"
            if test["note"]:
                one.notes.append(f"{database(test['test'])}{test['note']}")
    return found


def database(test: str) -> str:
    """On which database a test ran, when it ran on one of two."""
    for name, shown in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        if f"[{name}" in test:
            return f"{shown}: "
    return ""


def violated(found: dict[str, Tried]) -> list[str]:
    said = [f"{row} was violated." for row, one in found.items() if one.violations]
    said += [
        f"{row} was not tried in this run."
        for row, one in found.items()
        if not one.tests and row not in NOT_HERE
    ]
    return said


def page(document: dict[str, Any], found: dict[str, Tried], long_section: str) -> str:
    """The whole document as Markdown."""
    points = sum(one.points for one in found.values())
    violations = sum(one.violations for one in found.values())
    tests = document["tests"]
    ran = [test for test in tests if test["state"] != "skipped"]
    lines = [
        "# Reliability: what was tried, and what came of it",
        "",
        "Made by `make reliability` from what `make test` and `make test-faults` "
        "measured; there is no other number in it.",
        "",
        f"Ended on {document['made_at'][:10]}, commit {document['commit']}, "
        f"{document['machine']}, Python {document['python']}: {len(ran)} tests, "
        f"{points:,} points, "
        f"**{violations} violations**.",
        "",
        "A point is one fault at one place: a kill at one system call, one damaged "
        "page, one letter refused. A test that tries several faults counts for each.",
        "",
        "| | fault | promise | points tried | violations |",
        "|---|---|---|---:|---:|",
    ]
    for row, about in ROWS.items():
        one = found[row]
        count = f"{one.points:,}" if one.tests else "not tried"
        if row in NOT_HERE:
            count = f"does not apply here, because {NOT_HERE[row]}"
        shown = f"{one.violations}" if one.tests else "–"
        lines.append(f"| {row} | {about.fault} | {about.promise} | {count} | {shown} |")
    lines += ["", "## What stands behind the numbers", ""]
    for row, about in ROWS.items():
        lines += note_lines(row, found[row], about.limit)
    return "\n".join([*lines, "", long_section, RULES])


def note_lines(name: str, sums: Tried, limit: str = "") -> list[str]:
    """A line of notes on a row, or none where there is nothing to say."""
    notes = list(dict.fromkeys([*sums.notes, *([limit] if limit else [])]))
    notes += [f"Not tried there: {why}" for why in sorted(set(sums.skipped))]
    words = " ".join(_sentence(note) for note in notes)
    return [f"* **{name}** {words}"] if words else []


def long_runs(document: dict[str, Any]) -> str:
    """The section of the page on a run of `make test-long`."""
    rows = {name: sums for name, sums in tried(document["tests"]).items() if sums.tests}
    outcomes = document["outcomes"]
    ran = sum(outcomes.values()) - outcomes.get("skipped", 0)
    lines = [
        LONG_HEADING,
        "",
        LONG_ABOUT,
        "",
        f"Ended on {document['made_at'][:10]}, commit {document['commit']}, "
        f"{document['machine']}, Python {document['python']}: {ran} tests, "
        f"{sum(sums.points for sums in rows.values()):,} points, "
        f"**{outcomes.get('failed', 0)} tests failed**, "
        f"{outcomes.get('skipped', 0)} skipped.",
        "",
        "| | fault | points tried | violations |",
        "|---|---|---:|---:|",
        *(
            f"| {name} | {ROWS[name].fault} | {sums.points:,} | {sums.violations} |"
            for name, sums in rows.items()
        ),
        "",
    ]
    notes = [line for name, sums in rows.items() for line in note_lines(name, sums)]
    return "\n".join([*lines, *notes, *([""] if notes else [])])


def earlier_long_runs(place: Path) -> str:
    """The section on the long runs that the page has, or one that says there is none.

    A long run is not repeated for each commit; its section says of which it speaks.
    """
    text = place.read_text("utf-8") if place.exists() else ""
    _, heading, rest = text.partition(f"{LONG_HEADING}\n")
    if heading:
        return heading + rest.partition("\n## ")[0]
    return f"{LONG_HEADING}\n\n{LONG_ABOUT}\n\nNo run is on record here yet.\n"


def long_failures(document: dict[str, Any]) -> list[str]:
    """What went wrong in a long run, in words."""
    failed = document["outcomes"].get("failed", 0)
    return [f"{failed} of the long tests failed."] * bool(failed)


def _sentence(said: str) -> str:
    return said if said.endswith(".") else f"{said}."


def stale(text: str) -> list[str]:
    """What of the rows the page does not say as they are today."""
    return [
        f"docs/RELIABILITY.md does not say {row} as it is: run `make reliability`."
        for row, about in ROWS.items()
        if f"| {row} | {about.fault} | {about.promise} |" not in text
    ]


if __name__ == "__main__":
    sys.exit(main())
