"""Tricks of spelling do not get past the judgement, and plain words stay plain."""

import pytest

from socialcell.clock import SystemClock
from socialcell.listening.guard import judgement
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.guard.spellings import is_legible, plain, readings

ACCOUNTS = Accounts({"pmcpune"}, {"sanjay gokhale"})


def ground(query: str) -> str | None:
    objection = judgement.judge_query(query, ACCOUNTS, SystemClock().now())
    return None if objection is None else objection.ground


def ground_on_platform(query: str) -> str | None:
    objection = judgement.judge_platform_query(query, ACCOUNTS)
    return None if objection is None else objection.ground


@pytest.mark.parametrize(
    "written",
    [
        "b0yc0tt",
        "b.o.y.c.o.t.t",
        "bоycott",  # a Cyrillic letter
        "boy\u200bcott",
        "boy\u00adcott",
        "\uff42\uff4f\uff59\uff43\uff4f\uff54\uff54",
        "ⓑⓞⓨⓒⓞⓣⓣ",
        "\U0001f171\U0001f17e\U0001f188\U0001f172\U0001f17e\U0001f183\U0001f183",
        "ʙᴏʏᴄᴏᴛᴛ",
        "b̶o̶y̶c̶o̶t̶t̶",
    ],
)
def test_a_word_is_read_as_it_is_meant(written: str) -> None:
    assert "boycott" in readings(written)
    # Our own search finds no words in signs, and says so; platforms may.
    assert ground_on_platform(written) == "protests"


@pytest.mark.parametrize(
    ("query", "subject"),
    [
        ("b o y c o t t", "protests"),
        ("boy cott", "protests"),
        ("bocyott", "protests"),  # a slip of two letters
        ("bo*cott", "protests"),
        ("उपो षण", "protests"),
        ("उपोshan", "protests"),
        ("ઉપોષણ", "protests"),  # in another Indian script
        ("बॉयकॉट", "protests"),
        ("gheraao", "protests"),
        ("chakkajam", "protests"),
        ("#kothrudboycott", "protests"),
        ("#KothrudBoycottNow", "protests"),
        ("water ✊ kothrud", "protests"),
        ("nivadanuk", "politics"),
        ("n1vadnuk", "politics"),
        ("mu5lim", "religion"),
        ("d4lit", "caste"),
        ("she has covid", "health"),
        ('title:"boycott"', "protests"),
    ],
)
def test_a_subject_is_known_however_it_is_spelt(query: str, subject: str) -> None:
    assert ground_on_platform(query) == subject


@pytest.mark.parametrize(
    "query",
    [
        "su*sh kulkarni",
        "k u l k a r n i",
        "kul karni",
        "kulkarnibai",
        "कुलकर्णींचे",
        "Kulkаrni",  # a Cyrillic letter
        "@kulk*",
        "mugdha.k",
        "mugdha_k",
        "mugdha1990",
        "mugdha.bsky.social",
        "FROM:mugdha",
        "u/mugdha",
        "chat.whatsapp.com/AbCdEfGh",
        "९८२२० १२३४५",
        "98.22.01.23.45",
        "nine eight two two zero one two three four five",
        "flat 12 building",
        "18.52041, 73.85674",
        "UCabcdefghijklmnop1234",
        "नागरिक-7F3AB2CD",
        "Mr Xyzabc",
        "Asha Kale",
        "water OR (road from:mugdha)",
    ],
)
def test_a_person_is_known_by_any_sign(query: str) -> None:
    assert ground(query) == judgement.PERSON


@pytest.mark.parametrize("query", ["احتجاج", "протест", "抗议", "water احتجاج"])
def test_letters_that_no_list_has_are_not_judged(query: str) -> None:
    assert ground(query) == judgement.ILLEGIBLE


@pytest.mark.parametrize(
    "query",
    [
        "pothole near the mosque",
        "दर्गा रस्ता खड्डे",
        "temple parking",
        "church lane streetlights",
        "strike of bus drivers",
        "cancer hospital",
        "OBC certificate",
        "election day holiday",
        "Sanjay Gandhi hospital",
        "Kulkarni road",
        "Modi Ganpati",  # a temple of the gazetteer
        "anadhikrut bandhkam",
        "COVID19 vaccination",
        "budget 2025-2026",
        "toll free 1800 1030 222",
        "ward 12",
        "@PMCPune water",
        "mayor",
        "asha worker",
        "Sanjay Gokhale",
    ],
)
def test_what_the_city_does_is_asked_freely(query: str) -> None:
    assert ground(query) is None


@pytest.mark.parametrize(
    "query",
    ["mosque OR pothole", "temple", "strike", "caste", "election", "cancer", "मंदिर"],
)
def test_a_word_of_places_and_services_is_not_asked_alone(query: str) -> None:
    assert ground(query) in ("religion", "protests", "caste", "politics", "health")


def test_the_words_of_a_register_are_judged() -> None:
    assert ground('department:"boycott"') == "protests"
    assert ground("status:open water") is None


@pytest.mark.parametrize("word", ["पाणी", "water", "र्‍य", "H₂O", "2026"])
def test_plain_words_are_legible(word: str) -> None:
    assert is_legible(plain(word))


def test_what_is_excluded_may_be_named_in_every_depth() -> None:
    assert ground("water NOT (boycott OR kulkarni)") is None
    assert ground("water NOT NOT boycott") == "protests"
    assert ground("water -(road -(boycott))") == "protests"
