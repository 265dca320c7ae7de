"""The spaCy components: each adds one kind of result to a document's notes."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from spacy.attrs import ORTH
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from socialcell.language import danger_rules, lexicon, weights
from socialcell.language.analysis import NO_MESSAGE, Entity
from socialcell.language.classifiers import (
    civic_model,
    day_mix,
    day_model,
    everyday,
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
from socialcell.language.names.gazetteer import Gazetteer, is_used_as_place
from socialcell.language.names.places import Place, name_words, places
from socialcell.language.notes import (
    DayChances,
    Fact,
    Hit,
    Notes,
    core_of,
    notes_of,
    text_of,
)
from socialcell.language.stems import Endings, Stems
from socialcell.language.words import analyse_word, key_of
from socialcell.settings.language import NcModels

_REMEMBERED = 200_000
BATCH = 256
_LIKELY = 0.1  # chance of a language from which its model is asked


@Language.factory("socialcell_words")
class WordLookup:
    """Looks every token up once; the facts of a word are remembered by its hash."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._facts: dict[int, Fact] = {}
        self.stems: Stems  # pipeline.py gives it those of the vocabulary's words

    def __call__(self, doc: Doc) -> Doc:
        facts = self._facts
        if len(facts) > _REMEMBERED:
            facts.clear()
        doc_facts = notes_of(doc).facts
        strings = doc.vocab.strings
        for orth in doc.to_array(ORTH).tolist():
            fact = facts.get(orth)
            if fact is None:
                fact = facts[orth] = _fact(strings[orth], self.stems)
            doc_facts.append(fact)
        return doc


@Language.factory("socialcell_gazetteer")
def gazetteer(nlp: Language, name: str) -> Gazetteer:
    """Places, wards, departments, services and bodies of the city; public people."""
    matcher = Gazetteer(nlp)
    matcher.add(nlp, public_people.as_places(public_people.package(), places()))
    return matcher


