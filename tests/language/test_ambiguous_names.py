"""Names that are also words or first names; endings, misspellings, exact offsets."""

import pytest

from socialcell.language import read
from socialcell.language.names import places


def found(text: str) -> list[tuple[int, int, str | None]]:
    (reading,) = read([text])
    for entity in reading.entities:
        assert reading.text[entity.start : entity.end] == entity.text
    known = [entity for entity in reading.entities if entity.id]
    return [(entity.start, entity.end, entity.id) for entity in known]


@pytest.mark.parametrize(
    "text",
    [
        "Vishal and Anand came late",
        "Sahakar is a word",
        "mohan ne bola",
        "संतोष आला",
        "गणेश आला",
        "banner fell on the stage",
        "The camp for blood donation is full",
        "camping is fun",
        "kalasa is on the temple",
        "नांदेड जिल्ह्यात पूर",
        "sus kid",
        "a lake town of Kolkata",
        "prem nagari kahani",
        "मांजरीची पिल्लं रात्री खेळतात",
        "मांजरीच्या पिल्लाला वाचवा",
        "the kittens of Manjari",
        "Udyanachya kopryat kachra",
        "वैकुंठ एकादशीला गर्दी",
        "Mr Naidu came late",
        "Sancheti sir came late",
        "symbiosis of trees and birds",
        "कमला नेहरू जयंती",
        "parvati tai aalya",
        "people under the labour camp",
        "नवा पूल झाला",
        "mula rastyavar kheltat",
        "मुलांना रस्त्यावर खेळू देऊ नका",
        "mulashi bolun ghya",
        "dive lavale kal",
        "pan mala vatta",
        "नातू बागेत खेळतो",
        "अप्पर आयुक्त म्हणाले",
    ],
)
def test_words_and_first_names_are_no_places(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "रात्री बारापर्यंत डीजे चालू होता",
        "बैंक्वेट हॉल में शादी",
        "नाट्यगृह में परदा फटा हुआ है",
        "मेट्रो स्टेशन चमाचम, सीढ़ी के नीचे ढेर",
        "डीपीआर में स्टेशन कहाँ दिखाए हैं?",
        "शौचालय, जुलाई में, टेंडर हो गया।",
        "लिफ़्ट बीच में अटकी है",
        "पीने से तीन घर पीलिया में",
    ],
)
def test_words_of_every_day_alone_are_no_names(text: str) -> None:
    (reading,) = read([text])

    assert [e.text for e in reading.entities if e.label == "PLACE"] == []


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Aundh in Satara district", "place:satara"),
        ("Kumbharwada in Mumbai", "place:mumbai"),
    ],
)
def test_a_name_of_ours_is_not_meant_where_another_town_has_it(
    text: str, town: str
) -> None:
    assert [place for _, _, place in found(text)] == [town]


@pytest.mark.parametrize(
    ("text", "start", "end", "place"),
    [
        ("अरे, कात्रजमध्ये पाणी नाही", 5, 11, "place:katraj"),
        ("मांजरीत कचरा", 0, 6, "place:manjari-budruk"),
        ("वाघोलीला बस हवी", 0, 6, "place:wagholi"),
        ("भेकराईनगरमध्ये दिवे बंद", 0, 9, "place:bhekrai-nagar"),
        ("सातववाडीतील रस्ता", 0, 8, "place:satavwadi"),
        ("😡 Lullanagarla pani nahi", 2, 12, "place:lulla-nagar"),
        ("near Range Hills now", 5, 16, "place:range-hills"),
        ("gadda at Kale Padal!", 9, 19, "place:kale-padal"),
        ("Kothrood la bus nahi", 0, 8, "place:kothrud"),
        ("Wanowrie side is dark", 0, 8, "place:wanawadi"),
        ("Hadapser bridge band", 0, 8, "place:hadapsar"),
        ("Vagholi madhe light nahi", 0, 7, "place:wagholi"),
        ("Yerwada jail road", 0, 17, "place:jail-road-yerawada"),
        ("Laigude hospital band", 0, 16, "place:laygude-hospital"),
        ("at PMC metro station", 3, 20, "place:pmc-metro-station"),
        ("स्वारगेट बसस्थानकात गर्दी", 0, 18, "place:swargate-st-stand"),
        ("मुंढवा पुलावर कोंडी", 0, 11, "place:mundhwa-kharadi-bridge"),
        ("नवले पूल बंद", 0, 8, "place:navale-bridge"),
        ("mosquito in Mohan Nagar", 12, 23, "place:mohan-nagar"),
        ("दत्तनगर चौकात कचरा", 0, 7, "place:datta-nagar"),
        ("Aundh has no water", 0, 5, "place:aundh"),
        ("Baner has no water", 0, 5, "place:baner"),
        ("मोमिनपुऱ्यात पाणी नाही", 0, 11, "place:mominpura"),
        ("मुळशीत पाऊस", 0, 5, "place:mulshi"),
        ("दिवे घाटात कोंडी", 0, 9, "place:dive-ghat"),
        ("न्यू कोपरे गावठाण", 0, 10, "place:new-kopre"),
        ("वैकुंठमध्ये लॉकर", 0, 6, "place:vaikunth-crematorium"),
        ("कमला नेहरूमध्ये डॉक्टर", 0, 10, "place:kamla-nehru-hospital"),
        ("Kamla Nehru park la chala", 0, 16, "place:kamala-nehru-park"),
        ("Naidu la gelo", 0, 5, "place:naidu-hospital"),
        ("Sancheti hospital jawal", 0, 17, "place:sancheti-hospital"),
        ("Baner pancard club wale raste", 6, 18, "place:pan-card-club"),
        ("मांजरी बुद्रुक येथे पाणी नाही", 0, 14, "place:manjari-budruk"),
        ("टिळक चौकात वळायला मनाई", 0, 9, "place:tilak-chowk"),
        ("सनसिटीत पाणी नाही", 0, 6, "place:suncity"),
        ("poora Mula Road kaala", 6, 15, "place:mula-road"),
    ],
)
def test_offsets_cut_the_name_alone(
    text: str, start: int, end: int, place: str
) -> None:
    assert (start, end, place) in found(text)


def test_the_gazetteer_has_six_hundred_entries_with_ids_once() -> None:
    known = places.places()

    assert len(known) >= 600
    assert len({place.id for place in known}) == len(known)


def test_every_long_alias_finds_its_own_entry() -> None:
    """An alias of two words or more leaves no doubt, whatever else it holds."""
    pairs = [
        (place.id, alias)
        for place in places.places()
        for alias in place.aliases
        if " " in alias and not place.needs_context and not place.unless
    ]

    missed = [
        pair
        for pair, reading in zip(pairs, read(a for _, a in pairs), strict=True)
        if pair[0] not in {entity.id for entity in reading.entities}
    ]

    assert missed == []
