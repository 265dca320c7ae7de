"""Step one injected clock through a rehearsal: pull, tag, report, resume anywhere.

The demo uses it with the sandbox city. A step that was interrupted is done again at
the same simulated moment and comes to the same rows.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from socialcell import config, connectors, db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.connectors import check_settings
from socialcell.errors import SocialcellError, UsageError
from socialcell.jobs import (
    collect,
    detect,
    fetching,
    initialise,
    receive,
    report,
    upkeep,
)
from socialcell.jobs.collect import Result
from socialcell.jobs.context import Context
from socialcell.jobs.tag import tag
from socialcell.listening.store import alerts, questions, registry
from socialcell.ops import store

STATE_FILE = "rehearsal.json"
SANDBOX_MARK = "# A workspace that listens to the sandbox."
STEP = timedelta(hours=12)
DENSE_STEP = timedelta(minutes=5)
DENSE_FOR = timedelta(hours=1)
_LOOK_AGAIN = timedelta(hours=1)  # as the daemon does


Meanwhile = Callable[[Context, datetime | None, datetime], AbstractContextManager[None]]


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


def steps(start: datetime, end: datetime, dense_from: datetime) -> list[datetime]:
    """The moments of a rehearsal: every twelve hours back from its end, and every five
    minutes in the hour from `dense_from`."""
    moments = set()
    moment = end
    while moment > start:
        moments.add(moment)
        moment -= STEP
    moment = dense_from + DENSE_STEP
    while moment <= min(dense_from + DENSE_FOR, end):
        moments.add(moment)
        moment += DENSE_STEP
    return sorted(moments)


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
    made = initialise.initialise(folder, settings=_settings(fixed, apps))
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
    shipped = initialise.shipped_config()
    text = _replaced(shipped, "  base_urls: {}", "  base_urls:\n" + lines.rstrip())
    for platform, given in accounts.items():
        told = json.dumps(given)
        text = _replaced(text, f"\n  {platform}: null", f"\n  {platform}: {told}")
    aside = place.with_name("config.yaml.new")
    aside.write_text(f"{SANDBOX_MARK}\n{text}", encoding="utf-8")
    aside.replace(place)
    made = initialise.initialise(folder)
    _enter(made.workspace, secrets, watched, named, made.workspace.clock().now())


def run(
    folder: Path,
    state: State,
    moments: Sequence[datetime],
    clock: FixedClock,
    base_urls: Mapping[str, str],
    *,
    push: Callable[[Context], None] | None = None,
    meanwhile: Meanwhile = lambda *_: nullcontext(),
    progress: Callable[[int, int, datetime], None] | None = None,
) -> Context:
    """Do the steps that are still to be done; the context at the end.

    `push` lets platforms hand in at our door what they have to tell by now. In the
    context that `meanwhile` makes of a step's beginning (None: there was none before)
    and its moment the step is done; it is over when that is left.
    """
    workspace = config.load(folder / "config.yaml")
    # What a power cut takes from sample data is made again.
    busy = workspace.config.database.busy_seconds
    engine = db.connect(workspace.database_url, busy, durable=False)
    context = Context(workspace, engine, clock, base_urls)
    done = datetime.fromisoformat(state.done_until) if state.done_until else None
    for number, moment in enumerate(moments, 1):
        if done is not None and moment <= done:
            continue
        clock.set(moment)
        before = moments[number - 2] if number > 1 else None
        with meanwhile(context, before, moment):
            _step(context, moment, before)
            if push is not None:
                push(context)
                _take_in(context, since=before or moment)
            tag(context)
            detect.detect(context, since=before)
        state = replace(state, done_until=moment.isoformat())
        write_state(folder, state)
        if progress:
            progress(number, len(moments), moment)
    clock.set(moments[-1])
    return context


def summary(context: Context) -> dict[str, Any]:
    """What the workspace holds over its life, for the demo's JSON."""
    with db.reading(context.engine) as session:
        totals = store.run_totals(session)
        sources = [
            {
                "name": source.name,
                **totals.get(source.id or 0, dict.fromkeys(store.COUNTS, 0)),
                "state": source.state,
            }
            for source in store.sources(session)
        ]
        return {
            "workspace": str(context.workspace.folder),
            "sources": sources,
            "mentions": questions.present_count(session),
            "languages": questions.language_counts(session),
            "entities": questions.entity_count(session),
            "alerts": [
                {
                    "incident": one.id,
                    "subject": one.subject,
                    "severity": one.severity,
                    "opened_at": one.opened_at,
                    "alerts": len(alerts.alerts_of(session, one.id or 0)),
                }
                for one in alerts.incidents(session)
            ],
        }


def weekly(context: Context, lang: str) -> dict[str, str]:
    """The weekly report of the rehearsal's last complete week."""
    made = report.weekly(context, lang=lang)
    return {"html": str(made.html), "text": str(made.text)}


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


def _step(context: Context, moment: datetime, before: datetime | None) -> None:
    """Pull, and after an hour look at engagement again; with a new day also what comes
    daily."""
    new_day = before is None or _day(before) != _day(moment)
    with db.reading(context.engine) as session:
        asked = [
            source.name
            for source in store.enabled(session)
            if connectors.is_pulled(source.connector)
            and (new_day or not connectors.is_daily(source.connector, source.settings))
        ]
    _require(collect.collect(context, asked))
    if before is None or moment - before >= _LOOK_AGAIN:
        _require(upkeep.snapshot(context))
    if new_day:
        _require(upkeep.recheck(context))


def _take_in(context: Context, since: datetime) -> None:
    """Read what was pushed, and fetch what was only named."""
    _require(receive.work_off(context))
    fetched = fetching.fetch(context)
    for name, why in fetched.stopped.items():
        raise SocialcellError(f"{name} failed in the rehearsal: {why}")
    receive.note_open(context, since)


def _require(results: Iterable[Result]) -> None:
    for result in results:
        if result.state not in ("ok", "waiting"):
            raise SocialcellError(
                f"{result.source} failed in the rehearsal: {result.reason}"
            )


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()


def _enter(
    workspace: Workspace,
    secrets: Mapping[str, str],
    watched: Iterable[Watched],
    named: Iterable[Named],
    now: datetime,
) -> None:
    """Tokens, sources and the registry, as a cell would enter them."""
    initialise.write_secrets(workspace.folder, secrets.items())
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
    """The shipped config with the rehearsal's clock, a roomier allowance, the city's
    apps and links, and this machine as the web server before the redirect.

    The encoder is off: a rehearsal is the same with and without the extra `semantic`.
    """
    text = initialise.shipped_config()
    text = _replaced(text, "  semantic: true", "  semantic: false")
    text = _replaced(text, "  fixed: null", f"  fixed: {fixed.isoformat()}")
    text = _replaced(text, "  trusted: []", '  trusted: ["127.0.0.1"]')
    text = _replaced(text, "  address: null", "  address: https://go.city.example")
    text = _replaced(text, "  handles: {}", "  handles: {instagram: city_sbx}")
    text = _replaced(text, "  apps: []", f"  apps: [{', '.join(apps)}]")
    return _replaced(text, "  caps: {}", "  caps: {x: {posts: 200000}}")


def _replaced(text: str, line: str, instead: str) -> str:
    if line not in text:
        raise SocialcellError(f"config.yaml as shipped lacks {line.strip()!r}")
    return text.replace(line, instead)
