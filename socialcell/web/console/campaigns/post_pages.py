"""Posts in the city's name: the list, one with its history, drafts, and templates."""

from typing import Annotated, cast

from pydantic import Field

from socialcell.campaigns.publishing import notice_text
from socialcell.campaigns.publishing.notice_template import NoticeTemplate
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.errors import UsageError
from socialcell.i18n import CODES
from socialcell.roles import Permission
from socialcell.services.publishing import (
    notice_templates,
    own_posts,
    post_drafts,
    post_holds,
    post_lines,
    published_posts,
)
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.services.publishing.post_lines import PostLine, View
from socialcell.web.console.campaigns.publishing_words import PublishingWords
from socialcell.web.console.typed_moment import maybe_moment
from socialcell.web.pages.addresses import NAMES
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/posts"
_AT_ONCE = 50
_VIEWS = ("coming", "out", "gone")
_Reason = Annotated[str, Field(min_length=5, max_length=500)]


class DraftForm(Form):
    """A post to be approved by a second person. `at` is a time in Pune; `wards` are
    separated by commas."""

    platform: Annotated[str, Field(min_length=1, max_length=40)]
    language: Annotated[str, Field(min_length=2, max_length=2)]
    text: Annotated[str, Field(min_length=1)]
    at: OptionalText = None
    wards: Annotated[str, Field(max_length=500)] = ""
    media: OptionalText = None
    reply_to: OptionalText = None
    safety: bool = False


class ReasonForm(Form):
    """Why a post is taken back; it stands in the audit log."""

    reason: _Reason


class SeenForm(Form):
    """A post that somebody saw on its platform; its number there, if it is known."""

    external_id: OptionalText = None


def show_posts(request: PageRequest) -> Answer:
    """Posts that are to go out, that are out, or that do not go out any more."""
    view = request.query.get("view", "coming")
    if view not in _VIEWS:
        raise NotFound
    before = request.query_number("before")
    lines = post_lines.list_lines(
        request.context, cast(View, view), before, _AT_ONCE + 1
    )
    shown = lines if view == "coming" else lines[:_AT_ONCE]
    return WebPage(
        "posts.html",
        {
            "view": view,
            "lines": shown,
            "further": shown[-1].post.id if len(lines) > len(shown) else None,
            "may_draft": request.may(Permission.DRAFT),
        }
        | _words(request),
    )


def _words(request: PageRequest) -> dict[str, object]:
    return {"w": PublishingWords(request.lang), "say": request.say}


def show_post(request: PageRequest) -> Answer:
    """A post with what was done with it, and what can be done now."""
    line = _require_line(request)
    return WebPage(
        "post.html",
        {
            "line": line,
            "events": post_lines.list_events(request.context, line.post.id or 0),
            "may_draft": request.may(Permission.DRAFT),
            "may_approve": request.may(Permission.APPROVE),
        }
        | _words(request),
    )


def _require_line(request: PageRequest) -> PostLine:
    line = post_lines.find_line(request.context, request.number("id"))
    if line is None:
        raise NotFound
    return line


def show_draft(request: PageRequest) -> Answer:
    """The form of a new post."""
    w = PublishingWords(request.lang)
    return WebPage(
        "post_draft.html",
        {
            "platforms": [(id_, w.platform(id_)) for id_ in PUBLISHERS],
            "post_languages": [(code, NAMES[code]) for code in CODES],
        },
    )


def act_draft(request: PageRequest, form: DraftForm) -> Answer:
    """Enter a post; it goes out once a second person approved it."""
    draft = PostDraft(
        platform=form.platform,
        due_at=maybe_moment(request, "at", form.at),
        language=form.language,
        text=form.text,
        wards=[ward.strip() for ward in form.wards.split(",") if ward.strip()],
        media=form.media,
        reply_to=form.reply_to,
        kind="notice" if form.safety else "post",
        safety=form.safety,
    )
    post = post_drafts.add_post(request.context, draft)
    notice = request.lang.gettext("Written. A second person approves it.")
    missing = post_holds.missing_account(request.context, post.platform)
    if missing is not None:
        notice = f"{notice} {request.say(missing)}"
    return RedirectTo(f"{_PATH}/{post.id}", notice)


