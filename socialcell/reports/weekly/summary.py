"""The sentences at the top: what was covered, what changed, what needs attention."""

import math

from socialcell.language.analysis import ASKING
from socialcell.reports import alert_watch
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.week_numbers import (
    CoverageNumbers,
    PlatformCoverage,
    WeekNumbers,
)
from socialcell.reports.weekly.weekly_counts import TOPICS_WITHOUT_OWNER

MAX_NAMED = 3


def summary(numbers: WeekNumbers, phrases: Phrases, city: str) -> list[str]:
    """True sentences, each with its number; a week without data says only that."""
    count = numbers["mentions"]["n"]
    if count is None:
        return [
            phrases.lang.gettext(
                "No data: nothing was collected for this week, so nothing can be said "
                "about it. That does not mean that nobody spoke."
            )
        ]
    sentences = [
        _collected_sentence(numbers, count, phrases, city),
        alert_watch.alert_watch_sentence(numbers, phrases.lang),
        _change_sentence(numbers, phrases),
        _growth_sentence(numbers, phrases),
        _asking_sentence(numbers, count, phrases),
        _urgent_sentence(numbers, phrases),
        _promises_sentence(numbers, phrases),
    ]
    return [sentence for sentence in sentences if sentence]


def _collected_sentence(
    numbers: WeekNumbers, count: int, phrases: Phrases, city: str
) -> str:
    coverage = numbers["coverage"]
    platform_names = phrases.joined(
        phrases.platform(platform["id"])
        for platform in numbers["platforms"]
        if platform["n"]
    )
    sentence = phrases.lang.ngettext(
        "%(n)s mention of %(city)s was collected (%(platforms)s).",
        "%(n)s mentions of %(city)s were collected (%(platforms)s).",
        count,
        city=city,
        platforms=platform_names or "–",
    )
    if not coverage["due"]:
        return sentence
    sentence += " " + _coverage_sentence(coverage, phrases)
    incomplete_platforms = [
        platform for platform in coverage["platforms"] if platform["missing"]
    ]
    if not incomplete_platforms:
        return sentence
    return f"{sentence} " + phrases.lang.gettext(
        "Not collected: %(what)s.",
        what="; ".join(
            _missing_hours(platform, phrases) for platform in incomplete_platforms
        ),
    )


def _coverage_sentence(coverage: CoverageNumbers, phrases: Phrases) -> str:
    if coverage["covered"] == coverage["due"]:
        return phrases.lang.ngettext(
            "Everything on %(n)s watched platform was collected without gaps.",
            "Everything on all %(n)s watched platforms was collected without gaps.",
            len(coverage["platforms"]),
        )
    return phrases.lang.gettext(
        "Of the platform-hours, %(covered)s (%(share)s) were collected without gaps.",
        covered=phrases.part_of_whole(coverage["covered"], coverage["due"]),
        share=phrases.lang.percent(coverage["covered"], coverage["due"]),
    )


def _missing_hours(platform: PlatformCoverage, phrases: Phrases) -> str:
    """A platform's missing hours and what most of them were lost to."""
    by_cause: dict[str, int] = {}
    for gap in platform["missing"]:
        for cause in sorted(set(gap["causes"].values())):
            by_cause[cause] = by_cause.get(cause, 0) + gap["hours"]
    return phrases.lang.ngettext(
        "%(platform)s %(n)s hour, mostly because %(cause)s",
        "%(platform)s %(n)s hours, mostly because %(cause)s",
        sum(gap["hours"] for gap in platform["missing"]),
        platform=phrases.platform(platform["id"]),
        cause=phrases.cause(max(by_cause, key=lambda cause: by_cause[cause])),
    )


