"""The search index holds what a screen shows: what is hidden cannot be searched."""

from datetime import timedelta

import pytest
from alembic import command as alembic
from sqlalchemy import Engine, select, text, update

from socialcell import db
from socialcell.db import revisions
from socialcell.identity.actor import unsigned
from socialcell.listening.model import Mention
from socialcell.listening.people.visibility import People
from socialcell.listening.query.query_language import And, TextTerm
from socialcell.listening.store import integrity, search_forms
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.people import accounts, erasure, registry
from socialcell.text import index_form
from tests.builders import NOON, make_author, make_record, store_records

LATER = NOON + timedelta(hours=1)
SECRETS = (
    "call 98220 12345 about the water",
    "@asha_kale90 has no water",
    "आधार ९९९९ ४१०५ ७०५८ पाणी नाही",
    "engineer Rakesh Kulkarni asks for money, no water",
)


def found(engine: Engine, *words: str) -> list[str]:
    """The mentions that hold all these words, as the index has them."""
    query = And(tuple(TextTerm(index_form(word)) for word in words))
    with db.reading(engine) as session:
        rows = mention_queries.mentions(session, MentionFilter(query=query))
        return sorted(row.external_id for row in rows)


def index_words(engine: Engine) -> set[str]:
    """Every word of the database's own index."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(
                "CREATE VIRTUAL TABLE temp.terms "
                "USING fts5vocab(main, mention_fts, row)"
            )
            rows = connection.execute(text("SELECT term FROM temp.terms"))
            words = {row.term for row in rows}
            connection.exec_driver_sql("DROP TABLE temp.terms")
            return words
        rows = connection.execute(
            text("SELECT word FROM ts_stat('SELECT search FROM mention')")
        )
        return {row.word for row in rows}


def problems(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return list(integrity.soundness(session))


def store_texts(engine: Engine, *texts: str) -> None:
    store_records(
        engine, *(make_record(str(n), text=words) for n, words in enumerate(texts, 1))
    )


def register(engine: Engine, handle: str, name: str = "City Desk") -> None:
    with db.writing(engine) as session:
        registry.register(
            *(session, "x", handle, name, "media", "its imprint"),
            *(unsigned("tests"), NOON),
        )


def unregister(engine: Engine, handle: str) -> None:
    with db.writing(engine) as session:
        registry.remove(session, "x", handle, "gone", unsigned("tests"), LATER)


def test_numbers_handles_and_names_are_not_in_the_index(engine: Engine) -> None:
    store_texts(engine, *SECRETS)

    words = index_words(engine)

    assert words.isdisjoint(
        ["98220", "12345", "asha_kale90", "asha", "kale90", "rakesh", "kulkarni"]
    )
    assert not [word for word in words if word.isdigit()]
    assert found(engine, "98220") == found(engine, "98220 12345") == []
    assert found(engine, "water") == ["1", "2", "4"]
    assert problems(engine) == []


def test_a_changed_text_is_masked_anew(engine: Engine) -> None:
    store_texts(engine, "old words")
    changed = make_record("1", text="mobile 98220 12345", edited_at=LATER)

    store_records(engine, changed, at=LATER)

    assert index_words(engine) == {"mobile"}
    assert problems(engine) == []


def test_an_account_can_be_searched_while_it_is_in_the_registry(engine: Engine) -> None:
    store_texts(engine, "@CityDesk90 no water", "no water")

    assert found(engine, "CityDesk90") == []
    register(engine, "CityDesk90")
    assert found(engine, "CityDesk90") == ["1"]
    assert problems(engine) == []
    unregister(engine, "CityDesk90")
    assert found(engine, "CityDesk90") == []
    assert found(engine, "water") == ["1", "2"]
    assert problems(engine) == []


def test_a_name_of_the_registry_can_be_searched(engine: Engine) -> None:
    store_texts(engine, "engineer Rakesh Kulkarni came", "Sunil Jadhav came")

    register(engine, "rakesh_office", "Rakesh Kulkarni")

    assert found(engine, "Kulkarni") == ["1"]
    assert found(engine, "Jadhav") == []
    unregister(engine, "rakesh_office")
    assert found(engine, "Kulkarni") == []
    assert problems(engine) == []


SPELLINGS = (
    "engineer Rakesh Kulkarni came",
    "इंजिनिअर राकेश कुलकर्णी आले",
    "engineer raakesh kulkarnee aale",
    "इंजिनिअर राकेश कुलकर्णीला सांगितले",
)


def test_every_spelling_of_a_name_is_shown_and_hidden_with_its_account(
    engine: Engine,
) -> None:
    store_texts(engine, *SPELLINGS, "इंजिनिअर सुनील जाधव आले")
    hidden = {"kulkarni", "कुलकर्णी", "kulkarnee", "कुलकर्णीला", "जाधव"}
    assert index_words(engine).isdisjoint(hidden)

    register(engine, "rakesh_office", "Rakesh Kulkarni")

    assert index_words(engine) & hidden == hidden - {"जाधव"}
    assert found(engine, "कुलकर्णी") == ["2"]
    unregister(engine, "rakesh_office")
    assert index_words(engine).isdisjoint(hidden)
    assert problems(engine) == []


def test_a_name_in_devanagari_shows_those_in_latin_letters(engine: Engine) -> None:
    store_texts(engine, *SPELLINGS)

    register(engine, "rakesh_office", "राकेश कुलकर्णी")

    assert {"kulkarni", "kulkarnee", "कुलकर्णीला"} <= index_words(engine)
    unregister(engine, "rakesh_office")
    assert index_words(engine).isdisjoint({"kulkarni", "कुलकर्णी", "राकेश"})


def test_every_spelling_of_office_holders_is_shown_and_hidden_with_the_list(
    engine: Engine,
) -> None:
    """More names than one search looks for at once, too."""
    store_texts(engine, *SPELLINGS)
    surnames = ("Jadhav", "Pawar", "Shinde", "More", "Gaikwad", "Bhosale", "Chavan")
    others = [f"{first} {last}" for first in ("Sunil", "Anita") for last in surnames]
    for holders in (["Rakesh Kulkarni"], ["Rakesh Kulkarni", *others]):
        with db.writing(engine) as session:
            assert search_forms.refresh_names(session, holders, holders) == 4
        assert {"kulkarnee", "कुलकर्णीला"} <= index_words(engine)
        with db.writing(engine) as session:
            assert search_forms.refresh_names(session, holders, []) == 4
        assert index_words(engine).isdisjoint({"kulkarni", "कुलकर्णी", "kulkarnee"})


def test_names_in_office_stay_when_another_account_is_entered(engine: Engine) -> None:
    holders = ["Sunil Jadhav"]
    store_texts(engine, "Sunil Jadhav and @CityDesk90 came")
    with db.writing(engine) as session:
        assert search_forms.refresh_names(session, holders, holders) == 1
    assert found(engine, "Jadhav") == ["1"]

    register(engine, "CityDesk90")
    assert found(engine, "Jadhav", "CityDesk90") == ["1"]
    unregister(engine, "CityDesk90")
    assert found(engine, "Jadhav") == ["1"]

    with db.writing(engine) as session:
        search_forms.refresh_names(session, holders, [])
    assert found(engine, "Jadhav") == []
    assert problems(engine) == []


def test_an_author_who_is_named_otherwise_is_hidden_by_the_new_name(
    engine: Engine,
) -> None:
    before = make_author("1", handle="plain_one", name="Zebra Canary")
    after = make_author("1", handle="plain_one", name="Walrus Ostrich")
    store_records(
        engine,
        make_record("1", text="walrus ostrich has no water", author=before),
        make_record("2", text="no water", author=before),
    )
    assert found(engine, "ostrich") == ["1"]

    store_records(
        engine,
        make_record("2", text="water again", author=after, edited_at=LATER),
        at=LATER,
    )

    assert found(engine, "ostrich") == []
    assert found(engine, "water") == ["1", "2"]
    assert problems(engine) == []


def test_an_erased_name_leaves_the_words_of_others_masked(engine: Engine) -> None:
    store_records(
        engine,
        make_record("1", author=make_author("1", handle="zebra_canary")),
        make_record(
            "2",
            text="zebra_canary told me, call 98220 12345",
            author=make_author("2", handle="plain_two", name=None),
        ),
    )
    with db.writing(engine) as session:
        account = accounts.find(session, "x", None, "zebra_canary")
        erasure.erase(session, People(b"key", frozenset()), account, LATER)

    assert index_words(engine) == {"told", "me", "call"}
    assert problems(engine) == []


@pytest.mark.parametrize(
    ("folded", "problem"),
    [
        (
            "call 98220 12345 about the water",
            "1 mentions can be searched by words that are hidden in them",
        ),
        ("call about", "1 mentions cannot be searched by words that they show"),
    ],
)
def test_verify_names_an_index_that_is_not_as_masking_says(
    engine: Engine, folded: str, problem: str
) -> None:
    store_texts(engine, SECRETS[0])
    assert problems(engine) == []

    with db.writing(engine) as session:
        session.execute(update(Mention).values(folded=folded))

    assert problems(engine) == [problem]


def test_an_index_of_before_is_masked_by_the_upgrade(database_url: str) -> None:
    engine = db.connect(database_url)
    store_texts(engine, *SECRETS, "Sunil Jadhav came")
    with engine.begin() as connection:
        # As it was: the words of the text itself, through the triggers.
        rows = connection.execute(select(Mention.id, Mention.text)).all()
        for id_, words in rows:
            connection.execute(
                update(Mention)
                .where(db.table(Mention).c.id == id_)
                .values(folded=index_form(words or ""))
            )
    assert {"98220", "rakesh", "kulkarni"} <= index_words(engine)
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        settings.attributes["office_holders"] = ("Sunil Jadhav",)
        alembic.stamp(settings, "0036")
        alembic.upgrade(settings, "0037")
        alembic.stamp(settings, "head")

    words = index_words(engine)

    assert words.isdisjoint(["98220", "12345", "rakesh", "kulkarni"])
    assert {"sunil", "jadhav", "water", "money"} <= words
    assert problems(engine) == []
    store_records(engine, make_record("9", text="later words", edited_at=LATER))
    assert found(engine, "later") == ["9"]
    engine.dispose()


def test_an_upgrade_holds_some_mentions_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_texts(engine, *(f"water {n} 98220 12345" for n in range(25)))
    monkeypatch.setattr(search_forms, "_BATCH", 10)
    with db.writing(engine) as session:
        session.execute(update(Mention).values(folded="98220 12345"))

        assert search_forms.rebuild(session) == 25

        sizes = [len(batch) for batch in search_forms._batches(session, None)]
    assert sizes == [10, 10, 5]
    assert len(found(engine, "water")) == 25
    assert problems(engine) == []
