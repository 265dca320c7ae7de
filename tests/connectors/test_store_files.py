"""Files of Google Play Console and App Store Connect: each trap of their formats."""

import gzip
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from socialcell.connectors.base import ConnectorError, Filtered, Item, Reject
from socialcell.connectors.facts import StoreFact
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files.file_connector import FileConnector
from socialcell.errors import SocialcellError
from tests.connectors.exports import Free

OVERVIEW = (
    "Date,Package Name,Daily Device Installs,Daily Device Uninstalls,"
    "Daily Device Upgrades,Total User Installs,Daily User Installs,"
    "Daily User Uninstalls,Active Device Installs,Install events,Update events,"
    "Uninstall events"
)
TRAFFIC = (
    "Date,Package name,Traffic source,Search term,UTM source,UTM campaign,"
    "Store listing acquisitions,Store listing visitors,Store listing conversion rate"
)
DOWNLOADS = (
    "Date\tApp Name\tApp Apple Identifier\tDownload Type\tApp Version\tDevice\t"
    "Platform Version\tSource Type\tPage Type\tPre-Order\tTerritory\tCounts"
)
DETAILED = DOWNLOADS.replace("Counts", "Source Info\tCampaign\tPage Title\tCounts")
SALES = (
    "Provider\tProvider Country\tSKU\tDeveloper\tTitle\tVersion\t"
    "Product Type Identifier\tUnits\tDeveloper Proceeds\tBegin Date\tEnd Date\t"
    "Customer Currency\tCountry Code\tCurrency of Proceeds\tApple Identifier\t"
    "Customer Price\tPromo Code\tParent Identifier\tSubscription\tPeriod\tCategory\t"
    "CMB\tDevice\tSupported Platforms\tProceeds Reason\tPreserved Pricing\tClient\t"
    "Order Type"
)


def saved(
    folder: Path, *lines: str, encoding: str = "utf-8", packed: bool = False
) -> Path:
    data = ("\n".join(lines) + "\n").encode(encoding)
    path = folder / "table.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def opened(path: Path) -> FileConnector:
    return open_file(path)[0]


def items(path: Path) -> list[Item]:
    batches = opened(path).pull(None, Free(), lambda: False)
    return [item for batch in batches for item in batch.items]


def facts(path: Path) -> list[StoreFact]:
    found = items(path)
    assert [item for item in found if not isinstance(item, StoreFact)] == []
    return [item for item in found if isinstance(item, StoreFact)]


def figures(path: Path) -> dict[str, int | None]:
    return {fact.metric: fact.value for fact in facts(path)}


def reasons(path: Path) -> list[str]:
    return [item.reason for item in items(path) if isinstance(item, Reject)]


# Google Play ----------------------------------------------------------------------


def test_a_day_of_installs_is_one_fact_a_figure(tmp_path: Path) -> None:
    path = saved(
        tmp_path, OVERVIEW, "2026-11-20,org.example.care,12,3,4,900,11,2,700,13,5,3"
    )

    found = {fact.metric: fact for fact in facts(path)}

    assert len(found) == 10
    one = found["user_installs"]
    assert (one.store, one.app) == ("google_play", "org.example.care")
    assert (one.day, one.zone) == (date(2026, 11, 20), "America/Los_Angeles")
    assert (one.definition, one.value) == ("Daily User Installs", 11)
    assert (one.dimension, one.key, one.withheld) == ("total", "", False)
    assert found["active_devices"].value == 700


