"""A form that was sent: is it ours, is it right, was it sent before; then it acts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel
from starlette.datastructures import Headers

from socialcell import db
from socialcell.errors import ChangedMeanwhile, SocialcellError
from socialcell.message_catalog import Message
from socialcell.ops.web import form_submissions
from socialcell.ops.web.form_submissions import Outcome
from socialcell.web.pages import form_guard
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.form_guard import ONCE_FIELD, TOKEN_FIELD, sender_of
from socialcell.web.pages.forms import read_form
from socialcell.web.pages.kept_forms import KEPT_FIELD, OWN_FIELDS
from socialcell.web.pages.page_request import PageRequest, Problem
from socialcell.web.pages.refusals import FormRefused, Refusal, explain
from socialcell.web.pages.screens import AnyAction

_LONGEST_KEY = 64


@dataclass(frozen=True)
class SentForm:
    """What came of a form: the answer for the request as it is now. `done`: the key by
    which the page that follows finds what was done."""

    page_request: PageRequest
    answer: Answer
    status: int = 200
    done: str = ""


def send(
    page_request: PageRequest,
    row: AnyAction,
    fields: Mapping[str, str],
    headers: Headers,
) -> SentForm:
    """Check a form and act on it, once.

    A form that is wrong, too old or refused by a service changes nothing, and its page
    is the answer, with what was typed and why not. Refusal: 403, another site sent it.
    """
    if not form_guard.is_same_site(headers):
        raise Refusal(403, Message("web.other_site"))
    typed = {name: text for name, text in fields.items() if name not in OWN_FIELDS}
    page_request = replace(
        page_request, typed=typed, kept_form=fields.get(KEPT_FIELD, "")
    )
    key = fields.get(ONCE_FIELD, "")
    is_ours = form_guard.is_token(page_request.token, fields.get(TOKEN_FIELD, ""))
    if not (is_ours and key.isascii() and 0 < len(key) <= _LONGEST_KEY):
        return _again(page_request, row, 403, page_request.say(Message("web.old_form")))
    try:
        form = read_form(row.form, typed, page_request.lang)
    except FormRefused as refused:
        return _again_fields(page_request, row, refused)
    return _act_once(
        page_request, row, form, form_guard.submission_key(key, page_request.path)
    )


def _act_once(
    page_request: PageRequest, row: AnyAction, form: BaseModel, key: str
) -> SentForm:
    engine, now = page_request.context.engine, page_request.context.clock.now()
    sender = sender_of(page_request.token)
    with db.writing(engine) as session:
        before = form_submissions.begin(session, key, sender, now)
    if before is not None:
        if before.location is None:
            return _again(
                page_request, row, 409, page_request.say(Message("web.form_unknown"))
            )
        return SentForm(page_request, RedirectTo(before.location), done=key)
    try:
        answer = row.act(page_request, form)
    except FormRefused as refused:
        _forget(page_request, key)
        return _again_fields(page_request, row, refused)
    except SocialcellError as error:
        _forget(page_request, key)
        refusal = explain(error)
        status = 422 if refusal.status in (400, 409) else refusal.status
        if isinstance(error, ChangedMeanwhile):
            status = 409
        return _again(page_request, row, status, page_request.say(refusal.message))
    if isinstance(answer, Download):  # it changes nothing, and may be asked for again
        _forget(page_request, key)
        return SentForm(page_request, answer)
    outcome = Outcome(page_request.page_path, "")
    if isinstance(answer, RedirectTo):
        outcome = Outcome(answer.path, answer.notice)
    _store(page_request, key, outcome)
    return SentForm(page_request, answer, done=key)


def _store(page_request: PageRequest, key: str, outcome: Outcome) -> None:
    with db.writing(page_request.context.engine) as session:
        form_submissions.end(session, key, sender_of(page_request.token), outcome)


def _forget(page_request: PageRequest, key: str) -> None:
    with db.writing(page_request.context.engine) as session:
        form_submissions.forget(session, key, sender_of(page_request.token))


def _again(
    page_request: PageRequest, row: AnyAction, status: int, text: str
) -> SentForm:
    return _show(page_request, row, status, (Problem("", text),))


def _again_fields(
    page_request: PageRequest, row: AnyAction, refused: FormRefused
) -> SentForm:
    return _show(
        page_request, row, 422, tuple(Problem(*pair) for pair in refused.problems)
    )


def _show(
    page_request: PageRequest,
    row: AnyAction,
    status: int,
    problems: tuple[Problem, ...],
) -> SentForm:
    page_request = replace(page_request, problems=problems)
    answer = row.page(page_request)
    if isinstance(answer, WebPage):
        status = max(status, answer.status)
    return SentForm(page_request, answer, status)
