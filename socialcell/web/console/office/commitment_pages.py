"""Promises: what the cell said that it would do, and whether it did."""

from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.language import lexicon
from socialcell.listening.people.protected_topics import TOPICS
from socialcell.reports.phrases import Phrases
from socialcell.roles import Permission
from socialcell.services import areas
from socialcell.services.alerts import commitments
from socialcell.services.alerts.commitments import CommitmentEntry
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Day, Form, OptionalText
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/commitments"
_ONE = "/commitments/{id:number}"
_MAY = Permission.TRIAGE
_OptionalTime = Annotated[time | None, BeforeValidator(lambda text: text or None)]


class CommitmentForm(Form):
    """What was promised, until when, and what it is about."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    day: Day
    time: _OptionalTime = None
    topic: OptionalText = None
    ward: OptionalText = None
    link: OptionalText = None

    @property
    def due_at(self) -> datetime:
        """The moment in Pune; a day without a time means its end."""
        if self.time is None:
            following = self.day + timedelta(days=1)
            return datetime.combine(following, time.min, IST)
        return datetime.combine(self.day, self.time.replace(tzinfo=None), IST)


class KeptCommitmentForm(Form):
    """How a promise was kept."""

    note: Annotated[str, Field(max_length=300)] = ""


def show_commitments(request: PageRequest) -> Answer:
    """Promises that are open, or all, the earliest due first."""
    shows_all = request.query.get("state") == "all"
    rows = commitments.list_commitments(request.context, kept=shows_all)
    return WebPage(
        "commitments.html",
        {
            "missed": [row for row in rows if row.missed and row.kept_at is None],
            "open": [row for row in rows if not row.missed and row.kept_at is None],
            "kept": [row for row in reversed(rows) if row.kept_at is not None],
            "shows_all": shows_all,
            "may_act": may_act(request),
            **_names(request),
        },
    )


def may_act(request: PageRequest) -> bool:
    """Whether whoever asks may enter promises."""
    return request.may(_MAY)


def _due(lang: Language, due_at: datetime) -> str:
    """When a promise is due. Midnight is the end of the day before it, as it was
    entered."""
    if due_at.astimezone(IST).time() != time.min:
        return lang.when(due_at)
    day = lang.weekday_of_month(due_at - timedelta(minutes=1))
    return lang.gettext("the end of %(day)s", day=day)


def _names(request: PageRequest) -> dict[str, object]:
    """The names of topics and ward offices by id, in the language of the page."""
    lang = request.lang
    day = request.context.clock.now().astimezone(IST).date()
    offices = areas.list_areas(request.context, day, "ward_office")
    names = {"en": "name_en", "mr": "name_mr", "hi": "name_hi"}
    return {
        "due": lambda due_at: _due(lang, due_at),
        "topics": {
            id_: Phrases(lang).label("topic", id_)
            for id_ in lexicon.vocabulary("topic")
            if id_ not in TOPICS
        },
        "wards": {
            office.id: str(getattr(office, names[lang.code])) for office in offices
        },
    }


def show_new_commitment(request: PageRequest) -> Answer:
    """The form for a promise."""
    return WebPage("commitment_new.html", _names(request))


def act_add(request: PageRequest, form: CommitmentForm) -> Answer:
    """Enter a promise."""
    if form.due_at <= request.context.clock.now():
        lang = request.lang
        if form.time is None:
            day = lang.weekday_of_month(form.day)
            text = lang.gettext(
                "The end of %(day)s is past: a promise is due later.", day=day
            )
        else:
            text = lang.gettext(
                "%(at)s is past: a promise is due later.", at=lang.when(form.due_at)
            )
        raise FormRefused(("day", text))
    commitments.add_promise(
        request.context,
        form.text,
        form.due_at,
        topic=form.topic,
        ward=form.ward,
        link=form.link,
    )
    notice = request.lang.gettext(
        "The promise is entered. If it is due and not kept, it becomes an incident."
    )
    return RedirectTo(_PATH, notice)


def show_commitment(request: PageRequest) -> Answer:
    """A promise, and the form with which it is marked as kept."""
    values = {"row": _commitment(request), "may_act": may_act(request)}
    return WebPage("commitment.html", {**values, **_names(request)})


def _commitment(request: PageRequest) -> CommitmentEntry:
    row = commitments.find_commitment(request.context, request.number("id"))
    if row is None:
        raise NotFound
    return row


def act_kept(request: PageRequest, form: KeptCommitmentForm) -> Answer:
    """Mark a promise as kept."""
    commitments.mark_kept(request.context, request.number("id"), form.note)
    return RedirectTo(_PATH, request.lang.gettext("The promise is marked as kept."))


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_commitments),
    Screen("/commitments/new", _MAY, show_new_commitment),
    Action("/commitments/new", _MAY, CommitmentForm, act_add, show_new_commitment),
    Screen(_ONE, Permission.READ, show_commitment),
    Action(f"{_ONE}/kept", _MAY, KeptCommitmentForm, act_kept, show_commitment),
)
