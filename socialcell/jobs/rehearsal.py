"""Step one injected clock through a rehearsal: pull, tag, report, resume anywhere.

The demo uses it with the sandbox city. A step that was interrupted is done again at
the same simulated moment and comes to the same rows.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.connectors import check_settings
from socialcell.errors import SocialcellError, UsageError
from socialcell.jobs import collect, initialise, report
from socialcell.jobs.context import Context
from socialcell.jobs.tag import tag
from socialcell.listening.store import questions
from socialcell.ops import store

STATE_FILE = "rehearsal.json"
STEP = timedelta(hours=6)
DENSE_STEP = timedelta(minutes=5)
DENSE_FOR = timedelta(hours=1)


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
    """The moments of a rehearsal: every six hours back from its end, and every five
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
) -> State:
    """A workspace for this rehearsal; the state of an earlier run that it resumes.

    UsageError when the folder holds something else.
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
    made = initialise.initialise(folder, settings=_settings(fixed))
    initialise.write_secrets(folder, secrets.items())
    engine = db.connect(made.workspace.database_url)
    try:
        with db.writing(engine) as session:
            _add_sources(session, watched, fixed)
            for one in named:
                questions.register(
                    session,
                    one.platform,
                    one.handle,
                    one.name,
                    one.person_class,
                    "an account of the sandbox city",
                    "demo",
                    fixed,
                )
    finally:
        engine.dispose()
    if found is None:
        write_state(folder, current)
    return current


def run(
    folder: Path,
    state: State,
    moments: Sequence[datetime],
    clock: FixedClock,
    base_urls: Mapping[str, str],
    *,
    progress: Callable[[int, int, datetime], None] | None = None,
) -> Context:
    """Do the steps that are still to be done; the context at the end."""
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    context = Context(workspace, engine, clock, base_urls)
    done = datetime.fromisoformat(state.done_until) if state.done_until else None
    for number, moment in enumerate(moments, 1):
        if done is not None and moment <= done:
            continue
        clock.set(moment)
        _step(context)
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


def _step(context: Context) -> None:
    for result in collect.collect(context):
        if result.state not in ("ok", "waiting"):
            raise SocialcellError(
                f"{result.source} failed in the rehearsal: {result.reason}"
            )
    tag(context)


def _add_sources(session: Any, watched: Iterable[Watched], now: datetime) -> None:
    for one in watched:
        if store.find_source(session, one.name) is None:
            settings = check_settings(one.connector, one.settings)
            store.add_source(session, one.name, one.connector, settings, now)


def _settings(fixed: datetime) -> str:
    """The shipped config with the rehearsal's clock and a roomier allowance."""
    text = initialise.shipped_config()
    for line, instead in (
        ("  fixed: null", f"  fixed: {fixed.isoformat()}"),
        ("    posts_per_month: 20000", "    posts_per_month: 200000"),
    ):
        if line not in text:
            raise SocialcellError(f"config.yaml as shipped lacks {line.strip()!r}")
        text = text.replace(line, instead)
    return text
