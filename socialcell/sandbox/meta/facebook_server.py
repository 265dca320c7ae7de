"""A Facebook page of the sandbox: feed, tagged posts, comments, insights, its token."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from socialcell.clock import Clock
from socialcell.json_types import JsonObject, JsonValue, as_object, as_objects
from socialcell.sandbox.city import City
from socialcell.sandbox.meta import facebook_json as shape
from socialcell.sandbox.meta.graph_fields import Field
from socialcell.sandbox.meta.graph_server import (
    ORIGIN,
    GraphRequestError,
    GraphServer,
    NodeValues,
    Parameters,
    missing,
    newest_first,
    pick,
    within,
)
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.facebook_world import PAGE_ID, post_id, user_id

_POSTS = ("own", "visitor", "tagged")
_EDGES = {"feed": _POSTS, "tagged": ("tagged",)}
_LONGEST = 90 * 86_400  # seconds of insights at once


class FacebookServer(GraphServer):
    """One page. Its page token, which the system user's token reads, sees its posts."""

    def __init__(self, city: City, clock: Clock, token: str) -> None:
        super().__init__(city, clock, "facebook", token)
        self.page_token = f"EAApage{token[-24:]}"
        self.has_task = True

    # Faults and changes that tests switch on --------------------------------------

    def take_task(self) -> None:
        """The system user has no task on the page any more."""
        self.has_task = False

    def comment(self, text: str, at: datetime | None = None, below: str = "") -> str:
        """Somebody comments on a post (else on the page's newest that stays). Its id."""
        moment = at or self.clock.now()
        post = self._find_post(below) if below else self._newest_own(moment)
        return self.publish(
            text, at, group="comment", conversation=post.id, reply_to=post.id
        )

    def heal(self) -> None:
        super().heal()
        self.has_task = True

    # Answers ----------------------------------------------------------------------

    def knows(self, token: str) -> bool:
        return token in (self.token, self.page_token)

    def read(self, parts: Sequence[str], query: Parameters, token: str) -> JsonValue:
        if parts == [PAGE_ID]:
            return pick(query.get("fields", ""), "Page", self._page())
        if len(parts) == 1 and token == self.token:
            raise missing(parts[0])
        if token != self.page_token:
            raise GraphRequestError(
                190, "This method must be called with a Page Access Token"
            )
        match parts:
            case [page, "insights"] if page == PAGE_ID:
                return self._insights(query)
            case [page, edge] if page == PAGE_ID and edge in _EDGES:
                return self._edge(_EDGES[edge], query)
            case [id_]:
                post = self._find_post(id_)
                kind = "Comment" if post.group == "comment" else "Post"
                return pick(query.get("fields", ""), kind, self._values(post))
            case [id_, "comments"]:
                fields = query.get("fields", "id,created_time,message,from")
                return self._comments(self._find_post(id_), dict(query), fields)
            case [id_, "insights"]:
                return self._post_insights(self._find_post(id_), query)
        raise GraphRequestError(2500, "Unknown path components: /" + "/".join(parts))

    def write(self, parts: Sequence[str], sent: Parameters, token: str) -> JsonValue:
        if token != self.page_token:
            raise GraphRequestError(
                190, "This method must be called with a Page Access Token"
            )
        match parts:
            case [page, "feed"] if page == PAGE_ID:
                return {"id": self._publish_page_post(sent.get("message", "")).id}
            case [page, "photos"] if page == PAGE_ID:
                if not sent.get("url", "").startswith("https://"):
                    raise GraphRequestError(324, "(#324) Missing or invalid image file")
                post = self._publish_page_post(sent.get("caption", ""))
                return {"id": post.id.split("_")[1], "post_id": post.id}
            case [id_, "comments"]:
                self.require("pages_manage_engagement")
                below = self._find_post(id_)
                text = self._require_text(sent.get("message", ""))
                return {"id": self.publish_own(text, "comment", below).id}
        return super().write(parts, sent, token)

    def erase(self, parts: Sequence[str], token: str) -> JsonValue:
        self.require("pages_manage_posts")
        post = self._find_post("/".join(parts))
        if token != self.page_token or post.author is not self.city.people.city:
            raise GraphRequestError(200, "(#200) Permissions error", None, 403)
        self.remove(post.id)
        return {"success": True}

    def _publish_page_post(self, text: str) -> SandboxPost:
        self.require("pages_manage_posts")
        return self.publish_own(self._require_text(text), "own")

    def _require_text(self, text: str) -> str:
        if not text.strip():
            raise GraphRequestError(100, "(#100) The parameter message is required")
        return text

    def own_id(self, at: datetime, n: int, below: SandboxPost | None) -> str:
        id_ = post_id(PAGE_ID, at, n)
        return id_ if below is None else f"{below.conversation}_{id_.split('_')[1]}"

    def _page(self) -> JsonObject:
        token = self.page_token if self.has_task else None
        return {"id": PAGE_ID, "name": shape.PAGE_NAME, "access_token": token}

    def _edge(self, groups: Sequence[str], query: Mapping[str, str]) -> JsonObject:
        self.require("pages_read_engagement", "pages_read_user_content")
        posts = [post for post in self.visible_posts() if post.group in groups]
        fields = query.get("fields", "id,created_time,message,story")
        return self.paged(
            newest_first(posts),
            query,
            lambda post: pick(fields, "Post", self._values(post)),
        )

    def _comments(
        self, post: SandboxPost, args: Mapping[str, str], fields: str
    ) -> JsonObject:
        return self.paged(
            self._below(post, args),
            {**args, "since": "", "until": ""},
            lambda comment: pick(fields, "Comment", self._values(comment)),
            faulty=False,
        )

    def _below(self, post: SandboxPost, args: Mapping[str, str]) -> list[SandboxPost]:
        """Direct answers, oldest first, unless the filter and order say otherwise."""
        flat = args.get("filter") == "stream"
        comments = self.visible.answers[post.id]
        if flat:
            every = self.visible.within[post.id]
            comments = [comment for comment in every if comment.group == "comment"]
        if args.get("order") == "reverse_chronological":
            return newest_first(comments)
        return newest_first(comments)[::-1]

    def _values(self, post: SandboxPost) -> NodeValues:
        """A node's fields; an edge within it is a function of its Field."""
        now = self.clock.now()
        if post.group == "comment":
            answers = self.visible.answers[post.id]
            values = shape.comment_values(self.city, post, now)
            return {
                **values,
                "comment_count": len(answers),
                "parent": lambda field: _inner(field, values["parent"]),
            }

        def comments(field: Field) -> JsonObject:
            every = self._below(post, field.args)
            if field.args.get("limit") == "0":
                return shape.summary(len(every))
            return self.paged(
                every,
                field.args,
                lambda comment: within(field.within, "Comment", self._values(comment)),
                faulty=False,
            )

        reactions = self.city.metrics(post, now).get("reactions", 0)
        values = shape.post_values(self.city, post, now)
        return {
            **values,
            "comments": comments,
            "reactions": lambda field: shape.summary(reactions),
            "attachments": lambda field: _attachments(field, values["attachments"]),
        }

    def _insights(self, query: Mapping[str, str]) -> JsonObject:
        self.require("pages_read_engagement", "read_insights")
        metrics = query.get("metric", "").split(",")
        self._require_metrics(metrics, shape.METRICS)
        now = self.clock.now()
        until = int(query.get("until") or now.timestamp())
        since = int(query.get("since") or until - 2 * 86_400)
        if until - since > _LONGEST:
            raise GraphRequestError(
                100,
                "(#100) There cannot be more than 90 days (7776000 s) between since "
                "and until",
            )
        span = (
            datetime.fromtimestamp(since, UTC),
            min(now, datetime.fromtimestamp(until, UTC)),
        )
        return {
            "data": [shape.insight(self.city, metric, *span) for metric in metrics],
            "paging": {"previous": f"{ORIGIN}/previous", "next": f"{ORIGIN}/next"},
        }

    def _post_insights(self, post: SandboxPost, query: Mapping[str, str]) -> JsonObject:
        """Figures of the page's own posts; of others' there are none."""
        metrics = query.get("metric", "").split(",")
        self._require_metrics(metrics, ("post_media_view", "post_clicks"))
        view_count = shape.views(self.city, post, self.clock.now())
        own = metrics if post.group == "own" else []
        return {"data": [shape.lifetime(name, post.id, view_count) for name in own]}

    def _require_metrics(self, metrics: Sequence[str], allowed: Sequence[str]) -> None:
        if any(name not in allowed or name in self.retired for name in metrics):
            raise GraphRequestError(
                100, "(#100) The value must be a valid insights metric"
            )

    def _find_post(self, id_: str) -> SandboxPost:
        """A visible post whose conversation is visible too.

        GraphRequestError otherwise, and without pages_read_user_content.
        """
        visible = self.visible.by_id
        post = visible.get(id_)
        if post is None or post.conversation not in visible:
            raise missing(id_)
        if "pages_read_user_content" not in self.scopes:
            raise missing(id_)
        return post

    def _newest_own(self, moment: datetime) -> SandboxPost:
        own = [p for p in self._posts if p.group == "own" and p.ends is None]
        return newest_first([p for p in own if p.at <= moment])[0]

    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        owner = user_id(self.city.people.citizens[0])
        post = self.draft(text, at, id_ := post_id(owner, at, n % 100))
        return replace(post, group="tagged", conversation=id_)


