"""Send templates on WhatsApp to those who agreed to be written to.

A message is booked in the ledger when it is sent; what Meta tells of it afterwards
corrects that. It is never sent twice by itself: a failure is told, not retried.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from socialcell import db, phone_number
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.ops import audit, consent_ledger, templates
from socialcell.ops.model import Source
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.services.context import Context
from socialcell.services.messaging import consent, template_approvals, whatsapp_number
from socialcell.services.messaging.template_approvals import Sending
from socialcell.services.messaging.whatsapp_number import CONNECTOR
from socialcell.services.outbox import election_periods, outbox

# As which category Meta lets a warning be sent: advertising is no warning, and Meta may
# keep it back from who has had much of it.
_SAFETY = "utility"
_PLACEHOLDER = re.compile(r"\{\{[^{}]+\}\}")
# These concern us, not the person written to: nobody else could be reached either.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA, Kind.TRANSIENT)


@dataclass
class TemplateCampaign:
    """What sending a template came to, by number of people.

    `second_person`: it waits, or would, for a second person's yes. `interrupted`: a run
    of the same was approved before and did not end, so some may have it already.
    """

    sent: int = 0
    not_agreed: int = 0
    failed: int = 0
    left: int = 0  # not tried, because of `stopped`
    stopped: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    second_person: bool = False
    interrupted: bool = False


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
    dry_run: bool = False,
) -> TemplateCampaign:
    """Send an approved template to those of the numbers whose owners agreed. Audited.

    What is marked as `safety` no mode of the switch holds; it leaves when a second
    person sends the same to the same list (template_approvals.py).

    UsageError: an unknown or unapproved template, values that do not fit it, a number
    without its country code (named by its place in the list), or a switch that holds
    back what the city says of its own accord. Of safety: a template that is not of the
    category utility, or whose words may serve an election while one is on, or the same
    person again. SocialcellError: the same OS user again.
    """
    if not safety:
        outbox.require(context, "outreach")
    through = whatsapp_number.find_source(context, source)
    form = _form(context, through, template, language, values)
    if safety:
        _require_safety(context, form, values)
    to = list(dict.fromkeys(_numbers(numbers)))
    agreed = [number for number in to if _has_agreed(context, number)]
    result = TemplateCampaign(not_agreed=len(to) - len(agreed), second_person=safety)
    if dry_run or not agreed:
        result.left = len(agreed)
        return result
    sending = _sending(context, form, values, to, len(agreed)) if safety else None
    if sending is not None:
        answer = template_approvals.enter_or_approve(context, sending)
        result.second_person = not answer.approved
        result.interrupted = answer.interrupted
        if not answer.approved:
            result.left = len(agreed)
            return result
    try:
        _send_each(context, through, form, values, agreed, result)
    finally:
        nothing_left = not (result.sent or result.failed)
        if sending is not None and nothing_left:
            template_approvals.give_back(context, sending)
    if sending is None or not nothing_left:
        _note_campaign(context, form, result, sending)
    return result


def _send_each(
    context: Context,
    through: Source,
    form: MessageTemplate,
    values: Sequence[str],
    agreed: Sequence[str],
    result: TemplateCampaign,
) -> None:
    """Send a template to one number after another, and count in `done`."""
    ledger = whatsapp_number.open_ledger(context, through)
    whatsapp = whatsapp_number.connect(context, through)
    for place, number in enumerate(agreed):
        # Asked again: somebody may have said no since the list was made.
        if not _has_agreed(context, number):
            result.not_agreed += 1
            continue
        try:
            ledger.take(bucket_name(form.category))
            id_ = whatsapp.send_template(number, form.name, form.language, values)
        except ConnectorError as error:
            if error.kind in _STOPPING:
                result.stopped, result.left = str(error), len(agreed) - place
                break
            result.failed += 1
            result.reasons[str(error)] = result.reasons.get(str(error), 0) + 1
            continue
        with db.writing(context.engine) as session:
            whatsapp_number.book(context, session, through, id_, form.category, ledger)
        result.sent += 1


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
    context: Context,
    form: MessageTemplate,
    values: Sequence[str],
    to: Sequence[str],
    people: int,
) -> Sending:
    keys = [consent.person_of(context, CONNECTOR, number).key for number in to]
    sealed = template_approvals.digest(form, values, keys)
    return Sending(form.name, form.language, sealed, people)


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


def _numbers(lines: Iterable[str]) -> Iterable[str]:
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield phone_number.international(line.strip())
        except UsageError as error:
            raise UsageError(
                "messages.wrong_number", place=place, reason=error
            ) from None


def _has_agreed(context: Context, number: str) -> bool:
    person = consent.person_of(context, CONNECTOR, number)
    with db.reading(context.engine) as session:
        return consent_ledger.has_agreed(session, CONNECTOR, person.key)
