"""Sentiment, intent, topics and urgency of invented posts in every kind of text."""

import pytest

from socialcell.language import Analysis, lexicon, read
from socialcell.language.stems import Endings, Stems
from socialcell.language.words import key_of


def reading(text: str) -> Analysis:
    return read([text])[0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The new garden is lovely", "positive"),
        ("This road is terrible", "negative"),
        ("The office opens at ten", "neutral"),
        ("उद्यान खूप सुंदर झाले आहे", "positive"),
        ("रस्ता अतिशय खराब आहे", "negative"),
        ("कार्यालय दहा वाजता उघडते", "neutral"),
        ("पार्क बहुत सुंदर है", "positive"),
        ("यह सड़क बेकार है", "negative"),
        ("udyan khup sundar zale ahe", "positive"),
        ("rasta ekdam kharab ahe", "negative"),
        ("park bahut sundar hai", "positive"),
        ("yeh sadak bekar hai", "negative"),
        ("😡😡", "negative"),
        ("😍", "positive"),
        ("❤️", "positive"),
        ("", "neutral"),
    ],
)
def test_the_sentiment_of_a_plain_sentence(text: str, label: str) -> None:
    assert reading(text).sentiment.label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The service is not good", "negative"),
        ("Not bad, the garden is lovely", "positive"),
        ("सेवा चांगली नाही", "negative"),
        ("सेवा अच्छी नहीं है", "negative"),
        ("seva changli nahi", "negative"),
        ("service acchi nahi hai", "negative"),
    ],
)
def test_a_denial_turns_the_sentiment(text: str, label: str) -> None:
    assert reading(text).sentiment.label == label


@pytest.mark.parametrize(
    "text",
    [
        "Great job PMC 🙄 potholes everywhere",
        "Thank you PMC for the free pool on our road, drain overflowing, stinking",
    ],
)
def test_irony_is_never_taken_for_confident_praise(text: str) -> None:
    found = reading(text)

    assert found.sentiment.label == "negative"
    assert not found.sentiment.confident
    assert found.intent.label == "complaint"


@pytest.mark.parametrize("text", ["", "12 34"])
def test_without_evidence_the_machine_abstains(text: str) -> None:
    assert not reading(text).sentiment.confident


