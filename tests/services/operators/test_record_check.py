"""`audit verify` says nothing of honest rows, and names what SQL wrote past them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.identity import codes, login_session, passwords, store
from socialcell.roles import Role
from socialcell.services import audit_log
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in
from socialcell.services.operators.accounts import RoleRequest
from socialcell.services.publishing import own_posts, post_drafts
from tests.campaigns.planning import agreed_plans, worlds
from tests.operator_accounts import (
    MEERA,
    OTHER_PASSWORD,
    PASSWORD,
    RAVI,
    Person,
    add_operator,
    administrators,
)
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql
NEW_YEAR = datetime(2027, 1, 1, 12, tzinfo=IST)


def faults(context: Context) -> list[str]:
    """What `audit verify` says of operators and approvals."""
    verification = audit_log.verify_log(context)
    assert verification.chain.ok, verification.chain.reason
    return [str(fault.reason) for fault in verification.unexplained]


def write(context: Context, statement: str, **values: Any) -> None:
    """Write into the tables as the owner of the database may, past the product."""
    with db.writing(context.engine) as session:
        session.execute(text(statement), values)


def draft(context: Context, **changes: Any) -> post_drafts.PostDraft:
    at = context.clock.now() + timedelta(days=2)
    fields: dict[str, Any] = {
        "platform": "x",
        "due_at": at,
        "language": "en",
        "text": "Water comes at six",
        **changes,
    }
    return post_drafts.PostDraft(**fields)


def busy_workspace(context: Context, clock: FixedClock) -> tuple[Context, Context]:
    """Two administrators and a third operator; every act on operators was done."""
    asha, meera = administrators(context)
    until = RoleRequest(Role.APPROVER, "all", None, NEW_YEAR)
    later = RoleRequest(Role.VIEWER, "all", clock.now() + timedelta(hours=1), NEW_YEAR)
    ravi = add_operator(asha, meera, RAVI, until, later)
    accounts.grant(asha, RAVI, RoleRequest(Role.ADMIN))
    accounts.grant(asha, RAVI, RoleRequest(Role.AUDITOR))
    accounts.confirm(meera, RAVI)
    accounts.revoke(asha, RAVI, Role.AUDITOR)
    signed_in = ravi.sign_in(context)
    own_access.set_password(signed_in, RAVI, PASSWORD, OTHER_PASSWORD)
    half = accounts.reset(meera, RAVI)
    other = accounts.confirm(asha, RAVI).codes[0]
    own_access.set_password(context, RAVI, half.code + other.code, PASSWORD)
    ravi.set_up_factor(context)
    whole = accounts.reset(asha, RAVI)
    own_access.set_password(
        context, RAVI, whole.code, OTHER_PASSWORD, ravi.recovery.pop()
    )
    ravi.password = OTHER_PASSWORD
    signed_in = ravi.sign_in(context)
    post = post_drafts.add_post(asha, draft(context))
    own_posts.approve_posts(signed_in, [post.id or 0])
    sign_in.end_own_session(signed_in)
    accounts.end(meera, RAVI)
    half = accounts.reset(asha, RAVI, drop_factor=True)
    accounts.confirm(meera, RAVI)
    accounts.add(asha, "Nita Sample", (RoleRequest(Role.LEAD),))
    accounts.confirm(meera, "Nita Sample")
    accounts.add(asha, "Om Sample", (RoleRequest(Role.LEAD),))
    accounts.disable(asha, "Nita Sample")
    return asha, meera


def test_an_honest_workspace_verifies_after_every_act(
    context: Context, clock: FixedClock
) -> None:
    busy_workspace(context, clock)

    assert faults(context) == []


# What the owner of the file writes, and a word of the sentence that names it.
TAMPERING: dict[str, tuple[str, str]] = {
    "an operator whom nobody added": (
        "INSERT INTO operator (id, name, name_key, added_at, confirmed_at, "
        "failed_sign_ins) SELECT 99, 'Eve', 'eve', added_at, added_at, 0 "
        "FROM operator WHERE id = 1",
        "nobody added",
    ),
    "another password": (
        "UPDATE operator SET password_hash = :hash WHERE id = 2",
        "the password of Meera Sample",
    ),
    "another name": (
        "UPDATE operator SET name = 'Eve', name_key = 'eve' WHERE id = 2",
        "Eve is an operator whom nobody added",
    ),
    "confirmed by nobody": (
        "UPDATE operator SET confirmed_at = added_at, confirmed_by = 2 "
        "WHERE name = 'Om Sample'",
        "no second person confirmed it",
    ),
    "enabled again": (
        "UPDATE operator SET disabled_at = NULL WHERE name = 'Nita Sample'",
        "Nita Sample was disabled",
    ),
    "a grant for all time": (
        "UPDATE role_grant SET ends_at = NULL WHERE role = 'approver'",
        "the role approver",
    ),
    "a grant that ends later": (
        "UPDATE role_grant SET ends_at = :moment WHERE role = 'approver'",
        "the role approver",
    ),
    "a grant that begins earlier": (
        "UPDATE role_grant SET starts_at = made_at WHERE role = 'viewer'",
        "the role viewer",
    ),
    "another role": (
        "UPDATE role_grant SET role = 'lead' WHERE role = 'approver'",
        "the role lead",
    ),
    "a revoked grant in force": (
        "UPDATE role_grant SET revoked_at = NULL, revoked_by = NULL "
        "WHERE role = 'auditor'",
        "the role auditor",
    ),
    "a grant that was inserted": (
        "INSERT INTO role_grant (id, operator_id, role, scope, starts_at, made_at, "
        "confirmed_at) SELECT 99, 3, 'dpo', 'all', starts_at, made_at, made_at "
        "FROM role_grant WHERE id = 1",
        "the role dpo",
    ),
    "a grant that was moved to another": (
        "UPDATE role_grant SET operator_id = 3 WHERE operator_id = 1 AND role = 'dpo'",
        "the role dpo",
    ),
    "a grant that nobody confirmed": (
        "UPDATE role_grant SET confirmed_at = made_at, confirmed_by = 2 "
        "WHERE confirmed_at IS NULL",
        "the role lead",
    ),
    "no authenticator": (
        "DELETE FROM second_factor WHERE operator_id = 2",
        "the authenticator of Meera Sample",
    ),
    "an authenticator of somebody else": (
        "UPDATE second_factor SET secret = (SELECT secret FROM second_factor "
        "WHERE operator_id = 1) WHERE operator_id = 2",
        "the authenticator of Meera Sample",
    ),
    "an authenticator that waits": (
        "UPDATE second_factor SET confirmed_at = NULL WHERE operator_id = 2",
        "the authenticator of Meera Sample",
    ),
    "an approved post": (
        "UPDATE own_post SET state = 'approved' WHERE state = 'draft'",
        "counts as approved",
    ),
    "other words in an approved post": (
        "UPDATE own_post SET text = 'Pay here' WHERE state = 'approved'",
        "is not as it was when",
    ),
    "an approved post that no mode holds": (
        "UPDATE own_post SET safety = TRUE WHERE state = 'approved'",
        "is not as it was when",
    ),
    "other words in the outbox": (
        "UPDATE outgoing SET body = :body WHERE kind = 'post'",
        "is not as it was when",
    ),
    "an operator who is gone": (
        "DELETE FROM role_grant WHERE operator_id = 5; DELETE FROM one_time_code "
        "WHERE operator_id = 5; DELETE FROM operator WHERE id = 5",
        "Om Sample",
    ),
    "a session that nobody opened": (
        "INSERT INTO operator_session (id, operator_id, token_hash, shell, os_user, "
        "known_by, opened_at, ends_at) SELECT 99, 2, 'x', shell, os_user, known_by, "
        "opened_at, ends_at FROM operator_session WHERE operator_id = 2 LIMIT 1",
        "session",
    ),
    "a session that lasts longer": (
        "UPDATE operator_session SET ends_at = :moment WHERE operator_id = 2",
        "session",
    ),
    "a session of another": (
        "UPDATE operator_session SET operator_id = 2 WHERE operator_id = 1",
        "session",
    ),
    "a session with a token of one's own": (
        "UPDATE operator_session SET token_hash = 'y' WHERE id = "
        "(SELECT max(id) FROM operator_session WHERE operator_id = 2)",
        "session",
    ),
    "a session moved to another shell": (
        "UPDATE operator_session SET shell = 'boot:1:1' WHERE operator_id = 2",
        "session",
    ),
    "a session with an authenticator": (
        "UPDATE operator_session SET known_by = 'second_factor' "
        "WHERE known_by = 'password'",
        "session",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_the_owner_of_the_file_writes_is_named(
    context: Context, clock: FixedClock, what: str
) -> None:
    statements, word = TAMPERING[what]
    asha, _ = busy_workspace(context, clock)
    post_drafts.add_post(asha, draft(context, text="A draft that waits"))
    assert faults(context) == []

    values = {
        "hash": passwords.hash_of(OTHER_PASSWORD),
        "body": b"Pay here",
        "moment": NEW_YEAR + timedelta(days=400),
    }
    for statement in statements.split("; "):
        named = {name: values[name] for name in values if f":{name}" in statement}
        write(context, statement, **named)

    assert [fault for fault in faults(context) if word in fault], faults(context)


def test_what_was_put_back_afterwards_is_named_all_the_same(
    context: Context, clock: FixedClock
) -> None:
    asha, _ = busy_workspace(context, clock)
    post = post_drafts.add_post(asha, draft(context, text="Another post"))
    with db.reading(context.engine) as session:
        before = session.execute(
            text("SELECT password_hash FROM operator WHERE id = 2")
        ).scalar_one()
        factor = session.execute(
            text("SELECT secret FROM second_factor WHERE operator_id = 2")
        ).scalar_one()
    write(context, "DELETE FROM second_factor WHERE operator_id = 2")
    write(
        context,
        "UPDATE operator SET password_hash = :hash WHERE id = 2",
        hash=passwords.hash_of(OTHER_PASSWORD),
    )

    as_meera = Person(MEERA, OTHER_PASSWORD).sign_in(context)
    own_posts.approve_posts(as_meera, [post.id or 0])
    write(
        context, "UPDATE operator SET password_hash = :hash WHERE id = 2", hash=before
    )
    write(
        context,
        "INSERT INTO second_factor (operator_id, secret, made_at, confirmed_at, "
        "last_step) SELECT 2, :secret, made_at, confirmed_at, last_step "
        "FROM second_factor WHERE operator_id = 1",
        secret=factor,
    )

    assert [fault for fault in faults(context) if "Meera Sample signed in" in fault]


def test_an_approval_in_a_session_that_was_written_and_taken_away_is_named(
    context: Context, clock: FixedClock
) -> None:
    asha, _ = busy_workspace(context, clock)
    post = post_drafts.add_post(asha, draft(context, text="Another post"))
    clock.advance(sign_in.LASTS + timedelta(hours=1))
    write(
        context,
        "INSERT INTO operator_session (id, operator_id, token_hash, shell, os_user, "
        "known_by, opened_at, ends_at) SELECT 99, 2, :hash, :shell, os_user, "
        "'second_factor', opened_at, :until FROM operator_session WHERE id = 1",
        hash=codes.token_hash("a token"),
        shell=login_session.current(),
        until=clock.now() + timedelta(hours=1),
    )
    with db.reading(context.engine) as session:
        opened = store.open_session(session, clock.now(), token="a token")
        assert opened is not None
        actor = store.actor_of(session, opened, clock.now())

    own_posts.approve_posts(replace(context, actor=actor), [post.id or 0])
    write(context, "DELETE FROM operator_session WHERE id = 99")

    assert [fault for fault in faults(context) if "Meera Sample acted" in fault]


def test_a_plan_whose_approval_was_written_or_changed_is_named(
    context: Context, tmp_path: Path
) -> None:
    worlds.fill(context)
    city = agreed_plans.approved(acting(context, "lead"), tmp_path)
    approvals = [fault for fault in faults(city) if "counts as approved" in fault]
    assert approvals == []

    write(city, "UPDATE plan_approval SET content = 'another'")

    assert [fault for fault in faults(city) if "version 1 of the plan" in fault]


def test_first_operators_who_are_made_again_are_named(
    context: Context, clock: FixedClock
) -> None:
    busy_workspace(context, clock)
    for table in ("recovery_code", "second_factor", "operator_session", "role_grant"):
        write(context, f"DELETE FROM {table}")
    write(context, "DELETE FROM one_time_code")
    write(context, "DELETE FROM operator")
    for code in accounts.begin(context, ("Eve Sample", "Mallory Sample")):
        own_access.set_password(context, code.name, code.code, PASSWORD)

    named = [fault for fault in faults(context) if "first operator" in fault]
    assert len(named) == 2
