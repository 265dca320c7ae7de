"""Scores dangers once more inside what people put around a message.

    python -m benchmarks.framed [--json]

Reads the first probe's dangers and look-alikes (`benchmarks/unseen`) and a third of the
hard ones (`benchmarks/calibration`), bare, and then each with handles, hashtags, a
greeting, a polite letter and the like around it. What is put around a danger should
change nothing; mistakes on these posts have been read.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from benchmarks.base_rates import DANGEROUS
from benchmarks.danger_probe import print_counts
from socialcell.language import read

FOLDER = Path(__file__).resolve().parent
_EVERY = 3  # of the hard ones
_LETTER = {
    "en": "Respected sir, {} Kindly do the needful. Thanking you.",
    "mr": "माननीय महोदय, {} कृपया योग्य ती कार्यवाही करावी ही विनंती. धन्यवाद.",
    "hi": "माननीय महोदय, {} कृपया उचित कार्रवाई करें। धन्यवाद।",
    "mr-Latn": "Namaskar saheb, {} krupaya lakshya dya. dhanyavad",
    "hi-Latn": "Namaste sir, {} kripya dhyan dijiye. dhanyavad",
}
_THANKS = {
    "en": "{} Thank you.",
    "mr": "{} धन्यवाद.",
    "hi": "{} धन्यवाद।",
    "mr-Latn": "{} dhanyavad",
    "hi-Latn": "{} dhanyavad",
}
_GREETING = {
    "en": "Good morning all. {}",
    "mr": "शुभ सकाळ मंडळी. {}",
    "hi": "सुप्रभात मित्रों। {}",
    "mr-Latn": "good morning mandali. {}",
    "hi-Latn": "good morning dosto. {}",
}
_ANGER = {
    "en": "{} We pay so much tax and this is what we get, shame on you.",
    "mr": "{} एवढा टॅक्स भरतो आम्ही आणि हे मिळतं, लाज वाटली पाहिजे.",
    "hi": "{} इतना टैक्स भरते हैं और यह मिलता है, शर्म आनी चाहिए।",
    "mr-Latn": "{} evdha tax bharto amhi ani he milta, laaj vatli pahije.",
    "hi-Latn": "{} itna tax bharte hai aur ye milta hai, sharam aani chahiye.",
}
_POLITICS = {
    "en": "{} Where is our corporator? Elections are coming.",
    "mr": "{} आमचे नगरसेवक कुठे आहेत? निवडणूक आली की येतात.",
    "hi": "{} हमारे पार्षद कहाँ हैं? चुनाव आते ही आ जाते हैं।",
    "mr-Latn": "{} aamche nagarsevak kuthe ahet? nivadnuk aali ki yetat",
    "hi-Latn": "{} hamare parshad kaha hai? chunav aate hi aa jate hai",
}
# By name of the frame, its text by language, or one for all of them.
FRAMES: Mapping[str, Mapping[str, str] | str] = {
    "bare": "{}",
    "a handle": "@PMCPune {}",
    "three handles": "@PMCPune @PMOIndia @CMOMaharashtra {}",
    "a hashtag": "{} #Pune",
    "handles and hashtags": "@PMCPune @CMOMaharashtra {} #Pune #PMC #SmartCity",
    "a greeting": _GREETING,
    "a letter": _LETTER,
    "thanks": _THANKS,
    "forwarded": "Forwarded as received:\n{}",
    "a link": "{} https://t.co/x1y2z3",
    "anger": _ANGER,
    "politics": _POLITICS,
    "the head of a chat": "[30/11/26, 9:12:04 pm] Asha: {}",
    "a time": "{} (9.15 pm)",
    "quotation marks": '"{}"',
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    dangers, lookalikes = posts("dangers"), posts("lookalikes")
    figures = {
        name: {
            "dangers": len(dangers),
            **_counts("", dangers, frame),
            "look-alikes": len(lookalikes),
            **_counts("look-alikes ", lookalikes, frame),
        }
        for name, frame in FRAMES.items()
    }
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    print_counts(figures)


def posts(name: str) -> list[tuple[str, str]]:
    """(language, text) of the first probe, and of every third hard post."""
    first, hard = (
        [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        for file in (
            FOLDER / "unseen" / f"{name}.jsonl",
            FOLDER / "calibration" / f"{name}.jsonl",
        )
    )
    return [(post["lang"], post["text"]) for post in (*first, *hard[::_EVERY])]


def _counts(
    what: str, bare: list[tuple[str, str]], frame: Mapping[str, str] | str
) -> dict[str, int]:
    texts = [
        (frame if isinstance(frame, str) else frame[language]).format(text)
        for language, text in bare
    ]
    levels = [reading.urgency.level for reading in read(texts, semantic=True)]
    return {
        f"{what}read high or critical": sum(level in DANGEROUS for level in levels),
        f"{what}read critical": levels.count("critical"),
    }


if __name__ == "__main__":
    main()
