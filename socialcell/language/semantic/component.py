"""The spaCy component that adds what the encoder makes of a text to its notes."""

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language.notes import notes, text_of
from socialcell.language.semantic.encoder import encoder

NAME = "socialcell_meaning"


@Language.factory(NAME)
class Meanings:
    """Looks at each text as a whole; components after it weigh its word with theirs."""

    def __init__(self, nlp: Language, name: str) -> None:
        found = encoder()
        assert found is not None  # pipeline.py asks for it only where it is
        self._encoder = found

    def __call__(self, doc: Doc) -> Doc:
        (notes(doc).meaning,) = self._encoder.meanings([text_of(doc)])
        return doc
