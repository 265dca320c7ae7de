"""The spaCy component that asks the encoder where the linear models are not sure.

The encoder costs ten times what all else does. Where the rest is sure of feeling and
intent and nothing hints at danger it would change next to nothing, so that it is asked
about the other texts only. Whether it is asked depends on the text alone.
"""

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import components
from socialcell.language.classifiers import urgency
from socialcell.language.notes import Notes, notes, text_of
from socialcell.language.semantic.encoder import encoder

NAME = "socialcell_meaning"
# Chances from which models and rules are sure without it: at these no validation file
# of feelings loses more than 0.3 points.
SURE_FEELING, SURE_INTENT = 0.85, 0.5
HINT_OF_DANGER = 0.03  # chance of danger from which it is asked
_AGAIN = (components.topic, components.feeling, components.wish)


@Language.factory(NAME)
class Meanings:
    """Looks at a text as a whole; what came before is then weighed once more."""

    def __init__(self, nlp: Language, name: str) -> None:
        found = encoder()
        assert found is not None  # pipeline.py asks for it only where it is
        self._encoder = found

    def __call__(self, doc: Doc) -> Doc:
        if is_unsure(notes(doc)):
            (notes(doc).meaning,) = self._encoder.meanings([text_of(doc)])
            for component in _AGAIN:
                component(doc)
        return doc


def is_unsure(found: Notes) -> bool:
    """Whether models and rules leave a doubt about feeling, intent or danger."""
    assert found.sentiment is not None
    assert found.intent is not None
    if not found.margins or found.danger:
        return True
    if max(found.sentiment.probabilities.values()) < SURE_FEELING:
        return True
    if found.intent.score < SURE_INTENT:
        return True
    return urgency.chance_of_danger(found) >= HINT_OF_DANGER
