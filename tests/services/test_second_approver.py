"""Who counts as a second person, and what the audit log keeps of both."""

from dataclasses import replace

import pytest

from socialcell import db
from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.ops import audit
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.doctor.settings_checks import persons
from socialcell.settings import Approvals
from tests.builders import NOON


def trusting(context: Context) -> Context:
    config = context.workspace.config.model_copy(
        update={"approvals": Approvals(trust_names=True)}
    )
    return replace(context, workspace=Workspace(context.workspace.folder, config))


@pytest.mark.parametrize(
    ("second", "same"), [("asha", True), (" ASHA ", True), ("asha r", False)]
)
def test_a_name_is_the_same_in_any_case(second: str, same: bool) -> None:
    assert second_approver.same_name("Asha", second) is same


def test_one_os_user_is_one_person_unless_names_are_trusted(context: Context) -> None:
    mine = audit.os_user()

    with pytest.raises(SocialcellError) as error:
        second_approver.require_two(context, mine, "Post 4")

    assert error.value.exit_code == 1
    assert str(error.value).startswith(
        f"Post 4 was entered under the operating "
        f"system's user {mine}, and so is this approval"
    )
    assert "approvals.trust_names: true" in str(error.value)
    assert second_approver.require_two(trusting(context), mine, "Post 4") == {
        "made_os_user": mine,
        "trust_names": True,
    }


@pytest.mark.parametrize("first", ["another", None])
def test_another_os_user_or_one_that_was_not_noted_yet_stands_in_the_row(
    context: Context, first: str | None
) -> None:
    assert second_approver.require_two(context, first, "Post 4") == {
        "made_os_user": first
    }


def test_the_newest_row_of_an_action_says_who_entered_a_thing(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing(context.engine) as session:
        for uid, action, version in (
            *((4_000_001, "campaign.plan", 1), (4_000_002, "campaign.plan", 2)),
            *((4_000_003, "campaign.plan.note", 2), (4_000_004, "campaign.plan", 3)),
        ):
            monkeypatch.setattr("os.getuid", lambda uid=uid: uid)
            detail = {"version": version}
            audit.append(session, "asha", action, "monsoon26", detail, NOON)

    with db.reading(context.engine) as session:
        users = [
            second_approver.os_user_of(
                session, "campaign.plan", "monsoon26", {"version": version}
            )
            for version in (1, 2, 4)
        ]
        newest = second_approver.os_user_of(session, "campaign.plan", "monsoon26")

    assert users == ["uid 4000001", "uid 4000002", None]
    assert newest == "uid 4000004"


def test_the_doctor_warns_where_names_are_trusted(context: Context) -> None:
    assert persons(context.workspace).state == "ok"
    assert persons(trusting(context).workspace).state == "warning"