def test_what_follows_a_but_weighs_more() -> None:
    first = reading("The staff is helpful but the road is dirty").sentiment.score
    second = reading("The road is dirty but the staff is helpful").sentiment.score

    assert first < second


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Garbage has not been collected in Aundh", "complaint"),
        ("हडपसरला कचरा उचलला नाही", "complaint"),
        ("कात्रज की सड़क पर गड्ढे हैं", "complaint"),
        ("kothrud madhe pani nahi", "complaint"),
        ("viman nagar mein street light band hai", "complaint"),
        ("Potholes near Nal Stop", "complaint"),
        ("खराडीत कचरा", "complaint"),
        ("Aundh ke road pe gadde", "complaint"),
        ("Where can I get a birth certificate?", "question"),
        ("जन्म दाखला कुठे मिळेल?", "question"),
        ("संपत्ति कर में छूट कैसे मिलेगी?", "question"),
        ("milkatkar kasa karaycha bharna?", "question"),
        ("PMC should plant more trees on Karve Road", "suggestion"),
        ("बाणेरमध्ये सायकल मार्ग सुरू करावा अशी सूचना", "suggestion"),
        ("औंध में स्ट्रीट लाइट लगाना चाहिए", "suggestion"),
        ("Thank you PMC, the street light works again", "praise"),
        ("पुणे महापालिकेचे मनापासून आभार", "praise"),
        ("pmc ne bahut accha kaam kiya, dhanyawad", "praise"),
        ("We are trapped, water in the house in Ekta Nagar, send help", "help"),
        ("घरात पाणी शिरले, अडकलो आहोत, मदत करा", "help"),
        ("pani mein fanse hain, madad karo, ekta nagar", "help"),
        ("Water supply will be closed on Thursday in Kothrud", "information"),
        ("गुरुवारी कोथरूडमध्ये पाणीपुरवठा बंद राहणार", "information"),
        ("Earn money from home, click here", "spam"),
        ("घरबसल्या कमवा, येथे क्लिक करा", "spam"),
        ("What a match last night, so happy", "not_civic"),
        ("आजचा सामना मस्त झाला", "not_civic"),
        ("", "not_civic"),
    ],
)
def test_the_intent_of_a_short_post(text: str, intent: str) -> None:
    assert reading(text).intent.label == intent


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("No water since Monday", "water"),
        ("नळाला पाणी नाही", "water"),
        ("पानी नहीं आ रहा", "water"),
        ("nalala pani nahi", "water"),
        ("The drainage is choked", "drainage"),
        ("ड्रेनेज तुंबले", "drainage"),
        ("कचऱ्याचे ढीग", "waste"),
        ("kachryacha dhig padla ahe", "waste"),
        ("राडारोडा टाकला आहे", "debris"),
        ("खड्ड्यांमुळे गाडी घसरली", "roads"),
        ("khaddyanmule accident", "roads"),
        ("गड्ढों से परेशान", "roads"),
        ("वाहतूक कोंडी रोजची", "traffic"),
        ("पथदिवे बंद", "streetlights"),
        ("झाड पडले", "parks"),
        ("भटकी कुत्री", "animals"),
        ("आवारा कुत्तों का झुंड", "animals"),
        ("डेंग्यूचे रुग्ण वाढले", "health"),
        ("रुग्णालयात बेड नाही", "hospitals"),
        ("गोदामाला आग लागली", "fire"),
        ("पदपथावर अतिक्रमण", "encroachment"),
        ("मिळकतकराचे बिल", "property_tax"),
        ("अनधिकृत बांधकाम", "building"),
        ("मृत्यू दाखला", "records"),
        ("महापालिका शाळेत शिक्षक नाहीत", "education"),
        ("public toilet is locked", "toilets"),
        ("PMPML bus thamba", "transport"),
        ("loudspeaker at midnight", "noise"),
        ("हवा प्रदूषण", "air"),
        ("पुराचे पाणी", "flood"),
        ("वीजपुरवठा खंडित", "electricity"),
        ("उड्डाणपुलाचे काम", "projects"),
        ("लाच मागितली", "conduct"),
        ("OTP yet nahi", "app"),
        ("निवडणूक कधी", "politics"),
    ],
)
def test_a_topic_is_found_in_every_kind_of_text(text: str, topic: str) -> None:
    assert topic in [found.id for found in reading(text).topics]


def test_every_topic_but_other_has_cues() -> None:
    cued = {cue.value for cue in lexicon.cues() if cue.kind == "topic"}

    assert cued == set(lexicon.vocabulary("topic")) - {"other"}


def test_the_name_of_a_road_is_not_the_topic_roads() -> None:
    assert reading("Paud Road, Karve Road and Law College Road").topics == ()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("House flooded in Ekta Nagar, we are trapped, send help", "critical"),
        ("एकता नगरीत घरात पाणी शिरले, आम्ही अडकलो आहोत, मदत करा", "critical"),
        ("स्वारगेट के पास आग लग गई, लोग फंसे हैं", "critical"),
        ("Open manhole beside the school, children walk here", "high"),
        ("कोथरूडमध्ये तीन दिवसांपासून पाणी नाही", "high"),
        ("kothrud madhe 3 divas pani nahi", "high"),
        ("येरवडा में तीन दिन से पानी नहीं", "high"),
        ("Pothole in Aundh", "normal"),
        ("Thank you PMC for the garden", "low"),
        ("My phone is dying 😂", "low"),
        ("", "low"),
    ],
)
def test_how_soon_somebody_must_act(text: str, level: str) -> None:
    assert reading(text).urgency.level == level


def test_the_reasons_for_haste_can_be_read() -> None:
    found = reading("Kothrud madhe 3 divas pani nahi, mulanna tras").urgency

    assert found.reasons == ("children, old or ill people", "water for 3 days")


def test_longer_waits_are_more_urgent() -> None:
    scores = [
        reading(f"No water in Aundh for {days} days").urgency.score
        for days in (1, 2, 4)
    ]

    assert scores[0] < scores[1] < scores[2]


