"""Approvals in the browser: what waits, who may say yes, and what is sent back."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select, update

from socialcell import db
from socialcell.campaigns.outreach.model import PlanApproval
from socialcell.campaigns.planning.model import PlanTag
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.listening.areas import area_table
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.ops.model import AuditEntry, Source
from socialcell.ops.webhook_model import TemplateDelivery
from socialcell.roles import Role
from socialcell.services.approvals import waiting_posts
from socialcell.services.context import Context
from socialcell.services.messaging import reply_drafts, template_doubts
from socialcell.services.messaging.reply_sending import ReplyRecipient
from socialcell.services.messaging.sending_times import SENDING
from socialcell.services.outbox import outbox_mode
from socialcell.services.publishing import notices, own_posts, post_drafts
from socialcell.services.publishing.notices import NoticeRequest
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.web.console import console_server
from tests.builders import make_author, make_record, store_records
from tests.campaigns.planning import agreed_plans, worlds
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql

WORDS = "बुधवारी पाणीपुरवठा बंद राहील <b>.</b>"
TOMORROW = datetime(2026, 11, 24, 10, 0, tzinfo=IST)
PLAN = f"/approvals/plans/{agreed_plans.NAME}"
CAMPAIGN = f"/en/campaigns/{agreed_plans.NAME}/plan"


def drafted(context: Context, by: str = "ravi", **changes: object) -> int:
    """A draft that this operator enters; its number."""
    given = {"platform": "x", "due_at": TOMORROW, "language": "mr", "text": WORDS}
    draft = PostDraft(**(given | changes))
    return post_drafts.add_post(acting(context, by), draft).id or 0


def post(context: Context, id_: int) -> OwnPost:
    with db.reading(context.engine) as session:
        row = session.get_one(OwnPost, id_)
        session.expunge(row)
    return row


def audited(context: Context, action: str) -> list[AuditEntry]:
    with db.reading(context.engine) as session:
        rows = list(session.exec(select(AuditEntry).where(AuditEntry.action == action)))
        session.expunge_all()
    return rows


def test_where_nothing_waits_the_page_says_so(
    context: Context, browser: BrowserSession
) -> None:
    page = signed_in(browser, context, "meera").get("/en/approvals")

    assert page.status == 200
    assert "Nothing waits for a second person." in page.text


def test_a_post_stands_as_it_will_stand_and_goes_out_with_a_second_yes(
    context: Context, browser: BrowserSession
) -> None:
    id_ = drafted(context)
    signed_in(browser, context, "meera")

    page = browser.get("/en/approvals")
    done = browser.send(page, f"/approvals/posts/{id_}/approve")

    assert WORDS in page.text
    assert "<b>.</b>" not in page.html
    assert "X is not set up for posting" in page.text
    assert "Approved, but it cannot go out yet: X is not set up" in done.text
    row = post(context, id_)
    assert (row.state, row.decided_by) == ("approved", "meera")
    assert audited(context, "post.approve")[0].actor == "meera"


def test_ones_own_draft_has_no_button_and_is_refused_all_the_same(
    context: Context, browser: BrowserSession
) -> None:
    id_ = drafted(context, by="meera")
    others = drafted(context, text="उद्यान उद्या खुले आहे.")
    signed_in(browser, context, "meera")

    page = browser.get("/en/approvals")
    own = page.html.partition(f"/approvals/posts/{id_}")[2].partition("data-row")[0]
    form = page.form(f"/approvals/posts/{others}/approve")
    tried = browser.post(f"/en/approvals/posts/{id_}/approve", form.fields)

    assert "You wrote this yourself" in own
    assert "/approve" not in own
    assert (tried.status, post(context, id_).state) == (422, "draft")
    assert "a second person approves it" in tried.text


def test_all_posts_of_a_notice_are_approved_at_once_and_no_other(
    context: Context, browser: BrowserSession
) -> None:
    given = {
        "places": ["Ekta Nagari"],
        "reason": ["discharge"],
        "shelter": ["Fergusson College"],
        "contact": ["1077"],
    }
    request = NoticeRequest("evacuation", ("x", "telegram"), given)
    made = notices.create_notice(acting(context, "ravi"), request)
    other = drafted(context)
    signed_in(browser, context, "meera", Role.APPROVER)

    page = browser.get("/en/approvals")
    done = browser.send(page, "/approvals/posts/notice")

    assert page.text.count("Approve all 6 posts of this notice") == 1
    assert "6 posts are approved." in done.text
    assert {post(context, p.id or 0).state for p in made.posts} == {"approved"}
    assert post(context, other).state == "draft"


def test_a_draft_of_nobody_who_had_signed_in_cannot_be_approved(
    context: Context, browser: BrowserSession
) -> None:
    draft = PostDraft("x", TOMORROW, "mr", WORDS)
    id_ = post_drafts.add_post(context, draft).id

    page = signed_in(browser, context, "meera").get("/en/approvals")

    assert "Nobody who had signed in wrote this" in page.text
    assert f"/approvals/posts/{id_}/approve" not in page.html


def test_a_draft_is_sent_back_with_a_reason_which_is_kept(
    context: Context, browser: BrowserSession
) -> None:
    id_ = drafted(context)
    page = signed_in(browser, context, "meera").get(f"/en/approvals/posts/{id_}")

    refused = browser.send(page, f"/approvals/posts/{id_}/return", reason=" no ")
    done = browser.send(
        refused, f"/approvals/posts/{id_}/return", reason="Name the ward"
    )

    assert refused.status == 422
    assert "At least 5 characters." in refused.text
    assert "Sent back." in done.text
    assert post(context, id_).state == "withdrawn"
    assert audited(context, "post.withdraw")[0].detail == {"reason": "Name the ward"}
    assert browser.get(f"/en/approvals/posts/{id_}").status == 404


def test_a_post_that_a_colleague_approved_is_not_sent_back_and_it_is_said_why(
    context: Context, browser: BrowserSession
) -> None:
    id_ = drafted(context)
    page = signed_in(browser, context, "meera").get(f"/en/approvals/posts/{id_}")
    own_posts.approve_posts(acting(context, "asha"), [id_])

    late = browser.send(page, f"/approvals/posts/{id_}/return", reason="Name the ward")

    assert late.status == 422
    assert f"Post {id_} is no draft any more. Its state: Approved" in late.text
    assert post(context, id_).state == "approved"


def test_a_post_that_cannot_go_out_says_so_from_its_writing_on(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi")
    form = browser.get("/en/posts/new")
    given = {
        "platform": "x",
        "language": "mr",
        "text": "कोथरूड",
        "at": "2026-11-24T10:00",
    }
    written = browser.send(form, "/posts/new", **given)
    id_ = int(written.path.split("?")[0].rsplit("/", 1)[1])
    own_posts.approve_posts(acting(context, "meera"), [id_])
    approved = browser.get(f"/en/posts/{id_}")

    assert "A second person approves it. X is not set up" in written.text
    assert "X is not set up for posting" in approved.text
    assert "Approved, and cannot go out yet" in approved.text
    assert "goes out at its time" not in approved.text


def test_what_holds_a_post_is_said_before_it_is_approved_and_after(
    context: Context, browser: BrowserSession
) -> None:
    id_ = drafted(context)
    outbox_mode.set_mode(acting(context, "lead"), "mourning", "a day of mourning")
    signed_in(browser, context, "meera")

    page = browser.get("/en/approvals")
    done = browser.send(page, f"/approvals/posts/{id_}/approve")

    assert "The switch of the outbox is set to mourning" in page.text
    assert "Approved, and held for now. The switch of the outbox holds it." in done.text


def test_an_approver_of_a_ward_office_sees_and_decides_on_posts_for_it_alone(
    context: Context, browser: BrowserSession
) -> None:
    with db.writing(context.engine) as session:
        area_store.replace(session, area_table.read_areas())
    here = drafted(context, wards=["Kothrud-Bavdhan"])
    there = drafted(context, wards=["Aundh-Baner"], text="औंध भागासाठी सूचना")
    city = drafted(context, text="संपूर्ण शहरासाठी सूचना")
    with db.reading(context.engine) as session:
        scope = session.get_one(OwnPost, here).wards[0]
    signed_in(browser, context, "ward lead", Role.APPROVER, scope=scope)

    page = browser.get("/en/approvals")

    shown = [n for n in (here, there, city) if f"/approvals/posts/{n}" in page.html]
    assert shown == [here]
    assert browser.get(f"/en/approvals/posts/{there}").status == 404
    form = page.form(f"/approvals/posts/{here}/approve")
    returned = browser.post(
        f"/en/approvals/posts/{city}/return", {**form.fields, "reason": "not here"}
    )
    assert f"There is no post {city}." in returned.text
    assert post(context, city).state == "draft"
    assert browser.send(page, f"/approvals/posts/{here}/approve").status == 200
    assert post(context, here).state == "approved"


def test_whoever_may_only_draft_does_not_see_what_waits(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "operator", Role.OPERATOR)

    assert browser.get("/en/approvals").status == 403


def test_a_post_that_is_too_late_or_in_an_election_says_so(context: Context) -> None:
    drafted(context)
    late = context.clock.now() + timedelta(days=3)
    context.clock.set(late)

    (waiting,) = waiting_posts.list_waiting(context)

    codes = [reason.code for reason in waiting.against]
    assert codes == ["posts.draft_too_late", "posts.platform_not_set_up"]


def answer_to(context: Context, text: str) -> int:
    """A waiting answer to a message; its number."""
    record = make_record(
        "m1", platform="whatsapp", kind="message", text=text, author=make_author("91")
    )
    store_records(context.engine, record, at=context.clock.now())
    number = Source(name="whatsapp.city", connector="whatsapp")
    to = ReplyRecipient(1, "91", "p", number, context.clock.now())
    return reply_drafts.add_draft(acting(context, "ravi"), to, "टँकर येत आहे.")


def test_an_answer_stands_beside_what_was_asked_and_can_be_dropped(
    context: Context, browser: BrowserSession
) -> None:
    id_ = answer_to(context, "पाणी कधी येणार? माझा नंबर 9822012345")
    signed_in(browser, context, "meera")

    page = browser.get(f"/en/approvals/answers/{id_}")
    done = browser.send(page, f"/approvals/answers/{id_}/withdraw")

    assert "टँकर येत आहे." in page.text
    assert "पाणी कधी येणार?" in page.text
    assert "9822012345" not in page.html
    assert "does not go out" in done.text
    with db.reading(context.engine) as session:
        assert session.get_one(ReplyDraft, id_).state == "withdrawn"


def test_of_an_answer_in_doubt_a_person_says_that_the_citizen_has_it(
    context: Context, browser: BrowserSession
) -> None:
    id_ = answer_to(context, "पाणी कधी येणार?")
    with db.writing(context.engine) as session:
        assert draft_store.claim(session, id_, "meera", context.clock.now())
        assert draft_store.doubt(session, id_)
    signed_in(browser, context, "meera")

    page = browser.get("/en/approvals")
    done = browser.send(page, f"/approvals/answers/{id_}/settle", heard="yes")

    assert "Nobody knows whether the citizen has this" in page.text
    assert "Approve and send" not in page.text
    assert "Noted: the citizen has it" in done.text
    with db.reading(context.engine) as session:
        assert session.get_one(ReplyDraft, id_).state == "sent"


@pytest.mark.parametrize(
    ("heard", "notice"),
    [
        ("yes", "Noted: 2 people have it."),
        ("no", "Noted. The next sending with the same list reaches them."),
    ],
)
def test_of_a_template_in_doubt_a_person_says_whether_people_have_it(
    context: Context, browser: BrowserSession, heard: str, notice: str
) -> None:
    with db.writing(context.engine) as session:
        for person, language in (("p", "mr"), ("q", "mr"), ("p", "hi")):
            session.add(
                TemplateDelivery(
                    digest=language,
                    person=person,
                    template="flood",
                    language=language,
                    made_by="ravi",
                    begun_at=context.clock.now() - SENDING,
                )
            )
    signed_in(browser, context, "meera")

    page = browser.get("/en/approvals")
    path = "/approvals/templates/settle"
    done = browser.send(page, path, template="flood", language="mr", heard=heard)
    settled_before = browser.send(
        browser.get("/en/approvals"), path, template="flood", language="mr", heard=heard
    )

    assert "These people have it" in page.text
    assert notice in done.text
    assert "'flood' is not in doubt" in settled_before.text
    assert [row.language for row in template_doubts.list_doubts(context)] == ["hi"]
    (entry,) = audited(context, "message.settle")
    assert entry.detail == {"language": "mr", "people": 2, "heard": heard == "yes"}


@pytest.fixture
def planner(context: Context, tmp_path: Path) -> Iterator[BrowserSession]:
    """A browser of a city in which a plan waits that ravi made."""
    worlds.fill(context)
    made = agreed_plans.planned(acting(context, "ravi"), tmp_path)
    with asyncio.Runner() as runner:
        yield BrowserSession(console_server.create_console(made), runner)


@pytest.mark.faults
def test_a_plan_is_approved_by_a_second_person_and_waits_no_more(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "meera")

    waiting = planner.get("/en/approvals")
    page = planner.get(f"/en{PLAN}")
    done = planner.send(page, f"{PLAN}/approve", note="As agreed")

    assert f"Plan of the campaign {agreed_plans.NAME}" in waiting.text
    assert "No rule stands against it." in page.text
    assert agreed_plans.WORDS["mr"] in page.text
    assert "is approved" in done.text
    assert "Nothing waits for a second person." in done.text
    with db.reading(context.engine) as session:
        (approval,) = session.exec(select(PlanApproval))
        assert (approval.by, approval.note) == ("meera", "As agreed")


@pytest.mark.faults
def test_a_plan_that_is_sent_back_waits_no_more_and_its_page_says_why(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "meera")
    page = planner.get(f"/en{PLAN}")

    short = planner.send(page, f"{PLAN}/return", reason=" no ")
    returned = planner.send(page, f"{PLAN}/return", reason="Leave out the second tag")
    plan = planner.get(CAMPAIGN)
    again = planner.get(f"/en{PLAN}")

    assert (short.status, returned.status) == (422, 200)
    assert "Nothing waits for a second person." in returned.text
    assert "Sent back by meera" in plan.text
    assert "Leave out the second tag" in plan.text
    assert f"{PLAN}/return" not in again.html
    assert audited(context, "campaign.plan.return")[0].actor == "meera"
    planner.send(again, f"{PLAN}/approve")
    with db.reading(context.engine) as session:
        assert session.scalars(select(PlanApproval.by)).all() == ["meera"]
    plan = planner.get(CAMPAIGN)
    assert "Sent back by" not in plan.text


@pytest.mark.faults
def test_whoever_made_a_plan_does_not_send_it_back(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "ravi")
    own = planner.get(f"/en{PLAN}")
    fields = {**own.forms[-1].fields, "reason": "I have thought again"}

    tried = planner.post(f"/en{PLAN}/return", fields)

    assert "/return" not in own.html
    assert tried.status == 422
    assert audited(context, "campaign.plan.return") == []


@pytest.mark.faults
def test_a_plan_that_was_changed_after_it_was_sent_back_waits_again(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "meera")
    page = planner.get(f"/en{PLAN}")
    planner.send(page, f"{PLAN}/return", reason="Name the ward")

    with db.writing(context.engine) as session:
        session.execute(
            update(PlanTag).where(PlanTag.n == 1).values(text="Other words")
        )

    assert agreed_plans.NAME in planner.get("/en/approvals").text
    plan = planner.get(CAMPAIGN)
    assert "Sent back by" not in plan.text


@pytest.mark.faults
def test_a_plan_that_breaks_a_rule_is_shown_with_it_and_is_not_approved(
    context: Context, planner: BrowserSession
) -> None:
    signed_in(planner, context, "meera")
    page = planner.get(f"/en{PLAN}")
    refused = {"consent": "refused", "consent_on": "2026-11-20"}
    agreed_plans.put(context, "chitra", public_because="known", **refused)

    answer = planner.send(page, f"{PLAN}/approve")

    assert answer.status == 422
    assert "rule stands against it" in answer.text
    assert "chitra" in answer.text
    with db.reading(context.engine) as session:
        assert list(session.exec(select(PlanApproval))) == []
