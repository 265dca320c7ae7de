"""Installs reported by the app's server, counted by day of the store.

They have a definition of their own beside the figures of the store itself. A day
without any between the first and the last is 0: postbacks were being received.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from socialcell.campaigns.links.store.link_activity import ReportedInstall
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.connectors.google.play_statistics import ZONE, cut_key
from socialcell.platforms import GOOGLE_PLAY

DEFINITION = "Install Referrer postbacks"
METRIC = "referred_installs"
CUTS = ("told", "source", "campaign", "creator")
_ZONE = ZoneInfo(ZONE)
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReferredInstall:
    """One install with the origin that its referrer names."""

    app: str
    day: date  # of the store
    outcome: str  # attributed | organic | unattributed | refused
    source: str
    campaign: str
    link_id: int | None


def referred_installs(
    postbacks: Iterable[ReportedInstall], since: date, until: date
) -> list[ReferredInstall]:
    """Installs of the store's days from `since` to `until`, both included."""
    installs = []
    for postback in postbacks:
        day = (
            postback.begun_at.astimezone(_ZONE).date()
            if postback.begun_at
            else postback.day
        )
        if since <= day <= until:
            values = dict(parse_qsl(postback.referrer, keep_blank_values=True))
            source, campaign = (
                values.get("utm_source", ""),
                values.get("utm_campaign", ""),
            )
            installs.append(
                ReferredInstall(
                    postback.app,
                    day,
                    postback.outcome,
                    source,
                    campaign,
                    postback.link_id,
                )
            )
    return installs


def store_days(
    installs: Sequence[ReferredInstall],
    origin: Callable[[ReferredInstall], tuple[str, str]],
) -> list[StoreDay]:
    """Installs as complete daily figures of the store: every group has a row every day.

    `origin` gives the evidence for an install's owner, and the creator, as in
    `campaigns attribution`.
    """

    def cut(install: ReferredInstall) -> tuple[str, ...]:
        evidence, creator = origin(install)
        return (evidence, install.source, install.campaign, creator)

    counted = Counter((install.app, install.day, cut(install)) for install in installs)
    rows = []
    for app in sorted({install.app for install in installs}):
        days = [install.day for install in installs if install.app == app]
        span = (max(days) - min(days)).days + 1
        cuts = sorted({group for other, _day, group in counted if other == app})
        for day in (min(days) + timedelta(days=n) for n in range(span)):
            rows += [_row(app, day, group, counted[app, day, group]) for group in cuts]
    return rows


def _row(app: str, day: date, cut: tuple[str, ...], n: int) -> StoreDay:
    return StoreDay(
        key=f"{app}|{day}|{'|'.join(cut)}",
        store=GOOGLE_PLAY.id,
        app=app,
        metric=METRIC,
        definition=DEFINITION,
        dimension=",".join(CUTS),
        cut=cut_key(list(cut)),
        day=day,
        zone=ZONE,
        value=n,
        withheld=False,
        stored_at=_NO_TIME,
    )
