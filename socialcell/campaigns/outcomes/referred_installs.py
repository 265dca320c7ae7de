"""Installs that the app's server told us of, as days of the store: a count a day.

They stand beside what the store itself reports, under a definition of their own. A day
between the first and the last of them without any is 0: the door was open.
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
class Referred:
    """What one install says of where it came from."""

    app: str
    day: date  # of the store
    told: str  # attributed | organic | unattributed | refused
    source: str
    campaign: str
    link_id: int | None


def referred(
    postbacks: Iterable[ReportedInstall], since: date, until: date
) -> list[Referred]:
    """Installs of the store's days from `since` to `until`, both included."""
    found = []
    for one in postbacks:
        day = one.begun_at.astimezone(_ZONE).date() if one.begun_at else one.day
        if since <= day <= until:
            said = dict(parse_qsl(one.referrer, keep_blank_values=True))
            source, campaign = said.get("utm_source", ""), said.get("utm_campaign", "")
            found.append(
                Referred(one.app, day, one.outcome, source, campaign, one.link_id)
            )
    return found


def store_days(
    installs: Sequence[Referred], origin: Callable[[Referred], tuple[str, str]]
) -> list[StoreDay]:
    """The same as figures of the store, whole: every group has a row on every day.

    `origin` says by which evidence an install is whose, and the creator: what
    `campaigns attribution` says of it too.
    """

    def cut(install: Referred) -> tuple[str, ...]:
        told, creator = origin(install)
        return (told, install.source, install.campaign, creator)

    counted = Counter((one.app, one.day, cut(one)) for one in installs)
    made = []
    for app in sorted({one.app for one in installs}):
        days = [one.day for one in installs if one.app == app]
        span = (max(days) - min(days)).days + 1
        cuts = sorted({group for other, _day, group in counted if other == app})
        for day in (min(days) + timedelta(days=n) for n in range(span)):
            made += [_row(app, day, group, counted[app, day, group]) for group in cuts]
    return made


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
