"""Checks of config.yaml and of the secrets; a secret is shown by its fingerprint."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from socialcell import strategy
from socialcell.clock import in_pune
from socialcell.config import Workspace
from socialcell.errors import ConfigError, SocialcellError
from socialcell.files import yaml_limits
from socialcell.i18n import CODES
from socialcell.listening.city_numbers import (
    numbers_in_force,
    unverified_numbers,
)
from socialcell.services.doctor.finding import Check, failed, ok, skipped, warning
from socialcell.services.mentions import gazetteer
from socialcell.settings.notifications import Unreached

_NAMES = re.compile(r"(?i)token|password|passwd|secret|bearer|api_?key|credential")
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]+:[^@\s/]+@")
_LONG = re.compile(r"[A-Za-z0-9+/=_.%~-]{24,}")


def literals(path: Path) -> Iterator[Check]:
    """Values in config.yaml that look like secrets: names belong there, not values."""
    try:
        text = path.read_text(encoding="utf-8")
        if yaml_limits.fault(text):
            yield skipped("config secrets", f"{path} cannot be read")
            return
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        yield skipped("config secrets", f"{path} cannot be read")
        return
    lines = [
        f"{path}:{node.start_mark.line + 1}: {key}"
        for key, node in _scalars(tree, "")
        if _looks_secret(key, node.value)
    ]
    if lines:
        yield failed(
            "config secrets",
            "values that look like secrets: " + "; ".join(lines),
            "Put each value into secrets/ and only its name into config.yaml; a "
            "database's password goes into PostgreSQL's password file (~/.pgpass). "
            "Then renew what was written there: others may have read it.",
        )
    else:
        yield ok("config secrets", "config.yaml holds no secret")


def rehearsal(workspace: Workspace) -> Iterator[Check]:
    """Settings that only rehearsals have."""
    fixed = workspace.config.clock.fixed
    if fixed:
        yield warning(
            "clock",
            f"clock.fixed is {in_pune(fixed)}: every command believes it is then",
            "For real work take clock.fixed out of config.yaml.",
        )
    else:
        yield ok("clock", "the computer's own time")
    base_urls = workspace.config.sandbox.base_urls
    if base_urls:
        yield warning(
            "sandbox",
            f"{', '.join(sorted(base_urls))} are played by a sandbox on this computer",
            "For real work take sandbox.base_urls out of config.yaml.",
        )
    else:
        yield ok("sandbox", "real platforms are asked")


def persons(workspace: Workspace) -> Check:
    """Whether config.yaml still says something of how approvals were given before
    operators signed in."""
    if workspace.config.approvals is not None:
        return warning(
            "approvals",
            "the section approvals of config.yaml is not read any more: operators sign "
            "in, and one of them approves what another has made",
            "Take it out of config.yaml.",
        )
    return ok("approvals", "are given by operators who sign in")


def goals(workspace: Workspace) -> Check:
    """Whether strategy.yaml can be read; without it the report shows no targets."""
    path = workspace.folder / strategy.NAME
    try:
        goal_file = strategy.load(workspace.folder)
    except ConfigError as error:
        return failed("strategy", str(error), "Correct the lines that are named.")
    if goal_file is None:
        return skipped("strategy", f"{path} is not there: no targets are shown")
    if goal_file.agreed is None:
        return warning(
            "strategy",
            f"{path} is valid; its goals are proposals that nobody has agreed to",
            "Change them to what the city wants, and write the day behind agreed.",
        )
    return ok("strategy", f"{path} is valid, agreed on {goal_file.agreed}")


def names(workspace: Workspace) -> Check:
    """Whether own names and public people can be read; tagging needs them."""
    try:
        own = gazetteer.load_names(workspace)
    except SocialcellError as error:
        advice = "Correct the rows that are named, or import the file again."
        return failed("names of your own", str(error), advice)
    return ok("names of your own", f"{len(own)} beside the package's")


def published_numbers(workspace: Workspace) -> Check:
    """Telephone numbers of the city that are masked since nobody has looked them up."""
    label, privacy = "published numbers", workspace.config.privacy
    settings = privacy.city_numbers, privacy.hidden_numbers
    if rows := unverified_numbers(*settings):
        listed = ", ".join(f"{row.number} ({row.name}; {row.source})" for row in rows)
        return warning(
            label,
            f"nobody has looked these up, so they are masked in texts: {listed}",
            "List those that hold under privacy.city_numbers of config.yaml, with "
            "source and day; the others under privacy.hidden_numbers.",
        )
    return ok(label, f"{len(numbers_in_force(*settings))} spellings are not masked")


def secret(workspace: Workspace, name: str, needed_by: str) -> Check:
    """Whether a secret is there: its source, length, fingerprint, never its value."""
    label = f"secret {name}"
    try:
        located = workspace.find_secret(name)
    except ConfigError as error:
        return failed(label, str(error), "Write it again, as one line of text.")
    if located is None:
        return failed(
            label,
            f"missing; {needed_by} need it",
            f"Put its value into {workspace.folder / 'secrets' / name} (mode 0600).",
        )
    place, hidden = located
    text = hidden.get_secret_value()
    mark = hashlib.sha256(text.encode()).hexdigest()[-4:]
    return ok(label, f"from {place}, {len(text)} characters, fingerprint …{mark}")


def report_recipients(workspace: Workspace) -> Iterator[Check]:
    """Whether somebody gets the weekly report and the brief, in a language in which the
    daemon writes the report."""
    report, place = workspace.config.report, workspace.folder / "config.yaml"
    for name, recipients, key in (
        ("weekly report", report.recipients, "report.recipients"),
        ("daily brief", report.brief_to, "report.brief_to"),
    ):
        if recipients.is_any:
            yield ok(name, f"goes to {recipients.count} by mail")
        else:
            advice = f"Name somebody at {key} in {place}."
            yield warning(name, "nobody gets it by mail", advice)
    languages = [lang for lang in CODES if report.recipients.of(lang)]
    unwritten = [lang for lang in languages if lang not in report.languages]
    if unwritten:
        yield warning(
            "report languages",
            f"the weekly report is not written in {', '.join(unwritten)}, and somebody "
            "is named to read it so",
            f"Add the language to report.languages in {place}.",
        )


def own_accounts(workspace: Workspace) -> Check:
    """Whether the city's own accounts are named."""
    handles = workspace.config.planning.handles
    if handles:
        named = ", ".join(
            f"{platform}: {handle}" for platform, handle in handles.items()
        )
        return ok("own accounts", named)
    return warning(
        "own accounts",
        "none is named: drafts cannot name them",
        f"Name them at planning.handles in {workspace.folder / 'config.yaml'}.",
    )


