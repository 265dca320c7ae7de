"""Add a source, try it, switch it on and off, take it away: each in the audit log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors.base import ConnectorHealth
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.listening.people import masking
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.pages import recheck_queue
from socialcell.listening.store.people import registry
from socialcell.ops import audit, store
from socialcell.ops.model import Run, Source
from socialcell.services.collection import collector, source_guard
from socialcell.services.collection.collector import Progress, RunResult
from socialcell.services.context import Context


@dataclass(frozen=True)
class RemovedSource:
    """A source that is taken away, and how many mentions it brought, which stay.

    `alone` of them no other source has seen: nobody asks about these again whether
    they are gone at their source.
    """

    name: str
    mentions: int
    alone: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source, the totals of its runs by outcome, its newest run and recheck."""

    source: Source
    totals: Mapping[str, int]
    last_run: Run | None
    last_recheck: Run | None


def list_sources(context: Context) -> list[SourceStatus]:
    """Every source that was not removed, by name."""
    none = dict.fromkeys(store.COUNTS, 0)
    with db.reading(context.engine) as session:
        totals, runs = store.run_totals(session), store.last_runs(session)
        rechecks = store.last_runs(session, "recheck")
        rows = [
            SourceStatus(
                source,
                totals.get(source.id or 0, none),
                runs.get(source.id or 0),
                rechecks.get(source.id or 0),
            )
            for source in store.sources(session)
        ]
        session.expunge_all()
    return rows


def source_of(context: Context, name: str) -> Source:
    """The source of that name. UsageError lists the names there are."""
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        session.expunge(source)
    return source


def find_source(context: Context, source_id: int) -> Source | None:
    """The source of that number; None: there is none, or it was removed."""
    with db.reading(context.engine) as session:
        source = session.get(Source, source_id)
        if source is None or source.state == "removed":
            return None
        session.expunge(source)
    return source


def add_source(
    context: Context, name: str, connector: str, settings: JsonObject
) -> Source:
    """A new source, its settings checked by its connector. Audited.

    ConfigError, UsageError; also, with the reason, for what must not be followed.
    """
    checked = check_settings(context, connector, settings)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        source = store.add_source(session, name, connector, checked, now)
        session.refresh(source)
        session.expunge(source)
        register_paper(context, session, source)
        audit_source(context, session, "source.add", source)
    return source


def register_paper(context: Context, session: Session, source: Source) -> None:
    """Enter the paper behind a feed into the registry, so that it is shown by name."""
    if source.connector != "rss":
        return
    url = str(source.settings["url"])
    paper = urlsplit(url).netloc
    registry.register(
        session,
        connectors.platform(source.connector),
        paper,
        paper,
        "media",
        f"a feed that is read: {url}",
        context.actor,
        context.clock.now(),
        registry.RegistryApproval("source"),
    )


def check_settings(
    context: Context, connector: str, settings: JsonObject
) -> dict[str, JsonValue]:
    """The settings as they are stored. ConfigError when the connector does not take
    them, UsageError when they follow what must not be followed."""
    checked = connectors.check_settings(connector, settings)
    source_guard.refuse(context, connector, checked, let_in_numbers(context))
    return checked


def let_in_numbers(context: Context) -> frozenset[str]:
    """The numbers of accounts that a source may follow: the city's own, and those that
    are followed already."""
    with db.reading(context.engine) as session:
        followed = source_guard.numbers(store.enabled(session))
    return own_accounts(context) | followed


def check_source(context: Context, name: str) -> ConnectorHealth:
    """Whether the platform lets us read this source now.

    A source that stopped because a person had to do something goes on when it does.
    """
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        settings, connector = source.settings, source.connector
    health = connectors.build(connector, settings, context.connector_context).check()
    if health.ok:
        with db.writing(context.engine) as session:
            store.resume_source(session, name)
    return health


def disable(context: Context, name: str) -> bool:
    """Listen no more to a source until it is enabled; its incident ends. False when it
    was off already. Audited."""
    with db.writing(context.engine) as session:
        source = store.source_named(session, name)
        if not source.enabled:
            return False
        source.enabled = False
        _end_incident(context, session, source)
        audit_source(context, session, "source.disable", source)
    return True


def enable(context: Context, name: str) -> bool:
    """Listen to a source again, from where it stopped. False when it was on already.

    UsageError for the source of imported files, and, as in `add`, for what must not be
    followed. Audited.
    """
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        if source.connector not in connectors.CONNECTORS:
            raise UsageError("sources.of_imported_files", source=name)
    check_settings(context, source.connector, source.settings)
    with db.writing(context.engine) as session:
        source = store.source_named(session, name)
        if source.enabled:
            return False
        source.enabled = True
        audit_source(context, session, "source.enable", source)
    return True


def count_mentions(context: Context, name: str) -> RemovedSource:
    """What `remove` would say of a source; nothing is changed."""
    with db.reading(context.engine) as session:
        return _count(session, store.source_named(session, name))


def remove(context: Context, name: str) -> RemovedSource:
    """Take a source away for good. Audited.

    Its mentions, runs and coverage stay; its place is forgotten, and its name is free
    for another one.
    """
    with db.writing(context.engine) as session:
        source = store.source_named(session, name)
        counted = _count(session, source)
        detail = {"mentions": counted.mentions, "alone": counted.alone}
        _end_incident(context, session, source)
        audit_source(context, session, "source.remove", source, detail)
        store.remove_source(session, source, context.clock.now())
    return counted


def pull_now(
    context: Context,
    names: Sequence[str],
    progress: Progress | None = None,
    stop: Callable[[], bool] = collector.never_stop,
) -> list[RunResult]:
    """Pull these sources now, whatever the schedule says, until `stop` says so after a
    page. Audited.

    One that a platform asked to wait is not asked before its time. UsageError for one
    that is off, and then none is pulled.
    """
    with db.writing(context.engine) as session:
        sources = [store.source_named(session, name) for name in dict.fromkeys(names)]
        for source in sources:
            if not source.enabled:
                raise UsageError("sources.off", source=source.name)
        for source in sources:
            audit_source(context, session, "source.now", source)
    return collector.collect(context, names, stop=stop, progress=progress)


def own_accounts(context: Context) -> frozenset[str]:
    """The numbers of the accounts in whose name the city posts."""
    return context.workspace.config.publishing.account_numbers


def _count(session: Session, source: Source) -> RemovedSource:
    assert source.id is not None
    return RemovedSource(
        source.name, *recheck_queue.counts_of_source(session, source.id)
    )


def _end_incident(context: Context, session: Session, source: Source) -> None:
    """A source that is not listened to any more is not silent."""
    incident = alerts.incident_of(session, f"source:{source.name}")
    if incident is not None:
        alerts.close(incident, context.clock.now())


def audit_source(
    context: Context,
    session: Session,
    action: str,
    source: Source,
    detail: JsonObject | None = None,
    name: str | None = None,
) -> None:
    """An act on a source in the audit log, under its name or its former one; what the
    source follows stands there without anybody's handle."""
    registered = {row.handle for row in registry.accounts(session)}

    def plain(entry: JsonValue) -> JsonValue:
        if not isinstance(entry, str):
            return entry
        cleaned = source_guard.without_left_out(entry)
        return masking.masked(cleaned, lambda _host, who: who.lower() in registered)

    settings = {key: plain(setting) for key, setting in source.settings.items()}
    audit_detail = {
        "connector": source.connector,
        "settings": settings,
        **(detail or {}),
    }
    now = context.clock.now()
    object_name = name or source.name
    audit.append(session, context.actor, action, object_name, audit_detail, now)
