"""Names of people are hidden in what is passed on; places stay."""

import pytest

from socialcell.listening.people.person_names import without_names

PLACES = ("Ekta Nagar", "Patil Estate", "एकता नगरी")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "My name is Xyzab Qwert, four of us on the roof at Ekta Nagar",
            "My name is •••, four of us on the roof at Ekta Nagar",
        ),
        (
            "माझे नाव सुनीता कदम आहे, एकता नगरीत घरात पाणी",
            "माझे नाव ••• आहे, एकता नगरीत घरात पाणी",
        ),
        ("मेरा नाम रमेश है, छत पर बैठे हैं", "मेरा नाम ••• है, छत पर बैठे हैं"),
        (
            "maze nav Xyzab ahe ani pani ghari ale",
            "maze nav ••• ahe ani pani ghari ale",
        ),
        ("राहुलला वाचवा, आईला बोट हवी", "••• वाचवा, आईला बोट हवी"),
        ("श्री झगडे यांना बोट पाठवा", "श्री ••• यांना बोट पाठवा"),
        (
            "Rahul Qwertkar is stuck with his mother at Patil Estate",
            "••• is stuck with his mother at Patil Estate",
        ),
        (
            "Water in my house, my mother Qwerta cannot walk",
            "Water in my house, my mother ••• cannot walk",
        ),
    ],
)
def test_a_name_is_hidden_and_a_place_is_not(text: str, shown: str) -> None:
    assert without_names(text, places=PLACES) == shown


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("अम्मा को सांस नहीं आ रही", ["अम्मा"]),
        ("बाबांना हार्ट अटॅक आलाय", ["बाबांना"]),
        ("aaji la bahar kadha, babanchi tabyet bighadli", ["aaji", "babanchi"]),
        ("कुत्र्याने मुलाला चावा घेतला", ["मुलाला"]),
        ("खांबावरच्या दिव्याच्या तारा तुटल्या", ["दिव्याच्या"]),
        ("malik bolta hai seedhi pe dhuan hai", ["malik", "seedhi"]),
        ("my child fell in an open manhole, Grandpa is there", ["manhole"]),
        ("gas smell near the Lift, water up to Warje", ["Lift", "Warje"]),
        ("सौ बच्चे आएँगे, डॉक्टर नहीं", ["सौ बच्चे"]),
        ("she forgot my name last week so she is lost", ["last week"]),
    ],
)
def test_a_word_of_everyday_or_of_the_family_is_nobodys_name_whatever_was_read(
    text: str, people: list[str]
) -> None:
    assert without_names(text, people=people) == text


@pytest.mark.parametrize(
    "text",
    [
        "Wall collapsed on hut near Dandekar Pool, 2 children under it",
        "wall collapsed near Ambil Odha Dandekar Pool, 3 log dabe hue hain",
        "दांडेकर पुलाजवळ भिंत पडली",
        "doing 70 near Xyzabwadi, children inside",
        "the gas is on at Qwerty, send help",
    ],
)
def test_what_is_near_or_joined_with_a_word_of_a_place_is_a_place(text: str) -> None:
    assert without_names(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("मेरा नाम तात्या है, बचाओ", "मेरा नाम ••• है, बचाओ"),
        ("help at Xyzab's house now", "help at •••'s house now"),
        ("Mr Lift is stuck with us", "Mr ••• is stuck with us"),
    ],
)
def test_a_name_that_is_given_or_titled_is_hidden_though_it_is_a_word(
    text: str, shown: str
) -> None:
    assert without_names(text) == shown


def test_what_was_read_as_a_person_and_the_profiles_name_are_hidden() -> None:
    text = "zxcvb and qwert wait on the terrace, qwert is ill"

    assert without_names(text, people=["zxcvb"], profile="Qwert K") == (
        "••• and ••• wait on the terrace, ••• is ill"
    )


@pytest.mark.parametrize(
    "text",
    [
        "घरात पाणी शिरलंय, आई चालू शकत नाही, कोणीतरी बोट पाठवा!!",
        "Emergency hai, ground floor full water, rescue team bhejo",
        "PLEASE HELP US. Water In House, Send Boat",
        "the wall leans since Diwali, it rained all Monday and on 2 November",
        "",
    ],
)
def test_a_text_without_names_stays_as_it_is(text: str) -> None:
    assert without_names(text) == text
