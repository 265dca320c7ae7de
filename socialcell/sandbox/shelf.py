"""A platform's posts at a moment, with what a test adds, changes and takes away."""

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
    """The posts that can be found at a moment, oldest first, and ways to look them up.

    `answers` holds below an id what directly answers it, `within` all that belongs to
    a conversation, its first post too.
    """

    def __init__(self, posts: Iterable[SandboxPost], moment: datetime) -> None:
        self.moment = moment
        self.posts = [post for post in posts if post.stands(moment)]
        self.by_id = {post.id: post for post in self.posts}
        self.answers: dict[str, list[SandboxPost]] = defaultdict(list)
        self.within: dict[str, list[SandboxPost]] = defaultdict(list)
        for post in self.posts:
            self.within[post.conversation].append(post)
            if post.reply_to is not None:
                self.answers[post.reply_to].append(post)


class PostServer(FaultyPlatform):
    """A platform whose pages are cut from a list. `most` is what a page holds at most,
    whatever is asked for: a test lowers it to get many pages out of few posts.
    """

    most = 100

    def __init__(self, city: City, clock: Clock, name: str) -> None:
        super().__init__(clock)
        self.city, self.name = city, name
        self._posts = [post for post in city.elsewhere if post.platform == name]
        self._standing: VisiblePosts | None = None
        self.inserted: list[str] = []
        self.deleted: list[str] = []
        self._waiting: list[SandboxPost] = []
        self._delete_next = 0

    # Switches ---------------------------------------------------------------------

    def stuck_cursor(self) -> None:
        """Every page is the first page, and always promises another."""
        self._switches["stuck"] = Switch()

    def malformed_item(self, times: int | None = 1) -> None:
        """A page carries one item more that has nothing that an item needs."""
        self._switches["malformed"] = Switch(times=times)

    def quota_spent(self) -> None:
        """Always ValueError: reading costs nothing here, there is only a rate."""
        raise ValueError(f"{self.name} has no quota that could be spent")

    def publish(self, text: str, at: datetime | None = None, **more: str) -> str:
        """Somebody posts this now, or as of `at`, as a post that arrives late has it.

        Its id. `more` is what else is said of it: title, group.
        """
        taken = {post.id for post in self._posts}
        drafts = (self._draft(text, at or self.clock.now(), n) for n in count())
        free = next(draft for draft in drafts if draft.id not in taken)
        self._show([replace(free, **more)])  # type: ignore[arg-type]
        return free.id

    def said(
        self, text: str, group: str, below: SandboxPost | None = None
    ) -> SandboxPost:
        """The city itself posts now, or answers below a post."""
        taken = {post.id for post in self._posts}
        at = self.clock.now()
        ids = (self.own_id(at, n, below) for n in count())
        id_ = next(one for one in ids if one not in taken)
        made = replace(
            self.draft(text, at, id_), author=self.city.people.city, group=group
        )
        if below is not None:
            made = replace(made, conversation=below.conversation, reply_to=below.id)
        self._show([made])
        return made

    def own_id(self, at: datetime, n: int, below: SandboxPost | None) -> str:
        """An id of what the city itself writes; `n` keeps ids apart."""
        raise ValueError(f"nobody posts on {self.name} here")

    def remove(self, id_: str) -> None:
        """Its author deletes a post. KeyError when there is none."""
        post = next((p for p in self._posts if p.id == id_), None)
        if post is None:
            raise KeyError(f"the sandbox has no post {id_}")
        self._take(post)

    def insert_between_pages(self, number: int = 3) -> list[str]:
        """After the next page that has a successor, so many new posts appear.

        Their ids are known at once; every source of the platform shows them.
        """
        now = self.clock.now()
        self._waiting = [
            self._draft(f"One more from Pune while you were reading {n} #Pune", now, n)
            for n in range(number)
        ]
        return [post.id for post in self._waiting]

    def delete_between_pages(self, number: int = 1) -> None:
        """After the next page, so many posts of the page behind it are deleted."""
        self._delete_next = number

    # What platforms use -----------------------------------------------------------

    def draft(self, text: str, at: datetime, id_: str) -> SandboxPost:
        """A post with that id which nobody can see until it is shown."""
        author = self.city.people.citizens[0]
        return SandboxPost(self.name, id_, at, author, text, _LABELS, conversation=id_)

    @abstractmethod
    def _draft(self, text: str, at: datetime, n: int = 0) -> SandboxPost:
        """A draft under an id as this platform gives them; `n` keeps ids apart."""

    @property
    def present(self) -> VisiblePosts:
        """All that can be found now; looked for once for each moment and change."""
        moment = self.clock.now()
        if self._standing is None or self._standing.moment != moment:
            self._standing = VisiblePosts(self._posts, moment)
        return self._standing

    def standing(self) -> list[SandboxPost]:
        """All that can be found now, oldest first."""
        return self.present.posts

    def turned(self, rest: Iterable[SandboxPost]) -> None:
        """What happens between this page and the next one, which begins with `rest`."""
        behind = list(rest)
        if not behind:
            return
        if self._waiting:
            self._show(self._waiting)
            self.inserted += [post.id for post in self._waiting]
            self._waiting = []
        for post in behind[: self._delete_next]:
            self._take(post)
            self.deleted.append(post.id)
        self._delete_next = 0

    def _show(self, posts: list[SandboxPost]) -> None:
        self._posts.extend(posts)
        self._posts.sort(key=lambda post: post.at)
        self._standing = None

    def _take(self, post: SandboxPost) -> None:
        self._posts.remove(post)
        self._standing = None
