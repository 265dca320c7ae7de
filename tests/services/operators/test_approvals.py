"""Who may approve a post or a plan: somebody else, with the role, there and then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.identity.actor import Actor, unsigned
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.operators import accounts, own_access, sign_in
from socialcell.services.operators.accounts import RoleRequest
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.settings import Config
from tests.operator_accounts import (
    ASHA,
    MEERA,
    OTHER_PASSWORD,
    PASSWORD,
    RAVI,
    Person,
    add_operator,
    administrators,
    begin,
)

pytestmark = pytest.mark.swept_on_postgresql
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=IST)
SECOND = timedelta(seconds=1)


def refusal(act: Callable[[], object]) -> str | None:
    """The code of the error of an act; None: it was done."""
    try:
        act()
    except SocialcellError as error:
        return error.message.code
    return None


SERIALS = count(1)


def post_of(context: Context, *wards: str, **changes: Any) -> int:
    """A draft of the operator who acts, in words of its own."""
    draft = post_drafts.PostDraft(
        platform="x",
        due_at=context.clock.now() + timedelta(days=9),
        language="en",
        text=f"Water comes at six, part {next(SERIALS)}",
        wards=wards,
        **changes,
    )
    return post_drafts.add_post(context, draft).id or 0


def approve(context: Context, post: int) -> str | None:
    return refusal(lambda: own_posts.approve_posts(context, [post]))


def configured(context: Context, **sections: Any) -> Context:
    """The same with sections of config.yaml as its owner wrote them."""
    settings = Config.model_validate(sections)
    return replace(context, workspace=Workspace(context.workspace.folder, settings))


def test_the_maker_is_refused_and_a_second_operator_is_not(context: Context) -> None:
    asha, meera = administrators(context)
    post = post_of(asha)

    assert approve(asha, post) == "operators.own_work"
    again = replace(asha, actor=replace(asha.actor, name=MEERA))
    assert approve(again, post) == "operators.own_work"
    assert approve(meera, post) is None


@pytest.mark.parametrize(
    "sections",
    [
        {"operators": {"second_factor_roles": []}},
        {"approvals": {"trust_names": True}},
        {"influencers": {"approvers": [ASHA]}},
    ],
    ids=["no second factor", "an old section", "named as approver"],
)
def test_no_setting_lets_the_maker_approve(
    context: Context, sections: dict[str, Any]
) -> None:
    asha, _ = begin(context)
    acting = configured(asha.sign_in(context), **sections)

    assert approve(acting, post_of(acting)) == "operators.own_work"


def test_who_has_not_signed_in_approves_nothing_and_what_they_made_stays_a_draft(
    context: Context,
) -> None:
    asha, _ = begin(context)
    acting = asha.sign_in(context)

    assert approve(context, post_of(acting)) == "operators.not_signed_in"
    assert approve(acting, post_of(context)) == "operators.maker_unknown"
    named = replace(context, actor=unsigned(MEERA))
    assert approve(acting, post_of(named)) == "operators.maker_unknown"


def test_an_actor_whose_session_is_another_ones_is_refused(context: Context) -> None:
    asha, meera = begin(context)
    acting, other = asha.sign_in(context), meera.sign_in(context)
    post = post_of(acting)
    stolen = Actor(
        other.actor.id, MEERA, known_by="password", session_id=acting.actor.session_id
    )

    assert approve(replace(context, actor=stolen), post) == "operators.session_over"
    absent = replace(stolen, session_id=9999)
    assert approve(replace(context, actor=absent), post) == "operators.session_over"


def test_an_operator_whom_the_maker_added_alone_does_not_exist_yet(
    context: Context,
) -> None:
    asha, _ = administrators(context)
    post = post_of(asha)
    half = accounts.add(asha, RAVI, (RoleRequest(Role.APPROVER),))

    assert refusal(lambda: accounts.confirm(asha, RAVI)) == "operators.own_proposal"
    for code in (half.code, half.code + half.code):
        outcome = refusal(
            partial(own_access.set_password, context, RAVI, code, PASSWORD)
        )
        assert outcome == "operators.wrong_sign_in"
    outcome = refusal(lambda: Person(RAVI).sign_in(context))
    assert outcome == "operators.wrong_sign_in"
    assert own_posts.list_drafts(context) == [post]


def test_a_proposal_that_is_made_anew_is_still_the_proposers(context: Context) -> None:
    asha, meera = administrators(context)
    accounts.add(asha, RAVI, (RoleRequest(Role.APPROVER),))
    accounts.reset(asha, RAVI)
    accounts.grant(asha, RAVI, RoleRequest(Role.LEAD))

    assert refusal(lambda: accounts.confirm(asha, RAVI)) == "operators.own_proposal"
    accounts.grant(meera, RAVI, RoleRequest(Role.AUDITOR))
    assert refusal(lambda: accounts.confirm(asha, RAVI)) == "operators.own_proposal"


def test_nobody_confirms_a_role_of_their_own(context: Context) -> None:
    asha, meera = administrators(context)
    accounts.grant(meera, ASHA, RoleRequest(Role.AUDITOR))

    assert refusal(lambda: accounts.confirm(asha, ASHA)) == "operators.confirm_oneself"
    assert refusal(lambda: accounts.confirm(meera, ASHA)) == "operators.own_proposal"


def test_an_administrator_without_an_authenticator_proposes_nothing(
    context: Context,
) -> None:
    asha, _ = begin(context)
    acting = asha.sign_in(context)

    outcome = refusal(lambda: accounts.add(acting, RAVI))

    assert outcome == "operators.second_factor_needed"


def test_the_maker_who_resets_the_others_password_does_not_sign_in_as_the_other(
    context: Context,
) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI, RoleRequest(Role.APPROVER))

    # Without an authenticator: half a code, which another administrator completes.
    half = accounts.reset(asha, RAVI)
    assert half.is_half
    assert refusal(lambda: accounts.confirm(asha, RAVI)) == "operators.own_proposal"
    assert set_with(context, RAVI, half.code) == "operators.wrong_sign_in"
    assert refusal(lambda: ravi.sign_in(context)) is None  # nothing has changed yet

    # With one: the whole code, which is not enough.
    whole = accounts.reset(asha, MEERA)
    assert not whole.is_half
    assert set_with(context, MEERA, whole.code) == "operators.code_needed"
    assert set_with(context, MEERA, whole.code, "000000") == "operators.wrong_sign_in"


def test_the_maker_who_says_that_the_others_authenticator_is_lost_has_half_a_code(
    context: Context,
) -> None:
    asha, _ = administrators(context)
    whole = accounts.reset(asha, MEERA)
    half = accounts.reset(asha, MEERA, drop_factor=True)

    assert half.is_half
    assert refusal(lambda: accounts.confirm(asha, MEERA)) == "operators.own_proposal"
    for code in (whole.code, half.code, half.code * 2):
        assert set_with(context, MEERA, code) == "operators.wrong_sign_in"


def set_with(
    context: Context, name: str, code: str, factor: str | None = None
) -> str | None:
    return refusal(
        lambda: own_access.set_password(context, name, code, OTHER_PASSWORD, factor)
    )


def test_a_role_that_ends_at_noon_has_ended_at_noon(
    context: Context, clock: FixedClock
) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI, RoleRequest(Role.APPROVER, ends_at=NOON))
    first, second = post_of(asha), post_of(asha)
    clock.set(NOON - timedelta(hours=2))
    acting = ravi.sign_in(context)

    clock.set(NOON - SECOND)
    assert approve(acting, first) is None
    for moment in (NOON, NOON + SECOND):
        clock.set(moment)
        assert approve(acting, second) == "operators.no_role"
        assert approve(ravi.sign_in(context), second) == "operators.no_role"


def test_a_role_counts_from_its_first_moment_on(
    context: Context, clock: FixedClock
) -> None:
    asha, meera = administrators(context)
    request = RoleRequest(Role.APPROVER, starts_at=NOON)
    ravi = add_operator(asha, meera, RAVI, request)
    post = post_of(asha)
    clock.set(NOON - SECOND)
    acting = ravi.sign_in(context)

    assert approve(acting, post) == "operators.no_role"
    clock.set(NOON)
    assert approve(acting, post) is None


@pytest.mark.parametrize("how", ["revoked", "disabled", "ended"])
def test_an_open_session_has_no_role_that_was_taken_away(
    context: Context, how: str
) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI, RoleRequest(Role.APPROVER))
    post, acting = post_of(asha), ravi.sign_in(context)

    if how == "revoked":
        accounts.revoke(asha, RAVI, Role.APPROVER)
    elif how == "disabled":
        accounts.disable(asha, RAVI)
    else:
        accounts.end(asha, RAVI)

    expected = "operators.no_role" if how == "revoked" else "operators.session_over"
    assert approve(acting, post) == expected


def test_a_role_that_nobody_confirmed_counts_nothing(context: Context) -> None:
    asha, meera = administrators(context)
    ravi = add_operator(asha, meera, RAVI)
    accounts.grant(meera, RAVI, RoleRequest(Role.LEAD))

    assert approve(ravi.sign_in(context), post_of(asha)) == "operators.no_role"


def test_a_role_for_a_ward_approves_posts_of_that_ward_alone(context: Context) -> None:
    asha, meera = administrators(context)
    with db.writing(context.engine) as session:
        areas.replace(session, area_table.read_areas())
    first, second = "ward:kothrud-bavdhan", "ward:aundh-baner"
    ravi = add_operator(asha, meera, RAVI, RoleRequest(Role.APPROVER, first))
    acting = ravi.sign_in(context)

    outcomes = [
        approve(acting, post_of(asha, *wards))
        for wards in ((first,), (second,), (), (first, second))
    ]

    other = "operators.other_scope"
    assert outcomes == [None, other, other, other]


def test_one_post_that_may_not_be_approved_keeps_the_others_of_the_call_back(
    context: Context,
) -> None:
    asha, meera = administrators(context)
    own, others = post_of(meera), post_of(asha)

    outcome = refusal(lambda: own_posts.approve_posts(meera, [others, own]))

    assert outcome == "operators.own_work"
    assert own_posts.list_drafts(context) == [own, others]


def test_who_marks_a_post_as_safety_does_not_approve_it(context: Context) -> None:
    asha, meera = administrators(context)
    post = post_of(asha, kind="notice", key="notice.1")
    assert post_of(meera, kind="notice", key="notice.1", safety=True) == post

    assert approve(meera, post) == "operators.own_work"


def test_the_end_of_a_session_is_the_end_of_approving(
    context: Context, clock: FixedClock
) -> None:
    asha, meera = administrators(context)
    post = post_of(asha)
    clock.advance(sign_in.LASTS - SECOND)
    later = post_of(asha)

    assert approve(meera, post) is None
    clock.advance(SECOND)
    assert approve(meera, later) == "operators.session_over"
