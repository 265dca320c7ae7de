"""Notices in the browser: what people are told before they consent, by version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.privacy import notices
from socialcell.services.privacy.notices import NoticeLine
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


@dataclass(frozen=True)
class NoticeVersion:
    """A version of a notice in its languages. `state`: now, later, earlier, or never,
    where the next version began before it."""

    purpose: str
    version: int
    state: str
    starts_at: datetime
    made_by: str
    consents: int
    texts: Sequence[NoticeLine]


def show_notices(request: PageRequest) -> Answer:
    """Notices by purpose, the newest version first."""
    versions = _versions(request)
    by_purpose = {
        purpose: list(group)
        for purpose, group in groupby(versions, lambda version: version.purpose)
    }
    return WebPage(
        "privacy/notices.html",
        {"by_purpose": by_purpose, "names": dict(register_words.LANGUAGES)},
    )


def _versions(request: PageRequest) -> list[NoticeVersion]:
    now = request.context.clock.now()
    lines = notices.list_notices(request.context)
    order = [code for code, _name in register_words.LANGUAGES]
    versions: list[NoticeVersion] = []
    newer: dict[str, datetime] = {}  # when the first newer version began
    keys = groupby(
        sorted(lines, key=lambda line: (line.purpose, -line.version)),
        lambda line: (line.purpose, line.version),
    )
    for (purpose, version), group in keys:
        texts = sorted(group, key=lambda line: order.index(line.language))
        starts_at = texts[0].starts_at
        end = newer.get(purpose)
        newer[purpose] = min(starts_at, end or starts_at)
        if end is not None and end <= starts_at:
            state = "never"
        elif starts_at > now:
            state = "later"
        else:
            state = "now" if end is None or end > now else "earlier"
        consents = sum(line.consents for line in texts)
        made_by = texts[0].made_by
        versions.append(
            NoticeVersion(purpose, version, state, starts_at, made_by, consents, texts)
        )
    return versions


def show_new(request: PageRequest) -> Answer:
    """The form for the next version, with the words of the one before."""
    purpose = request.query.get("purpose") or _PURPOSE
    newest = next(
        (entry for entry in _versions(request) if entry.purpose == purpose), None
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