@pytest.mark.parametrize(("days", "level"), [(1, "normal"), (2, "normal"), (3, "high")])
@pytest.mark.parametrize("semantic", [False, True])
def test_no_water_is_an_ordinary_complaint_before_the_third_day(
    days: int, level: str, semantic: bool
) -> None:
    text = f"No water in Aundh for {days} days"

    assert read([text], semantic=semantic)[0].urgency.level == level


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("38,500 cusecs by the one, 24,310 by the other, whom to believe", "flood"),
        ("विसर्ग वाढला, चाळीस हजार क्युसेक", "flood"),
        ("aaj baner side road clear hai, nikal lo", "traffic"),
        ("bhaji mandai cha rasta mokla ahe aata", "traffic"),
    ],
)
def test_a_cue_that_leaves_no_doubt_gives_its_topic(text: str, topic: str) -> None:
    (reading,) = read([text])

    assert topic in [guess.id for guess in reading.topics]


@pytest.mark.parametrize("semantic", [False, True], ids=["linear", "semantic"])
@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("टँकर उलटला आहे कात्रज चौकात", {"traffic"}),
        ("doodh ka tanker palta, sadak jam", {"traffic"}),
        ("पाण्याचा टँकर आला नाही", {"water"}),
        ("Tanker overturned at our gate, so no water for us", {"traffic", "water"}),
    ],
)
def test_a_tanker_on_its_side_is_about_traffic_unless_more_speaks_of_water(
    text: str, topics: set[str], semantic: bool
) -> None:
    (reading,) = read([text], semantic=semantic)

    assert {topic.id for topic in reading.topics} == topics


def test_a_certain_phrase_lowers_no_chance_of_its_own_topic() -> None:
    (reading,) = read(
        ["Tanker overturned on the bridge, cars and bikes cannot pass at all"]
    )

    (traffic,) = reading.topics
    assert traffic.id == "traffic"
    assert traffic.score > 0.8  # by the n-grams; the phrase alone gives 0.6


def test_a_river_s_figures_are_flood_even_where_they_are_taken_for_talk() -> None:
    (reading,) = read(["Which is it? 24,310 or 51,000 cusecs? Guess and win"])

    assert reading.intent.label in ("spam", "not_civic", "question", "information")
    assert [topic.id for topic in reading.topics][:1] == ["flood"]


def test_every_label_of_the_vocabularies_has_three_languages() -> None:
    for name in ("language", "sentiment", "entity", "intent", "topic", "urgency"):
        for identity, labels in lexicon.vocabulary(name).items():
            assert set(labels) == {"mr", "hi", "en"}, identity


@pytest.mark.parametrize(
    ("word", "stem", "kept"),
    [
        ("खड्ड्यांमुळे", "खड्डा", "खड्ड्यां"),
        ("पुण्याला", "पुणे", "पुण्या"),
        ("kothrudchya", "kothrud", "kothrud"),
        ("baners", "baners", "baners"),
        ("unknownla", "unknownla", "unknownla"),
        ("खड्डा", "खड्डा", "खड्डा"),
    ],
)
def test_only_known_words_are_cut(word: str, stem: str, kept: str) -> None:
    stems = Stems(
        names={"पुणे", "kothrud", "baner"},
        common={"खड्डा"},
        endings=Endings.of(lexicon.data("endings")),
    )

    key, length = stems.split(word)

    assert (key, word[:length]) == (stem, kept)


def test_a_plural_that_is_listed_too_has_the_stem_of_its_singular() -> None:
    stems = Stems((), {"खड्डा", "खड्डे"}, Endings.of(lexicon.data("endings")))

    assert stems.norm("खड्डे") == "खड्डा"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("कोथरूड", "कोथरुड"),
        ("paani", "pani"),
        ("sooo", "so"),
        ("सड़क", "सडक"),
        ("नऱ्हे", "नर्‍हे"),
        ("don’t", "don't"),
        ("👍🏽", "👍"),
    ],
)
def test_spellings_of_one_word_share_a_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)
