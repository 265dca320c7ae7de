"""Links for pages: each with its requests, people apart from programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from socialcell import db
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import link_activity
from socialcell.campaigns.links.store import links as link_store
from socialcell.services.context import Context


@dataclass(frozen=True)
class LinkLine:
    """A link with all its requests by kind."""

    link: TrackedLink
    kinds: Mapping[str, int]

    @property
    def people(self) -> int:
        """Clicks of people."""
        return self.kinds.get("human", 0)

    @property
    def others(self) -> int:
        """Second clicks, previews, crawlers and other programs, the cell's own."""
        return sum(self.kinds.values()) - self.people


def list_lines(
    context: Context,
    filters: Mapping[str, str | None],
    before: int | None,
    limit: int,
) -> list[LinkLine]:
    """At most `limit` links that match the filters (None: any) with a number below
    `before`, the newest first."""
    with db.reading(context.engine) as session:
        links = link_store.links_before(session, filters, before, limit)
        counts = link_activity.kinds_of_links(session, [link.id or 0 for link in links])
        session.expunge_all()
    return [LinkLine(link, counts.get(link.id or 0, {})) for link in links]


def campaign_lines(context: Context, campaign: str) -> Sequence[LinkLine]:
    """The links of a campaign, the one with most clicks of people first."""
    with db.reading(context.engine) as session:
        rows = link_activity.kinds_of_campaign(session, campaign)
        session.expunge_all()
    lines = [LinkLine(link, kinds) for link, kinds in rows]
    return sorted(lines, key=lambda line: (-line.people, line.link.code))


def list_campaigns(context: Context) -> list[str]:
    """The campaigns that links name, by name."""
    with db.reading(context.engine) as session:
        return sorted(link_store.campaigns(session))
