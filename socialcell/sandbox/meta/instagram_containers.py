"""Media containers of Instagram's sandbox: each is published once, within a day."""

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
        self.by_id: dict[str, MediaContainer] = {}
        self._unready = 0

    def fetch_slowly(self, polls: int = 1) -> None:
        """So many status requests answer that the picture is not fetched yet."""
        self._unready = polls

    def make(self, sent: Mapping[str, str], now: datetime) -> str:
        if not sent.get("image_url", "").startswith("https://"):
            raise GraphRequestError(
                9004, "Only photo or video can be accepted as media type"
            )
        id_ = medium_id(now, len(self.by_id)).replace("17", "18", 1)
        self.by_id[id_] = MediaContainer(sent.get("caption", ""), now)
        return id_

    def state(self, id_: str, now: datetime) -> str:
        container = self.by_id[id_]
        if container.published:
            return "PUBLISHED"
        if now - container.at > _LASTS:
            return "EXPIRED"
        if self._unready:
            self._unready -= 1
            return "IN_PROGRESS"
        return "FINISHED"

    def publish(self, id_: str, now: datetime) -> str:
        """Its caption. GraphRequestError when it is unknown, published, or too old."""
        container = self.by_id.get(id_)
        if container is None:
            raise missing(id_)
        if container.published or now - container.at > _LASTS:
            raise GraphRequestError(9007, "Media ID is not available", 2207027)
        self.by_id[id_] = replace(container, published=True)
        return container.caption
