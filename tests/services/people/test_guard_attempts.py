"""Nobody follows a person or a protest, whichever way it is asked.

The attempts and the questions of the city were written by somebody who had not seen
the judgement.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.store import areas
from socialcell.ops import audit, store
from socialcell.roles import Role
from socialcell.services import pseudonyms
from socialcell.services.alerts import alert_rules
from socialcell.services.collection import source_setup
from socialcell.services.context import Context
from socialcell.services.mentions import mention_explorer, mention_search, saved_query
from socialcell.services.mentions.mention_explorer import ExplorerQuestion
from socialcell.services.privacy import account_registry
from tests.operators import acting
from tests.registry_accounts import register_account

FOLDER = Path(__file__).parent
OFFICIAL = ("PMCPune", "PuneCityTraffic", "CPPuneCity", "pmpmlpune")
EVIDENCE = "https://www.city.example/accounts names it"
# What the audit log must not say of anybody.
NAMES = ("rohan", "ketan", "neha", "walambe", "juned", "9834071526", "anagha")


@dataclass(frozen=True)
class Asked:
    """A line of the files: what is typed where."""

    id: str
    place: str
    words: str


def read(name: str) -> Iterator[Asked]:
    lines = (FOLDER / name).read_text("utf-8").split("\n")
    for line in lines:
        if line and not line.startswith("#"):
            id_, place, words, _why = line.split("\t")
            yield Asked(id_, place, words)


ATTEMPTS = tuple(read("guard_attempts.tsv"))
QUESTIONS = tuple(read("guard_legitimate.tsv"))


def write_rule(context: Context, words: str) -> None:
    alert_rules.add_rule(context, "rule", words, threshold=5, minutes=60)
    alert_rules.remove_rule(context, "rule")


def preview(context: Context, words: str) -> None:
    page = saved_query.preview_rule(context, words, threshold=5, minutes=60)
    if page.refusal is not None:
        raise UsageError(page.refusal.code, **page.refusal.parameters)


def search(context: Context, words: str) -> None:
    people = pseudonyms.load_people(context)
    mention_search.read_request(context, people, words, since=None, until=None)


def explore(context: Context, words: str) -> None:
    people = pseudonyms.load_people(context)
    page = mention_explorer.explore(context, people, ExplorerQuestion(words))
    if page.explanation.fault is not None:
        fault = page.explanation.fault.message
        raise UsageError(fault.code, **fault.parameters)


def follow(context: Context, words: str) -> None:
    settings = {"kind": "search", "query": words}
    if words.startswith("http"):
        source_setup.add_source(context, "source", "rss", {"url": words})
    else:
        source_setup.add_source(context, "source", "x", settings)
    source_setup.remove(context, "source")


def register(context: Context, words: str) -> None:
    account_registry.propose_account(
        context, "x", words, name=None, person_class="public_office", evidence=EVIDENCE
    )


Act = Callable[[Context, str], None]
PLACES: dict[str, tuple[Act, ...]] = {
    "source": (follow,),
    "alert_rule": (write_rule, preview),
    "saved_query": (write_rule, preview, search, explore, follow),
    "search": (search, explore),
    "from": (search, explore, write_rule, follow),
    "registry": (register,),
}


@pytest.fixture
def cell(context: Context) -> Context:
    """A cell with its ward offices, whose registry has the official accounts."""
    with db.writing(context.engine) as session:
        areas.replace(session, read_areas())
    for handle in OFFICIAL:
        register_account(context, "x", handle)
    return acting(context, "meera", Role.LEAD)


def is_refused(context: Context, act: Act, words: str) -> bool:
    try:
        act(context, words)
    except UsageError:
        return True
    return False


@pytest.mark.on_sqlite
@pytest.mark.fault("F36")
def test_no_attempt_to_follow_anybody_is_accepted(
    cell: Context, engine: Engine, tried: Callable[..., None]
) -> None:
    accepted = [
        (asked.id, act.__name__)
        for asked in ATTEMPTS
        if asked.place != "registry"
        for act in PLACES[asked.place]
        if not is_refused(cell, act, asked.words)
    ]

    assert accepted == []
    with db.reading(engine) as session:
        assert store.sources(session) == []
        rows = [
            row
            for row in audit.entries(session, 5_000)
            if row.action.startswith("guard.")
        ]
    assert len(rows) > len(ATTEMPTS)
    said = json.dumps([row.detail for row in rows], ensure_ascii=False).lower()
    assert [name for name in NAMES if name in said] == []
    tried(sum(len(PLACES[asked.place]) for asked in ATTEMPTS))


@pytest.mark.on_sqlite
@pytest.mark.fault("F36")
def test_no_attempt_enters_the_registry_by_itself(
    cell: Context, tried: Callable[..., None]
) -> None:
    attempts = [asked for asked in ATTEMPTS if asked.place == "registry"]
    before = len(account_registry.list_accounts(cell))

    for asked in attempts:
        is_refused(cell, register, asked.words)

    assert len(account_registry.list_accounts(cell)) == before
    for waiting in account_registry.list_waiting(cell):
        with pytest.raises(UsageError, match="a second person approves it"):
            account_registry.approve_account(cell, waiting.platform, waiting.handle)
        assert is_refused(cell, search, f"from:{waiting.handle}")
    tried(len(attempts))


@pytest.mark.on_sqlite
def test_no_question_of_the_city_is_refused(cell: Context) -> None:
    refused = []
    for asked in QUESTIONS:
        for act in PLACES[asked.place]:
            try:
                act(cell, asked.words)
            except UsageError as error:
                refused.append((asked.id, act.__name__, str(error)))

    assert refused == []


def test_there_are_as_many_as_were_promised() -> None:
    assert (len(ATTEMPTS), len(QUESTIONS)) == (200, 100)
