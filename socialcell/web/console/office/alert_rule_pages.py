"""Alert rules of the cell's own: so many mentions of a query are an incident."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from socialcell.listening.query import query_lint
from socialcell.roles import Permission
from socialcell.services.alerts import alert_rules
from socialcell.services.alerts.alert_rules import RuleEntry
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_PATH = "/rules"
_REMOVAL = "/rules/{name}/remove"
_MAY = Permission.LEAD_INCIDENTS
_TO = "to:"  # how the box of a recipient begins


class AlertRuleForm(Form):
    """A rule; its recipients are those whose box is ticked."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, Field(min_length=1, max_length=40)]
    query: Annotated[str, Field(min_length=1, max_length=1000)]
    threshold: Annotated[int, Field(ge=1, le=100_000)]
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
            "may_act": request.visitor is not None and request.visitor.may(_MAY),
        },
    )


def _severities(request: PageRequest) -> dict[str, str]:
    _ = request.lang.gettext
    return {"high": _("high"), "medium": _("medium")}


def show_new_rule(request: PageRequest) -> Answer:
    """The form for a rule."""
    config = request.context.workspace.config.alerts
    return WebPage(
        "rule_new.html",
        {
            "severities": _severities(request),
            "recipients": alert_rules.alert_recipients(config),
            "prefix": _TO,
        },
    )


def act_add(request: PageRequest, form: AlertRuleForm) -> Answer:
    """Write a rule; what is doubtful in its query is said."""
    alert_rules.add_rule(
        request.context,
        form.name,
        form.query,
        threshold=form.threshold,
        minutes=form.minutes,
        severity=form.severity,
        recipients=form.recipients,
    )
    doubts = query_lint.lint(form.query, request.context.clock.now())
    notice = request.lang.gettext("The rule is written: %(name)s.", name=form.name)
    sentences = [notice, *(request.say(doubt.message) for doubt in doubts)]
    return RedirectTo(_PATH, " ".join(sentences))


def show_removal(request: PageRequest) -> Answer:
    """What taking a rule away does, before it is done."""
    return WebPage("rule_remove.html", {"rule": _rule(request)})


def _rule(request: PageRequest) -> RuleEntry:
    name = request.params["name"]
    rules = alert_rules.list_rules(request.context)
    rule = next((rule for rule in rules if rule.name == name), None)
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
