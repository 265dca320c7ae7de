"""The nine-class head for English civic posts, as one cue more for our topics."""

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import lexicon, weights
from socialcell.language.lexicon import Cue
from socialcell.language.notes import Hit, Notes, notes_of, text_of

NAME = "socialcell_topics9"
MODEL = "topics9"
_LEAST = 0.6  # chance of a class from which it is a cue
_WEIGHT = lexicon.STRENGTH["hint"]  # it learned from another city's complaints


@Language.factory(NAME)
class Topics9:
    """Adds the cue to English posts in which a rule has seen something civic."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._model = weights.linear(MODEL)
        self._cues = {
            label: Cue("topic", topic, _WEIGHT, f"{MODEL}: {label}")
            for label, topic in lexicon.data(MODEL)["topics"].items()
        }

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        source = iter(stream)
        while docs := list(islice(source, batch_size)):
            civic_docs = [doc for doc in docs if _is_english_civic(notes_of(doc))]
            if civic_docs and self._model:
                chances = self._model.chances([text_of(doc) for doc in civic_docs])
                for doc, likely in zip(civic_docs, chances, strict=True):
                    best = max(likely, key=lambda label: likely[label])
                    if likely[best] >= _LEAST:
                        notes_of(doc).hits.append(Hit(self._cues[best], 0, 0))
            yield from docs


def _is_english_civic(notes: Notes) -> bool:
    """Whether the model may be used: an English text that a rule found civic. The model
    has no class for texts of none of its topics."""
    return notes.language == "en" and any(
        hit.cue.kind == "topic" or hit.cue.value in ("trouble", "civic")
        for hit in notes.hits
    )
