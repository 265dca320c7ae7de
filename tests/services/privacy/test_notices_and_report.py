"""Notices that consents rest on, and the data protection officer's report."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops.webhook_model import OptIn
from socialcell.registers.breach_rules import DUTIES
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import original_link
from socialcell.services.messaging import consent
from socialcell.services.privacy import (
    breaches,
    notices,
    person_requests,
    privacy_report,
    request_answers,
)
from socialcell.services.privacy.breaches import BreachDraft
from socialcell.services.privacy.privacy_report import (
    ConsentCounts,
    PrivacyReport,
    RequestCounts,
)
from tests.builders import make_record, store_records
from tests.operators import acting
from tests.services.privacy.request_desk import (
    OFFICER,
    WORDS,
    identified,
    officer,
    receive,
)

pytestmark = pytest.mark.swept_on_postgresql

NUMBER = "+91 98765 43210"
DAY = timedelta(days=1)


def texts(word: str = "water") -> dict[str, str]:
    return {
        language: f"{language}: We write to you about {word}, and about nothing else."
        for language in ("mr", "hi", "en")
    }


@pytest.fixture
def dpo(context: Context) -> Context:
    # Who opens the original of a post may see who wrote it.
    return acting(officer(context), OFFICER, Role.OPERATOR)


def later(context: Context, **by: float) -> Context:
    moved = FixedClock(context.clock.now() + timedelta(**by))
    return replace(context, clock=moved)


def shown_notices(context: Context) -> list[str | None]:
    with db.reading(context.engine) as session:
        return list(session.scalars(select(OptIn.notice).order_by(OptIn.id)))


def test_a_consent_rests_on_the_version_and_language_that_was_shown_then(
    dpo: Context,
) -> None:
    notices.add_notice(dpo, "messages", texts())
    tomorrow = later(dpo, days=1)
    notices.add_notice(tomorrow, "messages", texts("roads"))
    after = later(dpo, days=2)

    consent.record_consent(after, NUMBER, "granted", "form", dpo.clock.now(), "hi")
    consent.record_consent(after, NUMBER, "granted", "form", language="mr")
    consent.record_consent(later(dpo, days=3), NUMBER, "granted", "form")

    first, second, unknown = shown_notices(dpo)
    assert first == hashlib.sha256(texts()["hi"].encode()).hexdigest()
    assert second == hashlib.sha256(texts("roads")["mr"].encode()).hexdigest()
    assert unknown is None
    counts = {
        (line.version, line.language): line.consents
        for line in notices.list_notices(dpo)
    }
    assert counts[1, "hi"] == counts[2, "mr"] == 1
    assert sum(counts.values()) == 2


def test_of_words_that_stay_each_version_has_the_consents_of_its_own_time(
    dpo: Context,
) -> None:
    notices.add_notice(dpo, "messages", texts())
    second = texts() | {"en": texts("roads")["en"]}
    notices.add_notice(dpo, "messages", second, dpo.clock.now() + DAY)
    consent.record_consent(later(dpo, hours=1), NUMBER, "granted", "form", None, "mr")
    for number in ("+91 98765 43211", "+91 98765 43212"):
        consent.record_consent(
            later(dpo, days=2), number, "granted", "call", None, "mr"
        )

    lines = notices.list_notices(dpo)

    marathi = [line for line in lines if line.language == "mr"]
    assert len({line.sha256 for line in marathi}) == 1
    assert [(line.version, line.consents) for line in marathi] == [(2, 2), (1, 1)]


def test_of_the_versions_of_a_notice_one_counts_at_a_time(dpo: Context) -> None:
    notices.add_notice(dpo, "messages", texts())
    notices.add_notice(dpo, "messages", texts("roads"), dpo.clock.now() + 2 * DAY)
    notices.add_notice(dpo, "messages", texts("parks"), dpo.clock.now() + DAY)
    notices.add_notice(dpo, "surveys", texts(), dpo.clock.now() + DAY)

    def states(context: Context) -> list[tuple[str, int, str]]:
        versions = notices.list_versions(context)
        return [(line.purpose, line.version, line.state) for line in versions]

    assert states(dpo) == [
        ("messages", 3, "later"),
        ("messages", 2, "never"),
        ("messages", 1, "now"),
        ("surveys", 1, "later"),
    ]
    assert states(later(dpo, days=1)) == [
        ("messages", 3, "now"),
        ("messages", 2, "never"),
        ("messages", 1, "earlier"),
        ("surveys", 1, "now"),
    ]


def test_a_consent_to_a_notice_that_did_not_count_then_is_refused(
    dpo: Context,
) -> None:
    notices.add_notice(dpo, "messages", texts(), dpo.clock.now() + DAY)

    with pytest.raises(UsageError, match="No notice about messages"):
        consent.record_consent(dpo, NUMBER, "granted", "form", language="mr")
    assert shown_notices(dpo) == []


@pytest.mark.parametrize("language", ["mr", "hi", "en"])
def test_nothing_is_announced_that_lacks_a_language(
    dpo: Context, language: str
) -> None:
    with pytest.raises(UsageError, match=f"The notice in {language}"):
        notices.add_notice(dpo, "messages", texts() | {language: " "})
    assert notices.list_notices(dpo) == []


def test_a_notice_is_never_changed_and_the_same_words_are_no_new_version(
    dpo: Context,
) -> None:
    notices.add_notice(dpo, "messages", texts())

    with pytest.raises(UsageError, match="the words of version 1"):
        notices.add_notice(dpo, "messages", texts())
    with pytest.raises(UsageError, match="is over"):
        notices.add_notice(dpo, "messages", texts("a"), dpo.clock.now() - DAY)
    with pytest.raises(UsageError, match="names no purpose"):
        notices.add_notice(dpo, "Messages!", texts())
    assert {line.version for line in notices.list_notices(dpo)} == {1}


def test_only_the_officer_adds_notices(dpo: Context) -> None:
    with pytest.raises(SocialcellError, match="role"):
        notices.add_notice(acting(dpo, "Ravi", Role.LEAD), "messages", texts())


def report(context: Context, days: float = 30) -> PrivacyReport:
    now = context.clock.now()
    return privacy_report.make_report(context, now - days * DAY, now + DAY)


def test_the_report_counts_requests_by_when_they_were_answered(dpo: Context) -> None:
    store_records(dpo.engine, make_record("77", url="https://x.com/a/status/77"))
    prompt, slow, late = identified(dpo), identified(dpo), receive(dpo)
    request_answers.answer_request(dpo, prompt.number, WORDS)
    slowly = later(dpo, days=20)
    request_answers.answer_request(slowly, slow.number, WORDS)
    at_last = later(dpo, days=40)
    told = "Nobody wrote our word from there."
    person_requests.refuse(at_last, late.number, "not_identified", told)
    receive(at_last, "grievance", is_child=True)
    original_link.open_original(acting(at_last, OFFICER, Role.OPERATOR), 1)

    summary = report(at_last, days=60)

    assert summary.requests == {
        "erasure": RequestCounts(3, 3, 1, 2, 1, 0),
        "grievance": RequestCounts(1, 0, 0, 0, 0, 1),
    }
    assert summary.refusals == {"not_identified": 1}
    assert [(row.actor, row.kind, row.reads) for row in summary.accesses] == [
        ("Meera Sample", "original", 1)
    ]
    assert sum(summary.tables.values()) > 40


def test_the_report_says_for_whom_others_asked_and_who_is_named(dpo: Context) -> None:
    named = identified(dpo, "nomination", nominee="Ravi Canary")
    request_answers.answer_request(dpo, named.number)
    shown = {"authority": "certificate 12/2026"}
    receive(dpo, "erasure", is_child=True)
    receive(dpo, "access", is_child=True, on_behalf="guardian", **shown)
    receive(dpo, "access", on_behalf="nominee", **shown)

    summary = report(dpo)

    assert summary.received_for == {"child": 2, "guardian": 1, "nominee": 1}
    assert summary.nominations == 2  # of her two accounts
    after = report(later(dpo, days=60))
    assert after.received_for == {"child": 0, "guardian": 0, "nominee": 0}


def test_the_report_has_breaches_that_were_open_in_its_span(dpo: Context) -> None:
    draft = BreachDraft("Lost laptop", "A laptop with an export was lost.", ["texts"])
    number = breaches.enter_breach(dpo, draft).number
    ended = later(dpo, days=10)
    for duty in DUTIES:
        breaches.enter_told(ended, number, duty, "letter 12")
    breaches.close_breach(ended, number)
    start = dpo.clock.now()

    def between(first: float, last: float) -> list[str]:
        span = start + first * DAY, start + last * DAY
        summary = privacy_report.make_report(later(dpo, days=30), *span)
        return [line.number for line in summary.breaches]

    assert between(-5, 0) == []
    assert between(5, 7) == [number]  # noticed before it, closed after it
    assert between(9, 11) == [number]
    assert between(11, 20) == []


def test_what_lies_outside_the_span_is_not_counted(dpo: Context) -> None:
    line = identified(dpo)
    request_answers.answer_request(later(dpo, days=5), line.number, WORDS)
    start = dpo.clock.now()

    before = privacy_report.make_report(dpo, start - DAY, start)
    answered = privacy_report.make_report(dpo, start + DAY, start + 6 * DAY)

    assert before.requests == {}
    assert answered.requests == {"erasure": RequestCounts(0, 1, 1, 1, 0, 0)}
    with pytest.raises(UsageError, match="ends before it begins"):
        privacy_report.make_report(dpo, start, start)


def test_the_report_says_consents_and_the_notices_in_force(dpo: Context) -> None:
    notices.add_notice(dpo, "messages", texts())
    notices.add_notice(dpo, "messages", texts("roads"), dpo.clock.now() + 9 * DAY)
    consent.record_consent(dpo, NUMBER, "granted", "form", language="mr")
    consent.record_consent(dpo, "+91 98765 43211", "granted", "form")
    consent.record_consent(dpo, "+91 98765 43211", "withdrawn", "call")

    summary = report(dpo)

    assert summary.consents == ConsentCounts(2, 1, 1)
    assert list(summary.notices) == [("messages", 1)]
    assert summary.retention_ok_at is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.AGENCY])
def test_the_report_is_for_who_may_read_the_audit_log(dpo: Context, role: Role) -> None:
    with pytest.raises(SocialcellError, match="role"):
        report(acting(dpo, "Ravi Sample", role))
