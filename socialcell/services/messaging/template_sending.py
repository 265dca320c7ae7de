"""Sends a template to one person after another: to each at most once in 24 hours.

That it goes to a person is committed before the platform is called, what came of it
after. Whoever sends the same again after a crash reaches those who do not have it; of
whom nobody knows it, a person looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from socialcell import db
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.connectors.publisher import UnconfirmedCall, run_write
from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name
from socialcell.errors import ConfigError
from socialcell.ops import consent_ledger, template_deliveries
from socialcell.ops.model import Source
from socialcell.ops.webhook_model import MessageTemplate, TemplateDelivery
from socialcell.services.context import Context
from socialcell.services.messaging import (
    consent,
    template_approvals,
    whatsapp_number,
)
from socialcell.services.messaging.sending_times import ONCE_IN, SENDING
from socialcell.services.messaging.whatsapp_number import CONNECTOR

# These concern us, not the person written to: nobody else could be reached either.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA, Kind.TRANSIENT)


@dataclass
class TemplateCampaign:
    """What sending a template came to, by number of people.

    `had`: they got the same within 24 hours. `unsure`: the lines of the list of whom
    nobody knows whether they have it. `second_person`: it waits, or would, for a second
    person's yes. `interrupted`: a run of the same was approved before and did not end.
    """

    sent: int = 0
    had: int = 0
    not_agreed: int = 0
    failed: int = 0
    left: int = 0  # not tried, because of `stopped`
    unsure: list[int] = field(default_factory=list)
    stopped: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    second_person: bool = False
    interrupted: bool = False


@dataclass(frozen=True)
class TemplateForm:
    """What is sent: a template with its values, through a number of the city. `again`:
    also to those of whom nobody knows whether they have it."""

    source: Source
    template: MessageTemplate
    values: Sequence[str]
    again: bool

    @property
    def digest(self) -> str:
        """What is the same when the same is sent."""
        return template_approvals.digest(self.template, self.values, ())


def has_agreed(context: Context, number: str) -> bool:
    """Whether the owner of a number agrees to be written to, as it is now."""
    person = consent.person_of(context, CONNECTOR, number)
    with db.reading(context.engine) as session:
        return consent_ledger.has_agreed(session, CONNECTOR, person.key)


def choose_due(
    context: Context,
    form: TemplateForm,
    to: Mapping[str, int],
    result: TemplateCampaign,
) -> dict[str, int]:
    """Those of a list, by number and line, who agreed and do not have this; the others
    are counted in `result`."""
    due: dict[str, int] = {}
    since = context.clock.now() - ONCE_IN
    for number, line in to.items():
        person = consent.person_of(context, CONNECTOR, number).key
        with db.reading(context.engine) as session:
            agreed = consent_ledger.has_agreed(session, CONNECTOR, person)
            standing = template_deliveries.standing(session, form.digest, person, since)
        if not agreed:
            result.not_agreed += 1
        elif standing == "had":
            result.had += 1
        elif standing == "unsure" and not form.again:
            result.unsure.append(line)
        else:
            due[number] = line
    return due


def send_each(
    context: Context,
    form: TemplateForm,
    due: Mapping[str, int],
    result: TemplateCampaign,
) -> None:
    """Send a template to one number after another, and count in `result`. ConfigError:
    a secret is missing."""
    run = _Run(context, form, result)
    for place, (number, line) in enumerate(due.items()):
        try:
            run.send_to(number, line)
        except ConnectorError as error:
            is_doubt = isinstance(error, UnconfirmedCall)
            result.stopped, result.left = str(error), len(due) - place - is_doubt
            break


class _Run:
    """A run of `send_each`."""

    def __init__(
        self, context: Context, form: TemplateForm, result: TemplateCampaign
    ) -> None:
        self._context, self._form, self._result = context, form, result
        self._ledger = whatsapp_number.open_ledger(context, form.source)
        self._whatsapp = whatsapp_number.connect(context, form.source)

    def send_to(self, number: str, line: int) -> None:
        """Send it to one number. ConnectorError: nothing more can be sent in this run;
        UnconfirmedCall: moreover nobody knows whether this person has it."""
        form, result, template = self._form, self._result, self._form.template
        # Asked again: somebody may have said no since the list was made.
        if not has_agreed(self._context, number):
            result.not_agreed += 1
            return
        self._ledger.take(bucket_name(template.category))
        person = consent.person_of(self._context, CONNECTOR, number).key
        if not self._begin(person):  # another run was quicker
            self._count_taken(person, line)
            return
        try:
            id_ = run_write(
                lambda: self._whatsapp.send_template(
                    number, template.name, template.language, form.values
                )
            )
        except UnconfirmedCall:
            result.unsure.append(line)
            raise
        except (ConnectorError, ConfigError) as error:
            with db.writing(self._context.engine) as session:
                template_deliveries.drop(session, form.digest, person)
            if isinstance(error, ConfigError) or error.kind in _STOPPING:
                raise
            result.failed += 1
            result.reasons[str(error)] = result.reasons.get(str(error), 0) + 1
            return
        with db.writing(self._context.engine) as session:
            template_deliveries.settle_sent(session, form.digest, person, id_)
            whatsapp_number.book(
                self._context,
                session,
                form.source,
                id_,
                template.category,
                self._ledger,
            )
        result.sent += 1

    def _begin(self, person: str) -> bool:
        now, form = self._context.clock.now(), self._form
        delivery = TemplateDelivery(
            digest=form.digest,
            person=person,
            template=form.template.name,
            language=form.template.language,
            made_by=self._context.actor.name,
            begun_at=now,
        )
        doubted_before = now - SENDING if form.again else None
        with db.writing(self._context.engine) as session:
            return template_deliveries.begin(
                session, delivery, now - ONCE_IN, doubted_before
            )

    def _count_taken(self, person: str, line: int) -> None:
        since = self._context.clock.now() - ONCE_IN
        with db.reading(self._context.engine) as session:
            standing = template_deliveries.standing(
                session, self._form.digest, person, since
            )
        if standing == "had":
            self._result.had += 1
        else:
            self._result.unsure.append(line)
