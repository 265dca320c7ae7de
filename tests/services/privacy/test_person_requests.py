"""Requests of persons: from received to answered, across platforms."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.listening.model import Mention
from socialcell.ops import audit, consent_ledger
from socialcell.registers.model import (
    AccessEntry,
    RightsAccount,
    RightsNominee,
    RightsRequest,
)
from socialcell.registers.store import requests as store
from socialcell.registers.store.requests import RequestClocks
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.messaging import consent
from socialcell.services.privacy import (
    data_requests,
    person_requests,
    request_answers,
    retention,
)
from socialcell.services.privacy.person_requests import NamedAccount
from tests.builders import make_author, make_record, store_records
from tests.operators import acting
from tests.services.privacy.request_desk import (
    ASHA,
    HOW,
    MARK,
    WORDS,
    identified,
    officer,
    receive,
    store_hers,
)

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def dpo(context: Context) -> Context:
    store_hers(context)
    return officer(context)


def texts(context: Context) -> list[str | None]:
    with db.reading(context.engine) as session:
        return list(session.scalars(select(Mention.text).order_by(Mention.id)))


def rows(context: Context, model: Any) -> list[Any]:
    with db.reading(context.engine) as session:
        found = list(session.scalars(select(model).order_by(model.id)))
        session.expunge_all()
    return found


def later(context: Context, **by: float) -> Context:
    moved = FixedClock(context.clock.now() + timedelta(**by))
    return replace(context, clock=moved)


def database_bytes(folder: Path) -> Iterator[bytes]:
    for path in folder.glob("socialcell.db*"):
        yield path.read_bytes()


def test_one_command_erases_a_person_on_every_platform_that_is_named(
    dpo: Context,
) -> None:
    line = identified(dpo)

    answer = request_answers.answer_request(dpo, line.number, WORDS)

    assert answer.waits is None
    assert (answer.line.state, answer.line.outcome) == ("answered", "done")
    counts = dict(answer.line.receipt or {})
    assert (counts["accounts"], counts["mentions"]) == (2, 3)
    assert texts(dpo) == [None, None, None, "Roads are fine"]


def test_the_author_of_an_imported_file_makes_requests_too(dpo: Context) -> None:
    store_records(
        dpo.engine,
        make_record(
            "row-4",
            platform="file",
            text=f"A row of a file, {MARK}",
            author=make_author("@user_d4", handle="user_d4"),
        ),
    )
    line = identified(dpo, accounts=[NamedAccount("file", handle="@user_d4")])

    answer = request_answers.answer_request(dpo, line.number, WORDS)

    counts = dict(answer.line.receipt or {})
    assert (counts["accounts"], counts["mentions"]) == (1, 1)


def test_nothing_is_erased_before_it_is_known_whose_the_account_is(
    dpo: Context,
) -> None:
    line = receive(dpo)

    with pytest.raises(SocialcellError, match="First make sure"):
        request_answers.answer_request(dpo, line.number, WORDS)

    assert sum(MARK in (text or "") for text in texts(dpo)) == 3


def test_a_withdrawal_asks_for_no_proof_and_ends_consents_on_each_platform(
    dpo: Context,
) -> None:
    consent.record_consent(dpo, "+91 98765 43210", "granted", "form 12")
    whatsapp = NamedAccount("whatsapp", uid="98765 43210")
    line = receive(dpo, "withdrawal", accounts=(whatsapp, ASHA))

    answer = request_answers.answer_request(dpo, line.number)

    assert answer.line.outcome == "done"
    person = consent.person_of(dpo, "whatsapp", "919876543210")
    with db.reading(dpo.engine) as session:
        assert not consent_ledger.has_agreed(session, "whatsapp", person.key)
        events = [row.event for row in consent_ledger.history(session, "x")]
    assert events == ["withdrawn"]


def test_an_access_request_hands_out_all_accounts_and_earlier_requests(
    dpo: Context,
) -> None:
    earlier = receive(dpo, "grievance")
    line = identified(dpo, "access")
    delivered: list[dict[str, Any]] = []

    answer = request_answers.answer_request(dpo, line.number, "", delivered.append)

    assert answer.line.outcome == "done"
    (document,) = delivered
    words = str(document["accounts"])
    assert words.count("'500100'") >= 1
    assert "900100" in words
    assert [row["number"] for row in document["requests"]] == [
        earlier.number,
        line.number,
    ]
    kinds = [entry.kind for entry in rows(dpo, AccessEntry)]
    assert kinds.count("personal_export") == 2


def test_a_copy_that_cannot_be_written_leaves_the_request_open(dpo: Context) -> None:
    line = identified(dpo, "access")

    def full(_: Any) -> None:
        raise SocialcellError("files.not_written", path="a.json", reason="disk full")

    with pytest.raises(SocialcellError, match="disk full"):
        request_answers.answer_request(dpo, line.number, "", full)

    (open_line,) = person_requests.list_requests(dpo)
    assert (open_line.number, open_line.state) == (line.number, "in_progress")


def test_an_access_request_is_not_answered_without_a_place_for_the_copy(
    dpo: Context,
) -> None:
    line = identified(dpo, "access")

    with pytest.raises(UsageError, match="--out FILE"):
        request_answers.answer_request(dpo, line.number)


def test_names_words_and_accounts_are_nowhere_in_the_database_in_clear(
    dpo: Context,
) -> None:
    line = receive(
        dpo,
        accounts=[NamedAccount("x", handle="quokka_handle")],
        name="Quokka Sample",
        words="quokka words",
    )
    person_requests.refuse(dpo, line.number, "nothing_held", "quokka: nothing is held")

    for row in (*rows(dpo, RightsRequest), *rows(dpo, RightsAccount)):
        assert "quokka" not in repr(row).lower()
    if db.is_sqlite(dpo.engine):
        for content in database_bytes(dpo.workspace.folder):
            assert b"quokka" not in content.lower()
    shown = person_requests.show_request(dpo, line.number, reveal=True)
    assert shown.secrets is not None
    assert shown.secrets.name == "Quokka Sample"
    assert shown.answer == "quokka: nothing is held"
    assert [named.handle for named in shown.named] == ["quokka_handle"]


def test_reading_who_asks_stands_in_the_access_log(dpo: Context) -> None:
    line = receive(dpo)

    assert person_requests.show_request(dpo, line.number).secrets is None
    assert rows(dpo, AccessEntry) == []

    person_requests.show_request(dpo, line.number, reveal=True)
    (entry,) = rows(dpo, AccessEntry)
    assert (entry.kind, entry.subject, entry.actor) == (
        "request",
        line.number,
        "Meera Sample",
    )


def test_a_nominee_may_act_only_for_whom_they_were_named(dpo: Context) -> None:
    nomination = identified(dpo, "nomination", nominee="Ravi Canary, ravi@city.example")
    request_answers.answer_request(dpo, nomination.number)
    by_nominee = {"on_behalf": "nominee", "authority": "death certificate 12/2026"}
    theirs = receive(dpo, "access", **by_nominee)
    others = receive(dpo, accounts=[NamedAccount("x", handle="bela")], **by_nominee)

    assert person_requests.identify(dpo, theirs.number, HOW).state == (
        "identity_checked"
    )
    with pytest.raises(SocialcellError, match="Nobody was named"):
        person_requests.identify(dpo, others.number, HOW)


def test_a_nominee_of_nobody_is_refused_whatever_is_asked(dpo: Context) -> None:
    by_nominee = {"on_behalf": "nominee", "authority": "death certificate 12/2026"}
    line = receive(dpo, "withdrawal", **by_nominee)

    with pytest.raises(SocialcellError, match="Nobody was named"):
        request_answers.answer_request(dpo, line.number, WORDS)

    assert person_requests.show_request(dpo, line.number).line.state == "received"


def test_whom_a_person_named_is_shown_beside_who_asks_for_them(dpo: Context) -> None:
    nomination = identified(dpo, "nomination", nominee="Ravi Canary, ravi@city.example")
    request_answers.answer_request(dpo, nomination.number)
    by_nominee = {"on_behalf": "nominee", "authority": "death certificate 12/2026"}
    theirs = receive(dpo, "access", name="Ravi Canary", **by_nominee)
    hers = receive(dpo, "access")

    shown = person_requests.show_request(dpo, theirs.number, reveal=True)
    masked = person_requests.show_request(dpo, theirs.number)
    own = person_requests.show_request(dpo, hers.number, reveal=True)

    assert {(n.platform, n.nominee) for n in shown.nominees} == {
        ("x", "Ravi Canary, ravi@city.example"),
        ("mastodon", "Ravi Canary, ravi@city.example"),
    }
    assert (masked.nominees, own.nominees) == ((), ())


def test_a_persons_copy_has_whom_they_named(dpo: Context) -> None:
    nomination = identified(dpo, "nomination", accounts=[ASHA], nominee="Ravi Canary")
    request_answers.answer_request(dpo, nomination.number)
    documents: list[request_answers.PersonalDocument] = []

    line = identified(dpo, "access", accounts=[ASHA])
    request_answers.answer_request(dpo, line.number, "", documents.append)

    assert documents[0]["nominees"] == [
        {"platform": "x", "nominee": "Ravi Canary", "since": dpo.clock.now()}
    ]


def test_an_erasure_that_a_nominee_asked_for_goes_on_after_a_break(
    dpo: Context,
) -> None:
    nomination = identified(dpo, "nomination", nominee="Ravi Canary")
    request_answers.answer_request(dpo, nomination.number)
    by_nominee = {"on_behalf": "nominee", "authority": "death certificate 12/2026"}
    line = identified(dpo, **by_nominee)
    with db.writing(dpo.engine) as session:  # as far as the first account, then a kill
        row = store.lock_request(session, line.number)
        row.state, row.receipt = "in_progress", {"audit_from": audit.head(session).seq}
    data_requests.erase_account(dpo, "x", None, "asha_canary")

    answer = request_answers.answer_request(dpo, line.number, WORDS)

    assert answer.line.outcome == "done"


def test_a_nominee_names_nobody_and_stands_for_no_child(dpo: Context) -> None:
    by_nominee = {"on_behalf": "nominee", "authority": "death certificate 12/2026"}

    with pytest.raises(SocialcellError, match="names nobody else"):
        receive(dpo, "nomination", nominee="Sita Canary", **by_nominee)
    with pytest.raises(SocialcellError, match="A child names no nominee"):
        receive(dpo, "erasure", is_child=True, **by_nominee)


def test_an_erasure_without_a_request_forgets_the_nominee_as_well(
    dpo: Context,
) -> None:
    line = identified(dpo, "nomination", accounts=[ASHA], nominee="Ravi Canary")
    request_answers.answer_request(dpo, line.number)
    data_requests.erase_account(dpo, "x", None, "asha_canary", dry_run=True)
    (kept,) = rows(dpo, RightsNominee)
    assert kept.sealed is not None

    data_requests.erase_account(dpo, "x", None, "asha_canary")

    (row,) = rows(dpo, RightsNominee)
    assert (row.sealed, row.ended_at) == (None, dpo.clock.now())


def test_a_later_nomination_ends_the_earlier_one_and_forgets_its_name(
    dpo: Context,
) -> None:
    for nominee in ("Ravi Canary", "Sita Canary"):
        line = identified(dpo, "nomination", accounts=[ASHA], nominee=nominee)
        request_answers.answer_request(dpo, line.number)

    first, second = rows(dpo, RightsNominee)
    assert (first.ended_at is not None, first.sealed) == (True, None)
    assert second.ended_at is None
    assert second.sealed is not None


def test_erasing_a_person_ends_their_nomination(dpo: Context) -> None:
    line = identified(dpo, "nomination", nominee="Ravi Canary")
    request_answers.answer_request(dpo, line.number)
    request_answers.answer_request(dpo, identified(dpo).number, WORDS)

    assert all(row.sealed is None for row in rows(dpo, RightsNominee))


@pytest.mark.parametrize("kind", ["erasure", "withdrawal", "grievance"])
def test_a_child_may_ask_alone_for_what_only_protects(dpo: Context, kind: Any) -> None:
    assert receive(dpo, kind, is_child=True).is_child


@pytest.mark.parametrize("kind", ["access", "correction"])
def test_for_the_rest_a_parent_or_guardian_asks_and_shows_it(
    dpo: Context, kind: Any
) -> None:
    with pytest.raises(SocialcellError, match="parent or guardian"):
        receive(dpo, kind, is_child=True)
    with pytest.raises(UsageError, match="--authority"):
        receive(dpo, kind, is_child=True, on_behalf="guardian")
    shown = {"on_behalf": "guardian", "authority": "birth certificate"}
    assert receive(dpo, kind, is_child=True, **shown).on_behalf == "guardian"


def test_a_child_names_no_nominee(dpo: Context) -> None:
    with pytest.raises(SocialcellError, match="names no nominee"):
        receive(dpo, "nomination", is_child=True, nominee="Ravi")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"accounts": ()}, "names the accounts"),
        ({"accounts": [NamedAccount("orkut", uid="1")]}, "no platform 'orkut'"),
        ({"accounts": [NamedAccount("x")]}, "--handle"),
        ({"name": "  "}, "Say who asks"),
        ({"words": "x" * 4001}, "At most 4000"),
        ({"language": "fr"}, "no language 'fr'"),
        ({"on_behalf": "nominee"}, "--authority"),
    ],
)
def test_a_request_that_lacks_something_is_refused_and_not_entered(
    dpo: Context, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        receive(dpo, **fields)

    assert rows(dpo, RightsRequest) == []


def test_a_request_is_not_received_in_the_future(dpo: Context) -> None:
    with pytest.raises(UsageError, match="still to come"):
        receive(dpo, received_at=dpo.clock.now() + timedelta(minutes=1))


def test_an_answered_request_is_answered_once(dpo: Context) -> None:
    line = receive(dpo)
    person_requests.refuse(dpo, line.number, "not_ours", "That is held by PCMC alone.")

    with pytest.raises(UsageError, match="was answered on"):
        request_answers.answer_request(dpo, line.number, WORDS)
    with pytest.raises(UsageError, match="was answered on"):
        person_requests.identify(dpo, line.number, HOW)


def test_the_clock_says_what_is_due_soon_late_and_past_the_laws_time(
    dpo: Context,
) -> None:
    receive(dpo)

    def clocks(days: float) -> RequestClocks:
        moment = later(dpo, days=days).clock.now()
        with db.reading(dpo.engine) as session:
            return store.read_clocks(session, moment)

    assert clocks(1) == RequestClocks()
    assert clocks(13) == RequestClocks(due_soon=1)
    assert clocks(16) == RequestClocks(overdue=1)
    assert clocks(31) == RequestClocks(overdue=1, past_stop=1)


def test_numbers_begin_again_each_year_of_pune(dpo: Context) -> None:
    numbers = [receive(dpo).number, receive(dpo).number]
    next_year = later(dpo, days=45)

    assert [*numbers, receive(next_year).number] == ["R26-0001", "R26-0002", "R27-0001"]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.LEAD, Role.AUDITOR, Role.ADMIN])
def test_only_who_may_erase_sees_who_asks_or_answers(dpo: Context, role: Role) -> None:
    line = receive(dpo)
    other = acting(dpo, "Ravi Sample", role)

    with pytest.raises(SocialcellError, match="role"):
        receive(other)
    with pytest.raises(SocialcellError, match="role"):
        person_requests.show_request(other, line.number, reveal=True)
    with pytest.raises(SocialcellError, match="role"):
        request_answers.answer_request(other, line.number, WORDS)


def test_nobody_enters_a_request_without_signing_in(
    context: Context, dpo: Context
) -> None:
    with pytest.raises(NeedsAPerson):
        receive(context)


def test_names_and_words_of_answered_requests_go_after_a_year_and_counts_stay(
    dpo: Context,
) -> None:
    line = identified(dpo)
    request_answers.answer_request(dpo, line.number, WORDS)
    still_open = receive(dpo, "grievance")

    retention.run_retention(later(dpo, days=366))

    answered, other = rows(dpo, RightsRequest)
    assert (answered.number, answered.sealed, answered.answer) == (
        line.number,
        None,
        None,
    )
    assert answered.receipt["mentions"] == 3
    assert {row.sealed for row in rows(dpo, RightsAccount) if row.request_id == 1} == {
        None
    }
    assert (other.number, other.sealed is None) == (still_open.number, False)


def test_the_audit_log_has_each_step_and_names_nobody(dpo: Context) -> None:
    line = identified(dpo)
    request_answers.answer_request(dpo, line.number, WORDS)

    with db.reading(dpo.engine) as session:
        entries = audit.entries_about(session, "request.", line.number)
        assert audit.verify(session).ok
    assert [entry.action for entry in entries] == [
        "request.received",
        "request.identity_checked",
        "request.in_progress",
        "request.answered",
    ]
    assert "asha" not in str(entries).lower().replace(WORDS.lower(), "")
