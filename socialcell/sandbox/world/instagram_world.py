"""A city's Instagram account: its media, comments, media that tag it, a hashtag."""

from datetime import datetime, timedelta
from random import Random

from socialcell.sandbox.post import Labels, Person, SandboxPost
from socialcell.sandbox.world.graph_people import (
    ANNOUNCING,
    COMMENTING,
    VISITING,
    GraphWriter,
    rising_number,
)
from socialcell.sandbox.world.people import CITY_HANDLE, Population
from socialcell.sandbox.world.rhythm import moments

ACCOUNT_ID = "17841400012345678"
USERNAME = CITY_HANDLE.lower()
HASHTAG, HASHTAG_ID = "pune", "17843853986012965"
OWN_A_DAY, TAGGED_A_DAY, HASHTAG_A_DAY = 1.6, 1.6, 7.0
_COMMENTS = (0, 0, 1, 1, 1, 1, 2, 3)  # of a medium of the city's


def posts(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Media and comments in [start, end), oldest first; `group` says which they are:
    own, tag, hashtag or comment."""
    writer = _InstagramWriter(people, end, rng)
    own = [writer.own(at) for at in moments(start, end, OWN_A_DAY, rng)]
    tags = [writer.tag(at) for at in moments(start, end, TAGGED_A_DAY, rng)]
    hashtag_media = [
        writer.hashtag(at) for at in moments(start, end, HASHTAG_A_DAY, rng)
    ]
    comments = [comment for medium in own for comment in writer.comments(medium)]
    every = [*own, *tags, *hashtag_media, *comments]
    return tuple(sorted(every, key=lambda post: post.at))


def username(person: Person) -> str:
    return person.handle.lower()


def scoped_id(person: Person) -> str:
    """A person's number as this account sees it."""
    return str(7_000_000_000_000_000 + person.key * 6_007)


class _InstagramWriter(GraphWriter):
    def own(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(ANNOUNCING, official=True)
        return self.medium(at, self.people.city, f"{text} #PuneCity", labels, "own")

    def tag(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(VISITING)
        # Captions of others come without the sign in front of the name.
        caption = f"{text} {USERNAME}"
        return self.medium(at, self.person(labels), caption, labels, "tag")

    def hashtag(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(VISITING)
        return self.medium(at, self.person(labels), f"{text} #Pune", labels, "hashtag")

    def medium(
        self, at: datetime, author: Person, text: str, labels: Labels, group: str
    ) -> SandboxPost:
        id_ = medium_id(at, self.rng.randrange(100))
        medium = SandboxPost(
            "instagram",
            id_,
            at,
            author,
            text,
            labels,
            conversation=id_,
            versions=(id_,),
            group=group,
            growth=self.growth("likes", "views", "saved", "shares"),
        )
        return self.with_later_changes(medium, changes=group == "own")

    def comments(self, medium: SandboxPost) -> list[SandboxPost]:
        comments: list[SandboxPost] = []
        for _ in range(self.rng.choice(_COMMENTS)):
            tops = [earlier for earlier in comments if earlier.reply_to == medium.id]
            above = self.rng.choice([medium, medium, medium, *tops])
            at = above.at + timedelta(minutes=self.rng.expovariate(1 / 300))
            comment = self.below(above, self.comment(medium, above, at))
            if comment is not None:
                comments.append(comment)
        return comments

    def comment(
        self, medium: SandboxPost, above: SandboxPost, at: datetime
    ) -> SandboxPost:
        text, labels = self.sentence(COMMENTING)
        id_ = medium_id(at, self.rng.randrange(100))
        comment = SandboxPost(
            "instagram",
            id_,
            at,
            self.person(labels),
            text,
            labels,
            conversation=medium.id,
            reply_to=above.id,
            versions=(id_,),
            group="comment",
            growth=self.growth("likes"),
        )
        return self.with_later_changes(comment, changes=False)


def medium_id(at: datetime, low: int) -> str:
    return f"17{rising_number(at, low)}"
