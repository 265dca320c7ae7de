"""The words of a flood's first hours, and what only sounds like them."""

import pytest

from socialcell.language import read
from socialcell.language.danger_rules import Danger, danger_of


@pytest.mark.parametrize(
    "text",
    [
        "SOS, family of five on the terrace, nobody can swim",
        "boat pathva lavkar, mula gacchivar ahet",
        "नाव भेजिए, नानी बिस्तर पर हैं",
        "everybody is on the first floor, water all around",
        "सगळे गच्चीवर, चारही बाजूंनी पाणी",
        "ped pe baithe hai do log, niche pani",
        "पुरापासून काका बेपत्ता आहेत",
    ],
)
def test_people_whom_water_has_cut_off_are_in_danger_of_their_life(text):
    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "Water at the door since four. People are on the roof in the lane",
        "पहाटे चारला पाणी दारात. लोक गच्चीवर आहेत",
        "log chhat pe hain!!! Neeche pani. kahan ho sab",
        "चार बजे पानी दरवाज़े तक। सब छत पर हैं।",
    ],
)
def test_what_two_sentences_beside_each_other_say_together_counts(text):
    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "Water at the door since four. My shoes are wet. The band is on the terrace",
        "Party on the terrace. There was water at the door again",
        "Lunch was on the terrace, lovely. My film is set in a flood. LOL",
    ],
)
def test_what_sentences_apart_or_beside_a_party_say_together_does_not(text):
    assert danger_of(text) is not Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "river water entered our house at dawn",
        "वस्तीत पाणी शिरलं",
        "ghar me pani ghus gaya",
        "नाल्याजवळच्या म्हशी वाहून गेल्या",
        "बिना बताए बांध का पानी छोड़ा",
        "our village is cut off since last night",
        "pulavarun pani vahtay tari lok jatayt",
    ],
)
def test_what_the_water_does_to_homes_and_roads_is_serious(text):
    assert danger_of(text) is Danger.SERIOUS


@pytest.mark.parametrize(
    "text",
    [
        "SOS, two tickets for the match, family of five",
        "save us from this traffic, people",
        "गच्चीवर पार्टी आहे, सगळे या",
        "terrace tank overflows, water on all sides of it",
        "पहिल्या मजल्यावर पाणी येत नाही",
        "घरात पाणी आलं एकदाचं",
        "pani ka bill badh raha hai",
        "रांगोळी वाहून गेली",
        "नहर में पानी छोड़ा, किसान खुश",
        "our wadi is cut off from the jio network",
        "dog missing since the flood",
    ],
)
def test_what_only_sounds_like_a_flood_is_none(text):
    assert danger_of(text) is Danger.NONE


@pytest.mark.parametrize(
    "text",
    [
        "bridge washed away behind the temple",
        "वडाच्या ओढ्यावरचा पूल वाहून गेला",
        "गाँव वाला पुल बह गया",
        "aamcha pul vahun gela re",
        "yaar pul beh gaya kal",
    ],
)
def test_a_bridge_that_was_washed_away_is_of_the_flood(text):
    (reading,) = read([text])

    assert reading.topics[0].id == "flood"


@pytest.mark.parametrize(
    "text",
    [
        "nalyat ek porga vahat chalalay",
        "ओढ्यात दोन बायका वाहत गेल्या",
        "purat mansa vahat jatayt",
    ],
)
def test_people_whom_the_current_takes_along_are_in_danger_of_their_life(text):
    assert danger_of(text) is Danger.CRITICAL


@pytest.mark.parametrize(
    "text",
    [
        "लोकांच्या दारात पाणी वाहत चाललंय",
        "loka gardi barobar vahat chalali",
        "मुले फॅशनच्या fashion मागे वाहत गेली",
    ],
)
def test_what_else_flows_along_takes_nobody_with_it(text):
    assert danger_of(text) is Danger.NONE


@pytest.mark.parametrize(
    "text",
    [
        "the dam upstream has burst, get out of the lanes",
        "वरचं धरण फुटलंय, पळा",
        "बांध टूट गया, नीचे की बस्ती खाली करो",
        "dharan phutla mhantat, amhi var jato",
    ],
)
def test_a_dam_that_burst_is_a_danger_to_lives_and_a_flood(text):
    (reading,) = read([text])

    assert danger_of(text) is Danger.CRITICAL
    assert "flood" in [topic.id for topic in reading.topics]


@pytest.mark.parametrize(
    "text",
    [
        "माझ्या सहनशीलतेचा बांध फुटला",
        "sabr ka baandh toot gaya hai",
        "that the dam has burst is a rumour",
        "धरण फुटलं ही अफवा आहे",
        "पानशेत धरण फुटलं तेव्हा मी लहान होतो",
    ],
)
def test_a_dam_that_did_not_burst_now_is_none(text):
    assert danger_of(text) is Danger.NONE
