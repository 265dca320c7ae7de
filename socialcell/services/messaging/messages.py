"""Send templates on WhatsApp to those who agreed to be written to.

To each person the same once in 24 hours (template_sending.py): a failure is told, not
retried.
"""

import re
from collections.abc import Iterable, Sequence

from socialcell import db, phone_number
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.ops import audit, templates
from socialcell.ops.model import Source
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.services.context import Context
from socialcell.services.messaging import (
    consent,
    template_approvals,
    template_sending,
    whatsapp_number,
)
from socialcell.services.messaging.template_approvals import Sending
from socialcell.services.messaging.template_sending import (
    TemplateCampaign,
    TemplateForm,
)
from socialcell.services.messaging.whatsapp_number import CONNECTOR
from socialcell.services.outbox import election_periods, outbox_mode

# As which category Meta lets a warning be sent: advertising is no warning, and Meta may
# keep it back from who has had much of it.
_SAFETY = "utility"
_PLACEHOLDER = re.compile(r"\{\{[^{}]+\}\}")


def sync_templates(context: Context, name: str | None = None) -> tuple[int, int]:
    """Ask Meta for the templates of a number; how many there are, and are gone."""
    source = whatsapp_number.find_source(context, name)
    platform_templates = [
        templates.PlatformTemplate(
            template.name,
            template.language,
            template.external_id,
            template.category,
            template.status,
            template.body,
        )
        for template in whatsapp_number.connect(context, source).templates()
    ]
    with db.writing(context.engine) as session:
        assert source.id is not None
        return templates.save_templates(
            session, source.id, platform_templates, context.clock.now()
        )


def list_templates(context: Context, name: str | None = None) -> list[MessageTemplate]:
    """The templates as Meta last reported them."""
    source = whatsapp_number.find_source(context, name)
    with db.reading(context.engine) as session:
        assert source.id is not None
        templates_of_number = templates.templates_of_source(session, source.id)
        session.expunge_all()
    return templates_of_number


def send_template(
    context: Context,
    template: str,
    language: str,
    numbers: Iterable[str],
    values: Sequence[str] = (),
    *,
    source: str | None = None,
    safety: bool = False,
    again: bool = False,
    dry_run: bool = False,
) -> TemplateCampaign:
    """Send an approved template to those of the numbers whose owners agreed. Audited.

    Nobody gets the same twice in 24 hours. Of whom nobody knows whether they have it,
    since a process died or Meta gave no answer, they get it with `again` only: a person
    has looked.

    What is marked as `safety` no mode of the switch holds; it leaves when a second
    person sends the same to the same list (template_approvals.py).

    UsageError: an unknown or unapproved template, values that do not fit it, a number
    without its country code (named by its place in the list), or a switch that holds
    back what the city says of its own accord. Of safety: a template that is not of the
    category utility, or whose words may serve an election while one is on, or the same
    person again. SocialcellError: the same OS user again.
    """
    if not safety:
        outbox_mode.require(context, "outreach")
    through = whatsapp_number.find_source(context, source)
    approved = _form(context, through, template, language, values)
    if safety:
        _require_safety(context, approved, values)
    to = _numbers(numbers)
    result = TemplateCampaign(second_person=safety)
    form = TemplateForm(through, approved, values, again)
    due = template_sending.choose_due(context, form, to, result)
    if dry_run or not due:
        result.left = len(due)
        return result
    sending = _sending(context, form, to, len(due)) if safety else None
    if sending is not None:
        answer = template_approvals.enter_or_approve(context, sending)
        result.second_person = not answer.approved
        result.interrupted = answer.interrupted
        if not answer.approved:
            result.left = len(due)
            return result
    in_doubt = len(result.unsure)
    try:
        template_sending.send_each(context, form, due, result)
    finally:
        in_doubt = len(result.unsure) - in_doubt
        nothing_left = not (result.sent or result.failed or in_doubt)
        if sending is not None and nothing_left:
            template_approvals.give_back(context, sending)
    if sending is None or not nothing_left:
        _note_campaign(context, approved, result, sending)
    return result


def _note_campaign(
    context: Context,
    form: MessageTemplate,
    result: TemplateCampaign,
    sending: Sending | None,
) -> None:
    detail: dict[str, JsonValue] = {}
    if sending is not None:
        detail |= {
            "language": sending.detail["language"],
            "digest": sending.detail["digest"],
            "people": sending.detail["people"],
        }
    detail |= {
        "language": form.language,
        "sent": result.sent,
        "had": result.had,
        "unsure": len(result.unsure),
        "not_agreed": result.not_agreed,
        "failed": result.failed,
        "left": result.left,
    }
    with db.writing(context.engine) as session:
        now = context.clock.now()
        audit.append(
            session, context.actor, template_approvals.SENT, form.name, detail, now
        )


def _form(
    context: Context,
    through: Source,
    template: str,
    language: str,
    values: Sequence[str],
) -> MessageTemplate:
    """The template that fits the values. UsageError."""
    assert through.id is not None
    with db.reading(context.engine) as session:
        form = templates.find_template(session, through.id, template, language)
        _require_fit(form, template, language, values)
        assert form is not None
        session.expunge(form)
    return form


def _require_safety(
    context: Context, form: MessageTemplate, values: Sequence[str]
) -> None:
    if form.category != _SAFETY:
        raise UsageError(
            "messages.template_not_for_safety",
            name=form.name,
            category=form.category,
            safety_category=_SAFETY,
        )
    election_periods.refuse_safety(context, " ".join((form.body or "", *values)))


def _sending(
    context: Context, form: TemplateForm, to: Iterable[str], people: int
) -> Sending:
    keys = [consent.person_of(context, CONNECTOR, number).key for number in to]
    template = form.template
    sealed = template_approvals.digest(template, form.values, keys)
    return Sending(template.name, template.language, sealed, people)


def _require_fit(
    template: MessageTemplate | None, name: str, language: str, values: Sequence[str]
) -> None:
    if template is None:
        raise UsageError("messages.no_such_template", name=name, language=language)
    if template.status != "approved":
        raise UsageError(
            "messages.template_not_approved",
            name=name,
            language=language,
            status=template.status,
        )
    gaps = len(set(_PLACEHOLDER.findall(template.body or "")))
    if gaps != len(values):
        raise UsageError(
            "messages.template_values",
            name=name,
            gaps=gaps,
            values=len(values),
            body=template.body,
        )


def _numbers(lines: Iterable[str]) -> dict[str, int]:
    """The numbers of a list, each with the first line that it stands in. UsageError."""
    numbers: dict[str, int] = {}
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            numbers.setdefault(phone_number.international(line.strip()), place)
        except UsageError as error:
            raise UsageError(
                "messages.wrong_number", place=place, reason=error
            ) from None
    return numbers
