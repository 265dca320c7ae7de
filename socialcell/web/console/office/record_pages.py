"""A bundle for a request for records: our words, times and approvals, as a file."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from socialcell.clock import IST, start_of_day
from socialcell.roles import Permission
from socialcell.services.handover import record_bundle
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.forms import Form, OptionalDay
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/audit/records"
_MAY = Permission.EXPORT_TEXT


class RecordsForm(Form):
    """Cases by number, with blanks or commas between, and days of posts."""

    cases: Annotated[str, Field(max_length=2000)] = ""
    first: OptionalDay = None
    last: OptionalDay = None

    @property
    def numbers(self) -> Sequence[str]:
        return self.cases.replace(",", " ").split()


def show_records(request: PageRequest) -> Answer:
    """The form for a bundle, and what it has."""
    return WebPage("audit_records.html")


def act_bundle(request: PageRequest, form: RecordsForm) -> Answer:
    """Make the bundle and hand it out; the audit log has its hash."""
    _ = request.lang.gettext
    if (form.first is None) != (form.last is None):
        name = "first" if form.first is None else "last"
        raise FormRefused((name, _("Give the first and the last day, or neither.")))
    if form.first is not None and form.last is not None and form.last < form.first:
        raise FormRefused(("last", _("The last day is before the first.")))
    if not form.numbers and form.first is None:
        raise FormRefused(("cases", _("Name a case, or the days of posts.")))
    since = start_of_day(form.first) if form.first else None
    until = start_of_day(form.last) + timedelta(days=1) if form.last else None
    bundle = record_bundle.make_bundle(request.context, form.numbers, since, until)
    day = request.context.clock.now().astimezone(IST).date()
    return Download(f"records-{day}.zip", "application/zip", [bundle.content])


ROWS: tuple[Row, ...] = (
    Screen(_PATH, _MAY, show_records),
    Action(_PATH, _MAY, RecordsForm, act_bundle, show_records),
)
