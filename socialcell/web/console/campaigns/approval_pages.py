"""Approvals: all that waits for a second person, as it will stand."""

from typing import Annotated, Literal

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.approvals import link_change_approvals as link_changes
from socialcell.services.approvals import (
    waiting_answers,
    waiting_plans,
    waiting_posts,
)
from socialcell.services.approvals.waiting_answers import WaitingAnswer
from socialcell.services.desk.answers import answers
from socialcell.services.desk.pages import answer_pages
from socialcell.services.desk.pages.answer_pages import WaitingCaseAnswer
from socialcell.services.makers import Maker
from socialcell.services.mentions import mention_search
from socialcell.services.messaging import (
    reply_approvals,
    reply_doubts,
    reply_drafts,
    template_approvals,
    template_doubts,
)
from socialcell.services.publishing import own_posts, post_holds
from socialcell.web.console import words
from socialcell.web.console.campaigns.campaign_words import CampaignWords
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.console.desk.case_forms import CaseForm
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

PATH = "/approvals"


class ReturnForm(Form):
    """Why something is sent back; it stands in the audit log."""

    reason: Annotated[str, Field(min_length=5, max_length=500)]


class NoticeForm(Form):
    """The drafts of a notice as they were looked at: their numbers, by commas."""

    ids: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,99}$")]


class ReturnCaseAnswer(CaseForm):
    """Why an answer of a case is sent back."""

    reason: Annotated[str, Field(min_length=5, max_length=500)]


class SettleAnswer(Form):
    """What a look into the conversation found about an answer in doubt."""

    heard: Literal["yes", "no"]


class SettleTemplate(Form):
    """What a look found about a template in doubt, in one of its languages."""

    template: Annotated[str, Field(min_length=1, max_length=512)]
    language: Annotated[str, Field(min_length=1, max_length=20)]
    heard: Literal["yes", "no"]


def show_approvals(request: PageRequest) -> Answer:
    """Everything that waits: answers, posts, plans, templates of messages.

    Whoever approves for some ward offices sees posts for these; all else concerns the
    whole city.
    """
    context, is_whole_city = request.context, request.places is None
    return WebPage(
        "approvals.html",
        {
            "answers": waiting_answers.list_waiting(context) if is_whole_city else [],
            "posts": waiting_posts.list_waiting(context, request.places),
            "plans": waiting_plans.list_waiting(context) if is_whole_city else [],
            "link_changes": link_changes.list_waiting(context) if is_whole_city else [],
            "notices": template_approvals.waiting(context) if is_whole_city else [],
            "doubted_notices": template_doubts.list_doubts(context)
            if is_whole_city
            else [],
            "case_answers": answer_pages.list_waiting(context, request.places),
            **card_values(request),
        },
    )


def card_values(request: PageRequest) -> dict[str, object]:
    """What the card of a waiting post or answer is filled with, beside itself."""
    return {
        "desk_words": few_desk_words(request.context, request.lang, ()),
        "self_name": request.context.actor.name,
        "w": PublishingWords(request.lang),
        "c": CampaignWords(request.lang),
        "Maker": Maker,
        "say": request.say,
        "mode_words": lambda mode: words.outbox_mode(mode, request.lang),
    }


def show_post(request: PageRequest) -> Answer:
    """A waiting post, to approve it or to send it back; all that waits, when a form was
    refused because somebody had decided on the post before."""
    id_ = request.number("id")
    post = waiting_posts.find_waiting(request.context, id_, request.places)
    if post is None and request.problems:
        return show_approvals(request)
    if post is None:
        raise NotFound
    return WebPage("approval_post.html", {"post": post, **card_values(request)})


def act_approve_post(request: PageRequest, _form: NoFields) -> Answer:
    """Approve a post: it goes out at its time."""
    lang, w = request.lang, PublishingWords(request.lang)
    id_ = request.number("id")
    (post,) = own_posts.approve_posts(request.context, [id_])
    hold = post_holds.find_holds(request.context, [id_]).get(id_)
    if hold is not None:
        notice = lang.gettext(
            "Approved, and held for now. %(why)s", why=w.hold(hold.reason)
        )
    elif (
        missing := post_holds.missing_account(request.context, post.platform)
    ) is not None:
        notice = lang.gettext(
            "Approved, but it cannot go out yet: %(why)s", why=request.say(missing)
        )
    elif post.decided_at is not None and post.due_at <= post.decided_at:
        notice = lang.gettext("Approved. It goes out within a minute.")
    else:
        notice = lang.gettext(
            "Approved. It goes out %(at)s.", at=lang.when(post.due_at)
        )
    return RedirectTo(PATH, notice)


def act_approve_notice(request: PageRequest, form: NoticeForm) -> Answer:
    """Approve all drafts of a notice, or none of them."""
    ids = [int(id_) for id_ in form.ids.split(",")]
    posts = own_posts.approve_posts(request.context, ids)
    notice = request.lang.ngettext(
        "%(n)s post is approved.", "%(n)s posts are approved.", len(posts)
    )
    return RedirectTo(PATH, notice)


def act_return_post(request: PageRequest, form: ReturnForm) -> Answer:
    """Send a draft back: it does not go out, and the reason is in the audit log."""
    own_posts.return_draft(
        request.context, request.number("id"), form.reason, request.places
    )
    notice = request.lang.gettext("Sent back. It does not go out.")
    return RedirectTo(PATH, notice)


