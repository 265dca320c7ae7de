"""`mentions similar` and `mentions stories`: the same event, found in the database."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import texts
from socialcell.services.context import Context
from socialcell.services.mentions import similar_mentions
from socialcell.services.privacy import data_requests, retention
from tests.builders import NOON, make_author, make_record, store_records
from tests.inside import socialcell
from tests.running import answer, said

pytestmark = pytest.mark.swept_on_postgresql

WATER = "No water in Kothrud for three days"
SAYINGS = {
    "1": WATER,
    "2": "NO WATER in Kothrud for three days!!",
    "3": "New garden opened in Baner today",
    "4": "No water in Kothrud for three days, please help",
}


@pytest.fixture
def folder(folder: Path) -> Path:
    """A workspace as it is by default, where mentions are compared by their sense."""
    return switched(folder, semantic=True)


def switched(folder: Path, *, semantic: bool) -> Path:
    place = folder / "config.yaml"
    text = place.read_text()
    before, after = ("false", "true") if semantic else ("true", "false")
    assert f"semantic: {before}" in text
    place.write_text(text.replace(f"semantic: {before}", f"semantic: {after}"))
    return folder


@pytest.fixture
def ids(engine: Engine) -> dict[str, int]:
    """Mentions an hour apart, by external id; a fifth lies weeks back."""
    said_when = {name: NOON + timedelta(hours=int(name)) for name in SAYINGS}
    records = [
        make_record(
            name, text=text, authored_at=said_when[name], author=make_author(name)
        )
        for name, text in SAYINGS.items()
    ]
    records.append(make_record("5", text=WATER, authored_at=NOON - timedelta(days=30)))
    store_records(engine, *records)
    with db.reading(engine) as session:
        everything = texts.between(
            session, NOON - timedelta(days=99), NOON + timedelta(days=1)
        )
    found = {one.text: one.id for one in everything[1:]}
    return {name: found[text] for name, text in SAYINGS.items()}


def test_the_mentions_of_those_days_that_say_the_same_are_found(
    context: Context, ids: dict[str, int]
) -> None:
    _, found = similar_mentions.find_similar(context, ids["1"], days=7)

    assert {near.id for near in found} == {ids["2"], ids["4"]}
    assert [near.nearness for near in found] == sorted(
        (near.nearness for near in found), reverse=True
    )
    assert found[0].copy


def test_more_days_find_what_lies_further_back(
    context: Context, ids: dict[str, int]
) -> None:
    _, found = similar_mentions.find_similar(context, ids["1"], days=31)

    assert len(found) == 3
    assert found[0].nearness == 1.0


def test_a_story_is_its_mentions_from_the_first_to_the_last(
    context: Context, ids: dict[str, int]
) -> None:
    _, found = similar_mentions.find_stories(
        context, NOON, NOON + timedelta(days=1), least=2
    )

    (story,) = found
    assert story.ids == (ids["1"], ids["2"], ids["4"])
    assert (story.first, story.last) == (
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=4),
    )


def test_with_the_encoder_off_letters_are_compared_and_no_vectors_are_kept(
    context: Context, folder: Path, ids: dict[str, int]
) -> None:
    switched(folder, semantic=False)
    workspace = config.load(folder / "config.yaml")
    linear = Context(workspace, context.engine, context.clock)

    measure, found = similar_mentions.find_similar(linear, ids["1"], days=7)

    assert measure.name == "letters"
    assert {near.id for near in found} == {ids["2"], ids["4"]}
    assert not (folder / "cache" / "vectors.npz").exists()


def test_a_mention_that_is_not_there_is_said_so(context: Context) -> None:
    with pytest.raises(UsageError, match="no mention 99"):
        similar_mentions.find_similar(context, 99, days=7)


def test_a_mention_without_a_time_has_no_days_around_it(
    context: Context, engine: Engine
) -> None:
    store_records(engine, make_record("1", authored_at=None))

    with pytest.raises(UsageError, match="Mention 1 has no time"):
        similar_mentions.find_similar(context, 1, days=7)


def test_the_run_of_retention_forgets_the_vectors(
    context: Context, ids: dict[str, int]
) -> None:
    similar_mentions.find_similar(context, ids["1"], days=7)

    retention.run_retention(context, dry_run=True)
    kept = list((context.workspace.folder / "cache").iterdir())
    retention.run_retention(context)

    assert len(kept) == 1
    assert not kept[0].exists()


def test_an_erasure_forgets_the_vectors(context: Context, ids: dict[str, int]) -> None:
    similar_mentions.find_similar(context, ids["1"], days=7)
    folder = context.workspace.folder / "cache"
    assert [file.name for file in folder.iterdir()] == ["vectors.npz"]

    data_requests.erase_account(context, "x", "2", None)

    assert not list(folder.iterdir())
    _, found = similar_mentions.find_similar(context, ids["1"], days=7)
    assert {near.id for near in found} == {ids["4"]}


def test_the_commands_show_pseudonyms_and_json(
    folder: Path, ids: dict[str, int]
) -> None:
    place = folder / "config.yaml"

    near = answer(
        socialcell("mentions", "similar", str(ids["1"]), "--json", "--config", place)
    )
    told = answer(
        socialcell(
            "mentions",
            "stories",
            "--since",
            "2026-11-23",
            "--least",
            "2",
            "--json",
            "--until",
            "2026-11-24",
            "--config",
            place,
        )
    )

    assert near["by"] == "vectors"
    assert {row["id"] for row in near["mentions"]} == {ids["2"], ids["4"]}
    assert "handle_" not in str(near)
    (story,) = told["stories"]
    assert story["mentions"] == [ids["1"], ids["2"], ids["4"]]
    assert story["head"]["text"] == WATER
    wrong = socialcell("mentions", "similar", "999", "--config", place)
    assert wrong.returncode == 2
    assert "There is no mention 999." in said(wrong)


@pytest.mark.parametrize(
    "command", ["mentions list", "mentions stories", "posts list", "privacy accesses"]
)
def test_days_the_wrong_way_round_are_a_wrong_call(folder: Path, command: str) -> None:
    place = folder / "config.yaml"
    days = ("--since", "2026-11-23", "--until", "2026-11-20", "--config", place)

    wrong = socialcell(*command.split(), *days)

    assert wrong.returncode == 2
    assert "Nothing lies from 2026-11-23 until 2026-11-20" in wrong.stderr
