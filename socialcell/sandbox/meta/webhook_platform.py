"""A platform of Meta's that pushes messages to a webhook and serves their files."""

import struct
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from socialcell.clock import Clock
from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import GraphRequestError, GraphServer
from socialcell.sandbox.meta.webhook_sender import WebhookSender
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import Request, ServerResponse

SECRETS = ("meta_token", "meta_app_secret", "meta_verify_token")
_FILES = "/sandbox-files/"
_PushFactory = Callable[[], JsonObject | None]  # None: no push


class WebhookPlatform(GraphServer):
    """Pushes each post once it is published, and later its edit and its removal.

    The process that runs the sandbox calls `send_pushes` when it chooses.
    """

    def __init__(
        self, city: City, clock: Clock, name: str, secrets: Mapping[str, str]
    ) -> None:
        super().__init__(city, clock, name, secrets["meta_token"])
        self.pusher = WebhookSender(
            f"/{name}", secrets["meta_app_secret"], secrets["meta_verify_token"]
        )
        self._pushed_events: set[tuple[str, str]] = set()
        self.lost_files: set[str] = set()

    # Faults -----------------------------------------------------------------------

    def lose_file(self, id_: str) -> None:
        """The file of a message is no longer stored."""
        self.lost_files.add(id_)

    # Pushes -----------------------------------------------------------------------

    def send_pushes(self, base_url: str) -> list[int]:
        """Push all events up to now that were not accepted yet; the statuses."""
        self.queue_pushes()
        return self.pusher.send_queued(base_url)

    def queue_pushes(self) -> None:
        """Queue the pushes of all events up to now.

        Of a message that was removed before it was pushed, only the removal is pushed.
        """
        now = self.clock.now()
        removed_ids = {
            p.id for p in self._posts if p.removed is not None and p.removed <= now
        }
        for _, (id_, what), make_push in sorted(
            self._new_events(now), key=lambda event: event[:2]
        ):
            self._pushed_events.add((id_, what))
            push = make_push() if what == "removed" or id_ not in removed_ids else None
            if push is not None:
                self.pusher.queue(push)

    @abstractmethod
    def message_push(self, post: SandboxPost) -> JsonObject:
        """The push of a message."""

    def edit_push(
        self, post: SandboxPost, at: datetime, text: str
    ) -> JsonObject | None:
        """The push of its edit; None where Meta pushes none."""
        return None

    def removal_push(self, post: SandboxPost, at: datetime) -> JsonObject | None:
        """The push of its removal; None where Meta pushes none."""
        return None

    def _new_events(
        self, now: datetime
    ) -> Iterator[tuple[datetime, tuple[str, str], _PushFactory]]:
        """The events up to now that were not pushed: moment, (post id, event), push."""
        for post in self._posts:
            events: list[tuple[datetime, str, _PushFactory]] = [
                (post.at, "written", partial(self.message_push, post))
            ]
            if post.changed is not None:
                at, text = post.changed
                events.append((at, "edited", partial(self.edit_push, post, at, text)))
            if post.removed is not None:
                at = post.removed
                events.append((at, "removed", partial(self.removal_push, post, at)))
            for at, what, make_push in events:
                if at <= now and (post.id, what) not in self._pushed_events:
                    yield at, (post.id, what), make_push

    # Files ------------------------------------------------------------------------

    def respond(self, request: Request) -> ServerResponse:
        if not request.path.startswith(_FILES):
            return super().respond(request)
        id_ = request.path.removeprefix(_FILES)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.files_need_token and bearer != self.token:
            return ServerResponse(401, "")
        if id_ in self.lost_files:
            return ServerResponse(404, "")
        return ServerResponse(200, photo(id_), {"content-type": "image/png"})

    files_need_token = False

    def file_address(self, host: str, id_: str) -> str:
        """The address of a file. GraphRequestError when it is no longer stored."""
        if id_ in self.lost_files:
            raise GraphRequestError(100, "Unsupported get request.", 33)
        return f"https://{host}{_FILES}{id_}"


def photo(id_: str) -> bytes:
    """A PNG of one pixel, whose colour depends on the id."""
    seed = zlib.crc32(id_.encode())
    dot = bytes([0, seed & 255, seed >> 8 & 255, seed >> 16 & 255])
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    named = b"Comment\0" + id_.encode("latin-1")
    parts = [(b"IHDR", head), (b"tEXt", named), (b"IDAT", zlib.compress(dot))]
    chunks = [_chunk(kind, payload) for kind, payload in [*parts, (b"IEND", b"")]]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + payload))
    return struct.pack(">I", len(payload)) + kind + payload + check
