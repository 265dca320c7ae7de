"""What the report says that its words and measures mean, and on what they rest."""

from typing import Any

import pytest

from socialcell.i18n import language
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.phrases import Phrases
from socialcell.strategy import MEASURES

ENGLISH = language("en")
PHRASES = Phrases(ENGLISH)
# What each measure counts, as its code in socialcell/reports/kpis counts it.
MEASURED = {
    "coverage": "Hours collected without gaps, of hours due; a platform weighs as much "
    "as its normal share of mentions.",
    "asking": "Mentions classified as complaint, question, suggestion or request for "
    "help.",
    "asking_share": "The same as a percentage of all mentions.",
    "cases_opened": "Requests of citizens, each once however many wrote; without spam.",
    "first_answer": "Median minutes from first contact to what a person says; working "
    "time but for P0 and P1. Cases without an answer count as longer.",
    "registered": "Complaints with a place that have a PMC Care token in 4 working "
    "hours.",
    "confirmed": "Of cases opened four weeks ago, those the citizen confirms.",
    "overdue": (
        "Open cases past the time for the whole case, of those where it is the city's "
        "turn."
    ),
    "false_closure": "Of cases closed in the week before and sampled, those that "
    "citizens contradict when called.",
    "referred": "Other bodies' cases passed on within 4 working hours.",
    "anger": "Negative mentions of the topic that grew most beyond the median of the "
    "eight weeks before; only weeks of which 95% of the hours were covered.",
    "alerted": "Median minutes from the first post of an alert until a message about "
    "it was sent to somebody.",
    "acknowledged": "Median minutes until someone was assigned.",
    "first_statement": "Median minutes until the city's first statement.",
    "explained": "Press items explained the same day by 17:00.",
    "campaigns_told": "Of campaigns that ran, those whose effect could be measured.",
    "activated": "People who registered and did something in the app.",
    "rating": "Mean stars of the week's reviews.",
    "uninstalled": "Of those who installed it, gone within 30 days.",
    "took_part": "People who took part, by ward.",
    "promises_kept": "Of promises due in the week, those kept by then.",
    "marathi_first": "Of posts of the city's own registered accounts, those in "
    "Marathi.",
    "deleted_in_time": "Of posts deleted at their source, those surely gone here in 24 "
    "hours.",
}
TERMS = {
    "Mention": "One public post, comment or article about the city, or one message to "
    "the city, that was collected. Reposts count too. Mentions are not people: one "
    "person may write many.",
    "Repost": "A mention that only passes on another post.",
    "Hour covered": "An hour in which every source that we watch on a platform was "
    "collected without gaps. A week has 168 hours.",
    "Platform-hour": "One hour on one platform. Two platforms watched for a week make "
    "336 platform-hours.",
    "Same hours": "The count of the week before and of this week, only over hours that "
    "both weeks covered. A percentage is given when the week before had at least 20 "
    "and at least half of the hours can be compared.",
    "No data, –": "Not collected, or not comparable. It does not mean zero.",
    "Answer expected": "Mentions classified as a complaint, question, suggestion or "
    "request for help.",
    "Urgent": "Mentions classified as critical (life or limb) or high (many people, or "
    "days without a service).",
    "Sentiment": "Whether the words are negative, neutral or positive. It says nothing "
    "about the person.",
    "Unsure": "Mentions for which the program itself could not decide well.",
    "Corrected share": "The share once the program's known mistakes are corrected, and "
    "in brackets its 95% interval.",
    "Topic": "What a mention is about. It may have several topics, or none.",
    "Ward office": "The ward office in which a place named in the mention lay on that "
    "day. The place is read from the words, not from the phone.",
    "Engagement gained": "By how much a count, such as shares, grew during the week on "
    "posts that we could look at again.",
    "Romanised": "Marathi or Hindi written in Latin letters.",
}


def test_every_measure_is_defined() -> None:
    definitions = {
        id_: definition
        for id_, (_name, definition) in kpi_labels.kpi_names(ENGLISH).items()
    }

    assert definitions == MEASURED
    assert MEASURED.keys() == MEASURES.keys()


def test_every_term_of_the_report_is_explained() -> None:
    assert dict(PHRASES.glossary()) == TERMS


@pytest.mark.parametrize(
    ("rests", "basis"),
    [
        (["usual", 12.4, 8.0, 20.6, 8], "normally 12 (8 to 21, 8 weeks)"),
        (["due", 336], "336 platform-hours due"),
        (["same", 300, 336], "300 of 336 platform-hours, in both weeks"),
        (["read", 300, 336], "300 of 336 platform-hours"),
        (["opened", 4], "no mention to compare with"),
        (["per_mentions", 6, 40], "15 for 100 public mentions"),
        (["answered", 4, 6], "4 of 6 cases have an answer"),
        (["complaints", 3, 5], "3 of 5 complaints with a place"),
        (["cases", 1, 6], "1 of 6 cases"),
        (["open", 5, 8], "5 of 8 open cases where it is the city's turn"),
        (["sampled", 1, 2], "1 of 2 sampled cases of which it is known"),
        (["incidents", 2, 3], "2 of 3 incidents"),
        (["campaigns", 1, 4], "1 of 4 campaigns"),
        (["days", 100, 105], "100 of 105 days of ward offices"),
        (["promises", 4, 5], "4 of 5 promises"),
        (["posts", 7, 9], "7 of 9 posts"),
        (["removals", 3, 6], "3 of 6 deletions"),
    ],
)
def test_a_figure_says_on_what_it_rests(rests: list[Any], basis: str) -> None:
    figure: Any = {"why": None, "rests": rests, "now": 1.0}

    assert kpi_labels.basis_text(PHRASES, figure) == basis


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("cases", "not known: no cases are recorded"),
        ("no_case", "no case was opened"),
        ("unanswered", "not known: half of the cases have no answer yet"),
        ("no_complaint", "no complaint with a place is so old"),
        ("no_cohort", "no case was opened four weeks before"),
        ("no_sample", "not known: no call about a closed case"),
        ("no_referral", "no case was passed on"),
    ],
)
def test_a_figure_of_cases_says_why_it_is_not_known(why: str, sentence: str) -> None:
    assert kpi_labels.unknown_reason(ENGLISH, why) == sentence
