"""An officer leaves: access ends in one step, and open work passes to a colleague."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.desk.model import CaseLease, DeskCase
from socialcell.desk.store import cases
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity import token_store
from socialcell.identity.model import ApiToken, Operator
from socialcell.listening.alerts.model import Incident, Promise
from socialcell.ops import audit
from socialcell.roles import Role, TokenScope
from socialcell.services.context import Context
from socialcell.services.desk import case_triage
from socialcell.services.handover import officer_handover
from socialcell.services.handover.officer_handover import HandOver, ScopedRole
from socialcell.services.operators import api_tokens, record_check
from tests.desk_builders import make_case, make_contact, make_message
from tests.inside import socialcell
from tests.operators import acting, operator, sign_in_shell

pytestmark = pytest.mark.swept_on_postgresql

RAVI, ASHA = "Ravi Sample", "Asha Sample"
WARD = "ward:kothrud-bavdhan"
ADMIN = ScopedRole("admin", "all")


@dataclass(frozen=True)
class Cell:
    """Ravi with open work, Asha his colleague, and an administrator who acts."""

    context: Context  # Meera, an administrator, has signed in
    ravi: Context
    asha: Context
    open_case: str
    others: str


@pytest.fixture
def cell(context: Context) -> Cell:
    ravi = acting(context, RAVI, Role.OPERATOR, Role.ADMIN)
    asha = acting(context, ASHA, Role.OPERATOR)
    meera = acting(context, "Meera Sample", Role.ADMIN)
    operator(context, "Sita Sample", Role.ADMIN)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        for row in session.scalars(select(Operator)):
            row.password_hash = "set"  # who has none cannot be counted on
        own = make_case(session, now, assignee=ravi.actor.id, state="in_progress")
        closed = make_case(session, now, assignee=ravi.actor.id, state="dropped")
        other = make_case(session, now, assignee=asha.actor.id, state="in_progress")
        contact = make_contact(session, own)
        answer = {"direction": "out", "state": "waiting", "answer_key": "k1"}
        make_message(session, own, contact, "At six.", made_by=RAVI, **answer)
        session.add(
            CaseLease(
                case_id=own.id or 0,
                holder=ravi.actor.id or 0,
                since=now,
                until=now + timedelta(minutes=5),
            )
        )
        promise: dict[str, Any] = {"due_at": now, "made_at": now}
        session.add(Promise(text="Bridge", made_by=RAVI, **promise))
        session.add(Promise(text="Tanker", made_by=ASHA, **promise))
        session.add(
            Incident(
                kind="spike",
                subject="topic:water",
                severity="high",
                state="acked",
                opened_at=now,
                last_at=now,
                acked_by=RAVI,
                acked_at=now,
            )
        )
        for maker in (RAVI, ASHA):
            session.add(
                OwnPost(
                    key=maker,
                    kind="post",
                    platform="x",
                    due_at=now,
                    language="en",
                    text="Water tomorrow",
                    wards=[],
                    state="draft",
                    made_by=maker,
                    made_at=now,
                )
            )
        numbers = own.number, other.number, closed.number
    return Cell(meera, ravi, asha, numbers[0], numbers[1])


def hand_over(cell: Cell, **how: Any) -> HandOver:
    return officer_handover.hand_over(cell.context, RAVI, ASHA, **how)


def case_of(cell: Cell, number: str) -> DeskCase:
    with db.reading(cell.context.engine) as session:
        case = cases.find_case(session, number)
        session.expunge(case)
        return case


def test_open_work_passes_to_the_colleague_and_what_waits_is_listed(
    cell: Cell,
) -> None:
    done = hand_over(cell)

    assert done.cases == (cell.open_case,)
    assert case_of(cell, cell.open_case).assignee == cell.asha.actor.id
    assert case_of(cell, cell.others).assignee == cell.asha.actor.id
    assert done.answers == (f"{cell.open_case} k1",)
    assert (len(done.posts), len(done.promises), done.incidents) == (1, 1, (1,))
    with db.reading(cell.context.engine) as session:
        assert session.get_one(Incident, 1).acked_by == ASHA
        assert session.scalars(select(CaseLease)).all() == []
        drafts = set(session.scalars(select(OwnPost.made_by)))
    assert drafts == {RAVI, ASHA}  # who made a draft is not rewritten


def test_the_officer_can_do_nothing_from_that_moment_on(cell: Cell) -> None:
    done = hand_over(cell)

    assert done.roles == (ADMIN, ScopedRole("operator", "all"))
    assert done.sessions == 1
    assert done.lacking == (ADMIN,)
    with pytest.raises((NeedsAPerson, SocialcellError)):
        case_triage.assign(cell.ravi, cell.open_case, to=RAVI)
    with pytest.raises((NeedsAPerson, SocialcellError)):
        officer_handover.hand_over(cell.ravi, ASHA, "Meera Sample")


def test_tokens_are_renewed_with_the_same_rights_and_the_log_explains_them(
    cell: Cell,
) -> None:
    end = cell.context.clock.now() + timedelta(days=30)
    scopes = [TokenScope.FIGURES, TokenScope.CASES]
    made = api_tokens.make_token(cell.ravi, "dashboard", scopes, end)

    (renewed,) = hand_over(cell).tokens

    assert (renewed.name, renewed.ends_at) == ("dashboard 2", end)
    assert set(renewed.scopes) == {scope.value for scope in scopes}
    now = cell.context.clock.now()
    with db.reading(cell.context.engine) as session:
        assert token_store.usable_token(session, made.token, now) is None
        usable = token_store.usable_token(session, renewed.token, now)
        assert isinstance(usable, ApiToken)
        faults = [str(fault.reason) for fault in record_check.find_faults(session)]
    assert not [fault for fault in faults if "dashboard" in fault]


def test_a_dry_run_says_the_same_and_changes_nothing(cell: Cell) -> None:
    planned = hand_over(cell, dry_run=True)

    assert case_of(cell, cell.open_case).assignee == cell.ravi.actor.id
    with db.reading(cell.context.engine) as session:
        assert not [
            row for row in audit.entries(session, 99) if "hand_over" in row.action
        ]
    done = hand_over(cell)
    assert (done.cases, done.roles, done.promises) == (
        planned.cases,
        planned.roles,
        planned.promises,
    )


def test_the_command_names_roles_with_where_they_count(cell: Cell) -> None:
    sign_in_shell(cell.context, "Meera Sample", Role.ADMIN)
    config = cell.context.workspace.folder / "config.yaml"
    words = ("operators", "hand-over", RAVI, "--to", ASHA, "--dry-run")

    shown = socialcell("--config", config, *words)
    document = json.loads(socialcell("--config", config, *words, "--json").stdout)

    assert "admin (all), operator (all)" in shown.stdout
    assert document["hand_over"]["roles"] == ["admin (all)", "operator (all)"]
    assert document["hand_over"]["lacking"] == ["admin (all)"]


def test_a_case_on_which_the_colleague_may_not_work_is_nobodys(
    context: Context, cell: Cell
) -> None:
    operator(context, "Bela Sample", Role.OPERATOR, scope="ward:aundh-baner")

    done = officer_handover.hand_over(cell.context, RAVI, "Bela Sample")

    assert (done.cases, done.unassigned) == ((), (cell.open_case,))
    assert case_of(cell, cell.open_case).assignee is None


def test_two_administrators_must_stay(context: Context) -> None:
    meera = acting(context, "Meera Sample", Role.ADMIN)
    operator(context, RAVI, Role.ADMIN)
    operator(context, ASHA, Role.OPERATOR)

    with pytest.raises(SocialcellError, match="administrators"):
        officer_handover.hand_over(meera, RAVI, ASHA)


def test_only_an_administrator_hands_over_and_to_somebody_else(cell: Cell) -> None:
    with pytest.raises(SocialcellError, match="role"):
        officer_handover.hand_over(cell.asha, RAVI, ASHA)
    with pytest.raises(UsageError, match="name a colleague"):
        officer_handover.hand_over(cell.context, RAVI, RAVI)


def test_shared_secrets_that_the_officer_could_read_are_named(cell: Cell) -> None:
    done = hand_over(cell)

    assert "x_bearer" in done.secrets
    assert "person_key" not in done.secrets


def test_the_audit_log_says_who_handed_over_what(cell: Cell) -> None:
    hand_over(cell)

    with db.reading(cell.context.engine) as session:
        (entry,) = [
            row for row in audit.entries(session, 99) if "hand_over" in row.action
        ]
        assert audit.verify(session).ok
    assert entry.actor == "Meera Sample"
    assert entry.detail["cases"] == [cell.open_case]
    assert (entry.detail["name"], entry.detail["to"]) == (RAVI, ASHA)