def alert_recipients(workspace: Workspace) -> Iterator[Check]:
    """Whether somebody is alerted, and can be: the secrets of channels and phones, and
    the programs that place calls."""
    settings, place = workspace.config.alerts, workspace.folder / "config.yaml"
    unreached = workspace.config.unreached
    if unreached is Unreached.NOBODY_NAMED:
        yield failed(
            "alerts",
            "nobody is named to be alerted: a call for help would reach nobody",
            f"Name the control room in {place}, under alerts: recipients (mail), "
            "channels (chats) or phone; docs/alerts.md. Then try a chat or phone by "
            "its name there, such as: socialcell alerts try control-room",
        )
    elif unreached is Unreached.NO_MAIL_SERVER:
        yield failed(
            "alerts",
            "alerts go by mail alone, and mail.host is not set: a call for help would "
            f"reach nobody, not even {', '.join(settings.addresses)}",
            f"Set mail.host in {place}, or name a chat or phone under alerts: "
            "channels, phone; docs/alerts.md.",
        )
    elif workspace.config.mail.host is None and settings.addresses:
        others = ", ".join((*settings.channels, *settings.phone))
        yield warning(
            "alerts",
            f"go to {others}; mail.host is not set, so the mails cannot leave to "
            f"{', '.join(settings.addresses)}",
            f"Set mail.host in {place}.",
        )
    elif not (settings.addresses or settings.channels):
        yield warning(
            "alerts",
            f"telephones alone are named ({', '.join(settings.phone)}), and they are "
            "called about danger to life alone: all other alerts reach nobody",
            f"Name a mail address or a chat in {place}, under alerts: recipients, "
            "channels; docs/alerts.md.",
        )
    else:
        yield ok("alerts", f"go to {', '.join(settings.names)}")
    for name, channel in settings.channels.items():
        for secret_name in channel.secrets.values():
            yield secret(workspace, secret_name, f"alerts.channels.{name}")
    for name, phone in settings.phone.items():
        if phone.url is not None:
            yield secret(workspace, phone.url.secret, f"alerts.phone.{name}")
        elif phone.command is not None:
            yield _program(name, Path(phone.command[0]))


def _program(name: str, program: Path) -> Check:
    label = f"phone {name}"
    if program.is_file() and os.access(program, os.X_OK):
        return ok(label, f"{program} places its calls")
    return failed(
        label,
        f"{program} is no program that this user may start",
        f"Put it there (chmod +x), or correct alerts.phone.{name} in config.yaml.",
    )


def _scalars(node: yaml.Node | None, key: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    if isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            yield from _scalars(child, f"{key}.{name.value}".lstrip("."))
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _scalars(child, key)
    elif isinstance(node, yaml.ScalarNode):
        yield key, node


def _looks_secret(key: str, text: str) -> bool:
    name = key.rsplit(".", 1)[-1]
    if _PASSWORD_IN_URL.search(text):
        return True
    if name != "secret" and _NAMES.search(name) and text and text != "null":
        return True
    if "://" in text:
        return False
    # A program's path is long and no secret, unless a part of it looks like one.
    is_path = name == "command" and text.startswith("/")
    parts = text.split("/") if is_path else [text]
    return any(_is_long_and_mixed(part) for part in parts)


def _is_long_and_mixed(text: str) -> bool:
    """The name of a secret is a word or three; a value is long and mixed."""
    mixed = re.search(r"[0-9]", text) and re.search(r"[A-Za-z]", text)
    return bool(_LONG.fullmatch(text) and mixed)
