"""The daily brief: the right span, what it counts and says, how it fits a phone."""

import email
import re
from dataclasses import replace
from datetime import datetime, timedelta
from email.policy import default

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.listening.alerts.model import Promise
from socialcell.listening.model import Mention
from socialcell.ops import outbox_store as store
from socialcell.reports.daily.brief_facts import span_of
from socialcell.reports.daily.brief_text import MAX_TEXT_LENGTH
from socialcell.reports.letters.letter_page import Strong
from socialcell.services.context import Context
from socialcell.services.daemon import run_due
from socialcell.services.daemon.job_registry import DaemonJob, list_jobs
from socialcell.services.outbox import outbox_mode
from socialcell.services.reporting import report_mail
from socialcell.settings.notifications import (
    Alerts,
    Channel,
    Mail,
    RecipientsByLanguage,
    Report,
)
from socialcell.settings.section import ConfigSection, SecretName
from tests.reports.daily.brief_night import EVENING, HOUR, MORNING, NIGHT, fill
from tests.reports.world import World

MISSED = {
    "en": "Promise missed, due Fri 20 Nov, 02:00",
    "mr": "आश्वासन पाळले नाही (मुदत शुक्र २० नोव्हेंबर, ०२:००)",
    "hi": "आश्वासन पूरा नहीं हुआ (समय-सीमा शुक्र 20 नवंबर, 02:00)",
}


@pytest.mark.parametrize(
    ("as_of", "start", "end"),
    [
        (MORNING, EVENING, MORNING),
        (MORNING + timedelta(hours=3), EVENING, MORNING),
        (
            MORNING - timedelta(minutes=1),
            EVENING - timedelta(hours=9, minutes=30),
            EVENING,
        ),
        (
            MORNING.replace(hour=18, minute=0),
            MORNING,
            MORNING.replace(hour=18, minute=0),
        ),
    ],
)
def test_a_brief_is_of_the_time_since_the_last_one(
    as_of: datetime, start: datetime, end: datetime
) -> None:
    span = span_of(as_of)

    assert (span.start, span.end) == (start, end)


def test_it_counts_what_came_overnight_and_nothing_else(world: World) -> None:
    fill(world)

    brief = report_mail.make_daily(world.context, "en", MORNING).brief

    assert brief.total == 12
    assert list(brief.topics) == [("water", 12)]
    assert brief.collection.covered == brief.collection.due > 0


def test_the_text_says_what_is_urgent_whose_it_is_and_what_was_not_collected(
    world: World,
) -> None:
    world.covered(end=NIGHT)
    world.mention(
        NIGHT,
        "The main has burst, our street is under water",
        topics=("water",),
        urgency="high",
    )

    text = report_mail.make_daily(world.context, "en", MORNING).text

    assert "Urgent mentions: 1; none speaks of danger to life." in text
    assert "“The main has burst, our street is under water”" in text
    (owner,) = re.findall(r"• Water supply \((.+?)\): ", text)
    assert owner
    assert "What was said on X between Fri 20 Nov, 02:00 and 08:00: " in text
    assert "Collected without gaps: 0 of 1 platforms." in text


@pytest.mark.parametrize(
    ("topics", "subject"),
    [
        (("flood", "drainage"), "• Flood ("),
        (("other", "drainage"), "• Topic not recognised ("),
    ],
)
def test_a_danger_is_said_by_its_own_topic_and_not_by_the_complaints_beside_it(
    world: World, topics: tuple[str, ...], subject: str
) -> None:
    world.mention(
        NIGHT,
        "No van came for a week. My father has not come back from the river",
        topics=topics,
        urgency="critical",
    )

    assert subject in report_mail.make_daily(world.context, "en", MORNING).text


def test_an_urgent_post_is_whose_its_words_say(world: World) -> None:
    world.mention(
        NIGHT,
        "A crush on the stairs of Pune Station",
        topics=("transport",),
        urgency="critical",
        entities=("body:railways", "place:pune-station"),
    )

    assert (
        "(Indian Railways, Pune division): "
        in report_mail.make_daily(world.context, "en", MORNING).text
    )


def test_all_articles_are_counted_however_many_mentions_follow_them(
    world: World,
) -> None:
    later = NIGHT + HOUR
    with db.writing(world.engine) as session:
        session.add_all(
            Mention(
                platform="news" if n < 2 else "x",
                external_id=f"many-{n}",
                kind="article" if n < 2 else "post",
                text=("Old bridge is shut", "A park opens")[n] if n < 2 else "Story",
                missing=[],
                authored_at=NIGHT if n < 2 else later,
                stored_at=later,
            )
            for n in range(502)
        )

    brief = report_mail.make_daily(world.context, "en", MORNING).brief

    assert (brief.total, brief.press_total) == (502, 2)
    assert [row.text for row in brief.press] == ["A park opens", "Old bridge is shut"]


