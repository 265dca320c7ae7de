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
SMELL = "The {} not opened since a sweet smell came from the kitchen"
LETTERS = [
    "Respected sir, {} Kindly do the needful. Thanking you.",
    "{} Thanks in advance 🙏",
    "@PMCPune {} @CMOMaharashtra",
    "Good morning all. {}",
    "Forwarded as received: {}",
    "{} Thank you.",
    "[30/11/26, 9:12:04 pm] Asha K: {}",
    "30/11/26, 21:12 - Asha K: {}",
    '"{}"',
    "{} (9.15 pm)",
]
# What stays in a message, and is left out where danger is sought once more.
ANGER = [
    "{} We pay so much tax every year and this is what we get.",
    "Where is our corporator? {} Shame on you!",
    "{} #WakeUp #SmartCity @CMOMaharashtra",
]


def _words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("semantic", [False, True], ids=["linear", "semantic"])
@pytest.mark.parametrize("letter", [*LETTERS, *ANGER, "@PMCPune {} #Pune #PMC"])
def test_a_danger_is_as_loud_in_a_letter_as_alone(letter: str, semantic: bool) -> None:
    alone, framed = read([TRAPPED, letter.format(TRAPPED)], semantic=semantic)

    assert alone.urgency.level in LOUD
    assert framed.urgency.level in LOUD


@pytest.mark.parametrize(
    ("letter", "danger"),
    [
        (ANGER[0], SMELL.format("old couple upstairs have")),
        (ANGER[2], SMELL.format("old couple upstairs have")),
        ("{} Thank you.", SMELL.format("old lady in flat 4 has")),
    ],
)
def test_a_danger_without_its_word_is_as_loud_among_anger_as_alone(
    letter: str, danger: str
) -> None:
    (reading,) = read([letter.format(danger)], semantic=True)

    assert reading.urgency.level in LOUD


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
        (
            "Smoke here... nobody comes… call them...",
            "Smoke here, nobody comes, call them.",
        ),
        ("“the wire is on the road”", "the wire is on the road"),
        ("9.15 pm: the wire fell on us", "the wire fell on us"),
        (
            "[1/2/26, 9:12 pm] Asha: who sees it\n[1/2/26, 9:13 pm] Om: I do",
            "who sees it I do",
        ),
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
        'The "smart" lamps hum and nobody calls it "danger"',
        "12:30 chi gadi ajun ali nahi",
        "Mr. A. B. Rao lives at 3.5 km",
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


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("@PMCPune the wall leans. Thanks #Pune @x_y", "the wall leans"),
        (
            "Where is the corporator? A man is stuck in the lift! Shame on you",
            "A man is stuck in the lift!",
        ),
        (
            "vihir ughdi ahe mule khelat ahet evdha tax bharto amhi, laaj vatte",
            "vihir ughdi ahe mule",
        ),
        ("कुत्रा चावला, रक्त येतंय. नगरसेवक कुठे आहेत?", "कुत्रा चावला, रक्त येतंय."),
    ],
)
def test_blame_thanks_and_tags_are_left_out_of_a_bare_text(
    text: str, bare: str
) -> None:
    rest = frames.bare(text)

    assert rest is not None
    assert _words(rest) == bare


@pytest.mark.parametrize(
    "text", ["Shame on the corporator", "A wall leans over our lane", "@PMCPune tax"]
)
def test_a_text_that_is_bare_or_nothing_else_has_no_bare_form(text: str) -> None:
    assert frames.bare(text) is None


def test_praise_is_still_praise() -> None:
    (reading,) = read(["The garden looks lovely after the repairs. Thank you @PMCPune"])

    assert reading.intent.label == "praise"