@Language.factory("socialcell_cues")
class Cues:
    """Finds the phrases of all rules; not inside the name of a place, nor in what is
    put around the message."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._matcher, self._cues = _cue_matcher(nlp)

    def __call__(self, doc: Doc) -> Doc:
        notes = notes_of(doc)
        core = core_of(doc)
        notes.danger = danger_rules.danger_of(core)
        notes.story = danger_rules.is_story(core)
        notes.exercise = danger_rules.is_exercise(core)
        notes.between_people = everyday.is_between_people(core)
        for match, start, end in self._matcher(doc):
            if notes.placed and notes.placed.issuperset(range(start, end)):
                continue
            if core[doc[start].idx] == " ":
                continue
            notes.hits.extend(Hit(cue, start, end) for cue in self._cues[match])
        notes.hits = _without_announced_trouble(notes.hits)
        return doc


def _without_announced_trouble(hits: list[Hit]) -> list[Hit]:
    """Closed is trouble, will be closed is news: the longer cue decides."""
    news = [hit for hit in hits if hit.cue.value == "information"]
    return [
        hit
        for hit in hits
        if hit.cue.value != "trouble" or not any(map(hit.is_inside, news))
    ]


@Language.factory("socialcell_language", default_config={"nc": "all"})
class Languages:
    """Language, mixture and script, from words outside names."""

    def __init__(self, nlp: Language, name: str, nc: str) -> None:
        self._model = weights.linear("language", nc=NcModels(nc))

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = BATCH) -> Iterator[Doc]:
        for docs in batches(stream, batch_size):
            self._identify([notes_of(doc) for doc in docs])
            yield from docs

    def _identify(self, batch: list[Notes]) -> None:
        outside = [
            language_identification.outside_names(notes.facts, notes.named)
            for notes in batch
        ]
        identified_texts = [
            language_identification.by_rule(notes.facts, words)
            for notes, words in zip(batch, outside, strict=True)
        ]
        for notes, words in zip(batch, outside, strict=True):
            notes.words = language_identification.count(words)
        if self._model:
            indexes = [
                index
                for index, rule in enumerate(identified_texts)
                if language_identification.is_for_model(rule)
            ]
            texts = [
                language_identification.plain_text(outside[index]) for index in indexes
            ]
            for index, likely in zip(indexes, self._model.chances(texts), strict=True):
                identified_texts[index] = language_identification.by_model(
                    identified_texts[index], likely, batch[index].words
                )
        for notes, result in zip(batch, identified_texts, strict=True):
            notes.language, notes.mixed = result.language, result.mixed
            notes.script, notes.languages = result.script, result.chances
            notes.english = result.english


@Language.factory("socialcell_names", default_config={"nc": "all"})
class Names:
    """Names that the gazetteer does not list, in Marathi and Hindi only.

    The gazetteer goes first: what it found keeps its id and its place.
    """

    def __init__(self, nlp: Language, name: str, nc: str) -> None:
        self._nc = NcModels(nc)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = BATCH) -> Iterator[Doc]:
        for docs in batches(stream, batch_size):
            for language in name_tagger.LANGUAGES:
                tagger = name_tagger.tagger(language, self._nc)
                language_docs = [doc for doc in docs if _is_in(language, notes_of(doc))]
                if tagger is not None and language_docs:
                    self._tag(language_docs, tagger)
            yield from docs

    @staticmethod
    def _tag(docs: list[Doc], tagger: name_tagger.Tagger) -> None:
        sentences = [[fact.word.raw for fact in notes_of(doc).facts] for doc in docs]
        for doc, spans in zip(docs, tagger.spans(sentences), strict=True):
            notes = notes_of(doc)
            for start, end, label in spans:
                if not notes.named.isdisjoint(range(start, end)):
                    continue
                first, last = doc[start].idx, doc[end - 1]
                text = doc[start:end].text
                if label == "PLACE" and not is_used_as_place(start, end, notes.facts):
                    notes.doubted.add(first)
                notes.entities.append(
                    Entity(first, last.idx + len(last), text, label, None)
                )
            notes.entities.sort(key=lambda entity: entity.start)


def _is_in(language: str, notes: Notes) -> bool:
    return notes.language == language and notes.script == "Deva"


@Language.factory("socialcell_civic")
class Civic:
    """The n-gram margins of intent, topics and urgency, in one pass for all of them."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._model = weights.linear(civic_model.NAME)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = BATCH) -> Iterator[Doc]:
        for docs in batches(stream, batch_size):
            if self._model is not None:
                # A text of names alone has no intent.
                worded_docs = [doc for doc in docs if notes_of(doc).words > 1]
                self._add_margins(self._model, worded_docs)
            yield from docs

    @staticmethod
    def _add_margins(model: Linear, docs: list[Doc]) -> None:
        texts = [
            civic_model.plain(core_of(doc), notes_of(doc).entities) for doc in docs
        ]
        rows = model.margins(texts).tolist()
        margins = civic_model.by_task(model.classes, rows)
        for doc, task_margins in zip(docs, margins, strict=True):
            notes_of(doc).margins = task_margins


@Language.component("socialcell_topics")
def add_topics(doc: Doc) -> Doc:
    """Topics from n-grams and cues."""
    notes = notes_of(doc)
    notes.detail = intent_detail.detail_of(text_of(doc))
    notes.topics = intent_detail.file_topics(notes, topics.topics(notes))
    return doc


@Language.component("socialcell_intent")
def add_intent(doc: Doc) -> Doc:
    """Intent from n-grams, cues, topics and the form of the sentence.

    In a message to the city the intent changes the sentiment as well.
    """
    notes = notes_of(doc)
    notes.intent = intent.intent(notes)
    notes.sentiment = sentiment.with_intent(notes)
    if notes.sentiment_votes:  # what rules alone say stays as it is
        notes.sentiment = day_mix.sentiment_of_a_day(notes.sentiment, notes.language)
    return doc


