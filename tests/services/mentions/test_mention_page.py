"""The page of a mention: its thread, its readings beside decisions, its incidents."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.connectors.base import Metric, Record, RecordRelation
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.model import Mention
from socialcell.listening.people.visibility import People
from socialcell.listening.store import areas, owners
from socialcell.reports import reader_agreement
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.mentions import mention_labels, mention_page, tagging
from socialcell.views.mentions import mention_page_view
from socialcell.views.mentions.mention_page_view import MentionPage, MentionReading
from tests.builders import NOON, make_author, make_record, store_records
from tests.operators import acting
from tests.statements import counted

pytestmark = pytest.mark.swept_on_postgresql

TEXT = "No water in Kothrud for three days and the road is broken"


@pytest.fixture
def people(context: Context) -> People:
    return pseudonyms.load_people(context)


@pytest.fixture
def city(context: Context, engine: Engine) -> Context:
    """A complaint that answers a post, and is answered twice."""
    with db.writing(engine) as session:
        areas.replace(session, read_areas())
        owners.replace(session, read_owners())
    reply = (RecordRelation("reply", "own"),)
    store_records(
        engine,
        make_record("before", text="Water will be back today", raw={"id": "before"}),
        own_record(likes=3),
        make_record("a1", text="Same in Aundh", relations=reply, raw={"id": "a1"}),
        make_record("a2", text="@handle_u9 yes", relations=reply, raw={"id": "a2"}),
    )
    later = NOON + timedelta(hours=1)
    store_records(engine, own_record(likes=9), at=later, observed=later)
    tagging.tag_waiting(context)
    return context


def own_record(likes: int) -> Record:
    return make_record(
        "own",
        text=TEXT,
        author=make_author("u9"),
        relations=(RecordRelation("reply", "before"),),
        metrics=(Metric("like_count", likes, "reactions"),),
    )


def id_of(engine: Engine, external_id: str) -> int:
    c = db.table(Mention).c
    with db.reading(engine) as session:
        asked = select(c.id).where(c.external_id == external_id)
        return int(session.execute(asked).scalar_one())


def page_of(context: Context, people: People, external_id: str = "own") -> MentionPage:
    return mention_page.read_page(context, people, id_of(context.engine, external_id))


def reading_of(page: MentionPage, kind: str) -> MentionReading:
    return next(reading for reading in page.readings if reading.kind == kind)


def test_the_thread_stands_around_it_masked(city: Context, people: People) -> None:
    page = page_of(city, people)

    (parent,) = page.parents
    before, *answers = (id_of(city.engine, name) for name in ("before", "a1", "a2"))
    assert (parent.relation, parent.mention["id"]) == ("reply", before)
    assert [reply["id"] for reply in page.replies] == answers
    assert page.reply_count == 2
    assert "handle_u9" not in str(page)
    likes = [
        (snapshot["taken_at"], snapshot["value"])
        for snapshot in page.mention["engagement"]
        if snapshot["common"] == "reactions"
    ]
    assert likes == [(NOON, 3), (NOON + timedelta(hours=1), 9)]
    assert [source["name"] for source in page.mention["sources"]] == ["test"]
    assert page.no_original is not None
    assert "its platform or its file gave none" in str(page.no_original)


def test_what_the_machine_read_stays_beside_what_a_person_decided(
    city: Context, people: People
) -> None:
    own = id_of(city.engine, "own")
    before = page_of(city, people)
    assert reading_of(before, "topic").suggested == ("water", "roads")
    assert reading_of(before, "topic").decision is None
    assert reading_of(before, "ward").suggested == ("ward:kothrud-bavdhan",)
    assert not reading_of(before, "ward").may_be_decided

    labels = {"topic": ("water",), "urgency": ("high",), "owner": ("body:msedcl",)}
    mention_labels.decide_mentions(acting(city, "meera"), [own], labels)

    page = page_of(city, people)
    topic = reading_of(page, "topic")
    assert topic.suggested == ("water", "roads")
    assert topic.in_force == ("water",)
    assert topic.decision is not None
    assert (topic.decision.by, topic.decision.at) == ("meera", city.clock.now())
    urgency = reading_of(page, "urgency")
    assert urgency.suggested == reading_of(before, "urgency").suggested
    assert urgency.in_force == ("high",)
    assert reading_of(page, "owner").suggested == ("dept:water",)
    assert reading_of(page, "owner").in_force == ("body:msedcl",)
    assert reading_of(page, "intent").decision is None


def test_it_is_said_how_often_the_machine_is_right(
    city: Context, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_agreement, "MIN_DECISIONS", 2)
    for external_id, intent in (("own", "complaint"), ("a1", "praise")):
        mention_labels.decide_mentions(
            city, [id_of(city.engine, external_id)], {"intent": (intent,)}
        )

    record = reading_of(page_of(city, people), "intent").record

    # One language has too few decisions to be measured by itself.
    assert record == mention_page_view.ReadingRecord(1, 2, None, "own")


def test_incidents_that_rest_on_it_are_named(city: Context, people: People) -> None:
    own = id_of(city.engine, "own")
    with db.writing(city.engine) as session:
        for number, (mentions, days) in enumerate(
            [([own, 1], 0), ([own + 1], 0), ([own], 30)]
        ):
            at = NOON + timedelta(days=days)
            incident = Incident(
                kind="spike",
                subject=f"topic:{number}",
                severity="high",
                opened_at=at,
                last_at=at,
            )
            session.add(incident)
            session.flush()
            session.add(
                Alert(
                    incident_id=incident.id,
                    key=str(number),
                    series="topic:water",
                    at=at,
                    mentions=mentions,
                )
            )

    assert [i.subject for i in page_of(city, people).incidents] == ["topic:0"]


def test_who_may_not_see_a_place_sees_no_mention_of_it(
    city: Context, people: People
) -> None:
    own, other = id_of(city.engine, "own"), id_of(city.engine, "a1")
    places = frozenset({"ward:kothrud-bavdhan"})

    page = mention_page.read_page(city, people, own, places=places)

    assert page.parents == []
    assert page.replies == []
    with pytest.raises(UsageError, match=f"no mention {other}"):
        mention_page.read_page(city, people, other, places=places)
    mention_page.require_visible(city, [own], places)
    with pytest.raises(UsageError, match=f"no mention {other}"):
        mention_page.require_visible(city, [own, other], places)
    with pytest.raises(UsageError, match="no mention 4711"):
        mention_page.require_visible(city, [4711], None)


def test_its_document_is_that_of_the_command_and_more(
    city: Context, people: People
) -> None:
    page = page_of(city, people)

    document = mention_page_view.document(page)

    assert page.mention.items() <= document.items()
    assert [reading["kind"] for reading in document["readings"]] == [
        *("language", "topic", "intent", "sentiment", "urgency", "ward", "owner")
    ]
    assert document["reply_count"] == 2


def test_it_takes_at_most_fifteen_statements(city: Context, engine: Engine) -> None:
    own = id_of(engine, "own")

    with counted(engine) as statements:
        people = pseudonyms.load_people(city)
        places = ["ward:kothrud-bavdhan", "dept:water"]
        mention_page.read_page(city, people, own, places=places)

    assert 5 < len(statements) <= 15
