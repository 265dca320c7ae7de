"""The spaCy component that runs the encoder where the linear models are not sure.

The encoder takes ten times as long as all other components. Where they are sure of
sentiment and intent and nothing hints at danger it would change next to nothing, so
that it runs on the other texts only. Whether it runs depends on the text alone.
"""

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import components, frames
from socialcell.language.classifiers import urgency
from socialcell.language.notes import Notes, notes_of, text_of
from socialcell.language.semantic.encoder import encoder

NAME = "socialcell_meaning"
# Chances from which models and rules are sure without it, of a feeling by language: at
# these no validation file of feelings loses more than 0.3 points.
SURE_FEELING = {"en": 0.75, "hi-Latn": 0.8, "mr-Latn": 0.8}
SURE_FEELING_ELSEWHERE, SURE_INTENT = 0.85, 0.5
HINT_OF_DANGER = 0.03  # chance of danger from which it is asked
_REPEATED_COMPONENTS = (
    components.add_topics,
    components.add_sentiment,
    components.add_intent,
)


@Language.factory(NAME)
class EncoderComponent:
    """Runs the encoder on a doubtful text, and again the components that use it."""

    def __init__(self, nlp: Language, name: str) -> None:
        loaded = encoder()
        assert loaded is not None  # pipeline.py asks for it only where it is
        self._encoder = loaded

    def __call__(self, doc: Doc) -> Doc:
        if is_unsure(notes_of(doc)):
            # It learned from posts with handles and hashtags, but not with letters.
            message = " ".join(frames.message(text_of(doc)).split())
            (notes_of(doc).meaning,) = self._encoder.meanings([message])
            read_again(doc)
        return doc


def read_again(doc: Doc) -> None:
    """Topics, feeling and intent once more, with what the notes hold now."""
    for component in _REPEATED_COMPONENTS:
        component(doc)


def is_unsure(notes: Notes) -> bool:
    """Whether models and rules leave a doubt about feeling, intent or danger, in a part
    of a text about danger, for which alone it is read."""
    assert notes.sentiment is not None
    assert notes.intent is not None
    if not notes.margins or notes.danger:
        return True
    if notes.is_part:
        return _hints_at_danger(notes)
    sure = SURE_FEELING.get(notes.language, SURE_FEELING_ELSEWHERE)
    if max(notes.sentiment.probabilities.values()) < sure:
        return True
    if notes.intent.score < SURE_INTENT:
        return True
    return _hints_at_danger(notes)


def _hints_at_danger(notes: Notes) -> bool:
    return urgency.chance_of_danger(notes) >= HINT_OF_DANGER
