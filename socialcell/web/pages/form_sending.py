"""A form that was sent: is it ours, is it right, was it sent before; then it acts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel
from starlette.datastructures import Headers

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message
from socialcell.ops import form_submissions
from socialcell.ops.form_submissions import Outcome
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

    asked: PageRequest
    answer: Answer
    status: int = 200
    done: str = ""


def send(
    asked: PageRequest,
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
    asked = replace(asked, typed=typed, kept=fields.get(KEPT_FIELD, ""))
    key = fields.get(ONCE_FIELD, "")
    is_ours = form_guard.is_token(asked.token, fields.get(TOKEN_FIELD, ""))
    if not (is_ours and key.isascii() and 0 < len(key) <= _LONGEST_KEY):
        return _again(asked, row, 403, asked.say(Message("web.old_form")))
    try:
        form = read_form(row.form, typed, asked.lang)
    except FormRefused as refused:
        return _again_fields(asked, row, refused)
    return _act_once(asked, row, form, form_guard.submission_key(key, asked.path))


def _act_once(
    asked: PageRequest, row: AnyAction, form: BaseModel, key: str
) -> SentForm:
    engine, now = asked.context.engine, asked.context.clock.now()
    sender = sender_of(asked.token)
    with db.writing(engine) as session:
        before = form_submissions.begin(session, key, sender, asked.path, now)
    if before is not None:
        if before.location is None:
            return _again(asked, row, 409, asked.say(Message("web.form_unknown")))
        return SentForm(asked, RedirectTo(before.location), done=key)
    try:
        answer = row.act(asked, form)
    except FormRefused as refused:
        _forget(asked, key)
        return _again_fields(asked, row, refused)
    except SocialcellError as error:
        _forget(asked, key)
        refusal = explain(error)
        status = 422 if refusal.status in (400, 409) else refusal.status
        return _again(asked, row, status, asked.say(refusal.message))
    if isinstance(answer, Download):  # it changes nothing, and may be asked for again
        _forget(asked, key)
        return SentForm(asked, answer)
    outcome = Outcome(asked.page_path, "")
    if isinstance(answer, RedirectTo):
        outcome = Outcome(answer.path, answer.notice)
    _store(asked, key, outcome)
    return SentForm(asked, answer, done=key)


def _store(asked: PageRequest, key: str, outcome: Outcome) -> None:
    with db.writing(asked.context.engine) as session:
        form_submissions.end(session, key, sender_of(asked.token), outcome)


def _forget(asked: PageRequest, key: str) -> None:
    with db.writing(asked.context.engine) as session:
        form_submissions.forget(session, key, sender_of(asked.token))


def _again(asked: PageRequest, row: AnyAction, status: int, text: str) -> SentForm:
    return _show(asked, row, status, (Problem("", text),))


def _again_fields(asked: PageRequest, row: AnyAction, refused: FormRefused) -> SentForm:
    return _show(asked, row, 422, tuple(Problem(*pair) for pair in refused.problems))


def _show(
    asked: PageRequest,
    row: AnyAction,
    status: int,
    problems: tuple[Problem, ...],
) -> SentForm:
    asked = replace(asked, problems=problems)
    answer = row.page(asked)
    if isinstance(answer, WebPage):
        status = max(status, answer.status)
    return SentForm(asked, answer, status)
