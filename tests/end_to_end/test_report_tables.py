"""The columns of every table of the weekly report, and of the exported tables."""

import csv
import io

import openpyxl
import pytest

from tests.end_to_end.conftest import Demo
from tests.running import inside

# The heading of each sheet of the report's workbook, in order; None: terms, no heading.
REPORT = [
    ("Day", "Mentions", "Platform-hours covered", "Same hours, before → now"),
    ("Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    ("Intent", "Mentions", "Share", "Same hours, before → now"),
    ("Topic", "Mentions", "Answer expected", "Same hours, before → now"),
    ("Topic", "Negative", "Neutral", "Positive"),
    ("Urgency", "Mentions", "Same hours, before → now"),
    ("Topic", "Mentions", "Same hours, before → now"),
    ("Ward office", "Mentions", "Same hours, before → now"),
    ("Incident", "Mentions", "Normally", "What was done"),
    ("Topic", "Answer expected", "Who answers for it"),
    ("Ward office", "Mentions", "Same hours, before → now"),
    ("Village", "Mentions", "Same hours, before → now"),
    ("Sentiment", "Mentions", "unsure among them", "Same hours, before → now"),
    ("Language", "Mentions", "Share", "Same hours, before → now"),
    ("Platform", "Mentions", "Hours covered", "Same hours, before → now"),
    ("Platform", "Kind", "Gained", "Posts looked at"),
    ("Account", "Mentions by sentiment", "Gained"),
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
    ("Platform", "This week", "Week before", "Both weeks"),
    None,
]
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

    rows = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    assert [sheet[3] if sheet[0][0] else None for sheet in rows] == REPORT


@pytest.mark.parametrize(
    ("words", "columns"), EXPORTS.items(), ids=lambda words: words[0]
)
def test_no_column_of_an_export_is_added_lost_or_renamed(
    demo: Demo, words: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    text = inside(*words, "--config", demo.config)

    assert tuple(next(csv.reader(io.StringIO(text)))) == columns
