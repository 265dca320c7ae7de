"""A platform of Meta's that pushes what people write, and shows what was pushed."""

import struct
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import GraphRequestError, GraphServer
from socialcell.sandbox.meta.webhook_sender import WebhookSender
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import Request, ServerResponse

SECRETS = ("meta_token", "meta_app_secret", "meta_verify_token")
_FILES = "/sandbox-files/"
_PushFactory = Callable[
    [], Mapping[str, Any] | None
]  # makes a push; None: nobody is told


class WebhookPlatform(GraphServer):
    """Pushes each post when its time has come, and then what becomes of it.

    `hand_in` is called by whoever runs the sandbox: it is the platform's own clockwork.
    """

    def __init__(
        self, city: City, clock: Clock, name: str, secrets: Mapping[str, str]
    ) -> None:
        super().__init__(city, clock, name, secrets["meta_token"])
        self.pusher = WebhookSender(
            f"/{name}", secrets["meta_app_secret"], secrets["meta_verify_token"]
        )
        self._told: set[tuple[str, str]] = set()
        self.lost_files: set[str] = set()

    # Switches ---------------------------------------------------------------------

    def lose_file(self, id_: str) -> None:
        """The file of a message is no longer kept."""
        self.lost_files.add(id_)

    # What the sandbox's clockwork does --------------------------------------------

    def hand_in(self, door: str) -> list[int]:
        """Push everything that happened up to now and was not taken; the statuses.

        What was taken back before anybody could be told of it is not handed in; that
        it is gone is.
        """
        now = self.clock.now()
        gone = {p.id for p in self._posts if p.removed is not None and p.removed <= now}
        for _, (id_, what), made in sorted(self._news(now), key=lambda one: one[:2]):
            self._told.add((id_, what))
            push = made() if what == "gone" or id_ not in gone else None
            if push is not None:
                self.pusher.put(push)
        return self.pusher.hand_in(door)

    @abstractmethod
    def written(self, post: SandboxPost) -> Mapping[str, Any]:
        """The push of a message."""

    def edited(
        self, post: SandboxPost, at: datetime, text: str
    ) -> Mapping[str, Any] | None:
        """The push of its edit; None where nobody is told."""
        return None

    def taken_back(self, post: SandboxPost, at: datetime) -> Mapping[str, Any] | None:
        """The push of its removal; None where nobody is told."""
        return None

    def _news(
        self, now: datetime
    ) -> Iterator[tuple[datetime, tuple[str, str], _PushFactory]]:
        """What happened by now and was not told: when, to which post what, its push."""
        for post in self._posts:
            events: list[tuple[datetime, str, _PushFactory]] = [
                (post.at, "written", partial(self.written, post))
            ]
            if post.changed is not None:
                at, text = post.changed
                events.append((at, "edited", partial(self.edited, post, at, text)))
            if post.removed is not None:
                at = post.removed
                events.append((at, "gone", partial(self.taken_back, post, at)))
            for at, what, made in events:
                if at <= now and (post.id, what) not in self._told:
                    yield at, (post.id, what), made

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
        """Where Meta says that a file is. Refused when it is no longer kept."""
        if id_ in self.lost_files:
            raise GraphRequestError(100, "Unsupported get request.", 33)
        return f"https://{host}{_FILES}{id_}"


def photo(id_: str) -> bytes:
    """A picture of one dot, in a colour of its own: a real PNG."""
    seed = zlib.crc32(id_.encode())
    dot = bytes([0, seed & 255, seed >> 8 & 255, seed >> 16 & 255])
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    named = b"Comment\0" + id_.encode("latin-1")
    parts = [(b"IHDR", head), (b"tEXt", named), (b"IDAT", zlib.compress(dot))]
    chunks = [_chunk(kind, data) for kind, data in [*parts, (b"IEND", b"")]]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
