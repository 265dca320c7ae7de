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
