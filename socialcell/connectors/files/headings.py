"""Names that columns have in people's tables, in English, Marathi and Hindi.

A heading is compared without case, spaces, stops and joiners, so that "Token No.",
"TOKEN_NO" and "token no" are one name.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from socialcell.text import clean_text, fold

MOST_ABOVE = 20  # rows that may stand above the heading

# Our word → further names. The first of a table's columns that has one is it.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("complaint", "complaint details", "complaint detail", "details of complaint"),
        *("complaint description", "description of complaint", "complaint text"),
        *("grievance", "grievance details", "grievance description", "details"),
        *("problem", "issue", "query", "feedback", "मजकूर", "तक्रार", "तक्रारीचा तपशील"),
        *("तक्रार तपशील", "तक्रारीचे वर्णन", "तक्रारीचे स्वरूप", "तपशील", "संदेश", "पोस्ट"),
        *("अभिप्राय", "समस्या", "शिकायत", "शिकायत का विवरण", "शिकायत विवरण", "विवरण"),
        *("पाठ", "मसुदा", "वर्णन", "टिप्पणी", "प्रतिक्रिया"),
    ),
    "title": ("शीर्षक", "विषय", "तक्रारीचा विषय", "शिकायत का विषय"),
    "id": (
        *("token no", "token number", "token id", "token", "complaint no"),
        *("complaint number", "complaint id", "grievance id", "grievance no"),
        *("ticket no", "ticket number", "ticket id", "reference no", "ref no"),
        *("reference number", "registration no", "registration number"),
        *("application no", "application number", "टोकन क्रमांक", "टोकन क्र"),
        *("टोकन नं", "टोकन नंबर", "टोकन", "तक्रार क्रमांक", "तक्रार क्र", "तक्रार नंबर"),
        *("तक्रार आयडी", "संदर्भ क्रमांक", "नोंदणी क्रमांक", "नोंद क्रमांक", "अर्ज क्रमांक"),
        *("टोकन संख्या", "शिकायत क्रमांक", "शिकायत संख्या", "शिकायत नंबर", "शिकायत आईडी"),
        *("शिकायत क्र", "संदर्भ संख्या", "पंजीकरण संख्या", "पंजीयन क्रमांक", "आवेदन संख्या"),
        *("ओळख क्रमांक", "आयडी", "आईडी"),
    ),
    "created_at": (
        *("complaint date", "date of complaint", "grievance date", "registered on"),
        *("registered at", "registration date", "date of registration", "received on"),
        *("received date", "date received", "lodged on", "created on", "created date"),
        *("opened on", "opened at", "submitted on", "date and time", "date & time"),
        *("तक्रारीची तारीख", "तक्रारीचा दिनांक", "तक्रार दिनांक", "तक्रार तारीख"),
        *("नोंदणी दिनांक", "नोंदणी तारीख", "प्राप्त दिनांक", "दिनांक व वेळ", "दिनांक आणि वेळ"),
        *("शिकायत की तारीख", "शिकायत दिनांक", "शिकायत की तिथि", "शिकायत तिथि"),
        *("दर्ज तिथि", "दर्ज दिनांक", "दर्ज करने की तिथि", "पंजीकरण तिथि", "दिनांक और समय"),
        *("दिनांक एवं समय", "प्राप्ति दिनांक"),
    ),
    "date": ("दिनांक", "तारीख", "दि", "तिथि", "दिवस", "दिन"),
    "time": ("वेळ", "समय"),
    "author": ("लेखक", "वापरकर्ता", "उपयोगकर्ता"),
    "author_name": (
        *("complainant", "complainant name", "name of complainant", "citizen name"),
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
        *("ward name", "ward office", "ward no", "ward number", "ward / area"),
        *("ward office name", "administrative ward", "regional office"),
        *("क्षेत्रीय कार्यालय", "क्षेत्रिय कार्यालय", "प्रभाग", "प्रभाग क्रमांक", "प्रभाग क्र"),
        *("प्रभाग कार्यालय", "प्रभागाचे नाव", "वॉर्ड", "वॉर्ड क्रमांक", "वॉर्ड ऑफिस"),
        *("वार्ड", "वार्ड क्रमांक", "वार्ड संख्या", "वार्ड कार्यालय", "वार्ड का नाम"),
        *("क्षेत्रीय कार्यालय का नाम",),
    ),
    "department": (
        *("department name", "dept", "dept name", "concerned department"),
        *("assigned department", "विभाग", "विभागाचे नाव", "संबंधित विभाग", "खाते"),
        *("खात्याचे नाव", "विभाग का नाम"),
    ),
    "closed_at": (
        *("closed on", "closed", "closed date", "closing date", "closure date"),
        *("date of closure", "date closed", "resolved on", "resolved at"),
        *("resolved date", "resolution date", "date of resolution", "disposed on"),
        *("disposal date", "date of disposal", "completed on", "completion date"),
        *("closed date time", "निकाली दिनांक", "निकाली तारीख", "निकाली काढल्याची तारीख"),
        *("निकाली काढल्याचा दिनांक", "निराकरण दिनांक", "निराकरणाची तारीख"),
        *("निराकरण तारीख", "निवारण दिनांक", "बंद दिनांक", "बंद तारीख", "बंद केल्याची तारीख"),
        *("बंद केल्याचा दिनांक", "पूर्ण दिनांक", "पूर्ण झाल्याची तारीख", "समाप्ती दिनांक"),
        *("बंद होने की तिथि", "बंद करने की तिथि", "बंद तिथि", "निराकरण तिथि"),
        *("निस्तारण तिथि", "निपटान तिथि", "समाधान तिथि", "निवारण तिथि", "समाधान दिनांक"),
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
    keys = [heading_key(name) for name in names]
    columns = _mapped(keys, mapping or {})
    most = max((len(synonym_keys(word)) for word in words), default=0)
    for rank in range(most):
        for word in words:
            known = synonym_keys(word)
            if word in columns or rank >= len(known) or known[rank] not in keys:
                continue
            place = keys.index(known[rank])
            if place not in columns.values():
                columns[word] = place
    return columns


def _mapped(keys: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    return {
        word: keys.index(heading_key(column))
        for column, word in mapping.items()
        if heading_key(column) in keys
    }


def has_words(columns: Collection[str], needed: Iterable[str]) -> bool:
    """Whether a heading has all needed words."""
    return set(needed) <= set(columns)