def show_answer(request: PageRequest) -> Answer:
    """A waiting answer beside the message that it answers."""
    waiting = _require_answer(request)
    people = pseudonyms.load_people(request.context)
    mention_id = waiting.reply.mention_id
    messages = mention_search.mentions_by_id(request.context, people, [mention_id])
    return WebPage(
        "approval_answer.html",
        {
            "answer": waiting,
            "message": messages.get(mention_id),
            **card_values(request),
        },
    )


def _require_answer(request: PageRequest) -> WaitingAnswer:
    id_ = request.number("id")
    for waiting in waiting_answers.list_waiting(request.context):
        if waiting.reply.id == id_:
            return waiting
    raise NotFound


def act_approve_answer(request: PageRequest, _form: NoFields) -> Answer:
    """Send an answer that somebody else wrote."""
    reply_approvals.approve(request.context, request.number("id"))
    return RedirectTo(PATH, request.lang.gettext("Approved and sent."))


def act_settle_answer(request: PageRequest, form: SettleAnswer) -> Answer:
    """Say whether the citizen has an answer of which nobody knew; else it is sent once
    more."""
    id_, _ = request.number("id"), request.lang.gettext
    if form.heard == "yes":
        reply_doubts.settle_heard(request.context, id_)
        return RedirectTo(PATH, _("Noted: the citizen has it."))
    reply_doubts.send_again(request.context, id_)
    return RedirectTo(PATH, _("Sent once more."))


def act_settle_template(request: PageRequest, form: SettleTemplate) -> Answer:
    """Say whether people have a template of which nobody knew; else the next sending
    reaches them."""
    is_heard = form.heard == "yes"
    people = template_doubts.settle(
        request.context, form.template, heard=is_heard, language=form.language
    )
    if is_heard:
        notice = request.lang.ngettext(
            "Noted: %(n)s person has it.", "Noted: %(n)s people have it.", people
        )
    else:
        notice = request.lang.gettext(
            "Noted. The next sending with the same list reaches them."
        )
    return RedirectTo(PATH, notice)


def act_withdraw_answer(request: PageRequest, _form: NoFields) -> Answer:
    """An answer does not go out: its words are deleted."""
    reply_drafts.withdraw(request.context, request.number("id"))
    notice = request.lang.gettext("The answer does not go out. Its words are deleted.")
    return RedirectTo(PATH, notice)


def show_case_answer(request: PageRequest) -> Answer:
    """An answer of a case that waits, to approve it or to send it back."""
    return WebPage(
        "approval_case_answer.html",
        {"answer": _require_case_answer(request), **card_values(request)},
    )


def _require_case_answer(request: PageRequest) -> WaitingCaseAnswer:
    key = str(request.params["key"])
    waiting = answer_pages.list_waiting(request.context, request.places, key)
    if not waiting:
        raise NotFound
    return waiting[0]


def act_approve_case_answer(request: PageRequest, form: CaseForm) -> Answer:
    """Approve an answer of a case: its messages go out."""
    key = str(request.params["key"])
    count = answers.approve_answer(request.context, key, form.rev)
    notice = request.lang.ngettext(
        "Approved. %(n)s message is about to be sent.",
        "Approved. %(n)s messages are about to be sent.",
        count,
    )
    return RedirectTo(PATH, notice)


def act_return_case_answer(request: PageRequest, form: ReturnCaseAnswer) -> Answer:
    """Send an answer of a case back to whoever wrote it, with a reason."""
    key = str(request.params["key"])
    answers.return_answer(request.context, key, form.reason, form.rev)
    notice = request.lang.gettext("Sent back. It does not go out.")
    return RedirectTo(PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(PATH, Permission.APPROVE, show_approvals, is_scoped=True),
    Screen(
        f"{PATH}/posts/{{id:number}}", Permission.APPROVE, show_post, is_scoped=True
    ),
    Action(
        f"{PATH}/posts/{{id:number}}/approve",
        Permission.APPROVE,
        NoFields,
        act_approve_post,
        show_approvals,
        is_scoped=True,
    ),
    Action(
        f"{PATH}/posts/notice",
        Permission.APPROVE,
        NoticeForm,
        act_approve_notice,
        show_approvals,
        is_scoped=True,
    ),
    Action(
        f"{PATH}/posts/{{id:number}}/return",
        Permission.APPROVE,
        ReturnForm,
        act_return_post,
        show_post,
        is_scoped=True,
    ),
    Screen(f"{PATH}/answers/{{id:number}}", Permission.APPROVE, show_answer),
    Action(
        f"{PATH}/answers/{{id:number}}/approve",
        Permission.APPROVE,
        NoFields,
        act_approve_answer,
        show_approvals,
    ),
    Action(
        f"{PATH}/answers/{{id:number}}/settle",
        Permission.APPROVE,
        SettleAnswer,
        act_settle_answer,
        show_approvals,
    ),
    Action(
        f"{PATH}/answers/{{id:number}}/withdraw",
        Permission.APPROVE,
        NoFields,
        act_withdraw_answer,
        show_approvals,
    ),
    Action(
        f"{PATH}/templates/settle",
        Permission.APPROVE,
        SettleTemplate,
        act_settle_template,
        show_approvals,
    ),
    Screen(
        f"{PATH}/cases/{{key}}", Permission.APPROVE, show_case_answer, is_scoped=True
    ),
    Action(
        f"{PATH}/cases/{{key}}/approve",
        Permission.APPROVE,
        CaseForm,
        act_approve_case_answer,
        show_approvals,
        is_scoped=True,
    ),
    Action(
        f"{PATH}/cases/{{key}}/return",
        Permission.APPROVE,
        ReturnCaseAnswer,
        act_return_case_answer,
        show_case_answer,
        is_scoped=True,
    ),
)