def _change_sentence(numbers: WeekNumbers, phrases: Phrases) -> str:
    _ = phrases.lang.gettext
    same = numbers["mentions"]["same_hours"]
    if same is None:
        return _(
            "Nothing is compared: there is no hour that both this week and the week "
            "before covered."
        )
    change = phrases.change_percent(numbers["mentions"])
    values = {
        "hours": phrases.lang.number(same["hours"]),
        "before": phrases.lang.number(same["before"]),
        "now": phrases.lang.number(same["now"]),
        "change": f" ({change})" if change else "",
    }
    if same["now"] > same["before"]:
        return _(
            "Over the %(hours)s platform-hours that both weeks covered, mentions rose "
            "from %(before)s to %(now)s%(change)s.",
            **values,
        )
    if same["now"] < same["before"]:
        return _(
            "Over the %(hours)s platform-hours that both weeks covered, mentions fell "
            "from %(before)s to %(now)s%(change)s.",
            **values,
        )
    return _(
        "Over the %(hours)s platform-hours that both weeks covered, mentions stayed at "
        "%(now)s.",
        **values,
    )


def _growth_sentence(numbers: WeekNumbers, phrases: Phrases) -> str | None:
    """The topic that grew most, if by more than two standard errors of a count."""
    grown = [
        (same["now"] - same["before"], topic["id"], same)
        for topic in numbers["topics"]
        if topic["id"] not in TOPICS_WITHOUT_OWNER
        and (same := topic["same_hours"])
        and same["now"] - same["before"] > 2 * math.sqrt(same["now"] + same["before"])
    ]
    if not grown:
        return None
    _more, topic, same = max(grown, key=lambda growth: (growth[0], growth[1]))
    return phrases.lang.gettext(
        "%(topic)s grew most: from %(before)s to %(now)s mentions in the same hours.",
        topic=phrases.label("topic", topic),
        before=phrases.lang.number(same["before"]),
        now=phrases.lang.number(same["now"]),
    )


def _asking_sentence(numbers: WeekNumbers, mentions: int, phrases: Phrases) -> str:
    count = sum(
        intent["n"] or 0 for intent in numbers["intents"] if intent["id"] in ASKING
    )
    if not count:
        return phrases.lang.gettext("No mention expects an answer of the city.")
    sentence = phrases.lang.ngettext(
        "%(n)s mention (%(share)s) expects an answer: a complaint, question, "
        "suggestion or request for help.",
        "%(n)s mentions (%(share)s) expect an answer: complaints, questions, "
        "suggestions and requests for help.",
        count,
        share=phrases.lang.percent(count, mentions),
    )
    topics_asked_about = [
        (-topic_count, topic["id"])
        for topic in numbers["topics"]
        if (topic_count := topic["asking"]["n"])
        and topic["id"] not in TOPICS_WITHOUT_OWNER
    ]
    if not topics_asked_about:
        return sentence
    largest_count, largest = min(topics_asked_about)
    return f"{sentence} " + phrases.lang.gettext(
        "Most complaints and requests: %(topic)s (%(n)s).",
        topic=phrases.label("topic", largest),
        n=phrases.lang.number(-largest_count),
    )


def _urgent_sentence(numbers: WeekNumbers, phrases: Phrases) -> str:
    levels = {urgency["id"]: urgency["n"] or 0 for urgency in numbers["urgencies"]}
    count = sum(levels.get(level, 0) for level in URGENT)
    if not count:
        return phrases.lang.gettext("No mention is urgent.")
    return phrases.lang.ngettext(
        "Needs a look: %(n)s mention is urgent, %(critical)s critical.",
        "Needs a look: %(n)s mentions are urgent, %(critical)s of them critical.",
        count,
        critical=phrases.lang.number(levels.get("critical", 0)),
    )


def _promises_sentence(numbers: WeekNumbers, phrases: Phrases) -> str | None:
    """Promises that were due and not kept by the end of the week, the oldest named.

    Reports that were frozen by earlier versions have none.
    """
    missed = numbers.get("promises", [])
    if not missed:
        return None
    return phrases.lang.ngettext(
        "Needs a decision: %(n)s promise was due and not kept: %(named)s.",
        "Needs a decision: %(n)s promises were due and not kept: %(named)s.",
        len(missed),
        named="; ".join(promise["text"].rstrip(".") for promise in missed[:MAX_NAMED]),
    )
