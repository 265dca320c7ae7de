"""The generators of posts of platforms that have a random stream of their own.

A new platform therefore changes no other one.
"""

from collections.abc import Callable
from datetime import datetime
from random import Random

from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world import (
    bluesky_world,
    facebook_world,
    google_play_world,
    instagram_world,
    message_world,
    youtube_world,
)
from socialcell.sandbox.world.people import Population

# posts(people, start, end, rng): all posts of one platform in [start, end).
WORLDS: dict[
    str, Callable[[Population, datetime, datetime, Random], tuple[SandboxPost, ...]]
] = {
    "youtube": youtube_world.posts,
    "bluesky": bluesky_world.posts,
    "google_play": google_play_world.posts,
    "facebook": facebook_world.posts,
    "instagram": instagram_world.posts,
    "whatsapp": message_world.whatsapp,
    "messenger": message_world.messenger,
    "instagram_messages": message_world.instagram,
}
