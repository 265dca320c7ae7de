"""The sandbox city: its posts are drawn from a seed, and their true labels are known."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from socialcell.clock import as_utc
from socialcell.sandbox.post import Labels, Person, SandboxDraft, SandboxPost
from socialcell.sandbox.problems.problem_world import ProblemWorld, without_requests
from socialcell.sandbox.world import engagement
from socialcell.sandbox.world.chatter import chatter
from socialcell.sandbox.world.other_platform_posts import elsewhere
from socialcell.sandbox.world.people import PAPERS, Population
from socialcell.sandbox.world.press import press
from socialcell.sandbox.world.story import StoryDrafts, resolve_links, story
from socialcell.sandbox.world.threads import follow
from socialcell.sandbox.worlds import WORLDS

_SNOWFLAKE_EPOCH = 1_288_834_974_657  # milliseconds: the epoch of X's ids


class City:
    """The world of `seed` over the `days` that end at `end` (aware).

    The same three arguments give the same world on every machine. `posts` holds what
    is published in [start, end), oldest first, on X and by the papers; `elsewhere` the
    same of every other platform; `background` older posts that newer ones refer to.
    ValueError when the days contain no 04:00 in India.

    With `problems` the city has problems (None: it has not): each complaint and call
    for help speaks of one, and the rest is as it is without them.
    """

    def __init__(
        self, seed: int, end: datetime, days: int, *, problems: bool = False
    ) -> None:
        self.seed, self.days = seed, days
        self.end = as_utc(end)
        self.start = self.end - timedelta(days=days)
        self.people = Population(self.start, self._random("people"))
        stories = story(self.people, self.start, self.end, self._random("story"))
        self.crisis_start = stories.crisis_start
        self.closure_day = stories.closure_day
        self.false_closure_start = stories.false_closure_start
        self.papers = PAPERS
        drafts = self._drafts(stories)
        self.background, self.posts = self._publish(stories.old_video, drafts)
        self.elsewhere = self._elsewhere()
        self.problems = self._make_problems() if problems else None
        everything = (*self.background, *self.posts, *self.elsewhere)
        self.by_id = {(p.platform, p.id): p for p in everything}
        self._answers = self._count_answers()
        self._handles = {p.handle.lower(): p for p in self.people.all}

    def person(self, handle: str) -> Person | None:
        """The account with that handle, in any case."""
        return self._handles.get(handle.lower().lstrip("@"))

    def metrics(self, post: SandboxPost, moment: datetime) -> dict[str, int]:
        """Engagement at a moment, with this world's own answers up to it."""
        seconds = int((moment - post.at).total_seconds())
        counts = {
            name: engagement.count_after(final, half, seconds)
            for name, (final, half) in post.growth.items()
        }
        for name, times in self._answers.get((post.platform, post.id), {}).items():
            counts[name] += bisect_left(times, moment + timedelta(microseconds=1))
        return counts

    def answers(self, post: SandboxPost) -> dict[str, list[datetime]]:
        """When this world's own replies, quotes and reposts of a post came."""
        return dict(self._answers.get((post.platform, post.id), {}))

    def followers(self, person: Person, moment: datetime) -> int:
        return engagement.followers(person, self.start, moment)

    def _random(self, what: str) -> Random:
        # A string seed is hashed by SHA-512: the same everywhere, unlike hash().
        return Random(f"{self.seed}:{self.end.isoformat()}:{self.days}:{what}")

    def _elsewhere(self) -> tuple[SandboxPost, ...]:
        span = (self.people, self.start, self.end)
        posts = list(elsewhere(*span, self._random("elsewhere")))
        for name, write_posts in WORLDS.items():
            posts += write_posts(*span, self._random(name))
        return tuple(sorted(posts, key=lambda post: post.at))

    def _make_problems(self) -> ProblemWorld:
        """The problems; what speaks of them takes the place of other complaints."""
        posts, elsewhere = map(without_requests, (self.posts, self.elsewhere))
        own = [p for p in elsewhere if p.platform == "facebook" and p.group == "own"]
        span = (self.people, self.start, self.end)
        problems = ProblemWorld(*span, own, self._random("problems"))
        posts += problems.posts("x")
        elsewhere += problems.posts("whatsapp", "messenger", "facebook")
        self.posts = tuple(sorted(posts, key=lambda post: post.at))
        self.elsewhere = tuple(sorted(elsewhere, key=lambda post: post.at))
        return problems

    def _drafts(self, stories: StoryDrafts) -> list[SandboxDraft]:
        first = [
            *chatter(self.people, self.start, self.end, self._random("chatter")),
            *stories.drafts,
        ]
        first.sort(key=lambda draft: draft.at)
        later = follow(first, self.people, self.end, self._random("threads"))
        articles = press(
            self.people,
            self.start,
            self.end,
            self.crisis_start,
            self._random("press"),
        )
        return [*first, *later, *articles]

    def _publish(
        self, video: SandboxDraft, drafts: list[SandboxDraft]
    ) -> tuple[tuple[SandboxPost, ...], tuple[SandboxPost, ...]]:
        ordered = [video, *sorted(drafts, key=lambda draft: draft.at)]
        ids = _PostIds(self._random("ids"))
        numbered = {id(draft): ids.id_of(draft) for draft in ordered}
        edited = {id(d.edits): d for d in drafts if d.edits is not None}
        builder = _PostBuilder(numbered, edited, video, self._random("growth"))
        posts = tuple(builder.post(draft) for draft in ordered)
        return posts[:1], posts[1:]

    def _count_answers(self) -> dict[tuple[str, str], dict[str, list[datetime]]]:
        answers: dict[tuple[str, str], dict[str, list[datetime]]] = defaultdict(dict)
        for post in self.posts:
            for name, target in (
                ("reply", post.reply_to),
                ("quote", post.quotes),
                ("retweet", post.reposts),
            ):
                if target is not None:
                    times = answers[post.platform, target].setdefault(name, [])
                    times.append(post.at)
        return dict(answers)


