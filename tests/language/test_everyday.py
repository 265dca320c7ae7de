"""Everyday matters are read as what they are, and a danger in them is still heard."""

import pytest

from socialcell.language import Analysis, read
from socialcell.language.classifiers.everyday import (
    is_between_people,
    is_ordinary,
    is_planned,
)

LOUD = ("critical", "high")
LIKELY = 0.7  # a chance of danger that does not end an everyday matter
VERY_LIKELY = 0.99


@pytest.mark.parametrize(
    "text",
    [
        "Bibwewadi chya konyavar kachra sathlay, gadi pathva please",
        "गटाराचं पाणी रस्त्यावर आलंय, नाक धरून चालावं लागतं",
        "नल से मटमैला पानी आ रहा है, पीने लायक नहीं",
        "Street light on our lane not working since two weeks, kindly repair",
        "pani nahi ala",
        "khadda bujva ani tempo pathva, bhangar uchalayla",
        "कल से मच्छर बहुत, फॉगिंग कब होगी",
    ],
)
def test_an_everyday_matter_that_reads_like_danger_is_none(text: str) -> None:
    assert is_ordinary(text, LIKELY)
    assert reading(text).urgency.level not in LOUD


@pytest.mark.parametrize(
    "text",
    [
        "Sewage water mixed with drinking water, four children vomiting",
        "kachra gadi ne porala dhadak dili, rakt yetay, bharti kela",
        "Street light pole is not working and a wire hangs from it, sparking",
        "गढूळ पाणी प्यायल्याने गल्लीतली पोरं ॲडमिट",
    ],
)
def test_where_somebody_is_hurt_or_ill_it_is_no_everyday_matter(text: str) -> None:
    assert not is_ordinary(text, LIKELY)


def test_a_matter_of_the_city_is_not_ordinary_where_danger_is_very_likely() -> None:
    text = "नाल्याजवळ कचरा साठलाय"

    assert is_ordinary(text, LIKELY)
    assert not is_ordinary(text, VERY_LIKELY)


def test_in_a_long_text_an_everyday_matter_is_not_all_that_it_is_about() -> None:
    matter = "Garbage truck did not come, garbage piled up at the corner"
    rest = "and then another thing happened which I have to tell you in full " * 3

    assert is_ordinary(matter, LIKELY)
    assert not is_ordinary(f"{matter} {rest}", LIKELY)


@pytest.mark.parametrize(
    "text",
    [
        "रिक्षात मोबाईल राहिला, काळा वन प्लस, सापडला तर द्या कृपया",
        "आधार कार्ड वाला पर्स सब्जी मंडी के पास गिर गया, बस कागज़ लौटा दो",
        "ps4 bechna hai do controller ke saath",
        "कॉलेजच्या दोन मुलींना तिसरी रूममेट हवी आहे, मांजर आहे",
        "how's traffic on Solapur Road right now? flight at 9",
        "Baner madhe carpenter ka number do koi",
        "jio wale ka plan band ho gaya kya, airtel me port karu kya",
    ],
)
def test_what_people_write_to_each_other_asks_the_city_for_nothing(text: str) -> None:
    analysis = reading(text)

    assert is_between_people(text)
    assert analysis.intent.label == "not_civic"
    assert analysis.urgency.level == "low"


@pytest.mark.parametrize(
    "text",
    [
        "PMC app says my phone number is lost, cannot log in",
        "महापालिकेच्या कार्यालयात पर्स राहिली, कुणाला भेटू",
        "Mulga haravlay, phone band yetoy",
        "rider from my app is half under the truck",
    ],
)
def test_what_an_office_or_a_rescuer_has_to_do_with_is_not_between_people(
    text: str,
) -> None:
    assert not is_between_people(text)


@pytest.mark.parametrize(
    "text",
    [
        "Need AB negative, 1 unit, planned surgery on Monday, donor can DM me",
        "परवा बायपास आहे, एबी पॉझिटिव्ह रक्ताच्या दोन पिशव्या हव्यात",
    ],
)
def test_blood_for_an_operation_whose_day_is_set_is_not_critical(text: str) -> None:
    assert is_planned(text)
    assert reading(text).urgency.level != "critical"


@pytest.mark.parametrize(
    "text",
    [
        "Operation on Monday went wrong, he is unconscious, blood needed",
        "शुक्रवार पेठेत ऑपरेशन झालं, आता रक्त हवंय",
    ],
)
def test_blood_that_is_needed_now_is_not_planned(text: str) -> None:
    assert not is_planned(text)


@pytest.mark.parametrize(
    "text",
    [
        "PMC NOTICE: bill unpaid, install AnyDesk to avoid disconnection at 8 tonight",
        "kyc pending, apk download karo nahi to nal band",
    ],
)
def test_who_asks_to_install_a_remote_control_is_spam(text: str) -> None:
    assert reading(text).intent.label == "spam"


def reading(text: str) -> Analysis:
    (analysis,) = read([text], semantic=True)
    return analysis
