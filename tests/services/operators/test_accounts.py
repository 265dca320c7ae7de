"""Operators' names, roles and resets: what one administrator can and cannot do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.identity import store
from socialcell.roles import Permission, Role, roles_with
from socialcell.services.context import Context
from socialcell.services.operators import accounts, listing
from socialcell.services.operators.accounts import RoleRequest
from tests.operator_accounts import (
    ASHA,
    MEERA,
    RAVI,
    add_operator,
    administrators,
    begin,
)

pytestmark = pytest.mark.swept_on_postgresql


def refusal(act: Callable[[], object]) -> str | None:
    """The code of the error of an act; None: it was done."""
    try:
        act()
    except SocialcellError as error:
        return error.message.code
    return None


def names(context: Context) -> list[str]:
    return [line.name for line in listing.list_operators(context)]


@pytest.mark.parametrize(
    "same",
    [
        "ASHA SAMPLE",
        "  Asha   Sample ",
        "Asha\u00a0Sample",
        "Ａｓｈａ Ｓａｍｐｌｅ",
        "Asha\nSample",
        "Asha\u200b Sam\u200dple",
        "Asha \u202eSample",
        "Asha Sample\ufeff",
    ],
)
def test_names_that_differ_by_case_width_or_blanks_are_one(
    context: Context, same: str
) -> None:
    asha, _ = administrators(context)

    assert refusal(lambda: accounts.add(asha, same)) == "operators.name_taken"
    with db.reading(context.engine) as session:
        operator = store.find_operator(session, same)
        assert operator is not None
        assert operator.name == ASHA


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ravi\nSample", "Ravi Sample"),
        ("Ravi\u202eelpmaS", "RavielpmaS"),
        ("Ravi\x1b[31m Sample", "Ravi[31m Sample"),
        ("रवी नमुने", "रवी नमुने"),
        ("R" * 80, "R" * 80),
    ],
)
def test_a_name_is_stored_as_it_may_be_shown(
    context: Context, name: str, shown: str
) -> None:
    asha, _ = administrators(context)

    accounts.add(asha, name)

    assert names(context) == [ASHA, MEERA, shown]


@pytest.mark.parametrize(
    "name",
    ["", " ", "\n", "\u200b\u200d", "\u202e", "R" * 81, "R" * 10_000],
    ids=["empty", "blank", "line", "invisible", "bidi", "81", "10000"],
)
def test_what_is_no_name_is_refused(context: Context, name: str) -> None:
    asha, _ = administrators(context)

    assert refusal(lambda: accounts.add(asha, name)) == "operators.bad_name"
    assert names(context) == [ASHA, MEERA]


@pytest.mark.parametrize(
    "pair", [(ASHA, ASHA.upper()), (ASHA,), (ASHA, MEERA, RAVI), (ASHA, "Asha\tSample")]
)
def test_the_first_operators_are_two_people(
    context: Context, pair: tuple[str, ...]
) -> None:
    assert refusal(lambda: accounts.begin(context, pair)) == "operators.two_names"
    assert names(context) == []


def test_nobody_begins_where_operators_are(context: Context) -> None:
    begin(context)

    outcome = refusal(lambda: accounts.begin(context, (RAVI, "Om Sample")))

    assert outcome == "operators.begun_before"


def test_of_several_who_begin_at_once_one_does(context: Context) -> None:
    pairs = [(f"First {n}", f"Second {n}") for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        acts = [partial(accounts.begin, context, pair) for pair in pairs]
        outcomes = list(pool.map(refusal, acts))

    assert outcomes.count(None) == 1
    assert outcomes.count("operators.begun_before") == 5
    assert len(names(context)) == 2


def test_of_two_who_add_one_name_at_once_one_does(context: Context) -> None:
    asha, meera = administrators(context)
    with ThreadPoolExecutor(2) as pool:
        acts = [partial(accounts.add, person, RAVI) for person in (asha, meera)]
        outcomes = list(pool.map(refusal, acts))

    assert sorted(map(str, outcomes)) == ["None", "operators.name_taken"]


@pytest.mark.parametrize("act", ["disable", "revoke"])
def test_two_administrators_stay(context: Context, act: str) -> None:
    asha, meera = administrators(context)

    def take(person: Context, name: str) -> str | None:
        if act == "revoke":
            return refusal(lambda: accounts.revoke(person, name, Role.ADMIN))
        return refusal(lambda: accounts.disable(person, name))

    assert take(asha, MEERA) == "operators.too_few_admins"
    assert take(asha, ASHA) == "operators.too_few_admins"
    add_operator(asha, meera, RAVI, RoleRequest(Role.ADMIN))
    assert take(asha, MEERA) is None
    assert take(asha, RAVI) == "operators.too_few_admins"


def test_an_administrator_without_a_password_or_for_a_time_is_not_one_of_the_two(
    context: Context,
) -> None:
    asha, meera = administrators(context)
    accounts.add(asha, "Om Sample", (RoleRequest(Role.ADMIN),))
    accounts.confirm(meera, "Om Sample")
    until = asha.clock.now() + timedelta(days=1)
    add_operator(asha, meera, RAVI, RoleRequest(Role.ADMIN, ends_at=until))

    outcome = refusal(lambda: accounts.disable(asha, MEERA))

    assert outcome == "operators.too_few_admins"


def test_administrators_who_disable_each_other_at_once_leave_two(
    context: Context,
) -> None:
    asha, meera = administrators(context)
    add_operator(asha, meera, RAVI, RoleRequest(Role.ADMIN))
    with ThreadPoolExecutor(2) as pool:
        acts = [
            partial(accounts.disable, asha, MEERA),
            partial(accounts.disable, meera, ASHA),
        ]
        outcomes = list(pool.map(refusal, acts))

    assert outcomes.count(None) == 1
    with db.reading(context.engine) as session:
        admins = roles_with(Permission.MANAGE_OPERATORS)
        now = context.clock.now()
        assert len(store.lasting_holders(session, admins, now)) == 2


@pytest.mark.parametrize(
    "scope", ["", "ward:", "ward:nowhere", "dept:none", "All", "*"]
)
def test_a_scope_is_a_place_of_the_city(context: Context, scope: str) -> None:
    asha, _ = administrators(context)
    request = RoleRequest(Role.APPROVER, scope)

    outcome = refusal(lambda: accounts.grant(asha, MEERA, request))

    assert outcome == "operators.no_such_scope"


def test_a_role_that_has_ended_is_not_granted(context: Context) -> None:
    asha, _ = administrators(context)
    now = asha.clock.now()
    later = now + timedelta(days=1)
    for starts_at, ends_at in ((None, now), (later, later), (later, now)):
        request = RoleRequest(Role.LEAD, "all", starts_at, ends_at)
        outcome = refusal(partial(accounts.grant, asha, MEERA, request))
        assert outcome == "operators.ended_grant"
