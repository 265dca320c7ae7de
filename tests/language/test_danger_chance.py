"""Danger that is told without the obvious word, and what only sounds like it."""

import pytest

from socialcell.language import read
from socialcell.language.analysis import LIKE_DANGER
from socialcell.language.classifiers.danger_chance import Least
from socialcell.language.danger_rules import Danger, danger_of
from socialcell.language.notes import Notes

DANGERS = [
    "He went down to clean the tank and does not answer, his friend went after him",
    "tya vihirit vakun baghitla, chappal tarangtey, mulga disat nahi",
    "दरवाज़े के नीचे से धुआँ आ रहा है, अंदर दादी सो रही हैं, कोई खोल नहीं रहा",
    "शेजारच्या आजी दोन दिवस दार उघडत नाहीत, आतून वास येतोय",
    "wire se neela chamak raha hai aur bacche wahin khel rahe hain",
]
HARMLESS = [
    "That catch set the stadium on fire, what a match",
    "mi tar hasun hasun melo, kay picture ahe",
    "कल की बाढ़ की तस्वीरें देखीं, 1961 वाली, प्रदर्शनी में",
    "आजचा मॉक ड्रिल छान झाला, मुलांना मजा आली",
    "Where do people go for misal near Deccan on Sundays?",
]


@pytest.mark.parametrize("text", DANGERS)
def test_danger_is_high_without_its_word(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in ("high", "critical")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_danger_is_not(text: str) -> None:
    (reading,) = read([text])

    assert reading.urgency.level in ("low", "normal")


def test_danger_is_heard_although_the_text_is_taken_for_talk() -> None:
    (reading,) = read(["uncle wire se chipke hue hain, switch kahan"])

    assert reading.intent.label == "not_civic"
    assert reading.urgency.level in ("high", "critical")


def test_a_danger_that_no_word_explains_has_a_reason() -> None:
    readings = read(DANGERS)

    assert all(reading.urgency.reasons for reading in readings)
    assert any(LIKE_DANGER in one.urgency.reasons for one in readings)


def test_names_alone_have_no_chance_of_danger() -> None:
    (reading,) = read(["Kothrud"])

    assert reading.urgency.level == "low"


def of_words(count: int) -> Notes:
    return Notes(core=" ".join(["word"] * count))


def test_the_chance_that_is_enough_rises_with_the_words_by_hand() -> None:
    # Even odds at 15 words; at 60 the odds are 4**0.5, at 10 they are (10/15)**2.
    least = Least(0.5, 2.0, 0.5)

    assert least.of(of_words(15)) == pytest.approx(1 / 2)
    assert least.of(of_words(60)) == pytest.approx(2 / 3)
    assert least.of(of_words(900)) == least.of(of_words(60))
    assert least.of(of_words(10)) == pytest.approx(4 / 13)
    assert least.of(of_words(1)) == least.of(of_words(6))
    assert least.of(of_words(6)) < least.of(of_words(7))


@pytest.mark.parametrize(
    "text",
    [
        "बहन ने फिनाइल पी लिया झाग निकल रहा",
        "dad's speech slurred, left side gone numb",
        "chaku ghusa diya pet me, jaldi",
        "सांड ने बुढ़िया को उठा के पटका",
        "बायकोचं तोंड वाकडं झालंय बोलता येईना",
        "dost swimming pool me dub gaya saans nahi",
        "कोयता घेऊन चौघं मागे लागलेत, वाचवा",
    ],
)
def test_a_danger_in_a_few_words_is_critical(text: str) -> None:
    (reading,) = read([text], semantic=True)

    assert reading.urgency.level == "critical"


@pytest.mark.parametrize(
    ("text", "danger"),
    [
        ("वहिनीने उंदराचं औषध खाल्लंय", Danger.CRITICAL),
        ("sui gilli mazya bala ne", Danger.CRITICAL),
        ("supari fasi bhai ke gale me", Danger.CRITICAL),
        ("the baby is choking", Danger.CRITICAL),
        ("आज छज्जा गिर गया, सब्ज़ी वाली दबी है", Danger.CRITICAL),
        ("the balcony fell, a flower seller is under it", Danger.CRITICAL),
        ("छत पर टंकी है, जेब कर्ज़ में दबी है", Danger.NONE),
        ("the drain is choking, children walk there", Danger.NONE),
        ("jija ne didi pe petrol dala", Danger.CRITICAL),
        ("bike me petrol dala aaj", Danger.NONE),
        ("the bull gored a man", Danger.CRITICAL),
        ("bail granted to the man who attacked a clerk", Danger.NONE),
        ("बिबट्या आलाय सोसायटीत", Danger.SERIOUS),
        ("leopard print curtains for the house", Danger.NONE),
        ("ticking bag under the seat", Danger.SERIOUS),
        ("anolkhi manus mazya mage yetoy", Danger.SERIOUS),
        ("a man is following me on insta", Danger.NONE),
        ("kitchen knife stomach set sale", Danger.NONE),
        ("तिने फिनाइल पिलं", Danger.CRITICAL),
        ("mere dost ne nas kaat li", Danger.CRITICAL),
        ("cut the wrist band today", Danger.NONE),
        ("पीएमपीएल बसचे ब्रेक गेलेत", Danger.SERIOUS),
        ("स्कूटीचे ब्रेक गेलेत", Danger.NONE),
        ("kamre me band kiya, maar dalenge bol rahe", Danger.CRITICAL),
        ("itni garmi, band kamre me maar dalenge", Danger.NONE),
        ("woh pul ki railing ke us paar khada hai", Danger.CRITICAL),
        ("विहिरीच्या काठावर उभी आहे ती", Danger.CRITICAL),
        ("railing ke us paar khada kabutar", Danger.NONE),
        ("लोग खिड़की से कूद रहे", Danger.CRITICAL),
        ("बिल्ली खिड़की से कूद गई", Danger.NONE),
        ("dara var lathya maartayt, mi ekti ahe", Danger.CRITICAL),
        ("dog alone at home, banging on the door", Danger.NONE),
        ("two men went down the drain and have not come out", Danger.CRITICAL),
        ("गटारातून पाणी बाहेर आले नाहीत", Danger.NONE),
        ("पोहायला उतरले ते अजून वर आलेच नाहीत", Danger.CRITICAL),
        ("jumped a class, hero has not come up", Danger.NONE),
        ("पंखे से रस्सी बांध ली है", Danger.CRITICAL),
        ("fan pe kapde ki rassi", Danger.NONE),
        ("chhotu ki gardan grill me fasi", Danger.CRITICAL),
        ("head of dog stuck in the gate", Danger.NONE),
        ("he touched the fridge and isn't letting go", Danger.CRITICAL),
        ("the current boss is not letting go", Danger.NONE),
        ("hoarding came down on the bus stop", Danger.CRITICAL),
        ("rela aya, meri beti pairo ke niche", Danger.CRITICAL),
        ("meri behen kal raat se gayab hai", Danger.CRITICAL),
        ("beti ke school ka pani gayab", Danger.NONE),
        ("flat madhun jwala yetayt", Danger.SERIOUS),
        ("मुझे मरना है अब", Danger.CRITICAL),
    ],
)
def test_words_of_dangers_in_a_few_words(text: str, danger: Danger) -> None:
    assert danger_of(text) is danger


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Pothole in Aundh", "normal"),
        ("कोथरूडमध्ये पाणी नाही", "normal"),
        ("log jam mein fanse hai", "low"),
        ("दोन तास ट्रॅफिकमध्ये अडकलो", "low"),
    ],
)
def test_a_complaint_in_a_few_words_is_no_danger(text: str, level: str) -> None:
    (reading,) = read([text], semantic=True)

    assert reading.urgency.level == level