@pytest.mark.parametrize("code", ["en", "mr", "hi"])
def test_a_promise_missed_stands_there_until_it_is_kept(
    world: World, code: str
) -> None:
    fill(world)
    with db.writing(world.engine) as session:
        for text, due in (("पुलाची माहिती", NIGHT), ("नंतर", MORNING + HOUR)):
            session.add(Promise(text=text, due_at=due, made_by="lead", made_at=EVENING))

    report = report_mail.make_daily(world.context, code, MORNING)

    (line,) = [row for row in report.text.splitlines() if "पुलाची माहिती" in row]
    assert line.startswith(MISSED[code])
    assert all(
        not row.startswith(MISSED[code][:9]) or "नंतर" not in row
        for row in report.text.splitlines()
    )
    assert any("पुलाची माहिती" in str(section) for section in report.letter.sections)
    with db.writing(world.engine) as session:
        session.get_one(Promise, 1).kept_at = NIGHT + HOUR
    assert (
        "पुलाची माहिती" not in report_mail.make_daily(world.context, code, MORNING).text
    )


@pytest.mark.parametrize("lang", ["en", "mr", "hi"])
def test_a_night_full_of_trouble_still_fits_a_phone(world: World, lang: str) -> None:
    world.covered()
    for n in range(60):
        world.mention(
            NIGHT + timedelta(minutes=n),
            f"Help, {'water everywhere ' * 20}{n}",
            topics=("water", "flood", "drainage"),
            urgency="critical",
            author=f"person{n}",
        )

    report = report_mail.make_daily(world.context, lang, MORNING)

    assert len(report.text) <= MAX_TEXT_LENGTH
    assert len(report.text.splitlines()) >= 5


def test_the_marathi_one_has_no_english_words_of_ours(world: World) -> None:
    fill(world)

    text = report_mail.make_daily(world.context, "mr", MORNING).text

    assert not re.findall("[A-Za-z]{2,}", text)
    assert "वाढलेले विषय: पाणीपुरवठा १२ (आधी ०)" in text


def test_a_reader_gets_one_letter_a_brief(world: World) -> None:
    fill(world)
    settings = world.context.workspace.config.model_copy(
        update={
            "report": Report(brief_to=RecipientsByLanguage(mr=("desk@city.example",)))
        }
    )
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, world.context.clock)

    assert report_mail.send_daily(context, "mr", MORNING) == 1
    assert report_mail.send_daily(context, "mr", MORNING + timedelta(hours=1)) == 0
    assert report_mail.send_daily(context, "en", MORNING) == 0

    with db.reading(world.engine) as session:
        (letter,) = store.list_messages(session)
    assert letter.kind == "brief"
    assert outbox_mode.current_mode(context) == "normal"


@pytest.mark.parametrize("hours_late", [1, 4])
def test_after_an_outage_one_brief_is_of_the_whole_time_since_the_last_one(
    world: World, clock: FixedClock, hours_late: int
) -> None:
    report = Report(brief_to=RecipientsByLanguage(en=("desk@city.example",)))
    settings = world.context.workspace.config.model_copy(update={"report": report})
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, clock)

    def briefs(context: Context) -> list[DaemonJob]:
        return [job for job in list_jobs(context) if job.name.startswith("report:d")]

    def run_at(moment: datetime) -> None:
        clock.set(moment)
        run_due.run_due_jobs(context, 1, lambda: False, briefs)

    run_at(MORNING)
    world.mention(MORNING + HOUR, "The water is brown", topics=("water",))
    back_at = MORNING + timedelta(days=2, hours=hours_late)
    run_at(back_at)
    run_at(back_at + timedelta(minutes=1))
    if hours_late > 2:  # too late for the morning's
        run_at(MORNING + timedelta(days=2, hours=9.5))

    with db.reading(world.engine) as session:
        newest, *others = store.list_messages(session)
        assert newest.body is not None
        message = email.message_from_bytes(newest.body, policy=default)
    text = message.get_body(("plain",)).get_content()
    assert len(others) == 1
    assert "Since Fri 20 Nov, 08:30" in " ".join(text.split())
    assert "1 mention" in text


def test_after_a_long_outage_a_brief_is_of_the_last_seven_days(
    world: World, clock: FixedClock
) -> None:
    report = Report(brief_to=RecipientsByLanguage(en=("desk@city.example",)))
    settings = world.context.workspace.config.model_copy(update={"report": report})
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, clock)
    for days in (0, 10):
        clock.set(MORNING + timedelta(days=days))
        assert report_mail.send_daily(context, "en") == 1

    with db.reading(world.engine) as session:
        newest = store.list_messages(session)[0]
        assert newest.body is not None
        message = email.message_from_bytes(newest.body, policy=default)
    text = message.get_body(("plain",)).get_content()
    assert "Since Mon 23 Nov, 08:30" in " ".join(text.split())


