"""Letters of ward offices and departments: their own part of the week, once each."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import config
from socialcell.cli import main
from socialcell.errors import ConfigError, UsageError
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterTable, plain_text
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.reporting import report_mail, weekly_letters
from socialcell.settings.notifications import Mail, OfficeRecipients, Report
from tests.mailbox import Mailbox, mailbox
from tests.reports.around import alert, incident
from tests.reports.weekly import weeks
from tests.reports.weekly.weeks import FRIDAY, KOTHRUD, SINHAGAD
from tests.reports.world import HOUR, MADE, MONDAY, World

OFFICER, ENGINEER = "sinhagad@city.example", "water@city.example"


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as box:
        yield box


def with_offices(world: World, port: int, *rows: dict[str, Any]) -> Context:
    """The world with a mail server and these rows of report.offices."""
    settings = world.context.workspace.config.model_copy(
        update={
            "mail": Mail(host="127.0.0.1", port=port, security="none"),
            "report": Report(offices=tuple(OfficeRecipients(**row) for row in rows)),
        }
    )
    workspace = config.Workspace(world.context.workspace.folder, settings)
    return Context(workspace, world.engine, world.context.clock)


def office_text(world: World, office: str, lang: str = "en") -> str:
    letter = weekly_letters.make_office_letter(world.context, office, lang)
    return letter_render.text(letter.page)


def test_a_ward_office_reads_of_its_own_part_alone(world: World) -> None:
    weeks.flood(world)
    world.mention(
        FRIDAY, topics=("waste",), wards=(KOTHRUD,), entities=("place:karve-nagar",)
    )

    text = office_text(world, SINHAGAD)

    assert text.startswith("Sinhagad Road: Flood, 12 mentions, no one is assigned\n")
    for line in (
        "Flood at Sinhagad Road: 12 of its 12 mentions name a place of this ward",
        "In all 12 mentions. Same hours last week and now: 0 → 12.",
        "Discharge (cusecs): 24,310 / 51,000; none is confirmed.",
        "* Who takes charge: Flood at Sinhagad Road",
        "* 10 expect an answer (last week 0)",
        "* 10 urgent (last week 0)",
        "* Flood. Mentions: 10",
        "* Ekta Nagari. Mentions: 10",
    ):
        assert line in text
    assert "Waste" not in text
    assert "Karve" not in text


def test_another_ward_office_is_not_told_of_an_incident_elsewhere(world: World) -> None:
    weeks.flood(world)
    world.mention(FRIDAY, topics=("waste",), wards=(KOTHRUD,))

    text = office_text(world, KOTHRUD)

    assert text.startswith(
        "Kothrud - Bavdhan: 1 mention, of these 1 expect an answer\n"
    )
    assert "Flood" not in text


def test_a_department_reads_of_what_it_answers_for(world: World) -> None:
    weeks.flood(world)
    world.mention(MONDAY, topics=("water",), wards=(KOTHRUD,))

    text = office_text(world, "dept:water")

    assert text.startswith("Water Supply Department: 1 mention")
    assert "* Kothrud - Bavdhan. Mentions: 1" in text
    assert "Flood" not in text


def test_an_office_without_anything_is_told_so_in_two_lines(world: World) -> None:
    weeks.flood(world)

    for office, beginning in (
        ("ward:aundh-baner", "No mention named a place of this ward office"),
        ("dept:education", "No mention fell to this office"),
    ):
        page = weekly_letters.make_office_letter(world.context, office, "en").page
        assert page.subject.endswith(": nothing this week")
        first, second = map(plain_text, page.lead)
        assert first.startswith(beginning)
        assert second == "Source: 1 platform, collected without gaps."
        assert page.sections == ()


def test_the_ten_oldest_open_commitments_of_a_ward_office_stand_in_its_letter(
    world: World,
) -> None:
    weeks.quiet(world)
    for number in range(12):
        due = MONDAY - timedelta(days=number)
        weeks.commitment(world, due, f"Drain {number}", ward=KOTHRUD)
    weeks.commitment(world, MONDAY, "Elsewhere", ward=SINHAGAD)

    page = weekly_letters.make_office_letter(world.context, KOTHRUD, "en").page

    (section,) = [s for s in page.sections if s.title.startswith("Open commitments")]
    table = section.blocks[0]
    assert isinstance(table, LetterTable)
    names = [plain_text(row[0]) for row in table.rows]
    assert names == [f"Drain {number}" for number in range(11, 1, -1)]
    assert "2 more commitments are not shown." in letter_render.text(page)


def test_each_office_gets_one_letter_a_week_in_its_language(
    world: World, server: tuple[Mailbox, int]
) -> None:
    box, port = server
    weeks.flood(world)
    context = with_offices(
        world,
        port,
        {"to": [OFFICER], "ward": SINHAGAD},
        {"to": [ENGINEER, OFFICER], "owner": "dept:disaster", "lang": "en"},
        {"to": [OFFICER], "ward": SINHAGAD},
    )

    first = report_mail.mail_offices(context, MADE)
    again = report_mail.mail_offices(context, MADE)
    delivered = outbox.deliver_due(context)

    assert (first, again, delivered.sent) == (3, 0, 3)
    subjects = sorted((to, message["Subject"]) for to, message in box.taken)
    assert subjects == [
        (
            OFFICER,
            "Disaster Management Department: Flood, 12 mentions, no one is assigned",
        ),
        (OFFICER, "सिंहगड रोड: पूर, १२ उल्लेख, कार्यवाही अद्याप सुरू नाही"),
        (
            ENGINEER,
            "Disaster Management Department: Flood, 12 mentions, no one is assigned",
        ),
    ]
    (marathi,) = [message for _, message in box.taken if "सिंहगड" in message["Subject"]]
    assert not list(marathi.iter_attachments())
    html = marathi.get_body(("html",))
    assert html is not None
    assert "निर्णय आवश्यक" in html.get_content()
    assert '<html lang="mr"' in html.get_content()
    assert "subject=unsubscribe" in html.get_content()


def test_a_late_letter_of_an_office_says_so(
    world: World, server: tuple[Mailbox, int]
) -> None:
    box, port = server
    weeks.flood(world)
    context = with_offices(
        world, port, {"to": [OFFICER], "ward": SINHAGAD, "lang": "en"}
    )

    report_mail.mail_offices(context, MADE, late=True)
    outbox.deliver_due(context)

    assert box.taken[0][1]["Subject"] == (
        "Late: Sinhagad Road: Flood, 12 mentions, no one is assigned"
    )


@pytest.mark.parametrize(
    ("row", "nearest"),
    [
        ({"ward": "ward:sinhgad-road"}, "nearest: ward:sinhagad-road"),
        ({"owner": "dept:watr"}, "nearest: dept:water"),
        ({"ward": "dept:water"}, "nearest: ward:"),
    ],
)
def test_an_unknown_office_is_refused_with_the_nearest_id(
    world: World, row: dict[str, str], nearest: str
) -> None:
    context = with_offices(world, 1, {"to": [OFFICER], **row})

    with pytest.raises(ConfigError) as refusal:
        report_mail.mail_offices(context, MADE)

    assert nearest in str(refusal.value)
    assert "config.yaml" in str(refusal.value)


@pytest.mark.parametrize(
    "row", ["{to: [a@b.example]}", "{to: [a@b.example], ward: x, owner: y}"]
)
def test_a_row_names_a_ward_office_or_an_owner(world: World, row: str) -> None:
    file = world.context.workspace.folder / "config.yaml"
    file.write_text(f"report: {{offices: [{row}]}}\n")

    with pytest.raises(ConfigError, match="takes ward: ID or owner: ID"):
        config.load(file)


def run(world: World, monkeypatch: Any, *words: str) -> int:
    """The exit code of the command on the world's workspace."""
    file = world.context.workspace.folder / "config.yaml"
    file.write_text(f"clock: {{fixed: {MADE.isoformat()}}}\n")
    parts = ["socialcell", "report", "weekly", *words, "--config", str(file)]
    monkeypatch.setattr(sys, "argv", parts)
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_a_letter_of_an_office_is_made_by_hand(
    world: World, monkeypatch: Any, capsys: Any, tmp_path: Path
) -> None:
    weeks.flood(world)

    code = run(world, monkeypatch, "--ward", "sinhagad-road", "--out", str(tmp_path))

    assert code == 0
    assert "Subject: Sinhagad Road: Flood, 12 mentions" in capsys.readouterr().out
    stem = "weekly-2026-11-16.en.ward-sinhagad-road.letter"
    assert {file.name for file in tmp_path.glob("weekly-*")} == {
        f"{stem}.html",
        f"{stem}.txt",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--ward", "sinhgad-road"), "Nearest: ward:sinhagad-road"),
        (("--department", "dept:watr"), "Nearest: dept:water"),
        (("--ward", SINHAGAD, "--department", "water"), "one of the two"),
        (("--ward", SINHAGAD, "--send"), "without --send"),
    ],
)
def test_a_letter_of_no_office_is_refused(
    world: World, monkeypatch: Any, capsys: Any, words: tuple[str, ...], message: str
) -> None:
    world.covered()

    assert run(world, monkeypatch, *words) == UsageError.exit_code
    assert message in capsys.readouterr().err


