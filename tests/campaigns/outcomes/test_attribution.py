"""Whose install it is; and that nothing which cannot be told goes missing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store.link_activity import ReportedInstall
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.install_attribution import (
    OTHER,
    OURS,
    UNKNOWN,
    AttributionIndex,
    AttributionPart,
    by_referrer,
    by_token,
    install_origin,
    installs_by_group,
)
from socialcell.campaigns.outcomes.install_figures import partitions
from socialcell.campaigns.outcomes.referred_installs import (
    referred_installs,
    store_days,
)
from tests.builders import NOON

FIRST = date(2026, 11, 16)
DAYS = [FIRST + timedelta(days=n) for n in range(3)]
PLAY = "traffic_source,search_term,utm_source,utm_campaign"
APPLE = "App Downloads Detailed: First-time download"


def link(number: int, campaign: str = "monsoon26", **changes: Any) -> TrackedLink:
    made: dict[str, Any] = {
        "id": number,
        "code": f"c{number}",
        "campaign": campaign,
        "initiative": "pmc_care",
        "creator": f"creator{number}",
        "post": f"reel{number}",
        "channel": "instagram",
        "source": "instagram",
        "medium": "creator",
        "web": "https://pune.example/care",
        "created_at": NOON,
        "changed_at": NOON,
    }
    return TrackedLink(**(made | changes))


def known(*links: TrackedLink, campaigns: Iterable[str] = ()) -> AttributionIndex:
    return AttributionIndex({one.id or 0: one for one in links}, campaigns)


def told(
    outcome: str = "attributed", link_id: int | None = 1, **changes: Any
) -> ReportedInstall:
    made: dict[str, Any] = {
        "app": "a.b",
        "day": DAYS[1],
        "begun_at": datetime(2026, 11, 17, 12, tzinfo=UTC),  # 04:00 in California
        "outcome": outcome,
        "reason": None,
        "referrer": "",
        "link_id": link_id if outcome == "attributed" else None,
    }
    return ReportedInstall(**(made | changes))


def android(
    postbacks: list[ReportedInstall],
    whose: AttributionIndex,
    totals: dict[date, int | None] | None = None,
) -> AttributionPart:
    installs = referred_installs(postbacks, DAYS[0], DAYS[-1])
    if totals is None:
        totals = dict.fromkeys(DAYS, 10)
    return by_referrer("a.b", installs, totals, DAYS, "monsoon26", whose, "PT")


def shown(part: AttributionPart) -> dict[tuple[str, str, str | None], int | None]:
    """(kind, why, creator) → installs; and the lines add up to the total."""
    assert sum(int(line.installs.value or 0) for line in part.lines) == part.total
    return {
        (line.kind, line.why, line.who.creator): line.installs.value
        for line in part.lines
    }


def test_an_install_that_names_a_click_is_its_links() -> None:
    whose = known(link(1), link(2), link(3, "property_tax"))
    part = android([told(), told(), told(link_id=2), told(link_id=3)], whose)

    assert shown(part) == {
        (OURS, "click", "creator1"): 2,
        (OURS, "click", "creator2"): 1,
        (OTHER, "click", "creator3"): 1,
        (UNKNOWN, "no_referrer", None): 26,
    }
    assert part.total == 30


def test_every_other_install_is_a_line_with_its_reason() -> None:
    tax = "utm_source=poster&utm_campaign=property_tax"
    part = android(
        [
            told("organic", referrer="utm_source=google-play&utm_medium=organic"),
            told(
                "unattributed", referrer="utm_source=(not%20set)&utm_medium=(not set)"
            ),
            told("unattributed", referrer="utm_source=bank&utm_campaign=loans"),
            told(
                "unattributed", referrer="utm_campaign=Monsoon26&utm_source=instagram"
            ),
            told("unattributed", referrer=tax),
            told("refused", referrer="utm_campaign=monsoon26&cid=known-and-twice"),
        ],
        known(link(1), campaigns=["property_tax"]),
    )

    assert shown(part) == {
        (OURS, "utm", "creator1"): 1,
        (OTHER, "utm", None): 1,
        ("organic", "store", None): 1,
        (UNKNOWN, "no_referrer", None): 24,
        (UNKNOWN, "foreign", None): 1,
        (UNKNOWN, "not_set", None): 1,
        (UNKNOWN, "refused", None): 1,
    }


def test_a_day_without_the_stores_total_has_only_what_we_were_told() -> None:
    # Two were told of the day that the store has not reported: 10 + 2 + 10.
    part = android(
        [told(), told()], known(link(1)), {DAYS[0]: 10, DAYS[1]: None, DAYS[2]: 10}
    )

    assert part.total == 22
    assert part.open_days == (DAYS[1],)
    assert shown(part)[UNKNOWN, "no_referrer", None] == 20


def test_where_the_store_reports_nothing_the_total_is_what_we_were_told() -> None:
    part = android([told(), told("organic")], known(link(1)), {})

    assert part.total == 2
    assert part.of(UNKNOWN) == 0
    assert part.open_days == tuple(DAYS)


def test_a_store_that_counts_fewer_than_we_were_told_of_is_believed() -> None:
    part = android([told()] * 5, known(link(1)), {DAYS[0]: 0, DAYS[1]: 3, DAYS[2]: 0})

    assert shown(part) == {
        (OURS, "click", "creator1"): 5,
        (UNKNOWN, "counted_apart", None): -2,
    }
    assert part.total == 3


def test_an_install_belongs_to_the_stores_day_and_not_to_that_of_pune() -> None:
    # 07:59 UTC is 23:59 of the day before in California, 13:29 of this day in Pune.
    late = told(begun_at=datetime(2026, 11, 16, 7, 59, tzinfo=UTC), day=DAYS[0])
    early = told(
        begun_at=datetime(2026, 11, 19, 7, 59, tzinfo=UTC), day=date(2026, 11, 19)
    )

    found = referred_installs([late, early], DAYS[0], DAYS[-1])

    assert [one.day for one in found] == [DAYS[2]]


def test_postbacks_are_figures_of_the_store_with_a_row_for_every_day() -> None:
    monday = told(begun_at=datetime(2026, 11, 16, 12, tzinfo=UTC))
    wednesday = told("organic", begun_at=datetime(2026, 11, 18, 12, tzinfo=UTC))
    installs = referred_installs([monday, monday, wednesday], DAYS[0], DAYS[-1])

    whose = known(link(1))
    rows = store_days(installs, lambda install: install_origin(install, whose))

    assert {(row.day.day, row.cut.split('"')[1]): row.value for row in rows} == {
        (16, "attributed"): 2,
        (16, "organic"): 0,
        (17, "attributed"): 0,
        (17, "organic"): 0,
        (18, "attributed"): 0,
        (18, "organic"): 1,
    }
    assert {row.definition for row in rows} == {"Install Referrer postbacks"}


def test_utm_values_without_a_click_are_the_same_line_on_both_screens() -> None:
    """What `campaigns attribution` counts for a campaign by its UTM values, `installs
    show --by told` does not call unattributed."""
    installs = [
        told("unattributed", referrer="utm_campaign=monsoon26&utm_source=instagram"),
        told("unattributed", referrer="utm_campaign=loans&utm_source=bank"),
        told("refused", referrer="utm_campaign=monsoon26&cid=known-and-twice"),
        told(),
    ]
    whose = known(link(1))

    part = shown(android(installs, whose))
    found = [
        install_origin(one, whose)
        for one in referred_installs(installs, DAYS[0], DAYS[-1])
    ]

    assert found == [
        ("utm", "creator1"),
        ("unattributed", ""),
        ("refused", ""),
        ("attributed", "creator1"),
    ]
    assert part[OURS, "utm", "creator1"] == 1
    assert part[OURS, "click", "creator1"] == 1


# By what stores report ------------------------------------------------------------


def acquired(
    n: int, value: int | None, source: str = "", campaign: str = "", found: str = ""
) -> StoreDay:
    traffic = found or "Third-party referrals"
    return StoreDay(
        key=f"{n}{source}{campaign}{found}",
        store="google_play",
        app="a.b",
        metric="acquisitions",
        definition="Store listing acquisitions",
        dimension=PLAY,
        cut=f'["{traffic}", "", "{source}", "{campaign}"]',
        day=DAYS[n],
        zone="PT",
        value=value,
        withheld=False,
        stored_at=NOON,
    )


def downloaded(
    n: int, value: int, token: str = "", source: str = "Web referrer"
) -> StoreDay:
    return StoreDay(
        key=f"{n}{token}{source}",
        store="app_store",
        app="1500",
        metric="first_time_downloads",
        definition=APPLE,
        dimension="source_type,campaign",
        cut=f'["{source}", "{token}"]',
        day=DAYS[n],
        zone="UTC",
        value=value,
        withheld=False,
        stored_at=NOON,
    )


def reported(
    rows: list[StoreDay], cut: str, whose: AttributionIndex
) -> AttributionPart:
    ((series, held),) = partitions(rows, cut).items()
    return by_token(series, held, DAYS, "monsoon26", whose)


def test_utm_values_that_play_reports_are_a_links_or_stay_unattributed() -> None:
    rows = [
        acquired(0, 9, "instagram", "monsoon26"),
        acquired(1, 8, "instagram", "monsoon26"),
        acquired(2, 7, "instagram", "monsoon26"),
        acquired(0, 4, "Other", "Other"),
        acquired(0, 2, "bank", "loans"),
        acquired(0, 3),
        acquired(0, 40, found="Google Play search"),
    ]

    part = reported(rows, "utm_campaign", known(link(1)))

    assert shown(part) == {
        (OURS, "utm", "creator1"): 24,
        ("organic", "store", None): 40,
        (UNKNOWN, "folded", None): 4,
        (UNKNOWN, "not_set", None): 3,
        (UNKNOWN, "foreign", None): 2,
    }
    assert part.total == 73


def test_a_day_on_which_ours_has_no_row_is_withheld_and_not_nought() -> None:
    rows = [
        acquired(0, 9, "instagram", "monsoon26"),
        *(acquired(n, 40, found="Google Play search") for n in (0, 1)),
    ]

    part = reported(rows, "utm_campaign", known(link(1)))

    assert part.withheld == 1
    assert part.open_days == (DAYS[2],)


def test_links_that_a_store_cannot_tell_apart_have_no_creator() -> None:
    rows = [acquired(0, 9, "instagram", "monsoon26")]

    part = reported(rows, "utm_campaign", known(link(1), link(2)))

    (line,) = part.lines
    assert (line.who.creator, line.who.channel) == (None, "instagram")
    assert installs_by_group([part], "creator") == {None: 9}
    assert installs_by_group([part], "channel") == {"instagram": 9}


def test_a_token_at_the_app_store_is_the_links_own_or_its_campaign() -> None:
    apple = "https://apps.apple.com/app/apple-store/id1500?pt=7"
    whose = known(link(1, ios=apple + "&ct=mon-reel-1"), link(2, ios=apple))
    rows = [
        downloaded(0, 6, "mon-reel-1"),
        downloaded(0, 7, "monsoon26"),
        downloaded(0, 5, "MONSOON26"),
        downloaded(0, 20),
        downloaded(0, 30, source="App Store search"),
    ]

    part = reported(rows, "campaign", whose)

    assert shown(part) == {
        (OURS, "token", "creator2"): 7,
        (OURS, "token", "creator1"): 6,
        ("organic", "store", None): 30,
        (UNKNOWN, "not_set", None): 20,
        (UNKNOWN, "foreign", None): 5,
    }


def test_a_campaign_without_links_is_known_by_its_name_alone() -> None:
    rows = [acquired(0, 9, "instagram", "monsoon26")]

    part = reported(rows, "utm_campaign", known(campaigns=["monsoon26"]))

    (line,) = part.lines
    assert (line.kind, line.who.campaign) == (OURS, "monsoon26")
