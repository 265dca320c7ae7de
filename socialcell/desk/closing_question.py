"""The words of the question whether a problem is solved, by language and script."""

import csv
from functools import cache
from importlib import resources

_FALLBACK = ("mr", "Deva")  # of a contact whose language nobody knows


def question_text(number: str, language: str | None, script: str | None) -> str:
    """The closing question of a case in a contact's language and script; Marathi where
    the language is none of ours."""
    texts = _texts()
    wanted = (language or "", script or "")
    written = wanted if wanted in texts else _usual(language)
    return texts[written].format(number=number)


def _usual(language: str | None) -> tuple[str, str]:
    """The first row of a language, or Marathi's."""
    return next((key for key in _texts() if key[0] == language), _FALLBACK)


@cache
def _texts() -> dict[tuple[str, str], str]:
    place = resources.files("socialcell.desk") / "data" / "closing_questions.csv"
    rows = csv.DictReader(place.read_text("utf-8").splitlines())
    return {(row["language"], row["script"]): row["text"] for row in rows}
