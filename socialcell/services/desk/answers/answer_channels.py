"""How a contact can be answered now: privately, by template, in public, or not at all.

The window of a private answer is asked of the messages themselves, not of the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from socialcell import platforms
from socialcell.clock import IST, as_utc
from socialcell.connectors import publisher
from socialcell.connectors.text_lengths import MESSAGE_LIMITS, length
from socialcell.connectors.whatsapp import whatsapp_prices
from socialcell.connectors.whatsapp.whatsapp_prices import Price
from socialcell.desk.model import CaseContact
from socialcell.desk.store import answers
from socialcell.listening.model import Mention
from socialcell.listening.store.mentions import conversations
from socialcell.listening.store.mentions.conversations import Conversation
from socialcell.message_catalog import Message, Parameter
from socialcell.ops import consent_ledger, templates
from socialcell.ops.webhook_model import MessageTemplate
from socialcell.services.context import Context
from socialcell.services.messaging import consent

WINDOW = timedelta(hours=24)  # of Meta: after a person's last message
WHATSAPP = platforms.WHATSAPP.id
SERVICE = "service"  # what an answer within the window is billed as

Way = Literal["private", "template", "public"]


@dataclass(frozen=True)
class AnswerWay:
    """A way to answer a contact. `until`: when the window closes; `limit`: of
    characters, as the platform counts; `reply_to`: what a public answer answers."""

    way: Way
    platform: str
    limit: int
    until: datetime | None = None
    price: Price | None = None
    conversation: Conversation | None = None
    reply_to: str | None = None
    templates: tuple[MessageTemplate, ...] = ()


@dataclass(frozen=True)
class AnswerWays:
    """The ways that are open now, the best first, and why others are not."""

    open: tuple[AnswerWay, ...]
    closed: tuple[Message, ...] = ()

    def find(self, way: Way) -> AnswerWay | None:
        """The way of this kind; None: it is not open."""
        return next((entry for entry in self.open if entry.way == way), None)

    @property
    def reason(self) -> Message:
        """Why a way that is not open cannot be gone, and what may be done instead."""
        open_ways = [entry.way for entry in self.open]
        other = Message("deskanswers.other_way", {"ways": open_ways})
        return self.closed[0] if self.closed else other


def of_contact(contact: CaseContact, reason: Message) -> Message:
    """A reason, with whom it is about."""
    if contact.person is None:
        parts: dict[str, Parameter] = {"contact": contact.id, "reason": reason}
        return Message("deskanswers.of_contact", parts)
    parts = {"contact": contact.id, "person": contact.person, "reason": reason}
    return Message("deskanswers.of_person", parts)


@dataclass(frozen=True)
class _Written:
    """What a contact wrote, the newest first: the mentions that are still kept, and the
    private conversations that those belong to."""

    mentions: Sequence[Mention]
    conversations: Sequence[Conversation]


def ways_to_answer(
    context: Context, session: Session, contact: CaseContact
) -> AnswerWays:
    """How a contact can be answered now. Where nothing is open, `closed` says why."""
    (ways,) = ways_of_contacts(context, session, [contact])
    return ways


def ways_of_contacts(
    context: Context, session: Session, contacts: Sequence[CaseContact]
) -> list[AnswerWays]:
    """The same of several, in their order. What they wrote is asked for at once."""
    ids = answers.newest_mentions_of(session, [contact.id or 0 for contact in contacts])
    every_id = [id_ for contact_ids in ids.values() for id_ in contact_ids]
    mentions = conversations.mentions_by_id(session, every_id)
    messages = [id_ for id_, mention in mentions.items() if mention.kind == "message"]
    heard = conversations.of_messages(session, messages) if messages else {}
    return [
        _ways(
            context,
            session,
            contact,
            _Written(
                [
                    mentions[id_]
                    for id_ in ids.get(contact.id or 0, ())
                    if id_ in mentions
                ],
                [heard[id_] for id_ in ids.get(contact.id or 0, ()) if id_ in heard],
            ),
        )
        for contact in contacts
    ]


def _ways(
    context: Context, session: Session, contact: CaseContact, written: _Written
) -> AnswerWays:
    if contact.erased_at is not None:
        return AnswerWays((), (Message("deskanswers.contact_erased"),))
    open_ways: list[AnswerWay] = []
    closed: list[Message] = []
    if contact.channel in MESSAGE_LIMITS:
        way, why = _private(context, session, contact, written)
        open_ways.extend([way] if way else [])
        closed.extend([why] if why else [])
    public, why = _public(context, contact, written)
    open_ways.extend([public] if public else [])
    closed.extend([why] if why else [])
    if not open_ways and not closed:
        closed.append(Message("deskanswers.no_channel", {}))
    return AnswerWays(tuple(open_ways), tuple(closed))


def _private(
    context: Context, session: Session, contact: CaseContact, written: _Written
) -> tuple[AnswerWay | None, Message | None]:
    own = (
        conversation
        for conversation in written.conversations
        if conversation.platform == contact.channel
    )
    conversation = next(own, None)
    if conversation is None:
        return None, None
    person = consent.person_of(context, conversation.platform, conversation.uid)
    last_at, now = conversation.last_at, context.clock.now()
    withdrawn = consent_ledger.withdrawn_at(session, conversation.platform, person.key)
    if withdrawn is not None and (last_at is None or withdrawn >= last_at):
        return None, Message("deskanswers.consent_withdrawn", {"at": as_utc(withdrawn)})
    platform, limit = contact.channel, MESSAGE_LIMITS[contact.channel]
    if last_at is not None and now < last_at + WINDOW:
        price = None
        if platform == WHATSAPP:
            price = whatsapp_prices.price(SERVICE, now.astimezone(IST).date())
        return (
            AnswerWay(
                "private", platform, limit, last_at + WINDOW, price, conversation
            ),
            None,
        )
    return _template(context, session, conversation, person.key)


def _template(
    context: Context, session: Session, conversation: Conversation, person: str
) -> tuple[AnswerWay | None, Message | None]:
    """After the window: an approved template, to who agreed to be written to."""
    last_at = conversation.last_at
    over: dict[str, Parameter] = {
        "at": last_at or "",
        "platform": platforms.PLATFORMS[conversation.platform].name,
        "until": last_at + WINDOW if last_at else "",
    }
    if conversation.platform != WHATSAPP:
        return None, Message("deskanswers.window_over", over)
    if not consent_ledger.has_agreed(session, WHATSAPP, person):
        return None, Message("deskanswers.window_over_no_consent", over)
    approved = tuple(
        form
        for form in templates.templates_of_source(session, conversation.source_id)
        if form.status == "approved"
    )
    if not approved:
        return None, Message("deskanswers.window_over_no_template", over)
    return (
        AnswerWay(
            "template",
            WHATSAPP,
            MESSAGE_LIMITS[WHATSAPP],
            conversation=conversation,
            templates=approved,
        ),
        None,
    )


def template_price(context: Context, category: str) -> Price | None:
    """What a template of a category costs today; None: the list has no price."""
    return whatsapp_prices.price(category, context.clock.now().astimezone(IST).date())


def _public(
    context: Context, contact: CaseContact, written: _Written
) -> tuple[AnswerWay | None, Message | None]:
    """A public answer to what the contact posted last and still stands."""
    if contact.channel not in publisher.PUBLISHERS:
        return None, None
    posts = [mention for mention in written.mentions if mention.kind != "message"]
    if not posts:
        return None, None
    post = next((post for post in posts if post.state == "present"), None)
    if post is None:
        return None, Message("deskanswers.post_removed")
    platform = contact.channel
    if platform not in publisher.connected(context.workspace.config.publishing):
        name = platforms.PLATFORMS[platform].name
        return None, Message("deskanswers.no_account", {"platform": name})
    limit = length(platform, "", reply=True).limit
    return AnswerWay("public", platform, limit, reply_to=post.external_id), None
