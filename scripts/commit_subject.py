"""Refuses a commit whose subject is not `area: what changed` in 72 characters.

    python scripts/commit_subject.py .git/COMMIT_EDITMSG

git hands the file of the message to its hook `commit-msg`, and .pre-commit-config.yaml
names this script for it. Standard library only.
"""

import argparse
import re
import sys
from pathlib import Path

LONGEST = 72  # characters; longer subjects are cut in lists of commits
SUBJECT = re.compile(r"[a-z][a-z0-9_./-]*(?:, [a-z][a-z0-9_./-]*)*: \S.*[^\s.]")
# git writes these itself: the first three fold into another commit of the same branch.
OF_GIT = ("fixup! ", "squash! ", "amend! ", 'Revert "', "Merge ")


def main(arguments: list[str] | None = None) -> int:
    """0 if the subject of the message in the file is good, else 1 and the reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", type=Path, help="the file with the whole message")
    message = parser.parse_args(arguments).message.read_text(encoding="utf-8")
    problem = subject_problem(subject_line(message))
    if problem:
        sys.stderr.write(f"{problem}\n")
    return 1 if problem else 0


def subject_line(message: str) -> str:
    """The first line that git keeps: neither blank nor a comment."""
    lines = (line.rstrip() for line in message.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def subject_problem(subject: str) -> str | None:
    """What is wrong with the subject and what to write instead; None if it is good."""
    if subject.startswith(OF_GIT):
        return None
    if len(subject) > LONGEST:
        return f"The subject has {len(subject)} characters; {LONGEST} are the most."
    if not SUBJECT.fullmatch(subject):
        return (
            f"The subject is {subject!r}. Write `area: what changed`, the area in "
            "small letters and no full stop: `search: quotes may stand inside words`."
        )
    return None


if __name__ == "__main__":
    sys.exit(main())
