"""Places, bodies and services: case endings, longest match, ambiguous names."""

from collections.abc import Callable

import pytest

from socialcell.errors import SocialcellError
from socialcell.language import lexicon, read
from socialcell.language.names import places


def found(text: str) -> list[tuple[str, str | None]]:
    (reading,) = read([text])
    return [(entity.text, entity.id) for entity in reading.entities if entity.id]


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("कोथरूडमध्ये पाणी नाही", "कोथरूड", "place:kothrud"),
        ("कोथरुडला बस नाही", "कोथरुड", "place:kothrud"),
        ("कोथरूडमधील रस्ते", "कोथरूड", "place:kothrud"),
        ("कोथरूडमध्येही पाणी नाही", "कोथरूड", "place:kothrud"),
        ("पुण्यात पाऊस", "पुण्या", "place:pune"),
        ("पुण्याच्या रस्त्यांवर", "पुण्या", "place:pune"),
        ("हडपसरहून बस", "हडपसर", "place:hadapsar"),
        ("वडगाव शेरीत पाणी नाही", "वडगाव शेरी", "place:vadgaon-sheri"),
        ("धनकवडीतून बस नाही", "धनकवडी", "place:dhankawadi"),
        ("नऱ्ह्यात कचरा", "नऱ्ह्या", "place:narhe"),
        ("नर्‍हे येथे कचरा", "नर्‍हे", "place:narhe"),
        ("येरवडा में पानी नहीं", "येरवडा", "place:yerawada"),
        ("वारजेको पानी दो", "वारजे", "place:warje"),
        ("नायडू रुग्णालयात गर्दी", "नायडू रुग्णालया", "place:naidu-hospital"),
        ("सारसबागेजवळचं झाड", "सारसबागे", "place:sarasbaug"),
        ("जनता वसाहतीपाशी आग", "जनता वसाहती", "place:janata-vasahat"),
        ("विमान नगर में अँधेरा", "विमान नगर", "place:viman-nagar"),
        ("लोहगांव में पानी नहीं", "लोहगांव", "place:lohegaon"),
        ("विट्ठलवाड़ी में पानी", "विट्ठलवाड़ी", "place:hingne-khurd"),
        ("Ektanagri madhe pani", "Ektanagri", "place:ekta-nagari"),
        ("kothrudla pani nahi", "kothrud", "place:kothrud"),
        ("HADAPSARCHYA chowkat", "HADAPSAR", "place:hadapsar"),
        ("katrajmadhe kachra", "katraj", "place:katraj"),
        ("punyat paus", "punya", "place:pune"),
        ("vimannagar mein light nahi", "vimannagar", "place:viman-nagar"),
        ("Potholes on Sinhgad Rd again", "Sinhgad Rd", "place:sinhagad-road"),
        ("#KothrudTraffic is a mess", "Kothrud", "place:kothrud"),
        ("Kothrud's roads", "Kothrud", "place:kothrud"),
    ],
)
def test_a_name_is_found_with_its_ending_left_out(text, name, place) -> None:
    assert (name, place) in found(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Complaint at Kothrud ward office",
            [("Kothrud ward office", "ward:kothrud-bavdhan")],
        ),
        ("Baner road is blocked", [("Baner road", "place:baner-road")]),
        ("पाणीपुरवठा विभाग झोपला आहे", [("पाणीपुरवठा विभाग", "dept:water")]),
        ("PMC Care app hangs", [("PMC Care app", "service:pmc-care")]),
        ("@PMCPune please look", [("@PMCPune", "body:pmc")]),
        ("महावितरणला कळवा", [("महावितरण", "body:msedcl")]),
        ("PT-3 form kuthe milel", [("PT-3 form", "initiative:amnesty-pt3")]),
    ],
)
def test_the_longest_name_wins(text, expected) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The banner fell on the stage",
        "A blood donation camp tomorrow",
        "We camp every summer",
        "Nanded district had rain",
        "नांदेड जिल्ह्यात पाऊस",
        "PMC bank depositors are waiting",
        "Patna PMC budget",
        "parvati is my cousin",
        "पार्वतीला ताप आला",
        "sus person near me",
        "पुणेकर खूश आहेत",
        "Chandni Chowk in Delhi",
        "Deccan Herald says so",
        "punekars love rain",
    ],
)
def test_words_that_only_look_like_places_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("No water in Camp since Monday", "place:camp"),
        ("Camp and Kothrud have no water", "place:camp"),
        ("सूसमध्ये पाणी नाही", "place:sus"),
        ("Sus road is dug up", "place:sus"),
        ("Parvati madhe pani nahi", "place:parvati"),
        ("नांदेड गावात कचरा", "place:nanded"),
        ("Kalas gaon has no bus", "place:kalas"),
    ],
)
def test_an_ambiguous_name_counts_where_the_text_says_it_is_a_place(
    text, place
) -> None:
    assert place in [identity for _, identity in found(text)]


