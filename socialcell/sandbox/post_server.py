"""A platform's posts at a moment, with those that a test adds, changes and removes."""

import re
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import count

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform, Switch
from socialcell.sandbox.post import Labels, SandboxPost

_LABELS = Labels("en", False, "information", "other", "neutral", "low", None)
_WORD = re.compile(r"[^\s.,:!?#()]+")


@cache
def words(text: str) -> frozenset[str]:
    """The words of a text as searches compare them: in lower case."""
    return frozenset(_WORD.findall(text.lower()))


class VisiblePosts:
    """The posts that are visible at a moment, oldest first, with indexes.

    `answers` maps an id to its direct answers, `within` the id of a conversation to all
    its posts, the first one too.
    """

    def __init__(self, posts: Iterable[SandboxPost], moment: datetime) -> None:
        self.moment = moment
        self.posts = [post for post in posts if post.is_visible(moment)]
        self.by_id = {post.id: post for post in self.posts}
        self.answers: dict[str, list[SandboxPost]] = defaultdict(list)
        self.within: dict[str, list[SandboxPost]] = defaultdict(list)
        for post in self.posts:
            self.within[post.conversation].append(post)
            if post.reply_to is not None:
                self.answers[post.reply_to].append(post)


class PostServer(FaultyPlatform):
    """A platform that serves pages of posts. `most` is the largest size of a page,
    whatever a client requests: a test lowers it to get many pages of few posts.
    """

    most = 100

    def __init__(self, city: City, clock: Clock, name: str) -> None:
        super().__init__(clock)
        self.city, self.name = city, name
        self._posts = [post for post in city.elsewhere if post.platform == name]
        self._visible: VisiblePosts | None = None
        self.inserted: list[str] = []
        self.deleted: list[str] = []
        self._scheduled: list[SandboxPost] = []
        self._delete_next = 0

    # Faults and changes -----------------------------------------------------------

    def stuck_cursor(self) -> None:
        """Every page is the first page, and always promises another."""
        self._switches["stuck"] = Switch()

    def malformed_item(self, times: int | None = 1) -> None:
        """A page has one item more, without the fields that an item needs."""
        self._switches["malformed"] = Switch(times=times)

    def quota_spent(self) -> None:
        """Always ValueError: reading has no quota here, only a rate limit."""
        raise ValueError(f"{self.name} has no quota that could be spent")

    def publish(self, text: str, at: datetime | None = None, **more: str) -> str:
        """A citizen posts a text now, or as of `at`, as a post that arrives late does.

        Its id. `more` are further fields: title, group.
        """
        used_ids = {post.id for post in self._posts}
        drafts = (self._draft(text, at or self.clock.now(), n) for n in count())
        free = next(draft for draft in drafts if draft.id not in used_ids)
        self._show([replace(free, **more)])  # type: ignore[arg-type]
        return free.id

    def show(self, post: SandboxPost) -> None:
        """A post that somebody wrote stands here. ValueError for an id that is taken."""
        if any(other.id == post.id for other in self._posts):
            raise ValueError(f"{self.name} has a post {post.id} already")
        self._show([post])

    def publish_own(
        self, text: str, group: str, below: SandboxPost | None = None
    ) -> SandboxPost:
        """The city itself posts now, or answers below a post."""
        used_ids = {post.id for post in self._posts}
        at = self.clock.now()
        ids = (self.own_id(at, n, below) for n in count())
        id_ = next(candidate for candidate in ids if candidate not in used_ids)
        new_post = replace(
            self.draft(text, at, id_), author=self.city.people.city, group=group
        )
        if below is not None:
            new_post = replace(
                new_post, conversation=below.conversation, reply_to=below.id
            )
        self._show([new_post])
        return new_post

    def own_id(self, at: datetime, n: int, below: SandboxPost | None) -> str:
        """An id of what the city itself writes; `n` keeps ids apart."""
        raise ValueError(f"nobody posts on {self.name} here")

    def remove(self, id_: str) -> None:
        """Its author deletes a post. KeyError when there is none."""
        post = next((p for p in self._posts if p.id == id_), None)
        if post is None:
            raise KeyError(f"the sandbox has no post {id_}")
        self._remove_post(post)

    def insert_between_pages(self, number: int = 3) -> list[str]:
        """After the next page that has a successor, so many new posts appear.

        Their ids are known at once; every source of the platform shows them.
        """
        now = self.clock.now()
        self._scheduled = [
            self._draft(f"One more from Pune while you were reading {n} #Pune", now, n)
            for n in range(number)
        ]
        return [post.id for post in self._scheduled]

    def delete_between_pages(self, number: int = 1) -> None:
        """After the next page, so many posts of the page behind it are deleted."""
        self._delete_next = number

    # For subclasses ---------------------------------------------------------------

    def draft(self, text: str, at: datetime, id_: str) -> SandboxPost:
        """A post with that id which nobody can see until it is shown."""
        author = self.city.people.citizens[0]
        return SandboxPost(self.name, id_, at, author, text, _LABELS, conversation=id_)

    @abstractmethod
    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        """A draft under an id as this platform gives them; `n` keeps ids apart."""

    @property
    def visible(self) -> VisiblePosts:
        """All posts that are visible now; computed once for each moment and change."""
        moment = self.clock.now()
        if self._visible is None or self._visible.moment != moment:
            self._visible = VisiblePosts(self._posts, moment)
        return self._visible

    def visible_posts(self) -> list[SandboxPost]:
        """The posts that are visible now, oldest first."""
        return self.visible.posts

    def finish_page(self, rest: Iterable[SandboxPost]) -> None:
        """Insert and delete what a test has scheduled; `rest` follows this page."""
        behind = list(rest)
        if not behind:
            return
        if self._scheduled:
            self._show(self._scheduled)
            self.inserted += [post.id for post in self._scheduled]
            self._scheduled = []
        for post in behind[: self._delete_next]:
            self._remove_post(post)
            self.deleted.append(post.id)
        self._delete_next = 0

    def _show(self, posts: list[SandboxPost]) -> None:
        self._posts.extend(posts)
        self._posts.sort(key=lambda post: post.at)
        self._visible = None

    def _remove_post(self, post: SandboxPost) -> None:
        self._posts.remove(post)
        self._visible = None
