"""What people export from platforms' own pages: each file's traps."""

import io
import os
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from socialcell.connectors.base import ConnectorError, Filtered, Item, Record, Reject
from socialcell.connectors.facts import AdFact, SearchFact
from socialcell.connectors.file_detection import open_file
from socialcell.errors import UsageError
from tests.connectors.exports import Free

INDIA = {"zone": "Asia/Kolkata"}
SITE = {"site": "sc-domain:pune.example"}
WRITTEN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def saved(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "export"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    os.utime(path, (WRITTEN.timestamp(),) * 2)
    return path


def zipped(folder: Path, **tables: list[str]) -> Path:
    path = folder / "export.zip"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, lines in tables.items():
            archive.writestr(name.replace("_", " ") + ".csv", "\n".join(lines) + "\n")
    path.write_bytes(held.getvalue())
    os.utime(path, (WRITTEN.timestamp(),) * 2)
    return path


def items(path: Path, **settings: str) -> list[Item]:
    connector, _found = open_file(path, settings=settings)
    batches = connector.pull(None, Free(), lambda: False)
    return [item for batch in batches for item in batch.items]


def only(path: Path, kind: Any, **settings: str) -> list[Any]:
    found = items(path, **settings)
    assert [item for item in found if not isinstance(item, kind)] == []
    return found


def reasons(path: Path, **settings: str) -> list[str]:
    return [i.reason for i in items(path, **settings) if isinstance(i, Reject)]


def rules(path: Path, **settings: str) -> list[str]:
    return [i.rule for i in items(path, **settings) if isinstance(i, Filtered)]


def counts(record: Record) -> dict[str | None, int | None]:
    return {metric.common: metric.value for metric in record.metrics}


# Google Ads -----------------------------------------------------------------------

ADS = "Day,Campaign,Campaign ID,Customer ID,Currency code,Impr.,Clicks,Cost,Conversions"


def ads(*rows: str) -> list[str]:
    title = ["Campaign report", "1 November 2026 - 24 November 2026"]
    return [*title, ADS, *rows, 'Total: Account, , , , ,"9,000",90,"5,000.00",7']


def test_a_day_of_a_campaign_is_read_below_title_and_above_totals(
    tmp_path: Path,
) -> None:
    row = '2026-11-20,पाणी,11,111-222-3333,INR,"1,234",20,"1,234.50",2.5'
    path = saved(tmp_path, *ads(row))

    found = items(path, **INDIA)

    (fact,) = (item for item in found if isinstance(item, AdFact))
    assert (fact.account, fact.zone, fact.currency) == (
        "1112223333",
        "Asia/Kolkata",
        "INR",
    )
    assert (fact.day, fact.level, fact.campaign) == (
        date(2026, 11, 20),
        "campaign",
        "11",
    )
    assert fact.campaign_name == "पाणी"
    assert (fact.impressions, fact.clicks) == (1234, 20)
    assert fact.cost_micros == 1_234_500_000
    assert fact.conversions == 2.5
    assert rules(path, **INDIA) == ["a total"]


def test_the_variant_for_excel_is_utf_16_with_tabs(tmp_path: Path) -> None:
    row = "2026-11-20\tWater\t11\t1112223333\tINR\t5\t1\t0.01\t0"
    path = saved(tmp_path, ADS.replace(",", "\t"), row, encoding="utf-16")

    (fact,) = only(path, AdFact, **INDIA)

    assert fact.cost_micros == 10_000


def test_two_dashes_are_not_reported(tmp_path: Path) -> None:
    path = saved(tmp_path, ADS, "2026-11-20,Water,11,1112223333,INR,5,--,--,--")

    (fact,) = only(path, AdFact, **INDIA)

    assert (fact.clicks, fact.cost_micros, fact.conversions) == (None, None, None)


def test_an_ad_has_its_group_and_its_own_id(tmp_path: Path) -> None:
    heading = ADS + ",Ad group,Ad group ID,Ad ID"
    path = saved(
        tmp_path, heading, "2026-11-20,Water,11,1112223333,INR,5,1,2,0,North,7,9"
    )

    (fact,) = only(path, AdFact, **INDIA)

    assert (fact.level, fact.ad_group, fact.ad_group_name, fact.ad) == (
        "ad",
        "7",
        "North",
        "9",
    )


def test_columns_that_are_needed_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path, "Day,Campaign,Impr.", "2026-11-20,Water,5")

    with pytest.raises(ConnectorError, match="campaign id, customer id, currency code"):
        items(path, **INDIA)


def test_a_report_whose_rows_are_no_whole_days_is_refused(tmp_path: Path) -> None:
    path = saved(
        tmp_path, ADS + ",Device", "2026-11-20,Water,11,1112223333,INR,5,1,2,0,Phones"
    )

    with pytest.raises(ConnectorError, match="cut by Device"):
        items(path, **INDIA)


