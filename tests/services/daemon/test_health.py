"""Health says what is not known of sources: never read, deletions not asked for."""

import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from socialcell import db, mail
from socialcell.clock import FixedClock, SystemClock
from socialcell.config import Workspace
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.desk.model import DeskCase
from socialcell.ops import leases, outbox_store, store
from socialcell.ops.model import Source
from socialcell.ops.webhook_model import TemplateDelivery
from socialcell.services.alerts import escalations
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import note_failure
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.context import Context
from socialcell.services.daemon import health, process_lock
from socialcell.services.doctor import posting_checks
from socialcell.services.doctor.settings_checks import alert_recipients
from socialcell.services.outbox import acknowledgements, outbox
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.settings.notifications import Alerts, Mail
from tests.builders import make_batch, make_record, make_source, store_records
from tests.desk_builders import make_case, make_clock, make_contact, make_message
from tests.inside import socialcell
from tests.operators import acting, operator
from tests.reports.world import World
from tests.running import command, environment

Usage = namedtuple("Usage", "total used free")
DEPLOY = Path(__file__).parents[3] / "deploy"


def alive(context: Context) -> None:
    assert leases.acquire(context.engine, "daemon", "tests", SystemClock().now())


def reasons(context: Context) -> tuple[str, ...]:
    alive(context)
    reasons = health.check_health(context).reasons
    assert all(reason.advice for reason in reasons)
    return tuple(reason.finding for reason in reasons)


def without_mail_server(context: Context) -> Context:
    workspace = context.workspace
    changed = workspace.config.model_copy(update={"mail": Mail()})
    return replace(context, workspace=Workspace(workspace.folder, changed))


def check(context: Context) -> tuple[health.HealthReason, ...]:
    alive(context)
    return health.check_health(context).reasons


def read_source(
    context: Context, name: str = "x.mentions", connector: str = "x"
) -> Source:
    """A source that was read a moment ago."""
    source = make_source(context.engine, name, connector)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        row = store.source_named(session, name)
        row.created_at = row.changed_at = row.last_ok_at = now
    return source


def fail(engine: Engine, source: Source, clock: FixedClock) -> None:
    with db.writing(engine) as session:
        row = store.source_named(session, source.name)
        error = ConnectorError(Kind.TRANSIENT, "the line dropped")
        note_failure(row, error, clock.now())


def recheck(context: Context, source: Source, error: ConnectorError | None) -> None:
    def batches() -> object:
        yield make_batch(cursor={})
        if error is not None:
            raise error

    ledger = Ledger(context.engine, context.clock, "x")
    run_refresh(context, source, "x", ledger, batches(), kind="recheck")  # type: ignore[arg-type]


def test_a_source_that_fails_and_never_succeeded_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at)
    assert reasons(context) == ()

    fail(engine, source, clock)

    assert reasons(context) == ("x.mentions has never been read: the line dropped",)
    assert health.check_health(context).state == "degraded"


def test_a_source_that_nobody_asked_for_a_day_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at + timedelta(hours=25))

    (reason,) = reasons(context)

    assert reason.startswith("x.mentions has never been read: nobody has asked it")


def test_deletions_that_could_not_be_asked_for_are_told_until_they_are(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at)

    recheck(context, source, ConnectorError(Kind.DRIFT, "no list in the answer"))
    (reason,) = reasons(context)
    recheck(context, source, None)

    assert reason == (
        "x.mentions: whether its posts were deleted could not be asked for all of them "
        "(2026-11-23 12:00 IST): no list in the answer"
    )
    assert reasons(context) == ()


def test_a_workspace_that_names_nobody_for_alerts_is_degraded(
    context: Context,
) -> None:
    assert reasons(context) == ()
    changed = context.workspace.config.model_copy(update={"alerts": Alerts()})
    folder = context.workspace.folder

    report = health.check_health(replace(context, workspace=Workspace(folder, changed)))

    (reason,) = report.reasons
    assert report.state == "degraded"
    assert reason.finding == "Nobody is named to be alerted: see alerts in config.yaml."
    # As it is written, the command misses no argument.
    _sentence, command = reason.advice.split("such as: ")
    check = next(alert_recipients(Workspace(folder, changed)))
    assert check.advice.endswith(command)
    tried = socialcell(*command.split()[1:], "--config", folder / "config.yaml")
    assert "There is no channel, phone or recipient 'control-room'" in tried.stderr


