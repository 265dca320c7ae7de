"""The breach register: clocks, letters in three languages, and whom it affects."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.model import Mention
from socialcell.ops import audit
from socialcell.registers.breach_rules import DUTIES
from socialcell.registers.store import breaches as store
from socialcell.registers.store.breaches import BreachClocks
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import mention_export, original_link
from socialcell.services.privacy import affected_persons, breaches
from socialcell.services.privacy.breach_words import BreachWords, NewWords
from socialcell.services.privacy.breaches import BreachDraft, BreachFacts, BreachLine
from socialcell.services.pseudonyms import load_people
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.services.privacy.request_desk import (
    ASHA,
    OFFICER,
    officer,
    receive,
    store_hers,
)

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)


def enter(context: Context, **fields: Any) -> BreachLine:
    draft: dict[str, Any] = {
        "title": "Lost laptop",
        "what": "A laptop with an export of mentions was lost.",
        "kinds": ("texts", "handles"),
    } | fields
    return breaches.enter_breach(context, BreachDraft(**draft))


def later(context: Context, hours: float) -> Context:
    moved = FixedClock(context.clock.now() + timedelta(hours=hours))
    return replace(context, clock=moved)


@pytest.fixture
def dpo(context: Context) -> Context:
    # Who opens the original of a post may see who wrote it.
    return acting(officer(context), OFFICER, Role.OPERATOR)


def test_each_duty_is_due_so_many_hours_after_it_was_noticed(dpo: Context) -> None:
    noticed = dpo.clock.now() - 2 * HOUR

    line = enter(dpo, noticed_at=noticed)

    assert line.number == "B26-01"
    hours = {duty.duty: (duty.due_at - noticed) / HOUR for duty in line.duties}
    assert hours == {"cert_in": 6, "board": 24, "persons": 24, "board_details": 72}


@pytest.mark.fault("F45")
def test_the_hours_run_at_night_and_on_closed_days(dpo: Context) -> None:
    friday = datetime(2026, 11, 20, 23, 30, tzinfo=IST)

    line = enter(dpo, noticed_at=friday)

    due = {duty.duty: duty.due_at.astimezone(IST) for duty in line.duties}
    assert due["cert_in"] == datetime(2026, 11, 21, 5, 30, tzinfo=IST)
    assert due["board_details"] == datetime(2026, 11, 23, 23, 30, tzinfo=IST)


def test_what_is_told_late_says_so_and_what_is_not_told_is_overdue(
    dpo: Context,
) -> None:
    line = enter(dpo)
    breaches.enter_told(later(dpo, 5), line.number, "cert_in", "mail of 14:00")
    shown = breaches.enter_told(later(dpo, 30), line.number, "board", "letter 12")

    states = {duty.duty: duty.state for duty in shown.duties}
    assert states == {
        "cert_in": "told",
        "board": "told_late",
        "persons": "overdue",
        "board_details": "waiting",
    }
    with db.reading(dpo.engine) as session:
        at = dpo.clock.now() + 30 * HOUR
        assert store.read_clocks(session, at) == BreachClocks(1, 1)


def test_a_breach_is_not_closed_while_somebody_is_to_be_told(dpo: Context) -> None:
    number = enter(dpo).number
    with pytest.raises(SocialcellError, match="still to be told"):
        breaches.close_breach(dpo, number)
    for duty in DUTIES:
        breaches.enter_told(dpo, number, duty, "letter 12")

    assert breaches.close_breach(dpo, number).closed_at == dpo.clock.now()
    with pytest.raises(UsageError, match="was closed on"):
        breaches.add_facts(dpo, number, BreachFacts(persons=4))


def test_nobody_is_told_twice_or_before_it_was_noticed(dpo: Context) -> None:
    number = enter(dpo).number
    early = dpo.clock.now() - HOUR

    with pytest.raises(UsageError, match="before the breach was noticed"):
        breaches.enter_told(dpo, number, "board", "letter 12", early)
    breaches.enter_told(dpo, number, "board", "letter 12")
    with pytest.raises(UsageError, match="was told on"):
        breaches.enter_told(dpo, number, "board", "letter 13")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": " "}, "Write 1 to 200"),
        ({"what": "short"}, "Write 20 to"),
        ({"kinds": ()}, "which kinds of data"),
    ],
)
def test_a_breach_that_says_too_little_is_not_entered(
    dpo: Context, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        enter(dpo, **fields)

    assert breaches.list_breaches(dpo) == []


@pytest.mark.parametrize("role", [Role.LEAD, Role.OPERATOR, Role.ADMIN])
def test_the_register_is_the_data_protection_officers(dpo: Context, role: Role) -> None:
    number = enter(dpo).number
    other = acting(dpo, "Ravi Sample", role)

    with pytest.raises(SocialcellError, match="role"):
        enter(other)
    with pytest.raises(SocialcellError, match="role"):
        affected_persons.list_affected(other, number, everybody=True)


def test_what_became_known_later_is_added_and_the_rest_stays(dpo: Context) -> None:
    number = enter(dpo, measures="Accounts were locked.").number
    since = dpo.clock.now() - 9 * HOUR
    words = {"mr": NewWords(what="निर्यात असलेला एक लॅपटॉप हरवला.")}

    breaches.add_facts(dpo, number, BreachFacts(words, since=since))
    line = breaches.add_facts(dpo, number, BreachFacts({"en": NewWords(measures="-")}))

    assert (line.since, line.persons, line.measures) == (since, None, "-")
    assert line.what == "A laptop with an export of mentions was lost."
    assert line.translations == {"mr": BreachWords("निर्यात असलेला एक लॅपटॉप हरवला.", "")}
    with pytest.raises(UsageError, match="before it began"):
        breaches.add_facts(dpo, number, BreachFacts(until=since - HOUR))
    with pytest.raises(UsageError, match="Say what became known"):
        breaches.add_facts(dpo, number, BreachFacts())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"fr": NewWords("Un ordinateur portable")}, "no language 'fr'"),
        ({"mr": NewWords("लॅपटॉप")}, "Write 20 to"),
        ({"en": NewWords("")}, "Write 20 to"),
        ({"hi": NewWords(measures="x" * 4001)}, "Write 0 to 4000"),
    ],
)
def test_words_that_cannot_be_are_refused_and_nothing_changes(
    dpo: Context, words: dict[str, NewWords], message: str
) -> None:
    line = enter(dpo)

    with pytest.raises(UsageError, match=message):
        breaches.add_facts(dpo, line.number, BreachFacts(words))

    assert breaches.show_breach(dpo, line.number) == line


def test_a_translation_that_is_emptied_is_gone(dpo: Context) -> None:
    words = {"mr": BreachWords("निर्यात असलेला एक लॅपटॉप हरवला.", "खाती बंद केली.")}
    number = enter(dpo, translations=words).number

    emptied = BreachFacts({"mr": NewWords("", "")})

    assert breaches.add_facts(dpo, number, emptied).translations == {}


def test_whom_a_breach_affects_is_known_from_what_was_read(dpo: Context) -> None:
    store_hers(dpo)
    store_records(dpo.engine, make_record("77", url="https://x.com/a/status/77"))
    with db.reading(dpo.engine) as session:
        pseudonym = load_people(dpo).pseudonym("x", "u1")
        session.rollback()
    original_link.open_original(acting(dpo, OFFICER, Role.OPERATOR), 5)
    number = enter(dpo, since=dpo.clock.now() - HOUR).number

    result = affected_persons.list_affected(later(dpo, 1), number)
    revealed = affected_persons.list_affected(later(dpo, 1), number, reveal=True)

    assert [(one.platform, one.person) for one in result.persons] == [("x", pseudonym)]
    assert result.persons[0].handle is None
    assert revealed.persons[0].handle == "handle_u1"
    assert result.wholes == ()


def test_a_file_of_mentions_that_was_read_is_named_as_a_whole(dpo: Context) -> None:
    people = load_people(dpo)
    question = mention_export.ExplorerQuestion()
    for _piece in mention_export.download(dpo, people, question, "csv"):
        pass
    number = enter(dpo, since=dpo.clock.now() - HOUR).number

    result = affected_persons.list_affected(later(dpo, 1), number)

    assert result.persons == ()
    assert [entry.kind for entry in result.wholes] == ["mentions_export"]


def test_everybody_who_is_held_can_be_listed_once_each(dpo: Context) -> None:
    store_hers(dpo)
    number = enter(dpo).number
    with pytest.raises(SocialcellError, match="not known since when"):
        affected_persons.list_affected(dpo, number)

    result = affected_persons.list_affected(dpo, number, everybody=True, reveal=True)

    handles = [(one.platform, one.handle) for one in result.persons]
    assert sorted(handles, key=str) == [
        ("mastodon", "asha_canary"),
        ("x", "asha_canary"),
        ("x", "handle_u1"),
    ]
    with db.reading(dpo.engine) as session:
        (entry,) = audit.entries_about(session, "breach.affected", number)
    assert entry.detail == {"persons": 3, "reveal": True}


def test_each_is_written_to_in_the_language_that_is_known_of_them(
    dpo: Context,
) -> None:
    store_hers(dpo)
    store_records(dpo.engine, make_record("88", author=make_author("u8"), text="पाणी"))
    with db.writing(dpo.engine) as session:
        for id_, language in (("88", "hi"), ("500100", "en"), ("500900", "en")):
            here = col(Mention.external_id) == id_
            session.execute(update(Mention).where(here).values(language=language))
    receive(dpo, "grievance", accounts=[ASHA], language="hi")
    number = enter(dpo).number

    result = affected_persons.list_affected(dpo, number, everybody=True, reveal=True)

    assert {
        (person.platform, person.handle): person.language for person in result.persons
    } == {
        ("x", "asha_canary"): "hi",  # of her request; her posts are in English
        ("mastodon", "asha_canary"): "mr",  # nothing is known: that of the city
        ("x", "handle_u1"): "en",
        ("x", "handle_u8"): "hi",
    }
