"""What the models and rules before the last find in the posts that teach it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.classifiers import civic_model, day_model, urgency
from socialcell.language.encoder_component import read_again
from socialcell.language.notes import notes_of, text_of
from socialcell.language.semantic.encoder import Encoder, encoder
from socialcell.language.training import civic
from socialcell.language.training import posts as posts_
from socialcell.language.training.encoder_data import unknown
from socialcell.language.training.posts import Example

Values = dict[str, float]
_LEVELS = {
    "high": civic_model.DANGEROUS,  # at least
    "critical": civic_model.DANGEROUS[:1],
}


@dataclass(frozen=True, slots=True)
class Material:
    """Posts, and by kind of reading (linear, semantic) what was found in each."""

    posts: list[Example]
    values: dict[str, list[Values]]

    def __add__(self, other: "Material") -> "Material":
        values = {kind: rows + other.values[kind] for kind, rows in self.values.items()}
        return Material(self.posts + other.posts, values)


def of_posts(posts: Sequence[Example]) -> Material:
    """Of texts that none of these models has learned from with such labels; those in
    which nothing but names is said are left out.

    SocialcellError where the encoder is absent: the last model weighs what it says.
    """
    from socialcell.language.pipeline import build

    loaded = _encoder()
    nlp = build()
    nlp.remove_pipe("socialcell_day")  # the model that is trained
    docs = list(nlp.pipe([post.text for post in posts]))
    with_words = [
        (post, doc)
        for post, doc in zip(posts, docs, strict=True)
        if notes_of(doc).margins
    ]
    return Material(
        [post for post, _ in with_words],
        _values([doc for _, doc in with_words], loaded),
    )


def of_older_posts(seed: int) -> Material:
    """Our own posts that the encoder has not seen, with margins of n-grams that had not
    either. SocialcellError as `of_posts`."""
    loaded, card = _encoder(), weights.card("encoder")
    assert card is not None
    examples = posts_.posts()
    docs = civic.docs_without_margins(examples)
    civic.add_unseen_margins(examples, [notes_of(doc) for doc in docs], seed)
    seen_marks = set(card.facts["civic_seen"].split())
    texts = {post.text for post in unknown(examples, seen_marks)}
    unseen = [
        (post, doc)
        for post, doc in zip(examples, docs, strict=True)
        if post.text in texts and notes_of(doc).words > 1
    ]
    for _, doc in unseen:
        read_again(doc)
    return Material(
        [post for post, _ in unseen], _values([doc for _, doc in unseen], loaded)
    )


def targets(posts: Iterable[Example]) -> dict[str, list[str | None]]:
    """The labels of posts for the nets of each head but sentiment; None where a post
    has no label of the task."""
    by_head: dict[str, list[str | None]] = {"groups": [], "high": [], "critical": []}
    for post in posts:
        intent, level = _label(post, "intent"), _label(post, "urgency")
        by_head["groups"].append(None if intent is None else _group_of(intent))
        for head, levels in _LEVELS.items():
            by_head[head].append(None if level is None else yes(level in levels))
    return by_head


def yes(holds: bool) -> str:
    """The class of a question that holds or does not."""
    return day_model.YES if holds else day_model.NO


def _label(post: Example, task: str) -> str | None:
    labels = (label.partition(":") for label in post.labels)
    return next((name for kind, _, name in labels if kind == task), None)


def _group_of(intent: str) -> str:
    return next(group for group, names in day_model.GROUPS.items() if intent in names)


def _encoder() -> Encoder:
    loaded = encoder()
    if loaded is None:
        raise SocialcellError("language.no_encoder_to_weigh")
    return loaded


def _values(docs: Iterable[Doc], loaded: Encoder) -> dict[str, list[Values]]:
    """By kind of reading what is found in each text. The docs have been read without
    the encoder, and have been read with it afterwards."""
    values: dict[str, list[Values]] = {day_model.LINEAR: [], day_model.SEMANTIC: []}
    for doc in docs:
        notes = notes_of(doc)
        for kind, rows in values.items():
            if kind == day_model.SEMANTIC:
                (notes.meaning,) = loaded.meanings([text_of(doc)])
                read_again(doc)
            urgency.weigh(notes)
            rows.append(day_model.evidence(notes))
    return values
