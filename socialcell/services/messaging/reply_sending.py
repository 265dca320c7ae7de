"""Sends an answer to a message at most once.

Its line says that it is being sent before the platform is called, and what came of it
after. Whoever finds the line after a crash does not send again: nobody knows whether it
was heard, and a person looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db, log
from socialcell.connectors.base import ConnectorError
from socialcell.connectors.publisher import UnconfirmedCall, run_write
from socialcell.connectors.whatsapp.whatsapp_prices import bucket_name
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.ops.model import Source
from socialcell.services.context import Context
from socialcell.services.messaging import whatsapp_number

_LOG = log.logger(__name__)
_SERVICE = "service"  # what an answer within the window is billed as


@dataclass(frozen=True)
class ReplyRecipient:
    """Whom an answer to a message goes to, through which source, and until when."""

    mention_id: int
    uid: str
    pseudonym: str
    source: Source
    until: datetime


def send_reply(
    context: Context,
    to: ReplyRecipient,
    words: str,
    claim: Callable[[Session], int],
    put_back: Callable[[Session, int], None],
    detail: JsonObject | None = None,
) -> str:
    """Send an answer; the id that Meta gave it. Audited, with `detail`.

    `claim` enters or takes the line of the answer and gives its number; it may refuse
    with an error. `put_back` does with the line what is due when Meta took nothing:
    ConnectorError, ConfigError. UnconfirmedCall: it may have; the line asks a person.
    """
    ledger = whatsapp_number.open_ledger(context, to.source)
    ledger.take(bucket_name(_SERVICE))
    whatsapp = whatsapp_number.connect(context, to.source)
    with db.writing(context.engine) as session:
        id_ = claim(session)
    try:
        external_id = run_write(lambda: whatsapp.send_text(to.uid, words))
    except UnconfirmedCall as error:
        _doubt(context, to, id_)
        why = Message("messages.unsure", {"reply": id_, "why": error.message})
        raise UnconfirmedCall.from_message(error.kind, why, error.until) from None
    except (ConnectorError, ConfigError):
        with db.writing(context.engine) as session:
            put_back(session, id_)
        raise
    with db.writing(context.engine) as session:
        draft_store.settle_sent(session, id_, external_id)
        whatsapp_number.book(context, session, to.source, external_id, _SERVICE, ledger)
        audit.append(
            session,
            context.actor,
            "message.reply",
            f"{whatsapp_number.CONNECTOR}:{to.pseudonym}",
            {
                "to": to.mention_id,
                "characters": len(words),
                "answer": id_,
                **(detail or {}),
                "message": external_id,
            },
            context.clock.now(),
        )
    return external_id


def _doubt(context: Context, to: ReplyRecipient, id_: int) -> None:
    """Nobody knows whether an answer was heard: a person looks. Audited."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        if draft_store.doubt(session, id_):
            detail: JsonObject = {"to": to.mention_id}
            audit.append(
                session, context.actor, "message.unsure", str(id_), detail, now
            )
    _LOG.error("a person must look whether an answer was sent", answer=id_)
