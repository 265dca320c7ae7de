"""The weekly report by mail, over a real mail server on loopback."""

import email
import io
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from socialcell import config, db, mail
from socialcell.cli import main
from socialcell.clock import FixedClock
from socialcell.i18n import CODES
from socialcell.ops import outbox_store as store
from socialcell.reports.letters import letter_render
from socialcell.reports.page import Page, Section, Table
from socialcell.reports.weekly.workbook import workbook
from socialcell.services.context import Context
from socialcell.services.outbox import delivery_failures, outbox
from socialcell.services.reporting import report_mail
from socialcell.settings.notifications import Mail, RecipientsByLanguage, Report
from tests.mailbox import Mailbox, held_port, mailbox
from tests.reports.world import MADE, MONDAY, World

MINUTE = timedelta(minutes=1)
TO = ("commissioner@city.example", "cell@city.example")


@pytest.fixture
def server() -> Iterator[tuple[Mailbox, int]]:
    with mailbox() as made:
        yield made


def mailed(world: World, port: int, **changes: Any) -> Context:
    """The world with a mail server, two readers of Marathi and one of each other."""
    given = {"host": "127.0.0.1", "port": port, "security": "none"} | changes
    settings = world.context.workspace.config.model_copy(
        update={
            "mail": Mail(**given),
            "report": Report(
                recipients=RecipientsByLanguage(mr=TO, hi=TO[:1], en=TO[:1])
            ),
        }
    )
    workspace = config.Workspace(world.context.workspace.folder, settings)
    return Context(workspace, world.engine, world.context.clock)


def fill(world: World) -> None:
    world.covered()
    for hour in range(40):
        world.mention(MONDAY + timedelta(hours=hour))


def states(context: Context) -> dict[str, tuple[str, int]]:
    with db.reading(context.engine) as session:
        found = store.list_messages(session)
    return {one.recipient: (one.state, one.attempts) for one in found}


def test_each_recipient_gets_one_whole_letter(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)

    first = report_mail.mail_weekly(context, "mr")
    again = report_mail.mail_weekly(context, "mr")
    done = outbox.deliver_due(context)

    assert (first.letters, again.letters, done.sent) == (2, 0, 2)
    assert [address for address, _ in took.taken] == list(TO)
    message = took.taken[0][1]
    assert message["To"] == TO[0]
    domain = context.workspace.config.mail.sender.rpartition("@")[2]
    assert message["List-Id"].strip() == f"<report.{domain}>"
    unsubscribe = message["List-Unsubscribe"].strip()
    assert unsubscribe.startswith("<mailto:")
    assert unsubscribe.endswith("?subject=unsubscribe%20report>")
    assert message["List-Unsubscribe-Post"] is None
    assert message["Auto-Submitted"].strip() == "auto-generated"
    assert message["Content-Language"].strip() == "mr"
    assert message["Subject"].strip() == first.files.letter.subject
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None
    assert html is not None
    written = first.files.letter_text.read_text("utf-8")
    assert text.get_content().split() == written.split()
    assert len(html.get_content().encode()) <= letter_render.MAX_HTML_BYTES
    assert not [p for p in message.walk() if p.get_content_maintype() == "image"]
    report, attached = message.iter_attachments()
    assert report.get_filename() == first.files.html.name
    page = report.get_content()
    page = page if isinstance(page, str) else page.decode()
    assert page.count('src="data:image/png;base64,') == len(first.files.charts) > 0
    assert ".png" not in page
    book = openpyxl.load_workbook(io.BytesIO(attached.get_content()))
    assert attached.get_filename() == first.files.workbook.name
    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert "n" in kinds
    assert "f" not in kinds


@pytest.mark.parametrize("lang", CODES)
def test_a_subject_keeps_its_spaces_in_every_language(
    world: World, server: tuple[Mailbox, int], lang: str
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)

    made = report_mail.mail_weekly(context, lang)
    outbox.deliver_due(context)

    assert took.taken[0][1]["Subject"] == made.files.letter.subject
    words = {"en": "40 mentions; incidents", "hi": "40 उल्लेख; ", "mr": "४० उल्लेख; "}
    assert words[lang] in took.taken[0][1]["Subject"]


@pytest.mark.parametrize(
    "name", ["Social media cell, Pune", "कक्ष, पुणे महानगरपालिका 411005"]
)
def test_a_sender_keeps_the_spaces_of_its_name(name: str) -> None:
    letter = mail.Letter(subject="A", text="b", html="<p>c</p>")
    settings = Mail(host="mail.example", sender="cell@city.example", sender_name=name)

    made = email.message_from_bytes(
        mail.compose(letter, settings, "key", TO[0], "hi", MADE, "report")
    )

    shown = str(make_header(decode_header(made["From"])))
    assert shown.replace('"', "") == f"{name} <cell@city.example>"


