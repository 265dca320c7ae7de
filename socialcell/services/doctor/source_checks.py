"""Checks of the sources: their state, their secrets, the platforms' rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from socialcell import connectors, db
from socialcell.clock import in_pune
from socialcell.connectors.base import ConnectorError, Surroundings
from socialcell.errors import ConfigError
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.platforms import PLATFORMS
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, failed, ok, skipped, warning
from socialcell.services.doctor.settings_checks import secret

SILENT = timedelta(days=2)


def states(context: Context) -> Iterator[Check]:
    """How each enabled source is, and since when it has brought nothing."""
    found = _enabled(context)
    if not found:
        yield warning("sources", "none is enabled", "socialcell sources add --help")
    for source in found:
        yield _state(context, source)


def secrets(context: Context) -> Iterator[Check]:
    """Every secret that an enabled source asks for when it is made ready."""
    needed: dict[str, list[str]] = {}
    for source in _enabled(context):
        for name in _asked_for(context, source):
            needed.setdefault(name, []).append(source.name)
    for name, by in sorted(needed.items()):
        yield secret(context.workspace, name, ", ".join(by))


def rules(context: Context) -> Iterator[Check]:
    """What the platforms of enabled sources allow a city to do."""
    used = {source.connector for source in _enabled(context)}
    for platform in sorted(used & set(PLATFORMS)):
        rule = PLATFORMS[platform].government_rule
        if rule is not None:
            yield warning(f"rules of {platform}", *rule)


def answers(context: Context, around: Surroundings) -> Iterator[Check]:
    """Ask the platform of each enabled source whether it can be read now."""
    for source in _enabled(context):
        label = f"source {source.name} answers"
        now = context.clock.now()
        if source.not_before is not None and source.not_before > now:
            yield skipped(label, f"not asked before {in_pune(source.not_before)}")
            continue
        try:
            health = connectors.build(source.connector, source.settings, around).check()
        except (ConfigError, ConnectorError) as error:
            yield failed(label, str(error), "Do what the message says.")
            continue
        if health.ok:
            yield ok(label, health.message)
        else:
            yield failed(
                label, health.message, f"socialcell sources test {source.name}"
            )


def _enabled(context: Context) -> Sequence[Source]:
    with db.reading(context.engine) as session:
        return store.enabled(session)


def _state(context: Context, source: Source) -> Check:
    label = f"source {source.name}"
    now = context.clock.now()
    since = source.last_ok_at or source.created_at
    last = (
        f"last success {in_pune(source.last_ok_at)}"
        if source.last_ok_at
        else "no success yet"
    )
    said = f"{source.shown_state}, {last}"
    if source.state_reason:
        said += f": {source.state_reason}"
    if source.state in ("needs_attention", "gone"):
        return failed(
            label,
            said,
            "Renew or correct what the reason names, then try: "
            f"socialcell sources test {source.name}",
        )
    if now - since > SILENT:
        return failed(
            label,
            f"{said}; nothing for over {SILENT.days} days",
            f"socialcell pull {source.name}, and see that the daemon runs.",
        )
    if source.not_before is not None and source.not_before > now:
        until = in_pune(source.not_before)
        return warning(
            label, f"{said}; waits until {until}", "Nothing: it goes on then."
        )
    if source.shown_state != "ok":
        return warning(label, said, f"socialcell pull {source.name}")
    return ok(label, said)


def _asked_for(context: Context, source: Source) -> list[str]:
    """The names of secrets that a connector looks up, whether they are there or not."""
    names: list[str] = []

    def note(name: str) -> SecretStr:
        names.append(name)
        found = context.workspace.find_secret(name)
        return found[1] if found else SecretStr("missing")

    try:
        connectors.build(
            source.connector,
            source.settings,
            replace(context.surroundings, secret=note),
        )
    except ConfigError:
        return names
    return names
