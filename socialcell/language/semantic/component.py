"""The spaCy component that asks the encoder where the linear models are not sure.

The encoder costs several times what all else does. Where n-grams are sure of feeling
and intent and nothing hints at danger it would change next to nothing, so that it is
asked about the other texts only. Whether it is asked depends on the text alone.
"""

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import civic, sentiment
from socialcell.language.notes import Notes, notes, text_of
from socialcell.language.semantic.encoder import encoder

NAME = "socialcell_meaning"
# Chance of a feeling from which the linear model is sure of it, by language.
SURE_FEELING = 0.9
SURE_INTENT = 0.5  # distance of the two highest margins of n-grams
HINT_OF_DANGER = -0.6  # margin of n-grams for danger


@Language.factory(NAME)
class Meanings:
    """Looks at a text as a whole; components after it weigh its word with theirs."""

    def __init__(self, nlp: Language, name: str) -> None:
        found = encoder()
        assert found is not None  # pipeline.py asks for it only where it is
        self._encoder = found

    def __call__(self, doc: Doc) -> Doc:
        if is_unsure(notes(doc)):
            (notes(doc).meaning,) = self._encoder.meanings([text_of(doc)])
        return doc


def is_unsure(found: Notes) -> bool:
    """Whether the linear models leave a doubt about feeling, intent or danger."""
    felt = sentiment.mixture([(share, chances) for share, _, chances in found.felt])
    if felt is None or max(felt.values()) < SURE_FEELING or not found.margins:
        return True
    first, second, *_ = sorted(found.margins["intent"].values(), reverse=True)
    if first - second < SURE_INTENT:
        return True
    margin = found.margins[civic.DANGER][civic.DANGER]
    return found.danger or margin >= HINT_OF_DANGER