def act_withdraw(request: PageRequest, form: ReasonForm) -> Answer:
    """A post that is not out does not go out."""
    id_ = request.number("id")
    own_posts.withdraw_post(request.context, id_, form.reason)
    return _done(id_, request.lang.gettext("The post does not go out."))


def act_delete(request: PageRequest, form: ReasonForm) -> Answer:
    """Take a post that is out back from its platform."""
    id_ = request.number("id")
    published_posts.delete_post(request.context, id_, form.reason)
    return _done(id_, request.lang.gettext("The post is deleted from the platform."))


def act_confirm(request: PageRequest, form: SeenForm) -> Answer:
    """Somebody looked: the post is there."""
    id_ = request.number("id")
    published_posts.confirm_post(request.context, id_, form.external_id)
    return _done(id_, request.lang.gettext("Noted: the post is out."))


def act_again(request: PageRequest, _form: NoFields) -> Answer:
    """Somebody looked: the post is not there. It goes out again."""
    id_ = request.number("id")
    published_posts.repost(request.context, id_)
    return _done(id_, request.lang.gettext("Noted: it goes out again."))


def _done(id_: int, notice: str) -> RedirectTo:
    return RedirectTo(f"{_PATH}/{id_}", notice)


def show_templates(request: PageRequest) -> Answer:
    """Templates of notices, those of the workspace and of the package."""
    catalogue = notice_templates.load_templates(request.context.workspace)
    return WebPage(
        "notice_templates.html",
        {
            "templates": [
                (id_, template, _title(template, request.lang.code))
                for id_, template in sorted(catalogue.templates.items())
            ],
            "own": catalogue.own,
            "faults": [
                (id_, request.say(error.message))
                for id_, error in sorted(catalogue.faults.items())
            ],
        }
        | _words(request),
    )


def _title(template: NoticeTemplate, code: str) -> str:
    """The first line of a notice with its examples in a language."""
    text = notice_text.notice_text(notice_text.example_notice(template), code)
    return text.splitlines()[0]


def show_template(request: PageRequest) -> Answer:
    """A template with its slots, and as it reads in each language with its examples."""
    id_ = str(request.params["id"])
    workspace = request.context.workspace
    try:
        template = notice_templates.find_template(workspace, id_)
    except UsageError:
        raise NotFound from None
    example = notice_text.example_notice(template)
    lengths = notice_templates.text_lengths(template)
    return WebPage(
        "notice_template.html",
        {
            "template": template,
            "examples": [
                (
                    code,
                    notice_text.notice_text(example, code),
                    [(name, count) for name, words, count in lengths if words == code],
                )
                for code in CODES
            ],
        }
        | _words(request),
    )


_ONE = f"{_PATH}/{{id:number}}"
ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_posts),
    Screen(f"{_PATH}/new", Permission.DRAFT, show_draft),
    Action(f"{_PATH}/new", Permission.DRAFT, DraftForm, act_draft, show_draft),
    Screen(f"{_PATH}/templates", Permission.READ, show_templates),
    Screen(f"{_PATH}/templates/{{id}}", Permission.READ, show_template),
    Screen(_ONE, Permission.READ, show_post),
    Action(f"{_ONE}/withdraw", Permission.DRAFT, ReasonForm, act_withdraw, show_post),
    Action(f"{_ONE}/delete", Permission.APPROVE, ReasonForm, act_delete, show_post),
    Action(f"{_ONE}/confirm", Permission.APPROVE, SeenForm, act_confirm, show_post),
    Action(f"{_ONE}/again", Permission.APPROVE, NoFields, act_again, show_post),
)
