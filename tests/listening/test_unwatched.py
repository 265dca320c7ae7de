"""Of some things no rule is written, and the refusal says why; of others it is."""

import pytest

from socialcell.clock import SystemClock
from socialcell.errors import UsageError
from socialcell.listening.guard import judgement
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.people.protected_topics import protected_topic_in
from socialcell.message_catalog import Message, Parameter, in_words

ACCOUNTS = Accounts({"pmcpune"}, {"sanjay gokhale"})


def no_rule(subject: Parameter) -> Message:
    return Message("privacy.no_rule_about", {"subject": subject})


def refuse(query: str, accounts: Accounts) -> None:
    objection = judgement.judge_query(query, accounts, SystemClock().now())
    if objection is not None:
        message = objection.message(no_rule)
        raise UsageError(message.code, **message.parameters)


@pytest.mark.parametrize(
    ("query", "subject", "reason"),
    [
        ("protest", "protests", "people may gather"),
        ("water protests", "protests", "people may gather"),
        ("मोर्चा", "protests", "people may gather"),
        ("आंदोलनात", "protests", "people may gather"),
        ("धरने", "protests", "people may gather"),
        ("rasta roko", "protests", "people may gather"),
        ("morcha OR flood", "protests", "people may gather"),
        ("NOT NOT strike", "protests", "people may gather"),
        ("prot*", "protests", "people may gather"),
        ("sit-in", "protests", "people may gather"),
        ("topic:politics", "politics", "neither parties"),
        ("water AND (topic:politics OR roads)", "politics", "neither parties"),
        ("निवडणुकीत", "politics", "neither parties"),
        ("chunav", "politics", "neither parties"),
        ("BJP", "politics", "neither parties"),
        ("मुस्लिमांना", "religion", "nobody's faith"),
        ("Hindus", "religion", "nobody's faith"),
        ("मस्जिद", "religion", "nobody's faith"),
        ("masjid", "religion", "nobody's faith"),
        ("दलितों", "caste", "caste or community"),
        ("obc", "caste", "caste or community"),
        ("मराठा आरक्षण", "caste", "caste or community"),
    ],
)
def test_no_rule_is_written_about(query: str, subject: str, reason: str) -> None:
    with pytest.raises(UsageError, match=f"No rule is written about {subject}") as why:
        refuse(query, ACCOUNTS)
    assert reason in str(why.value)


@pytest.mark.parametrize(
    "query",
    [
        "from:asha_kale",
        "@asha_kale",
        "water @asha_kale",
        "x.com/asha_kale",
        "asha@mail.example",
        "9822012345",
        "rahul patil",
        "राहुल पाटील",
        "अमित शहाणे",
        "kulkarni potholes",
        "kulka*",
    ],
)
def test_no_rule_is_written_about_a_private_person(query: str) -> None:
    with pytest.raises(UsageError, match="a private person"):
        refuse(query, ACCOUNTS)


@pytest.mark.parametrize(
    "query",
    [
        "water",
        "पाणी OR pani OR water",
        "~water lang:mr",
        "topic:water ward:ward:aundh",
        "Ganesh visarjan traffic",
        "गणेश विसर्जन",
        "Laxmi Road parking",
        "शिवाजी नगर खड्डे",
        "नळ बंद",
        "रस्ता बंद",
        "potho*",
        "garbage -protest",
        "flood NOT (bjp OR congress)",
        "from:@PMCPune",
        "@PMCPune water",
        "Sanjay Gokhale",  # the registry knows him
        "striped zebra crossing",
        "sagar colony",
    ],
)
def test_a_rule_about_what_the_city_does_is_written(query: str) -> None:
    refuse(query, ACCOUNTS)


def test_a_query_that_cannot_be_read_says_where() -> None:
    with pytest.raises(UsageError, match="character"):
        refuse("water (", ACCOUNTS)


def test_words_tell_what_they_must_not_be_watched_for() -> None:
    found = protected_topic_in("उद्या मोर्चा आहे")

    assert found is not None
    assert (found.subject, found.word) == ("protests", "मोर्चा")
    assert protected_topic_in("पाणी नाही") is None


@pytest.mark.parametrize(
    ("word", "name", "in_marathi", "reason"),
    [
        ("protest", "protests", "आंदोलने", "people may gather"),
        ("election", "politics", "राजकारण", "a city government"),
        ("mosque", "religion", "धर्म", "nobody's faith"),
        ("dalit", "caste", "जात", "nobody's caste"),
        ("hiv", "health", "आरोग्य", "nobody's illness"),
    ],
)
def test_every_subject_has_a_name_and_a_reason_for_readers(
    word: str, name: str, in_marathi: str, reason: str
) -> None:
    topic = protected_topic_in(word)

    assert topic is not None
    assert (str(topic.name), in_words(topic.name, "mr")) == (name, in_marathi)
    assert str(topic.reason).startswith(reason)
    with pytest.raises(UsageError, match=f"about {name}: .*The word: {topic.word}"):
        refuse(word, ACCOUNTS)
