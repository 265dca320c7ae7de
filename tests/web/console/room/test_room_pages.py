"""The incident room in the browser: notes, claims, reports, promises, who may."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event

from socialcell import db
from socialcell.clock import IST
from socialcell.desk.incident_room_model import NextUpdate
from socialcell.roles import Role
from socialcell.services.alerts import rumours
from socialcell.services.context import Context
from socialcell.services.incident_room import (
    next_updates,
    room_notes,
    room_overview,
    situation_reports,
)
from tests import operators
from tests.desk_builders import make_case
from tests.reports.around import alert, incident
from tests.reports.world import HOUR, MADE, NEXT, World
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

AUNDH = "ward:aundh-baner"
ILL = "22 people are ill after drinking tap water in Kothrud"


@dataclass
class Room:
    """The room of an open incident, as a lead sees it in a browser."""

    world: World
    lead: BrowserSession
    id: int

    @property
    def path(self) -> str:
        return f"/incidents/{self.id}/room"

    @property
    def context(self) -> Context:
        """The workspace with the lead at the command line."""
        return operators.acting(self.world.context, "asha")

    def page(self, below: str = "", code: str = "en") -> PageAnswer:
        return self.lead.get(f"/{code}{self.path}{below}")

    def send(self, below: str, action: str, **typed: str) -> PageAnswer:
        """Fill in a form of a page of the room."""
        return self.lead.send(self.page(below), f"{self.path}{action}", **typed)

    def shown(self) -> room_overview.IncidentRoom:
        return room_overview.show_room(self.context, self.id, "en")


@pytest.fixture
def room(world: World, lead: BrowserSession) -> Room:
    """A flood of five mentions from Aundh since the morning."""
    for n in range(5):
        world.mention(NEXT + n * HOUR, wards=(AUNDH,), topics=("flood",))
    id_ = incident(world, "topic:flood", NEXT, state="open", last_at=MADE)
    alert(world, id_, at=NEXT)
    return Room(world, lead, id_)


def test_the_room_of_a_danger_to_life_has_the_name_of_its_letter(room: Room) -> None:
    item = room.world.mention(NEXT, topics=("fire",), wards=(AUNDH,))
    subject, kind = f"critical:{item}", {"kind": "critical", "state": "open"}
    id_ = incident(room.world, subject, NEXT, last_at=MADE, **kind)
    alert(room.world, id_, "critical", NEXT, mentions=[item])

    page = room.lead.get(f"/en/incidents/{id_}/room")

    assert "Danger to life: Fire or rescue, Aundh - Baner" in page.text
    assert "critical post or message" not in page.text


def test_a_report_counts_since_the_first_post_as_the_room_does(room: Room) -> None:
    number = situation_reports.draft_report(room.context, room.id)

    (report,) = room.shown().reports
    first = room.shown().figures.first_post
    assert first is not None
    assert report.number == number
    since = f"{first.astimezone(IST):%d %b %Y, %H:%M}"
    assert report.lines[0].text.startswith(f"5 mentions since {since}. Accounts")


def test_the_room_is_a_link_away_and_says_what_there_is_not(room: Room) -> None:
    shown = room.lead.get(f"/en/incidents/{room.id}")
    page = room.page()

    assert f'href="/en{room.path}"' in shown.html
    assert "Flood at Aundh - Baner" in page.text
    assert "Since the first post 9 h" in page.text
    assert "by 5 accounts" in page.text
    for words in (
        "No claim is entered.",
        "None is noted.",
        "None is written.",
        "None is promised.",
        "Nothing was issued for everybody.",
    ):
        assert words in page.text


def test_a_note_stands_among_decisions_or_the_others(room: Room) -> None:
    decided = room.send("", "/note", note="All planned posts are held.")
    room.send("", "/note", kind="shelter", note="School open", at="2026-11-23T08:15")

    decisions, others = (
        room.page().html.split('id="s-decisions"')[1].split('id="s-notes"')
    )
    assert "Noted." in decided.text
    assert "All planned posts are held." in decisions
    assert "School open" in others.split("<form")[0]
    assert "08:15" in others.split("<form")[0]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"note": ""}, "Fill this in."),
        ({"note": "x", "kind": "gossip"}, "no kind of note gossip"),
        ({"note": "x", "at": "soon"}, "Write the time as 2026-11-25T10:00."),
        ({"note": "x", "at": "2026-11-25T10:00"}, "still to come"),
        ({"note": "x" * 301}, "At most 300 characters."),
    ],
)
def test_a_note_that_is_not_right_is_refused_with_what_was_typed(
    room: Room, typed: dict[str, str], words: str
) -> None:
    page = room.send("", "/note", **typed)

    assert page.status == 422
    assert words in page.text
    assert f'value="{typed["note"]}"' in page.html
    assert room.shown().notes == []


def test_a_claim_goes_from_unconfirmed_to_false_and_corrected(room: Room) -> None:
    entered = room.send("", "/claim", claim=ILL)
    (claim,) = room.shown().claims
    below = f"/claims/{claim.id}"
    room.send(below, f"{below}/ask", who="Health Department")
    asked = room.page().text
    room.send(
        below,
        f"{below}/verdict",
        verdict="false",
        source="Health Department",
        correction="The water is safe.",
    )
    page = room.page()

    assert entered.path.split("?")[0] == f"/en{room.path}{below}"
    assert "Not confirmed" in asked.split("Decisions")[0]
    assert "Health Department" in asked
    assert "False" in page.text.split("Decisions")[0]
    assert "Said instead: The water is safe." in page.text
    assert [rumour.text for rumour in rumours.list_rumours(room.context)] == [ILL]

    room.send(below, f"{below}/correct", words="The water was tested.")
    assert room.shown().claims[0].correction == "The water was tested."


def test_what_is_true_has_no_correction_and_nothing_is_entered(room: Room) -> None:
    room.send("", "/claim", claim=ILL)
    (claim,) = room.shown().claims
    below = f"/claims/{claim.id}"

    page = room.send(
        below, f"{below}/verdict", verdict="true", source="Ward", correction="No."
    )

    assert page.status == 422
    assert "did not turn out false" in page.text
    assert room.shown().claims[0].verdict == "unverified"


def test_copies_of_a_false_claim_are_counted(room: Room) -> None:
    room.send("", "/claim", claim=ILL)
    (claim,) = room.shown().claims
    for n in range(3):
        room.world.mention(NEXT + n * HOUR, ILL, wards=(AUNDH,), topics=("flood",))
    room.send(
        f"/claims/{claim.id}",
        f"/claims/{claim.id}/verdict",
        verdict="false",
        source="Health Department",
    )

    assert room.shown().claims[0].copies == 3
    assert '<a href="/en/rumours">3</a>' in room.page().html


def test_a_report_is_drafted_edited_in_a_language_and_issued(room: Room) -> None:
    room_notes.add_note(room.context, room.id, "done", "Two boats are at work.")
    drafted = room.send("", "/draft")
    (noted,) = [
        line
        for line in situation_reports.list_reports(room.context, room.id, "mr")[0].lines
        if line.is_noted
    ]
    line = f"/reports/1/mr/{noted.number}"
    edited = room.send(line, line, text="दोन बोटी काम करत आहेत.")
    issued = room.send("/reports/1", "/reports/1/issue", readers="everybody")

    assert drafted.path.split("?")[0] == f"/en{room.path}/reports/1"
    assert drafted.text.count("as it was noted") == 3
    assert "दोन बोटी काम करत आहेत." in edited.text
    assert edited.text.count("as it was noted") == 2
    assert "Report 1 is issued and stays as it is." in issued.text
    assert "Edit line" not in issued.text
    assert room.page(line[: line.rindex("/mr")]).status == 200
    assert room.page(line).status == 404, "no line of an issued report is edited"
    status = room.page("", "mr").text.split("सर्वांना काय वाचता येते")[1]
    assert "दोन बोटी काम करत आहेत." in status
    text = room.page("/reports/1/text", "mr")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert "- दोन बोटी काम करत आहेत." in text.body.decode()
    assert text.body.decode() == room_overview.text_of_report(
        room.context, room.id, 1, "mr"
    )


def test_a_report_for_the_cell_alone_is_not_for_everybody(room: Room) -> None:
    room.send("", "/draft")
    room.send("/reports/1", "/reports/1/issue", readers="cell")

    assert "It was not issued for everybody." in room.page("/reports/1").text
    assert "Nothing was issued for everybody." in room.page().text


def test_nothing_unconfirmed_is_in_what_everybody_would_read(room: Room) -> None:
    room.send("", "/claim", claim=ILL)
    room_notes.add_note(room.context, room.id, "shelter", "School open")
    room.send("", "/draft")

    preview = room.page().text.split("As it would stand with draft report 1")[1]

    assert "School open" in preview
    assert "ill after" not in preview
    assert "mentions" not in preview.split("My account")[0]


def test_an_emptied_line_is_taken_out(room: Room) -> None:
    room.send("", "/draft")
    before = situation_reports.list_reports(room.context, room.id, "hi")[0].lines

    page = room.send("/reports/1/hi/1", "/reports/1/hi/1", text="")

    after = situation_reports.list_reports(room.context, room.id, "hi")[0].lines
    assert "The line is taken out." in page.text
    assert [line.text for line in after] == [line.text for line in before[1:]]


@pytest.mark.parametrize(
    ("below", "action", "typed"),
    [
        ("/reports/1/en/1", "/reports/1/en/1", {"text": "Mine."}),
        ("/reports/1", "/reports/1/issue", {"readers": "cell"}),
    ],
)
def test_a_draft_that_somebody_changed_meanwhile_is_looked_at_again(
    room: Room, below: str, action: str, typed: dict[str, str]
) -> None:
    room.send("", "/draft")
    page = room.page(below)
    situation_reports.edit_line(room.context, room.id, 1, "en", 1, "Theirs.")

    refused = room.lead.send(page, f"{room.path}{action}", **typed)

    assert refused.status == 409
    assert "changed since you saw it" in refused.text
    (report,) = room.shown().reports
    assert (report.lines[0].text, report.issued_at) == ("Theirs.", None)
    again = room.lead.send(refused, f"{room.path}{action}", **typed)
    assert again.status == 200
    assert "changed since you saw it" not in again.text


def test_promises_are_shown_with_what_was_kept_and_missed(room: Room) -> None:
    promised = room.send("", "/promise", due="2026-11-23T10:00")
    past = room.send("", "/promise", due="2026-11-23T08:00")
    wrong = room.send("", "/promise", due="at ten")

    assert "The next update is promised by" in promised.text
    assert "Next update promised 10:00" in promised.text
    assert "Runs" in promised.text
    assert past.status == wrong.status == 422
    assert "still to come" in past.text
    assert "Write the time as" in wrong.text

    room.send("", "/note", kind="statement", note="The river falls.")
    assert "Kept in time" in room.page().html.split('id="s-updates"')[1]


def test_numbers_of_people_are_masked_in_the_room(room: Room) -> None:
    room.send("", "/claim", claim="Call 98220 12345 for boats")
    (claim,) = room.shown().claims
    room.send(f"/claims/{claim.id}", f"/claims/{claim.id}/ask", who="Ravi, 98220 12345")
    room.send("", "/note", note="Called 98220 12345 back")
    room.send("", "/draft")
    room.send("/reports/1/en/1", "/reports/1/en/1", text="Call 98220 12345")

    for below in ("", f"/claims/{claim.id}", "/reports/1", "/reports/1/text"):
        assert "12345" not in room.page(below).html


def test_the_update_key_leads_to_the_report_that_is_next(room: Room) -> None:
    assert '<button class="btn" data-key="u">Draft report 1' in room.page().html

    room.send("", "/draft")

    assert (
        f'data-key="u" href="/en{room.path}/reports/1">Edit draft report 1'
        in room.page().html
    )


def test_looking_back_shows_steps_claims_promises_cases_and_lessons(room: Room) -> None:
    now = room.world.context.clock.now()
    with db.writing(room.world.engine) as session:
        number = make_case(session, now, priority="P0", incident_id=room.id).number
    room.send("", "/claim", claim=ILL)
    room_notes.add_note(room.context, room.id, "lesson", "Ask on the first day.")
    for hours in (1, 2):
        next_updates.promise_update(room.context, room.id, now + timedelta(hours=hours))

    page = room.lead.get(f"/en/incidents/{room.id}/look-back")
    with db.writing(room.world.engine) as session:
        before = now - timedelta(hours=1)
        session.add(
            NextUpdate(
                incident_id=room.id, due_at=before, made_by="Lata", made_at=before
            )
        )
    later = room.lead.get(f"/en/incidents/{room.id}/look-back")

    assert "were kept in time" not in page.text, "one was replaced, and one still runs"
    assert "0 of 1 were kept in time." in later.text

    for words in (
        "First post",
        "not yet",
        ILL,
        number,
        "Ask on the first day.",
    ):
        assert words in page.text


def test_an_incident_and_its_cases_of_life_and_limb_lead_to_each_other(
    room: Room,
) -> None:
    with db.writing(room.world.engine) as session:
        now = room.world.context.clock.now()
        number = make_case(session, now, priority="P0", incident_id=room.id).number
        lesser = make_case(session, now, priority="P1", incident_id=room.id).number
        closed = {"priority": "P0", "state": "closed_confirmed", "closed_at": now}
        ended = make_case(session, now, **closed, incident_id=room.id).number

    incident = room.lead.get(f"/en/incidents/{room.id}")
    case = room.lead.get(f"/en/cases/{number}")

    assert f'href="/en/cases/{number}"' in incident.html
    assert f"Cases of life or limb {number} · New 1 has ended." in incident.text
    assert lesser not in incident.text
    assert ended not in incident.text
    assert f'href="/en/incidents/{room.id}"' in case.html


def test_whoever_reads_sees_the_room_and_acts_on_nothing(room: Room) -> None:
    room.send("", "/claim", claim=ILL)
    room.send("", "/draft")
    ravi = signed_in(room.lead, room.world.context, "ravi", Role.OPERATOR)

    page, report = room.page(), room.page("/reports/1")

    assert page.status == report.status == 200
    assert ILL in page.text
    own = {form.action for answer in (page, report) for form in answer.forms}
    assert not [action for action in own if "/incidents/" in action]
    assert "/claims/" not in page.html
    assert 'data-key="u"' not in page.html
    assert ravi.post(f"/en{room.path}/claim", {"claim": "x"}).status == 403
    assert room.page("/reports/1/en/1").status == 403
    assert len(room.shown().claims) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/incidents/999/room",
        "/incidents/999/look-back",
        "/incidents/1/room/claims/9",
        "/incidents/1/room/reports/9",
        "/incidents/1/room/reports/1/fr/1",
        "/incidents/1/room/reports/1/en/99",
        "/incidents/1/room/reports/9/text",
    ],
)
def test_what_is_not_there_is_not_found(room: Room, path: str) -> None:
    room.send("", "/draft")

    assert room.lead.get(f"/en{path}").status == 404


def test_a_page_takes_at_most_fifteen_statements(room: Room) -> None:
    fill(room)
    counts = {
        path: count_statements(room, path)
        for path in (
            room.path,
            f"{room.path}/claims/1",
            f"{room.path}/reports/1",
            f"{room.path}/reports/2/mr/1",
            f"/incidents/{room.id}/look-back",
        )
    }

    assert max(counts.values()) <= 15, counts


def fill(room: Room) -> None:
    """Claims, notes, an issued report and a draft."""
    room.world.covered()
    room.send("", "/claim", claim=ILL)
    room.send(
        "/claims/1", "/claims/1/verdict", verdict="false", source="Health Department"
    )
    room.send("", "/note", note="All planned posts are held.")
    room.send("", "/draft")
    room.send("/reports/1", "/reports/1/issue", readers="everybody")
    room.send("", "/draft")


def count_statements(room: Room, path: str) -> int:
    statements: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        statements.append(statement)

    room.lead.get(f"/en{path}")
    event.listen(room.world.engine, "before_cursor_execute", note)
    try:
        assert room.lead.get(f"/en{path}").status == 200
    finally:
        event.remove(room.world.engine, "before_cursor_execute", note)
    return len(statements)
