"""Checks of collection over time: credentials, allowances, drift, what lags behind."""

from collections.abc import Iterator
from datetime import timedelta

from socialcell import connectors, db
from socialcell.listening.store.pages import mapping_errors, recheck_queue
from socialcell.ops import store
from socialcell.services.collection import allowance_usage, credential_checks
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, failed, ok, warning

_WEEK, _DAY = timedelta(days=7), timedelta(days=1)


def check_credentials(context: Context) -> Iterator[Check]:
    """What the last test reads with each credential found."""
    for state in credential_checks.last_checks(context):
        label = f"credential of {state.connector}"
        if not state.ok:
            yield failed(label, state.message, "socialcell sources credentials")
        elif state.days_left is not None and state.days_left <= max(
            credential_checks.WARNING_DAYS
        ):
            page = f"docs/connectors/{state.connector}.md"
            yield warning(
                label, f"ends in {state.days_left} days", f"Renew it as {page} says."
            )
        else:
            yield ok(label, state.message)


def check_allowances(context: Context) -> Check:
    """Whether the platforms' allowances and our money last at this pace."""
    tight = list(allowance_usage.spending(context).overruns)
    if tight:
        advice = "socialcell sources budget; narrow the queries, or raise the cap."
        return warning("allowances", "; ".join(tight), advice)
    return ok("allowances", "all last at this pace")


def check_mapping_errors(context: Context) -> Check:
    """Whether platforms sent what we could not read."""
    since = context.clock.now() - _WEEK
    with db.reading(context.engine) as session:
        waves = mapping_errors.waves(session, since)
    if not waves:
        return ok("drift", "everything of the last week could be read")
    summary = "; ".join(f"{w.platform}: {w.items} × {w.signature}" for w in waves[:5])
    advice = (
        "socialcell sources mapping-errors; after an update, "
        "socialcell sources reprocess --since 7d."
    )
    return warning("drift", summary, advice)


def check_deletions(context: Context) -> Iterator[Check]:
    """Whether what is deleted upstream goes here within a day."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        lag = recheck_queue.lag(session, now - _WEEK)
        behind = [
            source.name
            for source in store.enabled(session)
            if source.connector in connectors.CONNECTORS
            and connectors.is_rechecked(source.connector)
            and (oldest := recheck_queue.oldest_unseen(session, source.id or 0))
            is not None
            and now - oldest > _DAY
        ]
    advice = "socialcell sources recheck, and see that the daemon runs."
    if lag.over_a_day:
        yield failed(
            "deletions",
            f"{lag.over_a_day} of the last week's {lag.removals} removals were noticed "
            "over a day after the mention was last seen",
            advice,
        )
    elif behind:
        names = ", ".join(behind)
        yield warning(
            "deletions", f"not asked about for over a day: mentions of {names}", advice
        )
    else:
        yield ok("deletions", f"{lag.removals} removals in the last week, all in time")
