"""What can hurt whoever passes next is high; what the city does every day is not."""

import pytest

from socialcell.language import read
from socialcell.language.classifiers.everyday import is_ordinary
from socialcell.language.danger_rules import is_hazard

LOUD = ("high", "critical")
HAZARDS = [
    "Manhole near the school is wide open since Sunday",
    "chamber lid is missing outside our gate, please cover it",
    "The chamber lid was replaced but broken again",
    "चेंबरचं झाकण तुटलंय, अजून बदललं नाही",
    "शाळेसमोरचं चेंबर उघडं आहे, झाकण बसवा",
    "मॅनहोलचं झाकण तुटलंय, रात्री दिसत नाही",
    "सड़क के बीच मैनहोल का ढक्कन गायब है",
    "chamber ughda ahe, zakan nahi, kadhi basavnar",
    "manhole khula hai gali me, dhakkan lagao",
    "They dug a trench at our gate and it is left open",
    "नाली खुली छोड़ दी है ठेकेदार ने",
    "A cable is dangling at head height on the footpath",
    "खांबावरून वायर लोंबकळतेय, कुणाच्याही हाताला लागेल",
    "बिजली का तार लटक रहा है, हाथ लग जाएगा",
    "footpath var wayar lombkalat ahe",
    "This branch may fall any moment, please cut it",
    "वाळलेलं झाड कधीही पडेल, फांद्या छाटा",
    "दीवार कभी भी गिर सकती है",
    "सूखा पेड़ टूट कर कभी भी गिर सकता है",
    "jhad kadhihi padel, fandya kapa",
    "Sewage is coming in our tap water for a week",
    "पिण्याच्या पाण्यात गटाराचं पाणी येतंय",
    "नल में सीवर का पानी आ रहा है",
    "nalala gatarache pani yetay",
    "A diesel tanker overturned on the highway at Katraj",
    "टँकर उलटला आहे कात्रज चौकात",
    "टैंकर पलट गया है सड़क पर",
    "doodh ka tanker palta hai pul par",
]


@pytest.mark.parametrize("text", HAZARDS)
def test_what_can_hurt_whoever_passes_next_is_a_hazard(text: str) -> None:
    assert is_hazard(text)


@pytest.mark.parametrize("text", HAZARDS)
def test_a_complaint_of_a_hazard_is_high_and_says_why(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in LOUD
    assert reading.urgency.reasons


@pytest.mark.parametrize(
    "text",
    [
        "The chamber overflows and the whole lane smells",
        "Opening hours of the Chamber of Commerce?",
        "The open manhole was closed within a day, thank you",
        "The open chamber at Baner is covered now, excellent work, keep it up",
        "चेंबरचं तुटलेलं झाकण बदललं, कौतुक आहे",
        "मैनहोल का टूटा ढक्कन बदल दिया, बढ़िया काम",
        "my charger cable is broken again",
        "In that movie a man hides in an open manhole",
        "ढक्कन लगा दिया, मैनहोल का काम पूरा",
        "tar mag padla ki paus",
        "the government may fall before the market does",
        "रात्री चार दुकाने उघडी ठेवली होती",
        "तो वाद आता पडद्याआड पडणार",
        "हा नवा टॅक्स सगळ्यांना जड पडणार आहे",
        "The tanker came empty, it overturned our plans",
        "pani ka tanker nahi aaya",
    ],
)
def test_what_only_uses_such_words_is_no_hazard(text: str) -> None:
    assert not is_hazard(text)


@pytest.mark.parametrize(
    "text",
    [
        "Chamber choked again, dirty water coming up, jetting machine needed",
        "rastyabhar pala padlay, 5 divas zale zadu nahi marla koni",
    ],
)
def test_who_asks_for_what_is_done_every_day_is_not_in_danger(text: str) -> None:
    (reading,) = read([text], semantic=True)

    assert is_ordinary(text, 1.0)
    assert reading.urgency.level not in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "Proud of our ward staff who stood by the open manhole in the rain, salute",
        "WIN a phone! Manhole is open offer, click the link now and earn 5000 daily",
    ],
)
def test_praise_and_spam_are_not_high_for_a_hazard(text: str) -> None:
    (reading,) = read([text])

    assert is_hazard(text)
    assert reading.intent.label in ("praise", "spam")
    assert reading.urgency.level not in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "the wire on our footpath dangles",
        "dangling over our footpath: wires",
        "फुटपाथवर लोंबकळतेय ती वायर",
    ],
)
def test_a_hazard_is_told_in_either_order(text: str) -> None:
    assert is_hazard(text)


def test_a_danger_is_heard_beside_what_is_done_every_day() -> None:
    (reading,) = read(
        ["Jetting machine worker is unconscious inside the chamber, help"]
    )

    assert reading.urgency.level in LOUD


@pytest.mark.parametrize(
    ("text", "hazard"),
    [
        ("स्कूल के ठीक सामने गटर का ढक्कन चोरी हो गया", True),
        ("dhakkan chor le gye dono, raat me dikhega kaise", True),
        ("petrol ka dhakkan chori ho gaya", False),
        ("घराच्या न्हाणीघरात लांबलचक काळा साप", True),
        ("saanp seedhi wala board game mila kisi ko", False),
        ("रोड वर बिना बैरिकेड खोदा", True),
        ("पुराने पुल के खंभे में दरार चौड़ी हो गई है", True),
        ("the bridge budget plan cracks", False),
        ("Warje flyover cha kathda tutlay", True),
        ("the temple terrace has no railing", False),
        ("एक पागल कुत्ता घूम रहा है, मुंह से लार टपकती है", True),
        ("mad dog song, chasing cars", False),
        ("School ke saamne ka gutter khula hai", True),
        ("drawing of an open drain at school", False),
        ("the neem tree is leaning right onto the bus stop", True),
        ("पिंपळ मुळापासून हललाय", True),
        ("होर्डिंग का ढांचा हवा में झूल रहा है", True),
    ],
)
def test_what_else_is_a_hazard_and_what_only_sounds_so(text: str, hazard: bool) -> None:
    assert is_hazard(text) is hazard