def test_persons_are_never_labelled() -> None:
    (reading,) = read(["Ramesh Kulkarni and Sunita Deshpande met the mayor in Kothrud"])

    assert [entity.id for entity in reading.entities if entity.id] == ["place:kothrud"]
    assert all(place.label != "PERSON" for place in places.places())


def test_the_gazetteer_is_large_and_whole() -> None:
    known = places.places()

    assert sum(place.label == "PLACE" for place in known) >= 150
    assert sum(place.id.startswith("dept:") for place in known) >= 20
    assert sum(place.id.startswith("ward:") for place in known) == 15
    for place in known:
        assert place.id.split(":")[0] in {
            "place",
            "ward",
            "dept",
            "service",
            "body",
            "initiative",
        }
        assert place.name_en
        assert place.name_mr
        assert place.name_hi
        assert place.source


@pytest.mark.parametrize("language", ["name_en", "name_mr", "name_hi"])
def test_every_unambiguous_name_is_found_as_itself(language: str) -> None:
    known = [place for place in places.places() if not place.needs_context]
    names = [getattr(place, language) for place in known]

    missed = [
        (place.id, name)
        for place, name, reading in zip(known, names, read(names), strict=True)
        if place.id not in [entity.id for entity in reading.entities if entity.id]
    ]

    assert missed == []


def test_no_two_entries_share_an_unambiguous_name() -> None:
    owner: dict[str, str] = {}
    for place in places.places():
        if place.needs_context:
            continue
        for name in {places.key_of(name) for name in place.names()}:
            first = owner.setdefault(name, place.id)
            village, dam = "place:khadakwasla", "place:khadakwasla-dam"
            # The village is left out beside the words of the dam.
            assert first == place.id or {first, place.id} == {village, dam}, name


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("खडकवासला गावात रस्ता खराब आहे", "place:khadakwasla"),
        ("Road in Khadakwasla village is broken since Monday", "place:khadakwasla"),
        ("Khadakwasla dam is full", "place:khadakwasla-dam"),
        ("Khadakwasla cha pani sodla without warning??", "place:khadakwasla-dam"),
        ("51,000 cusec sodla ase mhantat. Khadakwasla", "place:khadakwasla-dam"),
        ("खडकवासलातून दुपारी दोनपासून विसर्ग वाढवणार", "place:khadakwasla-dam"),
        ("खडकवासला धरणातून पाणी सोडले", "place:khadakwasla-dam"),
    ],
)
def test_a_village_is_not_meant_where_its_dam_is(text: str, place: str) -> None:
    (reading,) = read([text])
    assert [entity.id for entity in reading.entities] == [place]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda row: row | {"label": "PLANET"}, "unknown label 'PLANET'"),
        (lambda row: row | {"ward": "ward:moon"}, "unknown ward:moon"),
        (lambda row: {"id": row["id"]}, "a column is missing"),
    ],
)
def test_a_bad_gazetteer_row_is_refused_with_its_place(
    spoil: Callable[[dict], dict], message: str, monkeypatch
) -> None:
    rows = list(lexicon.gazetteer_rows())
    file, line, row = rows[20]
    rows[20] = (file, line, spoil(row))
    monkeypatch.setattr(lexicon, "gazetteer_rows", lambda: iter(rows))
    places.places.cache_clear()
    try:
        with pytest.raises(SocialcellError, match=message):
            places.places()
    finally:
        monkeypatch.undo()
        places.places.cache_clear()
