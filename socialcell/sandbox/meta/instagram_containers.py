"""What is to be published on Instagram's sandbox: each once, and within a day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from socialcell.sandbox.meta.graph_server import GraphRequestError, missing
from socialcell.sandbox.world.instagram_world import medium_id

_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class MediaContainer:
    caption: str
    at: datetime
    published: bool = False


class MediaContainers:
    """The account's containers, by their numbers."""

    def __init__(self) -> None:
        self.made: dict[str, MediaContainer] = {}
        self._unready = 0

    def fetch_slowly(self, asks: int = 1) -> None:
        """The picture is not there yet for so many questions."""
        self._unready = asks

    def make(self, sent: Mapping[str, str], now: datetime) -> str:
        if not sent.get("image_url", "").startswith("https://"):
            raise GraphRequestError(
                9004, "Only photo or video can be accepted as media type"
            )
        id_ = medium_id(now, len(self.made)).replace("17", "18", 1)
        self.made[id_] = MediaContainer(sent.get("caption", ""), now)
        return id_

    def state(self, id_: str, now: datetime) -> str:
        found = self.made[id_]
        if found.published:
            return "PUBLISHED"
        if now - found.at > _LASTS:
            return "EXPIRED"
        if self._unready:
            self._unready -= 1
            return "IN_PROGRESS"
        return "FINISHED"

    def publish(self, id_: str, now: datetime) -> str:
        """Its caption. Refused when it is unknown, published, or too old."""
        found = self.made.get(id_)
        if found is None:
            raise missing(id_)
        if found.published or now - found.at > _LASTS:
            raise GraphRequestError(9007, "Media ID is not available", 2207027)
        self.made[id_] = replace(found, published=True)
        return found.caption
