"""Mails of HTML, text, pictures and files, sent through one mail server."""

import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from urllib.parse import quote

from socialcell.errors import SocialcellError
from socialcell.message_catalog import Parameter
from socialcell.settings.notifications import Mail

_LINE_END = "\r\n"
HTML = "text/html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DeliveryDeferred(SocialcellError):  # noqa: N818 - named for what to do
    """A temporary fault of the server or the connection: try again later, after `wait`
    where the server names it."""

    def __init__(
        self, code: str, wait: timedelta | None = None, **parameters: Parameter
    ) -> None:
        super().__init__(code, **parameters)
        self.wait = wait


class DeliveryRefused(SocialcellError):  # noqa: N818 - named for what happened
    """The server will never take this letter for this recipient."""


class DeliveryUnavailable(SocialcellError):  # noqa: N818 - named for what happened
    """The server accepts nothing from us: a setting or a password must be corrected."""


@dataclass(frozen=True)
class Letter:
    """A mail to one recipient. `pictures` are PNGs by the name that the HTML
    gives them; `files` are attached under their names, with their content types."""

    subject: str
    text: str
    html: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


def compose(
    letter: Letter,
    settings: Mail,
    key: str,
    recipient: str,
    language: str,
    at: datetime,
    kind: str,
    unsubscribe_address: str | None = None,
) -> bytes:
    """The message as bytes, with a Message-ID of its key and recipient alone.

    A second copy has the same id, so that a mail program shows it once. `kind` (report,
    brief, alert) is the list that it belongs to, for filters of mail programs (RFC
    2919). `unsubscribe_address` is the https address that stops the letter for this
    recipient (RFC 8058); without it there is an address to write to alone.
    """
    message = EmailMessage(policy=SMTP)
    message["To"] = recipient
    if settings.reply_to:
        message["Reply-To"] = settings.reply_to
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(key, recipient, settings.sender)
    domain = settings.sender.rpartition("@")[2]
    message["List-Id"] = f"<{kind}.{domain}>"
    mailto = unsubscribe_mailto(settings, kind)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    names = {name: f"picture{n}@{domain}" for n, name in enumerate(letter.pictures)}
    html = letter.html
    for name, cid in names.items():
        html = html.replace(f'src="{name}"', f'src="cid:{cid}"')
    message.add_alternative(html, subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    for name, image in letter.pictures.items():
        page.add_related(
            image,
            "image",
            "png",
            cid=f"<{names[name]}>",
            filename=name,
            disposition="inline",
        )
    for name, (content_type, content) in letter.files.items():
        main, _, sub = content_type.partition("/")
        message.add_attachment(content, main, sub, filename=name)
    # Last: EmailMessage moves earlier Content- headers into the first part.
    message["Content-Language"] = language
    sender = _address(settings.sender_name, settings.sender)
    subject = _encoded("Subject", letter.subject)
    head = f"Subject: {subject}{_LINE_END}From: {sender}{_LINE_END}"
    head += _unsubscribe_headers(unsubscribe_address, mailto)
    return head.encode("ascii") + message.as_bytes()


def unsubscribe_mailto(settings: Mail, kind: str) -> str:
    """The link that writes to the cell to stop a kind of letter."""
    to = quote(settings.reply_to or settings.sender, safe="@+")
    return f"mailto:{to}?subject=unsubscribe%20{kind}"


def _unsubscribe_headers(address: str | None, mailto: str) -> str:
    """Written by hand: EmailMessage encodes a word longer than a line as RFC 2047,
    which mail programs do not read in an address."""
    if address is None:
        return f"List-Unsubscribe: <{mailto}>{_LINE_END}"
    return (
        f"List-Unsubscribe: <{address}>,{_LINE_END} <{mailto}>{_LINE_END}"
        f"List-Unsubscribe-Post: List-Unsubscribe=One-Click{_LINE_END}"
    )


def _encoded(header: str, text: str) -> str:
    """The text as the header's value, folded.

    EmailMessage loses and adds spaces where it folds a text that mixes Devanagari and
    ASCII: "22 नवंबर" arrives as "22नवंबर".
    """
    plain = " ".join(text.split())
    return Header(plain, header_name=header).encode(linesep=_LINE_END)


def _address(name: str, address: str) -> str:
    if name.isascii():
        return formataddr((name, address))
    return f"{_encoded('From', name)}{_LINE_END} <{address}>"


def message_id(key: str, recipient: str, sender: str) -> str:
    digest = hashlib.sha256(f"{key}\n{recipient}".encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


class Server:
    """A connection to the mail server, for some letters: `open` it, and `close` it.

    `is_open` is false when the server, or the line to it, has
    ended the connection.
    """

    def __init__(self, settings: Mail, password: str | None) -> None:
        self._settings = settings
        self._password = password
        self._client: smtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        """Whether a letter can be handed over."""
        return self._client is not None and self._client.sock is not None

    def open(self) -> None:
        """Connect and sign in.

        DeliveryUnavailable when the server does not speak TLS as it must, or does not
        take our password; DeliveryDeferred when it cannot be reached.
        """
        try:
            self._client = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            raise DeliveryUnavailable(
                "delivery.wrong_mail_password",
                answer=_answer(error.smtp_code, error.smtp_error),
            ) from None
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryUnavailable(
                "delivery.no_mail_encryption", reason=str(error)
            ) from None
        except ssl.SSLError as error:
            raise DeliveryUnavailable(
                "delivery.untrusted_mail_server", reason=str(error)
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryDeferred(
                "delivery.mail_server_not_reached", reason=str(error)
            ) from None

    def close(self) -> None:
        """Say good-bye. Nothing when the connection is over."""
        if self._client is not None and self.is_open:
            try:
                self._client.quit()
            except (smtplib.SMTPException, OSError):
                self._client.close()

    def probe(self) -> None:
        """Ask the server for an answer, and send nothing. DeliveryDeferred: it gave
        none."""
        assert self._client is not None
        try:
            code, reply = self._client.noop()
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryDeferred(
                "delivery.connection_broke", reason=str(error)
            ) from None
        if code >= 300:
            raise DeliveryDeferred("delivery.deferred", answer=_answer(code, reply))

    def send(self, message: bytes, recipient: str) -> str:
        """Hand one message over; the server's answer. Refused, Later, NobodyCan."""
        assert self._client is not None
        try:
            self._client.sendmail(self._settings.sender, [recipient], message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _failure(code, reply) from None
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code >= 500:
                raise DeliveryUnavailable(
                    "delivery.sender_refused",
                    answer=_answer(error.smtp_code, error.smtp_error),
                ) from None
            raise _failure(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryDeferred(
                "delivery.connection_broke", reason=str(error)
            ) from None
        return "250"

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        assert settings.host is not None
        trusted = ssl.create_default_context()
        client: smtplib.SMTP
        if settings.security == "tls":
            client = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.seconds, context=trusted
            )
        else:
            client = smtplib.SMTP(
                settings.host, settings.port, timeout=settings.seconds
            )
        try:
            if settings.security == "starttls":
                client.starttls(context=trusted)
            if settings.user is not None:
                client.login(settings.user, self._password or "")
        except BaseException:
            client.close()
            raise
        return client


def _failure(code: int, reply: bytes | str) -> SocialcellError:
    answer = _answer(code, reply)
    if code in (530, 535):
        return DeliveryUnavailable("delivery.mail_sign_in_needed", answer=answer)
    if code >= 500:
        return DeliveryRefused("delivery.refused", answer=answer)
    return DeliveryDeferred("delivery.deferred", answer=answer)


def _answer(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(words.split())}"