def test_the_zone_has_to_be_said(tmp_path: Path) -> None:
    path = saved(tmp_path, ADS)

    with pytest.raises(UsageError, match=r"--set zone="):
        items(path)
    with pytest.raises(UsageError, match="no time zone 'Pune'"):
        items(path, zone="Pune")
    with pytest.raises(UsageError, match="takes no setting 'site'"):
        items(path, **INDIA, **SITE)


# Search Console -------------------------------------------------------------------

DATES = [
    "Date,Clicks,Impressions,CTR,Position",
    "2026-11-20,5,100,5%,3.25",
    "2026-11-23,4,80,5%,3.5",
]
QUERIES = ["Top queries,Clicks,Impressions,CTR,Position", "पाणी,9,90,10%,2"]
FILTERS = ["Filter,Value", "Search type,Web", "Date,Last 3 months"]


def test_the_days_of_a_property_are_read_and_sums_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path, Dates=DATES, Queries=QUERIES, Filters=FILTERS)

    found = items(path, **SITE)

    facts = [item for item in found if isinstance(item, SearchFact)]
    assert [(f.day, f.clicks, f.impressions, f.position) for f in facts] == [
        (date(2026, 11, 20), 5, 100, 3.25),
        (date(2026, 11, 23), 4, 80, 3.5),
    ]
    assert {(f.site, f.dimension, f.key) for f in facts} == {
        (SITE["site"], "total", "")
    }
    assert rules(path, **SITE) == ["a sum over a span of days"]


def test_the_last_days_of_a_file_are_not_final(tmp_path: Path) -> None:
    # Written on the 24th in California: the 21st is the newest final day.
    path = zipped(tmp_path, Dates=DATES)

    assert [fact.final for fact in only(path, SearchFact, **SITE)] == [True, False]


def test_days_of_a_filtered_page_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, Dates=DATES, Filters=[*FILTERS, "Query,+water"])

    with pytest.raises(ConnectorError, match="filtered by Query"):
        items(path, **SITE)


def test_the_table_of_days_alone_is_read_too(tmp_path: Path) -> None:
    assert len(only(saved(tmp_path, *DATES), SearchFact, **SITE)) == 2


# X --------------------------------------------------------------------------------

X_POSTS = (
    "Post id,Date,Post text,Post Link,Impressions,Likes,Replies,Reposts,URL Clicks"
)
LINK = "https://x.com/PuneCity/status/1991000000000000123"


def test_a_post_of_xs_analytics_is_read(tmp_path: Path) -> None:
    row = f'1991000000000000123,"Tue, Nov 24, 2026",पाणी येईल,{LINK},900,12,3,NaN,'
    path = saved(tmp_path, X_POSTS, row)

    (record,) = only(path, Record)

    assert (record.platform, record.external_id) == ("x", "1991000000000000123")
    assert record.text == "पाणी येईल"
    assert record.authored_at == datetime(2026, 11, 24, tzinfo=UTC)
    assert counts(record) == {"views": 900, "reactions": 12, "comments": 3}


def test_an_older_file_of_x_has_its_own_names(tmp_path: Path) -> None:
    heading = "Tweet id,Tweet permalink,Tweet text,time,impressions,retweets,likes"
    row = f"1991000000000000123,{LINK},Water,2026-11-24 05:30 +0000,10.0,2.0,1.0"

    (record,) = only(saved(tmp_path, heading, row), Record)

    assert record.authored_at == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
    assert counts(record) == {"views": 10, "shares": 2, "reactions": 1}


def test_an_id_that_a_spreadsheet_spoiled_is_taken_from_the_address(
    tmp_path: Path,
) -> None:
    row = f'1.991E+18,"Tue, Nov 24, 2026",Water,{LINK},1,1,1,1,1'
    (record,) = only(saved(tmp_path, X_POSTS, row), Record)
    assert record.external_id == "1991000000000000123"

    row = '1991000000000000000,"Tue, Nov 24, 2026",Water,,1,1,1,1,1'
    assert "spoiled by a spreadsheet" in reasons(saved(tmp_path, X_POSTS, row))[0]


def test_days_of_an_account_belong_to_no_post(tmp_path: Path) -> None:
    path = saved(tmp_path, "Date,Impressions,Likes,New follows", "2026-11-24,9,1,0")

    with pytest.raises(ConnectorError, match="list of posts"):
        items(path)


# Meta -----------------------------------------------------------------------------

META = (
    "Post ID,Page ID,Page name,Title,Description,Publish time,Permalink,Date,"
    "Views,Reactions,Comments,Shares"
)
PAGE_LINK = "https://www.facebook.com/punecity/posts/122100000000000345"


def meta(id_: str = "122100000000000345", link: str = PAGE_LINK, **row: str) -> str:
    said = {"date": "Lifetime", "text": "Water tomorrow"} | row
    return (
        f"{id_},100000000000001,Pune City,{said['text']},,11/24/2026 09:15,{link},"
        f"{said['date']},500,20,4,2"
    )


