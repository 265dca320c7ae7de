"""A name before a word of a place is the place's, with every ending; a person's is
hidden beside such a word too."""

from dataclasses import dataclass

import pytest

from socialcell.listening.people.masking_persons import public_names
from socialcell.listening.people.person_names import without_names
from socialcell.listening.people.visibility import People
from socialcell.settings.language import NcModels


@dataclass(frozen=True)
class Author:
    handle: str
    name: str | None = None
    uid: str | None = None


PLACES = (
    "जोशी हॉस्पिटलसमोर आग लागली आहे, पेशंट अडकले",
    "जोशी हॉस्पिटलमध्ये आग लागली",
    "डॉ. जोशी हॉस्पिटलजवळ आग लागली",
    "Joshi hospitalsamor aag lagli",
    "Laxmi nagarat gharachi slab kosalla",
    "Laxmi nagarla pani alay",
    "पाटील इस्टेटमध्ये आग लागली",
    "पाटील इस्टेट, आग लागली",
    "Ekta nagarit gharat pani shirla",
    "गणेश नगरीत पाणी शिरलं",
    "Ganpati mandira shejari wire padli",
    "Ganpati mandirajaval wire padli",
    "गणपती मंदिराजवळ वायर पडली",
    "शिवाजी चौकात झाड पडलं",
    "शिवाजी रस्त्यावर झाड पडलं",
    "Joshi hospital madhe aag lagli",
    "पेशंट जोशी हॉस्पिटलमध्ये आहेत",
    "पाटील इस्टेटमध्ये आहे मी",
    "Vaibhav Heights madhe lift adakli",
    "Shinde vastivar pani ale",
    "शिंदे वस्तीवर पाणी आलं",
    "Kulkarni buildingmadhe aag lagli",
    "कुलकर्णी बिल्डिंगसमोर आग",
    "Shinde colonyt pani shirla",
    "पवार वाड्यात भिंत पडली",
    "साने सोसायटीच्या बाहेर झाड पडलं",
    "पवार शाळेत शिक्षक नाहीत",
    "पवार शाळेत शिक्षक आहेत का",
    "पवार शाळेत शिक्षक अडकले आहेत",
    "Pawar school madhe teacher aahet ka",
    "जोशी हॉस्पिटलमध्ये डॉक्टर आहेत",
    "पाटील सोसायटीत वॉचमन आहे",
    "fire at Sunrise Hospital, patients stuck inside the ward",
    "there is a fire in Patil estate near the gate",
)
PERSONS = (
    ("Ganesh Patil yancha rasta khodla", ("Ganesh", "Patil")),
    ("Ganesh Patil yanchya road var khadda", ("Ganesh", "Patil")),
    ("गणेश पाटील यांचा रस्ता बंद", ("गणेश", "पाटील")),
    ("गणेश पाटील यांच्या हॉस्पिटलसमोर आग", ("गणेश", "पाटील")),
    ("Ramesh Patil ne road khodla", ("Ramesh", "Patil")),
    ("Ramesh Patil hospitalat aahet", ("Ramesh", "Patil")),
    ("रमेश पाटील हॉस्पिटलमध्ये आहेत", ("रमेश", "पाटील")),
    ("रमेश पाटील हॉस्पिटलसमोर उभे आहेत", ("रमेश", "पाटील")),
    ("रमेश पाटील चौकात उभे आहेत", ("रमेश", "पाटील")),
    ("राहुल शाळेत गेला तो आला नाही", ("राहुल",)),
    ("राहुल हॉस्पिटलमध्ये आहे", ("राहुल",)),
    ("Rahul hospitalmadhe aahe", ("Rahul",)),
    ("Mr Joshi hospitalat aahet", ("Joshi",)),
    ("पाटील गावाला गेले", ("पाटील",)),
    ("पाटील मार्केटला गेले", ("पाटील",)),
    ("Patil marketla gele", ("Patil",)),
    ("शिंदे चौकात उभे होते", ("शिंदे",)),
    ("Rahul market la gela", ("Rahul",)),
    ("Sunita station var aahe", ("Sunita",)),
    ("सचिन रस्त्यावर पडला आहे", ("सचिन",)),
    ("सुरेश अस्पताल में है", ("सुरेश",)),
    ("Suresh nagarat rahto", ("Suresh",)),
    ("Prakash Jadhav estatemadhe rahto", ("Prakash", "Jadhav")),
    ("पवार शाळेत शिक्षक आहेत", ("पवार",)),
    ("पवार शाळेत शिक्षक आहेत. मुलांना मारतात", ("पवार",)),
    ("जाधव शाळेत शिपाई होते", ("जाधव",)),
    ("शर्मा कॉलेज में प्रोफेसर हैं", ("शर्मा",)),
    ("Pawar shalet shikshak aahet", ("Pawar",)),
    ("Pawar school madhe teacher aahet", ("Pawar",)),
    ("Patil stop parking here", ("Patil",)),
    ("contractor Rakesh Pawar rastyavar ubha aahe", ("Rakesh", "Pawar")),
)


