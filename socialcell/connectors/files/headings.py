"""Names that columns have in people's tables, in English, Marathi and Hindi.

A heading is compared without case, spaces, stops and joiners, so that "Token No.",
"TOKEN_NO" and "token no" are one name.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from socialcell.connectors.files import register_headings
from socialcell.text import clean_text, fold

_BETWEEN = re.compile(r"[/|()\[\]\n]")
MOST_ABOVE = 20  # rows that may stand above the heading

# Our word → further names. The first of a table's columns that has one is it.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("complaint details", "complaint detail", "details of complaint"),
        *("complaint description", "description of complaint", "complaint text"),
        *("grievance details", "grievance description", "description of grievance"),
        *("problem description", "issue description", "details", "complaint"),
        *("grievance", "problem", "issue", "query", "feedback", "nature of complaint"),
        *("तक्रारीचा तपशील", "तक्रार तपशील", "तक्रारीचे वर्णन", "तक्रारीचे स्वरूप"),
        *("तक्रारीचे विवरण", "तपशील", "मजकूर", "तक्रार", "समस्या", "संदेश", "पोस्ट"),
        *("अभिप्राय", "वर्णन", "मसुदा", "शिकायत का विवरण", "शिकायत विवरण", "विवरण"),
        *("शिकायत का ब्यौरा", "ब्यौरा", "शिकायत", "पाठ", "टिप्पणी", "प्रतिक्रिया"),
        *("your complaint", "your message", "your suggestion", "suggestion", "summary"),
        *("suggestions", "remarks", "remark", "तुमची तक्रार", "आपली तक्रार", "सूचना"),
        *("आपकी शिकायत", "सुझाव", "बातमी", "समाचार", "सारांश", "शेरा"),
    ),
    "title": ("heading", "शीर्षक", "मथळा", "विषय", "तक्रारीचा विषय", "शिकायत का विषय"),
    "id": register_headings.number_names(),
    "created_at": (
        *register_headings.event_names(),
        *("date and time", "date & time", "दिनांक व वेळ", "दिनांक आणि वेळ"),
        *("दिनांक और समय", "दिनांक एवं समय", "तारीख व वेळ", "तारीख और समय"),
    ),
    "date": ("दिनांक", "तारीख", "दि", "तिथि", "दिवस", "दिन"),
    "time": ("वेळ", "समय"),
    "author": ("लेखक", "वापरकर्ता", "उपयोगकर्ता"),
    "author_name": (
        *("complainant", "complainant name", "name of complainant", "citizen name"),
        *("name of citizen", "citizen", "applicant name", "name of applicant"),
        *(
            "caller",
            "caller name",
            "commenter",
            "commenter name",
            "posted by",
            "sender",
        ),
        *("तक्रारदार", "तक्रारदाराचे नाव", "नागरिकाचे नाव", "अर्जदाराचे नाव"),
        *("शिकायतकर्ता", "शिकायतकर्ता का नाम", "नागरिक का नाम", "आवेदक का नाम"),
    ),
    "url": ("दुवा", "लिंक", "पत्ता दुवा", "कड़ी"),
    "lang": ("भाषा",),
    "language": ("भाषा", "lang"),
    "status": (
        *(
            "complaint status",
            "current status",
            "grievance status",
            "status of complaint",
        ),
        *("स्थिती", "सद्यस्थिती", "सद्य स्थिती", "तक्रारीची स्थिती", "तक्रार स्थिती"),
        *("स्थिति", "वर्तमान स्थिति", "शिकायत की स्थिति", "शिकायत स्थिति"),
    ),
    "ward": (
        *(
            "ward name",
            "name of ward",
            "ward office",
            "ward no",
            "ward number",
            "ward / area",
        ),
        *("ward office name", "administrative ward", "regional office"),
        *("क्षेत्रीय कार्यालय", "क्षेत्रिय कार्यालय", "प्रभाग", "प्रभाग क्रमांक", "प्रभाग क्र"),
        *("प्रभाग कार्यालय", "प्रभागाचे नाव", "वॉर्ड", "वॉर्ड क्रमांक", "वॉर्ड ऑफिस"),
        *("वार्ड", "वार्ड क्रमांक", "वार्ड संख्या", "वार्ड कार्यालय", "वार्ड का नाम"),
        *("क्षेत्रीय कार्यालय का नाम",),
    ),
    "department": (
        *(
            "department name",
            "name of department",
            "dept",
            "dept name",
            "concerned department",
        ),
        *("assigned department", "विभाग", "विभागाचे नाव", "संबंधित विभाग", "खाते"),
        *("खात्याचे नाव", "विभाग का नाम"),
    ),
    "closed_at": register_headings.closing_names(),
    "token": register_headings.number_names(),
    "case_number": ("socialcell case", "our case number", "our number", "number"),
    "closing_line": (
        *("closing remark", "closing remarks", "closure remark", "closure remarks"),
        *("action taken", "action taken remark", "resolution remark", "remark"),
        *("resolution remarks", "remarks", "केलेली कार्यवाही", "कार्यवाही", "शेरा"),
        *("की गई कार्रवाई", "कार्रवाई", "टिप्पणी"),
    ),
    "changed_at": (
        *("last updated", "updated on", "updated at", "last update", "status date"),
        *("modified on", "अद्ययावत दिनांक", "अंतिम अद्ययावत", "अद्यतन तिथि"),
    ),
    "platform": ("माध्यम", "प्लॅटफॉर्म", "व्यासपीठ", "प्लेटफॉर्म", "मंच"),
    "media": ("चित्र", "छायाचित्र", "मीडिया", "फोटो"),
    "area": ("क्षेत्र", "भाग", "परिसर", "इलाका"),
    "outcome": ("निष्पत्ती", "परिणाम", "निकाल"),
    "value": ("संख्या", "मूल्य", "एकूण", "कुल"),
    "visits": ("भेटी", "भेट", "विज़िट", "यात्राएं"),
    "source": ("स्रोत", "स्त्रोत"),
    "medium": ("माध्यम",),
    "campaign": ("मोहीम", "अभियान"),
    "content": ("आशय", "सामग्री"),
    "code": ("कोड", "संकेतांक"),
    "target": ("लक्ष्य", "गंतव्य"),
    "note": ("टीप", "नोंद", "टिप्पणी"),
    "key": ("संकेत", "कुंजी"),
    "name": ("नाव", "नाम", "full name"),
    "kind": ("प्रकार", "type"),
    "accounts": ("खाती", "खाते", "अकाउंट"),
    "languages": ("भाषा",),
    "wards": ("प्रभाग", "वॉर्ड", "वार्ड", "ward"),
    "places": ("ठिकाणे", "स्थान"),
    "topic": ("विषय",),
    "owner": ("जबाबदार", "मालक"),
    "participant": ("सहभागी", "प्रतिभागी", "voter"),
    "statement": ("विधान", "कथन"),
    "vote": ("मत", "वोट"),
    "weight": ("वजन", "भार"),
    "timestamp": ("वेळ", "दिनांक", "तारीख", "समय", "time", "date", "datetime"),
    "valid_from": ("पासून", "से"),
    "valid_to": ("पर्यंत", "तक"),
    "name_en": ("नाव इंग्रजी", "इंग्रजी नाव", "अंग्रेज़ी नाम", "name english"),
    "name_mr": ("नाव मराठी", "मराठी नाव", "मराठी नाम", "name marathi"),
    "name_hi": ("नाव हिंदी", "हिंदी नाव", "हिंदी नाम", "name hindi"),
    "parent": ("वरिष्ठ", "मूळ क्षेत्र"),
    "followers": ("अनुयायी", "फॉलोअर्स"),
    "day": ("दिनांक", "तारीख", "दिवस", "तिथि", "date"),
}


def heading_key(name: str) -> str:
    """A heading as it is compared: letters, their marks and digits alone."""
    folded = fold(clean_text(name))
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


def heading_keys(name: str) -> tuple[str, ...]:
    """All that a heading may be known by: the whole, then each part of one in two
    languages or with a remark, as in "टोकन क्र. / Token No" and "Date (dd-mm-yyyy)"."""
    parts = [name, *_BETWEEN.split(name)]
    return tuple(dict.fromkeys(key for part in parts if (key := heading_key(part))))


def keys_by_place(names: Iterable[str]) -> dict[str, int]:
    """The keys of a heading and the places of their columns.

    A whole heading goes before the part of another; of equals the first.
    """
    keys = [heading_keys(name) for name in names]
    places: dict[str, int] = {}
    for of_whole in (True, False):
        for place, column_keys in enumerate(keys):
            for key in column_keys[:1] if of_whole else column_keys[1:]:
                places.setdefault(key, place)
    return places


@cache
def synonym_keys(word: str) -> tuple[str, ...]:
    """How a column of ours may be headed, as `heading_key` has it: its name first."""
    return tuple(map(heading_key, (word, *SYNONYMS.get(word, ()))))


def columns_of(
    names: Sequence[str], words: Iterable[str], mapping: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Our word → the place of its column among the `names` of a heading.

    `mapping` says which column is which word, and goes before usual names. A column is
    of one word only; a word's own name goes before its other names.
    """
    words = tuple(words)
    places = keys_by_place(names)
    columns = _mapped(places, mapping or {})
    most = max((len(synonym_keys(word)) for word in words), default=0)
    for rank in range(most):
        for word in words:
            keys = synonym_keys(word)
            if word in columns or rank >= len(keys) or keys[rank] not in places:
                continue
            place = places[keys[rank]]
            if place not in columns.values():
                columns[word] = place
    return columns


def _mapped(places: Mapping[str, int], mapping: Mapping[str, str]) -> dict[str, int]:
    return {
        word: places[heading_key(column)]
        for column, word in mapping.items()
        if heading_key(column) in places
    }
