"""Which topics of the vocabulary a text speaks of, by cues."""

from socialcell.language.notes import Notes
from socialcell.language.reading import Topic

OTHER = Topic("other", 0.3)
_ENOUGH = 0.5
_LEAST = 0.4


def topics(notes: Notes) -> list[Topic]:
    """Topics above one half, best first; below that only the best one, if any.

    The score joins the cues of a topic as independent evidence.
    """
    scores = sorted(notes.values("topic").items(), key=lambda pair: (-pair[1], pair[0]))
    found = [
        Topic(topic, round(score, 3)) for topic, score in scores if score > _ENOUGH
    ]
    if not found and scores and scores[0][1] > _LEAST:
        topic, score = scores[0]
        found = [Topic(topic, round(score, 3))]
    return found
