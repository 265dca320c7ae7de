"""How long what is kept, and when it was looked through last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.ops import slots
from socialcell.services.context import Context

_JOB = "retention"


@dataclass(frozen=True)
class RetentionStatus:
    """Days that raw data, single clicks and texts are kept; None: until the post is
    deleted at its source. `state` and `last_ok_at` are of the daemon's runs; None: none
    yet."""

    raw_days: int
    click_days: int
    text_days: Mapping[str, int | None]
    state: str | None
    last_ok_at: datetime | None


def retention_status(context: Context) -> RetentionStatus:
    """The limits of config.yaml, and the last run of the daemon's job."""
    settings = context.workspace.config.retention
    with db.reading(context.engine) as session:
        run = slots.last_runs(session).get(_JOB)
    return RetentionStatus(
        settings.raw_days,
        settings.click_days,
        dict(settings.text_days),
        run.state if run else None,
        run.last_ok_at if run else None,
    )
