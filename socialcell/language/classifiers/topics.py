"""Which topics of the vocabulary a text speaks of: cues and n-grams together."""

from collections.abc import Mapping

from socialcell.language.analysis import NO_TOPIC, Topic
from socialcell.language.classifiers import danger_kinds
from socialcell.language.classifiers.civic_model import with_meaning
from socialcell.language.lexicon import STRENGTH
from socialcell.language.linear_model import sigmoid
from socialcell.language.notes import Hit, Notes

TASK = "topic"
OTHER = Topic(NO_TOPIC, 0.3)
_ENOUGH = 0.5
_LEAST = 0.4
_OF_DANGER = ("flood", "fire")
_PERHAPS = 0.2  # chance from which a text without a sure topic has this one
MOST = 3  # of a text
_OF_CERTAIN = 0.6  # chance that a topic has at least where a cue leaves no doubt
# Log odds of a topic: the best of a grid on our training posts, with n-grams that had
# not seen the post.
_OF_MARGIN, _OF_CUES, _START = 5.0, 2.5, 0.75


def topics(notes: Notes) -> list[Topic]:
    """Topics above one half, best first; below that only the best one, if any.

    Without the model the score joins the cues of a topic as independent evidence.
    """
    if not notes.margins:
        return topics_by_chance(notes.values("topic"), _LEAST)
    by_topic = with_meaning(TASK, chances(notes), notes)
    hits = [hit for hit in notes.hits if hit.cue.kind == TASK]
    certain = [hit for hit in hits if hit.cue.weight >= STRENGTH["certain"]]
    for topic in _in_another_sense(hits, certain):
        by_topic.pop(topic, None)
    for hit in certain:
        by_topic[hit.cue.value] = max(by_topic.get(hit.cue.value, 0.0), _OF_CERTAIN)
    return topics_by_chance(by_topic)


def _in_another_sense(hits: list[Hit], certain: list[Hit]) -> set[str]:
    """Topics of which nothing speaks but words of a certain phrase of another."""
    inside = {
        hit.cue.value
        for hit in hits
        for phrase in certain
        if hit.is_inside(phrase) and hit.cue.value != phrase.cue.value
    }
    return inside - {
        hit.cue.value for hit in hits if not any(map(hit.is_inside, certain))
    }


def of_danger(part: Notes, whole: Notes) -> Topic | None:
    """The topic of the danger that the words of a part of a text tell, where the part's
    first topic is a guess or would mislead; None where that topic stays."""
    first = part.topics[0] if part.topics else OTHER
    misleads = danger_kinds.misleads(first.id, part.text)
    if _is_sure(first) and not misleads:
        return None
    topic_id = danger_kinds.topic_of(part.text)
    if topic_id is not None:
        return Topic(topic_id, _ENOUGH)
    if not misleads:
        return None
    sure = [*sure_topics(part), *sure_topics(whole)]
    fitting = (t for t in sure if not danger_kinds.misleads(t.id, part.text))
    return next(fitting, OTHER)


def sure_topics(notes: Notes) -> list[Topic]:
    """Those of the topics of a text that are more than a guess."""
    return list(filter(_is_sure, notes.topics))


def _is_sure(topic: Topic) -> bool:
    return topic.id != NO_TOPIC and topic.score > _ENOUGH


def stays_in_talk(topic: Topic, notes: Notes) -> bool:
    """Whether a text that is no message to the city keeps this topic.

    Politics is talked of; water and fire are to be known of even where a text that
    tells of them is taken for talk.
    """
    if topic.id in _OF_DANGER:
        return topic.score > _ENOUGH and notes.values(TASK).get(topic.id, 0.0) > _ENOUGH
    return topic.id == "politics"


def chances(notes: Notes) -> dict[str, float]:
    """The chance of each topic, by n-grams and cues."""
    cues = notes.values(TASK)
    return {
        name: _chance(margin, cues.get(name, 0.0))
        for name, margin in notes.margins[TASK].items()
    }


def topics_by_chance(
    chances: Mapping[str, float], least: float = _PERHAPS
) -> list[Topic]:
    """The topics of these chances; the best alone where it is above `least` only."""
    ranked = sorted(chances.items(), key=lambda pair: (-pair[1], pair[0]))
    sure = [(topic, score) for topic, score in ranked if score > _ENOUGH][:MOST]
    if not sure and ranked and ranked[0][1] > least:
        sure = ranked[:1]
    return [Topic(topic, round(score, 3)) for topic, score in sure]


def _chance(margin: float, cues: float) -> float:
    return sigmoid(_OF_MARGIN * margin + _OF_CUES * cues + _START)