def test_an_older_week_has_no_letters_of_offices(world: World) -> None:
    from sqlalchemy import update

    from socialcell import db
    from socialcell.ops.model import FrozenReport

    weeks.quiet(world)
    numbers = dict(weeks.numbers(world))
    del numbers["letter"]
    with db.writing(world.engine) as session:
        session.execute(update(FrozenReport).values(numbers=numbers))

    with pytest.raises(UsageError, match="counted by an earlier version"):
        weekly_letters.make_office_letter(world.context, KOTHRUD, "en")


def test_what_an_office_is_asked_stands_beside_last_week(world: World) -> None:
    weeks.quiet(world)
    world.mention(MONDAY - timedelta(days=7) + 2 * HOUR, wards=(KOTHRUD,))

    text = office_text(world, KOTHRUD)

    assert "* 9 mentions (last week 1)" in text
    assert "* 4 expect an answer (last week 1)" in text


@pytest.mark.parametrize(
    ("subject", "count", "names_it"),
    [("topic:waste", 5, True), ("topic:waste", 4, False), ("topic:other", 5, False)],
)
def test_an_office_reads_of_incidents_with_a_subject_and_five_mentions_of_its_places(
    world: World, subject: str, count: int, names_it: bool
) -> None:
    world.covered()
    for number in range(count):
        world.mention(
            FRIDAY + number * weeks.MINUTE,
            topics=(subject.removeprefix("topic:"),),
            wards=(KOTHRUD,),
        )
    id_ = incident(world, subject, FRIDAY + HOUR)
    alert(world, id_, subject, FRIDAY + HOUR)

    text = office_text(world, KOTHRUD)

    assert (f"Incident {id_}" in text) == names_it


def test_a_recipient_of_two_rows_of_an_office_gets_its_letter_once() -> None:
    rows = [
        OfficeRecipients(to=(OFFICER, ENGINEER), ward=SINHAGAD),
        OfficeRecipients(to=(ENGINEER, OFFICER), ward=SINHAGAD),
    ]

    recipients = weekly_letters.recipients_by_letter(rows)

    assert list(recipients.values()) == [[OFFICER, ENGINEER]]
