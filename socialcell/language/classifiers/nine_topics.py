"""The nine-class head for English civic posts, as one cue more for our topics."""

from collections.abc import Iterable, Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import lexicon, weights
from socialcell.language.lexicon import Cue
from socialcell.language.notes import Hit, Notes, notes, text_of

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
            mine = [doc for doc in docs if _is_for_it(notes(doc))]
            if mine and self._model:
                chances = self._model.chances([text_of(doc) for doc in mine])
                for doc, likely in zip(mine, chances, strict=True):
                    best = max(likely, key=lambda label: likely[label])
                    if likely[best] >= _LEAST:
                        notes(doc).hits.append(Hit(self._cues[best], 0, 0))
            yield from docs


def _is_for_it(found: Notes) -> bool:
    """The head knows no "none of these": a rule must have seen a civic matter."""
    return found.language == "en" and any(
        hit.cue.kind == "topic" or hit.cue.value in ("trouble", "civic")
        for hit in found.hits
    )
