"""Workspaces that listen to the sandbox: made, entered, and how far they have come."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from socialcell import db
from socialcell.config import Workspace
from socialcell.connectors import check_settings
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.people import registry
from socialcell.ops import store
from socialcell.services.workspace import workspace_setup

STATE_FILE = "rehearsal.json"
SANDBOX_MARK = "# A workspace that listens to the sandbox."


_CONTROL_ROOM = ("control.room@city.example", "mr")
_TRUSTED = ("  trust_names: false", "  trust_names: true")


@dataclass(frozen=True)
class State:
    """How far a rehearsal is; kept beside the config, replaced atomically."""

    seed: int
    days: int
    end: str
    done_until: str | None = None


@dataclass(frozen=True)
class Watched:
    """A source of the rehearsal, and the account that may be shown by name."""

    name: str
    connector: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Named:
    """An account for the registry of people who are shown by name."""

    platform: str
    handle: str
    name: str
    person_class: str


def prepare(
    folder: Path,
    state: State,
    secrets: Mapping[str, str],
    watched: Iterable[Watched],
    named: Iterable[Named],
    apps: Sequence[str] = (),
) -> State:
    """A workspace for this rehearsal; the state of an earlier run that it resumes.

    `apps` are the Android apps whose installs it takes in. UsageError when the folder
    holds something else.
    """
    found = read_state(folder)
    if found is None and folder.exists() and any(folder.iterdir()):
        allowed = {
            "truth.json",
            "config.yaml",
            "config.yaml.new",
            "secrets",
            "socialcell.db",
        }
        strangers = {path.name for path in folder.iterdir()} - allowed
        if strangers or not (folder / "config.yaml").is_file():
            raise UsageError(
                f"{folder} is not empty and holds no rehearsal. Choose another folder "
                "with --dir."
            )
    if found is not None and (found.seed, found.days) != (state.seed, state.days):
        raise UsageError(
            f"{folder} holds a rehearsal of seed {found.seed} over {found.days} days. "
            "Use the same, another --dir, or --fresh to rebuild it."
        )
    current = found or state
    fixed = datetime.fromisoformat(current.end)
    made = workspace_setup.initialise(folder, settings=_settings(fixed, apps))
    _enter(made.workspace, secrets, watched, named, fixed)
    if found is None:
        write_state(folder, current)
    return current


def connect(
    folder: Path,
    secrets: Mapping[str, str],
    watched: Iterable[Watched],
    named: Iterable[Named],
    base_urls: Mapping[str, str],
    accounts: Mapping[str, Mapping[str, str]],
) -> None:
    """A workspace that listens to a sandbox that is being served, and posts there.

    config.yaml gets the addresses and `accounts` of now; what else it says is kept.
    UsageError when it is a workspace that listens to real platforms.
    """
    place = folder / "config.yaml"
    if place.exists() and SANDBOX_MARK not in place.read_text(encoding="utf-8"):
        raise UsageError(
            f"{place} is not a sandbox workspace, and is left as it is. Choose another "
            "folder with --workspace."
        )
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(
        f"    {origin}: {url}\n" for origin, url in sorted(base_urls.items())
    )
    shipped = workspace_setup.config_alerting(*_CONTROL_ROOM)
    shipped = _replaced(shipped, *_TRUSTED)
    text = _replaced(shipped, "  base_urls: {}", "  base_urls:\n" + lines.rstrip())
    for platform, given in accounts.items():
        told = json.dumps(given)
        text = _replaced(text, f"\n  {platform}: null", f"\n  {platform}: {told}")
    aside = place.with_name("config.yaml.new")
    aside.write_text(f"{SANDBOX_MARK}\n{text}", encoding="utf-8")
    aside.replace(place)
    made = workspace_setup.initialise(folder)
    _enter(made.workspace, secrets, watched, named, made.workspace.clock().now())


def read_state(folder: Path) -> State | None:
    place = folder / STATE_FILE
    if not place.is_file():
        return None
    try:
        return State(**json.loads(place.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SocialcellError(
            f"{place} cannot be read ({error}). Rebuild the workspace with --fresh."
        ) from None


def write_state(folder: Path, state: State) -> None:
    place = folder / STATE_FILE
    aside = place.with_name(STATE_FILE + ".new")
    aside.write_text(json.dumps(asdict(state)) + "\n", encoding="utf-8")
    aside.replace(place)


def _enter(
    workspace: Workspace,
    secrets: Mapping[str, str],
    watched: Iterable[Watched],
    named: Iterable[Named],
    now: datetime,
) -> None:
    """Tokens, sources and the registry, as a cell would enter them."""
    workspace_setup.write_secrets(workspace.folder, secrets.items())
    engine = db.connect(workspace.database_url, workspace.config.database.busy_seconds)
    try:
        with db.writing(engine) as session:
            for one in watched:
                if store.find_source(session, one.name) is None:
                    settings = check_settings(one.connector, one.settings)
                    store.add_source(session, one.name, one.connector, settings, now)
            for account in named:
                registry.register(
                    session,
                    account.platform,
                    account.handle,
                    account.name,
                    account.person_class,
                    "an account of the sandbox city",
                    "sandbox",
                    now,
                )
    finally:
        engine.dispose()


def _settings(fixed: datetime, apps: Sequence[str]) -> str:
    """The shipped config with the rehearsal's clock, a control room, a roomier
    allowance, the city's apps and links, this machine as the web server before the
    redirect, and names that count as persons: its people are invented and share one
    account.
    """
    text = workspace_setup.config_alerting(*_CONTROL_ROOM)
    text = _replaced(text, "  fixed: null", f"  fixed: {fixed.isoformat()}")
    text = _replaced(text, "  trusted: []", '  trusted: ["127.0.0.1"]')
    text = _replaced(text, "  address: null", "  address: https://go.city.example")
    text = _replaced(text, "  handles: {}", "  handles: {instagram: city_sbx}")
    text = _replaced(text, "  apps: []", f"  apps: [{', '.join(apps)}]")
    text = _replaced(text, *_TRUSTED)
    return _replaced(text, "  caps: {}", "  caps: {x: {posts: 200000}}")


def _replaced(text: str, line: str, instead: str) -> str:
    if line not in text:
        raise SocialcellError(f"config.yaml as shipped lacks {line.strip()!r}")
    return text.replace(line, instead)
