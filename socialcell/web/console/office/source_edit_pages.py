"""Sources: what one follows and its name, changed after what that means was seen."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from socialcell import connectors
from socialcell.errors import ConfigError
from socialcell.ops.model import Source
from socialcell.services.collection import query_estimate, source_edit
from socialcell.services.collection.source_edit import SourceChange
from socialcell.web.console.office import source_words
from socialcell.web.console.office.source_pages import MANAGE, require_source
from socialcell.web.console.office.source_upkeep_pages import SETTING, read_settings
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/sources/{id:number}/edit"


class SourceEditForm(Form):
    """All settings of a source and its name; first checked, then stored."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, Field(min_length=1, max_length=100)]
    step: Literal["check", "store"]


def show_edit(request: PageRequest) -> Answer:
    """The settings of a source, to be changed."""
    return WebPage("source_edit.html", _values(request, _editable(request)))


def _editable(request: PageRequest) -> Source:
    """NotFound: there is no such source, or it is of imported files."""
    source = require_source(request)
    if source.connector not in connectors.CONNECTORS:
        raise NotFound
    return source


def _values(request: PageRequest, source: Source) -> dict[str, object]:
    return {
        "source": source,
        "platform": source_words.connector_name(source.connector, request.lang),
        "fields": connectors.setting_fields(source.connector),
        "pairs": lambda field: [("", "–"), *((name, name) for name in field.choices)],
        "prefix": SETTING,
        "setting_name": lambda key: source_words.setting_name(key, request.lang),
        "texts": _texts(source),
        "edited": None,
    }


def _texts(source: Source) -> dict[str, str]:
    """The settings as the fields of the form show them."""
    return {key: source_words.setting(entry) for key, entry in source.settings.items()}


def act_edit(request: PageRequest, form: SourceEditForm) -> Answer:
    """Say what a change means and what it will cost; store it when that was seen."""
    source = _editable(request)
    change = _change(source, form.name.strip(), read_settings(form, request))
    try:
        edited = source_edit.preview(request.context, source.name, change)
        cost = query_estimate.estimate(
            request.context, source.connector, edited.settings
        )
        if form.step == "store":
            source_edit.edit_source(request.context, source.name, change)
            notice = request.lang.gettext("The change is stored as a new version.")
            return RedirectTo(f"/sources/{source.id}", notice)
    except ConfigError as error:
        raise FormRefused(("", request.say(error.message))) from None
    if not edited.changed:
        raise FormRefused(("", request.lang.gettext("Nothing differs from before.")))
    return WebPage(
        "source_edit.html",
        {
            **_values(request, source),
            "edited": edited,
            "sent": {k: v for k, v in request.typed.items() if k.startswith(SETTING)},
            "was": _texts(source) | {"name": source.name},
            "becomes": {
                key: source_words.setting(entry)
                for key, entry in edited.settings.items()
            }
            | {"name": edited.name},
            "cost": cost and source_words.estimate(cost, request.lang),
            "basis": cost and cost.basis,
        },
    )


def _change(source: Source, name: str, texts: Mapping[str, str]) -> SourceChange:
    """What differs from how the form showed it: the rest stays as it is."""
    before = _texts(source)
    names = [field.name for field in connectors.setting_fields(source.connector)]
    return SourceChange(
        settings={key: text for key, text in texts.items() if before.get(key) != text},
        removed=[key for key in names if key in before and key not in texts],
        name=name,
    )


ROWS: tuple[Row, ...] = (
    Screen(_PATH, MANAGE, show_edit),
    Action(_PATH, MANAGE, SourceEditForm, act_edit, show_edit),
)
