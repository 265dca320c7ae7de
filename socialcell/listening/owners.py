"""Who owns a problem: a department of the corporation or another body."""

from collections.abc import Collection, Sequence
from datetime import date

from socialcell.listening.areas import is_valid
from socialcell.listening.model import Owner


def find_owner(
    owners: Sequence[Owner], topics: Sequence[str], entities: Collection[str], day: date
) -> str | None:
    """The id of who owns a problem with these topics on that day; None if not known.

    The first topic that anybody owns decides. Of its owners it is one that the text
    names (`entities` are the ids of what it names), else the one for all of the topic,
    else the only one. Which of several that share a topic, the place or the matter
    would say.
    """
    for topic in topics:
        own = [
            one
            for one in owners
            if one.topic == topic and is_valid(one.valid_from, one.valid_to, day)
        ]
        for some in (
            [one.key for one in own if one.key in entities],
            [one.key for one in own if not one.scope],
            [one.key for one in own],
        ):
            keys = set(some)
            if keys:
                return keys.pop() if len(keys) == 1 else None
    return None
