"""Hide what a word before it makes personal: consumer and property numbers, and birth.

Consumers of electricity, water and gas, owners of property, and holders of ration,
health and other cards are named by their number.
"""

import re

from socialcell.listening.people.masking_copy import (
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    NUMBER_WORD,
    before,
    behind,
    has_any,
    hide,
    hide_matches,
)

_REGISTERS = (
    r"consumer|customer|grahak|upbhokta|upabhokta|meter|connection|property(?: tax)?"
    r"|milkat|milkkat|milakat|malmatta|malamatta|sampatti|assessment|holding|ptin|upin"
    r"|index|ration(?: card)?|shidhapatrika|abha|uan|pf|ca|bp|k|policy|licence|license"
    r"|driving licence|dl|lpg|gas|mseb|msedcl|mahavitaran|mngl|employee|patient|uhid"
    r"|ग्राहक|उपभोक्ता|मीटर|कनेक्शन|नळजोड|नळजोडणी|मिळकत|मिळकतीचा"
    r"|मिळकतकर|मालमत्ता|मालमत्तेचा|मालमत्ताकर|संपत्ति|सम्पत्ति"
    r"|करदाता|रेशन कार्ड|राशन कार्ड|रेशनकार्ड|राशनकार्ड"
    r"|शिधापत्रिका|शिधापत्रिकेचा|परवाना|लायसन्स|लाइसेंस|आभा"
    r"|पॉलिसी|पेशंट|रुग्ण"
)
# Names of registers that are words of other kinds too need "number" behind them.
_ALONE = (
    r"consumer|ptin|upin|uhid|uan|grahak|milkat|malmatta|property(?: tax)? id"
    r"|ग्राहक|मिळकत|मालमत्ता|उपभोक्ता|शिधापत्रिका"
)
_JOIN = r"[\s.:#=\-–/()]{0,4}"
_IS = r"(?:(?:is|hai|ahe|aahe|आहे|है)[\s.:\-]{0,3})?"
_OF_BILL = r"(?:(?:card|bill|tax|account|bijli|कार्ड|बिल|कर|टॅक्स|टैक्स)\s{1,2})?"
_LABEL = re.compile(
    rf"(?<![^\W\d_])(?:(?:{_REGISTERS}){_JOIN}{_OF_BILL}"
    rf"(?:{NUMBER_WORD}{_JOIN}){{1,3}}|(?:{_ALONE}){_JOIN}){_IS}$",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(
    rf"[\s,)]{{1,3}}(?:(?:is|was|ha|hi|he|yeh|ye|हा|ही|हे|यह|ये|my|our|the|maza|mera|mazha"
    rf"|माझा|माझे|मेरा|आमचा|हमारा)\s){{1,3}}(?:\S{{1,20}}\s)?(?:{_REGISTERS})\s"
    rf"{NUMBER_WORD}(?![a-z])",
    re.IGNORECASE,
)
# A number with letters, strokes and full stops within: F/3/12/01234.000.
_NUMBER = re.compile(
    rf"{NO_WORD_BEFORE}(?<![/.\-])(?:(?!{NUMBER_WORD}[\s.])[A-Za-z]{{1,6}}[\s/.\-]?"
    r"|(?:[\u0900-\u0963]{1,4}/){1,3})?\d+"
    rf"(?:(?:[/.\-]|\s(?=\d))?[A-Za-z]{{0,3}}[/.\-]?\d+){{0,8}}{NO_WORD_AFTER}"
)
_FEWEST_DIGITS = 5

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}"
    r"|जाने?वारी|जनवरी|फेब्रुवारी|फ़?रवरी|फरवरी|मार्च|एप्रिल|अप्रैल|मे|मई|जून|जुलै|जुलाई|ऑगस्ट"
    r"|अगस्त|सप्टेंबर|सितंबर|सितम्बर|ऑक्टोबर|अक्टूबर|नोव्हेंबर|नवंबर|नवम्बर|डिसेंबर|दिसंबर|दिसम्बर"
)
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[./\-–\s]\s?\d{1,2}\s?[./\-–\s]\s?(?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[\s.\-,]{{0,3}}(?:{_MONTH})[\s.,\-']{{0,3}}"
    r"(?:(?:19|20)?\d\d)?"
    rf"|(?:{_MONTH})[\s.]{{1,2}}\d{{1,2}}(?:st|nd|rd|th)?[\s.,]{{0,3}}(?:(?:19|20)\d\d)?"
    r"|(?:19|20)\d\d|\d{8}|\d{6})(?!\d)",
    re.IGNORECASE,
)
_BIRTH = (
    r"(?:(?<![a-z])d\.?\s?o\.?\s?b(?![a-z])|date of birth|birth ?date|birth ?day|born"
    r"|birth year|year of birth|जन्म|वाढदिवस|जन्मदिन|(?<![a-z])jan[mn]a?[ \-]?(?:"
    r"t[ai]r[ie]?kh?|din|dinank|tithi|taarikh|date)|janamtarikh|(?<![a-z])janm(?:a|la|le|li)?"
    r"(?![a-z])|vaa?dhdivas)"
)
# One of these is in every word for a birth: most texts have none.
_BIRTH_SIGNS = (
    "born",
    "birth",
    "ob",
    "o.b",
    "o b",
    "o. b",
    "जन्म",
    "वाढदिवस",
    "jan",
    "dhdivas",
)
_BIRTH_BEFORE = re.compile(
    rf"{_BIRTH}[^\d।!?\n]{{0,24}}$",
    re.IGNORECASE,
)
_BIRTH_BEHIND = re.compile(
    r"^[\s,)]{0,3}(?:(?:is|was|ha|hi|he|yeh|ye|हा|ही|हे|यह|ये|my|our|his|her|maz[iha]{1,2}"
    r"|mazhi|meri|mera|माझी|माझा|मेरी|मेरा|तिची|त्याची|उसकी|को|ko|la|ला)\s){1,3}"
    rf"(?:{_BIRTH})",
    re.IGNORECASE,
)
# Whoever was born before is no living person: a day of history.
_OLDEST = 1915
_OF_HISTORY = re.compile(r"(?<!\d)(1[0-8]\d\d|19\d\d)(?!\d)")


def hide_register_numbers(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without numbers that a register knows a person by."""
    return hide_matches(text, copy, _NUMBER, _is_of_register, _FEWEST_DIGITS)


def hide_births(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without days on which somebody alive was born."""
    lower = copy.lower()
    if not has_any(lower, _BIRTH_SIGNS):
        return text, copy
    spans = []
    for hit in _DATE.finditer(copy):
        is_birth = _BIRTH_BEFORE.search(before(hit)) or _BIRTH_BEHIND.search(
            behind(hit, 60)
        )
        year = _OF_HISTORY.search(hit[0])
        if is_birth and not (year and int(year[1]) < _OLDEST):
            spans.append((hit.start(), hit.start() + len(hit[0].rstrip(" .,-'"))))
    return (hide(text, spans), hide(copy, spans)) if spans else (text, copy)


def _is_of_register(hit: re.Match[str]) -> bool:
    if sum(sign.isdigit() for sign in hit[0]) < _FEWEST_DIGITS:
        return False
    return bool(_LABEL.search(before(hit)) or _LABEL_BEHIND.match(behind(hit, 80)))
