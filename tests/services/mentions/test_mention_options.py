"""Options of `mentions list` and `search`: what no mention can have is refused."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store import areas
from tests.builders import make_record, store_records
from tests.inside import socialcell

pytestmark = pytest.mark.on_sqlite


@pytest.fixture
def config(folder: Path, engine: Engine) -> Path:
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
    store_records(engine, make_record("water", text="No water in Kothrud"))
    return folder / "config.yaml"


@pytest.mark.parametrize(
    ("option", "text", "problem"),
    [
        ("--topic", "watr", "There is no topic 'watr'; there are "),
        ("--topic", "watr", "; the nearest is water."),
        ("--ward", "kothrud", "There is no ward 'ward:kothrud'; there are none, "),
        ("--ward", "kothrud", "; the nearest is ward:kothrud-bavdhan."),
        ("--language", "fr", "There is no language 'fr'; there are "),
        ("--sentiment", "bad", "there are negative, neutral, positive."),
        ("--urgency", "huge", "There is no urgency 'huge'; there are "),
        ("--intent", "wish", "There is no intent 'wish'; there are "),
        ("--platform", "twitter", "There is no platform 'twitter'; there are "),
        ("--owner", "nobody", "There is no owner 'nobody'; there are pmc, "),
    ],
)
@pytest.mark.parametrize("command", ["list", "export", "search"])
def test_a_value_that_no_mention_has_is_refused_with_those_there_are(
    config: Path, command: str, option: str, text: str, problem: str
) -> None:
    query = ["water"] if command == "search" else []

    process = socialcell("mentions", command, *query, option, text, "--config", config)

    assert process.returncode == 2
    assert process.stderr.startswith(f"socialcell: {option}: There is no ")
    assert problem in process.stderr


def test_a_search_that_finds_nothing_says_what_is_doubtful_in_it(config: Path) -> None:
    wrong = socialcell("mentions", "search", "topic:watr", "--config", config)
    right = socialcell("mentions", "search", "water", "--config", config)

    assert (wrong.returncode, right.returncode) == (0, 0)
    assert "at character 1: topic:watr matches nothing; topic is one of" in wrong.stderr
    assert right.stderr == ""


def test_a_list_shows_what_stands_below_a_title(config: Path, engine: Engine) -> None:
    danger = "The manhole under the bridge has no lid"
    store_records(engine, make_record("r1", title="PMC Care", text=danger))

    listed = socialcell("mentions", "list", "--config", config)

    assert f"PMC Care {danger}" in listed.stdout
