"""The incident room as `situation show` prints it, in one language."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.listening.alerts.model import Incident
from socialcell.ops.outbox_model import Outgoing
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.incident_room import (
    incident_claims,
    next_updates,
    room_notes,
    situation_reports,
)
from tests.inside import socialcell
from tests.operators import acting, sign_in_shell

pytestmark = pytest.mark.on_sqlite


@pytest.fixture
def lead(context: Context) -> Context:
    """A lead, signed in; incident 1 is open."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        incident = Incident(
            kind="spike",
            subject="topic:health",
            severity="high",
            opened_at=now - timedelta(hours=1),
            last_at=now,
        )
        session.add(incident)
    return acting(context, "Lata Sample", Role.LEAD)


def held_post(now: datetime) -> Outgoing:
    return Outgoing(
        dedup_key="post:1",
        kind="post",
        channel="x",
        recipient="1",
        subject="",
        state="held",
        not_before=now,
        made_at=now,
    )


def test_the_room_is_printed_in_the_language_that_is_asked_for(
    lead: Context, engine: Engine
) -> None:
    claim = incident_claims.add_claim(lead, 1, "पुलाजवळ चौदा जण मृत्युमुखी पडले")
    incident_claims.decide(lead, 1, claim, "false", "आरोग्य विभाग")
    room_notes.add_note(lead, 1, "shelter", "शाळा खुली")
    next_updates.promise_update(lead, 1, lead.clock.now() + timedelta(hours=1))
    situation_reports.draft_report(lead, 1)
    with db.writing(engine) as session:
        session.add(held_post(lead.clock.now()))
    config = lead.workspace.folder / "config.yaml"

    page = socialcell("situation", "show", "1", "--lang", "mr", "--config", config)
    wrong = [
        socialcell(*words, "1", "--lang", "fr", "--config", config)
        for words in (("situation", "show"), ("alerts", "show"))
    ]

    assert page.returncode == 0
    latin = set(re.findall("[A-Za-z]+", page.stdout.replace("Lata Sample", "")))
    assert latin == {"socialcell", "outbox", "list", "state", "held"}
    assert "१ नियोजित पोस्ट रोखली आहे." in page.stdout
    for head in (
        "अहवाल १: मसुदा",
        "पसरत असलेले दावे",
        "खोटे: पुलाजवळ चौदा जण",
        "निवारा केंद्र: शाळा खुली",
    ):
        assert head in page.stdout
    assert {done.returncode for done in wrong} == {2}
    assert {done.stderr for done in wrong} == {
        "socialcell: --lang takes mr, hi, en, not 'fr'.\n"
    }


def test_the_command_that_asks_about_a_claim_is_given_whole(lead: Context) -> None:
    sign_in_shell(lead, "Lata Sample")
    config = lead.workspace.folder / "config.yaml"

    done = socialcell("situation", "claim", "1", "The dam is open", "--config", config)

    assert done.stdout == (
        "Claim 1 is not confirmed. Say who is asked: "
        "socialcell situation ask 1 1 OFFICE\n"
    )
