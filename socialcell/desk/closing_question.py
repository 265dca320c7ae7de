"""The words of the question whether a problem is solved, by language and script."""

import csv
from functools import cache
from importlib import resources


def question_text(number: str, language: str) -> str:
    """The closing question of a case in a language: mr, hi, en, or mr-Latn and hi-Latn
    in Latin letters. KeyError: another one."""
    return _texts()[language].format(number=number)


@cache
def _texts() -> dict[str, str]:
    place = resources.files("socialcell.desk") / "data" / "closing_questions.csv"
    rows = csv.DictReader(place.read_text("utf-8").splitlines())
    return {row["language"]: row["text"] for row in rows}
