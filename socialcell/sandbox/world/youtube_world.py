"""The city on YouTube: its channel's videos, other people's, and comments on its own."""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from socialcell.sandbox.post import Labels, Person, SandboxPost
from socialcell.sandbox.world.people import Population
from socialcell.sandbox.world.rhythm import moments
from socialcell.sandbox.world.speech import Speaker

OWN_A_DAY, FOUND_A_DAY = 2.0, 1.5
_COMMENTS = (0, 0, 1, 1, 1, 2, 3)  # on a video of the city
_ANSWERS = (
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    1,
    2,
    6,
)  # below a comment; a page shows five of them
_INTENTS = ("complaint", "question", "praise", "suggestion", "not_civic")
_TITLES = {"mr": "पुणे", "hi": "पुणे", "en": "Pune", "mr-Latn": "Pune", "hi-Latn": "Pune"}
_LATER = "(edited)"


def posts(
    people: Population, start: datetime, end: datetime, rng: Random
) -> tuple[SandboxPost, ...]:
    """Videos and comments in [start, end), oldest first; `group` says which they are:
    own, found or comment."""
    writer = _YouTubeWriter(people, end, rng)
    own = [writer.own_video(at) for at in moments(start, end, OWN_A_DAY, rng)]
    other_videos = [
        writer.other_video(at) for at in moments(start, end, FOUND_A_DAY, rng)
    ]
    comments = [comment for video in own for comment in writer.comments(video)]
    return tuple(sorted([*own, *other_videos, *comments], key=lambda post: post.at))


def channel_id(person: Person) -> str:
    """The id of a person's channel: UC and 22 characters."""
    return f"UC{_code(f'channel of {person.handle}', 22)}"


def uploads_id(channel: str) -> str:
    """The playlist of a channel's videos: UU where the channel has UC."""
    return "UU" + channel[2:]


def video_id(at: datetime, n: int = 0) -> str:
    return _code(f"video at {at.isoformat()} {n}", 11)


def comment_id(on: str, at: datetime, n: int = 0) -> str:
    return f"Ugx{_code(f'on {on} at {at.isoformat()} {n}', 16)}4AaABAg"


def answer_id(to: str, at: datetime, n: int = 0) -> str:
    """An answer's id begins with that of the comment above it."""
    return f"{to}.{_code(f'below {to} at {at.isoformat()} {n}', 22)}"


class _YouTubeWriter(Speaker):
    def own_video(self, at: datetime) -> SandboxPost:
        utterance = self.write_sentence(("information", "praise"))
        return self.video(at, self.people.city, utterance.text, utterance.labels, "own")

    def other_video(self, at: datetime) -> SandboxPost:
        utterance = self.write_sentence()
        return self.video(
            at, utterance.author, utterance.text, utterance.labels, "found"
        )

    def video(
        self, at: datetime, author: Person, text: str, labels: Labels, group: str
    ) -> SandboxPost:
        own = video_id(at, self.rng.randrange(1 << 16))
        city = _TITLES[labels.language]
        title = f"{city}: {text[:50]}" if self.rng.random() < 0.85 else text[:60]
        post = SandboxPost(
            "youtube",
            own,
            at,
            author,
            text,
            labels,
            conversation=own,
            versions=(own,),
            group=group,
            title=title,
            growth=self.growth(views=9000, likes=400),
        )
        return self.with_later_changes(post, f"{text} {_LATER}", within=60)

    def comments(self, video: SandboxPost) -> list[SandboxPost]:
        comments: list[SandboxPost] = []
        for _ in range(self.rng.choice(_COMMENTS)):
            at = video.at + timedelta(minutes=self.rng.expovariate(1 / 500))
            comment = self.comment(video, video, at)
            if comment is None:
                continue
            comments.append(comment)
            for _ in range(self.rng.choice(_ANSWERS)):
                at = comment.at + timedelta(minutes=self.rng.uniform(2, 1200))
                answer = self.comment(video, comment, at)
                if answer is not None:
                    comments.append(answer)
        return comments

    def comment(
        self, video: SandboxPost, above: SandboxPost, at: datetime
    ) -> SandboxPost | None:
        """None when there was nothing left to comment on, or the world has ended."""
        utterance, low = self.write_sentence(_INTENTS), self.rng.randrange(1 << 16)
        is_answer = above is not video
        own = (
            answer_id(above.id, at, low) if is_answer else comment_id(video.id, at, low)
        )
        post = SandboxPost(
            "youtube",
            own,
            at,
            utterance.author,
            utterance.text,
            utterance.labels,
            conversation=video.id,
            reply_to=above.id,
            versions=(own,),
            group="comment",
            growth=self.growth(likes=30),
        )
        post = self.with_later_changes(post, f"{utterance.text} {_LATER}")
        if at >= self.end or not above.is_visible(at):
            return None
        if above.ends is not None and (post.ends is None or post.ends > above.ends):
            return replace(post, ends=above.ends, removed=above.ends)
        return post


def _code(seed: str, length: int) -> str:
    """So many characters as Google's ids have them, from a seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]