@Language.factory("socialcell_day", default_config={"nc": "all"})
class DayReader:
    """Intent, feeling and the chance of danger anew, by the model of a day.

    Then it is plain which topics count: a text that sells something or is about a film
    has none for an office, and a message without one has `other`.
    """

    def __init__(self, nlp: Language, name: str, nc: str) -> None:
        self.model = day_model.day_model(NcModels(nc))

    def __call__(self, doc: Doc) -> Doc:
        notes = notes_of(doc)
        assert notes.intent is not None
        urgency.weigh(notes)
        if self.model is not None:
            notes.day = self.model.chances(notes)
        if notes.day is not None:
            _add_the_say_of_a_day(notes, notes.day)
        if notes.intent.label in NO_MESSAGE:
            if notes.intent.confident:
                notes.topics = [
                    topic
                    for topic in notes.topics
                    if topics.stays_in_talk(topic, notes)
                ]
        elif not notes.topics:
            notes.topics = [topics.OTHER]
        return doc


def _add_the_say_of_a_day(notes: Notes, day: DayChances) -> None:
    notes.danger_chance = day_model.danger(notes.danger_chance, day)
    notes.intent = intent.of_a_day(notes, day)
    # Without the encoder two validation files lost more than a point.
    if notes.sentiment is not None and notes.sentiment_votes and notes.meaning:
        chances = day_model.sentiments(
            notes.sentiment.probabilities, day, notes.language
        )
        notes.sentiment = day_mix.with_chances(notes.sentiment, chances)


@Language.factory("socialcell_feelings", default_config={"nc": "all"})
class SentimentModels:
    """Chances of the sentiments by the linear models of the likely languages."""

    def __init__(self, nlp: Language, name: str, nc: str) -> None:
        models = {
            language: weights.linear(f"sentiment-{language}", nc=NcModels(nc))
            for language in lexicon.LANGUAGES
        }
        self._models = {name: model for name, model in models.items() if model}

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = BATCH) -> Iterator[Doc]:
        for docs in batches(stream, batch_size):
            self._add([text_of(doc) for doc in docs], [notes_of(doc) for doc in docs])
            yield from docs

    def _add(self, texts: list[str], batch: list[Notes]) -> None:
        for language, model in self._models.items():
            indexes = [
                index
                for index, notes in enumerate(batch)
                if notes.languages.get(language, 0.0) >= _LIKELY
            ]
            probabilities = model.chances([texts[index] for index in indexes])
            for index, chances in zip(indexes, probabilities, strict=True):
                share = batch[index].languages[language]
                batch[index].sentiment_votes.append((share, language, chances))


@Language.component("socialcell_sentiment")
def add_sentiment(doc: Doc) -> Doc:
    """Sentiment from the models, the encoder where it ran, and the rules."""
    notes = notes_of(doc)
    shares = [
        (
            share,
            notes.meaning.averaged("sentiment", chances, language)
            if notes.meaning
            else chances,
        )
        for share, language, chances in notes.sentiment_votes
    ]
    notes.sentiment = sentiment.sentiment(notes, sentiment.mixture(shares))
    return doc


@Language.component("socialcell_urgency")
def add_urgency(doc: Doc) -> Doc:
    """Urgency with the reasons for it."""
    notes = notes_of(doc)
    notes.urgency = urgency.urgency(notes)
    return doc


def batches(stream: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
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


def _fact(raw: str, stems: Stems) -> Fact:
    word = analyse_word(raw)
    stem, length = stems.split(raw)
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
    matcher = PhraseMatcher(nlp.vocab, attr="NORM")
    strings: Any = nlp.vocab.strings
    cues_by_key: dict[int, list[Cue]] = {}
    for cue in lexicon.cues():
        # Neither documents nor words are kept, which would take 20 MB.
        with nlp.memory_zone():
            doc = nlp.make_doc(cue.phrase)
            key = " ".join(token.norm_ for token in doc)
            number = strings.add(key, allow_transient=False)
            if number not in cues_by_key:
                matcher.add(key, [doc])
        cues = cues_by_key.setdefault(number, [])
        if not any((c.kind, c.value) == (cue.kind, cue.value) for c in cues):
            cues.append(cue)
    return matcher, cues_by_key