@pytest.mark.parametrize("noun", ["weekly", "daily"])
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "report: {recipients: {hi: [a@b.example]}, brief_to: {hi: [a@b.example]}}",
            "mail.host is not set",
        ),
        ("mail: {host: mail.example}", "names nobody to send to"),
    ],
    ids=["no-host", "nobody"],
)
def test_send_without_a_server_or_a_reader_is_an_error_of_configuration(
    world: World, noun: str, lines: str, said: str, monkeypatch: Any, capsys: Any
) -> None:
    fill(world)
    config_file = world.context.workspace.folder / "config.yaml"
    config_file.write_text(f"clock: {{fixed: {MADE.isoformat()}}}\n{lines}\n")
    words = ["socialcell", "report", noun, "--lang", "hi", "--send"]
    monkeypatch.setattr(sys, "argv", [*words, "--config", str(config_file)])

    with pytest.raises(SystemExit) as stop:
        main()

    assert stop.value.code == 78
    told = capsys.readouterr().err
    assert said in told
    assert "--send" in told
    assert not list(world.context.workspace.reports.glob("*"))
    assert states(world.context) == {}


def test_the_body_is_gone_once_it_was_sent(
    world: World, server: tuple[Mailbox, int]
) -> None:
    context = mailed(world, server[1])
    fill(world)
    report_mail.mail_weekly(context, "en")
    outbox.deliver_due(context)

    with db.reading(context.engine) as session:
        (row,) = store.list_messages(session)
    assert (row.state, row.body, row.attempts) == ("sent", None, 1)


@pytest.mark.fault("F19")
def test_greylisting_is_waited_out_and_the_others_are_not_sent_again(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "mr")
    took.answers[TO[0]] = ["451 4.7.1 Greylisted, come back"]

    first = outbox.deliver_due(context)
    at_once = outbox.deliver_due(context)
    clock = context.clock
    assert isinstance(clock, FixedClock)
    clock.advance(5 * MINUTE)
    second = outbox.deliver_due(context)

    assert (first.sent, first.later, at_once.sent) == (1, 1, 0)
    assert second.sent == 1
    assert [address for address, _ in took.taken] == [TO[1], TO[0]]
    assert states(context) == {TO[0]: ("sent", 2), TO[1]: ("sent", 1)}


@pytest.mark.fault("F20")
def test_a_letter_that_is_refused_is_dead_and_says_why(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "mr")
    took.answers[TO[0]] = ["550 5.1.1 No such person"]

    done = outbox.deliver_due(context)

    assert (done.sent, done.dead) == (1, 1)
    with db.reading(context.engine) as session:
        (row,) = store.list_messages(session, ["dead"])
    assert row.answer == "550 5.1.1 No such person"
    assert outbox.deliver_due(context) == outbox.Delivery()


@pytest.mark.fault("F19")
def test_a_letter_that_is_put_off_for_days_is_dead_in_the_end(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "en")
    took.answers[TO[0]] = ["452 mailbox full"] * 20
    clock = context.clock
    assert isinstance(clock, FixedClock)
    begin = clock.now()

    for wait in delivery_failures.RETRY_WAITS:
        assert outbox.deliver_due(context).later == 1
        clock.advance(wait)
    done = outbox.deliver_due(context)

    assert done.dead == 1
    assert timedelta(days=1) < clock.now() - begin < timedelta(days=3)


@pytest.mark.fault("F18")
def test_a_process_that_died_while_sending_sends_again_under_the_same_id(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "en")
    with db.reading(context.engine) as session:
        (id_,) = store.waiting(session, context.clock.now(), 9)
    with db.writing(context.engine) as session:
        body = store.claim(session, id_, context.clock.now())
        assert body is not None
    assert outbox.deliver_due(context).sent == 0

    assert outbox.recover_unsent(context) == 1
    assert outbox.deliver_due(context).sent == 1

    assert states(context) == {TO[0]: ("sent", 2)}
    (letter,) = took.taken
    key = letter[1]["Message-ID"]
    with db.writing(context.engine) as session:
        session.delete(store.list_messages(session)[0])
    report_mail.mail_weekly(context, "en")
    outbox.deliver_due(context)
    assert took.taken[1][1]["Message-ID"] == key


def test_without_a_server_letters_wait_and_it_is_said(world: World) -> None:
    fill(world)
    context = mailed(world, 25, host=None)

    report_mail.mail_weekly(context, "en")
    done = outbox.deliver_due(context)

    assert "mail.host is not set" in str(done.stopped)
    assert states(context) == {TO[0]: ("pending", 0)}


@pytest.mark.fault("F19")
def test_a_server_that_is_not_there_costs_no_attempt(world: World) -> None:
    fill(world)
    with held_port() as (_place, port):
        context = mailed(world, port)
        report_mail.mail_weekly(context, "en")

        done = outbox.deliver_due(context)

    assert "cannot be reached" in str(done.stopped)
    assert states(context) == {TO[0]: ("pending", 0)}


