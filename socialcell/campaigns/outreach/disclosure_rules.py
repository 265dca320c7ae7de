"""Check whether a post discloses its author's material connection to the city."""

import re
from dataclasses import dataclass
from datetime import date

from socialcell.campaigns.outreach import dated_rules
from socialcell.message_catalog import Message
from socialcell.text import clean_text

_LETTER = r"0-9A-Za-z_\u0900-\u097f"
_SIGN = re.compile(r"[#＃]")
_HASHTAGS = re.compile(r"(?:[#＃][^\s#＃]+\s*)+")


@dataclass(frozen=True, slots=True)
class LabelFault:
    """A fault of a label: its kind, a message, and the rule's source."""

    kind: str
    message: Message
    source: str


def connection_to_disclose(connection: str | None, paid: bool) -> str:
    """The connection to disclose: `paid` for money, and where nothing is stated."""
    return "paid" if paid or connection is None else connection


def label_faults(
    text: str, material_connection: str, language: str, day: date
) -> list[LabelFault]:
    """The faults of the label of a post on a day; empty: the label is right.

    `material_connection` is one of CONNECTIONS; `none` needs no label. A label is one
    of the rule's
    words that is marked as such: with #, in brackets, or before a colon, a bar or the
    end of its line.
    """
    rule = dated_rules.rule_on("label", day)
    if material_connection == "none" or rule is None:
        return []
    words = rule.says["words"][material_connection]
    plain = clean_text(text).casefold()
    language_rule = dated_rules.rule_on("language", day)
    all_labels = [spelling for spellings in words.values() for spelling in spellings]
    labels = words.get(language, words["en"]) if language_rule else all_labels
    position = _first_position(plain, labels)
    if position is None:
        if language_rule and _first_position(plain, all_labels) is not None:
            message = Message("outreach.label_in_other_language", {"labels": labels})
            return [LabelFault("language", message, language_rule.source)]
        message = Message("outreach.label_missing", {"labels": labels})
        return [LabelFault("missing", message, rule.source)]
    return _position_faults(plain, position, day)


def _position_faults(plain: str, position: int, day: date) -> list[LabelFault]:
    rule = dated_rules.rule_on("position", day)
    if rule is None:
        return []
    faults_found = []
    within, most = rule.says["within"], rule.says["hashtags"]
    if position > within:
        message = Message("outreach.label_late", {"limit": within})
        faults_found.append(LabelFault("late", message, rule.source))
    heap = next(
        (
            len(_SIGN.findall(run[0]))
            for run in _HASHTAGS.finditer(plain)
            if _contains(run, position)
        ),
        0,
    )
    if heap > most:
        message = Message(
            "outreach.label_among_hashtags", {"hashtags": heap, "most": most}
        )
        faults_found.append(LabelFault("heap", message, rule.source))
    return faults_found


def required_seconds(length: float, day: date) -> float | None:
    """How many seconds of a video of this length must show the label; None: no rule
    requires it."""
    rule = dated_rules.rule_on("picture", day)
    if rule is None:
        return None
    for step in rule.says["steps"]:
        if length <= step.get("upto", length):
            return float(
                min(step.get("seconds", length * step.get("share", 1)), length)
            )
    return length


def visual_rules(format_: str, day: date) -> list[dated_rules.DatedRule]:
    """Rules on the picture and the sound of a format that no text can satisfy."""
    rules = [dated_rules.rule_on(id_, day) for id_ in ("picture", "spoken")]
    return [rule for rule in rules if rule and format_ in rule.says["formats"]]


def _first_position(plain: str, words: list[str]) -> int | None:
    places = [
        match.start("word")
        for word in words
        if (match := _marked_word(word.casefold()).search(plain))
    ]
    return min(places, default=None)


def _marked_word(word: str) -> re.Pattern[str]:
    pattern = r"[\s_-]*".join(map(re.escape, word.split()))
    end = rf"(?![{_LETTER}])"
    return re.compile(
        rf"(?:(?<=[#＃(\[])|(?<![{_LETTER}])(?={pattern}\s*(?:[:|।]|$)))"
        rf"(?P<word>{pattern}){end}",
        re.MULTILINE,
    )


def _contains(run: re.Match[str], place: int) -> bool:
    return run.start() <= place < run.end()
