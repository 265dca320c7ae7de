"""The columns of every table of the weekly report, and of the exported tables."""

import csv
import io

import openpyxl
import pytest

from tests.end_to_end.conftest import Demo
from tests.running import inside

# The heading of each sheet of the report's workbook, in order; None: terms, no heading.
REPORT = [
    ("What", "Who", "By"),
    ("Incident", "Mentions", "Normally", "What was done"),
    ("Urgency", "Mentions", "Corrected share (interval)", "Same hours, before → now"),
    ("Topic", "Mentions", "Same hours, before → now"),
    ("Ward office", "Mentions", "Same hours, before → now"),
    ("Where they stand", "Cases", "Share"),
    ("Overdue for", "Cases"),
    ("Department", "Cases"),
    ("Ward office", "Cases"),
    (
        "Body",
        "Passed on",
        "Within 4 working hours",
        "Of the week before, answered in 7 days",
    ),
    ("Topic", "Answer expected", "Who answers for it"),
    ("Ward office", "Mentions", "Same hours, before → now"),
    ("Village", "Mentions", "Same hours, before → now"),
    (
        "Topic",
        "Mentions",
        "Corrected share (interval)",
        "Answer expected",
        "Same hours, before → now",
    ),
    ("Topic", "Negative", "Neutral", "Positive"),
    (
        "Intent",
        "Mentions",
        "Share",
        "Corrected share (interval)",
        "Same hours, before → now",
    ),
    ("Counted", "This week", "Since its start"),
    ("Where the link stands", "People", "Second clicks", "Programs", "Installs"),
    ("Campaign, how far its tags are", "Tags", "People expected", "Planned cost (₹)"),
    ("Campaign", "Spent (₹)", "Shown (times)", "Clicks"),
    ("Campaign, for what", "Number", "Cost each (₹)"),
    ("Campaign", "Spent (₹)", "Shown (times)", "Clicks"),
    ("Campaign, for what", "Number", "Cost each (₹)"),
    ("Days", "Clicks", "Shown (times)", "Mean position"),
    ("Query", "Clicks", "Shown (times)", "Mean position"),
    ("Goal, owner", "Met", "Not met", "Not known"),
    ("Indicator", "This week", "Week before", "Target"),
    None,
    ("Day", "Mentions", "Platform-hours covered", "Same hours, before → now"),
    ("Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    (
        "Sentiment",
        "Mentions",
        "Corrected share (interval)",
        "unsure among them",
        "Same hours, before → now",
    ),
    ("Language", "Mentions", "Share", "Same hours, before → now"),
    ("Platform", "Mentions", "Hours covered", "Same hours, before → now"),
    ("Platform", "Kind", "Gained", "Posts looked at"),
    ("Account", "Mentions by sentiment", "Gained"),
    ("Platform", "This week", "Week before", "Both weeks"),
    None,
]
# The sheet for programs, whose first row is its heading.
NUMBERS = (
    "period_from",
    "period_to",
    "section",
    "measure",
    "dimension",
    "id",
    "value",
    "unit",
    "low",
    "high",
    "coverage",
    "previous_value",
    "comparable_value",
    "comparable_hours",
)
MENTIONS = (
    "id",
    "platform",
    "at",
    "author",
    "text",
    "language",
    "mixed",
    "intent",
    "sentiment",
    "urgency",
    "topics",
    "wards",
    "places",
    "url",
    "withheld",
    "link",
    "external_id",
    "owner",
    "likes",
    "shares",
    "comments",
    "views",
    "saves",
    "measured_at",
    "intent_detail",
    "status",
    "ward",
    "department",
    "closed_at",
    "kind",
    "title",
)
LINKS = (
    "code",
    "campaign",
    "initiative",
    "creator",
    "post",
    "channel",
    "content",
    "term",
    "web",
    "android",
    "ios",
    "expires",
    "address",
    "source",
    "medium",
    "created_at",
    "changed_at",
)
CREATORS = (
    "key",
    "name",
    "kind",
    "accounts",
    "languages",
    "wards",
    "contact",
    "email",
    "phone",
    "consent",
    "consent_on",
    "consent_evidence",
    "public_because",
    "connection",
    "connection_on",
    "connection_by",
    "cool_off_days",
    "rate_class",
    "rate_source",
    "rates_since",
    "rate_post",
    "rate_story",
    "rate_reel",
    "rate_video",
    "rate_live",
    "rate_article",
    "rate_event",
    "followers",
)
EXPORTS = {
    ("mentions", "export"): MENTIONS,
    ("links", "export"): LINKS,
    ("influencers", "export"): CREATORS,
}


def test_no_column_of_the_weekly_report_is_added_lost_or_renamed(demo: Demo) -> None:
    (file,) = (demo.folder / "reports").glob("weekly-*.en.xlsx")

    book = openpyxl.load_workbook(file)

    *tables, numbers = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    assert [table[3] if table[0][0] else None for table in tables] == REPORT
    assert numbers[0] == NUMBERS


@pytest.mark.parametrize(
    ("words", "columns"), EXPORTS.items(), ids=lambda words: words[0]
)
def test_no_column_of_an_export_is_added_lost_or_renamed(
    demo: Demo, words: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    text = inside(*words, "--config", demo.config)

    assert tuple(next(csv.reader(io.StringIO(text)))) == columns
