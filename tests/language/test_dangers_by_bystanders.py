"""Dangers of water, fire, current and beasts, as bystanders tell them."""

import pytest

from socialcell.language import read
from socialcell.language.danger_rules import Danger, danger_of

LIFE_AT_STAKE = [
    # Went into the water and is not seen.
    "He went into the water after the ball and nobody sees him",
    "मुलगा नदीत उतरला होता, आता दिसत नाही",
    "लड़का तालाब में उतरा था, दस मिनट से दिखाई नहीं दे रहा",
    "potti pohayla geli hoti talyat, ata disat nahi",
    "bhai nadi me utra tha, ab dikh nahi raha",
    # A machine that keeps alive has no current.
    "No electricity for 4 hours, mother is on an oxygen concentrator, battery is dying",
    "आजोबांचं ऑक्सिजन मशीन बंद पडलंय",
    "दादी की ऑक्सीजन मशीन, बिजली नहीं आ रही",
    "sasubai cha oxygen machine band ahe",
    "papa ka oxygen concentrator, light nahi hai",
    # People where it burns.
    "Fire in Nana godown, two workers inside",
    "आग लागली, आत कामगार आहेत",
    # Up there, and nobody has come.
    "We are 11 people on the roof of the temple, no one has come",
    "कोणी आलं नाही अजून, आम्ही ११ जण देवळाच्या छतावर",
    "chhat pe sat log hai, koi nahi aaya",
    "nadi mein ped pakad ke khadi hai ek aurat",
    "SOS stuck at Ekta Nagari",
    # Beasts, and patients in the water.
    "बिबट्याने मुलाला ओढून नेलं",
    "tendua bache ko utha le gaya",
    "ICU mein paani aa gaya hai",
    "आयसीयूमध्ये पाणी शिरलं",
    # Who cannot live on.
    "मी आता जगू शकत नाही, पुलावर उभा आहे",
    "I can't live anymore, goodbye all",
]
SERIOUS = [
    # Wounded in an accident, counted in digits.
    "Navale bridge var apghat, 2 jan jakhmi",
    "नवले पुल पर हादसा, 5 लोग घायल",
    "Navale bridge accident: 4 injured, traffic jam",
    "Ghar jalat ahe, mulgi aat ahe",
    # A cry and a place, and no word of what happens.
    "SOS Ekta Nagari lane 5",
    "mayday mayday Bhide bridge",
    "sos Dattawadi galli 3",
    "Fire in the old market, please hurry",
    "thick smoke, the warehouse behind us",
    "मुलगी अजून घरी आली नाही",
    "meri beti school se ghar nahi pahunchi, phone band hai",
    "my father has not reached home",
]
HARMLESS = [
    "The accident report says nobody was injured, thank god",
    "Accident mein koi ghayal nahi hua",
    "Insurance claim after accident, injured party must submit form",
    "Last year 5 people were injured at this spot, still no divider",
    "The SOS button on the pole at Deccan chowk is broken",
    "SOS: looking for a 2BHK flat in Wakad, society with parking",
    "SOS any good dentist near Karve road?",
    "कचरा नदीत उतरला तरी प्रशासनाला दिसत नाही",
    "आमचा पैसा पाण्यात गेला, काम काही दिसत नाही",
    "Ventilators for sale, battery backup, price low",
    "Solar panel on the roof, nobody has come to fix it",
    "गच्चीवर टाकी गळते, कोणी आलं नाही",
    "SOS stuck in traffic at Hinjewadi",
    "leopard dragged a goat from the shed",
    "Fire in the kitchen of my favourite show",
    "Fire safety audit in every market",
    "My son has not come home for Diwali",
    "तुझ्याशिवाय मी जगू शकत नाही",
    "ICU madhe pani supply band",
]


@pytest.mark.parametrize("text", LIFE_AT_STAKE)
def test_a_life_is_at_stake(text: str) -> None:
    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize("text", SERIOUS)
def test_it_is_serious(text: str) -> None:
    assert danger_of(text) is Danger.SERIOUS


@pytest.mark.parametrize("text", HARMLESS)
def test_it_is_no_danger(text: str) -> None:
    assert danger_of(text) is Danger.NONE


@pytest.mark.parametrize(
    "text",
    [
        "Old man swept away in current at Bhide bridge",
        "भिडे पुलावर एक माणूस वाहून गेला",
        "bhide pul var ek mulga vahun gela",
        "Two families on roof at Katraj, water everywhere",
    ],
)
def test_who_is_taken_by_the_water_is_a_matter_of_the_flood(text: str) -> None:
    (reading,) = read([text], semantic=True)

    assert reading.topics[0].id == "flood"


@pytest.mark.parametrize(
    "text", ["SOS Ekta Nagari lane 5", "mayday mayday Bhide bridge"]
)
def test_who_cries_for_help_from_a_place_is_taken_at_their_word(text: str) -> None:
    (reading,) = read([text], semantic=True)

    assert reading.urgency.level == "high"
