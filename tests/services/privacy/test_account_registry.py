"""An account is shown by name when two persons agree, with evidence; nobody else is."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import NeedsAPerson, UsageError
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.makers import Maker
from socialcell.services.privacy import account_registry, data_requests, retention
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.registry_accounts import register_account

EVIDENCE = "https://www.city.example/accounts names it"


def propose(
    context: Context,
    handle: str = "@CityDesk",
    evidence: str = EVIDENCE,
    name: str | None = None,
    platform: str = "x",
) -> bool:
    return account_registry.propose_account(
        context,
        platform,
        handle,
        name=name,
        person_class="public_office",
        evidence=evidence,
    )


def handles(context: Context) -> Sequence[str]:
    return [entry.handle for entry in account_registry.list_accounts(context)]


def test_an_account_is_shown_by_name_once_a_second_person_agrees(
    context: Context, engine: Engine
) -> None:
    first, second = acting(context, "asha"), acting(context, "meera", Role.APPROVER)

    assert propose(first)
    assert handles(context) == []
    (waiting,) = account_registry.list_waiting(second)
    assert (waiting.handle, waiting.proposed_by, waiting.maker) == (
        "citydesk",
        "asha",
        Maker.ANOTHER,
    )
    entry = account_registry.approve_account(second, "x", "@CityDesk")

    assert (entry.added_by, entry.approved_by, entry.basis) == (
        "asha",
        "meera",
        "second_person",
    )
    assert account_registry.list_waiting(second) == []
    with db.reading(engine) as session:
        rows = audit.entries_about(session, "registry.", "x:citydesk")
    assert [row.action for row in rows] == ["registry.propose", "registry.add"]
    assert rows[1].detail["made_by_operator"] == rows[0].operator_id


def test_whoever_proposed_an_account_cannot_approve_it(context: Context) -> None:
    lead = acting(context, "asha", Role.LEAD)
    propose(lead)

    with pytest.raises(UsageError, match="a second person approves it"):
        account_registry.approve_account(lead, "x", "citydesk")

    assert handles(context) == []


def test_an_account_is_approved_by_somebody_who_signed_in(context: Context) -> None:
    propose(acting(context, "asha"))

    with pytest.raises(NeedsAPerson):
        account_registry.approve_account(context, "x", "citydesk")


@pytest.mark.parametrize(
    ("handle", "evidence", "reason"),
    [
        ("CityDesk", "its own page", "needs a link"),
        ("CityDesk", "http://city.example", "needs a link"),
        ("CityDesk", "https://city", "needs a link"),
        ("", EVIDENCE, "needs a handle and evidence"),
        ("puneprotestlive", EVIDENCE, "No account is entered that is about protests"),
        ("hindu_sena_pune", EVIDENCE, "about religion"),
        ("PMCPunе", EVIDENCE, "letters that cannot be judged"),
    ],
)
def test_an_account_is_not_proposed(
    context: Context, handle: str, evidence: str, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        propose(context, handle, evidence)

    assert account_registry.list_waiting(context) == []


def test_an_account_waits_once_and_is_not_proposed_when_it_is_there(
    context: Context,
) -> None:
    register_account(context, "x", "there")
    propose(context)

    assert not propose(context, "@There")
    with pytest.raises(UsageError, match="waits for a second person already"):
        propose(context)


def test_what_is_not_entered_is_gone_with_a_reason(
    context: Context, engine: Engine
) -> None:
    propose(context)

    with pytest.raises(UsageError, match="--reason"):
        account_registry.return_account(context, "x", "citydesk", " ")
    account_registry.return_account(context, "x", "citydesk", "no public office")

    assert account_registry.list_waiting(context) == []
    with pytest.raises(UsageError, match="Nothing waits for x:citydesk"):
        account_registry.return_account(context, "x", "citydesk", "again")
    with db.reading(engine) as session:
        rows = audit.entries_about(session, "registry.return", "x:citydesk")
    assert [row.detail["reason"] for row in rows] == ["no public office"]


@pytest.mark.on_sqlite
def test_the_program_proposes_those_whom_a_platform_verified_or_many_follow(
    context: Context, engine: Engine
) -> None:
    people = [
        make_author("1", handle="cityhall", verified="government"),
        make_author("2", handle="bigvoice", followers=50_000),
        make_author("3", handle="small", followers=500),
        make_author("4", handle="puneprotestlive", followers=50_000),
    ]
    store_records(
        engine,
        *(make_record(str(n), author=author) for n, author in enumerate(people)),
    )

    proposed = account_registry.propose_public_accounts(context)
    again = account_registry.propose_public_accounts(context)

    assert (sorted(proposed), again) == (["x:bigvoice", "x:cityhall"], [])
    waiting = account_registry.list_waiting(context)
    assert {(row.handle, row.ground, row.person_class) for row in waiting} == {
        ("bigvoice", "followers", "creator"),
        ("cityhall", "verified", "public_office"),
    }
    assert handles(context) == []
    approver = acting(context, "meera", Role.APPROVER)
    account_registry.approve_account(approver, "x", "cityhall")
    assert handles(context) == ["cityhall"]


@pytest.mark.on_sqlite
def test_entries_from_before_the_rule_stay_and_are_seen_as_such(
    context: Context,
) -> None:
    register_account(context, "x", "early")

    (entry,) = account_registry.list_accounts(context)

    assert (entry.basis, entry.approved_by) == (None, None)


@pytest.mark.on_sqlite
def test_what_waits_goes_with_an_erasure_and_after_three_months(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    author = make_author("4711", handle="citydesk")
    store_records(engine, make_record("1", author=author))
    propose(context)
    data_requests.erase_account(context, "x", None, "citydesk")
    assert account_registry.list_waiting(context) == []

    propose(context, "other")
    clock.set(clock.now() + timedelta(days=91))
    retention.run_retention(context)
    assert account_registry.list_waiting(context) == []


def test_an_account_of_no_platform_is_refused_with_those_there_are(
    context: Context,
) -> None:
    for slip, nearest in (("redit", "reddit"), ("Facebook", "facebook")):
        with pytest.raises(UsageError, match=f"nearest is {nearest}.") as refused:
            propose(context, platform=slip)
        assert f"There is no platform '{slip}'; there are app_store, " in str(
            refused.value
        )
    assert account_registry.list_waiting(context) == []


@pytest.mark.parametrize("platform", ["tiktok", "koo"])
def test_an_account_may_be_where_texts_link_to_or_came_from_in_a_file(
    context: Context, engine: Engine, platform: str
) -> None:
    store_records(engine, make_record("1", platform="koo"))

    assert propose(context, platform=platform)
