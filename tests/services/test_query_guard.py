"""Every place that stores or runs a question asks the judgement, and it is noted."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.errors import UsageError
from socialcell.language.names import office_holders
from socialcell.listening.alerts.model import AlertRule, Rumour
from socialcell.ops import audit, store
from socialcell.ops.audit import AuditRecord
from socialcell.services import query_guard
from socialcell.services.alerts import alert_rules, rumours
from socialcell.services.collection import source_setup
from socialcell.services.context import Context
from socialcell.services.creators import influencer_ranking
from socialcell.services.creators.candidate_facts import RankingRequest
from socialcell.services.doctor import guard_checks
from socialcell.sheet import csv_lines
from tests.builders import NOON

PERSON, PROTEST = "Mugdha Kulkarni", "boycott"


def noted(engine: Engine) -> list[AuditRecord]:
    with db.reading(engine) as session:
        rows = audit.entries(session, 100)
    return [row for row in rows if row.action.startswith("guard.")]


def rumour(context: Context, words: str) -> None:
    rumours.add(context, text=f"They say that {words} is at the dam", note="It is not.")


def source(context: Context, words: str) -> None:
    settings = {"kind": "search", "query": words}
    source_setup.add_source(context, "x.search", "x", settings)


def rule(context: Context, words: str) -> None:
    alert_rules.add_rule(context, "rule", words, threshold=5, minutes=60)


def ranking(context: Context, words: str) -> None:
    influencer_ranking.rank(context, RankingRequest(words=(words,)))


def search(context: Context, words: str) -> None:
    query_guard.require_search(context, words)


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("act", "place"),
    [
        (source, "sources"),
        (rule, "alerts rules"),
        (search, "mentions search"),
        (ranking, "influencers"),
    ],
)
def test_a_refusal_is_in_the_log_with_its_place_and_without_a_name(
    context: Context,
    engine: Engine,
    act: Callable[[Context, str], None],
    place: str,
) -> None:
    for words in (PERSON, PERSON.upper(), PROTEST):
        with pytest.raises(UsageError):
            act(context, words)

    protest, again, person = noted(engine)
    assert {row.action for row in (protest, again, person)} == {"guard.refuse"}
    assert {row.object for row in (protest, again, person)} == {place}
    assert (protest.detail["about"], protest.detail["word"]) == ("protests", "boycott")
    assert (person.detail["about"], "word" in person.detail) == ("person", False)
    # The same attempt is known again by its hash, and nobody by their name.
    assert person.detail["asked"] == again.detail["asked"]
    assert protest.detail["asked"] != person.detail["asked"]
    assert len(person.detail["asked"]) == 16
    assert "kulkarni" not in json.dumps([row.detail for row in noted(engine)]).lower()


@pytest.mark.on_sqlite
def test_a_rumour_follows_no_protest_and_keeps_no_name(
    context: Context, engine: Engine
) -> None:
    with pytest.raises(UsageError, match="No copies are looked for about protests"):
        rumour(context, PROTEST)
    rumour(context, PERSON)

    (row,) = noted(engine)
    assert (row.object, row.detail["word"]) == ("alerts rumours", "boycott")
    (kept,) = rumours.list_rumours(context)
    assert "Kulkarni" not in str(kept.text)


@pytest.mark.on_sqlite
def test_a_count_may_ask_for_a_subject_and_for_no_person(
    context: Context, engine: Engine
) -> None:
    query_guard.require_search(context, PROTEST, counts_only=True)
    with pytest.raises(UsageError, match="Nothing is searched for about a private"):
        query_guard.require_search(context, PERSON, counts_only=True)

    person, protest = noted(engine)
    assert (protest.action, protest.object) == ("guard.note", "figures")
    assert (person.action, person.object) == ("guard.refuse", "figures")


@pytest.mark.on_sqlite
def test_a_person_in_public_office_may_be_asked_for_by_the_whole_name(
    context: Context,
) -> None:
    names = ("Sulochana Namunepatil", "सुलोचना नमुनेपाटील", "S. Namunepatil")
    with pytest.raises(UsageError):
        search(context, names[0])
    holder = dict.fromkeys(office_holders.COLUMNS, "") | {
        "id": "person:sulochana-namunepatil",
        "kind": "office_holder",
        "name_en": names[0],
        "name_mr": names[1],
        "name_hi": names[1],
        "aliases": f"{names[2]}|Sulochana",
    }
    file = context.workspace.folder / office_holders.FILE
    file.write_text(
        "".join(csv_lines(office_holders.COLUMNS, [holder])), encoding="utf-8"
    )

    for words in (*names, names[0].upper(), f"{names[0]} water"):
        search(context, words)
    rule(context, names[0])
    for words in ("Sulochana", "Sulochana Patil", f"{names[0]} {PERSON}"):
        with pytest.raises(UsageError, match="about a private person"):
            search(context, words)


@pytest.mark.on_sqlite
def test_what_the_machine_read_is_asked_for_and_noted(
    context: Context, engine: Engine
) -> None:
    query_guard.require_search(context, "topic:politics")
    query_guard.require_search(context, "water")
    query_guard.require_search(context, None)
    query_guard.require_search(context, "water (")  # whoever reads it says so

    (row,) = noted(engine)
    assert (row.action, row.detail["about"]) == ("guard.note", "politics")


@pytest.mark.on_sqlite
def test_a_source_that_is_accepted_is_in_the_log(
    context: Context, engine: Engine
) -> None:
    source(context, "pune water")

    with db.reading(engine) as session:
        (row,) = audit.entries_about(session, "source.add", "x.search")
    assert row.detail["settings"] == {"kind": "search", "query": "pune water"}


@pytest.mark.on_sqlite
def test_the_doctor_asks_whose_an_account_is_that_is_followed_by_its_number(
    context: Context, engine: Engine
) -> None:
    """Nothing is held of the channel: that it is the city's, nobody has said."""
    channel = {"kind": "uploads", "channel_id": "UCinvented0123456789abcd"}
    page = {"kind": "feed", "page_id": "104857600000000"}
    with db.writing(engine) as session:
        store.add_source(session, "youtube.city", "youtube", channel, NOON)
        store.add_source(session, "facebook.city", "facebook", page, NOON)

    (check,) = guard_checks.followed(context)

    assert check.state == "warning"
    assert "youtube.city" in check.finding
    advice = check.advice or ""
    assert "registry add youtube UCinvented0123456789abcd" in advice
    assert "sources disable youtube.city" in (check.advice or "")


@pytest.mark.on_sqlite
def test_the_doctor_names_what_is_followed_from_before(
    context: Context, engine: Engine
) -> None:
    (well,) = guard_checks.followed(context)
    assert well.state == "ok"
    settings = {"kind": "search", "query": PERSON}
    with db.writing(engine) as session:
        store.add_source(session, "x.old", "x", settings, NOON)
        session.add(
            AlertRule(
                name="old",
                query=PROTEST,
                threshold=5,
                minutes=60,
                severity="high",
                told=[],
                made_by="asha",
                made_at=NOON,
            )
        )
        text = f"They say that {PERSON} is at the dam"
        session.add(Rumour(text=text, note="No.", made_by="asha", made_at=NOON))

    checks = list(guard_checks.followed(context))

    assert [check.state for check in checks] == ["failed"] * 3
    assert [(check.advice or "").rpartition(": ")[2] for check in checks] == [
        "socialcell sources disable x.old",
        "socialcell alerts rules remove old",
        "socialcell alerts rumours end 1",
    ]
    said = " ".join(check.finding for check in checks)
    assert "Kulkarni" not in said
    assert "The word: boycott" in said
