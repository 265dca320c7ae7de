"""Alert rules of the cell's own: so many mentions of a query are an incident."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.alerts import alert_rules
from socialcell.services.alerts.alert_rules import RuleEntry
from socialcell.services.mentions import saved_query
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/rules"
_REMOVAL = "/rules/{name}/remove"
_MAY = Permission.LEAD_INCIDENTS
_MOST_DIGITS = 6
_TO = "to:"  # how the box of a recipient begins


class AlertRuleForm(Form):
    """A rule; its recipients are those whose box is ticked. What its numbers may be
    and how long its texts, `alert_rules.add_rule` says."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, Field(min_length=1)]
    query: Annotated[str, Field(min_length=1)]
    threshold: int
    minutes: int
    severity: Literal["high", "medium"]

    @property
    def recipients(self) -> Sequence[str]:
        ticked = self.model_extra or {}
        return [name.removeprefix(_TO) for name in ticked if name.startswith(_TO)]


def show_rules(request: PageRequest) -> Answer:
    """The rules, by name."""
    return WebPage(
        "rules.html",
        {
            "rules": alert_rules.list_rules(request.context),
            "severities": _severities(request),
            "may_act": request.may(_MAY),
        },
    )


def _severities(request: PageRequest) -> dict[str, str]:
    _ = request.lang.gettext
    return {"high": _("high"), "medium": _("medium")}


def show_new_rule(request: PageRequest) -> Answer:
    """The form for a rule; of a search that is to become one, what it would have done
    in the last weeks."""
    config = request.context.workspace.config.alerts
    query = request.typed.get("query") or request.query.get("query", "")
    threshold = _number(request, "threshold", 5)
    minutes = _number(request, "minutes", 60)
    preview, fault = None, ""
    if query:
        try:
            preview = saved_query.preview_rule(
                request.context, query, threshold=threshold, minutes=minutes
            )
        except UsageError as error:
            fault = request.say(error.message)
    doubts = preview.doubts if preview else ()
    return WebPage(
        "rule_new.html",
        {
            "query": query,
            "threshold": threshold,
            "minutes": minutes,
            "preview": preview,
            "refusal": preview and preview.refusal and request.say(preview.refusal),
            "doubts": [request.say(doubt.message) for doubt in doubts],
            # What was wrong with a form that was sent stands above it already.
            "fault": "" if request.problems else fault,
            "severities": _severities(request),
            "recipients": alert_rules.alert_recipients(config),
            "prefix": _TO,
        },
    )


def _number(request: PageRequest, name: str, otherwise: int) -> int:
    text = request.typed.get(name) or request.query.get(name, "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else otherwise


def act_add(request: PageRequest, form: AlertRuleForm) -> Answer:
    """Write a rule; what is doubtful in its query is said."""
    _id, doubts = alert_rules.add_rule(
        request.context,
        form.name,
        form.query,
        threshold=form.threshold,
        minutes=form.minutes,
        severity=form.severity,
        recipients=form.recipients,
    )
    notice = request.lang.gettext("The rule is written: %(name)s.", name=form.name)
    sentences = [notice, *(request.say(doubt.message) for doubt in doubts)]
    return RedirectTo(_PATH, " ".join(sentences))


def show_removal(request: PageRequest) -> Answer:
    """What taking a rule away does, before it is done."""
    return WebPage("rule_remove.html", {"rule": _rule(request)})


def _rule(request: PageRequest) -> RuleEntry:
    rule = alert_rules.find_rule(request.context, str(request.params["name"]))
    if rule is None:
        raise NotFound
    return rule


def act_remove(request: PageRequest, _form: NoFields) -> Answer:
    """Take a rule away."""
    rule = _rule(request)
    alert_rules.remove_rule(request.context, rule.name)
    notice = request.lang.gettext("The rule is removed: %(name)s.", name=rule.name)
    return RedirectTo(_PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(_PATH, Permission.READ, show_rules),
    Screen("/rules/new", _MAY, show_new_rule),
    Action("/rules/new", _MAY, AlertRuleForm, act_add, show_new_rule),
    Screen(_REMOVAL, _MAY, show_removal),
    Action(_REMOVAL, _MAY, NoFields, act_remove, show_removal),
)
