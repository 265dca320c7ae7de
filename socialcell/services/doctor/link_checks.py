"""Where tracked links lead, against the domains of config.yaml."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from socialcell.campaigns.links import destination_domains
from socialcell.campaigns.links.tracked_link import DEVICES
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.doctor.finding import Check, ok, warning
from socialcell.services.links import link_destinations, tracked_links

_NAME = "links"
_LISTED = 5  # hosts or codes that a finding names


def destinations(context: Context) -> Iterator[Check]:
    """Whether domains are named, and every link leads to one of them."""
    domains = context.workspace.config.links.domains
    ours = link_destinations.own_hosts(context)
    foreign: list[str] = []
    hosts: Counter[str] = Counter()
    for link in tracked_links.list_links(context):
        for address in filter(None, (getattr(link, device) for device in DEVICES)):
            hosts[urlsplit(address).hostname or ""] += 1
            try:
                destination_domains.require_own(address, "web", domains, ours)
            except UsageError:
                foreign.append(f"{link.code} to {urlsplit(address).hostname}")
    if foreign:
        yield warning(
            _NAME,
            f"{len(foreign)} lead to domains that are not the city's: "
            f"{', '.join(foreign[:_LISTED])}",
            "They go on leading there. Change them (socialcell links edit), or add the "
            "domain to links.domains in config.yaml if it is the city's.",
        )
    elif domains is None and hosts:
        named = [host for host, _n in hosts.most_common(_LISTED)]
        yield warning(
            _NAME,
            "links may lead to any domain that is no look-alike; most lead to "
            f"{', '.join(named)}",
            "Name the city's domains in config.yaml at links.domains: no link then "
            "leads anywhere else.",
        )
    else:
        yield ok(_NAME, "every link leads to a domain of the city or an app store")
