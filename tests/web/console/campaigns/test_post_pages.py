"""Own posts in the browser: the list, drafts, what is taken back, templates."""

import re
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select, update

from socialcell import db
from socialcell.campaigns.publishing import store as post_store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_mode
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.services.publishing.post_drafts import PostDraft
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, signed_in

pytestmark = pytest.mark.swept_on_postgresql

WORDS = "बुधवारी पाणीपुरवठा बंद राहील <b>.</b>"
TOMORROW = datetime(2026, 11, 24, 10, 0, tzinfo=IST)


def drafted(context: Context, text: str = WORDS) -> int:
    draft = PostDraft("x", TOMORROW, "mr", text)
    return post_drafts.add_post(acting(context, "ravi"), draft).id or 0


def approved(context: Context, text: str = WORDS) -> int:
    id_ = drafted(context, text)
    own_posts.approve_posts(acting(context, "meera"), [id_])
    return id_


def change(context: Context, id_: int, **values: object) -> None:
    """Change a post behind everybody's back."""
    with db.writing(context.engine) as session:
        statement = update(OwnPost).where(col(OwnPost.id) == id_)
        session.execute(statement.values(**values))


def posts(context: Context) -> list[OwnPost]:
    with db.reading(context.engine) as session:
        rows = list(session.exec(select(OwnPost).order_by(col(OwnPost.id))))
        session.expunge_all()
    return rows


def test_posts_stand_where_they_are_on_their_way(
    context: Context, browser: BrowserSession
) -> None:
    waiting, out = drafted(context), approved(context, "उद्यान खुले आहे.")
    gone = drafted(context, "रद्द")
    own_posts.withdraw_post(acting(context, "ravi"), gone, "put off")
    change(context, out, state="posted", posted_at=context.clock.now())
    signed_in(browser, context, "viewer", Role.VIEWER)

    coming = browser.get("/en/posts")
    pages = [browser.get(f"/en/posts?view={view}") for view in ("out", "gone")]

    assert [f"/posts/{n}" in coming.html for n in (waiting, out, gone)] == [True, 0, 0]
    assert [f"/posts/{n}" in pages[0].html for n in (waiting, out, gone)] == [0, 1, 0]
    assert [f"/posts/{n}" in pages[1].html for n in (waiting, out, gone)] == [0, 0, 1]
    assert "<b>.</b>" not in coming.html
    assert "/en/posts/new" not in coming.html
    assert browser.get("/en/posts?view=mine").status == 404


def test_a_draft_is_written_for_a_second_person(
    context: Context, browser: BrowserSession
) -> None:
    page = signed_in(browser, context, "asha", Role.OPERATOR).get("/en/posts/new")

    refused = browser.send(
        page, "/posts/new", platform="x", text="पाणी " * 80, at="2026-11-24T10:00"
    )
    late = browser.send(page, "/posts/new", text="पाणी", at="tomorrow")
    done = browser.send(
        refused, "/posts/new", text="पाणीपुरवठा पूर्ववत", at="2026-11-24T10:00"
    )

    assert (refused.status, late.status) == (422, 422)
    assert "of the 280 characters" in refused.text
    assert "पाणी पाणी" in refused.text
    assert "Write the time as" in late.text
    assert "Written. A second person approves it." in done.text
    (post,) = posts(context)
    assert (post.text, post.made_by, post.state) == (
        "पाणीपुरवठा पूर्ववत",
        "asha",
        "draft",
    )
    assert post.due_at == TOMORROW


def test_a_post_about_life_or_limb_needs_no_time(
    context: Context, browser: BrowserSession
) -> None:
    page = signed_in(browser, context, "asha", Role.OPERATOR).get("/en/posts/new")

    refused = browser.send(page, "/posts/new", text="नदीपात्रात उतरू नका.")
    browser.send(refused, "/posts/new", text="नदीपात्रात उतरू नका.", safety="on")

    assert refused.status == 422
    (post,) = posts(context)
    assert (post.safety, post.kind, post.at_once) == (True, "notice", True)


def test_what_holds_a_post_stands_in_the_language_of_the_page(
    context: Context, browser: BrowserSession
) -> None:
    id_ = approved(context)
    outbox_mode.set_mode(acting(context, "lead"), "mourning", "a day of mourning")
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get(f"/mr/posts/{id_}")

    assert "प्रेषण-पेटीच्या स्थितीमुळे थांबवले आहे." in page.text
    assert "socialcell outbox release" not in page.text


def test_a_post_is_withdrawn_with_a_reason_that_its_history_shows(
    context: Context, browser: BrowserSession
) -> None:
    id_ = approved(context)
    page = signed_in(browser, context, "asha", Role.OPERATOR).get(f"/en/posts/{id_}")

    done = browser.send(page, f"/posts/{id_}/withdraw", reason="The repair was put off")

    assert "The post does not go out." in done.text
    assert "withdrawn, asha : The repair was put off" in done.text
    assert "written, ravi" in done.text
    assert posts(context)[0].state == "withdrawn"
    assert f"/posts/{id_}/withdraw" not in done.html


def test_whoever_may_only_read_finds_no_button(
    context: Context, browser: BrowserSession
) -> None:
    id_ = approved(context)
    signed_in(browser, context, "viewer", Role.VIEWER)

    page = browser.get(f"/en/posts/{id_}")
    form = {"reason": "I want it so", **page.forms[-1].fields}
    tried = browser.post(f"/en/posts/{id_}/withdraw", form)

    assert f"/posts/{id_}/withdraw" not in page.html
    assert tried.status == 403
    assert posts(context)[0].state == "approved"


