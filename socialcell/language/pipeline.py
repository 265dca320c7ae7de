"""One spaCy pipeline: blank "xx" and our components, from cleaned text to Analysis."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import spacy
from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokens import Doc

from socialcell.language import components, encoder_component, frames, lexicon, weights
from socialcell.language.analysis import Analysis, ModelVersion, Topic
from socialcell.language.classifiers import danger_chance, nine_topics, topics, urgency
from socialcell.language.danger_rules import danger_of
from socialcell.language.measure import Span
from socialcell.language.names import english_names as english
from socialcell.language.names import hashtags, name_tagger
from socialcell.language.names.places import Place, fingerprint
from socialcell.language.notes import Notes, notes_of
from socialcell.language.passages import MOST, in_rows, passages, sentences
from socialcell.language.semantic import encoder
from socialcell.settings.language import NcModels
from socialcell.text import clean_text

LONGEST = 1_000_000  # spaCy refuses longer texts (E088)
MOST_WORDS = 1_000_000  # counted anew in each batch
_AT_ONCE = 64  # texts that components look at together: more take memory
_LETTER = "[^\\W\\d_]|[\u0900-\u0963]"
_EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
# Where a post is cut although nothing separates it: punctuation and emoji between
# words, camel case and underscores in hashtags.
_INFIX = re.compile(
    '[।॥…,;!?|/\\\\()\\[\\]{}"“”«»<>=+*^~_&#]+'
    f"|{_EMOJI}[\ufe0f\U0001f3fb-\U0001f3ff]*"
    f"|(?<=[\\w\u0900-\u0963])[-–—:.](?={_LETTER})"
    "|\\.\\.+"
    "|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})"
)
_ADDRESS = re.compile(r"(?:https?://\S+|www\.\S+|@[\w.]*\w)$", re.IGNORECASE)
_ORDER = (
    "socialcell_words",
    "socialcell_gazetteer",
    "socialcell_cues",
    "socialcell_language",
    "socialcell_names",
    "socialcell_civic",
    "socialcell_feelings",
    nine_topics.NAME,
    "socialcell_topics",
    "socialcell_sentiment",
    "socialcell_intent",
    "socialcell_day",
    "socialcell_urgency",
)
_KINDS = {
    NcModels.ALL: "linear",
    NcModels.LICENSED: "licensed",
    NcModels.NONE: "rules",
}
_WITH_MODELS = (
    "socialcell_language",
    "socialcell_names",
    "socialcell_feelings",
    "socialcell_day",
)


class TextReader:
    """The loaded pipeline. Results do not depend on batch, order or thread."""

    def __init__(
        self,
        nc: NcModels = NcModels.ALL,
        own: tuple[Place, ...] = (),
        semantic: bool = False,
        english_names: bool = False,
    ) -> None:
        semantic = semantic and encoder.encoder(nc=nc) is not None
        english_version = english.installed() if english_names else None
        self._build = partial(build, nc, own, semantic, english_version is not None)
        self._nlp = self._build()
        unused = "" if semantic else encoder.NAME
        models = weights.fingerprint(nc=nc, without=unused)
        version = f"2.{lexicon.fingerprint()}.{models}"
        if own:
            version += f".{fingerprint(own)}"
        if english_version:
            version += f".en-{english_version}"
        kind = "semantic" if semantic else _KINDS[nc]
        self._model = ModelVersion(f"socialcell-{kind}", version)
        self._lock = threading.Lock()

    def stream(self, texts: Iterable[str], batch_size: int) -> Iterator[Analysis]:
        """Readings in the order of the texts, `batch_size` texts at a time."""
        source = iter(texts)
        while batch := list(islice(source, batch_size)):
            yield from self._batch(batch)

    def spans(self, sentences: Iterable[Sequence[str]]) -> Iterator[list[Span]]:
        """Entities of sentences cut into words, as (first word, past the last, label).

        An entity that is part of a word counts as the whole word.
        """
        with self._lock:
            docs = (Doc(self._nlp.vocab, words=list(words)) for words in sentences)
            yield from map(_word_spans, self._nlp.pipe(docs))

    def _batch(self, texts: list[str]) -> list[Analysis]:
        cleaned = [clean_text(text) for text in texts]
        with self._lock:
            # A zone forgets the words of its texts, but not that their places were
            # taken: start afresh before it weighs.
            if len(self._nlp.vocab) > MOST_WORDS:
                self._nlp = self._build()
            with self._nlp.memory_zone():
                batch = self._read(cleaned)
                parts = self._dangerous_parts(batch)
                return list(map(self._analysis, cleaned, batch, parts))

    def _read(self, texts: Iterable[str], *, is_part: bool = False) -> list[Notes]:
        docs = (self._doc(text[:LONGEST], is_part) for text in texts)
        return list(map(notes_of, self._nlp.pipe(docs, batch_size=_AT_ONCE)))

    def _doc(self, text: str, is_part: bool) -> Doc:
        doc = self._nlp.make_doc(text)
        notes = notes_of(doc)
        notes.text, notes.is_part = text, is_part
        return doc

    def _analysis(self, text: str, notes: Notes, parts: Sequence[Notes]) -> Analysis:
        assert notes.sentiment is not None
        assert notes.intent is not None
        most_urgent = max((notes, *parts), key=urgency.rank).urgency
        assert most_urgent is not None
        return Analysis(
            text=text,
            language=notes.language,
            mixed=notes.mixed,
            script=notes.script,
            sentiment=notes.sentiment,
            entities=tuple(
                entity
                for entity in notes.entities
                if name_tagger.is_name(entity) and entity.start not in notes.doubted
            ),
            intent=notes.intent,
            topics=_topics(notes, parts),
            urgency=most_urgent,
            model=self._model,
            truncated=len(text) > LONGEST,
        )

    def _dangerous_parts(self, batch: Iterable[Notes]) -> list[list[Notes]]:
        """What tells of danger of each text without what is put around it, and of its
        passages and sentences.

        Models that learned from short and bare texts hear a danger less well behind
        handles, thanks or anger, and among other complaints. Parts are read only where
        something hints at danger.
        """
        parts = [
            list(_parts(notes)) if danger_chance.is_hinted_at(notes) else []
            for notes in batch
        ]
        texts = [text for of_text in parts for text, _ in of_text]
        readings = iter(self._read(texts, is_part=True))
        return [
            [part for _, is_enough in of_text if is_enough(part := next(readings))]
            for of_text in parts
        ]


def _topics(notes: Notes, parts: Sequence[Notes]) -> tuple[Topic, ...]:
    """The topics of a text, those of its most urgent part first; of equals the shortest
    part, which holds the least of what stands beside the danger."""
    part = max(parts, key=_level_and_shortness, default=notes)
    danger = topics.of_danger(part, notes) if _is_critical(part) else None
    first = part.topics if danger is None else [danger]
    beside = notes.topics if danger is None else topics.sure_topics(notes)
    ids = {topic.id for topic in first}
    others = [topic for topic in beside if topic.id not in ids]
    return tuple([*first, *others][: topics.MOST])


def _is_critical(part: Notes) -> bool:
    return part.urgency is not None and part.urgency.level == "critical"


def _level_and_shortness(part: Notes) -> tuple[float, int]:
    level, _ = urgency.rank(part)
    return level, -len(part.facts)


def _parts(notes: Notes) -> Iterator[tuple[str, Callable[[Notes], bool]]]:
    """Texts to read once more, each with whether its danger counts.

    What is told as a story or practised is not cut: the parts would not show it.
    """
    bare = frames.bare(notes.text)
    if bare is not None:
        yield bare, danger_chance.is_enough_bare
    if not (notes.story or notes.exercise):
        single = sentences(bare or notes.text)
        rows = in_rows(single)
        for passage in passages(rows):
            yield passage, danger_chance.is_enough_in_a_passage
        # Among many others a sentence of a row is drowned once more.
        telling = filter(danger_of, single) if len(rows) < len(single) else ()
        for sentence in [*rows, *islice(telling, MOST)]:
            yield sentence, danger_chance.is_enough_in_a_sentence


def _word_spans(doc: Doc) -> list[Span]:
    at = [token.i for token in doc for _ in token.text_with_ws]
    return [(at[e.start], at[e.end - 1] + 1, e.label) for e in notes_of(doc).entities]


def reader(
    nc: NcModels = NcModels.ALL,
    own: tuple[Place, ...] = (),
    semantic: bool = False,
    english_names: bool = False,
) -> TextReader:
    """The pipeline of this process, built on first use."""
    return _cached_reader(nc, own, semantic, english_names)


@lru_cache(maxsize=4)
def _cached_reader(
    nc: NcModels, own: tuple[Place, ...], semantic: bool, english_names: bool
) -> TextReader:
    return TextReader(nc, own, semantic, english_names)


def build(
    nc: NcModels = NcModels.ALL,
    own: tuple[Place, ...] = (),
    semantic: bool = False,
    english_names: bool = False,
) -> Language:
    """A fresh pipeline: tokenizer of blank "xx" with our cuts, then our components.

    Without `nc` no model is loaded whose licence forbids some uses. `own` are names
    that the package's gazetteer does not have. `semantic` adds the encoder,
    `english_names` the statistical names of English texts.
    """
    nlp = spacy.blank("xx")
    tokenizer: Any = nlp.tokenizer
    tokenizer.prefix_search = hashtags.prefixes(tokenizer.prefix_search)
    tokenizer.infix_finditer = hashtags.infixes(_INFIX.finditer)
    tokenizer.token_match = _ADDRESS.match
    # NORM of a word is the known word it is a form of: matchers see through endings.
    vocab: Any = nlp.vocab
    # Its other facts about a word (shape, like_url …) nobody here asks for.
    stems = components.stems(own)
    vocab.lex_attr_getters = {NORM: stems.norm}
    allowed = {"nc": nc.value}
    components_by_name: dict[str, Any] = {
        name: nlp.add_pipe(name, config=allowed if name in _WITH_MODELS else {})
        for name in _ORDER
    }
    if english_names:
        nlp.add_pipe(english.NAME, after="socialcell_names")
    if semantic:
        nlp.add_pipe(encoder_component.NAME, after="socialcell_intent")
    components_by_name["socialcell_words"].stems = stems
    components_by_name["socialcell_gazetteer"].add(nlp, own)
    return nlp
