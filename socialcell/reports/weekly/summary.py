"""The sentences at the top: what was covered, what changed, what needs attention."""

import math
from typing import Any

from socialcell.reports.kpis.listening import ASKING
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.weekly.weekly_counts import NO_ONES

NAMED = 3


def summary(numbers: dict[str, Any], say: Phrases, city: str) -> list[str]:
    """True sentences, each with its number; a week without data says only that."""
    if numbers["mentions"]["n"] is None:
        return [
            say.lang.gettext(
                "No data: nothing was collected for this week, so nothing can be said "
                "about it. That does not mean that nobody spoke."
            )
        ]
    said = [
        _covered(numbers, say, city),
        _changed(numbers, say),
        _grown(numbers, say),
        _asking(numbers, say),
        _urgent(numbers, say),
        _promised(numbers, say),
    ]
    return [sentence for sentence in said if sentence]


def _covered(numbers: dict[str, Any], say: Phrases, city: str) -> str:
    n, coverage = numbers["mentions"]["n"], numbers["coverage"]
    names = say.together(
        say.platform(one["id"]) for one in numbers["platforms"] if one["n"]
    )
    said = say.lang.ngettext(
        "%(n)s mention of %(city)s was collected (%(platforms)s).",
        "%(n)s mentions of %(city)s were collected (%(platforms)s).",
        n,
        city=city,
        platforms=names or "–",
    )
    if not coverage["due"]:
        return said
    said += " " + say.lang.gettext(
        "%(covered)s platform-hours were read whole (%(share)s).",
        covered=say.of(coverage["covered"], coverage["due"]),
        share=say.lang.percent(coverage["covered"], coverage["due"]),
    )
    lacking = [one for one in coverage["platforms"] if one["missing"]]
    if not lacking:
        return said
    return f"{said} " + say.lang.gettext(
        "Not collected: %(what)s.",
        what="; ".join(_lacking(one, say) for one in lacking),
    )


def _lacking(platform: dict[str, Any], say: Phrases) -> str:
    """A platform's missing hours and what most of them were lost to."""
    by_cause: dict[str, int] = {}
    for one in platform["missing"]:
        for cause in sorted(set(one["causes"].values())):
            by_cause[cause] = by_cause.get(cause, 0) + one["hours"]
    return say.lang.ngettext(
        "%(platform)s %(n)s hour, mostly because %(cause)s",
        "%(platform)s %(n)s hours, mostly because %(cause)s",
        sum(one["hours"] for one in platform["missing"]),
        platform=say.platform(platform["id"]),
        cause=say.cause(max(by_cause, key=lambda cause: by_cause[cause])),
    )


def _changed(numbers: dict[str, Any], say: Phrases) -> str:
    _ = say.lang.gettext
    same = numbers["mentions"]["same_hours"]
    if same is None:
        return _(
            "Nothing is compared: there is no hour that both this week and the week "
            "before covered."
        )
    change = say.change(numbers["mentions"])
    values = {
        "hours": say.lang.number(same["hours"]),
        "before": say.lang.number(same["before"]),
        "now": say.lang.number(same["now"]),
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


def _grown(numbers: dict[str, Any], say: Phrases) -> str | None:
    """The topic that grew most, if by more than two standard errors of a count."""
    grown = [
        (same["now"] - same["before"], topic["id"], same)
        for topic in numbers["topics"]
        if topic["id"] not in NO_ONES
        and (same := topic["same_hours"])
        and same["now"] - same["before"] > 2 * math.sqrt(same["now"] + same["before"])
    ]
    if not grown:
        return None
    _more, topic, same = max(grown, key=lambda one: (one[0], one[1]))
    return say.lang.gettext(
        "%(topic)s grew most: from %(before)s to %(now)s mentions in the same hours.",
        topic=say.label("topic", topic),
        before=say.lang.number(same["before"]),
        now=say.lang.number(same["now"]),
    )


def _asking(numbers: dict[str, Any], say: Phrases) -> str:
    n = sum(one["n"] or 0 for one in numbers["intents"] if one["id"] in ASKING)
    if not n:
        return say.lang.gettext("No mention was read as asking the city for something.")
    said = say.lang.ngettext(
        "%(n)s mention (%(share)s) asks for something: a complaint, question, "
        "suggestion or call for help.",
        "%(n)s mentions (%(share)s) ask for something: complaints, questions, "
        "suggestions and calls for help.",
        n,
        share=say.lang.percent(n, numbers["mentions"]["n"]),
    )
    asked = [
        one
        for one in numbers["topics"]
        if one["asking"]["n"] and one["id"] not in NO_ONES
    ]
    if not asked:
        return said
    most = min(asked, key=lambda one: (-one["asking"]["n"], one["id"]))
    return f"{said} " + say.lang.gettext(
        "Asked about most: %(topic)s (%(n)s).",
        topic=say.label("topic", most["id"]),
        n=say.lang.number(most["asking"]["n"]),
    )


def _urgent(numbers: dict[str, Any], say: Phrases) -> str:
    levels = {one["id"]: one["n"] or 0 for one in numbers["urgencies"]}
    n = sum(levels.get(level, 0) for level in URGENT)
    if not n:
        return say.lang.gettext("No mention was read as urgent.")
    return say.lang.ngettext(
        "Needs a look: %(n)s mention was read as urgent, %(critical)s as critical.",
        "Needs a look: %(n)s mentions were read as urgent, %(critical)s of them as "
        "critical.",
        n,
        critical=say.lang.number(levels.get("critical", 0)),
    )


def _promised(numbers: dict[str, Any], say: Phrases) -> str | None:
    """Promises that were due and not kept by the end of the week, the oldest named.

    Reports that were frozen by earlier versions have none.
    """
    missed = numbers.get("promises", [])
    if not missed:
        return None
    return say.lang.ngettext(
        "Needs a decision: %(n)s promise was due and not kept: %(named)s.",
        "Needs a decision: %(n)s promises were due and not kept: %(named)s.",
        len(missed),
        named="; ".join(one["text"].rstrip(".") for one in missed[:NAMED]),
    )
