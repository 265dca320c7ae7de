"""Who counts as a second person, and what the audit log keeps of both."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from socialcell import db
from socialcell.config import Workspace
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import Actor, os_account
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.roles import Role
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.doctor.settings_checks import persons
from socialcell.services.second_approver import ApprovalPersons
from tests.builders import NOON
from tests.operators import acting, operator

POST = Message("operators.post", {"id": 4})
WARD = "ward:kothrud-bavdhan"


def entered(
    context: Context,
    actor: Actor,
    action: str = "post.add",
    detail: Mapping[str, JsonValue] | None = None,
) -> None:
    """Note in the log that somebody made post 4."""
    with db.writing(context.engine) as session:
        audit.append(session, actor, action, "4", detail or {}, NOON)


def making(
    context: Context,
    *actions: str,
    detail: Mapping[str, JsonValue] | None = None,
) -> AuditRecord | None:
    with db.reading(context.engine) as session:
        return second_approver.making_of(session, actions or ("post.add",), "4", detail)


def approval(context: Context, *places: str) -> ApprovalPersons:
    """What becomes of an approval of post 4, which concerns these wards."""
    row = making(context)
    with db.reading(context.engine) as session:
        return second_approver.require_second(context, session, row, POST, places)


def test_another_operator_approves_and_the_maker_is_noted(context: Context) -> None:
    asha = operator(context, "asha")
    entered(context, asha)

    assert approval(acting(context, "meera")) == {"made_by_operator": asha.id}


def test_whoever_made_it_is_no_second_person_in_another_session_or_name(
    context: Context,
) -> None:
    asha = acting(context, "asha")
    entered(context, asha.actor)

    with pytest.raises(UsageError, match="asha made post 4: a second person") as error:
        approval(asha)
    with pytest.raises(UsageError, match="a second person approves it"):
        approval(replace(asha, actor=replace(asha.actor, name="meera")))

    assert error.value.exit_code == 2


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_nobody_signed_in_made_cannot_be_approved(
    context: Context, is_noted: bool
) -> None:
    if is_noted:
        entered(context, os_account())

    with pytest.raises(SocialcellError, match="Nobody who had signed in made post 4"):
        approval(acting(context, "meera"))


def test_the_account_of_the_system_is_no_second_person(context: Context) -> None:
    entered(context, operator(context, "asha"))

    with pytest.raises(NeedsAPerson, match="Nobody has signed in here") as error:
        approval(replace(context, actor=os_account()))

    assert error.value.exit_code == 4


@pytest.mark.parametrize("role", sorted({*Role} - {Role.APPROVER, Role.LEAD}))
def test_without_the_role_nobody_approves(context: Context, role: Role) -> None:
    entered(context, operator(context, "asha"))

    with pytest.raises(SocialcellError, match="meera has none of these roles now"):
        approval(acting(context, "meera", role))


def test_a_role_for_one_ward_counts_for_what_concerns_that_ward_alone(
    context: Context,
) -> None:
    asha = operator(context, "asha")
    entered(context, asha)
    meera = acting(context, "meera", Role.APPROVER, scope=WARD)

    assert approval(meera, WARD) == {"made_by_operator": asha.id}
    for places in ((), ("ward:aundh-baner",), (WARD, "ward:aundh-baner")):
        with pytest.raises(SocialcellError, match=f"counts for {WARD}"):
            approval(meera, *places)


def test_the_newest_row_of_these_actions_says_who_made_it(context: Context) -> None:
    names = ("asha", "meera", "ravi", "sana")
    asha, meera, ravi, sana = (operator(context, name) for name in names)
    for actor, action, version in (
        *((asha, "plan", 1), (meera, "plan", 2)),
        *((ravi, "plan.note", 2), (sana, "plan", 3)),
    ):
        entered(context, actor, action, {"version": version, "lang": "mr"})

    makers = []
    for version in (1, 2, 4):
        row = making(context, "plan", detail={"version": version})
        makers.append(None if row is None else row.operator_id)
    assert makers == [asha.id, meera.id, None]
    newest = making(context, "plan")
    assert newest is not None
    assert newest.operator_id == sana.id
    entered(context, ravi, "plan.safety")
    marked = making(context, "plan", "plan.safety")
    assert marked is not None
    assert marked.operator_id == ravi.id


def test_the_doctor_warns_of_a_section_that_is_not_read_any_more(
    context: Context,
) -> None:
    section = {"trust_names": True}
    config = context.workspace.config.model_copy(update={"approvals": section})
    workspace = Workspace(context.workspace.folder, config)

    assert persons(context.workspace).state == "ok"
    assert persons(workspace).state == "warning"
