"""What kind of danger the words of a text tell, in five kinds of text."""

import pytest

from socialcell.i18n import CODES
from socialcell.language import read
from socialcell.language.classifiers.danger_kinds import (
    danger_kinds,
    kinds_of,
    misleads,
)
from tests.language.test_danger import DANGER


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Three men are trapped, help", ("trapped",)),
        ("माझे वडील लिफ्टमध्ये अडकले आहेत", ("trapped",)),
        ("log yahan fanse hain", ("trapped",)),
        ("Smoke and flames from the third floor", ("fire",)),
        ("दुकानात आग लागली", ("fire",)),
        ("bacche ko current lag gaya", ("current",)),
        ("मुलगा नदीत वाहून गेला", ("drowning",)),
        ("A boy is drowning in the canal", ("drowning",)),
        ("gas leak in our building", ("gas",)),
        ("दीवार गिर गई, आदमी मलबे में दबा है", ("trapped", "collapse")),
        ("He is not breathing, send an ambulance", ("medical",)),
        ("चौकात चाकूने वार केला", ("violence",)),
        ("A leopard mauled a man", ("animal",)),
        ("The fire brigade does not answer, we are trapped", ("trapped",)),
        ("Swargate stand, a man collapsed", ("medical",)),
        ("A wall collapsed at Swargate stand", ("collapse",)),
        ("Mi jeev denar aahe, mala jagaycha nahi", ("own_life",)),
        ("jhad padle, khali don manse dabli", ("trapped", "collapse")),
        ("Come at once", ()),
        ("", ()),
    ],
)
def test_the_words_of_a_danger_tell_its_kind(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(text) == kinds


@pytest.mark.parametrize("text", DANGER)
def test_each_danger_that_words_tell_has_a_kind(text: str) -> None:
    assert kinds_of(text)


def test_each_kind_has_a_name_in_each_language() -> None:
    for kind in danger_kinds().values():
        assert sorted(kind.label) == sorted(CODES)
        assert all(kind.label.values())


@pytest.mark.parametrize("semantic", [False, True], ids=["linear", "semantic"])
@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Ghar jalat ahe Sinhagad road var", "fire"),
        ("घरातून धूर येतोय आणि आजी आत आहे, लवकर या", "fire"),
        ("vadyacha jina kosalla, baba khali ahet, kunitari ya", "building"),
        ("Three people are drowning in the river at Bhide bridge", "flood"),
        ("A tree fell on a car in Aundh and a family is trapped inside", "parks"),
    ],
)
def test_a_danger_of_no_sure_topic_has_that_of_its_words(
    text: str, topic: str, semantic: bool
) -> None:
    (reading,) = read([text], semantic=semantic)

    assert reading.urgency.level == "critical"
    assert reading.topics[0].id == topic


@pytest.mark.parametrize("semantic", [False, True], ids=["linear", "semantic"])
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Tanker se gas nikal rahi hai, saans nahi aa rahi logo ko", "other"),
        ("Fire in our bldg, Amanora, 7th flr flat. ppl stuck pls send tender", "fire"),
        ("Pani ki tanki me zeher mila diya, do bacche behosh, saans nahi", "other"),
        ("Parking me signal ke paas gaadi jal rahi hai, driver andar hai", "fire"),
        ("नळाला पाणी नाही म्हणून विहिरीवर गेला मुलगा विहिरीत पडला, बुडतोय", "other"),
        (
            "Kachra depo jalat ahe, dhur gharat yetoy, aajila shwas ghyayla yet nahi",
            "fire",
        ),
    ],
)
def test_the_department_of_a_critical_text_is_one_that_comes_to_such_a_danger(
    text: str, first: str, semantic: bool
) -> None:
    (reading,) = read([text], semantic=semantic)

    assert reading.urgency.level == "critical"
    assert reading.topics[0].id == first


@pytest.mark.parametrize(
    ("topic", "text", "expected"),
    [
        ("water", "A gas leak near the tank", True),
        ("traffic", "A leopard near the signal", True),
        ("traffic", "An accident near the signal", False),
        ("traffic", "An accident near the signal, people are trapped", True),
        ("traffic", "An accident near the signal, one is bleeding", False),
        ("streetlights", "A live wire on the pole", False),
        ("building", "A gas leak in the building", False),
        ("water", "Come at once", False),
    ],
)
def test_a_topic_misleads_where_its_department_does_not_come_to_what_is_told(
    topic: str, text: str, expected: bool
) -> None:
    assert misleads(topic, text) is expected


def test_what_is_no_danger_has_no_topic_by_such_words() -> None:
    (reading,) = read(["Our plans for the weekend collapsed again"], semantic=True)

    assert "building" not in {topic.id for topic in reading.topics}
