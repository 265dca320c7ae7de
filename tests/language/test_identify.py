"""Language, mixture and script of short invented sentences."""

import pytest

from socialcell.language import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There has been no water in our lane since Monday", "en"),
        ("Please tell me where the ward office is", "en"),
        ("Baner, Balewadi and Aundh were without power for two hours", "en"),
        ("आमच्या गल्लीत सोमवारपासून पाणी नाही", "mr"),
        ("बाणेरला खूप खड्डे पडले आहेत", "mr"),
        ("पुण्यात खड्डे", "mr"),
        ("हमारी गली में सोमवार से पानी नहीं है", "hi"),
        ("सड़क कब बनेगी, कोई बताएगा क्या", "hi"),
        ("amchya gallit somvar pasun pani nahi ahe", "mr-Latn"),
        ("rastyavar khup khadde padle ahet, kadhi bujavnar", "mr-Latn"),
        ("hamari gali mein somvar se paani nahi aa raha hai", "hi-Latn"),
        ("", "und"),
        ("😡😡 12345 !!!", "und"),
        ("@PMCPune https://example.org/water", "und"),
        ("தண்ணீர் இல்லை", "und"),
        ("Вода", "und"),
    ],
)
def test_the_language_of_a_short_sentence(text: str, expected: str) -> None:
    (reading,) = read([text])

    assert reading.language == expected


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("पाणी नाही", "Deva"),
        ("pani nahi", "Latn"),
        ("தண்ணீர்", "Taml"),
        ("પાણી નથી", "Gujr"),
        ("پانی", "Arab"),
        ("12 😡", "Zyyy"),
        ("कोथरूड मध्ये app", "Deva"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    (reading,) = read([text])

    assert reading.script == script


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("No water since the morning, आमच्या भागात अजून पाणी आलेले नाही", True),
        ("The road is bad and the lights are out, koi sun raha hai kya yahan", True),
        ("The road is bad and the lights are out", False),
        ("आमच्या भागात अजून पाणी आलेले नाही", False),
        ("पीएमसीचे app चालत नाही", False),
    ],
)
def test_two_languages_in_one_post_are_called_mixed(text: str, mixed: bool) -> None:
    (reading,) = read([text])

    assert reading.mixed is mixed


def test_names_of_places_do_not_make_an_english_post_romanised() -> None:
    (reading,) = read(["Dhankawadi Khadakwasla Kondhwa flooded"])

    assert reading.language == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("जन्म दाखल्यासाठी ५०० रुपये मागितले", "mr"),
        ("हेलो कौन", "hi"),
    ],
)
def test_in_few_words_a_sure_model_outvotes_the_rules(text: str, expected: str) -> None:
    (reading,) = read([text])

    assert reading.language == expected
