"""Files of outcomes and of visits: what is read, what is named as wrong."""

from datetime import date
from pathlib import Path

import pytest

from socialcell.connectors.base import Filtered, Item, Reject
from socialcell.connectors.facts import OutcomeFact, StoreFact, VisitFact
from socialcell.connectors.file_detection import open_file
from socialcell.errors import SocialcellError, UsageError
from tests.connectors.exports import Free

SITE = {"site": "pune.example", "zone": "Asia/Kolkata"}


def saved(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def items(path: Path, format: str = "auto", **settings: str) -> list[Item]:
    connector, _ = open_file(path, format, settings=settings)
    health = connector.check()
    if not health.ok:
        raise SocialcellError(health.message)
    batches = connector.pull(None, Free(), lambda: False)
    return [item for batch in batches for item in batch.items]


def outcomes(path: Path, **settings: str) -> list[tuple[object, ...]]:
    found = items(path, "outcomes", **settings)
    assert [item for item in found if not isinstance(item, OutcomeFact)] == []
    return [
        (one.outcome, one.area, one.day, one.value, one.withheld)
        for one in found
        if isinstance(one, OutcomeFact)
    ]


def rejected(path: Path, **settings: str) -> dict[int | None, str]:
    found = items(path, "outcomes", **settings)
    return {one.row: one.reason for one in found if isinstance(one, Reject)}


def visits(path: Path, **settings: str) -> list[VisitFact]:
    found = items(path, "site-visits", **SITE, **settings)
    return [one for one in found if isinstance(one, VisitFact)]


# Outcomes -------------------------------------------------------------------------


def test_a_row_is_how_often_something_happened_on_a_day_in_an_area(
    tmp_path: Path,
) -> None:
    path = saved(
        tmp_path,
        "date,outcome,ward,count",
        '2026-11-20,Forms filed,कोथरूड-बावधन,"1,204"',
        "20261121,payments,,0",
    )

    assert outcomes(path) == [
        ("forms_filed", "कोथरूड-बावधन", date(2026, 11, 20), 1204, False),
        ("payments", "", date(2026, 11, 21), 0, False),
    ]
    assert open_file(path)[1].format == "outcomes"


def test_an_empty_cell_is_not_reported_and_a_small_number_withheld(
    tmp_path: Path,
) -> None:
    path = saved(
        tmp_path,
        "date,outcome,value",
        "2026-11-20,payments,",
        "2026-11-21,payments,<5",
    )

    assert [(value, held) for *_, value, held in outcomes(path)] == [
        (None, False),
        (None, True),
    ]


def test_the_outcome_may_be_said_where_no_column_says_it(tmp_path: Path) -> None:
    path = saved(tmp_path, "Day,Ward office,Number", "2026-11-20,Kothrud,7")

    assert outcomes(path, outcome="registrations") == [
        ("registrations", "Kothrud", date(2026, 11, 20), 7, False)
    ]


def test_columns_may_have_any_name_that_is_said(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Registered on;Office;Users",
        "2026-11-20;Kothrud;7",
        encoding="utf-16",
    )

    found = outcomes(
        path, outcome="users", date="Registered on", area="office", value="USERS"
    )

    assert found == [("users", "Kothrud", date(2026, 11, 20), 7, False)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("01/11/2026,payments,,7", "the day '01/11/2026' cannot be read"),
        ("2026-11-31,payments,,7", "cannot be read"),
        ("2026-11-20,payments,,-7", "the value -7 is below 0"),
        ("2026-11-20,payments,,7.5", "no whole number"),
        ("2026-11-20,भरणा,,7", "is no name"),
        ("2026-11-20,,,7", "is no name"),
        ("2026-11-20,payments,7", "3 cells where the heading has 4"),
        (f"2026-11-20,payments,{'x' * 101},7", "the area has 101 characters"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_spoils_no_other(
    row: str, said: str, tmp_path: Path
) -> None:
    path = saved(
        tmp_path, "date,outcome,ward,value", row, "2026-11-20,payments,Kothrud,3"
    )

    assert list(rejected(path)) == [2]
    assert said in rejected(path)[2]
    assert len(items(path)) == 2


def test_of_two_rows_of_one_day_none_is_believed(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "date,outcome,ward,value",
        "2026-11-20,payments,Kothrud,3",
        "2026-11-20,payments,Warje,4",
        "2026-11-20,payments,KOTHRUD,5",
    )

    said = rejected(path)

    assert list(said) == [2, 4]
    assert "stands in rows 2, 4: add them up" in said[2]


def test_a_file_without_the_columns_says_which_and_what_to_do(tmp_path: Path) -> None:
    path = saved(tmp_path, "Registered on,Office,Users", "2026-11-20,Kothrud,7")

    with pytest.raises(
        SocialcellError, match=r"date \(date, day, .* or .*--set date=NAME"
    ):
        items(path, "outcomes", outcome="users")


def test_a_column_that_is_said_and_not_there_is_no_column(tmp_path: Path) -> None:
    path = saved(tmp_path, "date,outcome,value", "2026-11-20,payments,7")

    with pytest.raises(SocialcellError, match="no heading"):
        items(path, "outcomes", area="Office")


def test_a_setting_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "date,outcome,value", "2026-11-20,payments,7")

    with pytest.raises(UsageError, match="takes no setting 'colour'"):
        items(path, "outcomes", colour="red")


# Visits ---------------------------------------------------------------------------


def test_google_analytics_is_read_below_its_own_remarks(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "# ----------------------------------------",
        "# Traffic acquisition",
        "# 20261101-20261130",
        "",
        "Date,Session source / medium,Session campaign,Sessions,Engagement rate",
        "20261120,instagram / creator,monsoon26,41,0.61",
        "20261120,(direct) / (none),(direct),90,0.4",
        ",,,131,0.47",
    )

    found = visits(path)

    assert [(one.source, one.medium, one.campaign, one.visits) for one in found] == [
        ("instagram", "creator", "monsoon26", 41),
        ("(direct)", "(none)", "(direct)", 90),
    ]
    assert {(one.site, one.zone) for one in found} == {("pune.example", "Asia/Kolkata")}
    assert found[0].day == date(2026, 11, 20)
    left_out = [i for i in items(path, **SITE) if isinstance(i, Filtered)]
    assert [(one.rule, one.row) for one in left_out] == [
        ("a row without a day: a total of others", 8)
    ]


def test_matomo_is_read_in_its_own_encoding(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Campaign Name,Campaign Source,Campaign Medium,Campaign Content,Visits",
        "2026-11-20,पावसाळा_२६,poster,offline,बस,12",
        encoding="utf-16",
    )

    (one,) = visits(path)

    assert (one.source, one.medium, one.campaign) == ("poster", "offline", "पावसाळा_२६")
    assert (one.content, one.visits) == ("बस", 12)


def test_rows_that_differ_in_what_is_not_kept_are_added_up(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        "Date,Landing page,Session source,Session medium,Session campaign,Sessions",
        "20261120,/,instagram,creator,monsoon26,40",
        '20261120,/app,instagram,creator,monsoon26,"1,002"',
        "20261121,/app,instagram,creator,monsoon26,",
    )

    assert [(one.day.day, one.visits) for one in visits(path)] == [
        (20, 1042),
        (21, None),
    ]


def test_a_column_of_visits_may_have_any_name(tmp_path: Path) -> None:
    path = saved(tmp_path, "Tag,Quelle,Besuche", "2026-11-20,poster,12")

    (one,) = visits(path, date="Tag", source="Quelle", visits="Besuche")

    assert (one.source, one.medium, one.visits) == ("poster", "", 12)


def test_a_visit_below_nought_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, "date,sessions", "2026-11-20,-1")

    (reject,) = items(path, "site-visits", **SITE)

    assert isinstance(reject, Reject)
    assert reject.reason == "visits -1 is below 0"


def test_whose_visits_they_are_must_be_said(tmp_path: Path) -> None:
    path = saved(tmp_path, "date,sessions", "2026-11-20,5")

    with pytest.raises(UsageError, match="does not say site"):
        items(path, "site-visits")


# Stores ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_both_orders_of_bytes_are_seen_from_the_mark(
    mark: bytes, encoding: str, tmp_path: Path
) -> None:
    text = "Date,Package name,Daily User Installs\n2026-11-20,a.b,7\n"
    path = tmp_path / "installs.csv"
    path.write_bytes(mark + text.encode(encoding))

    (fact,) = items(path)

    assert isinstance(fact, StoreFact)
    assert fact.value == 7
