"""How registers head the number of a complaint, its day and the day of its closing.

Offices put these names together from few words; each way of doing so is a name.
"""

from collections.abc import Iterable, Iterator
from itertools import product

# The name of what is numbered, and words for a number.
_ENTRIES = (
    *("token", "complaint", "grievance", "ticket", "reference", "ref"),
    *("registration", "application", "request", "case", "docket", "service request"),
    *("टोकन", "तक्रार", "तक्रारीचा", "संदर्भ", "नोंदणी", "नोंद", "अर्ज", "अर्जाचा"),
    *("शिकायत", "पंजीकरण", "पंजीयन", "आवेदन"),
)
_NUMBERS = (
    *("no", "number", "num", "id", "code"),
    *("क्रमांक", "क्र", "नंबर", "नं", "आयडी", "संख्या", "आईडी"),
)
_EVENTS = (
    *("complaint", "grievance", "registered", "registration", "received", "receipt"),
    *("lodged", "created", "opened", "submitted", "submission", "application", "filed"),
    *("token", "raised", "logged", "reported", "entry", "call", "comment", "post"),
    *("posted", "published", "publication", "review", "message", "sent", "news"),
)
_CLOSINGS = (
    *("closed", "closing", "closure", "resolved", "resolution", "disposed", "disposal"),
    *("completed", "completion", "settled", "solved", "redressed", "redressal"),
)
_EVENTS_MR_HI = (
    *("तक्रार", "तक्रारीची", "तक्रारीचा", "तक्रार नोंदणी", "तक्रार नोंदणीची", "तक्रार प्राप्त"),
    *("तक्रार दाखल", "नोंदणी", "नोंदणीची", "नोंदणीचा", "नोंद", "प्राप्त", "दाखल", "अर्ज"),
    *(
        "अर्जाची",
        "अर्जाचा",
        "टोकन",
        "शिकायत",
        "शिकायत की",
        "शिकायत का",
        "दर्ज",
        "दर्ज होने की",
    ),
    *("दर्ज करने की", "शिकायत दर्ज", "शिकायत प्राप्ति", "पंजीकरण", "पंजीकरण की", "प्राप्ति"),
    *("प्राप्ति की", "आवेदन", "आवेदन की"),
)
_CLOSINGS_MR_HI = (
    *("निकाली", "निकाली काढल्याची", "निकाली काढल्याचा", "तक्रार निकाली", "निराकरण"),
    *(
        "निराकरणाची",
        "निराकरणाचा",
        "निवारण",
        "निवारणाची",
        "निवारणाचा",
        "बंद",
        "बंद केल्याची",
    ),
    *("बंद केल्याचा", "बंद झाल्याची", "बंद झाल्याचा", "पूर्ण", "पूर्ण झाल्याची", "पूर्ण झाल्याचा"),
    *("समाप्ती", "पूर्तता", "बंद होने की", "बंद करने की", "निराकरण की", "निस्तारण"),
    *("निस्तारण की", "निपटान", "निपटान की", "समाधान", "समाधान की", "निवारण की"),
    "पूर्ण होने की",
)
_DAYS = ("दिनांक", "तारीख", "तिथि", "तिथी")


def number_names() -> tuple[str, ...]:
    """Names of the column with the number of an entry."""
    pairs = (" ".join(pair) for pair in product(_ENTRIES, _NUMBERS))
    return (*pairs, "token", "टोकन", "ओळख क्रमांक", "आयडी", "आईडी")


def event_names() -> tuple[str, ...]:
    """Names of the column with the day of an entry."""
    return (*_english(_EVENTS), *_with_days(_EVENTS_MR_HI))


def closing_names() -> tuple[str, ...]:
    """Names of the column with the day on which an entry was closed."""
    return ("closed", *_english(_CLOSINGS), *_with_days(_CLOSINGS_MR_HI))


def _english(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        yield from (f"{word} date", f"date of {word}", f"{word} on", f"{word} at")
        yield from (f"date {word}", f"{word} date time", f"{word} time", f"{word} dt")


def _with_days(words: Iterable[str]) -> Iterator[str]:
    return (" ".join(pair) for pair in product(words, _DAYS))
