"""The first five acceptance cases of the desk in Chromium: people of the cell act on
the console's pages; what came of it is looked at in the database and on the pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.desk.closing_model import CareRow
from socialcell.desk.model import DeskCase
from socialcell.listening.alerts.model import Incident
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.desk.answers import answer_sending
from socialcell.services.desk.care import care_reconcile
from socialcell.services.incident_room import room_overview
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.publishing import posting
from tests.desk_builders import make_registers
from tests.end_to_end.desk_browser import DeskBrowser, desk_browser
from tests.services.desk.answer_town import MARATHI, MINUTE, AnswerTown, serving_town
from tests.services.desk.burst_pipe import CALLED, PHONE, BurstPipe, serving_pipe

pytestmark = [
    pytest.mark.faults,
    pytest.mark.browser,
    pytest.mark.on_sqlite,
    pytest.mark.timeout(900),
]

ASHA, MEERA, NITA, LATA = "Asha Sample", "Meera Sample", "Nita Sample", "Lata Sample"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROMAN = "Pathak kaam karat aahe, aaj sandhyakali paryant galti durust hoil."
SPOKEN = "दल काम पर है, आज शाम तक रिसाव ठीक होगा।"
PRINTED = "A team works on the main; water is back by this evening."
DONE = "The joint of the main was replaced; water runs since two o'clock."


@pytest.fixture(params=["with scripts", "without scripts"])
def pipe_desk(
    request: pytest.FixtureRequest,
    folder: Path,
    context: Context,
    clock: FixedClock,
    tmp_path: Path,
) -> Iterator[tuple[BurstPipe, DeskBrowser]]:
    scripts = request.param == "with scripts"
    code = "en" if scripts else "mr"
    with (
        serving_pipe(folder, context, clock) as pipe,
        desk_browser(
            pipe.town.context, tmp_path / "profile", code=code, scripts=scripts
        ) as desk,
    ):
        yield pipe, desk


@pytest.fixture
def town_desk(
    folder: Path, context: Context, clock: FixedClock, tmp_path: Path
) -> Iterator[tuple[AnswerTown, DeskBrowser]]:
    with (
        serving_town(folder, context, clock) as town,
        desk_browser(town.context, tmp_path / "profile") as desk,
    ):
        make_registers(town.context)
        yield town, desk


def case_of(town: AnswerTown, number: str) -> DeskCase:
    (case,) = [row for row in town.rows(DeskCase) if row.number == number]
    assert isinstance(case, DeskCase)
    return case


def approve(desk: DeskBrowser, key: str) -> None:
    """A second person looks at an answer and approves it."""
    desk.become(MEERA, Role.APPROVER)
    desk.open(f"/approvals/cases/{key}")
    desk.send(f"/approvals/cases/{key}/approve")


def send_all(context: Context) -> None:
    """What the daemon does in its turn."""
    answer_sending.send_due(context)
    posting.publish_due(context)
    answer_sending.send_due(context)


def take(desk: DeskBrowser, number: str) -> None:
    desk.open(f"/cases/{number}")
    desk.send(f"/cases/{number}/take")


def test_four_doors_become_one_case_that_each_of_them_confirms(
    pipe_desk: tuple[BurstPipe, DeskBrowser],
) -> None:
    pipe, desk = pipe_desk
    town = pipe.town
    post, message = pipe.on_facebook(), pipe.by_whatsapp()
    article = pipe.in_a_newspaper()
    pipe.read()
    town.clock.advance(MINUTE)
    pipe.pin()
    number = pipe.case_of(post).number

    desk.become(ASHA, Role.OPERATOR)
    desk.open("/cases/new")
    desk.send(
        "/cases/new",
        channel="phone",
        words=CALLED,
        language="hi",
        kind="complaint",
        topic="water",
        place="Kothrud",
        point="18.50740, 73.80750",
        name="Ravi Sample",
        phone=PHONE,
    )
    called = desk.path.removeprefix("/cases/")
    assert PHONE not in desk.driver.page_source
    others = [pipe.case_of(id_).number for id_ in (message, article)]
    for here, other in ((called, number), *((number, other) for other in others)):
        desk.open(f"/cases/{here}")
        desk.send(f"/cases/{here}/similar", other=other, same="yes")
    assert desk.path == f"/cases/{number}"
    assert len({contact.case_id for contact in town.contacts()}) == 1

    desk.open(f"/cases/{number}/answer")
    desk.send(f"/cases/{number}/answer", words_mr=MARATHI, words_mr_Latn=ROMAN)
    assert (MARATHI in desk.text, ROMAN in desk.text) == (True, True)
    approve(desk, f"{number}.1")
    send_all(town.context)
    assert (town.sent("whatsapp"), pipe.under_the_post()) == ([MARATHI], [ROMAN])

    desk.become(ASHA)
    ids = {contact.channel: str(contact.id) for contact in town.contacts()}
    for channel, words in {"phone": SPOKEN, "press": PRINTED}.items():
        desk.open(f"/cases/{number}/spoken")
        desk.send(f"/cases/{number}/spoken", contact=ids[channel], words=words)
    assert (SPOKEN in desk.text, PRINTED in desk.text) == (True, True)
    take(desk, number)
    desk.open(f"/cases/{number}/state")
    desk.send(f"/cases/{number}/state", state="in_progress")
    desk.open(f"/cases/{number}/done")
    desk.send(f"/cases/{number}/done", words=DONE)
    send_all(town.context)
    assert case_of(town, number).state == "resolved_claimed"

    town.clock.advance(HOUR)
    pipe.answer_by_whatsapp("हो झालं")
    pipe.below_the_post("Hoy, zale")
    pipe.read()
    desk.become(NITA, Role.OPERATOR)
    for channel in ("phone", "press"):
        desk.open("/calls")
        desk.open(f"/calls/{number}/{ids[channel]}")
        desk.send(f"/calls/{number}/{ids[channel]}", result="confirmed", words="हो")

    assert case_of(town, number).state == "closed_confirmed"
    assert len(town.states()) == 6
    assert set(town.states()) <= {"sent", "delivered"}
    desk.open(f"/cases/{number}")
    assert "98220" not in desk.driver.page_source


def test_messenger_a_minute_before_and_after_its_window_and_a_lost_answer(
    town_desk: tuple[AnswerTown, DeskBrowser],
) -> None:
    town, desk = town_desk
    first = town.open_case(("messenger", town.hear("messenger", "पाईप फुटला आहे")))
    town.clock.advance(DAY - MINUTE)
    desk.become(ASHA, Role.OPERATOR)
    desk.open(f"/cases/{first}/answer")
    desk.send(f"/cases/{first}/answer", words_mr=MARATHI)
    approve(desk, f"{first}.1")
    send_all(town.context)
    town.clock.advance(2 * MINUTE)
    desk.become(ASHA)
    desk.open(f"/cases/{first}/answer")

    assert town.sent("messenger") == [MARATHI]
    assert "Nobody in this case can be answered in writing now." in desk.text

    second = town.open_case(("messenger", town.hear("messenger", "नळाला पाणी नाही")))
    desk.open(f"/cases/{second}/answer")
    desk.send(f"/cases/{second}/answer", words_mr=MARATHI)
    approve(desk, f"{second}.1")
    platform: Any = town.sandbox.platform("messenger")
    platform.lose_answer(times=None)
    send_all(town.context)
    platform.heal()
    town.clock.advance(HOUR)
    send_all(town.context)
    desk.become(ASHA)
    desk.open(f"/cases/{second}/answers/{second}.1")
    assert "Nobody knows whether the citizen has this." in desk.text
    desk.send(f"/answers/{second}.1/settle", heard="yes")
    send_all(town.context)

    assert town.sent("messenger") == [MARATHI, MARATHI]
    assert set(town.states()) <= {"sent", "delivered"}


def test_what_is_not_ours_goes_to_its_body_by_the_day_of_the_post(
    town_desk: tuple[AnswerTown, DeskBrowser],
) -> None:
    town, desk = town_desk
    power = town.hear("whatsapp", "आमच्या भागात वीज नाही")
    cases = {
        town.open_case(
            ("whatsapp", power),
            topic="electricity",
            area="ward:kothrud-bavdhan",
            owner=None,
        ): "body:msedcl",
        town.open_case(
            topic="roads", area=None, place_id="place:camp", owner=None
        ): "body:pune-cantonment",
        town.open_case(
            topic="roads", area=None, place_id="place:phursungi", owner=None
        ): "body:phursungi-council",
    }
    desk.become(LATA, Role.LEAD)
    for number in cases:
        desk.open(f"/cases/{number}/refer")
        desk.send(f"/cases/{number}/refer")
    first = next(iter(cases))
    approve(desk, f"{first}.1")
    send_all(town.context)

    assert {n: case_of(town, n).owner for n in cases} == cases
    assert {case_of(town, n).state for n in cases} == {"referred"}
    assert town.sent("whatsapp") == [
        "वीजपुरवठा महावितरणकडे आहे; कृपया त्यांना आपला ग्राहक क्रमांक द्या."
    ]
    desk.become(LATA)
    desk.open(f"/cases/{first}")
    assert "Passed to another body" in desk.text


def _write_on(town: AnswerTown, channel: str, before: str, text: str) -> None:
    platform: Any = town.sandbox.platform(channel)
    (earlier,) = [post for post in platform.visible_posts() if post.text == before]
    platform.publish(text, author=earlier.author, group=earlier.group)
    town.reports(channel)
    tag_waiting(town.context)
    case_opening.open_pending(town.context)


def test_done_by_field_link_is_confirmed_by_one_and_denied_by_another_and_by_files(
    town_desk: tuple[AnswerTown, DeskBrowser], tmp_path: Path
) -> None:
    town, desk = town_desk
    words = {"whatsapp": "आमच्या गल्लीत पाणी गळते", "messenger": "Water runs in the lane"}
    first, second = (town.hear(*each) for each in words.items())
    tag_waiting(town.context)
    number = case_opening.open_from_mention(town.writer, first, kind="complaint")
    case_opening.join_mention(town.writer, number, second)
    desk.become(ASHA, Role.OPERATOR)
    desk.open(f"/cases/{number}/field-link")
    desk.send(f"/cases/{number}/field-link", made_for="Junior engineer, Kothrud")
    address = desk.driver.find_element("css selector", ".said code").text

    desk.leave()
    desk.follow(address)
    engineers = desk.driver.page_source
    desk.send_here(answer="done", words=DONE)
    desk.follow(address)
    used = desk.text
    send_all(town.context)
    town.clock.advance(MINUTE)
    _write_on(town, "whatsapp", words["whatsapp"], "हो झालं")
    confirmed = case_of(town, number).state
    town.clock.advance(MINUTE)
    _write_on(town, "messenger", words["messenger"], "no still leaking")

    assert not any(text in engineers for text in words.values())
    assert "This cannot be shown" in used
    assert confirmed == "resolved_claimed"
    case = case_of(town, number)
    assert (case.state, case.level, case.reopened) == ("assigned", 1, 1)

    desk.become(ASHA)
    head = "Token No,Status,Case Number,Action Taken,Closed On\n"
    closed = (
        f"WA1,Closed,{number},Pipe repaired and checked,{town.clock.now():%Y-%m-%d}"
    )
    files = {
        "wrong.csv": "Name,Mobile No\nA,99\n",
        "care.csv": f"{head}{closed}\nWA2,Closed\nWA3,Weighed,,,\n",
        "late.csv": f"{head}WA1,Registered,{number},,2026-11-01\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def send_file(name: str) -> str:
        desk.open("/care")
        desk.send("/care/in", file=str(tmp_path / name), how="take")
        return desk.text

    wrong, taken = send_file("wrong.csv"), send_file("care.csv")
    again, late = send_file("care.csv"), send_file("late.csv")
    care_reconcile.reconcile(town.context)
    desk.open("/care")

    assert "This was not done" in wrong
    assert "2 cells where the heading has 5" in taken
    assert "The same file was read before" in again
    assert "Older than what is known\n1" in late
    assert [row.status for row in town.rows(CareRow)] == ["Closed", "Weighed"]
    assert "Closed there, and the citizen says no" in desk.text
    case = case_of(town, number)
    assert (case.state, case.care_token, case.reopened) == ("assigned", "WA1", 1)


def test_a_scare_of_three_days_keeps_suspected_from_confirmed(
    town_desk: tuple[AnswerTown, DeskBrowser],
) -> None:
    town, desk = town_desk
    room = _scare(town)
    issued = {}
    for day, (suspected, confirmed) in enumerate(((22, 0), (101, 12), (130, 73)), 1):
        desk.become(LATA, Role.LEAD)
        desk.open(room)
        claim = f"{suspected} people may be ill, call 98220 12345"
        desk.send(f"{room}/claim", claim=claim)
        desk.send("/ask", who="Health Department")
        if confirmed:
            desk.open(room)
            desk.send(f"{room}/claim", claim=f"{confirmed} people are ill")
            desk.send("/verdict", verdict="true", source="Health Department")
        desk.open(room)
        desk.send(f"{room}/draft")
        # The draft is the update that is promised now: it names no later one.
        desk.open(room)
        due = town.clock.now().astimezone(IST) + HOUR
        desk.send(f"{room}/promise", due=f"{due:%Y-%m-%dT%H:%M}")
        if day == 2:
            town.clock.advance(2 * HOUR)  # the update of this day comes late
            desk.become(LATA)
        desk.open(f"{room}/reports/{day}")
        desk.send(f"{room}/reports/{day}/issue", readers="everybody")
        issued[day] = report_text(town.context, day)
        town.clock.advance(DAY)

    for day, confirmed in ((1, 0), (2, 12), (3, 73)):
        lines = issued[day].splitlines()
        proved = [line for line in lines if line.startswith("- Confirmed: ")]
        open_ = [line for line in lines if line.startswith("- Not confirmed: ")]
        assert (len(proved), len(open_)) == (1 if confirmed else 0, 1)
        assert all("may be ill" not in line for line in proved)
        assert all("are ill" not in line for line in open_)
        assert "98220" not in issued[day]
    assert {day: report_text(town.context, day) for day in issued} == issued
    desk.become(LATA)
    desk.open(room)
    assert "98220" not in desk.driver.page_source
    promises = room_overview.show_room(town.context, 1, "en").updates
    assert [promise.outcome for promise in promises] == ["kept", "late", "kept"]
    desk.open("/incidents/1/look-back")


def _scare(town: AnswerTown) -> str:
    """An incident that was opened an hour ago; the path of its room."""
    now = town.clock.now()
    with db.writing(town.context.engine) as session:
        session.add(
            Incident(
                kind="spike",
                subject="topic:health",
                severity="high",
                opened_at=now - HOUR,
                last_at=now,
            )
        )
    return "/incidents/1/room"


def report_text(context: Context, number: int) -> str:
    return room_overview.text_of_report(context, 1, number, "en")
