"""The posts that X's sandbox shows at a moment, and those that tests add or remove."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.post import Labels, Person, SandboxPost, ShortLink
from socialcell.sandbox.x import x_json, x_query, x_text

SEARCH_REACH = timedelta(days=7)
MENTIONS_REACH = 800
TIMELINE_REACH = 3200
_EPOCH = 1_288_834_974_657
_LABELS = Labels("en", False, "information", "other", "neutral", "low", "pmc")


class XWorld:
    """The city's posts on X plus those a test publishes, minus those it removes."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._posts = [post for post in city.posts if post.platform == "x"]
        self._known = {p.id: p for p in (*city.background, *self._posts)}
        self._match_cache: dict[tuple[str, str], bool] = {}
        self._handles_by_id: dict[str, set[str]] = {}
        self._removed: dict[str, datetime] = {}
        self._visible_cache: tuple[datetime, list[SandboxPost]] | None = None
        self._people = {x_json.user_id(p): p for p in city.people.all}

    def search(self, query: str, now: datetime) -> list[SandboxPost]:
        """What recent search finds, newest first: seven days back, never reposts.

        x_query.XQueryError when the query cannot be read.
        """
        x_query.parse(query)  # refused even when no post is visible
        oldest = now - SEARCH_REACH
        return [
            post
            for post in self._visible(now)
            if post.at >= oldest and post.reposts is None and self._matches(query, post)
        ]

    def mentions(self, person: Person, now: datetime) -> list[SandboxPost]:
        """The newest 800 posts that mention an account, reposts left out."""
        handle = person.handle.lower()
        return [
            post
            for post in self._visible(now)
            if post.reposts is None
            and post.author is not person
            and handle in self._handles(post)
        ][:MENTIONS_REACH]

    def timeline(self, person: Person, now: datetime) -> list[SandboxPost]:
        """The newest 3,200 posts of an account."""
        own = [post for post in self._visible(now) if post.author is person]
        return own[:TIMELINE_REACH]

    def post(self, id_: str, now: datetime) -> SandboxPost | None:
        """One post, whichever version of it, unless its author removed it."""
        post = self._known.get(id_)
        if post is None or post.at > now or self._is_removed(post, now):
            return None
        if post.removed is not None and post.removed <= now:
            return None
        return post

    def user(self, id_: str) -> Person | None:
        return self._people.get(id_)

    def draft(
        self, text: str, now: datetime, author: Person | None = None
    ) -> SandboxPost:
        """A new post that nobody can see until it is shown."""
        milliseconds = round(now.timestamp() * 1000) - _EPOCH
        newest = max((int(id_) for id_ in self._known), default=0)
        number = max(milliseconds << 22, newest + 1)
        id_ = str(number)
        person = author or self.city.people.citizens[0]
        post = SandboxPost("x", id_, now, person, text, _LABELS, conversation=id_, versions=(id_,))  # fmt: skip
        self._known[id_] = post
        return post

    def publish_as(
        self,
        text: str,
        now: datetime,
        author: Person,
        links: tuple[ShortLink, ...],
        to: str | None,
    ) -> SandboxPost:
        """An account posts, or replies to a post; it is visible at once."""
        top = self._known[to].conversation if to is not None else ""
        draft = self.draft(text, now, author)
        post = replace(
            draft, links=links, reply_to=to, conversation=top or draft.conversation
        )
        self._known[post.id] = post
        self.show([post])
        return post

    def show(self, posts: Iterable[SandboxPost]) -> None:
        self._posts.extend(posts)
        self._posts.sort(key=lambda post: int(post.id))
        self._visible_cache = None

    def remove(self, id_: str, now: datetime) -> None:
        """As when its author deletes a post. KeyError when there is no such post."""
        if id_ not in self._known:
            raise KeyError(f"the sandbox has no post {id_}")
        self._removed[id_] = now
        self._visible_cache = None

    def repost(self, id_: str, now: datetime) -> SandboxPost:
        """Somebody repeats a post. KeyError when there is no such post."""
        original = self._known[id_]
        text = f"RT @{original.author.handle}: {original.text}"
        post = replace(self.draft(text, now), reposts=id_)
        self._known[post.id] = post
        self.show([post])
        return post

    def withhold(self, id_: str, details: JsonObject | None) -> None:
        """As when a court's order reaches X, or (None) is lifted. KeyError when there
        is no such post."""
        post = self._known[id_] = replace(self._known[id_], withheld=details)
        self._posts = [post if other.id == id_ else other for other in self._posts]
        self._visible_cache = None

    def _visible(self, now: datetime) -> list[SandboxPost]:
        """The visible posts, newest first; computed once for each moment and change."""
        if self._visible_cache is None or self._visible_cache[0] != now:
            posts = [
                post
                for post in reversed(self._posts)
                if post.is_visible(now) and not self._is_removed(post, now)
            ]
            self._visible_cache = now, posts
        return self._visible_cache[1]

    def _is_removed(self, post: SandboxPost, now: datetime) -> bool:
        return post.id in self._removed and self._removed[post.id] <= now

    def _handles(self, post: SandboxPost) -> set[str]:
        if post.id not in self._handles_by_id:
            self._handles_by_id[post.id] = x_text.handles(post.text)
        return self._handles_by_id[post.id]

    def _matches(self, query: str, post: SandboxPost) -> bool:
        """Whether a query matches a post; cached, as texts and authors never change."""
        key = query, post.id
        if key not in self._match_cache:
            self._match_cache[key] = x_query.parse(query)(index_entry(self.city, post))
        return self._match_cache[key]


def index_entry(city: City, post: SandboxPost) -> x_query.IndexedPost:
    """A post as the search index holds it."""
    parent = city.by_id.get(("x", post.reply_to)) if post.reply_to else None
    traits = {
        name
        for name, has in (
            ("reply", post.reply_to),
            ("quote", post.quotes),
            ("retweet", post.reposts),
            ("geo", post.point),
            ("media", any("/photo/" in x.page or "/video/" in x.page for x in post.links)),
            ("verified", post.author.verified != "none"),
        )
        if has
    }  # fmt: skip
    return x_query.index_post(
        post.text,
        post.author.handle,
        parent.author.handle if parent else None,
        x_json.language(post),
        traits,
    )
