"""The spaCy component that runs the encoder where the linear models are not sure.

The encoder takes ten times as long as all other components. Where they are sure of
sentiment and intent and nothing hints at danger it would change next to nothing, so
that it runs on the other texts only. Whether it runs depends on the text alone.
"""

from collections.abc import Iterable, Iterator

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
        return next(self.pipe([doc]))

    def pipe(
        self, stream: Iterable[Doc], batch_size: int = components.BATCH
    ) -> Iterator[Doc]:
        for docs in components.batches(stream, batch_size):
            unsure = [doc for doc in docs if is_unsure(notes_of(doc))]
            meanings = self._encoder.meanings(map(_message, unsure))
            for doc, meaning in zip(unsure, meanings, strict=True):
                notes_of(doc).meaning = meaning
                read_again(doc)
            yield from docs


def _message(doc: Doc) -> str:
    """What the encoder sees: it learned from posts with handles and hashtags, but not
    with letters."""
    return " ".join(frames.message(text_of(doc)).split())


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
