"""Hide where somebody lives or stands: flat and society, coordinates, links of maps."""

import re
from collections.abc import Iterable, Iterator

from socialcell.listening.people.masking_copy import (
    MASK,
    digit_count,
    has_any,
    hide,
    small_letters,
)
from socialcell.listening.people.name_lists import plain_words

_NUMBER_OF = r"(?:(?:numbers?|nos?|क्रमांक|क्र|नंबर|नं|न|kramank|kr|nambar)[\s.:\-–]{0,3})"
_FLAT = re.compile(
    r"(?P<kind>(?<![^\W\d_])(?:flats?|apartment|apt|tenement|unit|row ?house"
    r"|bungalow|bunglow|villa|फ्लॅट|फ्लैट|सदनिका|सदनिकेत|बंगला|बंगलो|रो हाऊस|sadnika)"
    rf"[\s.:#\-–]{{0,3}}(?:{_NUMBER_OF})?"
    rf"|(?<![^\W\d_])(?:h|house|home|ghar|makaan|makan|घर|मकान|घराचा|खोली|चाळ)"
    rf"[\s.:#\-–/]{{0,3}}{_NUMBER_OF})"
    r"(?P<number>(?:[A-Za-z]{1,2}|[एबीसीडीईएफजी]{1,3})?[\s\-/]{0,2}\d{1,4}"
    r"(?:[\-/]?[A-Za-z0-9]{1,3})?(?:/\d{1,4})?)"
    r"(?![\w%]|[.,]\d|\s?(?:%|rs|rupees|rupaye|रुपये|km|किमी|off|days?|दिवस|दिन|minutes?|hours?"
    r"|lakhs?|लाख|bhk|बीएचके|crore|taas|times|people|families|sq))",
    re.IGNORECASE,
)
_SOCIETY_WORDS = (
    r"society|soc|chs|apartments?|apts?|residency|residences?|heights?|towers?|enclave|villas?"
    r"|complex|park|paradise|homes|greens?|classic|regency|palace|garden|gardens|plaza"
    r"|sankul|sahaniwas|niwas|nivas|bhavan|bhawan|chawl|chal|wada|building|bldg|colony"
    r"|vihar|puram|kunj|dham|arcade|manor|court|estate|elite|vista|nest|empire"
    r"|सोसायटी|सोसायटीत|सोसायटीमध्ये|सोसाइटी|अपार्टमेंट|अपार्टमेंटमध्ये|अपार्टमेंट्स|रेसिडेन्सी"
    r"|रेसिडेन्सीत|रेसिडेंसी|रेसिडेंसीत|हाइट्स|हाईट्स|टॉवर|टॉवर्स|टावर|टॉवरमध्ये|संकुल|निवास|भवन"
    r"|चाळ|चाळीत|वाडा|बिल्डिंग|इमारत|कॉलनी|कॉम्प्लेक्स|पार्क|विहार|कुंज|धाम|एन्क्लेव्ह|हाउसिंग"
)
_NAME_WORD = r"[^\s,.;:!?।()\d•]{1,24}"
_FLOOR = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s(?:floor|majla|मजला|माळा|मंजिल)|[a-z]\s?-?\s?wing"
    r"|wing\s?-?\s?[a-z\d]|tower\s?-?\s?[a-z\d]{1,2}|(?:building|bldg|इमारत)\s?-?\s?"
    r"(?:no\.?\s?|क्र\.?\s?)?[a-z\d]{1,3}|[ए-ह]ी?\s?(?:विंग|विंग्ज))"
)
_SOCIETY = re.compile(
    rf"^(?:[\s,.\-–]{{1,3}}{_FLOOR}){{0,2}}[\s,.\-–]{{1,4}}(?:at |in |of |मध्ये )?"
    rf"(?P<name>(?:{_NAME_WORD}\s){{0,4}}?{_NAME_WORD}\s(?:{_SOCIETY_WORDS}))"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
# B-302, Sai Residency; 302, Ganesh Apartment.
_NUMBER_AND_SOCIETY = re.compile(
    r"(?<![\w/.\-])(?P<number>[A-Za-z]{1,2}[\s\-/]{0,2}\d{2,4}|[A-Za-z]-\d{1,4}|\d{3,4})"
    rf"\s?,\s?(?P<name>(?:{_NAME_WORD}\s){{1,3}}"
    r"(?:society|chs|apartments?|residency|heights?|towers?|enclave|niwas|nivas|sankul"
    r"|सोसायटी|सोसायटीत|अपार्टमेंट|अपार्टमेंटमध्ये|रेसिडेन्सी|रेसिडेंसी|हाइट्स|हाईट्स|संकुल|निवास"
    r"|सोसाइटी|टॉवर्स?))(?![^\W\d_])",
    re.IGNORECASE,
)
# A-704 Nisarg Heights; and survey numbers beside a plot or a bungalow of a name.
_WING_AND_NAME = re.compile(
    r"(?<![\w/.\-])(?P<number>[A-Z]\s?-\s?\d{3,4})\s(?P<name>[A-Z][a-z]{2,20}"
    r"(?:\s[A-Z][a-z]{2,20})?)(?![^\W\d_])"
)
_PLOT = re.compile(
    r"(?<![^\W\d_])(?:s\.?\s?no|survey(?: no)?|gat(?: no)?"
    r"|सर्व्हे(?: नं| क्र)?|स\.? ?नं|गट(?: नं| क्र)?)"
    r"[\s.:\-]{0,3}(?P<survey>\d{1,4}(?:/\w{1,4}){0,4})[\s,]{1,3}"
    r"(?:plot|प्लॉट)[\s.]{0,2}(?:no|नं|क्र)?[\s.:\-]{0,3}(?P<plot>\d{1,4}\w?)(?!\w)",
    re.IGNORECASE,
)
_BUNGALOW = re.compile(
    r"(?<![^\W\d_])(?:bungalow|bunglow|bangla|bungla|villa|बंगला|बंगलो)[\s,\-]{1,3}"
    r"[\"'“‘](?P<name>[^\"'”’\n]{1,30})[\"'”’]",
    re.IGNORECASE,
)
_SOCIETY_BEFORE = re.compile(
    rf"(?P<name>(?:{_NAME_WORD}\s){{1,2}}(?:{_SOCIETY_WORDS}))(?P<join>[\s,.\-–]{{1,4}}"
    r"(?:chya |च्या |ki |की )?)$",
    re.IGNORECASE,
)
_LONGEST_SOCIETY = 120

_DEGREES = r"[+\-]?\d{1,3}\.\d{4,12}\s?°?\s?(?:[NSEW]\b)?"
_COORDINATES = re.compile(
    rf"(?<![\d.]){_DEGREES}(?:[\s,;/|]|%2C|lon(?:g|gitude)?|lng|and|[=:&]|रेखांश){{1,12}}"
    rf"{_DEGREES}(?![\d.])"
    r"|(?<!\d)\d{1,3}\s?[°º]\s?\d{1,2}(?:\.\d+)?\s?['′’](?:\s?\d{1,2}(?:\.\d+)?\s?"
    r"(?:[\"″”]|''))?\s?[NSEW]?(?:[\s,]{0,3}\d{1,3}\s?[°º]\s?\d{1,2}(?:\.\d+)?\s?['′’]"
    r"(?:\s?\d{1,2}(?:\.\d+)?\s?(?:[\"″”]|''))?\s?[NSEW]?)?"
    r"|(?<!\d)\d{1,2}\.\d{2,12}\s?°?\s?[NS][\s,;]{1,3}\d{1,3}\.\d{2,12}\s?°?\s?[EW]\b"
    r"|(?<=lat)(?:itude)?[\s:=]{1,3}[+\-]?\d{1,2}\.\d{3,12}"
    r"|(?<=lon)(?:gitude|g)?[\s:=]{1,3}[+\-]?\d{1,3}\.\d{3,12}",
    re.IGNORECASE,
)
_PLUS_CODE = re.compile(
    r"(?<![A-Za-z0-9+])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])"
)
_MAP = re.compile(
    r"(?P<host>(?<![\w.\-])(?:www\.)?(?:maps\.app\.goo\.gl|goo\.gl/maps|g\.co/maps"
    r"|google\.[a-z.]{2,6}/maps|maps\.google\.[a-z.]{2,6}|maps\.apple\.com|plus\.codes"
    r"|(?:www\.)?openstreetmap\.org|osm\.org|w3w\.co|what3words\.com|(?:ul\.)?waze\.com"
    r"|mappls\.com|maps\.mappls\.com|here\.com|wego\.here\.com|bing\.com/maps"
    r"|share\.here\.com))(?P<place>[/?#][^\s<>\"]*)|(?P<scheme>geo:)[\d.,\-?=a-z]+",
    re.IGNORECASE,
)
# What an expression needs is looked for first: most texts have none of it.
_FLAT_WORDS = (
    *("flat", "apartment", "apt", "tenement", "unit", "row", "bungalow", "bunglow"),
    *("villa", "sadnika", "फ्लॅट", "फ्लैट", "सदनिक", "बंगल", "रो"),
)
_HOUSE_NUMBER = re.compile(
    r"(?:h|house|home|ghar|makaan|makan|घर|मकान|घराचा|खोली|चाळ)[\s.:#\-–/]{0,3}[nkकन]"
)
_PLOT_WORDS = ("plot", "प्लॉट")
_BUNGALOW_WORDS = ("bungalow", "bunglow", "bangla", "bungla", "villa", "बंगल")
_QUOTES = "\"'“‘"
_DECIMAL = re.compile(r"\d\.\d")
_NUMBER_COMMA = re.compile(r"\d\s?,")
_WORDS_OF_PLACE = re.compile(r"(?<![\w/:])///?[^\W\d_]{3,20}(?:\.[^\W\d_]{3,20}){2}")


def hide_homes(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without numbers of flats and houses, the names of societies beside
    them, and coordinates. A society by itself is a place, and help has to find it."""
    for find in (_points, _flats, _societies, _wings, _plots, _bungalows):
        if spans := [*find(copy)]:
            spans = [*_apart(spans)]
            text, copy = hide(text, spans), hide(copy, spans)
    return text, copy


def _points(copy: str) -> Iterator[tuple[int, int]]:
    """Coordinates, with degrees or with at least four digits and a full stop."""
    is_decimal = digit_count(copy) >= 4 and _DECIMAL.search(copy)
    if not (is_decimal or "°" in copy or "º" in copy):
        return
    for hit in _COORDINATES.finditer(copy):
        yield hit.start(), hit.start() + len(hit[0].rstrip(" ,\n"))


def _flats(copy: str) -> Iterator[tuple[int, int]]:
    """Numbers of flats and houses, with the society before or behind each."""
    small = small_letters(copy)
    if not has_any(small, _FLAT_WORDS) and not _HOUSE_NUMBER.search(small):
        return
    for hit in _FLAT.finditer(copy):
        start = max(hit.start() - _LONGEST_SOCIETY, 0)
        society = _SOCIETY_BEFORE.search(copy[start : hit.start()])
        if society is not None:
            yield start + society.start("name"), start + society.end("name")
        yield hit.span("number")
        society = _SOCIETY.search(copy[hit.end() : hit.end() + _LONGEST_SOCIETY])
        if society is not None:
            yield hit.end() + society.start("name"), hit.end() + society.end("name")


def _societies(copy: str) -> Iterator[tuple[int, int]]:
    if not _NUMBER_COMMA.search(copy):
        return
    for hit in _NUMBER_AND_SOCIETY.finditer(copy):
        yield hit.span("number")
        yield hit.span("name")


def _wings(copy: str) -> Iterator[tuple[int, int]]:
    """A wing's number and the name behind it, but for a place of the city."""
    if "-" not in copy or digit_count(copy) < 3:
        return
    for hit in _WING_AND_NAME.finditer(copy):
        yield hit.span("number")
        start = hit.start("name")
        for name in hit["name"].split():
            if name.lower() in plain_words():
                break
            yield start, start + len(name)
            start += len(name) + 1


def _plots(copy: str) -> Iterator[tuple[int, int]]:
    if not has_any(small_letters(copy), _PLOT_WORDS):
        return
    for hit in _PLOT.finditer(copy):
        yield hit.span("survey")
        yield hit.span("plot")


def _bungalows(copy: str) -> Iterator[tuple[int, int]]:
    is_named = has_any(copy, _QUOTES)
    if not is_named or not has_any(small_letters(copy), _BUNGALOW_WORDS):
        return
    for hit in _BUNGALOW.finditer(copy):
        yield hit.span("name")


def _apart(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans that do not begin within the one before."""
    last_end = 0
    for start, end in spans:
        if start >= last_end:
            yield start, end
            last_end = end


def hide_maps(text: str) -> str:
    """The text without what a map's link, a plus code or three words lead to."""
    is_map = "/" in text or "+" in text or (":" in text and "geo:" in text.lower())
    if not is_map:
        return text
    text = _MAP.sub(_hide_place, text)
    text = _WORDS_OF_PLACE.sub(f"///{MASK}", text)
    return _PLUS_CODE.sub(MASK, text)


def _hide_place(hit: re.Match[str]) -> str:
    if hit["scheme"]:
        return hit["scheme"] + MASK
    return f"{hit['host']}/{MASK}"