def test_a_post_of_a_page_has_the_id_that_the_platform_gives_it(tmp_path: Path) -> None:
    (record,) = only(saved(tmp_path, META, meta()), Record, **INDIA)

    assert record.platform == "facebook"
    assert record.external_id == "100000000000001_122100000000000345"
    assert record.authored_at == datetime(2026, 11, 24, 3, 45, tzinfo=UTC)
    assert counts(record) == {"views": 500, "reactions": 20, "comments": 4, "shares": 2}


@pytest.mark.parametrize(
    "link",
    [
        PAGE_LINK,
        "https://www.facebook.com/reel/122100000000000345",
        "https://www.facebook.com/punecity/videos/122100000000000345/",
        "https://www.facebook.com/permalink.php?story_fbid=122100000000000345&id=1",
    ],
)
@pytest.mark.parametrize("id_", ["1.221E+17", "122100000000000000"])
def test_a_spoiled_id_of_a_page_is_mended_by_its_address(
    id_: str, link: str, tmp_path: Path
) -> None:
    (record,) = only(saved(tmp_path, META, meta(id_, link)), Record, **INDIA)

    assert record.external_id.endswith("_122100000000000345")


def test_a_spoiled_id_of_instagram_cannot_be_mended(tmp_path: Path) -> None:
    heading = "Post ID,Account username,Description,Publish time,Permalink,Views,Likes"
    link = "https://www.instagram.com/p/ABCdef123/"
    good = f"17900000000000123,punecity,Rain,11/24/2026 09:15,{link},50,7"
    bad = f"1.79E+16,punecity,Rain,11/24/2026 09:15,{link},50,7"
    path = saved(tmp_path, heading, good, bad)

    (record,) = (i for i in items(path, **INDIA) if isinstance(i, Record))

    assert (record.platform, record.external_id) == ("instagram", "17900000000000123")
    assert "spoiled by a spreadsheet" in reasons(path, **INDIA)[0]


def test_days_of_a_post_are_no_counts_of_the_post(tmp_path: Path) -> None:
    path = saved(tmp_path, META, meta(date="11/24/2026"))

    assert "choose Lifetime" in reasons(path, **INDIA)[0]


def test_meta_does_not_say_in_which_zone_it_writes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--set zone="):
        items(saved(tmp_path, META, meta()))


# YouTube --------------------------------------------------------------------------

VIDEOS = "Content,Video title,Video publish time,Views,Watch time (hours),Subscribers"


def test_the_first_row_of_youtubes_table_is_a_total(tmp_path: Path) -> None:
    table = [
        VIDEOS,
        'Total,,,"1,500",20.5,3',
        'abcDEF12_-9,कचरा कसा वेगळा करावा,"Nov 20, 2026","1,500",20.5,3',
    ]
    path = zipped(tmp_path, Table_data=table, Totals=["Date,Views", "2026-11-20,4"])

    (record,) = (item for item in items(path) if isinstance(item, Record))

    assert (record.platform, record.external_id) == ("youtube", "abcDEF12_-9")
    assert counts(record) == {"views": 1500}
    assert record.authored_at == datetime(2026, 11, 20, tzinfo=UTC)
    assert "time_of_day" in record.missing
    assert len(rules(path)) == 1


# Reviews of Google Play -----------------------------------------------------------

REVIEWS = (
    "Package Name,App Version Code,Reviewer Language,Device,"
    "Review Submit Date and Time,Review Submit Millis Since Epoch,"
    "Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
    "Star Rating,Review Title,Review Text,Review Link"
)


def review(text: str = "चांगले ॲप", changed: int = 1795411800000, link: str = "") -> str:
    return (
        f"org.example.care,12,mr,device7,24/11/26 junk,1795411800000,junk,{changed},"
        f"4,,{text},{link}"
    )


def test_a_month_of_reviews_is_utf_16_and_its_milliseconds_are_right(
    tmp_path: Path,
) -> None:
    link = "https://play.example/console/reviews?reviewId=gp%3AAOq&corpus=PUBLIC"
    path = saved(tmp_path, REVIEWS, review(link=link), encoding="utf-16")

    (record,) = only(path, Record)

    assert (record.platform, record.kind) == ("google_play", "review")
    assert record.external_id == "gp:AOq"
    assert record.authored_at == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert record.edited_at is None
    assert (record.text, record.language) == ("चांगले ॲप", "mr")


def test_a_review_that_was_changed_later_says_when(tmp_path: Path) -> None:
    (record,) = only(saved(tmp_path, REVIEWS, review(changed=1795411860000)), Record)

    assert record.edited_at == datetime(2026, 11, 23, 5, 31, tzinfo=UTC)


def test_stars_without_words_are_left_out(tmp_path: Path) -> None:
    assert rules(saved(tmp_path, REVIEWS, review(text=""))) == [
        "a row that says nothing in words"
    ]