def test_a_workspace_whose_alerts_go_by_mail_without_a_server_is_degraded(
    context: Context,
) -> None:
    (reason,) = check(without_mail_server(context))

    assert (reason.code, reason.finding) == (
        "nobody_alerted",
        "An alert would reach nobody: alerts go by mail alone, and mail.host is not "
        "set in config.yaml.",
    )
    assert reason.advice.startswith("Set mail.host there")


def test_an_incident_that_nobody_acknowledges_is_told_when_everybody_was_called(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    world = World(context)
    world.mention(clock.now(), "A wall fell on two men", urgency="critical")
    escalations.advance(context, deliver=False)
    assert reasons(context) == ()

    clock.advance(timedelta(minutes=20))
    unanswered, waiting = reasons(context)

    assert unanswered.startswith(
        "Nobody has acknowledged incident 1 since 2026-11-23 09"
    )
    # Nothing was sent, which is a reason of its own until it is.
    assert waiting.startswith("Messages of alerts that wait to be sent: 1")
    acknowledgements.acknowledge(context, 1)
    assert reasons(context) == (waiting,)


def test_a_case_of_danger_that_nobody_takes_on_is_told(
    context: Context, clock: FixedClock
) -> None:
    with db.writing(context.engine) as session:
        case = make_case(session, clock.now(), priority="P0")
        make_clock(session, case, "first_answer", clock.now())
        other = make_case(session, clock.now(), priority="P0")
        make_clock(session, other, "first_answer", clock.now())
        number = case.number
    assert reasons(context) == ()

    clock.advance(timedelta(minutes=20))
    (reason,) = check(context)
    assert reason.code == "case_not_taken"
    assert reason.finding.startswith(
        f"Nobody has taken on 2 cases of danger to life, the first, {number}, since "
        "2026-11-23 09:00"
    )
    assert reason.advice == f"Take it on: socialcell inbox take {number}."

    meera = operator(context, "Meera Sample")
    with db.writing(context.engine) as session:
        for row in session.scalars(select(DeskCase)):
            row.assignee = meera.id
    assert reasons(context) == ()


def test_of_many_incidents_that_nobody_acknowledges_the_first_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    world = World(context)
    for place in ("Katraj", "Warje", "Baner", "Kondhwa"):
        world.mention(
            clock.now(), f"A wall fell on two men in {place}", urgency="critical"
        )
    escalations.advance(context, deliver=False)

    clock.advance(timedelta(minutes=20))
    four, _waiting = check(context)
    acknowledgements.acknowledge(context, 1)
    three = [reason for reason in check(context) if reason.code == four.code]

    assert four.finding == (
        "Nobody has acknowledged 4 incidents, the first, incident 1, since "
        "2026-11-23 09:00 IST: socialcell alerts list"
    )
    assert four.advice == "Take each on, such as: socialcell alerts ack 1."
    assert [reason.advice for reason in three] == [
        f"Take it on: socialcell alerts ack {number}." for number in (2, 3, 4)
    ]


def test_a_quota_that_is_spent_is_said_with_its_end_and_where_to_look(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    with db.writing(engine) as session:
        row = store.source_named(session, source.name)
        error = ConnectorError(
            Kind.QUOTA, "no posts are left", until=clock.now() + timedelta(days=2)
        )
        note_failure(row, error, clock.now())

    (reason,) = check(context)

    assert reason.code == "quota_spent"
    assert reason.finding == (
        "x.mentions is not read before 2026-11-25 09:00 IST, its quota is spent: "
        "no posts are left"
    )
    assert "socialcell sources budget" in reason.advice


def test_a_source_that_fails_again_and_again_is_said_at_the_third_time(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = read_source(context)
    fail(engine, source, clock)
    fail(engine, source, clock)
    assert check(context) == ()

    fail(engine, source, clock)

    (reason,) = check(context)
    assert reason.code == "source_failing"
    assert reason.finding == "x.mentions failed 3 times in a row: the line dropped"


def test_a_source_that_has_not_succeeded_for_two_days_is_silent(
    context: Context, clock: FixedClock
) -> None:
    read_source(context, "times", "rss")  # its posts cannot be rechecked
    clock.advance(timedelta(days=2))
    assert check(context) == ()

    clock.advance(timedelta(minutes=1))

    (reason,) = check(context)
    assert reason.code == "source_silent"
    assert reason.finding.endswith("its last success was at 2026-11-23 09:00 IST.")


def test_rechecks_that_stopped_are_said_after_a_night_without_one(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = read_source(context)
    recheck(context, source, None)
    clock.advance(timedelta(hours=36))
    assert check(context) == ()

    clock.advance(timedelta(minutes=1))

    (reason,) = check(context)
    assert reason.code == "recheck_stopped"
    assert reason.advice == "Ask now: socialcell sources recheck x.mentions."
    recheck(context, source, None)
    assert check(context) == ()


def test_letters_that_wait_for_over_an_hour_are_said_with_what_is_in_the_way(
    context: Context, clock: FixedClock
) -> None:
    letter = mail.Letter("The week", "text", "<p>text</p>")
    readers = ("a@city.example", "b@city.example")
    outbox.put_letter(context, "report", "week", "en", readers, lambda: letter)
    clock.advance(timedelta(hours=1))
    assert check(context) == ()

    clock.advance(timedelta(minutes=1))

    _nobody, reason = check(without_mail_server(context))
    assert (reason.code, reason.finding) == (
        "letters_waiting",
        "2 messages wait to be sent, the oldest since 2026-11-23 09:00 IST.",
    )
    assert "mail.host is not set in config.yaml. Correct it" in reason.advice


def test_alerts_that_wait_for_over_five_minutes_are_said_apart_from_letters(
    context: Context, clock: FixedClock
) -> None:
    letter = mail.Letter("The week", "text", "<p>text</p>")
    readers = ["a@city.example", "b@city.example"]
    outbox.put_letter(context, "report", "week", "en", readers[:1], lambda: letter)
    outbox.put_letter(context, "alert", "incident.1", "en", readers, lambda: letter)
    clock.advance(timedelta(minutes=5))
    assert check(context) == ()

    clock.advance(timedelta(minutes=1))

    (reason,) = check(context)
    assert (reason.code, reason.finding) == (
        "alerts_waiting",
        "Messages of alerts that wait to be sent: 2, the oldest since 2026-11-23 09:00 "
        "IST. Nobody was told of these alerts.",
    )
    assert reason.advice == (
        "In the way: mail: 2 alerts since 2026-11-23 09:00 IST, not tried yet. Correct "
        "it, then: socialcell outbox send."
    )
    clock.advance(timedelta(hours=1))
    alerts, letters = check(context)
    assert (alerts.code, letters.code) == ("alerts_waiting", "letters_waiting")
    assert letters.finding.startswith("1 messages wait to be sent")


def test_calls_that_were_put_off_count_and_say_why_though_others_were_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    for item in range(1, 8):
        key = f"{outbox_store.ABOUT_ITEM}{item}"
        outbox.put_call(context, "alert", key, "officer", "Danger", lambda: b"{}")
    with db.writing(engine) as session:
        later = clock.now() + timedelta(hours=1)
        assert outbox_store.claim(session, 1, clock.now()) is not None
        outbox_store.settle(session, 1, "pending", clock.now(), "exit code 1", later)
        outbox_store.postpone(session, "officer", later)
    clock.advance(timedelta(minutes=6))

    (nobody,) = check(context)
    letter = mail.Letter("Danger", "text", "<p>text</p>")
    for item in range(1, 8):
        key = f"{outbox_store.ABOUT_ITEM}{item}{outbox_store.LATER}2"
        readers = ["a@city.example"]
        outbox.put_letter(context, "alert", key, "en", readers, lambda: letter)
    with db.writing(engine) as session:
        assert outbox_store.claim(session, 8, clock.now()) is not None
        outbox_store.settle(session, 8, "sent", clock.now(), "250 OK", None)
    (some,) = check(context)
    with db.writing(engine) as session:
        for id_ in range(9, 15):
            assert outbox_store.claim(session, id_, clock.now()) is not None
            outbox_store.settle(session, id_, "sent", clock.now(), "250 OK", None)
    (told,) = check(context)

    assert "wait to be sent: 7, the oldest since 2026-11-23 09:00 IST" in told.finding
    assert nobody.finding.endswith("Nobody was told of these alerts.")
    assert some.finding.endswith("Nobody was told of 6 of the 7 alerts.")
    assert told.finding.endswith("Others were told of the same alerts.")
    assert told.advice == (
        "In the way: officer: 7 alerts since 2026-11-23 09:00 IST, exit code 1 (next "
        "attempt: 2026-11-23 10:00 IST). Correct it, then: socialcell outbox send."
    )


def test_a_phone_whose_waiting_call_was_replaced_counts_from_the_first_it_lacked(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    def call(key: str) -> None:
        outbox.put_call(context, "alert", key, "officer", "Danger", lambda: b"{}")

    def settle(id_: int, answer: str) -> None:
        with db.writing(engine) as session:
            assert outbox_store.claim(session, id_, clock.now()) is not None
            outbox_store.settle(session, id_, "sent", clock.now(), answer, None)

    replaced = "not called: a newer call about it took its place"
    key = f"{outbox_store.ABOUT_ITEM}1"
    call(key)
    for step in (2, 3):
        clock.advance(timedelta(minutes=4))
        call(f"{key}{outbox_store.LATER}{step}")
        settle(step - 1, replaced)
    (waits,) = check(context)
    settle(3, "exit code 0")
    call(f"{outbox_store.ABOUT_ITEM}2")
    clock.advance(timedelta(minutes=5))

    assert waits.code == "alerts_waiting"
    assert "wait to be sent: 1, the oldest since 2026-11-23 09:00 IST" in waits.finding
    assert check(context) == ()  # what it lacked before its last success is over


def test_approved_safety_that_is_not_out_for_ten_minutes_is_said(
    context: Context, clock: FixedClock
) -> None:
    for draft in (
        PostDraft("x", None, "en", "Leave the bank", kind="notice", safety=True),
        PostDraft("x", clock.now() + timedelta(minutes=1), "en", "Water is back"),
    ):
        post = post_drafts.add_post(acting(context, "cell.writer"), draft)
        own_posts.approve_posts(acting(context, "cell.lead"), [post.id or 0])
    clock.advance(timedelta(minutes=10))
    assert check(context) == ()

    clock.advance(timedelta(minutes=5))

    (reason,) = check(context)
    assert reason.code == "safety_not_out"
    assert reason.finding == (
        "Posts about life or limb are approved and not out for 15 minutes: 1."
    )
    assert "socialcell posts publish" in reason.advice


def test_letters_that_died_are_said_for_a_week(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    letter = mail.Letter("The week", "text", "<p>text</p>")
    readers = ("a@city.example",)
    outbox.put_letter(context, "report", "week", "en", readers, lambda: letter)
    with db.writing(engine) as session:
        message = outbox_store.claim(session, 1, clock.now())
        assert message is not None
        outbox_store.settle(session, 1, "dead", clock.now(), "no such mailbox")

    (reason,) = check(context)
    clock.advance(timedelta(days=8))

    assert reason.code == "letters_dead"
    assert check(context) == ()


def test_mentions_that_wait_to_be_tagged_for_over_an_hour_are_said(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    store_records(engine, make_record("1"), make_record("2"), at=clock.now())
    clock.advance(timedelta(hours=1))
    assert "tagging_behind" not in {reason.code for reason in check(context)}

    clock.advance(timedelta(minutes=1))

    (reason,) = (entry for entry in check(context) if entry.code == "tagging_behind")
    assert reason.finding == (
        "2 mentions wait to be tagged, the oldest since 2026-11-23 09:00 IST."
    )


def test_a_disk_that_fills_up_is_said(
    context: Context, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_kind == "postgresql":
        pytest.skip("the server's disk is not ours to look at")
    usage = Usage(10**10, 0, 500 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    (reason,) = check(context)

    assert reason.code == "disk_low"
    assert "500 MiB free" in reason.finding


def test_without_a_daemon_the_other_reasons_are_said_too(
    context: Context, clock: FixedClock
) -> None:
    letter = mail.Letter("The week", "text", "<p>text</p>")
    outbox.put_letter(
        context, "report", "week", "en", ["a@city.example"], lambda: letter
    )
    clock.advance(timedelta(hours=2))

    report = health.check_health(context)

    assert report.state == "dead"
    assert [reason.code for reason in report.reasons] == [
        "no_daemon",
        "letters_waiting",
    ]


@pytest.mark.on_sqlite
def test_a_daemon_that_is_gone_or_silent_is_started_by_the_name_of_its_unit(
    context: Context,
) -> None:
    (gone,) = _of_daemon(context)
    long_ago = SystemClock().now() - 3 * leases.TTL
    assert leases.acquire(context.engine, "daemon", "tests", long_ago)
    (silent,) = _of_daemon(context)

    assert (gone.code, silent.code) == ("no_daemon", "daemon_silent")
    for reason in (gone, silent):
        (unit,) = re.findall(r"systemctl (?:re)?start ([a-z-]+)", reason.advice)
        assert (DEPLOY / f"{unit}.service").is_file()


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("host", "state", "codes"),
    [
        (os.uname().nodename, "dead", ["daemon_gone"]),
        ("elsewhere", "well", []),
    ],
)
def test_a_daemon_that_was_killed_on_this_machine_is_dead_before_its_lease_ends(
    context: Context, folder: Path, host: str, state: str, codes: list[str]
) -> None:
    owner = f"{host}:{folder}:4711:aa"
    assert leases.acquire(context.engine, "daemon", owner, SystemClock().now())

    with process_lock.lock_workspace(folder):
        assert health.check_health(context).state == "well"

    assert health.check_health(context).state == state
    reasons = _of_daemon(context)
    assert [reason.code for reason in reasons] == codes
    assert all("process 4711 on this machine" in reason.finding for reason in reasons)


@pytest.mark.on_sqlite
def test_where_no_daemon_ever_had_the_lock_of_the_folder_its_lease_alone_tells(
    context: Context, folder: Path
) -> None:
    owner = f"{os.uname().nodename}:{folder}:4711:aa"
    assert leases.acquire(context.engine, "daemon", owner, SystemClock().now())

    assert not (folder / process_lock.NAME).exists()
    assert health.check_health(context).state == "well"


def _of_daemon(context: Context) -> list[health.HealthReason]:
    reasons = health.check_health(context).reasons
    return [reason for reason in reasons if "daemon" in reason.code]


@pytest.mark.on_sqlite
def test_health_imports_neither_the_work_of_the_jobs_nor_a_platform_s_client(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    alive(context)
    for name, connector in (
        ("times", "rss"),
        ("x.search", "x"),
        ("uploads", "youtube"),
    ):
        read_source(context, name, connector)
    config = context.workspace.folder / "config.yaml"

    process = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            *command("health", "--config", config)[1:],
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )

    assert "recheck" in process.stdout  # the last one is long ago
    imported = {line.rpartition("|")[2].strip() for line in process.stderr.splitlines()}
    assert "socialcell.services.daemon.health" in imported
    heavy = ("spacy", "numpy", "matplotlib", "requests", "tweepy", "alembic", "jinja2")
    assert imported & {*heavy} == set()


def test_messages_of_which_nobody_knows_are_counted_after_an_hour(
    context: Context, clock: FixedClock
) -> None:
    now = clock.now()
    with db.writing(context.engine) as session:
        case = make_case(session, now)
        contact = make_contact(session, case, "whatsapp")
        later, day_before = now + timedelta(minutes=1), now - timedelta(days=1)
        for state, at, decided_at in (
            ("unsure", now, None),
            ("unsure", day_before, later),  # it waited for a second person
            ("queued", day_before, None),
        ):
            times = {"at": at, "decided_at": decided_at}
            make_message(session, case, contact, direction="out", state=state, **times)
        session.add(
            TemplateDelivery(
                digest="d",
                person="p",
                template="flood",
                language="mr",
                made_by="asha",
                begun_at=later,
            )
        )
    clock.advance(timedelta(hours=1))
    assert "messages_in_doubt" not in {reason.code for reason in check(context)}

    clock.advance(timedelta(seconds=1))

    (reason,) = (own for own in check(context) if own.code == "messages_in_doubt")
    assert "nobody knows whether they were heard: 3. The first" in reason.finding
    assert "answers settle" in reason.advice
    assert "messages settle" in reason.advice
    (warned,) = posting_checks.messages(context)
    assert "answers in cases 2, to other messages 0, people of templates 1" in (
        warned.finding
    )


def test_an_alert_whose_only_way_takes_nothing_is_said_at_once(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Mail(host="127.0.0.1", security="none", user="cell")
    changed = context.workspace.config.model_copy(update={"mail": settings})
    mailed = replace(context, workspace=Workspace(context.workspace.folder, changed))
    letter = mail.Letter("Danger", "text", "<p>text</p>")
    readers = ["a@city.example"]
    outbox.put_letter(mailed, "alert", "incident.1", "en", readers, lambda: letter)
    assert check(mailed) == ()

    outbox.deliver_due(mailed)
    outbox.deliver_due(mailed)

    (reason,) = check(mailed)
    assert reason.code == "alerts_waiting"
    assert reason.finding.endswith("Nobody was told of these alerts.")
    assert "smtp_password" in reason.advice
    # Once: the next round brings no news.
    warnings = [line.levelname for line in caplog.records]
    assert warnings == ["WARNING"]
