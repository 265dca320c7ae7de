"""What is told of an incident: numbers, mentions, coverage, a link, who is told."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.config import Workspace
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import OF_ONE, UNITS, Alert, Incident, Promise
from socialcell.listening.model import Mention
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import outbox_store as store
from socialcell.reports.letters import letter_render
from socialcell.services.alerts import commitments, incident_notifications
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.settings.notifications import Alerts, Mail
from tests.builders import make_author, make_record, store_records
from tests.mailbox import mailbox

pytestmark = pytest.mark.swept_on_postgresql

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=IST)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LETTERS = {"recipients": {"en": ["cell@city.example"], "mr": ["desk@city.example"]}}
ROOM = {"kind": "slack", "lang": "mr", "url": {"secret": "room"}}


def told(context: Context, **alerts: Any) -> Context:
    """The workspace with these settings of alerts."""
    made = Alerts.model_validate({"quiet": None, **LETTERS, **alerts})
    changed = context.workspace.config.model_copy(update={"alerts": made})
    return Context(
        Workspace(context.workspace.folder, changed), context.engine, context.clock
    )


def spike(
    engine: Engine, *more: Alert, subject: str = "topic:flood", severity: str = "high"
) -> int:
    """An incident of four mentions in the hour before noon; its id."""
    records = [
        make_record(
            f"m{n}",
            text=f"{what}: @asha_kale 9822012345",
            authored_at=NOON - n * 10 * MINUTE,
            author=make_author(f"u{n}"),
        )
        for n, what in enumerate(("Water in houses", "Boats", "Lane shut", "Dark"), 1)
    ]
    store_records(engine, *records, at=NOON)
    with db.writing(engine) as session:
        made = Incident(
            kind="rule" if subject.startswith("rule:") else "spike",
            subject=subject,
            severity=severity,
            opened_at=NOON,
            last_at=NOON,
        )
        session.add(made)
        session.flush()
        own = Alert(
            incident_id=made.id or 0,
            key="first",
            series=subject,
            at=NOON,
            score=0.9,
            observed=40,
            expected=3.2,
            mentions=[1, 2, 3, 4],
            coverage=0.875,
        )
        for one in (own, *more):
            one.incident_id = made.id or 0
            session.add(one)
        return made.id or 0


def words(context: Context, id_: int, lang: str = "en") -> str:
    return letter_render.text(incident_notifications.page(context, id_, lang))


def test_a_letter_says_numbers_coverage_severity_who_is_told_and_where_more_is(
    context: Context, engine: Engine
) -> None:
    id_ = spike(engine)

    said = words(told(context, channels={"cell-room": ROOM}), id_)

    assert "40 people wrote in the hour to 20 Nov 2026, 12:00; normally 3." in said
    assert "88% of the day's hours were collected without gaps." in said
    assert said.startswith("Alert: Flood\n")
    assert "No mention of it is counted yet." in said
    assert "No one is assigned." in said
    assert "Severity: high." in said
    assert "Notified: 2 e-mails sent, cell-room." in said
    assert f"socialcell alerts ack {id_}" in said
    assert "socialcell mentions search 'topic:flood since:" in said


def test_three_mentions_are_shown_and_nobody_in_them(
    context: Context, engine: Engine
) -> None:
    said = words(told(context), spike(engine, subject="all"))

    assert [one in said for one in ("Water in", "Boats", "Lane shut", "Dark")] == [
        True,
        True,
        True,
        False,
    ]
    assert "asha" not in said
    assert "98220" not in said
    assert said.count("नागरिक-") == 3


@pytest.mark.parametrize("code", ["mr", "hi"])
def test_no_english_is_left_in_the_other_languages(
    context: Context, engine: Engine, code: str
) -> None:
    joined = Alert(
        key="j",
        series="account",
        at=NOON,
        observed=90_000,
        mentions=[4],
        incident_id=0,
    )
    phrase = Alert(
        key="p",
        series="phrase:पाणी घरात",
        at=NOON,
        score=7.0,
        observed=12,
        expected=0.4,
        mentions=[1],
        minutes=180,
        incident_id=0,
    )

    said = words(told(context), spike(engine, joined, phrase), code)

    quoted = re.sub(r"“.*”", "", said)
    without = re.sub(r"socialcell .*|‎|X\b|नागरिक-\w+", "", quoted)
    assert re.findall("[A-Za-z]{2,}", without) == []
    assert "पाणी घरात" in said


def test_what_its_platform_withholds_is_not_quoted(
    context: Context, engine: Engine
) -> None:
    joined = Alert(
        incident_id=0, key="joined", series="account", at=NOON, observed=9000,
        mentions=[2],
    )  # fmt: skip
    id_ = spike(engine, joined, subject="all")
    table = db.table(Mention)
    barred = {"countries": ["IN"], "scope": "tweet", "copyright": False}
    with db.writing(engine) as session:
        rows = table.c.text.startswith("Boats")
        session.execute(table.update().where(rows).values(withheld=barred))

    said = words(told(context), id_)

    assert "Boats" not in said
    assert "Lane shut" in said
    assert "9,000 followers" in said


def test_a_phrase_does_not_stand_for_an_incident_that_has_a_series(
    context: Context, engine: Engine
) -> None:
    phrase = Alert(
        key="p",
        series="phrase:boats",
        at=NOON,
        score=7.0,
        observed=12,
        expected=0.4,
        mentions=[2],
        minutes=180,
        incident_id=0,
    )

    said = words(told(context), spike(engine, phrase))

    assert "40 people wrote in the hour" in said
    assert "“boats”. When: 20 Nov 2026, 12:00; People: 12; Normally: 0" in said


def test_the_command_finds_the_mentions_that_the_incident_rests_on(
    context: Context, engine: Engine
) -> None:
    id_ = spike(engine, subject="all")
    store_records(
        engine, make_record("late", authored_at=NOON + 5 * MINUTE), at=NOON + HOUR
    )

    (query,) = re.findall("mentions search '(.*)'", words(told(context), id_))

    with db.reading(engine) as session:
        found = mention_queries.mentions(session, MentionFilter(parse(query)))
    assert sorted(row.id for row in found) == [1, 2, 3, 4]


def test_with_a_console_the_letter_links_to_it(
    context: Context, engine: Engine
) -> None:
    id_ = spike(engine)

    said = words(told(context, console_url="https://console.city.example/"), id_)

    assert (
        f"More about this incident <https://console.city.example/incidents/{id_}>"
        in said
    )


def test_a_room_is_told_in_its_language_without_any_address(
    context: Context, engine: Engine
) -> None:
    id_ = spike(engine, subject="all")
    given = told(
        context,
        recipients={},
        channels={"cell-room": ROOM},
        console_url="https://console.city.example",
    )

    assert (
        incident_notifications.notify_incidents(given),
        incident_notifications.notify_incidents(given),
    ) == (1, 0)

    with db.reading(engine) as session:
        (message,) = store.list_messages(session)
        about = [
            one.recipient
            for one in store.messages_with_prefix(session, f"incident.{id_}.")
        ]
    assert (message.channel, message.recipient) == ("slack", "cell-room")
    assert about == ["cell-room"]
    body = json.loads(message.body or b"")
    assert body["text"] == "इशारा: सर्व उल्लेख"
    whole = json.dumps(body, ensure_ascii=False)
    assert "तीव्रता: उच्च." in whole
    assert "<https://console.city.example/incidents/1>" in whole
    assert whole.count("नागरिक-") == 3
    assert "hooks.slack.com" not in whole


def test_in_the_quiet_hours_rooms_hear_of_the_worst_only(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    given = told(
        context, recipients={}, channels={"cell-room": ROOM}, quiet=("22:00", "07:00")
    )
    spike(engine, severity="medium")
    clock.set(datetime(2026, 11, 20, 23, 0, tzinfo=IST))
    assert incident_notifications.notify_incidents(given) == 0

    clock.set(datetime(2026, 11, 21, 7, 0, tzinfo=IST))

    assert incident_notifications.notify_incidents(given) == 1


def test_a_promise_missed_is_told_with_its_text_and_where_it_was_given(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    due, link = NOON + HOUR, "https://x.com/PMCPune/status/1"
    id_ = commitments.add_promise(context, "Next update on the bridge", due, link=link)
    with db.writing(engine) as session:
        session.add(
            Incident(
                kind="promise",
                subject=f"promise:{id_}",
                severity="medium",
                opened_at=due,
                last_at=due,
            )
        )

    said = words(told(context), 1)

    assert said.startswith("Promise missed: Next update on the bridge")
    assert "It was due on 20 Nov 2026, 13:00 and is not marked as kept." in said
    assert f"More about this incident <{link}>" in said


# By the kind of its alerts: an incident's subject, the title of its letter, and what
# the letter says first.
LETTERS_BY_KIND = {
    "spike": ("topic:flood", "Alert: Flood", "40 people wrote in the hour to 20 Nov"),
    "phrase": ("phrase:gas", "Alert: “gas”", "40 people wrote “gas” in the 1 hours to"),
    "rule": ("rule:gas", "Alert: gas", "40 mentions in the 60 minutes to 20 Nov 2026"),
    "source": (
        "source:rss.paper",
        "Alert: Nothing comes from rss.paper",
        "rss.paper has brought nothing for 40 hours.",
    ),
    "promise": ("promise:1", "Promise missed: A", "It was due on 20 Nov 2026, 12:00"),
}


@pytest.mark.parametrize("kind", sorted(set(UNITS) - set(OF_ONE)))
def test_the_letter_of_each_kind_of_alert_has_a_sentence_of_its_own(
    context: Context, engine: Engine, kind: str
) -> None:
    subject, title, line = LETTERS_BY_KIND[kind]
    with db.writing(engine) as session:
        due = Promise(text="A", due_at=NOON, made_by="asha", made_at=NOON - HOUR)
        made = Incident(
            kind="spike" if kind == "phrase" else kind,
            subject=subject,
            severity="high",
            opened_at=NOON,
            last_at=NOON,
        )
        session.add_all([due, made])
        session.flush()
        own = Alert(
            incident_id=made.id or 0,
            key=subject,
            series=subject,
            at=NOON,
            observed=40,
            expected=3.2,
            mentions=[],
        )
        session.add(own)
        session.flush()
        id_, own_kind = made.id or 0, own.kind

    page = incident_notifications.page(told(context), id_, "en")

    assert own_kind == kind
    assert page.subject == title
    assert f"\n{line}" in letter_render.text(page)


def test_an_incident_that_is_not_there_cannot_be_shown(context: Context) -> None:
    with pytest.raises(UsageError, match="no incident 7"):
        incident_notifications.page(context, 7, "en")


def test_a_trial_of_a_room_that_is_not_there_names_those_that_are(
    context: Context,
) -> None:
    given = told(context, channels={"cell-room": ROOM})

    with pytest.raises(UsageError, match=r"There are: .*, cell-room\."):
        incident_notifications.send_trial(given, "lobby")


def test_a_trial_says_that_it_is_one(context: Context, engine: Engine) -> None:
    given = told(context, channels={"cell-room": {**ROOM, "lang": "en"}})

    # The room has no address yet.
    assert incident_notifications.send_trial(given, "cell-room").dead == 1

    with db.reading(engine) as session:
        (message,) = store.list_messages(session)
    body = json.dumps(json.loads(message.body or b""))
    assert "Alerts of the social media cell come here. This is a trial." in body


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_trial_letter_goes_to_its_recipient_once_and_says_what_became_of_it(
    context: Context, is_taken: bool
) -> None:
    given = told(context, recipients={"en": ["desk@city.example"]})
    with mailbox() as (box, port):
        settings = Mail(host="127.0.0.1", port=port, security="none")
        config = given.workspace.config.model_copy(update={"mail": settings})
        workspace = Workspace(given.workspace.folder, config)
        mailed = replace(given, workspace=workspace)
        if not is_taken:
            box.answers["desk@city.example"] = ["450 busy", "250 OK"]

        trial = incident_notifications.send_trial(mailed, "desk@city.example")
        later = outbox.deliver_due(mailed)

    assert (trial.sent, later) == (int(is_taken), outbox.Delivery())
    assert trial.stopped == (None if is_taken else "450 busy")
    texts = [message.as_string() for _to, message in box.taken]
    assert len(texts) == trial.sent
    assert all("This is a trial." in text for text in texts)


def test_it_says_so_when_nobody_is_told(context: Context, engine: Engine) -> None:
    said = words(told(context, recipients={}), spike(engine))

    assert "No one is notified: the settings name no one for alerts." in said
    assert "Notified:" not in said
