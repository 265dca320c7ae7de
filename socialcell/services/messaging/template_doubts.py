"""Templates in doubt: nobody knows whether some people have them, until one looks."""

from socialcell import db
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.ops import audit, template_deliveries
from socialcell.ops.template_deliveries import DoubtedTemplate
from socialcell.services.context import Context
from socialcell.services.messaging.sending_times import ONCE_IN, SENDING


def list_doubts(context: Context) -> list[DoubtedTemplate]:
    """Templates of which nobody knows whether some people have them, oldest first."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        return template_deliveries.doubts(session, now - ONCE_IN, now - SENDING)


def settle(
    context: Context, template: str, *, heard: bool, language: str | None = None
) -> int:
    """A person has looked: those in doubt have the template, or they do not, and the
    next sending of it reaches them. How many people. Audited.

    UsageError: nobody doubts this template, or it is in doubt in several languages and
    none is named.
    """
    now = context.clock.now()
    since, until = now - ONCE_IN, now - SENDING
    with db.writing(context.engine) as session:
        rows = template_deliveries.doubts(session, since, until)
        languages = sorted({row.language for row in rows if row.template == template})
        if not languages or (language is not None and language not in languages):
            raise UsageError("messages.template_not_unsure", template=template)
        if language is None and len(languages) > 1:
            raise UsageError(
                "messages.which_language", template=template, languages=languages
            )
        chosen = language or languages[0]
        people = template_deliveries.settle_doubts(
            session, template, chosen, since, until, heard=heard
        )
        detail: JsonObject = {"language": chosen, "people": people, "heard": heard}
        audit.append(session, context.actor, "message.settle", template, detail, now)
        return people
