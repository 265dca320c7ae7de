"""An Instagram account of the sandbox: media, comments, tags, hashtags of a week."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Switch
from socialcell.sandbox.meta import instagram_json as shape
from socialcell.sandbox.meta.graph_fields import Field
from socialcell.sandbox.meta.graph_server import (
    GraphRequestError,
    GraphServer,
    NodeValues,
    Parameters,
    missing,
    newest_first,
    pick,
    within,
)
from socialcell.sandbox.meta.instagram_containers import MediaContainers
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import ServerResponse
from socialcell.sandbox.world.instagram_world import (
    ACCOUNT_ID,
    HASHTAG,
    HASHTAG_ID,
    USERNAME,
    medium_id,
)

_SHOWN = timedelta(hours=24)  # of a hashtag
_WEEK, _A_WEEK = timedelta(days=7), 30
_MOST_AT_ONCE = 50
_SAME = "QVFIUnNhbmRib3gtaGFzaHRhZw"  # a hashtag's `after`, the same on each page
# Fields that a medium of a hashtag does not have.
_OF_A_HASHTAG = ("username", "is_comment_enabled", "media_product_type")


class InstagramServer(GraphServer):
    """One professional account, read with the system user's own token."""

    usage = "instagram"

    def __init__(self, city: City, clock: Clock, token: str) -> None:
        super().__init__(city, clock, "instagram", token)
        self.searched: dict[str, datetime] = {}
        self.hides_likes: set[str] = set()
        self._hashtag_cursor: tuple[datetime, str] | None = None
        self.containers = MediaContainers()

    # Faults and changes that tests switch on --------------------------------------

    def quota_spent(self) -> None:
        """The thirty hashtags of this week are used up, until healed."""
        self._switches["spent"] = Switch()

    def comment(self, text: str, at: datetime | None = None, below: str = "") -> str:
        """Somebody comments on a medium (else on the newest own that stays), or on a
        comment. Its id."""
        moment = at or self.clock.now()
        post = self._find_post(below) if below else self._newest_own(moment)
        return self.publish(
            text, at, group="comment", conversation=post.conversation, reply_to=post.id
        )

    # Answers ----------------------------------------------------------------------

    def refusal(self, fault: str, until: datetime) -> ServerResponse:
        if fault == "spent":
            return self._error_response(
                GraphRequestError(18, "(#18) Max number of hashtags is reached")
            )
        return super().refusal(fault, until)

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        self.require("instagram_basic")
        fields = query.get("fields", "")
        match parts:
            case [account] if account == ACCOUNT_ID:
                return pick(fields, "IGUser", {"id": ACCOUNT_ID, "username": USERNAME})
            case [account, "media"] if account == ACCOUNT_ID:
                return self._edge("own", query)
            case [account, "tags"] if account == ACCOUNT_ID:
                self.require("instagram_manage_comments")
                return self._edge("tag", query)
            case ["ig_hashtag_search"]:
                return self._search(query)
            case [number, "recent_media"] if number == HASHTAG_ID:
                return self._recent(query)
            case [id_] if id_ in self.containers.by_id:
                state = self.containers.state(id_, self.clock.now())
                values = {"id": id_, "status_code": state}
                return pick(fields, "IGContainer", values)
            case [id_, "replies"]:
                return self._comments(self._find_post(id_), query, fields or "id,text")
            case [id_]:
                post = self._find_post(id_)
                kind = "IGComment" if post.group == "comment" else "IGMedia"
                return pick(fields, kind, self._values(post))
            case [id_, "comments"]:
                return self._comments(self._find_post(id_), query, fields or "id,text")
            case [id_, "insights"]:
                self.require("instagram_manage_insights")
                return self._insights(self._find_post(id_), query)
        raise GraphRequestError(2500, "Unknown path components: /" + "/".join(parts))

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        self.require("instagram_basic")
        match parts:
            case [account, "media"] if account == ACCOUNT_ID:
                self.require("instagram_content_publish")
                return {"id": self.containers.make(sent, self.clock.now())}
            case [account, "media_publish"] if account == ACCOUNT_ID:
                self.require("instagram_content_publish")
                id_ = sent.get("creation_id", "")
                caption = self.containers.publish(id_, self.clock.now())
                return {"id": self.publish_own(caption, "own").id}
            case [id_, "replies" | "comments"]:
                self.require("instagram_manage_comments")
                below = self._find_post(id_)
                if not sent.get("message", "").strip():
                    raise GraphRequestError(
                        100, "(#100) The parameter message is required"
                    )
                return {"id": self.publish_own(sent["message"], "comment", below).id}
        return super().write(parts, sent, token)

    def erase(self, parts: Sequence[str], token: str) -> JsonValue:
        post = self._find_post("/".join(parts))
        if post.author is not self.city.people.city:
            raise GraphRequestError(
                10, "(#10) Application does not have permission", None, 403
            )
        self.remove(post.id)
        return {"success": True}

    def own_id(self, at: datetime, n: int, below: SandboxPost | None) -> str:
        return medium_id(at, n)

    def _edge(self, group: str, query: Mapping[str, str]) -> JsonObject:
        """Media newest first. They are not cut by since and until."""
        posts = [post for post in self.visible_posts() if post.group == group]
        fields = query.get("fields") or "id"
        return self.paged(
            newest_first(posts),
            {**query, "since": "", "until": ""},
            lambda post: pick(fields, "IGMedia", self._values(post)),
        )

    def _search(self, query: Mapping[str, str]) -> JsonObject:
        """A hashtag's number; no more than thirty different ones in seven days."""
        if query.get("user_id") != ACCOUNT_ID:
            raise GraphRequestError(100, "(#100) The parameter user_id is required")
        now, name = self.clock.now(), query.get("q", "").lower()
        recent = {hashtag for hashtag, at in self.searched.items() if now - at < _WEEK}
        if name not in recent and len(recent) >= _A_WEEK:
            raise GraphRequestError(18, "(#18) Max number of hashtags is reached")
        if name not in recent:
            self.searched[name] = now
        if name != HASHTAG:
            raise GraphRequestError(
                24, "The requested resource does not exist", 2207024
            )
        return {"data": [{"id": HASHTAG_ID}]}

    def _recent(self, query: Mapping[str, str]) -> JsonObject:
        """The last day's media. `after` is constant; the server keeps the position."""
        if query.get("user_id") != ACCOUNT_ID:
            raise GraphRequestError(100, "(#100) The parameter user_id is required")
        now, fields = self.clock.now(), query.get("fields") or "id"
        media = newest_first(
            [
                post
                for post in self.visible_posts()
                if post.group == "hashtag" and post.at >= now - _SHOWN
            ]
        )
        if (
            query.get("after")
            and "stuck" not in self._switches
            and self._hashtag_cursor
        ):
            media = [
                post for post in media if (post.at, post.id) < self._hashtag_cursor
            ]
        size = min(int(query.get("limit") or 25), _MOST_AT_ONCE, self.most)
        page, rest = media[:size], media[size:]
        nodes = [pick(fields, "IGMedia", self._hashtag_values(post)) for post in page]
        if page and self._fires("malformed"):
            nodes.insert(1, {"id": None, "timestamp": 7})
        self.finish_page(rest)
        if not page:
            return {"data": []}
        self._hashtag_cursor = (page[-1].at, page[-1].id)
        return {"data": nodes, "paging": {"cursors": {"after": _SAME}}}

    def _comments(
        self, post: SandboxPost, args: Mapping[str, str], fields: str
    ) -> JsonObject:
        self.require("instagram_manage_comments")
        return self.paged(
            self._answers(post),
            args,
            lambda comment: pick(fields, "IGComment", self._values(comment)),
            faulty=False,
            size=_MOST_AT_ONCE,
        )

    def _answers(self, post: SandboxPost) -> list[SandboxPost]:
        """The direct answers to a medium or a comment, newest first."""
        return newest_first(self.visible.answers[post.id])

    def _values(self, post: SandboxPost) -> NodeValues:
        """A node's fields; an edge within it is a function of its Field."""
        now = self.clock.now()

        def below(field: Field) -> JsonObject | None:
            answers = self._answers(post)
            if not answers:
                return None
            return self.paged(
                answers,
                field.args,
                lambda comment: within(
                    field.within, "IGComment", self._values(comment)
                ),
                faulty=False,
                size=_MOST_AT_ONCE,
            )

        if post.group == "comment":
            return {**shape.comment_values(self.city, post, now), "replies": below}
        below_it = len(self.visible.within[post.id]) - 1
        values = dict(shape.media_values(self.city, post, below_it, now))
        if post.id in self.hides_likes:
            values["like_count"] = None
        return {**values, "comments": below}

    def _hashtag_values(self, post: SandboxPost) -> NodeValues:
        values = self._values(post)
        return {
            name: field_value
            for name, field_value in values.items()
            if name not in _OF_A_HASHTAG
        }

    def _insights(self, post: SandboxPost, query: Mapping[str, str]) -> JsonObject:
        metrics = query.get("metric", "").split(",")
        if any(
            metric not in shape.METRICS or metric in self.retired for metric in metrics
        ):
            raise GraphRequestError(
                100, f"(#100) metric[0] must be one of: {shape.METRICS}"
            )
        now = self.clock.now()
        return {
            "data": [shape.insight(self.city, post, metric, now) for metric in metrics]
        }

    def _find_post(self, id_: str) -> SandboxPost:
        """A medium of the account, or a comment below one. GraphRequestError when it is
        neither."""
        visible = self.visible.by_id
        post = visible.get(id_)
        if post is None or post.group not in ("own", "comment"):
            raise missing(id_)
        if post.conversation not in visible:
            raise missing(id_)
        return post

    def _newest_own(self, moment: datetime) -> SandboxPost:
        own = [p for p in self._posts if p.group == "own" and p.ends is None]
        return newest_first([p for p in own if p.at <= moment])[0]

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        post = self.draft(text, at, id_ := medium_id(at, n % 100))
        return replace(post, group="tag", conversation=id_)


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> InstagramServer:
    return InstagramServer(city, clock, secrets["meta_token"])


def sources(city: City) -> list[SourceSettings]:
    common = {"connector": "instagram", "account_id": ACCOUNT_ID}
    return [
        {"name": f"instagram.{kind}", **common, "kind": kind}
        for kind in ("media", "comments", "tags")
    ] + [{"name": "instagram.hashtag", **common, "kind": "hashtag", "hashtag": HASHTAG}]


_SHOWN_BY = {
    "own": "instagram.media",
    "tag": "instagram.tags",
    "hashtag": "instagram.hashtag",
    "comment": "instagram.comments",
}

PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=lambda city, post: [_SHOWN_BY[post.group or ""]],
    address=shape.address,
    secrets=("meta_token",),
    rules={
        "instagram.media": "all visible media of the account",
        "instagram.tags": "all visible media of others that tag the account",
        "instagram.comments": "all visible comments below the account's media",
        "instagram.hashtag": f"visible media of the last 24 hours with #{HASHTAG}",
    },
    oldest={"instagram.hashtag": _SHOWN, "instagram": timedelta(days=30)},
)
