"""Change a source's settings, name or interval: as a new version, and audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.listening.store.alerts import alerts
from socialcell.ops import store
from socialcell.ops.model import Source, SourceVersion
from socialcell.services.collection import source_setup
from socialcell.services.context import Context

AS_CONFIG = 0  # the interval of a source that goes by config.yaml


@dataclass(frozen=True)
class SourceChange:
    """What is to be changed; the rest stays. `pull_minutes` is AS_CONFIG for what
    config.yaml says."""

    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    removed: Sequence[str] = ()
    name: str | None = None
    pull_minutes: int | None = None


@dataclass(frozen=True)
class EditedSource:
    """A source after its change. `changed` names what differs; `restarted`: it follows
    something else now, and is read anew."""

    name: str
    version: int
    changed: tuple[str, ...]
    restarted: bool
    settings: JsonObject
    pull_minutes: int | None


def preview(context: Context, name: str, change: SourceChange) -> EditedSource:
    """What `edit_source` would make of a source; nothing is changed. Its errors."""
    source = source_setup.source_of(context, name)
    if source.connector not in connectors.CONNECTORS:
        raise UsageError("sources.of_imported_files", source=name)
    settings = _settings(context, source, change)
    pull_minutes = source.pull_minutes
    if change.pull_minutes is not None:
        is_own = change.pull_minutes != AS_CONFIG
        pull_minutes = change.pull_minutes if is_own else None
    new_name = change.name or name
    changed = [
        *sorted(
            key
            for key in {*settings, *source.settings}
            if settings.get(key) != source.settings.get(key)
        ),
        *(["name"] if new_name != name else []),
        *(["pull_minutes"] if pull_minutes != source.pull_minutes else []),
    ]
    return EditedSource(
        name=new_name,
        version=source.version + bool(changed),
        changed=tuple(changed),
        restarted=settings != source.settings,
        settings=settings,
        pull_minutes=pull_minutes,
    )


def edit_source(context: Context, name: str, change: SourceChange) -> EditedSource:
    """Change a source. Audited; the version before stays on record.

    What it brought stays. One that follows something else is read anew, from what its
    platform still shows. ConfigError and UsageError as of `add_source`; UsageError also
    for the source of imported files and for a name that is taken.
    """
    edited = preview(context, name, change)
    if not edited.changed:
        return edited
    now = context.clock.now()
    with db.writing(context.engine) as session:
        source = store.source_named(session, name)
        detail: dict[str, JsonValue] = {
            "changed": list(edited.changed),
            "name": edited.name,
            "pull_minutes": edited.pull_minutes,
        }
        _rename(session, source, edited.name, now)
        source.pull_minutes = edited.pull_minutes
        reason = f"edited: {', '.join(edited.changed)}"
        store.change_source(session, source, edited.settings, now, reason=reason)
        if edited.restarted:
            source_setup.register_paper(context, session, source)
        source_setup.audit_source(context, session, "source.edit", source, detail, name)
    return edited


def list_versions(context: Context, name: str) -> list[SourceVersion]:
    """The versions of a source, oldest first. UsageError when there is no such one."""
    with db.reading(context.engine) as session:
        source = store.source_named(session, name)
        versions = store.versions(session, source.id or 0)
        session.expunge_all()
    return list(versions)


def _settings(context: Context, source: Source, change: SourceChange) -> JsonObject:
    unknown = sorted(set(change.removed) - set(source.settings))
    if unknown:
        raise UsageError(
            "sources.no_such_setting",
            source=source.name,
            settings=unknown,
            existing=sorted(source.settings),
        )
    if not change.settings and not change.removed:
        return source.settings
    rest = {k: v for k, v in source.settings.items() if k not in change.removed}
    merged = {**rest, **change.settings}
    return source_setup.check_settings(context, source.connector, merged)


def _rename(session: Session, source: Source, name: str, now: datetime) -> None:
    """The incident of a silent source ends: it was opened under its old name."""
    if name == source.name:
        return
    db.take_turn(session, "sources")
    if store.find_source(session, name) is not None:
        raise UsageError("workspace.source_name_taken", name=name)
    incident = alerts.incident_of(session, f"source:{source.name}")
    if incident is not None:
        alerts.close(incident, now)
    source.name = name
