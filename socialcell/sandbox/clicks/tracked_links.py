"""The tracked links that the sandbox city's cell made for its campaign."""

from dataclasses import dataclass

from socialcell.sandbox.world.app_world import APPLE_ID, PACKAGE
from socialcell.sandbox.world.campaign_world import SandboxCampaign


@dataclass(frozen=True, slots=True)
class CampaignLink:
    """A tracked link as the cell made it, and how many people a day follow it."""

    word: str
    channel: str
    people: float
    creator: str | None = None
    post: str | None = None
    content: str | None = None


def _link(
    word: str, channel: str, people: float, creator: str | None = None
) -> CampaignLink:
    post = (
        f"https://{channel}.example/{creator or 'pune'}/{word}" if people > 2 else None
    )
    return CampaignLink(word, channel, people, creator, post, None if creator else word)


LINKS = (
    _link("umbrella", "instagram", 16.0, "asha_creates"),
    _link("pothole-song", "instagram", 8.0, "ravi_walks"),
    _link("flood-map", "youtube", 7.0, "meera_explains"),
    _link("society-groups", "whatsapp", 12.0),
    _link("ward-offices", "poster", 6.0),
    *(
        _link(part, "email", 1.3)
        for part in ("top", "map", "helpline", "forms", "tips", "app")
    ),
)
BY_WORD = {link.word: link for link in LINKS}
NEWSLETTER = tuple(link.word for link in LINKS if link.channel == "email")


def link_forms(campaign: SandboxCampaign) -> dict[str, dict[str, str | None]]:
    """The fields of each link as the cell enters them, by its word."""
    return {
        link.word: {
            "campaign": campaign.name,
            "initiative": campaign.initiative,
            "channel": link.channel,
            "creator": link.creator,
            "post": link.post,
            "content": link.content,
            "web": "https://care.pune.example/monsoon",
            "android": f"https://play.google.com/store/apps/details?id={PACKAGE}",
            "ios": f"https://apps.apple.com/app/apple-store/id{APPLE_ID}?pt=100200",
        }
        for link in LINKS
    }