def masked(text: str, author: Author | None = None) -> str:
    names = public_names([], NcModels.NONE)
    return People(b"a key", frozenset(), names).masked("x", text, author)


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_named_in_full_with_every_ending(text: str) -> None:
    assert masked(text) == text
    assert without_names(text) == text


@pytest.mark.parametrize(("text", "names"), PERSONS)
def test_a_person_beside_a_word_of_a_place_is_hidden(
    text: str, names: tuple[str, ...]
) -> None:
    shown = masked(text)

    assert not [name for name in names if name in shown]
    assert not [name for name in names if name in without_names(shown)]


@pytest.mark.parametrize(
    ("author", "text"),
    [
        (Author("warje_res"), "basement madhe pani, darvaja ughadat nahi, Warje"),
        (Author("manhole"), "My child fell in an open manhole at Bajirao road"),
        (
            Author("manhole", uid="@manhole"),
            "My child fell in an open manhole at Bajirao road",
        ),
        (Author("q17", "Katraj Lake"), "water at Katraj Lake, send boats"),
        (Author("q17", "Warje Water Group"), "boat hvi - Warje"),
    ],
)
def test_an_author_who_is_called_by_a_place_or_word_hides_none_in_the_text(
    author: Author, text: str
) -> None:
    assert masked(text, author) == text


@pytest.mark.parametrize(
    ("author", "text", "shown"),
    [
        (Author("manhole"), "as @manhole says", "as @••• says"),
        (Author("asha_k"), "boat hvi - Asha", "boat hvi - •••"),
        (Author("q17", "Asha Warje"), "boat hvi - Asha", "boat hvi - •••"),
        (Author("zebrafish_kale"), "this is zebrafish", "this is •••"),
    ],
)
def test_an_authors_own_name_and_handle_stay_hidden(
    author: Author, text: str, shown: str
) -> None:
    assert masked(text, author) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("बोरवेल में गिरा मुन्ना, रोना बंद", "बोरवेल में गिरा •••, रोना बंद"),
        ("मैं छोटू को ढूंढ रहा हूं", "मैं ••• को ढूंढ रहा हूं"),
        ("mala jagaych nahi aata", "mala jagaych nahi aata"),
        ("bring back my son. They say he left", "bring back my son. They say he left"),
        ("talwar leke ghus gaye, fire brigade pathva narhe", None),
        ("सायकल दुरुस्तीवाले मामा अडकले, काकूंच्या खड्ड्याला कुंपण नाही", None),
    ],
)
def test_a_pet_name_is_hidden_and_a_word_before_a_relative_is_not(
    text: str, shown: str | None
) -> None:
    assert masked(text) == (text if shown is None else shown)


def test_a_whole_name_before_a_place_is_hidden_in_an_alert() -> None:
    assert without_names("water in Ramesh Kulkarni society, boats please") == (
        "water in ••• society, boats please"
    )


def test_what_was_read_as_a_whole_person_is_no_place() -> None:
    text = "zxcvb qwert hospital madhe ahe"

    assert "zxcvb" not in without_names(text, people=["zxcvb qwert"])


def test_ones_own_name_is_hidden_before_a_word_of_a_place() -> None:
    assert without_names("My name is Sunil Park, send help") == (
        "My name is •••, send help"
    )
    assert without_names("send help to Sunil Nagar", profile="Sunil K") == (
        "send help to ••• Nagar"
    )