def test_a_person_says_of_a_post_in_doubt_that_it_is_there(
    context: Context, browser: BrowserSession
) -> None:
    id_ = approved(context)
    change(context, id_, asked_first=context.clock.now() - timedelta(hours=1))
    with db.writing(context.engine) as session:
        post = session.get_one(OwnPost, id_)
        message = post_store.message(session, post)
        assert message is not None
        message.state, message.attempts = "held", 1
    page = signed_in(browser, context, "meera").get(f"/en/posts/{id_}")

    done = browser.send(page, f"/posts/{id_}/confirm", external_id="190001")

    assert "Nobody knows whether it is out" in page.text
    assert "Noted: the post is out." in done.text
    row = posts(context)[0]
    assert (row.state, row.external_id) == ("posted", "190001")


def test_templates_stand_as_they_read_in_each_language(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    listed = browser.get("/mr/posts/templates")
    page = browser.get("/mr/posts/templates/dam_discharge")

    assert "/mr/posts/templates/dam_discharge" in listed.html
    assert "धरणातून पाणी सोडले उदाहरण: " in listed.text
    assert "<h1>धरणातून पाणी सोडले</h1>" in page.html
    assert "नदीपात्रात उतरू नका" in page.text
    assert "Do not go into the river" in page.text
    assert browser.get("/mr/posts/templates/none_such").status == 404


def test_each_template_of_the_package_has_a_name_and_a_place_in_words(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi", Role.OPERATOR)
    listed = browser.get("/hi/posts/templates")
    ids = re.findall(r'href="/hi/posts/templates/(\w+)">([^<]*)<', listed.html)
    write = browser.get("/en/posts/templates/dam_discharge/write")

    assert len(ids) > 5
    assert [name for id_, name in ids if name.isascii() or name == id_] == []
    assert listed.text.count("उदाहरण:") == len(ids)
    assert ">Water released from a dam</a>" in write.html


def test_a_notice_is_looked_at_in_each_language_before_it_is_sent_for_approval(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi", Role.OPERATOR)
    path = "/posts/templates/dam_discharge/write"
    filled = {
        "slot_dam": "khadakwasla",
        "slot_cusecs": "35574",
        "slot_from": "2026-11-24T06:00",
        "slot_source": "water_resources",
        "slot_contact": "020-25501000",
        "on_x": "on",
    }

    look = browser.send(browser.get(f"/mr{path}"), path, **filled)
    before = posts(context)
    sending = next(form for form in look.forms if form.fields.get("step") == "send")
    sent = browser.post(sending.action, sending.fields)

    assert "३५,५७४" in look.text
    assert "35,574" in look.text
    assert before == []
    assert "मसुदे लिहिले" in sent.text
    rows = posts(context)
    assert {(row.platform, row.language) for row in rows} == {
        ("x", code) for code in ("mr", "hi", "en")
    }
    assert {(row.state, row.template) for row in rows} == {("draft", "dam_discharge")}


def test_a_notice_that_lacks_a_slot_a_platform_or_a_language_is_refused(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi", Role.OPERATOR)
    path = "/posts/templates/dam_discharge/write"
    form = browser.get(f"/en{path}").form(path)

    nowhere = browser.post(form.action, form.fields)
    bare = browser.post(form.action, {**form.fields, "on_x": "on"})
    mute = {k: v for k, v in form.fields.items() if not k.startswith("in_")}
    silent = browser.post(form.action, {**mute, "on_x": "on"})
    strange = browser.post(form.action, {**form.fields, "on_x": "on", "on_tv": "on"})

    refused = (nowhere, bare, silent, strange)
    assert [answer.status for answer in refused] == [422] * 4
    assert "Choose at least one platform." in nowhere.text
    assert "Choose at least one language." in silent.text
    assert posts(context) == []
    assert browser.get("/en/posts/templates/none_such/write").status == 404


def test_what_is_wrong_with_a_notice_is_said_with_the_labels_of_its_form(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi", Role.OPERATOR)
    path = "/posts/templates/evacuation/write"
    filled = {
        "slot_places": "Vitthalwadi",
        "slot_reason": "discharge",
        "slot_shelter": "Fergusson College",
        "slot_contact": "1077",
        "on_telegram": "on",
    }

    other_name = browser.send(browser.get(f"/mr{path}"), path, **filled)
    unnamed = browser.send(
        browser.get(f"/mr{path}"), path, **filled | {"slot_places": ""}
    )

    assert other_name.status == unnamed.status == 422
    assert 'href="#f-slot_places"' in other_name.html
    assert "दुसरे नाव" in other_name.text
    assert 'href="#f-slot_places">परिसर: ' in unnamed.html
    assert "--set" not in other_name.html + unnamed.html
    assert posts(context) == []


def test_own_words_in_a_language_stand_before_the_choice(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "ravi", Role.OPERATOR)
    path = "/posts/templates/road_closure/write"
    filled = {
        "slot_road.mr": "पर्वती <b>पूल</b>",
        "slot_road.hi": "पर्वती पुल",
        "slot_road.en": "Parvati bridge",
        "slot_from": "2026-11-24T06:00",
        "slot_reason.mr": "काम",
        "slot_reason.hi": "काम",
        "slot_reason.en": "work",
        "slot_contact": "020-25501000",
        "on_x": "on",
    }

    look = browser.send(browser.get(f"/en{path}"), path, **filled)

    assert look.status == 200, look.text
    assert "Parvati bridge" in look.text
    assert "<b>पूल" not in look.html


def test_a_post_that_is_none_is_not_found(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "viewer", Role.VIEWER)

    assert browser.get("/en/posts/77").status == 404
