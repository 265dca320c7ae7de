"""Who may approve a post, and what the audit log says of both persons."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity import store
from socialcell.identity.actor import os_account
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.publishing import own_posts
from tests.operators import acting
from tests.services.publishing.conftest import (
    Town,
    planned,
)
from tests.services.publishing.test_posting import row

pytestmark = pytest.mark.swept_on_postgresql


def test_nobody_approves_what_they_entered_themselves(town: Town) -> None:
    post = planned(town)

    with pytest.raises(UsageError, match="a second person"):
        own_posts.approve_posts(town.context, [post.id or 0])


def test_a_post_is_approved_only_by_who_signed_in_with_the_role(town: Town) -> None:
    post = planned(town)
    id_ = post.id or 0
    nobody = replace(town.context, actor=os_account())
    viewer = acting(town.context, "cell.viewer", Role.VIEWER)

    with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
        own_posts.approve_posts(nobody, [id_])
    with pytest.raises(SocialcellError, match=r"cell\.viewer has none of these"):
        own_posts.approve_posts(viewer, [id_])

    with db.reading(town.context.engine) as session:
        assert own_posts.require_post(session, id_).state == "draft"
    approver = acting(town.context, "cell.head", Role.APPROVER)
    (approved,) = own_posts.approve_posts(approver, [id_])
    assert approved.state == "approved"


def test_a_post_that_nobody_signed_in_entered_cannot_be_approved(
    town: Town, approve: Any
) -> None:
    unsigned = replace(town, context=replace(town.context, actor=os_account()))
    post = planned(unsigned)

    with pytest.raises(SocialcellError, match="Nobody who had signed in made post 1"):
        approve(post)


def test_a_post_of_one_ward_is_approved_by_who_has_the_role_there(town: Town) -> None:
    with db.writing(town.context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    here = planned(town, wards=["Kothrud-Bavdhan"])
    there = planned(town, text="पाणी उद्या येईल.")
    approver = acting(
        town.context, "ward.head", Role.APPROVER, scope="ward:kothrud-bavdhan"
    )

    with pytest.raises(SocialcellError, match="counts for ward:kothrud-bavdhan"):
        own_posts.approve_posts(approver, [there.id or 0])
    (approved,) = own_posts.approve_posts(approver, [here.id or 0])

    assert approved.state == "approved"


def test_both_persons_stand_in_the_audit_log(town: Town, approve: Any) -> None:
    approve(planned(town))

    with db.reading(town.context.engine) as session:
        approval, entry = (row for row in audit.entries(session, 2))
        lead = store.find_operator(session, "cell.lead")
        assert lead is not None
        assert (approval.action, approval.actor) == ("post.approve", "cell.lead")
        assert approval.operator_id == lead.id
    assert approval.detail["made_by_operator"] == entry.operator_id
    assert entry.operator_id == town.context.actor.id


def test_one_that_cannot_be_approved_leaves_the_others_as_they_were(
    town: Town, engine: Engine, approve: Any
) -> None:
    first, second = planned(town), planned(town, "facebook")
    approve(first)

    with pytest.raises(UsageError, match="no draft"):
        approve(second, first)

    assert row(engine, second.id).state == "draft"
