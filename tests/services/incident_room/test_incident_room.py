"""The incident room: claims, situation reports, promised updates, looking back."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.model import DeskCase
from socialcell.desk.store import incident_room as store
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.alerts.model import CRITICAL, Incident
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.alerts import rumours
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.context import Context
from socialcell.services.desk import critical_cases
from socialcell.services.incident_room import (
    after_action,
    incident_cases,
    incident_claims,
    next_updates,
    room_notes,
    room_overview,
    situation_reports,
)
from tests.desk_builders import (
    make_case,
    make_clock,
    make_contact,
    make_message,
    read_mention,
)
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql
ILL = "22 people are ill after drinking tap water in Kothrud"


@pytest.fixture
def lead(context: Context) -> Context:
    """A lead, signed in; incident 1 was opened an hour ago."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        opened = now - timedelta(hours=1)
        session.add(
            Incident(
                kind="spike",
                subject="topic:health",
                severity="high",
                opened_at=opened,
                last_at=now,
            )
        )
    return acting(context, "Lata Sample", Role.LEAD)


def at(context: Context, hours: float) -> Context:
    moment = context.clock.now() + timedelta(hours=hours)
    return replace(context, clock=FixedClock(moment))


def lines(context: Context, number: int, code: str = "en") -> list[str]:
    text = room_overview.text_of_report(context, 1, number, code)
    return text.splitlines()[1:]


def test_suspected_and_confirmed_never_share_a_line(lead: Context) -> None:
    for day, (suspected, confirmed) in enumerate(((22, 0), (101, 12), (130, 73))):
        then = at(lead, 24 * day)
        claim = incident_claims.add_claim(then, 1, f"{suspected} people may be ill.")
        incident_claims.ask(then, 1, claim, "Health Department")
        if confirmed:
            proved = incident_claims.add_claim(then, 1, f"{confirmed} people are ill")
            incident_claims.decide(then, 1, proved, "true", "Health Department")
        number = situation_reports.draft_report(then, 1)
        situation_reports.issue_report(then, 1, number, public=True)

    for number, confirmed in ((1, 0), (2, 12), (3, 73)):
        told = lines(lead, number)
        open_ = [line for line in told if line.startswith("- Not confirmed: ")]
        proved_lines = [line for line in told if line.startswith("- Confirmed: ")]
        assert len(open_) == 1
        assert "are ill" not in open_[0]
        assert len(proved_lines) == (1 if confirmed else 0)
        assert all("may be ill" not in line for line in proved_lines)
    assert "73 people are ill (Health Department" in "\n".join(lines(lead, 3))


def test_an_issued_report_is_the_same_byte_for_byte(
    lead: Context, tmp_path: Path
) -> None:
    room_notes.add_note(lead, 1, "asked", "Boil water before drinking.")
    number = situation_reports.draft_report(lead, 1)
    situation_reports.issue_report(lead, 1, number)
    first = {
        code: room_overview.text_of_report(lead, 1, number, code)
        for code in ("mr", "hi", "en")
    }

    later = at(lead, 30)
    claim = incident_claims.add_claim(later, 1, ILL)
    incident_claims.decide(later, 1, claim, "false", "Health Department")
    room_notes.add_note(later, 1, "asked", "Use water as before.")
    with db.writing(lead.engine) as session:
        session.get_one(Incident, 1).subject = "topic:water"

    for code, text in first.items():
        assert room_overview.text_of_report(later, 1, number, code) == text
    with pytest.raises(UsageError, match="stays as it is"):
        situation_reports.edit_line(later, 1, number, "en", 1, "Nothing happened.")
    with pytest.raises(UsageError, match="stays as it is"):
        situation_reports.issue_report(later, 1, number)


def test_a_draft_is_edited_line_by_line_and_made_anew_under_its_number(
    lead: Context,
) -> None:
    room_notes.add_note(lead, 1, "done", "Two tankers sent.")
    number = situation_reports.draft_report(lead, 1)
    (report,) = situation_reports.list_reports(lead, 1, "mr")
    (noted,) = [line for line in report.lines if line.is_noted]

    situation_reports.edit_line(lead, 1, number, "mr", noted.number, "दोन टँकर पाठवले.")
    (report,) = situation_reports.list_reports(lead, 1, "mr")
    assert not [line for line in report.lines if line.is_noted]
    assert "- दोन टँकर पाठवले." in lines(lead, number, "mr")
    assert "- Done so far: Two tankers sent." in lines(lead, number)

    before = len(report.lines)
    situation_reports.edit_line(lead, 1, number, "mr", noted.number, " ")
    (report,) = situation_reports.list_reports(lead, 1, "mr")
    assert len(report.lines) == before - 1
    with pytest.raises(UsageError, match="is none of them"):
        situation_reports.edit_line(lead, 1, number, "mr", 40, "x")

    assert situation_reports.draft_report(lead, 1) == number
    assert "- Done so far: Two tankers sent." in lines(lead, number)