def _inner(field: Field, comment: JsonValue) -> JsonValue:
    if comment is None:
        return None
    return within(field.within, "Comment", as_object(comment))


def _attachments(field: Field, attachments: JsonValue) -> JsonValue:
    if attachments is None:
        return None
    kind = "StoryAttachment"
    return {
        "data": [
            within(field.within, kind, attachment)
            for attachment in as_objects(as_object(attachments)["data"])
        ]
    }


def build(city: City, clock: Clock, secrets: Mapping[str, str]) -> FacebookServer:
    return FacebookServer(city, clock, secrets["meta_token"])


def sources(city: City) -> list[SourceSettings]:
    return [
        {
            "name": f"facebook.{kind}",
            "connector": "facebook",
            "kind": kind,
            "page_id": PAGE_ID,
        }
        for kind in ("feed", "comments", "tagged", "insights")
    ]


def shows(city: City, post: SandboxPost) -> list[str]:
    if post.group == "comment":
        return ["facebook.comments"]
    return ["facebook.feed", *(["facebook.tagged"] if post.group == "tagged" else [])]


PLATFORM = ServedPlatform(
    build=build,
    sources=sources,
    shows=shows,
    address=shape.address,
    origins=lambda city: (ORIGIN,),
    secrets=("meta_token",),
    rules={
        "facebook.feed": "all visible posts of the page, on it, and that tag it",
        "facebook.tagged": "all visible posts of others that tag the page",
        "facebook.comments": "all visible comments below the posts of the feed",
    },
    oldest={"facebook": timedelta(days=30)},
)