@pytest.mark.parametrize("mark", ["\ufeff", ""], ids=["marked", "unmarked"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_seen_from_the_bytes(
    encoding: str, mark: str, tmp_path: Path
) -> None:
    heading = f"{mark}Date,Package name,Carrier,Install events"
    row = "2026-11-20,org.example.care,पुणे,9"
    path = saved(tmp_path, heading, row, encoding=encoding)

    (fact,) = facts(path)

    assert (fact.dimension, fact.key, fact.value) == ("carrier", "पुणे", 9)


@pytest.mark.parametrize(
    "heading",
    [
        "Date,Package Name,Daily User Installs",
        "date,package name,DAILY USER INSTALLS",
        "Date, Package  Name ,Daily\u00a0User Installs",
    ],
)
def test_columns_go_by_name_whatever_its_case_and_spaces(
    heading: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, heading, "2026-11-20,a.b,7")

    assert figures(path) == {"user_installs": 7}


def test_columns_go_by_name_and_not_by_place(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Daily User Uninstalls,Date,Something new,Daily User Installs,Package name",
        "2,2026-11-20,99,7,a.b",
    )

    assert figures(path) == {"user_uninstalls": 2, "user_installs": 7}


def test_older_names_of_columns_keep_their_own_definition(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Package name,Current Device Installs,Current User Installs",
        "2019-01-05,a.b,40,35",
    )

    found = {(fact.metric, fact.definition): fact.value for fact in facts(path)}

    assert found == {
        ("active_devices", "Current Device Installs"): 40,
        ("active_users", "Current User Installs"): 35,
    }


def test_a_blank_cell_is_not_reported_and_never_nought(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Package name,Daily User Installs,Daily User Uninstalls",
        "2026-11-20,a.b,,0",
    )

    assert figures(path) == {"user_installs": None, "user_uninstalls": 0}


def test_a_blank_country_is_kept_as_one(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Package name,Country,Daily User Installs",
        "2026-11-20,a.b,IN,7",
        "2026-11-20,a.b,,3",
    )

    assert [(f.dimension, f.key, f.value) for f in facts(path)] == [
        ("country", "IN", 7),
        ("country", "", 3),
    ]


@pytest.mark.parametrize(
    ("cell", "count"),
    [('"1,204"', 1204), ('"1,20,400"', 120400), ("1204.0", 1204), ('"1 204"', 1204)],
)
def test_thousands_may_be_cut(cell: str, count: int, tmp_path: Path) -> None:
    path = saved(tmp_path, "Date,Package name,Install events", f"2026-11-20,a.b,{cell}")

    assert figures(path) == {"install_events": count}


@pytest.mark.parametrize("day", ["2026-11-20", "20261120"])
def test_both_forms_of_a_day_are_read(day: str, tmp_path: Path) -> None:
    path = saved(tmp_path, "Date,Package name,Install events", f"{day},a.b,1")

    assert facts(path)[0].day == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("20/11/2026,a.b,1", "day '20/11/2026'"),
        ("2026-11-20,a.b,1.5", "Install events '1.5' is no whole number"),
        ("2026-11-20,a.b,many", "Install events 'many'"),
        ("2026-11-20,,1", "no package name"),
        ("2026-11-20,a.b", "2 cells where the heading has 3"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_spoils_no_other(
    row: str, said: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, "Date,Package name,Install events", row, "2026-11-21,a.b,4")

    assert said in reasons(path)[0]
    good = [item for item in items(path) if isinstance(item, StoreFact)]
    assert [fact.value for fact in good] == [4]


def test_what_small_numbers_are_folded_into_is_a_row_like_others(
    tmp_path: Path,
) -> None:
    path = saved(
        tmp_path,
        TRAFFIC,
        "2026-11-20,a.b,Google Play search,Other,Other,Other,20,80,0.25",
        "2026-11-20,a.b,Third-party referrals,,instagram,monsoon26,9,30,0.3",
    )

    found = facts(path)

    assert {f.dimension for f in found} == {
        "traffic_source,search_term,utm_source,utm_campaign"
    }
    assert [(f.metric, f.key, f.value) for f in found] == [
        ("acquisitions", '["Google Play search", "Other", "Other", "Other"]', 20),
        ("visitors", '["Google Play search", "Other", "Other", "Other"]', 80),
        ("acquisitions", '["Third-party referrals", "", "instagram", "monsoon26"]', 9),
        ("visitors", '["Third-party referrals", "", "instagram", "monsoon26"]', 30),
    ]


def test_acquisitions_of_the_listing_are_not_installs_nor_those_of_the_store(
    tmp_path: Path,
) -> None:
    heading = "Date,Package name,Country / region,Store listing acquisitions"
    listing = saved(
        tmp_path, f"{heading},Store listing visitors", "2026-11-20,a.b,IN,5,9"
    )
    assert set(figures(listing)) == {"acquisitions", "visitors"}

    whole = saved(tmp_path, heading, "2026-11-20,a.b,IN,8")
    assert figures(whole) == {"acquisitions_all": 8}


def test_the_new_visitors_have_a_definition_of_their_own(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Package name,Visitors (installs),Unique user install clicks",
        "2026-11-20,a.b,30,12",
    )

    assert [(f.metric, f.definition) for f in facts(path)] == [
        ("visitors", "Visitors (installs)"),
        ("install_clicks", "Unique user install clicks"),
    ]


def test_a_number_that_is_kept_back_is_withheld(tmp_path: Path) -> None:
    path = saved(tmp_path, "Date,Package name,Install events", "2026-11-20,a.b,<5")

    (fact,) = facts(path)

    assert (fact.value, fact.withheld) == (None, True)


def test_a_table_of_other_things_is_refused_with_its_columns(tmp_path: Path) -> None:
    path = saved(
        tmp_path, "Date,Package Name,Daily Average Rating", "2026-11-20,a.b,4.2"
    )

    with pytest.raises(ConnectorError, match="Daily Average Rating"):
        items(path)


# App Store ------------------------------------------------------------------------


def download(**changes: Any) -> str:
    row = {
        "day": "2026-11-20",
        "kind": "First-time download",
        "version": "1.2",
        "source": "App Store search",
        "territory": "IN",
        "counts": "14",
    } | changes
    return "\t".join(
        (
            *(row["day"], "Pune Care", "1500000007", row["kind"], row["version"]),
            *(
                "iPhone",
                "iOS 26.1",
                row["source"],
                "Product page",
                "",
                row["territory"],
            ),
            *row.get("detail", ()),
            row["counts"],
        )
    )


@pytest.mark.parametrize("packed", [True, False])
def test_downloads_are_read_packed_or_not(packed: bool, tmp_path: Path) -> None:
    path = saved(tmp_path, DOWNLOADS, download(), packed=packed)

    (fact,) = facts(path)

    assert (fact.store, fact.app, fact.day) == (
        "app_store",
        "1500000007",
        date(2026, 11, 20),
    )
    assert (fact.metric, fact.value) == ("first_time_downloads", 14)
    assert fact.zone == "UTC"
    assert fact.definition == "App Downloads Standard: First-time download"
    assert fact.dimension == (
        "app_version,device,platform_version,source_type,page_type,pre_order,territory"
    )
    assert '"App Store search"' in fact.key


def test_redownloads_and_updates_are_counted_apart(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        DOWNLOADS,
        download(),
        download(kind="Redownload", counts="6"),
        download(kind="Auto-update", counts="90"),
        download(kind="A kind of next year", counts="1"),
    )

    assert figures(path) == {
        "first_time_downloads": 14,
        "redownloads": 6,
        "updates": 90,
        "a_kind_of_next_year": 1,
    }


def test_detailed_and_standard_are_different_definitions(tmp_path: Path) -> None:
    standard = facts(saved(tmp_path, DOWNLOADS, download()))[0]
    path = saved(tmp_path, DETAILED, download(detail=("", "monsoon26", "Main")))
    detailed = facts(path)[0]

    assert standard.metric == detailed.metric
    assert standard.definition != detailed.definition
    assert "Detailed" in detailed.definition
    assert detailed.dimension.endswith("source_info,campaign,page_title")
    assert '"monsoon26"' in detailed.key


def test_every_cut_of_a_row_is_in_its_key(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        DOWNLOADS,
        download(),
        download(version="1.1"),
        download(territory="US"),
        download(source="Web referrer"),
    )

    assert len({fact.key for fact in facts(path)}) == 4


def test_events_of_the_page_are_read_and_unique_counts_left_out(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date\tApp Name\tApp Apple Identifier\tEvent\tPage Type\tSource Type\t"
        "Engagement Type\tDevice\tPlatform Version\tTerritory\tCounts\tUnique Counts",
        "2026-11-20\tPune Care\t1500000007\tImpression\tProduct page\t"
        "App Store browse\t\tiPhone\tiOS 26.1\tIN\t120\t100",
        "2026-11-20\tPune Care\t1500000007\tPage view\tProduct page\t"
        "App Store browse\t\tiPhone\tiOS 26.1\tIN\t40\t35",
    )

    assert figures(path) == {"impressions": 120, "page_views": 40}


def test_installs_and_deletions_go_by_event_though_they_name_a_download_type(
    tmp_path: Path,
) -> None:
    row = "1500000007\t{}\tFirst-time download\t1.2\t2026-11-01\tIN\t{}\t6"
    path = saved(
        tmp_path,
        "Date\tApp Name\tApp Apple Identifier\tEvent\tDownload Type\tApp Version\t"
        "App Download Date\tTerritory\tCounts\tUnique Devices",
        "2026-11-20\tPune Care\t" + row.format("Install", 9),
        "2026-11-20\tPune Care\t" + row.format("Delete", 7),
    )

    assert [(f.metric, f.definition, f.value) for f in facts(path)] == [
        ("installs", "App Store Installation and Deletion Standard: Install", 9),
        ("deletions", "App Store Installation and Deletion Standard: Delete", 7),
    ]


def sale(**changes: str) -> str:
    row = {
        "product": "1F",
        "units": "5",
        "begin": "11/20/2026",
        "end": "11/20/2026",
        "country": "IN",
    } | changes
    return "\t".join(
        (
            *("APPLE", "US", "care", "Pune", "Pune Care", "1.2", row["product"]),
            *(row["units"], "0", row["begin"], row["end"], "INR", row["country"]),
            *("INR", "1500000007", "0", "", "", "", "", "Utilities", "", "iPhone"),
            *("iOS", "", "", "", ""),
        )
    )


SOLD = {
    "first_time_downloads": ("1", "1F", "1T"),
    "redownloads": ("3", "3F", "3T"),
    "updates": ("7", "7F", "7T"),
}


@pytest.mark.parametrize(
    ("product", "metric"),
    [(product, metric) for metric, types in SOLD.items() for product in types],
)
def test_units_sold_are_downloads_by_product_type(
    product: str, metric: str, tmp_path: Path
) -> None:
    path = saved(tmp_path, SALES, sale(product=product, units="2"), packed=True)

    (fact,) = facts(path)

    assert (fact.metric, fact.value) == (metric, 2)
    assert fact.definition == f"Sales and Trends: {product}"
    assert (fact.day, fact.zone) == (date(2026, 11, 20), "America/Los_Angeles")


def test_in_app_sales_and_weeks_are_left_out_by_name(tmp_path: Path) -> None:
    path = saved(tmp_path, SALES, sale(product="IA1"), sale(end="11/26/2026"))

    rules = [item.rule for item in items(path) if isinstance(item, Filtered)]

    assert rules == ["a product type that is no download", "a span of several days"]


def test_a_date_of_sales_is_month_first_and_nothing_else(tmp_path: Path) -> None:
    path = saved(tmp_path, SALES, sale(begin="2026-11-20", end="2026-11-20"))

    assert "2026-11-20" in reasons(path)[0]


def test_a_packed_file_that_breaks_off_is_one_clear_message(tmp_path: Path) -> None:
    lines = [DOWNLOADS, *(download(counts=str(n)) for n in range(20_000))]
    path = saved(tmp_path, *lines, packed=True)
    path.write_bytes(path.read_bytes()[:-2000])

    with pytest.raises(ConnectorError, match="breaks off"):
        items(path)


def test_a_packed_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.txt.gz"
    path.write_bytes(gzip.compress(io.BytesIO(b"hello\n").getvalue()))

    with pytest.raises(SocialcellError, match="compressed"):
        opened(path)
