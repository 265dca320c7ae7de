"""Scores dangers once more inside what people put around a message, and misspelt.

    python -m benchmarks.framed [--json]

Reads the first probe's dangers and look-alikes (`benchmarks/unseen`) and a third of the
hard ones (`benchmarks/calibration`), bare, and then each with handles, hashtags, a
greeting, a polite letter and the like around it, and with dots for stops or a letter
lost or exchanged in every fifth word. Nothing of that should change how it is read, nor
the first topic of a danger; mistakes on these posts have been read.
"""

import argparse
import json
import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.base_rates import DANGEROUS
from benchmarks.danger_probe import print_counts
from socialcell.language import Analysis, read

Way = Callable[[str, str], str]  # of the language and the text
FOLDER = Path(__file__).resolve().parent
_EVERY = 3  # of the hard ones
_SHORT, _MISSPELT = 3, 0.2  # letters of a word that is left alone; share of the others
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
_COMPLAINTS = {
    "en": "Garbage has not been lifted in our lane since Monday. The street light at "
    "the gate is off as well. {}\nThe parking near the market is a mess. The app never "
    "answers.",
    "mr": "आमच्या गल्लीतला कचरा सोमवारपासून उचललेला नाही. गेटसमोरचा दिवापण बंद आहे. {}\n"
    "बाजाराजवळचं पार्किंगपण भयंकर आहे. ॲपवर कधी उत्तर येत नाही.",
    "hi": "हमारी गली का कचरा सोमवार से नहीं उठा है। गेट के सामने की लाइट भी बंद है। {}\n"
    "बाज़ार के पास पार्किंग भी बेहाल है। ऐप पर कभी जवाब नहीं आता।",
    "mr-Latn": "amchya gallitla kachra somvar pasun uchalla nahi. gate samorcha diva "
    "pan band ahe. {}\nbajarajaval parking pan bhayankar ahe. app var kadhi uttar yet "
    "nahi.",
    "hi-Latn": "hamari gali ka kachra somvar se nahi utha hai. gate ke samne ki light "
    "bhi band hai. {}\nbazaar ke paas parking bhi behaal hai. app par kabhi jawab nahi "
    "aata.",
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
    "among other complaints": _COMPLAINTS,
}


def with_dots(text: str) -> str:
    return re.sub(r"[.,!?।](?: |\Z)", "... ", text)


def without_marks(text: str) -> str:
    return re.sub(r"[.,!?।;:'’-]+", " ", text)


def with_lost_letters(text: str) -> str:
    return _misspelt(text, lambda word, at: word[:at] + word[at + 1 :])


def with_exchanged_letters(text: str) -> str:
    return _misspelt(
        text, lambda word, at: word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    )


def _misspelt(text: str, change: Callable[[str, int], str]) -> str:
    """With every fifth word changed, by a draw that is the same each time."""
    draw = random.Random(text)
    return " ".join(
        change(word, draw.randrange(1, len(word)))
        if len(word) > _SHORT and draw.random() < _MISSPELT
        else word
        for word in text.split()
    )


WRITTEN: Mapping[str, Callable[[str], str]] = {
    "dots for stops and commas": with_dots,
    "no punctuation": without_marks,
    "letters lost": with_lost_letters,
    "letters exchanged": with_exchanged_letters,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    dangers, lookalikes = posts("dangers"), posts("lookalikes")
    ways: Mapping[str, Way] = {
        **{name: partial(_framed, frame) for name, frame in FRAMES.items()},
        **{name: partial(_written, change) for name, change in WRITTEN.items()},
    }
    bare = _read(dangers, ways["bare"])
    figures: dict[str, dict[str, int]] = {}
    for name, way in ways.items():
        readings = _read(dangers, way)
        figures[name] = {
            "dangers": len(dangers),
            **_counts("", readings),
            "of the first topic of the bare": sum(map(_is_of_topic, readings, bare)),
            "look-alikes": len(lookalikes),
            **_counts("look-alikes ", _read(lookalikes, way)),
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


def _framed(frame: Mapping[str, str] | str, language: str, text: str) -> str:
    return (frame if isinstance(frame, str) else frame[language]).format(text)


def _written(change: Callable[[str], str], language: str, text: str) -> str:
    return change(text)


def _read(posts: list[tuple[str, str]], way: Way) -> list[Analysis]:
    return read([way(*post) for post in posts], semantic=True)


def _is_of_topic(reading: Analysis, bare: Analysis) -> bool:
    return [topic.id for topic in reading.topics[:1]] == [
        topic.id for topic in bare.topics[:1]
    ]


def _counts(what: str, readings: list[Analysis]) -> dict[str, int]:
    levels = [reading.urgency.level for reading in readings]
    return {
        f"{what}read high or critical": sum(level in DANGEROUS for level in levels),
        f"{what}read critical": levels.count("critical"),
    }


if __name__ == "__main__":
    main()
