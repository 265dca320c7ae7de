"""Checks of the sources: their state, their secrets, the platforms' rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import SecretStr

from socialcell import connectors, db
from socialcell.clock import in_pune
from socialcell.connectors.base import ConnectorContext, ConnectorError
from socialcell.errors import ConfigError
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.platforms import PLATFORMS
from socialcell.services.context import Context
from socialcell.services.daemon.health import SILENT
from socialcell.services.doctor.finding import Check, failed, ok, skipped, warning
from socialcell.services.doctor.settings_checks import secret


def states(context: Context) -> Iterator[Check]:
    """How each enabled source is, and since when it has brought nothing."""
    sources = _enabled(context)
    if not sources:
        yield warning("sources", "none is enabled", "socialcell sources add --help")
    for source in sources:
        yield _source_check(context, source)


def secrets(context: Context) -> Iterator[Check]:
    """Every secret that an enabled source asks for when it is made ready."""
    needed: dict[str, list[str]] = {}
    for source in _enabled(context):
        for name in _secret_names(context, source):
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


def answers(context: Context, connector_context: ConnectorContext) -> Iterator[Check]:
    """Ask the platform of each enabled source whether it can be read now."""
    for source in _enabled(context):
        label = f"source {source.name} answers"
        now = context.clock.now()
        if source.not_before is not None and source.not_before > now:
            yield skipped(label, f"not asked before {in_pune(source.not_before)}")
            continue
        try:
            health = connectors.build(
                source.connector, source.settings, connector_context
            ).check()
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


def _source_check(context: Context, source: Source) -> Check:
    label = f"source {source.name}"
    now = context.clock.now()
    since = source.last_ok_at or source.created_at
    last = (
        f"last success {in_pune(source.last_ok_at)}"
        if source.last_ok_at
        else "no success yet"
    )
    summary = f"{source.shown_state}, {last}"
    if source.state_reason:
        summary += f": {source.state_reason}"
    if source.state in ("needs_attention", "gone"):
        return failed(
            label,
            summary,
            "Renew or correct what the reason names, then try: "
            f"socialcell sources test {source.name}",
        )
    if now - since > SILENT:
        return failed(
            label,
            f"{summary}; nothing for over {SILENT.days} days",
            f"socialcell pull {source.name}, and see that the daemon runs.",
        )
    if source.not_before is not None and source.not_before > now:
        until = in_pune(source.not_before)
        return warning(
            label, f"{summary}; waits until {until}", "Nothing: it goes on then."
        )
    if source.shown_state != "ok":
        return warning(label, summary, f"socialcell pull {source.name}")
    return ok(label, summary)


def _secret_names(context: Context, source: Source) -> list[str]:
    """The names of secrets that a connector looks up, whether they are there or not."""
    names: list[str] = []

    def note(name: str) -> SecretStr:
        names.append(name)
        secret_file = context.workspace.find_secret(name)
        return secret_file[1] if secret_file else SecretStr("missing")

    try:
        connectors.build(
            source.connector,
            source.settings,
            replace(context.connector_context, secret=note),
        )
    except ConfigError:
        return names
    return names
