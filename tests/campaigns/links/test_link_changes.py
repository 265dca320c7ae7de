"""A link that people have leads elsewhere once a second person agrees."""

import pytest

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, TrackedLink
from socialcell.campaigns.publishing import store as posts
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.services.approvals import link_change_approvals
from socialcell.services.context import Context
from socialcell.services.links import qr_codes, tracked_links
from socialcell.services.makers import Maker
from tests.campaigns.links.link_requests import WEB, make_link
from tests.operators import acting

pytestmark = pytest.mark.fault("F35")

NEW = {"web": f"{WEB}/new"}


def clicked(context: Context, link: TrackedLink, kind: str = "human") -> None:
    day = context.clock.now().astimezone(IST).date()
    row = ClickDay(
        day=day, link_id=link.id or 0, kind=kind, trigger="qr", device="ios", n=1
    )
    with db.writing(context.engine) as session:
        session.add(row)


def printed(context: Context, link: TrackedLink) -> None:
    qr_codes.note_printed(context, link.code)


def posted(context: Context, link: TrackedLink, state: str = "posted") -> None:
    now = context.clock.now()
    post = OwnPost(
        key=f"of {link.code}",
        kind="post",
        platform="x",
        due_at=now,
        language="mr",
        text=f"पाहा https://go.pune.example/r/{link.code}",
        wards=[],
        state=state,
        made_by="asha",
        made_at=now,
    )
    with db.writing(context.engine) as session:
        assert posts.add(session, post)


def now_of(context: Context, link: TrackedLink) -> tuple[int, str]:
    current, _ = tracked_links.find_link(context, link.code)
    return current.version, current.web


@pytest.mark.parametrize("get_it_out", [clicked, printed, posted])
def test_a_link_that_people_have_waits_for_a_second_person(
    context: Context, get_it_out: object
) -> None:
    asha, meera = acting(context, "asha"), acting(context, "meera")
    link = make_link(asha)
    get_it_out(context, link)

    result = tracked_links.edit_link(asha, link.code, NEW, "the page has moved")
    assert (result.outcome, now_of(context, link)) == ("waiting", (1, WEB))
    with pytest.raises(UsageError, match="asha"):
        link_change_approvals.approve_change(asha, link.code)
    (change,) = link_change_approvals.list_waiting(meera)
    assert (change.fields, change.maker) == ({"web": (WEB, NEW["web"])}, Maker.ANOTHER)

    approved = link_change_approvals.approve_change(meera, link.code)

    assert (approved.outcome, now_of(context, link)) == ("updated", (2, NEW["web"]))
    assert link_change_approvals.list_waiting(meera) == []
    _, versions = tracked_links.find_link(context, link.code)
    assert (versions[-1].actor, versions[-1].reason) == ("asha", "the page has moved")
    with db.reading(context.engine) as session:
        (row,) = audit.entries_about(session, "link.approve", link.code)
    assert row.detail["made_by_operator"] == asha.actor.id
    with pytest.raises(SocialcellError, match="No change"):
        link_change_approvals.approve_change(meera, link.code)


@pytest.mark.parametrize("kind", ["preview", "crawler", "scanner", "internal"])
def test_a_link_that_programs_alone_have_seen_is_changed_at_once(
    context: Context, kind: str
) -> None:
    link = make_link(context)
    clicked(context, link, kind)
    posted(context, link, "draft")
    assert tracked_links.edit_link(context, link.code, NEW, "so").outcome == "updated"


def test_what_a_link_belongs_to_is_corrected_by_one_person(context: Context) -> None:
    link = make_link(context)
    clicked(context, link)
    result = tracked_links.edit_link(context, link.code, {"creator": "ravi"}, "hers")
    assert result.outcome == "updated"


@pytest.mark.parametrize("fields", [{"ios": ""}, {"expires": "2026-12-01"}, NEW])
def test_a_target_that_goes_and_a_last_day_need_a_second_person_too(
    context: Context, fields: dict[str, str]
) -> None:
    link = make_link(context)
    clicked(context, link)
    result = tracked_links.edit_link(context, link.code, dict(fields), "so")
    assert result.outcome == "waiting"


def test_nobody_approves_what_somebody_without_a_sign_in_asked_for(
    context: Context,
) -> None:
    link = make_link(context)
    clicked(context, link)
    tracked_links.edit_link(context, link.code, NEW, "so")
    with pytest.raises(SocialcellError, match="signed in"):
        link_change_approvals.approve_change(acting(context, "meera"), link.code)
    assert now_of(context, link) == (1, WEB)


def test_a_change_of_what_was_changed_since_is_asked_for_again(
    context: Context,
) -> None:
    asha, meera = acting(context, "asha"), acting(context, "meera")
    link = make_link(asha)
    clicked(context, link)
    tracked_links.edit_link(asha, link.code, NEW, "so")
    tracked_links.edit_link(asha, link.code, {"term": "kothrud"}, "an area")
    assert link_change_approvals.list_waiting(meera)[0].is_stale
    with pytest.raises(SocialcellError, match="was changed since"):
        link_change_approvals.approve_change(meera, link.code)
    assert now_of(context, link) == (2, WEB)

    link_change_approvals.withdraw_change(asha, link.code)
    tracked_links.edit_link(asha, link.code, {"web": f"{WEB}/a"}, "first")
    tracked_links.edit_link(asha, link.code, {"web": f"{WEB}/b"}, "second")
    (change,) = link_change_approvals.list_waiting(meera)
    assert change.reason == "second"
    link_change_approvals.approve_change(meera, link.code)
    assert now_of(context, link) == (3, f"{WEB}/b")


def test_a_trial_of_an_approval_changes_nothing(context: Context) -> None:
    asha, meera = acting(context, "asha"), acting(context, "meera")
    link = make_link(asha)
    clicked(context, link)
    tracked_links.edit_link(asha, link.code, NEW, "so")
    link_change_approvals.approve_change(meera, link.code, dry_run=True)
    assert now_of(context, link) == (1, WEB)
    assert len(link_change_approvals.list_waiting(meera)) == 1


def test_a_code_on_paper_is_noted_once_for_each_version(context: Context) -> None:
    link = make_link(context)
    for _ in range(2):
        printed(context, link)
    with db.reading(context.engine) as session:
        rows = audit.entries_about(session, "link.print", link.code)
    assert [row.detail for row in rows] == [{"version": 1}]


def test_a_change_to_a_look_alike_is_refused_before_it_waits(context: Context) -> None:
    link = make_link(context)
    clicked(context, link)
    with pytest.raises(UsageError, match="looks like"):
        tracked_links.edit_link(
            context, link.code, {"ios": "https://apps.appie.com/"}, "so"
        )
    assert link_change_approvals.list_waiting(context) == []
