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
from socialcell.services.planning import content_calendar
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
    post = planned(unsigned(town))

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


def unsigned(town: Town) -> Town:
    """The same town where nobody has signed in."""
    return replace(town, context=replace(town.context, actor=os_account()))


@pytest.mark.parametrize("key", ["river", None])
def test_a_post_made_before_the_sign_in_is_of_who_makes_it_again(
    town: Town, engine: Engine, key: str | None
) -> None:
    same = {"key": key} if key else {}
    first = planned(unsigned(town), **same)

    again = planned(town, **same)

    assert (again.id, again.made_by) == (first.id, "cell.writer")
    with pytest.raises(UsageError, match="a second person"):
        own_posts.approve_posts(town.context, [first.id or 0])
    lead = acting(town.context, "cell.lead")
    own_posts.approve_posts(lead, [first.id or 0])
    with db.reading(engine) as session:
        approval, taken = audit.entries(session, 2)
    assert (taken.action, taken.detail["made_by"]) == ("post.take_over", first.made_by)
    assert approval.detail["made_by_operator"] == town.context.actor.id


def test_a_post_of_somebody_who_signed_in_stays_theirs(town: Town) -> None:
    planned(town, key="river")
    lead = replace(town, context=acting(town.context, "cell.lead"))

    again = (planned(lead, key="river"), planned(unsigned(town), key="river"))

    assert [post.made_by for post in again] == ["cell.writer", "cell.writer"]


def test_a_list_asks_for_a_sign_in_before_it_asks_for_an_approval(town: Town) -> None:
    planned(unsigned(town))
    planned(town, text="Signed")

    first, second = content_calendar.list_pending(town.context)

    (words, *_), (signed, *_) = first["why_not"], second["why_not"]
    assert "make it again" in words
    assert "posts approve" not in words
    assert "posts approve 2" in signed


def test_a_notice_that_was_withdrawn_is_made_anew_and_other_posts_are_not(
    town: Town, approve: Any
) -> None:
    notice = planned(town, kind="notice", key="river")
    post = planned(town, key="row.1", text="Of a plan")
    for one in (notice, post):
        own_posts.withdraw_post(town.context, one.id or 0, "not yet")

    anew = planned(town, kind="notice", key="river")
    same = planned(town, key="row.1", text="Of a plan")

    assert (anew.state, same.state) == ("draft", "withdrawn")
    assert (anew.id, same.id) == (3, post.id)
    approve(anew)
