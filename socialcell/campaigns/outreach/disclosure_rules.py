"""Does a post disclose what ties its author to the city? The label, and where it is."""

import re
from dataclasses import dataclass
from datetime import date

from socialcell.campaigns.outreach import dated_rules
from socialcell.text import clean_text

_LETTER = r"0-9A-Za-z_\u0900-\u097f"
_SIGN = re.compile(r"[#＃]")
_HASHTAGS = re.compile(r"(?:[#＃][^\s#＃]+\s*)+")
SAYS = {
    "missing": "no label discloses the connection ({words})",
    "language": "the label is not in the language of the post ({words})",
    "late": "the label comes after the first {within} characters",
    "heap": "the label stands in a heap of {found} hashtags; {hashtags} are the most",
}
"""Kind of fault → in words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a label: its kind (SAYS), in words, and the rule's source."""

    kind: str
    words: str
    source: str


def tie_of(connection: str | None, paid: bool) -> str:
    """What has to be disclosed: money before all else, and where nobody has said."""
    return "paid" if paid or connection is None else connection


def faults(text: str, tie: str, language: str, day: date) -> list[Fault]:
    """What is wrong with the label of a post on a day; empty: it is as it should be.

    `tie` is one of CONNECTIONS; `none` needs no label. A label is one of the rule's
    words that is marked as such: with #, in brackets, or before a colon, a bar or the
    end of its line.
    """
    rule = dated_rules.on("label", day)
    if tie == "none" or rule is None:
        return []
    words: dict[str, list[str]] = rule.says["words"][tie]
    plain = clean_text(text).casefold()
    wanted = dated_rules.on("language", day)
    every = [one for said in words.values() for one in said]
    own = words.get(language, words["en"]) if wanted else every
    found = _first(plain, own)
    if found is None:
        kind, of = "missing", rule
        if wanted and _first(plain, every) is not None:
            kind, of = "language", wanted
        return [Fault(kind, SAYS[kind].format(words=", ".join(own)), of.source)]
    return _placed(plain, found, day)


def _placed(plain: str, found: int, day: date) -> list[Fault]:
    rule = dated_rules.on("position", day)
    if rule is None:
        return []
    made = []
    within, most = rule.says["within"], rule.says["hashtags"]
    if found > within:
        made.append(Fault("late", SAYS["late"].format(within=within), rule.source))
    heap = next(
        (
            len(_SIGN.findall(run[0]))
            for run in _HASHTAGS.finditer(plain)
            if _holds(run, found)
        ),
        0,
    )
    if heap > most:
        said = SAYS["heap"].format(found=heap, hashtags=most)
        made.append(Fault("heap", said, rule.source))
    return made


def seconds(length: float, day: date) -> float | None:
    """How many seconds of a film of this length carry the label on the picture; None:
    no rule asks for it."""
    rule = dated_rules.on("picture", day)
    if rule is None:
        return None
    for step in rule.says["steps"]:
        if length <= step.get("upto", length):
            return float(
                min(step.get("seconds", length * step.get("share", 1)), length)
            )
    return length


def asked_of(format_: str, day: date) -> list[dated_rules.Rule]:
    """Rules on the picture and the sound of a format that no text can satisfy."""
    found = [dated_rules.on(id_, day) for id_ in ("picture", "spoken")]
    return [one for one in found if one and format_ in one.says["formats"]]


def _first(plain: str, words: list[str]) -> int | None:
    places = [
        found.start("word")
        for word in words
        if (found := _marked(word.casefold()).search(plain))
    ]
    return min(places, default=None)


def _marked(word: str) -> re.Pattern[str]:
    said = r"[\s_-]*".join(map(re.escape, word.split()))
    end = rf"(?![{_LETTER}])"
    return re.compile(
        rf"(?:(?<=[#＃(\[])|(?<![{_LETTER}])(?={said}\s*(?:[:|।]|$)))"
        rf"(?P<word>{said}){end}",
        re.MULTILINE,
    )


def _holds(run: re.Match[str], place: int) -> bool:
    return run.start() <= place < run.end()
