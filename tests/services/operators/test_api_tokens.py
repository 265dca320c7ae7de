"""A token is made by an administrator, until a day, and is good until it is over."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.errors import SocialcellError
from socialcell.identity import codes
from socialcell.identity.model import ApiToken
from socialcell.listening.store import owners
from socialcell.ops import audit
from socialcell.roles import Role, TokenScope
from socialcell.services import audit_log
from socialcell.services.context import Context
from socialcell.services.operators import accounts, api_tokens, token_admission
from socialcell.services.operators.accounts import RoleRequest
from socialcell.services.operators.api_tokens import IssuedToken
from tests.inside import socialcell
from tests.operator_accounts import MEERA, RAVI, add_operator, administrators
from tests.operators import acting, sign_in_shell
from tests.running import answer, said

pytestmark = pytest.mark.swept_on_postgresql
WARD = "ward:kothrud-bavdhan"
NEW_YEAR = datetime(2027, 1, 1, tzinfo=IST)


@pytest.fixture
def city(context: Context) -> Context:
    """A workspace with areas, in which an administrator has signed in."""
    answer(socialcell("init", context.workspace.folder, "--json"))
    return acting(context, "Asha Sample", Role.ADMIN)


def make(context: Context, name: str = "Dashboard", **changes: Any) -> IssuedToken:
    fields: dict[str, Any] = {
        "scopes": [TokenScope.MENTIONS],
        "ends_at": NEW_YEAR,
        **changes,
    }
    return api_tokens.make_token(context, name, **fields)


def refusal(act: Callable[[], object]) -> str | None:
    """The code of the error of an act; None: it was done."""
    try:
        act()
    except SocialcellError as error:
        return error.message.code
    return None


def states(context: Context) -> dict[str, str]:
    return {line.name: line.state for line in api_tokens.list_tokens(context)}


def test_a_token_is_long_shown_once_and_stored_as_a_hash(city: Context) -> None:
    token = make(city)

    assert re.fullmatch(r"socialcell_[\w-]{43}", token.token)
    with db.reading(city.engine) as session:
        row = session.get_one(ApiToken, 1)
        stored = str(session.execute(text("SELECT * FROM api_token")).all())
        log = str(audit.entries(session, 50))
    assert row.token_hash == codes.token_hash(token.token)
    assert token.token not in stored + log


def test_what_a_token_may_read_is_noted_with_its_maker(city: Context) -> None:
    make(city, scopes=[TokenScope.FIGURES, TokenScope.AREAS], place=WARD)

    with db.reading(city.engine) as session:
        row = audit.entries(session, 1)[0]
    assert (row.action, row.object, row.operator_id) == ("token.add", "token 1", 1)
    assert row.detail["scopes"] == ["areas:read", "figures:read"]
    assert row.detail["place"] == WARD
    (line,) = api_tokens.list_tokens(city)
    assert (line.made_by, line.ends_at, line.last_used_on) == (
        "Asha Sample",
        NEW_YEAR,
        None,
    )


def test_only_an_administrator_who_has_signed_in_makes_and_revokes(
    city: Context,
) -> None:
    make(city)
    lead = acting(city, "Meera Sample", Role.LEAD)
    nobody = replace(city, actor=replace(city.actor, id=None, session_id=None))

    assert refusal(lambda: make(lead, "Other")) == "operators.no_role"
    assert refusal(lambda: make(nobody, "Other")) == "operators.not_signed_in"
    for other in (lead, nobody):
        assert refusal(lambda other=other: api_tokens.revoke_token(other, "Dashboard"))
    assert states(city) == {"Dashboard": "in_force"}


def test_an_administrator_of_a_ward_makes_tokens_of_that_ward_alone(
    city: Context,
) -> None:
    ward = acting(city, "Ravi Sample", Role.ADMIN, scope=WARD)

    assert make(ward, "Own", place=WARD).place == WARD
    assert refusal(lambda: make(ward, "City")) == "operators.other_scope"
    other = "ward:aundh-baner"
    assert refusal(lambda: make(ward, "Other", place=other)) == "operators.other_scope"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scopes": []}, "tokens.no_scope"),
        ({"ends_at": datetime(2026, 11, 23, 9, tzinfo=IST)}, "tokens.wrong_end"),
        ({"ends_at": datetime(2027, 11, 25, tzinfo=IST)}, "tokens.wrong_end"),
        ({"place": "ward:atlantis"}, "operators.no_such_scope"),
        ({"place": "dept:atlantis"}, "operators.no_such_scope"),
        ({"place": "kothrud"}, "operators.no_such_scope"),
        ({"name": " "}, "operators.bad_name"),
        ({"name": "n" * 81}, "operators.bad_name"),
        ({"name": "DASHBOARD"}, "tokens.name_taken"),
    ],
)
def test_what_makes_no_token(city: Context, changes: dict[str, Any], code: str) -> None:
    make(city)

    assert refusal(lambda: make(city, **{"name": "New", **changes})) == code
    assert list(states(city)) == ["Dashboard"]


def test_a_token_of_a_department_of_the_table_is_made(city: Context) -> None:
    with db.reading(city.engine) as session:
        department = next(
            id_ for id_ in sorted(owners.list_ids(session)) if id_.startswith("dept:")
        )

    assert make(city, place=department).place == department


def test_a_token_is_admitted_until_its_end(city: Context, clock: FixedClock) -> None:
    token = make(city, scopes=[TokenScope.AREAS], place=WARD).token

    clock.set(NEW_YEAR - timedelta(seconds=1))
    admission = token_admission.admit(city, token)
    assert admission is not None
    assert (admission.scopes, admission.place) == (frozenset({"areas:read"}), WARD)
    clock.set(NEW_YEAR)
    assert token_admission.admit(city, token) is None
    assert states(city) == {"Dashboard": "ended"}


@pytest.mark.parametrize("other", ["", "socialcell_", "\x00", "é", "x" * 10_000])
def test_what_is_no_token_is_not_admitted(city: Context, other: str) -> None:
    make(city)

    assert token_admission.admit(city, other) is None


def test_a_revoked_token_is_good_no_more(city: Context) -> None:
    token = make(city).token

    api_tokens.revoke_token(city, " dashboard")

    assert token_admission.admit(city, token) is None
    assert states(city) == {"Dashboard": "revoked"}
    again = refusal(lambda: api_tokens.revoke_token(city, "Dashboard"))
    assert again == "tokens.revoked_before"
    missing = refusal(lambda: api_tokens.revoke_token(city, "Another"))
    assert missing == "tokens.no_such_token"
    assert audit_log.verify_log(city).chain.ok


def test_a_token_ends_with_its_maker_being_disabled(context: Context) -> None:
    asha, meera = administrators(context)
    add_operator(asha, meera, RAVI, RoleRequest(Role.ADMIN))
    token = make(meera).token

    accounts.disable(asha, MEERA)

    assert token_admission.admit(context, token) is None
    assert states(context) == {"Dashboard": "maker_disabled"}


def test_a_token_outlasts_the_role_of_its_maker(context: Context) -> None:
    asha, meera = administrators(context)
    add_operator(asha, meera, RAVI, RoleRequest(Role.ADMIN))
    token = make(meera).token

    accounts.revoke(asha, MEERA, Role.ADMIN)

    assert token_admission.admit(context, token) is not None


def test_the_day_of_the_last_use_is_noted_and_no_time(
    city: Context, clock: FixedClock
) -> None:
    token = make(city).token
    clock.set(datetime(2026, 11, 24, 0, 30, tzinfo=IST))

    token_admission.admit(city, token)

    assert api_tokens.list_tokens(city)[0].last_used_on == date(2026, 11, 24)


def test_sixty_requests_a_minute_are_admitted_of_each_token(
    city: Context, clock: FixedClock
) -> None:
    token, other = make(city).token, make(city, "Other").token
    for _ in range(60):
        admission = token_admission.admit(city, token)
        assert admission is not None
        assert admission.allowance.wait is None

    clock.advance(timedelta(seconds=20))
    refused = token_admission.admit(city, token)
    assert refused is not None
    assert refused.allowance.wait == 40
    elsewhere = token_admission.admit(city, other)
    assert elsewhere is not None
    assert elsewhere.allowance.remaining == 59


def test_honest_tokens_are_explained_by_the_log(context: Context) -> None:
    asha, meera = administrators(context)
    make(asha)
    make(meera, "Other")
    api_tokens.revoke_token(asha, "Other")

    assert audit_log.verify_log(context).unexplained == ()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE api_token SET token_hash = 'x' WHERE id = 1", "Dashboard is not as"),
        ("UPDATE api_token SET ends_at = made_at WHERE id = 1", "Dashboard is not as"),
        ("UPDATE api_token SET place = 'ward:x' WHERE id = 1", "Dashboard is not as"),
        ("UPDATE api_token SET scopes = '[]' WHERE id = 1", "Dashboard is not as"),
        ("UPDATE api_token SET made_by = 2 WHERE id = 1", "Dashboard is not as"),
        ("UPDATE api_token SET revoked_at = NULL", "Other is not as"),
        ("UPDATE api_token SET revoked_at = made_at", "Dashboard is not as"),
        ("DELETE FROM api_token WHERE id = 1", "Dashboard was made"),
        (
            "INSERT INTO api_token (id, name, name_key, token_hash, scopes, place, "
            "made_by, made_at, ends_at) SELECT 99, 'Eve', 'eve', 'x', scopes, place, "
            "made_by, made_at, ends_at FROM api_token WHERE id = 1",
            "Eve is not as",
        ),
    ],
)
def test_what_the_owner_of_the_file_writes_about_tokens_is_named(
    context: Context, statement: str, words: str
) -> None:
    asha, _ = administrators(context)
    make(asha)
    make(asha, "Other")
    api_tokens.revoke_token(asha, "Other")
    with db.writing(context.engine) as session:
        session.execute(text(statement))

    reasons = [str(f.reason) for f in audit_log.verify_log(context).unexplained]
    assert [reason for reason in reasons if words in reason], reasons


def run(context: Context, *arguments: str) -> Any:
    config: Path = context.workspace.folder / "config.yaml"
    return socialcell("tokens", *arguments, "--config", config)


def test_tokens_are_made_listed_and_revoked_by_command(city: Context) -> None:
    sign_in_shell(city, "Asha Sample", Role.ADMIN)
    words = ["add", "Ward desk", "--until", "2027-03-31", "--place", WARD]
    scopes = ["--scope", "figures:read", "--scope", "mentions:read"]

    made = answer(run(city, *words, *scopes, "--json"))
    listed = answer(run(city, "list", "--json"))["tokens"]
    assert made["token"].startswith("socialcell_")
    assert [(t["name"], t["state"], t["scopes"], t["place"]) for t in listed] == [
        ("Ward desk", "in_force", ["figures:read", "mentions:read"], WARD)
    ]
    assert made["token"] not in str(listed)
    answer(run(city, "revoke", "Ward desk", "--json"))
    assert "revoked" in run(city, "list").stdout


def test_the_token_stands_alone_on_standard_output(city: Context) -> None:
    sign_in_shell(city, "Asha Sample", Role.ADMIN)

    done = run(city, "add", "T", "--until", "2027-03-31", "--scope", "areas:read")

    assert re.fullmatch(r"socialcell_[\w-]{43}\n", done.stdout), done.stderr
    assert "not shown again" in " ".join(done.stderr.split())


def test_a_command_without_sign_in_scope_or_end_says_what_to_do(city: Context) -> None:
    end, scope = ("--until", "2027-03-31"), ("--scope", "areas:read")

    assert "sign-in" in said(run(city, "add", "T", *end, *scope))
    assert run(city, "add", "T", *scope).returncode == 2
    assert run(city, "add", "T", *end).returncode == 2
    assert run(city, "add", "T", *end, "--scope", "all").returncode == 2
    assert run(city, "add", "T", "--until", "soon", *scope).returncode == 2
    assert states(city) == {}
