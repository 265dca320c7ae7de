"""What is put around a message, handles, greetings and thanks, does not change what it
says."""

from collections.abc import Callable

import pytest

from socialcell.language import frames, read
from socialcell.language.notes import notes_of
from socialcell.language.pipeline import build

LOUD = ("high", "critical")
LIVE_WIRE = "Please see to the live wire lying on the road near the school"
TRAPPED = "A man is stuck in the lift of our building since 20 minutes"
LETTERS = [
    "Respected sir, {} Kindly do the needful. Thanking you.",
    "{} Thanks in advance 🙏",
    "@PMCPune {} @CMOMaharashtra",
    "Good morning all. {}",
    "Forwarded as received: {}",
    "{} Thank you.",
]


def _words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("semantic", [False, True], ids=["linear", "semantic"])
@pytest.mark.parametrize("letter", [*LETTERS, "@PMCPune {} #Pune #PMC"])
def test_a_danger_is_as_loud_in_a_letter_as_alone(letter: str, semantic: bool) -> None:
    alone, framed = read([TRAPPED, letter.format(TRAPPED)], semantic=semantic)

    assert alone.urgency.level in LOUD
    assert framed.urgency.level in LOUD


@pytest.mark.parametrize("letter", LETTERS)
def test_rules_and_n_grams_see_the_message_alone(letter: str) -> None:
    nlp = build()
    bare, framed = (
        notes_of(nlp(text)) for text in (LIVE_WIRE, letter.format(LIVE_WIRE))
    )

    assert bare.danger
    assert framed.margins == bare.margins
    assert framed.values("intent") == bare.values("intent")
    assert (framed.danger, framed.story) == (bare.danger, bare.story)


@pytest.mark.parametrize("letter", [LETTERS[0], LETTERS[3]])
def test_the_encoder_sees_a_letter_without_what_is_polite(letter: str) -> None:
    nlp = build(semantic=True)
    bare, framed = (
        notes_of(nlp(text)).meaning for text in (LIVE_WIRE, letter.format(LIVE_WIRE))
    )

    assert bare is not None
    assert framed is not None
    assert framed.logits.tolist() == bare.logits.tolist()


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("@PMCPune Good morning, the lane is dark #Pune", "the lane is dark Pune"),
        ("मा. महोदय, वायर पडली आहे, लक्ष द्या. धन्यवाद.", "वायर पडली आहे, लक्ष द्या"),
        ("श्रीमान, तार गिर गया है, कृपया देखें। धन्यवाद।", "तार गिर गया है, कृपया देखें"),
        (
            "namaskar saheb, gallit chamber ughda ahe, koni padel. dhanyavad",
            "gallit chamber ughda ahe, koni padel",
        ),
        ("Fwd: see to the open chamber here @PMCPune", "see to the open chamber here"),
    ],
)
def test_the_core_is_what_is_left_of_a_letter(text: str, core: str) -> None:
    assert _words(frames.core(text)) == core


@pytest.mark.parametrize(
    "text",
    [
        "Thank you very much",
        "@PMCPune @CMOMaharashtra",
        "The lane was cleaned within a day. Thank you",
        "गल्ली साफ केली. धन्यवाद",
        "पुणे महापालिकेच्या आरोग्य खात्याचे मनापासून धन्यवाद",
        "Sirens all over the city tonight",
    ],
)
def test_thanks_in_earnest_and_what_is_nothing_else_stay(text: str) -> None:
    assert frames.message(text) == text


def test_handles_inside_a_message_and_hashtags_stay_for_the_encoder() -> None:
    text = "Hello, as @PMCPune tells, the bridge is shut #Pune"

    assert _words(frames.message(text)) == "as @PMCPune tells, the bridge is shut #Pune"


@pytest.mark.parametrize("view", [frames.message, frames.core])
def test_places_in_the_core_are_places_in_the_text(view: Callable[[str], str]) -> None:
    text = "@PMCPune Respected sir, the wall at Baner leans. Please see. Thanks"
    at = text.index("Baner")

    assert len(view(text)) == len(text)
    assert view(text)[at : at + 5] == "Baner"


def test_praise_is_still_praise() -> None:
    (reading,) = read(["The garden looks lovely after the repairs. Thank you @PMCPune"])

    assert reading.intent.label == "praise"
