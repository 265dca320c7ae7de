"""Workspaces of the sandbox: created, filled, and their progress."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from socialcell import db
from socialcell.config import Workspace
from socialcell.connectors import check_settings
from socialcell.errors import SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.identity.actor import unsigned
from socialcell.json_types import JsonObject
from socialcell.listening.store.people import registry
from socialcell.ops import store
from socialcell.services.workspace import first_settings, workspace_setup

STATE_FILE = "rehearsal.json"
SANDBOX_MARK = "# A workspace that listens to the sandbox."


_CONTROL_ROOM = ("control.room@city.example", "mr")


@dataclass(frozen=True)
class RehearsalState:
    """How far a rehearsal is; kept beside the config, replaced atomically."""

    seed: int
    days: int
    end: str
    done_until: str | None = None
    cases_until: str | None = None  # the moment of which the clocks were looked at


@dataclass(frozen=True)
class RehearsedSource:
    """A source of the rehearsal, and the account that may be shown by name."""

    name: str
    connector: str
    settings: JsonObject


@dataclass(frozen=True)
class RegisteredAccount:
    """An account for the registry of people who are shown by name."""

    platform: str
    handle: str
    name: str
    person_class: str


def prepare(
    folder: Path,
    state: RehearsalState,
    secrets: Mapping[str, str],
    sources: Iterable[RehearsedSource],
    accounts: Iterable[RegisteredAccount],
    apps: Sequence[str] = (),
) -> RehearsalState:
    """A workspace for this rehearsal; the state of an earlier run that it resumes.

    `apps` are the Android apps whose installs it takes in. UsageError when the folder
    holds something else.
    """
    earlier = read_state(folder)
    if earlier is None and folder.exists() and any(folder.iterdir()):
        allowed = {
            "truth.json",
            "config.yaml",
            "config.yaml.new",
            "secrets",
            "socialcell.db",
        }
        strangers = {path.name for path in folder.iterdir()} - allowed
        if strangers or not (folder / "config.yaml").is_file():
            raise UsageError("rehearsal.folder_in_use", folder=folder)
    if earlier is not None and (earlier.seed, earlier.days) != (state.seed, state.days):
        raise UsageError(
            "rehearsal.another_rehearsal",
            folder=folder,
            seed=earlier.seed,
            days=earlier.days,
        )
    current = earlier or state
    fixed = datetime.fromisoformat(current.end)
    new_workspace = workspace_setup.initialise(folder, settings=_settings(fixed, apps))
    _enter_sources(new_workspace.workspace, secrets, sources, accounts, fixed)
    if earlier is None:
        write_state(folder, current)
    return current


def connect(
    folder: Path,
    secrets: Mapping[str, str],
    sources: Iterable[RehearsedSource],
    registered: Iterable[RegisteredAccount],
    base_urls: Mapping[str, str],
    accounts: Mapping[str, Mapping[str, str]],
) -> None:
    """A workspace that listens to a sandbox that is being served, and posts there.

    config.yaml gets the addresses and `accounts` of now; what else it says is kept.
    UsageError when it is a workspace that listens to real platforms.
    """
    path = folder / "config.yaml"
    if path.exists() and SANDBOX_MARK not in path.read_text(encoding="utf-8"):
        raise UsageError("rehearsal.no_sandbox_workspace", path=path)
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(
        f"    {origin}: {url}\n" for origin, url in sorted(base_urls.items())
    )
    shipped = _config_of_control_room()
    text = _replace_line(shipped, "  base_urls: {}", "  base_urls:\n" + lines.rstrip())
    for platform, account_settings in accounts.items():
        account_json = json.dumps(account_settings)
        text = _replace_line(
            text, f"\n  {platform}: null", f"\n  {platform}: {account_json}"
        )
    with unfinished_files.writing(path) as file:
        file.write(f"{SANDBOX_MARK}\n{text}".encode())
    new_workspace = workspace_setup.initialise(folder)
    _enter_sources(
        new_workspace.workspace,
        secrets,
        sources,
        registered,
        new_workspace.workspace.clock().now(),
    )


def read_state(folder: Path) -> RehearsalState | None:
    path = folder / STATE_FILE
    if not path.is_file():
        return None
    try:
        return RehearsalState(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SocialcellError(
            "rehearsal.unreadable_state", path=path, reason=error
        ) from None


def write_state(folder: Path, state: RehearsalState) -> None:
    path = folder / STATE_FILE
    with unfinished_files.writing(path) as file:
        file.write(json.dumps(asdict(state)).encode() + b"\n")


def _enter_sources(
    workspace: Workspace,
    secrets: Mapping[str, str],
    sources: Iterable[RehearsedSource],
    accounts: Iterable[RegisteredAccount],
    now: datetime,
) -> None:
    """Tokens, sources and the registry, as a cell would enter them."""
    workspace_setup.write_secrets(workspace.folder, secrets.items())
    engine = db.connect(workspace.database_url, workspace.config.database.busy_seconds)
    try:
        with db.writing(engine) as session:
            for source in sources:
                if store.find_source(session, source.name) is None:
                    settings = check_settings(source.connector, source.settings)
                    store.add_source(
                        session, source.name, source.connector, settings, now
                    )
            for account in accounts:
                registry.register(
                    session,
                    account.platform,
                    account.handle,
                    account.name,
                    account.person_class,
                    "an account of the sandbox city",
                    unsigned("sandbox"),
                    now,
                )
    finally:
        engine.dispose()


def _settings(fixed: datetime, apps: Sequence[str]) -> str:
    """The shipped config with the rehearsal's clock, a control room, a roomier
    allowance, the city's apps and links, this machine as the web server before the
    redirect, and names that count as persons: its people are invented and share one
    account. No role asks for an authenticator: its clock stands, and codes would not
    fit.
    """
    text = _config_of_control_room()
    text = _replace_line(text, "  fixed: null", f"  fixed: {fixed.isoformat()}")
    text = _replace_line(text, "  trusted: []", '  trusted: ["127.0.0.1"]')
    text = _replace_line(text, "  address: null", "  address: https://go.city.example")
    text = _replace_line(text, "  handles: {}", "  handles: {instagram: city_sbx}")
    factors = "  second_factor_roles: [admin, dpo]"
    text = _replace_line(text, factors, "  second_factor_roles: []")
    text = _replace_line(text, "  apps: []", f"  apps: [{', '.join(apps)}]")
    return _replace_line(text, "  caps: {}", "  caps: {x: {posts: 200000}}")


def _config_of_control_room() -> str:
    """The shipped config with a control room that is alerted by mail. Its mail server
    is a port of this computer at which none listens, so that nothing leaves."""
    text = first_settings.config_alerting(*_CONTROL_ROOM)
    text = _replace_line(text, "\n  host: null", "\n  host: localhost")
    return _replace_line(text, "\n  port: 587", "\n  port: 1")


def _replace_line(text: str, line: str, instead: str) -> str:
    if line not in text:
        raise SocialcellError("rehearsal.line_not_in_config", line=line.strip())
    return text.replace(line, instead)
