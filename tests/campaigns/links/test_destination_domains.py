"""Where links may lead: domains of the list, and none that only looks like one."""

import pytest

from socialcell.campaigns.links.destination_domains import STORES, require_own
from socialcell.campaigns.links.destinations import check_address
from socialcell.errors import UsageError

OURS = ("pune.example", "pmc.gov.in")
LOOKALIKES = (
    "pune.example.evil.test",
    "pune-example.test",
    "punee.example",
    "pun.example",
    "pnue.example",
    "pune-.example",
    "care.pune.exarnple",
    "pmc.g0v.in",
    "prnc.gov.in",
    "pmcgov.ln",
    "www.pmc.gov.in.login.test",
    "play.google.corn",
    "play.g00gle.com",
    "p1ay.goog1e.com",
    "play-google.com",
    "play.google.com.apps.test",
    "apps.appie.com",
    "apps.aple.com",
)
OTHERS = ("mahadiscom.test", "news.test", "example.test", "gov.in", "puneri.test")


@pytest.mark.parametrize(
    "host", [*OURS, *STORES, "care.pune.example", "a.b.pmc.gov.in", "PUNE.example"]
)
def test_a_link_leads_to_domains_of_the_list_and_below_them(host: str) -> None:
    require_own(check_address(f"https://{host}/a", "web"), "web", OURS)


@pytest.mark.fault("F35")
@pytest.mark.parametrize("host", LOOKALIKES)
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_look_alike_is_refused_with_what_it_looks_like(
    host: str, is_listed: bool
) -> None:
    domains, ours = (OURS, ()) if is_listed else (None, OURS)
    with pytest.raises(UsageError, match="looks like"):
        require_own(f"https://{host}/a", "web", domains, ours)


@pytest.mark.fault("F35")
@pytest.mark.parametrize("host", OTHERS)
def test_a_domain_that_is_not_in_the_list_is_refused_where_there_is_one(
    host: str,
) -> None:
    with pytest.raises(UsageError, match=r"links\.domains"):
        require_own(f"https://{host}/a", "web", OURS)
    require_own(f"https://{host}/a", "web", None, OURS)


@pytest.mark.fault("F35")
@pytest.mark.parametrize(
    "address",
    ["https://рmc.gov.in/", "https://पुणे.example/", "https://xn--80ak6aa92e.com/"],
)
@pytest.mark.parametrize("domains", [None, OURS])
def test_a_name_in_another_script_is_refused(
    address: str, domains: tuple[str, ...] | None
) -> None:
    with pytest.raises(UsageError):
        require_own(check_address(address, "web"), "web", domains, OURS)


def test_a_name_beside_ours_is_given_out_by_the_same_owner() -> None:
    ours = ("go.pune.example", "play.google.com")
    for host in ("g.pune.example", "no.pune.example", "plav.google.com"):
        require_own(f"https://{host}/a", "web", None, ours)


def test_a_name_in_another_script_may_be_in_the_list() -> None:
    address = check_address("https://सेवा.पुणे.example/", "web")
    require_own(address, "web", ("पुणे.example",))


def test_letters_of_full_width_are_the_plain_ones() -> None:
    require_own(check_address("https://ｐｕｎｅ.example/", "web"), "web", OURS)
