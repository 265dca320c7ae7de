"""The made posts of the measurements are the same for the same seed."""

from itertools import islice

import spacy

from benchmarks import corpus
from socialcell.language import read


def test_a_seed_gives_the_same_posts_and_another_seed_others() -> None:
    once, again = list(corpus.texts(50, 3)), list(corpus.texts(50, 3))

    assert once == again
    assert once != list(corpus.texts(50, 4))
    assert list(corpus.records(20, 3)) == list(corpus.records(20, 3))
    assert list(islice(corpus.texts(50, 3), 5)) == once[:5]


def test_posts_are_about_25_tokens_long_and_of_five_kinds() -> None:
    texts = list(corpus.texts(600, 1))
    bare = spacy.blank("xx")

    tokens = sum(len(bare.make_doc(text)) for text in texts) / len(texts)

    assert 23 < tokens < 28
    assert {reading.language for reading in read(texts)} >= set(corpus.SHARES)


def test_records_of_two_calls_do_not_share_ids() -> None:
    first = {record.external_id for record in corpus.records(10, 1, first=0)}
    second = {record.external_id for record in corpus.records(10, 2, first=10)}

    assert len(first | second) == 20