def test_the_public_page_tells_nothing_that_nobody_confirmed(lead: Context) -> None:
    incident_claims.add_claim(lead, 1, ILL)
    room_notes.add_note(lead, 1, "shelter", "Clinic at the ward office is open.")
    number = situation_reports.draft_report(lead, 1)
    assert room_overview.status_of(lead, 1, "en") == ""
    situation_reports.issue_report(lead, 1, number)
    assert room_overview.status_of(lead, 1, "en") == "", "not issued for everybody"

    number = situation_reports.draft_report(lead, 1)
    situation_reports.issue_report(lead, 1, number, public=True)

    public = room_overview.status_of(lead, 1, "en")
    assert "Clinic at the ward office is open" in public
    assert "ill" not in public
    assert "mentions" not in public
    assert "Not confirmed" in "\n".join(lines(lead, number))


def test_promised_updates_are_kept_late_missed_or_replaced(lead: Context) -> None:
    def promise(hours: float, made: float) -> None:
        due: datetime = at(lead, hours).clock.now()
        next_updates.promise_update(at(lead, made), 1, due)

    promise(1, 0)
    number = situation_reports.draft_report(at(lead, 0.4), 1)
    promise(2, 0.5)  # takes the place of the first
    situation_reports.issue_report(at(lead, 1.5), 1, number)
    promise(3, 1.6)
    room_notes.add_note(at(lead, 3.5), 1, "statement", "The water is tested again.")
    promise(4, 3.6)

    room = room_overview.show_room(at(lead, 5), 1, "en")

    assert [update.outcome for update in room.updates] == [
        *("replaced", "kept", "late", "missed")
    ]
    waiting = room_overview.show_room(at(lead, 3.7), 1, "en").updates
    assert waiting[-1].outcome == "waiting"
    with pytest.raises(UsageError, match="still to come"):
        promise(1, 2)


def test_a_report_that_announces_an_update_does_not_keep_its_promise(
    lead: Context,
) -> None:
    def outcomes(hours: float) -> list[str]:
        room = room_overview.show_room(at(lead, hours), 1, "en")
        return [update.outcome for update in room.updates]

    next_updates.promise_update(lead, 1, at(lead, 1).clock.now())
    number = situation_reports.draft_report(lead, 1)
    situation_reports.issue_report(at(lead, 0.1), 1, number)
    assert lines(lead, number)[-1].startswith("- Next update by ")
    assert outcomes(0.2) == ["waiting"], "the report itself names it"

    number = situation_reports.draft_report(at(lead, 0.5), 1)
    last = len(lines(lead, number))
    for code in ("en", "hi", "mr"):
        situation_reports.edit_line(lead, 1, number, code, last, "")
    situation_reports.issue_report(at(lead, 0.6), 1, number)
    assert outcomes(0.7) == ["kept"], "its line was taken out: this is the update"

    next_updates.promise_update(at(lead, 0.7), 1, at(lead, 2).clock.now())
    number = situation_reports.draft_report(at(lead, 1.9), 1)
    situation_reports.issue_report(at(lead, 2.1), 1, number)
    assert outcomes(2.2) == ["kept", "late"], "its time was past when it was issued"


def test_a_false_claim_that_is_a_rumour_already_is_counted_as_that(
    lead: Context,
) -> None:
    rumour = rumours.add(lead, text=ILL, note="Nobody is ill")
    claim = incident_claims.add_claim(lead, 1, f"{ILL.upper()}!!")

    incident_claims.decide(at(lead, 0.5), 1, claim, "false", "Health Department")

    with db.reading(lead.engine) as session:
        assert store.claim_of(session, 1, claim).rumour_id == rumour
    assert len(rumours.list_rumours(lead)) == 1


def test_a_false_claim_is_looked_for_as_a_rumour_and_corrected(lead: Context) -> None:
    claim = incident_claims.add_claim(lead, 1, ILL)
    with pytest.raises(UsageError, match="did not turn out false"):
        incident_claims.correct(lead, 1, claim, "The water is safe.")

    incident_claims.decide(at(lead, 0.5), 1, claim, "false", "Health Department")
    incident_claims.correct(at(lead, 1), 1, claim, "The water is safe.")

    (rumour,) = rumours.list_rumours(lead)
    assert rumour.text == ILL
    (record,) = after_action.look_back(lead, 1).claims
    assert (record.decided, record.corrected) == (30, 60)
    with db.reading(lead.engine) as session:
        actions = [entry.action for entry in audit.entries(session, 9)]
    assert actions[:2] == ["claim.decide", "rumour.add"]