@pytest.mark.parametrize(("minutes", "shown"), [(1, False), (96, True)])
def test_a_brief_that_leaves_late_says_what_danger_came_since(
    world: World, clock: FixedClock, minutes: int, shown: bool
) -> None:
    report = Report(brief_to=RecipientsByLanguage(en=("desk@city.example",)))
    settings = world.context.workspace.config.model_copy(update={"report": report})
    workspace = Workspace(world.context.workspace.folder, settings)
    context = Context(workspace, world.engine, clock)
    world.mention(MORNING, "A wall fell on a man", urgency="critical")
    clock.set(MORNING + timedelta(minutes=minutes))

    assert report_mail.send_daily(context, "en", MORNING) == 1

    with db.reading(world.engine) as session:
        (row,) = store.list_messages(session)
        assert row.body is not None
        message = email.message_from_bytes(row.body, policy=default)
    text = " ".join(message.get_body(("plain",)).get_content().split())
    assert ("1 mention since then speaks of danger to life" in text) is shown


SINCE = {
    "en": "This is the brief of Fri 20 Nov, 08:30. ",
    "mr": "हा शुक्र २० नोव्हेंबर, ०८:३० या वेळेचा संक्षिप्त अहवाल आहे. ",
    "hi": "यह शुक्र 20 नवंबर, 08:30 की संक्षिप्त रिपोर्ट है। ",
}
DANGERS = {
    "en": "2 mentions since then speak of danger to life: ",
    "mr": "त्यानंतर जीवितास धोका सांगणारे २ उल्लेख आले: ",
    "hi": "उसके बाद जान का ख़तरा बताने वाले 2 उल्लेख आए: ",
}
NO_DANGER = {
    "en": "No mention since then speaks of danger to life.",
    "mr": "त्यानंतर जीवितास धोका सांगणारा एकही उल्लेख आलेला नाही.",
    "hi": "उसके बाद जान का ख़तरा बताने वाला कोई उल्लेख नहीं आया।",
}


@pytest.mark.parametrize("lang", list(SINCE))
def test_between_briefs_a_line_says_of_when_it_is_and_what_danger_came_since(
    world: World, lang: str
) -> None:
    world.mention(NIGHT, "A wall fell on a man", urgency="critical")
    now = replace(world.context, clock=FixedClock(MORNING + 5 * HOUR))

    quiet = report_mail.make_daily(now, lang)
    world.mention(MORNING + HOUR, "A wall fell on two men", urgency="critical")
    # What has no time counts by when it reached us.
    arrived = {"urgency": "critical", "stored_at": MORNING + HOUR}
    world.mention(None, "A child fell into the river", **arrived)
    world.mention(MORNING + HOUR, "No water today", urgency="high")
    report = report_mail.make_daily(now, lang)
    scheduled = report_mail.make_daily(now, lang, MORNING)

    command = "socialcell mentions list --urgency critical --since 2026-11-20T08:30"
    assert quiet.since == SINCE[lang] + NO_DANGER[lang]
    assert report.since == SINCE[lang] + DANGERS[lang] + command
    assert scheduled.since is None
    assert report.text == scheduled.text


NOBODY = {
    "en": "No one is named to be alerted",
    "mr": "इशारा कोणाला द्यायचा हे ठरवलेले नाही",
    "hi": "चेतावनी किसे देनी है, यह तय नहीं है",
}
NO_SERVER = {
    "en": "Alerts go by mail alone, and no mail server is set",
    "mr": "इशारे फक्त ई-मेलने जातात आणि ई-मेल सर्व्हर दिलेला नाही",
    "hi": "चेतावनियाँ केवल ई-मेल से जाती हैं और ई-मेल सर्वर दिया नहीं गया है",
}


def first_lines(world: World, lang: str, **sections: ConfigSection) -> tuple[str, str]:
    """The first lines of the brief's text and, where it is bold, of its letter, with
    other sections in config.yaml."""
    changed = world.context.workspace.config.model_copy(update=sections)
    workspace = Workspace(world.context.workspace.folder, changed)
    brief = report_mail.make_daily(
        Context(workspace, world.engine, world.context.clock), lang, MORNING
    )
    assert len(brief.text) <= MAX_TEXT_LENGTH
    part = brief.letter.lead[0][0]
    bold = part.text if isinstance(part, Strong) else ""
    return brief.text.splitlines()[0], bold


@pytest.mark.parametrize("lang", list(NOBODY))
def test_while_nobody_is_named_to_be_alerted_the_first_line_says_so(
    world: World, lang: str
) -> None:
    fill(world)
    assert not report_mail.make_daily(world.context, lang, MORNING).brief.unreached

    for line in first_lines(world, lang, alerts=Alerts()):
        assert line.startswith(NOBODY[lang])


@pytest.mark.parametrize("lang", list(NO_SERVER))
def test_while_alerts_go_by_mail_alone_without_a_server_the_first_line_says_so(
    world: World, lang: str
) -> None:
    fill(world)
    room = Channel(kind="slack", url=SecretName(secret="room"))
    settings = world.context.workspace.config.alerts
    by_chat_too = settings.model_copy(update={"channels": {"cell": room}})

    for line in first_lines(world, lang, mail=Mail()):
        assert line.startswith(NO_SERVER[lang])

    for line in first_lines(world, lang, mail=Mail(), alerts=by_chat_too):
        assert not line.startswith(NO_SERVER[lang])
