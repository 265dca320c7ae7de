"""A city's Facebook page: its own posts, visitors', posts that tag it, and comments."""

from datetime import datetime, timedelta
from random import Random

from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.graph_people import (
    ANNOUNCING,
    COMMENTING,
    VISITING,
    GraphWriter,
    rising_number,
)
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.rhythm import moments

PAGE_ID = "104857600123456"
OWN_A_DAY, VISITORS_A_DAY, TAGGED_A_DAY = 1.4, 1.6, 1.6
_COMMENTS = (0, 0, 0, 1, 1, 1, 2, 2, 3, 5)  # of a post: one and a half, about


def posts(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Posts and comments in [start, end), oldest first; `group` says which they are:
    own, visitor, tagged or comment."""
    writer = _FacebookWriter(people, end, rng)
    own = [writer.own(at) for at in moments(start, end, OWN_A_DAY, rng)]
    visitors = [writer.visitor(at) for at in moments(start, end, VISITORS_A_DAY, rng)]
    tagged = [writer.tagged(at) for at in moments(start, end, TAGGED_A_DAY, rng)]
    comments = [comment for post in own + visitors for comment in writer.comments(post)]
    every = [*own, *visitors, *tagged, *comments]
    return tuple(sorted(every, key=lambda post: post.at))


def user_id(person: Person) -> str:
    """A person's number as the page sees it."""
    return str(24_000_000_000_000_000 + person.key * 7_919)


def post_id(owner: str, at: datetime, low: int) -> str:
    return f"{owner}_{rising_number(at, low)}"


class _FacebookWriter(GraphWriter):
    def own(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(ANNOUNCING, official=True)
        return self.with_later_changes(
            SandboxPost(
                "facebook",
                id_ := post_id(PAGE_ID, at, self.rng.randrange(100)),
                at,
                self.people.city,
                f"{text} #PunePMC",
                labels,
                conversation=id_,
                versions=(id_,),
                group="own",
                growth=self.growth("reactions", "shares"),
            )
        )

    def visitor(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(VISITING)
        return self.with_later_changes(
            SandboxPost(
                "facebook",
                id_ := post_id(PAGE_ID, at, self.rng.randrange(100)),
                at,
                self.person(labels),
                text,
                labels,
                conversation=id_,
                versions=(id_,),
                group="visitor",
                growth=self.growth("reactions", "shares"),
            )
        )

    def tagged(self, at: datetime) -> SandboxPost:
        text, labels = self.sentence(VISITING)
        author = self.person(labels)
        return self.with_later_changes(
            SandboxPost(
                "facebook",
                id_ := post_id(user_id(author), at, self.rng.randrange(100)),
                at,
                author,
                f"{text} Pune City Demo",
                labels,
                conversation=id_,
                versions=(id_,),
                group="tagged",
                growth=self.growth("reactions", "shares"),
            )
        )

    def comments(self, post: SandboxPost) -> list[SandboxPost]:
        comments: list[SandboxPost] = []
        for _ in range(self.rng.choice(_COMMENTS)):
            above = self.rng.choice([post, post, post, *comments])
            at = above.at + timedelta(minutes=self.rng.expovariate(1 / 400))
            comment = self.below(above, self.comment(post, above, at))
            if comment is not None:
                comments.append(comment)
        return comments

    def comment(
        self, post: SandboxPost, above: SandboxPost, at: datetime
    ) -> SandboxPost:
        text, labels = self.sentence(COMMENTING)
        number = post.id.split("_")[1]
        comment = SandboxPost(
            "facebook",
            id_ := f"{number}_{rising_number(at, self.rng.randrange(100))}",
            at,
            self.person(labels),
            text,
            labels,
            conversation=post.id,
            reply_to=above.id,
            versions=(id_,),
            group="comment",
            growth=self.growth("likes"),
        )
        return self.with_later_changes(comment)
