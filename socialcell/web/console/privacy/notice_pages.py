"""Notices in the browser: what people are told before they consent, by version."""

from itertools import groupby
from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.privacy import notices
from socialcell.web.console.privacy import register_words
from socialcell.web.console.typed_moment import maybe_moment
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Action, Row, Screen

_LIST, _NEW = "/privacy/notices", "/privacy/notices/new"
_ERASE = Permission.ERASE
_PURPOSE = "messages"  # the one on which consents rest
_Words = Annotated[str, Field(min_length=40, max_length=8000)]


class NoticeVersionForm(Form):
    """The next version of a notice; `starts`: from when on it counts."""

    purpose: Annotated[str, Field(min_length=1, max_length=40)]
    mr: _Words
    hi: _Words
    en: _Words
    starts: OptionalText = None


def show_notices(request: PageRequest) -> Answer:
    """Notices by purpose, the newest version first."""
    versions = notices.list_versions(request.context)
    by_purpose = {
        purpose: list(group)
        for purpose, group in groupby(versions, lambda version: version.purpose)
    }
    return WebPage(
        "privacy/notices.html",
        {"by_purpose": by_purpose, "names": dict(register_words.LANGUAGES)},
    )


def show_new(request: PageRequest) -> Answer:
    """The form for the next version, with the words of the one before."""
    purpose = request.query.get("purpose") or _PURPOSE
    newest = next(
        (
            entry
            for entry in notices.list_versions(request.context)
            if entry.purpose == purpose
        ),
        None,
    )
    present = {line.language: line.text for line in newest.texts} if newest else {}
    return WebPage(
        "privacy/notice_new.html",
        {
            "purpose": purpose,
            "version": newest.version if newest else None,
            "languages": [
                (code, name, present.get(code, ""))
                for code, name in register_words.LANGUAGES
            ],
        },
    )


def act_publish(request: PageRequest, form: NoticeVersionForm) -> Answer:
    """Publish the next version in all languages."""
    lines = notices.add_notice(
        request.context,
        form.purpose,
        {"mr": form.mr, "hi": form.hi, "en": form.en},
        maybe_moment(request, "starts", form.starts),
    )
    notice = request.lang.gettext(
        "Version %(version)s of the notice is published; it counts from %(at)s.",
        version=request.lang.number(lines[0].version),
        at=request.lang.when(lines[0].starts_at),
    )
    return RedirectTo(_LIST, notice)


ROWS: tuple[Row, ...] = (
    Screen(_LIST, _ERASE, show_notices),
    Screen(_NEW, _ERASE, show_new),
    Action(_NEW, _ERASE, NoticeVersionForm, act_publish, show_new),
)
