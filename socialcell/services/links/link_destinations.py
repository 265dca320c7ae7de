"""Where this workspace's links may lead, by its configuration."""

from collections.abc import Collection
from urllib.parse import urlsplit

from socialcell.campaigns.links import destination_domains
from socialcell.campaigns.links.tracked_link import DEVICES, LinkDraft
from socialcell.services.context import Context


def require_own(
    context: Context, draft: LinkDraft, fields: Collection[str] = DEVICES
) -> None:
    """UsageError when one of the targets in `fields` may not be led to."""
    domains = context.workspace.config.links.domains
    ours = own_hosts(context)
    for field in DEVICES:
        address = getattr(draft, field)
        if field in fields and address is not None:
            destination_domains.require_own(address, field, domains, ours)


def own_hosts(context: Context) -> list[str]:
    """Hosts of addresses of the city in config.yaml."""
    config = context.workspace.config
    addresses = (
        config.links.address,
        config.links.fallback,
        config.alerts.console_url,
        config.mail.unsubscribe_url,
    )
    hosts = (urlsplit(address).hostname for address in addresses if address)
    return sorted({host for host in hosts if host and "." in host})
