"""Around the sources: allowances and money, credentials, what could not be read, and
a new source with what it will cost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from socialcell import connectors
from socialcell.errors import ConfigError
from socialcell.services.collection import (
    allowance_usage,
    credential_checks,
    query_estimate,
    reprocessing,
    source_setup,
)
from socialcell.web.console.navigation import SEE_SOURCES
from socialcell.web.console.office import source_words
from socialcell.web.console.office.source_pages import MANAGE
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen

SETTING = "set_"
"""How the names of the fields of settings begin."""
_WEEK = timedelta(days=7)


class NewSourceForm(Form):
    """A source with the settings of its connector; first checked, then added."""

    model_config = ConfigDict(extra="allow")
    connector: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    step: Literal["check", "add"]


def show_allowances(request: PageRequest) -> Answer:
    """What the platforms' allowances are used up to, and the money of the month."""
    usage = allowance_usage.spending(request.context)
    lang = request.lang
    return WebPage(
        "source_allowances.html",
        {
            "allowances": usage.allowances,
            "bills": usage.money,
            "short": [row for row in usage.allowances if row.is_over],
            "dear": [bill for bill in usage.money if bill.is_over],
            "platform": lambda id_: source_words.platform_name(id_, lang),
            "bucket": lambda id_: source_words.bucket(id_, lang),
            "period": lambda id_: source_words.period(id_, lang),
            "money": lambda micros, currency: source_words.money(
                micros, currency, lang
            ),
        },
    )


def show_credentials(request: PageRequest) -> Answer:
    """Which credentials were accepted when they were tried last; never a value."""
    checks = credential_checks.last_checks(request.context)
    return WebPage(
        "source_credentials.html",
        {
            "checks": sorted(checks, key=lambda check: (check.ok, check.connector)),
            "platform": lambda id_: source_words.platform_name(id_, request.lang),
            "soon": max(credential_checks.WARNING_DAYS),
        },
    )


def show_mapping_errors(request: PageRequest) -> Answer:
    """What could not be read of the items of the last week, by what ails it."""
    waves = reprocessing.list_mapping_errors(request.context, _WEEK)
    return WebPage(
        "source_errors.html",
        {
            "waves": waves,
            "platform": lambda id_: source_words.platform_name(id_, request.lang),
        },
    )


def show_new_source(request: PageRequest) -> Answer:
    """Choose a connector, then fill in its settings."""
    connector = request.typed.get("connector") or request.query.get("connector", "")
    return WebPage("source_new.html", _new_source(request, connector))


def _new_source(request: PageRequest, connector: str) -> Mapping[str, object]:
    is_known = connector in connectors.CONNECTORS
    return {
        "connector": connector if is_known else "",
        "choices": [
            (name, source_words.connector_name(name, request.lang))
            for name in sorted(connectors.CONNECTORS)
        ],
        "fields": connectors.setting_fields(connector) if is_known else [],
        "pairs": lambda field: [("", "–"), *((name, name) for name in field.choices)],
        "prefix": SETTING,
        "setting_name": lambda key: source_words.setting_name(key, request.lang),
        "checked": None,
        "may_manage": request.may(MANAGE),
    }


def act_new_source(request: PageRequest, form: NewSourceForm) -> Answer:
    """Check a source and say what it will cost; add it when that was seen."""
    settings = read_settings(form, request)
    try:
        source_setup.check_settings(request.context, form.connector, settings)
        cost = query_estimate.estimate(request.context, form.connector, settings)
        if form.step == "add":
            source = source_setup.add_source(
                request.context, form.name, form.connector, settings
            )
            notice = request.lang.gettext("%(source)s is added.", source=source.name)
            return RedirectTo(f"/sources/{source.id}", notice)
    except ConfigError as error:
        raise FormRefused(("", request.say(error.message))) from None
    values = {
        **_new_source(request, form.connector),
        "checked": settings,
        "cost": cost and source_words.estimate(cost, request.lang),
        "basis": cost and cost.basis,
    }
    return WebPage("source_new.html", values)


def read_settings(form: Form, request: PageRequest) -> dict[str, str]:
    """The settings that were filled in. FormRefused: a field that is none."""
    fields = form.model_extra or {}
    if strange := [name for name in fields if not name.startswith(SETTING)]:
        text = request.lang.gettext("This form has changed. Fill it in again.")
        raise FormRefused((strange[0], text))
    texts = {name.removeprefix(SETTING): str(text) for name, text in fields.items()}
    return {name: text.strip() for name, text in texts.items() if text.strip()}


ROWS: tuple[Row, ...] = (
    Screen("/sources/allowances", SEE_SOURCES, show_allowances),
    Screen("/sources/credentials", SEE_SOURCES, show_credentials),
    Screen("/sources/errors", SEE_SOURCES, show_mapping_errors),
    Screen("/sources/new", MANAGE, show_new_source),
    Action("/sources/new", MANAGE, NewSourceForm, act_new_source, show_new_source),
)