@pytest.mark.fault("F20")
def test_a_server_without_starttls_gets_nothing_in_the_clear(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port, security="starttls")
    report_mail.mail_weekly(context, "en")

    done = outbox.deliver_due(context)

    assert "Nothing is sent in the clear" in str(done.stopped)
    assert took.asked == []


@pytest.mark.fault("F20")
def test_a_refused_password_stops_the_queue_and_not_a_recipient(world: World) -> None:
    def refuse(*_given: Any) -> AuthResult:
        assert isinstance(_given[-1], LoginPassword)
        return AuthResult(success=False, handled=False)

    with mailbox(authenticator=refuse, auth_require_tls=False) as (_took, port):
        fill(world)
        context = mailed(world, port, user="cell")
        (context.workspace.folder / "secrets" / "smtp_password").write_text("old\n")
        report_mail.mail_weekly(context, "mr")

        done = outbox.deliver_due(context)

    assert "refuses our password" in str(done.stopped)
    assert set(states(context).values()) == {("pending", 0)}
    with db.reading(context.engine) as session:
        answers = {message.answer for message in store.list_messages(session)}
    assert answers == {done.stopped}


def test_a_letter_behind_a_broken_connection_is_not_tried(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "mr")
    took.answers[TO[0]] = ["421 closing down"]

    done = outbox.deliver_due(context)
    again = outbox.deliver_due(context)

    assert (done.sent, done.later, again.sent) == (0, 1, 1)
    assert "the mail server ended the connection" in str(done.stopped)
    assert states(context) == {TO[0]: ("pending", 1), TO[1]: ("sent", 1)}


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
def test_a_certificate_that_nobody_signed_is_not_trusted(
    world: World, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=mail",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )

    context_of_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context_of_server.load_cert_chain(certificate, key)
    with mailbox(tls_context=context_of_server) as (took, port):
        fill(world)
        context = mailed(world, port, security="starttls")
        report_mail.mail_weekly(context, "en")
        done = outbox.deliver_due(context)

    assert "TLS is not trusted" in str(done.stopped)
    assert took.taken == []


@pytest.mark.fault("F21")
def test_a_late_report_says_so_in_its_readers_language(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)

    report_mail.mail_weekly(context, "mr", late=True)
    outbox.deliver_due(context)

    assert took.taken[0][1]["Subject"].startswith("उशिराने: ")


@pytest.mark.parametrize(
    ("reply_to", "written"),
    [
        ("a+b&c@city.example", "a+b%26c@city.example"),
        ("cell@पुणे.example", "cell@%E0%A4%AA%E0%A5%81%E0%A4%A3%E0%A5%87.example"),
    ],
)
def test_the_address_to_write_to_is_encoded_as_a_part_of_a_link(
    reply_to: str, written: str
) -> None:
    letter = mail.Letter("Week", "text", "<p>text</p>")
    settings = Mail(host="mail.example", sender="cell@city.example", reply_to=reply_to)

    mailed = email.message_from_bytes(
        mail.compose(letter, settings, "key", TO[0], "en", MADE, "report")
    )

    unsubscribe = f"<mailto:{written}?subject=unsubscribe%20report>"
    assert mailed["List-Unsubscribe"] == unsubscribe


@pytest.mark.fault("F26")
def test_a_workbook_has_numbers_and_no_formula() -> None:
    rows = [(("=1+1",), ("१,२३४",), ("12.5 %",)), (("औंध",), ("-7",), ("+91 20",))]
    table = Table("Caption", ("a", "b", "c"), rows)
    page = Page("mr", "t", "s", (), [Section("One: two/three", [table, table])], "")

    book = openpyxl.load_workbook(io.BytesIO(workbook(page)))

    assert book.sheetnames == ["One  two three", "One  two three 2"]
    values = [[cell.value for cell in row] for row in book.worksheets[0]["A5:C6"]]
    assert values == [["=1+1", 1234, "12.5 %"], ["औंध", -7, "+91 20"]]
    assert book.worksheets[0]["A5"].data_type == "s"
    assert json.dumps(values)


@pytest.mark.fault("F18")
def test_without_a_daemon_a_dead_process_s_letter_is_due_when_its_claim_has_run_out(
    world: World, server: tuple[Mailbox, int]
) -> None:
    took, port = server
    fill(world)
    context = mailed(world, port)
    report_mail.mail_weekly(context, "en")
    with db.writing(context.engine) as session:
        (id_,) = store.waiting(session, context.clock.now(), 9)
        store.claim(session, id_, context.clock.now())
    clock = context.clock
    assert isinstance(clock, FixedClock)

    clock.advance(store.CLAIMED - MINUTE)
    early = outbox.deliver_due(context)
    clock.advance(MINUTE)
    due = outbox.deliver_due(context)

    assert (early.sent, due.sent, len(took.taken)) == (0, 1, 1)
    assert states(context) == {TO[0]: ("sent", 2)}
