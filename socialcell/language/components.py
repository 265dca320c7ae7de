"""The spaCy components: each adds one kind of understanding to a document's notes."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from spacy.attrs import ORTH
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from socialcell.language import danger_rules, lexicon, weights
from socialcell.language.classifiers import (
    civic_model,
    intent,
    intent_detail,
    language_identification,
    sentiment,
    topics,
    urgency,
)
from socialcell.language.lexicon import Cue
from socialcell.language.linear_model import Linear
from socialcell.language.names import name_tagger, public_people
from socialcell.language.names.places import (
    Gazetteer,
    Place,
    name_words,
    places,
    said_as_place,
)
from socialcell.language.notes import Fact, Hit, Notes, notes, text_of
from socialcell.language.reading import Entity
from socialcell.language.stems import Endings, Stems
from socialcell.language.words import key_of, look_at

_REMEMBERED = 200_000
_BATCH = 256
_LIKELY = 0.1  # chance of a language from which its model is asked


@Language.factory("socialcell_words")
class Words:
    """Looks every token up once; the facts of a word are remembered by its hash."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._facts: dict[int, Fact] = {}
        self.stems = stems()

    def __call__(self, doc: Doc) -> Doc:
        facts = self._facts
        if len(facts) > _REMEMBERED:
            facts.clear()
        found = notes(doc).facts
        strings = doc.vocab.strings
        for orth in doc.to_array(ORTH).tolist():
            fact = facts.get(orth)
            if fact is None:
                fact = facts[orth] = _fact(strings[orth], self.stems)
            found.append(fact)
        return doc


@Language.factory("socialcell_gazetteer")
def gazetteer(nlp: Language, name: str) -> Gazetteer:
    """Places, wards, departments, services and bodies of the city; public people."""
    found = Gazetteer(nlp)
    found.add(nlp, public_people.as_places(public_people.package(), places()))
    return found


@Language.factory("socialcell_cues")
class Cues:
    """Finds the phrases of all rules; not inside the name of a place."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._matcher, self._cues = _cue_matcher(nlp)

    def __call__(self, doc: Doc) -> Doc:
        found = notes(doc)
        found.danger = danger_rules.in_danger(text_of(doc))
        found.exercise = danger_rules.is_exercise(text_of(doc))
        for match, start, end in self._matcher(doc):
            if found.placed and found.placed.issuperset(range(start, end)):
                continue
            found.hits.extend(Hit(cue, start, end) for cue in self._cues[match])
        found.hits = _without_announced_trouble(found.hits)
        return doc


def _without_announced_trouble(hits: list[Hit]) -> list[Hit]:
    """Closed is trouble, will be closed is news: the longer cue decides."""
    news = [hit for hit in hits if hit.cue.value == "information"]
    return [
        hit
        for hit in hits
        if hit.cue.value != "trouble"
        or not any(n.start <= hit.start and hit.end <= n.end for n in news)
    ]


@Language.factory("socialcell_language", default_config={"nc": True})
class Languages:
    """Language, mixture and script, from words outside names."""

    def __init__(self, nlp: Language, name: str, nc: bool) -> None:
        self._model = weights.linear("language", nc=nc)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = _BATCH) -> Iterator[Doc]:
        for docs in _batches(stream, batch_size):
            self._identify([notes(doc) for doc in docs])
            yield from docs

    def _identify(self, some: list[Notes]) -> None:
        outside = [
            language_identification.outside_names(one.facts, one.named) for one in some
        ]
        found = [
            language_identification.by_rule(one.facts, words)
            for one, words in zip(some, outside, strict=True)
        ]
        for one, words in zip(some, outside, strict=True):
            one.words = language_identification.count(words)
        if self._model:
            asked = [
                at
                for at, rule in enumerate(found)
                if language_identification.is_for_model(rule)
            ]
            texts = [language_identification.plain_text(outside[at]) for at in asked]
            for at, likely in zip(asked, self._model.chances(texts), strict=True):
                found[at] = language_identification.by_model(
                    found[at], likely, some[at].words
                )
        for one, identified in zip(some, found, strict=True):
            one.language, one.mixed = identified.language, identified.mixed
            one.script, one.languages = identified.script, identified.chances
            one.english = identified.english


@Language.factory("socialcell_names", default_config={"nc": True})
class Names:
    """Names that the gazetteer does not list, in Marathi and Hindi only.

    The gazetteer goes first: what it found keeps its id and its place.
    """

    def __init__(self, nlp: Language, name: str, nc: bool) -> None:
        self._nc = nc

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = _BATCH) -> Iterator[Doc]:
        for docs in _batches(stream, batch_size):
            for language in name_tagger.LANGUAGES:
                known = name_tagger.tagger(language, self._nc)
                mine = [doc for doc in docs if _is_in(language, notes(doc))]
                if known is not None and mine:
                    self._tag(mine, known)
            yield from docs

    @staticmethod
    def _tag(docs: list[Doc], known: name_tagger.Tagger) -> None:
        said = [[fact.word.raw for fact in notes(doc).facts] for doc in docs]
        for doc, spans in zip(docs, known.spans(said), strict=True):
            found = notes(doc)
            for start, end, label in spans:
                if not found.named.isdisjoint(range(start, end)):
                    continue
                first, last = doc[start].idx, doc[end - 1]
                text = doc[start:end].text
                if label == "PLACE" and not said_as_place(start, end, found.facts):
                    found.doubted.add(first)
                found.entities.append(
                    Entity(first, last.idx + len(last), text, label, None)
                )
            found.entities.sort(key=lambda entity: entity.start)


def _is_in(language: str, found: Notes) -> bool:
    return found.language == language and found.script == "Deva"


@Language.factory("socialcell_civic")
class Civic:
    """What n-grams say of intent, topics and urgency, in one pass for all of them."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._model = weights.linear(civic_model.NAME)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = _BATCH) -> Iterator[Doc]:
        for docs in _batches(stream, batch_size):
            if self._model is not None:
                # Names alone want nothing.
                mine = [doc for doc in docs if notes(doc).words > 1]
                self._look_at(self._model, mine)
            yield from docs

    @staticmethod
    def _look_at(model: Linear, docs: list[Doc]) -> None:
        texts = [civic_model.plain(text_of(doc), notes(doc).entities) for doc in docs]
        rows = model.margins(texts).tolist()
        margins = civic_model.by_task(model.classes, rows)
        for doc, found in zip(docs, margins, strict=True):
            notes(doc).margins = found


