"""Checks of the cell's letters: whether they can leave, and who stopped which."""

from collections.abc import Iterator

from socialcell import mail
from socialcell.config import Workspace
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.doctor import settings_checks
from socialcell.services.doctor.finding import Check, failed, ok
from socialcell.services.outbox import message_senders, unsubscriptions


def unsubscribed(context: Context) -> Iterator[Check]:
    """How many recipients stopped which letter; no check where nobody can."""
    counts = unsubscriptions.count_by_letter(context)
    if counts:
        by_letter = ", ".join(f"{letter} {count}" for letter, count in counts.items())
        yield ok("letters stopped", f"by their recipients: {by_letter}")
    elif context.workspace.config.mail.unsubscribe_url is not None:
        yield ok("letters stopped", "none")


def password(workspace: Workspace) -> Iterator[Check]:
    """Whether the secret of the mail server's user is there; no check without one."""
    settings = workspace.config.mail
    if settings.host is not None and settings.user is not None:
        yield settings_checks.secret(workspace, settings.password.secret, "mails")


def connection(context: Context) -> Iterator[Check]:
    """Whether the mail server answers, with TLS and our password; nothing is sent. No
    check without a server."""
    settings = context.workspace.config.mail
    if settings.host is None:
        return
    place = f"{settings.host}:{settings.port}"
    try:
        server = mail.Server(settings, message_senders.mail_password(context))
        server.open()
        try:
            server.probe()
        finally:
            server.close()
    except SocialcellError as error:
        yield failed(
            "mail server",
            f"{place} takes no letter of ours. {error}",
            "Correct the section mail of config.yaml, or the secret that it names; "
            "then try it with a recipient of alerts: socialcell alerts try ADDRESS",
        )
        return
    user = f" and takes the password of {settings.user}" if settings.user else ""
    yield ok("mail server", f"{place} answers{user}")
