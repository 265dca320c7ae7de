"""Options of `mentions list` and `search`: what no mention can have is refused."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.language.names import gazetteer_lint
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store import areas
from socialcell.services.alerts import alert_rules
from socialcell.services.context import Context
from tests.builders import NOON, make_record, store_records
from tests.inside import socialcell
from tests.running import answer

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


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("topic:road", "There is no topic 'road'; there are "),
        ("topic:road", "; the nearest is roads (at character 1)"),
        ("ward:nowhere", "There is no ward 'ward:nowhere'; there are none, "),
        ("ward:kothrud-bavdan", "; the nearest is ward:kothrud-bavdhan (at "),
        ("place:nowhere", "There is no place 'nowhere' in the gazetteer"),
        ("place:wagoli", "; the nearest is wagholi (at character 1)"),
        ("owner:nobody", "There is no owner 'nobody'; there are pmc, "),
        ("urgency:hi", "; the nearest is high (at character 1)"),
        ("lang:marathi", "There is no lang 'marathi'; there are "),
        ("sentiment:sad", "there are negative, neutral, positive"),
    ],
)
@pytest.mark.parametrize("command", [("search",), ("export", "--query")])
def test_a_query_for_what_no_mention_has_is_refused_with_those_there_are(
    config: Path, command: tuple[str, ...], query: str, problem: str
) -> None:
    process = socialcell("mentions", *command, query, "--config", config)

    assert process.returncode == 2
    assert process.stderr.startswith("socialcell: There is no ")
    assert problem in process.stderr


@pytest.mark.parametrize("query", ["ward:kothrud-bavdhan", "ward:ward:kothrud-bavdhan"])
def test_a_ward_is_asked_for_by_its_id_and_by_the_end_of_it(
    config: Path, engine: Engine, query: str
) -> None:
    annotate(engine, "ward", "ward:kothrud-bavdhan")

    process = socialcell("mentions", "search", query, "--json", "--config", config)

    assert json.loads(process.stdout)["total"] == 1


def test_a_place_of_the_workspace_and_a_topic_of_earlier_may_be_asked_for(
    config: Path, engine: Engine
) -> None:
    add_moonpeth(config)
    annotate(engine, "topic", "old-topic")

    for query in ("place:moonpeth", "topic:old-topic", "place:wagholi", "ward:none"):
        process = socialcell("mentions", "search", query, "--config", config)

        assert process.returncode == 0, process.stderr


@pytest.mark.parametrize("query", ["~moonpeth", "~मूनपेठ", '~"Moon Peth"', "~moonpeth*"])
def test_a_place_of_the_workspace_is_found_by_its_spellings(
    config: Path, engine: Engine, query: str
) -> None:
    add_moonpeth(config)
    annotate(engine, "entity", "place:moonpeth")

    search = ("mentions", "search", "--json", "--config", config)

    assert answer(socialcell(*search, query))["total"] == 1
    assert answer(socialcell(*search, f"NOT {query}"))["total"] == 0


def test_a_search_without_a_hit_knows_the_places_of_the_workspace(
    config: Path, engine: Engine
) -> None:
    add_moonpeth(config)
    annotate(engine, "entity", "place:moonpeth")

    nothing = socialcell("mentions", "search", "moonpeth", "--json", "--config", config)

    assert json.loads(nothing.stdout)["suggestion"] == {
        "query": "~moonpeth",
        "total": 1,
    }


def test_a_rule_is_kept_with_the_id_of_a_place_of_the_workspace(
    context: Context, config: Path
) -> None:
    add_moonpeth(config)

    alert_rules.add_rule(context, "moon", "~moonpeth pani", threshold=5, minutes=60)

    rule = alert_rules.find_rule(context, "moon")
    assert rule is not None
    assert rule.query == "place:moonpeth pani"


def add_moonpeth(config: Path) -> None:
    row = "place:moonpeth,PLACE,Moonpeth,मूनपेठ,मूनपेठ,Moon Peth,,,,a drive"
    own = f"{','.join(gazetteer_lint.COLUMNS)}\n{row}\n"
    (config.parent / "gazetteer.csv").write_text(own)


def annotate(engine: Engine, kind: str, value: str) -> None:
    with db.writing(engine) as session:
        mention = session.scalars(select(Mention)).one()
        session.add(
            Annotation(
                mention_id=mention.id or 0,
                kind=kind,
                value=value,
                model="tests",
                model_version="1",
                made_at=NOON,
            )
        )


def test_a_search_that_finds_nothing_says_what_is_doubtful_in_it(config: Path) -> None:
    wrong = socialcell("mentions", "search", "lang:mr lang:hi", "--config", config)
    right = socialcell("mentions", "search", "water", "--config", config)

    assert (wrong.returncode, right.returncode) == (0, 0)
    assert "at character 9: no mention has two values of lang" in wrong.stderr
    assert right.stderr == ""


def test_a_search_that_finds_nothing_does_not_say_that_it_finds_much(
    config: Path,
) -> None:
    none = socialcell("mentions", "search", "asha", "--config", config)

    assert none.stdout.endswith("0 of 0 mentions\n")
    assert "very many" not in none.stderr


def test_a_list_shows_what_stands_below_a_title(config: Path, engine: Engine) -> None:
    danger = "The manhole under the bridge has no lid"
    store_records(engine, make_record("r1", title="PMC Care", text=danger))

    listed = socialcell("mentions", "list", "--config", config)

    assert f"PMC Care {danger}" in listed.stdout


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("command", ["list", "export", "search"])
def test_what_a_span_leaves_out_for_want_of_a_time_is_counted(
    config: Path, engine: Engine, command: str, option: str
) -> None:
    query = ["water"] if command == "search" else []
    arguments = ("mentions", command, *query, "--config", config)
    before = socialcell(*arguments, option, "2026-01-01")
    for text in ("No water on Monday", "Water in the lane"):
        store_records(engine, make_record(text, text=text, authored_at=None))

    in_a_span = socialcell(*arguments, option, "2026-01-01")
    at_any_time = socialcell(*arguments)

    assert (before.stderr, at_any_time.stderr) == ("", "")
    assert in_a_span.stderr == (
        "2 mentions that fit have no time: --since and --until leave them out, and "
        "without them they stand last.\n"
    )


def test_one_mention_without_a_time_is_told_of_as_one(
    config: Path, engine: Engine
) -> None:
    store_records(engine, make_record("1", text="Dark lane", authored_at=None))

    listed = socialcell("mentions", "list", "--since", "24h", "--config", config)

    assert listed.stderr == (
        "1 mention that fits has no time: --since and --until leave it out, and "
        "without them it stands last.\n"
    )
