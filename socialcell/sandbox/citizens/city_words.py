"""How people understand what the city writes: by its words, as anybody reads them."""

import re
from enum import Enum


class CityQuestion(Enum):
    """What the city asks a person."""

    PLACE = "place"
    SOLVED = "solved"


_WORDS = {
    CityQuestion.SOLVED: (
        r"is (it|your problem) solved",
        "सुट(ली|ला) का",
        "हल हुई",
        r"sut(li|la) ka\b",
        "hal hui",
    ),
    CityQuestion.PLACE: (
        r"where\b.*\bis\b",
        "नेमके ठिकाण",
        "सही जगह",
        "nemke thikan",
        "sahi jagah",
    ),
}


def read_question(text: str) -> CityQuestion | None:
    """What a message of the city asks; None: nothing that people answer."""
    for question, patterns in _WORDS.items():
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
            return question
    return None