def test_numbers_of_people_are_masked_in_all_that_is_noted(lead: Context) -> None:
    claim = incident_claims.add_claim(lead, 1, "Call 98220 12345 for free water now")
    room_notes.add_note(lead, 1, "done", "Called 98220 12345 back")
    incident_claims.ask(lead, 1, claim, "Ward office, 98220 12345")
    number = situation_reports.draft_report(lead, 1)
    situation_reports.issue_report(lead, 1, number)

    room = room_overview.show_room(lead, 1, "en")

    assert "12345" not in str(room)
    assert "12345" not in room_overview.text_of_report(lead, 1, number, "en")


def test_looking_back_says_how_long_each_step_took(lead: Context) -> None:
    with db.writing(lead.engine) as session:
        now = lead.clock.now()
        case = make_case(session, now, priority="P0", incident_id=1)
        answered = {"stopped_at": now + timedelta(minutes=9), "ending": "done"}
        # Another priority began it anew before anybody answered.
        restarted = {"stopped_at": now + timedelta(minutes=4), "ending": "restarted"}
        make_clock(session, case, "first_answer", now, **restarted)
        make_clock(session, case, "first_answer", now, **answered)
        make_case(session, now, priority="P0", incident_id=1)
    room_notes.add_note(lead, 1, "lesson", "Ask the laboratory on the first day.")

    table = after_action.look_back(lead, 1)

    assert [(case.number[-1], case.answered) for case in table.cases] == [
        *(("1", 9), ("2", None))
    ]
    assert table.lessons == ["Ask the laboratory on the first day."]
    steps = {step.step: step for step in table.steps}
    assert steps["alert"].at == lead.clock.now() - timedelta(hours=1)
    assert steps["alert"].minutes is None, "no post is known"


def test_a_danger_that_an_incidents_post_tells_of_is_one_of_its_cases(
    lead: Context,
) -> None:
    now = lead.clock.now()
    mentions = [read_mention(lead, uid=uid, urgency="critical") for uid in ("a", "b")]
    with db.writing(lead.engine) as session:
        for mention in mentions:
            case = make_case(session, now, priority="P0")
            contact = make_contact(session, case)
            make_message(session, case, contact, mention_id=mention)
        incident = session.get_one(Incident, 1)
        grouping = IncidentGrouping(session, now)
        grouping.add_alert(incident, "critical:1", CRITICAL, now, [mentions[0]])

    assert [case.number for case in after_action.look_back(lead, 1).cases] == [
        "26-000001"
    ]
    report = situation_reports.draft_report(lead, 1)
    told = room_overview.text_of_report(lead, 1, report, "en")
    assert "Cases: 1 open, of them 1 urgent" in told

    def incidents_of_cases() -> list[int | None]:
        with db.reading(lead.engine) as session:
            cases = session.scalars(select(DeskCase).order_by(DeskCase.id))
            return [case.incident_id for case in cases]

    assert incidents_of_cases() == [None, None]
    assert critical_cases.link_incidents(lead) == 1
    assert incidents_of_cases() == [1, None]
    assert critical_cases.link_incidents(lead) == 0
    urgent = incident_cases.read_cases(lead, 1, "en")
    assert ([case.number for case in urgent.open], urgent.ended) == (["26-000001"], 0)


def test_only_who_leads_incidents_acts_in_the_room(lead: Context) -> None:
    operator = acting(lead, "Ravi Sample", Role.OPERATOR)

    for act in (
        lambda: room_notes.add_note(operator, 1, "done", "Two tankers sent."),
        lambda: incident_claims.add_claim(operator, 1, ILL),
        lambda: situation_reports.draft_report(operator, 1),
        lambda: next_updates.promise_update(operator, 1, at(lead, 2).clock.now()),
    ):
        with pytest.raises(SocialcellError, match="role"):
            act()
    assert room_overview.show_room(operator, 1, "en").claims == []


def test_what_there_is_not_is_said(lead: Context) -> None:
    with pytest.raises(UsageError, match="no kind of note"):
        room_notes.add_note(lead, 1, "gossip", "It rains.")
    with pytest.raises(UsageError, match="few words"):
        room_notes.add_note(lead, 1, "done", "  ")
    with pytest.raises(UsageError, match="still to come"):
        room_notes.add_note(lead, 1, "done", "Done.", at(lead, 1).clock.now())
    with pytest.raises(UsageError, match="no claim 7"):
        incident_claims.ask(lead, 1, 7, "Health Department")
    with pytest.raises(UsageError, match="no situation report 3"):
        room_overview.text_of_report(lead, 1, 3, "en")
    with pytest.raises(UsageError, match="2"):
        room_overview.show_room(lead, 2, "en")
