"""What hands messages over: chat rooms, phones, and the password of the mail server."""

from collections.abc import Callable
from typing import TypeAlias

from socialcell import chat, phone
from socialcell.errors import ConfigError
from socialcell.services.context import Context
from socialcell.services.outbox import phone_calls

Send: TypeAlias = Callable[[bytes, str], phone.PlacedCall]
"""Hands a body over to a recipient; errors are those of mail, chat and phone."""


def sender(context: Context, name: str) -> Send:
    """Hands messages over to a room or phone. ConfigError as of _room."""
    if name in context.workspace.config.alerts.phone:
        return phone_calls.phone_sender(context, name)
    return _room_sender(context, name)


def _room_sender(context: Context, name: str) -> Send:
    """ConfigError as of _room."""
    room = _room(context, name)

    def send(body: bytes, _recipient: str) -> phone.PlacedCall:
        return phone.PlacedCall(chat.send(room, body, context.clock.now()))

    return send


def _room(context: Context, name: str) -> chat.ChatRoom:
    """ConfigError when config.yaml lacks the room, or a secret its value."""
    channel = context.workspace.config.alerts.channels.get(name)
    if channel is None:
        raise ConfigError("outbox.channel_gone", name=name)
    secrets = {
        what: context.workspace.secret(secret).get_secret_value()
        for what, secret in channel.secrets.items()
    }
    return chat.ChatRoom(channel.kind, secrets, context.connector_context.base_urls)


def mail_password(context: Context) -> str | None:
    """The password of `mail.user`; None without one. ConfigError when its secret is
    missing."""
    settings = context.workspace.config.mail
    if settings.user is None:
        return None
    return context.workspace.secret(settings.password.secret).get_secret_value()