@Language.component("socialcell_topics")
def topic(doc: Doc) -> Doc:
    """Topics from n-grams and cues."""
    found = notes(doc)
    found.detail = intent_detail.detail_of(text_of(doc))
    found.topics = intent_detail.file_topics(found, topics.topics(found))
    return doc


@Language.component("socialcell_intent")
def wish(doc: Doc) -> Doc:
    """Intent from n-grams, cues, topics and the form of the sentence.

    It says something of the feeling too, in a message to the city. Who sells something
    or talks of a film has no topic for an office.
    """
    found = notes(doc)
    found.intent = intent.intent(found)
    found.sentiment = sentiment.with_wish(found)
    if found.intent.label in intent.NO_MESSAGE:
        if found.intent.confident:
            found.topics = [topic for topic in found.topics if topic.id == "politics"]
    elif not found.topics:
        found.topics = [topics.OTHER]
    return doc


@Language.factory("socialcell_feelings", default_config={"nc": True})
class Feelings:
    """What the linear models of the likely languages make of the feeling of a text."""

    def __init__(self, nlp: Language, name: str, nc: bool) -> None:
        found = {
            language: weights.linear(f"sentiment-{language}", nc=nc)
            for language in lexicon.LANGUAGES
        }
        self._models = {name: model for name, model in found.items() if model}

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = _BATCH) -> Iterator[Doc]:
        for docs in _batches(stream, batch_size):
            self._add([text_of(doc) for doc in docs], [notes(doc) for doc in docs])
            yield from docs

    def _add(self, texts: list[str], some: list[Notes]) -> None:
        for language, model in self._models.items():
            mine = [
                at
                for at, one in enumerate(some)
                if one.languages.get(language, 0.0) >= _LIKELY
            ]
            found = model.chances([texts[at] for at in mine])
            for at, chances in zip(mine, found, strict=True):
                share = some[at].languages[language]
                some[at].felt.append((share, language, chances))


@Language.component("socialcell_sentiment")
def feeling(doc: Doc) -> Doc:
    """Sentiment from the models, the encoder where it was asked, and the rules."""
    found = notes(doc)
    shares = [
        (
            share,
            found.meaning.averaged("sentiment", chances, language)
            if found.meaning
            else chances,
        )
        for share, language, chances in found.felt
    ]
    found.sentiment = sentiment.sentiment(found, sentiment.mixture(shares))
    return doc


@Language.component("socialcell_urgency")
def haste(doc: Doc) -> Doc:
    """Urgency with the reasons for it."""
    found = notes(doc)
    found.urgency = urgency.urgency(found)
    return doc


def _batches(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    source = iter(stream)
    while docs := list(islice(source, size)):
        yield docs


@lru_cache(maxsize=2)
def stems(own: tuple[Place, ...] = ()) -> Stems:
    """Case endings over every word of the gazetteer, the cues and the lexicon.

    `own` are entries that the package's gazetteer does not have.
    """
    common = {
        key_of(word) for cue in lexicon.cues() for word in cue.phrase.split()
    } | sentiment.toned_words()
    names = name_words((*places(), *own))
    return Stems(names, common, Endings.of(lexicon.data("endings")))


def _fact(raw: str, known: Stems) -> Fact:
    word = look_at(raw)
    stem, length = known.split(raw)
    return Fact(
        word=word,
        stem=stem,
        stem_length=length,
        votes=language_identification.votes(word),
        tone=sentiment.tone(word.key, stem),
        roles=sentiment.roles(word.key),
    )


def _cue_matcher(nlp: Language) -> tuple[PhraseMatcher, dict[int, list[Cue]]]:
    """One matcher for all cues; a phrase may speak for several values."""
    vocab: Vocab = nlp.vocab
    matcher = PhraseMatcher(vocab, attr="NORM")
    by_norms: dict[tuple[str, ...], list[Cue]] = {}
    docs: dict[tuple[str, ...], Doc] = {}
    for cue in lexicon.cues():
        doc = nlp.make_doc(cue.phrase)
        norms = tuple(token.norm_ for token in doc)
        docs[norms] = doc
        cues = by_norms.setdefault(norms, [])
        if not any((c.kind, c.value) == (cue.kind, cue.value) for c in cues):
            cues.append(cue)
    found: dict[int, list[Cue]] = {}
    for norms, cues in by_norms.items():
        key = " ".join(norms)
        matcher.add(key, [docs[norms]])
        found[vocab.strings[key]] = cues
    return matcher, found
