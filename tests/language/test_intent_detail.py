"""A complaint that was closed although nothing was done, in each kind of text."""

import pytest

from socialcell.language import read
from socialcell.language.classifiers.intent_detail import CLOSED, detail_of

SAID = [
    "Marked resolved yesterday, nothing was done, the pothole is still there",
    "My ticket shows closed but nobody came to look at the streetlight",
    "PMC closed my complaint without even visiting",
    "Ticket closed as resolved without anyone visiting. The portal is a joke",
    "They close every complaint and the drain is still overflowing",
    "Resolved only on paper. Garbage heap same as before",
    "तक्रार निकाली काढली म्हणे, पण कचरा अजून तिथेच आहे",
    "तक्रार बंद केली पण काम झालंच नाही, काहीच केलं नाही",
    "कोणी आलं नाही आणि तक्रार बंद दाखवली",
    "टोकन क्लोज केलं, खड्डा अजूनही तसाच",
    "शिकायत बंद कर दी गई लेकिन कोई नहीं आया",
    "बिना काम किए शिकायत निपटा दी, नाली अब भी भरी है",
    "शिकायत का निस्तारण दिखा दिया, काम हुआ ही नहीं",
    "takrar band keli pan kaam zalech nahi, kahich kela nahi",
    "Takrar close kelit, ajun kachra tasach ahe",
    "mazi complaint resolve dakhavtay pan koni ala nahi",
    "shikayat band kar di aur kaam hua nahi",
    "Complaint close kar diya bina dekhe",
    "Ticket ko closed dikha rahe ho, light abhi bhi band hai",
]
NOT_SAID = [
    "The road is closed without notice, no diversion anywhere",
    "My complaint is still not closed, no action for ten days",
    "Complaint resolved within a day, thank you ward office",
    "Please do not close my complaint without fixing the pipe",
    "Complaint about the closed garden gate is still pending",
    "The shop closed without warning, nothing left on the shelves",
    "Nobody came about my complaint and the water is still not clean",
    "तक्रार अजून बंद केली नाही, काम चालू आहे",
    "पाणी बंद आहे, तक्रार केली, अजून काही नाही",
    "तक्रार केली आणि दुसऱ्या दिवशी काम झालं, आभार",
    "कृपया काम न करता तक्रार बंद करू नका",
    "रस्ता बंद केला, अजूनही वाहतूक कोंडी",
    "शिकायत अभी तक बंद नहीं हुई, काम चल रहा है",
    "पानी बंद है, शिकायत की, अभी भी कुछ नहीं",
    "शिकायत दर्ज की, अब भी सड़क बंद है",
    "takrar keli ki pani band ahe ajun",
    "complaint ajun close keli nahi, kaam chalu ahe",
    "complaint abhi tak close nahi hui",
    "shikayat kar di, abhi bhi light band hai",
    "complaint close honar, ajun vat baghtoy",
    "Ticket booking closed, still no refund from the cinema",
]


@pytest.mark.parametrize("text", SAID)
def test_a_complaint_closed_without_action_is_told_apart(text: str) -> None:
    assert detail_of(text) == CLOSED


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_is_not_closed_or_was_done_is_not(text: str) -> None:
    assert detail_of(text) is None


def test_the_detail_stands_beside_the_intent_and_its_matter_is_the_topic() -> None:
    said = (
        "Complaint marked resolved, nothing was done, garbage is lying in Kothrud",
        "App crashes at login and my complaint is closed without action",
        "Garbage is lying in Kothrud for three days",
    )

    closed, screen, other = read(said)

    assert closed.as_dict()["intent"]["detail"] == CLOSED
    assert [topic.id for topic in closed.topics] == ["waste"]
    assert "app" in [topic.id for topic in screen.topics]
    assert other.intent.detail is None
