"""The spaCy components: each adds one kind of understanding to a document's notes."""

from functools import lru_cache

from spacy.attrs import ORTH
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from socialcell.language import identify, intent, lexicon, sentiment, topics, urgency
from socialcell.language.lexicon import Cue
from socialcell.language.notes import Fact, Hit, notes
from socialcell.language.places import Gazetteer, name_words
from socialcell.language.stems import Endings, Stems
from socialcell.language.words import key_of, look_at

_REMEMBERED = 200_000


@Language.factory("socialcell_words")
class Words:
    """Looks every token up once; the facts of a word are remembered by its hash."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._facts: dict[int, Fact] = {}

    def __call__(self, doc: Doc) -> Doc:
        facts = self._facts
        if len(facts) > _REMEMBERED:
            facts.clear()
        found = notes(doc).facts
        strings = doc.vocab.strings
        for orth in doc.to_array(ORTH).tolist():
            fact = facts.get(orth)
            if fact is None:
                fact = facts[orth] = _fact(strings[orth])
            found.append(fact)
        return doc


@Language.factory("socialcell_gazetteer")
def gazetteer(nlp: Language, name: str) -> Gazetteer:
    """Places, wards, departments, services and bodies of the city."""
    return Gazetteer(nlp)


@Language.factory("socialcell_cues")
class Cues:
    """Finds the phrases of all rules; not inside the name of a place."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._matcher, self._cues = _cue_matcher(nlp)

    def __call__(self, doc: Doc) -> Doc:
        found = notes(doc)
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


@Language.component("socialcell_language")
def language(doc: Doc) -> Doc:
    """Language, mixture and script, from words outside names."""
    found = notes(doc)
    found.language, found.mixed, found.script = identify.identify(
        found.facts, found.named
    )
    return doc


@Language.component("socialcell_topics")
def topic(doc: Doc) -> Doc:
    """Topics from cues."""
    found = notes(doc)
    found.topics = topics.topics(found)
    return doc


@Language.component("socialcell_intent")
def wish(doc: Doc) -> Doc:
    """Intent from cues, topics and the form of the sentence."""
    found = notes(doc)
    found.intent = intent.intent(found)
    if not found.topics and found.intent.label not in ("not_civic", "spam"):
        found.topics = [topics.OTHER]
    return doc


@Language.component("socialcell_sentiment")
def feeling(doc: Doc) -> Doc:
    """Sentiment from the lexicon, emoji and cues of trouble."""
    found = notes(doc)
    found.sentiment = sentiment.sentiment(found)
    return doc


@Language.component("socialcell_urgency")
def haste(doc: Doc) -> Doc:
    """Urgency with the reasons for it."""
    found = notes(doc)
    found.urgency = urgency.urgency(found)
    return doc


@lru_cache(maxsize=1)
def stems() -> Stems:
    """Case endings over every word of the gazetteer, the cues and the lexicon."""
    common = {
        key_of(word) for cue in lexicon.cues() for word in cue.phrase.split()
    } | sentiment.toned_words()
    return Stems(name_words() - common, common, Endings.of(lexicon.data("endings")))


def _fact(raw: str) -> Fact:
    word = look_at(raw)
    stem, length = stems().split(raw)
    return Fact(
        word=word,
        stem=stem,
        stem_length=length,
        votes=identify.votes(word),
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