class _PostIds:
    """Assigns ids: rising with time on X, those of the paper on feeds."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.last = rng, 0

    def id_of(self, draft: SandboxDraft) -> str:
        if draft.native is not None:
            return draft.native
        milliseconds = round(draft.at.timestamp() * 1000) - _SNOWFLAKE_EPOCH
        number = (milliseconds << 22) | self.rng.randrange(1 << 22)
        self.last = max(number, self.last + 1)
        return str(self.last)


class _PostBuilder:
    """Builds posts of drafts once every draft has its id."""

    def __init__(
        self,
        ids: dict[int, str],
        edited: dict[int, SandboxDraft],
        video: SandboxDraft,
        rng: Random,
    ) -> None:
        self.ids, self.edited, self.video, self.rng = ids, edited, video, rng

    def post(self, draft: SandboxDraft) -> SandboxPost:
        own = self.ids[id(draft)]
        newer = self.edited.get(id(draft))
        ends = [t for t in (draft.removed, newer.at if newer else None) if t]
        root = draft
        while root.reply_to is not None:
            root = root.reply_to
        ids = {"self": own, "video": self.ids[id(self.video)]}
        if draft.quotes is not None:
            ids["quoted"] = self.ids[id(draft.quotes)]
        older = self._id(draft.edits)
        return SandboxPost(
            draft.platform,
            own,
            draft.at,
            draft.author,
            draft.text,
            _only_written(draft),
            draft.story,
            conversation=self.ids[id(root)],
            reply_to=self._id(draft.reply_to),
            quotes=self._id(draft.quotes),
            reposts=self._id(draft.reposts),
            repeats=self._id(draft.repeats),
            versions=(older, own) if older else (own,),
            replaced_by=self._id(newer),
            ends=min(ends) if ends else None,
            removed=draft.removed,
            links=resolve_links(draft.links, ids),
            point=draft.point,
            feed=draft.feed,
            title=draft.title,
            changed=draft.changed,
            growth=engagement.growth(draft, self.rng) if draft.platform == "x" else {},
        )

    def _id(self, draft: SandboxDraft | None) -> str | None:
        return None if draft is None else self.ids[id(draft)]


def _only_written(draft: SandboxDraft) -> Labels:
    """The labels without places that a repost's cut text lost."""
    whole = f"{draft.title or ''} {draft.text}"
    written_places = tuple(name for name in draft.labels.places if name in whole)
    return replace(draft.labels, places=written_places)
